"""The worker's schedule: it looks once an hour whom to remind."""

from django.db import migrations

NAME = "Reminders to partners"


def schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.get_or_create(
        name=NAME, defaults={"func": "submissions.tasks.send_reminders", "schedule_type": "H"}
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0003_partners_admitted'),
        ('django_q', '0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more'),
    ]

    operations = [
        migrations.RunPython(schedule, unschedule),
    ]
