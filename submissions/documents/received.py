"""What a document says of an input that came by mail: how it came, and who of its mechanism stands by this very text.

The first is part of the text and its hash. The second is said of the text later, so it is looked up in the record, by
the hash of the text, as endorsements are.
"""

from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from submissions import receiving
from submissions.models import Revision, SubmissionEvent

from . import html
from .html import framed, name


def how_it_came(content: dict) -> str:
    received = content.get("received")
    if received is None:
        return ""
    return receiving.how_it_came(received["channel"], date.fromisoformat(received["received_on"]))


def confirmation_of(revision: Revision) -> SubmissionEvent | None:
    """By what the mechanism stood by the text when it was frozen: it confirmed it, or filed it itself."""
    if "received" not in revision.content:
        return None
    said = revision.submission.events.filter(
        step__in=["confirm", "submit", "resubmit"], revision__sha256=revision.sha256, at__lte=revision.frozen_at
    )
    return said.select_related("actor").last()


def confirmed(content: dict, confirmation: SubmissionEvent | None, *, zone) -> SafeString | str:
    """For the cover; nothing for an input that a mechanism wrote in the portal."""
    if "received" not in content:
        return ""
    document = content["language"]
    if confirmation is None:
        return framed(_("Not yet confirmed by the mechanism when it was filed."), document)
    words = {"name": name(confirmation.actor.name), "day": html.day(confirmation.at.astimezone(zone).date())}
    if confirmation.step != "confirm":
        return framed(html.format_html(_("{name} filed it for the mechanism on {day}."), **words), document)
    said = [
        html.format_html(_("{name} confirmed it for the mechanism on {day}."), **words),
        _("It is the collective input of the mechanism as a whole."),
    ]
    if confirmation.note:
        said.append(_("How it was agreed within the mechanism, as it says itself:"))
    lines = html.lines(framed(line, document) for line in said)
    return html.format_html("{}{}", lines, html.answer_to_plain_question(confirmation.note))
