"""Who contributes: inter-State consultation mechanisms, the review regions, and their partners."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from objectives.models import TextInLanguage, Worded, WordedQuerySet, Wording


class CodedQuerySet(WordedQuerySet):
    def get_by_natural_key(self, code):
        return self.get(code=code)


class CodedTextManager(models.Manager):
    def get_by_natural_key(self, code, language):
        return self.get(parent__code=code, language=language)


class Region(Worded):
    """One of the five regions of the regional reviews, which follow the UN Regional Commissions."""

    code = models.SlugField(_("code"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    lead = models.CharField(_("lead of the review"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = CodedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("review region")
        verbose_name_plural = _("review regions")
        ordering = ["position", "code"]

    def __str__(self):
        return str(self.name)

    def natural_key(self):
        return (self.code,)

    @property
    def name(self) -> Wording:
        return self.wording("name")


class RegionText(TextInLanguage):
    parent = models.ForeignKey(Region, models.CASCADE, related_name="texts", verbose_name=_("region"))
    name = models.CharField(_("name"), max_length=150)

    objects = CodedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_region_text_per_language")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.parent.code, self.language)

    natural_key.dependencies = ["submissions.region"]


class PartnerEntityManager(models.Manager):
    def get_by_natural_key(self, name):
        return self.get(name=name)


class PartnerEntity(models.Model):
    """An organization that is not an ISCM: an intergovernmental organization, a State, a non-State actor."""

    class Kind(models.TextChoices):
        IGO = "igo", _("intergovernmental organization")
        STATE = "state", _("State")
        NON_STATE = "non_state", _("non-State actor")

    name = models.CharField(_("name"), max_length=200, unique=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.IGO)

    objects = PartnerEntityManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("partner entity")
        verbose_name_plural = _("partner entities")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)


class ISCMQuerySet(models.QuerySet):
    def get_by_natural_key(self, slug):
        return self.get(slug=slug)

    def of(self, user):
        """The mechanisms for which this person has rights today."""
        from .people import Affiliation

        return self.filter(pk__in=Affiliation.objects.current().filter(user=user).values("iscm"))


class ISCM(models.Model):
    """An inter-State consultation mechanism on migration."""

    class Category(models.TextChoices):
        RCP = "RCP", _("regional consultative process")
        IRF = "IRF", _("interregional forum")
        GLOBAL = "global", _("global process")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        DORMANT = "dormant", _("dormant")
        UNKNOWN = "unknown", _("not checked")

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=250, unique=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    former_names = models.CharField(_("former names"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=10, choices=Category)
    regions_stated = models.CharField(
        _("regions as IOM prints them"), max_length=200, blank=True, help_text=_("Not the review regions below.")
    )
    review_regions = models.ManyToManyField(
        Region,
        verbose_name=_("review regions"),
        blank=True,
        related_name="iscms",
        help_text=_("The regional reviews to which this mechanism may contribute."),
    )
    formal_associations = models.ManyToManyField(
        PartnerEntity,
        verbose_name=_("formally associated with"),
        blank=True,
        related_name="associated_iscms",
        help_text=_("Intergovernmental organizations through which it may file an input."),
    )
    year_stated = models.CharField(_("year established, as stated"), max_length=60, blank=True)
    secretariat = models.CharField(_("secretariat or support"), max_length=200, blank=True)
    website = models.CharField(_("web site"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UNKNOWN)
    status_note = models.CharField(_("note on the status"), max_length=300, blank=True)
    source_note = models.CharField(_("source and marks"), max_length=300, blank=True)

    objects = ISCMQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[review_regions, formal_associations])

    class Meta:
        verbose_name = _("inter-State consultation mechanism")
        verbose_name_plural = _("inter-State consultation mechanisms")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.slug,)

    natural_key.dependencies = ["submissions.region", "submissions.partnerentity"]

    @property
    def short_name(self):
        return self.acronym or self.name
