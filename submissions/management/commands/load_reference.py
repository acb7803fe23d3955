"""Load the reference data of `fixtures/`, without undoing what administrators have done to it."""

import json
from collections import Counter

from django.conf import settings
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand
from django.core.serializers.base import DeserializationError
from django.db import models, transaction

# Each file refers only to files before it.
FILES = [
    "roundtables",
    "objectives",
    "principles",
    "regions",
    "mechanisms",
    "vocabularies",
    "outlines",
    "input_types",
    "cycles",
    "document_texts",
]
FOLDER = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = "Loads the reference data: adds what is missing, keeps what an administrator has changed or deleted."

    def add_arguments(self, parser):
        parser.add_argument(
            "--reset",
            action="store_true",
            help="Put the official values back, also where an administrator has changed or deleted them.",
        )

    @transaction.atomic
    def handle(self, *, reset, **options):
        for name in FILES:
            rows = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
            count = Counter(load(row, reset=reset) for row in rows)
            self.stdout.write(
                f"{name}: {count['added']} added, {count['kept']} kept, "
                f"{count['restored']} restored, {count['left out']} left out"
            )


def load(row: dict, *, reset: bool) -> str:
    """Load one row of a fixture; answers what was done with it."""
    try:
        [found] = serializers.deserialize("python", [row])
    except DeserializationError as error:
        if isinstance(error.__context__, ObjectDoesNotExist):
            return "left out"  # it is part of a row that an administrator deleted
        raise
    given = found.object
    if given.pk is None:
        if was_deleted(given) and not reset:
            return "left out"
        save(given, found.m2m_data)
        return "added"
    if reset and (existing := with_values(row, found)):
        save(existing, found.m2m_data)
        return "restored"
    return "kept"


def was_deleted(given: models.Model) -> bool:
    key = {name: getattr(given, name) for name in natural_key_columns(type(given))}
    return type(given).history.filter(history_type="-", **key).exists()


def natural_key_columns(model: type[models.Model]) -> list[str]:
    """The columns a row is known by: its number, code or name; or its parent and language, and the like."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            return [field.attname]
    constraint = model._meta.total_unique_constraints[0]
    return [model._meta.get_field(name).attname for name in constraint.fields]


def with_values(row: dict, found) -> models.Model | None:
    """The existing row with the values that the fixture gives, or None if it has them already."""
    existing = type(found.object)._default_manager.get(pk=found.object.pk)
    differs = False
    for name in row["fields"].keys() - found.m2m_data.keys():
        column = existing._meta.get_field(name).attname
        differs |= getattr(existing, column) != getattr(found.object, column)
        setattr(existing, column, getattr(found.object, column))
    for name, keys in found.m2m_data.items():
        differs |= set(getattr(existing, name).values_list("pk", flat=True)) != set(keys)
    return existing if differs else None


def save(instance: models.Model, m2m_data: dict):
    """Save with history, so that the first change by an administrator has something to be compared with."""
    instance._change_reason = "load_reference"
    instance.save()
    for name, keys in m2m_data.items():
        getattr(instance, name).set(keys)
