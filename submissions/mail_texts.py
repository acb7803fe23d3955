"""What a mail says: the portal's own words (templates/mail), or those that an administrator has written instead.

An administrator's text is text. Its placeholders are replaced in one pass by a regular expression that knows their
names; nothing else in it means anything, and nothing in what a placeholder brings is looked at again.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable

from django.template import Context, Engine
from django.template.loader import get_template
from django.utils.translation import gettext as _

from .mail_list import MAILS, PLACEHOLDERS, Editable
from .models import MailText

# These may be more than one line, and so have no place in a subject.
WHOLE_TEXTS = {"note", "requests", "link", "standard_text"}

_KNOWN = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_BRACED = re.compile(r"\{[^{}]*\}|\{[^{}\s]*|[^{}\s]*\}")


class Verbatim(str):
    """Printed as it is: quoted already, or made by the portal, such as a link."""


def quoted(text: str) -> Verbatim:
    return Verbatim(textwrap.indent(text.strip(), "> ", predicate=lambda line: True))


def one_line(text: str) -> str:
    """What somebody typed cannot bring headers or lines of its own: no line breaks, no control characters."""
    printable = "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
    words = " ".join(printable.split())
    return words if len(words) <= 250 else words[:249] + "…"


def safe(value):
    """What is handed to a mail: every text that is not marked as verbatim on one line, in lists too."""
    match value:
        case Verbatim():
            return value
        case str():
            return one_line(value)
        case list() | tuple():
            return [safe(one) for one in value]
        case dict():
            return {name: safe(one) for name, one in value.items()}
    return value


def without_gaps(body: str) -> str:
    """Where a part of the text says nothing, no hole is left."""
    lines = [line.rstrip() for line in body.strip().splitlines()]
    return "\n".join(line for number, line in enumerate(lines) if line or lines[number - 1]) + "\n"


def standard(name: str, facts: dict) -> tuple[str, str]:
    """Subject and body as the portal writes them, in the language and the time zone that are active."""
    # Plain text: nothing is escaped, and what people typed is quoted line by line.
    context = Context(facts, autoescape=False)
    subject, body = (get_template(f"mail/{one}.txt").template.render(context) for one in (f"{name}_subject", name))
    return one_line(subject), without_gaps(body)


OwnWords = dict[tuple[str, str], MailText]


def own_words(names: Iterable[str]) -> OwnWords:
    """What administrators have written for these mails, by name and language."""
    return {(own.name, own.language): own for own in MailText.objects.filter(name__in=set(names))}


def words_of(name: str, facts: dict, *, own: MailText | None) -> tuple[str, str]:
    """Subject and body as they are sent."""
    subject, body = standard(name, facts)
    if own is None:
        return subject, body
    own_subject, own_body = filled(own.subject, own.body, name, {**facts, "standard_text": body})
    return own_subject or subject, own_body


def filled(subject: str, body: str, name: str, facts: dict) -> tuple[str, str]:
    """An administrator's words with what their placeholders stand for."""
    values = _values(name, facts)

    def replaced(text: str) -> str:
        return _KNOWN.sub(lambda found: values.get(found[1], ""), text)

    return one_line(replaced(subject)), without_gaps(replaced(body))


def _values(name: str, facts: dict) -> dict[str, str]:
    """What each placeholder of this mail stands for. The sources are ours; see mail_list.py."""
    mail = of(name)
    context, engine = Context(facts, autoescape=False), Engine.get_default()
    values = {}
    for placeholder in mail.placeholders:
        source = mail.link if placeholder == "link" else PLACEHOLDERS[placeholder].source
        value = engine.from_string(source).render(context)
        values[placeholder] = value.strip() if placeholder in WHOLE_TEXTS else one_line(value)
    return values


def of(name: str) -> Editable:
    return MAILS.get(name) or Editable(name)


def refusals(name: str, *, subject: str = "", body: str = "") -> dict[str, list[str]]:
    """Why these words cannot be saved: sentences, by field."""
    mail = of(name)
    found = {
        "subject": list(_wrong_braces(subject, {*mail.placeholders} - WHOLE_TEXTS)),
        "body": list(_wrong_braces(body, mail.placeholders)),
    }
    if len(subject.splitlines()) > 1:
        found["subject"].append(_("A subject is one line."))
    if mail.asks and not {"{link}", "{standard_text}"} & set(re.findall(r"\{[a-z_]+\}", body)):
        found["body"].append(
            _("This mail asks its reader to do something: put {link} where the way there belongs, or {standard_text}.")
        )
    return {field: sentences for field, sentences in found.items() if sentences}


def _wrong_braces(text: str, allowed: Iterable[str]) -> Iterable[str]:
    """Whatever stands in braces and is not, as it is written, one of the allowed names."""
    rest = text
    for placeholder in allowed:
        rest = rest.replace("{" + placeholder + "}", "\N{OBJECT REPLACEMENT CHARACTER}")
    for wrong in dict.fromkeys(_BRACED.findall(rest)):
        yield _(
            "“%(wrong)s” is none of the placeholders that can stand here. Those are names in braces, and nothing else "
            "may be in braces: %(allowed)s."
        ) % {
            "wrong": wrong.replace("\N{OBJECT REPLACEMENT CHARACTER}", "…")[:60],
            "allowed": ", ".join("{" + one + "}" for one in sorted(allowed)),
        }
