"""Which modes of engagement one input may carry together: an administrator says it of each pair, at one of the two."""

from collections.abc import Iterable
from itertools import combinations

from django.utils.translation import gettext as _

from .models import EngagementMode

Mode = EngagementMode.Mode


def combined(modes: Iterable[EngagementMode]) -> set[frozenset[int]]:
    """The pairs among these, as ids, that may be combined. One query, however many types the modes belong to."""
    through = EngagementMode.combines_with.through.objects
    said = through.filter(from_engagementmode__in=[mode.pk for mode in modes])
    return {frozenset(pair) for pair in said.values_list("from_engagementmode", "to_engagementmode")}


def not_to_be_combined(modes: Iterable[EngagementMode]) -> list[tuple[EngagementMode, EngagementMode]]:
    """The pairs among the modes of one input that its type does not combine."""
    modes = list({mode.pk: mode for mode in modes}.values())
    allowed = combined(modes) if len(modes) > 1 else set()
    return [(one, other) for one, other in combinations(modes, 2) if {one.pk, other.pk} not in allowed]


def on_combining(modes: list[EngagementMode], allowed: set[frozenset[int]]) -> str:
    """What a person is told beside the modes of a type; nothing where there is one."""
    pairs = list(combinations(modes, 2))
    together = [(one, other) for one, other in pairs if {one.pk, other.pk} in allowed]
    if not pairs:
        return ""
    if not together:
        return _("Only one of these at a time.")
    named = [
        _("%(one)s and %(other)s") % {"one": _in_short(one.mode), "other": _in_short(other.mode)}
        for one, other in together
    ]
    if len(together) == len(pairs) > 1:
        return _("They may be combined, for example %(pair)s.") % {"pair": named[0]}
    return _("They may be combined: %(pairs)s.") % {"pairs": "; ".join(named)}


def _in_short(mode: str) -> str:
    return {
        Mode.DIRECT: _("directly"),
        Mode.DIRECT_JOINT: _("directly by the partners"),
        Mode.INDIRECT_STATES: _("through a Member State"),
        Mode.INDIRECT_IGO: _("through an intergovernmental organization"),
    }[mode]
