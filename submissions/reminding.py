"""IOM reminds a mechanism of the changes that it has asked for. The act and its record are one, as in joint.py.

The makers of the input read in its history that they were reminded.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import notifications
from .assigning import NO_PART_IN_IT
from .models import WITH_PARTNERS, Affiliation, Status, Submission, SubmissionEvent, User
from .permissions import reads_for_iom
from .transitions import HANDED_BACK
from .workflow import PRESSED_TWICE, Refused

# What the record calls it.
ACTS = {"remind_changes": gettext_lazy("Reminded of the changes asked for")}

# Nobody is reminded of one input more often.
NOT_AGAIN_FOR = timedelta(days=1)


def why_not(
    submission: Submission, *, is_own: bool, people: Collection[User], reminded_at: datetime | None
) -> str | None:
    """Why nobody is reminded of this input. `is_own`: a mechanism of the person who asks makes it."""
    if is_own:
        return str(NO_PART_IN_IT)
    returned = submission.status in WITH_PARTNERS and submission.filed_at is not None
    if submission.status != Status.CHANGES_REQUESTED and not returned:
        return _("No changes are awaited: this input is in the state “%(status)s”.") % {
            "status": submission.get_status_display()
        }
    if reminded_at and timezone.now() - reminded_at < NOT_AGAIN_FOR:
        return _("The mechanism was reminded of it within the last day.")
    if not people:
        return _("Nobody at the mechanism may file now, so there is nobody to remind.")
    return None


def those_who_file(submissions: Collection[Submission]) -> dict[int, list[User]]:
    """By the number of the input: who may file it today, by name."""
    affiliations = Affiliation.objects.current().may_file().select_related("user").order_by("user__name", "user")
    affiliations = list(affiliations.filter(iscm__in={submission.iscm_id for submission in submissions}))
    return {
        submission.pk: list({one.user: None for one in affiliations if one.iscm_id == submission.iscm_id})
        for submission in submissions
    }


def last_reminders(submissions: Collection[Submission]) -> dict[int, datetime]:
    events = SubmissionEvent.objects.filter(submission__in=submissions, step="remind_changes")
    return dict(events.order_by().values_list("submission").annotate(Max("at")))


def remind_of_changes(submission: Submission, *, by: User) -> SubmissionEvent | None:
    """Mail those who may file it. None where the same person has just done so."""
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not reads_for_iom(by, submission):
            raise PermissionDenied
        people = those_who_file([submission])[submission.pk]
        last = submission.events.filter(step="remind_changes").last()
        if last and last.actor_id == by.pk and timezone.now() - last.at < PRESSED_TWICE:
            return None
        if sentence := why_not(submission, is_own=False, people=people, reminded_at=last and last.at):
            raise Refused(sentence)
        status, returned = submission.status, submission.events.filter(step__in=HANDED_BACK).last()
        event = SubmissionEvent.objects.create(
            submission=submission, step="remind_changes", source=status, target=status, actor=by
        )
        said = {"actor": by, "returned_at": returned and returned.at}
        for person in people:
            occasion = f"reminded_of_changes:{event.number}"
            notifications.write(occasion, "reminded_of_changes", to=person, submission=submission, **said)
    return event
