"""The reference data: as many rows as the sources say, official words only where verified, loaded without harm."""

import json
import re
from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils.html import conditional_escape
from django.utils.translation import override

from objectives.models import GuidingPrinciple, Objective, Roundtable
from submissions.management.commands.load_reference import FILES, FOLDER
from submissions.models import (
    ISCM,
    DocumentText,
    EngagementMode,
    InputType,
    Outline,
    OutlineSection,
    PartnerEntity,
    Region,
    ReviewCycle,
    Term,
    TypeSection,
)

pytestmark = pytest.mark.usefixtures("reference")

# ------------------------------------------------------------------------------------------ counted against the sources


def test_each_objective_is_in_the_roundtable_of_figure_1():
    grouped = {table.number: {one.number for one in table.objectives.all()} for table in Roundtable.objects.all()}
    assert grouped == {
        1: {2, 5, 6, 12, 18},
        2: {4, 8, 9, 10, 11, 13, 21},
        3: {14, 15, 16, 19, 20, 22},
        4: {1, 3, 7, 17, 23},
    }
    assert sorted(number for numbers in grouped.values() for number in numbers) == list(range(1, 24))


def test_every_objective_has_its_verified_english_title_with_a_source():
    titles = {objective.number: objective.texts.get(language="en") for objective in Objective.objects.all()}
    assert all(text.verified and text.source and text.title for text in titles.values())
    assert titles[13].title == "Use migration detention only as a measure of last resort and work towards alternatives"
    assert titles[23].title == (
        "Strengthen international cooperation and global partnerships for safe, orderly and regular migration"
    )


def test_as_many_titles_are_verified_as_were_read_in_official_documents():
    def verified(field):
        texts = [text for objective in Objective.objects.all() for text in objective.texts.all()]
        return Counter(text.language for text in texts if getattr(text, field))

    assert verified("verified") == {"en": 23, "fr": 16, "es": 4, "ru": 1}
    assert verified("short_label_verified") == {"en": 20, "fr": 23, "es": 23}


def test_the_ten_principles_are_lettered_and_one_line_that_was_not_read_is_empty():
    principles = {one.letter: one for one in GuidingPrinciple.objects.all()}
    assert "".join(principles) == "abcdefghij"
    assert all({text.language for text in one.texts.all()} == {"en", "fr", "es", "zh"} for one in principles.values())
    unverified = {
        letter: one.texts.get(language="en").description
        for letter, one in principles.items()
        if not one.texts.get(language="en").description_verified
    }
    assert set(unverified) == {"d", "e"}
    assert unverified["e"] == ""


def test_there_are_five_review_regions_each_reviewed_twice_and_two_forums():
    assert Region.objects.count() == 5
    cycles = ReviewCycle.objects.filter(code__in=codes_in("cycles", "submissions.reviewcycle"))
    assert Counter(cycle.kind for cycle in cycles) == {"imrf": 2, "regional": 10}
    assert Counter((cycle.region.code, cycle.round) for cycle in cycles if cycle.region) == {
        (region.code, number): 1 for region in Region.objects.all() for number in (1, 2)
    }


def rows_of(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def codes_in(name, model, key="code"):
    return [row["fields"][key] for row in rows_of(name) if row["model"] == model]


def test_a_day_is_given_only_where_it_was_verified():
    days = {
        cycle.code: (cycle.event_starts_on and f"{cycle.event_starts_on}/{cycle.event_ends_on}")
        for cycle in ReviewCycle.objects.filter(code__in=codes_in("cycles", "submissions.reviewcycle"))
    }
    assert days == {
        "IMRF2022": "2022-05-17/2022-05-20",
        "IMRF2026": None,
        "RR1-AFRICA": "2021-08-31/2021-09-01",
        "RR1-ARAB": "2021-02-24/2021-02-25",
        "RR1-ASIAPACIFIC": "2021-03-10/2021-03-12",
        "RR1-EUROPE": "2020-11-12/2020-11-13",
        "RR1-LAC": "2021-04-26/2021-04-28",
        "RR2-AFRICA": "2024-10-08/2024-10-10",
        "RR2-ARAB": None,
        "RR2-ASIAPACIFIC": None,
        "RR2-EUROPE": "2024-03-11/2024-03-11",
        "RR2-LAC": "2025-03-18/2025-03-20",
    }
    shipped = ReviewCycle.objects.filter(code__in=days)
    assert not shipped.announced().exists()


def test_there_are_forty_mechanisms_by_category():
    shipped = ISCM.objects.filter(slug__in=codes_in("mechanisms", "submissions.iscm", "slug"))
    assert Counter(iscm.category for iscm in shipped) == {"RCP": 18, "IRF": 19, "global": 3}
    assert {iscm.slug for iscm in shipped if iscm.status == "dormant"} == {"midcas", "asia-eu-dialogue", "hld"}
    assert all(iscm.source_note for iscm in shipped)


def test_nothing_unverified_is_printed_as_a_fact_about_a_mechanism():
    for iscm in ISCM.objects.filter(slug__in=codes_in("mechanisms", "submissions.iscm", "slug")):
        for name in [
            "name",
            "acronym",
            "former_names",
            "regions_stated",
            "year_stated",
            "secretariat",
            "website",
            "status_note",
        ]:
            assert not re.search(r"unverified|not read|doubtful|from memory", getattr(iscm, name), re.IGNORECASE), iscm
    apc = ISCM.objects.get(slug="apc")
    assert (apc.name, apc.year_stated, apc.source_note.split(":")[0]) == ("APC", "", "UNVERIFIED")
    assert "Year and status not verified" in ISCM.objects.get(slug="acp-eu").source_note
    assert ISCM.objects.get(slug="acp-eu").year_stated == ""


# IOM's region words, and the review regions that the portal takes them to mean (fixtures/README.md says the same).
REVIEW_REGIONS_OF_WORDS = {
    "Africa": {"africa"},
    "Middle East": {"arab"},
    "Gulf": {"arab"},
    "Asia": {"asia-pacific"},
    "Pacific": {"asia-pacific"},
    "Europe": {"europe-north-america"},
    "North and Central America": {"europe-north-america", "latin-america-caribbean"},
    "Americas": {"latin-america-caribbean"},
    "Central America": {"latin-america-caribbean"},
    "South America": {"latin-america-caribbean"},
    "Latin America": {"latin-america-caribbean"},
    "Caribbean": {"latin-america-caribbean"},
}


def test_review_regions_follow_from_the_words_that_iom_prints():
    for iscm in ISCM.objects.filter(slug__in=codes_in("mechanisms", "submissions.iscm", "slug")):
        words = re.sub(r"\(.*?\)", "", iscm.regions_stated)
        expected = set()
        for word, regions in REVIEW_REGIONS_OF_WORDS.items():
            if re.search(rf"\b{word}\b", words):
                expected |= regions
        assert {region.code for region in iscm.review_regions.all()} == expected, iscm
        assert "to be confirmed" in iscm.source_note or iscm.category == "global", iscm


def test_formal_associations_are_named_as_the_sources_print_them():
    def associations(slug):
        return {entity.name for entity in ISCM.objects.get(slug=slug).formal_associations.all()}

    assert associations("arcp") == {"League of Arab States"}
    assert associations("midsa") == {"SADC"}
    assert associations("khartoum-process") == {"African Union Commission", "European Commission"}
    assert associations("commit") == associations("rabat-process") == set()
    shipped = PartnerEntity.objects.filter(name__in=codes_in("mechanisms", "submissions.partnerentity", "name"))
    assert shipped.count() == 18
    assert not shipped.filter(associated_iscms=None).exists()


def test_the_eleven_types_are_in_two_phases_and_five_are_joint():
    types = InputType.objects.all()
    assert [(one.code, one.phase) for one in types] == [
        *((f"B{number}", "before") for number in range(1, 7)),
        *((f"D{number}", "during") for number in range(1, 6)),
    ]
    assert {one.code for one in types if one.is_joint} == {"B4", "B5", "B6", "D4", "D5"}
    assert {one.code for one in types if one.is_sole} == {"B3", "D2"}
    assert {one.code for one in types if one.for_regional_reviews} == {"B1", "B2", "B3", "B4", "B5", "B6"}
    assert set(InputType.objects.filed_alone().values_list("code", flat=True)) == {"B1", "B2", "B3", "D1", "D2", "D3"}


def test_an_oral_statement_is_made_directly_or_indirectly_by_those_who_may_represent():
    modes = {mode.mode: mode for mode in EngagementMode.objects.filter(input_type__code="D1")}
    assert set(modes) == {"direct", "indirect_states", "indirect_igo"}
    assert [str(term) for term in modes["direct"].representatives.all()] == [
        "ISCM Chair",
        "ISCM Co-Chair",
        "Head of the ISCM Secretariat",
        "Co-Head of the ISCM Secretariat",
        "Chair of the ISCM's Working Group on the GCM",
        "Another member of the ISCM, as delegated by the ISCM Chair",
    ]
    joint = EngagementMode.objects.filter(mode="direct_joint")
    assert {mode.input_type.code for mode in joint} == {"B4", "B5", "B6", "D4", "D5"}
    assert EngagementMode.objects.count() == 13


def test_vocabularies_have_the_terms_of_the_closing_remarks():
    terms = Counter(Term.objects.values_list("vocabulary", flat=True))
    assert terms == {"contribution": 9, "priority": 8, "challenge": 7, "response": 5, "capacity": 7}


def test_the_reconstructed_outline_says_that_it_is_one():
    indicative = Outline.objects.get(code="indicative")
    assert indicative.is_reconstruction
    assert "reconstruction" in indicative.note
    assert [section.code for section in indicative.sections.all()] == [
        "about", "prepared", "contribution", "objectives", "principles", "agenda-2030", "partnerships", "challenges",
        "lessons", "recommendations", "annexes",
    ]  # fmt: skip
    assert not Outline.objects.get(code="portal").is_reconstruction
    assert all(section.heading.text and section.guidance.text for section in OutlineSection.objects.all())


def test_word_limits_are_proposed_for_texts_and_for_wholes():
    limits = dict(OutlineSection.objects.values_list("code", "word_limit"))
    assert limits["prepared"] == limits["contribution"] == limits["challenges"] == limits["outcome"] == 500
    assert limits["statement"] == 2000
    assert limits["about"] is limits["annexes"] is None
    assert set(InputType.objects.values_list("word_limit", flat=True)) == {2000}


def test_each_type_asks_for_its_sections_in_order_and_requires_some():
    def asked(code):
        return " ".join(
            row.section.code + "*" * row.is_required
            for row in TypeSection.objects.filter(input_type__code=code).select_related("section")
        )

    assert asked("B1") == asked("B4") == asked("B6")
    assert asked("B1") == "about* event* objectives contribution partnerships recommendations annexes"
    assert asked("B2") == "about* event* outcome objectives recommendations annexes*"
    assert asked("B3") == asked("B5")
    assert asked("B3") == (
        "about* prepared contribution objectives* principles agenda-2030 partnerships challenges lessons "
        "recommendations annexes"
    )
    assert asked("D1") == asked("D5") == "about* speaking* statement* objectives annexes"
    assert asked("D2") == "about* statement* objectives principles challenges recommendations annexes"
    assert asked("D3") == asked("D4") == "about* event* objectives partnerships annexes"


def test_the_disclaimers_are_ioms_own_words():
    texts = {one.code: str(one.text) for one in DocumentText.objects.all()}
    assert set(texts) == {"disclaimer-views", "disclaimer-designations", "compilation-note", "compilation-counting"}
    assert texts["disclaimer-views"] == (
        "The opinions expressed in this report are those of the authors and do not necessarily reflect the views of "
        "the International Organization for Migration (IOM)."
    )
    assert texts["disclaimer-designations"].startswith("The designations employed and the presentation of material")
    assert "reproduced as received, without formal editing" in texts["compilation-note"]
    assert "counted once" in texts["compilation-counting"]


# ---------------------------------------------------------------------------------------------- official words only


def test_wording_that_is_not_verified_falls_back_to_english_and_says_so():
    objective = Objective.objects.get(number=17)
    assert objective.texts.get(language="fr").title  # it is there, and not shown
    with override("fr"):
        assert conditional_escape(objective.title) == (
            '<span lang="en" dir="ltr">Eliminate all forms of discrimination and promote evidence-based public '
            "discourse to shape perceptions of migration</span>"
        )
        assert conditional_escape(objective.short_label) == "Éliminer les discriminations"
        assert conditional_escape(Objective.objects.get(number=1).short_label) == "Données"


def test_a_language_without_wording_falls_back_to_english():
    with override("ar"):
        assert '<span lang="en" dir="ltr">Address and reduce' in conditional_escape(
            Objective.objects.get(number=7).title
        )
        assert str(ReviewCycle.objects.get(code="IMRF2022").name) == "منتدى استعراض الهجرة الدولية 2022"


def test_an_english_label_that_is_not_verified_gives_way_to_the_official_title():
    objective = Objective.objects.get(number=7)
    assert str(objective.short_label) == str(objective.title) == "Address and reduce vulnerabilities in migration"


OTHER_LANGUAGES = ["fr", "es", "ar", "ru"]  # of the interface, beside English


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_every_section_and_type_has_the_portals_own_words_in_each_language(language):
    own = [(section, "heading") for section in OutlineSection.objects.all()]
    own += [(section, "guidance") for section in OutlineSection.objects.all()]
    own += [(input_type, "short_name") for input_type in InputType.objects.all()]
    assert len(own) == 15 + 15 + 11
    for one, field in own:
        given = one.wording(field, language)
        assert given.text, (one, field)
        assert given.language == language, (one, field)
        # "Annexes" is French too, and nothing else is the English left as it was.
        assert given.text != one.wording(field, "en").text or (language, given.text) == ("fr", "Annexes")


@pytest.mark.parametrize(
    ("language", "heading", "short_name"),
    [
        ("fr", "Progrès par objectif", "Déclaration orale"),
        ("es", "Progresos por objetivo", "Declaración oral"),
        ("ar", "التقدم المحرز حسب كل هدف", "بيان شفوي"),
        ("ru", "Прогресс по каждой цели", "Устное заявление"),
    ],
)
def test_own_words_are_shown_in_the_readers_language_and_official_names_in_english(language, heading, short_name):
    oral = InputType.objects.get(code="D1")
    with override(language):
        assert conditional_escape(OutlineSection.objects.get(code="objectives").heading) == heading
        assert conditional_escape(oral.short_name) == short_name
        assert conditional_escape(oral.name).startswith(
            '<span lang="en" dir="ltr">Oral statement on behalf of the ISCM'
        )


def test_a_full_name_is_shown_in_another_language_once_it_was_read_in_the_source():
    oral = InputType.objects.get(code="D1")
    text = oral.texts.get(language="fr")
    assert str(text) == "Déclaration orale"
    text.name = "Déclaration orale au nom du mécanisme"
    text.save()
    assert oral.wording("name", "fr").language == "en"
    text.verified = True
    text.save()
    assert str(oral.wording("name", "fr")) == str(text) == "Déclaration orale au nom du mécanisme"


def test_only_in_english_must_a_type_have_its_full_name():
    texts = {text.language: text for text in InputType.objects.get(code="D1").texts.all()}
    texts["fr"].full_clean()
    texts["en"].name = ""
    with pytest.raises(ValidationError, match="name"):
        texts["en"].full_clean()


def test_every_wording_has_an_english_row():
    for model in [
        Roundtable,
        Objective,
        GuidingPrinciple,
        Region,
        Term,
        OutlineSection,
        InputType,
        ReviewCycle,
        DocumentText,
    ]:
        assert not model.objects.exclude(texts__language="en").exists(), model


# ---------------------------------------------------------------------------------------------- loading


def state():
    """Every row of the reference data, and how many changes of it are recorded."""
    models = {apps.get_model(row["model"]) for name in FILES for row in rows_of(name)}
    return {
        model._meta.label: (list(model.objects.order_by("pk").values()), model.history.count())
        for model in sorted(models, key=lambda model: model._meta.label)
    }


def load(*, reset=False) -> str:
    out = StringIO()
    call_command("load_reference", stdout=out, reset=reset)
    return out.getvalue()


def test_loading_twice_changes_nothing():
    before = state()
    load()
    load(reset=True)
    assert state() == before


def test_loading_says_what_it_did_with_each_file():
    lines = load().splitlines()
    assert lines[0] == "roundtables: 0 added, 8 kept, 0 restored, 0 left out"
    assert len(lines) == len(FILES)


@pytest.fixture
def edited():
    text = Objective.objects.get(number=3).texts.get(language="en")
    text.title = "As the administrator put it"
    text.save()
    return text


def test_what_an_administrator_has_edited_is_kept(edited):
    load()
    edited.refresh_from_db()
    assert edited.title == "As the administrator put it"


def test_what_an_administrator_has_deleted_stays_deleted_with_its_parts():
    Term.objects.get(code="challenge-health").delete()
    Objective.objects.get(number=4).texts.get(language="fr").delete()
    lines = load()
    assert "vocabularies: 0 added, 70 kept, 0 restored, 2 left out" in lines
    assert not Term.objects.filter(code="challenge-health").exists()
    assert not Objective.objects.get(number=4).texts.filter(language="fr").exists()


def test_a_row_that_was_never_there_is_added():
    Term.objects.get(code="challenge-health").delete()
    Term.history.all().delete()
    load()
    assert str(Term.objects.get(code="challenge-health")) == "Migration health"


def test_reset_puts_official_values_back_and_leaves_what_is_not_official_alone(edited):
    Term.objects.get(code="challenge-health").delete()
    cycle = ReviewCycle.objects.get(code="IMRF2026")
    cycle.year, cycle.event_place = 2027, "Geneva"
    cycle.save()
    midsa = ISCM.objects.get(slug="midsa")
    midsa.review_regions.clear()
    load(reset=True)
    edited.refresh_from_db()
    cycle.refresh_from_db()
    assert edited.title == "Provide accurate and timely information at all stages of migration"
    assert str(Term.objects.get(code="challenge-health")) == "Migration health"
    assert (cycle.year, cycle.event_place) == (2026, "Geneva")
    assert midsa.review_regions.get().code == "africa"


def test_the_first_edit_has_something_to_be_compared_with(edited):
    newest, oldest = edited.history.all()
    assert [change.field for change in newest.diff_against(oldest).changes] == ["title"]
    assert oldest.history_change_reason == "load_reference"


def test_the_fixtures_can_also_be_read_by_django_itself():
    before = state()
    call_command("loaddata", *(FOLDER / f"{name}.json" for name in FILES), verbosity=0)
    assert state() == before


def test_no_fixture_has_a_primary_key_and_none_is_forgotten():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(FILES)
    assert not any("pk" in row for name in FILES for row in rows_of(name))
