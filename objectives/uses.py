"""Where a row of reference data is used: worked out from the models, so that no list of uses can go out of date."""

from collections import defaultdict

from django.db import models
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

NAMED = 3  # so many are named in a sentence, the others counted


def relations_that_use(model):
    """The relations by which rows of other models hold on to a row of this one."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not relation.is_relation:
            continue
        if relation.many_to_many:
            holds = relation.through._meta.auto_created
        else:
            holds = relation.on_delete is models.PROTECT
        if holds:
            yield relation


def whole_of(model):
    """What a row of this model is part of, as (path, model): an answer is part of an input, an input of nothing."""
    for column in model._meta.concrete_fields:
        if column.is_relation and column.remote_field.on_delete is models.CASCADE:
            return column.name, column.related_model
    return "pk", model


def uses_of(model, keys) -> dict:
    """{key of the row: {model: keys of its rows that use it}}, in one query per relation however many keys."""
    uses = {key: defaultdict(set) for key in keys}
    for relation in relations_that_use(model):
        path, whole = whole_of(relation.related_model)
        users = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
        for key, user in users.order_by().values_list(relation.field.name, path).distinct():
            uses[key][whole].add(user)
    return uses


def counted(model, count: int) -> str:
    """E.g. “3 inputs”."""
    return f"{count} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}"


def called(row) -> str:
    return getattr(row, "reference", None) or str(row)


def why_not_deleted(row) -> str:
    """A sentence that says where the row is used; empty if it is not."""
    places = []
    for user, keys in uses_of(type(row), [row.pk])[row.pk].items():
        names = [called(one) for one in user._base_manager.filter(pk__in=keys).order_by("pk")[:NAMED]]
        if len(keys) > NAMED:
            names.append("…")
        places.append(f"{counted(user, len(keys))} ({', '.join(names)})")
    if not places:
        return ""
    return _("%(row)s cannot be deleted: it is used by %(places)s.") % {
        "row": row,
        "places": get_text_list(places, _("and")),
    }
