"""A text as the passages that a reader compares: paragraphs by their visible words, and how they are formatted."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..rich_text.blocks import List, Paragraph, Quote, Table
from ..rich_text.reader import Reader
from . import word_difference


@dataclass
class Passage:
    """A paragraph, or one line of facts."""

    text: str
    label: str = ""  # of a fact, in the reader's language: "Speaker"
    language: str = ""  # unknown, as of a name
    place: tuple = ()  # in which lists, quotations and tables it stands, outermost first
    marks: tuple = ()  # ((where it begins in the text, {"strong", …}), …)
    is_heading: bool = False

    def __post_init__(self):
        self.text = word_difference.plain(self.text) if not self.marks else self.text

    @cached_property
    def words(self) -> list[str]:
        return word_difference.words(self.text)

    @property
    def kind(self) -> str:
        """How it looks: "heading", "list", "quotation", "table" or ""."""
        return "heading" if self.is_heading else self.place[-1][0] if self.place else ""


# ------------------------------------------------------------------------------------------ reading


def lines(text: str, language: str) -> list[Passage]:
    """Text typed without formatting: each line that holds something."""
    return [Passage(line, language=language) for line in text.splitlines() if word_difference.plain(line)]


# A text of simple paragraphs, as `rich_text.clean` writes them; read so, it takes a tenth of the time.
_SIMPLE = re.compile(r"(?:<p>[^<]++</p>)++")
_SIMPLE_PARAGRAPH = re.compile(r"<p>([^<]++)</p>")


def paragraphs(text: str, language: str) -> list[Passage]:
    """Rich text by its visible words; the address of a link stands behind its words, because it is content."""
    if _SIMPLE.fullmatch(text):
        return [Passage(html.unescape(words), language=language) for words in _SIMPLE_PARAGRAPH.findall(text)]
    return list(_read(Reader(text).blocks, (), language)) if text else []


def _read(blocks: list, place: tuple, language: str) -> Iterator[Passage]:
    for block in blocks:
        if isinstance(block, Paragraph):
            text, marks = _words_and_marks(block)
            yield Passage(text, language=language, place=place, marks=marks, is_heading=block.heading)
        elif isinstance(block, Quote):
            yield from _read(block.blocks, (*place, ("quotation",)), language)
        elif isinstance(block, List):
            # The number that the list begins with belongs to its first item: the others follow from it.
            for number, item in enumerate(block.items):
                begin = block.start if not number else 0
                yield from _read(item.blocks, (*place, ("list", block.ordered, block.numbering, begin)), language)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    where = ("table", cell.header, cell.colspan, cell.rowspan)
                    yield from _read(cell.blocks, (*place, where), language)


def _words_and_marks(paragraph: Paragraph) -> tuple[str, tuple]:
    text, marks = "", []
    for href, runs in groupby(paragraph.runs, key=lambda run: run[0].href):
        linked = ""
        for mark, words in runs:
            words = word_difference.plain(f"|{words}|")[1:-1]  # its white space at the ends is kept
            names = {name for name in ("strong", "em") if getattr(mark, name)} | {mark.script} - {""}
            marks.append((len(text + linked), frozenset(names | ({"link"} if href else set()))))
            linked += words
        text += linked
        if href and linked.strip() != href.removeprefix("mailto:"):
            text += f" ‹{href}›" + " " * linked.endswith(" ")
    return text, tuple(marks) if any(names for _, names in marks) else ()


# ------------------------------------------------------------------------------------------ formatting


def formatting(was: Passage, now: Passage) -> str:
    """Which kinds of formatting changed, as a sentence."""
    if (was.place, was.is_heading, was.marks) == (now.place, now.is_heading, now.marks):
        return ""
    places = {place[0] for place in set(was.place) ^ set(now.place)}
    kinds = {"heading"} if was.is_heading != now.is_heading else set()
    if was.text == now.text:
        kinds |= {name for name in _marked(was) | _marked(now) if _marked_with(was, name) != _marked_with(now, name)}
    else:
        kinds |= _marked(was) ^ _marked(now)
    names = [name for kind, name in _names_of_formatting().items() if kind in places | kinds]
    return _("Formatting changed: %(names)s.") % {"names": ", ".join(names)} if names else ""


def _names_of_formatting() -> dict[str, str]:
    return {
        "strong": pgettext("formatting", "bold"),
        "em": pgettext("formatting", "italics"),
        "sup": pgettext("formatting", "raised signs"),
        "sub": pgettext("formatting", "lowered signs"),
        "link": pgettext("formatting", "link"),
        "heading": pgettext("formatting", "heading"),
        "list": pgettext("formatting", "list"),
        "quotation": pgettext("formatting", "quotation"),
        "table": pgettext("formatting", "table"),
    }


def _marked(passage: Passage) -> set[str]:
    return {name for _begin, names in passage.marks for name in names}


def _marked_with(passage: Passage, name: str) -> list[tuple[bool, str]]:
    """The text cut where this one mark begins and ends."""
    ends = [begin for begin, _names in passage.marks[1:]] + [len(passage.text)]
    pieces = [
        (name in names, passage.text[begin:end]) for (begin, names), end in zip(passage.marks, ends, strict=False)
    ]
    return [
        (is_marked, "".join(text for _mark, text in group))
        for is_marked, group in groupby(pieces, key=lambda piece: piece[0])
    ]
