"""The small forms around an input: its title and language, and the comment that goes with a step."""

import hashlib

from django import forms
from django.utils.translation import gettext_lazy as _

from objectives.models import WORDING_LANGUAGES

from ..models import Submission
from ..requesting import changes_say_enough

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
    """The comment of a step. What to change where is asked beside it: see requesting.py."""

    expected_revision = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, posted=None, *, transition, **kwargs):
        super().__init__(posted, **kwargs)
        is_required = transition.needs_note and not changes_say_enough(transition)
        if transition.asks_for_changes and not is_required:
            label = _("Covering comment (optional if you ask for a change)")
        else:
            label = _("Comment") if is_required else _("Comment (optional)")
        if transition.hint or transition.needs_note:
            self.fields["note"] = forms.CharField(
                label=label,
                help_text=transition.hint,
                required=is_required,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 5}),
                error_messages={"required": _("Write a comment: the mechanism needs to know why.")},
            )

    def catch_up(self, number: int) -> None:
        """The page shows that revision now: sent again, the step is about it."""
        self.data = self.data.copy()
        self.data["expected_revision"] = str(number)

    @property
    def options(self) -> dict:
        """What the step takes besides the comment."""
        return {}


def revision_in(query) -> int | None:
    """The number of the revision that somebody had before them, as a page or its address carries it."""
    read = query.get("revision", "")
    return int(read) if read.isascii() and read.isdecimal() and len(read) < 9 else None
