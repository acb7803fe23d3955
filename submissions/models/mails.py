"""Mails: each a row, written with what it tells of and sent by the worker; and the words an administrator gave them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .people import User
from .record import SubmissionEvent


class Mail(models.Model):
    """One mail to one person about one thing. Sent by the worker, never twice.

    What it is about is a step, or an *occasion* with a name of its own: a deadline notice, a comment, a day's digest.
    """

    event = models.ForeignKey(SubmissionEvent, models.PROTECT, null=True, blank=True, related_name="mails")
    occasion = models.CharField(max_length=200, blank=True)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="mails")
    language = models.CharField(max_length=5)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    written_at = models.DateTimeField(default=timezone.now)
    # Held back for a person who wants one mail a day, and the one that it then went out with.
    is_held = models.BooleanField(default=False)
    digest = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="digested")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)  # while a worker is busy sending it
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-written_at"]
        indexes = [models.Index(fields=["written_at"], condition=Q(sent_at__isnull=True), name="mails_not_sent_yet")]
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="one_mail_per_person_and_event"),
            models.UniqueConstraint(
                fields=["occasion", "recipient"], condition=~Q(occasion=""), name="one_mail_per_person_and_occasion"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, occasion="") | Q(event__isnull=True) & ~Q(occasion=""),
                name="a_mail_is_about_one_thing",
            ),
        ]

    def __str__(self):
        return self.subject


class MailText(models.Model):
    """An administrator's words for one mail in one language, with fixed placeholders; see mail_texts.py."""

    name = models.CharField(_("mail"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=User._meta.get_field("language").choices)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["name", "language"], name="one_mail_text_per_language")]

    def __str__(self):
        return f"{self.name} ({self.language})"
