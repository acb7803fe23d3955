"""A canonical document taken apart into the pieces that a reader compares: each knows its heading and its words.

Nothing is left out: each value of the document belongs to one piece, and what nothing here asks for is a piece under
"Other details". So two documents are the same when their pieces and their order are (`difference` looks at both).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from objectives.models import ENGLISH, WORDING_LANGUAGES, Wording

from ..models import ISCM, EngagementMode, ObjectiveBlock, OutlineSection, PartnerEntity, Phase
from .passages import Passage, lines, paragraphs


@dataclass
class Piece:
    """What is compared with the piece of the same key; `value` is the part of the document that it stands for."""

    key: tuple
    value: object
    heading: Wording
    passages: Callable[[], list[Passage]] = list  # read only where the values differ
    section: str = ""  # the code of its section; "" on the cover
    within: Wording | None = None  # the heading of that section, if it is not the piece's own
    number: str = ""  # "Objective 7", printed before the heading
    question: str = ""  # which of the texts below the heading
    language: str = ""  # of its text; "" for facts and names
    wordings: dict = field(default_factory=dict)  # official words in it, shown only when they changed: {label: Wording}


def pieces_of(document: dict) -> list[Piece]:
    document = {"partners": [], **document}
    document.pop("schema", None)
    language = document.get("language", "")
    pieces = _cover(document, language)
    sections = document.pop("sections", [])
    home = next((one for one in sections if one["kind"] == OutlineSection.Kind.ENGAGEMENT), None)
    about_it = _engagement(document, language)
    for piece in about_it if home else []:
        piece.section, piece.within = home["code"], wording(home["heading"])
    pieces += [*about_it, *_others(document, ("other",))]
    occurrences: Counter = Counter()
    for section in sections:
        occurrences[section["code"]] += 1
        pieces += _section(dict(section), occurrences[section["code"]], language)
    return pieces


def wording(one: dict) -> Wording:
    return Wording(one["text"], one["language"])


def ours(text) -> Wording:
    """A heading of the portal's own."""
    return Wording(str(text), (get_language() or ENGLISH).split("-")[0])


# ------------------------------------------------------------------------------------------ the cover


def _cover(document: dict, language: str) -> list[Piece]:
    pieces = []

    def add(name, heading, passages, **more):
        if name in document:
            value = document.pop(name)
            pieces.append(Piece((name,), value, ours(heading), partial(passages, value), **more))

    add("title", _("Title"), lambda title: [Passage(title, language=language)], language=language)
    add("language", _("Language"), lambda code: [Passage(str(dict(WORDING_LANGUAGES).get(code, code)))])
    add("reference", _("Reference"), lambda reference: [Passage(reference)])
    add("cycle", _("Review cycle"), lambda cycle: [_worded(cycle["name"])])
    add("input_type", _("Type of input"), _input_type)
    add("iscm", _("Mechanism"), _iscm)
    add("partners", _("Partners"), lambda partners: [Passage(_partner(one)) for one in partners])
    return pieces


def _worded(one: dict, label: str = "") -> Passage:
    return Passage(one["text"], label, one["language"])


def _facts(*facts) -> list[Passage]:
    return [Passage(str(value), label) for label, value in facts if value]


def _label(choices, value):
    return choices(value).label if value in choices.values else value


def _input_type(input_type: dict) -> list[Passage]:
    return [_worded(input_type["name"], _("Name")), *_facts((_("Phase"), _label(Phase, input_type["phase"])))]


def _iscm(iscm: dict) -> list[Passage]:
    return _facts(
        (_("Name"), iscm["name"]),
        (_("Acronym"), iscm["acronym"]),
        (_("Category"), _label(ISCM.Category, iscm["category"])),
        (_("Regions"), iscm["regions_stated"]),
        (_("Secretariat"), iscm["secretariat"]),
        *((_("Formal association"), name) for name in iscm["formal_associations"]),
    )


def _partner(partner: dict) -> str:
    kind = _("mechanism") if partner["kind"] == "iscm" else str(_label(PartnerEntity.Kind, partner["kind"]))
    category = str(_label(ISCM.Category, partner["category"]))
    name = f"{partner['name']} ({partner['acronym']})" if partner["acronym"] else partner["name"]
    return ", ".join(part for part in (name, kind, category) if part)


def _engagement(document: dict, language: str) -> list[Piece]:
    pieces = []
    occurrences: Counter = Counter()
    for one in document.pop("engagements", []):
        occurrences[one["mode"]] += 1
        key = ("engagement", one["mode"], occurrences[one["mode"]])
        pieces.append(Piece(key, one, ours(_("Mode of engagement")), partial(_mode, one)))
    if "regions" in document:
        regions = document.pop("regions")
        pieces.append(Piece(("regions",), regions, ours(_("Regional reviews")), partial(_terms, regions)))
    if "agreed_how" in document:
        text = document.pop("agreed_how")
        heading = ours(_("How it was agreed"))
        pieces.append(Piece(("agreed_how",), text, heading, partial(lines, text, language), language=language))
    if "is_collective" in document:
        said = document.pop("is_collective")
        pieces.append(Piece(("is_collective",), said, ours(_("Whose input it is")), partial(_collective, said)))
    return pieces


def _mode(engagement: dict) -> list[Passage]:
    capacity = [_worded(engagement["capacity"], _("Capacity"))] if engagement["capacity"] else []
    facts = _facts(
        (_("Made"), _label(EngagementMode.Mode, engagement["mode"])),
        (_("Through"), engagement["member_states"]),
        (_("Through the organization"), engagement["igo"]),
        (_("Represented by"), engagement["representative"]),
    )
    return [*facts, *capacity]


def _collective(said: bool) -> list[Passage]:
    return [Passage(_("Confirmed as collective") if said else _("Not confirmed as collective"))]


def _others(rest: dict, key: tuple) -> list[Piece]:
    """What is not known here: a later schema may hold more."""
    return [
        Piece((*key, name), value, ours(_("Other details")), partial(_as_it_stands, value, name))
        for name, value in sorted(rest.items())
    ]


def _as_it_stands(value, name: str) -> list[Passage]:
    return [Passage(text, path) for path, text in leaves(value, name)]


def leaves(value, path: str = "") -> Iterator[tuple[str, str]]:
    """Whatever a part of a document holds, as (path, text)."""
    if isinstance(value, dict | list) and value:
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value, start=1):
            yield from leaves(inner, f"{path} {name}".strip())
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# ------------------------------------------------------------------------------------------ sections


def _section(section: dict, occurrence: int, language: str) -> list[Piece]:
    code, heading = section["code"], wording(section["heading"])
    key = ("section", code, occurrence)
    own = {"parts": sorted(section)} | {name: section.pop(name, "") for name in ("code", "kind", "heading", "text")}
    pieces = [Piece(key, own, heading, partial(paragraphs, own["text"], language), language=language)]
    pieces[0].wordings = {_("Heading"): heading}

    def add(name, title, passages, **more):
        if name in section:
            value = section.pop(name)
            pieces.append(Piece((*key, name), value, ours(title), partial(passages, value), within=heading, **more))

    add("event", _("Event"), _event)
    add("speaker", _("Speaker"), lambda name: [Passage(name)])
    add("speaker_capacity", _("Capacity of the speaker"), lambda name: [Passage(name)])
    add("roundtables", _("Speaks to"), lambda rows: [_roundtable(row) for row in rows])
    add("formats", _("Forms of contribution"), _terms)
    add("priorities", _("Priorities"), _terms)
    add("challenges", _("Challenges"), _terms)
    add("responses", _("Responses"), _terms)
    for name, parts in (("blocks", _block), ("notes", _note)):
        occurrences: Counter = Counter()
        for one in section.pop(name, []):
            occurrences[one["number"]] += 1
            pieces += parts(dict(one), (*key, name, one["number"], occurrences[one["number"]]), heading, language)
    pieces += _recommendations(section.pop("recommendations", []), key, heading, language)
    add("attachments", _("Attachments"), lambda rows: [_attachment(row) for row in rows])
    pieces += _others(section, key)
    for piece in pieces:
        piece.section = code
    return pieces


def _terms(terms: list[dict]) -> list[Passage]:
    return [_worded(term["name"]) for term in terms]


def _roundtable(roundtable: dict) -> Passage:
    number = _("Roundtable %(number)s") % {"number": roundtable["number"]}
    return Passage(f"{number}: {roundtable['title']['text']}", language=roundtable["title"]["language"])


def _event(event: dict | None) -> list[Passage]:
    if not event:
        return []
    return _facts(
        (_("Name"), event["name"]),
        (_("First day"), _day(event["starts_on"])),
        (_("Last day"), _day(event["ends_on"])),
        (_("Place"), event["place"]),
        (_("Held online"), _("yes") if event["is_online"] else _("no")),
        (_("Organizers"), event["organizers"]),
        (_("Outcome document"), event["outcome_document"]),
    )


def _day(day: str | None) -> str:
    return date_format(date.fromisoformat(day), "DATE_FORMAT") if day else ""


def _block(block: dict, key: tuple, heading: Wording, language: str) -> list[Piece]:
    names = sorted(block)
    texts = [(name, block.pop(name, "")) for name in ObjectiveBlock.TEXTS]
    title, roundtable = wording(block["title"]), block["roundtable"]
    number = _("Objective %(number)s") % {"number": block["number"]}
    official = {
        _("Objective"): title,
        _("Short label"): wording(block["short_label"]),
        _("Roundtable %(number)s") % {"number": roundtable["number"]}: wording(roundtable["title"]),
    }
    pieces = [Piece(key, block | {"parts": names}, title, within=heading, number=number, wordings=official)]
    for name, text in texts:
        question = str(ObjectiveBlock._meta.get_field(name).verbose_name)
        piece = Piece((*key, name), text, title, partial(paragraphs, text, language), language=language)
        piece.within, piece.number, piece.question = heading, number, question
        pieces.append(piece)
    return pieces


def _note(note: dict, key: tuple, heading: Wording, language: str) -> list[Piece]:
    name = wording(note["name"])
    piece = Piece(key, note, name, partial(lines, note["text"], language), within=heading, language=language)
    piece.number, piece.wordings = f"({note['letter']})", {_("Guiding principle"): name}
    return [piece]


def _recommendations(recommendations: list[dict], key: tuple, heading: Wording, language: str) -> list[Piece]:
    """Their keys are temporary: one more in the middle must not change all that follow (see `difference`)."""
    pieces = []
    for place, one in enumerate(recommendations):
        value = {name: said for name, said in one.items() if name != "number"}
        title = ours(_("Recommendation %(number)s") % {"number": one["number"]})
        piece = Piece((*key, "recommendations", place), value, title, partial(_recommendation, one, language))
        piece.within, piece.language = heading, language
        pieces.append(piece)
    numbers = [one.get("number", "") for one in recommendations]
    if numbers != list(range(1, len(numbers) + 1)):
        title = ours(_("Numbers of the recommendations"))
        passages = [Passage(str(number)) for number in numbers]
        pieces.append(Piece((*key, "numbers"), numbers, title, lambda: passages, within=heading))
    return pieces


def _recommendation(one: dict, language: str) -> list[Passage]:
    numbers = ", ".join(map(str, one["objectives"]))
    return [*lines(one["text"], language), *_facts((_("Objectives"), numbers))]


def _attachment(attachment: dict) -> Passage:
    language = str(dict(WORDING_LANGUAGES).get(attachment["language"], attachment["language"]))
    size = _("%(number)s bytes") % {"number": attachment["size"]}
    file = ", ".join([attachment["filename"], str(attachment["kind"]).upper(), size, language])
    return Passage(f"{attachment['title']} ({file}; SHA-256 {attachment['sha256']})")
