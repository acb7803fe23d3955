"""What was changed in a row of reference data, for its history page: who, when, from what, to what."""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.template_utils import HistoricalRecordContextHelper

LONGEST = 5_000  # characters of a value that are printed


@dataclass
class Change:
    record: models.Model
    model: type[models.Model]
    part: str = ""  # which part of the row, e.g. its French wording; empty: the row itself
    text: str = ""  # what the part says or said
    differences: list[dict] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.record.history_date


class Differences(HistoricalRecordContextHelper):
    def prepare_delta_change_value(self, change, value):
        value = super().prepare_delta_change_value(change, value)
        column = self.model._meta.get_field(change.field)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value in (None, "", []):
            return "–"
        return str(dict(column.flatchoices).get(value, value)) if column.choices else value


def changes_of(model, **condition) -> list[Change]:
    """Every recorded change of these rows, oldest first; a save that changed nothing is passed over."""
    changes, earlier = [], {}
    records = model.history.filter(**condition).select_related("history_user").order_by("history_date", "history_id")
    for record in records:
        change, previous = Change(record, model), earlier.get(record.id)
        if record.history_type == "~" and previous:
            delta = record.diff_against(previous, foreign_keys_are_objs=True)
            shown = Differences(model, record, max_displayed_delta_change_chars=LONGEST)
            change.differences = shown.context_for_delta_changes(delta)
        earlier[record.id] = record
        if record.history_type != "~" or change.differences:
            changes.append(change)
    return changes


def changes_of_whole(row, parts) -> list[Change]:
    """The changes of a row and of its parts, newest first. `parts`: pairs of a model and its column for the row."""
    changes = changes_of(type(row), id=row.pk)
    for model, column in parts:
        for change in changes_of(model, **{column: row.pk}):
            change.part, change.text = part_called(change), text_of(change)
            changes.append(change)
    return sorted(changes, key=lambda change: (change.at, change.record.history_id), reverse=True)


def part_called(change) -> str:
    name = capfirst(change.model._meta.verbose_name)
    if hasattr(change.record, "get_language_display"):
        return f"{name}: {change.record.get_language_display()}"
    return f"{name}: {text_of(change)}"


def text_of(change) -> str:
    try:
        return str(change.record.instance)
    except ObjectDoesNotExist:  # it spoke of something that is no longer there
        return ""
