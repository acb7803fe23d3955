"""A statement of three mechanisms, from naming the partners to filing it, as each person sees it in a browser."""

import re
from datetime import date

import pytest
from django.core import mail
from playwright.sync_api import expect

from submissions import clearance, commenting, joint, stopping, workflow
from submissions.models import OutlineSection, Partnership, Status

from . import factories
from .browser import do_the_jobs, faults
from .printed import Printed
from .test_attachments import pdf
from .test_story_keyboard import tab_to
from .test_story_pages import FORMATTED, each_language, speaking, walk

pytestmark = pytest.mark.browser

LETTER = pdf()
MOST_PAGES = 4  # from the link in a mail to the confirmation, signing in included


@pytest.fixture
def links_in_mails(settings, live_server):
    """Lead to the portal that runs for the test."""
    settings.PORTAL_ADDRESS = live_server.url


@pytest.fixture
def statement(mechanism_a, cycle, amina):
    """A joint statement of A that lacks nothing but its partners."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D5")
    return factories.answer_everything_required(submission=draft, text="<p>The rivers join us all.</p>")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_three_mechanisms_endorse_and_file_one_statement(
    visit, links_in_mails, scripts, statement, mechanism_b, mechanism_c, amina, carla, dalia, rita
):
    lead, partner_b, partner_c, desk = (
        visit(amina, scripts=scripts),
        visit(scripts=scripts),
        visit(dalia, scripts=scripts),
        visit(rita, scripts=scripts),
    )
    names_two_partners_and_asks_them(lead, statement)
    endorses_from_the_mail(partner_b, carla, statement)
    edits_what_another_has_endorsed_and_endorses_it(partner_c, statement)
    sees_who_must_look_again_and_asks(lead, statement)
    sees_the_difference_word_by_word_and_endorses_again(partner_b, carla)

    declines_with_a_reason(partner_c, statement)
    is_refused_to_file_in_words_that_name_c(lead, amina)
    drops_c(lead, statement)
    finds_nothing_any_more(partner_c, statement)
    sees_the_new_cover_and_endorses_again(partner_b, carla)

    files_it(lead, amina, statement)
    sees_lead_and_partner(desk, statement)
    for person in [lead, partner_b, partner_c, desk]:
        assert person.complaints == []


def link_mailed_to(person, *, saying, with_words=""):
    """In the last mail that this person has got. It has one link, so there is nothing to choose."""
    do_the_jobs()
    message = [sent for sent in mail.outbox if sent.to == [person.email]][-1]
    assert saying in message.subject
    assert with_words in message.body
    (link,) = re.findall(r"https?://\S+", message.body)
    return link


def names_two_partners_and_asks_them(lead, statement):
    lead.go("home")
    lead.follow(f"Continue “{statement.title}”", within=lead.page.get_by_role("region", name="Continue where you left"))
    assert "No partner has been added yet." in lead.text
    lead.follow("Partners and endorsement")
    assert "Who represents all of them Amina Diallo" in lead.text
    add_mechanism(lead, "Test Dialogue B (TDB)", access="Read it and comment")
    add_mechanism(lead, "Test Dialogue C (TDC)", access="Read it, comment and edit")
    assert "The partners are not asked yet." in lead.text
    lead.follow("Ask for endorsement")
    assert "These partners have to endorse it: Test Dialogue B Test Dialogue C" in lead.text
    lead.write("Comment (optional)", "We need your answer by Friday.")
    lead.press("Ask for endorsement")
    assert "The partners are asked to endorse this text." in lead.text
    assert "0 of 2 endorsed, 2 have not answered" in lead.text


def add_mechanism(lead, name, *, access):
    lead.follow("Add a partner")
    lead.page.get_by_role("radio", name="A mechanism of the register").check()
    lead.page.get_by_label("Mechanism", exact=True).select_option(label=name)
    lead.page.get_by_role("radio", name=access, exact=True).check()
    lead.press("Add this partner")
    assert f"{name.partition(' (')[0]} is a partner now." in lead.text


def endorses_from_the_mail(partner, carla, statement):
    """As a stranger to the portal until then: the mail, signing in, the text, the confirmation."""
    link = link_mailed_to(
        carla, saying="Please endorse: joint input of TDA", with_words="> We need your answer by Friday."
    )
    partner.seen.clear()
    partner.page.goto(link)
    partner.page.get_by_label("Email").fill(carla.email)
    partner.page.get_by_label("Password").fill(factories.PASSWORD)
    partner.press("Sign in")
    assert "Test Dialogue A asks Test Dialogue B to endorse exactly the text below." in partner.text
    assert "The rivers join us all." in partner.text
    partner.press("Endorse this text")
    assert "TDB endorsed this text on" in partner.text
    assert "Until then you need not do anything." in partner.text
    assert len(partner.seen) <= MOST_PAGES, partner.seen


def edits_what_another_has_endorsed_and_endorses_it(partner, statement):
    partner.go("home")
    partner.follow(statement.title)
    partner.follow("Continue writing")
    assert "If the text changes now, whoever has endorsed it must look again." in partner.text
    partner.follow("Statement")
    partner.write("Text", "The great rivers join us all.")
    partner.press("Save, finish later")
    assert "1 partner that had endorsed must look again." in partner.text
    partner.follow("Partners and endorsement")
    partner.follow("Answer for TDC")
    partner.press("Endorse this text")
    assert "TDC endorsed this text on" in partner.text


def sees_who_must_look_again_and_asks(lead, statement):
    lead.go("partners", statement.reference)
    assert "1 of 2 endorsed, 1 must look again" in lead.text
    expect(lead.row("Test Dialogue B")).to_contain_text("Must look again")
    expect(lead.row("Test Dialogue C")).to_contain_text("Endorsed")
    lead.press("Ask 1 partner again")
    assert "Those who still have to answer are asked again, by e-mail." in lead.text


def sees_the_difference_word_by_word_and_endorses_again(partner, carla):
    link = link_mailed_to(carla, saying="Please look again: the joint input of TDA has changed")
    partner.seen.clear()
    partner.page.goto(link)
    assert "What has changed since your answer of" in partner.text
    changed = partner.page.locator(".what-changed")
    expect(changed.locator("ins")).to_have_text(["added: great"], use_inner_text=False)
    expect(changed.locator("del")).to_have_count(0)
    partner.press("Endorse the new text")
    assert "Every partner has endorsed this text." in partner.text
    assert len(partner.seen) == 2, partner.seen


def declines_with_a_reason(partner, statement):
    """C has second thoughts, and finds the way to its answer from its own home."""
    partner.go("home")
    partner.follow(statement.title)
    assert "TDC endorsed this text on" in partner.text
    partner.follow("Endorsement by TDC")
    partner.page.get_by_text("Change your answer", exact=True).click()
    partner.page.get_by_text("Endorse with a remark, or decline", exact=True).click()
    partner.press("Decline for this reason")
    assert "Write the reason: the others need to know it." in partner.text
    partner.write("Remark, or the reason for declining", "Our ministers want no rivers in it.")
    partner.press("Decline for this reason")
    assert "TDC declined this text on" in partner.text
    assert "Our ministers want no rivers in it." in partner.text


def is_refused_to_file_in_words_that_name_c(lead, amina):
    lead.page.goto(link_mailed_to(amina, saying="TDC declines to endorse"))
    assert "1 of 2 endorsed, 1 declined" in lead.text
    assert "Our ministers want no rivers in it." in lead.text
    lead.go_back()
    lead.follow("Check your answers")
    lead.press("Submit")
    refusal = lead.page.get_by_role("alert").filter(has_text="There is a problem")
    expect(refusal).to_contain_text("Declined by: Test Dialogue C. Change the text, or drop the partner.")
    refusal.get_by_role("link").click()
    expect(lead.heading).to_contain_text("Partners and endorsement")


def drops_c(lead, statement):
    lead.follow("Drop this partner – Test Dialogue C")
    assert "Our ministers want no rivers in it." in lead.text
    assert "the partners that have endorsed it must look again" in lead.text
    lead.press("Drop this partner")
    assert "Test Dialogue C is not a partner any more." in lead.text
    assert "1 partner that had endorsed must look again." in lead.text
    assert "0 of 1 endorsed, 1 must look again" in lead.text


def finds_nothing_any_more(partner, statement):
    for name, *more in [("submission",), ("partners",), ("endorse", "tdc"), ("section", "statement")]:
        assert partner.go(name, statement.reference, *more).status == 404
        assert statement.title not in partner.text
    partner.go("home")
    assert statement.title not in partner.text


def sees_the_new_cover_and_endorses_again(partner, carla):
    partner.page.goto(link_mailed_to(carla, saying="Please look again: the joint input of TDA has changed"))
    expect(partner.page.locator(".what-changed del")).to_contain_text("Test Dialogue C (TDC)")
    partner.press("Endorse the new text")
    assert "Every partner has endorsed this text." in partner.text


def files_it(lead, amina, statement):
    lead.page.goto(link_mailed_to(amina, saying="TDB has endorsed, and so have all partners"))
    expect(lead.heading).to_contain_text("Check your answers")
    assert "1 of 1 endorsed" in lead.text
    lead.press("Submit")
    expect(lead.heading).to_contain_text("Receipt")
    assert "Your input is filed" in lead.text
    assert "Lead Test Dialogue A Also on behalf of Test Dialogue B" in lead.text
    assert statement.reference in lead.text
    statement.refresh_from_db()
    assert statement.status == Status.SUBMITTED


def sees_lead_and_partner(desk, statement):
    desk.go("queue")
    expect(desk.page.get_by_role("row").filter(has_text=statement.title)).to_contain_text("Test Dialogue B")
    desk.follow(statement.title)
    assert "Lead Test Dialogue A (TDA)" in desk.text
    assert "Also on behalf of Test Dialogue B (TDB)" in desk.text
    assert "The great rivers join us all." in desk.text
    assert "Test Dialogue C" not in desk.text


def test_an_organization_without_an_account_endorses_by_letter(visit, statement, mechanism_b, amina, carla):
    factories.add_partner(submission=statement, partner=mechanism_b, by=amina)
    lead = visit(amina)
    lead.go("partners", statement.reference)
    lead.follow("Add a partner")
    lead.page.get_by_role("radio", name="An organization that is not in the register yet").check()
    lead.write("Name", "Test Commission")
    lead.page.get_by_role("radio", name="Intergovernmental organization").check()
    lead.press("Add this partner")
    assert "Test Commission is a partner now." in lead.text
    lead.follow("Ask for endorsement")
    assert "Test Commission – by letter, which you record" in lead.text
    lead.press("Ask for endorsement")
    factories.endorse(submission=statement, partner=mechanism_b, by=carla)

    records_its_letter(lead)
    assert "2 of 2 endorsed" in lead.text
    assert "In a letter signed by Ana Test, Secretary-General on 6 January 2025" in lead.text
    assert lead.download("The letter") == LETTER
    lead.follow("Check and submit")
    lead.press("Submit")
    do_the_jobs()
    lead.page.reload()
    file = lead.page.get_by_role("link", name="PDF, as filed (revision 1)").get_attribute("href")
    words = Printed(lead.context.request.get(lead.address + file).body()).text()
    assert re.search(r"also on behalf of\s+Test Dialogue B.*Test Commission", words, re.IGNORECASE | re.DOTALL)
    assert "Endorsed by a letter of 6 January 2025 signed by Ana Test, Secretary-General (kept on file)." in words
    assert lead.complaints == []


def records_its_letter(lead):
    lead.follow("Record its letter – Test Commission")
    lead.page.get_by_role("radio", name="It endorses the text", exact=True).check()
    lead.write("Who signed it", "Ana Test, Secretary-General")
    lead.page.get_by_label("Date of the letter").fill("2025-01-06")
    letter = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": LETTER}
    lead.page.get_by_label("The letter", exact=False).last.set_input_files(letter)
    lead.press("Record this letter")
    assert "The letter of Test Commission is recorded." in lead.text


def test_a_partner_endorses_with_the_keyboard_alone(visit, links_in_mails, asked, carla):
    visitor = visit()
    keyboard = visitor.page.keyboard
    visitor.page.goto(link_mailed_to(carla, saying="Please endorse: joint input of TDA"))
    tab_to(visitor, "Email")
    keyboard.type(carla.email)
    tab_to(visitor, "Password")
    keyboard.type(factories.PASSWORD)
    keyboard.press("Enter")
    expect(visitor.heading).to_contain_text(asked.title)

    tab_to(visitor, "Go to your answer", role="link")
    keyboard.press("Enter")
    tab_to(visitor, "Endorse this text", role="button")
    keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="TDB endorsed this text on")).to_be_visible()
    assert factories.standings(asked) == {"TDB": "endorsed", "TDC": "invited"}
    assert len(visitor.seen) <= MOST_PAGES, visitor.seen
    assert visitor.complaints == []


@pytest.fixture
def halfway(of_joint, mechanism_b, mechanism_c, amina, carla, dalia):
    """B must look again at a text that has much in it, C has declined the new one, an organization owes its letter."""
    partners = [*of_joint["partners"], factories.make_entity()]
    submission = factories.make_asked(**of_joint | {"partners": partners}, access=Partnership.Access.EDIT)
    factories.endorse(submission=submission, partner=mechanism_b, by=carla, verdict="with_remark", remark="Gladly.")
    factories.rewrite(submission=submission, text=FORMATTED)
    factories.decline(submission=submission, partner=mechanism_c, by=dalia)
    section = OutlineSection.objects.get(code="statement")
    commenting.comment(submission, section=section, text="Which rivers?", by=carla)
    clearance.record(submission, iscm=mechanism_b, way="silence", cleared_on=date(2025, 1, 6), by=carla)
    return submission


def partner_in(submission, mechanism):
    return factories.partnership_of(submission=submission, partner=mechanism).pk


@each_language
def test_the_pages_of_the_lead(visit, amina, joint_draft, halfway, statement, mechanism_b, mechanism_c, language):
    begun, asked = joint_draft.reference, halfway.reference
    entity = halfway.partnerships.get(iscm=None).pk
    pages = [
        ("partners", statement.reference),
        ("check", statement.reference),
        ("iscm_home", "tda"),
        ("partners", begun),
        ("add_partner", begun),
        ("partner", begun, partner_in(joint_draft, mechanism_b)),
        ("remove_partner", begun, partner_in(joint_draft, mechanism_b)),
        ("step", begun, "ask"),
        ("partners", asked),
        ("tasks", asked),
        ("check", asked),
        ("partner_changes", asked, partner_in(halfway, mechanism_b)),
        ("remove_partner", asked, partner_in(halfway, mechanism_c)),
        ("record_letter", asked, entity),
        ("offer_lead", asked, partner_in(halfway, mechanism_b)),
        ("step", asked, "take_back"),
        ("history", asked),
    ]
    visitor = visit(speaking(amina, language))
    assert walk(visitor, pages, language=language) == []
    visitor.go("record_letter", asked, entity)
    is_refused_in_good_order(visitor, "form.measure button[type=submit]")
    visitor.go("add_partner", begun)
    is_refused_in_good_order(visitor, "form.measure button[type=submit]")


def is_refused_in_good_order(visitor, button):
    visitor.page.set_viewport_size({"width": 320, "height": 900})
    visitor.page.locator(button).last.click()
    expect(visitor.page.locator(".error-summary")).to_be_visible()
    assert faults(visitor.page) == []


@each_language
def test_the_pages_of_the_partners(visit, carla, dalia, asked, halfway, language):
    reference = halfway.reference
    pages = [
        ("iscm_home", "tdb"),
        ("endorse", asked.reference, "tdb"),
        ("submission", reference),
        ("endorse", reference, "tdb"),
        ("partners", reference),
        ("section", reference, "statement"),
        ("comments", reference),
        ("clearance", reference),
        ("stop_reminders", stopping.token_of(carla, halfway)),
    ]
    assert walk(visit(speaking(carla, language)), pages, language=language) == []

    visitor = visit(speaking(dalia, language))
    assert walk(visitor, [("submission", reference), ("endorse", reference, "tdc")], language=language) == []
    visitor.go("endorse", asked.reference, "tdc")
    visitor.page.locator("details.folded summary").last.click()
    is_refused_in_good_order(visitor, "button[value=declined]")


@each_language
def test_the_pages_once_every_partner_has_endorsed(
    visit, amina, carla, rita, asked, both_endorse, mechanism_b, language
):
    reference = asked.reference
    both_endorse(asked)
    joint.offer_lead(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    lead, partner, desk = (visit(speaking(person, language)) for person in [amina, carla, rita])
    assert walk(lead, [("partners", reference), ("check", reference)], language=language) == []
    confirmation = ("endorse", reference, "tdb")
    assert walk(partner, [("iscm_home", "tdb"), confirmation, ("lead_offer", reference)], language=language) == []

    workflow.perform(asked, "submit", by=amina)
    assert walk(lead, [("receipt", reference)], language=language) == []
    assert walk(partner, [confirmation, ("submission", reference)], language=language) == []
    assert walk(desk, [("queue",), ("submission", reference), ("history", reference)], language=language) == []
