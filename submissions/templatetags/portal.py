"""What the pages of the whole site share: moments in two time zones, error summaries, query strings."""

from datetime import UTC
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


def in_zone(moment, zone):
    there = timezone.localtime(moment, zone)
    return f"{date_format(there, 'DATE_FORMAT', use_l10n=True)}, {date_format(there, 'H:i')}"


def zone_name(zone):
    return str(zone).replace("_", " ")


@register.inclusion_tag("_when.html")
def when(moment, zone=None):
    """`{% when cycle.closes_at cycle.time_zone %}`: there, and in the reader's zone where the clocks differ."""
    reader = timezone.get_current_timezone()
    there = ZoneInfo(str(zone)) if zone else reader
    context = {
        "iso": moment.astimezone(UTC).isoformat(),
        "there": in_zone(moment, there),
        "zone": zone_name(there),
    }
    if moment.astimezone(there).utcoffset() != moment.astimezone(reader).utcoffset():
        context |= {"here": in_zone(moment, reader), "here_zone": zone_name(reader)}
    return context


@register.simple_tag
def error_links(form=None, forms=None, links=None):
    """Everything wrong with the forms as a list of {href, text}; `links` are such already."""
    found = list(links or [])
    for one in [*([form] if form else []), *(forms or [])]:
        found += [{"href": "", "text": error} for error in one.non_field_errors()]
        for field in one:
            # A group of radio buttons has no id of its own: its first button has.
            target = field.id_for_label or f"{field.auto_id}_0"
            after = " " if str(field.label).endswith(("?", "؟")) else ": "
            found += [{"href": f"#{target}", "text": f"{field.label}{after}{error}"} for error in field.errors]
    return found
