"""Chairs rotate: the day on which a successor's rights begin is the first day without rights of the outgoing person.

A handover is an invitation that names the affiliation which it hands over. Before the successor accepts nothing changes
for anybody. One that is never accepted, or is withdrawn, changes nothing at all.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import ISCM, Affiliation, Invitation, User
from .models.people import invitation_expiry, today
from .workflow import Refused

# A link that opens a mechanism's rights does not lie in a mailbox for years.
LONGEST_AHEAD = timedelta(days=366)


def of(iscm: ISCM) -> QuerySet[Invitation]:
    handovers = Invitation.objects.filter(iscm=iscm).exclude(hands_over=None)
    return handovers.select_related("iscm", "hands_over__user", "accepted_by", "invited_by")


def pending(iscm: ISCM) -> QuerySet[Invitation]:
    """Those that wait to be accepted, and those accepted whose day has not come."""
    return of(iscm).filter(
        Q(pk__in=Invitation.objects.open().values("pk")) | Q(accepted_at__isnull=False, starts_on__gt=today())
    )


def name_of_successor(handover: Invitation) -> str:
    return (handover.accepted_by and handover.accepted_by.name) or handover.name or handover.email


def day_of(handover: Invitation) -> date:
    """When it takes place if it is accepted now: nothing is taken from anybody for a day that has passed."""
    return max(handover.starts_on, today())


def open_until(invitation: Invitation) -> datetime:
    """Fourteen days; for a handover on a later day, until that day is over (UTC)."""
    if not invitation.hands_over_id:
        return invitation_expiry()
    return max(invitation_expiry(), datetime.combine(invitation.starts_on, time(23, 59), UTC))


def lock(iscm: ISCM) -> None:
    """One handover at a time in a mechanism: two that cross would each end what the other has just given."""
    ISCM.objects.select_for_update(no_key=True).get(pk=iscm.pk)


# ---------------------------------------------------------------------------------------------- what stands against it


def obstacle_to_starting(outgoing: Affiliation, successor: User | None = None) -> str | None:
    if successor and successor.pk == outgoing.user_id:
        return _("Nobody hands over to themselves. Give the address of another person.")
    for other in pending(outgoing.iscm):
        words = {
            "outgoing": other.hands_over.user.name,
            "successor": name_of_successor(other),
            "day": date_format(other.starts_on, "DATE_FORMAT"),
        }
        if other.hands_over.user_id == outgoing.user_id and other.accepted_at:
            return _("%(outgoing)s has handed over to %(successor)s already: it takes place on %(day)s.") % words
        if other.hands_over.user_id == outgoing.user_id:
            return (
                _(
                    "A handover from %(outgoing)s to %(successor)s on %(day)s is open already. "
                    "Send it again, or withdraw it, on the page of people."
                )
                % words
            )
        if other.accepted_by_id == outgoing.user_id or other.email.lower() == outgoing.user.email:
            return _("%(successor)s is to take over from %(outgoing)s. That has to be over first.") % words
        if successor and other.hands_over.user_id == successor.pk:
            return _("%(outgoing)s is handing over to %(successor)s. That has to be over first.") % words
    return None


def obstacle(handover: Invitation, *, successor: User | None = None) -> str | None:
    """Why it cannot be accepted any more, although it is open."""
    if not handover.hands_over_id:
        return None
    outgoing = handover.hands_over
    if successor and successor.pk == outgoing.user_id:
        return _("Nobody hands over to themselves.")
    if not Affiliation.objects.current().heads().filter(pk=outgoing.pk).exists():
        return _(
            "%(outgoing)s does not head %(mechanism)s any more in the capacity that was to be handed over, so there is "
            "nothing to take over. Another head of the mechanism, or an administrator of the portal, can invite you."
        ) % {"outgoing": outgoing.user.name, "mechanism": handover.iscm.short_name}
    return None


def leaves_nobody_to_file(outgoing: Affiliation, *, on: date) -> bool:
    """Whether, without the outgoing person, nobody could file for the mechanism on that day."""
    filing = Affiliation.objects.may_file().filter(iscm=outgoing.iscm_id)
    theirs = filing.current().filter(user=outgoing.user_id)
    return theirs.exists() and not filing.current(on=on).exclude(user=outgoing.user_id).exists()


# ---------------------------------------------------------------------------------------------- what happens


def check_start(handover: Invitation, *, successor: User | None) -> None:
    """To be called in the transaction that writes the handover."""
    lock(handover.iscm)
    if sentence := obstacle_to_starting(handover.hands_over, successor):
        raise Refused(sentence)


def check_acceptance(handover: Invitation, *, successor: User) -> None:
    """To be called in the transaction of the acceptance, before anybody is given anything. Settles the day."""
    lock(handover.iscm)
    if sentence := obstacle(handover, successor=successor):
        raise Refused(sentence)
    handover.starts_on = day_of(handover)


def end_rights(handover: Invitation) -> None:
    """All that the outgoing person has, or is to have, in the mechanism ends on the day; nothing lasts longer by it."""
    day, outgoing = handover.starts_on, handover.hands_over.user
    theirs = Affiliation.objects.select_for_update().filter(user=outgoing, iscm=handover.iscm)
    for affiliation in theirs.exclude(ends_on__lte=day):
        affiliation.ends_on = max(day, affiliation.starts_on)
        keep(affiliation, f"Handed over to {name_of_successor(handover)}")


def keep(affiliation: Affiliation, reason: str) -> None:
    """The reason goes into the history, which is in English whatever language the person who acts reads."""
    affiliation._change_reason = reason[: Affiliation.history.model._meta.get_field("history_change_reason").max_length]
    affiliation.save()


def reason_for(invitation: Invitation) -> str:
    if invitation.hands_over_id:
        return f"Took over from {invitation.hands_over.user.name}"
    return f"Invited by {invitation.invited_by.name}"
