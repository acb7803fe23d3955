"""Asking for changes while reading, answering what was asked for, and both on paper."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import content, renditions, requesting, review_log
from ..forms.filing import revision_in
from ..forms.requesting import AnswersForm, ChangeForm
from ..models import Rendition
from ..permissions import may_draft, reads_for_iom, reads_working_copy
from ..requesting import AnsweredMeanwhile
from ..workflow import Refused
from .finding import visible_or_404
from .handing_back import hand_back_or_raise

Kind = Rendition.Kind


# ------------------------------------------------------------------------------------------ IOM asks


def _reviewed_or_404(request, reference):
    submission = visible_or_404(request, reference)
    if not requesting.reviews(request.user, submission):
        raise PermissionDenied
    return submission


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_change(request, reference):
    """One change, kept for later or asked for at once, together with what was kept before."""
    submission = _reviewed_or_404(request, reference)
    step = requesting.step_for(request.user, submission)
    if request.method == "POST":
        return _ask(request, submission, step)
    if step is None:
        messages.info(request, _("No changes can be asked for as this input stands."))
        return redirect("submission", reference)
    form = ChangeForm(submission=submission, where=request.GET.get("where", ""))
    return _change_page(request, submission, form, step=step, revision=revision_in(request.GET))


def _ask(request, submission, step):
    form = ChangeForm(request.POST, submission=submission)
    revision = revision_in(request.POST)
    show = partial(_change_page, request, submission, form, step=step, revision=revision)
    if not form.is_valid():
        return show(status=422)
    returns = "return" in request.POST and step and requesting.changes_say_enough(step)
    try:
        if returns:
            seen = request.POST.get("kept", "")
            requesting.ask(
                submission,
                step.name,
                by=request.user,
                seen=seen,
                change_requests=[form.change],
                expected_revision=revision,
            )
        else:
            requesting.prepare(submission, form.change, by=request.user)
    except Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return show(status=409, step=requesting.step_for(request.user, visible_or_404(request, submission.reference)))
    return _asked(request, submission, form, step, is_returned=returns)


def _asked(request, submission, form, step, *, is_returned):
    if is_returned:
        messages.success(request, _("The input is returned. The mechanism is told by e-mail what you ask for."))
        return redirect("submission", submission.reference)
    messages.success(request, _("Kept for later. The mechanism sees nothing of it before the input is returned."))
    if "return" in request.POST:
        return redirect("step", submission.reference, step.name)
    code = form.cleaned_data["where"].partition("/")[0]
    return redirect(reverse("submission", args=[submission.reference]) + f"#section-{code}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_change(request, reference, pk):
    submission = _reviewed_or_404(request, reference)
    change = get_object_or_404(submission.change_requests.prepared().with_words(), pk=pk)
    if request.method != "POST":
        return _change_page(request, submission, ChangeForm(submission=submission, change=change), change=change)
    form = ChangeForm(request.POST, submission=submission, change=change)
    if not form.is_valid():
        return _change_page(request, submission, form, change=change, status=422)
    try:
        requesting.edit(change, form.change, seen=request.POST.get("seen", ""), by=request.user)
    except Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        change = submission.change_requests.filter(pk=pk).first() or change
        return _change_page(request, submission, form, change=change, status=409)
    messages.success(request, _("Saved."))
    return redirect(_kept(submission))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_change(request, reference, pk):
    submission = _reviewed_or_404(request, reference)
    change = get_object_or_404(submission.change_requests.prepared().with_words(), pk=pk)
    if request.method != "POST":
        context = {"submission": submission, "change": change}
        return render(request, "requests/remove.html", context)
    try:
        requesting.remove(change, by=request.user)
        messages.success(request, _("Removed. The mechanism never saw it."))
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect(_kept(submission))


def _kept(submission):
    return reverse("submission", args=[submission.reference]) + "#kept"


def _change_page(request, submission, form, *, status=200, change=None, step=None, revision=None):
    kept = requesting.prepared(submission)
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "form": form,
        "change": change,
        "step": step,
        "revision": revision,
        "kept": kept,
        "mark": requesting.mark([change] if change else kept),
    }
    return render(request, "requests/change.html", context, status=status)


# ------------------------------------------------------------------------------------------ the mechanism answers


@require_http_methods(["GET", "HEAD", "POST"])
def changes(request, reference):
    """All that was asked for, with the answers. Whoever writes the input gives them here, or beside each section."""
    if request.method == "POST":
        return _answer(request, reference)
    return _changes_page(request, visible_or_404(request, reference))


def _answer(request, reference):
    try:
        submission = visible_or_404(request, reference)
        if not may_draft(request.user, submission):
            raise PermissionDenied
    except (Http404, PermissionDenied) as closed:
        return hand_back_or_raise(closed, request, reference, _typed(request))
    form = AnswersForm(request.POST, requests=_to_answer(request.user, submission))
    if not form.is_valid():
        return _changes_page(request, submission, form, status=422)
    try:
        requesting.answer_all(submission, form.given, by=request.user)
    except AnsweredMeanwhile as meanwhile:
        form.catch_up(meanwhile.requests)
        return _changes_page(request, submission, form, status=409)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
        submission.refresh_from_db()
        handed_back = AnswersForm(request.POST, requests=[])
        handed_back.is_valid()
        return _changes_page(request, submission, handed_back, status=409)
    messages.success(request, answered_message(submission))
    return redirect("changes", reference)


def _typed(request):
    texts = [text for name, text in request.POST.items() if name.startswith("explanation-")]
    return [(_("Your answer"), text) for text in texts]


def answered_message(submission):
    """How many answers are still awaited."""
    awaited = submission.change_requests.open().count()
    if not awaited:
        return _("Saved. Every change asked for is answered.")
    return ngettext(
        "Saved. %(number)s change is not answered yet.", "Saved. %(number)s changes are not answered yet.", awaited
    ) % {"number": awaited}


def _to_answer(user, submission):
    """Of this round; nothing where this person, or nobody, may answer now."""
    if not submission.is_editable or not may_draft(user, submission):
        return []
    return submission.change_requests.of_this_round().with_words().in_order()


def _changes_page(request, submission, form=None, *, status=200):
    of_iom = reads_for_iom(request.user, submission)
    kind = Kind.REVIEW if of_iom else Kind.REQUESTS
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "form": form or AnswersForm(requests=_to_answer(request.user, submission)),
        "rounds": requesting.rounds(submission, seen_by=request.user),
        "may_answer": submission.is_editable and may_draft(request.user, submission),
        "of_iom": of_iom,
        "kept": requesting.prepared(submission) if of_iom else [],
        "printed": submission.renditions.visible_to(request.user).filter(kind=kind)[:3],
    }
    return render(request, "requests/changes.html", context, status=status)


# ------------------------------------------------------------------------------------------ on paper


@require_POST
def print_changes(request, reference):
    """For those who make the input: what was asked for, and what they answer."""
    submission = visible_or_404(request, reference)
    if not reads_working_copy(request.user, submission):
        raise PermissionDenied
    log = review_log.of_requests(submission, by=request.user)
    return redirect("rendition", renditions.ask_for_log(submission, Kind.REQUESTS, log, by=request.user).pk)


@require_POST
def print_review(request, reference):
    """For IOM only: the whole review, with what IOM says to itself."""
    submission = visible_or_404(request, reference)
    log = review_log.of_review(submission, by=request.user)
    language = get_language() or "en"
    rendition = renditions.ask_for_log(submission, Kind.REVIEW, log, by=request.user, language=language)
    return redirect("rendition", rendition.pk)
