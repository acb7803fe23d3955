"""The clearance log of an input: reading it, entering, striking, and asking for it on paper."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import clearance as log
from .. import content, renditions
from ..clearance_log import groups, mechanisms_of
from ..forms.clearing import ClearanceForm
from ..models import Clearance, Rendition
from ..permissions import reads_working_copy
from ..workflow import Refused
from .finding import visible_or_404
from .handing_back import hand_back_or_raise


@require_http_methods(["GET", "HEAD", "POST"])
def clearance(request, reference):
    if request.method == "POST":
        return _enter(request, reference)
    submission = _readable_or_404(request, reference)
    own = list(mechanisms_of(request.user, submission))
    return _page(request, submission, ClearanceForm(mechanisms=own), own=own)


def _readable_or_404(request, reference):
    """IOM reads the log once the input is filed, also where it sees the draft because it enters it."""
    submission = visible_or_404(request, reference)
    if submission.filed_at is None and not reads_working_copy(request.user, submission):
        raise PermissionDenied
    return submission


def _enter(request, reference):
    try:
        submission = visible_or_404(request, reference)
        own = _own(request, submission)
    except (Http404, PermissionDenied) as closed:
        typed = [(_("Date"), request.POST.get("cleared_on", "")), (_("Details"), request.POST.get("detail", ""))]
        return hand_back_or_raise(closed, request, reference, typed)
    form = ClearanceForm(request.POST, mechanisms=own)
    if not form.is_valid():
        return _page(request, submission, form, own=own, status=422)
    try:
        log.record(submission, **form.entry, by=request.user)
    except Refused as refused:
        submission.refresh_from_db()
        return _page(request, submission, form, own=own, status=409, refusal=" ".join(refused.sentences))
    messages.success(request, _("The entry is in the log."))
    return redirect("clearance", reference)


def _own(request, submission):
    """The mechanisms of this person that make the input; IOM reads the log and enters nothing."""
    own = list(mechanisms_of(request.user, submission))
    if not own:
        raise PermissionDenied
    return own


def _page(request, submission, form, *, own, status=200, refusal=""):
    printed = submission.renditions.visible_to(request.user).filter(kind=Rendition.Kind.CLEARANCE)
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "groups": groups(submission, seen_by=request.user),
        "form": form,
        "refusal": refusal,
        "own": {iscm.pk for iscm in own} if log.is_open(submission) else set(),
        "is_maker": bool(own),
        "printed": printed[:3],
    }
    return render(request, "joint/clearance.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def strike_clearance(request, reference, pk):
    submission = visible_or_404(request, reference)
    own = _own(request, submission)
    entry = get_object_or_404(Clearance.objects.select_related("iscm", "submission"), submission=submission, pk=pk)
    if entry.iscm not in own:
        raise PermissionDenied
    if request.method != "POST" and entry.struck_at is None and log.is_open(submission):
        return render(request, "joint/clearance_strike.html", {"submission": submission, "entry": entry})
    if request.method == "POST":
        try:
            log.strike(entry, by=request.user)
            messages.success(request, _("The entry is struck out. It stays in the log."))
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
    return redirect("clearance", reference)


@require_POST
def print_clearance(request, reference):
    submission = _readable_or_404(request, reference)
    return redirect("rendition", renditions.ask_for_clearance_log(submission, by=request.user).pk)
