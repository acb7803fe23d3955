"""What is said about an input, by those who make it and by IOM."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import commenting, content, reading, threads
from ..forms.commenting import CommentForm, ReplyForm
from ..models import Comment
from ..threads import Voice
from ..workflow import Refused
from .finding import visible_or_404
from .handing_back import hand_back_or_raise

Circle = Comment.Circle


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request, reference):
    if request.method == "POST":
        return _begin(request, reference)
    voice = Voice(request.user, visible_or_404(request, reference))
    form = CommentForm(voice=voice, section=request.GET.get("section", ""), objective=request.GET.get("objective", ""))
    return _page(request, voice, form)


def _begin(request, reference):
    try:
        voice = Voice(request.user, visible_or_404(request, reference))
    except Http404 as closed:
        return _hand_back_or_raise(closed, request, reference)
    form = CommentForm(request.POST, voice=voice)
    if not form.is_valid():
        return _page(request, voice, form, status=422)
    said = {"text": form.cleaned_data["text"], "circle": form.cleaned_data["circle"], **form.about()}
    return _write(request, voice, form, lambda: commenting.comment(voice.submission, **said, by=request.user))


@require_POST
def reply_to_comment(request, reference, pk):
    try:
        voice = Voice(request.user, visible_or_404(request, reference))
    except Http404 as closed:
        return _hand_back_or_raise(closed, request, reference)
    thread = _thread_or_404(voice, pk)
    form = ReplyForm(request.POST, thread=thread)
    if not form.is_valid():
        return _page(request, voice, CommentForm(voice=voice), status=422, answered=(thread, form))
    text = form.cleaned_data["text"]
    return _write(request, voice, form, lambda: commenting.reply(thread, text=text, by=request.user))


def _hand_back_or_raise(closed, request, reference):
    return hand_back_or_raise(closed, request, reference, [(_("Your comment"), request.POST.get("text", ""))])


def _write(request, voice, form, write):
    try:
        written = write()
    except Refused as refused:
        voice.submission.refresh_from_db()
        return _refused(request, voice, form, " ".join(refused.sentences), status=409)
    except PermissionDenied:
        refusal = _("You may read this input and not comment on it, so this was not saved.")
        return _refused(request, voice, form, refusal, status=403)
    messages.success(request, said_to(written))
    return redirect(address_of(written))


def _refused(request, voice, form, refusal, *, status):
    return _page(request, Voice(voice.user, voice.submission), form, status=status, refusal=refusal)


def said_to(comment):
    """That it is written, and who reads it."""
    return {
        Circle.MAKERS: _("Your comment is there for those who make this input. IOM does not see it."),
        Circle.INTERNAL: _("Your comment is there for IOM only."),
        Circle.SHARED: _("Your comment is there for the mechanism and IOM. They are told by e-mail."),
    }[comment.circle]


def address_of(comment):
    return f"{reverse('comments', args=[comment.submission.reference])}#comment-{comment.pk}"


def _page(request, voice, form, *, status=200, refusal="", answered=(None, None)):
    submission, (answered, reply_form) = voice.submission, answered
    if submission.is_editable and submission.comments.exclude(shown="").exists():
        reading.note_draft(request.user, submission)  # a section of it stands beside a request for help
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "voice": voice,
        "topics": threads.topics(voice),
        "form": form,
        "refusal": refusal,
        "answered": answered,
        "reply_form": reply_form,
        "why_closed": voice.why_closed(voice.circles[-1]) if voice.may_write and not voice.open_circles else "",
    }
    return render(request, "comments/comments.html", context, status=status)


@require_POST
def resolve_comment(request, reference, pk):
    return _settle(request, reference, pk, commenting.resolve, done=_("The thread is resolved."))


@require_POST
def reopen_comment(request, reference, pk):
    return _settle(request, reference, pk, commenting.reopen, done=_("The thread is open again."))


def _settle(request, reference, pk, act, *, done):
    thread = _thread_or_404(Voice(request.user, visible_or_404(request, reference)), pk)
    settle(request, thread, act, done=done)
    return redirect(address_of(thread))


def settle(request, thread, act, *, done):
    try:
        act(thread, by=request.user)
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))


def _thread_or_404(voice, pk):
    thread = get_object_or_404(threads.readable(voice).threads(), pk=pk)
    thread.submission = voice.submission
    return thread
