"""What is said about an input, for pages that are about something else: only what their reader may read."""

from dataclasses import dataclass

from django import template

from .. import threads
from ..threads import Thread, Topic, Voice

register = template.Library()


@dataclass(frozen=True)
class Beside:
    """Beside a section that is being written."""

    voice: Voice
    threads: list[Thread]


@dataclass(frozen=True)
class OpenTopics:
    """On the task list."""

    voice: Voice
    topics: list[Topic]


@dataclass(frozen=True)
class Counted:
    """Beside the headings of a text."""

    open: dict[str, int]
    may_begin: bool


@register.simple_tag(takes_context=True)
def open_topics(context, submission):
    """`{% open_topics submission as said %}`: `said.topics`, where something is open."""
    voice = _voice(context, submission)
    return OpenTopics(voice, [topic for topic in threads.topics(voice) if topic.open])


@register.simple_tag(takes_context=True)
def open_threads_on(context, submission, section, objective=None):
    """`{% open_threads_on submission section objective as beside %}`; without an objective all of the section."""
    voice = _voice(context, submission)
    return Beside(voice, threads.open_about(voice, section, objective or None))


@register.simple_tag(takes_context=True)
def counted_comments(context, submission):
    """`{% counted_comments submission as comments_beside %}`"""
    voice = _voice(context, submission)
    return Counted(threads.open_by_section(voice), bool(voice.open_circles))


@register.filter
def of_section(counted, code):
    return counted.get(code, 0)


@register.filter
def days_since(moment, now):
    """Whole days from that moment until `now`."""
    return (now - moment).days


def _voice(context, submission):
    return Voice(context["request"].user, submission)
