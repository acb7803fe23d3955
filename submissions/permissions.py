"""Who a person is to a submission. Small predicates `(user, submission) -> bool`; no rule about status lives here.

| Who                 | How one becomes it                       | May                                           |
|---------------------|------------------------------------------|-----------------------------------------------|
| focal point         | an affiliation with the mechanism, today | read and draft that mechanism's inputs        |
| filing focal point  | the same, with the right to file         | also submit, resubmit and withdraw            |
| IOM reviewer        | an administrator gives the role          | read what was filed, take up, ask for changes |
| IOM approver        | an administrator gives the role          | read what was filed, decide on it, compile    |

Nobody reviews or decides on an input of a mechanism that they are affiliated with: IOM hosts several secretariats.
"""

from .models import Affiliation, Submission, User


def is_affiliated_with(user: User, submission: Submission) -> bool:
    return Affiliation.objects.current().filter(user=user.pk, iscm=submission.iscm_id).exists()


def may_draft(user: User, submission: Submission) -> bool:
    return is_affiliated_with(user, submission)


def may_file(user: User, submission: Submission) -> bool:
    return Affiliation.objects.current().may_file().filter(user=user.pk, iscm=submission.iscm_id).exists()


def is_reviewer_of(user: User, submission: Submission) -> bool:
    return user.is_active and user.is_reviewer and not is_affiliated_with(user, submission)


def is_approver_of(user: User, submission: Submission) -> bool:
    return user.is_active and user.is_approver and not is_affiliated_with(user, submission)


def may_compile(user: User) -> bool:
    return user.is_active and user.is_approver
