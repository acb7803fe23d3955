"""One mail a day: what was held back for those who want their mails together, and for IOM what is on the desk.

It goes out after six in the morning of its reader, and says how things stood at six. What happens later waits for the
next day; whoever has nothing to be told gets nothing.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import commenting, mailing
from .mailing import as_read_by, link, zone_of
from .models import WITH_IOM, Comment, Mail, Submission, SubmissionEvent, User
from .models.people import MailPace
from .notifications import write

logger = logging.getLogger(__name__)

AFTER = time(6)

LISTED = 40  # so many inputs are listed under one heading, the others counted


def send_due(now: datetime | None = None) -> Counter:
    """Write what is due today. Counts the mails *written*, the people whose held mails were *released*, and *failed*.

    What goes wrong with one person is logged and does not stop the others.
    """
    now, done = now or timezone.now(), Counter()
    held = Mail.objects.filter(is_held=True, digest=None).values("recipient")
    at_iom = Q(gets_desk_digest=True) & (Q(is_reviewer=True) | Q(is_approver=True))
    for pk in User.objects.filter(Q(pk__in=held) | at_iom, is_active=True).values_list("pk", flat=True):
        try:
            done[_due(pk, now)] += 1
        except Exception:
            logger.exception("The daily mail to the person number %s could not be written.", pk)
            done["failed"] += 1
    del done[""]
    return done


def _due(pk: int, now: datetime) -> str:
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=pk)
        if user.mail_pace == MailPace.AT_ONCE and mailing.release(user):
            return "released"  # changed where nobody looked: by an administrator, say
        here = now.astimezone(zone_of(user))
        six = datetime.combine(here.date(), AFTER, tzinfo=here.tzinfo)
        occasion = f"digest:{here.date()}"
        if now < six or Mail.objects.filter(occasion=occasion, recipient=user).exists():
            return ""
        held = user.mails.filter(is_held=True, digest=None, written_at__lt=six)
        return "written" if _write(user, occasion, list(held.order_by("written_at", "pk")), six) else ""


def _write(user: User, occasion: str, held: list[Mail], until: datetime) -> Mail | None:
    with as_read_by(user):
        groups = desk(user, until) if user.is_iom and user.gets_desk_digest else []
        if not held and not groups:
            return None
        links = {"home_link": link("home"), "desk_link": link("queue"), "profile_link": link("profile")}
        mail = write(occasion, "digest", to=user, day=until, mails=held, groups=groups, **links)
    if mail:
        Mail.objects.filter(pk__in=[one.pk for one in held]).update(digest=mail)
    return mail


# ---------------------------------------------------------------------------------------------- the desk of one person


def desk(user: User, until: datetime) -> list[dict]:
    """What is with IOM, each input under the first heading that it belongs to. In the language that is active."""
    today = until.date()
    new = _filed_since(until - timedelta(days=1), until)
    left = list(_with_iom(user, until))
    groups = []
    for heading, belongs in _headings(user, today, new):
        inputs = [one for one in left if belongs(one)]
        left = [one for one in left if one not in inputs]
        groups.append(_group(heading, [_input_line(one, today, new) for one in inputs]))
    groups.append(_group(_("Help asked for"), [_help_line(one) for one in _waiting_for_help(user, until)]))
    return [group for group in groups if group["lines"]]


def _headings(user: User, today: date, new: set[int]) -> list[tuple[str, Callable[[Submission], bool]]]:
    return [
        (_("With you"), lambda one: one.reviewer_id == user.pk),
        (_("Overdue, with others"), lambda one: one.reviewer_id and one.due_on and one.due_on < today),
        (_("With nobody"), lambda one: one.reviewer_id is None),
        (_("Filed since yesterday, with others"), lambda one: one.pk in new),
    ]


def _of_others(user: User) -> QuerySet[Submission]:
    """What this person may read for IOM: never what a mechanism of theirs makes."""
    own = Submission.objects.made_by_mechanisms_of(user).values("pk")
    return Submission.objects.exclude(pk__in=own)


def _with_iom(user: User, until: datetime) -> QuerySet[Submission]:
    inputs = _of_others(user).filter(status__in=WITH_IOM, last_step_at__lt=until)
    inputs = inputs.select_related("iscm", "newest_revision", "reviewer").order_by("due_on", "last_step_at", "pk")
    return inputs


def _filed_since(since: datetime, until: datetime) -> set[int]:
    filed = SubmissionEvent.objects.filter(revision__cause="filed", at__gte=since, at__lt=until)
    return set(filed.values_list("submission", flat=True))


def _waiting_for_help(user: User, until: datetime) -> QuerySet[Comment]:
    asked = commenting.waiting_for_help(user).filter(written_at__lt=until)
    return asked.select_related("iscm", "section").prefetch_related("section__texts")


def _input_line(submission: Submission, today: date, new: set[int]) -> dict:
    return {
        "reference": submission.reference,
        "title": submission.newest_revision.content["title"],  # as it was filed
        "mechanism": submission.iscm.short_name,
        "reviewer": submission.reviewer.name if submission.reviewer else "",
        "due_on": submission.due_on,
        "is_overdue": bool(submission.due_on and submission.due_on < today),
        "is_new": submission.pk in new,
        "link": link("submission", submission.reference),
    }


def _help_line(comment: Comment) -> dict:
    """Of a draft IOM knows what the mechanism has shown with it, and no more: not its title, nor its reference."""
    return {
        "title": str(comment.section.heading) if comment.section else "",
        "mechanism": comment.iscm.name,
        "link": link("help_thread", comment.pk),
    }


def _group(heading: str, lines: Iterable[dict]) -> dict:
    lines = list(lines)
    return {"heading": heading, "lines": lines[:LISTED], "count": len(lines), "more": len(lines[LISTED:])}
