"""Inviting, accepting, and what a person says about themselves."""

from functools import cache
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from ..invitations import today
from ..models import Affiliation, Invitation, User

AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def time_zones():
    """The zones that are named after a place, by part of the world; the database's abbreviations are left out."""
    named = sorted(available_timezones())
    groups = [
        (area, [(zone, zone.replace("_", " ")) for zone in named if zone.startswith(f"{area}/")]) for area in AREAS
    ]
    return [("UTC", "UTC"), *groups]


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


def helper(button, *fields):
    form_helper = FormHelper()
    form_helper.form_method = "post"
    # The browser's own refusals speak the browser's language, and not to everyone.
    form_helper.attrs = {"novalidate": ""}
    form_helper.layout = Layout(*fields, Submit("save", button))
    return form_helper


class InvitationForm(forms.ModelForm):
    """From a mechanism's head, or an administrator, to that mechanism."""

    class Meta:
        model = Invitation
        fields = ["email", "name", "language", "capacity", "may_file", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}
        labels = {
            "email": _("Their e-mail address"),
            "name": _("Their name"),
            "language": _("Language of the mail"),
            "capacity": _("Capacity"),
            "may_file": _("This person may file"),
            "starts_on": _("From"),
            "ends_on": _("Until"),
        }
        help_texts = {
            "name": _("They can correct it when they accept."),
            "may_file": _(
                "Everyone you invite may draft. Somebody who may file can also submit, resubmit and withdraw in the "
                "name of the mechanism. As head you may grant this whether or not you file yourself."
            ),
            "starts_on": _("The first day on which they have access."),
            "ends_on": _(
                "The first day without access, such as the day the next Chair takes over. Empty: no end is set."
            ),
        }

    def __init__(self, *args, iscm, **kwargs):
        super().__init__(*args, **kwargs)
        self.iscm = self.instance.iscm = iscm
        self.fields["starts_on"].initial = today
        self.fields["capacity"].required = True
        self.helper = helper(
            _("Send the invitation"),
            Fieldset(_("Whom you invite"), "email", "name", "language"),
            Fieldset(_("What they will be"), "capacity", "may_file", "starts_on", "ends_on"),
        )

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if Invitation.objects.open().filter(iscm=self.iscm, email__iexact=email).exists():
            raise forms.ValidationError(
                _(
                    "An invitation to this address is open already. "
                    "Send it again, or withdraw it, on the page of people."
                )
            )
        return email

    def clean(self):
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if ends_on and starts_on and ends_on <= starts_on:
            self.add_error("ends_on", _("The end has to be later than the beginning."))
        elif ends_on and ends_on <= today():
            self.add_error("ends_on", _("This day has passed: they would never have access."))
        same = Affiliation.objects.current().filter(
            iscm=self.iscm, capacity=cleaned.get("capacity") or "", user__email__iexact=cleaned.get("email") or ""
        )
        # Who drafts in that capacity may be invited to file in it.
        if (same.may_file() if cleaned.get("may_file") else same).exists():
            self.add_error("email", _("This person has that capacity in the mechanism already."))
        return cleaned


class ColleagueForm(forms.ModelForm):
    """From an administrator to a colleague of IOM."""

    class Meta:
        model = Invitation
        fields = ["email", "name", "language", "is_reviewer", "is_approver"]
        labels = {
            "email": _("Their e-mail address"),
            "name": _("Their name"),
            "language": _("Language of the mail"),
            "is_reviewer": _("Reviewer"),
            "is_approver": _("Approver"),
        }
        help_texts = {
            "name": _("They can correct it when they accept."),
            "is_reviewer": _("May take up inputs and ask for changes."),
            "is_approver": _("May approve or decline inputs and compile a compendium."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper(
            _("Send the invitation"),
            Fieldset(_("Whom you invite"), "email", "name", "language"),
            Fieldset(_("What they will do"), "is_reviewer", "is_approver"),
        )

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if Invitation.objects.open().filter(iscm=None, email__iexact=email).exists():
            raise forms.ValidationError(
                _("An invitation to this address is open already. Send it again, or withdraw it, below.")
            )
        return email

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("is_reviewer") and not cleaned.get("is_approver"):
            self.add_error("is_reviewer", _("Choose at least one of the two roles."))
        return cleaned


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Deadlines are shown in the review's own time zone and in yours."),
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Name"), "language": _("Language of pages and mails")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.helper = helper(_("Save"), "name", "language", "time_zone")


class NewPersonForm(ProfileForm):
    """What somebody without an account gives when they accept. The address is the one they were invited at."""

    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        self.helper = helper(_("Accept and create my account"), "name", "password", "language", "time_zone")

    def clean(self):
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            about = User(email=self.instance.email, name=cleaned.get("name", ""))
            try:
                validate_password(password, about)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
            self.instance.set_password(password)
        return cleaned


class EndForm(forms.Form):
    """Asked only where ending somebody's affiliation leaves nobody who may file."""

    understood = forms.BooleanField(
        label=_("I understand that nobody will be able to file for this mechanism."),
        error_messages={"required": _("Tick the box if you want to end it all the same.")},
    )
