"""Things that tests need, made with plain keyword-only functions. Everything has a sensible default."""

import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from objectives.models import Objective, Roundtable
from submissions import workflow
from submissions.models import (
    ISCM,
    Affiliation,
    Answer,
    Attachment,
    Capacity,
    Engagement,
    EventDetails,
    InputType,
    ObjectiveBlock,
    OutlineSection,
    PartnerEntity,
    Region,
    ReviewCycle,
    ReviewCycleText,
    SpeakingDetails,
    Submission,
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
    return workflow.start(iscm=iscm, cycle=cycle, input_type=InputType.objects.get(code=type_code), by=by)


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
