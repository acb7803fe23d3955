"""What a submission still lacks before it can be filed, and how far each of its sections is.

`missing()` answers in sentences that name the page and the field; the task list, the check page and the guard of
*submit* all read it, so that they can never disagree.
"""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import rich_text
from .content import load
from .models import EngagementMode, ObjectiveBlock, OutlineSection, Region, ReviewCycle, Submission
from .modes import not_to_be_combined
from .permissions import is_received

Kind = OutlineSection.Kind
Mode = EngagementMode.Mode


class Progress(models.TextChoices):
    """How a task list names the state of a section."""

    NOT_STARTED = "not_started", gettext_lazy("Not started")
    IN_PROGRESS = "in_progress", gettext_lazy("In progress")
    COMPLETE = "complete", gettext_lazy("Complete")
    NEEDS_CHANGE = "needs_change", gettext_lazy("Needs change")


@dataclass(frozen=True)
class Missing:
    """One thing to answer: a sentence for the person, and where to answer it."""

    section: OutlineSection
    field: str  # the `id_…` of the form field on the section's page, without the prefix
    sentence: str


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    section: OutlineSection
    is_required: bool
    progress: Progress
    words: int
    word_limit: int | None
    change_requests: list  # of this round, answered or not

    @property
    def open_requests(self) -> list:
        return [request for request in self.change_requests if not request.is_answered]

    def url(self, submission: Submission) -> str:
        return reverse("section", args=[submission.reference, self.section.code])


def missing(submission: Submission) -> list[Missing]:
    """What must still be answered before this can be filed, in the order of the task list."""
    submission = load(submission)
    return [
        lack
        for type_section in submission.input_type.type_sections.all()
        if type_section.is_required
        for lack in _lacks(submission, type_section.section)
    ]


def missing_in(submission: Submission, section: OutlineSection) -> list[Missing]:
    """What this section lacks to be complete, whether or not the type requires it."""
    return _lacks(load(submission), section)


def left_to_the_mechanism(submission: Submission) -> list[Missing]:
    """What IOM's staff cannot answer when they enter what came by mail: asked of the mechanism when it confirms."""
    submission = load(submission)
    return [
        Missing(type_section.section, field, sentence)
        for type_section in submission.input_type.type_sections.all()
        if type_section.is_required and type_section.section.kind == Kind.ENGAGEMENT
        for field, sentence in _of_its_own_word(submission)
    ]


def tasks(submission: Submission) -> list[Task]:
    """The task list: every section the type asks for, with its state and its words."""
    submission = load(submission)
    requests = {}
    for request in submission.change_requests.of_this_round().with_words().in_order():
        requests.setdefault(request.section_id, []).append(request)
    answers = {answer.section_id: answer for answer in submission.answers.all()}
    return [
        Task(
            section=type_section.section,
            is_required=type_section.is_required,
            progress=_progress(
                submission,
                type_section.section,
                answers.get(type_section.section_id),
                requests.get(type_section.section_id, []),
            ),
            words=_words(submission, type_section.section, answers.get(type_section.section_id)),
            word_limit=submission.word_limit_of(type_section.section),
            change_requests=requests.get(type_section.section_id, []),
        )
        for type_section in submission.input_type.type_sections.all()
    ]


def _progress(submission, section, answer, requests):
    if not all(request.is_answered for request in requests):
        return Progress.NEEDS_CHANGE
    if answer is None:
        return Progress.NOT_STARTED
    if answer.is_complete and not _lacks(submission, section):
        return Progress.COMPLETE
    return Progress.IN_PROGRESS


def _words(submission, section, answer):
    words = rich_text.count_words(answer.text) if answer and answer.text else 0
    if section.kind == Kind.OBJECTIVES:
        words += sum(
            rich_text.count_words(getattr(block, name))
            for block in submission.objective_blocks.all()
            for name in ObjectiveBlock.TEXTS
        )
    elif section.kind == Kind.PRINCIPLES:
        words += sum(len(note.text.split()) for note in submission.principle_notes.all())
    elif section.kind == Kind.RECOMMENDATIONS:
        words += sum(len(recommendation.text.split()) for recommendation in submission.recommendations.all())
    return words


def _lacks(submission, section) -> list[Missing]:
    return [Missing(section, field, sentence) for field, sentence in _CHECKS[section.kind](submission, section)]


def _engagement(submission, section):
    engagements = list(submission.engagements.all())
    if not engagements:
        yield "modes", _("Say how this input is made: choose at least one mode of engagement.")
    for first, second in not_to_be_combined(engagement.mode for engagement in engagements):
        yield (
            "modes",
            _("“%(first)s” and “%(second)s” cannot be combined in an input of this type. Untick one of the two.")
            % {"first": first.get_mode_display(), "second": second.get_mode_display()},
        )
    for engagement in engagements:
        mode = engagement.mode.mode
        if mode == Mode.INDIRECT_STATES and not engagement.member_states:
            yield f"{mode}-member_states", _("Name the Member State or States through which the input is made.")
        if mode == Mode.INDIRECT_IGO and not engagement.igo_name:
            yield f"{mode}-igo", _("Name the intergovernmental organization through which the input is made.")
        if not engagement.capacity and engagement.mode.representatives.all():
            yield f"{mode}-capacity", _("Say in what capacity the representative acts for the mechanism.")
        if not engagement.representative and engagement.mode.representatives.all():
            yield f"{mode}-representative", _("Give the name of the representative.")
    if submission.cycle.kind == ReviewCycle.Kind.REGIONAL and submission.cycle.region_id not in {
        region.pk for region in submission.regions.all()
    }:
        yield (
            "regions",
            _("The regional reviews that this input is for must include the one it is filed to: %(region)s.")
            % {"region": submission.cycle.region.name},
        )
    for region in _regions_of_nobody(submission):
        yield (
            "regions",
            _("%(region)s is a region of none of those who make this input now. Save this page to take it off.")
            % {"region": region.name},
        )
    if submission.filed_at or not is_received(submission):
        yield from _of_its_own_word(submission)


def _of_its_own_word(submission):
    """What a mechanism only can say."""
    if not submission.agreed_how.strip():
        yield "agreed_how", _("Say how the input was agreed within the mechanism.")
    if not submission.is_collective:
        yield "is_collective", _("Confirm that this is the collective input of the mechanism as a whole.")


def _regions_of_nobody(submission) -> list[Region]:
    """Of a joint input: those named for the sake of a partner that has left."""
    if submission.cycle.kind != ReviewCycle.Kind.REGIONAL or not submission.input_type.is_joint:
        return []
    mechanisms = [submission.iscm_id, *(one.iscm_id for one in submission.named_partners if one.iscm_id)]
    theirs = set(Region.objects.filter(iscms__in=mechanisms).values_list("pk", flat=True))
    return [one for one in submission.regions.all() if one.pk not in theirs | {submission.cycle.region_id}]


def _text(submission, section):
    text = next((answer.text for answer in submission.answers.all() if answer.section_id == section.pk), "")
    if rich_text.is_blank(text):
        yield "text", _("Write something under “%(heading)s”.") % {"heading": section.heading}


def _contribution(submission, section):
    if not any(term.vocabulary in {"contribution", "priority"} for term in submission.terms.all()):
        yield from _text(submission, section)


def _challenges(submission, section):
    if not any(term.vocabulary in {"challenge", "response"} for term in submission.terms.all()):
        yield from _text(submission, section)


def _objectives(submission, section):
    blocks = list(submission.objective_blocks.all())
    if not blocks:
        yield "objectives", _("Choose at least one objective.")
        return
    empty = [block.objective.number for block in blocks if not block.is_evidenced]
    if empty:
        yield (
            f"objective-{empty[0]}",
            ngettext(
                "Write about objective %(numbers)s, or take it off the list.",
                "Write about objectives %(numbers)s, or take them off the list.",
                len(empty),
            )
            % {"numbers": ", ".join(map(str, empty))},
        )


def _principles(submission, section):
    if not submission.principle_notes.all():
        yield "principles", _("Choose at least one guiding principle.")


def _recommendations(submission, section):
    if not submission.recommendations.all():
        yield "recommendations", _("Write at least one recommendation.")


def _event(submission, section):
    event = getattr(submission, "event", None)
    if event is None or not event.name:
        yield "name", _("Give the name of the event.")
    if event is None or not event.starts_on:
        yield "starts_on", _("Give the first day of the event.")
    if event is None or not (event.place or event.is_online):
        yield "place", _("Say where the event took place, or that it was held online.")


def _speaking(submission, section):
    speaking = getattr(submission, "speaking", None)
    if speaking is None or not speaking.roundtables.all():
        yield "roundtables", _("Choose the roundtable or roundtables that the statement speaks to.")
    if speaking is None or not speaking.speaker:
        yield "speaker", _("Give the name of the speaker.")


def _annexes(submission, section):
    if not submission.attachments.all():
        yield "file", _("Attach at least one document.")


_CHECKS = {
    Kind.ENGAGEMENT: _engagement,
    Kind.TEXT: _text,
    Kind.CONTRIBUTION: _contribution,
    Kind.OBJECTIVES: _objectives,
    Kind.PRINCIPLES: _principles,
    Kind.CHALLENGES: _challenges,
    Kind.RECOMMENDATIONS: _recommendations,
    Kind.EVENT: _event,
    Kind.SPEAKING: _speaking,
    Kind.ANNEXES: _annexes,
}
