"""Who at IOM is to review an input, and until when: set by hand, or proposed by what each reviewer covers.

An assignment begins no review: that is the step *take up* (workflow.py), which also sets the reviewer. As in joint.py
an act and its record are one. What is recorded here is IOM's own: nobody who makes the input reads it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import content, notifications
from .models import ISCM, WITH_IOM, Affiliation, Partnership, Status, Submission, SubmissionEvent, User
from .permissions import is_reviewer_of, reads_for_iom
from .workflow import PRESSED_TWICE, Refused

# What the record calls each act. The mails about them are in notifications.py.
ACTS = {
    "assign": gettext_lazy("Assigned"),
    "unassign": gettext_lazy("Assignment taken back"),
    "set_due": gettext_lazy("Due date set"),
}
INTERNAL_ACTS = set(ACTS)

# With IOM, or soon to be again.
ASSIGNABLE = WITH_IOM | {Status.CHANGES_REQUESTED}

NO_PART_IN_IT = gettext_lazy("A mechanism of yours makes this input, so you have no part in its review.")

UNCHANGED = object()  # of a due date: leave it as it is; of the reviewer seen: the page has shown none


class HasAnother(Refused):
    """Somebody else has assigned the input since the page was opened."""


def why_not(submission: Submission, *, is_own: bool) -> str | None:
    """Why this input cannot be assigned. `is_own`: a mechanism of the person who asks makes it."""
    if is_own:
        return str(NO_PART_IN_IT)
    if submission.status not in ASSIGNABLE:
        return _("This is not possible now: this input is in the state “%(status)s”.") % {
            "status": submission.get_status_display()
        }
    return None


def assign(
    submission: Submission,
    reviewer: User | None,
    *,
    by: User,
    due_on: date | None = UNCHANGED,
    note: str = "",
    seen: int | None = UNCHANGED,
) -> list[SubmissionEvent]:
    """Give the input to a reviewer, or to nobody; an empty list says that all was so already.

    `due_on` None takes the date away. `note` is for colleagues at IOM. `seen` is the number of the reviewer that the
    page had shown: who was assigned by somebody else meanwhile is not taken off unseen (HasAnother).
    """
    with transaction.atomic():
        submission, note = Submission.objects.locked(submission.pk), note.strip()
        if not reads_for_iom(by, submission):
            raise PermissionDenied
        if sentence := why_not(submission, is_own=False):
            raise Refused(sentence)
        due_on = submission.due_on if due_on is UNCHANGED else due_on
        is_new, is_redated = submission.reviewer != reviewer, submission.due_on != due_on
        if not is_new and not is_redated:
            return _as_it_was(submission, note, by=by)
        if is_new:
            _check(submission, reviewer, seen)
        submission.reviewer, submission.due_on = reviewer, due_on
        submission.save(update_fields=["reviewer", "due_on"])
        events = []
        if is_redated:
            events.append(_record(submission, "set_due", due_on.isoformat() if due_on else "–", by=by))
        if is_new:
            act, name = ("assign", " ".join(reviewer.name.split())) if reviewer else ("unassign", "")
            events.append(_record(submission, act, name, by=by))
        # What was said goes with one of them, and so does the mail: it tells of both.
        events[-1].note = "\n\n".join(part for part in (events[-1].note, note) if part)
        for event in events:
            event.save()
        _tell(submission, events[-1], note, by=by)
    return events


def _tell(submission: Submission, event: SubmissionEvent, note: str, *, by: User) -> None:
    """The reviewer, and nobody else: above all nobody who makes the input."""
    reviewer = submission.reviewer
    if reviewer and reviewer != by and is_reviewer_of(reviewer, submission):
        name = "assigned" if event.step == "assign" else "due_set"
        said = {"actor": by, "due_on": submission.due_on, "note": note}
        notifications.write(f"{name}:{event.number}", name, to=reviewer, submission=submission, **said)


def _word_in(event: SubmissionEvent) -> str:
    """What was written with it; but for one that was taken back, the note begins with what was set."""
    return event.note if event.step == "unassign" else event.note.partition("\n\n")[2]


def _check(submission: Submission, reviewer: User | None, seen: int | None) -> None:
    if seen is not UNCHANGED and submission.reviewer_id != seen:
        if submission.reviewer is None:
            raise HasAnother(_("Nobody has this input any more: somebody changed that while this page was open."))
        raise HasAnother(
            _("%(name)s has this input now: somebody changed that while this page was open.")
            % {"name": submission.reviewer}
        )
    if reviewer and not is_reviewer_of(reviewer, submission):
        if reviewer.is_active and reviewer.is_reviewer:
            raise Refused(_("%(name)s cannot review this input: a mechanism of theirs makes it.") % {"name": reviewer})
        raise Refused(_("%(name)s does not review for IOM any more.") % {"name": reviewer})


def _as_it_was(submission: Submission, note: str, *, by: User) -> list:
    """Pressed twice it is fine; but a note that goes nowhere is not swallowed."""
    last = submission.events.filter(step__in=ACTS, actor=by, at__gt=timezone.now() - PRESSED_TWICE).last()
    if note and (last is None or _word_in(last) != note):
        raise Refused(
            _("Nothing else has changed, so nobody would get your note. Write it as an internal comment instead.")
        )
    return []


def _record(submission: Submission, act: str, note: str, *, by: User) -> SubmissionEvent:
    status, now = submission.status, timezone.now()
    return SubmissionEvent(submission=submission, step=act, source=status, target=status, actor=by, at=now, note=note)


# Proposals


@dataclass(frozen=True)
class Proposal:
    """Who could review an input, and why; `reviewer` None where nobody may."""

    submission: Submission
    reviewer: User | None
    why: str
    candidates: list[User]  # all who may review it


def reviewers() -> list[User]:
    """With what they cover and `open_reviews`: how many inputs that are with IOM each of them has."""
    load = Count("reviews", filter=Q(reviews__status__in=WITH_IOM))
    people = User.objects.filter(is_active=True, is_reviewer=True).annotate(open_reviews=load)
    return list(people.prefetch_related("roundtables", "regions__texts").order_by("name", "pk"))


def propose(submissions: Iterable[Submission]) -> list[Proposal]:
    """A reviewer for each, those filed first before the others, in a constant number of queries.

    Who covers a roundtable and a region of the input comes before who covers one of them, and among those who cover
    as much the one with the fewest open reviews, those proposed here included; then the names decide.
    """
    submissions = sorted(submissions, key=lambda one: (one.filed_at is None, one.filed_at, one.pk))
    prefetch_related_objects(submissions, "newest_revision", "cycle__region", "reviewer")  # what is not there yet
    people, regions = reviewers(), _regions_of(submissions)
    makers = _makers_among(people, submissions)
    load = {user: user.open_reviews for user in people}
    for submission in submissions:
        if submission.reviewer in load and submission.status in WITH_IOM:
            load[submission.reviewer] -= 1  # it is to be given away
    proposals = []
    for submission in submissions:
        candidates = [user for user in people if user.pk not in makers[submission.pk]]
        proposal = _propose(submission, candidates, _roundtables_of(submission), regions[submission.pk], load)
        if proposal.reviewer:
            load[proposal.reviewer] += 1
        proposals.append(proposal)
    return proposals


def _makers_among(people: list[User], submissions: Collection[Submission]) -> dict[int, set[int]]:
    """Who of these belongs to a mechanism that makes the input: permissions.reads_working_copy, of many at once."""
    of_mechanism = defaultdict(set)
    affiliations = Affiliation.objects.current().filter(user__in=people)
    for iscm, user in affiliations.values_list("iscm", "user"):
        of_mechanism[iscm].add(user)
    makers = {submission.pk: set(of_mechanism[submission.iscm_id]) for submission in submissions}
    partners = Partnership.objects.current().filter(submission__in=submissions, iscm__isnull=False)
    for submission, iscm in partners.values_list("submission", "iscm"):
        makers[submission] |= of_mechanism[iscm]
    return makers


def _roundtables_of(submission: Submission) -> set[int]:
    return set(content.roundtables(submission.newest_revision.content)) if submission.newest_revision else set()


def _regions_of(submissions: Collection[Submission]) -> dict[int, set[str]]:
    """The codes of the regions of its mechanisms, of its cycle, and of the regional reviews that it names; as filed."""
    filed = {one.pk: one.newest_revision.content for one in submissions if one.newest_revision}
    slugs = {document: {maker["slug"] for maker in content.makers(filed[document])} for document in filed}
    of_mechanism = defaultdict(set)
    rows = ISCM.review_regions.through.objects.filter(iscm__slug__in=set().union(*slugs.values()))
    for slug, region in rows.values_list("iscm__slug", "region__code"):
        of_mechanism[slug].add(region)
    regions = {}
    for one in submissions:
        regions[one.pk] = {region["code"] for region in filed.get(one.pk, {}).get("regions", [])}
        regions[one.pk] |= {one.cycle.region.code} if one.cycle.region else set()
        for slug in slugs.get(one.pk, ()):
            regions[one.pk] |= of_mechanism[slug]
    return regions


def _propose(submission, candidates, roundtables, regions, load) -> Proposal:
    def covered_by(user):
        return (
            [one.number for one in user.roundtables.all() if one.number in roundtables],
            [str(one.name) for one in user.regions.all() if one.code in regions],
        )

    if not candidates:
        return Proposal(submission, None, _("Nobody who reviews for IOM may review this input."), [])
    # The candidates are in the order of their names, and the first of equals is taken.
    best = min(candidates, key=lambda user: (-sum(map(bool, covered_by(user))), load[user]))
    return Proposal(submission, best, _why(*covered_by(best), load[best]), candidates)


def _why(roundtables: list[int], regions: list[str], load: int) -> str:
    covered = []
    if roundtables:
        numbers = get_text_list([str(number) for number in sorted(roundtables)], _("and"))
        words = ngettext("roundtable %(numbers)s", "roundtables %(numbers)s", len(roundtables))
        covered.append(words % {"numbers": numbers})
    covered += regions
    opened = ngettext("%(count)s open", "%(count)s open", load) % {"count": load}
    if not covered:
        return _("nobody covers its roundtables or regions; has the fewest: %(opened)s") % {"opened": opened}
    return _("covers %(what)s; %(opened)s") % {"what": get_text_list(covered, _("and")), "opened": opened}
