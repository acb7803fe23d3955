"""Where rights have ended while somebody was writing: their own words are handed back, and nothing else is shown."""

from django.shortcuts import render

from ..models import Submission
from ..permissions import may_draft, took_part_in


def hand_back_or_raise(closed, request, reference, kept):
    """`closed` is what anybody else is told; `kept` are (label, what was typed)."""
    submission = Submission.objects.filter(reference=reference).first()
    if submission is None or not _has_left(request.user, submission):
        raise closed
    context = {"reference": reference, "kept": [(label, text) for label, text in kept if text]}
    return render(request, "joint/handed_back.html", context, status=403)


def _has_left(user, submission):
    return took_part_in(user, submission) and not may_draft(user, submission)
