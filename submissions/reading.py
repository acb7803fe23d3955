"""Who has read what: the revisions that a person has opened, and who has opened a draft that is not their own.

The first is told to the person alone, as "new since you last read it". The second is part of the record.
"""

import logging
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_q.tasks import async_task

from .models import Reading, RecordHead, Revision, Submission, SubmissionEvent, User
from .permissions import is_affiliated_with

READ_DRAFT = "read_draft"

# What the record calls it. Nobody is sent a mail about it.
ACTS = {READ_DRAFT: gettext_lazy("Draft opened")}

logger = logging.getLogger(__name__)


# Revisions


def note(user: User, revision: Revision) -> None:
    """This person has the revision before them. Once, however often and in however many windows it is opened."""
    if not Reading.objects.filter(user=user, revision=revision).exists():
        Reading.objects.bulk_create([Reading(user=user, revision=revision)], ignore_conflicts=True)


def last_reading_before(user: User, revision: Revision) -> Reading | None:
    """The newest older revision that they had read when they first opened this one, or are opening it now.

    None also where it is word for word this one, as an approved revision is the filed one."""
    readings = Reading.objects.filter(
        user=user, revision__submission=revision.submission_id, revision__number__lte=revision.number
    )
    readings = list(readings.select_related("revision").defer("revision__words").order_by("revision__number"))
    first = next((one for one in readings if one.revision_id == revision.pk), None)
    # An older one opened only afterwards is no news.
    before = [one for one in readings if one is not first and (first is None or one.at <= first.at)]
    last = before[-1] if before else None
    return last if last and last.revision.sha256 != revision.sha256 else None


def last_read_before(user: User, revision: Revision) -> Revision | None:
    last = last_reading_before(user, revision)
    return last.revision if last else None


# Drafts

# How long a page waits for others who write to the record, before the worker writes this in its stead.
PATIENCE = "2s"


def note_draft(user: User, submission: Submission) -> None:
    """This person has the working copy before them. Recorded once a day, unless their own mechanism leads it.

    A page does not fail because the record is busy: then the worker writes it, with the moment of the opening."""
    if is_affiliated_with(user, submission) or _opened_on(user, submission, timezone.now()):
        return
    now = timezone.now()
    try:
        record_draft_opened(submission.pk, user.pk, now, patience=PATIENCE)
    except OperationalError:
        try:
            async_task("submissions.tasks.record_draft_opened", submission.pk, user.pk, now)
        except OperationalError:
            logger.exception("%s opened the draft %s: not recorded.", user.pk, submission.reference)


def record_draft_opened(submission: int, user: int, at: datetime, *, patience: str = "") -> None:
    """One entry a person, input and day (UTC). Raises OperationalError if the record is not free in time."""
    with transaction.atomic():
        if patience and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience])
        # Of two windows opened at once, the second waits here and then finds the entry of the first. Nothing is
        # locked after it, as the record asks.
        RecordHead.objects.select_for_update().get_or_create(pk=1)
        user, submission = User.objects.get(pk=user), Submission.objects.get(pk=submission)
        if _opened_on(user, submission, at):
            return
        SubmissionEvent.objects.create(
            submission=submission,
            step=READ_DRAFT,
            source=submission.status,
            target=submission.status,
            actor=user,
            at=at,
            partnership=submission.partnerships.of(user).order_by("pk").first(),
        )


def _opened_on(user: User, submission: Submission, moment: datetime) -> bool:
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    of_the_day = {"at__gte": midnight, "at__lt": midnight + timedelta(days=1)}
    return submission.events.filter(step=READ_DRAFT, actor=user, **of_the_day).exists()
