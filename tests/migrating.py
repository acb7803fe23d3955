"""A database of its own that is made by migrating, as production makes it."""

import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def empty_database(tmp_path, django_db_blocker):
    """The address of a database of its own, of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
        return
    name = f"migrated_{uuid.uuid4().hex}"
    address, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield f"{address}/{name}"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def manage(*arguments, address, state):
    environment = {**os.environ, "DATABASE_URL": address, "PORTAL_STATE_DIR": str(state), "PORTAL_MODE": "development"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
