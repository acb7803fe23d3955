"""A PostgreSQL server of one's own for as long as a command runs, from Debian's package and nothing else.

    python -m tests.throwaway_postgres -- pytest -n auto

The command finds the server's address in DATABASE_URL. The server listens on a socket in a new temporary
folder only, keeps nothing, and is stopped and removed however the command ends.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = DATABASE = "portal"
SECONDS_TO_FINISH = 15
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

SERVER_OPTIONS = {
    "listen_addresses": "",
    "max_connections": 200,
    # Nothing here outlives the run, so nothing waits for the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class NoServer(Exception):
    """PostgreSQL is not installed, or did not start; the message says which."""


def programs() -> Path:
    """The folder with initdb and pg_ctl: the newest version that Debian keeps, else whatever PATH has."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoServer("PostgreSQL's server is missing. Install it: apt-get install postgresql")
    return Path(on_path).resolve().parent


def unprivileged_user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to be run by root. None means ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yields the DATABASE_URL of an empty database; its user may create others beside it."""
    bin_folder, owner = programs(), unprivileged_user()
    # Not in TMPDIR, which may be deep: the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))
    cluster = folder / "cluster"
    as_owner = {}
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str, must_work: bool = True) -> None:
        # Written to a file and not to a pipe: the server keeps the stream open, and a pipe would never end.
        with (folder / "output").open("w+") as output:
            finished = subprocess.run(
                [bin_folder / program, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": f"{bin_folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                **as_owner,
            )
            if must_work and finished.returncode:
                output.seek(0)
                raise NoServer(f"{program} failed:\n{output.read()}")

    try:
        run(
            "initdb",
            f"--pgdata={cluster}",
            f"--username={USER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = {**SERVER_OPTIONS, "unix_socket_directories": folder}
        with (cluster / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{setting}'\n" for name, setting in options.items())
        run("pg_ctl", "start", "--wait", f"--pgdata={cluster}", f"--log={folder / 'log'}")
        run("createdb", f"--host={folder}", f"--username={USER}", DATABASE)
        yield f"postgres://{USER}@/{folder}/{DATABASE}"
    finally:
        if (cluster / "postmaster.pid").exists():
            run("pg_ctl", "stop", "--wait", "--mode=immediate", f"--pgdata={cluster}", must_work=False)
        shutil.rmtree(folder, ignore_errors=True)


def run_with_database(command: list[str]) -> int:
    """Runs the command against a server of its own and returns its exit code."""
    with throwaway_postgres() as database_url:
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": database_url})
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C has reached the command too: let it say what it has to say.
            wait_a_little(process)
            raise
        finally:
            if process.poll() is None:
                process.terminate()
                wait_a_little(process)
                process.kill()
                process.wait()


def wait_a_little(process: subprocess.Popen) -> None:
    try:
        process.wait(timeout=SECONDS_TO_FINISH)
    except subprocess.TimeoutExpired:
        pass


def end_in_order(number: int, frame: object) -> None:
    # Once: an impatient second Ctrl-C would leave the server behind.
    for signal_number in ENDINGS:
        signal.signal(signal_number, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        print("usage: python -m tests.throwaway_postgres -- COMMAND ...", file=sys.stderr)
        return 2
    for number in ENDINGS:
        signal.signal(number, end_in_order)
    try:
        return run_with_database(arguments)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except NoServer as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
