"""The review of an input, frozen to be printed: the changes asked for with their answers; for IOM, all that was said.

Two documents, each {schema, kind, reference, title, language, cycle (wording), mechanisms [{name, acronym}],
revision (number), zone, as_of (ISO date), rounds [{step, by, at, note, before, after (numbers of revisions or null),
changes [change]}]}. A *change* is {where (wording, or null: the whole input), objective (number or null), kind, text,
reason, by, at, answer ("" as long as it is awaited), explanation, answered_by, answered_at}. Moments are ISO, in the
time zone of the review cycle.

*requests* is for those who make the input, and holds only what they read on their pages. *review* is for IOM, and has
besides: reviewer, due_on (ISO date or ""), prepared [change], topics [{where, threads [{circle, objective, is_help,
resolved_by, resolved_at, comments [{by, mechanism ("" of IOM), at, text}]}]}], steps [{step, by, at, note, revision}].
Answers that were not handed in yet are in the first only.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from . import content, joint, requesting, threads, transitions
from .clearance_log import today
from .models import ChangeRequest, Submission, SubmissionEvent, User
from .permissions import reads_for_iom
from .reading import READ_DRAFT
from .requesting import Round
from .threads import Thread, Topic, Voice


def of_requests(submission: Submission, *, by: User) -> dict:
    return {"kind": "requests", **_common(submission, by=by)}


def of_review(submission: Submission, *, by: User) -> dict:
    """The last door before what is internal leaves on paper: PermissionDenied for whoever does not read for IOM."""
    if not reads_for_iom(by, submission):
        raise PermissionDenied
    return {
        "kind": "review",
        **_common(submission, by=by),
        "reviewer": str(submission.reviewer or ""),
        "due_on": submission.due_on.isoformat() if submission.due_on else "",
        "prepared": [_change(one, submission) for one in requesting.prepared(submission)],
        "topics": [_topic(topic, submission) for topic in threads.topics(Voice(by, submission))],
        "steps": [_step(event, submission) for event in known_to_iom(submission)],
    }


def known_to_iom(submission: Submission) -> QuerySet[SubmissionEvent]:
    """Without what passed between those who make the input."""
    events = submission.events.filter(partnership=None)
    events = events.exclude(step__in=[*joint.ACTS, *transitions.BETWEEN_THE_MAKERS])
    events = events.exclude(step=READ_DRAFT, actor__is_reviewer=False, actor__is_approver=False)
    return events.select_related("actor", "revision").order_by("at", "pk")


def _common(submission: Submission, *, by: User) -> dict:
    newest = submission.revisions.last()
    text = newest.content if newest else content.snapshot(submission)
    makers = [{"name": maker["name"], "acronym": maker["acronym"]} for maker in content.makers(text)]
    return {
        "schema": 1,
        "reference": text["reference"],
        "title": text["title"],
        "language": text["language"],
        "cycle": text["cycle"]["name"],
        "mechanisms": makers,
        "revision": newest.number if newest else None,
        "zone": submission.cycle.time_zone,
        "as_of": today(submission).isoformat(),
        "rounds": [_round(one, submission) for one in reversed(requesting.rounds(submission, seen_by=by))],
    }


def _round(one: Round, submission: Submission) -> dict:
    return {
        "step": one.event.step,
        "by": str(one.event.actor),
        "at": _moment(one.event.at, submission),
        "note": one.event.note,
        "before": one.before,
        "after": one.after,
        "changes": [_change(change, submission) for change in one.requests],
    }


def _change(change: ChangeRequest, submission: Submission) -> dict:
    return {
        "where": _heading(change.section),
        "objective": change.objective.number if change.objective else None,
        "kind": change.kind,
        "text": change.text,
        "reason": change.reason,
        "by": str(change.requested_by),
        "at": _moment(change.requested_at, submission),
        "answer": change.answer,
        "explanation": change.explanation if change.is_answered else "",
        "answered_by": str(change.answered_by or ""),
        "answered_at": _moment(change.answered_at, submission),
    }


def _topic(topic: Topic, submission: Submission) -> dict:
    said = sorted([*topic.open, *topic.resolved], key=lambda thread: (thread.begun.written_at, thread.begun.pk))
    return {"where": _heading(topic.section), "threads": [_thread(thread, submission) for thread in said]}


def _thread(thread: Thread, submission: Submission) -> dict:
    return {
        "circle": thread.begun.circle,
        "objective": thread.begun.objective.number if thread.begun.objective else None,
        "is_help": thread.begun.asks_for_help,
        "resolved_by": str(thread.begun.resolved_by or ""),
        "resolved_at": _moment(thread.begun.resolved_at, submission),
        "comments": [
            {
                "by": str(one.written_by),
                "mechanism": one.iscm.short_name if one.iscm else "",
                "at": _moment(one.written_at, submission),
                "text": one.text,
            }
            for one in thread.comments
        ],
    }


def _step(event: SubmissionEvent, submission: Submission) -> dict:
    return {
        "step": event.step,
        "by": str(event.actor or ""),
        "at": _moment(event.at, submission),
        "note": event.note,
        "revision": event.revision.number if event.revision else None,
    }


def _heading(section) -> dict | None:
    return {"text": section.heading.text, "language": section.heading.language} if section else None


def _moment(moment: datetime | None, submission: Submission) -> str:
    return moment.astimezone(submission.cycle.zone).isoformat(timespec="minutes") if moment else ""
