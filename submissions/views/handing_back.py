"""Where rights have ended while somebody was writing: their own words are handed back, and nothing else is shown."""

from django.shortcuts import render

from .. import saving
from ..models import Submission


def hand_back_or_raise(closed, request, reference, kept):
    """`closed` is what anybody else is told; `kept` are (label, what was typed)."""
    submission = Submission.objects.filter(reference=reference).first()
    if submission is None or not saving.has_left(request.user, submission):
        raise closed
    context = {"reference": reference, "kept": [(label, text) for label, text in kept if text]}
    return render(request, "joint/handed_back.html", context, status=403)
