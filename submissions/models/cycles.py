"""When: review cycles with their dates and deadlines, extensions, and the texts that documents print."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from objectives.models import TextInLanguage, Worded, Wording

from .input_types import Phase
from .mechanisms import ISCM, CodedQuerySet, CodedTextManager, Region
from .people import User


def check_time_zone(name):
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone of the IANA database."), params={"name": name})


class ReviewCycleQuerySet(CodedQuerySet):
    def announced(self):
        return self.filter(opens_at__isnull=False, closes_at__isnull=False)

    def open(self, at=None):
        at = at or timezone.now()
        return self.announced().filter(Q(opens_at__lte=at), Q(closes_at__gt=at) | Q(closes_during_at__gt=at))

    def for_iscm(self, iscm):
        """Every IMRF, and the regional reviews of the mechanism's regions."""
        return self.filter(Q(region__isnull=True) | Q(region__in=iscm.review_regions.all()))


class ReviewCycle(Worded):
    """One round of review: an IMRF, or the review of one region. Dates are filled in where they are known."""

    class Kind(models.TextChoices):
        IMRF = "imrf", _("International Migration Review Forum")
        REGIONAL = "regional", _("regional review")

    code = models.SlugField(_("code"), max_length=40, unique=True, help_text=_("Begins every reference number."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField(_("year"))
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="cycles", verbose_name=_("region")
    )
    event_starts_on = models.DateField(_("meeting begins"), null=True, blank=True)
    event_ends_on = models.DateField(_("meeting ends"), null=True, blank=True)
    event_place = models.CharField(_("place"), max_length=150, blank=True)
    opens_at = models.DateTimeField(_("opens for inputs"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes for inputs"), null=True, blank=True)
    closes_during_at = models.DateTimeField(
        _("closes for inputs made during the conference"),
        null=True,
        blank=True,
        help_text=_("Empty: the same moment as above."),
    )
    time_zone = models.CharField(
        _("time zone of the deadline"), max_length=60, default="UTC", validators=[check_time_zone]
    )
    languages = models.CharField(
        _("languages accepted"), max_length=60, default="en,fr,es,ar,ru,zh", help_text=_("Codes, with commas between.")
    )
    requires_second_person = models.BooleanField(
        _("approval by a second person"),
        default=False,
        help_text=_("Whoever took an input up may then not be the one who approves or declines it."),
    )
    source = models.CharField(_("source of the dates"), max_length=300, blank=True)

    objects = ReviewCycleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("review cycle")
        verbose_name_plural = _("review cycles")
        ordering = ["-year", "kind", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="imrf", region__isnull=True) | Q(kind="regional", region__isnull=False),
                name="only_a_regional_review_has_a_region",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="cycle_closes_after_it_opens",
            ),
        ]

    def __str__(self):
        return str(self.name)

    def natural_key(self):
        return (self.code,)

    natural_key.dependencies = ["submissions.region"]

    @property
    def name(self) -> Wording:
        return self.wording("name")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def accepted_languages(self) -> list[str]:
        return [code.strip() for code in self.languages.split(",") if code.strip()]

    def deadline(self, *, phase: str, extension=None) -> datetime | None:
        """When inputs of this phase close, for a mechanism with this extension (or none); None: not announced."""
        closes_at = self.closes_at
        if phase == Phase.DURING and self.closes_during_at:
            closes_at = self.closes_during_at
        if extension and closes_at:
            closes_at = max(closes_at, extension.closes_at)
        return closes_at


class ReviewCycleText(TextInLanguage):
    """A cycle's name and the texts its documents print."""

    parent = models.ForeignKey(ReviewCycle, models.CASCADE, related_name="texts", verbose_name=_("review cycle"))
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_cycle_text_per_language")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.reviewcycle"]


class Extension(models.Model):
    """A later deadline for one mechanism."""

    cycle = models.ForeignKey(ReviewCycle, models.PROTECT, related_name="extensions", verbose_name=_("review cycle"))
    iscm = models.ForeignKey(ISCM, models.PROTECT, related_name="extensions", verbose_name=_("mechanism"))
    closes_at = models.DateTimeField(_("closes for this mechanism"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("granted by"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [models.UniqueConstraint(fields=["cycle", "iscm"], name="one_extension_per_mechanism_and_cycle")]

    def __str__(self):
        return f"{self.cycle} – {self.iscm.short_name}"


class DocumentText(Worded):
    """A text that every document prints, e.g. a disclaimer; an administrator edits it."""

    code = models.SlugField(_("code"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CodedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("text of the documents")
        verbose_name_plural = _("texts of the documents")
        ordering = ["position", "code"]

    def __str__(self):
        return self.code

    def natural_key(self):
        return (self.code,)

    @property
    def text(self) -> Wording:
        return self.wording("text")


class DocumentTextText(TextInLanguage):
    parent = models.ForeignKey(DocumentText, models.CASCADE, related_name="texts", verbose_name=_("text"))
    text = models.TextField(_("text"))

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_document_text_per_language")]

    def __str__(self):
        return self.text

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.documenttext"]
