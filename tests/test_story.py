"""From draft to compendium, as each person sees it in a browser, with scripts and without."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from submissions.models import Status, Submission

from .browser import do_the_jobs
from .printed import Printed

pytestmark = pytest.mark.browser

MOST_PAGES = 8  # from the mechanism's home to the receipt of the simplest input
MOST_ANSWERS = 3  # mandatory, beyond what the portal knows


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_input_goes_from_draft_to_compendium(
    visit, scripts, mechanism_a, mechanism_b, cycle, amina, carla, rita, piotr
):
    secretariat = visit(scripts=scripts)
    submission = files_a_written_statement(secretariat, amina)
    reference = submission.reference

    desk = visit(scripts=scripts)
    returns_it_for_changes(desk, rita, submission)
    changes_and_resubmits(secretariat, submission)

    approver = visit(scripts=scripts)
    approves_it(approver, piotr, submission)
    compiles_the_compendium(approver, cycle, submission)

    bystander = visit(carla, scripts=scripts)
    for name in ["submission", "tasks", "check", "receipt", "history"]:
        response = bystander.go(name, reference)
        assert response.status == 404
        assert submission.title not in bystander.text
    bystander.complaints.clear()

    for person in [secretariat, desk, approver]:
        assert person.complaints == []


def files_a_written_statement(secretariat, amina):
    secretariat.sign_in(amina)
    expect(secretariat.heading).to_contain_text("Test Dialogue A")
    assert secretariat.path == reverse("iscm_home", args=["tda"])
    secretariat.seen, secretariat.answered = [secretariat.path], []

    secretariat.press("Start Written statement, Test Forum 2030")
    submission = Submission.objects.get()
    assert secretariat.path == reverse("tasks", args=[submission.reference])
    assert "0 of 7 sections complete" in secretariat.text
    assert "Draft: not filed" in secretariat.text

    secretariat.follow("About the mechanism and this input")
    secretariat.write("How was this input agreed within the mechanism?", "Adopted at the annual meeting.")
    secretariat.tick("I confirm that this is a regional, collective input")
    secretariat.press("Save and continue")
    expect(secretariat.heading).to_contain_text("Statement")
    secretariat.write("Text", "The rivers join us all.")
    secretariat.press("Save and continue")
    secretariat.go_back()
    assert "2 of 7 sections complete" in secretariat.text

    sees_the_draft_as_pdf(secretariat.another_tab())

    secretariat.follow("Check your answers")
    assert "The rivers join us all." in secretariat.text
    assert "Adopted at the annual meeting." in secretariat.text
    secretariat.press("Submit")

    expect(secretariat.heading).to_contain_text("Receipt")
    assert "Your input is filed" in secretariat.text
    assert f"Reference number {submission.reference}" in secretariat.text
    assert "What happens next" in secretariat.text
    assert len(secretariat.seen) <= MOST_PAGES, secretariat.seen
    assert len(secretariat.answered) <= MOST_ANSWERS, secretariat.answered

    do_the_jobs()
    secretariat.page.reload()
    assert "Amina Diallo (sent)" in secretariat.text
    expect(secretariat.page.get_by_role("link", name="PDF, as filed (revision 1)")).to_be_visible()
    return submission


def waits_for_the_document(tab):
    """The page looks again by itself, with or without scripts."""
    expect(tab.page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=60_000)


def sees_the_draft_as_pdf(tab):
    tab.press("See it as PDF")
    expect(tab.heading).to_contain_text("Preview of the draft")
    expect(tab.page.get_by_role("main")).to_contain_text("waiting for its turn")
    do_the_jobs()
    waits_for_the_document(tab)
    printed = Printed(tab.download("Download the PDF"))
    assert printed.watermark(1) == "DRAFT"
    assert "The rivers join us all." in printed.text()
    tab.page.close()


def returns_it_for_changes(desk, rita, submission):
    desk.sign_in(rita)
    expect(desk.heading).to_have_text("Review desk")
    assert "1 waits for IOM" in desk.text
    desk.follow(submission.title)
    assert "The rivers join us all." in desk.text
    desk.press("Take up")
    assert "You are the reviewer of this input now." in desk.text
    desk.follow("Return for changes")
    desk.press("Return for changes")
    assert "Ask for a change below, or write a comment: the mechanism needs to know why." in desk.text
    desk.write("Covering comment (optional if you ask for a change)", "Thank you. One thing is missing.")
    desk.page.get_by_label("Where?").select_option(label="Statement")
    desk.page.get_by_role("radio", name="Unclear").check()
    desk.write("What should change?", "Which rivers?")
    desk.press("Return for changes")
    assert "The input is returned." in desk.text
    submission.refresh_from_db()
    assert submission.status == Status.CHANGES_REQUESTED


def changes_and_resubmits(secretariat, submission):
    secretariat.go("home")
    secretariat.follow(f"See what to change {submission.title}")
    assert "Thank you. One thing is missing." in secretariat.text
    asked = secretariat.row("Statement Required")
    expect(asked).to_contain_text("Needs change")
    expect(asked).to_contain_text("Which rivers?")
    secretariat.follow("Statement", within=asked)
    assert "Which rivers?" in secretariat.text
    secretariat.write("Text", "The Senegal and the Gambia join us all.")
    secretariat.page.get_by_role("radio", name="Done: we have changed it").check()
    secretariat.press("Save, finish later")
    expect(secretariat.row("Statement Required")).not_to_contain_text("Needs change")
    secretariat.follow("Check your answers")
    secretariat.press("Resubmit")
    assert "Your input is filed again" in secretariat.text


def approves_it(approver, piotr, submission):
    approver.sign_in(piotr)
    approver.follow(submission.title)
    assert "The Senegal and the Gambia join us all." in approver.text
    approver.follow("Approve")
    approver.press("Approve")
    assert "The input is approved." in approver.text
    do_the_jobs()
    approver.page.reload()
    file = approver.page.get_by_role("link", name="PDF, approved (revision 3)")
    response = approver.context.request.get(approver.address + file.get_attribute("href"))
    assert response.headers["content-type"] == "application/pdf"
    printed = Printed(response.body())
    assert "The Senegal and the Gambia join us all." in printed.text()
    assert "The rivers join us all." not in printed.text()
    assert printed.watermark(1) == ""


def compiles_the_compendium(approver, cycle, submission):
    approver.follow("Compendiums")
    approver.follow("Test Forum 2030")
    approver.write("Foreword", "This is what the mechanisms say.")
    approver.press("Save and compile")
    expect(approver.heading).to_contain_text("Compendium")
    do_the_jobs()
    waits_for_the_document(approver)
    words = Printed(approver.download("Download the PDF")).text()
    for expected in ["This is what the mechanisms say.", "Senegal and the Gambia", submission.reference]:
        assert expected in words
