"""Comments beside the text of a joint input, for pages that are about something else."""

from django import template

from .. import commenting
from ..permissions import reads_working_copy

register = template.Library()


@register.simple_tag(takes_context=True)
def open_threads(context, submission):
    """`{% open_threads submission as threads %}`: where something is open; nothing for whoever does not make it."""
    if not _may_read(context, submission):
        return []
    return [thread for thread in commenting.threads(submission) if thread.open]


@register.simple_tag(takes_context=True)
def open_comments_on(context, submission, section):
    """`{% open_comments_on submission section as comments %}`"""
    return commenting.open_about(submission, section) if _may_read(context, submission) else []


def _may_read(context, submission):
    return submission.input_type.is_joint and reads_working_copy(context["request"].user, submission)
