"""Files that come with an input: taking them off, and giving them out as downloads that run nothing."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import saving
from ..attachments import download_name, downloadable, remove
from ..models import OutlineSection
from .finding import own_or_404, visible_or_404


@require_POST
def remove_attachment(request, reference, pk):
    submission = own_or_404(request, reference)
    attachment = get_object_or_404(submission.attachments.annexes(), pk=pk)
    section = get_object_or_404(submission.input_type.sections, kind=OutlineSection.Kind.ANNEXES)
    try:
        remove(submission, section, attachment, by=request.user)
    except saving.NotEditable as refusal:
        messages.error(request, str(refusal))
        return redirect("submission", reference)
    messages.success(request, _("“%(title)s” is no longer attached.") % {"title": attachment.title})
    return redirect("section", reference, section.code)


@require_safe
def attachment(request, reference, pk):
    submission = visible_or_404(request, reference)
    found = next((one for one in downloadable(submission, request.user) if one.pk == pk), None)
    if found is None:
        raise Http404
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, as_attachment=True, filename=download_name(found), content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
