"""What changed between two canonical documents (content.py), part by part and word by word.

For people who endorsed one text and are asked about another, and for the desk that compares revisions: the same
`Difference` can be shown inline (a paragraph's `runs`) and side by side (its `before` and `after`). It is empty exactly
when the documents are the same, apart from their `schema`. What only changed in its formatting is said to have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..content import canonical
from . import word_difference
from .parts import ADDED, CHANGED, FOLDED, REFORMATTED, REMOVED, SAME, Paragraph, Part, Run
from .passages import Passage, formatting
from .pieces import Piece, leaves, ours, pieces_of
from .word_difference import Effort

CONTEXT = 12  # words of unchanged text that stay on either side of a change
# What a page shows word by word: its runs, and a few more for each paragraph. So many make a page of a megabyte.
MOST_SHOWN, PER_PARAGRAPH = 12_000, 4


@dataclass(frozen=True)
class Counts:
    sections: int  # those in which something changed; the cover is one
    words_added: int
    words_removed: int


@dataclass(frozen=True)
class Difference:
    parts: tuple[Part, ...]
    unchanged: int  # pieces of the document that are the same
    effort: int  # steps that it took, for the tests

    def __bool__(self):
        return bool(self.parts)

    @property
    def summary(self) -> str:
        counts = self.counts
        sections = ngettext("%(number)s section changed", "%(number)s sections changed", counts.sections)
        added = ngettext("%(number)s word added", "%(number)s words added", counts.words_added)
        # Translators: after "12 words added": of words.
        removed = ngettext("%(number)s removed", "%(number)s removed", counts.words_removed)
        return _("%(sections)s, %(added)s, %(removed)s") % {
            "sections": sections % {"number": counts.sections},
            "added": added % {"number": counts.words_added},
            "removed": removed % {"number": counts.words_removed},
        }

    @cached_property
    def shown(self) -> tuple[Part, ...]:
        """The parts as a page shows them: beyond what anybody reads word by word, the old passage and the new one."""
        shown, left = [], MOST_SHOWN
        for part in self.parts:
            paragraphs: list[Paragraph] = []
            for place, paragraph in enumerate(part.paragraphs):
                left -= len(paragraph.runs) + PER_PARAGRAPH
                if left < 0:
                    paragraphs += _coarsely(part.paragraphs[place:])
                    break
                paragraphs.append(paragraph)
            shown.append(replace(part, paragraphs=tuple(paragraphs)))
        return tuple(shown)

    @cached_property
    def counts(self) -> Counts:
        number = {ADDED: 0, REMOVED: 0}
        for part in self.parts:
            for paragraph in part.paragraphs:
                for run in (run for run in paragraph.runs if run.op != SAME):
                    number[run.op] += sum(map(word_difference.is_word, word_difference.words(run.text)))
        return Counts(len({part.section for part in self.parts}), number[ADDED], number[REMOVED])


def between(old: dict, new: dict, *, full: bool = False) -> Difference:
    """What became of the old document; with `full`, unchanged text is not folded inside the parts that changed.

    Labels are in the active language; the documents' own words in theirs."""
    effort = Effort()
    before, after = pieces_of(old), pieces_of(new)
    _match_recommendations(before, after, effort)
    parts, unchanged = [], 0
    for was, now in _in_reading_order(before, after, effort):
        if _is_same(was, now):
            unchanged += 1
        else:
            part = _part(was, now, effort)
            parts.append(part if full else replace(part, paragraphs=tuple(_folded(part.paragraphs))))
    if moved := _order(before, after, effort):
        parts.append(moved if full else replace(moved, paragraphs=tuple(_folded(moved.paragraphs))))
    return Difference(tuple(parts), unchanged, effort.spent)


# ------------------------------------------------------------------------------------------ which piece became which


def _match_recommendations(before: list[Piece], after: list[Piece], effort: Effort) -> None:
    """By their words, since their numbers move on when one is added in the middle."""

    def is_one(piece):
        return "recommendations" in piece.key[3:]  # before it is the code of the section, which may be the same word

    def words(piece):
        return "\n".join(passage.text for passage in piece.passages() if not passage.label)

    def list_of(piece):
        return piece.key[:-1]

    new_lists = {key: list(pieces) for key, pieces in groupby(filter(is_one, after), key=list_of)}
    for key, pieces in groupby(filter(is_one, before), key=list_of):
        was, now = list(pieces), new_lists.get(key, [])
        pairs = word_difference.paired(list(map(words, was)), list(map(words, now)), effort)
        # One that was written anew in the same place is the same recommendation.
        for place, (old_place, new_place) in enumerate(_closed(pairs)):
            if old_place is not None:
                was[old_place].key = (*key, place)
            if new_place is not None:
                now[new_place].key = (*key, place)
            if old_place is not None and new_place is not None:
                number, new_number = was[old_place].heading, now[new_place].heading
                if number != new_number:
                    now[new_place].question = _("before: %(heading)s") % {"heading": number}


def _closed(pairs: list[word_difference.Pair]) -> list[word_difference.Pair]:
    """As many removed as added between two that stayed: these took each other's place."""
    closed: list[word_difference.Pair] = []
    for stayed, group in groupby(pairs, key=lambda pair: None not in pair):
        group = list(group)
        olds = [old for old, _new in group if old is not None]
        news = [new for _old, new in group if new is not None]
        closed += list(zip(olds, news, strict=True)) if not stayed and len(olds) == len(news) else group
    return closed


def _in_reading_order(before: list[Piece], after: list[Piece], effort: Effort) -> Iterator[tuple]:
    """(old, new) as in the new document; what was removed follows what it followed."""
    olds = {piece.key: piece for piece in before}
    news = {piece.key for piece in after}
    keys, new_keys = [piece.key for piece in before], [piece.key for piece in after]
    start = new_start = 0
    for position, new_position, length in [*word_difference.common(keys, new_keys, effort), (len(keys), len(after), 0)]:
        yield from ((piece, None) for piece in before[start:position] if piece.key not in news)
        start, end = position + length, new_position + length
        yield from ((olds.get(piece.key), piece) for piece in after[new_start:end])
        new_start = end


def _order(before: list[Piece], after: list[Piece], effort: Effort) -> Part | None:
    """What stands in another place than before."""
    shared = {piece.key for piece in before} & {piece.key for piece in after}
    olds = [piece for piece in before if piece.key in shared]
    news = [piece for piece in after if piece.key in shared]
    if [piece.key for piece in olds] == [piece.key for piece in news]:
        return None
    found = word_difference.common([piece.key for piece in olds], [piece.key for piece in news], effort)
    pairs, start, new_start = [], 0, 0
    for position, new_position, length in [*found, (len(olds), len(news), 0)]:
        pairs += [(_title(piece), None) for piece in olds[start:position] if _title(piece)]
        pairs += [(None, _title(piece)) for piece in news[new_start:new_position] if _title(piece)]
        start, new_start = position + length, new_position + length
        pairs += [(_title(piece), _title(piece)) for piece in olds[position:start] if _title(piece)]
    paragraphs = tuple(_paragraph(was, now, effort) for was, now in pairs)
    return Part(ours(_("Order")), CHANGED, paragraphs, section="", key=("order",))


def _title(piece: Piece) -> Passage | None:
    said = [piece.number, piece.heading.text, piece.question]
    return Passage(" · ".join(part for part in said if part), language=piece.heading.language)


def _is_same(was: Piece | None, now: Piece | None) -> bool:
    """A section says itself which texts it has; so that one which is blank need not be told from one that is absent."""
    if was and now:
        return canonical({"": was.value}) == canonical({"": now.value})
    one = was or now
    return one.key[0] == "section" and one.value in ("", [], None)


# ------------------------------------------------------------------------------------------ one part


def _part(was: Piece | None, now: Piece | None, effort: Effort) -> Part:
    one = now or was
    paragraphs = _wordings(was, now, effort) if was and now else []
    olds, news = was.passages() if was else [], now.passages() if now else []
    paragraphs += [_paragraph(old, new, effort) for old, new in _paired(olds, news, effort)]
    if was and now and all(paragraph.state == SAME for paragraph in paragraphs):
        paragraphs += _details(was.value, now.value, effort)
    if not was or (now and news and not olds):
        state = ADDED
    elif not now or (olds and not news):
        state = REMOVED
    else:
        state = CHANGED
    return Part(
        one.heading,
        state,
        tuple(paragraphs),
        section=one.section,
        within=one.within,
        number=one.number,
        question=one.question,
        language=one.language,
        key=one.key,
    )


def _wordings(was: Piece, now: Piece, effort: Effort) -> list[Paragraph]:
    """Official words that are not what they were: a corrected title, or the same in another language."""
    labels = [*was.wordings, *(label for label in now.wordings if label not in was.wordings)]
    changed = [label for label in labels if was.wordings.get(label) != now.wordings.get(label)]
    paragraphs = []
    for label in changed:
        old, new = (
            piece.wordings.get(label) and Passage(piece.wordings[label].text, label, piece.wordings[label].language)
            for piece in (was, now)
        )
        if old and new and old.text == new.text:
            continue
        paragraphs.append(_paragraph(old, new, effort))
    return paragraphs


def _paired(olds: list[Passage], news: list[Passage], effort: Effort) -> Iterator[tuple]:
    """Facts by their label, paragraphs by their words."""
    texts, new_texts = ([one for one in side if not one.label] for side in (olds, news))
    by_words = word_difference.paired([one.text for one in texts], [one.text for one in new_texts], effort)
    for place, new_place in by_words:
        yield texts[place] if place is not None else None, new_texts[new_place] if new_place is not None else None
    waiting = [one for one in news if one.label]
    for old in (one for one in olds if one.label):
        new = next((one for one in waiting if one.label == old.label), None)
        if new:
            waiting.remove(new)
        yield old, new
    yield from ((None, one) for one in waiting)


def _details(old, new, effort: Effort) -> list[Paragraph]:
    """What is not printed: codes, the language of a wording. Of a text, whose words are the same: formatting."""
    before, after = ({"text": side} if isinstance(side, str) else dict(leaves(side)) for side in (old, new))
    paragraphs = []
    for path in [*before, *(path for path in after if path not in before)]:
        if before.get(path) == after.get(path):
            continue
        if path == "text":
            paragraphs.append(Paragraph(REFORMATTED, formatting=_("Only the formatting or the spaces changed.")))
        else:
            was, now = (Passage(side[path], path) if path in side else None for side in (before, after))
            paragraphs.append(_paragraph(was, now, effort))
    return paragraphs


# ------------------------------------------------------------------------------------------ one paragraph


def _paragraph(was: Passage | None, now: Passage | None, effort: Effort) -> Paragraph:
    one = now or was
    how = formatting(was, now) if was and now else ""
    if was is None or now is None:
        state = ADDED if was is None else REMOVED
        runs = (Run(state, one.text),) if one.text else ()
    elif was.text == now.text:
        state, runs = REFORMATTED if how else SAME, (Run(SAME, one.text),)
    else:
        state, runs = CHANGED, tuple(_runs(was.words, now.words, effort))
        if all(run.op == SAME for run in runs):
            state, how = REFORMATTED, how or _("Only the spaces changed.")
    return Paragraph(
        state,
        runs,
        label=one.label,
        kind=one.kind,
        language=one.language,
        language_before=(was or one).language,
        formatting=how,
    )


def _runs(words: list[str], new_words: list[str], effort: Effort) -> Iterator[Run]:
    old, new = [word.rstrip() for word in words], [word.rstrip() for word in new_words]
    found = word_difference.readable(word_difference.common(old, new, effort), len(old), len(new))
    start = new_start = 0
    for position, new_position, length in [*found, (len(old), len(new), 0)]:
        if position > start:
            yield Run(REMOVED, "".join(words[start:position]))
        if new_position > new_start:
            yield Run(ADDED, "".join(new_words[new_start:new_position]))
        start, new_start = position + length, new_position + length
        if length:
            # At the end of a paragraph one of them has no space behind it.
            both = zip(words[position:start], new_words[new_position:new_start], strict=True)
            yield Run(SAME, "".join(max(word, new_word, key=len) for word, new_word in both))


# ------------------------------------------------------------------------------------------ folding


def _folded(paragraphs: tuple[Paragraph, ...]) -> Iterator[Paragraph]:
    """Some words around each change; whole unchanged paragraphs as their number."""
    for is_same, group in groupby(paragraphs, key=lambda paragraph: paragraph.state == SAME):
        if is_same:
            yield Paragraph(FOLDED, unchanged=len(list(group)))
        else:
            yield from (one if one.state in (ADDED, REMOVED) else _shortened(one) for one in group)


def _coarsely(paragraphs: tuple[Paragraph, ...]) -> Iterator[Paragraph]:
    """All that was, then all that is, each paragraph in a line of its own."""
    language, said = paragraphs[0].language, _("Too much changed here to show it word by word.")
    changed = [paragraph for paragraph in paragraphs if paragraph.state not in (SAME, FOLDED)]
    for state, side in ((REMOVED, "before"), (ADDED, "after")):
        lines = ("".join(run.text for run in getattr(paragraph, side)) for paragraph in changed)
        if text := "\n".join(filter(None, lines)):
            yield Paragraph(state, (Run(state, text),), kind="passages", language=language, formatting=said)
            said = ""
    if unchanged := sum(one.unchanged or 1 for one in paragraphs if one.state in (SAME, FOLDED)):
        yield Paragraph(FOLDED, unchanged=unchanged)


def _shortened(paragraph: Paragraph) -> Paragraph:
    runs = []
    for place, run in enumerate(paragraph.runs):
        words = word_difference.words(run.text) if run.op == SAME else []
        is_alone = len(paragraph.runs) == 1
        head = CONTEXT if place or is_alone else 0
        tail = CONTEXT if place < len(paragraph.runs) - 1 or is_alone else 0
        if len(words) > head + tail + CONTEXT:
            beginning, end = "".join(words[:head]).rstrip(), "".join(words[len(words) - tail :])
            run = Run(SAME, f"{beginning} … {end}" if beginning else f"… {end}")
        runs.append(run)
    return replace(paragraph, runs=tuple(runs))
