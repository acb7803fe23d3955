"""What the forms of all sections share. A draft always saves, so nothing here is required."""

from dataclasses import dataclass

from django import forms
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from submissions.rich_text.blocks import without_controls

from ..models import OutlineSection, Submission, User
from .rich_text import RichTextField

# Plain text of one field. Far above what any of them needs; more would make pages and PDF slow.
MOST_CHARACTERS = 100_000


def storable(posted):
    """What was posted, without the characters that no database can keep (NUL, halves of characters)."""
    if posted is None:
        return None
    kept = posted.copy()
    for name, values in posted.lists():
        kept.setlist(name, [without_controls(value) for value in values])
    return kept


class Line(forms.CharField):
    """One line of text. Too long is said, never cut: so the browser is not told the limit."""

    def __init__(self, **options):
        options.setdefault("required", False)
        super().__init__(**options)

    def widget_attrs(self, widget):
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return {**attributes, "dir": "auto"}


class PlainText(Line):
    widget = forms.Textarea

    def __init__(self, *, rows=4, **options):
        super().__init__(max_length=MOST_CHARACTERS, **options)
        self.widget.attrs["rows"] = rows


class Ticks(forms.MultipleChoiceField):
    """Boxes to tick; `choices` are (value, wording)."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choices, **options):
        super().__init__(choices=worded(choices), required=False, **options)

    def clean(self, value):
        """In the order in which they are offered, so that two answers can be compared."""
        ticked = set(super().clean(value))
        return [str(value) for value, _label in self.choices if str(value) in ticked]


class Choice(forms.ChoiceField):
    def __init__(self, *, choices, empty_label=None, **options):
        first = [("", empty_label)] if empty_label else []
        super().__init__(choices=[*first, *worded(choices)], required=False, **options)


def worded(choices):
    """A wording that is not in the page's language keeps the mark that says so."""
    return [(value, conditional_escape(wording)) for value, wording in choices]


@dataclass(frozen=True)
class Said:
    """One answer as a reader sees it."""

    label: str
    html: str


class SectionForm(forms.Form):
    """The answers of one section, in plain values: `stored()` reads what `values()` gives and `write()` writes.

    Subclasses add their fields in `ask()`.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, posted=None, *, submission: Submission, section: OutlineSection, by: User):
        super().__init__(storable(posted), label_suffix="")
        self.submission, self.section, self.by = submission, section, by
        self.notes: list[str] = []  # what the save did that the person may not expect
        self.answer = submission.answers.filter(section=section).first()
        self.ask()
        self.initial = {"version": self.answer.version if self.answer else 0, **self.shown()}

    def ask(self):
        """Add the fields that depend on the submission."""

    def shown(self) -> dict:
        """What the page shows when it is opened."""
        return self.stored(self.submission)

    def stored(self, submission: Submission) -> dict:
        return {}

    def values(self) -> dict:
        """The answers of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def version_after(self, submission: Submission, version: int) -> int:
        """The number of this save, when the one before it was `version`."""
        return version + 1

    def write(self, submission: Submission) -> None:
        """Write the values; the caller has locked the submission and writes `text` itself."""

    @property
    def based_on(self) -> int:
        """The save that the page had seen."""
        version = self.data.get("version", "")
        return int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0

    def catch_up(self, version: int) -> None:
        """The page has now seen this save: sent again, it is written."""
        self.data["version"] = str(version)

    def readable(self, values: dict) -> list[Said]:
        """These values (of `stored()`) as a reader sees them; what is empty is left out."""
        return [
            Said(str(field.label), html)
            for name, field in self.fields.items()
            if name != "version" and (html := self._read(field, values.get(name)))
        ]

    def _read(self, field, value):
        if not value:
            return ""
        if isinstance(field, RichTextField):
            return mark_safe(value)  # cleaned when it was stored
        if isinstance(field, forms.BooleanField):
            return _("Yes")
        if isinstance(field, forms.DateField):
            return date_format(value)
        if isinstance(field, forms.ChoiceField):
            ticked = value if isinstance(value, list) else [value]
            labels = [label for choice, label in field.choices if str(choice) in ticked]
            return format_html("<ul>{}</ul>", mark_safe("".join(format_html("<li>{}</li>", label) for label in labels)))
        return linebreaks(value, autoescape=True)
