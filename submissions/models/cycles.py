"""When and how: review cycles, input types, modes of engagement, the outline and its vocabularies.

All of it is data that an administrator edits. What was filed keeps the words it was filed under,
because a Revision holds them (see content.py).
"""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from objectives.models import ENGLISH, TextInLanguage, Worded, Wording

from .mechanisms import ISCM, CodedQuerySet, CodedTextManager, Region
from .people import User


class Phase(models.TextChoices):
    BEFORE = "before", _("Before the IMRF")
    DURING = "during", _("During the IMRF")


class Term(Worded):
    """One entry of a vocabulary; people tick it."""

    class Vocabulary(models.TextChoices):
        CONTRIBUTION = "contribution", _("contribution format")
        PRIORITY = "priority", _("priority")
        CHALLENGE = "challenge", _("challenge")
        RESPONSE = "response", _("response to challenges")
        CAPACITY = "capacity", _("representative")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    vocabulary = models.CharField(_("vocabulary"), max_length=20, choices=Vocabulary)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Switch off to stop offering a term that is already used.")
    )

    objects = CodedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("vocabularies")
        ordering = ["vocabulary", "position", "code"]

    def __str__(self):
        return str(self.name)

    def natural_key(self):
        return (self.code,)

    @property
    def name(self) -> Wording:
        return self.wording("name")


class TermText(TextInLanguage):
    parent = models.ForeignKey(Term, models.CASCADE, related_name="texts", verbose_name=_("term"))
    name = models.CharField(_("name"), max_length=250)

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_term_text_per_language")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.term"]


class Outline(models.Model):
    """A set of sections to write under. The indicative outline itself was not found: ours is a reconstruction."""

    code = models.SlugField(_("code"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    is_reconstruction = models.BooleanField(_("a reconstruction"), default=False)
    note = models.TextField(_("note shown to authors"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = CodedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")
        ordering = ["code"]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (self.code,)


class OutlineSection(Worded):
    """One section of an outline: what is asked, and what kind of page asks it."""

    class Kind(models.TextChoices):
        ENGAGEMENT = "engagement", _("who files, how, and how it was agreed")
        TEXT = "text", _("text")
        CONTRIBUTION = "contribution", _("text, contribution formats and priorities")
        OBJECTIVES = "objectives", _("a block per objective")
        PRINCIPLES = "principles", _("guiding principles")
        CHALLENGES = "challenges", _("text, challenges and responses")
        RECOMMENDATIONS = "recommendations", _("numbered recommendations")
        EVENT = "event", _("event details")
        SPEAKING = "speaking", _("speaker and roundtables")
        ANNEXES = "annexes", _("attachments")

    outline = models.ForeignKey(Outline, models.PROTECT, related_name="sections", verbose_name=_("outline"))
    code = models.SlugField(_("code"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TEXT)
    word_limit = models.PositiveIntegerField(
        _("word limit"), null=True, blank=True, help_text=_("A recommendation: a longer text is counted, not cut.")
    )
    source = models.CharField(_("drawn from"), max_length=200, blank=True)

    objects = CodedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("section of an outline")
        verbose_name_plural = _("sections of outlines")
        ordering = ["outline", "position"]

    def __str__(self):
        return str(self.heading)

    def natural_key(self):
        return (self.code,)

    natural_key.dependencies = ["submissions.outline"]

    @property
    def heading(self) -> Wording:
        return self.wording("heading")

    @property
    def guidance(self) -> Wording:
        return self.wording("guidance")


class OutlineSectionText(TextInLanguage):
    parent = models.ForeignKey(OutlineSection, models.CASCADE, related_name="texts", verbose_name=_("section"))
    heading = models.CharField(_("heading"), max_length=200)
    guidance = models.TextField(_("guidance"), blank=True)

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_section_text_per_language")]

    def __str__(self):
        return self.heading

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.outlinesection"]

    def is_official(self, field):
        """Always: headings and guidance are the portal's own words, so there is nothing official to verify."""
        return True


class InputTypeQuerySet(CodedQuerySet):
    def filed_alone(self):
        return self.filter(is_joint=False, is_offered=True)


class InputType(Worded):
    """One of the eleven types of input a mechanism can give, before or during the IMRF."""

    class Kind(models.TextChoices):
        EVENT = "event", _("event")
        OUTCOME_DOCUMENT = "outcome_document", _("outcome document")
        WRITTEN_INPUT = "written_input", _("written input")
        ORAL_STATEMENT = "oral_statement", _("oral statement")
        SIDE_EVENT = "side_event", _("side-event")
        STATEMENT = "statement", _("statement")

    code = models.CharField(_("code"), max_length=10, unique=True)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_joint = models.BooleanField(_("filed jointly"), default=False)
    partners_admitted = models.CharField(_("partners admitted, as stated"), max_length=200, blank=True)
    is_sole = models.BooleanField(
        _("one per mechanism and cycle"), default=False, help_text=_("A second one can be started after a withdrawal.")
    )
    is_offered = models.BooleanField(_("offered"), default=True)
    for_regional_reviews = models.BooleanField(_("offered for regional reviews"), default=False)
    word_limit = models.PositiveIntegerField(_("word limit of the whole"), null=True, blank=True)
    sections = models.ManyToManyField(OutlineSection, through="TypeSection", related_name="input_types")
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = InputTypeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("input type")
        verbose_name_plural = _("input types")
        ordering = ["phase", "position"]

    def __str__(self):
        return str(self.name)

    def natural_key(self):
        return (self.code,)

    @property
    def name(self) -> Wording:
        """The full name, in the words of the source."""
        return self.wording("name")

    @property
    def short_name(self) -> Wording:
        return self.wording("short_name")


class InputTypeText(TextInLanguage):
    parent = models.ForeignKey(InputType, models.CASCADE, related_name="texts", verbose_name=_("input type"))
    name = models.CharField(_("full name"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=80)

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_type_text_per_language")]

    def __str__(self):
        return self.name or self.short_name

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.inputtype"]

    def is_official(self, field):
        """The short name is the portal's own; the full name is the source's, and so has to be read there."""
        return field == "short_name" or self.verified

    def clean(self):
        # In another language the short name is enough; the English is what a missing full name falls back to.
        if self.language == ENGLISH and not self.name:
            raise ValidationError({"name": self._meta.get_field("name").error_messages["blank"]})


class TypeSectionManager(models.Manager):
    def get_by_natural_key(self, type_code, section_code):
        return self.get(input_type__code=type_code, section__code=section_code)


class TypeSection(models.Model):
    """A section that an input type asks for, and whether it must be answered before filing."""

    input_type = models.ForeignKey(InputType, models.CASCADE, related_name="type_sections")
    section = models.ForeignKey(OutlineSection, models.PROTECT, related_name="type_sections", verbose_name=_("section"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(_("required"), default=False)

    objects = TypeSectionManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("section asked for")
        verbose_name_plural = _("sections asked for")
        ordering = ["input_type", "position"]
        constraints = [models.UniqueConstraint(fields=["input_type", "section"], name="a_type_asks_a_section_once")]

    def __str__(self):
        return f"{self.input_type.code}: {self.section}"

    def natural_key(self):
        return (self.input_type.code, self.section.code)

    natural_key.dependencies = ["submissions.inputtype", "submissions.outlinesection"]


class EngagementModeManager(models.Manager):
    def get_by_natural_key(self, type_code, mode):
        return self.get(input_type__code=type_code, mode=mode)


class EngagementMode(models.Model):
    """A way in which inputs of one type may be made, and who may represent the mechanism then."""

    class Mode(models.TextChoices):
        DIRECT = "direct", _("Directly by the mechanism")
        DIRECT_JOINT = "direct_joint", _("Directly by the partnering mechanisms and their partner entities")
        INDIRECT_STATES = "indirect_states", _("Indirectly, through a Member State or a group of Member States")
        INDIRECT_IGO = (
            "indirect_igo",
            _(
                "Indirectly, through an intergovernmental organization "
                "with which the mechanism has a formal association"
            ),
        )

    input_type = models.ForeignKey(
        InputType, models.CASCADE, related_name="engagement_modes", verbose_name=_("input type")
    )
    mode = models.CharField(_("mode"), max_length=20, choices=Mode)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    representatives = models.ManyToManyField(
        Term,
        verbose_name=_("who may represent"),
        blank=True,
        related_name="engagement_modes",
        limit_choices_to={"vocabulary": Term.Vocabulary.CAPACITY},
    )

    objects = EngagementModeManager()
    history = HistoricalRecords(m2m_fields=[representatives])

    class Meta:
        verbose_name = _("engagement mode")
        verbose_name_plural = _("engagement modes")
        ordering = ["input_type", "position"]
        constraints = [models.UniqueConstraint(fields=["input_type", "mode"], name="a_type_offers_a_mode_once")]

    def __str__(self):
        return self.get_mode_display()

    def natural_key(self):
        return (self.input_type.code, self.mode)

    natural_key.dependencies = ["submissions.inputtype", "submissions.term"]


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
