"""Who is told of a step: small functions `(news) -> people`. Which of them are told of what is in notifications.py.

`News` is one event and what the mails about it need to know, each read once however many people are told.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.functional import cached_property

from . import endorsement
from .endorsement import PartnerStanding, Standing
from .guards import deadline_of
from .models import Affiliation, Partnership, ReminderStop, Submission, SubmissionEvent, User
from .permissions import enters, is_reviewer_of


class News:
    """What has happened to an input. Without an event: what would be told of it now."""

    def __init__(self, submission: Submission, event: SubmissionEvent | None = None):
        self.submission, self.event = submission, event

    @cached_property
    def at(self) -> datetime:
        return self.event.at if self.event else timezone.now()

    @cached_property
    def is_joint(self) -> bool:
        return self.submission.input_type.is_joint

    @cached_property
    def partnerships(self) -> list[Partnership]:
        """Those in force, consulted ones included."""
        return list(self.submission.partnerships.current().with_organizations()) if self.is_joint else []

    @cached_property
    def partner_ids(self) -> set[int]:
        return {one.iscm_id for one in self.partnerships if one.iscm_id}

    @cached_property
    def affiliations(self) -> dict[int, list[Affiliation]]:
        """In force today, by mechanism: of the lead, the partners, and whoever the event is about."""
        iscms = {self.submission.iscm_id, *self.partner_ids}
        if self.event and self.event.partnership:
            iscms |= {self.event.partnership.iscm_id, self.event.partnership.lead_id} - {None}
        found = defaultdict(list)
        current = Affiliation.objects.current().filter(iscm__in=iscms).select_related("user")
        for affiliation in current.order_by("user__name", "user"):
            found[affiliation.iscm_id].append(affiliation)
        return found

    @cached_property
    def makers(self) -> set[int]:
        """The numbers of those who read the working copy."""
        iscms = {self.submission.iscm_id, *self.partner_ids}
        return {affiliation.user_id for iscm in iscms for affiliation in self.affiliations.get(iscm, [])}

    def people_of(self, *iscms: int | None, may_file: bool = False) -> list[User]:
        return [
            affiliation.user
            for iscm in iscms
            for affiliation in self.affiliations.get(iscm, [])
            if affiliation.may_file or not may_file
        ]

    def others_of(self, *iscms: int | None, may_file: bool = False) -> list[User]:
        """Whoever did it knows it."""
        return [user for user in self.people_of(*iscms, may_file=may_file) if user != self.event.actor]

    @cached_property
    def standings(self) -> list[PartnerStanding]:
        return endorsement.standings(self.submission)

    @cached_property
    def must_answer(self) -> list[PartnerStanding]:
        if not self.is_joint or not endorsement.is_asked(self.submission):
            return []
        return endorsement.who_must_answer(self.standings)

    def answered_for_by(self, user: User) -> list[PartnerStanding]:
        """The partners for whom an answer is awaited from this person."""
        return [one for one in self.must_answer if user in self.people_of(one.partnership.iscm_id, may_file=True)]

    @cached_property
    def due_at(self) -> datetime | None:
        """By when an answer is of use. After the deadline of a text that IOM returned none is named: it still is."""
        deadline = deadline_of(self.submission)
        return deadline if deadline and deadline > self.at else None

    @property
    def days_left(self) -> int | None:
        """Begun ones count as whole."""
        return ceil((self.due_at - self.at) / timedelta(days=1)) if self.due_at else None

    @cached_property
    def word_to_the_partners(self) -> str:
        """What the lead wrote when it asked."""
        ask = self.submission.events.filter(step="ask").last()
        return ask.note if ask else ""


Audience = Callable[[News], Iterable[User]]


# Of the mechanism that files, or leads


def everyone_at_the_mechanism(news: News) -> Iterable[User]:
    return news.people_of(news.submission.iscm_id)


def those_who_may_file(news: News) -> Iterable[User]:
    return [*news.people_of(news.submission.iscm_id, may_file=True), news.event.actor]


def those_who_may_confirm(news: News) -> Iterable[User]:
    """Everybody where nobody may: they know whom to ask."""
    iscm = news.submission.iscm_id
    return news.people_of(iscm, may_file=True) or news.people_of(iscm)


def the_others_at_the_mechanism(news: News) -> Iterable[User]:
    return news.others_of(news.submission.iscm_id)


# Of IOM


def reviewers_who_may_take_it_up(news: News) -> Iterable[User]:
    reviewers = User.objects.filter(is_active=True, is_reviewer=True)
    return [user for user in reviewers if is_reviewer_of(user, news.submission)]


def its_reviewer(news: News) -> Iterable[User]:
    """Who took it up; everybody who could, where nobody has or that person does not review any more."""
    reviewer = news.submission.reviewer
    if reviewer and is_reviewer_of(reviewer, news.submission):
        return [reviewer]
    return reviewers_who_may_take_it_up(news)


def the_other_reviewers(news: News) -> Iterable[User]:
    """Whoever files for a mechanism knows of it."""
    return [user for user in reviewers_who_may_take_it_up(news) if user != news.event.actor]


def who_entered_it(news: News) -> Iterable[User]:
    """Of what came by mail: who began it for the mechanism, as long as they review."""
    received = getattr(news.submission, "received", None)
    if received is None or received.entered_by == news.event.actor or not enters(received.entered_by, news.submission):
        return []
    return [received.entered_by]


def its_reviewer_if_there_is_one(news: News) -> Iterable[User]:
    return its_reviewer(news) if news.submission.reviewer else []


def iom_if_it_was_filed(news: News) -> Iterable[User]:
    return its_reviewer(news) if news.submission.filed_at else []


# Of the partners of a joint input


def the_partners(news: News) -> Iterable[User]:
    return news.others_of(*news.partner_ids)


def that_partner(news: News) -> Iterable[User]:
    return news.others_of(news.event.partnership.iscm_id)


def those_who_may_file_for_that_partner(news: News) -> Iterable[User]:
    return news.others_of(news.event.partnership.iscm_id, may_file=True)


def the_leads_before_and_after(news: News) -> Iterable[User]:
    return news.others_of(news.event.partnership.lead_id, news.submission.iscm_id)


def those_who_may_endorse(news: News) -> Iterable[User]:
    endorsing = [one.iscm_id for one in news.partnerships if one.endorses]
    return news.others_of(*endorsing, may_file=True)


def those_who_have_not_answered(news: News) -> Iterable[User]:
    """Not when the portal asks by itself, which it does because the text has changed: they have seen no older one."""
    return _who_answer(news, Standing.INVITED) if news.event.actor else []


def those_who_must_look_again(news: News) -> Iterable[User]:
    return _who_answer(news, Standing.STALE)


def partners_in_which_nobody_may_answer(news: News) -> Iterable[User]:
    iscms = [one.partnership.iscm_id for one in news.must_answer]
    return news.people_of(*(iscm for iscm in iscms if not news.people_of(iscm, may_file=True)))


def those_to_remind(news: News) -> Iterable[User]:
    """All who must answer, but for those who want no more reminders."""
    stopped = set(ReminderStop.objects.filter(submission=news.submission).values_list("user", flat=True))
    return [user for user in _who_answer(news, Standing.INVITED, Standing.STALE) if user.pk not in stopped]


def _who_answer(news: News, *standings: Standing) -> list[User]:
    iscms = [one.partnership.iscm_id for one in news.must_answer if one.standing in standings]
    return news.people_of(*iscms, may_file=True)
