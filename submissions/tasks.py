"""Background work: thin functions that the worker calls by name."""

from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from . import hourly, mailing, reading
from .documents import making
from .models import Invitation, Rendition


def send_invitation(pk: int) -> None:
    """Mails an invitation in the invitee's language; one that was withdrawn meanwhile is not sent."""
    invitation = Invitation.objects.select_related("iscm", "invited_by").get(pk=pk)
    if not invitation.is_open:
        return
    link = settings.PORTAL_ADDRESS + reverse("accept_invitation", args=[invitation.token])
    context = {"invitation": invitation, "link": link, "PORTAL_NAME": settings.PORTAL_NAME}
    with translation.override(invitation.language):
        subject = " ".join(render_to_string("people/mail/invitation_subject.txt", context).split())
        body = render_to_string("people/mail/invitation.txt", context)
    mail.send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])


def send_handover(pk: int) -> None:
    """Mails a successor, in the language chosen for them, what passes to them if they accept."""
    invitation = Invitation.objects.select_related("iscm", "invited_by", "hands_over__user").get(pk=pk)
    if not invitation.is_open:
        return
    link = settings.PORTAL_ADDRESS + reverse("accept_invitation", args=[invitation.token])
    context = {"invitation": invitation, "outgoing": invitation.hands_over, "link": link}
    _mail_about_people("handover", invitation.email, language=invitation.language, **context)


def confirm_handover(pk: int) -> None:
    """Mails the outgoing person that the successor has accepted, and when their own rights end."""
    invitation = Invitation.objects.select_related("iscm", "accepted_by", "hands_over__user").get(pk=pk)
    outgoing = invitation.hands_over.user
    link = settings.PORTAL_ADDRESS + reverse("people", args=[invitation.iscm.slug])
    context = {"invitation": invitation, "outgoing": outgoing, "link": link}
    _mail_about_people("handed_over", outgoing.email, language=outgoing.language, **context)


def _mail_about_people(name: str, to: str, *, language: str, **context) -> None:
    context["PORTAL_NAME"] = settings.PORTAL_NAME
    with translation.override(language):
        # A name may hold line breaks; a subject may not.
        subject = " ".join(render_to_string(f"people/mail/{name}_subject.txt", context).split())
        body = render_to_string(f"people/mail/{name}.txt", context)
    mail.send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [to])


def send_mail(pk: int) -> None:
    """Sends the mail about a step; one that is sent already is not sent again."""
    mailing.send(pk)


def send_reminders() -> dict[str, dict[str, int]]:
    """Once an hour, by the worker's schedule: what the portal says by itself. What fails does not stop the others."""
    return hourly.run()


def record_draft_opened(submission: int, user: int, at) -> None:
    """Records who opened a draft of another's, where the record was busy when they did."""
    reading.record_draft_opened(submission, user, at)


def make_rendition(pk: int) -> None:
    """Makes a PDF that was asked for; one that is ready, or that was given up, is left alone."""
    making.make(
        Rendition.objects.select_related(
            "requested_by", "revision__submission__cycle", "submission__cycle", "compendium__cycle"
        ).get(pk=pk)
    )
