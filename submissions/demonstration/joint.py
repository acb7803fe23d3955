"""The joint inputs of the demonstration: one in each state, by the same acts and steps that people take."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone, translation

from submissions import attachments, clearance, commenting, endorsement, joint, saving, starting, workflow
from submissions.models import (
    ISCM,
    Clearance,
    Endorsement,
    InputType,
    PartnerEntity,
    Partnership,
    Region,
    ReviewCycle,
    Submission,
    User,
)

from .answers import a_pdf, answer

VIEW, COMMENT, EDIT = Partnership.Access.VIEW, Partnership.Access.COMMENT, Partnership.Access.EDIT
ENDORSED, WITH_REMARK, DECLINED = Endorsement.Verdict
STALE = "stale"  # endorsed, and then the text was changed
DROPPED = "dropped"  # declined, and was dropped by the lead
NOTHING = ""  # not answered yet

IGO = PartnerEntity(name="Demonstration Community of River States (invented)", kind=PartnerEntity.Kind.IGO)
LEAGUE = PartnerEntity(name="Demonstration League of Seafarers (invented)", kind=PartnerEntity.Kind.NON_STATE)

REMARKS = {
    ENDORSED: "",
    WITH_REMARK: "We would have said more about consular cooperation, and can live without it.",
    DECLINED: "Our members have asked not to be associated with the third paragraph.",
}
NOTES = {
    "request_changes": "Please say in one sentence what each of you did, and not only what you did together.",
    "decline": "An input of the same partners on the same subject is on record already.",
    "withdraw": "The partners wish to speak one after the other instead.",
}


@dataclass(frozen=True)
class Secretariat:
    """A mechanism of the invented cast, and its two people."""

    mechanism: object
    iscm: ISCM
    head: User
    drafter: User


@dataclass(frozen=True)
class Partner:
    """A mechanism by its acronym, or an entity; and what it says to the text."""

    who: str | PartnerEntity
    says: str = ENDORSED
    access: str = COMMENT


@dataclass(frozen=True)
class JointInput:
    code: str
    lead: str
    partners: tuple[Partner, ...]
    steps: tuple[str, ...]  # from draft on; those of the partners come after "ask"
    cycle: str = "forum"
    regions: tuple[str, ...] = ()


FILED = ("ask", "submit")
JOINT_INPUTS = [
    # In draft: the partners are invited to read along.
    JointInput("B5", "DDNR", (Partner("DDWC", access=EDIT), Partner("DDSH"), Partner(IGO)), ()),
    # With the partners: one has not answered, one must look again, one has declined, one has written a letter.
    JointInput("D5", "DDNR", (Partner("DDWC"), Partner("DDSH", NOTHING)), ("ask",)),
    JointInput("D5", "DDWC", (Partner("DDNR", STALE), Partner("DDI", NOTHING)), ("ask",)),
    JointInput("D4", "DDSH", (Partner("DDNR", WITH_REMARK), Partner("DDES", DECLINED, VIEW)), ("ask",)),
    JointInput("B6", "DDI", (Partner(LEAGUE), Partner(IGO, NOTHING)), ("ask",)),
    # With IOM and after it.
    JointInput("B4", "DDES", (Partner("DDSH"), Partner("DDI", WITH_REMARK)), FILED),
    JointInput("D4", "DDWC", (Partner("DDES", DROPPED), Partner("DDNR")), (*FILED, "take_up")),
    JointInput("D5", "DDSH", (Partner("DDNR", access=EDIT),), (*FILED, "take_up", "request_changes")),
    JointInput("B5", "DDNR", (Partner("DDWC"), Partner("DDSH"), Partner(IGO)), (*FILED, "take_up", "approve")),
    JointInput("B6", "DDSH", (Partner(LEAGUE),), (*FILED, "take_up", "decline")),
    JointInput("D5", "DDES", (Partner("DDI", NOTHING),), ("ask", "withdraw")),
    # To the review of Africa, naming the Arab region as well: it counts in both.
    JointInput("B4", "DDNR", (Partner("DDWC"),), (*FILED, "take_up", "approve"), "regional", ("africa", "arab")),
]  # fmt: skip


def build(cycles: dict[str, ReviewCycle], secretariats: dict[str, Secretariat], *, reviewer: User, approver: User):
    for joint_input in JOINT_INPUTS:
        lead = secretariats[joint_input.lead]
        submission = _draft(joint_input, cycles[joint_input.cycle], lead, secretariats)
        who = {"take_up": reviewer, "request_changes": reviewer, "approve": approver, "decline": approver}
        for step in joint_input.steps:
            workflow.perform(submission, step, by=who.get(step, lead.head), note=NOTES.get(step, ""))
            if step == "ask":
                _let_answer(submission, joint_input, lead, secretariats)


def _draft(joint_input: JointInput, cycle: ReviewCycle, lead: Secretariat, secretariats) -> Submission:
    with translation.override(lead.mechanism.words["language"]):
        submission = starting.start(
            iscm=lead.iscm, cycle=cycle, input_type=InputType.objects.get(code=joint_input.code), by=lead.drafter
        )
    answer(submission, lead.mechanism, only_half=False, head=lead.head, drafter=lead.drafter)
    submission.regions.add(*Region.objects.filter(code__in=joint_input.regions))
    for partner in joint_input.partners:
        joint.add_partner(submission, **_organization(partner, secretariats), access=partner.access, by=lead.head)
    _talk_about(submission, joint_input, lead, secretariats)
    return submission


def _organization(partner: Partner, secretariats) -> dict:
    if isinstance(partner.who, PartnerEntity):
        known = PartnerEntity.objects.filter(name=partner.who.name).first()
        return {"entity": known or PartnerEntity(name=partner.who.name, kind=partner.who.kind)}
    return {"iscm": secretariats[partner.who].iscm}


def _talk_about(submission: Submission, joint_input: JointInput, lead: Secretariat, secretariats) -> None:
    """A comment and its answer, where a partner may comment; and how the text was cleared at home."""
    today = timezone.now().date()
    speaks = next((one for one in joint_input.partners if isinstance(one.who, str) and one.access != VIEW), None)
    if speaks:
        partner = secretariats[speaks.who]
        section = submission.input_type.type_sections.order_by("position")[1].section
        asked = commenting.comment(
            submission, section=section, text="Could this be half as long? Our members read on telephones.",
            by=partner.drafter,
        )  # fmt: skip
        if joint_input.steps:
            commenting.resolve(asked, by=lead.drafter)
        commenting.comment(submission, section=None, text="The Chair would like to see it by Friday.", by=lead.head)
        clearance.record(
            submission, iscm=partner.iscm, way=Clearance.Way.SILENCE, cleared_on=today + timedelta(days=7),
            detail="Circulated to all focal points.", by=partner.head,
        )  # fmt: skip
    clearance.record(
        submission, iscm=lead.iscm, way=Clearance.Way.MEETING, cleared_on=today - timedelta(days=12),
        detail="Meeting of the focal points, held online.", by=lead.drafter,
    )  # fmt: skip
    clearance.record(
        submission, iscm=lead.iscm, way=Clearance.Way.CHAIR, cleared_on=today - timedelta(days=3), by=lead.head
    )


def _let_answer(submission: Submission, joint_input: JointInput, lead: Secretariat, secretariats) -> None:
    """First those whose answer is to an older text, or who are not there any more."""
    for partner in joint_input.partners:
        if partner.says == STALE:
            _say(submission, partner, ENDORSED, lead, secretariats)
        if partner.says == DROPPED:
            _say(submission, partner, DECLINED, lead, secretariats)
            joint.remove_partner(submission.partnerships.current().get(iscm__acronym=partner.who), by=lead.head)
    if any(partner.says == STALE for partner in joint_input.partners):
        with saving.editing(submission, by=lead.drafter) as edited:
            edited.agreed_how += " Texte relu par le secrétariat et repris en deux endroits."
            edited.saved_at = timezone.now()
            edited.save(update_fields=["agreed_how", "saved_at"])
    for partner in joint_input.partners:
        if partner.says in REMARKS:
            _say(submission, partner, partner.says, lead, secretariats)


def _say(submission: Submission, partner: Partner, verdict: str, lead: Secretariat, secretariats) -> None:
    said = {
        "verdict": verdict,
        "remark": REMARKS[verdict],
        "sha256": endorsement.sha256_of(Submission.objects.get(pk=submission.pk)),
    }
    if isinstance(partner.who, str):
        partnership = submission.partnerships.current().get(iscm=secretariats[partner.who].iscm)
        joint.endorse(partnership, **said, by=secretariats[partner.who].head)
        return
    partnership = submission.partnerships.current().get(entity__name=partner.who.name)
    letter = a_pdf("demonstration-letter.pdf")
    joint.record_letter(
        partnership,
        **said,
        signatory="The invented Executive Secretary",
        signed_on=timezone.now().date(),
        file=letter,
        checked=attachments.check(letter),
        by=lead.head,
    )
