"""Numbered recommendations: rows that can be added, moved and removed, with a script or without."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from objectives.models import Objective

from ..models import Recommendation
from .drafts import PlainText, Said, SectionForm, Ticks

MOST_ROWS = 100
_ROW = re.compile(r"recommendation-(\d{1,4})-(?:text|objectives)", re.ASCII)
_ARRANGEMENT = re.compile(r"(up|down|remove)-(\d{1,4})", re.ASCII)


class RecommendationsForm(SectionForm):
    """`arrange` is the button that was pressed: add, up-2, down-2, remove-2."""

    def __init__(self, posted=None, *, wants_empty_row=False, **options):
        self.wants_empty_row = wants_empty_row
        super().__init__(posted, **options)

    def ask(self):
        objectives = [
            (str(objective.number), format_html("{}. {}", objective.number, objective.title))
            for objective in Objective.objects.with_texts()
        ]
        for number in range(1, self._number_of_rows() + 1):
            self.fields[f"recommendation-{number}-text"] = PlainText(
                label=_("Recommendation %(number)s") % {"number": number}, rows=3
            )
            self.fields[f"recommendation-{number}-objectives"] = Ticks(
                label=_("Objectives that recommendation %(number)s is about") % {"number": number}, choices=objectives
            )

    def _number_of_rows(self):
        if self.is_bound:
            numbers = [int(match[1]) for name in self.data if (match := _ROW.fullmatch(name))]
            return min(max(numbers, default=0), MOST_ROWS + 1)
        stored = self.submission.recommendations.count()
        return stored + 1 if self.wants_empty_row or not stored else stored

    def rows(self):
        """(number, text, objectives, numbers of the objectives ticked), for the template."""
        for number in range(1, self._number_of_rows() + 1):
            ticks = self[f"recommendation-{number}-objectives"]
            yield number, self[f"recommendation-{number}-text"], ticks, ", ".join(map(str, ticks.value() or []))

    def stored(self, submission):
        return {
            "recommendations": [
                (row.text, [str(objective.number) for objective in row.objectives.all()])
                for row in submission.recommendations.prefetch_related("objectives")
            ]
        }

    def shown(self):
        values = {}
        for number, (text, objectives) in enumerate(self.stored(self.submission)["recommendations"], start=1):
            values[f"recommendation-{number}-text"] = text
            values[f"recommendation-{number}-objectives"] = objectives
        return values

    def clean(self):
        if self._number_of_rows() > MOST_ROWS:
            raise ValidationError(
                _("One input can have %(most)s recommendations at most. Put some of them together."),
                params={"most": MOST_ROWS},
            )
        return super().clean()

    def values(self):
        rows = [
            (
                self.cleaned_data[f"recommendation-{number}-text"],
                self.cleaned_data[f"recommendation-{number}-objectives"],
            )
            for number in range(1, self._number_of_rows() + 1)
        ]
        if match := _ARRANGEMENT.fullmatch(self.data.get("arrange", "")):
            _rearrange(rows, match[1], int(match[2]) - 1)
        return {"recommendations": [row for row in rows if any(row)]}

    def write(self, submission):
        submission.recommendations.all().delete()
        objectives = {str(objective.number): objective for objective in Objective.objects.all()}
        for number, (text, ticked) in enumerate(self.values()["recommendations"], start=1):
            row = Recommendation.objects.create(submission=submission, number=number, text=text)
            row.objectives.set([objectives[key] for key in ticked])

    def readable(self, values):
        return [
            Said(
                _("Recommendation %(number)s") % {"number": number},
                format_html(
                    "{}{}",
                    self._read(forms.CharField(), text),
                    _("Objectives: %(numbers)s") % {"numbers": ", ".join(ticked)} if ticked else "",
                ),
            )
            for number, (text, ticked) in enumerate(values["recommendations"], start=1)
        ]


def _rearrange(rows, arrangement, position):
    if not 0 <= position < len(rows):
        return
    row = rows.pop(position)
    if arrangement == "up":
        rows.insert(max(position - 1, 0), row)
    elif arrangement == "down":
        rows.insert(position + 1, row)
