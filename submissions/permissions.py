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
| IOM approver          | an administrator gives the role                     | read what was filed, decide, compile |

Nobody reviews or decides on an input that a mechanism of theirs makes: IOM hosts several secretariats.
"""

from .models import Affiliation, Comment, Partnership, Submission, User
from .models.people import today

Access = Partnership.Access


def is_affiliated_with(user: User, submission: Submission) -> bool:
    """With the mechanism that leads."""
    return Affiliation.objects.current().filter(user=user.pk, iscm=submission.iscm_id).exists()


def is_partner_in(user: User, submission: Submission) -> bool:
    return submission.partnerships.of(user).exists()


def reads_working_copy(user: User, submission: Submission) -> bool:
    """One of those who make it, and not only of those who read what was filed."""
    return is_affiliated_with(user, submission) or is_partner_in(user, submission)


def may_draft(user: User, submission: Submission) -> bool:
    return is_affiliated_with(user, submission) or submission.partnerships.of(user).filter(access=Access.EDIT).exists()


def may_comment(user: User, submission: Submission) -> bool:
    """Comments pass between those who make a joint input."""
    may = submission.partnerships.of(user).exclude(access=Access.VIEW)
    return is_affiliated_with(user, submission) or may.exists()


def may_resolve(user: User, comment: Comment) -> bool:
    """Whoever wrote it, as long as they take part, and the lead."""
    if is_affiliated_with(user, comment.submission):
        return True
    return comment.written_by_id == user.pk and is_partner_in(user, comment.submission)


def took_part_in(user: User, submission: Submission) -> bool:
    """Of a mechanism that makes it or made it once; such a person may hear that their rights have ended."""
    served = Affiliation.objects.filter(user=user.pk, starts_on__lte=today())
    served = served.exclude(ends_on__lt=submission.started_at.date())
    partners = submission.partnerships.exclude(iscm=None).values("iscm")
    return served.filter(iscm=submission.iscm_id).exists() or served.filter(iscm__in=partners).exists()


def files_for(user: User, iscm_id: int) -> bool:
    """Whether this person has the right to file in the name of that mechanism."""
    return Affiliation.objects.current().may_file().filter(user=user.pk, iscm=iscm_id).exists()


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


def may_compile(user: User) -> bool:
    return user.is_active and user.is_approver
