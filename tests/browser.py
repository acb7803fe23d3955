"""People at a browser: Chromium against the running portal, with scripts or without."""

import os
import re
import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from playwright.sync_api import Browser, Page, expect, sync_playwright

from . import factories

PATIENCE = 30_000  # milliseconds, for one step on a busy machine


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole run; each person gets a profile of their own in it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "These tests need Chromium: apt-get install chromium"
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for asynchronous code of ours.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, live_server, settings, tmp_path):
    """Puts somebody at a browser: `visit(amina)`, `visit(amina, scripts=False)`, `visit()` for a stranger."""
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()  # earlier tests have used up some of the sign-in attempts
    visitors = []

    def begin(user=None, **options) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, user, **options))
        return visitors[-1]

    yield begin
    for visitor in visitors:
        print("\n", visitor.path, visitor.page.locator("body").inner_text())  # what pytest shows of a failed test
        visitor.context.close()


class Visitor:
    """One person at a browser of their own."""

    def __init__(self, browser: Browser, address: str, user=None, *, scripts=True, width=1280, language="en"):
        self.address, self.scripts = address, scripts
        self.context = browser.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": 900}, locale=language
        )
        self.context.set_default_timeout(PATIENCE)
        self.seen: list[str] = []  # the pages that were shown, one after another
        self.answered: list[str] = []  # the fields that were filled in or ticked
        self.complaints: list[str] = []  # of the browser: broken scripts, what the policy has stopped
        self.page = self._watched(self.context.new_page())
        if user:
            self._sign_in_at_once(user)

    def _watched(self, page: Page) -> Page:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("framenavigated", lambda frame: self._came_to(page, frame))
        return page

    def _note(self, message):
        # A page that refuses something (422) is logged as a failed resource; that is no fault of the page.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _came_to(self, page, frame):
        path = urlsplit(frame.url).path
        if page is self.page and frame == page.main_frame and path != "blank":
            self.seen.append(path)

    def _sign_in_at_once(self, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.address}])

    def sign_in(self, user):
        self.go("account_login")
        self.page.get_by_label("Email").fill(user.email)
        self.page.get_by_label("Password").fill(factories.PASSWORD)
        self.press("Sign in")

    def go(self, name, *arguments, query=""):
        return self.page.goto(self.address + reverse(name, args=arguments) + query)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    def press(self, name, *, within=None):
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follow(self, name, *, within=None):
        (within or self.page).get_by_role("link", name=name, exact=True).click()

    def go_back(self):
        """By the link at the top, to the page above this one."""
        self.page.locator(".back-link").get_by_role("link").click()

    def row(self, words):
        """The line of a list that has these words."""
        return self.page.get_by_role("listitem").filter(has_text=words).last

    def write(self, label, words):
        """Into a field, whether it is a plain one or the editor that a script has put in its place."""
        self.editors_are_ready()
        # A required field has an asterisk after its name.
        self.page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)}\*?$")).fill(words)
        self.answered.append(label)

    def tick(self, label):
        self.page.get_by_role("checkbox", name=label).check()
        self.answered.append(label)

    def editors_are_ready(self):
        if self.scripts:
            editors = self.page.locator("[data-rich-text]")
            expect(self.page.locator("[data-rich-text].is-ready")).to_have_count(editors.count())

    def download(self, name) -> bytes:
        with self.page.expect_download() as started:
            self.follow(name)
        with open(started.value.path(), "rb") as file:
            return file.read()

    def another_tab(self) -> "Visitor":
        """The same person with the same page in a second tab; what happens there is counted there."""
        tab = Visitor.__new__(Visitor)
        vars(tab).update(vars(self) | {"seen": [], "answered": []})
        tab.page = tab._watched(self.context.new_page())
        tab.page.goto(self.page.url)
        return tab


def faults(page: Page) -> list[str]:
    """What axe finds, and what sticks out at the side. Axe comes in through the debugger, so the policy stays on."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(results => results.violations)")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ] + sticking_out(page)


def sticking_out(page: Page) -> list[str]:
    wide, width = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    return [f"{wide} px wide in a window of {width} px"] if wide > width else []


def do_the_jobs():
    """The work of the background worker, here and now, in the order in which it was asked for."""
    for job in OrmQ.objects.order_by("pk"):
        import_string(job.func())(*job.task["args"])
        job.delete()
