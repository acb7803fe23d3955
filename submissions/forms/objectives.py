"""What is said on the Compact's own divisions: its objectives, and its guiding principles."""

from django import forms
from django.db.models import Max
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from objectives.models import GuidingPrinciple, Objective, Roundtable

from .. import saving
from ..models import ObjectiveBlock
from .drafts import PlainText, SectionForm, Ticks
from .rich_text import RichTextField


class ObjectiveTicks(forms.CheckboxSelectMultiple):
    """Each box is found by its objective's number (`id_objective-7`), whatever its place."""

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        option["attrs"]["id"] = f"id_objective-{value}"
        return option


class ObjectivesForm(SectionForm):
    """Which objectives; each ticked one then has a page of its own."""

    def ask(self):
        self.to_confirm: list[ObjectiveBlock] = []
        self.roundtables = list(Roundtable.objects.prefetch_related("texts", "objectives__texts"))
        for roundtable in self.roundtables:
            self.fields[f"roundtable-{roundtable.number}"] = Ticks(
                label=format_html("{}: {}", roundtable, roundtable.title),
                choices=[
                    (str(objective.number), format_html("{}. {}", objective.number, objective.title))
                    for objective in roundtable.objectives.all()
                ],
                widget=ObjectiveTicks,
            )

    def stored(self, submission):
        ticked = {str(number) for number in submission.objective_blocks.values_list("objective__number", flat=True)}
        return {
            name: [value for value, _label in field.choices if value in ticked]
            for name, field in self.fields.items()
            if name != "version"
        }

    @property
    def picked(self):
        return {int(number) for numbers in self.values().values() for number in numbers}

    def version_after(self, submission, version):
        """Above every block's: one that is unticked and ticked again begins where no page of it has been."""
        highest = submission.objective_blocks.aggregate(Max("version"))["version__max"] or 0
        self.blocks_begin_at = max(version, highest) + 1
        return self.blocks_begin_at

    def write(self, submission):
        """Raises MustConfirm if an objective with text is unticked and nobody has said yes to losing it."""
        unticked = submission.objective_blocks.exclude(objective__number__in=self.picked).select_related("objective")
        confirmed = set(self.data.getlist("confirm"))
        self.to_confirm = [
            block for block in unticked if block.is_evidenced and confirmation_of(block) not in confirmed
        ]
        if self.to_confirm:
            numbers = ", ".join(str(block.objective.number) for block in self.to_confirm)
            raise saving.MustConfirm(
                ngettext(
                    "You have unticked objective %(numbers)s, about which something is written. Nothing was changed: "
                    "confirm below that the text is to be removed, or tick the objective again.",
                    "You have unticked objectives %(numbers)s, about which something is written. Nothing was changed: "
                    "confirm below that the texts are to be removed, or tick the objectives again.",
                    len(self.to_confirm),
                )
                % {"numbers": numbers}
            )
        unticked.delete()
        begun = set(submission.objective_blocks.values_list("objective__number", flat=True))
        ObjectiveBlock.objects.bulk_create(
            ObjectiveBlock(submission=submission, objective=objective, version=self.blocks_begin_at)
            for objective in Objective.objects.filter(number__in=self.picked - begun)
        )

    def removals(self):
        """What would be lost, for the page that asks: (value of the box to tick, block, texts)."""
        labels = {name: ObjectiveBlock._meta.get_field(name).verbose_name for name in ObjectiveBlock.TEXTS}
        return [
            (
                confirmation_of(block),
                block,
                [(labels[name], getattr(block, name)) for name in ObjectiveBlock.TEXTS if getattr(block, name)],
            )
            for block in self.to_confirm
        ]


def confirmation_of(block):
    """Names the very text that was shown: a later one is asked about again."""
    return f"{block.objective.number}:{block.version}"


class ObjectiveBlockForm(SectionForm):
    """What the mechanism says on one objective."""

    def __init__(self, posted=None, *, objective, block, **options):
        self.objective, self.block = objective, block
        super().__init__(posted, **options)
        self.initial["version"] = block.version if block else 0

    def ask(self):
        for name in ObjectiveBlock.TEXTS:
            self.fields[name] = RichTextField(
                label=ObjectiveBlock._meta.get_field(name).verbose_name,
                required=False,
                language=self.submission.language,
            )

    def shown(self):
        return self.stored_in(self.block) if self.block else {}

    def stored_in(self, block):
        return {name: getattr(block, name) for name in ObjectiveBlock.TEXTS}

    @property
    def puts_back(self):
        """Sent again after being told that the objective was taken off the list."""
        return self.data.get("version") == "-1"


class PrinciplesForm(SectionForm):
    def ask(self):
        self.principles = list(GuidingPrinciple.objects.with_texts())
        for principle in self.principles:
            name = conditional_escape(principle.name)
            self.fields[f"principle-{principle.number}"] = forms.BooleanField(required=False, label=name)
            self.fields[f"principle-{principle.number}-text"] = PlainText(
                label=_("How the work exemplifies it: %(principle)s") % {"principle": principle.name}
            )

    def parts(self):
        return [
            (
                principle,
                principle.wording("description"),
                self[f"principle-{principle.number}"],
                self[f"principle-{principle.number}-text"],
            )
            for principle in self.principles
        ]

    def stored(self, submission):
        notes = dict(submission.principle_notes.values_list("principle__number", "text"))
        values = {}
        for principle in self.principles:
            values[f"principle-{principle.number}"] = principle.number in notes
            values[f"principle-{principle.number}-text"] = notes.get(principle.number, "")
        return values

    def clean(self):
        """A text without a tick would be lost: it counts as a tick."""
        cleaned = super().clean()
        for principle in self.principles:
            tick, text = f"principle-{principle.number}", f"principle-{principle.number}-text"
            if cleaned.get(text) and not cleaned.get(tick):
                cleaned[tick] = True
                self.notes.append(
                    _(
                        "“%(principle)s” counts as ticked, because something is written under it. "
                        "Empty that to take it off."
                    )
                    % {"principle": principle}
                )
        return cleaned

    def write(self, submission):
        values = self.values()
        ticked = [principle for principle in self.principles if values[f"principle-{principle.number}"]]
        submission.principle_notes.exclude(principle__in=ticked).delete()
        for principle in ticked:
            submission.principle_notes.update_or_create(
                principle=principle, defaults={"text": values[f"principle-{principle.number}-text"]}
            )
