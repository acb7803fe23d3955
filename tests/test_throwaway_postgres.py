"""The server that the suite runs on when it runs on PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from tests.throwaway_postgres import NoServer, programs, throwaway_postgres

try:
    programs()
except NoServer as reason:
    pytest.skip(str(reason), allow_module_level=True)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def folder_of(database_url: str) -> Path:
    return Path("/" + database_url.split("@//")[1]).parent


def command_on_a_server(*command: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.throwaway_postgres", "--", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def server_process(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def gone_within(seconds: float, *, pid: int) -> bool:
    give_up_at = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    return not is_running(pid)


def test_the_server_takes_unicode_and_leaves_nothing_behind():
    with throwaway_postgres() as database_url:
        folder = folder_of(database_url)
        server = server_process(folder)
        connection = psycopg2.connect(host=str(folder), user="portal", dbname="portal")
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", ["المنظمة Союз"])
            assert cursor.fetchone() == ("المنظمة Союз",)
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchone() == ("",)
        connection.close()
    assert gone_within(5, pid=server)
    assert not folder.exists()


def test_django_reaches_the_server_through_the_address_it_is_given():
    asks_the_server = (
        "import django; django.setup(); from django.db import connection; cursor = connection.cursor();"
        "cursor.execute('SELECT current_user, current_database()'); print(connection.vendor, *cursor.fetchone())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = command_on_a_server(sys.executable, "-c", asks_the_server, env=environment)
    assert process.communicate(timeout=60)[0] == "postgresql portal portal\n"


def test_the_exit_code_is_that_of_the_command():
    process = command_on_a_server("sh", "-c", "exit 7")
    process.communicate(timeout=60)
    assert process.returncode == 7


@pytest.mark.fault
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_cut_short_stops_the_server_and_the_command(ending):
    process = command_on_a_server("sh", "-c", "echo $$ $DATABASE_URL; exec sleep 300", start_new_session=True)
    command, database_url = process.stdout.readline().split()
    folder = folder_of(database_url)
    server = server_process(folder)
    # Ctrl-C goes to everybody in the terminal's foreground, other endings to one process.
    os.killpg(process.pid, ending) if ending is signal.SIGINT else process.send_signal(ending)
    process.communicate(timeout=60)
    assert process.returncode == 128 + ending
    assert gone_within(5, pid=server)
    assert gone_within(5, pid=int(command))
    assert not folder.exists()
