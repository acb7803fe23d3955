"""What the Global Compact itself defines: roundtables, objectives, guiding principles, in official words.

Titles are official wording, one row per language, each with its source and whether it was verified
against an official document. Wording that is missing or not verified is never shown as official:
the English is shown instead, marked as English (A/RES/73/195 exists in six languages; staff paste
the official titles from there). Nothing is machine-translated.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

ENGLISH = "en"

# The six official languages of the United Nations, and Portuguese, in which some mechanisms work.
WORDING_LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("ar", _("Arabic")),
    ("ru", _("Russian")),
    ("zh", _("Chinese")),
    ("pt", _("Portuguese")),
]


def direction_of(language: str) -> str:
    """`rtl` or `ltr`, for the HTML attribute `dir`."""
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"


@dataclass(frozen=True)
class Wording:
    """A text and the language it is really in, which may not be the one asked for."""

    text: str
    language: str

    def __str__(self):
        return self.text

    def __html__(self):
        """The text, marked with its language where that differs from the page's."""
        page_language = (get_language() or ENGLISH).split("-")[0]
        if not self.text or self.language == page_language:
            return format_html("{}", self.text)
        return format_html('<span lang="{}" dir="{}">{}</span>', self.language, direction_of(self.language), self.text)


class WordedQuerySet(models.QuerySet):
    def with_texts(self):
        return self.prefetch_related("texts")


class Worded(models.Model):
    """Something whose wording is kept in rows per language, related by `texts`."""

    class Meta:
        abstract = True

    def wording(self, field: str, language: str | None = None) -> Wording:
        """`field` in the language asked for (default: the active one); else in English, said to be so.

        A text row may mark its fields `<field>_verified` or, all together, `verified`; a field that is
        not verified is passed over, except the English one, which is what there is.
        """
        language = (language or get_language() or ENGLISH).split("-")[0]
        texts = {text.language: text for text in self.texts.all()}
        for candidate in (language, ENGLISH):
            text = texts.get(candidate)
            if text and getattr(text, field) and (candidate == ENGLISH or text.is_official(field)):
                return Wording(getattr(text, field), candidate)
        return Wording("", ENGLISH)


class TextInLanguage(models.Model):
    """One language's wording; concrete classes add `parent` (related_name `texts`) and the fields."""

    language = models.CharField(_("language"), max_length=5, choices=WORDING_LANGUAGES)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(
        _("verified"), default=False, help_text=_("Read in the official document named as source.")
    )

    class Meta:
        abstract = True

    def is_official(self, field: str) -> bool:
        return getattr(self, f"{field}_verified", self.verified)


class NumberedManager(models.Manager.from_queryset(WordedQuerySet)):
    def get_by_natural_key(self, number):
        return self.get(number=number)


class NumberedTextManager(models.Manager):
    def get_by_natural_key(self, number, language):
        return self.get(parent__number=number, language=language)


class Numbered(Worded):
    """Known by its official number: Objective 7 is 7 in addresses, fixtures and talk."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)

    objects = NumberedManager()

    class Meta:
        abstract = True
        ordering = ["number"]

    def natural_key(self):
        return (self.number,)


class Roundtable(Numbered):
    """One of the four round tables of the IMRF (A/RES/73/326), which group the objectives."""

    history = HistoricalRecords()

    class Meta(Numbered.Meta):
        verbose_name = _("roundtable")
        verbose_name_plural = _("roundtables")

    def __str__(self):
        return _("Roundtable %(number)s") % {"number": self.number}

    @property
    def title(self) -> Wording:
        return self.wording("title")


class RoundtableText(TextInLanguage):
    parent = models.ForeignKey(Roundtable, models.CASCADE, related_name="texts", verbose_name=_("roundtable"))
    title = models.CharField(_("title"), max_length=300)

    objects = NumberedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_roundtable_text_per_language")]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (self.parent.number, self.language)

    natural_key.dependencies = ["objectives.roundtable"]


class Objective(Numbered):
    """One of the 23 objectives of the Global Compact (A/RES/73/195, para. 16)."""

    roundtable = models.ForeignKey(Roundtable, models.PROTECT, related_name="objectives", verbose_name=_("roundtable"))
    history = HistoricalRecords()

    class Meta(Numbered.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self):
        return _("Objective %(number)s") % {"number": self.number}

    def natural_key(self):
        return (self.number,)

    natural_key.dependencies = ["objectives.roundtable"]

    @property
    def title(self) -> Wording:
        return self.wording("title")

    @property
    def short_label(self) -> Wording:
        """The Network's short label where verified, else the official title."""
        label = self.wording("short_label")
        if label.language == ENGLISH and not any(
            text.language == ENGLISH and text.short_label_verified for text in self.texts.all()
        ):
            return self.title
        return label


class ObjectiveText(TextInLanguage):
    parent = models.ForeignKey(Objective, models.CASCADE, related_name="texts", verbose_name=_("objective"))
    title = models.CharField(_("official title"), max_length=400, blank=True)
    short_label = models.CharField(_("short label"), max_length=120, blank=True)
    short_label_verified = models.BooleanField(_("short label verified"), default=False)

    objects = NumberedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_objective_text_per_language")]

    def __str__(self):
        return self.title or self.short_label

    def natural_key(self):
        return (self.parent.number, self.language)

    natural_key.dependencies = ["objectives.objective"]


class GuidingPrinciple(Numbered):
    """One of the ten cross-cutting and interdependent guiding principles (A/RES/73/195, para. 15 (a)–(j))."""

    letter = models.CharField(_("letter in paragraph 15"), max_length=1, unique=True)
    history = HistoricalRecords()

    class Meta(Numbered.Meta):
        verbose_name = _("guiding principle")
        verbose_name_plural = _("guiding principles")

    def __str__(self):
        return str(self.name) or f"({self.letter})"

    @property
    def name(self) -> Wording:
        return self.wording("name")


class GuidingPrincipleText(TextInLanguage):
    parent = models.ForeignKey(
        GuidingPrinciple, models.CASCADE, related_name="texts", verbose_name=_("guiding principle")
    )
    name = models.CharField(_("name"), max_length=150)
    description = models.CharField(_("in one line"), max_length=400, blank=True)
    description_verified = models.BooleanField(_("line verified"), default=False)

    objects = NumberedTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wording in one language")
        verbose_name_plural = _("wording per language")
        ordering = ["parent", "language"]
        constraints = [models.UniqueConstraint(fields=["parent", "language"], name="one_principle_text_per_language")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.parent.number, self.language)

    natural_key.dependencies = ["objectives.guidingprinciple"]
