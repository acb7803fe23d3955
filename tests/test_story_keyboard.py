"""The way from sign-in to a saved section without a mouse."""

import pytest
from playwright.sync_api import expect

from . import factories

pytestmark = pytest.mark.browser

MOST_KEYS = 60  # to reach anything on a page


def tab_to(visitor, name, *, role=None):
    """Press Tab until what is so called has the focus."""
    wanted = visitor.page.get_by_role(role, name=name) if role else visitor.page.get_by_label(name)
    for _ in range(MOST_KEYS):
        if wanted.first.evaluate("element => element === document.activeElement"):
            assert has_a_ring(visitor), f"one cannot see that “{name}” has the focus"
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to “{name}”")


def has_a_ring(visitor):
    return visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")


def test_a_section_is_saved_with_the_keyboard_alone(visit, amina, draft):
    visitor = visit()
    keyboard = visitor.page.keyboard
    visitor.go("account_login")
    tab_to(visitor, "Email")
    keyboard.type(amina.email)
    tab_to(visitor, "Password")
    keyboard.type(factories.PASSWORD)
    keyboard.press("Enter")
    expect(visitor.heading).to_contain_text("Test Dialogue A")

    tab_to(visitor, f"Continue “{draft.title}”", role="link")
    keyboard.press("Enter")
    expect(visitor.heading).to_contain_text(draft.title)
    tab_to(visitor, "Statement", role="link")
    keyboard.press("Enter")
    expect(visitor.heading).to_contain_text("Statement")
    visitor.editors_are_ready()

    tab_to(visitor, "Text", role="textbox")
    keyboard.type("Written without a mouse.")
    tab_to(visitor, "Save, finish later", role="button")
    keyboard.press("Enter")
    expect(visitor.heading).to_contain_text(draft.title)
    assert draft.answers.get().text == "<p>Written without a mouse.</p>"
    assert visitor.complaints == []


def test_the_first_key_offers_to_skip_to_the_content(visit, amina, draft):
    visitor = visit(amina)
    visitor.go("tasks", draft.reference)
    skip = visitor.page.get_by_role("link", name="Skip to the main content")
    expect(skip).not_to_be_in_viewport()
    visitor.page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("main")).to_be_focused()
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="About the mechanism and this input")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_summary_of_a_refused_save_leads_to_each_field(visit, amina, draft, scripts):
    visitor = visit(amina, scripts=scripts)
    visitor.go("section", draft.reference, "about")
    visitor.press("Save and continue")
    summary = visitor.page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_contain_text("Say how the input was agreed within the mechanism.")
    expect(summary).to_contain_text("Confirm that this is the collective input of the mechanism as a whole.")
    link = summary.get_by_role("link", name="Say how the input was agreed within the mechanism.")
    field = visitor.page.get_by_label("How was this input agreed within the mechanism?")
    if scripts:
        expect(summary).to_be_focused()
        visitor.page.keyboard.press("Tab")
        expect(link).to_be_focused()
        visitor.page.keyboard.press("Enter")
        expect(field).to_be_focused()
    else:
        link.press("Enter")
    expect(field).to_be_in_viewport()
    field.fill("By circulation.")
    visitor.press("Save, finish later")
    expect(visitor.heading).to_contain_text(draft.title)
    draft.refresh_from_db()
    assert draft.agreed_how == "By circulation."
