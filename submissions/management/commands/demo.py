from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from submissions import endorsement, renditions, tasks
from submissions.demonstration import build
from submissions.models import Compendium, Rendition, ReviewCycle, Submission, User


class Command(BaseCommand):
    help = "Fill an empty portal with an invented cast and their inputs, render one, compile one, and say where all is."

    def add_arguments(self, parser):
        parser.add_argument("--address", default=settings.PORTAL_ADDRESS)

    def handle(self, *, address, **options):
        if settings.PORTAL_MODE == "production":
            raise CommandError("This is a production portal: the demonstration's invented people do not belong here.")
        if not build.is_built() and User.objects.exists():
            raise CommandError("This portal has people of its own: the demonstration fills only an empty one.")
        if build.is_built():
            self.stdout.write("The demonstration is there already; its data are kept.")
        else:
            build.build()
            self.stdout.write("Made an invented cast, and their inputs in every status.")
        documents = [self.approved_input(), self.compendium()]
        self.say_where(address, documents)

    def approved_input(self) -> Rendition:
        return self.made(
            Rendition.objects.filter(
                kind=Rendition.Kind.APPROVED, submission__input_type__code="B3", submission__cycle__code="DEMO"
            )
            .order_by("pk")
            .first()
        )

    def compendium(self) -> Rendition:
        compendium, _ = Compendium.objects.get_or_create(
            cycle=ReviewCycle.objects.get(code="DEMO"),
            defaults={
                "foreword": "<p>These inputs were invented, so that the portal can be seen at work.</p>",
                "language": "en",
            },
        )
        made = compendium.renditions.ready().first()
        by = User.objects.get(email=build.IOM[1][1])
        return made or self.made(renditions.ask_for_compendium(compendium, by=by))

    def made(self, rendition: Rendition) -> Rendition:
        """The same work as the worker's, done here so that the documents are there when this command ends."""
        if not rendition.is_ready:
            tasks.make_rendition(rendition.pk)
            rendition.refresh_from_db()
        if not rendition.is_ready:
            raise CommandError(f"A document could not be made: {rendition.error}")
        return rendition

    def joint_inputs(self):
        made = Submission.objects.filter(cycle__code__startswith="DEMO", input_type__is_joint=True)
        for submission in made.order_by("pk"):
            standings = endorsement.standings(submission)
            was_asked = submission.events.filter(step="ask").exists()
            how = endorsement.in_words(standings) if was_asked else f"{len(standings)} partners, not asked yet"
            yield f"  {submission.reference:<24}{submission.get_status_display()}: {how}"

    def say_where(self, address, documents):
        approved, compendium = documents
        head, drafter = build.MECHANISMS[0].head, build.MECHANISMS[0].drafter
        (reviewer, reviewer_mail, _), (approver, approver_mail, _) = build.IOM
        lines = [
            "",
            f"  Address             {address}",
            f"  Password for all    {build.PASSWORD}",
            "",
            f"  {head[1]:<20}{head[0]}: files for the {build.MECHANISMS[0].name}",
            f"  {drafter[1]:<20}{drafter[0]}: drafts for it",
            *(f"  {m.head[1]:<20}{m.head[0]}: files for the {m.name}" for m in build.MECHANISMS[1:]),
            f"  {reviewer_mail:<20}{reviewer}: IOM reviewer",
            f"  {approver_mail:<20}{approver}: IOM reviewer and approver",
            f"  {build.ADMINISTRATOR[1]:<20}{build.ADMINISTRATOR[0]}: administrator ({address}/admin/)",
            "",
            "  Joint inputs, each with the acronym of its lead; its partners can sign in and look as well:",
            *self.joint_inputs(),
            "",
            f"  An approved input   {approved.file.path}",
            f"  The compendium      {compendium.file.path}",
            f"  Mails go to         {settings.EMAIL_FILE_PATH}",
            "",
            f"  {timezone.now():%Y-%m-%d %H:%M} UTC. Every mechanism, person and text above is invented.",
            "",
        ]
        self.stdout.write("\n".join(lines))
