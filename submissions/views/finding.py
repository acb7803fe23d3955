"""Finding the input that a page is about: what a person may not see does not exist."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from .. import reading
from ..models import ISCM, Submission
from ..permissions import is_affiliated_with, is_received, may_draft, reads_working_copy


def visible_or_404(request, reference) -> Submission:
    related = ("iscm", "cycle", "input_type", "reviewer", "received")
    submissions = Submission.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(submissions, reference=reference)


def own_or_404(request, reference) -> Submission:
    """An input of the person's own mechanism; IOM sees that others exist, but not their working copy."""
    submission = visible_or_404(request, reference)
    if is_affiliated_with(request.user, submission):
        return submission
    if not may_draft(request.user, submission):
        raise PermissionDenied
    if submission.is_editable:
        reading.note_draft(request.user, submission)
    return submission


def joint_or_404(request, reference) -> Submission:
    """A joint input, for those who make it: what passes between the lead and its partners is not for IOM."""
    submission = visible_or_404(request, reference)
    if not reads_working_copy(request.user, submission):
        raise PermissionDenied
    if not submission.input_type.is_joint:
        raise Http404
    return submission


def led_or_404(request, reference) -> Submission:
    """A joint input that a mechanism of this person leads."""
    submission = joint_or_404(request, reference)
    if not is_affiliated_with(request.user, submission):
        raise PermissionDenied
    return submission


def home_of(request, submission) -> ISCM | None:
    """The mechanism through which this person has to do with an input: the lead, or else a partner of it.

    None for IOM's staff, who enter what came by mail for a mechanism that is not theirs.
    """
    if is_received(submission) and not is_affiliated_with(request.user, submission):
        return None
    if not submission.input_type.is_joint or is_affiliated_with(request.user, submission):
        return submission.iscm
    partnership = submission.partnerships.of(request.user).select_related("iscm").first()
    return partnership.iscm if partnership else submission.iscm
