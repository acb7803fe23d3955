"""What those who make a joint input say to each other about the draft, and settling it.

No mail goes out and nothing is written to the record that IOM reads: comments stay among those who make the input.
Each act locks the submission, as those of joint.py do, and raises PermissionDenied for the wrong person and Refused,
with a sentence, for the wrong moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import ISCM, Comment, OutlineSection, Partnership, Submission, User
from .permissions import is_affiliated_with, may_resolve
from .workflow import Refused


@contextmanager
def _locked(submission: Submission) -> Iterator[Submission]:
    with transaction.atomic():
        yield Submission.objects.locked(submission.pk)


def _refuse_unless_editable(submission: Submission) -> None:
    if not submission.input_type.is_joint:
        raise Refused(_("Comments are for inputs that several make together."))
    if not submission.is_editable:
        raise Refused(
            _("Comments are closed: this input is in the state “%(status)s”.")
            % {"status": submission.get_status_display()}
        )


def comment(submission: Submission, *, section: OutlineSection | None, text: str, by: User) -> Comment:
    """About a section, or about the whole input. What is sent twice is written once."""
    with _locked(submission) as submission:
        iscm = _speaks_for(by, submission)
        if iscm is None:
            raise PermissionDenied
        _refuse_unless_editable(submission)
        said = {"section": section, "text": text.strip(), "iscm": iscm, "written_by": by}
        if not said["text"]:
            raise Refused(_("Write the comment."))
        last = submission.comments.open().last()
        if last and all(getattr(last, name) == value for name, value in said.items()):
            return last
        return Comment.objects.create(submission=submission, **said)


def _speaks_for(user: User, submission: Submission) -> ISCM | None:
    """The lead where the person is of it; else a partner of theirs that may comment."""
    if is_affiliated_with(user, submission):
        return submission.iscm
    may_comment = submission.partnerships.of(user).exclude(access=Partnership.Access.VIEW)
    partnership = may_comment.select_related("iscm").order_by("iscm__name").first()
    return partnership.iscm if partnership else None


def resolve(comment: Comment, *, by: User) -> None:
    """Settled, as far as whoever wrote it or the lead is concerned; it stays readable."""
    with _settling(comment, by=by) as comment:
        if comment.resolved_at is None:
            comment.resolved_by, comment.resolved_at = by, timezone.now()
            comment.save(update_fields=["resolved_by", "resolved_at"])


def reopen(comment: Comment, *, by: User) -> None:
    with _settling(comment, by=by) as comment:
        comment.resolved_by = comment.resolved_at = None
        comment.save(update_fields=["resolved_by", "resolved_at"])


@contextmanager
def _settling(comment: Comment, *, by: User) -> Iterator[Comment]:
    with _locked(comment.submission) as submission:
        comment = submission.comments.get(pk=comment.pk)
        if not may_resolve(by, comment):
            raise PermissionDenied
        _refuse_unless_editable(submission)
        yield comment


@dataclass(frozen=True)
class Thread:
    """What was said about one section; `section` None: about the input as a whole."""

    section: OutlineSection | None
    open: list[Comment] = field(default_factory=list)
    resolved: list[Comment] = field(default_factory=list)


def sections_of(submission: Submission):
    """Those that the type of input asks for, in the order of its task list."""
    asked = OutlineSection.objects.with_texts().filter(type_sections__input_type=submission.input_type_id)
    return asked.order_by("type_sections__position")


def threads(submission: Submission) -> list[Thread]:
    """Of every section that something was said about, the whole input first."""
    said = submission.comments.select_related("written_by", "resolved_by", "iscm", "section")
    said = list(said.prefetch_related("section__texts"))
    about = {comment.section_id: comment.section for comment in said}
    order = {section.pk: place for place, section in enumerate(sections_of(submission))}
    # A section that the type does not ask for any more comes last.
    in_order = sorted(about, key=lambda pk: -1 if pk is None else order.get(pk, len(order)))
    found = {pk: Thread(about[pk]) for pk in in_order}
    for one in said:
        thread = found[one.section_id]
        (thread.resolved if one.resolved_at else thread.open).append(one)
    return list(found.values())


def open_about(submission: Submission, section: OutlineSection) -> list[Comment]:
    return list(submission.comments.open().filter(section=section).select_related("written_by", "iscm"))
