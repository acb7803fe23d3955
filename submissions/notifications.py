"""Who is told of which step, and in which language.

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
"""

import textwrap
import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, prefetch_related_objects
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django_q.tasks import async_task

from .content import title_as_seen_by
from .models import Affiliation, Mail, Status, Submission, SubmissionEvent, User
from .permissions import is_reviewer_of

Audience = Callable[[SubmissionEvent], Iterable[User]]

# A job that runs longer is stopped by then: whoever claimed a mail before that is not going to send it.
CLAIM_ENDS_AFTER = timedelta(seconds=settings.Q_CLUSTER["timeout"])


class BeingSent(Exception):
    """Another worker is sending this mail now; the job is tried again later and then finds it sent."""


# Who


def everyone_at_the_mechanism(event: SubmissionEvent) -> Iterable[User]:
    return _affiliated(event.submission)


def those_who_may_file(event: SubmissionEvent) -> Iterable[User]:
    return [*_affiliated(event.submission, may_file=True), event.actor]


def the_others_at_the_mechanism(event: SubmissionEvent) -> Iterable[User]:
    return [user for user in _affiliated(event.submission) if user != event.actor]


def reviewers_who_may_take_it_up(event: SubmissionEvent) -> Iterable[User]:
    reviewers = User.objects.filter(is_active=True, is_reviewer=True)
    return [user for user in reviewers if is_reviewer_of(user, event.submission)]


def its_reviewer(event: SubmissionEvent) -> Iterable[User]:
    """Who took it up; everybody who could, where nobody has or that person does not review any more."""
    reviewer = event.submission.reviewer
    if reviewer and is_reviewer_of(reviewer, event.submission):
        return [reviewer]
    return reviewers_who_may_take_it_up(event)


def iom_if_it_was_filed(event: SubmissionEvent) -> Iterable[User]:
    return its_reviewer(event) if event.submission.filed_at else []


def _affiliated(submission: Submission, **conditions) -> Iterable[User]:
    current = Affiliation.objects.current().filter(iscm=submission.iscm_id, **conditions)
    return User.objects.filter(pk__in=current.values("user"))


# What: for each step its audiences, each with the name of its mail (templates/mail/<name>.txt, <name>_subject.txt).
# Somebody in two of them gets the first.
MAILS: dict[str, list[tuple[Audience, str]]] = {
    "submit": [(those_who_may_file, "receipt"), (reviewers_who_may_take_it_up, "new_input")],
    "take_up": [(everyone_at_the_mechanism, "taken_up")],
    "request_changes": [(everyone_at_the_mechanism, "changes_requested")],
    "resubmit": [(those_who_may_file, "receipt_again"), (its_reviewer, "resubmitted")],
    "approve": [(everyone_at_the_mechanism, "approved")],
    "decline": [(everyone_at_the_mechanism, "declined")],
    "withdraw": [(the_others_at_the_mechanism, "withdrawn"), (iom_if_it_was_filed, "withdrawn")],
}


def tell(event: SubmissionEvent) -> None:
    """Write the mails about this step, and a job for each. To be called in the transaction of the step."""
    told = set()
    # Each mail is in another language, and reads the words from here.
    prefetch_related_objects([event.submission], "cycle__texts", "input_type__texts")
    for audience, name in MAILS.get(event.step, []):
        for person in audience(event):
            if person.pk not in told:
                told.add(person.pk)
                mail = _write(event, name, to=person)
                async_task("submissions.tasks.send_mail", mail.pk)


def _write(event: SubmissionEvent, name: str, *, to: User) -> Mail:
    submission, zone = event.submission, _zone_of(to)
    with translation.override(to.language), timezone.override(zone):
        # Plain text: nothing is escaped, and what people typed is quoted line by line.
        context = Context(
            {
                "event": event,
                "submission": submission,
                "status": Status(event.target).label,
                "title": _one_line(title_as_seen_by(to, submission)),
                "actor": _one_line(event.actor.name),
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
            },
            autoescape=False,
        )
        subject, body = (
            get_template(f"mail/{template}.txt").template.render(context) for template in (f"{name}_subject", name)
        )
    return Mail.objects.create(
        event=event, recipient=to, language=to.language, subject=_one_line(subject), body=_without_gaps(body)
    )


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
    mail = Mail.objects.select_related("recipient").get(pk=pk)
    try:
        _message(mail).send()
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:300]
        Mail.objects.filter(pk=pk).update(claimed_at=None, error=error)
        raise
    Mail.objects.filter(pk=pk).update(sent_at=timezone.now(), claimed_at=None, error="")


def _message(mail: Mail) -> EmailMessage:
    return EmailMessage(
        mail.subject,
        mail.body,
        settings.DEFAULT_FROM_EMAIL,
        [mail.recipient.email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": mail.language},
    )
