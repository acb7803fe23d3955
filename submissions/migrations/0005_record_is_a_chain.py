"""The record becomes one chain of hashes."""

import hashlib
import json
from datetime import UTC

from django.db import migrations, models

def chain(apps, schema_editor):
    """What is there already is chained in the order in which it happened."""
    SubmissionEvent = apps.get_model("submissions", "SubmissionEvent")
    number, previous = 0, ""
    events = SubmissionEvent.objects.select_related("submission", "revision").order_by("at", "pk")
    for event in list(events):
        number += 1
        entry = {
            "number": number,
            "previous": previous,
            "submission": event.submission.reference,
            "step": event.step,
            "source": event.source,
            "target": event.target,
            "actor": event.actor_id,
            "partnership": event.partnership_id,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "note": event.note,
            "revision": event.revision.sha256 if event.revision else None,
        }
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        SubmissionEvent.objects.filter(pk=event.pk).update(number=number, previous=previous, sha256=sha256)
        previous = sha256
    apps.get_model("submissions", "RecordHead").objects.create(pk=1, entries=number, sha256=previous)


class Migration(migrations.Migration):
    dependencies = [("submissions", "0004_hourly_reminders")]

    operations = [
        migrations.CreateModel(
            name="RecordHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entries", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.AddField(
            "submissionevent", "number", models.PositiveBigIntegerField(default=0, editable=False), preserve_default=False
        ),
        migrations.AddField(
            "submissionevent", "previous", models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "submissionevent", "sha256", models.CharField(default="", editable=False, max_length=64), preserve_default=False
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
    ]
