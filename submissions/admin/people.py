"""People, their roles, and what ties them to mechanisms."""

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from objectives.admin import ReferenceAdmin
from submissions.models import Affiliation, Invitation, User

from .record import ReadOnlyAdmin


class LowerCaseAddress:
    """Addresses that differ in capitals only are one account."""

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class PersonAddForm(LowerCaseAddress, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].initial = "false"
        self.fields["usable_password"].help_text = _(
            "Disabled: the person asks for a password on the sign-in page, as for a forgotten one. "
            "Better still, send an invitation."
        )


class PersonForm(LowerCaseAddress, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class AffiliationInline(admin.TabularInline):
    model = Affiliation
    extra = 0
    can_delete = False
    autocomplete_fields = ["iscm"]


COVERED = ["roundtables", "regions"]  # assignments are proposed by it

RIGHTS = ["is_reviewer", "is_approver", "is_staff", "is_superuser", "groups"]


def is_above(user, person) -> bool:
    return person is not None and person.is_superuser and not user.is_superuser


@admin.register(User)
class UserAdmin(ReferenceAdmin, DjangoUserAdmin):
    form = PersonForm
    add_form = PersonAddForm
    add_form_template = None
    list_display = ["name", "email", "is_active", "is_reviewer", "is_approver", "is_staff", "last_login"]
    list_filter = ["is_active", "is_reviewer", "is_approver", "is_staff", "is_superuser"]
    search_fields = ["name", "email"]
    ordering = ["name", "email"]
    filter_horizontal = ()
    autocomplete_fields = ["groups"]
    readonly_fields = ["last_login", "date_joined"]
    inlines = [AffiliationInline]
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "is_active"]}),
        (_("Settings"), {"fields": ["language", "time_zone"]}),
        (_("Mails"), {"fields": ["mail_pace", "gets_deadline_notices", "gets_desk_digest"]}),
        (_("Roles at IOM"), {"fields": ["is_reviewer", "is_approver"]}),
        (_("What this person reviews"), {"fields": COVERED}),
        (_("Administration"), {"fields": ["is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "language", "usable_password", "password1", "password2"]}),
    ]
    actions = ["delete_selected"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """What a reviewer covers: few enough to be ticked."""
        if db_field.name in COVERED:
            kwargs["queryset"] = db_field.remote_field.model.objects.with_texts()
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # Only somebody who may do everything makes others able to, or gets hold of an account that is.

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, *RIGHTS]

    def has_change_permission(self, request, obj=None):
        return not is_above(request.user, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return not is_above(request.user, obj) and super().has_delete_permission(request, obj)

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # Whoever reads the old mailbox must not sign in, or reset the password, with it.
            EmailAddress.objects.filter(user=obj).delete()


class InForceFilter(admin.SimpleListFilter):
    title = _("in force today")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        in_force = Affiliation.objects.current().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=in_force)
        return queryset.exclude(pk__in=in_force) if self.value() == "no" else queryset


class AffiliationForm(forms.ModelForm):
    def clean(self):
        values = super().clean()
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _t("It ends before it begins."))
        return values


@admin.register(Affiliation)
class AffiliationAdmin(ReferenceAdmin):
    """Affiliations are ended, not deleted: who could file when is part of the record."""

    form = AffiliationForm
    list_display = ["user", "iscm", "capacity", "may_file", "starts_on", "ends_on"]
    list_filter = [InForceFilter, "capacity", "may_file"]
    list_select_related = ["user", "iscm"]
    search_fields = ["user__name", "user__email", "iscm__name", "iscm__acronym"]
    autocomplete_fields = ["user", "iscm"]
    actions = ["end_now"]

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(permissions=["change"], description=_("End now"))
    def end_now(self, request, queryset):
        today = timezone.now().date()
        ended = 0
        for affiliation in queryset.exclude(ends_on__lte=today):
            # One that has not begun ends on its first day: it never gives a right.
            affiliation.ends_on = max(today, affiliation.starts_on)
            affiliation.save()
            ended += 1
        self.message_user(
            request,
            ngettext(
                "%(count)s affiliation ended: its rights ended with it.",
                "%(count)s affiliations ended: their rights ended with them.",
                ended,
            )
            % {"count": ended},
            messages.SUCCESS,
        )


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Without the token: whoever reads the list could otherwise accept in somebody's place."""

    list_display = ["email", "name", "iscm", "capacity", "invited_by", "invited_at", "expires_at", "accepted_at"]
    list_filter = ["capacity", "is_reviewer", "is_approver", ("hands_over", admin.EmptyFieldListFilter)]
    list_select_related = ["iscm", "invited_by"]
    search_fields = ["email", "name", "iscm__name", "iscm__acronym"]
    date_hierarchy = "invited_at"
    fields = [
        "email",
        "name",
        "iscm",
        "capacity",
        "may_file",
        "starts_on",
        "ends_on",
        "is_reviewer",
        "is_approver",
        "language",
        "hands_over",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
        "revoked_at",
    ]
