"""The process: every change of a submission's status, in one table.

`TRANSITIONS` says who may take a step, from where to where, and what must be true (guards.py). Buttons, the README's
diagram and the tests read it. Nothing else writes `status`: `perform()` locks the submission, checks the table, writes
the status, the record and what follows from it (revision, documents, mails) in one transaction, or refuses in a
sentence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import content, notifications, renditions
from .guards import (
    Guard,
    a_second_person_decides_where_the_cycle_asks,
    any_input,
    cycle_is_open,
    cycle_is_open_for_a_first_filing,
    every_change_request_is_answered,
    every_partner_has_endorsed,
    everything_required_is_answered,
    filed_before,
    filed_for_the_first_time,
    joint,
    never_filed,
    partners_are_those_the_type_asks_for,
)
from .models import (
    ISCM,
    WITH_IOM,
    WITH_PARTNERS,
    WITH_SECRETARIAT,
    ChangeRequest,
    InputType,
    ReviewCycle,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
    User,
)
from .permissions import is_affiliated_with, is_approver_of, is_reviewer_of, may_file


class Refused(Exception):
    """The step cannot be taken now; the sentences say why, for the person who asked."""

    def __init__(self, *sentences: str):
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__(" ".join(self.sentences))


@dataclass(frozen=True)
class Transition:
    """One row of the table. `name` is in addresses and in the record, `label` on the button."""

    name: str
    label: str
    source: frozenset[Status]
    target: Status
    who: Callable[[User, Submission], bool]
    actor: str  # who that is, in the words of the diagram
    meant_for: Callable[[Submission], bool] = any_input
    guards: tuple[Guard, ...] = ()
    explanation: str = ""  # what the confirming page says will happen
    needs_note: bool = False
    freezes: Revision.Cause | None = None
    decides: bool = False
    hint: str = field(default="")  # what to write in the comment

    def is_possible_from(self, submission: Submission) -> bool:
        """As far as the status goes; guards may have something to say."""
        return submission.status in self.source and self.meant_for(submission)


TRANSITIONS = {
    transition.name: transition
    for transition in [
        Transition(
            name="ask",
            label=gettext_lazy("Ask for endorsement"),
            source=frozenset({Status.DRAFT, Status.CHANGES_REQUESTED}),
            target=Status.AWAITING_ENDORSEMENT,
            who=may_file,
            actor="filing focal point of the lead",
            meant_for=joint,
            guards=(
                partners_are_those_the_type_asks_for,
                cycle_is_open_for_a_first_filing,
                everything_required_is_answered,
                every_change_request_is_answered,
            ),
            hint=gettext_lazy("If you like, a word to the partners: by when you need their answer, for example."),
            explanation=gettext_lazy(
                "Each partner is asked to endorse exactly this text. The list of partners is closed from now on. "
                "The text can still be edited; whoever has endorsed it by then must look again."
            ),
        ),
        Transition(
            name="take_back",
            label=gettext_lazy("Take back to draft"),
            source=frozenset({Status.AWAITING_ENDORSEMENT}),
            target=Status.DRAFT,
            who=may_file,
            actor="filing focal point of the lead",
            meant_for=never_filed,
            hint=gettext_lazy("If you like, say why. The partners read this."),
            explanation=gettext_lazy(
                "The partners are no longer asked, and the list of partners can be changed. "
                "What they have endorsed stays endorsed as long as the text and the partners are the same."
            ),
        ),
        Transition(
            name="take_back_to_change",
            label=gettext_lazy("Take back"),
            source=frozenset({Status.AWAITING_ENDORSEMENT}),
            target=Status.CHANGES_REQUESTED,
            who=may_file,
            actor="filing focal point of the lead",
            meant_for=filed_before,
            hint=gettext_lazy("If you like, say why. The partners read this."),
            explanation=gettext_lazy(
                "The partners are no longer asked, and the list of partners can be changed. "
                "IOM still waits for the changes that it asked for."
            ),
        ),
        Transition(
            name="submit",
            label=gettext_lazy("Submit"),
            source=frozenset({Status.DRAFT, Status.AWAITING_ENDORSEMENT}),
            target=Status.SUBMITTED,
            who=may_file,
            actor="filing focal point",
            meant_for=filed_for_the_first_time,
            guards=(
                cycle_is_open,
                everything_required_is_answered,
                # Once more: while they were asked, the last of them may have declined and been dropped.
                partners_are_those_the_type_asks_for,
                every_partner_has_endorsed,
            ),
            explanation=gettext_lazy("The input is filed with IOM. It cannot be edited unless IOM asks for changes."),
            freezes=Revision.Cause.FILED,
        ),
        Transition(
            name="take_up",
            label=gettext_lazy("Take up"),
            source=frozenset({Status.SUBMITTED}),
            target=Status.UNDER_REVIEW,
            who=is_reviewer_of,
            actor="IOM reviewer",
            explanation=gettext_lazy("You become the reviewer of this input, and the mechanism is told."),
        ),
        Transition(
            name="request_changes",
            label=gettext_lazy("Return for changes"),
            source=frozenset({Status.UNDER_REVIEW}),
            target=Status.CHANGES_REQUESTED,
            who=is_reviewer_of,
            actor="IOM reviewer",
            needs_note=True,
            hint=gettext_lazy("What should change, and why. The mechanism reads this."),
            explanation=gettext_lazy("The mechanism can edit the input again, and is told what you ask for."),
        ),
        Transition(
            name="resubmit",
            label=gettext_lazy("Resubmit"),
            source=frozenset({Status.CHANGES_REQUESTED, Status.AWAITING_ENDORSEMENT}),
            target=Status.UNDER_REVIEW,
            who=may_file,
            actor="filing focal point",
            meant_for=filed_before,
            # Not the deadline: IOM asked for the change, and may do so after the cycle closes.
            guards=(
                everything_required_is_answered,
                every_change_request_is_answered,
                partners_are_those_the_type_asks_for,
                every_partner_has_endorsed,
            ),
            explanation=gettext_lazy("The new text goes to the reviewer. It cannot be edited while it is reviewed."),
            freezes=Revision.Cause.FILED,
        ),
        Transition(
            name="approve",
            label=gettext_lazy("Approve"),
            source=frozenset({Status.UNDER_REVIEW}),
            target=Status.APPROVED,
            who=is_approver_of,
            actor="IOM approver",
            guards=(a_second_person_decides_where_the_cycle_asks,),
            explanation=gettext_lazy(
                "The text is final as it was filed. Its PDF is made, and it goes into the compendium of the cycle."
            ),
            freezes=Revision.Cause.APPROVED,
            decides=True,
        ),
        Transition(
            name="decline",
            label=gettext_lazy("Decline"),
            source=frozenset({Status.UNDER_REVIEW}),
            target=Status.DECLINED,
            who=is_approver_of,
            actor="IOM approver",
            guards=(a_second_person_decides_where_the_cycle_asks,),
            needs_note=True,
            hint=gettext_lazy("The reason. The mechanism reads this."),
            explanation=gettext_lazy("The input will not be part of the compendium. The mechanism is told the reason."),
            decides=True,
        ),
        Transition(
            name="withdraw",
            label=gettext_lazy("Withdraw"),
            source=frozenset(WITH_SECRETARIAT | WITH_PARTNERS | WITH_IOM),
            target=Status.WITHDRAWN,
            who=may_file,
            actor="filing focal point",
            hint=gettext_lazy("If you like, say why."),
            explanation=gettext_lazy("The input is closed. Its text stays readable, and a new one can be started."),
        ),
    ]
}


# IOM has no part in these.
BETWEEN_THE_MAKERS = {
    name for name, step in TRANSITIONS.items() if step.target in WITH_PARTNERS or step.source <= WITH_PARTNERS
}


def open_to(user: User, submission: Submission) -> list[Transition]:
    """The steps this person may take from here; guards may still have something to say (see `obstacles`)."""
    return [
        transition
        for transition in TRANSITIONS.values()
        if transition.is_possible_from(submission) and transition.who(user, submission)
    ]


def next_step(submission: Submission) -> Transition:
    """The one that brings an editable input onwards."""
    return next(
        TRANSITIONS[name] for name in ("ask", "submit", "resubmit") if TRANSITIONS[name].is_possible_from(submission)
    )


def obstacles(transition: Transition, submission: Submission, *, by: User) -> list[str]:
    return [sentence for guard in transition.guards if (sentence := guard(submission, by))]


def perform(
    submission: Submission,
    name: str,
    *,
    by: User,
    note: str = "",
    change_requests: Iterable[tuple] = (),
    expected_revision: int | None = None,
) -> SubmissionEvent:
    """Take a step, whole or not at all.

    `change_requests` are (section, text) pairs, for *request_changes*. `expected_revision` is the number of the
    revision that the person had read: a decision on an older text than the filed one is refused.

    Raises PermissionDenied for the wrong person, Refused (with sentences) for the wrong moment or an unmet guard.
    """
    transition = TRANSITIONS[name]
    with transaction.atomic():
        submission = Submission.objects.locked(submission.pk)
        if not transition.who(by, submission):
            raise PermissionDenied
        if not transition.is_possible_from(submission):
            raise Refused(
                _("“%(step)s” is not possible now: this input is in the state “%(status)s”.")
                % {"step": transition.label, "status": submission.get_status_display()}
            )
        if transition.needs_note and not note.strip():
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
        submission.save(update_fields=["status", "filed_at", "reviewer", "decided_by", "decided_at"])
        ChangeRequest.objects.bulk_create(
            ChangeRequest(submission=submission, section=section, text=text, requested_by=by)
            for section, text in change_requests
        )
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
        if revision:
            renditions.ask_for_revision(revision, by=by)
        notifications.tell(event)
    return event


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


def start(*, iscm: ISCM, cycle: ReviewCycle, input_type: InputType, by: User) -> Submission:
    """Begin a draft; where the type allows one only and it is begun already, that one.

    Raises PermissionDenied for somebody of another mechanism, Refused where the type or the cycle does not allow it.
    """
    with transaction.atomic():
        iscm = ISCM.objects.select_for_update().get(pk=iscm.pk)
        submission = Submission(
            cycle=cycle,
            iscm=iscm,
            input_type=input_type,
            is_sole=input_type.is_sole,
            title=_default_title(iscm, input_type),
            language=by.language if by.language in cycle.accepted_languages else cycle.accepted_languages[0],
            started_by=by,
        )
        if not is_affiliated_with(by, submission):
            raise PermissionDenied
        if input_type.is_sole and (
            begun := Submission.objects.live().filter(iscm=iscm, cycle=cycle, input_type=input_type).first()
        ):
            return begun
        if not input_type.is_offered or (cycle.region_id and not input_type.for_regional_reviews):
            raise Refused(_("%(cycle)s does not take inputs of this type.") % {"cycle": cycle})
        if cycle.region_id and not iscm.review_regions.filter(pk=cycle.region_id).exists():
            raise Refused(
                _("%(cycle)s is for mechanisms of that region; the register does not list %(mechanism)s there.")
                % {"cycle": cycle, "mechanism": iscm}
            )
        if sentence := cycle_is_open(submission, by):
            raise Refused(sentence)
        submission.reference = _next_reference(iscm, cycle, input_type)
        submission.save()
        if cycle.region_id:
            submission.regions.set([cycle.region_id])
        SubmissionEvent.objects.create(submission=submission, step="start", target=Status.DRAFT, actor=by)
    return submission


def _default_title(iscm: ISCM, input_type: InputType) -> str:
    """A mechanism without an acronym may have a name as long as the column."""
    title = _("%(type)s – %(mechanism)s") % {"type": input_type.short_name, "mechanism": iscm.short_name}
    return title[: Submission._meta.get_field("title").max_length].rstrip()


def _next_reference(iscm: ISCM, cycle: ReviewCycle, input_type: InputType) -> str:
    """Our own internal reference; UN document symbols are assigned by the UN and never imitated."""
    mechanism = slugify(iscm.acronym).upper() or iscm.slug.upper()
    prefix = f"{cycle.code}-{mechanism}-{input_type.code}-"
    taken = Submission.objects.filter(reference__startswith=prefix).values_list("reference", flat=True)
    numbers = [int(reference.removeprefix(prefix)) for reference in taken if reference.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1}"
