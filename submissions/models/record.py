"""What happened, and what exactly was filed: both are written once and never changed."""

import hashlib
import json
from datetime import UTC

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .people import User
from .submission import Status, Submission


class NeverChanged(Exception):
    """Somebody tried to alter the record."""


def canonical(content: dict) -> str:
    """The one way to write this down: JSON with its keys sorted, no spaces, no escapes beyond JSON's own."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(canonical_text: str) -> str:
    """SHA-256 of it as UTF-8."""
    return hashlib.sha256(canonical_text.encode()).hexdigest()


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **fields):
        raise NeverChanged(f"{self.model.__name__} is written once.")

    def delete(self):
        raise NeverChanged(f"{self.model.__name__} is kept.")


class AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise NeverChanged(f"{type(self).__name__} is written once.")
        # Inserted or refused: a new object with the number of an old one would otherwise take its place.
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise NeverChanged(f"{type(self).__name__} is kept.")


class Revision(AppendOnly):
    """The whole content of a submission as it was at a filing or an approval."""

    class Cause(models.TextChoices):
        FILED = "filed", _("filed")
        APPROVED = "approved", _("approved")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    cause = models.CharField(_("frozen when"), max_length=10, choices=Cause)
    canonical = models.TextField()  # canonical JSON, see content.py: the exact bytes that the hash is of
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    # What the desk searches and filters by, drawn from the same content: its words as plain text, folded (see
    # searching.py), and the numbers of its roundtables, each between commas (",1,4,").
    words = models.TextField(blank=True)
    roundtables = models.CharField(max_length=100, blank=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["submission", "number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="revisions_are_numbered")]

    def __str__(self):
        return f"{self.submission.reference} r{self.number}"

    @cached_property
    def content(self) -> dict:
        return json.loads(self.canonical)


class RecordHead(models.Model):
    """Where the record ends: one row, locked by whoever writes the next entry."""

    entries = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self):
        return f"{self.entries} {self.sha256[:12]}"


class SubmissionEvent(AppendOnly):
    """One step in the life of a submission: who did what, when, and what they wrote.

    The entries of the whole portal are one chain: each carries the hash of the one before, so that none can be changed,
    taken out or put in between without `manage.py verify_record` noticing.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="events")
    step = models.CharField(_("step"), max_length=30)  # a Transition, "start", or what joint.py records
    source = models.CharField(_("from"), max_length=20, choices=Status, blank=True)
    target = models.CharField(_("to"), max_length=20, choices=Status)
    # Empty where the portal did it by itself, as with a reminder.
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who"))
    partnership = models.ForeignKey(
        "submissions.Partnership",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("partner"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    note = models.TextField(_("comment"), blank=True)
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="events")
    number = models.PositiveBigIntegerField(unique=True, editable=False)  # from 1, without a gap
    previous = models.CharField(max_length=64, blank=True, editable=False)  # the hash of the entry before
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("step taken")
        verbose_name_plural = _("history")
        ordering = ["submission", "at", "pk"]

    def __str__(self):
        return f"{self.submission.reference}: {self.step}"

    def save(self, *args, **kwargs):
        # The lock is held until the step is committed: entries are numbered in the order in which they count. Nobody
        # who holds it waits for an input, so it is always the last lock that is taken.
        with transaction.atomic():
            head, _is_new = RecordHead.objects.select_for_update().get_or_create(pk=1)
            self.number, self.previous = head.entries + 1, head.sha256
            self.sha256 = self.digest()
            super().save(*args, **kwargs)
            head.entries, head.sha256 = self.number, self.sha256
            head.save()

    def digest(self) -> str:
        """SHA-256 of the entry in canonical form, the hash of the one before included."""
        entry = {
            "number": self.number,
            "previous": self.previous,
            "submission": self.submission.reference,
            "step": self.step,
            "source": self.source,
            "target": self.target,
            "actor": self.actor_id,
            "partnership": self.partnership_id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "note": self.note,
            "revision": self.revision.sha256 if self.revision else None,
        }
        return digest(canonical(entry))
