"""What is said about an input: among those who make it, among its reviewers, or between both; and what to change."""

import json

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from objectives.models import Objective

from .input_types import OutlineSection
from .mechanisms import ISCM
from .people import User
from .record import SubmissionEvent
from .submission import Submission


class CommentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(resolved_at=None)

    def threads(self):
        """What begins a thread; the replies follow it."""
        return self.filter(reply_to=None)


class Comment(models.Model):
    """What somebody says about a section, an objective, or the whole of an input. No part of its text.

    Who reads it is its circle: those who make the input, IOM, or both. A reply is in the circle of its thread.
    """

    class Circle(models.TextChoices):
        MAKERS = "makers", _("Those who make this input")
        INTERNAL = "internal", _("IOM only")
        SHARED = "shared", _("The mechanism and IOM")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    circle = models.CharField(_("who reads it"), max_length=10, choices=Circle)
    section = models.ForeignKey(
        OutlineSection, models.PROTECT, null=True, blank=True, related_name="comments", verbose_name=_("section")
    )
    objective = models.ForeignKey(
        Objective, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("objective")
    )
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    text = models.TextField(_("comment"))
    # The writer's mechanism, then; empty for IOM's people.
    iscm = models.ForeignKey(ISCM, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mechanism"))
    asks_for_help = models.BooleanField(_("asks IOM for help"), default=False)
    # With a request for help: the section as the mechanism lets IOM read it, a draft perhaps; canonical JSON, as one of
    # the sections of content.py.
    shown = models.TextField(blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    # Of what begins a thread; its replies are settled with it.
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["submission", "written_at", "pk"]
        indexes = [
            models.Index(
                fields=["reply_to", "resolved_at"], condition=Q(asks_for_help=True), name="help_that_is_asked_for"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, reply_to__isnull=True),
                name="a_comment_is_resolved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(circle="makers", iscm__isnull=False)
                | Q(circle="internal", iscm__isnull=True)
                | Q(circle="shared"),
                name="a_comment_stays_in_its_circle",
            ),
            models.CheckConstraint(
                condition=Q(asks_for_help=False, shown="")
                | Q(asks_for_help=True, circle="shared", iscm__isnull=False, reply_to__isnull=True),
                name="a_mechanism_asks_for_help",
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_internal(self) -> bool:
        return self.circle == self.Circle.INTERNAL

    @cached_property
    def shown_section(self) -> dict | None:
        return json.loads(self.shown) if self.shown else None


def _last_frozen():
    """The number, in the record, of the last filing or approval."""
    frozen = SubmissionEvent.objects.filter(submission=models.OuterRef("submission")).exclude(revision=None)
    return models.Subquery(frozen.order_by("-number").values("number")[:1])


class ChangeRequestQuerySet(models.QuerySet):
    def prepared(self):
        """Written down by a reviewer and not asked for yet: the mechanism knows nothing of it."""
        return self.filter(asked_in=None)

    def asked(self):
        return self.exclude(asked_in=None)

    def open(self):
        return self.asked().filter(answered_at=None)

    def of_this_round(self):
        """Asked for since the text was last filed: their answers can still change, and IOM has not seen them."""
        return self.asked().filter(asked_in__number__gt=_last_frozen())

    def with_words(self):
        """With all that a page says of each."""
        related = ["section", "objective", "requested_by", "answered_by", "asked_in__actor"]
        return self.select_related(*related).prefetch_related("section__texts", "objective__texts")

    def in_order(self):
        """The whole input first, then by section and objective."""
        return self.order_by(models.F("section__position").asc(nulls_first=True), "objective__number", "pk")


class ChangeRequest(models.Model):
    """A change asked for in a section, in what is said on one objective, or in the input as a whole.

    Prepared by a reviewer while reading, asked for when the input is returned, answered by the secretariat before it
    resubmits.
    """

    class Kind(models.TextChoices):
        INCOMPLETE = "incomplete", _("Incomplete")
        UNCLEAR = "unclear", _("Unclear")
        COUNTRY_REPORTING = "country", _("Country reporting instead of the mechanism’s own work")
        WORDING = "wording", _("Wording")
        OTHER = "other", _("Something else")

    class Answer(models.TextChoices):
        DONE = "done", _("Done")
        EXPLAINED = "explained", _("Explained")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="change_requests")
    section = models.ForeignKey(
        OutlineSection,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change_requests",
        verbose_name=_("section"),
    )
    objective = models.ForeignKey(
        Objective, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("objective")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    text = models.TextField(_("what to change"))
    reason = models.TextField(_("why"), blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    # The return that asked for it.
    asked_in = models.ForeignKey(SubmissionEvent, models.PROTECT, null=True, blank=True, related_name="change_requests")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["submission", "section__position", "objective__number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(asked_in__isnull=False, answered_at__isnull=False, answered_by__isnull=False)
                & (Q(answer="done") | Q(answer="explained") & ~Q(explanation="")),
                name="a_change_request_is_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(objective__isnull=True) | Q(section__isnull=False),
                name="a_change_in_an_objective_is_in_a_section",
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def where(self) -> str:
        if self.section is None:
            return gettext("The whole input")
        if self.objective is None:
            return str(self.section.heading)
        return gettext("%(section)s, objective %(number)s") % {
            "section": self.section.heading,
            "number": self.objective.number,
        }
