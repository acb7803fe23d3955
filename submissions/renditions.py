"""Asking for a PDF: a row that says what is to be made, and a job for the worker in the same transaction."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django_q.tasks import async_task

from . import clearance_log, content
from .models import Compendium, Rendition, Revision, Submission, User


def ask_for_draft(submission: Submission, *, by: User) -> Rendition:
    """A preview of the working copy as it is now; the same text asked for twice is made once."""
    canonical = content.canonical(content.snapshot(submission))
    same = (
        Rendition.objects.filter(kind=Rendition.Kind.DRAFT, submission=submission, canonical=canonical)
        .exclude(status=Rendition.Status.FAILED)
        .first()
    )
    return same or _ask(kind=Rendition.Kind.DRAFT, submission=submission, canonical=canonical, requested_by=by)


def ask_for_clearance_log(submission: Submission, *, by: User) -> Rendition:
    return ask_for_log(submission, Rendition.Kind.CLEARANCE, clearance_log.document(submission), by=by)


def ask_for_log(submission: Submission, kind: Rendition.Kind, log: dict, *, by: User, language: str = "") -> Rendition:
    """The log as it is now; on one day, the same log is made once. Without a language, in that of the input."""
    fields = {
        "kind": kind,
        "submission": submission,
        "canonical": content.canonical(log),
        "language": language or submission.language,
    }
    same = Rendition.objects.visible_to(by).filter(**fields).exclude(status=Rendition.Status.FAILED).first()
    return same or _ask(**fields, requested_by=by)


def ask_for_revision(revision: Revision, *, by: User) -> Rendition:
    """The document of a filing or an approval."""
    return _ask(kind=revision.cause, submission=revision.submission, revision=revision, requested_by=by)


def ask_for_compendium(compendium: Compendium, *, by: User) -> Rendition:
    """The compilation of what is approved when the worker begins; a second press joins the first."""
    with transaction.atomic():
        Compendium.objects.select_for_update().get(pk=compendium.pk)
        pending = compendium.renditions.filter(
            status__in=[Rendition.Status.WAITING, Rendition.Status.BEING_MADE]
        ).first()
        return pending or _ask(
            kind=Rendition.Kind.COMPENDIUM,
            compendium=compendium,
            language=compendium.language,
            requested_by=by,
        )


def ask_again(rendition: Rendition, *, by: User) -> Rendition:
    """Retry one that failed, or that its worker seems to have left; any other is left alone."""
    with transaction.atomic():
        changed = (
            Rendition.objects.may_be_asked_for_again()
            .filter(pk=rendition.pk)
            .update(
                status=Rendition.Status.WAITING,
                error="",
                requested_by=by,
                requested_at=timezone.now(),
                finished_at=None,
            )
        )
        if changed:
            async_task("submissions.tasks.make_rendition", rendition.pk)
    rendition.refresh_from_db()
    return rendition


def _ask(**fields) -> Rendition:
    with transaction.atomic():
        submission = fields.get("submission")
        fields.setdefault("language", submission.language if submission else (get_language() or "en"))
        rendition = Rendition.objects.create(**fields)
        async_task("submissions.tasks.make_rendition", rendition.pk)
    return rendition
