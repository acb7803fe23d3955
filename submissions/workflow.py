"""The process: taking a step of the table, transitions.py.

Nothing else writes `status`: `perform()` locks the submission, checks the table, writes the status, the record and what
follows from it (revision, documents, mails) in one transaction, or refuses in a sentence.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import content, notifications, renditions
from .models import (
    WITH_PARTNERS,
    ChangeRequest,
    Received,
    Revision,
    Submission,
    SubmissionEvent,
    User,
)
from .transitions import BETWEEN_THE_MAKERS, TRANSITIONS, obstacles


class Refused(Exception):
    """The step cannot be taken now; the sentences say why, for the person who asked."""

    def __init__(self, *sentences: str):
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__(" ".join(self.sentences))


# What the same person does again so soon is one press too many, and done once.
PRESSED_TWICE = timedelta(minutes=1)


@contextmanager
def locked(submission: Submission) -> Iterator[Submission]:
    """This one as it is in the database now, for an act that is whole or not at all."""
    with transaction.atomic():
        yield Submission.objects.locked(submission.pk)


_TAKEN_BY = {
    "submit": gettext_lazy("%(person)s has filed it."),
    "take_up": gettext_lazy("%(person)s has taken it up."),
    "request_changes": gettext_lazy("%(person)s has returned it for changes."),
    "resubmit": gettext_lazy("%(person)s has filed it again."),
    "approve": gettext_lazy("%(person)s has approved it."),
    "decline": gettext_lazy("%(person)s has declined it."),
    "reopen": gettext_lazy("%(person)s has reopened it."),
    "withdraw": gettext_lazy("%(person)s has withdrawn it."),
    "file_received": gettext_lazy("%(person)s has filed it for the mechanism."),
    "object": gettext_lazy("%(person)s has said that it is not right."),
    "discard_received": gettext_lazy("%(person)s has withdrawn what was entered."),
}


def last_step_in_words(submission: Submission) -> str:
    """Who did what, for somebody who comes too late. Without what only the makers know of."""
    last = submission.events.filter(step__in=_TAKEN_BY).select_related("actor").last()
    return _TAKEN_BY[last.step] % {"person": last.actor} if last else ""


def perform(
    submission: Submission,
    name: str,
    *,
    by: User,
    note: str = "",
    change_requests: Iterable[ChangeRequest] = (),
    expected_revision: int | None = None,
) -> SubmissionEvent:
    """Take a step, whole or not at all.

    `change_requests` are new ones, asked for with the step beside those that are prepared. `expected_revision` is the
    number of the revision that the person had read: a decision on an older text than the filed one is refused.

    Raises PermissionDenied for the wrong person, Refused (with sentences) for the wrong moment or an unmet guard.
    """
    transition = TRANSITIONS[name]
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not transition.who(by, submission):
            raise PermissionDenied
        if not transition.is_possible_from(submission):
            sentence = _("“%(step)s” is not possible now: this input is in the state “%(status)s”.")
            said = {"step": transition.label, "status": submission.get_status_display()}
            raise Refused(" ".join([sentence % said, last_step_in_words(submission)]).strip())
        change_requests = _change_requests(submission, change_requests, by=by) if transition.asks_for_changes else []
        # What is asked for says it, but for an approved input: there the reason comes first.
        if transition.needs_note and not note.strip() and (not change_requests or name == "reopen"):
            raise Refused(_("Write a comment: the mechanism needs to know why."))
        newest = submission.revisions.order_by("-number").first()
        if expected_revision is not None and newest and newest.number != expected_revision:
            raise Refused(_("A newer version of this input was filed while you were reading. Please read it first."))
        if transition.freezes == Revision.Cause.FILED or transition.target in WITH_PARTNERS:
            submission = content.load(submission)  # once: for the guards, for what is frozen, for those who are told
        if sentences := obstacles(transition, submission, by=by):
            raise Refused(*sentences)

        source, now = submission.status, timezone.now()
        revision = _freeze(submission, transition.freezes, newest, by=by) if transition.freezes else None
        submission.status = transition.target
        if transition.freezes == Revision.Cause.FILED and submission.filed_at is None:
            submission.filed_at = now
        if name == "take_up":
            submission.reviewer = by
        if transition.decides:
            submission.decided_by, submission.decided_at = by, now
        if name == "reopen":
            submission.decided_by = submission.decided_at = None
        submission.newest_revision = revision or newest
        if name not in BETWEEN_THE_MAKERS:
            submission.last_step_at = now
        submission.save(update_fields=_WRITTEN_BY_A_STEP)
        if name in {"submit", "resubmit"}:
            # What a mechanism files itself it need not confirm.
            waiting = Received.objects.filter(submission=submission, confirmed_at=None)
            waiting.update(confirmed_by=by, confirmed_at=now)
        event = SubmissionEvent.objects.create(
            submission=submission,
            step=name,
            source=source,
            target=transition.target,
            actor=by,
            at=now,
            note=note.strip(),
            revision=revision,
        )
        for request in change_requests:
            request.asked_in = event
            request.save()
        if revision:
            renditions.ask_for_revision(revision, by=by)
        notifications.tell(event)
    return event


_WRITTEN_BY_A_STEP = [
    "status",
    "filed_at",
    "reviewer",
    "decided_by",
    "decided_at",
    "newest_revision",
    "last_step_at",
]


def _change_requests(submission: Submission, new: Iterable[ChangeRequest], *, by: User) -> list[ChangeRequest]:
    """Those that reviewers have prepared, and the new ones."""
    new = list(new)
    for request in new:
        request.submission, request.requested_by = submission, by
    return [*submission.change_requests.prepared(), *new]


def _freeze(submission: Submission, cause: Revision.Cause, newest: Revision | None, *, by: User) -> Revision:
    """A filing freezes the working copy. An approval freezes again what was filed: that is what was read."""
    frozen = newest.content if cause == Revision.Cause.APPROVED and newest else content.snapshot(submission)
    canonical = content.canonical(frozen)
    return Revision.objects.create(
        submission=submission,
        number=newest.number + 1 if newest else 1,
        cause=cause,
        canonical=canonical,
        sha256=content.digest(canonical),
        words=content.words(frozen),
        roundtables="".join(f",{number}" for number in content.roundtables(frozen)) + ",",
        frozen_by=by,
    )
