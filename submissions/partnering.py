"""The joint inputs in which a mechanism is a partner, and what is asked from it in each.

Read in a constant number of queries: whether a text has changed since an answer is told here by when it was last
saved, which costs nothing; endorsement.py compares the texts themselves.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from . import endorsement
from .models import (
    EDITABLE,
    ISCM,
    Affiliation,
    Endorsement,
    Extension,
    LeadOffer,
    Partnership,
    Status,
    Submission,
    User,
)


@dataclass(frozen=True)
class JointInput:
    """One input that another mechanism leads, as its partner sees it."""

    partnership: Partnership
    answer: Endorsement | None  # the last one
    deadline: datetime | None  # of a first filing
    lead_offer: LeadOffer | None  # open

    @property
    def submission(self) -> Submission:
        return self.partnership.submission

    @property
    def is_asked(self) -> bool:
        return self.partnership.endorses and endorsement.is_asked(self.submission)

    @property
    def is_saved_since(self) -> bool:
        return self.answer is not None and self.submission.saved_at > self.answer.given_at

    @property
    def awaits_answer(self) -> bool:
        return self.is_asked and (self.answer is None or self.is_saved_since)

    @property
    def is_open(self) -> bool:
        return self.submission.status in EDITABLE


def joint_inputs_of(iscm: ISCM) -> list[JointInput]:
    """What waits for an answer comes first, then what is being written, then the rest; each newest first."""
    partnerships = list(
        Partnership.objects.current()
        .filter(iscm=iscm)
        .select_related("iscm", "submission__iscm", "submission__cycle", "submission__input_type")
        .prefetch_related(
            "submission__cycle__texts",
            "submission__input_type__texts",
            Prefetch("endorsements", Endorsement.objects.order_by("given_at", "pk")),
            Prefetch("lead_offers", LeadOffer.objects.open()),
        )
        .order_by("-submission__started_at", "-pk")
    )
    found = [
        JointInput(
            partnership,
            answer=next(reversed(partnership.endorsements.all()), None),
            deadline=deadline,
            lead_offer=_offer_to_answer(partnership),
        )
        for partnership, deadline in _with_deadlines(partnerships)
    ]
    return sorted(found, key=lambda one: (not one.awaits_answer, one.lead_offer is None, not one.is_open))


def _offer_to_answer(partnership: Partnership) -> LeadOffer | None:
    """None where the text is filed or closed meanwhile: the lead of such an input does not pass."""
    is_open = partnership.submission.status in EDITABLE
    return next(iter(partnership.lead_offers.all()), None) if is_open else None


@dataclass(frozen=True)
class LedInput:
    """One joint input that this mechanism leads, and in which it is its turn again."""

    submission: Submission
    declined: list[Partnership]  # none where all have endorsed


def answered_to(iscm: ISCM) -> list[LedInput]:
    """Those whose partners have all endorsed, and those that a partner has declined; told as `joint_inputs_of` is."""
    endorsing = Partnership.objects.endorsing().with_organizations()
    asked = (
        Submission.objects.filter(iscm=iscm, status=Status.AWAITING_ENDORSEMENT)
        .select_related("cycle", "input_type")
        .prefetch_related(
            Prefetch("partnerships", endorsing, "asked_partners"),
            Prefetch("asked_partners__endorsements", Endorsement.objects.order_by("given_at", "pk")),
        )
    )
    found = []
    for submission in asked:
        last = [(one, next(reversed(one.endorsements.all()), None)) for one in submission.asked_partners]
        declined = [one for one, answer in last if answer and answer.is_declined]
        if declined or (last and all(answer and answer.given_at >= submission.saved_at for _one, answer in last)):
            found.append(LedInput(submission, declined))
    return found


def _with_deadlines(partnerships):
    """Each with the date until which its lead may file. What was filed once may come back after that date."""
    extensions = {
        (extension.cycle_id, extension.iscm_id): extension
        for extension in Extension.objects.filter(
            cycle__in={one.submission.cycle_id for one in partnerships},
            iscm__in={one.submission.iscm_id for one in partnerships},
        )
    }
    for partnership in partnerships:
        submission = partnership.submission
        extension = extensions.get((submission.cycle_id, submission.iscm_id))
        deadline = submission.cycle.deadline(phase=submission.input_type.phase, extension=extension)
        yield partnership, None if submission.filed_at else deadline


def who_files_for(iscm: ISCM) -> list[User]:
    """The people who submit and endorse for this mechanism, each once."""
    filing = Affiliation.objects.current().may_file().filter(iscm=iscm)
    return list(User.objects.filter(pk__in=filing.values("user")))
