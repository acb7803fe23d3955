"""A mail with invented facts, so that whoever writes its words sees what the portal would say."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from . import mail_texts
from .mailing import link
from .models import InputType, MailText, Status
from .models.cycles import ReviewCycle
from .models.joint import Partnership

# Where a mail is about one of several steps, the one that it is shown for.
STEPS = {"joint_news": "submit", "look_again": "ask", "partner_answered": "endorse_with_remark"}

REFERENCE = "IMRF2030-ABC-B2-1"


def standard(name: str, language: str) -> tuple[str, str]:
    """Subject and body as the portal writes them."""
    with translation.override(language), timezone.override("UTC"):
        return mail_texts.standard(name, facts(name))


def own(text: MailText) -> tuple[str, str]:
    """Subject and body in the words of an administrator."""
    with translation.override(text.language), timezone.override("UTC"):
        return mail_texts.words_of(text.name, facts(text.name), own=text)


def facts(name: str) -> dict:
    """Whatever a mail may mention, in the language that is active."""
    now, lead, partner = timezone.now(), _("Name of the mechanism"), _("Name of the partner")
    types = list(InputType.objects.with_texts()[:1])
    due_at = now + timedelta(days=7)
    access = Partnership.Access.COMMENT.label
    iscm = {"name": lead, "short_name": "ABC"}
    submission = {
        "reference": REFERENCE,
        "iscm": iscm,
        "input_type": {"short_name": types[0].short_name if types else ""},
        "cycle": {"name": ReviewCycle.Kind.IMRF.label},
        "filed_at": now,
        "channel": "email",
        "received_on": str(now.date()),
    }
    return {
        "recipient": _("Name of the reader"),
        "zone": "UTC",
        "portal_name": settings.PORTAL_NAME,
        "submission": submission,
        "event": {
            "step": STEPS.get(name, ""),
            "at": now,
            "revision": {"number": 2},
            "partnership": {"get_access_display": access, "endorses": True, "name": partner},
        },
        "status": Status.UNDER_REVIEW.label,
        "title": _("Title of the input"),
        "mechanism": lead,
        "mechanism_in_short": "ABC",
        "cycle": submission["cycle"]["name"],
        "actor": _("Name of the person"),
        "note": mail_texts.quoted(_("What that person has written.")),
        "requests": [
            {
                "heading": _("Heading of a section"),
                "kind": "",
                "text": mail_texts.quoted(_("What to change.")),
                "reason": "",
            }
        ],
        "due_at": due_at,
        "due_on": due_at.date(),
        "days_left": 7,
        **_of_a_joint_input(lead, partner),
        "drafts": [_a_draft()] if name == "deadline" else [],
        "zone_of_the_cycle": "UTC",
        "thread": {"section": {"heading": _("Heading of a section")}, "iscm": iscm, "submission": submission},
        "of": "IOM",
        "is_first": True,
        "returned_at": now - timedelta(days=7),
        "day": now,
        "mails": [{"subject": _("Subject of a mail"), "written_at": now, "body": _("Text of the mail.")}],
        "groups": [],
        **_links(),
    }


def _of_a_joint_input(lead: str, partner: str) -> dict:
    return {
        "lead": lead,
        "lead_in_short": "ABC",
        "lead_before": partner,
        "partner": partner,
        "partner_in_short": "XYZ",
        "yours": partner,
        "answering": partner,
        "standings": "",
        "answers": [{"name": partner, "link": link("endorse", REFERENCE, "xyz")}],
        "word_to_the_partners": "",
    }


def _a_draft() -> dict:
    return {
        "title": _("Title of the input"),
        "reference": REFERENCE,
        "type": "",
        "missing": [_("What is still to be answered.")],
        "link": link("tasks", REFERENCE),
    }


def _links() -> dict:
    to_the_input = ["tasks", "receipt", "partners", "check", "lead_offer", "confirm"]
    return {
        "input_link": link("submission", REFERENCE),
        **{f"{name}_link": link(name, REFERENCE) for name in to_the_input},
        "comment_link": link("comments", REFERENCE),
        "home_link": link("home"),
        "desk_link": link("queue"),
        "profile_link": link("profile"),
        "stop_link": link("stop_notices", "…"),
    }
