"""Inputs that reached IOM by mail, and were entered by its staff for a mechanism."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User
from .submission import Attachment, Submission


class Received(models.Model):
    """How and when an input came, with the original file; and whether its mechanism stands by what was entered."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        POST = "post", _("post")
        BY_HAND = "by_hand", _("by hand")
        OTHER = "other", _("another way")

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="received")
    channel = models.CharField(_("how it came"), max_length=10, choices=Channel, default=Channel.EMAIL)
    sender = models.CharField(_("from whom"), max_length=200, blank=True)
    received_on = models.DateField(_("received on"))
    original = models.OneToOneField(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("original file")
    )
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    # The mechanism's word on the text as IOM filed it: confirmed. An objection returns the input to the mechanism.
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("input received by mail")
        verbose_name_plural = _("inputs received by mail")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="what_was_received_is_confirmed_by_somebody",
            )
        ]

    def __str__(self):
        return f"{self.submission.reference} ({self.get_channel_display()})"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
