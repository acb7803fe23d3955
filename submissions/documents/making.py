"""The life of one rendition in the worker: taken, made, stored whole or not at all, or failed with a sentence.

A worker that is killed leaves its rendition *being made*; its job is given to another worker, which begins anew.
"""

import hashlib
import logging
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from submissions.models import Rendition
from submissions.models.compendium import rendition_path

from . import clearance, compendium, review, submission
from .pdf import CannotRender, Made

logger = logging.getLogger(__name__)

Kind, Status = Rendition.Kind, Rendition.Status

TRIES = 3  # in one job; a full disk or a lost connection may pass, a text that cannot be printed stays so


def make(rendition: Rendition) -> None:
    """Never raises for what went wrong: the rendition says it."""
    taken = Rendition.objects.filter(pk=rendition.pk, status__in=[Status.WAITING, Status.BEING_MADE])
    if not taken.update(status=Status.BEING_MADE):
        return  # it is ready, or it failed and nobody has asked again
    for tries_left in reversed(range(TRIES)):
        try:
            made = render(rendition)
            _store(rendition, made)
            return
        except CannotRender as error:
            return _fail(rendition, str(error))
        except Exception:
            logger.exception("Rendition %s (%s) could not be made; tries left: %s", rendition.pk, rendition, tries_left)
    _fail(rendition, None)


def render(rendition: Rendition) -> Made:
    if rendition.kind == Kind.COMPENDIUM:
        recipe = rendition.compendium
        return compendium.of_cycle(recipe.cycle, foreword=recipe.foreword, language=rendition.language)
    if rendition.kind == Kind.CLEARANCE:
        return clearance.make(rendition.content, language=rendition.language)
    if rendition.kind in {Kind.REQUESTS, Kind.REVIEW}:
        return review.make(rendition.content, language=rendition.language)
    if rendition.kind == Kind.DRAFT:
        return submission.of_draft(
            rendition.content,
            language=rendition.language,
            at=rendition.requested_at,
            zone=rendition.submission.cycle.zone,
        )
    return submission.of_revision(rendition.revision, language=rendition.language)


def filename(rendition: Rendition) -> str:
    if rendition.kind == Kind.COMPENDIUM:
        return f"{rendition.compendium.cycle.code}-compendium-{rendition.pk}.pdf"
    if rendition.kind == Kind.CLEARANCE:
        return f"{rendition.submission.reference}-clearance-{rendition.pk}.pdf"
    if rendition.kind in {Kind.REQUESTS, Kind.REVIEW}:
        said = "changes" if rendition.kind == Kind.REQUESTS else "internal-review"
        return f"{rendition.submission.reference}-{said}-{rendition.pk}.pdf"
    suffix = f"-r{rendition.revision.number}" if rendition.revision else "-DRAFT"
    return f"{rendition.submission.reference}{suffix}.pdf"


def _store(rendition: Rendition, made: Made) -> None:
    name = rendition_path(rendition, filename(rendition))
    write_whole(Path(rendition.file.storage.path(name)), made.pdf)
    Rendition.objects.filter(pk=rendition.pk).update(
        status=Status.READY,
        error="",
        file=name,
        sha256=hashlib.sha256(made.pdf).hexdigest(),
        pages=made.pages,
        finished_at=timezone.now(),
    )


def write_whole(target: Path, content: bytes) -> None:
    """Under a temporary name first, so that nobody ever opens half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _fail(rendition: Rendition, sentence: str | None) -> None:
    """`sentence` for a person; None for an error that only the log can explain."""
    language = rendition.requested_by.language if rendition.requested_by else "en"
    with translation.override(language):
        sentence = sentence or _(
            "Something went wrong on the server while this document was made; the administrators find it in the log. "
            "Your text is safe. Try again; if it fails again, tell IOM."
        )
    longest = Rendition._meta.get_field("error").max_length
    Rendition.objects.filter(pk=rendition.pk).update(
        status=Status.FAILED, error=sentence[:longest], finished_at=timezone.now()
    )
    logger.error("Rendition %s (%s) failed: %s", rendition.pk, rendition, sentence)
