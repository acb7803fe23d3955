"""What pages say of an input that came by mail."""

from datetime import date

from django import template

from .. import partnering, receiving
from ..guards import being_entered
from ..models import Submission
from ..permissions import enters, is_affiliated_with, may_file

register = template.Library()


@register.filter
def how_it_came(received):
    """In a sentence: of an input that came by mail, or of what a revision keeps of it ({"channel", "received_on"})."""
    if isinstance(received, Submission):
        received = received.received
        return receiving.how_it_came(received.channel, received.received_on)
    return receiving.how_it_came(received["channel"], date.fromisoformat(received["received_on"]))


@register.inclusion_tag("receiving/_notice.html", takes_context=True)
def received_notice(context, submission, *, is_short=False):
    """Who enters or entered this for whom, from what, and whether its mechanism stands by it. Else nothing."""
    user, received = context["request"].user, getattr(submission, "received", None)
    if received is None:
        return {"received": None}
    waits = receiving.waits_for_an_answer(submission)
    is_entered_now = being_entered(submission) and submission.is_editable
    return {
        "submission": submission,
        "received": received,
        "is_short": is_short,
        "is_entered_now": is_entered_now,
        "waits": waits,
        "is_own": is_affiliated_with(user, submission),
        "enters": is_entered_now and enters(user, submission),
        "may_confirm": waits and may_file(user, submission),
        "who_may_confirm": partnering.who_files_for(submission.iscm) if waits or is_entered_now else [],
    }
