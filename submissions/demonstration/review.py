"""What makes the desk of the demonstration look like one: who covers what, assignments, comments, a call for help."""

from datetime import timedelta

from django.utils import timezone

from objectives.models import Roundtable
from submissions import assigning, commenting
from submissions.models import Comment, Region, Submission, User

Circle = Comment.Circle

COVERS = {
    "rita@example.org": ([1, 2], ["africa", "arab"]),
    "piotr@example.org": ([3, 4], ["latin-america-caribbean", "europe-north-america", "asia-pacific"]),
}


def build(*, reviewer: User, approver: User) -> None:
    for person in (reviewer, approver):
        roundtables, regions = COVERS[person.email]
        person.roundtables.set(Roundtable.objects.filter(number__in=roundtables))
        person.regions.set(Region.objects.filter(code__in=regions))
    today = timezone.now().date()
    filed = Submission.objects.get(reference="DEMO-DDNR-D3-1")
    assigning.assign(
        filed, reviewer, by=approver, due_on=today + timedelta(days=5), note="It is about your roundtables."
    )
    reviewed = Submission.objects.get(reference="DEMO-DDNR-D1-1")
    assigning.assign(reviewed, reviewer, by=approver, due_on=today - timedelta(days=2))
    _talk(reviewed, reviewer=reviewer, approver=approver)
    _ask_for_help(Submission.objects.get(reference="DEMO-DDSH-D3-1"), reviewer=reviewer)


def _talk(submission: Submission, *, reviewer: User, approver: User) -> None:
    section = submission.input_type.sections.exclude(kind="engagement").order_by("type_sections__position").first()
    said = commenting.comment(
        submission,
        section=section,
        text="Is this the mechanism’s own work, or a list of what its members do?",
        circle=Circle.INTERNAL,
        by=reviewer,
    )
    commenting.reply(said, text="The mechanism’s own, as I read it. I would leave it.", by=approver)
    commenting.comment(
        submission,
        section=section,
        text="Thank you, this reads well. May we quote the second paragraph in the foreword?",
        circle=Circle.SHARED,
        by=reviewer,
    )


def _ask_for_help(draft: Submission, *, reviewer: User) -> None:
    section = draft.input_type.sections.exclude(kind="engagement").order_by("type_sections__position").first()
    drafter = draft.started_by
    asked = commenting.ask_for_help(
        draft,
        section=section,
        text="We have the minutes of two meetings. Is a summary enough here, or do you want the text?",
        lets_read=True,
        by=drafter,
    )
    commenting.reply(asked, text="A summary of a page is enough; attach the minutes as an annex.", by=reviewer)
