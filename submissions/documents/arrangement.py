"""How the approved inputs are arranged in the compendium: by objective, across objectives, as a matrix.

Everything printed is what was frozen at approval. Only objectives that no input names are worded from the register.
"""

from objectives.models import GuidingPrinciple, Objective
from submissions.content import key_of
from submissions.models import InputType, OutlineSection, Term

from . import html
from .submission import block_parts

Kind = InputType.Kind
STATEMENTS = {Kind.ORAL_STATEMENT, Kind.STATEMENT}
EVENTS = {Kind.EVENT, Kind.SIDE_EVENT, Kind.OUTCOME_DOCUMENT}

EVIDENCED, CLAIMED = "evidenced", "claimed"


def sections_of(inputs, kind: str):
    """(input, section) for every section of that kind."""
    return [(one, section) for one in inputs for section in one.sections if section["kind"] == kind]


def by_objective(inputs, language: str) -> list[dict]:
    """Roundtables in order, each with all its objectives; each objective with who speaks to it and who names it."""
    titles, roundtable_of = _objective_wordings(inputs, language)
    speaking: dict[int, dict] = {number: {} for number in roundtable_of}
    naming: dict[int, list] = {number: [] for number in roundtable_of}
    for one, section in sections_of(inputs, "objectives"):
        for block in section["blocks"]:
            if parts := block_parts(block):
                together = tuple(map(key_of, one.makers))
                of_makers = speaking[block["number"]].setdefault(together, {"makers": one.makers, "excerpts": []})
                of_makers["excerpts"].append({"input": one, "parts": parts})
            else:
                naming[block["number"]].append(one)
    roundtables: dict[int, dict] = {}
    for number, roundtable in sorted(roundtable_of.items()):
        roundtables.setdefault(roundtable["number"], {**roundtable, "objectives": []})["objectives"].append(
            {
                "number": number,
                "title": titles[number],
                "speaking": list(speaking[number].values()),
                "naming": naming[number],
            }
        )
    for group in roundtables.values():
        group["silent"] = [one for one in group["objectives"] if not one["speaking"] and not one["naming"]]
    return [roundtables[number] for number in sorted(roundtables)]


class Wordings:
    """One wording per thing, for headings: of those that inputs were approved with, the most recent one that is in the
    frame's language; else the register's in that language; else the nearest there is."""

    def __init__(self, language: str, inputs, registered: dict):
        self.language = language
        self.newest_last = sorted(inputs, key=lambda one: one.revision.frozen_at)
        self.chosen = dict(registered)

    def offer(self, key, wording: dict) -> None:
        known = self.chosen.get(key)
        if known is None or self._nearness(wording) >= self._nearness(known):
            self.chosen[key] = wording

    def __getitem__(self, key) -> dict:
        return self.chosen[key]

    def _nearness(self, wording: dict) -> int:
        return 2 if wording["language"] == self.language else 1 if wording["language"] == "en" else 0


def _worded(wording) -> dict:
    return {"text": wording.text, "language": wording.language}


def _objective_wordings(inputs, language: str) -> tuple[Wordings, dict[int, dict]]:
    """The title of each objective, and its roundtable as the inputs had it, or as the register has it."""
    registered = Objective.objects.select_related("roundtable").prefetch_related("texts", "roundtable__texts")
    objectives = {objective.number: objective for objective in registered}
    titles = Wordings(language, inputs, {number: _worded(one.title) for number, one in objectives.items()})
    roundtables = {number: one.roundtable.number for number, one in objectives.items()}
    names = Wordings(
        language,
        inputs,
        {one.roundtable.number: _worded(one.roundtable.title) for one in objectives.values()},
    )
    for _one, section in sections_of(titles.newest_last, "objectives"):
        for block in section["blocks"]:
            titles.offer(block["number"], block["title"])
            names.offer(block["roundtable"]["number"], block["roundtable"]["title"])
            roundtables[block["number"]] = block["roundtable"]["number"]
    return titles, {
        number: {"number": roundtable, "title": names[roundtable]} for number, roundtable in roundtables.items()
    }


def matrix(inputs, roundtables: list[dict]) -> dict:
    """One row per mechanism, then one per partner entity; one column per objective.

    A cell is evidenced (text), claimed (named only) or neither. A joint input shows in the row of everybody who makes
    it; at the foot of a column each input is counted once.
    """
    objectives = [objective for roundtable in roundtables for objective in roundtable["objectives"]]
    numbers = [objective["number"] for objective in objectives]
    firsts = {roundtable["objectives"][0]["number"] for roundtable in roundtables}
    speaking = {
        objective["number"]: [excerpt["input"] for said in objective["speaking"] for excerpt in said["excerpts"]]
        for objective in objectives
    }
    naming = {objective["number"]: objective["naming"] for objective in objectives}
    cells: dict[tuple, dict[int, str]] = {}
    for found, sign in ((naming, CLAIMED), (speaking, EVIDENCED)):
        for number, of_objective in found.items():
            for maker in (maker for one in of_objective for maker in one.makers):
                cells.setdefault(key_of(maker), {})[number] = sign

    def rows(makers):
        named = {key_of(maker): maker for maker in makers}
        return [
            _row(maker, cells.get(key, {}), numbers, firsts)
            for key, maker in sorted(named.items(), key=lambda pair: pair[1]["name"].casefold())
        ]

    def totals(found):
        return [{"number": len(found[number]), "is_first": number in firsts} for number in numbers]

    makers = [maker for one in inputs for maker in one.makers]
    return {
        "columns": [{"number": number, "is_first": number in firsts} for number in numbers],
        "rows": rows(maker for maker in makers if maker["kind"] == "iscm"),
        "entities": rows(maker for maker in makers if maker["kind"] != "iscm"),
        EVIDENCED: totals(speaking),
        CLAIMED: totals(naming),
        "all_evidenced": sum(map(len, speaking.values())),
        "all_claimed": sum(map(len, naming.values())),
        "silent": sorted(
            (objective for roundtable in roundtables for objective in roundtable["silent"]),
            key=lambda objective: objective["number"],
        ),
    }


def _row(maker: dict, of_row: dict[int, str], numbers: list[int], firsts: set[int]) -> dict:
    signs = list(of_row.values())
    return {
        "maker": maker,
        "cells": [{"sign": of_row.get(number, ""), "is_first": number in firsts} for number in numbers],
        EVIDENCED: signs.count(EVIDENCED),
        CLAIMED: signs.count(CLAIMED),
    }


def cross_cutting(inputs, language: str) -> dict:
    return {
        "principles": _principles(inputs, language),
        "vocabularies": [
            vocabulary
            for kind, part, label in (
                ("challenges", "challenges", "challenges"),
                ("challenges", "responses", "responses"),
                ("contribution", "formats", "formats"),
                ("contribution", "priorities", "priorities"),
            )
            if (vocabulary := _ticked(inputs, kind, part, label, language))["terms"]
        ],
        "sections": _texts_by_section(inputs, language),
    }


def _principles(inputs, language: str) -> list[dict]:
    registered = {one.number: _worded(one.name) for one in GuidingPrinciple.objects.with_texts()}
    names = Wordings(language, inputs, registered)
    for _one, section in sections_of(names.newest_last, "principles"):
        for note in section["notes"]:
            names.offer(note["number"], note["name"])
    principles: dict[int, dict] = {}
    for one, section in sections_of(inputs, "principles"):
        for note in section["notes"]:
            number = note["number"]
            principle = principles.setdefault(number, {**note, "name": names[number], "said": [], "naming": []})
            if html.is_blank(note["text"]):
                principle["naming"].append(one)
            else:
                principle["said"].append({"input": one, "text": note["text"]})
    return [principles[number] for number in sorted(principles)]


def _ticked(inputs, kind: str, part: str, label: str, language: str) -> dict:
    """The terms of a vocabulary that were ticked, most often ticked first, and by whom."""
    names = Wordings(language, inputs, {term.code: _worded(term.name) for term in Term.objects.with_texts()})
    for _one, section in sections_of(names.newest_last, kind):
        for ticked in section[part]:
            names.offer(ticked["code"], ticked["name"])
    terms: dict[str, dict] = {}
    for one, section in sections_of(inputs, kind):
        for ticked in section[part]:
            code = ticked["code"]
            terms.setdefault(code, {"name": names[code], "inputs": []})["inputs"].append(one)
    return {"label": label, "terms": sorted(terms.values(), key=lambda term: -len(term["inputs"]))}


def _texts_by_section(inputs, language: str) -> list[dict]:
    """What is tied to no objective and belongs to no event or statement, under the heading that asked for it."""
    registered = {one.code: _worded(one.heading) for one in OutlineSection.objects.with_texts()}
    headings = Wordings(language, inputs, registered)
    for one in headings.newest_last:
        for section in one.sections:
            headings.offer(section["code"], section["heading"])
    found: dict[str, list] = {}
    for one in inputs:
        for section in one.sections:
            if not html.is_blank(section["text"]) and not _belongs_elsewhere(one, section):
                found.setdefault(section["code"], []).append({"input": one, "text": section["text"]})
    return [{"heading": headings[code], "said": said} for code, said in found.items()]


def type_names(inputs, language: str) -> Wordings:
    """The full name of each type of input, by its code."""
    names = Wordings(language, inputs, {one.code: _worded(one.name) for one in InputType.objects.with_texts()})
    for one in names.newest_last:
        names.offer(one.content["input_type"]["code"], one.content["input_type"]["name"])
    return names


def _belongs_elsewhere(one, section: dict) -> bool:
    return section["kind"] == "text" and one.kind in STATEMENTS | EVENTS


def recommendations(inputs) -> list[dict]:
    """All of them, numbered through, with who makes each."""
    found = [
        {"input": one, **recommendation}
        for one, section in sections_of(inputs, "recommendations")
        for recommendation in section["recommendations"]
        if not html.is_blank(recommendation["text"])
    ]
    return [{**recommendation, "running_number": number} for number, recommendation in enumerate(found, 1)]


def events(inputs) -> list[dict]:
    """Events with their details and texts, by first day; those without a date last."""
    found = []
    for one in inputs:
        details = [section["event"] for section in one.sections if section.get("event")]
        if one.kind not in EVENTS and not details:
            continue
        event = details[0] if details else {}
        found.append(
            {
                "input": one,
                "event": {**event, "dates": html.days(event.get("starts_on"), event.get("ends_on"))},
                "texts": _own_texts(one) if one.kind in EVENTS else [],
            }
        )
    return sorted(found, key=lambda one: one["event"].get("starts_on") or "9999")


def statements(inputs) -> list[dict]:
    found = []
    for one in inputs:
        if one.kind in STATEMENTS:
            speaking = next((section for section in one.sections if section["kind"] == "speaking"), {})
            found.append({"input": one, "speaking": speaking, "texts": _own_texts(one)})
    return [statement for statement in found if statement["texts"] or statement["speaking"]]


def _own_texts(one) -> list[dict]:
    return [section for section in one.sections if section["kind"] == "text" and not html.is_blank(section["text"])]
