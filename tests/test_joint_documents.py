"""A joint input outside its makers' hands: its cover, its endorsements, its place in the compendium and on the desk."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from submissions import content, workflow
from submissions.documents import arrangement, compendium
from submissions.documents import submission as documents
from submissions.models import CirculatedText, Endorsement, PartnerEntity, Partnership, Revision, Submission

from . import factories
from .conftest import load_reference_again
from .printed import Printed, english, make_block, make_content, make_section
from .test_compendium import make_input, objectives
from .test_queue import make_many

NOON = datetime(2030, 3, 4, 12, 0, tzinfo=UTC)
Verdict = Endorsement.Verdict


def partner(name: str, acronym: str = "", *, kind: str = "iscm", category: str = "") -> dict:
    slug = acronym.lower() if kind == "iscm" else ""
    return {
        "kind": kind,
        "slug": slug,
        "name": name,
        "acronym": acronym,
        "category": category or ("RCP" if slug else ""),
    }


UNION = partner("Test Union", "TU", kind="igo")
STATE = partner("Testland", kind="state")


def add_partner(submission: Submission, organization, **fields) -> Partnership:
    role = "entity" if isinstance(organization, PartnerEntity) else "iscm"
    return Partnership.objects.create(
        submission=submission, lead=submission.iscm, added_by=submission.started_by, **{role: organization}, **fields
    )


def endorse(partnership: Partnership, *, by, verdict=Verdict.ENDORSED, **fields) -> Endorsement:
    """Of the text as it stands."""
    canonical = content.canonical(content.snapshot(Submission.objects.get(pk=partnership.submission_id)))
    text, _ = CirculatedText.objects.get_or_create(
        submission=partnership.submission, sha256=content.digest(canonical), defaults={"canonical": canonical}
    )
    return Endorsement.objects.create(partnership=partnership, text=text, verdict=verdict, given_by=by, **fields)


def words_of(printed: str) -> str:
    return " ".join(printed.split())


@pytest.fixture
def union(reference):
    return PartnerEntity.objects.create(name="Test Union", acronym="TU", kind="igo")


@pytest.fixture
def testland(reference):
    return PartnerEntity.objects.create(name="Testland", kind="state")


@pytest.fixture
def joint(amina, mechanism_a, mechanism_b, cycle, union, testland):
    """A joint statement of A, with B, a State and an organization, that the partners have before them."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D5")
    for organization in (testland, union, mechanism_b):
        add_partner(draft, organization)
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "ask", by=amina)
    return draft


def all_endorse(joint: Submission, *, lead, carla) -> None:
    of_b, of_union, of_state = (
        joint.partnerships.get(iscm__acronym="TDB"),
        joint.partnerships.get(entity__acronym="TU"),
        joint.partnerships.get(entity__name="Testland"),
    )
    endorse(of_b, by=carla, verdict=Verdict.DECLINED, remark="Not this wording.")
    endorse(of_b, by=carla, verdict=Verdict.WITH_REMARK, remark="B reads “must” as “should”.")
    for of_entity in (of_union, of_state):
        letter = factories.attach(submission=joint, by=lead, title="Letter", content=of_entity.name.encode())
        type(letter).objects.filter(pk=letter.pk).update(is_evidence=True)
        endorse(of_entity, by=lead, signatory="Sol Signer", signed_on=date(2030, 2, 27), evidence=letter)


@pytest.fixture
def filed_jointly(joint, amina, carla):
    all_endorse(joint, lead=amina, carla=carla)
    workflow.perform(joint, "submit", by=amina)
    joint.refresh_from_db()
    return joint


# ------------------------------------------------------------------------------------------ one input


def test_the_document_of_a_joint_input_names_the_lead_and_each_partner_in_order(filed_jointly):
    printed = Printed(documents.of_revision(filed_jointly.revisions.get()).pdf)
    text = printed.text()
    assert printed.complaints() == []
    assert (
        "Test Dialogue A (TDA) Also on behalf of Test Dialogue B (TDB) Test Union (TU) Testland Input as filed" in text
    )
    assert "Submitted by Test Dialogue A (TDA) Also on behalf of Test Dialogue B (TDB) Test Union (TU) Testland" in text
    assert "Jointly designated representative Amina Diallo" in text
    assert "together with its partners: this is their collective input" in text
    assert str(printed.pdf.docinfo["/Author"]) == "Test Dialogue A; Test Dialogue B; Test Union; Testland"


def test_it_says_who_endorsed_exactly_that_text_and_when_with_the_remark(filed_jointly):
    text = Printed(documents.of_revision(filed_jointly.revisions.get()).pdf).text()
    table = text[text.index("Partner Endorsement Recorded") :]
    assert "Test Dialogue B (TDB) Endorsed, by Carla Reyes." in table
    assert "Remark B reads “must” as “should”." in table
    assert "Not this wording." not in text, "the last answer counts"
    letter = "Endorsed by a letter of 27 February 2030 signed by Sol Signer (kept on file)."
    assert table.count(letter) == 2
    assert table.index("TDB") < table.index("Test Union (TU)") < table.index("Testland")


def test_the_approved_revision_is_the_endorsed_text_too(filed_jointly, rita, piotr):
    workflow.perform(filed_jointly, "take_up", by=rita)
    workflow.perform(filed_jointly, "approve", by=piotr)
    standing = documents.standing_of(filed_jointly.revisions.last())
    assert [(one.partner["name"], one.is_given) for one in standing.endorsements] == [
        ("Test Dialogue B", True),
        ("Test Union", True),
        ("Testland", True),
    ]


def test_an_entity_that_was_renamed_has_still_endorsed(filed_jointly, union):
    union.name = "Test Union of Everything"
    union.save()
    standing = documents.standing_of(filed_jointly.revisions.get())
    assert all(one.is_given for one in standing.endorsements)


def test_endorsements_of_another_text_are_not_printed(filed_jointly):
    Submission.objects.filter(pk=filed_jointly.pk).update(title="Another title")
    other = content.snapshot(Submission.objects.get(pk=filed_jointly.pk))
    revision = Revision(
        submission=filed_jointly,
        number=2,
        cause="filed",
        canonical=content.canonical(other),
        sha256=content.digest(content.canonical(other)),
    )
    standing = documents.standing_of(revision)
    assert [one.answer for one in standing.endorsements] == [None, None, None]
    rows = documents.context(revision.content, standing)["endorsements"]
    assert {str(row["said"]) for row in rows} == {"No endorsement of this text is on record."}


def said_of_endorsements(submission) -> list[str]:
    text = Printed(documents.of_draft(content.snapshot(submission)).pdf).text()
    return re.findall(r"(?:Not complete|Complete): [^.]*\.", text)


def test_a_draft_says_how_far_the_endorsements_are(joint, amina, carla):
    assert said_of_endorsements(joint) == ["Not complete: 0 of 3 partners have endorsed this text."]
    all_endorse(joint, lead=amina, carla=carla)
    assert said_of_endorsements(joint) == ["Complete: all partners have endorsed this text."]


def test_a_draft_does_not_count_what_a_partner_said_before_it_was_taken_off(joint, amina, carla):
    all_endorse(joint, lead=amina, carla=carla)
    workflow.perform(joint, "take_back", by=amina)
    b = joint.partnerships.get(iscm__acronym="TDB")
    Partnership.objects.filter(pk=b.pk).update(removed_at=timezone.now())
    add_partner(joint, b.iscm)
    assert said_of_endorsements(joint) == ["Not complete: 2 of 3 partners have endorsed this text."]


def test_what_was_filed_is_printed_with_what_was_said_of_it_then(filed_jointly, amina, carla, rita):
    workflow.perform(filed_jointly, "take_up", by=rita)
    workflow.perform(filed_jointly, "request_changes", by=rita, note="More, please.")
    workflow.perform(filed_jointly, "ask", by=amina)
    endorse(filed_jointly.partnerships.get(iscm__acronym="TDB"), by=carla, verdict=Verdict.DECLINED, remark="No more.")
    standing = documents.standing_of(filed_jointly.revisions.get())
    assert all(one.is_given for one in standing.endorsements)


def test_an_input_of_one_mechanism_speaks_of_no_partners_nor_endorsements(draft, filed):
    for made in (documents.of_draft(content.snapshot(draft)), documents.of_revision(filed.revisions.get())):
        text = Printed(made.pdf).text()
        assert "Mechanism Test Dialogue A (TDA)" in text
        for absent in ("ndorsement", "on behalf of", "Submitted by", "Jointly"):
            assert absent not in text


def test_a_text_of_before_there_were_partners_is_printed_as_ever(reference):
    old = make_content()
    assert "partners" not in old
    assert documents.context(old, documents.Standing("filed", NOON))["endorsements"] == []


def test_an_arabic_joint_input_marks_what_is_not_arabic(reference):
    printed = Printed(
        documents.make(
            make_content(language="ar", title="بيان مشترك", partners=[partner("الحوار ب"), UNION]),
            documents.Standing("filed", NOON),
            language="en",
        ).pdf
    )
    assert printed.complaints() == []
    assert "en" in {str(element.Lang) for element in printed.elements() if "/Lang" in element}
    assert "Also on behalf of" in printed.text()


# ------------------------------------------------------------------------------------------ the compendium

A_ALONE = make_input("A", [objectives(make_block(7, progress="<p>A alone on seven.</p>"))])
A_WITH_B_AND_TU = make_input(
    "A",
    [
        objectives(
            make_block(7, progress="<p>All three on seven.</p>"), make_block(9, roundtable=1),
            make_block(11, roundtable=1, more="<p>All three on eleven.</p>"),
        ),
        make_section(
            "principles", "principles",
            notes=[{"number": 1, "letter": "a", "name": english("People-centred"), "text": ""}],
        ),
        make_section(
            "recommendations", "recommendations",
            recommendations=[{"number": 1, "text": "Act together.", "objectives": [7]}],
        ),
        make_section("prepared", heading="How it was prepared", text="<p>In three rooms.</p>"),
        make_section(
            "event", "event",
            event={"name": "Joint meeting", "starts_on": "2030-02-03", "ends_on": None, "is_online": True,
                   "place": "", "organizers": "", "outcome_document": ""},
        ),
    ],
    partners=[partner("Dialogue B", "B", category="IRF"), UNION],
)  # fmt: skip
B_WITH_STATE = make_input("B", [objectives(make_block(7))], partners=[STATE])
for one, reference_number in ((A_WITH_B_AND_TU, "TEST2030-A-B5-1"), (B_WITH_STATE, "TEST2030-B-B6-1")):
    one.content["reference"] = reference_number
JOINT_INPUTS = [A_ALONE, A_WITH_B_AND_TU, B_WITH_STATE]
NAMES = "Dialogue A (A), also on behalf of B, TU"


@pytest.fixture(scope="module")
def _compiled(django_db_setup, django_db_blocker):
    """Made once: nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference_again()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compendium, "approved_inputs", lambda cycle: JOINT_INPUTS)
            made = compendium.of_cycle(factories.make_cycle(), at=NOON)
        transaction.set_rollback(True)
    return made.pdf


@pytest.fixture
def compiled(_compiled) -> Printed:
    return Printed(_compiled)


@pytest.fixture
def table(reference):
    return arrangement.matrix(JOINT_INPUTS, arrangement.by_objective(JOINT_INPUTS, "en"))


def signs_of(table, group) -> dict:
    numbers = [column["number"] for column in table["columns"]]
    return {
        row["maker"]["name"]: {
            number: cell["sign"] for number, cell in zip(numbers, row["cells"], strict=True) if cell["sign"]
        }
        for row in table[group]
    }


def test_the_matrix_shows_a_joint_input_under_everybody_who_makes_it(table):
    assert signs_of(table, "rows") == {
        "Dialogue A": {7: "evidenced", 9: "claimed", 11: "evidenced"},
        "Dialogue B": {7: "evidenced", 9: "claimed", 11: "evidenced"},
    }
    assert signs_of(table, "entities") == {
        "Test Union": {7: "evidenced", 9: "claimed", 11: "evidenced"},
        "Testland": {7: "claimed"},
    }


def test_the_foot_of_the_matrix_counts_every_input_once(table):
    numbers = [column["number"] for column in table["columns"]]
    totals = {sign: [total["number"] for total in table[sign]] for sign in ("evidenced", "claimed")}
    assert {n: total for n, total in zip(numbers, totals["evidenced"], strict=True) if total} == {7: 2, 11: 1}
    assert {n: total for n, total in zip(numbers, totals["claimed"], strict=True) if total} == {7: 1, 9: 1}
    assert (table["all_evidenced"], table["all_claimed"]) == (3, 2)


@pytest.fixture
def participation(reference):
    for letter, regions in (("A", ["africa"]), ("B", ["africa", "arab"])):
        factories.make_mechanism(name=f"Dialogue {letter}", acronym=letter, regions=regions)
    return {table["title"]: table for table in compendium.participation(JOINT_INPUTS)}


def test_a_joint_input_counts_in_the_category_of_each_mechanism_and_once_in_the_total(participation):
    table = participation["Category of mechanism"]
    # The register files B under one category; what counts is the one that the text was filed with.
    assert table["rows"] == [("Regional consultative process", 3, 2), ("Interregional forum", 1, 1)]
    assert table["total"] == (3, 2)
    assert "once in the total" in table["note"]


def test_a_joint_input_counts_in_the_regions_of_each_mechanism(participation):
    table = participation["Review region"]
    assert table["rows"] == [("Africa", 3, 2), ("Arab region", 2, 1)]
    assert table["total"] == (3, 2)


def test_who_filed_alone_and_who_jointly_is_counted(participation):
    assert participation["Filed alone or jointly"]["rows"] == [
        ("By one mechanism alone", 1, 1),
        ("Jointly by several mechanisms", 1, 2),
        ("Jointly by a mechanism and partner entities", 1, 1),
    ]


def test_an_input_that_names_regions_is_counted_in_those_for_the_mechanisms_of_each(participation):
    named = make_input(
        "A",
        [],
        partners=[partner("Dialogue B", "B")],
        regions=[{"code": "africa", "name": english("Africa")}, {"code": "arab", "name": english("Arab region")}],
    )
    table = next(one for one in compendium.participation([named]) if one["title"] == "Review region")
    assert table["rows"] == [("Africa", 1, 2), ("Arab region", 1, 1)]
    assert table["total"] == (1, 2)


def test_texts_are_attributed_to_the_lead_and_its_partners(compiled):
    text = compiled.text()
    assert compiled.complaints() == []
    assert "3 approved inputs, made by 2 mechanisms with 2 partner entities" in text
    assert f"{NAMES} TEST2030-A-B5-1 · Original: English Progress, trends and innovations All three on seven." in text
    assert (
        "Dialogue A (A) TEST2030-A-B3-1 · Original: English Progress, trends and innovations A alone on seven." in text
    )
    assert f"Named as relevant, without a text, by: {NAMES} (TEST2030-A-B5-1)" in text
    assert f"Named, without a text, by: {NAMES} (TEST2030-A-B5-1)" in text
    assert f"Joint meeting {NAMES} · TEST2030-A-B5-1" in text
    assert f"How it was prepared {NAMES} TEST2030-A-B5-1" in text
    assert f"1 Act together. 7 {NAMES}" in text


def test_its_list_of_inputs_and_matrix_name_every_partner_and_how_they_count(compiled):
    text = compiled.text()
    matrix = text[text.index("evidenced: an input has a text") :]
    assert "the last two lines count every input once" in matrix
    assert matrix.index("Dialogue B (B)") < matrix.index("Partner entities") < matrix.index("Test Union (TU)")
    assert "each counted once" in matrix
    listed = text[text.rindex("List of inputs") :]
    assert "also on behalf of Dialogue B (B) Test Union (TU)" in listed
    assert listed.count("also on behalf of") == 2
    assert "Testland" in listed
    assert "is shown under each of the mechanisms and partner entities that made it" in text


# ------------------------------------------------------------------------------------------ on the pages


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def page_of(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return words_of(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("?mechanism=tda", True),
        ("?mechanism=tdb", True),
        ("?mechanism=tdc", False),
        ("?region=asia-pacific", True),
        ("?region=latin-america-caribbean", False),
        ("?category=IRF", True),
        ("?category=global", False),
        ("?q=Testland", True),
    ],
)
def test_the_desk_finds_a_joint_input_by_each_of_its_mechanisms(
    as_rita, filed_jointly, mechanism_b, amina, cycle, address, is_found
):
    type(mechanism_b).objects.filter(pk=mechanism_b.pk).update(category="IRF")
    other = factories.make_mechanism(
        name="Test Dialogue C", acronym="TDC", regions=["latin-america-caribbean"], category="global"
    )
    writer = factories.make_person(name="Chen Li")
    factories.affiliate(user=writer, iscm=other)
    factories.make_filed(iscm=other, cycle=cycle, by=writer)
    assert (filed_jointly.reference in page_of(as_rita, "/desk/" + address)) == is_found


def test_the_desk_finds_nothing_by_a_partner_that_left_or_is_consulted_only(as_rita, filed_jointly, mechanism_b):
    Partnership.objects.filter(iscm=mechanism_b).update(endorses=False)
    assert "There is a problem" in page_of(as_rita, "/desk/?mechanism=tdb")
    long_ago = timezone.now() - timedelta(days=9)
    Partnership.objects.filter(iscm=mechanism_b).update(endorses=True, added_at=long_ago, removed_at=long_ago)
    assert filed_jointly.reference not in page_of(as_rita, "/desk/?region=asia-pacific")


def test_the_desk_goes_by_the_partners_of_the_filed_text_and_not_by_those_of_a_working_copy(
    as_rita, filed_jointly, mechanism_b
):
    Partnership.objects.filter(iscm=mechanism_b).update(removed_at=timezone.now())
    assert filed_jointly.reference in page_of(as_rita, "/desk/?region=asia-pacific")
    Partnership.objects.filter(iscm=mechanism_b).update(added_at=timezone.now(), removed_at=None)
    assert filed_jointly.reference not in page_of(as_rita, "/desk/?region=asia-pacific")


def test_a_row_of_the_desk_says_how_many_partners_there_are_and_names_them_to_a_screen_reader(as_rita, filed_jointly):
    row = " ".join(page_of(as_rita, "/desk/").replace(" ;", ";").split())
    assert "TDA + 3 also on behalf of Test Dialogue B; Test Union; Testland" in row


def test_the_desk_names_the_lead_that_filed_until_another_files(as_rita, filed_jointly, mechanism_b, mechanism_c):
    Submission.objects.filter(pk=filed_jointly.pk).update(iscm=mechanism_c)
    assert '<bdi title="Test Dialogue A">TDA</bdi>' in as_rita.get("/desk/").content.decode()


def test_thirty_joint_inputs_take_as_many_queries_as_one(as_rita, filed_jointly):
    def number_of_queries():
        with CaptureQueriesContext(connection) as queries:
            as_rita.get("/desk/?mechanism=tdb&category=RCP&region=asia-pacific")
        return len(queries)

    number_of_queries()
    before = number_of_queries()
    make_many(29, like=filed_jointly)
    for copy in Submission.objects.exclude(partnerships__isnull=False):
        add_partner(copy, filed_jointly.partnerships.get(iscm__acronym="TDB").iscm)
    assert number_of_queries() == before


def test_the_page_of_an_input_names_its_partners(as_rita, filed_jointly):
    page = page_of(as_rita, filed_jointly.get_absolute_url())
    assert "Also on behalf of Test Dialogue B ( TDB ) Test Union ( TU ) Testland" in page


def test_the_page_of_the_compendium_names_the_partners(as_rita, filed_jointly, rita, piotr):
    workflow.perform(filed_jointly, "take_up", by=rita)
    workflow.perform(filed_jointly, "approve", by=piotr)
    page = page_of(as_rita, "/compendiums/TEST2030/")
    assert "Test Dialogue A also on behalf of Test Dialogue B ; Test Union ; Testland" in page
