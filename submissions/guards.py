"""What must be true before a step is taken, and which inputs a step is meant for.

A guard answers with a sentence that says what is missing, for the person who asked, or None.
"""

from collections.abc import Callable
from datetime import datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from . import endorsement
from .completeness import left_to_the_mechanism, missing
from .models import WITH_PARTNERS, Answer, ChangeRequest, Extension, Submission, User
from .permissions import is_received

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


def was_received_in_time(submission: Submission, by: User) -> str | None:
    """Of what came by mail counts the day on which it came; staff may enter it later. The last day counts whole."""
    opens_at, closes_at = submission.cycle.opens_at, deadline_of(submission)
    if opens_at is None or closes_at is None or timezone.now() < opens_at:
        return cycle_is_open(submission, by)
    zone, received_on = submission.cycle.zone, submission.received.received_on
    if datetime.combine(received_on, time.min, tzinfo=zone) < closes_at:
        return None
    return _(
        "It was received on %(day)s. %(cycle)s closed for inputs on %(moment)s (%(zone)s). "
        "An administrator can grant the mechanism an extension."
    ) % {
        "day": date_format(received_on),
        "cycle": submission.cycle,
        "moment": date_format(closes_at.astimezone(zone), "DATETIME_FORMAT"),
        "zone": submission.cycle.time_zone.replace("_", " "),
    }


def the_mechanism_has_said_its_own_word(submission: Submission, by: User) -> str | None:
    """Where IOM has entered what came by mail and the mechanism files it itself."""
    if not is_received(submission):
        return None
    return " ".join(str(lack.sentence) for lack in left_to_the_mechanism(submission)) or None


def everything_required_is_answered(submission: Submission, by: User) -> str | None:
    lacks = missing(submission)
    return " ".join(str(lack.sentence) for lack in lacks) or None


def every_change_request_is_answered(submission: Submission, by: User) -> str | None:
    return " ".join(sentence for _request, sentence in not_answered(submission)) or None


def not_answered(submission: Submission) -> list[tuple[ChangeRequest, str]]:
    """The changes asked for that nobody has answered, each with a sentence that names it."""
    return [
        (
            request,
            _("Not answered yet, in “%(where)s”: “%(change)s”")
            % {"where": request.where, "change": Truncator(" ".join(request.text.split())).words(12, truncate="…")},
        )
        for request in submission.change_requests.open().with_words().in_order()
    ]


def a_second_person_decides_where_the_cycle_asks(submission: Submission, by: User) -> str | None:
    """Whoever has reviewed or entered it once is no second person, even if somebody else is its reviewer now."""
    if not submission.cycle.requires_second_person:
        return None
    reviewed = submission.events.filter(step__in=["take_up", "request_changes"], actor=by).exists()
    if reviewed or submission.reviewer_id == by.pk:
        return _(
            "This review cycle asks for a second person: you reviewed this input, so somebody else has to decide on it."
        )
    if _has_entered(submission, by):
        return _(
            "This review cycle asks for a second person: you entered this input for its mechanism, so somebody else "
            "has to decide on it."
        )
    return None


def the_mechanism_stands_by_what_came_by_mail(submission: Submission, by: User) -> str | None:
    if not waits_for_the_mechanism(submission):
        return None
    return _("%(mechanism)s has not confirmed yet that this is its input: IOM entered it from what came by mail.") % {
        "mechanism": submission.iscm
    }


def somebody_else_entered_it(submission: Submission, by: User) -> str | None:
    if _has_entered(submission, by):
        return _("You entered this input for its mechanism, so somebody else has to approve it.")
    return None


def _has_entered(submission: Submission, by: User) -> bool:
    """Begun, typed or filed it for the mechanism."""
    if not is_received(submission):
        return False
    if submission.received.entered_by_id == by.pk:
        return True
    filed = submission.events.filter(step="file_received", actor=by)
    return filed.exists() or Answer.objects.filter(submission=submission, saved_by=by).exists()


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


def being_entered(submission: Submission) -> bool:
    """What came by mail, before it is filed."""
    return is_received(submission) and never_filed(submission) and not joint(submission)


def waits_for_the_mechanism(submission: Submission) -> bool:
    """What came by mail, filed by IOM's staff: the mechanism has not said yet that it is its input."""
    return is_received(submission) and filed_before(submission) and not submission.received.is_confirmed
