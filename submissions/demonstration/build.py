"""Makes the invented cast and brings their inputs into every status, by the same steps that people take."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from submissions import requesting, saving, starting, workflow
from submissions.models import (
    ISCM,
    Affiliation,
    Capacity,
    ChangeRequest,
    InputType,
    OutlineSection,
    PartnerEntity,
    Region,
    ReviewCycle,
    ReviewCycleText,
    Submission,
    User,
)

from . import joint, received, review, texts
from .answers import answer

PASSWORD = "invented-for-the-demonstration"

Kind = OutlineSection.Kind
Answer = ChangeRequest.Answer


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
        {"B3": "reviewed_again", "D2": "approved", "B2": "withdrawn", "D3": "draft"},
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
    "reviewed_again": ["submit", "take_up", "request_changes", "resubmit"],  # under review, with what was answered
    "approved": ["submit", "take_up", "approve"],
    "declined": ["submit", "take_up", "decline"],
    "withdrawn": ["submit", "withdraw"],
}

NOTES = {
    "request_changes": "Thank you. Two things before this goes into the compendium.",
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
        regional = _regional_review("africa", "Africa", time_zone="Africa/Addis_Ababa")
        _regional_review("arab", "the Arab region", time_zone="Asia/Beirut")
        igo, _ = PartnerEntity.objects.get_or_create(name=IGO, defaults={"kind": PartnerEntity.Kind.IGO})
        secretariats = {mechanism.acronym: _secretariat(mechanism, igo) for mechanism in MECHANISMS}
        iom = {"reviewer": reviewer, "approver": approver}
        for secretariat in secretariats.values():
            for code, status in secretariat.mechanism.inputs.items():
                _input(secretariat, forum, code, status, **iom)
        first, second = list(secretariats.values())[:2]
        _input(first, regional, "B2", "draft", **iom)
        _input(second, regional, "B1", "approved", **iom)
        _input(first, past_forum, "B3", "approved", **iom)
        joint.build({"forum": forum, "regional": regional}, secretariats, **iom)
        received.build(forum, secretariats["DDSH"], reviewer=reviewer)
        review.build(**iom)
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


def _regional_review(region: str, name: str, *, time_zone: str) -> ReviewCycle:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    cycle = ReviewCycle.objects.create(
        code=f"DEMO-{region.upper()}",
        kind=ReviewCycle.Kind.REGIONAL,
        region=Region.objects.get(code=region),
        year=now.year,
        opens_at=now - timedelta(days=10),
        closes_at=now + timedelta(days=60),
        time_zone=time_zone,
    )
    ReviewCycleText.objects.create(
        parent=cycle, language="en", name=f"Demonstration regional review: {name} (invented)", verified=True
    )
    return cycle


def _close(cycle: ReviewCycle) -> None:
    cycle.opens_at -= timedelta(days=200)
    cycle.closes_at -= timedelta(days=200)
    cycle.closes_during_at -= timedelta(days=200)
    cycle.save()


def _secretariat(mechanism: Mechanism, igo: PartnerEntity) -> joint.Secretariat:
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
    return joint.Secretariat(mechanism, iscm, head, drafter)


def _input(secretariat, cycle, code, status, *, reviewer, approver) -> Submission:
    mechanism, iscm = secretariat.mechanism, secretariat.iscm
    head, drafter = secretariat.head, secretariat.drafter
    with translation.override(mechanism.words["language"]):  # as in the drafter's own browser
        submission = starting.start(iscm=iscm, cycle=cycle, input_type=InputType.objects.get(code=code), by=drafter)
    answer(submission, mechanism, only_half=status == "draft", head=head, drafter=drafter)
    who = {"take_up": reviewer, "request_changes": reviewer, "approve": approver, "decline": approver}
    for step in STEPS[status]:
        asks = step == "request_changes"
        if step == "resubmit":
            _do_what_is_asked(submission, drafter)
        changes = [_in_first_text(submission), _in_the_whole()] if asks else []
        workflow.perform(submission, step, by=who.get(step, head), note=NOTES.get(step, ""), change_requests=changes)
    submission.refresh_from_db()
    if status == "changes_requested":
        requesting.answer(submission.change_requests.exclude(section=None).get(), Answer.DONE, by=drafter)
    if status == "under_review":
        requesting.prepare(submission, _in_the_whole(), by=reviewer)
    return submission


def _in_first_text(submission) -> ChangeRequest:
    asked = submission.input_type.sections.filter(type_sections__is_required=True).exclude(kind=Kind.ENGAGEMENT)
    sections = asked.order_by("type_sections__position")
    return ChangeRequest(
        section=sections[0],
        kind=ChangeRequest.Kind.COUNTRY_REPORTING,
        text="Please say more about what the mechanism itself did, and less about its member States.",
        reason="The States report for themselves; what only the mechanism can tell is its own work.",
    )


def _in_the_whole() -> ChangeRequest:
    return ChangeRequest(kind=ChangeRequest.Kind.INCOMPLETE, text="Please name the meeting that adopted the text.")


def _do_what_is_asked(submission, drafter) -> None:
    for change in submission.change_requests.open():
        if change.section:
            requesting.answer(
                change, Answer.EXPLAINED, "What the members did is told only where they did it together.", by=drafter
            )
        else:
            with saving.editing(submission, by=drafter) as edited:
                edited.agreed_how += " Octava reunión anual de los miembros."
                edited.saved_at = timezone.now()
                edited.save(update_fields=["agreed_how", "saved_at"])
            requesting.answer(change, Answer.DONE, by=drafter)
