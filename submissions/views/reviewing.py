"""The reviewers' desk: what has been filed, whose turn it is, for how long and until when."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from objectives.models import Wording

from .. import bulk
from ..commenting import waiting_for_help
from ..forms.desk_choices import DeskChoices
from ..forms.reviewing import TILES, QueueForm, Turn, counted, turn_of
from ..models import WITH_IOM, ChangeRequest, Reading, Revision, SavedFilter, Submission

PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """One line of the queue: an input as it was last filed."""

    submission: Submission
    turn: Turn
    title: str
    lead: dict  # as content.py has it: the lead may have passed since
    partners: list[dict]  # beside the lead, as content.py has them
    roundtables: list[str]
    cycle: Wording
    input_type: Wording
    days_since_filed: int
    days_since_last_step: int
    days_left: int | None  # until IOM answers: 0 is today; None: overdue, without a date, or not IOM's turn
    days_overdue: int
    is_new: bool  # to the reader
    help_requests: int


@require_safe
def queue(request):
    if not request.user.is_iom:
        raise PermissionDenied
    choices = DeskChoices()
    form = QueueForm(request.GET, choices=choices)
    desk = Submission.objects.visible_to(request.user).filed()
    # All that is found, as numbers only: looked for once, for the count and for the page.
    found = list(form.found_in(desk, by=request.user).values_list("pk", flat=True))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    help_requests = Counter(waiting_for_help(request.user).order_by().values_list("submission", flat=True))
    context = {
        "form": form,
        "page": page,
        "rows": _rows(page.object_list, choices, help_requests, by=request.user),
        "tiles": _tiles(desk, by=request.user),
        "help_requests": help_requests.total(),
        "saved_filters": SavedFilter.objects.for_user(request.user).select_related("user"),
        "acts": [act for act in bulk.ACTS if bulk.may(act, request.user)],
    }
    return render(request, "submissions/queue.html", context)


def _tiles(desk, *, by):
    """Each as its number and the query that finds what it counts; `all` is the whole desk."""
    numbers = desk.aggregate(all=Count("pk"), **{name: Count("pk", filter=counted(name, by)) for name in TILES})
    return {name: {"number": number, "query": urlencode(TILES.get(name, {}))} for name, number in numbers.items()}


def _rows(numbers, choices, help_requests, *, by):
    now, today = timezone.now(), timezone.localdate()
    read = _texts_read(numbers, by=by)
    for submission in _with_all_that_is_shown(numbers):
        content = submission.newest_revision.content
        is_due = submission.due_on and submission.status in WITH_IOM
        days = (submission.due_on - today).days if is_due else None
        yield Row(
            submission=submission,
            turn=turn_of(submission.status),
            title=content["title"],
            lead=content["iscm"],
            partners=content.get("partners", []),
            roundtables=[number for number in submission.newest_revision.roundtables.split(",") if number],
            cycle=choices.named("cycle", submission.cycle.code),
            input_type=choices.named("type", submission.input_type.code),
            days_since_filed=(now - submission.filed_at).days,
            days_since_last_step=(now - submission.last_step_at).days,
            days_left=days if is_due and days >= 0 else None,
            days_overdue=-days if is_due and days < 0 else 0,
            is_new=(submission.pk, submission.newest_revision.sha256) not in read,
            help_requests=help_requests[submission.pk],
        )


def _with_all_that_is_shown(numbers):
    """These, in this order, in one query. Texts are long: only those of one page are read."""
    open_requests = ChangeRequest.objects.open().filter(submission=OuterRef("pk")).order_by().values("submission")
    shown = Submission.objects.select_related("cycle", "input_type", "reviewer", "newest_revision")
    shown = shown.defer("newest_revision__words").annotate(
        open_requests=Coalesce(Subquery(open_requests.annotate(number=Count("pk")).values("number")), 0)
    )
    by_number = shown.in_bulk(numbers)
    return [by_number[number] for number in numbers]


def _texts_read(numbers, *, by):
    """Each text of these inputs that this person has opened, as the input and the hash; see forms.reviewing.read_by."""
    revisions = Revision.objects.filter(submission__in=numbers)
    opened = Reading.objects.filter(user=by, revision__in=revisions)
    return set(opened.values_list("revision__submission", "revision__sha256"))
