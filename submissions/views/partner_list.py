"""The partners of a joint input as pages show them: how each stands, and what this person may do about it now."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import endorsement, transitions
from ..endorsement import PartnerStanding, Standing
from ..models import EDITABLE, WITH_SECRETARIAT, Affiliation, Endorsement, LeadOffer, Partnership, Submission, User
from ..permissions import is_affiliated_with, may_file


@dataclass(frozen=True)
class PartnerLine:
    partnership: Partnership
    stands: PartnerStanding | None  # None: consulted only
    is_asked: bool
    needs_a_letter: bool
    may: frozenset[str]

    @property
    def tag(self) -> str:
        if self.stands is None or self._is_not_asked_yet:
            return "waiting"
        return self.stands.standing.value

    @property
    def label(self) -> str:
        if self.stands is None:
            return _("Consulted only")
        if self._is_not_asked_yet:
            return _("Not asked yet")
        if self.stands.standing == Standing.ENDORSED and self.answer.verdict == Endorsement.Verdict.WITH_REMARK:
            return _("Endorsed with a remark")
        return self.stands.standing.label

    @property
    def _is_not_asked_yet(self) -> bool:
        return self.stands.standing == Standing.INVITED and not self.is_asked

    @property
    def answer(self) -> Endorsement | None:
        return self.stands.answer if self.stands else None

    @property
    def is_stale(self) -> bool:
        return self.stands is not None and self.stands.standing == Standing.STALE


class PartnerList:
    """Of one input, for one person."""

    def __init__(self, submission: Submission, user: User):
        self.submission, self.user = submission, user
        self.is_asked = endorsement.is_asked(submission)
        self.is_open = submission.status in WITH_SECRETARIAT
        self.leads = is_affiliated_with(user, submission)
        self.files = self.leads and may_file(user, submission)
        self.standings = endorsement.standings(submission)
        self.steps = {step.name: step for step in transitions.open_to(user, submission)}

    @cached_property
    def offer(self) -> LeadOffer | None:
        offers = self.submission.lead_offers.open()
        return offers.select_related("partnership__iscm", "partnership__entity", "offered_by").first()

    @cached_property
    def lines(self) -> list[PartnerLine]:
        """Every partner, in the order of the cover; those who are only consulted among them."""
        stands = {one.partnership.pk: one for one in self.standings}
        partners = self.submission.partnerships.current().with_organizations()
        return [
            self._line(partnership, stands.get(partnership.pk))
            for partnership in sorted(partners, key=lambda one: one.place_on_the_cover)
        ]

    def _line(self, partnership: Partnership, stands: PartnerStanding | None) -> PartnerLine:
        filers = self._filers.get(partnership.iscm_id, set())
        may = {
            "change": self.leads and self.is_open,
            "drop": self.leads and self.is_asked and stands is not None and stands.is_declined_lately,
            "letter": self.files and self.is_asked and stands is not None and not filers,
            "offer": self.files and self.submission.status in EDITABLE and bool(filers) and self.offer is None,
            "endorse": self.is_asked and stands is not None and self.user.pk in filers,
        }
        return PartnerLine(
            partnership, stands, self.is_asked, not filers, frozenset(name for name, it_may in may.items() if it_may)
        )

    @cached_property
    def _filers(self) -> dict[int, set[int]]:
        """Who may file for each partner mechanism. Where nobody may, it answers in a letter, as an entity does."""
        partners = self.submission.partnerships.current().values("iscm")
        filers: dict[int, set[int]] = {}
        current = Affiliation.objects.current().may_file().filter(iscm__in=partners)
        for iscm, user in current.values_list("iscm", "user"):
            filers.setdefault(iscm, set()).add(user)
        return filers

    def line_of(self, partnership: Partnership) -> PartnerLine | None:
        return next((line for line in self.lines if line.partnership.pk == partnership.pk), None)

    def may_with(self, partnership: Partnership) -> frozenset[str]:
        """What this person may do with one partner; nothing with one that was taken off."""
        line = self.line_of(partnership)
        return line.may if line else frozenset()

    @property
    def is_anybody_asked_or_answered(self) -> bool:
        return bool(self.standings) and (self.is_asked or any(one.answer for one in self.standings))

    @property
    def words(self) -> str:
        return endorsement.in_words(self.standings)

    @property
    def have_all_endorsed(self) -> bool:
        return bool(self.standings) and all(one.standing == Standing.ENDORSED for one in self.standings)

    @cached_property
    def who_is_asked_again(self) -> list[PartnerStanding]:
        """Those who still have to answer and who can be told: not those who answer in a letter."""
        missing = endorsement.who_must_answer(self.standings)
        return [one for one in missing if self._filers.get(one.partnership.iscm_id)]

    @property
    def take_back(self) -> transitions.Transition | None:
        """The step that ends the asking, where this person may take it."""
        return self.steps.get("take_back") or self.steps.get("take_back_to_change")

    @property
    def may(self) -> set[str]:
        """What this person may do with the list as a whole."""
        may = set()
        if self.is_open and self.leads:
            may.add("add")
        if "ask" in self.steps and self.standings:
            may.add("ask")
        if self.is_asked and self.leads and self.who_is_asked_again:
            may.add("ask_again")
        if self.is_asked and self.steps.keys() & {"submit", "resubmit"}:
            may.add("check")
        return may

    @property
    def why_closed(self) -> str:
        if self.is_open:
            return ""
        if not self.is_asked:
            return _("The partners cannot be changed any more: the input is filed, or closed.")
        if self.take_back:
            return _(
                "The list of partners is closed while they look at the text. To add a partner or to change a role, "
                "take the input back. A partner that declined can be dropped without that."
            )
        return _("The list of partners is closed while they look at the text. A partner that declined can be dropped.")


def partners_of(submission: Submission, user: User) -> PartnerList | None:
    """For the pages of every input; an input of one mechanism has none, and nothing is asked of the database."""
    return PartnerList(submission, user) if submission.input_type.is_joint else None


def who_must_look_again(submission: Submission) -> str:
    """Said after a change of the text while the partners endorse it; nothing where none of them had endorsed."""
    if not endorsement.is_asked(submission):
        return ""
    stale = [one for one in endorsement.standings(submission) if one.standing == Standing.STALE]
    number = sum(not one.answer.is_declined for one in stale)
    if not number:
        return ""
    return ngettext(
        "%(number)s partner that had endorsed must look again.",
        "%(number)s partners that had endorsed must look again.",
        number,
    ) % {"number": number}
