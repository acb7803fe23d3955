"""Inputs that reached IOM by mail: which there are, entering one for its mechanism, and the mechanism's answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import partnering, receiving, workflow
from ..forms.receiving import ConfirmForm, ReceivedForm
from ..models import WITH_IOM, Status, Submission
from ..permissions import is_affiliated_with, is_received, may_file
from .browsing import with_download_links
from .finding import visible_or_404

PER_PAGE = 25


@require_safe
def received_inputs(request):
    """Those that are being entered, those that wait for their mechanism, and the others."""
    if not request.user.is_iom:
        raise PermissionDenied
    found = Submission.objects.visible_to(request.user).filter(received__isnull=False)
    found = found.select_related("iscm", "cycle", "input_type", "newest_revision", "received__entered_by")
    found = found.prefetch_related("cycle__texts", "input_type__texts").defer("newest_revision__words")
    entered = found.filter(status=Status.DRAFT, filed_at=None).order_by("received__received_on", "pk")
    waiting = found.filter(status__in=WITH_IOM, received__confirmed_at=None).order_by("filed_at", "pk")
    others = found.exclude(pk__in=entered).exclude(pk__in=waiting).order_by("-received__entered_at", "-pk")
    page = Paginator(others, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "receiving/received_inputs.html", {"entered": list(entered), "waiting": list(waiting), "page": page}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter_received(request):
    if not request.user.is_reviewer:
        raise PermissionDenied
    if request.method != "POST":
        return _enter_page(request, ReceivedForm(by=request.user))
    form = ReceivedForm(request.POST, request.FILES, by=request.user)
    form.is_too_large = getattr(request, "upload_too_large", False)
    if not form.is_valid():
        return _enter_page(request, form, status=422)
    try:
        submission = receiving.receive(**form.said, by=request.user)
    except workflow.Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return _enter_page(request, form, status=409)
    messages.success(request, _("Now enter what stands in the original, section by section."))
    return redirect("tasks" if submission.filed_at is None else "submission", submission.reference)


def _enter_page(request, form, *, status=200):
    return render(request, "receiving/enter_received.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, reference):
    """To which a mechanism comes from its mail: the text that IOM filed in its name, and its answer."""
    submission = visible_or_404(request, reference)
    if not is_received(submission):
        raise Http404
    if not is_affiliated_with(request.user, submission):
        raise PermissionDenied
    newest = submission.revisions.last()
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        revision=newest.number if newest else 0,
        asks_how_it_was_agreed=receiving.asks_how_it_was_agreed(submission),
    )
    if request.method == "POST":
        return _answer(request, submission, form)
    if receiving.waits_for_an_answer(submission):
        return _confirm_page(request, submission, newest, form)
    messages.info(request, receiving.why_nothing_is_asked(submission))
    return redirect("submission", reference)


def _answer(request, submission, form):
    """Record it; or show the page again with what was typed, and the reason in words."""
    status = 422
    if not may_file(request.user, submission):
        status = 403
        form.add_error(None, _("Nothing is recorded: you may draft for your mechanism, not answer in its name."))
    elif form.is_valid():
        try:
            return _recorded(request, submission, form)
        except workflow.Refused as refused:
            status = 409
            for sentence in refused.sentences:
                form.add_error(None, sentence)
    submission.refresh_from_db()
    newest = submission.revisions.last()
    if newest:
        form.catch_up(newest.number)
    return _confirm_page(request, submission, newest, form, status=status)


def _recorded(request, submission, form):
    given = form.cleaned_data
    if form.confirms:
        agreed_how = given.get("agreed_how", "")
        receiving.confirm(submission, expected_revision=given["revision"], agreed_how=agreed_how, by=request.user)
        messages.success(request, _("Thank you. The input is confirmed: it is the mechanism’s own now."))
        return redirect("submission", submission.reference)
    workflow.perform(submission, "object", by=request.user, note=given["reason"], expected_revision=given["revision"])
    messages.success(request, _("IOM is told. You can correct the input here, and file it yourselves."))
    return redirect("tasks", submission.reference)


def _confirm_page(request, submission, newest, form, *, status=200):
    waits = receiving.waits_for_an_answer(submission)
    context = {
        "submission": submission,
        "received": submission.received,
        "revision": newest,
        "document": with_download_links(newest.content, submission) if newest else None,
        "form": form,
        "waits": waits,
        "may_answer": waits and may_file(request.user, submission),
        "who_may": partnering.who_files_for(submission.iscm),
    }
    return render(request, "receiving/confirm.html", context, status=status)
