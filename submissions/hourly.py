"""What the portal does by itself once an hour, asked by the worker's schedule or by cron."""

import logging
from collections import Counter

from . import deadline_notices, digests, mailing, reminders

logger = logging.getLogger(__name__)

WORK = {
    "reminders": reminders.send_due,
    "deadlines": deadline_notices.send_due,
    "digests": digests.send_due,
    "mails": lambda: Counter({"queued again": mailing.queue_again()}),
}


def run() -> dict[str, dict[str, int]]:
    """All of it, each whatever becomes of the others: what was done, counted."""
    done = {}
    for name, work in WORK.items():
        try:
            done[name] = dict(work())
        except Exception:
            logger.exception("The hourly work on %s failed.", name)
            done[name] = {"failed": 1}
    return done
