"""Stopping reminders about one input by a link from a mail, without signing in.

The link holds a signed name of the person and the input. It does not end: whoever has it may stop the reminders of one
person about one input, or start them again, and nothing else.
"""

from django.core import signing

from .models import ReminderStop, Submission, User

# A dot, because some mail programs end a link at a colon.
_signer = signing.Signer(salt="submissions.stop-reminders", sep=".")


def token_of(user: User, submission: Submission) -> str:
    return _signer.sign_object([user.pk, submission.pk])


def read(token: str) -> tuple[User, Submission] | None:
    """Whose reminders, about which input; None for what was never such a token."""
    try:
        user_pk, submission_pk = _signer.unsign_object(token)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    submission = Submission.objects.filter(pk=submission_pk).first()
    return (user, submission) if user and submission else None


def is_stopped(user: User, submission: Submission) -> bool:
    return ReminderStop.objects.filter(user=user, submission=submission).exists()


def stop(user: User, submission: Submission) -> None:
    ReminderStop.objects.get_or_create(user=user, submission=submission)


def start_again(user: User, submission: Submission) -> None:
    ReminderStop.objects.filter(user=user, submission=submission).delete()
