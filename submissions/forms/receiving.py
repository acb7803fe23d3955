"""What IOM's staff say of an input that came by mail, and what its mechanism answers."""

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objectives.models import WORDING_LANGUAGES

from ..models import ISCM, InputType, Received, ReviewCycle, Submission, User
from .details import FileForm
from .drafts import Line, PlainText, storable
from .filing import LONGEST_COMMENT
from .partners import CHOOSE, MechanismChoice
from .people import DateInput


class TypeChoice(forms.ModelChoiceField):
    def label_from_instance(self, input_type):
        return f"{input_type.short_name} – {input_type.get_phase_display()}"


def _one_of(field, key, *, label, empty_label, **options):
    return field(
        None, to_field_name=key, label=label, empty_label=empty_label, error_messages={"required": CHOOSE}, **options
    )


class ReceivedForm(FileForm):
    """What came, from whom, how and when, with the file itself."""

    iscm = _one_of(
        MechanismChoice, "slug", label=gettext_lazy("Mechanism"), empty_label=gettext_lazy("Choose a mechanism")
    )
    cycle = _one_of(
        forms.ModelChoiceField,
        "code",
        label=gettext_lazy("Review cycle"),
        empty_label=gettext_lazy("Choose a review cycle"),
    )
    input_type = _one_of(
        TypeChoice,
        "code",
        label=gettext_lazy("Type of input"),
        empty_label=gettext_lazy("Choose a type"),
        help_text=gettext_lazy(
            "Joint inputs are not on the list: their partners endorse them in the portal, so the lead files them there."
        ),
    )
    title = Line(
        label=gettext_lazy("Title"),
        max_length=Submission._meta.get_field("title").max_length,
        required=True,
        help_text=gettext_lazy("As it stands on the original."),
        error_messages={"required": gettext_lazy("Write the title.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the original"), choices=WORDING_LANGUAGES, error_messages={"required": CHOOSE}
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=lambda: [(value, capfirst(label)) for value, label in Received.Channel.choices],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE},
    )
    sender = Line(
        label=gettext_lazy("From whom"),
        max_length=Received._meta.get_field("sender").max_length,
        required=True,
        help_text=gettext_lazy("Name and function, or the address from which it was sent."),
        error_messages={"required": gettext_lazy("Write who sent it.")},
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=DateInput(),
        help_text=gettext_lazy("The day on which it reached IOM. This day counts for the deadline."),
        error_messages={
            "required": gettext_lazy("Write the day on which it was received."),
            "invalid": gettext_lazy("This is not a date. Write it like 2026-05-31."),
        },
    )

    field_order = ["iscm", "cycle", "input_type", "title", "language", "channel", "sender", "received_on", "file"]

    def __init__(self, posted=None, files=None, *, by: User):
        super().__init__(storable(posted), files, label_suffix="", initial={"channel": Received.Channel.EMAIL})
        own = ISCM.objects.of(by)
        self.fields["iscm"].queryset = ISCM.objects.filter(status=ISCM.Status.ACTIVE).exclude(pk__in=own)
        self.fields["cycle"].queryset = (
            ReviewCycle.objects.announced().filter(opens_at__lte=timezone.now()).order_by("-closes_at").with_texts()
        )
        self.fields["input_type"].queryset = InputType.objects.filed_alone().with_texts()
        self.fields["file"].label = _("The original")
        self.fields["file"].help_text = _(
            "As PDF, DOCX or ODT. It is kept as it came, and is no annex. The mechanism and IOM can open it."
        )

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean_received_on(self):
        received_on = self.cleaned_data["received_on"]
        if received_on > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Write the day on which it was received."))
        return received_on

    def clean(self):
        cleaned = super().clean()
        cycle, language = cleaned.get("cycle"), cleaned.get("language")
        if cycle and language and language not in cycle.accepted_languages:
            self.add_error(
                "language", _("%(cycle)s does not take inputs in this language.") % {"cycle": cleaned["cycle"]}
            )
        return cleaned

    @property
    def said(self) -> dict:
        """Of a valid form: what `receiving.receive` takes."""
        return {**self.cleaned_data, "checked": self.checked}


class ConfirmForm(forms.Form):
    """Each of its two buttons is an answer. `revision` is the number of the text that the page showed."""

    CONFIRM, OBJECT = "confirm", "object"

    revision = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        choices=[(CONFIRM, CONFIRM), (OBJECT, OBJECT)],
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Choose one of the two answers."),
            "invalid_choice": gettext_lazy("Choose one of the two answers."),
        },
    )
    agreed_how = PlainText(
        label=gettext_lazy("How was it agreed within the mechanism?"),
        help_text=gettext_lazy("The original does not say it. For example: adopted by the members at a meeting."),
    )
    reason = Line(
        label=gettext_lazy("What is not right"),
        help_text=gettext_lazy("IOM reads it, and it stays in the history of the input."),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, posted=None, *, revision: int, asks_how_it_was_agreed: bool):
        super().__init__(storable(posted), label_suffix="", initial={"revision": revision})
        if not asks_how_it_was_agreed:
            del self.fields["agreed_how"]

    def clean(self):
        given = super().clean()
        answer, reason = given.get("answer"), (given.get("reason") or "").strip()
        if "revision" in self.errors:  # never shown beside a field that nobody sees
            del self.errors["revision"]
            self.add_error(None, _("Nothing is recorded. Please read the text below and answer again."))
        if "answer" in self.errors:
            sentences = self.errors.pop("answer")
            self.add_error(None, sentences)
        if answer == self.OBJECT and not reason and "reason" not in self.errors:
            self.add_error("reason", _("Write what is not right: IOM needs to know."))
        if answer == self.CONFIRM and reason:
            self.add_error("reason", _("You wrote what is not right. Empty this field to confirm the input as it is."))
        if answer == self.CONFIRM and "agreed_how" in given and not given["agreed_how"].strip():
            self.add_error("agreed_how", _("Say how the input was agreed within the mechanism."))
        return given

    @property
    def confirms(self) -> bool:
        return self.cleaned_data["answer"] == self.CONFIRM

    def catch_up(self, revision: int) -> None:
        """The page has now shown this text: sent again, the answer is to it."""
        self.data["revision"] = str(revision)
