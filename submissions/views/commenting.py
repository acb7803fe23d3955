"""Comments between those who make a joint input."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import commenting
from ..forms.commenting import CommentForm
from ..permissions import is_affiliated_with, may_comment
from ..workflow import Refused
from .finding import joint_or_404
from .handing_back import hand_back_or_raise


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request, reference):
    if request.method == "POST":
        return _write(request, reference)
    submission = joint_or_404(request, reference)
    form = CommentForm(submission=submission, section=request.GET.get("section", ""))
    return _page(request, submission, form)


def _write(request, reference):
    try:
        submission = joint_or_404(request, reference)
    except (Http404, PermissionDenied) as closed:
        typed = [(_("Your comment"), request.POST.get("text", ""))]
        return hand_back_or_raise(closed, request, reference, typed)
    form = CommentForm(request.POST, submission=submission)
    if not form.is_valid():
        return _page(request, submission, form, status=422)
    try:
        written = commenting.comment(submission, **form.cleaned_data, by=request.user)
    except Refused as refused:
        submission.refresh_from_db()
        return _page(request, submission, form, status=409, refusal=" ".join(refused.sentences))
    except PermissionDenied:
        refusal = _("You may read this input and not comment on it, so this was not saved.")
        return _page(request, submission, form, status=403, refusal=refusal)
    messages.success(request, _("Your comment is there for the others to read."))
    return redirect(_address(written))


def _address(comment):
    return f"{reverse('comments', args=[comment.submission.reference])}#comment-{comment.pk}"


def _page(request, submission, form, *, status=200, refusal=""):
    context = {
        "submission": submission,
        "threads": commenting.threads(submission),
        "form": form,
        "refusal": refusal,
        "may_comment": submission.is_editable and may_comment(request.user, submission),
        "leads": is_affiliated_with(request.user, submission),
    }
    return render(request, "joint/comments.html", context, status=status)


@require_POST
def resolve_comment(request, reference, pk):
    return _settle(request, reference, pk, commenting.resolve, done=_("The comment is resolved."))


@require_POST
def reopen_comment(request, reference, pk):
    return _settle(request, reference, pk, commenting.reopen, done=_("The comment is open again."))


def _settle(request, reference, pk, act, *, done):
    submission = joint_or_404(request, reference)
    comment = get_object_or_404(submission.comments, pk=pk)
    try:
        act(comment, by=request.user)
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect(_address(comment))
