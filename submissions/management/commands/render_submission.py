from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from submissions import content
from submissions.documents import submission as documents
from submissions.documents.making import write_whole
from submissions.documents.pdf import CannotRender, Made
from submissions.models import Submission


class Command(BaseCommand):
    help = "Makes the PDF of one input: of its newest revision, of a revision, or a draft of its working copy."

    def add_arguments(self, parser):
        parser.add_argument("reference", help="e.g. IMRF2026-RP-B3-1")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="the PDF to write")
        parser.add_argument("--revision", type=int, metavar="N", help="this revision instead of the newest")
        parser.add_argument("--draft", action="store_true", help="the working copy as it is now, marked DRAFT")

    def handle(self, *, reference, output, revision, draft, **options):
        submission = Submission.objects.select_related("cycle").filter(reference__iexact=reference).first()
        if submission is None:
            raise CommandError(f"There is no input with the reference {reference}.")
        if draft and revision:
            raise CommandError("--draft prints the working copy, which is no revision: give one of the two.")
        try:
            made = self.draft(submission) if draft else self.revision(submission, revision)
            write_whole(output.absolute(), made.pdf)
        except CannotRender as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {submission.reference}, {made.pages} pages")

    def draft(self, submission: Submission) -> Made:
        return documents.of_draft(content.snapshot(submission), zone=submission.cycle.zone)

    def revision(self, submission: Submission, number: int | None) -> Made:
        revisions = submission.revisions.select_related("submission__cycle")
        revision = revisions.filter(number=number).first() if number else revisions.last()
        if revision is None and number:
            known = ", ".join(map(str, revisions.values_list("number", flat=True))) or "none"
            raise CommandError(f"{submission.reference} has no revision {number}. There are: {known}.")
        if revision is None:
            raise CommandError(f"{submission.reference} has not been filed, so it has no revision. Try --draft.")
        return documents.of_revision(revision)
