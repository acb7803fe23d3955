"""Apart from the migration before: PostgreSQL alters no table whose rows were written in the same transaction."""

from django.db import migrations, models

APPEND_ONLY = ["submissionevent", "revision", "circulatedtext", "endorsement"]

REFUSE = """
CREATE FUNCTION submissions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END
$$
"""


def refuse_changes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return  # SQLite is for trials; there the models refuse
    schema_editor.execute(REFUSE, params=None)  # the % is PostgreSQL's
    for table in APPEND_ONLY:
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON submissions_{table} "
            "FOR EACH ROW EXECUTE FUNCTION submissions_append_only()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON submissions_{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION submissions_append_only()"
        )


def allow_changes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in APPEND_ONLY:
        schema_editor.execute(f"DROP TRIGGER append_only ON submissions_{table}")
        schema_editor.execute(f"DROP TRIGGER append_only_whole ON submissions_{table}")
    schema_editor.execute("DROP FUNCTION submissions_append_only()")


class Migration(migrations.Migration):
    dependencies = [("submissions", "0005_record_is_a_chain")]

    operations = [
        migrations.AlterField(
            "submissionevent", "number", models.PositiveBigIntegerField(editable=False, unique=True)
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
