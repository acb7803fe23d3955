"""Saving a draft: locked, in one transaction, and never over what somebody else has saved meanwhile.

A page carries the number of saves it has seen (`Answer.version`). Of two people who edit one section, the second to
save is told, is shown both texts, and decides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .completeness import Missing, missing_in
from .models import Answer, ObjectiveBlock, OutlineSection, Submission, User
from .permissions import may_draft, took_part_in


class NotEditable(Exception):
    """The input cannot be edited now, at least not by this person; the text says why."""


class Overtaken(Exception):
    """Somebody has saved since the page was opened. `stored` is what they saved, in the values of the form.

    `version` is what a page carries that has seen it.
    """

    def __init__(self, *, version: int | str, stored: dict, saved_by: User | None, saved_at: datetime | None):
        self.version, self.stored, self.saved_by, self.saved_at = version, stored, saved_by, saved_at
        super().__init__()


class MustConfirm(Exception):
    """The save would remove something that somebody wrote; nothing is saved until they say yes."""


def has_left(user: User, submission: Submission) -> bool:
    """Whether this person could draft the input once, and so may hear that they no longer can."""
    return took_part_in(user, submission) and not may_draft(user, submission)


@contextmanager
def editing(submission: Submission, *, by: User) -> Iterator[Submission]:
    """The submission, locked, to be written by this person; all or nothing. Raises NotEditable."""
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not may_draft(by, submission):
            raise NotEditable(
                _(
                    "You may not edit this input of %(mechanism)s any more, so this was not saved. "
                    "You can copy your text from here."
                )
                % {"mechanism": submission.iscm}
            )
        if not submission.is_editable:
            raise NotEditable(
                _(
                    "%(reference)s is in the state “%(status)s” and cannot be edited, so this was not saved. "
                    "You can copy your text from here."
                )
                % {"reference": submission.reference, "status": submission.get_status_display()}
            )
        yield submission


def save_title(submission: Submission, form, *, by: User) -> None:
    """Write a valid form of the title and the language. Raises NotEditable, Overtaken."""
    with editing(submission, by=by) as submission:
        stored = {name: getattr(submission, name) for name in form.TEXTS}
        if form.values() == stored:
            return
        if form.based_on != form.version_of(submission):
            raise Overtaken(version=form.version_of(submission), stored=stored, saved_by=None, saved_at=None)
        submission.title, submission.language = form.values()["title"], form.values()["language"]
        submission.saved_at = timezone.now()
        submission.save(update_fields=["title", "language", "saved_at"])


def save_section(submission: Submission, section: OutlineSection, form, *, by: User, finished: bool) -> list[Missing]:
    """Write a valid form of this section, and answer what it still lacks. `finished`: the person thinks it complete.

    What is stored already is accepted as it is: a form sent twice is saved once.
    Raises NotEditable, Overtaken, MustConfirm.
    """
    with editing(submission, by=by) as submission:
        answer = submission.answers.filter(section=section).first() or Answer(submission=submission, section=section)
        stored = form.stored(submission)
        is_news = form.values() != stored
        if is_news:
            if answer.pk and form.based_on != answer.version:
                raise Overtaken(
                    version=answer.version, stored=stored, saved_by=answer.saved_by, saved_at=answer.saved_at
                )
            version = form.version_after(submission, answer.version)
            form.write(submission)
            answer.text = form.values().get("text", "")
            answer.version = version
        return record(submission, answer, by=by, finished=finished, is_news=is_news)


def save_block(submission: Submission, section: OutlineSection, form, *, by: User, finished: bool) -> list[Missing]:
    """The same for what is said on one objective."""
    with editing(submission, by=by) as submission:
        answer = submission.answers.filter(section=section).first() or Answer(submission=submission, section=section)
        block = submission.objective_blocks.filter(objective=form.objective).first()
        if block is None and not form.puts_back:
            saved_by = answer.saved_by if answer.pk else None
            raise Overtaken(version=-1, stored={}, saved_by=saved_by, saved_at=answer.saved_at)
        block = block or ObjectiveBlock(submission=submission, objective=form.objective, version=answer.version)
        stored = form.stored_in(block)
        is_news = form.values() != stored or block.pk is None
        if is_news:
            if block.pk and form.based_on != block.version:
                # The section's row says by whom, unless something else in the section was saved later.
                saved_by = answer.saved_by if answer.pk and answer.saved_at == block.saved_at else None
                raise Overtaken(version=block.version, stored=stored, saved_by=saved_by, saved_at=block.saved_at)
            for name, text in form.values().items():
                setattr(block, name, text)
            block.version += 1
        missing = record(submission, answer, by=by, finished=finished, is_news=is_news)
        if is_news:
            block.saved_at = answer.saved_at
            block.save()
            missing = record(submission, answer, by=by, finished=finished, is_news=False)
        return missing


def record(submission: Submission, answer: Answer, *, by: User, finished: bool, is_news: bool = True) -> list[Missing]:
    """Note who saved and when, and whether the section is complete."""
    if is_news or not answer.pk:
        answer.saved_by, answer.saved_at = by, timezone.now()
        submission.saved_at = answer.saved_at
        submission.save(update_fields=["saved_at"])
    answer.is_complete = False
    answer.save()
    missing = missing_in(submission, answer.section)
    if finished and not missing:
        answer.is_complete = True
        answer.save(update_fields=["is_complete"])
    return missing
