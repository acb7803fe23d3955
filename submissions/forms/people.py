"""Inviting, accepting, and what a person says about themselves."""

from functools import cache
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .. import handover, invitations
from ..invitations import today
from ..models import ISCM, Affiliation, Capacity, Invitation, User
from ..models.people import HEADS

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


class HandoverForm(forms.ModelForm):
    """From a mechanism's head to a successor, begun by the head or, for them, by an administrator."""

    class Meta:
        model = Invitation
        fields = ["name", "email", "language", "capacity", "may_file", "starts_on"]
        widgets = {"starts_on": DateInput()}
        labels = {
            "name": _("Their name"),
            "email": _("Their e-mail address"),
            "language": _("Language of the mail"),
            "capacity": _("Capacity"),
            "may_file": _("The successor may file"),
            "starts_on": _("Day of the handover"),
        }
        help_texts = {
            "email": _("If they have an account already, the address they sign in with."),
            "may_file": _("Submit, resubmit and withdraw in the name of the mechanism. Without it, they may draft."),
        }

    def __init__(self, *args, outgoing, **kwargs):
        super().__init__(*args, **kwargs)
        self.outgoing = self.instance.hands_over = outgoing
        self.instance.iscm = outgoing.iscm
        self.fields["name"].required = True
        self.fields["capacity"] = forms.ChoiceField(
            label=_("Capacity"), choices=[choice for choice in Capacity.choices if choice[0] in HEADS]
        )
        self.initial.setdefault("capacity", outgoing.capacity)
        self.initial.setdefault("may_file", outgoing.may_file)
        self.initial["starts_on"] = today()
        self.fields["starts_on"].help_text = _(
            "The first day of the successor, and the first day without rights for %(outgoing)s. It begins at midnight "
            "UTC. If the successor accepts later, it is the day on which they accept."
        ) % {"outgoing": outgoing.user.name}
        self.helper = helper(
            _("Send to the successor"),
            Fieldset(_("The successor"), "name", "email", "language"),
            Fieldset(_("What they take over, and when"), "capacity", "may_file", "starts_on"),
        )

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_starts_on(self):
        starts_on, ends_on = self.cleaned_data["starts_on"], self.outgoing.ends_on
        day = {"day": date_format(ends_on, "DATE_FORMAT") if ends_on else "", "outgoing": self.outgoing.user.name}
        if starts_on < today():
            raise forms.ValidationError(_("This day has passed. Rights are handed over today or on a later day."))
        if ends_on and starts_on > ends_on:
            raise forms.ValidationError(
                _("The rights of %(outgoing)s end on %(day)s. Choose that day or an earlier one.") % day
            )
        if starts_on > today() + handover.LONGEST_AHEAD:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return starts_on

    def clean(self):
        cleaned = super().clean()
        account = invitations.account_of(cleaned.get("email") or "")
        if sentence := handover.obstacle_to_starting(self.outgoing, account):
            self.add_error("email" if account == self.outgoing.user else None, sentence)
        day = cleaned.get("starts_on")
        if day and not cleaned.get("may_file") and handover.leaves_nobody_to_file(self.outgoing, on=day):
            self.add_error(
                "may_file",
                _(
                    "Without %(outgoing)s nobody could file for the mechanism. Let the successor file, or first give "
                    "somebody else the right."
                )
                % {"outgoing": self.outgoing.user.name},
            )
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


class OneselfForm(forms.ModelForm):
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


class ProfileForm(OneselfForm):
    """What concerns the person: notices are for those of a mechanism, the desk is for IOM."""

    class Meta(OneselfForm.Meta):
        fields = [*OneselfForm.Meta.fields, "mail_pace", "gets_deadline_notices", "gets_desk_digest"]
        widgets = {"mail_pace": forms.RadioSelect}
        labels = {
            **OneselfForm.Meta.labels,
            "mail_pace": _("When you get mails about inputs"),
            "gets_deadline_notices": _("Mail me before a deadline"),
            "gets_desk_digest": _("Mail me each morning what is on the desk"),
        }
        help_texts = {
            "mail_pace": _(
                "Together means one mail, in the morning after six o’clock of your time zone. Receipts, reminders, "
                "mails before a deadline, and what you are asked for within three days of one, come at once all the "
                "same."
            ),
            "gets_deadline_notices": _(
                "30, 14, 7 and 2 days before the deadline of a review cycle, if you may file and as long as your "
                "mechanism is not done: it has filed nothing, or has a draft left."
            ),
            "gets_desk_digest": _(
                "What is with you and by when, what is overdue, what nobody has taken up, what is new, and who asks "
                "for help. On a day without any of it, there is no mail."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not ISCM.objects.of(self.instance).exists():
            del self.fields["gets_deadline_notices"]
        if not self.instance.is_iom:
            del self.fields["gets_desk_digest"]
        self.fields["mail_pace"].required = False  # not asked for: as it was
        mails = [name for name in self.fields if name not in OneselfForm.Meta.fields]
        self.helper = helper(
            _("Save"), Fieldset(_("You"), "name", "language", "time_zone"), Fieldset(_("Mails"), *mails)
        )

    def clean_mail_pace(self):
        return self.cleaned_data["mail_pace"] or self.instance.mail_pace


class NewPersonForm(OneselfForm):
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
