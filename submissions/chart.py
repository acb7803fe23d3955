"""The chart of input types as one mechanism sees it: per review cycle and phase, what can be started and what has been.

It follows IOM's chart of formats of engagement. Everything is read in a constant number of queries.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone

from . import modes
from .guards import waits_for_the_mechanism
from .models import (
    ISCM,
    SPENT,
    WITH_IOM,
    WITH_SECRETARIAT,
    ChangeRequest,
    EngagementMode,
    Extension,
    InputType,
    Phase,
    ReviewCycle,
    Status,
    Submission,
    SubmissionEvent,
    Term,
    User,
)
from .transitions import HANDED_BACK


@dataclass
class Row:
    """One type of input, and what the mechanism has made of it in this cycle."""

    input_type: InputType
    submissions: list[Submission]
    takes_new: bool


@dataclass
class ChartPhase:
    phase: str
    deadline: datetime | None
    is_open: bool
    rows: list[Row]

    @property
    def label(self) -> str:
        return Phase(self.phase).label


@dataclass
class ChartCycle:
    cycle: ReviewCycle
    extension: Extension | None
    phases: list[ChartPhase]
    submissions: list[Submission]

    @property
    def is_open(self) -> bool:
        return any(phase.is_open for phase in self.phases)

    @property
    def is_upcoming(self) -> bool:
        """Not open yet; where no dates are announced, not over yet as far as its meeting or its year tells."""
        now, cycle = timezone.now(), self.cycle
        if cycle.opens_at and cycle.closes_at:
            return now < cycle.opens_at
        if meeting := cycle.event_ends_on or cycle.event_starts_on:
            return meeting >= now.date()
        return cycle.year >= now.year

    @property
    def one_deadline(self) -> datetime | None:
        """The deadline where it is the same for every phase."""
        deadlines = {phase.deadline for phase in self.phases}
        return deadlines.pop() if len(deadlines) == 1 else None


@dataclass
class Chart:
    open: list[ChartCycle] = field(default_factory=list)
    upcoming: list[ChartCycle] = field(default_factory=list)
    past: list[ChartCycle] = field(default_factory=list)
    # Each with `.sections_to_change`, and `.handed_back`: the step with which IOM returned or reopened it.
    to_change: list[Submission] = field(default_factory=list)
    to_confirm: list[Submission] = field(default_factory=list)  # filed by IOM from what came by mail
    unfinished: list[Submission] = field(default_factory=list)  # drafts for open cycles, last saved first


def chart_of(iscm: ISCM, *, user: User) -> Chart:
    submissions = list(
        Submission.objects.visible_to(user)
        .filter(iscm=iscm)
        .select_related("input_type", "received")
        .order_by("-started_at", "-pk")
    )
    cycles = ReviewCycle.objects.for_iscm(iscm) | ReviewCycle.objects.filter(
        pk__in={submission.cycle_id for submission in submissions}
    )
    extensions = {extension.cycle_id: extension for extension in Extension.objects.filter(iscm=iscm)}
    types = _types()
    chart = Chart()
    for cycle in cycles.with_texts():
        own = [submission for submission in submissions if submission.cycle_id == cycle.pk]
        for submission in own:
            submission.cycle = cycle
        charted = _cycle(cycle, extensions.get(cycle.pk), types, own)
        (chart.open if charted.is_open else chart.upcoming if charted.is_upcoming else chart.past).append(charted)
    chart.open.sort(key=lambda charted: min(phase.deadline for phase in charted.phases if phase.is_open))
    chart.to_change = _to_change(submissions)
    chart.to_confirm = [one for one in submissions if one.status in WITH_IOM and waits_for_the_mechanism(one)]
    chart.unfinished = sorted(
        (
            submission
            for charted in chart.open
            for submission in charted.submissions
            if submission.status == Status.DRAFT
        ),
        key=lambda submission: submission.saved_at,
        reverse=True,
    )
    return chart


def _types():
    types = list(
        InputType.objects.with_texts().prefetch_related(
            Prefetch("engagement_modes", EngagementMode.objects.order_by("position")),
            Prefetch("engagement_modes__representatives", Term.objects.with_texts()),
        )
    )
    allowed = modes.combined(mode for input_type in types for mode in input_type.engagement_modes.all())
    for input_type in types:
        input_type.combining = modes.on_combining(list(input_type.engagement_modes.all()), allowed)
    return types


def _cycle(cycle, extension, types, submissions) -> ChartCycle:
    now, phases = timezone.now(), []
    for phase in Phase.values:
        deadline = cycle.deadline(phase=phase, extension=extension)
        is_open = bool(cycle.opens_at and deadline and cycle.opens_at <= now < deadline)
        rows = [
            row
            for input_type in types
            if input_type.phase == phase and (row := _row(input_type, cycle, submissions, is_open=is_open))
        ]
        if rows:
            phases.append(ChartPhase(phase, deadline, is_open, rows))
    return ChartCycle(cycle, extension, phases, submissions)


def _row(input_type, cycle, submissions, *, is_open) -> Row | None:
    own = [submission for submission in submissions if submission.input_type_id == input_type.pk]
    is_offered = input_type.is_offered and (input_type.for_regional_reviews or cycle.kind == ReviewCycle.Kind.IMRF)
    if not (is_offered or own):
        return None
    # What waits for the secretariat comes first; otherwise the order stays, newest first.
    own.sort(key=lambda submission: submission.status not in WITH_SECRETARIAT)
    is_taken = input_type.is_sole and any(submission.status not in SPENT for submission in own)
    return Row(input_type, own, takes_new=is_open and is_offered and not is_taken)


def _to_change(submissions) -> list[Submission]:
    returned = {
        submission.pk: submission for submission in submissions if submission.status == Status.CHANGES_REQUESTED
    }
    for submission in returned.values():
        submission.sections_to_change, submission.handed_back = [], None
    events = SubmissionEvent.objects.filter(submission__in=returned, step__in=HANDED_BACK)
    for event in events.select_related("actor").order_by("number"):  # the last one stays
        returned[event.submission_id].handed_back = event
    requests = ChangeRequest.objects.open().filter(submission__in=returned).select_related("section")
    for request in requests.prefetch_related("section__texts"):
        sections = returned[request.submission_id].sections_to_change
        if request.section and request.section not in sections:
            sections.append(request.section)
    return list(returned.values())
