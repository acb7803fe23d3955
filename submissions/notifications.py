"""What is told of which step, to whom, and in which language.

`tell()` writes one Mail per person, each with its job for the worker, in the transaction of the step: a step that is
taken is told, one that is refused is not. `send()` is what the worker does with one of them.

| Step                        | The mechanism                     | IOM                                             |
|-----------------------------|-----------------------------------|-------------------------------------------------|
| submit                      | a receipt to all who may file     | all reviewers                                   |
| resubmit                    | a receipt to all who may file     | the reviewer of the input                       |
| withdraw (after filing)     | everyone but the one who withdrew | the reviewer of the input, or all reviewers     |
| withdraw (of a draft)       | everyone but the one who withdrew | nobody: IOM does not know that there is a draft |
| take up, return for changes | everyone                          |                                                 |
| approve, decline            | everyone                          |                                                 |

"All reviewers" are those who may take this input up; *everyone* is who is affiliated with the mechanism today.

Of a joint input, where the mechanism of the table above leads:

| Step or act                          | The lead    | The partners                                                |
|--------------------------------------|-------------|-------------------------------------------------------------|
| submit, resubmit, withdraw           | as above    | everyone                                                    |
| return for changes, approve, decline | as above    | everyone                                                    |
| ask                                  |             | who files for one that must answer; or else everyone there  |
| ask again                            |             | the same who file; by the portal: those who must look again |
| remind                               |             | the same who file, but for those who have stopped reminders |
| take back                            |             | who files for one that endorses                             |
| endorse, decline to endorse          | everyone    |                                                             |
| add, change or remove a partner      |             | everyone of that partner                                    |
| drop a partner                       |             | everyone there; who files for one that must look again      |
| offer the lead, take the offer back  |             | who files for that partner                                  |
| decline the lead                     | everyone    |                                                             |
| accept the lead                      | old and new | who files for one that must look again                      |

Nobody is told of an act of their own, but of what it asks of them: who files for the lead and for a partner is asked.
"""

import textwrap
import unicodedata
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, prefetch_related_objects
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django_q.tasks import async_task

from . import endorsement, stopping
from .audiences import (
    Audience,
    News,
    everyone_at_the_mechanism,
    iom_if_it_was_filed,
    its_reviewer,
    partners_in_which_nobody_may_answer,
    reviewers_who_may_take_it_up,
    that_partner,
    the_leads_before_and_after,
    the_others_at_the_mechanism,
    the_partners,
    those_to_remind,
    those_who_have_not_answered,
    those_who_may_endorse,
    those_who_may_file,
    those_who_may_file_for_that_partner,
    those_who_must_look_again,
)
from .content import title_as_seen_by
from .endorsement import Standing
from .models import Mail, Status, Submission, SubmissionEvent, User

# A job that runs longer is stopped by then: whoever claimed a mail before that is not going to send it.
CLAIM_ENDS_AFTER = timedelta(seconds=settings.Q_CLUSTER["timeout"])


class BeingSent(Exception):
    """Another worker is sending this mail now; the job is tried again later and then finds it sent."""


# For each step its audiences, each with the name of its mail (templates/mail/<name>.txt, <name>_subject.txt).
# Somebody in two of them gets the first.
MAILS: dict[str, list[tuple[Audience, str]]] = {
    "submit": [
        (those_who_may_file, "receipt"),
        (the_partners, "joint_news"),
        (reviewers_who_may_take_it_up, "new_input"),
    ],
    "take_up": [(everyone_at_the_mechanism, "taken_up")],
    "request_changes": [(everyone_at_the_mechanism, "changes_requested"), (the_partners, "joint_news")],
    "resubmit": [
        (those_who_may_file, "receipt_again"),
        (the_partners, "joint_news"),
        (its_reviewer, "resubmitted"),
    ],
    "approve": [(everyone_at_the_mechanism, "approved"), (the_partners, "joint_news")],
    "decline": [(everyone_at_the_mechanism, "declined"), (the_partners, "joint_news")],
    "withdraw": [
        (the_others_at_the_mechanism, "withdrawn"),
        (the_partners, "joint_news"),
        (iom_if_it_was_filed, "withdrawn"),
    ],
    # Joint inputs: the partners are asked,
    "ask": [
        (those_who_have_not_answered, "endorsement_asked"),
        (those_who_must_look_again, "look_again"),
        (partners_in_which_nobody_may_answer, "nobody_may_answer"),
    ],
    "ask_again": [(those_who_have_not_answered, "endorsement_asked"), (those_who_must_look_again, "look_again")],
    "remind": [(those_to_remind, "reminder")],
    "take_back": [(those_who_may_endorse, "taken_back")],
    "take_back_to_change": [(those_who_may_endorse, "taken_back")],
    # they answer,
    "endorse": [(the_others_at_the_mechanism, "partner_answered")],
    "endorse_with_remark": [(the_others_at_the_mechanism, "partner_answered")],
    "decline_endorsement": [(the_others_at_the_mechanism, "partner_answered")],
    # come and go,
    "add_partner": [(that_partner, "partner_added")],
    "change_partner": [(that_partner, "partner_changed")],
    "remove_partner": [(that_partner, "partner_removed")],
    "drop_partner": [(those_who_must_look_again, "look_again"), (that_partner, "partner_removed")],
    # and take the lead.
    "offer_lead": [(those_who_may_file_for_that_partner, "lead_offered")],
    "withdraw_lead_offer": [(those_who_may_file_for_that_partner, "lead_offer_withdrawn")],
    "accept_lead": [(the_leads_before_and_after, "lead_accepted"), (those_who_must_look_again, "look_again")],
    "decline_lead": [(the_others_at_the_mechanism, "lead_declined")],
}


def tell(event: SubmissionEvent) -> None:
    """Write the mails about this step, and a job for each. To be called in the transaction of the step."""
    told, news = set(), News(event.submission, event)
    # Each mail is in another language, and reads the words from here.
    prefetch_related_objects([event.submission], "cycle__texts", "input_type__texts")
    for audience, name in MAILS.get(event.step, []):
        for person in audience(news):
            if person.pk not in told:
                told.add(person.pk)
                mail = _write(news, name, to=person)
                async_task("submissions.tasks.send_mail", mail.pk)


def _write(news: News, name: str, *, to: User) -> Mail:
    event, submission, zone = news.event, news.submission, _zone_of(to)
    with translation.override(to.language), timezone.override(zone):
        # Plain text: nothing is escaped, and what people typed is quoted line by line.
        context = Context(
            {
                "event": event,
                "submission": submission,
                "status": Status(event.target).label,
                "title": _one_line(_title_for(to, news)),
                "actor": _one_line(event.actor.name) if event.actor else settings.PORTAL_NAME,
                "recipient": _one_line(to.name),
                "zone": zone.key,
                "note": _quoted(event.note),
                "requests": [
                    {"heading": request.section.heading, "text": _quoted(request.text)} for request in _requests(event)
                ],
                "portal_name": settings.PORTAL_NAME,
                "input_link": _link("submission", submission.reference),
                "tasks_link": _link("tasks", submission.reference),
                "receipt_link": _link("receipt", submission.reference),
                **(_of_a_joint_input(news, to) if news.is_joint else {}),
            },
            autoescape=False,
        )
        subject, body = (
            get_template(f"mail/{template}.txt").template.render(context) for template in (f"{name}_subject", name)
        )
    return Mail.objects.create(
        event=event, recipient=to, language=to.language, subject=_one_line(subject), body=_without_gaps(body)
    )


def _title_for(user: User, news: News) -> str:
    return news.submission.title if user.pk in news.makers else title_as_seen_by(user, news.submission)


def _of_a_joint_input(news: News, to: User) -> dict:
    """What the mails about joint inputs say besides: who leads, which partner it is about, what is awaited of whom."""
    event, reference = news.event, news.submission.reference
    yours = [one for one in news.partnerships if one.iscm_id and to in news.people_of(one.iscm_id)]
    awaited = news.answered_for_by(to)
    return {
        "lead": _one_line(news.submission.iscm.name),
        "lead_in_short": _one_line(news.submission.iscm.short_name),
        "lead_before": _one_line(event.partnership.lead.name) if event.step == "accept_lead" else "",
        "partner": _one_line(event.partnership.name) if event.partnership else "",
        "partner_in_short": _one_line(event.partnership.short_name) if event.partnership else "",
        "yours": "; ".join(_one_line(one.name) for one in yours),
        "answering": "; ".join(_one_line(one.partnership.name) for one in awaited),
        "may_file": to in news.people_of(news.submission.iscm_id, may_file=True),
        "answers": [
            {
                "name": _one_line(one.partnership.name),
                "is_older": one.standing == Standing.STALE,
                "link": _link("endorse", reference, one.partnership.iscm.slug),
            }
            for one in awaited
        ],
        "due_at": news.due_at,
        "days_left": news.days_left,
        "word_to_the_partners": _quoted(news.word_to_the_partners) if awaited else "",
        "partners_link": partial(_link, "partners", reference),
        "lead_offer_link": partial(_link, "lead_offer", reference),
        "check_link": partial(_link, "check", reference),
        "stop_link": partial(_stop_link, to, news.submission),
        **(_of_an_answer(news) if event.step in _ANSWERS else {}),
    }


_ANSWERS = {"endorse", "endorse_with_remark", "decline_endorsement"}


def _of_an_answer(news: News) -> dict:
    given = next((one.answer for one in news.standings if one.partnership == news.event.partnership), None)
    return {
        "standings": endorsement.in_words(news.standings),
        "is_by_letter": bool(given and given.evidence_id),
        "all_have": all(one.standing == Standing.ENDORSED for one in news.standings),
    }


def _zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ValueError, KeyError, OSError):  # a zone that this machine does not know must not stop a filing
        return ZoneInfo("UTC")


def _requests(event: SubmissionEvent):
    if event.step != "request_changes":
        return []
    return event.submission.change_requests.open().select_related("section").prefetch_related("section__texts")


def _link(name: str, *args) -> str:
    """Leads to a page that says what is the case; nothing happens by following it."""
    return settings.PORTAL_ADDRESS.rstrip("/") + reverse(name, args=args)


def _stop_link(user: User, submission: Submission) -> str:
    return _link("stop_reminders", stopping.token_of(user, submission))


def _quoted(text: str) -> str:
    return textwrap.indent(text.strip(), "> ", predicate=lambda line: True)


def _one_line(text: str) -> str:
    """What somebody typed cannot bring headers or lines of its own: no line breaks, no control characters."""
    printable = "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
    words = " ".join(printable.split())
    return words if len(words) <= 250 else words[:249] + "…"


def _without_gaps(body: str) -> str:
    """Where a part of the template says nothing, no hole is left."""
    lines = [line.rstrip() for line in body.strip().splitlines()]
    return "\n".join(line for number, line in enumerate(lines) if line or lines[number - 1]) + "\n"


def send(pk: int) -> None:
    """Send one mail, once. Raises what went wrong, so that the worker tries again; the row keeps it for staff.

    The claim is a single UPDATE and no lock is held while the mail server answers: it may take its time, and on
    SQLite nobody else could write meanwhile.
    """
    now = timezone.now()
    claimed = (
        Mail.objects.filter(pk=pk, sent_at=None)
        .filter(Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_ENDS_AFTER))
        .update(claimed_at=now, attempts=F("attempts") + 1)
    )
    if not claimed:
        if Mail.objects.filter(pk=pk, sent_at=None).exists():
            raise BeingSent
        return
    mail = Mail.objects.select_related("recipient", "event__submission").get(pk=pk)
    try:
        _message(mail).send()
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:300]
        Mail.objects.filter(pk=pk).update(claimed_at=None, error=error)
        raise
    Mail.objects.filter(pk=pk).update(sent_at=timezone.now(), claimed_at=None, error="")


def _message(mail: Mail) -> EmailMessage:
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": mail.language}
    if mail.event.step == "remind":
        # RFC 8058: a mail program may offer to stop them by a button of its own.
        headers["List-Unsubscribe"] = f"<{_stop_link(mail.recipient, mail.event.submission)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.recipient.email], headers=headers)
