"""The inputs and what happened to them: to be read, never to be changed here."""

from django.contrib import admin

from objectives.admin import WordedFilter
from submissions import reading
from submissions.models import Compendium, Rendition, Revision, Submission, SubmissionEvent


class ReadOnly:
    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    view_on_site = False


class EventInline(ReadOnly, admin.TabularInline):
    model = SubmissionEvent
    fields = ["at", "step", "source", "target", "actor", "note"]
    extra = 0


class RevisionInline(ReadOnly, admin.TabularInline):
    model = Revision
    fields = ["number", "cause", "frozen_at", "frozen_by", "sha256"]
    extra = 0
    show_change_link = True


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ["reference", "title", "iscm", "cycle", "input_type", "status", "filed_at"]
    list_filter = ["status", ("cycle", WordedFilter), ("input_type", WordedFilter)]
    list_select_related = ["iscm", "cycle", "input_type"]
    search_fields = ["reference", "title", "iscm__name", "iscm__acronym"]
    date_hierarchy = "started_at"
    inlines = [EventInline, RevisionInline]
    fields = [
        "reference",
        "title",
        "iscm",
        "cycle",
        "input_type",
        "language",
        "status",
        "started_by",
        "started_at",
        "saved_at",
        "filed_at",
        "reviewer",
        "decided_by",
        "decided_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("cycle__texts", "input_type__texts")

    def get_object(self, request, object_id, from_field=None):
        """Of a draft its title is shown, so that opening it is recorded here as well."""
        submission = super().get_object(request, object_id, from_field)
        if submission and submission.is_editable and self.has_view_permission(request, submission):
            reading.note_draft(request.user, submission)
        return submission


@admin.register(SubmissionEvent)
class SubmissionEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "submission", "step", "source", "target", "actor"]
    list_filter = ["step", "target"]
    list_select_related = ["submission", "actor"]
    search_fields = ["submission__reference", "submission__title", "actor__name", "actor__email"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["submission", "number", "cause", "frozen_at", "frozen_by", "sha256"]
    list_filter = ["cause"]
    list_select_related = ["submission", "frozen_by"]
    search_fields = ["submission__reference", "submission__title", "sha256"]
    date_hierarchy = "frozen_at"
    ordering = ["-frozen_at", "-pk"]


@admin.register(Compendium)
class CompendiumAdmin(ReadOnlyAdmin):
    list_display = ["cycle", "language"]
    list_select_related = ["cycle"]
    search_fields = ["cycle__code", "cycle__texts__name"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("cycle__texts")


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    """Without the content of drafts, which is nobody's but the mechanism's."""

    list_display = ["requested_at", "kind", "made_of", "status", "pages", "finished_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["submission", "compendium__cycle"]
    search_fields = ["submission__reference", "submission__title", "sha256"]
    date_hierarchy = "requested_at"
    fields = [
        "kind",
        "submission",
        "revision",
        "compendium",
        "language",
        "status",
        "error",
        "sha256",
        "pages",
        "requested_by",
        "requested_at",
        "finished_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("compendium__cycle__texts")

    @admin.display(description=Submission._meta.verbose_name)
    def made_of(self, rendition):
        return rendition.submission.reference if rendition.submission else rendition.compendium
