"""Asking IOM for help with a section, and IOM's list of what it was asked: of a draft it sees nothing else."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import commenting, reading, threads
from ..forms.commenting import HelpForm, ReplyForm
from ..models import Submission
from ..threads import Voice
from ..workflow import Refused
from .commenting import address_of, settle
from .finding import own_or_404
from .handing_back import hand_back_or_raise

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_help(request, reference):
    if request.method == "POST":
        return _ask(request, reference)
    voice = _asker_or_403(request, reference)
    form = HelpForm(voice=voice, section=request.GET.get("section", ""), objective=request.GET.get("objective", ""))
    return _asking(request, voice, form)


def _asker_or_403(request, reference):
    """Somebody of a mechanism; IOM does not ask itself."""
    voice = Voice(request.user, own_or_404(request, reference))
    if not voice.is_maker:
        raise PermissionDenied
    return voice


def _ask(request, reference):
    try:
        voice = _asker_or_403(request, reference)
    except (Http404, PermissionDenied) as closed:
        typed = [(_("Your question"), request.POST.get("text", ""))]
        return hand_back_or_raise(closed, request, reference, typed)
    form = HelpForm(request.POST, voice=voice)
    if not form.is_valid():
        return _asking(request, voice, form, status=422)
    said = {name: form.cleaned_data[name] for name in ("text", "lets_read")}
    try:
        asked = commenting.ask_for_help(voice.submission, **said, **form.about(), by=request.user)
    except Refused as refused:
        form.add_error(None, " ".join(refused.sentences))
        return _asking(request, voice, form, status=409)
    messages.success(request, _("IOM is asked. You are told by e-mail when somebody answers."))
    return redirect(address_of(asked))


def _asking(request, voice, form, *, status=200):
    context = {"submission": voice.submission, "voice": voice, "form": form}
    return render(request, "comments/ask_for_help.html", context, status=status)


@require_safe
def help_list(request):
    if not request.user.is_iom:
        raise PermissionDenied
    found = commenting.with_answers(commenting.requests_for_help(request.user))
    found = found.order_by(F("resolved_at").asc(nulls_first=True), "written_at", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "waiting": commenting.waiting_for_help(request.user).count(), "now": timezone.now()}
    return render(request, "comments/help_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def help_thread(request, pk):
    thread = _asked_or_404(request, pk)
    if request.method == "POST":
        return _answer(request, thread)
    return _thread_page(request, thread, ReplyForm(thread=thread))


def _answer(request, thread):
    form = ReplyForm(request.POST, thread=thread)
    if not form.is_valid():
        return _thread_page(request, thread, form, status=422)
    try:
        commenting.reply(thread, text=form.cleaned_data["text"], by=request.user)
    except Refused as refused:
        refusal = " ".join(refused.sentences)
        return _thread_page(request, _asked_or_404(request, thread.pk), form, status=409, refusal=refusal)
    messages.success(request, _("Your answer is there for the mechanism to read. It is told by e-mail."))
    return redirect("help_thread", thread.pk)


def _thread_page(request, thread, form, *, status=200, refusal=""):
    voice = Voice(request.user, thread.submission)
    visible = Submission.objects.visible_to(request.user).filter(pk=thread.submission_id)
    if thread.shown and thread.submission.is_editable:
        reading.note_draft(request.user, thread.submission)
    context = {
        "submission": thread.submission,
        "voice": voice,
        "thread": threads.thread_of(voice, thread),
        "asked": thread,
        "is_visible": visible.exists(),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "comments/help_thread.html", context, status=status)


@require_POST
def resolve_help(request, pk):
    return _settle(request, pk, commenting.resolve, done=_("The request for help is resolved."))


@require_POST
def reopen_help(request, pk):
    return _settle(request, pk, commenting.reopen, done=_("The request for help is open again."))


def _settle(request, pk, act, *, done):
    thread = _asked_or_404(request, pk)
    settle(request, thread, act, done=done)
    return redirect("help_thread", thread.pk)


def _asked_or_404(request, pk):
    return get_object_or_404(commenting.with_answers(commenting.requests_for_help(request.user)), pk=pk)
