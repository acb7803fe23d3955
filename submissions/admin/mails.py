"""The words of the portal's mails, per language, and the mails themselves: sent, waiting, or given up."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from objectives.admin import ReferenceAdmin
from submissions import mail_samples, mail_texts, mailing
from submissions.mail_list import MAILS, PLACEHOLDERS
from submissions.models import Mail, MailText

from .record import ReadOnlyAdmin

LANGUAGES = dict(MailText._meta.get_field("language").choices)


class MailTextForm(forms.ModelForm):
    class Meta:
        model = MailText
        fields = ["name", "language", "subject", "body"]
        widgets = {"name": forms.HiddenInput, "language": forms.HiddenInput}
        help_texts = {
            "subject": _("Empty: the subject as the portal writes it."),
            "body": _("Placeholders are names in braces; they are listed below."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = False
        self.fields["body"].widget.attrs["dir"] = "auto"

    def clean(self):
        values = super().clean()
        name = self.instance.name or values.get("name", "")
        if name not in MAILS:
            raise forms.ValidationError(_("The portal has no such mail."))
        texts = {field: values.get(field, "") for field in ("subject", "body")}
        for field, sentences in mail_texts.refusals(name, **texts).items():
            self.add_error(field, sentences)
        return values


@admin.register(MailText)
class MailTextAdmin(ReferenceAdmin):
    form = MailTextForm
    change_form_template = "admin/mails/change_form.html"
    list_display = ["mail", "language", "subject"]
    list_filter = ["language"]
    search_fields = ["name", "subject", "body"]

    @admin.display(description=_("mail"), ordering="name")
    def mail(self, text):
        return mail_texts.of(text.name).label

    def get_fields(self, request, obj=None):
        return ["subject", "body"] if obj else ["name", "language", "subject", "body"]

    def add_view(self, request, form_url="", extra_context=None):
        """Which mail, in which language, is chosen first: what can be written depends on it."""
        name, language = request.GET.get("name"), request.GET.get("language")
        if not self.has_add_permission(request):
            raise PermissionDenied
        if name not in MAILS or language not in LANGUAGES:
            return self._choose(request)
        if written := MailText.objects.filter(name=name, language=language).first():
            return HttpResponseRedirect(reverse("admin:submissions_mailtext_change", args=[written.pk]))
        return super().add_view(request, form_url, extra_context)

    def _choose(self, request):
        own = {(text.name, text.language): text for text in MailText.objects.all()}
        mails = [
            {
                "name": name,
                "label": mail.label,
                "languages": [(code, label, own.get((name, code))) for code, label in LANGUAGES.items()],
            }
            for name, mail in MAILS.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Which mail do you want to write in other words?"),
            "mails": mails,
        }
        return TemplateResponse(request, "admin/mails/choose.html", context)

    def get_changeform_initial_data(self, request):
        chosen = {name: request.GET.get(name, "") for name in ("name", "language")}
        return {**chosen, "body": "{standard_text}"}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        name, language = (obj.name, obj.language) if obj else (request.GET["name"], request.GET["language"])
        mail = mail_texts.of(name)
        context |= {
            "mail": mail,
            "language": language,
            "language_name": LANGUAGES.get(language, language),
            "placeholders": [
                (f"{{{one}}}", PLACEHOLDERS[one].explanation, one not in mail_texts.WHOLE_TEXTS)
                for one in mail.placeholders
            ],
            "standard": mail_samples.standard(name, language),
            "own": mail_samples.own(obj) if obj else None,
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("sent", _("Sent")),
            ("waiting", _("Not sent: tried again every hour")),
            ("given_up", _("Not sent: given up")),
            ("held", _("Kept for the daily mail")),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "sent":
                return queryset.exclude(sent_at=None)
            case "waiting":
                return queryset.filter(pk__in=mailing.waiting().values("pk"))
            case "given_up":
                return queryset.filter(pk__in=mailing.given_up().values("pk"))
            case "held":
                return queryset.filter(sent_at=None, is_held=True)
        return queryset


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["written_at", "recipient", "subject", "sent_at", "attempts", "error"]
    list_filter = [StateFilter]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "recipient__name", "subject", "event__submission__reference"]
    date_hierarchy = "written_at"
    actions = ["send_again"]

    def get_exclude(self, request, obj=None):
        """What IOM's people say to each other about an input is theirs; who administers may be of a mechanism."""
        return ["body"] if obj and obj.occasion and obj.recipient.is_iom else None

    def has_send_again_permission(self, request):
        return request.user.has_perm("submissions.change_mail")

    @admin.action(description=_("Send again what was not sent"), permissions=["send_again"])
    def send_again(self, request, queryset):
        not_sent = queryset.filter(sent_at=None, is_held=False)
        queued = mailing.queue_those_without_a_job(not_sent)
        self.message_user(
            request,
            ngettext("%(count)d mail is sent again now.", "%(count)d mails are sent again now.", queued)
            % {"count": queued},
            messages.SUCCESS,
        )
        if left := queryset.count() - queued:
            self.message_user(
                request,
                ngettext(
                    "%(count)d mail is left as it is: it was sent, waits its turn, or is kept for a daily mail.",
                    "%(count)d mails are left as they are: they were sent, wait their turn, or are kept for a daily "
                    "mail.",
                    left,
                )
                % {"count": left},
                messages.WARNING,
            )
