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
| approve, decline, reopen    | everyone                          |                                                 |

Of what came by mail and was entered by IOM:

| Step             | The mechanism                          | IOM                                             |
|------------------|----------------------------------------|-------------------------------------------------|
| file it for them | who may file is asked, or else all     | all other reviewers                             |
| confirm, object  | everyone but the one who did           | who entered it, and the reviewer if there is one |
| withdraw         | as above                               | as above, and who entered it                    |

"All reviewers" are those who may take this input up; *everyone* is who is affiliated with the mechanism today.

Of a joint input, where the mechanism of the table above leads:

| Step or act                          | The lead    | The partners                                                |
|--------------------------------------|-------------|-------------------------------------------------------------|
| submit, resubmit, withdraw           | as above    | everyone                                                    |
| return for changes, approve, decline | as above    | everyone                                                    |
| reopen                               | as above    | everyone                                                    |
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

Who wants mails together gets them in one, the next morning (see digests.py), but for those that come at once:

| Mail                                                 | Why                                                         |
|------------------------------------------------------|-------------------------------------------------------------|
| receipts                                             | people wait for them, and keep them                         |
| reminders, notices before a deadline                 | they are about time                                         |
| to endorse, to look again, nobody there may answer,  | only where the deadline is within three days, or the answer |
| the lead is offered                                  | would come too late                                         |
| the daily mail itself                                |                                                             |

Nobody is told of an act of their own, but of what it asks of them: who files for the lead and for a partner is asked.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from . import endorsement, mail_texts
from .audiences import (
    Audience,
    News,
    everyone_at_the_mechanism,
    iom_if_it_was_filed,
    its_reviewer,
    its_reviewer_if_there_is_one,
    partners_in_which_nobody_may_answer,
    reviewers_who_may_take_it_up,
    that_partner,
    the_leads_before_and_after,
    the_other_reviewers,
    the_others_at_the_mechanism,
    the_partners,
    those_to_remind,
    those_who_have_not_answered,
    those_who_may_confirm,
    those_who_may_endorse,
    those_who_may_file,
    those_who_may_file_for_that_partner,
    those_who_must_look_again,
    who_entered_it,
)
from .content import title_as_seen_by
from .endorsement import Standing
from .mail_texts import one_line, quoted, safe
from .mailing import as_read_by, link, put, stop_link, zone_of
from .models import ChangeRequest, Mail, Status, Submission, SubmissionEvent, User
from .models.people import MailPace

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
    "reopen": [(everyone_at_the_mechanism, "reopened"), (the_partners, "joint_news")],
    "withdraw": [
        (the_others_at_the_mechanism, "withdrawn"),
        (the_partners, "joint_news"),
        (iom_if_it_was_filed, "withdrawn"),
        (who_entered_it, "withdrawn"),
    ],
    # What came by mail, entered by IOM
    "file_received": [(those_who_may_confirm, "please_confirm"), (the_other_reviewers, "new_input")],
    "confirm": [
        (the_others_at_the_mechanism, "confirmed"),
        (its_reviewer_if_there_is_one, "confirmed"),
        (who_entered_it, "confirmed"),
    ],
    "object": [
        (the_others_at_the_mechanism, "objected"),
        (its_reviewer_if_there_is_one, "objected"),
        (who_entered_it, "objected"),
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


AT_ONCE = {"receipt", "receipt_again", "reminder", "reminded_of_changes", "deadline", "digest"}
ASKS_FOR_AN_ANSWER = {"endorsement_asked", "look_again", "nobody_may_answer", "lead_offered"}
SOON = timedelta(days=3)


def tell(event: SubmissionEvent) -> None:
    """Write the mails about this step, and a job for each. To be called in the transaction of the step."""
    told, news = set(), News(event.submission, event)
    mails = MAILS.get(event.step, [])
    own = mail_texts.own_words(name for _audience, name in mails)
    # Each mail is in another language, and reads the words from here.
    prefetch_related_objects([event.submission], "cycle__texts", "input_type__texts")
    for audience, name in mails:
        for person in audience(news):
            if person.pk not in told:
                told.add(person.pk)
                with as_read_by(person):
                    is_held = _wants_one_a_day(person) and _may_wait(name, news.due_at)
                    put(name, _of_a_step(news, person), to=person, own=own, is_held=is_held, event=event)


def write(occasion: str, name: str, *, to: User, submission: Submission | None = None, **facts) -> Mail | None:
    """Write the mail `name` about something that is no step of an input, with its job. To be called in its transaction.

    An occasion, such as “deadline:IMRF2026:rcm:7”, is told to a person once: None where it was told already. What is
    given besides is there in the template: a text on one line, whatever it holds; `note`, and what passed through
    `quoted()`, in lines that begin with “>”; links as `link()` makes them.
    """
    with transaction.atomic(), as_read_by(to):
        if Mail.objects.filter(occasion=occasion, recipient=to).exists():
            return None
        if "note" in facts:
            facts["note"] = quoted(facts["note"])
        if isinstance(facts.get("actor"), User):
            facts["actor"] = facts["actor"].name
        known = {**_of_any_mail(to), **(_of_an_input(submission, to) if submission else {})}
        is_held = _wants_one_a_day(to) and _may_wait(name, facts.get("due_at"))
        own = mail_texts.own_words([name])
        try:
            with transaction.atomic():  # of its own: where another was quicker, what was written before stays
                return put(name, {**known, **safe(facts)}, to=to, own=own, is_held=is_held, occasion=occasion)
        except IntegrityError:
            if Mail.objects.filter(occasion=occasion, recipient=to).exists():
                return None
            raise


def _wants_one_a_day(person: User) -> bool:
    return person.mail_pace == MailPace.DAILY


def _may_wait(name: str, due_at: datetime | None) -> bool:
    """Until the next morning."""
    if name in ASKS_FOR_AN_ANSWER:
        return due_at is None or due_at - timezone.now() > SOON
    return name not in AT_ONCE


def _of_any_mail(to: User) -> dict:
    return {"recipient": one_line(to.name), "zone": zone_of(to).key, "portal_name": settings.PORTAL_NAME}


def _of_an_input(submission: Submission, to: User, *, title: str = "") -> dict:
    return {
        "submission": submission,
        "status": submission.get_status_display(),
        "title": one_line(title or title_as_seen_by(to, submission)),
        "mechanism": one_line(submission.iscm.name),
        "cycle": submission.cycle.name,
        "input_link": link("submission", submission.reference),
        "tasks_link": link("tasks", submission.reference),
        "receipt_link": link("receipt", submission.reference),
    }


def _of_a_step(news: News, to: User) -> dict:
    event, submission = news.event, news.submission
    return {
        **_of_any_mail(to),
        **_of_an_input(submission, to, title=_title_for(to, news)),
        "event": event,
        "status": Status(event.target).label,
        "actor": one_line(event.actor.name) if event.actor else settings.PORTAL_NAME,
        "note": quoted(event.note),
        "requests": [_asked(request) for request in _requests(event)],
        **({"confirm_link": link("confirm", submission.reference)} if event.step == "file_received" else {}),
        **(_of_a_joint_input(news, to) if news.is_joint else {}),
    }


def _title_for(user: User, news: News) -> str:
    return news.submission.title if user.pk in news.makers else title_as_seen_by(user, news.submission)


def _of_a_joint_input(news: News, to: User) -> dict:
    """What the mails about joint inputs say besides: who leads, which partner it is about, what is awaited of whom."""
    event, reference = news.event, news.submission.reference
    yours = [one for one in news.partnerships if one.iscm_id and to in news.people_of(one.iscm_id)]
    awaited = news.answered_for_by(to)
    return {
        "lead": one_line(news.submission.iscm.name),
        "lead_in_short": one_line(news.submission.iscm.short_name),
        "lead_before": one_line(event.partnership.lead.name) if event.step == "accept_lead" else "",
        "partner": one_line(event.partnership.name) if event.partnership else "",
        "partner_in_short": one_line(event.partnership.short_name) if event.partnership else "",
        "yours": "; ".join(one_line(one.name) for one in yours),
        "answering": "; ".join(one_line(one.partnership.name) for one in awaited),
        "may_file": to in news.people_of(news.submission.iscm_id, may_file=True),
        "answers": [
            {
                "name": one_line(one.partnership.name),
                "is_older": one.standing == Standing.STALE,
                "link": link("endorse", reference, one.partnership.iscm.slug),
            }
            for one in awaited
        ],
        "due_at": news.due_at,
        "days_left": news.days_left,
        "word_to_the_partners": quoted(news.word_to_the_partners) if awaited else "",
        "partners_link": partial(link, "partners", reference),
        "lead_offer_link": partial(link, "lead_offer", reference),
        "check_link": partial(link, "check", reference),
        "stop_link": partial(stop_link, to, news.submission),
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


def _requests(event: SubmissionEvent) -> list[ChangeRequest]:
    """The changes asked for with this step."""
    asked = event.change_requests.in_order().select_related("section", "objective")
    return list(asked.prefetch_related("section__texts", "objective__texts")) if event.step in _ASKS_FOR_CHANGES else []


_ASKS_FOR_CHANGES = {"request_changes", "reopen"}


def _asked(request: ChangeRequest) -> dict:
    heading = request.section.heading if request.section else _("The whole input")
    if request.objective:
        heading = f"{heading} – {request.objective}"
    return {
        "heading": one_line(str(heading)),
        "kind": request.get_kind_display() if request.kind != ChangeRequest.Kind.OTHER else "",
        "text": quoted(request.text),
        "reason": quoted(request.reason),
    }
