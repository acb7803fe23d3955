"""Keeping the clearance log: each mechanism enters how the text was cleared within it, and strikes its own mistakes.

Nothing is taken out of the log. An entry may come late, so that the log is open until IOM has decided; it is no part
of the text and makes no endorsement stale.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .clearance_log import mechanisms_of
from .models import CLOSED, ISCM, Clearance, Submission, User
from .workflow import Refused


def is_open(submission: Submission) -> bool:
    return submission.status not in CLOSED


@contextmanager
def _open_to(user: User, submission: Submission, *, iscm_id: int) -> Iterator[Submission]:
    """The submission, locked, for somebody of that mechanism, which makes the input."""
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not mechanisms_of(user, submission).filter(pk=iscm_id).exists():
            raise PermissionDenied
        if not is_open(submission):
            raise Refused(
                _("The clearance log is closed: this input is in the state “%(status)s”.")
                % {"status": submission.get_status_display()}
            )
        yield submission


def record(submission: Submission, *, iscm: ISCM, way: str, cleared_on: date, detail: str = "", by: User) -> Clearance:
    """What is sent twice is entered once."""
    with _open_to(by, submission, iscm_id=iscm.pk) as submission:
        entry = {"iscm": iscm, "way": way, "cleared_on": cleared_on, "detail": detail.strip()}
        same = submission.clearances.standing().filter(**entry).first()
        return same or Clearance.objects.create(submission=submission, recorded_by=by, **entry)


def strike(clearance: Clearance, *, by: User) -> None:
    """It stays readable, struck through."""
    with _open_to(by, clearance.submission, iscm_id=clearance.iscm_id) as submission:
        submission.clearances.standing().filter(pk=clearance.pk).update(struck_by=by, struck_at=timezone.now())
