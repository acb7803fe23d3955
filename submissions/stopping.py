"""Stopping reminders about one input, or notices before deadlines, by a link from a mail, without signing in.

The link holds a signed name of the person, and of the input. It does not end: whoever has it may stop those mails to
one person, or start them again, and nothing else.
"""

from django.core import signing

from .models import ReminderStop, Submission, User

# A dot, because some mail programs end a link at a colon.
_signer = signing.Signer(salt="submissions.stop-reminders", sep=".")
_signer_for_notices = signing.Signer(salt="submissions.stop-deadline-notices", sep=".")


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


# Notices before deadlines


def token_for_notices_of(user: User) -> str:
    return _signer_for_notices.sign_object([user.pk])


def read_for_notices(token: str) -> User | None:
    """Whose notices; None for what was never such a token."""
    try:
        (user_pk,) = _signer_for_notices.unsign_object(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=user_pk, is_active=True).first()


def set_notices(user: User, *, wanted: bool) -> None:
    user.gets_deadline_notices = wanted
    user.save(update_fields=["gets_deadline_notices"])
