"""The review of an input on paper: for its makers the changes asked for and the answers, for IOM all of the review."""

from datetime import datetime
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from objectives.models import direction_of
from submissions.models import ChangeRequest, Comment
from submissions.templatetags.inputs import step_taken

from . import html, pdf
from .html import answer_to_plain_question, in_language, name, objective_label, worded


def make(log: dict, *, language: str = "") -> pdf.Made:
    """`log` as review_log.py freezes it. Raises CannotRender with a sentence if it cannot be made at all."""
    with translation.override(html.frame_language(language or log["language"])):
        direction = direction_of(get_language())
        return pdf.make(
            render_to_string("documents/review.html", context(log)),
            styles=["print.css", "submission.css"],
            css=html.running_css(direction=direction, start=heading(log), end=log["reference"]),
            direction=direction,
        )


def is_internal(log: dict) -> bool:
    return log["kind"] == "review"


def heading(log: dict) -> str:
    return _("Internal review summary") if is_internal(log) else _("Changes asked for, and answers")


def context(log: dict) -> dict:
    frame = get_language()
    printed = Printed(log, frame)
    return {
        "log": log,
        "is_internal": is_internal(log),
        "heading": heading(log),
        "title": f"{heading(log)}: {log['title']}",
        "document_language": frame,
        "direction": direction_of(frame),
        "portal_name": settings.PORTAL_NAME,
        "facts": printed.facts(),
        "rounds": [printed.round(one) for one in log["rounds"]],
        "prepared": [printed.change(one) for one in log.get("prepared", [])],
        "topics": [printed.topic(one) for one in log.get("topics", [])],
        "steps": [printed.step(one) for one in log.get("steps", [])],
    }


class Printed:
    """The parts of one log in the words and the language of the document."""

    def __init__(self, log: dict, frame: str):
        self.log, self.frame, self.zone = log, frame, ZoneInfo(log["zone"])

    def facts(self) -> list[tuple]:
        log = self.log
        mechanisms = html.lines(html.mechanism_name(mechanism) for mechanism in log["mechanisms"])
        facts = [
            (_("Input"), in_language(log["title"], log["language"], self.frame)),
            (_("Reference"), name(log["reference"])),
            (_("Review cycle"), worded(log["cycle"], self.frame)),
            (_("Mechanism") if len(log["mechanisms"]) == 1 else _("Mechanisms"), mechanisms),
        ]
        if log["revision"] is not None:
            facts.append((_("Text"), _("As filed, revision %(number)s.") % {"number": log["revision"]}))
        if is_internal(log):
            facts.append((_("Reviewer"), name(log["reviewer"]) or _("Nobody yet")))
            if log["due_on"]:
                facts.append((_("IOM answers by"), html.day(log["due_on"])))
        return [*facts, (_("As of"), html.day(log["as_of"]))]

    def round(self, one: dict) -> dict:
        answered = _("Answered with revision %(number)s.") % {"number": one["after"]} if one["after"] else ""
        if not answered and is_internal(self.log):
            answered = _("The answers are awaited.")
        return {
            "title": f"{step_taken(one['step'])}: {html.day(one['at'][:10])}",
            "said": self._by(one["by"], one["at"]),
            "note": self._words(one["note"]),
            "answered": answered,
            "changes": [
                self.change(change, awaits=bool(one["after"]) or not is_internal(self.log)) for change in one["changes"]
            ],
        }

    def change(self, one: dict, *, awaits: bool = False) -> dict:
        """`awaits`: an answer that is not there is said to be missing."""
        rows = [
            (_("Kind"), ChangeRequest.Kind(one["kind"]).label),
            (_("What to change"), self._words(one["text"])),
            (_("Why"), self._words(one["reason"])),
            (_("Asked by"), self._by(one["by"], one["at"])),
        ]
        if one["answer"]:
            rows += [
                (_("Answer"), ChangeRequest.Answer(one["answer"]).label),
                (_("Explanation"), self._words(one["explanation"])),
                (_("Answered by"), self._by(one["answered_by"], one["answered_at"])),
            ]
        elif awaits:
            rows.append((_("Answer"), _("Not answered yet")))
        return {"where": self._where(one), "rows": [(label, value) for label, value in rows if value]}

    def topic(self, one: dict) -> dict:
        return {"where": self._where(one), "threads": [self._thread(thread) for thread in one["threads"]]}

    def _thread(self, one: dict) -> dict:
        kind = capfirst(str(Comment.Circle(one["circle"]).label))
        if one["is_help"]:
            kind = _("%(kind)s: a request for help") % {"kind": kind}
        if one["objective"]:
            kind = f"{kind} · {objective_label(one['objective'])}"
        resolved = ""
        if one["resolved_at"]:
            resolved = format_html("{} {}", _("Resolved by"), self._by(one["resolved_by"], one["resolved_at"]))
        comments = [
            {"said": self._by(comment["by"], comment["at"], comment["mechanism"]), "text": self._words(comment["text"])}
            for comment in one["comments"]
        ]
        return {"kind": kind, "resolved": resolved or _("Not resolved."), "comments": comments}

    def step(self, one: dict) -> dict:
        number = one["revision"]
        return {
            "at": self._moment(one["at"]),
            "step": step_taken(one["step"]),
            "revision": _("Revision %(number)s") % {"number": number} if number else "",
            "by": name(one["by"] or settings.PORTAL_NAME),
            "note": self._words(one["note"]),
        }

    def _where(self, one: dict) -> SafeString:
        where = worded(one["where"], self.frame) if one["where"] else _("The whole input")
        if one.get("objective"):
            return format_html("{} · {}", where, objective_label(one["objective"]))
        return format_html("{}", where)

    def _by(self, person: str, at: str, mechanism: str = "") -> SafeString:
        who = format_html("{}, {}", name(person), name(mechanism)) if mechanism else name(person)
        return format_html("{} · {}", who, self._moment(at))

    def _moment(self, at: str) -> str:
        return html.moment(datetime.fromisoformat(at), self.zone)

    def _words(self, text: str) -> SafeString:
        """What people typed may be in any language, and runs as its first letter does."""
        if not text:
            return html.NOTHING
        return format_html('<div dir="{}">{}</div>', _direction(text), answer_to_plain_question(text))


def _direction(text: str) -> str:
    """As browsers find it for `dir="auto"`, which WeasyPrint does not know."""
    strong = (bidirectional(character) for character in text)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"
