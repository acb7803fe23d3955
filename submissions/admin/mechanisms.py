from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from objectives.admin import ReferenceAdmin, TextInline, WordedFilter
from submissions.models import ISCM, PartnerEntity, Region, RegionText


class RegionTextInline(TextInline):
    model = RegionText


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ["code", "name", "lead", "used_by"]
    search_fields = ["code", "texts__name"]
    identity = ("code",)
    inlines = [RegionTextInline]


@admin.register(PartnerEntity)
class PartnerEntityAdmin(ReferenceAdmin):
    list_display = ["name", "acronym", "kind", "used_by"]
    list_filter = ["kind"]
    search_fields = ["name", "acronym"]


@admin.register(ISCM)
class ISCMAdmin(ReferenceAdmin):
    list_display = ["name", "acronym", "category", "regions_stated", "status", "used_by"]
    list_filter = ["category", "status", ("review_regions", WordedFilter)]
    search_fields = ["name", "acronym", "former_names", "slug"]
    autocomplete_fields = ["review_regions", "formal_associations"]
    identity = ("slug",)
    fieldsets = [
        (None, {"fields": ["slug", "name", "acronym", "former_names", "category"]}),
        (_("Regions"), {"fields": ["regions_stated", "review_regions"]}),
        (_("How it works"), {"fields": ["formal_associations", "secretariat", "website", "year_stated"]}),
        (_("Status and source"), {"fields": ["status", "status_note", "source_note"]}),
    ]
