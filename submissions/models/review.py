"""What reviewers ask of a secretariat."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .input_types import OutlineSection
from .people import User
from .submission import Submission


class ChangeRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)


class ChangeRequest(models.Model):
    """A change asked for in one section; answered once the secretariat has saved that section again."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="change_requests")
    section = models.ForeignKey(
        OutlineSection, models.PROTECT, related_name="change_requests", verbose_name=_("section")
    )
    text = models.TextField(_("what to change, and why"))
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["submission", "section__position", "requested_at"]

    def __str__(self):
        return self.text
