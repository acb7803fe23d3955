"""The picture in README.md: `python -m tests.screenshot` (or `make screenshot`).

Starts the demonstration in a folder of its own, signs in as one of its cast, photographs a task list, stops it all.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "tests" / "screenshots" / "task-list.png"
SECONDS_TO_START = 60


def manage(*arguments: str, environment: dict) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen) -> None:
    patience_ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < patience_ends:
        if server.poll() is not None:
            raise SystemExit(f"The server ended by itself (exit code {server.returncode}).")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"The server did not answer within {SECONDS_TO_START} seconds.")


def photograph(page: Page, address: str, who: str, password: str) -> None:
    """The task list of a written statement that has been begun, down to the end of the list and its buttons."""
    page.goto(f"{address}/account/login/")
    page.get_by_label("Email").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Continue “Written statement").first.click()
    page.locator(".section-list").wait_for()
    contents = page.locator("main").bounding_box()
    height = contents["y"] + contents["height"] + 24
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": height})


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("The picture is taken with Chromium: apt-get install chromium")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="portal-screenshot-") as folder:
        environment = os.environ | {
            "PORTAL_MODE": "demonstration", "PORTAL_STATE_DIR": folder, "PORTAL_ADDRESS": address,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        }  # fmt: skip
        for arguments in (["migrate", "--verbosity", "0"], ["createcachetable"], ["load_reference"]):
            manage(*arguments, environment=environment)
        manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        said = manage("demo", environment=environment)
        password = re.search(r"Password for all\s+(\S+)", said)[1]
        who = re.search(r"(\S+@\S+)\s.*: files for", said)[1]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "iscm_portal.wsgi",
            f"--bind=127.0.0.1:{port}",
            "--log-level=warning",
        ]
        server = subprocess.Popen([*command, "--no-control-socket"], cwd=ROOT, env=environment)
        try:
            wait_for(port, server)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                photograph(browser.new_page(viewport={"width": 1280, "height": 900}), address, who, password)
                browser.close()
        finally:
            server.terminate()
            server.wait()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
