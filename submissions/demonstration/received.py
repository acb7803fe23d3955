"""The input of the demonstration that came by e-mail: entered and filed by IOM, it waits for its mechanism."""

from datetime import timedelta

from django.utils import timezone

from submissions import attachments, receiving, workflow
from submissions.models import InputType, Received, ReviewCycle, Submission, User

from .answers import a_pdf, answer
from .joint import Secretariat


def build(cycle: ReviewCycle, secretariat: Secretariat, *, reviewer: User) -> Submission:
    original = a_pdf("demonstration-input-by-e-mail.pdf")
    submission = receiving.receive(
        iscm=secretariat.iscm,
        cycle=cycle,
        input_type=InputType.objects.get(code="B1"),
        title=f"{secretariat.iscm.acronym} – an event of the mechanism, as sent by e-mail",
        language=secretariat.mechanism.words["language"],
        channel=Received.Channel.EMAIL,
        sender=f"{secretariat.head.name}, {secretariat.head.email}",
        received_on=timezone.now().date() - timedelta(days=3),
        file=original,
        checked=attachments.check(original),
        by=reviewer,
    )
    answer(submission, secretariat.mechanism, only_half=False, head=secretariat.head, drafter=reviewer)
    # Nobody but the mechanism says these.
    Submission.objects.filter(pk=submission.pk).update(is_collective=False, agreed_how="")
    workflow.perform(submission, "file_received", by=reviewer)
    submission.refresh_from_db()
    return submission
