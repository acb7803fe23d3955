"""Joint inputs: who else makes them, what each partner was shown, and what it said to that.

One mechanism leads and holds the pen (`Submission.iscm`); the others are partners. A partner endorses an exact text:
every answer names a `CirculatedText`, known by the SHA-256 of its canonical content (see content.py).
"""

import json

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .mechanisms import ISCM, PartnerEntity
from .people import User
from .record import AppendOnly, Revision
from .submission import Attachment, Submission


class PartnershipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(removed_at=None)

    def endorsing(self):
        """Those named on the text, whose endorsement it needs."""
        return self.current().filter(endorses=True)

    def named_when_filed(self):
        """Those that the text named as it was filed last, whatever the lead does to the list just now."""
        filed_last = Revision.objects.filter(submission=OuterRef("submission")).order_by("-number").values("frozen_at")
        named = self.filter(endorses=True).annotate(filed_last_at=Subquery(filed_last[:1]))
        return named.filter(Q(removed_at=None) | Q(removed_at__gt=F("filed_last_at")), added_at__lte=F("filed_last_at"))

    def with_organizations(self):
        return self.select_related("iscm", "entity")

    def of(self, user):
        """Those of mechanisms for which this person has rights today."""
        return self.current().filter(iscm__in=ISCM.objects.of(user))


class Partnership(models.Model):
    """An organization that makes an input together with the lead: a mechanism of the register, or a partner entity.

    An entity has no accounts in the portal: what it says comes to the lead in a letter.
    """

    class Access(models.TextChoices):
        """What the people of a partner mechanism may do with the draft; each includes those before it."""

        VIEW = "view", _("read it")
        COMMENT = "comment", _("read it and comment")
        EDIT = "edit", _("read it, comment and edit")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="partnerships")
    # The lead again, so that the database can hold apart the lead and its partners.
    lead = models.ForeignKey(ISCM, models.PROTECT, related_name="+", editable=False)
    iscm = models.ForeignKey(
        ISCM, models.PROTECT, null=True, blank=True, related_name="partnerships", verbose_name=_("mechanism")
    )
    entity = models.ForeignKey(
        PartnerEntity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partnerships",
        verbose_name=_("partner entity"),
    )
    access = models.CharField(_("may"), max_length=10, choices=Access, default=Access.COMMENT)
    endorses = models.BooleanField(
        _("endorses the text and is named on it"),
        default=True,
        help_text=_("Without this it is consulted only: it appears nowhere and is not asked."),
    )
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)  # what it endorsed once stays on record

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["submission", "added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(iscm__isnull=False, entity__isnull=True) | Q(iscm__isnull=True, entity__isnull=False),
                name="a_partner_is_a_mechanism_or_an_entity",
            ),
            models.CheckConstraint(
                condition=Q(iscm__isnull=True) | ~Q(iscm=F("lead")), name="a_lead_is_not_its_own_partner"
            ),
            models.UniqueConstraint(
                fields=["submission", "iscm"], condition=Q(removed_at=None), name="a_mechanism_is_a_partner_once"
            ),
            models.UniqueConstraint(
                fields=["submission", "entity"], condition=Q(removed_at=None), name="an_entity_is_a_partner_once"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def organization(self) -> ISCM | PartnerEntity:
        return self.iscm or self.entity

    @property
    def name(self) -> str:
        return self.organization.name

    @property
    def short_name(self) -> str:
        return self.organization.acronym or self.organization.name

    @property
    def kind(self) -> str:
        """*iscm*, or the kind of the entity."""
        return "iscm" if self.iscm_id else self.entity.kind

    @property
    def last_answer(self) -> "Endorsement | None":
        return self.endorsements.select_related("text", "given_by").last()

    @property
    def has_declined(self) -> bool:
        """Whether its last answer was no, to the present text or an older one: such a partner can be dropped."""
        answer = self.last_answer if self.endorses else None
        return answer is not None and answer.is_declined

    @property
    def place_on_the_cover(self) -> tuple:
        """Mechanisms by name, then intergovernmental organizations, then the others."""
        ranks = {"iscm": 0, PartnerEntity.Kind.IGO: 1}
        return (ranks.get(self.kind, 2), self.name.casefold(), self.pk or 0)


class CirculatedText(AppendOnly):
    """A text as it was put before the partners of a joint input."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="circulated_texts")
    sha256 = models.CharField(max_length=64)
    canonical = models.TextField()
    circulated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("circulated text")
        verbose_name_plural = _("circulated texts")
        ordering = ["submission", "circulated_at"]
        constraints = [models.UniqueConstraint(fields=["submission", "sha256"], name="a_text_is_circulated_once")]

    def __str__(self):
        return f"{self.submission.reference} {self.sha256[:12]}"

    @cached_property
    def content(self) -> dict:
        return json.loads(self.canonical)


class Endorsement(AppendOnly):
    """What a partner said to an exact text. The last one counts, as long as the text is still that one."""

    class Verdict(models.TextChoices):
        ENDORSED = "endorsed", _("endorsed")
        WITH_REMARK = "with_remark", _("endorsed with a remark")
        DECLINED = "declined", _("declined")

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="endorsements")
    text = models.ForeignKey(CirculatedText, models.PROTECT, related_name="endorsements")
    verdict = models.CharField(_("answer"), max_length=12, choices=Verdict)
    remark = models.TextField(_("remark or reason"), blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # of the lead, where a letter is recorded
    given_at = models.DateTimeField(default=timezone.now)
    # Of an organization without an account: who signed the letter, when, and the letter.
    signatory = models.CharField(_("who signed"), max_length=200, blank=True)
    signed_on = models.DateField(_("date of the letter"), null=True, blank=True)
    evidence = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="endorsements")

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        ordering = ["partnership", "given_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="endorsed") | ~Q(remark=""), name="a_remark_or_a_refusal_says_something"
            ),
            models.CheckConstraint(
                condition=Q(evidence__isnull=True, signed_on__isnull=True, signatory="")
                | (Q(evidence__isnull=False, signed_on__isnull=False) & ~Q(signatory="")),
                name="a_letter_is_whole_or_absent",
            ),
        ]

    def __str__(self):
        return f"{self.partnership}: {self.get_verdict_display()}"

    @property
    def is_declined(self):
        return self.verdict == self.Verdict.DECLINED


class LeadOfferQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None, withdrawn_at=None)


class LeadOffer(models.Model):
    """The lead of an unfinished joint input, offered to a partner mechanism. Nothing changes before it accepts."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="lead_offers")
    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="lead_offers")
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    is_accepted = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = LeadOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of the lead")
        verbose_name_plural = _("offers of the lead")
        ordering = ["submission", "offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="one_open_offer_of_the_lead",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, is_accepted=False)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="an_offer_is_answered_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.submission.reference} → {self.partnership}"


class ClearanceQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(struck_at=None)


class Clearance(models.Model):
    """One entry of the clearance log: how the text was cleared within a mechanism, the lead or a partner."""

    class Way(models.TextChoices):
        CHAIR = "chair", _("by the Chair")
        HEAD = "head", _("by the Head of the secretariat")
        MEETING = "meeting", _("at a meeting")
        SILENCE = "silence", _("by silence until a date")
        WRITTEN = "written", _("by written consent of the members")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="clearances")
    iscm = models.ForeignKey(ISCM, models.PROTECT, related_name="+", verbose_name=_("mechanism"))
    way = models.CharField(_("how it was cleared"), max_length=10, choices=Way)
    cleared_on = models.DateField(
        _("date"), help_text=_("Of the decision or the meeting; of a silence procedure, the day on which it ends.")
    )
    detail = models.CharField(
        _("details"), max_length=300, blank=True, help_text=_("For example which meeting, or who was asked.")
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    # An entry made by mistake is struck out, and stays readable.
    struck_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearance log")
        ordering = ["submission", "cleared_on", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True)
                | Q(struck_at__isnull=False, struck_by__isnull=False),
                name="a_clearance_is_struck_by_somebody",
            )
        ]

    def __str__(self):
        return f"{self.iscm.short_name}: {self.get_way_display()}"


class ReminderStop(models.Model):
    """A person who wants no more reminders about one input."""

    user = models.ForeignKey(User, models.CASCADE, related_name="reminder_stops")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reminder_stops")
    stopped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "submission"], name="reminders_are_stopped_once")]

    def __str__(self):
        return f"{self.user}: {self.submission.reference}"
