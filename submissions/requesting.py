"""Asking for changes: a reviewer writes them down, the return asks for them, the secretariat answers each.

Until its return a change is *prepared*, and nobody of the mechanism knows of it. Answers can be changed until the input
is resubmitted; only then does IOM see them. Each act locks the submission, as those of joint.py do, and raises
PermissionDenied for the wrong person and Refused, with a sentence, for the wrong moment.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from objectives.models import Objective

from . import transitions, workflow
from .models import ChangeRequest, OutlineSection, Submission, SubmissionEvent, User
from .models.record import digest
from .permissions import is_approver_of, is_reviewer_of, may_draft, reads_for_iom
from .transitions import Transition
from .workflow import Refused, locked

Answer = ChangeRequest.Answer

ASKED = ["section", "objective", "kind", "text", "reason"]


def reviews(user: User, submission: Submission) -> bool:
    return is_reviewer_of(user, submission) or is_approver_of(user, submission)


def step_for(user: User, submission: Submission) -> Transition | None:
    """The step with which this person can ask for changes now."""
    for step in transitions.TRANSITIONS.values():
        if step.asks_for_changes and step.is_possible_from(submission) and step.who(user, submission):
            return step
    return None


def changes_say_enough(step: Transition) -> bool:
    """What is asked for stands for a comment; of an approved input the reason has to be said besides."""
    return step.asks_for_changes and step.name != "reopen"


# ------------------------------------------------------------------------------------------ what is asked for


def prepare(submission: Submission, change: ChangeRequest, *, by: User) -> ChangeRequest:
    """Write down a new change, for IOM only. What is sent twice is written once."""
    with locked(submission) as submission:
        _refuse_unless_asked_now(submission, by)
        last = submission.change_requests.prepared().filter(requested_by=by).order_by("pk").last()
        if last and _says(last) == _says(change):
            return last
        change.submission, change.requested_by = submission, by
        change.save()
        return change


def _refuse_unless_asked_now(submission: Submission, by: User) -> None:
    if not reviews(by, submission):
        raise PermissionDenied
    if step_for(by, submission) is None:
        sentence = _("No changes can be asked for now: this input is in the state “%(status)s”.")
        sentence %= {"status": submission.get_status_display()}
        raise Refused(" ".join([sentence, workflow.last_step_in_words(submission)]).strip())


def _says(change: ChangeRequest) -> list:
    return [getattr(change, name) for name in ASKED]


def edit(change: ChangeRequest, new: ChangeRequest, *, seen: str, by: User) -> None:
    """Let a prepared change say what `new` says. `seen` is the mark of what the person had before them."""
    with _prepared(change, by=by) as stored:
        if _says(stored) == _says(new):
            return
        if seen != mark([stored]):
            raise Refused(
                _("A colleague has rewritten this meanwhile: “%(text)s” Save again to put yours in its place.")
                % {"text": stored.text}
            )
        for name in ASKED:
            setattr(stored, name, getattr(new, name))
        stored.save(update_fields=ASKED)


def remove(change: ChangeRequest, *, by: User) -> None:
    with _prepared(change, by=by) as stored:
        stored.delete()


@contextmanager
def _prepared(change: ChangeRequest, *, by: User) -> Iterator[ChangeRequest]:
    """As it is in the database now, unless the mechanism knows of it already."""
    with locked(change.submission) as submission:
        if not reviews(by, submission):
            raise PermissionDenied
        stored = submission.change_requests.prepared().filter(pk=change.pk).first()
        if stored is None:
            raise Refused(_("This change was asked for, or removed, meanwhile: it cannot be edited any more."))
        yield stored


def ask(
    submission: Submission, name: str, *, by: User, seen: str | None, change_requests: Iterable[ChangeRequest], **step
) -> SubmissionEvent:
    """Return or reopen the input, as workflow.perform does, and ask with it for all that is prepared.

    `seen` is the mark of the prepared changes that the person had before them: nobody asks for what they have not read.
    """
    with locked(submission) as submission:
        if seen and seen != mark(prepared(submission)):
            raise Refused(
                _("The changes kept for later are no longer those that you saw. Look at the list, and press again.")
            )
        return workflow.perform(submission, name, by=by, change_requests=change_requests, **step)


def prepared(submission: Submission) -> list[ChangeRequest]:
    """For IOM only."""
    return list(submission.change_requests.prepared().with_words().in_order())


def mark(changes: Iterable[ChangeRequest]) -> str:
    """The same as long as these are the same changes in the same words."""
    said = [f"{one.pk} {one.section_id} {one.objective_id} {one.kind}\n{one.text}\n{one.reason}" for one in changes]
    return digest("\n\n".join(said))[:16]


# ------------------------------------------------------------------------------------------ what is answered


class AnsweredMeanwhile(Exception):
    """Somebody has answered since the page was opened; nothing is written. `requests` are those, as they are now."""

    def __init__(self, requests: list[ChangeRequest]):
        self.requests = requests
        super().__init__()


@dataclass(frozen=True)
class Given:
    """An answer; without `answer` the change is open (again), and the explanation is kept for later.

    `seen` is the mark of the answer that the person had before them.
    """

    answer: str
    explanation: str = ""
    seen: str | None = None


def mark_of_answer(request: ChangeRequest) -> str:
    return digest(f"{request.answer}\n{request.explanation}")[:16]


def answer(request: ChangeRequest, given: str, explanation: str = "", *, by: User) -> None:
    """Of this round, one. An empty `given` takes the answer back."""
    answer_all(request.submission, {request.pk: Given(given, explanation)}, by=by)


def answer_all(submission: Submission, given: dict[int, Given], *, by: User) -> None:
    """Write the answers to these changes (by primary key), all or none. What is stored already stays as it is.

    Raises PermissionDenied, Refused, AnsweredMeanwhile.
    """
    with locked(submission) as submission:
        if not may_draft(by, submission):
            raise PermissionDenied
        stored = {one.pk: one for one in submission.change_requests.of_this_round().filter(pk__in=given)}
        if not submission.is_editable or stored.keys() != given.keys():
            raise Refused(_("Answers can be given and changed only until the input is submitted again."))
        news = [stored[pk] for pk, one in given.items() if _is_news(stored[pk], one)]
        overtaken = [one for one in news if given[one.pk].seen not in (None, mark_of_answer(one))]
        if overtaken:
            raise AnsweredMeanwhile(overtaken)
        for one in news:
            _write(one, given[one.pk], by=by)


def _is_news(stored: ChangeRequest, given: Given) -> bool:
    return (stored.answer, stored.explanation) != (given.answer, given.explanation)


def _write(request: ChangeRequest, given: Given, *, by: User) -> None:
    if given.answer == Answer.EXPLAINED and not given.explanation.strip():
        raise Refused(_("Write the explanation, or choose another answer."))
    request.answer, request.explanation = given.answer, given.explanation.strip()
    request.answered_by, request.answered_at = (by, timezone.now()) if given.answer else (None, None)
    request.save(update_fields=["answer", "explanation", "answered_by", "answered_at"])


def asked_about(submission: Submission, section: OutlineSection, objective: Objective | None = None):
    """What is asked for in this round where somebody is writing now.

    On the page of all objectives also what is asked of one that was taken off the list since: it has no other page.
    """
    requests = submission.change_requests.of_this_round().filter(section=section).with_words().in_order()
    if objective:
        return list(requests.filter(objective=objective))
    return list(requests.exclude(objective__in=submission.objective_blocks.values("objective")))


# ------------------------------------------------------------------------------------------ what was asked and answered


@dataclass(frozen=True)
class Round:
    """What was asked for with one return, and what came of it."""

    event: SubmissionEvent
    requests: list[ChangeRequest]
    before: int | None  # the revision that was returned
    after: int | None  # the one with which the answers came; None while they are awaited

    @property
    def answered(self) -> int:
        return sum(request.is_answered for request in self.requests)


def rounds(submission: Submission, *, seen_by: User) -> list[Round]:
    """The last first. IOM reads the answers once the input is filed again; those who make it, as they are given."""
    sees_all = not reads_for_iom(seen_by, submission)
    found: dict[SubmissionEvent, list[ChangeRequest]] = {}
    for request in submission.change_requests.asked().with_words().in_order():
        found.setdefault(request.asked_in, []).append(request)
    if not found:
        return []
    frozen = list(submission.events.exclude(revision=None).order_by("number").values_list("number", "revision__number"))
    made = []
    for event, requests in sorted(found.items(), key=lambda pair: -pair[0].number):
        before = next((revision for number, revision in reversed(frozen) if number < event.number), None)
        after = next((revision for number, revision in frozen if number > event.number), None)
        made.append(Round(event, requests if sees_all or after else _unanswered(requests), before, after))
    return made


@dataclass(frozen=True)
class Overview:
    """What the page of an input says of changes: the last round, and to IOM what it may ask and has kept."""

    step: Transition | None
    kept: list[ChangeRequest]
    last: Round | None
    is_iom: bool


def overview(submission: Submission, *, seen_by: User) -> Overview:
    is_iom = reads_for_iom(seen_by, submission)
    last = next(iter(rounds(submission, seen_by=seen_by)), None)
    if not is_iom:
        return Overview(None, [], last, is_iom=False)
    return Overview(step_for(seen_by, submission), prepared(submission), last, is_iom=True)


def _unanswered(requests: list[ChangeRequest]) -> list[ChangeRequest]:
    """As they were asked for: these rows are for reading only."""
    for request in requests:
        request.answer = request.explanation = ""
        request.answered_by = request.answered_at = None
    return requests
