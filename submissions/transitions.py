"""The table of steps: every change of a submission's status.

`TRANSITIONS` says who may take a step, from where to where, and what must be true (guards.py). Buttons, the README's
diagram and the tests read it; workflow.py takes the steps.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy

from .guards import (
    Guard,
    a_second_person_decides_where_the_cycle_asks,
    any_input,
    being_entered,
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
    somebody_else_entered_it,
    the_mechanism_has_said_its_own_word,
    the_mechanism_stands_by_what_came_by_mail,
    waits_for_the_mechanism,
    was_received_in_time,
)
from .models import WITH_IOM, WITH_PARTNERS, WITH_SECRETARIAT, Revision, Status, Submission, User
from .permissions import enters, is_approver_of, is_reviewer_of, may_file


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
    asks_for_changes: bool = False  # the changes that reviewers have prepared are asked for with it
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
                the_mechanism_has_said_its_own_word,
                # Once more: while they were asked, the last of them may have declined and been dropped.
                partners_are_those_the_type_asks_for,
                every_partner_has_endorsed,
            ),
            explanation=gettext_lazy("The input is filed with IOM. It cannot be edited unless IOM asks for changes."),
            freezes=Revision.Cause.FILED,
        ),
        Transition(
            name="file_received",
            label=gettext_lazy("File for the mechanism"),
            source=frozenset({Status.DRAFT}),
            target=Status.SUBMITTED,
            who=enters,
            actor="IOM reviewer",
            meant_for=being_entered,
            guards=(was_received_in_time, everything_required_is_answered),
            explanation=gettext_lazy(
                "The input is filed in the name of the mechanism, as you entered it. The mechanism is asked to confirm "
                "that it is its input; it cannot be approved before."
            ),
            freezes=Revision.Cause.FILED,
        ),
        Transition(
            name="object",
            label=gettext_lazy("This is not right"),
            source=frozenset(WITH_IOM),
            target=Status.CHANGES_REQUESTED,
            who=may_file,
            actor="filing focal point",
            meant_for=waits_for_the_mechanism,
            needs_note=True,
            hint=gettext_lazy("What is not right. IOM reads this."),
            explanation=gettext_lazy(
                "The input comes back to you. You can correct it, and file it yourselves: then it is confirmed as well."
            ),
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
            asks_for_changes=True,
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
            guards=(
                the_mechanism_stands_by_what_came_by_mail,
                somebody_else_entered_it,
                a_second_person_decides_where_the_cycle_asks,
            ),
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
            name="reopen",
            label=gettext_lazy("Reopen"),
            source=frozenset({Status.APPROVED}),
            target=Status.CHANGES_REQUESTED,
            who=is_approver_of,
            actor="IOM approver",
            needs_note=True,
            asks_for_changes=True,
            hint=gettext_lazy("The reason. The mechanism reads this."),
            explanation=gettext_lazy(
                "The mechanism can edit the input again. What was approved stays as it is, in the compendium too, "
                "until a new text is approved."
            ),
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
        Transition(
            name="discard_received",
            label=gettext_lazy("Withdraw this entry"),
            source=frozenset({Status.DRAFT}),
            target=Status.WITHDRAWN,
            who=enters,
            actor="IOM reviewer",
            meant_for=being_entered,
            needs_note=True,
            hint=gettext_lazy(
                "The reason, for example that it was entered for the wrong mechanism. The mechanism can read it."
            ),
            explanation=gettext_lazy(
                "What was entered is closed and stays readable, with the original file. It can be entered anew."
            ),
        ),
    ]
}


# IOM has no part in these.
BETWEEN_THE_MAKERS = {
    name for name, step in TRANSITIONS.items() if step.target in WITH_PARTNERS or step.source <= WITH_PARTNERS
}


# With these IOM hands an input back, and says why.
HANDED_BACK = {name for name, step in TRANSITIONS.items() if step.asks_for_changes}


def open_to(user: User, submission: Submission) -> list[Transition]:
    """The steps this person may take from here; guards may still have something to say (see `obstacles`)."""
    return [
        transition
        for transition in TRANSITIONS.values()
        if transition.is_possible_from(submission) and transition.who(user, submission)
    ]


def next_step(submission: Submission, *, by: User) -> Transition:
    """The one that brings an editable input onwards: what is entered for a mechanism is not submitted, but filed."""
    names = (*(["file_received"] if enters(by, submission) else []), "ask", "submit", "resubmit")
    return next(TRANSITIONS[name] for name in names if TRANSITIONS[name].is_possible_from(submission))


def obstacles(transition: Transition, submission: Submission, *, by: User) -> list[str]:
    return [sentence for guard in transition.guards if (sentence := guard(submission, by))]
