"""When and where the mechanism met, who speaks, and the files that come with an input."""

from pathlib import PurePath

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objectives.models import WORDING_LANGUAGES, Roundtable

from ..attachments import ACCEPTED, check, too_large
from ..models import EventDetails, SpeakingDetails
from ..permissions import may_draft
from .drafts import Choice, Line, SectionForm, Ticks, storable


class EventForm(SectionForm):
    def ask(self):
        lines = EventDetails._meta
        self.fields["name"] = Line(label=lines.get_field("name").verbose_name, max_length=300)
        for name in ("starts_on", "ends_on"):
            self.fields[name] = forms.DateField(
                label=lines.get_field(name).verbose_name,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        self.fields["ends_on"].help_text = _("If it lasted more than a day.")
        self.fields["is_online"] = forms.BooleanField(label=_("It was held online, or partly online"), required=False)
        self.fields["place"] = Line(label=_("Place"), max_length=200, help_text=_("City and country."))
        self.fields["organizers"] = Line(label=_("Organizers"), max_length=400)
        self.fields["outcome_document"] = Choice(
            label=_("Outcome document"),
            choices=[(str(attachment.pk), attachment.title) for attachment in self._attachments()],
            empty_label=_("None"),
            help_text=_("Choose among the documents that you have attached to this input."),
        )

    def _attachments(self):
        if not may_draft(self.by, self.submission):
            return []
        return self.submission.attachments.annexes()

    def stored(self, submission):
        event = EventDetails.objects.filter(submission=submission).first() or EventDetails()
        names = ("name", "starts_on", "ends_on", "is_online", "place", "organizers")
        values = {name: getattr(event, name) for name in names}
        offered = {value for value, _label in self.fields["outcome_document"].choices}
        document = str(event.outcome_document_id or "")
        return values | {"outcome_document": document if document in offered else ""}

    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first day. Correct one of the two."))
        return cleaned

    def write(self, submission):
        values = self.values()
        document = values.pop("outcome_document")
        EventDetails.objects.update_or_create(
            submission=submission, defaults={**values, "outcome_document_id": int(document) if document else None}
        )


class SpeakingForm(SectionForm):
    def ask(self):
        self.fields["roundtables"] = Ticks(
            label=_("Roundtables that the statement speaks to"),
            choices=[
                (str(roundtable.number), format_html("{}: {}", roundtable, roundtable.title))
                for roundtable in Roundtable.objects.with_texts()
            ],
        )
        self.fields["speaker"] = Line(label=_("Name of the speaker"), max_length=200)
        self.fields["speaker_capacity"] = Line(
            label=_("In what capacity does the speaker speak?"),
            max_length=200,
            help_text=_("For example: Chair of the mechanism."),
        )

    def stored(self, submission):
        speaking = SpeakingDetails.objects.filter(submission=submission).first()
        if speaking is None:
            return {"roundtables": [], "speaker": "", "speaker_capacity": ""}
        return {
            "roundtables": [str(number) for number in speaking.roundtables.values_list("number", flat=True)],
            "speaker": speaking.speaker,
            "speaker_capacity": speaking.speaker_capacity,
        }

    def shown(self):
        """The representative named under the mode of engagement is likely to be the speaker."""
        values = self.stored(self.submission)
        if not self.answer:
            likely = self.submission.engagements.exclude(representative="").select_related("capacity").first()
            if likely:
                values["speaker"] = likely.representative
                values["speaker_capacity"] = str(likely.capacity or "")
        return values

    def write(self, submission):
        values = self.values()
        speaking, _created = SpeakingDetails.objects.update_or_create(
            submission=submission,
            defaults={"speaker": values["speaker"], "speaker_capacity": values["speaker_capacity"]},
        )
        speaking.roundtables.set(Roundtable.objects.filter(number__in=values["roundtables"]))


class AnnexesForm(SectionForm):
    """Nothing to write: files are added and removed one by one, each with its own button."""


class FileForm(forms.Form):
    """Asks for a document, and says what is wrong with the one that it got."""

    file = forms.FileField(
        label=gettext_lazy("Document"),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in ACCEPTED)}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty: it has no content at all."),
        },
    )

    # Set by the view where the upload was stopped on its way: then there is no file, and this is why.
    is_too_large = False

    def clean_file(self):
        file = self.cleaned_data["file"]
        self.checked = check(file)
        return file

    def clean(self):
        cleaned = super().clean()
        if self.is_too_large:
            self.errors["file"] = self.error_class([too_large()], renderer=self.renderer)
        return cleaned


class UploadForm(FileForm):
    """A file of its own form: a mistake elsewhere on the page cannot lose it."""

    title = Line(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("If you leave it empty: the name of the file."),
    )
    language = Choice(label=gettext_lazy("Language of the document"), choices=WORDING_LANGUAGES, widget=forms.Select)

    def __init__(self, posted=None, files=None, *, submission):
        super().__init__(storable(posted), files, label_suffix="", initial={"language": submission.language})
        self.submission = submission

    def clean_language(self):
        return self.cleaned_data["language"] or self.submission.language

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("title") and hasattr(self, "checked"):
            cleaned["title"] = PurePath(self.checked.filename).stem[:200]
        return cleaned
