"""Runs the web server, the background worker or both, until Ctrl-C; when one ends, so does the other.

python3 .ci/serve.py --port 8000 web worker
python3 .ci/serve.py --port 8000 --is-free      says so, in one line, if the port is taken
"""

import argparse
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = str(ROOT / ".venv" / "bin" / "python")
SECONDS_TO_FINISH = 20

# Should this very process be killed outright, Linux tells what it started to end.
ENDS_WITH_US = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def web(port):
    return [
        PYTHON,
        "-m",
        "gunicorn",
        "iscm_portal.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--workers=2",
        "--threads=4",
        "--timeout=120",
        "--log-level=warning",
        "--no-control-socket",  # nothing is written outside var/
    ]


def worker(port):
    return [PYTHON, "manage.py", "qcluster"]


PROGRAMS = {"web": web, "worker": worker}


def why_not_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            return f"{port} is not a port number. Choose one between 1024 and 65535, for example: make demo PORT=8001"
        except OSError as error:
            reason = "in use already" if error.errno == errno.EADDRINUSE else "not ours to use"
            return f"Port {port} is {reason}. Choose another, for example: make demo PORT={port + 1}"
    return None


def stop(processes):
    """Each process leads a group of its own: whatever it started and left behind is in that group."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    patience_ends = time.monotonic() + SECONDS_TO_FINISH
    for process in processes:
        try:
            process.wait(timeout=max(0, patience_ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def run(names, port):
    """Returns the exit code: 0 when told to stop, the program's own when one ended by itself."""
    stopped_by = []

    def note(number, frame):
        stopped_by.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    processes = []
    try:
        for name in names:
            # A session of its own: Ctrl-C reaches us alone, and we end the programs in order.
            command = ENDS_WITH_US + PROGRAMS[name](port)
            processes.append(subprocess.Popen(command, cwd=ROOT, start_new_session=True))
        while not stopped_by and all(process.poll() is None for process in processes):
            time.sleep(0.3)
        ended = [
            (name, process.poll()) for name, process in zip(names, processes, strict=True) if process.poll() is not None
        ]
    finally:
        stop(processes)
    if stopped_by:
        return 0
    name, code = ended[0]
    print(f"The {name} process ended by itself (exit code {code}); everything is stopped.", file=sys.stderr)
    return code or 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", choices=[[], *PROGRAMS])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--is-free", action="store_true")
    chosen = parser.parse_args()
    if chosen.is_free or "web" in chosen.programs:
        trouble = why_not_free(chosen.port)
        if trouble:
            return trouble
    if chosen.is_free:
        return 0
    if "web" in chosen.programs:
        print(f"The portal is at http://127.0.0.1:{chosen.port}/ (Ctrl-C stops it).", flush=True)
    return run(chosen.programs, chosen.port)


if __name__ == "__main__":
    sys.exit(main())
