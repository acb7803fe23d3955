"""An entry of the clearance log."""

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import Clearance
from .drafts import Line, storable


class ClearanceForm(forms.Form):
    """`mechanisms` are those in whose name the person may enter: the form asks only where there is a choice."""

    def __init__(self, posted=None, *, mechanisms):
        super().__init__(storable(posted), label_suffix="")
        self.mechanisms = {iscm.slug: iscm for iscm in mechanisms}
        fields = Clearance._meta
        if len(self.mechanisms) > 1:
            self.fields["mechanism"] = forms.ChoiceField(
                label=_("Mechanism"),
                choices=[(slug, iscm.name) for slug, iscm in self.mechanisms.items()],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the mechanism within which the text was cleared.")},
            )
        self.fields["way"] = forms.ChoiceField(
            label=_("How was it cleared?"),
            choices=[(way, capfirst(label)) for way, label in Clearance.Way.choices],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose how the text was cleared.")},
        )
        self.fields["cleared_on"] = forms.DateField(
            label=_("Date"),
            help_text=fields.get_field("cleared_on").help_text,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": _("Enter the date."), "invalid": _("Enter a date, such as 2026-03-31.")},
        )
        self.fields["detail"] = Line(
            label=_("Details (optional)"),
            help_text=fields.get_field("detail").help_text,
            max_length=fields.get_field("detail").max_length,
        )

    def clean(self):
        cleaned = super().clean()
        day, way = cleaned.get("cleared_on"), cleaned.get("way")
        if day and way and way != Clearance.Way.SILENCE and day > timezone.localdate():
            self.add_error("cleared_on", _("This date is in the future. Enter what has been decided already."))
        return cleaned

    @property
    def entry(self) -> dict:
        """What `clearance.record` takes."""
        values = {name: self.cleaned_data[name] for name in ("way", "cleared_on", "detail")}
        only = next(iter(self.mechanisms), None)
        return {"iscm": self.mechanisms[self.cleaned_data.get("mechanism", only)], **values}
