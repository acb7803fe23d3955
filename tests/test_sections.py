"""Writing an input, one section a page: drafts always save, and nobody overwrites anybody unawares."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from objectives.models import Objective, Roundtable
from submissions import completeness, workflow
from submissions.models import Affiliation, OutlineSection, Region, ReviewCycle, Status, TypeSection

from . import factories

Kind = OutlineSection.Kind


def address(submission, code, objective=None):
    if objective:
        return reverse("objective_block", args=[submission.reference, code, objective])
    return reverse("section", args=[submission.reference, code])


def save(client, submission, code, *, objective=None, button="continue", version=None, follow=False, **fields):
    """As a browser posts it: `fields` may use __ for the hyphen in a field's name.

    Without a `version`: of a section not yet saved, and of an objective as it stands.
    """
    if version is None:
        block = submission.objective_blocks.filter(objective__number=objective).first()
        version = block.version if block else 0
    posted = {name.replace("__", "-"): value for name, value in fields.items()}
    return client.post(address(submission, code, objective), {"version": version, button: "", **posted}, follow=follow)


def answer_of(submission, code):
    return submission.answers.get(section__code=code)


def text_of(response):
    return response.content.decode()


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def full_draft(amina, mechanism_a, cycle):
    """A type of input that asks for every kind of section."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    for position, code in enumerate(["event", "speaking"], start=20):
        TypeSection.objects.create(
            input_type=draft.input_type, section=OutlineSection.objects.get(code=code), position=position
        )
    return draft


# ---------------------------------------------------------------------------------------- who files, and how


def test_the_only_mode_is_stated_and_the_representative_is_suggested(as_amina, draft):
    page = text_of(as_amina.get(address(draft, "about")))
    assert "Directly by the mechanism" in page
    assert 'name="modes"' not in page
    assert re.search(
        r'name="direct-representative"[^>]*value="Amina Diallo"|value="Amina Diallo"[^>]*name="direct-r', page
    )
    assert re.search(r'<option value="capacity-head-secretariat" selected>', page)


def test_the_simplest_input_needs_three_answers(as_amina, draft):
    """Everything else is known or suggested: the page is posted as it is shown, with these three."""
    shown = as_amina.get(address(draft, "about")).context["form"].initial
    save(as_amina, draft, "about", **(shown | {"agreed_how": "At the annual meeting.", "is_collective": "on"}))
    save(as_amina, draft, "statement", text="The mechanism reviewed its own work.")
    assert completeness.missing(draft) == []


def test_modes_of_an_oral_statement_ask_for_what_each_needs(as_amina, amina, mechanism_a, cycle):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    igo = mechanism_a.formal_associations.get()
    save(
        as_amina,
        draft,
        "about",
        modes=["direct", "indirect_states", "indirect_igo"],
        direct__capacity="capacity-iscm-chair",
        direct__representative="Bo Chair",
        indirect_states__member_states="Ghana, Togo",
        indirect_igo__igo=igo.pk,
        agreed_how="By circulation.",
    )
    by_mode = {engagement.mode.mode: engagement for engagement in draft.engagements.all()}
    assert by_mode["direct"].representative == "Bo Chair"
    assert by_mode["direct"].capacity.code == "capacity-iscm-chair"
    assert by_mode["indirect_states"].member_states == "Ghana, Togo"
    assert by_mode["indirect_igo"].igo_name == "Test Community A"
    assert "representative" not in {name.split("-")[-1] for name in _fields(as_amina, draft) if "indirect" in name}


def _fields(client, submission):
    return client.get(address(submission, "about")).context["form"].fields


def test_another_organization_can_be_named(as_amina, amina, mechanism_a, cycle):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    save(
        as_amina,
        draft,
        "about",
        modes=["indirect_igo"],
        indirect_igo__igo="another",
        indirect_igo__igo_named="New Union",
    )
    assert draft.engagements.get().igo_name == "New Union"


def test_naming_member_states_counts_as_ticking_their_mode(as_amina, amina, mechanism_a, cycle):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    response = save(as_amina, draft, "about", indirect_states__member_states="Ghana", button="later", follow=True)
    assert [engagement.member_states for engagement in draft.engagements.all()] == ["Ghana"]
    assert "counts as ticked" in text_of(response)


def test_a_mechanism_of_several_regions_says_which_reviews_an_input_is_for(as_amina, amina, mechanism_a):
    region = mechanism_a.review_regions.get(code="africa")
    cycle = factories.make_cycle(code="REG30", kind=ReviewCycle.Kind.REGIONAL, region=region)
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    save(as_amina, draft, "about", regions=["africa", "arab"])
    assert set(draft.regions.values_list("code", flat=True)) == {"africa", "arab"}


@pytest.fixture
def regional_draft(amina, mechanism_a):
    """Of a mechanism of two regions, filed to the review of one."""
    region = mechanism_a.review_regions.get(code="africa")
    cycle = factories.make_cycle(code="REG30", kind=ReviewCycle.Kind.REGIONAL, region=region)
    return factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")


def regions_of(submission):
    return set(submission.regions.values_list("code", flat=True))


def test_the_review_that_an_input_is_filed_to_cannot_be_taken_off(as_amina, regional_draft):
    page = text_of(as_amina.get(address(regional_draft, "about")))
    (box,) = re.findall(r'<input[^>]*value="africa"[^>]*>', page)
    assert "checked" in box
    assert "disabled" in box
    assert "cannot be taken off: Africa." in page
    save(as_amina, regional_draft, "about", regions=["arab"])
    assert regions_of(regional_draft) == {"africa", "arab"}
    save(as_amina, regional_draft, "about", version=1)
    assert regions_of(regional_draft) == {"africa"}


@pytest.mark.parametrize("registered", [["arab", "africa"], ["arab"], ["africa"]])
@pytest.mark.parametrize("chosen", [["arab"], []])
def test_an_input_without_the_region_of_its_review_is_not_filed_until_it_is_saved_with_it(
    as_amina, amina, mechanism_a, regional_draft, registered, chosen
):
    factories.answer_everything_required(submission=regional_draft)
    mechanism_a.review_regions.set(Region.objects.filter(code__in=registered))
    regional_draft.regions.set(Region.objects.filter(code__in=chosen))
    with pytest.raises(workflow.Refused, match="must include the one it is filed to: Africa"):
        workflow.perform(regional_draft, "submit", by=amina)
    (lack,) = completeness.missing(regional_draft)
    assert (lack.section.code, lack.field) == ("about", "regions")
    page = as_amina.get(address(regional_draft, "about"))
    assert 'id="id_regions"' in text_of(page)
    save(as_amina, regional_draft, "about", **(page.context["form"].initial | {"regions": []}))
    assert "africa" in regions_of(regional_draft)
    workflow.perform(regional_draft, "submit", by=amina)


def test_an_imrf_input_does_not_ask_for_regional_reviews(as_amina, draft):
    assert "regions" not in _fields(as_amina, draft)


# ---------------------------------------------------------------------------------------- every kind of section


def test_a_text_is_saved_and_shown_again(as_amina, draft):
    save(as_amina, draft, "statement", text="First line.\n\nSecond line.")
    assert answer_of(draft, "statement").text == "<p>First line.</p><p>Second line.</p>"
    assert "Second line." in text_of(as_amina.get(address(draft, "statement")))


def test_ticks_of_one_section_leave_those_of_another_alone(as_amina, full_draft):
    save(as_amina, full_draft, "contribution", formats=["contribution-event"], priorities=["priority-borders"])
    save(as_amina, full_draft, "challenges", challenges=["challenge-resources"], responses=[])
    save(as_amina, full_draft, "contribution", version=1, formats=["contribution-policies"])
    assert set(full_draft.terms.values_list("code", flat=True)) == {"contribution-policies", "challenge-resources"}


def test_principles_are_ticked_with_how_or_by_saying_how(as_amina, full_draft):
    save(as_amina, full_draft, "principles", **{"principle-1": "on", "principle-4-text": "By training judges."})
    notes = dict(full_draft.principle_notes.values_list("principle__number", "text"))
    assert notes == {1: "", 4: "By training judges."}


def test_event_details_are_kept_and_dates_that_contradict_are_not(as_amina, full_draft):
    attached = factories.attach(submission=full_draft, by=full_draft.started_by)
    save(
        as_amina,
        full_draft,
        "event",
        name="Annual meeting",
        starts_on="2030-03-02",
        ends_on="2030-03-04",
        place="Lomé, Togo",
        is_online="on",
        organizers="The secretariat",
        outcome_document=attached.pk,
    )
    assert (str(full_draft.event.ends_on), full_draft.event.outcome_document) == ("2030-03-04", attached)
    response = save(
        as_amina, full_draft, "event", version=1, name="Renamed", starts_on="2030-03-05", ends_on="2030-03-04"
    )
    assert "The last day is before the first day" in text_of(response)
    assert 'value="Renamed"' in text_of(response)
    full_draft.event.refresh_from_db()
    assert full_draft.event.name == "Annual meeting"


def test_an_oral_statement_names_its_speaker_and_roundtables(as_amina, full_draft):
    save(as_amina, full_draft, "speaking", roundtables=["2", "4"], speaker="Bo Chair", speaker_capacity="Chair")
    assert set(full_draft.speaking.roundtables.all()) == set(Roundtable.objects.filter(number__in=[2, 4]))
    assert full_draft.speaking.speaker == "Bo Chair"


def test_sections_that_the_type_does_not_ask_for_do_not_exist(as_amina, draft):
    assert as_amina.get(address(draft, "event")).status_code == 404
    assert save(as_amina, draft, "event", name="Smuggled in").status_code == 404
    assert not hasattr(draft, "event")


@pytest.mark.parametrize(
    "code",
    [
        "about",
        "prepared",
        "contribution",
        "objectives",
        "principles",
        "challenges",
        "recommendations",
        "annexes",
        "event",
        "speaking",
    ],
)
def test_an_empty_page_of_any_kind_saves(as_amina, full_draft, code):
    response = save(as_amina, full_draft, code, button="later")
    assert response.url == reverse("tasks", args=[full_draft.reference])
    assert answer_of(full_draft, code).is_complete is False


# ---------------------------------------------------------------------------------------- recommendations


def rows(*texts, objectives=None):
    posted = {f"recommendation-{number}-text": text for number, text in enumerate(texts, start=1)}
    for number, ticked in (objectives or {}).items():
        posted[f"recommendation-{number}-objectives"] = ticked
    return posted


def stored_rows(submission):
    return list(submission.recommendations.values_list("number", "text"))


def test_recommendations_are_numbered_from_one_whatever_is_left_out(as_amina, draft):
    save(as_amina, draft, "recommendations", **rows("One", "", "Three", objectives={3: ["7", "2"]}))
    assert stored_rows(draft) == [(1, "One"), (2, "Three")]
    assert {objective.number for objective in draft.recommendations.get(number=2).objectives.all()} == {2, 7}


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("up-2", ["B", "A", "C"]),
        ("down-2", ["A", "C", "B"]),
        ("up-1", ["A", "B", "C"]),
        ("down-3", ["A", "B", "C"]),
        ("remove-2", ["A", "C"]),
        ("remove-9", ["A", "B", "C"]),
        ("nonsense", ["A", "B", "C"]),
    ],
)
def test_rows_move_and_go_by_buttons_that_save(as_amina, draft, button, expected):
    response = as_amina.post(
        address(draft, "recommendations"), {"version": 0, "arrange": button, **rows("A", "B", "C")}
    )
    assert response.url.startswith(address(draft, "recommendations"))
    assert [text for _number, text in stored_rows(draft)] == expected


def test_a_row_removed_by_two_clicks_is_removed_once(as_amina, draft):
    for _click in range(2):
        as_amina.post(address(draft, "recommendations"), {"version": 0, "arrange": "remove-1", **rows("A", "B", "C")})
    assert stored_rows(draft) == [(1, "B"), (2, "C")]


def test_add_saves_and_offers_an_empty_row(as_amina, draft):
    response = as_amina.post(
        address(draft, "recommendations"), {"version": 0, "arrange": "add", **rows("A")}, follow=True
    )
    assert stored_rows(draft) == [(1, "A")]
    assert 'name="recommendation-2-text"' in text_of(response)


def test_more_rows_than_can_be_kept_are_refused_in_words_and_stay_on_the_page(as_amina, draft):
    response = save(as_amina, draft, "recommendations", **rows(*(f"Text {number}" for number in range(1, 103))))
    assert "100 recommendations at most" in text_of(response)
    assert "Text 99" in text_of(response)
    assert stored_rows(draft) == []


# ---------------------------------------------------------------------------------------- objectives


def test_picked_objectives_each_get_a_page_and_the_last_leads_on(as_amina, full_draft):
    tick = {"roundtable-4": ["7", "23"], "roundtable-1": ["2"]}
    first = save(as_amina, full_draft, "objectives", **tick)
    assert first.url == address(full_draft, "objectives", 2)
    second = save(as_amina, full_draft, "objectives", objective=2, progress="Done.")
    assert second.url == address(full_draft, "objectives", 7)
    save(as_amina, full_draft, "objectives", objective=7, practice="A model.")
    last = save(as_amina, full_draft, "objectives", objective=23, more="More.")
    assert last.url == address(full_draft, "principles")
    assert answer_of(full_draft, "objectives").is_complete
    assert full_draft.objective_blocks.get(objective__number=7).practice == "<p>A model.</p>"


def test_unticking_an_objective_with_text_asks_first_and_shows_the_text(as_amina, full_draft):
    factories.tick_objective(submission=full_draft, number=7, progress="<p>Precious words.</p>")
    factories.tick_objective(submission=full_draft, number=2)
    refused = save(as_amina, full_draft, "objectives", **{"roundtable-1": ["5"]})
    assert "Precious words." in text_of(refused)
    assert {block.objective.number for block in full_draft.objective_blocks.all()} == {2, 7}
    save(as_amina, full_draft, "objectives", **{"roundtable-1": ["5"], "confirm": ["7:1"]})
    assert {block.objective.number for block in full_draft.objective_blocks.all()} == {5}


def test_a_confirmation_is_for_the_text_that_was_shown(as_amina, full_draft):
    block = factories.tick_objective(submission=full_draft, number=7, progress="<p>Old.</p>")
    block.progress, block.version = "<p>Written meanwhile.</p>", 2
    block.save()
    refused = save(as_amina, full_draft, "objectives", **{"roundtable-1": ["5"], "confirm": ["7:1"]})
    assert "Written meanwhile." in text_of(refused)
    assert full_draft.objective_blocks.filter(objective__number=7).exists()


def test_text_for_an_objective_taken_off_the_list_is_not_lost(as_amina, full_draft):
    response = save(as_amina, full_draft, "objectives", objective=7, progress="My long text.")
    assert "was taken off the list" in text_of(response)
    assert "My long text." in text_of(response)
    save(as_amina, full_draft, "objectives", objective=7, version=-1, progress="My long text.")
    assert full_draft.objective_blocks.get().progress == "<p>My long text.</p>"


def test_two_people_writing_about_one_objective_do_not_overwrite_each_other(client, amina, bruno, full_draft):
    factories.tick_objective(submission=full_draft, number=7, progress="<p>As it was.</p>")
    client.force_login(bruno)
    save(client, full_draft, "objectives", objective=7, version=1, progress="By Bruno.")
    client.force_login(amina)
    response = save(client, full_draft, "objectives", objective=7, version=1, progress="By Amina.")
    assert all(words in text_of(response) for words in ("Bruno Costa", "By Bruno.", "By Amina."))
    assert full_draft.objective_blocks.get().progress == "<p>By Bruno.</p>"
    save(client, full_draft, "objectives", objective=7, version=2, progress="By Amina.")
    assert full_draft.objective_blocks.get().progress == "<p>By Amina.</p>"


# ---------------------------------------------------------------------------------------- complete, or not yet


def test_an_incomplete_section_is_saved_and_says_what_it_lacks(as_amina, draft):
    response = save(as_amina, draft, "about", agreed_how="By circulation.", follow=True)
    draft.refresh_from_db()
    assert draft.agreed_how == "By circulation."
    assert "Confirm that this is the collective input" in text_of(response)
    assert 'href="#id_is_collective"' in text_of(response)
    assert 'id="id_is_collective"' in text_of(response)
    assert not answer_of(draft, "about").is_complete


def test_every_thing_missing_is_linked_to_something_on_its_page(as_amina, amina, mechanism_a, cycle, full_draft):
    oral = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    for submission in (full_draft, oral):
        for asked in submission.input_type.type_sections.all():
            page = text_of(as_amina.get(address(submission, asked.section.code)))
            for lack in completeness.missing_in(submission, asked.section):
                assert f'id="id_{lack.field}"' in page, (asked.section.code, lack.field)


def test_an_optional_section_left_empty_does_not_hold_anybody_up(as_amina, full_draft):
    response = save(as_amina, full_draft, "agenda-2030")
    assert response.url == address(full_draft, "partnerships")
    assert not answer_of(full_draft, "agenda-2030").is_complete


def test_a_whole_section_is_complete_and_leads_to_the_next(as_amina, draft):
    response = save(as_amina, draft, "statement", text="Words.")
    assert response.url == address(draft, "objectives")
    assert answer_of(draft, "statement").is_complete


def test_finish_later_leads_to_the_list_and_leaves_the_section_open(as_amina, draft):
    response = save(as_amina, draft, "statement", text="Words.", button="later")
    assert response.url == reverse("tasks", args=[draft.reference])
    assert not answer_of(draft, "statement").is_complete


def test_saving_says_when_in_the_time_of_the_person(client, amina, draft):
    amina.time_zone = "Asia/Kathmandu"
    amina.save()
    client.force_login(amina)
    response = save(client, draft, "statement", text="Words.", follow=True)
    assert re.search(r"Saved \d\d:\d\d \(Asia/Kathmandu\)", text_of(response))


def test_who_saved_and_when_is_noted(as_amina, amina, draft):
    before = timezone.now()
    save(as_amina, draft, "statement", text="Words.")
    draft.refresh_from_db()
    answer = answer_of(draft, "statement")
    assert (answer.saved_by, answer.version) == (amina, 1)
    assert before <= answer.saved_at == draft.saved_at


# ---------------------------------------------------------------------------------------- two people at once


def test_a_save_based_on_an_older_version_shows_both_texts_and_writes_nothing(client, amina, bruno, draft):
    client.force_login(amina)
    save(client, draft, "statement", text="The first.")
    client.force_login(bruno)
    save(client, draft, "statement", version=1, text="Bruno's.")
    client.force_login(amina)
    response = save(client, draft, "statement", version=1, text="Amina's.")
    page = text_of(response)
    assert "Bruno Costa saved this section" in page
    assert "Bruno's." in page.replace("&#x27;", "'")
    assert "Amina's." in page.replace("&#x27;", "'")
    assert answer_of(draft, "statement").text == "<p>Bruno's.</p>"
    save(client, draft, "statement", version=response.context["form"]["version"].value(), text="Amina's.")
    assert answer_of(draft, "statement").text == "<p>Amina's.</p>"


@pytest.mark.parametrize("version", ["", "-3", "99", "abc", "9" * 400, "²"])
def test_a_version_made_up_does_not_overwrite(as_amina, draft, version):
    save(as_amina, draft, "statement", text="Stored.")
    save(as_amina, draft, "statement", version=version, text="Forced.")
    assert answer_of(draft, "statement").text == "<p>Stored.</p>"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("statement", {"text": "Twice."}),
        ("about", {"agreed_how": "By circulation.", "direct-representative": "Amina Diallo"}),
        ("principles", {"principle-1": "on", "principle-1-text": "So."}),
        ("recommendations", {"recommendation-1-text": "Do.", "recommendation-1-objectives": ["3", "1"]}),
        ("challenges", {"challenges": ["challenge-resources"], "text": "Hard."}),
    ],
)
def test_a_form_sent_twice_is_saved_once(as_amina, draft, code, fields):
    first = save(as_amina, draft, code, **fields)
    second = save(as_amina, draft, code, **fields)
    assert (second.status_code, second.url) == (302, first.url)
    assert answer_of(draft, code).version == 1


# ---------------------------------------------------------------------------------------- not editable, not theirs


@pytest.mark.parametrize(
    "status", [Status.SUBMITTED, Status.UNDER_REVIEW, Status.APPROVED, Status.DECLINED, Status.WITHDRAWN]
)
def test_what_was_typed_comes_back_when_the_input_is_no_longer_editable(as_amina, amina, rita, piotr, draft, status):
    factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    before = list(draft.answers.values_list("section__code", "text", "version"))
    response = save(as_amina, draft, "statement", version=1, text="Typed too late.")
    assert response.status_code == 409
    assert "Typed too late." in text_of(response)
    assert "cannot be edited" in text_of(response)
    assert list(draft.answers.values_list("section__code", "text", "version")) == before


def test_a_filed_input_has_no_page_to_edit(as_amina, filed):
    assert as_amina.get(address(filed, "statement")).url == filed.get_absolute_url()


def test_somebody_whose_affiliation_ended_gets_back_what_they_typed_and_nothing_more(client, bruno, amina, draft):
    factories.answer(submission=draft, code="statement", text="<p>Secret of the mechanism.</p>", by=amina)
    Affiliation.objects.filter(user=bruno).update(ends_on=timezone.now().date())
    client.force_login(bruno)
    response = save(client, draft, "statement", version=1, text="Typed before lunch.")
    assert response.status_code == 409
    assert "Typed before lunch." in text_of(response)
    assert "Secret" not in text_of(response)
    assert client.get(address(draft, "statement")).status_code == 404
    assert answer_of(draft, "statement").text == "<p>Secret of the mechanism.</p>"


def test_somebody_who_left_before_the_input_was_begun_does_not_learn_of_it(client, bruno, draft):
    Affiliation.objects.filter(user=bruno).update(ends_on=timezone.now().date() - timedelta(days=5))
    client.force_login(bruno)
    assert save(client, draft, "statement", text="Hello?").status_code == 404


def test_another_mechanisms_input_does_not_exist(client, carla, draft):
    client.force_login(carla)
    assert client.get(address(draft, "statement")).status_code == 404
    assert save(client, draft, "statement", text="By Carla.").status_code == 404
    assert save(client, draft, "objectives", objective=7, progress="By Carla.").status_code == 404
    assert not draft.answers.exists()


def test_reviewers_do_not_write_in_what_they_review(client, rita, filed):
    client.force_login(rita)
    before = answer_of(filed, "statement").text
    assert save(client, filed, "statement", version=1, text="By Rita.").status_code == 403
    assert answer_of(filed, "statement").text == before


def test_after_the_cycle_closes_drafts_still_save_and_the_page_says_it_is_late(as_amina, draft, cycle):
    cycle.opens_at = timezone.now() - timedelta(days=9)
    cycle.closes_at = timezone.now() - timedelta(days=1)
    cycle.save()
    assert "closed for inputs" in text_of(as_amina.get(address(draft, "statement")))
    save(as_amina, draft, "statement", text="Late, and kept.")
    assert answer_of(draft, "statement").text == "<p>Late, and kept.</p>"
    factories.answer_everything_required(submission=draft)
    with pytest.raises(workflow.Refused):
        workflow.perform(draft, "submit", by=draft.started_by)


def test_objectives_are_grouped_by_roundtable_with_their_official_titles(as_amina, full_draft):
    page = text_of(as_amina.get(address(full_draft, "objectives")))
    for objective in Objective.objects.with_texts():
        assert f"{objective.number}. {objective.title}" in page.replace("&#x27;", "'")
    assert page.index("Roundtable 1") < page.index('id="id_objective-2"') < page.index("Roundtable 2")


def test_a_reconstructed_outline_says_so(as_amina, draft):
    assert "reconstruction" in text_of(as_amina.get(address(draft, "about")))
    assert "reconstruction" not in text_of(as_amina.get(address(draft, "statement")))
