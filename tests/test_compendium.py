"""The compendium of a cycle: what it gathers, how it counts, where its pages lead; and the page that makes it."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from objectives.models import ObjectiveText
from submissions import renditions, tasks
from submissions.documents import arrangement, compendium
from submissions.forms.compiling import CompendiumForm
from submissions.models import Compendium, Rendition, Status

from . import factories
from .conftest import load_reference_again
from .printed import Printed, english, make_block, make_content, make_section

NOW = datetime(2030, 3, 4, 12, 30, tzinfo=UTC)


def make_input(letter: str, sections: list[dict], *, kind: str = "written_input", minutes: int = 0, **fields):
    """An approved input of Dialogue <letter> that was never in the database."""
    content = make_content(
        sections=sections,
        reference=f"TEST2030-{letter}-B3-1",
        title=f"Input of Dialogue {letter}",
        iscm={**make_content()["iscm"], "slug": letter.lower(), "name": f"Dialogue {letter}", "acronym": letter},
        **fields,
    )
    content["input_type"]["kind"] = kind
    return compendium.Input(
        SimpleNamespace(),
        SimpleNamespace(content=content, frozen_at=NOW + timedelta(minutes=minutes), number=2, sha256="cd" * 32),
    )


def objectives(*blocks) -> dict:
    return make_section("objectives", "objectives", blocks=list(blocks))


INPUTS = [
    make_input(
        "A",
        [
            make_section("prepared", heading="How the input was prepared", text="<p>A was prepared with care.</p>"),
            objectives(
                make_block(7, progress="<h3>In short</h3><p>A on seven.</p>"),
                make_block(23, roundtable=4, more="<p>A on twenty-three.</p>"),
            ),
            make_section(
                "principles", "principles",
                notes=[
                    {"number": 1, "letter": "a", "name": english("People-centred"), "text": "A listens to migrants."}
                ],
            ),
            make_section("challenges", "challenges", challenges=[{"code": "money", "name": english("Scarce money")}]),
            make_section(
                "recommendations", "recommendations",
                recommendations=[{"number": 1, "text": "Fund secretariats.", "objectives": [23]}],
            ),
        ],
    ),
    make_input(
        "B",
        [
            objectives(make_block(7), make_block(5, roundtable=1, practice="<p>يعمل الحوار</p>")),
            make_section("challenges", "challenges", challenges=[{"code": "money", "name": english("Scarce money")}]),
            make_section(
                "recommendations", "recommendations", recommendations=[{"number": 1, "text": "ب", "objectives": []}]
            ),
        ],
        language="ar",
    ),
    make_input(
        "C",
        [
            make_section("speaking", "speaking", speaker="Carla Reyes", speaker_capacity="Chair"),
            make_section("statement", heading="Statement", text="<p>C stated this.</p>"),
        ],
        kind="oral_statement",
    ),
    make_input(
        "D",
        [
            make_section(
                "event", "event",
                event={"name": "Meeting of D", "starts_on": "2030-02-03", "ends_on": None, "is_online": False,
                       "place": "Lomé", "organizers": "", "outcome_document": ""},
            ),
            make_section("outcome", heading="Outcome document: summary", text="<p>D concluded.</p>"),
        ],
        kind="event",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def _made(django_db_setup, django_db_blocker):
    """Made once: nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference_again()
        cycle = factories.make_cycle()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compendium, "approved_inputs", lambda cycle: INPUTS)
            made = compendium.of_cycle(cycle, foreword="<p>Dear reader.</p><h3>Thanks</h3><p>To all.</p>", at=NOW)
        transaction.set_rollback(True)
    return made.pdf


@pytest.fixture
def whole(_made) -> Printed:
    return Printed(_made)


def page_of(document: Printed, title: str) -> int:
    return next(page for _, found, page in document.bookmarks if found.startswith(title))


# ------------------------------------------------------------------------------------------ the document


def test_the_cover_counts_dates_and_claims_no_authority(whole):
    cover = whole.text(page=1)
    assert "Compilation of 4 inputs approved as at 4 March 2030, 12:30 (UTC)" in cover
    assert "Test Forum 2030" in cover
    assert "not a United Nations document" in cover


def test_the_note_says_how_it_was_compiled_and_how_joint_inputs_count(whole):
    text = whole.text(page=page_of(whole, "Note on the compilation"))
    assert "reproduced as received, without formal editing" in text
    assert "A joint input is counted once" in text
    assert "4 approved inputs, made by 4 mechanisms" in text
    assert "Arabic, English" in text
    assert "do not necessarily reflect the views" in text


def test_contents_bookmarks_and_links_agree_on_the_pages(whole):
    contents = whole.text(page=2)
    for title in ("Foreword", "Which mechanism speaks", "Roundtable 4", "Across the objectives", "List of inputs"):
        assert title in contents
    numbers = {page.objgen: number for number, page in enumerate(whole.pdf.pages, 1)}
    names = whole.pdf.Root.Names.Dests.Names
    places = {str(names[i]): numbers[names[i + 1][0].objgen] for i in range(0, len(names), 2)}
    links = [link for link in whole.pdf.pages[1].obj.Annots if "/Dest" in link]
    assert len(links) > 8
    for link in links:
        # The number stands at the end of the line's first row, so a long title goes on after it.
        words = [re.escape(word) for word in str(link.Contents).split()]
        line = re.search(r"(?: (\d+))? ".join(words) + r"(?: (\d+))?", contents)
        assert [int(number) for number in line.groups() if number] == [places[str(link.Dest)]]
    assert page_of(whole, "Roundtable 4") == places["roundtable-4"]


def test_every_page_but_the_cover_is_numbered(whole):
    assert "Page 1 of" not in whole.text(page=1)
    for number in range(2, whole.pages + 1):
        assert f"Page {number} of {whole.pages}" in whole.text(page=number)


def test_bookmarks_are_nested_and_levels_never_skipped(whole):
    depths = [depth for depth, _, _ in whole.bookmarks]
    assert depths[0] == 0
    assert max(depths) == 3
    assert all(after <= before + 1 for before, after in pairwise(depths))
    levels = [int(str(e.S)[2]) for e in whole.elements() if str(e.S)[:2] == "/H" and str(e.S)[2:].isdigit()]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_it_is_valid_pdf_ua_and_no_draft(whole):
    assert whole.complaints() == []
    assert "DRAFT" not in whole.text()


def test_each_text_stands_under_its_objective_with_reference_and_language(whole):
    text = whole.text()
    seven = text.index("Objective 7 Address and reduce", text.index("Roundtable 4 Title of roundtable 4"))
    assert (
        "Dialogue A (A) TEST2030-A-B3-1 · Original: English Progress, trends and innovations In short A on seven."
        in text
    )
    assert seven < text.index("A on seven.") < text.index("A on twenty-three.")
    assert "Named as relevant, without a text, by: Dialogue B (B) (TEST2030-B-B3-1)" in text
    assert "يعمل الحوار" in text
    assert "Original: Arabic" in text


def test_an_arabic_text_is_marked_as_arabic(whole):
    assert "ar" in {str(element.Lang) for element in whole.elements() if "/Lang" in element}


def test_what_is_not_about_one_objective_is_there_too(whole):
    text = whole.text()
    for words in (
        "Dear reader.", "A was prepared with care.", "A listens to migrants.", "Meeting of D", "D concluded.",
        "C stated this.", "Carla Reyes", "1 Fund secretariats. 23 Dialogue A (A) TEST2030-A-B3-1",
    ):  # fmt: skip
        assert words in text
    assert "TEST2030-A-B3-1, TEST2030-B-B3-1" in text[text.index("Scarce money") :]


def test_the_matrix_lies_on_a_wide_page_and_its_signs_are_said_in_words(whole):
    wide = whole.pdf.pages[page_of(whole, "Which mechanism") - 1].mediabox
    assert wide[2] > wide[3]
    said = [str(element.ActualText) for element in whole.elements() if "/ActualText" in element]
    assert said.count("evidenced") == 3 + 1  # and once in the head of the table
    assert said.count("claimed") == 1 + 1
    assert "Objective 22: Establish mechanisms for the portability" in whole.text()


def test_the_list_names_every_input_with_revision_and_hash(whole):
    text = whole.text(page=page_of(whole, "List of inputs"))
    assert text.count("4 March 2030") == 4
    assert all(f"Input of Dialogue {letter}" in text for letter in "ABCD")
    assert "".join(text.split()).count("cd" * 32) == 4


# ------------------------------------------------------------------------------------------ how it counts


def test_claimed_is_not_evidenced(reference):
    roundtables = arrangement.by_objective(INPUTS, "en")
    table = arrangement.matrix(INPUTS, roundtables)
    numbers = [column["number"] for column in table["columns"]]
    signs = {
        row["maker"]["acronym"]: {
            n: cell["sign"] for n, cell in zip(numbers, row["cells"], strict=True) if cell["sign"]
        }
        for row in table["rows"]
    }
    assert signs == {
        "A": {7: "evidenced", 23: "evidenced"},
        "B": {7: "claimed", 5: "evidenced"},
        "C": {},
        "D": {},
    }
    assert sorted(numbers) == list(range(1, 24))
    assert table["evidenced"][numbers.index(7)]["number"] == 1
    assert table["claimed"][numbers.index(7)]["number"] == 1
    assert {objective["number"] for objective in table["silent"]} == set(range(1, 24)) - {5, 7, 23}


def test_a_mechanism_that_names_and_elsewhere_writes_is_evidenced_and_both_inputs_count(reference):
    inputs = [
        make_input("A", [objectives(make_block(7))]),
        make_input("A", [objectives(make_block(7, more="<p>x</p>"))]),
    ]
    table = arrangement.matrix(inputs, arrangement.by_objective(inputs, "en"))
    (row,) = table["rows"]
    assert (row["evidenced"], row["claimed"]) == (1, 0)
    assert (table["all_evidenced"], table["all_claimed"]) == (1, 1)


def test_a_mechanism_of_two_regions_is_counted_in_each_and_the_table_says_so(reference):
    for letter in "ABCD":
        factories.make_mechanism(name=f"Dialogue {letter}", acronym=letter, regions=["africa", "arab"])
    regions = next(table for table in compendium.participation(INPUTS) if table["title"] == "Review region")
    assert regions["rows"] == [("Africa", 4, 4), ("Arab region", 4, 4)]
    assert regions["total"] == (4, 4)
    assert "counted in each" in regions["note"]
    languages = next(table for table in compendium.participation(INPUTS) if table["title"] == "Original language")
    assert {row[0]: row[1] for row in languages["rows"]} == {"English": 3, "Arabic": 1}
    assert languages["note"] == ""


def test_a_heading_is_not_in_french_because_only_a_french_input_speaks_there(reference):
    french = {"text": "S'attaquer aux facteurs de vulnérabilité", "language": "fr"}
    inputs = [make_input("A", [objectives(make_block(7, title=french, more="<p>x</p>"))], language="fr")]

    def title(language):
        roundtables = arrangement.by_objective(inputs, language)
        return next(one["title"] for group in roundtables for one in group["objectives"] if one["number"] == 7)

    assert title("en")["language"] == "en"
    assert title("fr") == french


def test_headings_are_worded_as_most_recently_frozen(reference):
    old = make_input("A", [objectives(make_block(7, title=english("An older title"), more="<p>x</p>"))])
    new = make_input("B", [objectives(make_block(7, title=english("A newer title"), more="<p>x</p>"))], minutes=5)
    ObjectiveText.objects.filter(parent__number=7, language="en").update(title="A title of today")
    titles = {
        o["number"]: o["title"]["text"] for r in arrangement.by_objective([new, old], "en") for o in r["objectives"]
    }
    assert titles[7] == "A newer title"


# ------------------------------------------------------------------------------------------ of real inputs


@pytest.fixture
def approved(amina, mechanism_a, cycle, rita, piotr):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    factories.tick_objective(submission=draft, number=7, progress="<p>Much was done.</p>")
    return factories.bring_to(draft, "approved", filer=amina, reviewer=rita, approver=piotr)


def test_only_what_is_approved_is_compiled_and_in_its_frozen_words(approved, carla, mechanism_b, cycle):
    factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla)
    ObjectiveText.objects.filter(parent__number=7, language="en").update(title="Something else entirely")
    approved.objective_blocks.update(progress="<p>Typed afterwards.</p>")
    text = Printed(compendium.of_cycle(cycle).pdf).text()
    assert "Compilation of 1 input approved as at" in text
    assert "Much was done." in text
    assert "Address and reduce vulnerabilities in migration" in text
    for absent in ("Typed afterwards.", "Something else entirely", "Test Dialogue B"):
        assert absent not in text


def test_a_cycle_without_approved_inputs_gives_a_sentence(filed, cycle):
    with pytest.raises(compendium.NothingApproved, match="Test Forum 2030 has no approved inputs yet"):
        compendium.of_cycle(cycle)


def test_the_command_compiles_with_the_saved_foreword(approved, cycle, tmp_path, capsys):
    Compendium.objects.create(cycle=cycle, foreword="<p>Dear delegates.</p>")
    call_command("compile_compendium", "TEST2030", output=tmp_path / "c.pdf")
    assert "Dear delegates." in Printed((tmp_path / "c.pdf").read_bytes()).text()
    assert [path.name for path in tmp_path.iterdir()] == ["c.pdf"]
    assert "Test Forum 2030" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"cycle": "IMRF1848"}, "There is no review cycle IMRF1848. There are: .*TEST2030"),
        ({"cycle": "TEST2030"}, "has no approved inputs yet"),
        ({"cycle": "TEST2030", "language": "tlh"}, "tlh is not a language of the portal"),
    ],
)
def test_the_command_says_what_is_wrong(cycle, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("compile_compendium", arguments.pop("cycle"), output=tmp_path / "c.pdf", **arguments)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------ its pages


def test_the_page_shows_what_would_be_compiled_and_what_is_not_ready(client, rita, approved, carla, mechanism_b, cycle):
    factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla)
    client.force_login(rita)
    text = client.get(reverse("compendium", args=["TEST2030"])).content.decode()
    assert approved.reference in text
    assert "1 approved input." in text
    assert "1 filed input is not decided on yet" in text
    assert "Save and compile" not in text, "a reviewer reads"
    assert "Test Forum 2030" in client.get(reverse("compendiums")).content.decode()


def test_compiling_saves_what_was_typed_and_asks_the_worker_once(client, piotr, approved, cycle, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(piotr)
    typed = {"foreword": "<p>Dear <b>readers</b></p>", "foreword-format": "html", "language": "en"}
    first = client.post(reverse("compile", args=["TEST2030"]), typed)
    second = client.post(reverse("compile", args=["TEST2030"]), typed)
    rendition = Rendition.objects.get(kind="compendium")
    assert first.url == second.url == reverse("rendition", args=[rendition.pk])
    assert rendition.compendium.foreword == "<p>Dear <strong>readers</strong></p>"
    tasks.make_rendition(rendition.pk)
    client.force_login(piotr)
    shown = client.get(reverse("rendition_file", args=[rendition.pk]))
    assert "Dear readers" in Printed(b"".join(shown)).text()


@pytest.mark.parametrize("name", ["compendium", "compile"])
def test_of_two_first_saves_at_once_the_second_is_written_too(client, piotr, approved, cycle, monkeypatch, name):
    """The other press comes between this one's look for the recipe and its writing of it."""
    looked = CompendiumForm.is_valid

    def is_valid_while_another_saves(form):
        if not Compendium.objects.exists():
            Compendium.objects.create(cycle=cycle, foreword="<p>The other press.</p>")
        return looked(form)

    monkeypatch.setattr(CompendiumForm, "is_valid", is_valid_while_another_saves)
    client.force_login(piotr)
    typed = {"foreword": "<p>This press.</p>", "foreword-format": "html", "language": "en"}
    assert client.post(reverse(name, args=["TEST2030"]), typed).status_code == 302
    assert Compendium.objects.get().foreword == "<p>This press.</p>"


def test_a_foreword_that_cannot_be_stored_is_given_back_with_a_sentence(client, piotr, approved):
    client.force_login(piotr)
    typed = {"foreword": "word " * 40_000, "foreword-format": "plain", "language": "en"}
    for name in ("compendium", "compile"):
        response = client.post(reverse(name, args=["TEST2030"]), typed)
        assert response.status_code == 422
        text = response.content.decode()
        assert "too long to be stored" in text
        assert text.count("word word word") > 0
    assert not Rendition.objects.filter(kind="compendium").exists()


def test_nothing_is_asked_for_while_nothing_is_approved(client, piotr, filed):
    client.force_login(piotr)
    response = client.post(reverse("compile", args=["TEST2030"]), {"foreword": "", "language": "en"}, follow=True)
    assert "No input of this cycle is approved yet" in response.content.decode()
    assert not Rendition.objects.filter(kind="compendium").exists()


def test_reviewers_read_and_only_approvers_compile_or_save(client, rita, approved):
    client.force_login(rita)
    assert client.get(reverse("compendium", args=["TEST2030"])).status_code == 200
    for name in ("compendium", "compile"):
        assert client.post(reverse(name, args=["TEST2030"]), {"language": "en"}).status_code == 403
    assert not Compendium.objects.exists()


@pytest.mark.parametrize("name", ["compendiums", "compendium", "compile"])
def test_for_a_mechanism_compendiums_do_not_exist(client, amina, approved, name):
    client.force_login(amina)
    address = reverse(name, args=[] if name == "compendiums" else ["TEST2030"])
    response = client.post(address, {"language": "en"}) if name == "compile" else client.get(address)
    assert response.status_code == 404
    assert approved.status == Status.APPROVED


def test_the_list_of_cycles_asks_the_database_as_often_for_many_as_for_one(
    client, rita, approved, amina, mechanism_a, django_assert_max_num_queries
):
    client.force_login(rita)
    for year in range(2031, 2036):
        cycle = factories.make_cycle(code=f"TEST{year}", name=f"Test Forum {year}", year=year)
        factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    client.get(reverse("compendiums"))
    with django_assert_max_num_queries(8):
        text = client.get(reverse("compendiums")).content.decode()
    assert text.count("Test Forum 203") == 6


def test_a_compendium_under_way_is_joined_not_made_twice(cycle, piotr, approved):
    recipe = Compendium.objects.create(cycle=cycle)
    assert renditions.ask_for_compendium(recipe, by=piotr) == renditions.ask_for_compendium(recipe, by=piotr)
