"""The reviewers' desk: what has been filed, whose turn it is, and for how long."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone

from ..content import roundtables
from ..forms.reviewing import STATUSES_OF, QueueForm, Turn, turn_of
from ..models import Revision, Submission

PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """One line of the queue: an input as it was last filed."""

    submission: Submission
    turn: Turn
    title: str
    lead: dict  # as content.py has it: the lead may have passed since
    partners: list[dict]  # beside the lead, as content.py has them
    roundtables: list[int]
    days_since_filed: int
    days_since_last_step: int


def queue(request):
    if not request.user.is_iom:
        raise PermissionDenied
    desk = Submission.objects.visible_to(request.user).filed()
    form = QueueForm(request.GET)
    found = form.found_in(desk, by=request.user).select_related("iscm", "cycle", "input_type", "reviewer")
    found = found.prefetch_related("cycle__texts", "input_type__texts")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": _rows(page.object_list), "turns": _turns(desk)}
    return render(request, "submissions/queue.html", context)


def _turns(desk):
    return desk.aggregate(
        all=Count("pk"),
        **{turn.value: Count("pk", filter=Q(status__in=statuses)) for turn, statuses in STATUSES_OF.items()},
    )


def _rows(submissions):
    now = timezone.now()
    revisions = Revision.objects.defer("words").in_bulk([submission.newest_revision for submission in submissions])
    for submission in submissions:
        content = revisions[submission.newest_revision].content
        yield Row(
            submission=submission,
            turn=turn_of(submission.status),
            title=content["title"],
            lead=content["iscm"],
            partners=content.get("partners", []),
            roundtables=roundtables(content),
            days_since_filed=(now - submission.filed_at).days,
            days_since_last_step=(now - submission.last_step_at).days,
        )
