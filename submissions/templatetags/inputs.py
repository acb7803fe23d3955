"""How pages show an input: its texts marked with their language, its state in words, what is left of the time."""

from datetime import date

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from objectives.models import ENGLISH, WORDING_LANGUAGES, Wording, direction_of

from .. import assigning, reading, receiving, reminding
from .. import rich_text as formatted
from ..joint import ACTS
from ..models import EngagementMode, OutlineSection, Status
from ..transitions import TRANSITIONS

register = template.Library()


@register.filter
def direction(language):
    """`{{ code|direction }}`: rtl or ltr, for `dir`."""
    return direction_of(language)


@register.filter
def language_name(code):
    return str(dict(WORDING_LANGUAGES).get(code, code))


@register.filter
def worded(wording):
    """A Wording, or one out of a revision ({"text", "language"}), marked where it is not in the page's language."""
    if isinstance(wording, dict):
        wording = Wording(wording["text"], wording["language"])
    return wording.__html__() if isinstance(wording, Wording) else conditional_escape(wording)


@register.filter
def rich_text(text, language=None):
    """`{{ text|rich_text:submission.language }}`: cleaned once more on the way out, whatever the database holds."""
    return _in_language(mark_safe(formatted.clean(text or "")), language, "rich-text")


@register.filter
def plain_text(text, language=None):
    """Text typed without formatting, its line breaks kept; a comment may be in another script than the page."""
    return _in_language(mark_safe(linebreaks(text or "", autoescape=True)), language, "plain-text", direction="auto")


def _in_language(html, language, css_class, *, direction=None):
    language = language or (get_language() or ENGLISH).split("-")[0]
    direction = direction or direction_of(language)
    # A table may be wider than a small screen: then its box scrolls, and has to be reachable by keyboard.
    scrolls = ""
    if "<table" in html:
        scrolls = format_html(' tabindex="0" role="group" aria-label="{}"', _("Text with a table"))
    return format_html('<div class="{}" lang="{}" dir="{}"{}>{}</div>', css_class, language, direction, scrolls, html)


@register.filter
def mode_label(mode):
    """The name of a mode of engagement, of which a revision keeps the code."""
    return EngagementMode.Mode(mode).label if mode in EngagementMode.Mode.values else mode


@register.filter
def draft_or_filed(submission):
    """The state so that nobody takes a draft for filed, or the other way round."""
    if submission.status == Status.WITHDRAWN:
        return _("Withdrawn") if submission.filed_at else _("Withdrawn: never filed")
    if submission.status == Status.AWAITING_ENDORSEMENT:
        if submission.filed_at:
            return _("Filed: the partners are looking at the changes")
        return _("Awaiting endorsement: not filed")
    return {
        Status.DRAFT: _("Draft: not filed"),
        Status.AWAITING_ENDORSEMENT: _("Filed: the partners look at changes")
        if submission.filed_at
        else _("Not filed: with the partners"),
        Status.SUBMITTED: _("Filed"),
        Status.UNDER_REVIEW: _("Filed: under review"),
        Status.CHANGES_REQUESTED: _("Filed: changes are asked for"),
        Status.APPROVED: _("Filed and approved"),
        Status.DECLINED: _("Filed and declined"),
    }[submission.status]


@register.filter
def iso_day(day):
    """A day as a revision keeps it (an ISO date, or null), in the reader's way of writing dates."""
    return date_format(date.fromisoformat(day), "DATE_FORMAT") if day else ""


@register.filter
def is_empty(section):
    """Whether a section of a content document holds nothing; how an input is made is never nothing."""
    framing = {"code", "kind", "heading"}
    return section["kind"] != OutlineSection.Kind.ENGAGEMENT and not any(
        value for name, value in section.items() if name not in framing
    )


@register.filter
def empty_sections(document):
    return [section for section in document["sections"] if is_empty(section)]


@register.filter
def step_taken(name):
    """What happened, of the name of a step."""
    return {
        "start": _("Started"),
        "submit": _("Filed"),
        "take_up": _("Taken up"),
        "request_changes": _("Returned for changes"),
        "resubmit": _("Filed again"),
        "approve": _("Approved"),
        "decline": _("Declined"),
        "reopen": _("Reopened"),
        "withdraw": _("Withdrawn"),
        "ask": _("Endorsement asked for"),
        "take_back": _("Taken back to draft"),
        "take_back_to_change": _("Taken back"),
        **ACTS,
        "file_received": _("Filed by IOM for the mechanism"),
        "object": _("Found not right by the mechanism"),
        "discard_received": _("Entry withdrawn by IOM"),
        **receiving.ACTS,
        **reading.ACTS,
        **assigning.ACTS,
        **reminding.ACTS,
    }.get(name) or (TRANSITIONS[name].label if name in TRANSITIONS else name)


@register.filter
def status_label(status):
    return Status(status).label if status else ""


@register.filter
def time_left(moment):
    """`in 12 days`, `in 5 hours`; the number of whole ones, so that nobody is told of more time than there is."""
    seconds = int((moment - timezone.now()).total_seconds())
    if seconds <= 0:
        return _("closed")
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return ngettext("in %(number)s day", "in %(number)s days", days) % {"number": days}
    if hours:
        return ngettext("in %(number)s hour", "in %(number)s hours", hours) % {"number": hours}
    return ngettext("in %(number)s minute", "in %(number)s minutes", minutes) % {"number": minutes}
