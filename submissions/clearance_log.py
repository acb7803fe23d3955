"""Reading the clearance log: how the text was cleared within each mechanism that makes the input.

Those who make the input see all of it. What leaves their circle (the printed log, and what IOM sees once the input is
filed) is about the mechanisms that the text names: as it was last filed or, before that, as it stands.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from . import content
from .models import ISCM, Clearance, Submission, User
from .permissions import reads_working_copy

Way = Clearance.Way


def today(submission: Submission) -> date:
    """In the time zone of the review cycle."""
    return timezone.now().astimezone(submission.cycle.zone).date()


def is_running(way: str, cleared_on: date, *, on: date) -> bool:
    """A silence procedure that can still be broken: it ends with the day that it names."""
    return way == Way.SILENCE and cleared_on >= on


def mechanisms_of(user: User, submission: Submission):
    """Those of this person that make the input: the lead, and the partners of today."""
    partners = submission.partnerships.current().exclude(iscm=None).values("iscm")
    return ISCM.objects.of(user).filter(Q(pk=submission.iscm_id) | Q(pk__in=partners))


@dataclass(frozen=True)
class Entry:
    clearance: Clearance
    is_running: bool


@dataclass(frozen=True)
class Group:
    """The entries of one mechanism, in the order of their dates."""

    iscm: ISCM
    entries: list[Entry]
    is_printed: bool  # the text names this mechanism


def groups(submission: Submission, *, seen_by: User) -> list[Group]:
    """The lead first, its partners as on the cover, then mechanisms that have gone; no empty group for those."""
    named = _named_on_the_text(submission)
    entries = _entries_by_mechanism(submission)
    mechanisms = [submission.iscm, *_partners_in_order(submission)]
    present = {iscm.pk for iscm in mechanisms}
    gone = [found[0].clearance.iscm for found in entries.values() if found[0].clearance.iscm_id not in present]
    sees_all = reads_working_copy(seen_by, submission)
    return [
        Group(iscm, entries.get(iscm.pk, []), is_printed=iscm.slug in named)
        for iscm in mechanisms + gone
        if sees_all or iscm.slug in named
    ]


def _partners_in_order(submission: Submission) -> list[ISCM]:
    partners = submission.partnerships.current().exclude(iscm=None).with_organizations()
    return [partner.iscm for partner in sorted(partners, key=lambda partner: partner.place_on_the_cover)]


def _entries_by_mechanism(submission: Submission) -> dict[int, list[Entry]]:
    day = today(submission)
    found = {}
    for one in submission.clearances.select_related("iscm", "recorded_by", "struck_by"):
        entry = Entry(one, is_running=is_running(one.way, one.cleared_on, on=day))
        found.setdefault(one.iscm_id, []).append(entry)
    return found


def _named_on_the_text(submission: Submission) -> set[str]:
    """The slugs of the mechanisms."""
    if newest := submission.revisions.last():
        return {maker["slug"] for maker in _mechanisms_named_in(newest.content)}
    partners = submission.partnerships.endorsing().exclude(iscm=None)
    return {submission.iscm.slug, *partners.values_list("iscm__slug", flat=True)}


def _mechanisms_named_in(text: dict) -> list[dict]:
    return [maker for maker in content.makers(text) if maker["kind"] == "iscm"]


def document(submission: Submission) -> dict:
    """What is printed, frozen: the standing entries of the mechanisms that the text names.

    {schema, reference, title, language, cycle (wording), revision (number, or null of a text never filed),
    as_of (ISO date), mechanisms [{name, acronym, entries [{way, cleared_on, detail, recorded_by, recorded_at}]}]}
    """
    newest = submission.revisions.last()
    text = newest.content if newest else content.snapshot(submission)
    return {
        "schema": 1,
        "reference": text["reference"],
        "title": text["title"],
        "language": text["language"],
        "cycle": text["cycle"]["name"],
        "revision": newest.number if newest else None,
        "as_of": today(submission).isoformat(),
        "mechanisms": [
            {
                "name": maker["name"],
                "acronym": maker["acronym"],
                "entries": _standing_entries(submission, maker["slug"]),
            }
            for maker in _mechanisms_named_in(text)
        ],
    }


def _standing_entries(submission: Submission, slug: str) -> list[dict]:
    standing = submission.clearances.standing().filter(iscm__slug=slug).select_related("recorded_by")
    return [
        {
            "way": one.way,
            "cleared_on": one.cleared_on.isoformat(),
            "detail": one.detail,
            "recorded_by": str(one.recorded_by),
            "recorded_at": _local(one.recorded_at, submission).date().isoformat(),
        }
        for one in standing
    ]


def _local(moment: datetime, submission: Submission) -> datetime:
    return moment.astimezone(submission.cycle.zone)
