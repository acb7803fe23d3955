"""Makes the invented cast and brings their inputs into every status, by the same steps that people take."""

import io
from dataclasses import dataclass
from datetime import timedelta

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from objectives.models import GuidingPrinciple, Objective, Roundtable
from submissions import attachments, rich_text, workflow
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
    PrincipleNote,
    Recommendation,
    Region,
    ReviewCycle,
    ReviewCycleText,
    SpeakingDetails,
    Submission,
    Term,
    User,
)

from . import texts

PASSWORD = "invented-for-the-demonstration"

Kind = OutlineSection.Kind


@dataclass(frozen=True)
class Mechanism:
    name: str
    acronym: str
    category: str
    regions: tuple[str, ...]
    words: dict
    head: tuple[str, str]  # name and e-mail address; may file
    drafter: tuple[str, str]
    inputs: dict[str, str]  # type code → the status it is brought to


IGO = "Demonstration Community of River States (invented)"

MECHANISMS = [
    Mechanism(
        "Demonstration Dialogue of the Northern Rivers (invented)", "DDNR", "RCP", ("africa", "arab"), texts.NORTHERN,
        ("Amina Diallo", "amina@example.org"), ("Bruno Costa", "bruno@example.org"),
        {"B1": "approved", "B2": "approved", "B3": "approved", "D1": "under_review", "D2": "draft", "D3": "submitted"},
    ),
    Mechanism(
        "Demonstration Dialogue of the Western Coast (invented)", "DDWC", "RCP", ("africa",), texts.WESTERN,
        ("Claire Fontaine", "claire@example.org"), ("David Mensah", "david@example.org"),
        {"B3": "approved", "B1": "submitted", "D2": "changes_requested", "D1": "approved"},
    ),
    Mechanism(
        "Demonstration Dialogue of the Southern Highlands (invented)", "DDSH", "RCP", ("latin-america-caribbean",),
        texts.SOUTHERN, ("Elena Quispe", "elena@example.org"), ("Felipe Rojas", "felipe@example.org"),
        {"B3": "under_review", "D2": "approved", "B2": "withdrawn", "D3": "draft"},
    ),
    Mechanism(
        "Demonstration Dialogue of the Eastern Steppe (invented)", "DDES", "IRF",
        ("europe-north-america", "asia-pacific"), texts.STEPPE,
        ("Galina Orlova", "galina@example.org"), ("Hamid Karimov", "hamid@example.org"),
        {"B3": "approved", "D1": "declined", "B1": "draft"},
    ),
    Mechanism(
        "Demonstration Dialogue of the Islands (invented)", "DDI", "global", ("arab",), texts.ISLANDS,
        ("Idris Haddad", "idris@example.org"), ("Jamila Nasser", "jamila@example.org"),
        {"D2": "approved", "B3": "changes_requested"},
    ),
]  # fmt: skip

IOM = [
    ("Rita Novak", "rita@example.org", {"is_reviewer": True}),
    ("Piotr Lind", "piotr@example.org", {"is_reviewer": True, "is_approver": True}),
]
ADMINISTRATOR = ("Ada Mwangi", "ada@example.org")

STEPS = {
    "draft": [],
    "submitted": ["submit"],
    "under_review": ["submit", "take_up"],
    "changes_requested": ["submit", "take_up", "request_changes"],
    "approved": ["submit", "take_up", "approve"],
    "declined": ["submit", "take_up", "decline"],
    "withdrawn": ["submit", "withdraw"],
}

NOTES = {
    "request_changes": "Please say more about what the mechanism itself did, and less about its member States.",
    "decline": "This statement was read out at another meeting and is already on record there.",
    "withdraw": "The members wish to look at the text again.",
}


def is_built() -> bool:
    return ISCM.objects.filter(name=MECHANISMS[0].name).exists()


def build() -> None:
    """The whole demonstration, or nothing."""
    with transaction.atomic():
        reviewer, approver = [_person(name, email, **roles) for name, email, roles in IOM]
        _person(*ADMINISTRATOR, is_staff=True, is_superuser=True)
        forum, past_forum = (
            _forum("Demonstration Forum (invented)", "DEMO"),
            _forum("Earlier Demonstration Forum (invented)", "DEMO-EARLIER"),
        )
        regional = _regional_review()
        igo, _ = PartnerEntity.objects.get_or_create(name=IGO, defaults={"kind": PartnerEntity.Kind.IGO})
        for mechanism in MECHANISMS:
            iscm, head, drafter = _mechanism(mechanism, igo)
            people = {"head": head, "drafter": drafter, "reviewer": reviewer, "approver": approver}
            for code, status in mechanism.inputs.items():
                _input(mechanism, iscm, forum, code, status, **people)
        first, second = MECHANISMS[:2]
        for mechanism, cycle, code, status in [
            (first, regional, "B2", "draft"), (second, regional, "B1", "approved"), (first, past_forum, "B3", "approved"),
        ]:  # fmt: skip
            iscm = ISCM.objects.get(name=mechanism.name)
            head, drafter = (User.objects.get(email=email) for _, email in (mechanism.head, mechanism.drafter))
            _input(
                mechanism, iscm, cycle, code, status, head=head, drafter=drafter, reviewer=reviewer, approver=approver
            )
        _close(past_forum)


def _person(name, email, **fields) -> User:
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def _forum(name, code) -> ReviewCycle:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    cycle = ReviewCycle.objects.create(
        code=code,
        kind=ReviewCycle.Kind.IMRF,
        year=now.year,
        opens_at=now - timedelta(days=40),
        closes_at=now + timedelta(days=21),
        closes_during_at=now + timedelta(days=80),
        time_zone="America/New_York",
    )
    ReviewCycleText.objects.create(parent=cycle, language="en", name=name, short_name=name, verified=True)
    return cycle


def _regional_review() -> ReviewCycle:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    cycle = ReviewCycle.objects.create(
        code="DEMO-AFRICA",
        kind=ReviewCycle.Kind.REGIONAL,
        region=Region.objects.get(code="africa"),
        year=now.year,
        opens_at=now - timedelta(days=10),
        closes_at=now + timedelta(days=60),
        time_zone="Africa/Addis_Ababa",
    )
    ReviewCycleText.objects.create(
        parent=cycle, language="en", name="Demonstration regional review: Africa (invented)", verified=True
    )
    return cycle


def _close(cycle: ReviewCycle) -> None:
    cycle.opens_at -= timedelta(days=200)
    cycle.closes_at -= timedelta(days=200)
    cycle.closes_during_at -= timedelta(days=200)
    cycle.save()


def _mechanism(mechanism: Mechanism, igo: PartnerEntity):
    iscm = ISCM.objects.create(
        slug=slugify(mechanism.name.removesuffix(" (invented)")),
        name=mechanism.name,
        acronym=mechanism.acronym,
        category=mechanism.category,
        status=ISCM.Status.ACTIVE,
        secretariat="Invented",
        source_note="Invented for the demonstration.",
    )
    iscm.review_regions.set(Region.objects.filter(code__in=mechanism.regions))
    iscm.formal_associations.add(igo)
    language = mechanism.words["language"]
    head, drafter = _person(*mechanism.head, language=language), _person(*mechanism.drafter, language=language)
    today = timezone.now().date()
    Affiliation.objects.create(
        user=head, iscm=iscm, capacity=Capacity.HEAD, may_file=True, starts_on=today - timedelta(days=400)
    )
    Affiliation.objects.create(
        user=drafter, iscm=iscm, capacity=Capacity.FOCAL_POINT, starts_on=today - timedelta(days=200)
    )
    return iscm, head, drafter


def _input(mechanism, iscm, cycle, code, status, *, head, drafter, reviewer, approver) -> Submission:
    with translation.override(mechanism.words["language"]):  # as in the drafter's own browser
        submission = workflow.start(iscm=iscm, cycle=cycle, input_type=InputType.objects.get(code=code), by=drafter)
    _answer(submission, mechanism, only_half=status == "draft", head=head, drafter=drafter)
    who = {"take_up": reviewer, "request_changes": reviewer, "approve": approver, "decline": approver}
    for step in STEPS[status]:
        requests = []
        if step == "request_changes":
            section = submission.input_type.sections.exclude(kind=Kind.ENGAGEMENT).order_by("type_sections__position")[
                0
            ]
            requests = [(section, NOTES[step])]
        workflow.perform(submission, step, by=who.get(step, head), note=NOTES.get(step, ""), change_requests=requests)
    return submission


def _answer(submission: Submission, mechanism: Mechanism, *, only_half: bool, head, drafter) -> None:
    """Fill the sections that the type asks for, as far as the mechanism's words go; of a draft only the first."""
    asked = list(submission.input_type.type_sections.select_related("section"))
    for type_section in asked[: len(asked) // 2] if only_half else asked:
        section = type_section.section
        fill = _FILL.get(section.kind)
        has_structure = fill(submission, mechanism, head) if fill else False
        text = rich_text.clean(mechanism.words.get(section.code, "")) if section.kind in _WITH_TEXT else ""
        if not text and type_section.is_required and section.kind == Kind.TEXT:
            text = rich_text.clean(mechanism.words["statement"])
        if text or has_structure:
            Answer.objects.create(
                submission=submission, section=section, text=text, is_complete=True, version=1, saved_by=drafter
            )


_WITH_TEXT = {Kind.TEXT, Kind.CONTRIBUTION, Kind.CHALLENGES}


def _engagement(submission, mechanism, head):
    mode = submission.input_type.engagement_modes.order_by("position")[0]
    Engagement.objects.create(
        submission=submission,
        mode=mode,
        capacity=mode.representatives.order_by("position").first(),
        representative=head.name,
    )
    submission.agreed_how = mechanism.words["agreed_how"]
    submission.is_collective = True
    submission.save()
    return True


def _ticks(*vocabularies):
    def fill(submission, mechanism, head):
        for vocabulary in vocabularies:
            submission.terms.add(*Term.objects.filter(vocabulary=vocabulary).order_by("position")[1:4])
        return True

    return fill


def _objectives(submission, mechanism, head):
    """Only the compilation says what was done on each objective; other inputs name those that they are about."""
    writes = submission.input_type.code == "B3"
    for number, words in mechanism.words["objectives"].items():
        ObjectiveBlock.objects.create(
            submission=submission,
            objective=Objective.objects.get(number=number),
            version=1,
            **({name: rich_text.clean(html) for name, html in words.items()} if writes else {}),
        )
    return True


def _principles(submission, mechanism, head):
    for number, text in mechanism.words["principles"].items():
        PrincipleNote.objects.create(
            submission=submission, principle=GuidingPrinciple.objects.get(number=number), text=text
        )
    return True


def _recommendations(submission, mechanism, head):
    if submission.input_type.code != "B3":
        return False
    for number, (text, objectives) in enumerate(mechanism.words["recommendations"], start=1):
        recommendation = Recommendation.objects.create(submission=submission, number=number, text=text)
        recommendation.objectives.set(Objective.objects.filter(number__in=objectives))
    return True


def _event(submission, mechanism, head):
    first_day = timezone.now().date() - timedelta(days=90)
    EventDetails.objects.create(
        submission=submission,
        name=f"{mechanism.acronym} – demonstration meeting",
        starts_on=first_day,
        ends_on=first_day + timedelta(days=1),
        place="Invented Town",
        organizers=f"{mechanism.name}; {IGO}",
    )
    return True


def _speaking(submission, mechanism, head):
    speaking = SpeakingDetails.objects.create(submission=submission, speaker=head.name, speaker_capacity="Chair")
    speaking.roundtables.set(Roundtable.objects.filter(number__in=[1, 3]))
    return True


def _annexes(submission, mechanism, head):
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        stream = io.BytesIO()
        pdf.save(stream)
    upload = SimpleUploadedFile("demonstration-declaration.pdf", stream.getvalue())
    checked = attachments.check(upload)
    Attachment.objects.create(
        submission=submission,
        title="Demonstration declaration",
        language=submission.language,
        file=upload,
        filename=checked.filename,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=head,
    )
    return True


_FILL = {
    Kind.ENGAGEMENT: _engagement,
    Kind.CONTRIBUTION: _ticks(Term.Vocabulary.CONTRIBUTION, Term.Vocabulary.PRIORITY),
    Kind.CHALLENGES: _ticks(Term.Vocabulary.CHALLENGE, Term.Vocabulary.RESPONSE),
    Kind.OBJECTIVES: _objectives,
    Kind.PRINCIPLES: _principles,
    Kind.RECOMMENDATIONS: _recommendations,
    Kind.EVENT: _event,
    Kind.SPEAKING: _speaking,
    Kind.ANNEXES: _annexes,
}
