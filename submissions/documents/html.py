"""The pieces of HTML that documents are written with: wordings, names, answers, running heads."""

import gettext as catalogues
import re
from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from objectives.models import WORDING_LANGUAGES, direction_of
from submissions import rich_text
from submissions.models import EngagementMode
from submissions.rich_text.blocks import without_controls

NOTHING = SafeString("")


def frame_language(language: str) -> str:
    """The language asked for if the portal speaks it, else English: labels half in one and half in the other are
    worse than either."""
    locale = to_locale(language)
    spoken = language == "en" or any(
        catalogues.find("django", str(folder), [locale]) for folder in settings.LOCALE_PATHS
    )
    return language if spoken else "en"


def in_language(text, language: str, document: str) -> SafeString:
    """The text, marked with its language where that is not the document's."""
    if not text or language == document:
        return conditional_escape(text)
    return format_html('<bdi lang="{}" dir="{}">{}</bdi>', language, direction_of(language), text)


def worded(wording: dict, document: str) -> SafeString:
    """A wording of the canonical content: {"text", "language"}."""
    return in_language(wording["text"], wording["language"], document)


def framed(text, document: str) -> SafeString:
    """A text of the portal, in the language that is active while the document is made."""
    return in_language(text, (get_language() or "en").split("-")[0], document)


def name(text) -> SafeString:
    """A name of any script, so that it does not turn its surroundings around."""
    return format_html("<bdi>{}</bdi>", text) if text else NOTHING


def objective_label(number: int) -> str:
    return _("Objective %(number)s") % {"number": number}


def roundtable_label(number: int) -> str:
    return _("Roundtable %(number)s") % {"number": number}


def mechanism_name(iscm: dict) -> SafeString:
    if not iscm["acronym"]:
        return name(iscm["name"])
    return format_html("{} ({})", name(iscm["name"]), name(iscm["acronym"]))


def short_name(iscm: dict) -> str:
    return iscm["acronym"] or iscm["name"]


def made_by(makers: list[dict]) -> SafeString:
    """Of who makes an input (see content.py) the lead in full, then its partners in short."""
    lead, *partners = makers
    if not partners:
        return mechanism_name(lead)
    named = format_html_join(_(", "), "{}", ((name(short_name(partner)),) for partner in partners))
    return format_html(_("{lead}, also on behalf of {partners}"), lead=mechanism_name(lead), partners=named)


def answer(text: str, level: int) -> SafeString:
    """A rich text, cleaned again, with its headings at the level (2–6) that its place in the document asks for."""
    cleaned = rich_text.clean(text)
    # Only the writer makes tags in a cleaned text: in words, < is &lt;.
    return mark_safe(re.sub(r"<(/?)h3>", rf"<\1h{min(level, 6)}>", cleaned))


def answer_to_plain_question(text: str) -> SafeString:
    return mark_safe(rich_text.from_plain(text))


def is_blank(text: str) -> bool:
    return not text or rich_text.is_blank(text)


def lines(pieces) -> SafeString:
    return format_html_join(NOTHING, "<p>{}</p>", ((piece,) for piece in pieces if piece))


def language_name(code: str) -> str:
    return str(dict(WORDING_LANGUAGES).get(code, code))


def _date(value: date) -> str:
    # "3 February 2030", as the United Nations writes it; Django's own format for English is the American one.
    return date_format(value, "j F Y" if get_language() == "en" else "DATE_FORMAT")


def mode_name(mode: str) -> str:
    return str(dict(EngagementMode.Mode.choices).get(mode, mode))


def day(value: date | str | None) -> str:
    if not value:
        return ""
    return _date(date.fromisoformat(value) if isinstance(value, str) else value)


def days(starts_on: str | None, ends_on: str | None) -> str:
    if not starts_on or not ends_on or starts_on == ends_on:
        return day(starts_on or ends_on)
    return _("%(first)s to %(last)s") % {"first": day(starts_on), "last": day(ends_on)}


def moment(value: datetime, zone) -> str:
    there = value.astimezone(zone)
    return f"{_date(there)}, {date_format(there, 'H:i')} ({str(zone).replace('_', ' ')})"


def size(number_of_bytes: int) -> str:
    if number_of_bytes < 1024 * 1024:
        return _("%(number)s KB") % {"number": max(1, round(number_of_bytes / 1024))}
    return _("%(number).1f MB") % {"number": number_of_bytes / 1024 / 1024}


def _css_string(text: str) -> str:
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in without_controls(text)) + '"'


def running_css(*, direction: str, start: str, end: str) -> str:
    """Heads and feet of the pages; texts as CSS strings with every sign escaped."""
    page, of = (_("Page %(number)s of %(all)s") % {"number": "\0", "all": "\1"}).split("\0")[0:2]
    of, rest = of.split("\1")
    near, far = ("right", "left") if direction == "rtl" else ("left", "right")
    number = f"{_css_string(page)} counter(page) {_css_string(of)} counter(pages) {_css_string(rest)}"
    return (
        f"@page {{ @top-{near} {{ content: {_css_string(start)}; direction: {direction}; }}"
        f" @top-{far} {{ content: {_css_string(end)}; direction: {direction}; }}"
        f" @bottom-{near} {{ content: {_css_string(settings.PORTAL_NAME)}; direction: {direction}; }}"
        f" @bottom-{far} {{ content: {number}; direction: {direction}; }} }}"
    )
