"""The tests make their tables from the models; production makes them by migrating. Both must be the same database."""

import pytest

from .migrating import manage


@pytest.mark.slow
def test_an_empty_database_is_migrated_filled_and_left_with_nothing_to_migrate(empty_database, tmp_path, db):
    manage("migrate", "--verbosity", "0", address=empty_database, state=tmp_path)
    manage("migrate", "--check", address=empty_database, state=tmp_path)
    said = manage("load_reference", address=empty_database, state=tmp_path)

    assert "objectives: 93 added" in said
    assert "No changes detected" in manage(
        "makemigrations", "--check", "--dry-run", address=empty_database, state=tmp_path
    )
