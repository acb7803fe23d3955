"""What the lead and the partners of a joint input do: partners come and go, endorse or decline, and take the lead.

Like a step of workflow.py, each act and its record are one: the submission is locked, the act is judged, written,
recorded as a SubmissionEvent and told, in one transaction. Every edit locks the same row (saving.py), so that a text
cannot change while somebody endorses it.

Each raises PermissionDenied for the wrong person and Refused, with sentences, for the wrong moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import content, endorsement, notifications, reading
from .admitting import registered, why_not_admitted
from .attachments import Checked
from .models import (
    EDITABLE,
    ISCM,
    WITH_PARTNERS,
    WITH_SECRETARIAT,
    Attachment,
    CirculatedText,
    Endorsement,
    LeadOffer,
    PartnerEntity,
    Partnership,
    Submission,
    SubmissionEvent,
    User,
)
from .permissions import files_for, is_affiliated_with, may_endorse, may_file
from .workflow import PRESSED_TWICE, Refused, locked

Access, Verdict = Partnership.Access, Endorsement.Verdict

# What the record calls each act. The mails about them are in notifications.py.
ACTS = {
    "add_partner": gettext_lazy("Partner added"),
    "change_partner": gettext_lazy("Role of a partner changed"),
    "remove_partner": gettext_lazy("Partner taken off"),
    "drop_partner": gettext_lazy("Partner dropped after it declined"),
    "endorse": gettext_lazy("Endorsed"),
    "endorse_with_remark": gettext_lazy("Endorsed with a remark"),
    "decline_endorsement": gettext_lazy("Endorsement declined"),
    "ask_again": gettext_lazy("Partners asked again"),
    "remind": gettext_lazy("Partners reminded"),
    "offer_lead": gettext_lazy("Lead offered to a partner"),
    "withdraw_lead_offer": gettext_lazy("Offer of the lead taken back"),
    "accept_lead": gettext_lazy("Lead passed to a partner"),
    "decline_lead": gettext_lazy("Offer of the lead declined"),
}


class TextChanged(Exception):
    """The text is no longer the one that the person had before them; nothing was endorsed."""


@contextmanager
def _led_by(user: User, submission: Submission, *, statuses: set) -> Iterator[Submission]:
    """The submission, locked, for somebody of the mechanism that leads."""
    with locked(submission) as submission:
        if not is_affiliated_with(user, submission):
            raise PermissionDenied
        _refuse_unless(submission, statuses)
        yield submission


def _refuse_unless(submission: Submission, statuses: set) -> None:
    if submission.status in statuses:
        return
    if submission.status in WITH_PARTNERS:
        raise Refused(
            _(
                "The partners are endorsing the text, so their list is closed. "
                "Take the input back to change it, or drop a partner that declined."
            )
        )
    raise Refused(
        _("This is not possible now: this input is in the state “%(status)s”.")
        % {"status": submission.get_status_display()}
    )


def _record(submission, act, *, by: User | None, partnership=None, note="", at=None) -> SubmissionEvent:
    event = SubmissionEvent.objects.create(
        submission=submission,
        step=act,
        source=submission.status,
        target=submission.status,
        actor=by,
        partnership=partnership,
        at=at or timezone.now(),
        note=note.strip(),
    )
    notifications.tell(event)
    return event


def _touch(submission: Submission) -> None:
    """The cover has changed, which is part of the text."""
    submission.saved_at = timezone.now()
    submission.save(update_fields=["saved_at"])


# Who takes part


def add_partner(
    submission: Submission,
    *,
    iscm: ISCM | None = None,
    entity: PartnerEntity | None = None,
    access: str = Access.COMMENT,
    endorses: bool = True,
    by: User,
) -> Partnership:
    """A mechanism or an entity; an entity that is not stored yet is added to the register."""
    with _led_by(by, submission, statuses=WITH_SECRETARIAT) as submission:
        if sentence := why_not_admitted(submission, iscm, entity):
            raise Refused(sentence)
        if entity and entity.pk is None:
            entity = registered(entity)
        if submission.partnerships.current().filter(iscm=iscm, entity=entity).exists():
            raise Refused(_("%(name)s is a partner of this input already.") % {"name": iscm or entity})
        partnership = Partnership.objects.create(
            submission=submission,
            lead=submission.iscm,
            iscm=iscm,
            entity=entity,
            access=access if iscm else Access.VIEW,
            endorses=endorses or entity is not None,
            added_by=by,
        )
        _touch(submission)
        _record(submission, "add_partner", by=by, partnership=partnership)
    return partnership


def change_partner(partnership: Partnership, *, access: str, endorses: bool, by: User) -> None:
    with _led_by(by, partnership.submission, statuses=WITH_SECRETARIAT) as submission:
        partnership = _current(partnership)
        if partnership.iscm_id is None:
            access, endorses = Access.VIEW, True
        if (partnership.access, partnership.endorses) == (access, endorses):
            return
        is_on_the_text = partnership.endorses != endorses
        partnership.access, partnership.endorses = access, endorses
        partnership.save(update_fields=["access", "endorses"])
        note = str(partnership.get_access_display())
        if is_on_the_text:
            _touch(submission)
            named = _("it is named on the text, and will be asked to endorse it")
            note += "; " + (named if endorses else _("it is consulted only, named nowhere and not asked"))
        _record(submission, "change_partner", by=by, partnership=partnership, note=note)


def _current(partnership: Partnership) -> Partnership:
    """As it is in the database now."""
    current = Partnership.objects.current().select_related("iscm", "entity").filter(pk=partnership.pk).first()
    if current is None:
        raise Refused(_("%(name)s is not a partner of this input any more.") % {"name": partnership})
    return current


def remove_partner(partnership: Partnership, *, by: User, note: str = "") -> SubmissionEvent:
    """Off the list. While the partners endorse, only one whose last answer was no; then the others must look again."""
    with _led_by(by, partnership.submission, statuses=EDITABLE) as submission:
        partnership = _current(partnership)
        is_dropped = submission.status in WITH_PARTNERS
        if is_dropped and not partnership.has_declined:
            _refuse_unless(submission, WITH_SECRETARIAT)
        partnership.removed_at = timezone.now()
        partnership.save(update_fields=["removed_at"])
        partnership.lead_offers.open().update(withdrawn_at=partnership.removed_at)
        _touch(submission)
        act = "drop_partner" if is_dropped else "remove_partner"
        return _record(submission, act, by=by, partnership=partnership, note=note)


# What they say to the text


def endorse(partnership: Partnership, *, verdict: str, remark: str = "", sha256: str, by: User) -> SubmissionEvent:
    """A partner's answer to the text of that hash, which is the one that the person read. Raises also TextChanged."""
    with locked(partnership.submission) as submission:
        partnership = _current(partnership)
        if not may_endorse(by, partnership):
            raise PermissionDenied
        return _answer(submission, partnership, verdict=verdict, remark=remark, sha256=sha256, by=by)


def record_letter(
    partnership: Partnership,
    *,
    verdict: str,
    remark: str = "",
    signatory: str,
    signed_on: date,
    file: File,
    checked: Checked,
    sha256: str,
    by: User,
) -> SubmissionEvent:
    """What a partner without an account has said in a letter, recorded by the lead with the letter as evidence."""
    with locked(partnership.submission) as submission:
        partnership = _current(partnership)
        if not may_file(by, submission):
            raise PermissionDenied
        if not endorsement.needs_a_letter(partnership):
            raise Refused(_("%(name)s answers in the portal itself.") % {"name": partnership})
        evidence = Attachment(
            submission=submission,
            title=_("Letter of %(name)s") % {"name": partnership.short_name},
            language=submission.language,
            file=file,
            filename=checked.filename,
            kind=checked.kind,
            size=checked.size,
            sha256=checked.sha256,
            uploaded_by=by,
            is_evidence=True,
        )
        letter = {"signatory": signatory, "signed_on": signed_on, "evidence": evidence}
        return _answer(submission, partnership, verdict=verdict, remark=remark, sha256=sha256, by=by, **letter)


def _answer(submission, partnership, *, verdict, remark, sha256, by, evidence=None, **letter) -> SubmissionEvent:
    if not endorsement.is_asked(submission):
        raise Refused(
            _("Nothing is to be endorsed now: this input is in the state “%(status)s”.")
            % {"status": submission.get_status_display()}
        )
    remark = remark.strip()
    if verdict != Verdict.ENDORSED and not remark:
        raise Refused(
            _("Write the reason: the others need to know it.")
            if verdict == Verdict.DECLINED
            else _("Write the remark, or endorse without one.")
        )
    submission = content.load(submission)  # once, also for those who are told
    canonical = content.canonical(content.snapshot(submission))
    if content.digest(canonical) != sha256:
        raise TextChanged
    text, _is_new = CirculatedText.objects.get_or_create(
        submission=submission, sha256=sha256, defaults={"canonical": canonical}
    )
    last = partnership.last_answer
    said = {"text": text, "verdict": verdict, "remark": "" if verdict == Verdict.ENDORSED else remark}
    if (
        last
        and all(getattr(last, name) == value for name, value in (said | letter).items())
        and ((last.evidence and last.evidence.sha256) == (evidence and evidence.sha256))
    ):
        return partnership.events.filter(step=_ACT_OF[verdict]).last()  # pressed twice
    if evidence:
        evidence.save()
    Endorsement.objects.create(partnership=partnership, given_by=by, evidence=evidence, **said, **letter)
    return _record(submission, _ACT_OF[verdict], by=by, partnership=partnership, note=said["remark"])


_ACT_OF = {
    Verdict.ENDORSED: "endorse",
    Verdict.WITH_REMARK: "endorse_with_remark",
    Verdict.DECLINED: "decline_endorsement",
}


def ask_again(submission: Submission, *, by: User | None) -> SubmissionEvent:
    """Tell those who have not answered, and those whose answer was to an older text. `by` None: the portal itself."""
    with locked(submission) as submission:
        if by and not is_affiliated_with(by, submission):
            raise PermissionDenied
        if not endorsement.is_asked(submission):
            raise Refused(_("The partners are not being asked now."))
        submission = content.load(submission)  # once, also for those who are told
        if not endorsement.who_must_answer(endorsement.standings(submission)):
            raise Refused(_("Every partner has answered the text as it stands."))
        last = submission.events.exclude(step=reading.READ_DRAFT).select_related("actor").last()
        if by and (last.step, last.actor) == ("ask_again", by) and timezone.now() - last.at < PRESSED_TWICE:
            return last
        return _record(submission, "ask_again", by=by)


def remind(submission: Submission, *, days: int, at: datetime) -> SubmissionEvent:
    """The reminder of so many days before the deadline, by the portal itself. When it is due: reminders.py."""
    with locked(submission) as submission:
        if not endorsement.is_asked(submission):
            raise Refused(_("The partners are not being asked now."))
        submission = content.load(submission)
        return _record(submission, "remind", by=None, note=str(days), at=at)


# Who leads


def offer_lead(partnership: Partnership, *, by: User, note: str = "") -> LeadOffer:
    with locked(partnership.submission) as submission:
        if not may_file(by, submission):
            raise PermissionDenied
        partnership = _current(partnership)
        _refuse_unless_unfinished(submission)
        if partnership.iscm_id is None or endorsement.needs_a_letter(partnership):
            raise Refused(_("%(name)s has nobody in the portal who could file the input.") % {"name": partnership})
        if submission.lead_offers.open().exists():
            raise Refused(_("The lead is offered to a partner already. Take that offer back first."))
        offer = LeadOffer.objects.create(submission=submission, partnership=partnership, offered_by=by)
        _record(submission, "offer_lead", by=by, partnership=partnership, note=note)
    return offer


def _refuse_unless_unfinished(submission: Submission) -> None:
    if submission.status not in EDITABLE:
        raise Refused(
            _("The lead can be passed while the text is being written: this input is in the state “%(status)s”.")
            % {"status": submission.get_status_display()}
        )


def withdraw_lead_offer(offer: LeadOffer, *, by: User) -> SubmissionEvent:
    with locked(offer.submission) as submission:
        if not may_file(by, submission):
            raise PermissionDenied
        offer = _open(offer)
        offer.withdrawn_at = timezone.now()
        offer.save(update_fields=["withdrawn_at"])
        return _record(submission, "withdraw_lead_offer", by=by, partnership=offer.partnership)


def answer_lead_offer(offer: LeadOffer, *, accept: bool, by: User) -> SubmissionEvent:
    """On acceptance the partner leads, and the mechanism that led is a partner who may edit."""
    with locked(offer.submission) as submission:
        offer = _open(offer)
        partnership = _current(offer.partnership)
        if not files_for(by, partnership.iscm_id):
            raise PermissionDenied
        if accept:
            _refuse_unless_unfinished(submission)
            _refuse_a_second_sole_input(submission, partnership.iscm)
        offer.answered_by, offer.answered_at, offer.is_accepted = by, timezone.now(), accept
        offer.save(update_fields=["answered_by", "answered_at", "is_accepted"])
        if accept:
            _pass_lead(submission, partnership, by=by)
        return _record(submission, "accept_lead" if accept else "decline_lead", by=by, partnership=partnership)


def _open(offer: LeadOffer) -> LeadOffer:
    offer = LeadOffer.objects.open().select_related("partnership__iscm").filter(pk=offer.pk).first()
    if offer is None:
        raise Refused(_("This offer is no longer open."))
    return offer


def _refuse_a_second_sole_input(submission: Submission, iscm: ISCM) -> None:
    others = Submission.objects.live().filter(iscm=iscm, cycle=submission.cycle, input_type=submission.input_type)
    if submission.is_sole and others.filter(is_sole=True).exists():
        raise Refused(
            _("%(mechanism)s leads an input of this type in this review cycle already, and there can be one only.")
            % {"mechanism": iscm}
        )


def _pass_lead(submission: Submission, partnership: Partnership, *, by: User) -> None:
    before, after = submission.iscm, partnership.iscm
    partnership.removed_at = timezone.now()
    partnership.save(update_fields=["removed_at"])
    submission.partnerships.current().update(lead=after)
    submission.iscm = after
    submission.saved_at = timezone.now()
    submission.save(update_fields=["iscm", "saved_at"])
    Partnership.objects.create(
        submission=submission, lead=after, iscm=before, access=Access.EDIT, endorses=True, added_by=by
    )
