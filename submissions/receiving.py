"""Inputs that reached IOM by mail: its staff enter them for a mechanism, and the mechanism confirms what was filed.

Staff begin such an input here, with the original as it came, write it on the pages of any other input, and file it by a
step of workflow.py. It is approved once the mechanism has said that it is its input. A mechanism that corrects it and
files it itself has said so, too.

Each act raises PermissionDenied for the wrong person and Refused, with sentences, for the wrong moment.
"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import notifications, starting, workflow
from .attachments import Checked
from .completeness import left_to_the_mechanism
from .guards import waits_for_the_mechanism, was_received_in_time
from .models import (
    ISCM,
    WITH_IOM,
    Attachment,
    InputType,
    Received,
    ReviewCycle,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
    User,
)
from .permissions import may_file, may_receive_for
from .workflow import Refused

Channel = Received.Channel

# What the record calls each act. Both sides read of them.
ACTS = {
    "enter": gettext_lazy("Entered by IOM"),
    "confirm": gettext_lazy("Confirmed by the mechanism"),
}

_CAME = {
    Channel.EMAIL: gettext_lazy("Received by e-mail on %(day)s and entered by IOM."),
    Channel.POST: gettext_lazy("Received by post on %(day)s and entered by IOM."),
    Channel.BY_HAND: gettext_lazy("Received by hand on %(day)s and entered by IOM."),
    Channel.OTHER: gettext_lazy("Received on %(day)s and entered by IOM."),
}


def how_it_came(channel: str, received_on: date) -> str:
    """In a sentence, as documents and pages say it."""
    return _CAME[Channel(channel)] % {"day": date_format(received_on)}


# What IOM's staff do


def receive(
    *,
    iscm: ISCM,
    cycle: ReviewCycle,
    input_type: InputType,
    title: str,
    language: str,
    channel: str,
    sender: str,
    received_on: date,
    file: File,
    checked: Checked,
    by: User,
) -> Submission:
    """Begin the draft of an input that came by mail. Sent twice, with one and the same file, it is begun once."""
    with transaction.atomic():
        submission = starting.new(iscm=iscm, cycle=cycle, input_type=input_type, by=by)
        submission.title, submission.language = title, language
        received = Received(
            submission=submission, channel=channel, sender=sender, received_on=received_on, entered_by=by
        )
        if not may_receive_for(by, submission):
            raise PermissionDenied
        if same := _entered_already(submission, checked):
            return same
        _refuse_what_cannot_be_entered(submission, by=by)
        starting.save(submission)
        received.original = _keep_original(submission, file, checked, by=by)
        received.submission = submission
        received.save()
        note = [how_it_came(channel, received_on), sender, f"{checked.filename}, SHA-256 {checked.sha256}"]
        _record(submission, "enter", by=by, note="\n".join(line for line in note if line))
    return submission


def _entered_already(submission: Submission, checked: Checked) -> Submission | None:
    of_its_kind = {name: getattr(submission, name) for name in ("iscm", "cycle", "input_type")}
    entered = Submission.objects.live().filter(**of_its_kind)
    return entered.filter(received__original__sha256=checked.sha256).first()


def _refuse_what_cannot_be_entered(submission: Submission, *, by: User) -> None:
    if submission.input_type.is_joint:
        raise Refused(
            _(
                "A joint input is not entered by IOM: its partners endorse it in the portal. "
                "Ask the mechanism that leads it to file it there."
            )
        )
    starting.refuse_where_none_is_taken(submission)
    if sentence := was_received_in_time(submission, by):
        raise Refused(sentence)
    if sole := starting.in_its_way(submission):
        raise Refused(_why_no_second(sole, by))


def _why_no_second(sole: Submission, by: User) -> str:
    """Of a draft of the mechanism's own IOM learns no more than that it has to ask the mechanism."""
    said = {"mechanism": sole.iscm, "reference": sole.reference}
    if Submission.objects.visible_to(by).filter(pk=sole.pk).exists():
        return (
            _(
                "%(mechanism)s gives one input of this type to this review cycle, and there is one already: "
                "%(reference)s."
            )
            % said
        )
    return (
        _(
            "An input of this type cannot be entered for %(mechanism)s now: it gives one only, in the portal itself. "
            "Ask the mechanism to file there."
        )
        % said
    )


def _keep_original(submission: Submission, file: File, checked: Checked, *, by: User) -> Attachment:
    """Evidence of what came, and no annex: what was written in it is entered."""
    return Attachment.objects.create(
        submission=submission,
        title=_("The original, as it was received"),
        language=submission.language,
        file=file,
        filename=checked.filename,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=by,
        is_evidence=True,
    )


# What the mechanism says to it


def waits_for_an_answer(submission: Submission) -> bool:
    return waits_for_the_mechanism(submission) and submission.status in WITH_IOM


def why_nothing_is_asked(submission: Submission) -> str:
    """For somebody who would confirm an input that does not wait for it."""
    received = getattr(submission, "received", None)
    if received and received.is_confirmed:
        return _("%(person)s has confirmed this input already.") % {"person": received.confirmed_by}
    return " ".join([_("There is nothing to confirm now."), workflow.last_step_in_words(submission)]).strip()


def asks_how_it_was_agreed(submission: Submission) -> bool:
    """Whether the mechanism is still to say so, because it did not stand in what came."""
    return any(lack.field == "agreed_how" for lack in left_to_the_mechanism(submission))


def confirm(submission: Submission, *, expected_revision: int, agreed_how: str = "", by: User) -> SubmissionEvent:
    """The filed text is the collective input of the mechanism as a whole; the number is of the text that was read.

    `agreed_how` is how it was agreed within the mechanism, where the text does not say it. What was filed stays as it
    is, and its hash: the record keeps what was said to it.
    """
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not may_file(by, submission):
            raise PermissionDenied
        if pressed_twice := _confirmed_before(submission, by):
            return pressed_twice
        revision = _filed_text(submission, expected_revision)
        asks, agreed_how = asks_how_it_was_agreed(submission), agreed_how.strip()
        if asks and not agreed_how:
            raise Refused(_("Say how the input was agreed within the mechanism."))
        now = timezone.now()
        Received.objects.filter(submission=submission).update(confirmed_by=by, confirmed_at=now)
        # The working copy says it from now on, should IOM ask for changes.
        submission.is_collective, submission.last_step_at = True, now
        if asks:
            submission.agreed_how = agreed_how
        submission.save(update_fields=["is_collective", "agreed_how", "last_step_at"])
        return _record(submission, "confirm", by=by, note=agreed_how if asks else "", revision=revision)


def _confirmed_before(submission: Submission, by: User) -> SubmissionEvent | None:
    return submission.events.filter(step="confirm", actor=by).last()


def _filed_text(submission: Submission, expected_revision: int) -> Revision:
    if not waits_for_an_answer(submission):
        raise Refused(why_nothing_is_asked(submission))
    revision = submission.revisions.last()
    if revision.number != expected_revision:
        raise Refused(_("A newer version of this input was filed while you were reading. Please read it first."))
    return revision


def _record(submission, act, *, by: User, note="", revision=None) -> SubmissionEvent:
    event = SubmissionEvent.objects.create(
        submission=submission,
        step=act,
        source="" if act == "enter" else submission.status,
        target=Status.DRAFT if act == "enter" else submission.status,
        actor=by,
        note=note,
        revision=revision,
    )
    notifications.tell(event)
    return event
