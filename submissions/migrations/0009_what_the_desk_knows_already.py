"""Inputs that are there already: their newest revision, their last step, and which return asked for which change."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

# What IOM does not know of: acts of joint inputs, and the steps between the makers.
AMONG_THE_MAKERS = {"ask", "take_back", "take_back_to_change"}


def fill(apps, schema_editor):
    Submission, Revision, Event, ChangeRequest, Answer = (
        apps.get_model("submissions", name)
        for name in ("Submission", "Revision", "SubmissionEvent", "ChangeRequest", "Answer")
    )
    newest = Revision.objects.filter(submission=OuterRef("pk")).order_by("-number").values("pk")[:1]
    steps = Event.objects.filter(submission=OuterRef("pk"), partnership=None).exclude(step__in=AMONG_THE_MAKERS)
    Submission.objects.update(
        newest_revision_id=Subquery(newest), last_step_at=Subquery(steps.order_by("-number").values("at")[:1])
    )
    for request in ChangeRequest.objects.all():
        returns = Event.objects.filter(submission=request.submission_id, step="request_changes")
        asked_in = returns.filter(at__gte=request.requested_at).order_by("number").first() or returns.last()
        request.asked_in = asked_in
        if request.answered_at and asked_in:
            saved = Answer.objects.filter(submission=request.submission_id, section=request.section_id).first()
            request.answer, request.answered_by_id = "done", saved.saved_by_id if saved else request.requested_by_id
        else:
            request.answered_at = None
        request.save()


class Migration(migrations.Migration):
    dependencies = [("submissions", "0008_review_desk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
