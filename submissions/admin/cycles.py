from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from objectives.admin import ReferenceAdmin, TextInline, WordedFilter
from objectives.models import WORDING_LANGUAGES
from submissions.models import (
    DocumentText,
    DocumentTextText,
    EngagementMode,
    Extension,
    InputType,
    InputTypeText,
    Outline,
    OutlineSection,
    OutlineSectionText,
    ReviewCycle,
    ReviewCycleText,
    Term,
    TermText,
    TypeSection,
)
from submissions.models.cycles import check_time_zone

# ---------------------------------------------------------------------------------------------- vocabularies, outlines


class TermTextInline(TextInline):
    model = TermText


@admin.register(Term)
class TermAdmin(ReferenceAdmin):
    list_display = ["name", "vocabulary", "position", "is_offered", "used_by"]
    list_filter = ["vocabulary", "is_offered"]
    search_fields = ["code", "texts__name"]
    identity = ("code",)
    inlines = [TermTextInline]


class OutlineSectionInline(admin.TabularInline):
    """The order of the sections; each has its own page for the rest."""

    model = OutlineSection
    fields = ["code", "kind", "position", "word_limit"]
    readonly_fields = ["code", "kind"]
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).with_texts()

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Outline)
class OutlineAdmin(ReferenceAdmin):
    list_display = ["title", "code", "is_reconstruction", "used_by"]
    search_fields = ["code", "title"]
    identity = ("code",)
    inlines = [OutlineSectionInline]


class OutlineSectionTextInline(TextInline):
    model = OutlineSectionText


@admin.register(OutlineSection)
class OutlineSectionAdmin(ReferenceAdmin):
    list_display = ["heading", "outline", "position", "kind", "word_limit", "used_by"]
    list_filter = ["outline", "kind"]
    list_select_related = ["outline"]
    search_fields = ["code", "texts__heading"]
    autocomplete_fields = ["outline"]
    identity = ("code",)
    inlines = [OutlineSectionTextInline]


# ---------------------------------------------------------------------------------------------- types of input


class InputTypeTextInline(TextInline):
    model = InputTypeText


class EngagementModeForm(forms.ModelForm):
    class Meta:
        widgets = {"combines_with": forms.CheckboxSelectMultiple}

    def __init__(self, *args, input_type, **options):
        super().__init__(*args, **options)
        field = self.fields["combines_with"]
        others = EngagementMode.objects.filter(input_type_id=input_type.pk).exclude(pk=self.instance.pk)
        field.queryset = others.order_by("position")
        field.error_messages["invalid_choice"] = _("A mode is combined with another mode of the same type of input.")


class EngagementModeFormSet(forms.BaseInlineFormSet):
    def get_form_kwargs(self, index):
        return super().get_form_kwargs(index) | {"input_type": self.instance}


class EngagementModeInline(admin.StackedInline):
    model = EngagementMode
    form = EngagementModeForm
    formset = EngagementModeFormSet
    extra = 0
    autocomplete_fields = ["representatives"]


class TypeSectionInline(admin.TabularInline):
    model = TypeSection
    extra = 0
    autocomplete_fields = ["section"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("input_type", "section").prefetch_related("section__texts")


@admin.register(InputType)
class InputTypeAdmin(ReferenceAdmin):
    list_display = ["code", "short_name", "phase", "is_joint", "is_sole", "is_offered", "word_limit", "used_by"]
    list_filter = ["phase", "kind", "is_joint", "is_offered", "for_regional_reviews"]
    search_fields = ["=code", "texts__name", "texts__short_name"]
    identity = ("code",)
    inlines = [InputTypeTextInline, EngagementModeInline, TypeSectionInline]


# ---------------------------------------------------------------------------------------------- cycles


class DeadlineForm(forms.ModelForm):
    """Shows and reads moments in the time zone that deadlines are stated in, whatever the administrator's own."""

    MOMENTS: list[str] = []

    def stated_zone(self, values: dict) -> ZoneInfo | None:
        raise NotImplementedError

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in self.MOMENTS:
                if moment := getattr(self.instance, name):
                    self.initial[name] = timezone.make_naive(moment, self.stated_zone({}))

    def clean(self):
        values = super().clean()
        if zone := self.stated_zone(values):
            for name in self.MOMENTS:
                if values.get(name):
                    values[name] = timezone.make_naive(values[name]).replace(tzinfo=zone)
        return values


class ReviewCycleForm(DeadlineForm):
    MOMENTS = ["opens_at", "closes_at", "closes_during_at"]

    class Meta:
        help_texts = {
            "opens_at": _("In the time zone of the deadline. Empty: not announced yet."),
            "closes_at": _("In the time zone of the deadline. Empty: not announced yet."),
        }

    def stated_zone(self, values):
        return ZoneInfo(values.get("time_zone") or self.instance.time_zone)

    def clean_time_zone(self):
        # Here, and not only in the model: the moments below are read with it.
        check_time_zone(self.cleaned_data["time_zone"])
        return self.cleaned_data["time_zone"]

    def clean_languages(self):
        codes = [code.strip() for code in self.cleaned_data["languages"].split(",") if code.strip()]
        known = dict(WORDING_LANGUAGES)
        if unknown := [code for code in codes if code not in known]:
            raise ValidationError(
                _t("Not a language of the portal: %(unknown)s. Choose from: %(known)s."),
                params={"unknown": ", ".join(unknown), "known": ", ".join(known)},
            )
        return ",".join(codes)

    def clean(self):
        values = super().clean()
        if values.get("kind") == ReviewCycle.Kind.REGIONAL and not values.get("region"):
            self.add_error("region", _t("Say which region this regional review is of."))
        if values.get("kind") == ReviewCycle.Kind.IMRF and values.get("region"):
            self.add_error("region", _t("The IMRF is not the review of one region: leave this empty."))
        for first, last, sentence in [
            ("opens_at", "closes_at", _t("It closes before it opens.")),
            ("opens_at", "closes_during_at", _t("It closes before it opens.")),
            ("event_starts_on", "event_ends_on", _t("The meeting ends before it begins.")),
        ]:
            if values.get(first) and values.get(last) and values[last] < values[first]:
                self.add_error(last, sentence)
        return values


class ReviewCycleTextInline(TextInline):
    model = ReviewCycleText


@admin.register(ReviewCycle)
class ReviewCycleAdmin(ReferenceAdmin):
    form = ReviewCycleForm
    list_display = ["code", "name", "year", "event_starts_on", "opens_at", "closes_at", "used_by"]
    list_filter = ["kind", "year", ("region", WordedFilter)]
    search_fields = ["code", "texts__name"]
    autocomplete_fields = ["region"]
    identity = ("code",)
    inlines = [ReviewCycleTextInline]
    fieldsets = [
        (None, {"fields": ["code", "kind", "year", "round", "region"]}),
        (_("The meeting"), {"fields": ["event_starts_on", "event_ends_on", "event_place", "source"]}),
        (_("When inputs are taken"), {"fields": ["opens_at", "closes_at", "closes_during_at", "time_zone"]}),
        (_("How inputs are taken"), {"fields": ["languages", "requires_second_person"]}),
    ]


class ExtensionForm(DeadlineForm):
    MOMENTS = ["closes_at"]

    class Meta:
        model = Extension
        fields = ["cycle", "iscm", "closes_at", "reason"]
        help_texts = {
            "closes_at": _(
                "In the time zone of the cycle's deadline. An earlier moment than the cycle's has no effect."
            )
        }

    def stated_zone(self, values):
        cycle = values.get("cycle") or (self.instance.cycle if self.instance.pk else None)
        return cycle.zone if cycle else None


@admin.register(Extension)
class ExtensionAdmin(ReferenceAdmin):
    form = ExtensionForm
    list_display = ["iscm", "cycle", "closes_at", "reason", "granted_by"]
    list_filter = [("cycle", WordedFilter)]
    list_select_related = ["iscm", "cycle", "granted_by"]
    search_fields = ["iscm__name", "iscm__acronym", "cycle__code", "cycle__texts__name"]
    autocomplete_fields = ["cycle", "iscm"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("cycle__texts")

    def save_model(self, request, obj, form, change):
        obj.granted_by = request.user
        super().save_model(request, obj, form, change)


# ---------------------------------------------------------------------------------------------- documents


class DocumentTextTextInline(TextInline):
    model = DocumentTextText


@admin.register(DocumentText)
class DocumentTextAdmin(ReferenceAdmin):
    list_display = ["code", "text", "used_by"]
    search_fields = ["code", "texts__text"]
    identity = ("code",)
    inlines = [DocumentTextTextInline]
