"""Finding the input that a page is about: what a person may not see does not exist."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from ..models import Submission
from ..permissions import may_draft


def visible_or_404(request, reference) -> Submission:
    submissions = Submission.objects.visible_to(request.user).select_related("iscm", "cycle", "input_type", "reviewer")
    return get_object_or_404(submissions, reference=reference)


def own_or_404(request, reference) -> Submission:
    """An input of the person's own mechanism; IOM sees that others exist, but not their working copy."""
    submission = visible_or_404(request, reference)
    if not may_draft(request.user, submission):
        raise PermissionDenied
    return submission
