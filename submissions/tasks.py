"""Background work: thin functions that the worker calls by name."""

from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from . import notifications
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
        subject = render_to_string("people/mail/invitation_subject.txt", context).strip()
        body = render_to_string("people/mail/invitation.txt", context)
    mail.send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])


def send_mail(pk: int) -> None:
    """Sends the mail about a step; one that is sent already is not sent again."""
    notifications.send(pk)


def make_rendition(pk: int) -> None:
    """Makes a PDF that was asked for; one that is ready, or that was given up, is left alone."""
    making.make(
        Rendition.objects.select_related(
            "requested_by", "revision__submission__cycle", "submission__cycle", "compendium__cycle"
        ).get(pk=pk)
    )
