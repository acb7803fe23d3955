"""Saying something about an input, answering it, settling it; and asking IOM for help with a section.

Who reads what is in threads.py. Nothing of it is part of the text, or of the record. Each act locks the submission, as
those of joint.py do, and raises PermissionDenied for the wrong person and Refused, with a sentence, for the wrong
moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from objectives.models import Objective

from . import comment_mails, content
from .models import SPENT, Comment, OutlineSection, Submission, User
from .permissions import may_draft
from .threads import SHARED, Voice
from .workflow import Refused, locked


def comment(
    submission: Submission,
    *,
    section: OutlineSection | None,
    objective: Objective | None = None,
    text: str,
    by: User,
    circle: str = "",
) -> Comment:
    """Begin a thread about a section, an objective in it, or the whole input.

    Without a circle only the fewest read it: IOM's people write for IOM, makers of a joint input for each other.
    """
    with locked(submission) as submission:
        voice = Voice(by, submission)
        circle = circle or next(iter(voice.circles), "")
        if not voice.may_write or circle not in voice.circles:
            raise PermissionDenied
        _refuse_if(voice.why_closed(circle))
        return _write(voice, circle=circle, section=section, objective=objective, text=text)


def reply(thread: Comment, *, text: str, by: User) -> Comment:
    """In the circle of the thread, about what the thread is about."""
    with locked(thread.submission) as submission:
        voice = Voice(by, submission)
        # As it is now: somebody may have settled it.
        thread = submission.comments.threads().get(pk=thread.pk)
        if not voice.may_write or not voice.reads(thread):
            raise PermissionDenied
        _refuse_if(voice.why_unanswerable(thread))
        about = {"circle": thread.circle, "section": thread.section, "objective": thread.objective}
        return _write(voice, **about, reply_to=thread, text=text)


def ask_for_help(
    submission: Submission,
    *,
    section: OutlineSection,
    objective: Objective | None = None,
    text: str,
    lets_read: bool = False,
    by: User,
) -> Comment:
    """Whoever writes the input asks IOM, of a draft too. `lets_read`: with it goes what the section says just now."""
    with locked(submission) as submission:
        voice = Voice(by, submission)
        if not voice.is_maker or not may_draft(by, submission):
            raise PermissionDenied
        if not voice.may_ask_for_help:
            raise Refused(_("This input is closed, so there is nothing to help with."))
        about = {"circle": SHARED, "section": section, "objective": objective}
        shown = shown_of(submission, section, objective) if lets_read else ""
        return _write(voice, **about, text=text, asks_for_help=True, shown=shown)


def shown_of(submission: Submission, section: OutlineSection, objective: Objective | None) -> str:
    """What the section, or its part on one objective, says now: canonical JSON, as in content.py, with its language.

    How an input is made stands beside the sections there; of a section that asks for it, it is the content.
    """
    document = content.snapshot(submission)
    found = next((one for one in document["sections"] if one["code"] == section.code), None)
    if found is None:
        return ""
    if objective is not None:
        found["blocks"] = [block for block in found.get("blocks", []) if block["number"] == objective.number]
    if section.kind == OutlineSection.Kind.ENGAGEMENT:
        found |= {name: document[name] for name in ("engagements", "regions", "agreed_how", "is_collective")}
    return content.canonical({**found, "language": document["language"]})


def _refuse_if(sentence: str) -> None:
    if sentence:
        raise Refused(sentence)


def _write(voice: Voice, *, text: str, **said) -> Comment:
    """What is sent twice is written, and told, once."""
    said |= {"text": text.strip(), "iscm": voice.iscm, "written_by": voice.user}
    if not said["text"]:
        raise Refused(_("Write the comment."))
    said = {"reply_to": None, "asks_for_help": False, "shown": "", **said}
    last = voice.submission.comments.filter(written_by=voice.user).open().last()
    if last and all(getattr(last, name) == value for name, value in said.items()):
        return last
    written = Comment.objects.create(submission=voice.submission, **said)
    comment_mails.tell(written)
    return written


def resolve(thread: Comment, *, by: User) -> None:
    """Settled; it stays readable, with all its replies."""
    with _settling(thread, by=by) as thread:
        if thread.resolved_at is None:
            thread.resolved_by, thread.resolved_at = by, timezone.now()
            thread.save(update_fields=["resolved_by", "resolved_at"])


def reopen(thread: Comment, *, by: User) -> None:
    with _settling(thread, by=by) as thread:
        thread.resolved_by = thread.resolved_at = None
        thread.save(update_fields=["resolved_by", "resolved_at"])


@contextmanager
def _settling(thread: Comment, *, by: User) -> Iterator[Comment]:
    with locked(thread.submission) as submission:
        voice = Voice(by, submission)
        thread = submission.comments.threads().get(pk=thread.pk)
        if not voice.has_a_say_on(thread):
            raise PermissionDenied
        _refuse_if(voice.why_unsettled(thread))
        yield thread


# ---------------------------------------------------------------------------------------------- what IOM is asked


def requests_for_help(user: User) -> QuerySet[Comment]:
    """All that this person may read as one of IOM; of a draft, these threads and nothing else are known to IOM."""
    if not user.is_active or not user.is_iom:
        return Comment.objects.none()
    made_by_own = Submission.objects.made_by_mechanisms_of(user)
    return Comment.objects.threads().filter(asks_for_help=True).exclude(submission__in=made_by_own)


def waiting_for_help(user: User) -> QuerySet[Comment]:
    """Those not settled yet, the oldest first; of an input that is declined or withdrawn nothing is awaited."""
    waiting = requests_for_help(user).filter(resolved_at=None).exclude(submission__status__in=SPENT)
    return waiting.order_by("written_at", "pk")


def with_answers(threads: QuerySet[Comment]) -> QuerySet[Comment]:
    """With all that a list of them shows, in a constant number of queries."""
    replies = Comment.objects.select_related("written_by", "iscm")
    threads = threads.select_related(
        "submission__cycle", "submission__input_type", "section", "objective", "iscm", "written_by", "resolved_by"
    )
    return threads.prefetch_related(
        Prefetch("replies", replies, "answers"),
        "submission__cycle__texts",
        "submission__input_type__texts",
        "section__texts",
        "objective__texts",
    )
