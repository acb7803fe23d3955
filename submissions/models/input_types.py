"""What a mechanism can give and how: input types, modes of engagement, the outline and its vocabularies.

All of it is data that an administrator edits. What was filed keeps the words it was filed under,
because a Revision holds them (see content.py).
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from objectives.models import ENGLISH, TextInLanguage, Worded, Wording

from .mechanisms import CodedQuerySet, CodedTextManager, PartnerEntity


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

    code = models.SlugField(_("code"), max_length=10, unique=True)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_joint = models.BooleanField(_("filed jointly"), default=False)
    partners_admitted = models.CharField(_("partners admitted, as stated"), max_length=200, blank=True)
    admits_iscms = models.BooleanField(_("admits other mechanisms"), default=False)
    admits_igos = models.BooleanField(_("admits intergovernmental organizations"), default=False)
    admits_states = models.BooleanField(_("admits States"), default=False)
    admits_non_state = models.BooleanField(_("admits non-State actors"), default=False)
    needs_another_iscm = models.BooleanField(
        _("needs another mechanism"), default=False, help_text=_("Partner entities alone are not enough.")
    )
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

    @property
    def entity_kinds_admitted(self) -> list[str]:
        admitted = {
            PartnerEntity.Kind.IGO: self.admits_igos,
            PartnerEntity.Kind.STATE: self.admits_states,
            PartnerEntity.Kind.NON_STATE: self.admits_non_state,
        }
        return [kind for kind, is_admitted in admitted.items() if self.is_joint and is_admitted]


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
    combines_with = models.ManyToManyField(
        "self",
        symmetrical=False,
        verbose_name=_("may be combined with"),
        blank=True,
        related_name="combined_by",
        help_text=_("Other modes of the same type. One of the two has to say it."),
    )

    objects = EngagementModeManager()
    history = HistoricalRecords(m2m_fields=[representatives, combines_with])

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
