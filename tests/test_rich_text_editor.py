"""The field for formatted text in a real browser, under the portal's Content-Security-Policy.

The page is made here and handed to the browser together with the static files, so that the field is tested alone.
"""

import mimetypes

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.contrib.staticfiles import finders
from django.utils.html import format_html
from playwright.sync_api import expect

from submissions import rich_text
from submissions.forms.rich_text import RichTextField, Typed
from tests import clipboards

pytestmark = pytest.mark.browser

ADDRESS = "http://portal.test/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)


def make_form(initial=None, *, data=None, language="en", word_limit=20):
    class Section(forms.Form):
        text = RichTextField(
            label="Progress", word_limit=word_limit, language=language, help_text="What has been done."
        )
        title = forms.CharField(label="Title", required=False)

    return Section(data) if data else Section(initial={"text": initial or ""})


def page_of(form, *, direction="ltr", language="en"):
    bootstrap = "bootstrap/css/bootstrap.rtl.min.css" if direction == "rtl" else "bootstrap/css/bootstrap.min.css"
    return format_html(
        '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title>Section</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/{}"><link rel="stylesheet" href="/static/portal.css">{}</head>'
        '<body><main><h1>Section</h1><form method="post">{}<button type="submit">Save</button></form></main>'
        "</body></html>",
        language,
        direction,
        bootstrap,
        form.media,
        form,
    )


class Visit:
    """One browser page with one form in it; what it posts and what the browser complains of is kept."""

    def __init__(self, browser, form, *, scripts=True, width=1280, **options):
        self.posted = None
        self.complaints = []
        self.html = page_of(form, **options)
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 900})
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._answer)
        self.page.goto(ADDRESS)
        if scripts:
            self.page.locator(".rich-text-field.is-ready").wait_for()

    def _answer(self, route):
        request = route.request
        path = request.url.removeprefix(ADDRESS)
        if request.method == "POST":
            self.posted = request.post_data
            route.fulfill(body="kept", content_type="text/plain")
        elif path.startswith("static/") and (found := finders.find(path.removeprefix("static/"))):
            route.fulfill(path=found, content_type=mimetypes.guess_type(found)[0])
        elif path:
            route.fulfill(status=404)
        else:
            route.fulfill(
                body=self.html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
            )

    @property
    def editor(self):
        return self.page.get_by_role("textbox", name="Progress")

    @property
    def stored(self):
        """What would be stored if the form were sent now."""
        form = self.page.evaluate("Object.fromEntries(new FormData(document.forms[0]))")
        return make_form(data=form).fields["text"].clean(Typed(form["text"], form["text-format"]))

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def paste(self, html="", text=""):
        self.editor.evaluate(
            """(element, [html, text]) => {
                const clipboard = new DataTransfer();
                if (html) clipboard.setData("text/html", html);
                clipboard.setData("text/plain", text);
                const how = { clipboardData: clipboard, bubbles: true, cancelable: true };
                element.dispatchEvent(new ClipboardEvent("paste", how));
            }""",
            [html, text],
        )


@pytest.fixture
def visit(browser):
    visits = []

    def open_page(form=None, **options):
        visits.append(Visit(browser, form or make_form(), **options))
        return visits[-1]

    yield open_page
    for one in visits:
        one.page.context.close()


FORMATTED = (
    "<p>One <strong>two</strong> m<sup>2</sup></p><h3>Heading</h3><ul><li>a<ul><li>b</li></ul></li></ul>"
    '<ol start="3" type="a"><li>c</li></ol><blockquote><p>q</p></blockquote><table><thead><tr><th>A</th><th>B</th></tr>'
    "</thead><tbody><tr><td>1</td><td><p>2</p><p>3</p></td></tr></tbody></table>"
    '<p><a href="https://example.org/" rel="noopener noreferrer">link</a></p>'
)


@pytest.mark.parametrize("stored", [FORMATTED, "<p>Plain<br>text</p><ul><li>x</li></ul>", clipboards.EXPECTED, ""])
def test_opening_a_text_and_touching_nothing_keeps_it_as_it_is(visit, stored):
    assert visit(make_form(stored)).stored == stored


def test_typing_in_a_text_keeps_the_rest_of_it(visit):
    page = visit(make_form(FORMATTED))
    page.editor.click()
    page.page.keyboard.press("Control+Home")
    page.page.keyboard.type("Zero ")
    assert page.stored == FORMATTED.replace("One", "Zero One")


def test_buttons_make_bold_headings_lists_and_quotations(visit):
    page = visit()
    keyboard = page.page.keyboard
    page.editor.click()
    page.press("Heading")
    keyboard.type("Title")
    keyboard.press("Enter")
    page.press("Bold")
    keyboard.type("strong")
    page.press("Bold")
    keyboard.type(" plain ")
    page.press("Italic")
    keyboard.type("slanted")
    keyboard.press("Enter")
    page.press("Bulleted list")
    keyboard.type("one")
    keyboard.press("Enter")
    page.press("Move the item one level in")
    keyboard.type("two")
    page.press("Undo")
    page.press("Redo")
    assert page.stored == (
        "<h3>Title</h3><p><strong>strong</strong> plain <em>slanted</em></p><ul><li>one<ul><li>two</li></ul></li></ul>"
    )
    assert page.complaints == []


def test_a_hyphen_begins_a_list_and_other_signs_stay_signs(visit):
    page = visit()
    page.editor.click()
    page.page.keyboard.type("# 2 **stars** > _here_")
    page.page.keyboard.press("Enter")
    page.page.keyboard.type("- item <b>")
    assert page.stored == "<p># 2 **stars** &gt; _here_</p><ul><li>item &lt;b&gt;</li></ul>"


def test_a_table_is_made_filled_and_changed(visit):
    page = visit()
    page.editor.click()
    page.press("Insert a table")
    page.page.keyboard.type("Head")
    for name in ["Delete the column", "Add a row below", "Delete the row", "Add a column after", "Delete the column"]:
        page.press(name)
    assert page.stored.count("<tr>") == 3
    page.press("Delete the table")
    page.page.keyboard.type("gone")
    assert page.stored == "<p>gone</p>"
    assert page.complaints == []


def test_a_link_is_set_changed_and_removed(visit):
    page = visit(make_form("<p>the report</p>"))
    keyboard = page.page.keyboard
    page.editor.click()
    keyboard.press("Control+a")
    page.press("Link")
    field = page.page.get_by_label("Web address or e-mail address")
    field.fill("javascript:alert(1)")
    keyboard.press("Enter")
    expect(page.page.get_by_text("Enter a web address that begins with")).to_be_visible()
    field.fill("www.example.org/report")
    keyboard.press("Enter")
    assert 'href="https://www.example.org/report"' in page.stored
    assert page.posted is None
    page.press("Link")
    expect(field).to_have_value("https://www.example.org/report")
    page.press("Remove the link")
    assert page.stored == "<p>the report</p>"
    keyboard.press("End")
    page.press("Link")
    field.fill("office@example.org")
    keyboard.press("Enter")
    assert '<a href="mailto:office@example.org" rel="noopener noreferrer">office@example.org</a>' in page.stored


@pytest.mark.parametrize("program", clipboards.ALL)
def test_what_is_pasted_from_a_word_processor_becomes_the_same_small_html(visit, program):
    page = visit()
    page.editor.click()
    page.paste(clipboards.ALL[program], "not this")
    assert page.stored == clipboards.EXPECTED
    assert page.complaints == []  # the styles on the clipboard were not even tried


def test_plain_text_is_pasted_as_it_would_be_typed_without_the_editor(visit):
    text = "One\ntwo\n\n- a\n- <b>b</b>\n\n1. x\n2. y\n\n3 < 4"
    page = visit()
    page.editor.click()
    page.paste(text=text)
    assert page.stored == rich_text.from_plain(text)


def test_what_no_section_can_hold_is_refused_before_it_is_laid_out_and_nothing_is_lost(visit):
    page = visit()
    page.editor.click()
    page.paste(text="What was there before.")
    page.paste(text="word " * (rich_text.MOST_WORDS + 1))
    refused = page.page.get_by_role("alert").filter(has_text="too long to be pasted here")
    expect(refused).to_be_visible()
    assert page.stored == "<p>What was there before.</p>"
    page.editor.click()
    page.paste(text="And this.")
    expect(refused).to_be_hidden()


def test_hostile_html_is_pasted_as_words(visit):
    page = visit()
    page.editor.click()
    page.paste(
        "<p>a<img src=x onerror=alert(1)><script>alert(2)</script><a href='javascript:x'>b</a></p><svg onload=y>"
    )
    assert page.stored == "<p>ab</p>"
    assert page.complaints == []


def test_words_are_counted_as_they_are_typed_and_never_cut(visit):
    page = visit(make_form("<p>one two</p>", word_limit=4))
    counter = page.page.locator(".rich-text-count")
    expect(counter).to_have_text("2 of 4 words")
    page.editor.click()
    page.page.keyboard.press("Control+End")
    page.page.keyboard.type(" three – четыре خمسة")
    expect(counter).to_have_text("1 word over the limit of 4")
    page.page.keyboard.type(" six")
    expect(counter).to_have_text("2 words over the limit of 4")
    expect(page.page.get_by_role("status")).to_have_text("2 words over the limit of 4")
    assert rich_text.count_words(page.stored) == 6


def test_tab_goes_on_from_a_list_and_a_table_as_from_anywhere(visit):
    for text in ["<ul><li>a</li><li>b</li></ul>", "<table><tr><td>a</td><td>b</td></tr></table>"]:
        page = visit(make_form(text))
        page.editor.click()
        page.page.keyboard.press("Control+End")
        page.page.keyboard.press("Tab")
        expect(page.page.get_by_label("Title")).to_be_focused()
        page.page.keyboard.press("Shift+Tab")
        expect(page.editor).to_be_focused()
        page.page.keyboard.press("Shift+Tab")
        expect(page.page.get_by_role("button", name="Heading", exact=True)).to_be_focused()
        page.page.keyboard.press("ArrowRight")
        expect(page.page.get_by_role("button", name="Bold", exact=True)).to_be_focused()


def test_the_label_leads_into_the_editor(visit):
    page = visit()
    page.page.get_by_text("Progress").click()
    expect(page.editor).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("direction", "language"), [("ltr", "en"), ("rtl", "ar")])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, width, direction, language):
    page = visit(make_form(FORMATTED, language=language), width=width, direction=direction, language=language)
    page.editor.click()
    page.page.keyboard.press("Control+End")
    assert Axe().run(page.page).response["violations"] == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.press("Link")
    assert Axe().run(page.page).response["violations"] == []


def test_without_scripts_simple_text_is_plain_and_sent_as_plain(visit):
    page = visit(make_form("<p>One</p><p>Two</p>"), scripts=False)
    area = page.page.get_by_label("Progress")
    expect(area).to_have_value("One\n\nTwo")
    expect(page.page.get_by_text("Leave an empty line between paragraphs")).to_be_visible()
    expect(page.page.get_by_role("toolbar")).to_be_hidden()
    area.fill("<i>x</i>")
    page.page.get_by_role("button", name="Save").click()
    assert 'name="text-format"' in page.html
    assert "text-format=plain" in page.posted
    assert "text=%3Ci%3Ex%3C%2Fi%3E" in page.posted


def test_without_scripts_formatted_text_keeps_its_tags(visit):
    page = visit(make_form(FORMATTED), scripts=False)
    expect(page.page.get_by_text("This text has formatting, kept in tags")).to_be_visible()
    page.page.get_by_role("button", name="Save").click()
    assert "text-format=html" in page.posted


def test_what_was_typed_before_the_editor_came_is_taken_over(visit):
    page = visit(make_form("<p>stored</p>"))
    # The browser puts back what was typed when a page is loaded again; here it is put there before the script runs.
    page.html = page.html.replace("</form>", '</form><script src="/static/early.js"></script>')
    page.page.route(
        "**/early.js",
        lambda route: route.fulfill(
            body="document.querySelector('textarea').value = 'typed\\n\\n- early <b>'", content_type="text/javascript"
        ),
    )
    page.page.reload()
    page.page.locator(".rich-text-field.is-ready").wait_for()
    assert page.stored == "<p>typed</p><ul><li>early &lt;b&gt;</li></ul>"


def test_a_refused_text_is_shown_again_in_the_editor(visit):
    typed = "<ul>" + "<li>item</li>" * 501 + "</ul><p>end</p>"
    page = visit(make_form(data={"text": typed, "text-format": "html"}))
    expect(page.editor).to_have_attribute("aria-invalid", "true")
    expect(page.editor.locator("li")).to_have_count(501)


def test_the_area_stays_usable_when_the_editor_cannot_be_loaded(browser):
    form = make_form("<p>stored</p>")
    context = browser.new_context()
    page = context.new_page()
    visit = Visit.__new__(Visit)
    visit.posted, visit.html = None, page_of(form)
    page.route("**/*", visit._answer)
    page.route("**/django_prose_editor/editor.js", lambda route: route.abort())
    page.goto(ADDRESS)
    page.get_by_label("Progress").fill("typed")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("kept").wait_for()
    assert "text=typed&text-format=plain" in visit.posted
    context.close()
