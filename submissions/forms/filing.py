"""The small forms around an input: its title and language, and the comment that goes with a step."""

import hashlib

from django import forms
from django.utils.translation import gettext_lazy as _

from objectives.models import WORDING_LANGUAGES

from ..models import Submission

LONGEST_COMMENT = 20_000  # characters; a mail carries it


class TitleForm(forms.ModelForm):
    """Carries a digest of what the page showed, so that it cannot overwrite what somebody else wrote meanwhile."""

    TEXTS = ["title", "language"]

    seen = forms.Field(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Submission
        fields = ["title", "language"]
        help_texts = {
            "title": _("As it stands on the first page of the document."),
            "language": _("The language in which you write. The portal translates nothing."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.version_of(self.instance)
        accepted = self.instance.cycle.accepted_languages
        self.fields["language"].choices = [
            (code, name) for code, name in WORDING_LANGUAGES if code in accepted or code == self.instance.language
        ]

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.TEXTS}

    @staticmethod
    def version_of(submission: Submission) -> str:
        return hashlib.sha256(f"{submission.language} {submission.title}".encode()).hexdigest()

    @property
    def based_on(self) -> str:
        return self.data.get("seen", "")

    def catch_up(self, version: str) -> None:
        """The page has now seen what is stored: sent again, it is written."""
        self.data = self.data.copy()
        self.data["seen"] = version


class StepForm(forms.Form):
    """The comment of a step; for a return, also what to change in which section."""

    expected_revision = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args, transition, sections=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.sections = {f"change-{section.code}": section for section in sections}
        if transition.hint or transition.needs_note:
            self.fields["note"] = forms.CharField(
                label=_("Comment") if transition.needs_note else _("Comment (optional)"),
                help_text=transition.hint,
                required=transition.needs_note,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 5}),
                error_messages={"required": _("Write a comment: the mechanism needs to know why.")},
            )
        for name, section in self.sections.items():
            self.fields[name] = forms.CharField(
                label=str(section.heading),
                required=False,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def change_requests(self):
        """(section, text) of every section that something was written for."""
        return [
            (section, self.cleaned_data[name]) for name, section in self.sections.items() if self.cleaned_data.get(name)
        ]

    def section_fields(self):
        return [self[name] for name in self.sections]
