"""Who is to review inputs, and until when: of one input, of several at once, and as proposed."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..assigning import UNCHANGED, Proposal
from ..bulk import Line as Shown
from ..models import Submission, User
from ..models.people import today
from .drafts import Line, storable
from .filing import LONGEST_COMMENT
from .people import DateInput

NOBODY = "nobody"
LONGEST_NOTE = 2_000  # characters
LARGEST = 18  # figures of a number that a database keeps


def with_load(user: User) -> str:
    opened = ngettext("%(count)s open", "%(count)s open", user.open_reviews) % {"count": user.open_reviews}
    return f"{user.name} – {opened}"


def number_of(posted: str | None) -> int | None:
    """Of a person or a revision, as a page carries it; None for nobody, and for what is no number."""
    return int(posted) if posted and posted.isdecimal() and len(posted) <= LARGEST else None


class Note(Line):
    def __init__(self):
        super().__init__(
            label=gettext_lazy("Note for the colleague (optional)"),
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=gettext_lazy(
                "It goes into the mail, and into the history as IOM sees it. No mechanism reads it."
            ),
        )


class DueDate(forms.DateField):
    def __init__(self, *, help_text=""):
        super().__init__(
            label=gettext_lazy("IOM answers by (optional)"),
            required=False,
            help_text=help_text,
            widget=DateInput(),
            error_messages={"invalid": gettext_lazy("This is not a date. Write it like 2026-05-31.")},
        )


def refuse_what_has_passed(due_on, *, stays=None):
    """A date that stands already may have passed."""
    if due_on and due_on != stays and due_on < today():
        raise forms.ValidationError(_("This day has passed. Write a day that is still to come, or none."))
    return due_on


class AssignForm(forms.Form):
    """`seen` is the reviewer that the page shows."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reviewer = forms.ChoiceField(
        label=gettext_lazy("Reviewer"),
        error_messages={
            "required": gettext_lazy("Choose a person, or nobody."),
            "invalid_choice": gettext_lazy("Choose somebody from the list: this person cannot review it."),
        },
    )
    due_on = DueDate()
    note = Note()

    def __init__(self, posted=None, *, submission: Submission, people: list[User]):
        self.submission, self.people = submission, {str(user.pk): user for user in people}
        initial = {
            "seen": submission.reviewer_id or "",
            "reviewer": submission.reviewer_id or NOBODY,
            "due_on": submission.due_on,
        }
        super().__init__(storable(posted), label_suffix="", initial=initial)
        choices = [(key, with_load(user)) for key, user in self.people.items()]
        if submission.reviewer and str(submission.reviewer_id) not in self.people:
            choices.append(
                (
                    str(submission.reviewer_id),
                    _("%(name)s – does not review it any more") % {"name": submission.reviewer},
                )
            )
        self.fields["reviewer"].choices = [(NOBODY, _("Nobody")), *choices]

    def clean_due_on(self):
        return refuse_what_has_passed(self.cleaned_data["due_on"], stays=self.submission.due_on)

    def catch_up(self, submission: Submission) -> None:
        """The page has now shown who has it: sent again, the choice counts."""
        self.data["seen"] = str(submission.reviewer_id or "")

    @property
    def said(self) -> dict:
        """Of a valid form: what `assigning.assign` takes."""
        chosen = self.cleaned_data["reviewer"]
        stays = chosen != NOBODY and chosen not in self.people
        return {
            "reviewer": self.submission.reviewer if stays else self.people.get(chosen),
            "due_on": self.cleaned_data["due_on"],
            "note": self.cleaned_data["note"],
            "seen": number_of(self.cleaned_data["seen"]),
        }


class DueForm(forms.Form):
    """What many inputs get together; without a date each keeps its own."""

    due_on = DueDate(help_text=gettext_lazy("The same for all of them. Empty leaves each as it is."))

    def __init__(self, posted=None, **more):
        super().__init__(storable(posted), label_suffix="", **more)

    def clean_due_on(self):
        return refuse_what_has_passed(self.cleaned_data["due_on"])

    @property
    def how(self) -> dict:
        return {"due_on": self.cleaned_data["due_on"] or UNCHANGED}


class BulkAssignForm(DueForm):
    reviewer = forms.ChoiceField(
        label=gettext_lazy("Reviewer"),
        error_messages={
            "required": gettext_lazy("Choose who is to review them."),
            "invalid_choice": gettext_lazy("Choose somebody from the list."),
        },
    )
    note = Note()

    field_order = ["reviewer", "due_on", "note"]

    def __init__(self, posted=None, *, people: list[User]):
        super().__init__(posted)
        self.people = {str(user.pk): user for user in people}
        choices = [(key, with_load(user)) for key, user in self.people.items()]
        self.fields["reviewer"].choices = [("", _("Choose a person")), *choices]

    @property
    def how(self) -> dict:
        return {
            **super().how,
            "reviewer": self.people[self.cleaned_data["reviewer"]],
            "note": self.cleaned_data["note"],
        }


class BulkApproveForm(forms.Form):
    note = Line(
        label=gettext_lazy("Comment (optional)"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The same for all of them. The mechanisms read it."),
    )

    def __init__(self, posted=None):
        super().__init__(storable(posted), label_suffix="")


@dataclass(frozen=True)
class ProposalRow:
    """One input with the person proposed, or the one whom the reader has chosen instead."""

    proposal: Proposal
    shown: Shown
    choices: list[tuple[str, str]]
    chosen: str


def proposal_rows(proposals: list[Proposal], shown: dict[Submission, Shown], posted=None) -> list[ProposalRow]:
    rows = []
    for proposal in proposals:
        choices = [(str(user.pk), with_load(user)) for user in proposal.candidates]
        chosen = str(proposal.reviewer.pk) if proposal.reviewer else ""
        if posted is not None:
            chosen = posted.get(f"reviewer_{proposal.submission.pk}", "")
        rows.append(ProposalRow(proposal, shown[proposal.submission], choices, chosen))
    return rows
