"""Whatever is sent: a clear sentence, nothing lost, never an error page."""

import pytest
from django.test import Client
from django.urls import reverse

from objectives.models import Objective
from submissions.models import OutlineSection, Status, TypeSection

from . import factories

# What no database holds, what no page may run, and what no parser likes.
HOSTILE = "a\0b <script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7654|add:1 }} {% load x %} \u202e ' \" -- %s"


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def draft_of_everything(amina, mechanism_a, cycle):
    """An oral statement, for its three modes, that asks for every kind of section."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    asked = set(draft.input_type.sections.values_list("kind", flat=True))
    for position, section in enumerate(OutlineSection.objects.exclude(kind__in=asked), start=20):
        TypeSection.objects.get_or_create(input_type=draft.input_type, section=section, defaults={"position": position})
    factories.tick_objective(submission=draft, number=7)
    return draft


def section(submission, code):
    return reverse("section", args=[submission.reference, code])


def page_of(response):
    return response.content.decode()


def addresses(submission):
    for asked in submission.input_type.type_sections.select_related("section"):
        yield section(submission, asked.section.code)
    yield reverse("objective_block", args=[submission.reference, "objectives", 7])


def test_markup_and_characters_that_nothing_can_store_do_no_harm_in_any_field(as_amina, draft_of_everything):
    """Posted into every field of every section, then everything is read again."""
    for address in addresses(draft_of_everything):
        form = as_amina.get(address).context["form"]
        posted = dict.fromkeys((name for name in form.fields if name != "version"), HOSTILE)
        posted |= {"version": form.initial["version"], "confirm": HOSTILE, "arrange": HOSTILE}
        response = as_amina.post(address, posted, follow=True)
        assert response.status_code in (200, 422), address
        shown = page_of(response) + page_of(as_amina.get(address))
        assert "<script>alert" not in shown, address
        assert "<img src=x" not in shown, address
        assert "7655" not in shown, address


def test_texts_with_markup_are_shown_as_they_were_typed(as_amina, draft_of_everything):
    as_amina.post(section(draft_of_everything, "about"), {"agreed_how": HOSTILE, "later": ""})
    draft_of_everything.refresh_from_db()
    assert draft_of_everything.agreed_how.startswith("ab <script>alert(1)</script> <img")
    as_amina.post(section(draft_of_everything, "statement"), {"text": HOSTILE, "later": ""})
    text = draft_of_everything.answers.get(section__code="statement").text
    assert text.startswith("<p>ab &lt;script&gt;alert(1)&lt;/script&gt;")


@pytest.mark.parametrize("raw", [b"%ED%A0%80", b"%00", b"%FF%FE", b"%F0%9F", b"\xed\xa0\x80", b"%u0000"])
def test_bytes_that_are_no_text_are_taken_for_what_they_can_be(as_amina, draft, raw):
    """Halves of characters cannot be typed, but can be sent."""
    response = as_amina.generic(
        "POST",
        section(draft, "about"),
        b"later=&version=0&agreed_how=before" + raw + b"after",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.agreed_how.startswith("before")
    assert draft.agreed_how.endswith("after")


def test_two_hundred_thousand_words_are_refused_in_a_sentence_and_stay_on_the_page(as_amina, draft):
    words = "word " * 200_000
    response = as_amina.post(section(draft, "statement"), {"text": words, "continue": ""})
    assert "too long to be stored (200,000 words" in page_of(response)
    assert words.strip()[-500_000:] in page_of(response)
    assert not draft.answers.exclude(text="").exists()


@pytest.mark.parametrize(
    ("code", "field"),
    [("about", "agreed_how"), ("principles", "principle-3-text"), ("recommendations", "recommendation-1-text")],
)
def test_the_same_in_a_plain_field(as_amina, draft_of_everything, code, field):
    words = "word " * 200_000
    response = as_amina.post(section(draft_of_everything, code), {field: words, "continue": ""})
    assert "at most 100000 characters" in page_of(response).replace(",", "")
    assert words.strip() in page_of(response)


@pytest.mark.parametrize(
    ("code", "field", "limit"),
    [
        ("about", "direct-representative", 200),
        ("about", "indirect_states-member_states", 400),
        ("about", "indirect_igo-igo_named", 200),
        ("event", "name", 300),
        ("event", "place", 200),
        ("event", "organizers", 400),
        ("speaking", "speaker", 200),
        ("speaking", "speaker_capacity", 200),
    ],
)
def test_a_line_longer_than_its_column_is_refused_in_words_and_not_cut(
    as_amina, draft_of_everything, code, field, limit
):
    typed = "x" * (limit + 1)
    response = as_amina.post(section(draft_of_everything, code), {field: typed, "modes": ["direct"], "later": ""})
    assert f"at most {limit} characters" in page_of(response)
    assert f'value="{typed}"' in page_of(response)
    assert "maxlength" not in page_of(response)
    kept = as_amina.post(section(draft_of_everything, code), {field: typed[1:], "modes": ["direct"], "later": ""})
    assert kept.status_code == 302


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<ul><li>" * 60 + "deep" + "</li></ul>" * 60, "nested too deeply"),
        ("<table><tr>" + "<td>c</td>" * 1_000 + "</tr></table>", "1000 columns"),
    ],
)
def test_a_structure_that_no_page_can_print_is_refused_and_the_text_kept(as_amina, draft, html, sentence):
    response = as_amina.post(section(draft, "statement"), {"text": html, "text-format": "html", "continue": ""})
    assert sentence in page_of(response).replace(",", "")
    assert page_of(response).count("&lt;li&gt;" if "<li>" in html else "&lt;td&gt;") >= 60
    assert not draft.answers.exclude(text="").exists()


def test_more_than_the_portal_takes_in_at_once_gets_a_page_that_says_so(as_amina, draft, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    response = as_amina.post(section(draft, "statement"), {"text": "word " * 10_000, "continue": ""})
    assert response.status_code == 413
    assert "Nothing was saved" in page_of(response)
    assert not draft.answers.exists()


def test_the_same_page_meets_a_browser_whose_form_is_checked_for_its_token(amina, draft, settings):
    """Then it is the check that reads the form first, before any view."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(amina)
    browser.get(section(draft, "statement"))
    response = browser.post(section(draft, "statement"), {"text": "word " * 10_000, "continue": ""})
    assert response.status_code == 413
    assert "Nothing was saved" in page_of(response)


def test_more_fields_than_any_form_has_get_the_same_page(as_amina, draft, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
    response = as_amina.post(section(draft, "about"), {f"field{number}": "" for number in range(60)})
    assert response.status_code == 413
    assert "Nothing was saved" in page_of(response)


def test_extra_fields_change_nothing_else(as_amina, draft, rita, mechanism_b):
    before = {
        name: getattr(draft, name) for name in ("status", "iscm_id", "reference", "title", "reviewer_id", "filed_at")
    }
    extra = {
        "status": Status.APPROVED, "iscm": mechanism_b.pk, "reference": "X", "title": "Changed", "reviewer": rita.pk,
        "filed_at": "2030-01-01", "is_complete": "on", "saved_by": rita.pk, "submission": 1, "decided_by": rita.pk,
    }  # fmt: skip
    as_amina.post(section(draft, "about"), {"agreed_how": "So.", "later": "", **extra})
    draft.refresh_from_db()
    assert draft.agreed_how == "So."
    assert {name: getattr(draft, name) for name in before} == before
    assert draft.answers.get().is_complete is False


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("about", {"modes": ["direct_joint", "nonsense"]}),
        ("about", {"direct-capacity": "capacity-joint-member", "modes": ["direct"]}),
        ("about", {"indirect_igo-igo": "999999", "modes": ["indirect_igo"]}),
        ("objectives", {"roundtable-1": ["7"]}),
        ("objectives", {"roundtable-1": ["99"]}),
        ("challenges", {"challenges": ["priority-borders"]}),
        ("event", {"starts_on": "2030-02-31"}),
        ("event", {"starts_on": "soon"}),
        ("event", {"outcome_document": "999999"}),
        ("speaking", {"roundtables": ["5"]}),
        ("recommendations", {"recommendation-1-objectives": ["24"]}),
    ],
)
def test_choices_that_were_never_offered_are_refused_in_words(as_amina, draft_of_everything, code, fields):
    response = as_amina.post(section(draft_of_everything, code), {**fields, "continue": ""})
    assert response.status_code == 422
    assert "There is a problem" in page_of(response)
    assert not draft_of_everything.answers.exists()


def test_the_outcome_document_of_another_input_cannot_be_named(
    as_amina, draft_of_everything, carla, mechanism_b, cycle
):
    theirs = factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B2")
    secret = factories.attach(submission=theirs, by=carla, title="Secret of B")
    address = section(draft_of_everything, "event")
    assert "Secret of B" not in page_of(as_amina.get(address))
    response = as_amina.post(address, {"outcome_document": secret.pk, "continue": ""})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/inputs/nothing/section/about/",
        "/inputs/{reference}/section/nothing/",
        "/inputs/{reference}/section/objectives/objective/0/",
        "/inputs/{reference}/section/objectives/objective/24/",
        "/inputs/{reference}/section/objectives/objective/99999999999999999999999/",
        "/inputs/{reference}/section/about/objective/7/",
        "/inputs/{reference}/attachments/99999999999999999999999/",
        "/inputs/{reference}/attachments/0/",
    ],
)
def test_addresses_that_lead_nowhere_are_not_found(as_amina, draft_of_everything, path):
    address = path.format(reference=draft_of_everything.reference)
    assert as_amina.get(address).status_code == 404
    assert as_amina.post(address, {"text": "x"}).status_code in (404, 405)


def test_an_objective_that_is_not_ticked_has_no_page_yet(as_amina, draft_of_everything):
    assert Objective.objects.filter(number=8).exists()
    response = as_amina.get(
        reverse("objective_block", args=[draft_of_everything.reference, "objectives", 8]), follow=True
    )
    assert "is not on the list" in page_of(response)
