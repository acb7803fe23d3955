"""Who signs in, and what ties a person to a mechanism."""

import secrets
from datetime import date, timedelta

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from objectives.models import Roundtable

from .mechanisms import ISCM, Region


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class MailPace(models.TextChoices):
    AT_ONCE = "at_once", _("each at once")
    DAILY = "daily", _("together, once a day")


class User(AbstractUser):
    """A person, known by e-mail address. What they may do comes from affiliations and the roles below."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language of pages and mails"),
        max_length=5,
        default="en",
        choices=[("en", "English"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية"), ("ru", "Русский")],
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    is_reviewer = models.BooleanField(
        _("IOM reviewer"), default=False, help_text=_("May take up inputs and ask for changes.")
    )
    is_approver = models.BooleanField(
        _("IOM approver"), default=False, help_text=_("May approve or decline inputs and compile a compendium.")
    )

    # What a reviewer covers; assignments are proposed by it.
    roundtables = models.ManyToManyField(
        Roundtable, blank=True, related_name="reviewers", verbose_name=_("roundtables that this person reviews")
    )
    regions = models.ManyToManyField(
        Region, blank=True, related_name="reviewers", verbose_name=_("regions that this person reviews")
    )
    mail_pace = models.CharField(
        _("mails"),
        max_length=10,
        choices=MailPace,
        default=MailPace.AT_ONCE,
        help_text=_("Receipts, deadlines and what you are reminded of come at once in any case."),
    )
    gets_deadline_notices = models.BooleanField(
        _("mails before a deadline"),
        default=True,
        help_text=_("30, 14, 7 and 2 days before, as long as your mechanism has not filed."),
    )
    gets_desk_digest = models.BooleanField(
        _("a daily summary of the desk"), default=True, help_text=_("For IOM’s reviewers and approvers.")
    )

    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(models.functions.Lower("email"), name="one_account_per_address"),
        ]

    def __str__(self):
        return self.name or self.email

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    @property
    def is_iom(self):
        """On the reviewing side: sees what mechanisms have filed."""
        return self.is_reviewer or self.is_approver

    @property
    def needs_second_factor(self):
        return self.is_staff or self.is_iom


class Capacity(models.TextChoices):
    CHAIR = "chair", _("Chair")
    CO_CHAIR = "co_chair", _("Co-Chair")
    HEAD = "head", _("Head of the secretariat")
    CO_HEAD = "co_head", _("Co-Head of the secretariat")
    WORKING_GROUP_CHAIR = "wg_chair", _("Chair of the Working Group on the GCM")
    FOCAL_POINT = "focal_point", _("Focal point in the secretariat")
    DELEGATE = "delegate", _("Member delegated by the Chair")


HEADS = {Capacity.CHAIR, Capacity.CO_CHAIR, Capacity.HEAD, Capacity.CO_HEAD}


def today() -> date:
    """The day by which rights begin and end: in UTC, the same for everyone wherever they are."""
    return timezone.now().date()


class AffiliationQuerySet(models.QuerySet):
    def current(self, on=None):
        """In force on that day (default: today, UTC): begun, and not yet ended."""
        on = on or today()
        return self.filter(Q(starts_on__lte=on), Q(ends_on__isnull=True) | Q(ends_on__gt=on), user__is_active=True)

    def heads(self):
        return self.filter(capacity__in=HEADS)

    def may_file(self):
        return self.filter(may_file=True)


class Affiliation(models.Model):
    """Ties a person to a mechanism for a time. Chairs rotate: rights end when the affiliation ends."""

    user = models.ForeignKey(User, models.PROTECT, related_name="affiliations", verbose_name=_("person"))
    iscm = models.ForeignKey(ISCM, models.PROTECT, related_name="affiliations", verbose_name=_("mechanism"))
    capacity = models.CharField(_("capacity"), max_length=20, choices=Capacity, default=Capacity.FOCAL_POINT)
    may_file = models.BooleanField(
        _("may file"),
        default=False,
        help_text=_("Everyone affiliated may draft. This person may also submit, resubmit and withdraw."),
    )
    starts_on = models.DateField(_("from"), default=today)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day without rights; empty means no end is set.")
    )

    objects = AffiliationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["iscm", "user", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="affiliation_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "iscm", "capacity"],
                condition=Q(ends_on__isnull=True),
                name="one_open_affiliation_per_capacity",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.iscm.short_name}"

    @property
    def is_head(self):
        return self.capacity in HEADS


def invitation_token():
    return secrets.token_urlsafe(32)


def invitation_expiry():
    return timezone.now() + timedelta(days=14)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """The only way to an account. From a mechanism's head to that mechanism, or from an administrator."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    iscm = models.ForeignKey(
        ISCM, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("mechanism")
    )
    capacity = models.CharField(_("capacity"), max_length=20, choices=Capacity, blank=True)
    may_file = models.BooleanField(_("may file"), default=False)
    starts_on = models.DateField(_("from"), default=today)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    is_reviewer = models.BooleanField(_("IOM reviewer"), default=False)
    is_approver = models.BooleanField(_("IOM approver"), default=False)
    language = models.CharField(
        _("language of the mail"), max_length=5, default="en", choices=User._meta.get_field("language").choices
    )
    token = models.CharField(max_length=60, unique=True, default=invitation_token, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations_sent", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), default=invitation_expiry)
    # Of a successor: whose rights end on the day when this person's begin, once the invitation is accepted.
    hands_over = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="handovers", verbose_name=_("hands over")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="invitations_accepted", verbose_name=_("accepted by")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(iscm__isnull=True, capacity="") | (Q(iscm__isnull=False) & ~Q(capacity="")),
                name="invitation_to_a_mechanism_names_a_capacity",
            ),
        ]

    def __str__(self):
        return self.email

    @property
    def is_open(self):
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()
