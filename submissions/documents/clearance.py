"""The clearance log on paper: how the text was cleared within each mechanism, as it was entered when this was made."""

from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from objectives.models import direction_of
from submissions.clearance_log import is_running
from submissions.models import Clearance

from . import html, pdf
from .html import in_language, name, worded

Way = Clearance.Way


def make(log: dict, *, language: str = "") -> pdf.Made:
    """`log` as clearance_log.py freezes it. Raises CannotRender with a sentence if it cannot be made at all."""
    with translation.override(html.frame_language(language or log["language"])):
        direction = direction_of(get_language())
        return pdf.make(
            render_to_string("documents/clearance.html", context(log)),
            styles=["print.css", "submission.css"],
            css=html.running_css(direction=direction, start=_("Clearance log"), end=log["reference"]),
            direction=direction,
        )


def context(log: dict) -> dict:
    frame = get_language()
    return {
        "log": log,
        "title": _("Clearance log: %(title)s") % {"title": log["title"]},
        "document_language": frame,
        "direction": direction_of(frame),
        "portal_name": settings.PORTAL_NAME,
        "facts": facts(log, frame),
        "mechanisms": [
            {
                **mechanism,
                "rows": [_row(entry, as_of=date.fromisoformat(log["as_of"])) for entry in mechanism["entries"]],
            }
            for mechanism in log["mechanisms"]
        ],
    }


def facts(log: dict, frame: str) -> list[tuple]:
    mechanisms = html.lines(html.mechanism_name(mechanism) for mechanism in log["mechanisms"])
    return [
        (_("Input"), in_language(log["title"], log["language"], frame)),
        (_("Reference"), name(log["reference"])),
        (_("Review cycle"), worded(log["cycle"], frame)),
        (_("Mechanism") if len(log["mechanisms"]) == 1 else _("Mechanisms"), mechanisms),
        (_("Text"), _text(log["revision"])),
        (_("Log as of"), html.day(log["as_of"])),
    ]


def _text(revision: int | None) -> str:
    if revision is None:
        return _("A draft: not filed.")
    return _("As filed, revision %(number)s.") % {"number": revision}


def _way(entry: dict) -> str:
    if entry["way"] == Way.SILENCE:
        return _("By silence until %(day)s") % {"day": html.day(entry["cleared_on"])}
    return capfirst(str(Way(entry["way"]).label))


def _row(entry: dict, *, as_of: date) -> dict:
    return {
        "day": html.day(entry["cleared_on"]),
        "way": _way(entry),
        "is_running": is_running(entry["way"], date.fromisoformat(entry["cleared_on"]), on=as_of),
        "detail": name(entry["detail"]),
        "recorded_by": name(entry["recorded_by"]),
        "recorded_on": html.day(entry["recorded_at"]),
    }
