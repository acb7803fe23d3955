"""Who may bring people in, and what accepting an invitation does. The only way to an account."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from . import handover
from .models import ISCM, Affiliation, Invitation, User
from .models.people import today
from .workflow import Refused


class NoLongerOpen(Exception):
    """The invitation was accepted, withdrawn or expired in the meantime."""


def is_administrator(user: User) -> bool:
    """Administrators bring in IOM's people, and may stand in for the head of any mechanism."""
    return user.has_perm("submissions.add_invitation")


def leads(user: User, iscm: ISCM) -> bool:
    """Heads may grant every right in their mechanism, also one they do not use themselves: they answer for it."""
    return is_administrator(user) or Affiliation.objects.current().heads().filter(user=user, iscm=iscm).exists()


def mechanisms_seen_by(user: User):
    return ISCM.objects.all() if is_administrator(user) else ISCM.objects.of(user)


def open_to(user: User):
    """The invitations that this person may send again or withdraw."""
    if is_administrator(user):
        return Invitation.objects.open()
    led = Affiliation.objects.current().heads().filter(user=user).values("iscm")
    return Invitation.objects.open().filter(iscm__in=led)


def to_hand_over(user: User, iscm: ISCM):
    """The affiliations that this person may pass on: their own as head; an administrator acts for any head."""
    heads = Affiliation.objects.current().heads().filter(iscm=iscm)
    return heads if is_administrator(user) else heads.filter(user=user)


def account_of(email: str) -> User | None:
    """Whose address this is: the one they sign in with, or another that they have confirmed."""
    confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return User.objects.filter(Q(email__iexact=email) | Q(pk__in=confirmed)).order_by("pk").first()


@transaction.atomic
def send(invitation: Invitation, *, by: User) -> bool:
    """Writes the invitation and the job that mails it, both or neither. Sent again, it is valid anew.

    False, and nothing is sent, when one to be sent again was accepted or withdrawn in the meantime. Raises Refused
    where a handover cannot be.
    """
    invitation.expires_at = handover.open_until(invitation)
    if invitation.pk is None:
        if invitation.hands_over:
            handover.check_start(invitation, successor=account_of(invitation.email))
        invitation.invited_by = by
        invitation.save()
    elif not Invitation.objects.open().filter(pk=invitation.pk).update(expires_at=invitation.expires_at):
        return False
    elif sentence := handover.obstacle(invitation):
        raise Refused(sentence)
    async_task(f"submissions.tasks.{'send_handover' if invitation.hands_over else 'send_invitation'}", invitation.pk)
    return True


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> Invitation:
    """Gives the person what the invitation says, once. `user` may be new and not yet saved.

    Raises NoLongerOpen, or Refused where those who hand over have nothing to hand over any more.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open:
        raise NoLongerOpen
    if invitation.iscm and invitation.invited_by_id == user.pk and not leads(user, invitation.iscm):
        raise Refused(_gone_with_the_rights(invitation))
    if invitation.hands_over:
        handover.check_acceptance(invitation, successor=user)
    user.is_reviewer |= invitation.is_reviewer
    user.is_approver |= invitation.is_approver
    user.save()
    verify(user, invitation.email)
    if invitation.iscm:
        affiliate(user, invitation)
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by", "starts_on"])
    if invitation.hands_over:
        handover.end_rights(invitation)
        async_task("submissions.tasks.confirm_handover", invitation.pk)
    return invitation


def _gone_with_the_rights(invitation: Invitation) -> str:
    """Otherwise whoever has handed over could come back by what they sent themselves before."""
    return _("You sent this invitation to yourself while you headed %(mechanism)s, which you do not any more.") % {
        "mechanism": invitation.iscm
    }


def verify(user: User, email: str) -> None:
    """Whoever has opened the link has read the mail."""
    address, _is_new = EmailAddress.objects.get_or_create(
        user=user, email=email.lower(), defaults={"primary": user.email == email.lower()}
    )
    address.verified = True
    address.save()


def affiliate(user: User, invitation: Invitation) -> None:
    """No right begins before the day, or lasts beyond the day, that the invitation names."""
    terms = {"user": user, "iscm": invitation.iscm, "capacity": invitation.capacity}
    reason = handover.reason_for(invitation)
    lasting = Affiliation.objects.select_for_update().filter(**terms, ends_on=None).first()
    if lasting is None or invitation.ends_on:
        dates = {"starts_on": invitation.starts_on, "ends_on": invitation.ends_on}
        handover.keep(Affiliation(**terms, **dates, may_file=invitation.may_file), reason)
        return
    # Somebody invited to what they already are: nothing is taken away, the right to file may be added.
    files_from = min((part.starts_on for part in (lasting, invitation) if part.may_file), default=None)
    lasting.starts_on = min(lasting.starts_on, invitation.starts_on)
    lasting.may_file = files_from is not None and files_from <= max(lasting.starts_on, today())
    if files_from and not lasting.may_file:
        lasting.ends_on = files_from
    handover.keep(lasting, reason)
    if lasting.ends_on:
        handover.keep(Affiliation(**terms, may_file=True, starts_on=files_from), reason)


def is_last_to_file(affiliation: Affiliation) -> bool:
    """Whether the mechanism could file nothing any more once this affiliation ends."""
    if not affiliation.may_file:
        return False
    # One still to begin is asked about its first day: a predecessor's rights end with it.
    files_then = Affiliation.objects.current(on=max(today(), affiliation.starts_on)).may_file()
    others = files_then.filter(iscm=affiliation.iscm_id).exclude(pk=affiliation.pk)
    return not others.exclude(user=affiliation.user_id).exists()


def end(affiliation: Affiliation) -> None:
    """At once. One that had not begun yet will never have been in force."""
    affiliation.ends_on = max(today(), affiliation.starts_on)
    affiliation.save(update_fields=["ends_on"])
