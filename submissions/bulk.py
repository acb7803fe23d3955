"""Doing one thing with many inputs: what was selected, what would happen to each, and what did.

Each input is judged by what judges it alone (the table of steps, assigning.py, reminding.py), and done in a transaction
of its own: what fails for one leaves the others, and leaves no mail and no record of itself.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import assigning, reminding, transitions, workflow
from .models import Submission, User
from .workflow import Refused

logger = logging.getLogger(__name__)

ACTS = ("assign", "remind", "approve")

MOST = 100  # at once


def may(act: str, user: User) -> bool:
    """Whether there is anything for this person on the page of that act."""
    return user.is_active and (user.is_approver if act == "approve" else user.is_iom)


@dataclass(frozen=True)
class Line:
    """One of those selected. `reasons` say why nothing would be done with it; there are none where it would."""

    submission: Submission
    title: str  # as filed
    mechanism: str
    is_own: bool
    reasons: list[str] = field(default_factory=list)
    people: list[User] = field(default_factory=list)  # who would be reminded


@dataclass(frozen=True)
class Selection:
    lines: list[Line]
    passed_over: int  # wrong, or not for the eyes of the person who asks
    too_many: int

    @property
    def possible(self) -> list[Line]:
        return [line for line in self.lines if not line.reasons]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.reasons]


def selected(numbers: Iterable[str], *, by: User) -> tuple[list[Submission], int, int]:
    """Those that this person may know of, in the order filed; how many were passed over; how many are too many."""
    asked = list(dict.fromkeys(numbers))
    too_many, asked = max(0, len(asked) - MOST), asked[:MOST]
    # The largest that a database keeps has 19 figures.
    known = {int(number) for number in asked if number.isdecimal() and len(number) < 19}
    found = (
        Submission.objects.visible_to(by)
        .filter(pk__in=known)
        .select_related("newest_revision", "iscm", "cycle__region", "reviewer", "received")
    )
    found = list(found.defer("newest_revision__words").order_by("filed_at", "pk"))
    return found, len(asked) - len(found), too_many


def judged(act: str, numbers: Iterable[str], *, by: User) -> Selection:
    """What would happen to each; nothing is done yet, and all is judged again when it is."""
    submissions, passed_over, too_many = selected(numbers, by=by)
    own = made_by_mechanisms_of(by, submissions)
    lines = list(_JUDGES[act](submissions, own, by))
    return Selection(lines, passed_over, too_many)


def made_by_mechanisms_of(user: User, submissions: Iterable[Submission]) -> set[int]:
    """Of which of these the person reads the working copy: permissions.reads_working_copy, of many at once."""
    made = Submission.objects.made_by_mechanisms_of(user).filter(pk__in=[one.pk for one in submissions])
    return set(made.values_list("pk", flat=True))


def line(submission: Submission, own: set[int], reasons: Iterable[str | None] = (), **more) -> Line:
    revision = submission.newest_revision
    return Line(
        submission=submission,
        title=revision.content["title"] if revision else submission.title,
        mechanism=submission.iscm.short_name,
        is_own=submission.pk in own,
        reasons=[reason for reason in reasons if reason],
        **more,
    )


def _judge_assigning(submissions, own, by):
    for one in submissions:
        yield line(one, own, [assigning.why_not(one, is_own=one.pk in own)])


def _judge_reminding(submissions, own, by):
    people, reminded_at = reminding.those_who_file(submissions), reminding.last_reminders(submissions)
    for one in submissions:
        facts = {"people": people[one.pk], "reminded_at": reminded_at.get(one.pk)}
        yield line(one, own, [reminding.why_not(one, is_own=one.pk in own, **facts)], people=people[one.pk])


def _judge_approving(submissions, own, by):
    transition, may = transitions.TRANSITIONS["approve"], {}
    for one in submissions:
        is_own = one.pk in own
        if is_own not in may:  # who IOM's people are to an input depends on nothing else
            may[is_own] = transition.who(by, one)
        if not may[is_own]:
            reasons = [str(assigning.NO_PART_IN_IT)]
        elif not transition.is_possible_from(one):
            reasons = [_not_now(transition, one)]
        else:
            reasons = transitions.obstacles(transition, one, by=by)
        yield line(one, own, reasons)


_JUDGES = {"assign": _judge_assigning, "remind": _judge_reminding, "approve": _judge_approving}


def _not_now(transition: transitions.Transition, submission: Submission) -> str:
    return _("“%(step)s” is not possible now: this input is in the state “%(status)s”.") % {
        "step": transition.label,
        "status": submission.get_status_display(),
    }


# Doing it


@dataclass(frozen=True)
class Outcome:
    """`state`: *done*; *already*, by the same person just before; or *refused*, for these reasons."""

    submission: Submission
    state: str
    reasons: list[str] = field(default_factory=list)


def each(submissions: Iterable[Submission], do: Callable[[Submission], bool]) -> list[Outcome]:
    """`do` says whether it has done something; it raises Refused or PermissionDenied where it may not."""
    return [_outcome(submission, do) for submission in submissions]


def _outcome(submission: Submission, do: Callable[[Submission], bool]) -> Outcome:
    try:
        with transaction.atomic():
            return Outcome(submission, "done" if do(submission) else "already")
    except Refused as refused:
        return Outcome(submission, "refused", refused.sentences)
    except PermissionDenied:
        return Outcome(submission, "refused", [str(assigning.NO_PART_IN_IT)])
    except Exception:
        logger.exception("Of many inputs the number %s failed.", submission.pk)
        sentence = _("Something went wrong in the portal, so nothing was done with this one. Please try it again.")
        return Outcome(submission, "refused", [sentence])


def approve(submission: Submission, *, revision: int | None, note: str, by: User) -> bool:
    """`revision` is the number of the text that the page had shown."""
    if revision is None:
        raise Refused(_("The page did not say which revision you have seen. Open the list again."))
    try:
        workflow.perform(submission, "approve", by=by, note=note, expected_revision=revision)
    except Refused:
        if _was_just_approved(submission, by=by):
            return False
        raise
    return True


def _was_just_approved(submission: Submission, *, by: User) -> bool:
    since = timezone.now() - workflow.PRESSED_TWICE
    return Submission.objects.filter(pk=submission.pk, decided_by=by, decided_at__gt=since, status="approved").exists()


def remind(submission: Submission, *, by: User) -> bool:
    return reminding.remind_of_changes(submission, by=by) is not None


def assign(submission: Submission, reviewer: User, *, by: User, **how) -> bool:
    return bool(assigning.assign(submission, reviewer, by=by, **how))
