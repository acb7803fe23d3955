"""The state of a document that was asked for, and the document itself."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import reading, renditions
from ..content import title_as_seen_by
from ..documents import making
from ..models import Rendition
from ..permissions import may_compile

# A downloaded file runs nothing anywhere. Shown in the browser it may draw itself; `sandbox` would keep Chromium from
# showing PDFs at all.
DOWNLOADED = "default-src 'none'; sandbox"
SHOWN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def _visible_or_404(request, pk) -> Rendition:
    related = ("submission__cycle", "submission__iscm", "revision", "compendium__cycle", "requested_by")
    return get_object_or_404(Rendition.objects.visible_to(request.user).select_related(*related), pk=pk)


def _may_ask_again(user, rendition) -> bool:
    return rendition.compendium is None or may_compile(user)


@require_safe
def rendition(request, pk):
    """Says how far it is, and asks the server again by itself while there is something to wait for."""
    rendition = _visible_or_404(request, pk)
    context = {
        "rendition": rendition,
        "title": _title(request.user, rendition),
        "may_ask_again": _may_ask_again(request.user, rendition),
        "size": rendition.file.size if rendition.is_ready and _is_there(rendition) else None,
    }
    response = render(request, "submissions/rendition.html", context)
    if rendition.is_pending and not rendition.takes_too_long:
        waited = (timezone.now() - rendition.requested_at).total_seconds()
        response["Refresh"] = "2" if waited < 20 else "5" if waited < 120 else "15"
    return response


def _title(user, rendition):
    if rendition.compendium:
        return rendition.compendium.cycle.name
    return title_as_seen_by(user, rendition.submission)


def _is_there(rendition) -> bool:
    return bool(rendition.file) and rendition.file.storage.exists(rendition.file.name)


@require_safe
def rendition_file(request, pk):
    rendition = _visible_or_404(request, pk)
    if not rendition.is_ready:
        return redirect("rendition", pk)
    if not _is_there(rendition):
        messages.error(request, _("The file of this document is no longer on the server. Tell the administrators."))
        return redirect("rendition", pk)
    if rendition.kind == Rendition.Kind.DRAFT:
        reading.note_draft(request.user, rendition.submission)
    is_download = "download" in request.GET
    response = FileResponse(
        rendition.file.open("rb"),
        as_attachment=is_download,
        filename=making.filename(rendition),
        content_type="application/pdf",
    )
    response["Content-Security-Policy"] = DOWNLOADED if is_download else SHOWN
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def retry_rendition(request, pk):
    rendition = _visible_or_404(request, pk)
    if not _may_ask_again(request.user, rendition):
        raise PermissionDenied
    renditions.ask_again(rendition, by=request.user)
    return redirect("rendition", pk)
