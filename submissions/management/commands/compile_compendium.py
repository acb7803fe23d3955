from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from submissions.documents import compendium
from submissions.documents.html import frame_language
from submissions.documents.making import write_whole
from submissions.documents.pdf import CannotRender
from submissions.models import Compendium, ReviewCycle


class Command(BaseCommand):
    help = "Compiles the approved inputs of a review cycle into one PDF, with the foreword that is saved for it."

    def add_arguments(self, parser):
        parser.add_argument("cycle", help="code of the review cycle, e.g. IMRF2026")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="the PDF to write")
        parser.add_argument("--language", help="language of the frame; default: as saved for this compendium")

    def handle(self, *, cycle, output, language, **options):
        found = ReviewCycle.objects.with_texts().filter(code__iexact=cycle).first()
        if found is None:
            known = ", ".join(ReviewCycle.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no review cycle {cycle}. There are: {known}.")
        if language and language not in dict(settings.LANGUAGES):
            raise CommandError(f"{language} is not a language of the portal: {', '.join(dict(settings.LANGUAGES))}.")
        recipe = Compendium.objects.filter(cycle=found).first() or Compendium(cycle=found)
        language = language or recipe.language
        if frame_language(language) != language:
            self.stderr.write(f"The portal is not translated into {language} yet: the frame is in English.")
        try:
            made = compendium.of_cycle(found, foreword=recipe.foreword, language=language)
            write_whole(output.absolute(), made.pdf)
        except CannotRender as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {found}, {made.pages} pages")
