"""The PDF of one input, read back: words, tags, bookmarks, pages; and what it must never do."""

import logging
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.core.management import CommandError, call_command

from objectives.models import ObjectiveText
from submissions import workflow
from submissions.documents import fonts, html, pdf
from submissions.documents import submission as documents
from submissions.documents.submission import Standing
from submissions.models import Revision

from . import factories
from .printed import Printed, english, make_attachment, make_block, make_content, make_section

pytestmark = pytest.mark.usefixtures("reference")

NOON = datetime(2030, 3, 4, 12, 0, tzinfo=UTC)
APPROVED = Standing("approved", NOON, filed_at=NOON, revision=3, sha256="ab12" * 16)
DRAFT = Standing("draft", NOON)

LONG_TABLE = (
    "<table><thead><tr><th>Year of training</th><th>Persons</th></tr></thead><tbody>"
    + "".join(f"<tr><td>{year}</td><td>{year * 3} persons</td></tr>" for year in range(1950, 2020))
    + "</tbody></table>"
)
RICH = (
    "<h3>A shared roster</h3><p>Fourteen <strong>States</strong> share it; see "
    '<a href="https://example.org/report">the annual report</a>.</p>'
    "<ul><li>two trainings</li><li>one procedure<ul><li>in three languages</li></ul></li></ul>"
)


def printed(content: dict, standing: Standing = APPROVED, **options) -> Printed:
    return Printed(documents.make(content, standing, **options).pdf)


def everything() -> dict:
    """A content in which every kind of section says something."""
    return make_content(
        agreed_how="By silence procedure.",
        sections=[
            make_section("prepared", text=RICH),
            make_section("contribution", "contribution", formats=[{"code": "a", "name": english("Regional dialogue")}]),
            make_section(
                "objectives",
                "objectives",
                heading="Progress by objective",
                blocks=[
                    make_block(7, progress=RICH, more="<p>Seven says more.</p>"),
                    make_block(23, challenges=LONG_TABLE),
                    make_block(9),
                ],
            ),
            make_section(
                "principles",
                "principles",
                notes=[{"number": 1, "letter": "a", "name": english("People-centred"), "text": "On the board."}],
            ),
            make_section(
                "challenges", "challenges", text=RICH, challenges=[{"code": "x", "name": english("Scarce resources")}]
            ),
            make_section(
                "recommendations",
                "recommendations",
                recommendations=[{"number": 1, "text": "Fund small secretariats.", "objectives": [1, 23]}],
            ),
            make_section(
                "event",
                "event",
                event={
                    "name": "Annual meeting", "starts_on": "2030-02-03", "ends_on": "2030-02-05", "is_online": True,
                    "place": "Lomé", "organizers": "The Chair", "outcome_document": "Lomé declaration",
                },
            ),
            make_section(
                "speaking", "speaking", speaker="Amina Diallo", speaker_capacity="Chair",
                roundtables=[{"number": 1, "title": english("Voluntary and regular")}],
            ),
            make_section("annexes", "annexes", heading="Annexes", attachments=[make_attachment()]),
        ],
    )  # fmt: skip


@cache
def _everything_printed() -> bytes:
    return documents.make(everything(), APPROVED).pdf


@pytest.fixture
def whole() -> Printed:
    """One document with everything in it, made once."""
    return Printed(_everything_printed())


# ------------------------------------------------------------------------------------------ what it says


def test_the_cover_says_what_this_is(whole):
    first = whole.text(page=1)
    for words in (
        "Test Forum 2030", "Input of Test Dialogue A", "Test Dialogue A (TDA)", "TEST2030-TDA-B3-1",
        "Compilation of effective practices", "Before the IMRF", "Directly by the mechanism", "Amina Diallo",
        "Head of the secretariat", "By silence procedure.", "Original language English", "4 March 2030, 12:00 (UTC)",
        "Revision 3", "ab12" * 16, "Approved input",
    ):  # fmt: skip
        assert words in first


def test_everything_that_was_answered_is_printed(whole):
    text = whole.text()
    for words in (
        "A shared roster", "in three languages", "Regional dialogue", "Objective 7 Address and reduce",
        "Seven says more.",
        "What more can be done", "Roundtable 4", "(a) People-centred", "On the board.", "Scarce resources",
        "Fund small secretariats. 1, 23", "3 February 2030 to 5 February 2030", "Lomé · online", "Lomé declaration",
        "1. Voluntary and regular", "declaration.pdf", make_attachment()["sha256"][:20],
        "do not necessarily reflect the views", "The designations employed",
    ):  # fmt: skip
        assert words in text


def test_an_objective_that_is_only_named_says_so(whole):
    assert "Title of objective 9 Roundtable 4 · Title of roundtable 4 Named as relevant to this input" in whole.text()


def test_what_was_not_answered_leaves_no_trace():
    text = printed(
        make_content(
            is_collective=False,
            engagements=[],
            sections=[
                make_section("statement", heading="Statement", text="<p>We met.</p>"),
                make_section("lessons", heading="Lessons learned", text="<p> </p>"),
                make_section("objectives", "objectives", heading="Progress by objective"),
                make_section("event", "event", heading="The event"),
                make_section("speaking", "speaking", heading="Speaker and roundtables"),
                make_section("annexes", "annexes", heading="Annexes"),
                make_section("o", "objectives", heading="Second", blocks=[make_block(7, progress="<p>Only this.</p>")]),
            ],
        )
    ).text()
    assert "We met." in text
    for heading in (
        "Lessons learned", "Progress by objective", "The event", "Speaker", "Annexes", "Represented by", "Mode of",
        "How it was agreed", "What more can be done", "Secretariat", "None",
    ):  # fmt: skip
        assert heading not in text


def test_every_page_says_which_input_it_is_of_and_where_in_it(whole):
    assert whole.pages >= 4
    for number in range(1, whole.pages + 1):
        text = whole.text(page=number)
        assert f"Page {number} of {whole.pages}" in text
        assert "TEST2030-TDA-B3-1" in text
        assert "ISCM Portal" in text


def test_the_head_of_a_long_table_is_repeated(whole):
    assert sum("Year of training" in whole.text(page=number) for number in range(1, whole.pages + 1)) >= 2


def test_nothing_of_the_united_nations_is_imitated(whole):
    assert "UNITED NATIONS" not in whole.text()
    assert "A/" not in whole.text(page=1)
    assert not any("/Image" in str(page.obj.get("/Resources", {}).get("/XObject", {})) for page in whole.pdf.pages)


def test_the_frame_is_in_english_where_we_do_not_speak_the_language_yet(settings, tmp_path):
    french = make_content(language="fr", title="Contribution du Dialogue")
    settings.LOCALE_PATHS = [tmp_path]  # no catalogue at all
    text = printed(french, language="fr").text()
    assert "Original language French" in text
    assert "Contribution du Dialogue" in text


# ------------------------------------------------------------------------------------------ how it is built


def test_it_is_valid_pdf_ua(whole):
    assert whole.complaints() == []


def test_it_is_tagged_and_titled_in_its_language(whole):
    root = whole.pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "en"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(whole.pdf.docinfo.Title) == "Input of Test Dialogue A"
    assert (
        'part="1"' in bytes(root.Metadata.read_bytes()).decode()
        or "<pdfuaid:part>1" in bytes(root.Metadata.read_bytes()).decode()
    )


def test_its_tags_follow_the_text(whole):
    kinds = [str(element.S) for element in whole.elements()]
    for kind in ("/H1", "/H2", "/H3", "/H4", "/P", "/L", "/LI", "/Table", "/THead", "/TH", "/TD", "/Link"):
        assert kind in kinds
    levels = [int(kind[2]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_header_cells_have_names_of_their_own_that_the_name_tree_lists(whole):
    names = [str(element.ID) for element in whole.elements() if "/ID" in element]
    listed = [
        str(leaf.Names[i]) for leaf in whole.pdf.Root.StructTreeRoot.IDTree.Kids for i in range(0, len(leaf.Names), 2)
    ]
    assert len(names) == len(set(names)) > 10
    assert listed == sorted(names)


def test_a_link_says_where_it_leads_and_is_printed(whole):
    links = [link for page in whole.pdf.pages for link in page.obj.get("/Annots", [])]
    assert {str(link.A.URI) for link in links} == {"https://example.org/report"}
    assert {str(link.Contents) for link in links} == {"the annual report"}
    assert all(int(link.F) & 4 for link in links)


def test_bookmarks_lead_to_the_sections_and_objectives(whole):
    marks = whole.bookmarks
    assert marks[0] == (0, "Input of Test Dialogue A", 1)
    titles = {title: (depth, page) for depth, title, page in marks}
    depth, page = titles["Objective 23 Title of objective 23"]
    assert depth == 2
    assert "Title of objective 23" in whole.text(page=page)
    assert "A shared roster" not in titles


def test_running_heads_are_artifacts_and_not_part_of_the_text(whole):
    for page in whole.pdf.pages:
        content = page.obj.Contents.read_bytes()
        assert b"/Artifact <</Type /Pagination>> BDC" in content


# ------------------------------------------------------------------------------------------ drafts


def test_only_a_draft_has_the_watermark_and_no_screen_reader_reads_it(whole):
    draft = printed(everything(), DRAFT)
    assert {draft.watermark(page=number) for number in range(1, draft.pages + 1)} == {"DRAFT"}
    assert {whole.watermark(page=number) for number in range(1, whole.pages + 1)} == {""}
    assert "Approved input" not in draft.text()
    # An artifact: the words that the tags lead to are those of the document and no others.
    assert not any("DRAFT" in str(element.get("/ActualText", "")) for element in draft.elements())
    assert draft.complaints() == []


# ------------------------------------------------------------------------------------------ languages


ARABIC = "يجمع الحوار أربع عشرة دولة"
RUSSIAN = "Механизм объединяет четырнадцать государств"


def test_an_arabic_input_runs_from_right_to_left():
    content = make_content(
        language="ar",
        title="مساهمة الحوار التجريبي",
        sections=[make_section("s", text=f"<p>{ARABIC} (SOP).</p><ul><li>إجراء موحد</li></ul>")],
        iscm={**make_content()["iscm"], "name": "Processus de Dakar", "acronym": "PD"},
    )
    document = printed(content)
    assert str(document.pdf.Root.Lang) == "ar"
    assert ARABIC in document.text()
    assert "إجراء موحد" in document.text()
    assert "Processus de Dakar" in document.text()
    assert document.complaints() == []
    # The head of the page is mirrored: the cycle, where one begins to read, is to the right of the reference.
    assert _left_of(document, "TEST2030-TDA-B3-1") < _left_of(document, "Forum")


def _left_of(document: Printed, word: str) -> float:
    import re
    import subprocess

    boxes = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=document.bytes, stdout=subprocess.PIPE)
    return float(re.search(rf'xMin="([\d.]+)"[^>]*>{re.escape(word)}</word>', boxes.stdout.decode())[1])


def test_russian_comes_back_letter_for_letter():
    document = printed(make_content(language="ru", sections=[make_section("s", text=f"<p>{RUSSIAN}: ёЁйЙ.</p>")]))
    assert f"{RUSSIAN}: ёЁйЙ." in document.text()
    assert str(document.pdf.Root.Lang) == "ru"


def test_a_part_in_another_language_says_so_in_its_tags():
    content = make_content(
        sections=[make_section("s", text="<p>We met.</p>", ) | {"heading": {"text": "بيان", "language": "ar"}}]
    )  # fmt: skip
    languages = {str(element.Lang) for element in printed(content).elements() if "/Lang" in element}
    assert languages == {"ar"}


def test_words_in_chinese_need_a_typeface_that_is_named_if_it_is_missing(monkeypatch):
    missing = [fonts.Face("Portal Chinese", Path("/nowhere/NotoSansCJK-Regular.ttc"), fonts.CHINESE)]
    monkeypatch.setattr(fonts, "CHINESE_FACES", missing)
    with pytest.raises(pdf.CannotRender, match="fonts-noto-cjk"):
        printed(make_content(title="国际移民"))


def test_a_missing_typeface_is_an_error_that_names_its_package(monkeypatch):
    monkeypatch.setattr(fonts, "FACES", [*fonts.FACES, fonts.Face("Portal Sans", Path("/nowhere/NotoSans-Thin.ttf"))])
    with pytest.raises(pdf.CannotRender, match=r"NotoSans-Thin\.ttf .* fonts-noto-core"):
        printed(make_content())


def test_only_our_own_faces_are_in_it(whole):
    names = set()
    for page in whole.pdf.pages:
        names |= {str(font.BaseFont).split("+")[-1] for font in page.obj.Resources.Font.values()}
    assert names
    assert all(
        name.replace("-", "").startswith(("PortalSans", "PortalArabic", "PortalSymbols", "NotoSans")) for name in names
    )


# ------------------------------------------------------------------------------------------ hostile texts


SECRET = "the words of a file that nobody may print"


def hostile(secret: Path) -> list[str]:
    file, web = secret.as_uri(), "http://127.0.0.1:9/x"
    return [
        f'<img src="{place}">' for place in (file, web, "data:image/png;base64,AAAA", secret.name)
    ] + [
        f'<link rel="stylesheet" href="{web}.css">', f'<link rel="attachment" href="{file}">',
        f'<a rel="attachment" href="{file}">x</a>', f'<style>@import "{web}.css";</style>',
        f'<style>@font-face {{ font-family: x; src: url("{file}") }} p {{ font-family: x }}</style>',
        f'<p style="background: url({web})">x</p>', f'<style>p {{ content: url("{file}") }}</style>',
        f'<style>@page {{ background: url("{file}") }}</style>', f'<base href="{file}">',
        f'<object data="{file}"></object>', f'<embed src="{file}">', f'<iframe src="{file}"></iframe>',
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{file}"/><use href="{web}#a"/></svg>',
        f'<video poster="{web}"></video>', f'<input type="image" src="{web}">',
        f'<meta http-equiv="refresh" content="0; url={web}">', f'<link rel="icon" href="{web}">',
        f'<style>li {{ list-style-image: url("{file}") }}</style><ul><li>x</li></ul>',
        f'<style>p::before {{ content: url("{web}"); border-image: url("{web}") 1; mask: url({web}) }}</style>',
        f'<link rel="stylesheet" href="portal-asset:../../settings.py"><img src="portal-asset:{secret}">',
    ]  # fmt: skip


def test_whatever_a_text_contains_nothing_is_opened(tmp_path, monkeypatch, caplog):
    """Every construct, not even cleaned, given to the renderer itself: it asks for nothing but our faces."""
    caplog.set_level(logging.CRITICAL, "weasyprint")
    secret = tmp_path / "secret.svg"
    secret.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><title>{SECRET}</title><text y="9">{SECRET}</text></svg>'
    )
    asked = []
    monkeypatch.setattr(
        pdf.ClosedFetcher,
        "fetch",
        lambda self, url, headers=None, of=pdf.ClosedFetcher.fetch: asked.append(url) or of(self, url),
    )
    opened = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *arguments, **options: opened.append(arguments))
    made = pdf.make(
        f'<!doctype html><html lang="en"><head><title>t</title></head><body>{"".join(hostile(secret))}</body></html>',
        styles=["print.css"],
    )
    refused = [url for url in asked if url not in {pdf.ClosedFetcher.address(face) for face in fonts.FACES}]
    assert len(refused) > 8, "the renderer was meant to ask for much, and to get nothing"
    assert opened == []
    document = Printed(made.pdf)
    assert SECRET not in document.text()
    assert SECRET.encode() not in b"".join(
        thing.read_bytes() for thing in document.pdf.objects if isinstance(thing, pikepdf.Stream)
    )
    assert "/EmbeddedFiles" not in document.pdf.Root.get("/Names", {})


def test_hostile_words_in_every_field_are_printed_as_words(tmp_path):
    bad = "<script>alert(1)</script><img src=file:///etc/passwd>\x00\x07 ‮{{ 7|add:7 }}"
    content = make_content(
        title=bad,
        agreed_how=bad,
        engagements=[
            {"mode": "made up", "capacity": english(bad), "representative": bad, "member_states": bad, "igo": bad}
        ],
        iscm={**make_content()["iscm"], "name": bad, "acronym": bad},
        cycle={"code": "X", "kind": "imrf", "name": english(bad)},
        sections=[
            make_section("s", heading=bad, text="".join(hostile(tmp_path / "x"))),
            make_section("o", "objectives", blocks=[make_block(7, title=english(bad), progress=bad)]),
            make_section("r", "recommendations", recommendations=[{"number": 1, "text": bad, "objectives": []}]),
            make_section("a", "annexes", attachments=[make_attachment(title=bad, filename=bad)]),
        ],
    )
    document = printed(content)
    assert "<script>alert(1)</script><img src=file:///etc/passwd> {{ 7|add:7 }}" in document.text()
    assert document.complaints() == []
    assert not any("/Annots" in page.obj for page in document.pdf.pages)


def test_a_javascript_link_is_no_link():
    content = make_content(sections=[make_section("s", text='<p><a href="javascript:alert(1)">press</a></p>')])
    document = printed(content)
    assert "press" in document.text()
    assert not any("/Annots" in page.obj for page in document.pdf.pages)


def test_a_word_without_end_stays_on_the_page():
    document = printed(make_content(sections=[make_section("s", text=f"<p>{'x' * 3000}</p>")]))
    assert "".join(document.text().split()).count("x") >= 3000


# ------------------------------------------------------------------------------------------ frozen wording


def test_an_approved_input_keeps_the_wording_it_was_filed_under(amina, mechanism_a, cycle, rita, piotr):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    factories.tick_objective(submission=draft, number=7, progress="<p>Much.</p>")
    submission = factories.bring_to(draft, "approved", filer=amina, reviewer=rita, approver=piotr)
    ObjectiveText.objects.filter(parent__number=7, language="en").update(title="Something else entirely")
    text = Printed(documents.of_revision(Revision.objects.get(submission=submission, cause="approved")).pdf).text()
    assert "Address and reduce vulnerabilities in migration" in text
    assert "Something else entirely" not in text


def test_each_revision_says_when_it_was_filed_itself(filed, amina, rita, piotr):
    day = {"submit": filed.filed_at}
    for step, by, days in [
        ("take_up", rita, 1), ("request_changes", rita, 2), ("resubmit", amina, 3), ("approve", piotr, 4),
    ]:  # fmt: skip
        day[step] = filed.filed_at + timedelta(days=days)
        with time_machine.travel(day[step], tick=False):
            workflow.perform(filed, step, by=by, note="More.")
    said = [
        dict(documents.facts(revision.content, documents.standing_of(revision)))["Filed"]
        for revision in filed.revisions.order_by("number")
    ]
    moments = [html.moment(day[step], filed.cycle.zone) for step in ("submit", "resubmit", "resubmit")]
    assert [str(moment) for moment in said] == [str(moment) for moment in moments]


# ------------------------------------------------------------------------------------------ the command


def test_the_command_prints_the_newest_revision_or_a_draft(filed, tmp_path, capsys):
    call_command("render_submission", filed.reference, output=tmp_path / "filed.pdf")
    call_command("render_submission", filed.reference, output=tmp_path / "draft.pdf", draft=True)
    assert "Input as filed" in Printed((tmp_path / "filed.pdf").read_bytes()).text()
    assert Printed((tmp_path / "draft.pdf").read_bytes()).watermark(page=1) == "DRAFT"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draft.pdf", "filed.pdf"]
    assert filed.reference in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"reference": "NO-SUCH-1"}, "no input with the reference NO-SUCH-1"),
        ({"revision": 9}, "has no revision 9. There are: 1"),
        ({"revision": 1, "draft": True}, "give one of the two"),
    ],
)
def test_the_command_says_what_it_does_not_know(filed, tmp_path, options, sentence):
    arguments = {"reference": filed.reference, **options}
    with pytest.raises(CommandError, match=sentence):
        call_command("render_submission", arguments.pop("reference"), output=tmp_path / "x.pdf", **arguments)
    assert not list(tmp_path.iterdir())


def test_the_command_says_when_nothing_is_filed_or_the_file_cannot_be_written(draft, tmp_path):
    with pytest.raises(CommandError, match="has not been filed"):
        call_command("render_submission", draft.reference, output=tmp_path / "x.pdf")
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("render_submission", draft.reference, output=tmp_path / "file" / "x.pdf", draft=True)
