"""What leaves the portal as a file."""

import json
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .cycles import ReviewCycle
from .people import User
from .record import Revision
from .submission import Submission


class Compendium(models.Model):
    """The compilation of a cycle's approved inputs: the recipe, from which files are made."""

    cycle = models.OneToOneField(ReviewCycle, models.PROTECT, related_name="compendium", verbose_name=_("review cycle"))
    foreword = models.TextField(_("foreword"), blank=True)
    language = models.CharField(_("language of the frame"), max_length=5, default="en")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("compendium")
        verbose_name_plural = _("compendiums")

    def __str__(self):
        return _("Compendium: %(cycle)s") % {"cycle": self.cycle}


def rendition_path(rendition, filename):
    return f"renditions/{rendition.pk}/{filename}"


# A job is stopped after the one time and given to another worker after the other; some minutes for a long queue.
TAKES_TOO_LONG = timedelta(seconds=settings.Q_CLUSTER["retry"] + 120)


class RenditionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Documents of the inputs a person sees; compendiums for IOM.

        Previews, lists of changes with answers that are still being given, and clearance logs of what was not filed
        yet, only for those who make the input; what IOM says to itself, only for IOM. IOM also has the previews of what
        it is entering for a mechanism.
        """
        of_a_working_copy = Q(kind__in=[Rendition.Kind.DRAFT, Rendition.Kind.REQUESTS]) | Q(
            kind=Rendition.Kind.CLEARANCE,
            # Canonical JSON escapes the quotes of its texts, so that nothing typed can look like this.
            canonical__contains='"revision":null',
        )
        internal = Q(kind=Rendition.Kind.REVIEW)
        own = Q(submission__in=Submission.objects.made_by_mechanisms_of(user))
        visible = Q(submission__in=Submission.objects.visible_to(user))
        seen = (visible & ~of_a_working_copy | own) & ~internal
        if user.is_iom:
            entered = Q(kind=Rendition.Kind.DRAFT, submission__received__isnull=False, submission__filed_at=None)
            seen |= Q(kind=Rendition.Kind.COMPENDIUM) | internal & visible & ~own | entered
        return self.filter(seen)

    def may_be_asked_for_again(self):
        """What failed, and what nobody seems to be making any more."""
        pending = [Rendition.Status.WAITING, Rendition.Status.BEING_MADE]
        return self.filter(
            Q(status=Rendition.Status.FAILED) | Q(status__in=pending, requested_at__lt=timezone.now() - TAKES_TOO_LONG)
        )

    def ready(self):
        return self.filter(status=Rendition.Status.READY)


class Rendition(models.Model):
    """A PDF, asked for, being made, ready, or failed. The worker makes it."""

    class Kind(models.TextChoices):
        DRAFT = "draft", _("draft")
        CLEARANCE = "clearance", _("clearance log")
        REQUESTS = "requests", _("changes asked for")
        REVIEW = "review", _("internal review summary")
        FILED = "filed", _("as filed")
        APPROVED = "approved", _("approved")
        COMPENDIUM = "compendium", _("compendium")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        BEING_MADE = "being_made", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="renditions")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="renditions")
    compendium = models.ForeignKey(Compendium, models.PROTECT, null=True, blank=True, related_name="renditions")
    canonical = models.TextField(blank=True)  # what is to be printed, as it was when asked for: of a draft, of a log
    language = models.CharField(_("language of the frame"), max_length=5, default="en")
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.WAITING)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    file = models.FileField(_("file"), upload_to=rendition_path, max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="compendium", compendium__isnull=False, submission__isnull=True)
                | Q(
                    kind__in=["draft", "clearance", "requests", "review"],
                    submission__isnull=False,
                    revision__isnull=True,
                )
                | Q(kind__in=["filed", "approved"], submission__isnull=False, revision__isnull=False),
                name="rendition_is_made_of_one_thing",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.submission.reference if self.submission else self.compendium}"

    @property
    def is_pending(self):
        return self.status in {self.Status.WAITING, self.Status.BEING_MADE}

    @property
    def is_ready(self):
        return self.status == self.Status.READY

    @property
    def has_failed(self):
        return self.status == self.Status.FAILED

    @property
    def takes_too_long(self):
        return self.is_pending and self.requested_at < timezone.now() - TAKES_TOO_LONG

    @property
    def content(self) -> dict:
        """Of a draft or a log: what is to be printed."""
        return json.loads(self.canonical)
