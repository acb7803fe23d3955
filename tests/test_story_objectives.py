"""A compilation of effective practices: objectives with a page each, recommendations, a document that comes along."""

import pytest
from playwright.sync_api import expect

from . import factories
from .test_attachments import pdf

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_objectives_recommendations_and_a_document(visit, scripts, mechanism_a, cycle, amina):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    visitor = visit(amina, scripts=scripts)
    writes_on_two_objectives(visitor, draft)
    writes_recommendations(visitor, draft)
    attaches_a_document(visitor, draft)

    visitor.go("check", draft.reference)
    for words in [
        "Objective 7",
        "Fewer accidents.",
        "Objective 23",
        "A joint office.",
        "Keep meeting.",
        "Final report",
    ]:
        assert words in visitor.text
    assert "Meet twice" not in visitor.text
    assert visitor.complaints == []


def writes_on_two_objectives(visitor, draft):
    visitor.go("section", draft.reference, "objectives")
    visitor.tick("7. Address and reduce vulnerabilities in migration")
    visitor.tick("23. Strengthen international cooperation")
    visitor.press("Save and continue")
    expect(visitor.heading).to_contain_text("7. Address and reduce vulnerabilities in migration")
    visitor.write("Progress, trends and innovations", "Fewer accidents.")
    visitor.press("Save and continue")
    expect(visitor.heading).to_contain_text("23. Strengthen international cooperation")
    visitor.write("Effective practice or partnership model", "A joint office.")
    visitor.press("Save, finish later")
    written = {
        block.objective.number: (block.progress, block.practice)
        for block in draft.objective_blocks.select_related("objective")
    }
    assert written == {7: ("<p>Fewer accidents.</p>", ""), 23: ("", "<p>A joint office.</p>")}


def writes_recommendations(visitor, draft):
    visitor.go("section", draft.reference, "recommendations")
    visitor.write("Recommendation 1", "Keep meeting.")
    visitor.press("Add a recommendation")
    visitor.write("Recommendation 2", "Meet twice a year.")
    second = visitor.page.get_by_role("group", name="Recommendation 2")
    second.get_by_text("Objectives it is about").click()
    second.get_by_role("checkbox", name="23. Strengthen").check()
    visitor.press("Add a recommendation")
    visitor.write("Recommendation 3", "Share data.")
    third = visitor.page.get_by_role("group", name="Recommendation 3")
    third.get_by_text("Objectives it is about").click()
    third.get_by_role("checkbox", name="1. Collect and utilize").check()
    visitor.page.get_by_role("group", name="Recommendation 2").get_by_role("button", name="Remove").click()
    expect(visitor.page.get_by_role("textbox", name="Recommendation 2")).to_have_value("Share data.")
    expect(visitor.page.get_by_role("textbox", name="Recommendation 3")).to_have_count(0)
    visitor.press("Save, finish later")
    kept = [
        (row.number, row.text, [objective.number for objective in row.objectives.all()])
        for row in draft.recommendations.order_by("number")
    ]
    assert kept == [(1, "Keep meeting.", []), (2, "Share data.", [1])]


def attaches_a_document(visitor, draft):
    content = pdf()
    visitor.go("section", draft.reference, "annexes")
    visitor.page.get_by_label("Document", exact=False).first.set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    visitor.write("Title", "Final report")
    visitor.press("Attach")
    assert "“Final report” is attached." in visitor.text
    assert visitor.download("Final report") == content
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"Not a PDF at all"}
    )
    visitor.press("Attach")
    assert "There is a problem" in visitor.text
    assert draft.attachments.count() == 1
