"""What is said about an input: by those who make it together, and by the reviewers who ask for changes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .input_types import OutlineSection
from .mechanisms import ISCM
from .people import User
from .submission import Submission


class CommentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(resolved_at=None)


class Comment(models.Model):
    """What one of those who make a joint input says to the others, about a section or the whole.

    Nobody else reads it: it is no part of the text, and IOM does not see it.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    section = models.ForeignKey(
        OutlineSection, models.PROTECT, null=True, blank=True, related_name="comments", verbose_name=_("section")
    )
    text = models.TextField(_("comment"))
    iscm = models.ForeignKey(ISCM, models.PROTECT, related_name="+", verbose_name=_("mechanism"))  # the writer's, then
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["submission", "written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="a_comment_is_resolved_by_somebody",
            )
        ]

    def __str__(self):
        return self.text


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
