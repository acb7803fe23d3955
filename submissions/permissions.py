"""Who a person is to a submission. Small predicates `(user, submission) -> bool`; no rule about status lives here.

| Who                   | How one becomes it                                  | May                                  |
|-----------------------|-----------------------------------------------------|--------------------------------------|
| focal point           | an affiliation with the mechanism that leads, today | read and draft its inputs            |
| filing focal point    | the same, with the right to file                    | also submit, resubmit and withdraw   |
| partner               | an affiliation with a partner of it, today          | read it, as it is written            |
| commenting partner    | the same, where the lead allows it                  | also comment                         |
| editing partner       | the same, where the lead allows it                  | also draft                           |
| endorsing focal point | filing for a partner named on the text              | endorse or decline the text          |
| IOM reviewer          | an administrator gives the role                     | read what was filed, take up, return |
|                       |                                                     | and enter what came by mail          |
| IOM approver          | an administrator gives the role                     | read what was filed, decide, compile |

Nobody reviews or decides on an input that a mechanism of theirs makes: IOM hosts several secretariats.
"""

from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .models import Affiliation, Partnership, Submission, User
from .models.people import today

Access = Partnership.Access

_told: ContextVar[dict | None] = ContextVar("told", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """While a page is only read, nobody's ties change: the database is asked for each once, however many ask."""
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def _once(key: Hashable, ask: Callable[[], Collection]) -> Collection:
    told = _told.get()
    if told is None:
        return ask()
    if key not in told:
        told[key] = ask()
    return told[key]


def _mechanisms_of(user: User) -> dict[int, bool]:
    """Those that this person is affiliated with today, and whether they may file for it."""
    # Of two affiliations with one mechanism the one with the right comes last, and stays.
    current = Affiliation.objects.current().filter(user=user.pk).order_by("may_file")
    return _once(("mechanisms", user.pk), lambda: dict(current.values_list("iscm", "may_file")))


def _accesses_of(user: User, submission: Submission) -> Collection[str]:
    """What each partnership of this person in the input allows."""
    own = submission.partnerships.of(user)
    return _once(("accesses", user.pk, submission.pk), lambda: set(own.values_list("access", flat=True)))


def is_affiliated_with(user: User, submission: Submission) -> bool:
    """With the mechanism that leads."""
    return submission.iscm_id in _mechanisms_of(user)


def is_partner_in(user: User, submission: Submission) -> bool:
    return bool(_accesses_of(user, submission))


def reads_working_copy(user: User, submission: Submission) -> bool:
    """One of those who make it, and not only of those who read what was filed."""
    return is_affiliated_with(user, submission) or is_partner_in(user, submission)


def may_draft(user: User, submission: Submission) -> bool:
    if is_affiliated_with(user, submission) or Access.EDIT in _accesses_of(user, submission):
        return True
    return submission.filed_at is None and enters(user, submission)


def is_received(submission: Submission) -> bool:
    """It came by mail, and IOM's staff enter it for its mechanism."""
    return getattr(submission, "received", None) is not None


def may_receive_for(user: User, submission: Submission) -> bool:
    """May begin to enter it, before it is written: no mechanism's people enter for it in IOM's name."""
    return user.is_active and user.is_reviewer and not is_affiliated_with(user, submission)


def enters(user: User, submission: Submission) -> bool:
    """One of IOM's staff who type in what came by mail: any reviewer, not only the one who began."""
    return is_received(submission) and is_reviewer_of(user, submission)


def reads_entered(user: User, submission: Submission) -> bool:
    """For IOM: the draft of what came by mail. Once it is filed, what was filed, as of any other input."""
    return submission.filed_at is None and is_received(submission) and reads_for_iom(user, submission)


def took_part_in(user: User, submission: Submission) -> bool:
    """Of a mechanism that makes it or made it once, or entering it for one: they may hear that they may no more."""
    if enters(user, submission):
        return True
    served = Affiliation.objects.filter(user=user.pk, starts_on__lte=today())
    served = served.exclude(ends_on__lt=submission.started_at.date())
    partners = submission.partnerships.exclude(iscm=None).values("iscm")
    return served.filter(iscm=submission.iscm_id).exists() or served.filter(iscm__in=partners).exists()


def files_for(user: User, iscm_id: int) -> bool:
    """Whether this person has the right to file in the name of that mechanism."""
    return _mechanisms_of(user).get(iscm_id, False)


def may_file(user: User, submission: Submission) -> bool:
    return files_for(user, submission.iscm_id)


def may_endorse(user: User, partnership: Partnership) -> bool:
    """For that partner; nobody endorses for a mechanism that they are not affiliated with."""
    if partnership.removed_at or not partnership.endorses or not partnership.iscm_id:
        return False
    return files_for(user, partnership.iscm_id)


def is_reviewer_of(user: User, submission: Submission) -> bool:
    return user.is_active and user.is_reviewer and not reads_working_copy(user, submission)


def is_approver_of(user: User, submission: Submission) -> bool:
    return user.is_active and user.is_approver and not reads_working_copy(user, submission)


def reads_for_iom(user: User, submission: Submission) -> bool:
    """Hears what IOM says to itself about an input: never somebody of a mechanism that makes it."""
    return user.is_active and user.is_iom and not reads_working_copy(user, submission)


def may_compile(user: User) -> bool:
    return user.is_active and user.is_approver
