"""What IOM's people keep for themselves: which texts they have read, which questions they ask of the desk."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User
from .record import Revision


class Reading(models.Model):
    """That a person has opened a revision, and when first: what has changed since is told from there."""

    user = models.ForeignKey(User, models.CASCADE, related_name="readings")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="readings")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "revision"], name="a_revision_is_read_first_once")]

    def __str__(self):
        return f"{self.user}: {self.revision}"


class SavedFilterQuerySet(models.QuerySet):
    def for_user(self, user):
        """Their own, and what colleagues share."""
        return self.filter(models.Q(user=user) | models.Q(is_shared=True))


class SavedFilter(models.Model):
    """A question to the desk under a name. `query` is the query of the desk's address, only fields of its form."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared with all of IOM’s reviewers"), default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="a_filter_has_one_name")]

    def __str__(self):
        return self.name
