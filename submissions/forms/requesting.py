"""A change to ask for, and the answers to those that were asked for."""

from django import forms
from django.utils.translation import gettext as _

from objectives.models import Objective

from ..models import ChangeRequest, OutlineSection, Submission
from ..requesting import Given, changes_say_enough, mark, mark_of_answer, prepared
from ..threads import sections_of
from .drafts import Choice, Line, storable
from .filing import StepForm

LONGEST = 5_000  # characters: a mail carries it

Answer = ChangeRequest.Answer

WHOLE = "whole"  # the input as a whole, in the choice of places


class Writing(Line):
    """Plain text of several lines, kept as it was typed."""

    def __init__(self, *, rows, **options):
        super().__init__(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **options)

    def clean(self, value):
        return "\n".join(super().clean(value).splitlines())


class ChangeForm(forms.Form):
    """Where, which kind, what, and why. `may_be_empty`: beside other things to be sent, it may say nothing at all."""

    def __init__(self, posted=None, *, submission: Submission, change=None, where="", may_be_empty=False):
        self.may_be_empty = may_be_empty
        self.places = _places(submission, change)
        initial = (
            {"where": _place_of(change), "kind": change.kind, "text": change.text, "reason": change.reason}
            if (change)
            else {"where": where}
        )
        super().__init__(storable(posted), label_suffix="", initial=initial, auto_id="id_change_%s")
        self.fields["where"] = Choice(
            label=_("Where?"),
            choices=[(value, label) for value, (label, _section, _objective) in self.places.items()],
            empty_label=_("Choose the section"),
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("What kind of change?"),
            choices=ChangeRequest.Kind.choices,
            widget=forms.RadioSelect,
            required=False,
        )
        self.fields["text"] = Writing(
            label=_("What should change?"), help_text=_("The mechanism reads this beside the section."), rows=4
        )
        self.fields["reason"] = Writing(label=_("Why? (optional)"), rows=2)

    @property
    def is_empty(self) -> bool:
        """Of a form that was sent: whether it says nothing."""
        return not any(self.data.get(name, "").strip() for name in self.fields)

    def clean(self):
        said = super().clean()
        if self.may_be_empty and self.is_empty:
            return said
        missing = {
            "where": _("Choose the section, or the whole input."),
            "kind": _("Choose the kind of change."),
            "text": _("Write what should change."),
        }
        for name, sentence in missing.items():
            if not said.get(name) and not self.has_error(name):
                self.add_error(name, sentence)
        return said

    @property
    def change(self) -> ChangeRequest:
        """What a valid form asks for, not saved."""
        _label, section, objective = self.places[self.cleaned_data["where"]]
        said = {name: self.cleaned_data[name] for name in ("kind", "text", "reason")}
        return ChangeRequest(section=section, objective=objective, **said)


class ReturnForm(StepForm):
    """The comment of a step that asks for changes, with those that are kept for it, and room for one more."""

    kept = forms.CharField(required=False)  # the mark of those that the page showed

    def __init__(self, posted=None, *, submission: Submission, transition, **kwargs):
        super().__init__(posted, transition=transition, **kwargs)
        self.changes_say_enough = changes_say_enough(transition)
        self.look_again(submission)
        self.change_form = ChangeForm(posted, submission=submission, may_be_empty=True)

    def look_again(self, submission: Submission) -> None:
        self.prepared = prepared(submission)
        self.mark = mark(self.prepared)

    def is_valid(self):
        return all([super().is_valid(), self.change_form.is_valid()])

    def clean(self):
        said = super().clean()
        says_something = said.get("note", "").strip() or self.prepared or not self.change_form.is_empty
        if self.changes_say_enough and not says_something and not self.has_error("note"):
            self.add_error("note", _("Ask for a change below, or write a comment: the mechanism needs to know why."))
        return said

    @property
    def forms(self) -> list:
        """For an error summary."""
        return [self.change_form] if self.change_form.is_bound else []

    @property
    def options(self) -> dict:
        changes = [] if self.change_form.is_empty else [self.change_form.change]
        return {"change_requests": changes, "seen": self.cleaned_data["kept"]}

    @property
    def typed(self) -> dict:
        """As a new form is to show it again."""
        return {name: self.data.get(name, "") for name in ("note", "expected_revision")}


def _place_of(change: ChangeRequest) -> str:
    if change.section is None:
        return WHOLE
    return f"{change.section.code}/{change.objective.number}" if change.objective else change.section.code


def _places(submission: Submission, change: ChangeRequest | None) -> dict[str, tuple]:
    """Value → (label, section, objective). The objectives are those of the text that IOM reads."""
    places = {WHOLE: (_("The whole input"), None, None)}
    for section in sections_of(submission):
        places[section.code] = (section.heading, section, None)
        if section.kind == OutlineSection.Kind.OBJECTIVES:
            for one in _objectives_filed(submission):
                label = f"{one}: {one.title}"
                places[f"{section.code}/{one.number}"] = (label, section, one)
    if change and _place_of(change) not in places:  # the type does not ask for it any more
        places[_place_of(change)] = (change.where, change.section, change.objective)
    return places


def _objectives_filed(submission: Submission):
    newest = submission.revisions.last()
    sections = newest.content["sections"] if newest else []
    numbers = [block["number"] for section in sections for block in section.get("blocks", [])]
    return Objective.objects.with_texts().filter(number__in=numbers)


class AnswersForm(forms.Form):
    """Done, explained, or not answered yet: for each of these changes. Beside a section, a part of its form.

    An explanation that was typed for any other change is no longer awaited: `left_over` hands it back.
    """

    def __init__(self, posted=None, *, requests):
        super().__init__(storable(posted), label_suffix="")
        self.requests = list(requests)
        for one in self.requests:
            self.fields[f"answer-{one.pk}"] = forms.ChoiceField(
                label=_("Your answer"),
                choices=[
                    ("", _("Not answered yet")),
                    (Answer.DONE, _("Done: we have changed it")),
                    (Answer.EXPLAINED, _("Explained: we say why it stays, or what we did instead")),
                ],
                widget=forms.RadioSelect,
                required=False,
                initial=one.answer,
            )
            self.fields[f"explanation-{one.pk}"] = Writing(
                label=_("Explanation (optional where it is done)"), rows=2, initial=one.explanation
            )
            self.fields[f"seen-{one.pk}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=mark_of_answer(one)
            )

    @property
    def rows(self):
        return [
            (one, *(self[f"{name}-{one.pk}"] for name in ("answer", "explanation", "seen"))) for one in self.requests
        ]

    @property
    def listed(self) -> list:
        """For an error summary."""
        return [self] if self.errors else []

    @property
    def left_over(self) -> list[str]:
        typed = {name: text for name, text in self.data.items() if name.startswith("explanation-")}
        return [text for name, text in typed.items() if name not in self.fields and text.strip()]

    def clean(self):
        said = super().clean()
        for one in self.requests:
            name = f"explanation-{one.pk}"
            if said.get(f"answer-{one.pk}") == Answer.EXPLAINED and not said.get(name) and not self.has_error(name):
                self.add_error(name, _("Write the explanation, or choose another answer."))
        if self.left_over:
            self.add_error(
                None, _("Not saved: this is not waiting for an answer any more. You can copy your text below.")
            )
        return said

    @property
    def given(self) -> dict[int, Given]:
        """What a valid form answers, by primary key."""
        return {
            one.pk: Given(
                self.cleaned_data[f"answer-{one.pk}"],
                self.cleaned_data[f"explanation-{one.pk}"],
                self.cleaned_data[f"seen-{one.pk}"] or None,
            )
            for one in self.requests
            if f"answer-{one.pk}" in self.data
        }

    def catch_up(self, requests) -> None:
        """Somebody else has answered these meanwhile. Sent again, these answers are written."""
        for one in requests:
            self.data[f"seen-{one.pk}"] = mark_of_answer(one)
            answered = one.get_answer_display() or _("Not answered yet")
            self.add_error(
                f"answer-{one.pk}",
                _("A colleague has answered this meanwhile: %(answer)s. Save again to put your answer in its place.")
                % {"answer": f"{answered} – {one.explanation}" if one.explanation else answered},
            )
