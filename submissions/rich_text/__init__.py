"""Rich text as the portal keeps it: a small HTML that everything else may trust.

What it holds, and why: paragraphs with line breaks, headings of one level (h3, because page and PDF own the levels
above), bold, italic, raised and lowered signs (m², CO₂, footnote marks), links to web pages and e-mail addresses,
bulleted and numbered lists (with the number they start at and a, A, i, I, since texts refer to "point (c)"),
quotations, and tables whose cells may span. Nothing else: no pictures, styles, classes, ids, scripts.

The reader keeps every word and the writer makes each tag anew; nh3 has the last word, so that a mistake in ours
cannot let through what its list does not name. Underlining, colours and fonts go; their words stay.
"""

import re

import nh3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .blocks import PLAIN, Item, List, Paragraph, Quote, Table, without_controls, written
from .reader import DEEPEST, MOST_COLUMNS, MOST_ROWS, Reader

# What one section may hold. The PDF of a text within these limits is made in seconds; beyond them a few legal tags
# can keep a worker busy for hours. Measured against WeasyPrint; far above what any section of a review needs.
MOST_WORDS = 30_000
MOST_CHARACTERS = 300_000
MOST_SOURCE = 4_000_000  # characters of HTML; Word's own needs about ten for each one of text
LONGEST_PARAGRAPH = 50_000
MOST_ITEMS = 500

# fmt: off
_TAGS = {
    "p", "h3", "br", "strong", "em", "sup", "sub", "a", "ul", "ol", "li", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
_last_word = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}, "ol": {"start", "type"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    clean_content_tags={"script", "style", "title", "template", "iframe", "object", "svg", "math"},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)


def clean(source: str) -> str:
    """The same text in the portal's small HTML; "" if it has no words. Cleaning twice changes nothing.

    For text that a person sends, ask `refusal` first: within its limits this takes seconds at most."""
    return _last_word.clean(written(Reader(source).blocks))


def refusal(source: str) -> str | None:
    """Why this HTML cannot be stored, as a sentence that says what to do; None if it can be."""
    if len(source) > MOST_SOURCE:
        return _too_long(len(re.sub(r"<[^<>]*+>", " ", source).split()))
    text = Reader(source)
    plain = _words_of(text.blocks)
    number = count_plain_words(plain)
    if number > MOST_WORDS or len(plain) > MOST_CHARACTERS:
        return _too_long(number)
    if text.nesting > DEEPEST:
        return _(
            "Lists and quotations are nested too deeply here (%(depth)s levels; the portal keeps up to %(most)s). "
            "Move the innermost ones further out."
        ) % {"depth": text.nesting, "most": DEEPEST}
    for block in _all(text.blocks):
        if sentence := _refusal_of_block(block):
            return sentence
    return None


def refusal_of_plain(text: str) -> str | None:
    """The same for text typed without formatting."""
    number = count_plain_words(text)
    if number > MOST_WORDS or len(text) > MOST_CHARACTERS:
        return _too_long(number)
    return refusal(from_plain(text))


def _refusal_of_block(block) -> str | None:
    if isinstance(block, Paragraph) and len(block.text) > LONGEST_PARAGRAPH:
        return _(
            "One paragraph is too long (%(length)s characters; the portal keeps up to %(most)s in one paragraph). "
            "Divide it into several paragraphs."
        ) % {"length": len(block.text), "most": LONGEST_PARAGRAPH}
    if isinstance(block, List) and len(block.items) > MOST_ITEMS:
        return _(
            "One list is too long (%(items)s items; the portal keeps up to %(most)s in one list). "
            "Divide it into several lists, with a paragraph between them."
        ) % {"items": len(block.items), "most": MOST_ITEMS}
    if isinstance(block, Table) and (len(block.rows) > MOST_ROWS or block.columns > MOST_COLUMNS):
        return _(
            "One table is too large (%(rows)s rows and %(columns)s columns; the portal keeps up to %(most_rows)s rows "
            "and %(most_columns)s columns). Divide it, or attach it to the submission as a file."
        ) % {
            "rows": len(block.rows),
            "columns": block.columns,
            "most_rows": MOST_ROWS,
            "most_columns": MOST_COLUMNS,
        }
    return None


def _too_long(number: int) -> str:
    return ngettext(
        "This text is too long to be stored (%(number)s word; the portal takes up to %(most)s words or %(characters)s "
        "characters in one section). Shorten it, or attach it to the submission as a file.",
        "This text is too long to be stored (%(number)s words; the portal takes up to %(most)s words or %(characters)s "
        "characters in one section). Shorten it, or attach it to the submission as a file.",
        number,
    ) % {"number": f"{number:,}", "most": f"{MOST_WORDS:,}", "characters": f"{MOST_CHARACTERS:,}"}


# ------------------------------------------------------------------------------------------ plain text

# Also as word processors write them into plain text: with a tab, and with the bullet of the Symbol font.
_BULLET = re.compile("[-*•·\uf0b7][ \t\xa0]+(?=\\S)")
_NUMBER = re.compile("([0-9]{1,3})\\.[ \t\xa0]+(?=\\S)")


def from_plain(text: str) -> str:
    """Text typed without formatting: a blank line ends a paragraph, "- " or "* " begins a bulleted list and "1. " a
    numbered one; a line break stays one. Everything else is shown as it was typed, tags included."""
    blocks: list = []
    is_open = False  # whether a line of text would continue the paragraph before it
    for line in without_controls(text).split("\n"):
        line = line.strip()
        items = blocks[-1].items if blocks and isinstance(blocks[-1], List) else []
        ordered = blocks[-1].ordered if items else None
        if not line:
            is_open = False
        elif bullet := _BULLET.match(line):
            if ordered is not False:
                blocks.append(List(False))
            blocks[-1].items.append(_item(line[bullet.end() :]))
        elif (number := _NUMBER.match(line)) and int(number[1]) == (len(items) + 1 if ordered else 1):
            if not ordered:
                blocks.append(List(True))
            blocks[-1].items.append(_item(line[number.end() :]))
        elif is_open and isinstance(blocks[-1], Paragraph):
            blocks[-1].runs.append((PLAIN, "\n" + line))
        else:
            blocks.append(Paragraph([(PLAIN, line)]))
            is_open = True
    return clean(written(blocks))


def _item(line: str) -> Item:
    return Item([Paragraph([(PLAIN, line)])])


def to_plain(source: str) -> str | None:
    """The text without formatting, if `from_plain` makes exactly the same of it again; otherwise None."""
    cleaned = clean(source)
    plain = as_text(cleaned)
    return plain if from_plain(plain) == cleaned else None


# ------------------------------------------------------------------------------------------ words


def as_text(source: str) -> str:
    """Readable plain text for e-mails and search: blank lines between paragraphs, "- " and "1. " before list items,
    " | " between the cells of a table."""
    return "\n\n".join(_plain(block) for block in Reader(source).blocks)


def _plain(block) -> str:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Quote):
        return "\n\n".join(_plain(inner) for inner in block.blocks)
    if isinstance(block, Table):
        return "\n".join(
            " | ".join(" ".join(" ".join(_plain(inner) for inner in cell.blocks).split()) for cell in row)
            for row in block.rows
        )
    lines = []
    for position, item in enumerate(block.items):
        marker = f"{_ordinal(block.start + position, block.numbering)}. " if block.ordered else "- "
        words = "\n".join(_plain(inner) for inner in item.blocks)
        lines.append(marker + words.replace("\n", "\n" + " " * len(marker)))
    return "\n".join(lines)


def _ordinal(number: int, numbering: str) -> str:
    if numbering == "1":
        return str(number)
    if numbering in "aA":
        label = ""
        while number:
            number, letter = divmod(number - 1, 26)
            label = chr(ord("a") + letter) + label
    else:
        label = ""
        for value, letters in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
            strict=True,
        ):
            label += letters * (number // value)
            number %= value
    return label.upper() if numbering in "AI" else label


def count_words(source: str) -> int:
    """Words between spaces that hold a letter or a digit, in any script; numbers of list items are not counted."""
    return count_plain_words(_words_of(Reader(source).blocks))


def is_blank(source: str) -> bool:
    """Whether nothing can be read in it; an empty table is blank."""
    return not _words_of(Reader(source).blocks).strip()


def count_plain_words(text: str) -> int:
    """The same for text without tags."""
    return sum(any(character.isalnum() for character in word) for word in text.split())


def _words_of(blocks: list) -> str:
    return "\n".join(block.text for block in _all(blocks) if isinstance(block, Paragraph))


def _all(blocks: list):
    """Every paragraph, list, quotation and table, outermost first."""
    for block in blocks:
        yield block
        if isinstance(block, List):
            yield from _all([inner for item in block.items for inner in item.blocks])
        elif isinstance(block, Table):
            yield from _all([inner for row in block.rows for cell in row for inner in cell.blocks])
        elif isinstance(block, Quote):
            yield from _all(block.blocks)
