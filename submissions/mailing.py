"""One mail: written down for one person with its job, and sent by the worker, once.

Each mail is a row and a job, written in the transaction of what it tells of. While the mail server is down the worker
gives a job up after a few tries; `queue_again()`, once an hour, gives every mail that waits a new one, for a week.
After that staff find it in the administration, and may have it sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django_q.models import OrmQ
from django_q.tasks import async_task

from . import mail_texts, stopping
from .mail_texts import OwnWords, Verbatim
from .models import Mail, Submission, User

JOB = "submissions.tasks.send_mail"

# A job that runs longer is stopped by then: whoever claimed a mail before that is not going to send it.
CLAIM_ENDS_AFTER = timedelta(seconds=settings.Q_CLUSTER["timeout"])

GIVEN_UP_AFTER = timedelta(days=7)


class BeingSent(Exception):
    """Another worker is sending this mail now; the job is tried again later and then finds it sent."""


# ---------------------------------------------------------------------------------------------- written


def zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ValueError, KeyError, OSError):  # a zone that this machine does not know must not stop a filing
        return ZoneInfo("UTC")


@contextmanager
def as_read_by(user: User) -> Iterator[None]:
    """In their language and their time zone."""
    with translation.override(user.language), timezone.override(zone_of(user)):
        yield


def link(name: str, *args) -> Verbatim:
    """Leads to a page that says what is the case; nothing happens by following it."""
    return Verbatim(settings.PORTAL_ADDRESS.rstrip("/") + reverse(name, args=args))


def stop_link(user: User, submission: Submission) -> Verbatim:
    return link("stop_reminders", stopping.token_of(user, submission))


def stop_notices_link(user: User) -> Verbatim:
    return link("stop_notices", stopping.token_for_notices_of(user))


def put(name: str, facts: dict, *, to: User, own: OwnWords, is_held: bool = False, **about) -> Mail:
    """Write the mail down with its job; a held one has none yet.

    To be called inside `as_read_by(to)` and a transaction. `about` is its event or its occasion.
    """
    subject, body = mail_texts.words_of(name, facts, own=own.get((name, to.language)))
    mail = Mail.objects.create(recipient=to, language=to.language, subject=subject, body=body, is_held=is_held, **about)
    if not is_held:
        queue(mail.pk)
    return mail


def release(user: User) -> int:
    """What was held back for this person goes out now, each by itself. Says how many."""
    with transaction.atomic():
        held = list(user.mails.filter(is_held=True, digest=None).order_by("pk").values_list("pk", flat=True))
        released = [pk for pk in held if Mail.objects.filter(pk=pk, is_held=True, digest=None).update(is_held=False)]
        for pk in released:
            queue(pk)
    return len(released)


def queue(pk: int) -> None:
    async_task(JOB, pk)


# ---------------------------------------------------------------------------------------------- sent


def send(pk: int) -> None:
    """Send one mail, once. Raises what went wrong, so that the worker tries again; the row keeps it for staff.

    The claim is a single UPDATE and no lock is held while the mail server answers: it may take its time, and on
    SQLite nobody else could write meanwhile.
    """
    now = timezone.now()
    claimed = (
        Mail.objects.filter(pk=pk, sent_at=None, is_held=False)
        .filter(_unclaimed(now))
        .update(claimed_at=now, attempts=F("attempts") + 1)
    )
    if not claimed:
        if Mail.objects.filter(pk=pk, sent_at=None, is_held=False).exists():
            raise BeingSent
        return
    mail = Mail.objects.select_related("recipient", "event__submission").get(pk=pk)
    try:
        _message(mail).send()
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:300]
        Mail.objects.filter(pk=pk).update(claimed_at=None, error=error)
        raise
    with transaction.atomic():
        now = timezone.now()
        Mail.objects.filter(pk=pk).update(sent_at=now, claimed_at=None, error="")
        Mail.objects.filter(digest=pk, sent_at=None).update(sent_at=now)


def _unclaimed(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_ENDS_AFTER)


def _message(mail: Mail) -> EmailMessage:
    headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
        # The same at every try: should a worker die between sending and noting it, mail programs show it once.
        "Message-ID": f"<mail.{mail.pk}.{mail.written_at:%Y%m%d%H%M%S}@{urlsplit(settings.PORTAL_ADDRESS).hostname}>",
    }
    if stop := _stopped_by(mail):
        # RFC 8058: a mail program may offer to stop them by a button of its own.
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.recipient.email], headers=headers)


def _stopped_by(mail: Mail) -> str:
    if mail.event and mail.event.step == "remind":
        return stop_link(mail.recipient, mail.event.submission)
    return stop_notices_link(mail.recipient) if mail.occasion.startswith("deadline:") else ""


# ---------------------------------------------------------------------------------------------- sent again


def given_up(now: datetime | None = None) -> QuerySet[Mail]:
    """Waited a week for the mail server, and is not queued by itself any more."""
    now = now or timezone.now()
    return Mail.objects.filter(sent_at=None, is_held=False, written_at__lt=now - GIVEN_UP_AFTER)


def waiting(now: datetime | None = None) -> QuerySet[Mail]:
    now = now or timezone.now()
    return Mail.objects.filter(sent_at=None, is_held=False, written_at__gte=now - GIVEN_UP_AFTER)


def queue_again(now: datetime | None = None) -> int:
    """A new job for every mail that waits without one. Says how many."""
    now = now or timezone.now()
    return queue_those_without_a_job(waiting(now).filter(_unclaimed(now)))


def queue_those_without_a_job(mails: QuerySet[Mail]) -> int:
    with transaction.atomic():
        pks = set(mails.values_list("pk", flat=True)) - _with_a_job()
        for pk in sorted(pks):
            queue(pk)
    return len(pks)


def _with_a_job() -> set[int]:
    """Those in the queue: waiting for the first try, or for the next."""
    jobs = (job.task for job in OrmQ.objects.iterator())
    return {job["args"][0] for job in jobs if job.get("func") == JOB}
