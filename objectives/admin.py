"""Administration of reference data: how every such page works, and the pages of what the Compact defines.

A row of reference data shows where it is used and cannot be deleted while it is; its history says who
changed what from what to what, wording per language included. What was filed is frozen (see Revision), so
nothing changed here alters it.
"""

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as confirm_and_delete
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import ProtectedError
from django.forms.models import BaseInlineFormSet, _get_foreign_key
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from .changes import changes_of_whole
from .models import (
    ENGLISH,
    GuidingPrinciple,
    GuidingPrincipleText,
    Objective,
    ObjectiveText,
    Roundtable,
    RoundtableText,
)
from .uses import called, counted, uses_of, why_not_deleted

LISTED = 20  # so many users of a row are listed on its page, the others counted


class WordedFilter(admin.RelatedFieldListFilter):
    """Filter by something worded per language, without a query for each of its rows."""

    def field_choices(self, field, request, model_admin):
        return [(row.pk, str(row)) for row in field.related_model._default_manager.with_texts()]


class TextFormSet(BaseInlineFormSet):
    def clean(self):
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid() and not self._should_delete_form(form)]
        if not any(self.errors) and ENGLISH not in {values.get("language") for values in kept}:
            raise ValidationError(_t("Give the English wording: every other language falls back to it."))


class WideTexts:
    """Long lines are shown whole."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if type(db_field) is models.CharField and not db_field.choices and db_field.max_length > 100:
            kwargs["widget"] = AdminTextInputWidget(attrs={"class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class TextInline(WideTexts, admin.StackedInline):
    """The wording per language of the row above it."""

    extra = 0
    formset = TextFormSet


class ChangeListWithUses(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        uses = uses_of(self.model, [row.pk for row in self.result_list])
        for row in self.result_list:
            row.uses = uses[row.pk]


class ReferenceAdmin(WideTexts, SimpleHistoryAdmin):
    change_form_template = "admin/reference/change_form.html"
    object_history_template = "admin/reference/history.html"
    actions = ["delete_selected"]
    identity = ()  # the fields a row is known by in addresses, reference numbers and fixtures: set once

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.with_texts() if hasattr(self.model, "texts") else rows

    def get_changelist(self, request, **kwargs):
        return ChangeListWithUses

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(self.identity if obj else ())]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return [*self.identity, *(name for name in fields if name not in self.identity)]

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """History is for reading: the library would put an earlier state back whole, past every rule of the form."""
        raise Http404

    @admin.display(description=_("used by"))
    def used_by(self, obj):
        return ", ".join(counted(user, len(keys)) for user, keys in obj.uses.items()) or "–"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["uses"] = self.listed_uses(obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def listed_uses(self, obj) -> list[dict]:
        """Who uses this row, with addresses where there is a page."""
        groups = []
        for user, keys in uses_of(self.model, [obj.pk])[obj.pk].items():
            rows = user._base_manager.filter(pk__in=keys).order_by("-pk")[:LISTED]
            groups.append(
                {
                    "count": counted(user, len(keys)),
                    "rows": [{"name": called(row), "address": self.address_of(row)} for row in rows],
                    "more": max(len(keys) - LISTED, 0),
                }
            )
        return groups

    def address_of(self, row) -> str:
        try:
            return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        except NoReverseMatch:
            return ""

    # Deleting ------------------------------------------------------------------------------------

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_delete_permission(request, obj):
            return super().delete_view(request, object_id, extra_context)
        if not (why := why_not_deleted(obj)):
            try:
                return super().delete_view(request, object_id, extra_context)
            except ProtectedError:  # somebody began to use it a moment ago
                why = why_not_deleted(obj)
        self.message_user(request, why, messages.ERROR)
        return redirect(self.address_of(obj))

    @admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
    def delete_selected(self, request, queryset):
        refusals = [why for row in queryset if (why := why_not_deleted(row))]
        if not refusals:
            return confirm_and_delete(self, request, queryset)
        for why in refusals:
            self.message_user(request, why, messages.ERROR)
        self.message_user(request, _t("Nothing was deleted."), messages.WARNING)

    # History -------------------------------------------------------------------------------------

    def parts(self):
        """The models edited on the page of this one, each with its column for this one."""
        for inline in self.inlines:
            if hasattr(inline.model, "history"):
                yield inline.model, _get_foreign_key(self.model, inline.model, inline.fk_name).attname

    def history_view(self, request, object_id, extra_context=None):
        """The changes of the row and of its parts, newest first; also of a row that was deleted."""
        obj = self.get_object(request, unquote(object_id)) or self.deleted(unquote(object_id))
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        changes = changes_of_whole(obj, self.parts())
        context = {
            **self.admin_site.each_context(request),
            "title": _t("History: %(row)s") % {"row": obj},
            "page": Paginator(changes, self.history_list_per_page).get_page(request.GET.get("p")),
            "object": obj,
            "opts": self.model._meta,
            "module_name": capfirst(self.model._meta.verbose_name_plural),
        }
        return TemplateResponse(request, self.object_history_template, context | (extra_context or {}))

    def deleted(self, object_id):
        last = self.model.history.filter(id=object_id).first() if object_id.isdigit() else None
        if last is None:
            raise Http404
        return last.instance


# ---------------------------------------------------------------------------------------------- the Compact


class RoundtableTextInline(TextInline):
    model = RoundtableText


@admin.register(Roundtable)
class RoundtableAdmin(ReferenceAdmin):
    list_display = ["number", "title", "used_by"]
    search_fields = ["=number", "texts__title"]
    identity = ("number",)
    inlines = [RoundtableTextInline]


class ObjectiveTextInline(TextInline):
    model = ObjectiveText
    fields = ["language", "title", "verified", "short_label", "short_label_verified", "source"]


@admin.register(Objective)
class ObjectiveAdmin(ReferenceAdmin):
    list_display = ["number", "title", "roundtable", "used_by"]
    list_filter = ["roundtable"]
    list_select_related = ["roundtable"]
    search_fields = ["=number", "texts__title", "texts__short_label"]
    autocomplete_fields = ["roundtable"]
    identity = ("number",)
    inlines = [ObjectiveTextInline]


class GuidingPrincipleTextInline(TextInline):
    model = GuidingPrincipleText
    fields = ["language", "name", "verified", "description", "description_verified", "source"]


@admin.register(GuidingPrinciple)
class GuidingPrincipleAdmin(ReferenceAdmin):
    list_display = ["letter", "name", "used_by"]
    search_fields = ["=letter", "texts__name"]
    identity = ("number", "letter")
    inlines = [GuidingPrincipleTextInline]
