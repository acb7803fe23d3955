"""A comment on an input, on a section of it or an objective; a reply; a question to IOM."""

from django import forms
from django.utils.translation import gettext as _

from objectives.models import Objective

from ..models import Comment, OutlineSection
from ..threads import Voice, sections_of
from .drafts import Choice, Line, storable

LONGEST = 5_000  # characters: what is longer belongs into the text, or into a mail


class WrittenForm(forms.Form):
    def __init__(self, posted=None, **options):
        super().__init__(storable(posted), label_suffix="", **options)
        self.fields["text"] = Line(
            label=self.label,
            required=True,
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 5}),
            error_messages={"required": self.says_nothing},
        )

    @property
    def label(self):
        return _("Your comment")

    @property
    def says_nothing(self):
        return _("Write the comment.")

    def clean_text(self):
        return "\n".join(self.cleaned_data["text"].splitlines())


class ReplyForm(WrittenForm):
    """Several stand on one page, one for each thread."""

    def __init__(self, posted=None, *, thread: Comment):
        super().__init__(posted, auto_id=f"reply-{thread.pk}-%s")
        self.fields["text"].widget.attrs["rows"] = 3

    @property
    def label(self):
        return _("Your reply")

    @property
    def says_nothing(self):
        return _("Write the reply.")


class AboutForm(WrittenForm):
    """About a section, or, as `code/7`, about what it says on one objective."""

    def __init__(self, posted=None, *, voice: Voice, section="", objective=""):
        self.sections = {one.code: one for one in sections_of(voice.submission)}
        self.objectives = {str(one.number): one for one in self._objectives(voice)}
        super().__init__(posted, initial={"section": f"{section}/{objective}" if objective else section})
        self.fields["section"] = Choice(
            label=_("What is it about?"),
            choices=[
                (value, label)
                for code, one in self.sections.items()
                for value, label in [(code, one.heading), *self._of_objectives(one)]
            ],
            empty_label=self.without_section,
        )
        self.order_fields(["section", "text"])

    @property
    def without_section(self):
        return _("The whole input")

    def _objectives(self, voice):
        """Those that the input speaks to; for IOM, as it was last filed: the mechanism may be changing its mind."""
        if not any(one.kind == OutlineSection.Kind.OBJECTIVES for one in self.sections.values()):
            return []
        objectives = Objective.objects.with_texts().order_by("number")
        if voice.is_maker:
            return objectives.filter(submission_blocks__submission=voice.submission)
        filed = voice.submission.newest_revision
        sections = filed.content["sections"] if filed else []
        return objectives.filter(number__in=[block["number"] for one in sections for block in one.get("blocks", [])])

    def _of_objectives(self, section):
        if section.kind != OutlineSection.Kind.OBJECTIVES:
            return []
        return [
            (f"{section.code}/{number}", f"{objective}: {objective.short_label}")
            for number, objective in self.objectives.items()
        ]

    def about(self) -> dict:
        """The section and the objective of a valid form; None where it is about all of them."""
        code, _slash, number = self.cleaned_data["section"].partition("/")
        return {"section": self.sections.get(code), "objective": self.objectives.get(number)}


class CommentForm(AboutForm):
    """`circle` comes from the button that was pressed."""

    def __init__(self, posted=None, **options):
        super().__init__(posted, **options)
        self.fields["circle"] = forms.ChoiceField(choices=Comment.Circle.choices, required=False)

    def visible_fields(self):
        return [self["section"], self["text"]]


class HelpForm(AboutForm):
    def __init__(self, posted=None, **options):
        super().__init__(posted, **options)
        self.fields["section"].required = True
        self.fields["section"].error_messages["required"] = _("Choose the section that you need help with.")
        self.fields["text"].help_text = _("What you would like to know, or what you are stuck with.")
        self.fields["lets_read"] = forms.BooleanField(
            label=_("Let IOM read this section as it is now"),
            required=False,
            help_text=_("IOM gets a copy of what is saved there at this moment. What you write later is not shown."),
        )
        self.order_fields(["section", "text", "lets_read"])

    @property
    def label(self):
        return _("Your question")

    @property
    def says_nothing(self):
        return _("Write your question.")

    @property
    def without_section(self):
        return _("Choose a section")
