"""What must be true before a step is taken, and which inputs a step is meant for.

A guard answers with a sentence that says what is missing, for the person who asked, or None.
"""

from collections.abc import Callable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import endorsement
from .completeness import missing
from .models import WITH_PARTNERS, Extension, Submission, User

Guard = Callable[[Submission, User], str | None]


def deadline_of(submission: Submission):
    """When this input's cycle closes for its mechanism, its extension included; None where nothing is announced."""
    extension = Extension.objects.filter(cycle=submission.cycle_id, iscm=submission.iscm_id).first()
    return submission.cycle.deadline(phase=submission.input_type.phase, extension=extension)


def cycle_is_open(submission: Submission, by: User) -> str | None:
    now, opens_at, closes_at = timezone.now(), submission.cycle.opens_at, deadline_of(submission)
    if opens_at is None or closes_at is None:
        return _("%(cycle)s is not open for inputs: no dates have been announced.") % {"cycle": submission.cycle}
    if now < opens_at:
        return _("%(cycle)s is not open for inputs yet.") % {"cycle": submission.cycle}
    if now >= closes_at:
        local = closes_at.astimezone(submission.cycle.zone)
        closed = _("%(cycle)s closed for inputs on %(moment)s (%(zone)s).") % {
            "cycle": submission.cycle,
            "moment": date_format(local, "DATETIME_FORMAT"),
            "zone": submission.cycle.time_zone.replace("_", " "),
        }
        if submission.pk is None:  # nothing is written yet
            return closed
        kept = _("Your text is kept; ask IOM for an extension.")
        return f"{closed} {kept}"
    return None


def cycle_is_open_for_a_first_filing(submission: Submission, by: User) -> str | None:
    """What IOM has returned may come back after the cycle closes."""
    return cycle_is_open(submission, by) if never_filed(submission) else None


def everything_required_is_answered(submission: Submission, by: User) -> str | None:
    lacks = missing(submission)
    return " ".join(str(lack.sentence) for lack in lacks) or None


def every_change_request_is_answered(submission: Submission, by: User) -> str | None:
    # Only in sections that the type still asks for: no other can be opened and saved.
    open_requests = submission.change_requests.open().filter(section__input_types=submission.input_type_id)
    open_requests = open_requests.select_related("section").prefetch_related("section__texts")
    headings = sorted({str(request.section.heading) for request in open_requests})
    if headings:
        return _("Changes are still asked for in: %(sections)s. Look at each and save it.") % {
            "sections": ", ".join(headings)
        }
    return None


def a_second_person_decides_where_the_cycle_asks(submission: Submission, by: User) -> str | None:
    if submission.cycle.requires_second_person and submission.reviewer_id == by.pk:
        return _(
            "This review cycle asks for a second person: you took this input up, so somebody else has to decide on it."
        )
    return None


def partners_are_those_the_type_asks_for(submission: Submission, by: User) -> str | None:
    if not joint(submission):
        return None
    partners = submission.partnerships.endorsing()
    if not partners.exists():
        return _("An input of this type is made jointly: add the partners first.")
    if submission.input_type.needs_another_iscm and not partners.exclude(iscm=None).exists():
        return _("An input of this type is made by a group of mechanisms: add at least one other mechanism.")
    return None


def every_partner_has_endorsed(submission: Submission, by: User) -> str | None:
    """The text as it stands, word for word."""
    return " ".join(endorsement.what_is_missing(submission)) or None


# Which inputs a step is meant for at all.


def any_input(submission: Submission) -> bool:
    return True


def joint(submission: Submission) -> bool:
    return submission.input_type.is_joint


def never_filed(submission: Submission) -> bool:
    return submission.filed_at is None


def filed_for_the_first_time(submission: Submission) -> bool:
    """A joint input only out of the hands of its partners."""
    return never_filed(submission) and (not joint(submission) or submission.status in WITH_PARTNERS)


def filed_before(submission: Submission) -> bool:
    return submission.filed_at is not None
