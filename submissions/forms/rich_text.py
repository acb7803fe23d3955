"""The field for formatted text: an editor where there is JavaScript, a plain text area where there is none.

What is posted is two values: the text, and in `<name>-format` whether it is "plain" (typed as it stands, tags included)
or "html" (written by the editor, or kept as tags because plain text could not say it). A text that cannot be stored
comes back exactly as it was typed, in the same format.
"""

import json
import re
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy, ngettext

from submissions import rich_text


class Typed(NamedTuple):
    """What a person sent: `text` as it was typed and its `format`, "plain" or "html"."""

    text: str
    format: str

    def refusal(self) -> str | None:
        return rich_text.refusal(self.text) if self.format == "html" else rich_text.refusal_of_plain(self.text)

    def as_html(self) -> str:
        return rich_text.clean(self.text) if self.format == "html" else rich_text.from_plain(self.text)

    def words(self) -> int:
        """How many words, roughly where the text is too long to be read at all."""
        if self.format == "plain":
            return rich_text.count_plain_words(self.text)
        return rich_text.count_words(self.text[: rich_text.MOST_SOURCE])


class Button(NamedTuple):
    """`drawing` is the path of its picture on a grid of 20 × 20."""

    command: str
    label: str
    drawing: str
    only_in: str = ""  # shown only where the cursor is in a list or a table


_TABLE = "M3 4h14v12H3zM3 8h14M10 4v12"
TOOLBAR = [
    [
        Button("heading", gettext_lazy("Heading"), "M5 4v12M15 4v12M5 10h10"),
        Button("bold", gettext_lazy("Bold"), "M6 4h5a3 3 0 0 1 0 6H6zM6 10h6a3 3 0 0 1 0 6H6z"),
        Button("italic", gettext_lazy("Italic"), "M9 4h6M5 16h6M12 4 8 16"),
    ],
    [
        Button("bullets", gettext_lazy("Bulleted list"), "M8 5h9M8 10h9M8 15h9M3.5 5h.01M3.5 10h.01M3.5 15h.01"),
        Button("numbers", gettext_lazy("Numbered list"), "M9 5h8M9 10h8M9 15h8M3 4l1-.7V8M3 12.5h2.2L3 16h2.4"),
        Button("deeper", gettext_lazy("Move the item one level in"), "M9 5h8M9 10h8M9 15h8M3 7l3 3-3 3", "list"),
        Button("shallower", gettext_lazy("Move the item one level out"), "M9 5h8M9 10h8M9 15h8M6 7l-3 3 3 3", "list"),
        Button("quote", gettext_lazy("Quotation"), "M4 4v12M8 6h9M8 10h9M8 14h6"),
    ],
    [
        Button(
            "link",
            gettext_lazy("Link"),
            "M9 11a3 3 0 0 0 4 0l3-3a3 3 0 0 0-4-4l-1 1M11 9a3 3 0 0 0-4 0l-3 3a3 3 0 0 0 4 4l1-1",
        ),
        Button("table", gettext_lazy("Insert a table"), _TABLE),
        Button("row", gettext_lazy("Add a row below"), "M3 3h14v6H3zM10 12v6M7 15h6", "table"),
        Button("column", gettext_lazy("Add a column after"), "M3 3h6v14H3zM12 10h6M15 7v6", "table"),
        Button("header", gettext_lazy("Header row on or off"), "M3 4h14v12H3zM3 5h14M3 6h14M3 8h14M10 8v8", "table"),
        Button("delete-row", gettext_lazy("Delete the row"), "M3 3h14v6H3zM7 15h6", "table"),
        Button("delete-column", gettext_lazy("Delete the column"), "M3 3h6v14H3zM12 10h6", "table"),
        Button("delete-table", gettext_lazy("Delete the table"), _TABLE + "M2 18 18 2", "table"),
    ],
    [
        Button("undo", gettext_lazy("Undo"), "M7 4 3 8l4 4M3 8h8a5 4 0 0 1 0 8H8"),
        Button("redo", gettext_lazy("Redo"), "M13 4l4 4-4 4M17 8H9a5 4 0 0 0 0 8h3"),
    ],
]

# One number for each of the forms that a language may have for counted things (Intl.PluralRules names them), so that
# the script can say the count in every language with the sentences of gettext.
_SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


class RichTextWidget(forms.Textarea):
    template_name = "submissions/widgets/rich_text.html"
    word_limit: int | None = None

    class Media:
        css = {"all": ["rich-text.css"]}
        js = [Script("rich-text.js", type="module")]

    def use_required_attribute(self, initial):
        return False  # the browser would point at the text area that the editor has hidden

    def value_from_datadict(self, data, files, name):
        if name not in data:
            return None
        return Typed(data[name].replace("\r\n", "\n"), "html" if data.get(f"{name}-format") == "html" else "plain")

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def format_value(self, value):
        return value

    def get_context(self, name, value, attrs):
        if isinstance(value, Typed):
            typed = value
            stored = None if typed.format == "html" or typed.refusal() else typed.as_html()
        else:
            stored = rich_text.clean(value or "")
            plain = rich_text.to_plain(stored)
            typed = Typed(_one_block_a_line(stored), "html") if plain is None else Typed(plain, "plain")
        context = super().get_context(name, typed.text, attrs)
        widget = context["widget"]
        attributes = widget["attrs"]
        widget["base_id"] = base_id = attributes.get("id") or f"id_{name}"
        widget["format"] = typed.format
        widget["html"] = stored if typed.format == "plain" else None
        widget["toolbar"] = TOOLBAR
        widget["most_words"], widget["most_characters"] = rich_text.MOST_WORDS, rich_text.MOST_CHARACTERS
        widget["is_invalid"] = "is-invalid" in attributes.get("class", "") or attributes.get("aria-invalid") == "true"
        words = typed.words() if stored is None else rich_text.count_words(stored)
        widget["counted"] = _counted(words, self.word_limit)
        widget["is_over"] = self.word_limit is not None and words > self.word_limit
        widget["counter"] = json.dumps({"limit": self.word_limit, **_sentences(self.word_limit)})
        described_by = [attributes.get("aria-describedby", ""), f"{base_id}_format", f"{base_id}_count"]
        attributes["aria-describedby"] = " ".join(filter(None, described_by))
        attributes.setdefault("dir", "auto")
        return context


class RichTextField(forms.CharField):
    """Cleans to the portal's small HTML. The word limit is shown and never enforced here: a draft always saves."""

    widget = RichTextWidget

    def __init__(self, *, required: bool = False, word_limit: int | None = None, language: str = "en", **options):
        super().__init__(required=required, **options)
        self.word_limit = word_limit
        self.language = language

    @property
    def word_limit(self) -> int | None:
        return self.widget.word_limit

    @word_limit.setter
    def word_limit(self, limit: int | None):
        self.widget.word_limit = limit

    @property
    def language(self) -> str:
        return self.widget.attrs["lang"]

    @language.setter
    def language(self, code: str):
        self.widget.attrs["lang"] = code

    def clean(self, value):
        typed = value if isinstance(value, Typed) else Typed(value or "", "plain")
        if sentence := typed.refusal():
            raise ValidationError(sentence, code="refused")
        text = typed.as_html()
        if self.required and rich_text.is_blank(text):
            raise ValidationError(self.error_messages["required"], code="required")
        self.run_validators(text)
        return text

    def has_changed(self, initial, data):
        if self.disabled or data is None:
            return False
        return bool(data.refusal()) or data.as_html() != rich_text.clean(initial or "")


def _one_block_a_line(text: str) -> str:
    """HTML that a person can find their way in; `clean` undoes it."""
    return re.sub(
        r"(</(?:p|h3|li|[uo]l|tr|table|blockquote|thead)>|<(?:[uo]l[^>]*|blockquote|table|tr)>)(?=<)", r"\1\n", text
    )


def _counted(words: int, limit: int | None) -> str:
    if limit is None:
        return _so_far(words, words)
    return _over(words - limit, words - limit, limit) if words > limit else _within(words, limit)


def _sentences(limit: int | None) -> dict:
    """What the script says while words are typed, with {count} to be filled in, for each form of the plural."""
    if limit is None:
        return {"so_far": {form: _so_far("{count}", number) for form, number in _SAMPLES.items()}}
    return {
        "within": _within("{count}", limit),
        "over": {form: _over("{count}", number, limit) for form, number in _SAMPLES.items()},
    }


def _so_far(count: int | str, number: int) -> str:
    return ngettext("%(count)s word", "%(count)s words", number) % {"count": count}


def _within(count: int | str, limit: int) -> str:
    words = {"count": count, "limit": limit}
    return ngettext("%(count)s of %(limit)s word", "%(count)s of %(limit)s words", limit) % words


def _over(count: int | str, number: int, limit: int) -> str:
    words = {"count": count, "limit": limit}
    return (
        ngettext("%(count)s word over the limit of %(limit)s", "%(count)s words over the limit of %(limit)s", number)
        % words
    )
