"""Which two texts of an input are compared, and how they are laid out. The address of the page carries the choice."""

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Revision

NOW = "now"  # the working copy, for those who make the input


class CompareForm(forms.Form):
    INLINE, SIDES = "inline", "sides"

    old = forms.ChoiceField(label=gettext_lazy("From"))
    new = forms.ChoiceField(label=gettext_lazy("To"))
    view = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[(INLINE, gettext_lazy("in one text")), (SIDES, gettext_lazy("side by side"))],
    )
    full = forms.BooleanField(label=gettext_lazy("With everything that did not change"), required=False)

    def __init__(self, asked, *, revisions: list[Revision], has_working_copy: bool):
        self.texts = {str(revision.number): revision for revision in revisions}
        self.has_working_copy = has_working_copy
        choices = [(number, self._name(revision)) for number, revision in self.texts.items()]
        if has_working_copy:
            choices.append((NOW, _("The working copy")))
        self.is_needed = len(choices) > 1
        last = choices[-1][0] if choices else ""
        self.defaults = {"old": self._before(last), "new": last, "view": self.INLINE}
        # What is not asked for is as it is when the page is opened; what makes no sense is said.
        given = {name: asked.get(name) or default for name, default in self.defaults.items()}
        super().__init__({**given, "full": asked.get("full", "")}, label_suffix="")
        self.fields["old"].choices = self.fields["new"].choices = choices

    def _before(self, last: str) -> str:
        """The newest text before the last one, and of those that say the same as it the one before them.

        An approved revision is word for word the filed one: to compare these two would show nothing."""
        older = list(self.texts.values()) if last == NOW else list(self.texts.values())[:-1]
        if last != NOW:
            other = [revision for revision in older if revision.sha256 != self.texts[last].sha256]
            older = other or older
        return str(older[-1].number) if older else last

    @staticmethod
    def _name(revision):
        return _("Revision %(number)s, %(cause)s %(day)s") % {
            "number": revision.number,
            "cause": revision.get_cause_display(),
            "day": date_format(revision.frozen_at, "SHORT_DATE_FORMAT"),
        }

    def name_of(self, choice: str) -> str:
        return dict(self.fields["old"].choices)[choice]

    def chosen(self, name: str) -> str:
        """What is asked for; where that makes no sense, what the page shows by itself."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.defaults[name]
