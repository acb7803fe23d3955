"""What a rich text is made of, and how it is written: paragraphs, headings of one level, lists, quotations, tables.

`written()` is the only place where tags are made. It makes them from these blocks alone, so that whatever was read
(see `rich_text.reader`) can only come out as one of the few elements below.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

MOST_MARKS_IN_A_ROW = 8  # combining marks on one letter; Vietnamese and pointed Hebrew need four


class Marks(NamedTuple):
    strong: bool = False
    em: bool = False
    script: str = ""  # "sup", "sub" or ""
    href: str = ""


PLAIN = Marks()
Run = tuple[Marks, str]  # a stretch of text with one set of marks; "\n" is a line break, nothing else


@dataclass(slots=True)
class Paragraph:
    runs: list[Run]
    heading: bool = False

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.runs)


@dataclass(slots=True)
class Item:
    blocks: list = field(default_factory=list)


@dataclass(slots=True)
class List:
    ordered: bool
    items: list[Item] = field(default_factory=list)
    start: int = 1
    numbering: str = "1"  # "1", "a", "A", "i" or "I", as HTML names them


@dataclass(slots=True)
class Quote:
    blocks: list = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    blocks: list = field(default_factory=list)
    header: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass(slots=True)
class Table:
    rows: list[list[Cell]] = field(default_factory=list)
    columns: int = 0


# ------------------------------------------------------------------------------------------ characters

# Stands between two runs while their whitespace is settled; a noncharacter, so it cannot be in a text.
_SEAM = "\ufdd0"
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1d\x85\u2028\u2029]")
# Controls, lone surrogates, noncharacters, the byte-order mark, and the two marks that reverse written order.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")


def _combining_marks() -> str:
    ranges, first = [], None
    for code in [*range(0x300, 0x1F000), *range(0xE0100, 0xE01F1)]:
        if unicodedata.category(chr(code))[0] == "M":
            first = code if first is None else first
        elif first is not None:
            ranges.append(f"{chr(first)}-{chr(code - 1)}")
            first = None
    return "".join(ranges)


_M = _combining_marks()
_SPACES = re.compile(f" [ {_SEAM}]*+")
# The look-behinds keep long runs from being read again from each of their characters.
_BREAKS = re.compile(f"(?<![ {_SEAM}])[ {_SEAM}]*+\n[ \n{_SEAM}{_M}]*+")
_LEADING = re.compile(f"^[\\s{_SEAM}{_M}]++")
_MARKS_AFTER_SEAM = re.compile(f"(?<!{_SEAM})({_SEAM}++)([{_M}]++)")
_TOO_MANY_MARKS = re.compile(f"([{_M}]{{{MOST_MARKS_IN_A_ROW}}})[{_M}]++")


def without_controls(text: str) -> str:
    """Line ends as newlines; characters that no text needs are gone, wherever they came from."""
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))


def settled(runs: list[Run]) -> list[Run]:
    """The runs of one paragraph as they are stored: one space between words, at most two line breaks in a row,
    none at either end, letters composed (NFC), and no combining mark that would melt into the tag before it."""

    def seams(match: re.Match) -> str:
        return _SEAM * match[0].count(_SEAM)

    whole = _SEAM.join(without_controls(text) for _, text in runs)
    whole = _SPACES.sub(lambda match: " " + seams(match), whole.replace("\t", " "))
    whole = _BREAKS.sub(lambda match: "\n" * min(match[0].count("\n"), 2) + seams(match), whole)
    whole = _LEADING.sub(seams, whole)
    whole = _MARKS_AFTER_SEAM.sub(r"\2\1", whole)
    whole = _TOO_MANY_MARKS.sub(r"\1", unicodedata.normalize("NFC", whole))
    texts = whole.split(_SEAM)
    for position in reversed(range(len(texts))):
        texts[position] = texts[position].rstrip()
        if texts[position]:
            break
    result: list[Run] = []
    for (marks, _), text in zip(runs, texts, strict=True):
        if text and result and result[-1][0] == marks:
            result[-1] = (marks, result[-1][1] + text)
        elif text:
            result.append((marks, text))
    return result


# ------------------------------------------------------------------------------------------ writing


def written(blocks: list) -> str:
    return "".join(_block(block) for block in blocks)


def _block(block) -> str:
    if isinstance(block, Paragraph):
        tag = "h3" if block.heading else "p"
        return f"<{tag}>{_inline(block.runs)}</{tag}>"
    if isinstance(block, Quote):
        return f"<blockquote>{written(block.blocks)}</blockquote>"
    if isinstance(block, List):
        items = "".join(f"<li>{_contents(item.blocks)}</li>" for item in block.items)
        if not block.ordered:
            return f"<ul>{items}</ul>"
        start = f' start="{block.start}"' if block.start != 1 else ""
        numbering = f' type="{block.numbering}"' if block.numbering != "1" else ""
        return f"<ol{start}{numbering}>{items}</ol>"
    return _table(block)


def _contents(blocks: list) -> str:
    """A list item or cell of one paragraph (and lists below it) needs no paragraph tags around its words."""
    if blocks and isinstance(blocks[0], Paragraph) and not any(isinstance(rest, Paragraph) for rest in blocks[1:]):
        return _inline(blocks[0].runs) + written(blocks[1:])
    return written(blocks)


def _table(table: Table) -> str:
    """Leading rows of header cells become the table's head, which the PDF repeats on each page."""
    heads = 0
    while heads < len(table.rows) and all(cell.header for cell in table.rows[heads]):
        heads += 1
    reaches_beyond = any(
        cell.rowspan > heads - position for position, row in enumerate(table.rows[:heads]) for cell in row
    )
    if heads == len(table.rows) or reaches_beyond:
        heads = 0
    head = "".join(_row(row) for row in table.rows[:heads])
    body = "".join(_row(row) for row in table.rows[heads:])
    return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


def _row(row: list[Cell]) -> str:
    cells = ""
    for cell in row:
        tag = "th" if cell.header else "td"
        spans = "".join(
            f' {name}="{value}"' for name, value in (("colspan", cell.colspan), ("rowspan", cell.rowspan)) if value > 1
        )
        cells += f"<{tag}{spans}>{_contents(cell.blocks)}</{tag}>"
    return f"<tr>{cells}</tr>"


def _inline(runs: list[Run]) -> str:
    """One link stays one link, and one stretch of bold one stretch, whatever is marked inside."""
    return _marked(runs, [("href", "a"), ("strong", "strong"), ("em", "em"), ("script", "")])


def _marked(runs: list[Run], marks: list[tuple[str, str]]) -> str:
    if not marks:
        return "".join(html.escape(text, quote=False) for _, text in runs).replace("\n", "<br>")
    (name, tag), *inner = marks
    pieces = []
    for value, group in groupby(runs, key=lambda run: getattr(run[0], name)):
        piece = _marked(list(group), inner)
        if value and name == "href":
            piece = f'<a href="{html.escape(value)}">{piece}</a>'
        elif value:
            piece = f"<{tag or value}>{piece}</{tag or value}>"
        pieces.append(piece)
    return "".join(pieces)
