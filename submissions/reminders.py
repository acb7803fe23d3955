"""What the portal asks of partners by itself, once an hour: see `send_due`."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from . import endorsement, joint
from .audiences import News, those_to_remind
from .endorsement import Standing
from .guards import deadline_of
from .models import Status, Submission

logger = logging.getLogger(__name__)

STAGES = (2, 7, 14)  # days before the deadline

# So long after the last save a changed text is taken to be the one that the lead wants endorsed.
QUIET_FOR = timedelta(hours=1)

# After these, those who must look again at a text that has changed have been told so.
TELL_TO_LOOK_AGAIN = {"ask", "ask_again", "drop_partner", "accept_lead"}


def send_due(now: datetime | None = None) -> Counter:
    """Ask again where the text has changed, and remind those who have not answered; each once.

    Counts the inputs that were *asked again*, *reminded*, or *failed*: what goes wrong with one is logged and does not
    stop the others. The input is locked before anything is judged, so two workers at once send nothing twice.
    """
    now = now or timezone.now()
    done = Counter()
    for pk in Submission.objects.filter(status=Status.AWAITING_ENDORSEMENT).values_list("pk", flat=True):
        try:
            done[_due(pk, now)] += 1
        except Exception:
            logger.exception("Partners of the input number %s could not be asked.", pk)
            done["failed"] += 1
    del done[""]
    return done


def _due(pk: int, now: datetime) -> str:
    """What was done; a reminder that is due as well waits for the next hour, so that nobody gets two mails at once."""
    with transaction.atomic():
        submission = Submission.objects.locked(pk)
        if endorsement.is_asked(submission):
            for what, is_done in (("asked again", _ask_again), ("reminded", _remind)):
                if is_done(submission, now):
                    return what
    return ""


def _ask_again(submission: Submission, now: datetime) -> bool:
    """Where the lead has changed the text and left it at that. After the deadline nobody can file it any more."""
    if now - submission.saved_at < QUIET_FOR or _is_too_late(submission, now):
        return False
    if submission.events.filter(step__in=TELL_TO_LOOK_AGAIN, at__gte=submission.saved_at).exists():
        return False
    if not any(one.standing == Standing.STALE for one in endorsement.standings(submission)):
        return False
    joint.ask_again(submission, by=None)
    return True


def _is_too_late(submission: Submission, now: datetime) -> bool:
    """What IOM has returned may come back after the cycle closes."""
    deadline = deadline_of(submission)
    return submission.filed_at is None and deadline is not None and deadline <= now


def _remind(submission: Submission, now: datetime) -> bool:
    """At the nearest stage that has come, unless the partners were first asked, or reminded of it, since it came."""
    deadline = deadline_of(submission)
    if deadline is None or deadline <= now:
        return False
    stage = next((days for days in STAGES if deadline - now <= timedelta(days=days)), None)
    if stage is None:
        return False
    since = submission.events.filter(at__gte=deadline - timedelta(days=stage))
    if since.filter(step="ask").exists() or since.filter(step="remind", note=str(stage)).exists():
        return False
    if not list(those_to_remind(News(submission))):
        return False
    joint.remind(submission, days=stage, at=now)
    return True
