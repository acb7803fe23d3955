"""Reads any HTML, however broken or hostile, into the few kinds of blocks that a rich text is made of.

Why not a ready-made parser: those that follow the HTML standard need time that grows with the square of the
nesting, and a few kilobytes of unclosed tags can become gigabytes of elements. This reader looks at every character
a bounded number of times, nests no deeper than `DEEPEST` and keeps every word it meets. It need not be exact about
broken markup, because nothing it reads is passed through: the blocks are written anew.
"""

import re

from .blocks import (
    PLAIN,
    Cell,
    Item,
    List,
    Marks,
    Paragraph,
    Quote,
    Table,
    settled,
    without_controls,
)
from .tokens import Attributes, Tokens

DEEPEST = 20  # lists and quotations inside each other; beyond it they are read as plain paragraphs
MOST_COLUMNS = 12
MOST_ROWS = 300
LONGEST_ADDRESS = 2_000
_MOST_OPEN_MARKS = 30  # <b><i>… inside each other; further ones are not looked at

# ------------------------------------------------------------------------------------------ what tags say

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# fmt: off
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "listing",
    "main", "menu", "nav", "noscript", "option", "p", "pre", "section", "summary", "textarea",
}
# fmt: on
_TAGS_AS_MARKS = {
    "b": {"strong": True},
    "strong": {"strong": True},
    "i": {"em": True},
    "em": {"em": True},
    "sup": {"script": "sup"},
    "sub": {"script": "sub"},
}
_INLINE = {*_TAGS_AS_MARKS, "a", "span", "font"}
_STYLE = re.compile(r"(?:^|;)\s*(font-weight|font-style|vertical-align)\s*:\s*([a-z0-9-]+)", re.IGNORECASE)
_SCRIPTS = {"super": "sup", "sub": "sub", "baseline": ""}
_WORD_LIST = re.compile(r"mso-list\s*:\s*l(\d{1,6})\s+level(\d{1,2})", re.IGNORECASE)
_WORD_MARKER = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
_NUMBER = re.compile(r"^(\(?)(?:\d{1,4}\.){0,8}(\d{1,4}|[ivxlc]{1,8}|[a-z])([.)]?)$", re.IGNORECASE)
_ADDRESS = re.compile(r"^(?:https?://[^\s<>\"/?#]|mailto:[^\s<>\"?])[^\s<>\"]*$", re.IGNORECASE)


def _address(href: str) -> str:
    """The address if a link may point there: a web page or an e-mail address, written in full."""
    href = without_controls(href).strip()
    return href if len(href) <= LONGEST_ADDRESS and _ADDRESS.match(href) else ""


def _marks_of(tag: str, attributes: Attributes) -> dict[str, object]:
    said: dict[str, object] = dict(_TAGS_AS_MARKS.get(tag, {}))
    if tag == "a":
        said["href"] = _address(attributes.get("href", ""))
    for name, value in _STYLE.findall(attributes.get("style", "")[:2_000]):
        name, value = name.lower(), value.lower()
        if name == "font-weight":
            said["strong"] = value in {"bold", "bolder", "600", "700", "800", "900"}
        elif name == "font-style":
            said["em"] = value in {"italic", "oblique"}
        elif value in _SCRIPTS:
            said["script"] = _SCRIPTS[value]
    return said


def _numbering_of(marker: str) -> tuple[bool, int, str]:
    """Whether what Word wrote before a list item is a number, which one, and in which system."""
    match = _NUMBER.match(marker.strip())
    # A single letter without a stop is not a number: Word's hollow bullet is the letter o.
    if not match or not (match[2].isdigit() or match[1] or match[3]):
        return False, 1, "1"
    label = match[2].lower()
    if label.isdigit():
        return True, int(label), "1"
    system = "i" if len(label) > 1 or label == "i" else "a"
    number = _roman(label) if system == "i" else ord(label) - ord("a") + 1
    return True, number, system if match[2].islower() else system.upper()


def _roman(label: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in label]
    return max(1, sum(-v if v < max(values[i + 1 :], default=0) else v for i, v in enumerate(values)))


def _whole_number(value: str, low: int, high: int) -> int:
    digits = re.match(r"\s*(\d{1,9})", value, re.ASCII)
    return min(max(int(digits[1]), low), high) if digits else low


# ------------------------------------------------------------------------------------------ reading


class Reader:
    """`blocks` is the text; `nesting` is how deeply lists and quotations were nested in the source."""

    def __init__(self, source: str):
        self.blocks: list = []
        self.nesting = 0
        self._runs: list[tuple[Marks, list[str]]] = []  # of the paragraph being read
        self._heading = self._pre = False
        self._word_level: tuple[int, str] | None = None  # of a list item that Word wrote as a paragraph
        self._marker: list[str] = []  # the number or bullet that Word wrote before it
        self._word_lists: list[tuple[int, str, List]] = []  # of successive such items, outermost first
        self._marks: list[tuple[str, dict, Marks, bool]] = []  # tag, what it says, what holds inside, is it a marker
        self._open: list[tuple[str, object, list | None]] = [("", self, None)]  # tag, block, where it goes when closed
        self._depth = self._too_deep = 0  # open lists and quotations: those kept, those beyond DEEPEST
        self._table: Table | None = None
        self._cell: tuple | None = None  # what to return to when the open cell ends
        self._inner_tables = 0  # a table in a cell is read as paragraphs
        self._in_head = False
        read = {"text": self._text, "start": self._start, "end": self._end}
        for kind, value, attributes in Tokens(without_controls(source)):
            read[kind](value, attributes)
        self._end_paragraph()
        while len(self._open) > 1:
            self._close()

    # Words and their marks

    def _text(self, text: str, _attributes: Attributes, *, is_break: bool = False) -> None:
        _tag, _said, marks, is_marker = self._marks[-1] if self._marks else ("", {}, PLAIN, False)
        if is_marker:
            self._marker.append(text)
            return
        if not is_break:
            text = without_controls(text)
            text = text if self._pre else text.replace("\n", " ")
        if self._runs and self._runs[-1][0] == marks:
            self._runs[-1][1].append(text)
        else:
            self._runs.append((marks, [text]))

    def _start_mark(self, tag: str, attributes: Attributes) -> None:
        if len(self._marks) < _MOST_OPEN_MARKS:
            said = _marks_of(tag, attributes)
            if _WORD_MARKER.search(attributes.get("style", "")[:2_000]):
                said["is_marker"] = True
            self._marks.append((tag, said, PLAIN, False))
            self._apply_marks(len(self._marks) - 1)

    def _end_mark(self, tag: str) -> None:
        for position in reversed(range(len(self._marks))):
            if self._marks[position][0] == tag:
                del self._marks[position]
                return self._apply_marks(position)

    def _apply_marks(self, first: int) -> None:
        for position in range(first, len(self._marks)):
            tag, said, _marks, _is_marker = self._marks[position]
            _tag, _said, marks, is_marker = self._marks[position - 1] if position else ("", {}, PLAIN, False)
            marks = marks._replace(**{name: value for name, value in said.items() if name != "is_marker"})
            self._marks[position] = (tag, said, marks, is_marker or "is_marker" in said)

    # Elements

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag in _INLINE:
            self._start_mark(tag, attributes)
        elif tag == "br":
            self._text("\n", {}, is_break=True)
        elif tag in _BLOCKS:
            self._start_paragraph(tag, attributes)
        elif tag in {"ul", "ol"}:
            start = _whole_number(attributes.get("start", ""), 1, 9_999)
            numbering = attributes.get("type", "")
            numbering = numbering if numbering in {"a", "A", "i", "I"} else "1"
            self._start_nested(tag, List(True, start=start, numbering=numbering) if tag == "ol" else List(False))
        elif tag == "blockquote":
            self._start_nested(tag, Quote())
        elif tag == "li":
            self._start_item()
        elif tag == "table":
            self._start_table()
        elif tag == "tr":
            self._start_row()
        elif tag in {"td", "th"}:
            self._start_cell(tag, attributes)
        elif tag in {"thead", "tbody", "tfoot"} and not self._inner_tables:
            self._in_head = tag == "thead"

    def _end(self, tag: str, _attributes: Attributes) -> None:
        if tag in _INLINE:
            self._end_mark(tag)
        elif tag in _BLOCKS:
            self._end_paragraph()
            self._heading = self._pre = False
        elif tag in {"ul", "ol", "blockquote"}:
            self._end_paragraph()
            if self._too_deep:
                self._too_deep -= 1
            else:
                self._close_through(tag)
        elif tag == "li":
            self._end_paragraph()
            if not self._too_deep:
                self._close_through("li", within=List)
        elif tag in {"tr", "td", "th"}:
            self._end_paragraph()
            if not self._inner_tables:
                self._close_cell()
        elif tag == "thead":
            self._in_head = self._in_head and self._inner_tables > 0
        elif tag == "table":
            self._end_paragraph()
            if self._inner_tables:
                self._inner_tables -= 1
            elif self._table:
                self._close_cell()
                self._close_through("table")

    # Paragraphs

    def _start_paragraph(self, tag: str, attributes: Attributes) -> None:
        self._end_paragraph()
        if tag in _HEADINGS or tag == "p":
            self._heading = tag in _HEADINGS or attributes.get("class", "").startswith("MsoTitle")
            level = _WORD_LIST.search(attributes.get("style", "")[:2_000])
            self._word_level = (int(level[2]), level[1]) if level else None
        self._pre = tag == "pre"

    def _end_paragraph(self) -> None:
        runs = [(marks, "".join(pieces)) for marks, pieces in self._runs]
        level, marker = self._word_level, "".join(self._marker)
        self._runs, self._word_level, self._marker = [], None, []
        if marker.strip() and (self._heading or not level):  # the number of a numbered heading is part of its words
            runs.insert(0, (PLAIN, marker.strip() + " "))
        blocks = self._destination() if any(text.strip() for _, text in runs) else None
        if blocks is None:
            return
        is_heading = self._heading and blocks is self.blocks
        if self._heading:  # headings stand at the top; inside a list or a cell, bold does their work
            runs = [(marks._replace(strong=not is_heading), text) for marks, text in runs]
        runs = settled(runs)
        if not runs:
            return
        if level and not self._heading:
            self._add_word_item(level, marker, Paragraph(runs), blocks)
        else:
            blocks.append(Paragraph(runs, is_heading))

    def _destination(self) -> list:
        """Where the next paragraph goes; words between list items make an item, those between cells go before."""
        position = len(self._open) - 1
        while isinstance(self._open[position][1], Table):
            position -= 1
        block = self._open[position][1]
        if not isinstance(block, List):
            return block.blocks
        if position == len(self._open) - 1:
            self._open.append(("li", Item(), block.items))
            return self._open[-1][1].blocks
        block.items.append(Item())
        return block.items[-1].blocks

    def _add_word_item(self, level: tuple[int, str], marker: str, paragraph: Paragraph, blocks: list) -> None:
        """Word writes each list item as a paragraph with a level; those that follow each other become real lists."""
        depth, name = level
        lists = self._word_lists
        if not (lists and blocks and blocks[-1] is lists[0][2]):
            lists.clear()
        ordered, start, numbering = _numbering_of(marker)
        while lists and lists[-1][0] > depth:
            lists.pop()
        if lists and lists[-1][0] == depth:
            before = lists[-1][2].ordered
            if before != ordered or (ordered and lists[-1][1] != name):
                lists.pop()
        has_room = self._depth + len(lists) < DEEPEST
        if not lists or (lists[-1][0] < depth and has_room):
            parent = lists[-1][2].items[-1].blocks if lists else blocks
            lists.append((depth, name, List(ordered, start=start, numbering=numbering)))
            parent.append(lists[-1][2])
            self.nesting = max(self.nesting, self._depth + len(lists))
        lists[-1][2].items.append(Item([paragraph]))

    # Lists and quotations

    def _start_nested(self, tag: str, block) -> None:
        self._end_paragraph()
        if self._too_deep or self._depth >= DEEPEST:
            self._too_deep += 1
        else:
            parent = self._open[-1][1]
            # A list straight inside a list (Google Docs, old HTML) belongs to the item before it.
            in_item = isinstance(parent, List) and parent.items
            self._open.append((tag, block, parent.items[-1].blocks if in_item else self._destination()))
            self._depth += 1
        self.nesting = max(self.nesting, self._depth + self._too_deep)

    def _start_item(self) -> None:
        self._end_paragraph()
        if self._too_deep:
            return
        if isinstance(self._open[-1][1], Item):
            self._close()
        if isinstance(self._open[-1][1], List):
            self._open.append(("li", Item(), self._open[-1][1].items))

    def _close_through(self, tag: str, within: type | None = None) -> None:
        for open_tag, block, _ in reversed(self._open):
            if open_tag == tag:
                break
            if isinstance(block, (Cell, Reader)) or (within and isinstance(block, within)):
                return
        while self._close() != tag:
            pass

    def _close(self) -> str:
        tag, block, destination = self._open.pop()
        if isinstance(block, (List, Quote)):
            self._depth -= 1
        if isinstance(block, Cell):
            self._marks, self._too_deep = self._cell
            self._cell = None
        elif isinstance(block, Table):
            self._table, self._in_head = None, False
            if _make_regular(block):
                destination.append(block)
        elif block.items if isinstance(block, List) else block.blocks:
            destination.append(block)
        return tag

    # Tables

    def _start_table(self) -> None:
        self._end_paragraph()
        if self._table:
            self._inner_tables += 1
        else:
            self._table = Table()
            self._open.append(("table", self._table, self._destination()))

    def _start_row(self) -> None:
        self._end_paragraph()
        if self._table and not self._inner_tables:
            self._close_cell()
            self._table.rows.append([])

    def _start_cell(self, tag: str, attributes: Attributes) -> None:
        self._end_paragraph()
        if not self._table or self._inner_tables:
            return
        self._close_cell()
        while not isinstance(self._open[-1][1], Table):
            self._close()
        cell = Cell(
            header=tag == "th" or self._in_head,
            colspan=_whole_number(attributes.get("colspan", ""), 1, MOST_COLUMNS),
            rowspan=_whole_number(attributes.get("rowspan", ""), 1, MOST_ROWS),
        )
        if not self._table.rows:
            self._table.rows.append([])
        self._table.rows[-1].append(cell)
        self._cell = (list(self._marks), self._too_deep)
        self._too_deep = 0
        self._open.append(("td", cell, None))

    def _close_cell(self) -> None:
        if self._cell:
            while self._close() != "td":
                pass


def _make_regular(table: Table) -> bool:
    """Spans that end with the table, and as many columns in each row, as accessible PDF asks; False if it is empty."""
    table.rows = [row for row in table.rows if row]
    for position, row in enumerate(table.rows):
        for cell in row:
            cell.rowspan = min(cell.rowspan, len(table.rows) - position)
    table.columns = max((sum(cell.colspan for cell in row) for row in table.rows), default=0)
    if table.columns > MOST_COLUMNS or len(table.rows) > MOST_ROWS:
        return True  # will be refused; filling it up could make it enormous
    widths = [sum(cell.colspan for cell in row) for row in table.rows]
    for position, row in enumerate(table.rows):
        for cell in row:
            for below in range(position + 1, position + cell.rowspan):
                widths[below] += cell.colspan
    table.columns = max(widths, default=0)
    for row, width in zip(table.rows, widths, strict=True):
        row.extend(Cell(header=all(cell.header for cell in row)) for _ in range(table.columns - width))
    return bool(table.rows)
