"""Things that tests need, made with plain keyword-only functions. Everything has a sensible default."""

import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from objectives.models import Objective, Roundtable
from submissions import attachments, endorsement, joint, receiving, starting, workflow
from submissions.models import (
    ISCM,
    Affiliation,
    Answer,
    Attachment,
    Capacity,
    ChangeRequest,
    Endorsement,
    Engagement,
    EventDetails,
    InputType,
    ObjectiveBlock,
    OutlineSection,
    PartnerEntity,
    Partnership,
    Received,
    Region,
    ReviewCycle,
    ReviewCycleText,
    SpeakingDetails,
    Submission,
    SubmissionEvent,
    User,
)

PASSWORD = "long enough for a test"


def make_person(*, name: str, email: str = "", **fields) -> User:
    return User.objects.create_user(email or f"{name.split()[0].lower()}@example.org", PASSWORD, name=name, **fields)


def make_mechanism(*, name: str, acronym: str, regions=("africa",), associations=(), **fields) -> ISCM:
    fields.setdefault("category", ISCM.Category.RCP)
    iscm = ISCM.objects.create(slug=acronym.lower(), name=name, acronym=acronym, **fields)
    iscm.review_regions.set(Region.objects.filter(code__in=regions))
    for association in associations:
        iscm.formal_associations.add(PartnerEntity.objects.get_or_create(name=association)[0])
    return iscm


def change(section, text, **fields) -> ChangeRequest:
    """To be asked for with a step, see workflow.perform."""
    return ChangeRequest(section=section, text=text, **fields)


def affiliate(*, user: User, iscm: ISCM, may_file: bool = True, capacity=Capacity.HEAD, **fields) -> Affiliation:
    fields.setdefault("starts_on", timezone.now().date() - timedelta(days=30))
    return Affiliation.objects.create(user=user, iscm=iscm, may_file=may_file, capacity=capacity, **fields)


def make_cycle(*, code: str = "TEST2030", name: str = "Test Forum 2030", opens=-30, closes=30, **fields) -> ReviewCycle:
    """`opens` and `closes` are days from now."""
    now = timezone.now()
    cycle = ReviewCycle.objects.create(
        code=code,
        kind=fields.pop("kind", ReviewCycle.Kind.IMRF),
        year=fields.pop("year", 2030),
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        **fields,
    )
    ReviewCycleText.objects.create(parent=cycle, language="en", name=name, verified=True)
    return cycle


def make_draft(*, iscm: ISCM, cycle: ReviewCycle, by: User, type_code: str = "D2") -> Submission:
    """A draft as it is just after somebody pressed Start."""
    return starting.start(iscm=iscm, cycle=cycle, input_type=InputType.objects.get(code=type_code), by=by)


def answer(*, submission: Submission, code: str, text: str = "", by: User | None = None) -> Answer:
    """The section answered with this rich text, and marked complete."""
    return Answer.objects.update_or_create(
        submission=submission,
        section=OutlineSection.objects.get(code=code),
        defaults={"text": text, "is_complete": True, "saved_by": by or submission.started_by, "version": 1},
    )[0]


def answer_everything_required(*, submission: Submission, by: User | None = None, text: str = "") -> Submission:
    """The shortest truthful answers that let this input be filed, whatever its type."""
    by = by or submission.started_by
    text = text or "<p>The mechanism reviewed its own work on the Compact.</p>"
    Kind = OutlineSection.Kind
    for asked in submission.input_type.type_sections.filter(is_required=True).select_related("section"):
        match asked.section.kind:
            case Kind.ENGAGEMENT:
                mode = submission.input_type.engagement_modes.first()
                Engagement.objects.update_or_create(
                    submission=submission,
                    mode=mode,
                    defaults={"capacity": mode.representatives.first(), "representative": by.name},
                )
                submission.agreed_how = "Adopted by the members at the annual meeting."
                submission.is_collective = True
                submission.save()
            case Kind.OBJECTIVES:
                tick_objective(submission=submission, number=7, progress=text)
            case Kind.EVENT:
                EventDetails.objects.update_or_create(
                    submission=submission,
                    defaults={"name": "Annual meeting", "starts_on": "2030-02-03", "place": "Lomé"},
                )
            case Kind.SPEAKING:
                speaking, _ = SpeakingDetails.objects.update_or_create(
                    submission=submission, defaults={"speaker": "Amina Diallo", "speaker_capacity": "Chair"}
                )
                speaking.roundtables.set(Roundtable.objects.filter(number=1))
            case Kind.ANNEXES:
                attach(submission=submission, by=by)
        answer(
            submission=submission,
            code=asked.section.code,
            text=text if asked.section.kind == Kind.TEXT else "",
            by=by,
        )
    return submission


def tick_objective(*, submission: Submission, number: int, **texts) -> ObjectiveBlock:
    return ObjectiveBlock.objects.update_or_create(
        submission=submission, objective=Objective.objects.get(number=number), defaults={"version": 1, **texts}
    )[0]


def attach(
    *, submission: Submission, by: User, title: str = "Declaration", content: bytes = b"%PDF-1.7 test"
) -> Attachment:
    return Attachment.objects.create(
        submission=submission,
        title=title,
        file=ContentFile(content, name="declaration.pdf"),
        filename="declaration.pdf",
        kind=Attachment.Kind.PDF,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
    )


def make_filed(*, iscm: ISCM, cycle: ReviewCycle, by: User, type_code: str = "D2", text: str = "") -> Submission:
    submission = make_draft(iscm=iscm, cycle=cycle, by=by, type_code=type_code)
    answer_everything_required(submission=submission, by=by, text=text)
    workflow.perform(submission, "submit", by=by)
    submission.refresh_from_db()
    return submission


def bring_to(submission: Submission, status: str, *, filer: User, reviewer: User, approver: User) -> Submission:
    """Walk a filed or draft submission along the table of steps to the status asked for."""
    paths = {
        "draft": [],
        "submitted": ["submit"],
        "under_review": ["submit", "take_up"],
        "changes_requested": ["submit", "take_up", "request_changes"],
        "approved": ["submit", "take_up", "approve"],
        "declined": ["submit", "take_up", "decline"],
        "withdrawn": ["withdraw"],
    }
    who = {
        "submit": filer,
        "withdraw": filer,
        "take_up": reviewer,
        "request_changes": reviewer,
        "approve": approver,
        "decline": approver,
    }
    if paths[status] and "submit" in paths[status]:
        answer_everything_required(submission=submission, by=filer)
    for step in paths[status]:
        workflow.perform(submission, step, by=who[step], note="Because the text asks for it.")
    submission.refresh_from_db()
    return submission


# Inputs that came by mail, and are entered by IOM.


def make_received(
    *,
    iscm: ISCM,
    cycle: ReviewCycle,
    by: User,
    type_code: str = "D2",
    content: bytes = b"%PDF-1.7 original",
    received_on=None,
    **fields,
) -> Submission:
    """A draft as it is just after IOM's staff have begun to enter it."""
    filename, kind = "input.pdf", Attachment.Kind.PDF
    fields.setdefault("channel", Received.Channel.EMAIL)
    return receiving.receive(
        iscm=iscm,
        cycle=cycle,
        input_type=InputType.objects.get(code=type_code),
        title=fields.pop("title", "Our statement"),
        language=fields.pop("language", "en"),
        sender=fields.pop("sender", "Amina Diallo"),
        received_on=received_on or timezone.now().date(),
        file=ContentFile(content, name=filename),
        checked=attachments.Checked(filename, kind, len(content), hashlib.sha256(content).hexdigest()),
        by=by,
        **fields,
    )


def enter_everything_required(*, submission: Submission, by: User) -> Submission:
    """As far as IOM's staff can: what only the mechanism can say is left to it."""
    answer_everything_required(submission=submission, by=by)
    submission.agreed_how, submission.is_collective = "", False
    submission.save(update_fields=["agreed_how", "is_collective"])
    return now(submission)


def make_received_filed(*, by: User, **fields) -> Submission:
    """Entered and filed by IOM's staff; its mechanism has not confirmed it yet."""
    submission = enter_everything_required(submission=make_received(by=by, **fields), by=by)
    workflow.perform(submission, "file_received", by=by)
    return now(submission)


def confirm(*, submission: Submission, by: User) -> SubmissionEvent:
    submission = now(submission)
    return receiving.confirm(
        submission,
        expected_revision=submission.newest_revision.number if submission.newest_revision else 1,
        agreed_how="Adopted by the members at the annual meeting.",
        by=by,
    )


# Joint inputs, from the draft to the filing. Each of these works for whatever mechanisms and people it is given.


def make_entity(
    *, name: str = "Test Community", kind: str = PartnerEntity.Kind.IGO, acronym: str = ""
) -> PartnerEntity:
    return PartnerEntity.objects.get_or_create(name=name, defaults={"kind": kind, "acronym": acronym})[0]


def make_joint(
    *,
    lead: ISCM,
    partners,
    cycle: ReviewCycle,
    by: User,
    type_code: str = "D5",
    access: str = Partnership.Access.COMMENT,
) -> Submission:
    """A draft that lacks nothing but the endorsement of these partners, which are mechanisms or entities."""
    submission = make_draft(iscm=lead, cycle=cycle, by=by, type_code=type_code)
    answer_everything_required(submission=submission, by=by)
    for partner in partners:
        add_partner(submission=submission, partner=partner, by=by, access=access)
    return now(submission)


def make_asked(**of_joint) -> Submission:
    """The same, put before its partners."""
    submission = make_joint(**of_joint)
    workflow.perform(submission, "ask", by=of_joint["by"])
    return now(submission)


def add_partner(*, submission: Submission, partner: ISCM | PartnerEntity, by: User, **fields) -> Partnership:
    kind = "iscm" if isinstance(partner, ISCM) else "entity"
    return joint.add_partner(submission, **{kind: partner}, by=by, **fields)


def partnership_of(*, submission: Submission, partner: ISCM | PartnerEntity) -> Partnership:
    """The one that stands; else the last that there was."""
    kind = "iscm" if isinstance(partner, ISCM) else "entity"
    all_of_it = Partnership.objects.filter(submission=submission, **{kind: partner})
    return all_of_it.current().first() or all_of_it.order_by("pk").last()


def endorse(
    *,
    submission: Submission,
    partner: ISCM,
    by: User,
    verdict: str = Endorsement.Verdict.ENDORSED,
    remark: str = "",
    sha256: str = "",
) -> SubmissionEvent:
    """The partner's answer to the text as it stands, or to the one of that hash."""
    partnership = partnership_of(submission=submission, partner=partner)
    sha256 = sha256 or endorsement.sha256_of(now(submission))
    return joint.endorse(partnership, verdict=verdict, remark=remark, sha256=sha256, by=by)


def decline(*, submission: Submission, partner: ISCM, by: User, remark: str = "Not our words.") -> SubmissionEvent:
    return endorse(submission=submission, partner=partner, by=by, verdict=Endorsement.Verdict.DECLINED, remark=remark)


def drop(*, submission: Submission, partner: ISCM | PartnerEntity, by: User) -> SubmissionEvent:
    return joint.remove_partner(partnership_of(submission=submission, partner=partner), by=by)


def record_letter(
    *,
    submission: Submission,
    partner: ISCM | PartnerEntity,
    by: User,
    verdict: str = Endorsement.Verdict.ENDORSED,
    remark: str = "",
    content: bytes = b"%PDF-1.7 letter",
) -> SubmissionEvent:
    """The lead records what a partner without an account has written."""
    filename, kind = "letter.pdf", Attachment.Kind.PDF
    checked = attachments.Checked(filename, kind, len(content), hashlib.sha256(content).hexdigest())
    return joint.record_letter(
        partnership_of(submission=submission, partner=partner),
        verdict=verdict,
        remark=remark,
        signatory="The Executive Secretary",
        signed_on=timezone.now().date(),
        file=ContentFile(content, name=filename),
        checked=checked,
        sha256=endorsement.sha256_of(now(submission)),
        by=by,
    )


def rewrite(*, submission: Submission, text: str = "<p>We met again, and agreed on more.</p>") -> None:
    """Another text in the first section that has one: what was endorsed is an older one now."""
    written = submission.answers.filter(section__kind=OutlineSection.Kind.TEXT).first()
    answer(submission=submission, code=written.section.code, text=text)


def make_joint_filed(*, lead: ISCM, partners: dict[ISCM, User], cycle: ReviewCycle, by: User, **more) -> Submission:
    """Endorsed by each of these partners through this person, and filed."""
    submission = make_asked(lead=lead, partners=partners, cycle=cycle, by=by, **more)
    for partner, person in partners.items():
        endorse(submission=submission, partner=partner, by=person)
    workflow.perform(submission, "submit", by=by)
    return now(submission)


def now(submission: Submission) -> Submission:
    """As it is in the database now."""
    return Submission.objects.get(pk=submission.pk)


def standings(submission: Submission) -> dict[str, str]:
    """How each partner stands to the present text, by its short name, in the order of the cover."""
    return {one.partnership.short_name: one.standing.value for one in endorsement.standings(now(submission))}
