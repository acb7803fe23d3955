"""The work: one input of one mechanism to one review cycle, and what was answered in its sections."""

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from objectives.models import WORDING_LANGUAGES, GuidingPrinciple, Objective, Roundtable

from .cycles import ReviewCycle
from .input_types import EngagementMode, InputType, OutlineSection, Term
from .mechanisms import ISCM, PartnerEntity, Region
from .people import User


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    AWAITING_ENDORSEMENT = "awaiting_endorsement", _("Awaiting endorsement")
    SUBMITTED = "submitted", _("Filed")
    UNDER_REVIEW = "under_review", _("Under review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Whose turn it is. Every status is in exactly one of these.
WITH_SECRETARIAT = {Status.DRAFT, Status.CHANGES_REQUESTED}
WITH_PARTNERS = {Status.AWAITING_ENDORSEMENT}
WITH_IOM = {Status.SUBMITTED, Status.UNDER_REVIEW}
CLOSED = {Status.APPROVED, Status.DECLINED, Status.WITHDRAWN}

# The working copy may change. A change while the partners endorse makes what they endorsed an older text.
EDITABLE = WITH_SECRETARIAT | WITH_PARTNERS

# An input in one of these no longer stands in the way of a new one of its type.
SPENT = {Status.DECLINED, Status.WITHDRAWN}


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What this person may know to exist: what their mechanisms make; for IOM, what was filed, or came by mail."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        seen = self._made_by_mechanisms_of(user)
        if user.is_iom:
            seen |= Q(filed_at__isnull=False) | Q(received__isnull=False)
        return self.filter(seen)

    def made_by_mechanisms_of(self, user):
        """Those that a mechanism of this person leads, and those in which it is a partner."""
        return self.filter(self._made_by_mechanisms_of(user))

    @staticmethod
    def _made_by_mechanisms_of(user):
        mechanisms = ISCM.objects.of(user)
        partner_in = apps.get_model("submissions", "Partnership").objects.of(user).values("submission")
        return Q(iscm__in=mechanisms) | Q(pk__in=partner_in)

    def counted_in(self, cycle):
        """Filed to this cycle; of a regional review also what was filed to another one of its round and names it."""
        counted = Q(cycle=cycle)
        if cycle.region_id:
            named = self.model.regions.through.objects.filter(region=cycle.region_id).values("submission")
            counted |= Q(cycle__kind=cycle.kind, cycle__round=cycle.round, pk__in=named)
        return self.filter(counted)

    def locked(self, pk):
        """This one, as it is in the database now, and so that nobody else writes to it before the transaction ends.

        Without a join: of a row that waited for another transaction, PostgreSQL reads the new version beside the old
        version of what was joined, and finds nothing where the other has just passed the lead to another mechanism.

        Not its key: whoever opens a text while another answers writes a row about it; each would wait for the other.
        """
        return self.select_for_update(no_key=True).prefetch_related("cycle", "iscm", "input_type").get(pk=pk)

    def filed(self):
        return self.filter(filed_at__isnull=False)

    def approved(self):
        """With a text that was approved and stands: also while a newer one is made, of an input that was reopened."""
        revisions = apps.get_model("submissions", "Revision").objects.filter(cause="approved")
        return self.live().filter(pk__in=revisions.values("submission"))

    def live(self):
        return self.exclude(status__in=SPENT)


class Submission(models.Model):
    """A regional, collective input by the mechanism as a whole, from first draft to decision."""

    reference = models.CharField(_("reference"), max_length=130, unique=True, editable=False)
    cycle = models.ForeignKey(ReviewCycle, models.PROTECT, related_name="submissions", verbose_name=_("review cycle"))
    iscm = models.ForeignKey(ISCM, models.PROTECT, related_name="submissions", verbose_name=_("mechanism"))
    input_type = models.ForeignKey(
        InputType, models.PROTECT, related_name="submissions", verbose_name=_("type of input")
    )
    is_sole = models.BooleanField(editable=False, default=False)  # as the input type said when this was started

    title = models.CharField(_("title"), max_length=300)
    language = models.CharField(_("original language"), max_length=5, choices=WORDING_LANGUAGES, default="en")
    regions = models.ManyToManyField(Region, blank=True, related_name="submissions", verbose_name=_("regional reviews"))
    agreed_how = models.TextField(_("how it was agreed within the mechanism"), blank=True)
    is_collective = models.BooleanField(_("collective input of the mechanism as a whole"), default=False)
    terms = models.ManyToManyField(Term, blank=True, related_name="submissions", verbose_name=_("terms ticked"))

    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("started by"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    saved_at = models.DateTimeField(_("last saved"), default=timezone.now)
    filed_at = models.DateTimeField(_("first filed"), null=True, blank=True, editable=False)
    reviewer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="reviews", editable=False, verbose_name=_("reviewer")
    )
    due_on = models.DateField(_("IOM answers by"), null=True, blank=True, editable=False)
    # As last frozen, and when the last step was taken that IOM knows of: what the desk lists and looks through.
    newest_revision = models.ForeignKey(
        "submissions.Revision", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    last_step_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("input")
        verbose_name_plural = _("inputs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["iscm", "cycle", "input_type"],
                condition=Q(is_sole=True) & ~Q(status__in=["declined", "withdrawn"]),
                name="one_live_submission_where_the_type_says_so",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "declined"], decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(status__in=["approved", "declined"]) & Q(decided_by__isnull=True, decided_at__isnull=True)),
                name="decision_is_whole_or_absent",
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("submission", args=[self.reference])

    @property
    def is_editable(self):
        """Whether the working copy may change, as far as the status goes."""
        return self.status in EDITABLE

    @property
    def word_limit(self) -> int | None:
        """Of the whole, in words."""
        return self._limit(self.input_type.word_limit)

    def word_limit_of(self, section: OutlineSection) -> int | None:
        return self._limit(section.word_limit)

    def _limit(self, words: int | None) -> int | None:
        """What an input of one mechanism is given; twice that for a joint one."""
        return words * 2 if words and self.input_type.is_joint else words


class Engagement(models.Model):
    """One way in which this input is made: the mode, through whom, and who represents the mechanism."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="engagements")
    mode = models.ForeignKey(EngagementMode, models.PROTECT, related_name="engagements", verbose_name=_("mode"))
    capacity = models.ForeignKey(
        Term, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("capacity of the representative")
    )
    representative = models.CharField(_("name of the representative"), max_length=200, blank=True)
    member_states = models.CharField(_("Member State or States"), max_length=400, blank=True)
    igo = models.ForeignKey(
        PartnerEntity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="engagements",
        verbose_name=_("intergovernmental organization"),
    )
    igo_named = models.CharField(_("another intergovernmental organization"), max_length=200, blank=True)

    class Meta:
        ordering = ["submission", "mode__position"]
        constraints = [models.UniqueConstraint(fields=["submission", "mode"], name="an_input_names_a_mode_once")]

    def __str__(self):
        return str(self.mode)

    @property
    def igo_name(self):
        return self.igo.name if self.igo else self.igo_named


class Answer(models.Model):
    """The state of one section, and its text where it has one. A row exists once somebody saved the section."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="answers")
    section = models.ForeignKey(OutlineSection, models.PROTECT, related_name="answers", verbose_name=_("section"))
    text = models.TextField(_("text"), blank=True)
    is_complete = models.BooleanField(_("complete"), default=False)
    version = models.PositiveIntegerField(default=0)  # grows by saves: an older page cannot overwrite a newer one
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["submission", "section"]
        constraints = [models.UniqueConstraint(fields=["submission", "section"], name="one_answer_per_section")]

    def __str__(self):
        return f"{self.submission.reference}: {self.section}"


class ObjectiveBlock(models.Model):
    """What the mechanism says on one objective. Ticked is *claimed*; a block with text is *evidenced*."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="objective_blocks")
    objective = models.ForeignKey(
        Objective, models.PROTECT, related_name="submission_blocks", verbose_name=_("objective")
    )
    progress = models.TextField(_("Progress, trends and innovations"), blank=True)
    practice = models.TextField(_("Effective practice or partnership model"), blank=True)
    challenges = models.TextField(_("Challenges"), blank=True)
    more = models.TextField(_("What more can be done"), blank=True)
    version = models.PositiveIntegerField(default=0)  # begins above every number that an earlier block has had
    saved_at = models.DateTimeField(default=timezone.now)

    TEXTS = ["progress", "practice", "challenges", "more"]

    class Meta:
        ordering = ["submission", "objective__number"]
        constraints = [models.UniqueConstraint(fields=["submission", "objective"], name="one_block_per_objective")]

    def __str__(self):
        return f"{self.submission.reference}: {self.objective}"

    @property
    def is_evidenced(self):
        return any(getattr(self, name) for name in self.TEXTS)


class PrincipleNote(models.Model):
    """A guiding principle that the work particularly exemplifies, and how."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="principle_notes")
    principle = models.ForeignKey(
        GuidingPrinciple, models.PROTECT, related_name="submission_notes", verbose_name=_("guiding principle")
    )
    text = models.TextField(_("how"), blank=True)

    class Meta:
        ordering = ["submission", "principle__number"]
        constraints = [models.UniqueConstraint(fields=["submission", "principle"], name="one_note_per_principle")]

    def __str__(self):
        return f"{self.submission.reference}: {self.principle}"


class Recommendation(models.Model):
    """One numbered recommendation, tied to the objectives it is about."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="recommendations")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))
    objectives = models.ManyToManyField(Objective, blank=True, related_name="recommendations")

    class Meta:
        ordering = ["submission", "number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="recommendations_are_numbered")]

    def __str__(self):
        return f"{self.submission.reference}: {self.number}"


class EventDetails(models.Model):
    """When, where and with whom the mechanism met."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="event")
    name = models.CharField(_("name of the event"), max_length=300, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    is_online = models.BooleanField(_("held online"), default=False)
    place = models.CharField(_("place"), max_length=200, blank=True)
    organizers = models.CharField(_("organizers"), max_length=400, blank=True)
    outcome_document = models.ForeignKey(
        "Attachment",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("outcome document"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="event_ends_after_it_starts",
            )
        ]

    def __str__(self):
        return self.name


class SpeakingDetails(models.Model):
    """For an oral statement: who speaks, in what capacity, at which roundtables."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="speaking")
    speaker = models.CharField(_("name of the speaker"), max_length=200, blank=True)
    speaker_capacity = models.CharField(_("capacity in which the speaker speaks"), max_length=200, blank=True)
    roundtables = models.ManyToManyField(
        Roundtable, blank=True, related_name="speaking_details", verbose_name=_("roundtables")
    )

    def __str__(self):
        return self.speaker


def attachment_path(attachment, filename):
    """By content, never by the name that a person gave: nothing about the path comes from outside."""
    return f"attachments/{attachment.sha256[:2]}/{attachment.sha256}"


class AttachmentQuerySet(models.QuerySet):
    def annexes(self):
        """What is part of the input: not the letters of partners, which are about it."""
        return self.filter(removed_at=None, is_evidence=False)


class Attachment(models.Model):
    """A file that came with an input. It leaves the portal only as a download."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"
        ODT = "odt", "ODT"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attachments")
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=attachment_path, max_length=200)
    filename = models.CharField(_("name of the file"), max_length=200)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    language = models.CharField(_("language"), max_length=5, choices=WORDING_LANGUAGES, default="en")
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)  # a filed revision may still name it
    is_evidence = models.BooleanField(default=False, editable=False)  # a letter in which a partner endorses the text

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["submission", "uploaded_at"]

    def __str__(self):
        return self.title
