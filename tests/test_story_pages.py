"""Every main page of each person: narrow and wide, in English and from right to left, judged by axe and the browser."""

import pytest

from submissions import renditions, workflow
from submissions.documents import making
from submissions.documents.pdf import Made
from submissions.models import Compendium, OutlineSection, Rendition, TypeSection

from . import factories
from .browser import do_the_jobs, faults

pytestmark = pytest.mark.browser

WIDTHS = [320, 1280]

FORMATTED = (
    "<p>One <strong>two</strong> three.</p><h3>Heading</h3><ul><li>a<ul><li>b</li></ul></li></ul>"
    "<table><thead><tr><th>Year</th><th>Members who took part</th><th>Place</th><th>Outcome</th></tr></thead>"
    "<tbody><tr><td>2029</td><td>12</td><td>Ouagadougou</td><td>Declaration</td></tr></tbody></table>"
    '<p><a href="https://example.org/" rel="noopener noreferrer">Areportwithonewordthatdoesnotbreakanywhere</a></p>'
)


@pytest.fixture
def drafts(mechanism_a, cycle, amina):
    """A compilation that asks for every kind of section and has something in most, and an oral statement just begun."""
    full = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    for position, code in enumerate(["event", "speaking"], start=20):
        TypeSection.objects.create(
            input_type=full.input_type, section=OutlineSection.objects.get(code=code), position=position
        )
    factories.answer_everything_required(submission=full, text=FORMATTED)
    factories.attach(submission=full, by=amina)
    full.recommendations.create(number=1, text="Keep meeting.")
    return full, factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")


@pytest.fixture
def returned(mechanism_a, cycle, amina, rita):
    """A written statement that IOM has sent back."""
    submission = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, text=FORMATTED)
    workflow.perform(submission, "take_up", by=rita)
    section = submission.input_type.sections.get(code="statement")
    workflow.perform(
        submission,
        "request_changes",
        by=rita,
        note="See there.",
        change_requests=[factories.change(section, "Shorter.")],
    )
    return submission


@pytest.fixture
def desk(mechanism_a, mechanism_b, cycle, amina, carla, rita, piotr):
    """What IOM has before it: one input filed, one under review, one approved."""
    texts = {"type_code": "D3", "text": FORMATTED}
    new = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, **texts)
    read, approved = (factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, **texts) for _ in range(2))
    for submission in (read, approved):
        workflow.perform(submission, "take_up", by=rita)
    workflow.perform(approved, "approve", by=piotr)
    return new, read, approved


@pytest.fixture
def quick(monkeypatch):
    """Typesetting left out: what is looked at is the pages around it."""
    monkeypatch.setattr(making, "render", lambda rendition: Made(b"%PDF-1.7 quick", 3))


def walk(visitor, pages, *, language):
    """Open each page once and look at it in every width; return all that is wrong, each with its page."""
    wrong = []
    for name, *arguments in pages:
        asked = visitor.go(name, *arguments)
        visitor.editors_are_ready()
        assert (asked.status, asked.url) == (200, visitor.page.url), (name, arguments)
        marks = visitor.page.locator("html").evaluate("html => [html.lang, html.dir]")
        if marks != [language, "rtl" if language == "ar" else "ltr"]:
            wrong.append(f"{name}: marked as {marks}")
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{name} {arguments} at {width} px: {fault}" for fault in faults(visitor.page)]
    return wrong + visitor.complaints


def speaking(person, language):
    person.language = language
    person.save()
    return person


each_language = pytest.mark.parametrize("language", ["en", "ar"])


@each_language
def test_the_pages_of_a_stranger(visit, reference, language):
    pages = [("account_login",), ("account_reset_password",), ("account_signup",)]
    assert walk(visit(language=language), pages, language=language) == []


@each_language
def test_the_pages_of_a_secretariat(visit, amina, drafts, returned, quick, monkeypatch, language):
    full, oral = drafts
    ready = renditions.ask_for_draft(full, by=amina)
    do_the_jobs()
    failed = renditions.ask_for_draft(oral, by=amina)
    Rendition.objects.filter(pk=failed.pk).update(status=Rendition.Status.FAILED, error="A table is too wide.")
    codes = [
        "contribution",
        "objectives",
        "principles",
        "challenges",
        "recommendations",
        "annexes",
        "event",
        "speaking",
    ]
    pages = [
        ("iscm_home", "tda"),
        ("people", "tda"),
        ("invite", "tda"),
        ("profile",),
        ("tasks", full.reference),
        ("title", full.reference),
        ("section", oral.reference, "about"),
        *[("section", full.reference, code) for code in codes],
        ("objective_block", full.reference, "objectives", 7),
        ("check", full.reference),
        ("check", oral.reference),
        ("rendition", ready.pk),
        ("rendition", failed.pk),
        ("tasks", returned.reference),
        ("section", returned.reference, "statement"),
        ("submission", returned.reference),
        ("receipt", returned.reference),
        ("history", returned.reference),
        ("step", returned.reference, "withdraw"),
    ]
    assert walk(visit(speaking(amina, language)), pages, language=language) == []


@each_language
def test_the_pages_of_a_reviewer(visit, rita, desk, returned, language):
    new, read, _approved = desk
    pages = [
        ("queue",),
        ("submission", new.reference),
        ("submission", read.reference),
        ("step", read.reference, "request_changes"),
        ("history", returned.reference),
        ("compendiums",),
        ("account_change_password",),
        ("mfa_index",),
    ]
    assert walk(visit(speaking(rita, language)), pages, language=language) == []


@each_language
def test_the_pages_of_an_approver(visit, piotr, desk, cycle, quick, language):
    _new, read, approved = desk
    compendium = Compendium.objects.create(cycle=cycle, foreword=FORMATTED, language="en")
    made = renditions.ask_for_compendium(compendium, by=piotr)
    do_the_jobs()
    pages = [
        ("step", read.reference, "approve"),
        ("step", read.reference, "decline"),
        ("submission", approved.reference),
        ("compendiums",),
        ("compendium", cycle.code),
        ("rendition", made.pk),
    ]
    assert walk(visit(speaking(piotr, language)), pages, language=language) == []


@each_language
def test_the_pages_of_an_administrator(visit, ada, language):
    pages = [("profile",), ("invite_colleague",)]
    assert walk(visit(speaking(ada, language)), pages, language=language) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_refused_form_and_a_page_that_is_not_there(visit, amina, draft, width):
    visitor = visit(amina, width=width)
    visitor.go("section", draft.reference, "about", query="?lacks")
    assert "There is a problem" in visitor.text
    assert faults(visitor.page) == []
    assert visitor.go("tasks", "NOTHING-1").status == 404
    assert faults(visitor.page) == []
