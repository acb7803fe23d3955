"""What a difference is made of: parts of a document, their paragraphs, and in these the runs of words."""

from dataclasses import dataclass
from typing import NamedTuple

from objectives.models import Wording, direction_of

SAME, ADDED, REMOVED = "same", "added", "removed"
# States of a part and of a paragraph, besides these three.
CHANGED, REFORMATTED, FOLDED = "changed", "reformatted", "folded"


class Run(NamedTuple):
    op: str  # same, added or removed
    text: str  # with the white space behind it

    @property
    def words(self) -> str:
        return self.text.rstrip()

    @property
    def space(self) -> str:
        """What is better not underlined or struck through."""
        return self.text[len(self.words) :]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or a line of facts; one that is `folded` stands for `unchanged` paragraphs left out."""

    state: str
    runs: tuple[Run, ...] = ()
    label: str = ""
    kind: str = ""  # how it looks: "heading", "list", "quotation", "table" or ""
    language: str = ""  # of its text; "" if unknown
    language_before: str = ""  # of what was removed
    formatting: str = ""  # a sentence: what changed besides the words
    unchanged: int = 0

    @property
    def before(self) -> list[Run]:
        """The old side."""
        return [run for run in self.runs if run.op != ADDED]

    @property
    def after(self) -> list[Run]:
        return [run for run in self.runs if run.op != REMOVED]

    @property
    def direction(self) -> str:
        return direction_of(self.language) if self.language else "auto"


@dataclass(frozen=True)
class Part:
    heading: Wording
    state: str  # changed, added or removed
    paragraphs: tuple[Paragraph, ...]
    section: str  # the code of the section that it is in; "" on the cover
    within: Wording | None = None  # the heading of that section, where it is not the part's own
    number: str = ""  # "Objective 7", before the heading
    question: str = ""  # which of the texts below the heading
    language: str = ""  # of its text; "" for facts and names
    key: tuple = ()

    @property
    def direction(self) -> str:
        return direction_of(self.language) if self.language else "auto"

    @property
    def formatting(self) -> str:
        """Of a part in which no word changed, what did."""
        if any(paragraph.state in (CHANGED, ADDED, REMOVED) for paragraph in self.paragraphs):
            return ""
        return next((paragraph.formatting for paragraph in self.paragraphs if paragraph.formatting), "")
