"""A comment on a section of a joint input, or on the whole of it."""

from django import forms
from django.utils.translation import gettext as _

from ..commenting import sections_of
from .drafts import Choice, Line, storable

LONGEST = 5_000  # characters: what is longer belongs into the text, or into a mail


class CommentForm(forms.Form):
    def __init__(self, posted=None, *, submission, section=""):
        super().__init__(storable(posted), label_suffix="", initial={"section": section})
        self.sections = {one.code: one for one in sections_of(submission)}
        self.fields["section"] = Choice(
            label=_("What is it about?"),
            choices=[(code, one.heading) for code, one in self.sections.items()],
            empty_label=_("The whole input"),
        )
        self.fields["text"] = Line(
            label=_("Your comment"),
            required=True,
            max_length=LONGEST,
            help_text=_("Only those who make this input read it. It is no part of the text, and IOM does not see it."),
            widget=forms.Textarea(attrs={"rows": 5}),
            error_messages={"required": _("Write the comment.")},
        )

    def clean_section(self):
        return self.sections.get(self.cleaned_data["section"])

    def clean_text(self):
        return "\n".join(self.cleaned_data["text"].splitlines())
