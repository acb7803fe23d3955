"""How an input may be made in several ways at once, how long a joint one may be, and in which reviews one counts."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from submissions import completeness, content, workflow
from submissions.admin.cycles import EngagementModeForm
from submissions.chart import chart_of
from submissions.documents import compendium
from submissions.documents import submission as documents
from submissions.forms.engagement import EngagementForm
from submissions.models import (
    Engagement,
    EngagementMode,
    InputType,
    OutlineSection,
    Partnership,
    Region,
    ReviewCycle,
    Submission,
)

from . import factories
from .printed import Printed
from .test_sections import address, save


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# ------------------------------------------------------------------------------------------ several modes


@pytest.fixture
def oral(amina, mechanism_a, cycle):
    """An oral statement of A, just begun."""
    return factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")


def mode_of(submission, mode) -> EngagementMode:
    return submission.input_type.engagement_modes.get(mode=mode)


def make_in(submission, *modes):
    for mode in modes:
        row = mode_of(submission, mode)
        Engagement.objects.create(
            submission=submission, mode=row, capacity=row.representatives.first(), representative="Bo Chair",
            member_states="Ghana" if mode == "indirect_states" else "",
            igo_named="New Union" if mode == "indirect_igo" else "",
        )  # fmt: skip


def about_modes(submission) -> list[str]:
    submission = Submission.objects.get(pk=submission.pk)
    return [lack.sentence for lack in completeness.missing(submission) if lack.field == "modes"]


def test_an_oral_statement_is_made_directly_and_through_a_member_state(oral):
    make_in(oral, "direct", "indirect_states", "indirect_igo")
    assert about_modes(oral) == []


def test_it_is_enough_that_one_of_the_two_modes_says_it(oral):
    direct, states = mode_of(oral, "direct"), mode_of(oral, "indirect_states")
    make_in(oral, "direct", "indirect_states")
    states.combines_with.clear()
    assert len(about_modes(oral)) == 1
    direct.combines_with.set([states])
    assert about_modes(oral) == []


def test_two_modes_that_the_type_does_not_combine_are_named_and_the_draft_is_saved_all_the_same(as_amina, oral):
    mode_of(oral, "indirect_igo").combines_with.set([mode_of(oral, "direct")])
    save(
        as_amina,
        oral,
        "about",
        modes=["indirect_states", "indirect_igo"],
        indirect_states__member_states="Ghana",
        indirect_igo__igo="another",
        indirect_igo__igo_named="New Union",
    )
    assert {engagement.mode.mode for engagement in oral.engagements.all()} == {"indirect_states", "indirect_igo"}
    (sentence,) = about_modes(oral)
    assert "“Indirectly, through a Member State or a group of Member States” and “Indirectly, through an" in sentence
    assert "cannot be combined in an input of this type" in sentence
    page = text_of(as_amina.get(address(oral, "about") + "?lacks"))
    assert sentence in page


def test_what_cannot_be_combined_cannot_be_filed(oral, amina):
    factories.answer_everything_required(submission=oral)
    oral.engagements.all().delete()
    make_in(oral, "direct", "indirect_states")
    EngagementMode.combines_with.through.objects.all().delete()
    with pytest.raises(workflow.Refused, match="cannot be combined"):
        workflow.perform(oral, "submit", by=amina)
    mode_of(oral, "direct").combines_with.set([mode_of(oral, "indirect_states")])
    workflow.perform(oral, "submit", by=amina)
    assert [one["mode"] for one in oral.revisions.get().content["engagements"]] == ["direct", "indirect_states"]


ALL_THREE = "They may be combined, for example directly and through a Member State."


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("direct", "indirect_states"), ("direct", "indirect_igo"), ("indirect_states", "indirect_igo")], ALL_THREE),
        ([("direct", "indirect_states")], "They may be combined: directly and through a Member State."),
        (
            [("indirect_igo", "direct"), ("direct", "indirect_states")],
            "They may be combined: directly and through a Member State; "
            "directly and through an intergovernmental organization.",
        ),
        ([], "Only one of these at a time."),
    ],
)
def test_the_chart_and_the_section_say_which_modes_may_be_combined(as_amina, oral, pairs, sentence):
    for mode in oral.input_type.engagement_modes.all():
        mode.combines_with.set([mode_of(oral, other) for one, other in pairs if one == mode.mode])
    assert sentence in text_of(as_amina.get("/mechanisms/tda/"))
    page = text_of(as_amina.get(address(oral, "about")))
    assert f"{sentence} Fill in what stands under those that you tick." in page


def test_a_type_with_one_mode_speaks_of_no_combination(as_amina, draft):
    page = text_of(as_amina.get(address(draft, "about")))
    assert "combined" not in page
    assert "Only one of these" not in page


def test_the_chart_asks_the_database_as_often_whatever_may_be_combined(
    mechanism_a, amina, cycle, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as queries:
        chart_of(mechanism_a, user=amina)
    EngagementMode.combines_with.through.objects.all().delete()
    with django_assert_num_queries(len(queries)):
        chart_of(mechanism_a, user=amina)


def test_the_cover_says_each_way_in_which_an_input_is_made(oral):
    make_in(oral, "direct", "indirect_states")
    text = Printed(documents.of_draft(content.snapshot(Submission.objects.get(pk=oral.pk))).pdf).text()
    assert "Mode of engagement Directly by the mechanism Represented by Bo Chair" in text
    assert "Mode of engagement Indirectly, through a Member State or a group of Member States Ghana" in text


# ------------------------------------------------------------------------------------------ in the administration


def form_of(mode, *others) -> EngagementModeForm:
    data = {"mode": mode.mode, "position": mode.position, "representatives": [], "combines_with": others}
    form = EngagementModeForm.__class__(
        "Form", (EngagementModeForm,), {"Meta": type("Meta", (EngagementModeForm.Meta,), {"model": EngagementMode,
                                                                                         "fields": list(data)})}
    )  # fmt: skip
    return form(data, instance=mode, input_type=mode.input_type)


def test_an_administrator_combines_a_mode_with_the_others_of_its_type_only(oral):
    direct, states = mode_of(oral, "direct"), mode_of(oral, "indirect_states")
    offered = set(form_of(direct).fields["combines_with"].queryset)
    assert offered == set(oral.input_type.engagement_modes.exclude(pk=direct.pk))
    assert form_of(direct, states.pk).is_valid()
    of_another_type = EngagementMode.objects.get(input_type__code="B1")
    for refused in (direct, of_another_type):
        errors = form_of(direct, refused.pk).errors["combines_with"]
        assert errors == ["A mode is combined with another mode of the same type of input."]
    with pytest.raises(ValidationError):
        form_of(direct).fields["combines_with"].clean([of_another_type.pk])


def test_the_page_of_a_type_shows_what_may_be_combined(client, ada, oral):
    client.force_login(ada)
    page = client.get(reverse("admin:submissions_inputtype_change", args=[oral.input_type_id])).content.decode()
    states = mode_of(oral, "indirect_states")
    boxes = re.findall(r'<input type="checkbox" name="engagement_modes-1-combines_with"[^>]*>', page)
    assert len(boxes) == 2
    assert [f'value="{mode_of(oral, "direct").pk}"' in box for box in boxes if "checked" in box] == [True]
    assert not any(f'value="{states.pk}"' in box for box in boxes)


# ------------------------------------------------------------------------------------------ word limits


def start_joint(*, iscm, cycle, by, partners=(), type_code="B5") -> Submission:
    draft = factories.make_draft(iscm=iscm, cycle=cycle, by=by, type_code=type_code)
    for partner in partners:
        Partnership.objects.create(submission=draft, lead=iscm, iscm=partner, added_by=by)
    return draft


def test_a_joint_input_may_be_twice_as_long(as_amina, mechanism_a, amina, cycle):
    alone = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    jointly = start_joint(iscm=mechanism_a, cycle=cycle, by=amina)
    asked = jointly.input_type.type_sections.filter(section__word_limit__isnull=False, section__kind="text")
    section = asked.first().section
    OutlineSection.objects.filter(pk=section.pk).update(word_limit=150)
    InputType.objects.filter(code__in=["B3", "B5"]).update(word_limit=1100)

    alone, jointly = Submission.objects.get(pk=alone.pk), Submission.objects.get(pk=jointly.pk)
    assert (alone.word_limit, jointly.word_limit) == (1100, 2200)
    for submission, limit in ((alone, 150), (jointly, 300)):
        task = next(task for task in completeness.tasks(submission) if task.section == section)
        assert task.word_limit == limit
    tasks = text_of(as_amina.get(reverse("tasks", args=[jointly.reference])))
    assert "0 of about 2,200 words" in tasks
    assert "0 of 300 words" in tasks
    assert "of about 2,200 words" in text_of(as_amina.get(reverse("check", args=[jointly.reference])))
    page = as_amina.get(address(jointly, section.code)).content.decode()
    assert "Recommended length: up to 300 words" in page
    assert re.search(r'"limit": ?300\b', unescape(page)), "the script counts against the same limit"


def test_where_nothing_limits_an_input_nothing_is_doubled(mechanism_a, amina, cycle):
    jointly = start_joint(iscm=mechanism_a, cycle=cycle, by=amina)
    InputType.objects.filter(code="B5").update(word_limit=None)
    jointly = Submission.objects.get(pk=jointly.pk)
    assert jointly.word_limit is None
    assert jointly.word_limit_of(OutlineSection(word_limit=None)) is None


# ------------------------------------------------------------------------------------------ several regions


def make_review(region: str, *, round=1) -> ReviewCycle:
    return factories.make_cycle(
        code=f"{region[:4].upper()}{round}",
        name=f"Review of {region}, round {round}",
        kind=ReviewCycle.Kind.REGIONAL,
        region=Region.objects.get(code=region),
        round=round,
    )


@pytest.fixture
def africa(reference):
    return make_review("africa")


@pytest.fixture
def arab(reference):
    return make_review("arab")


@pytest.fixture
def asia(reference):
    return make_review("asia-pacific")


def file(submission, *, by, regions):
    factories.answer_everything_required(submission=submission)
    submission.regions.set(Region.objects.filter(code__in=regions))
    if submission.input_type.is_joint:
        Submission.objects.filter(pk=submission.pk).update(status="awaiting_endorsement")
        submission.refresh_from_db()
        from .test_joint_documents import endorse

        for partnership in submission.partnerships.all():
            endorse(partnership, by=by)
    workflow.perform(submission, "submit", by=by)


def approve(submission, *, rita, piotr):
    workflow.perform(submission, "take_up", by=rita)
    workflow.perform(submission, "approve", by=piotr)


def counted(cycle) -> list[str]:
    return [one.reference for one in compendium.approved_inputs(cycle)]


@pytest.fixture
def of_two_regions(amina, mechanism_a, africa, rita, piotr):
    """An input of A to the review of Africa, which names the Arab region too."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=africa, by=amina, type_code="B3")
    file(draft, by=amina, regions=["africa", "arab"])
    approve(draft, rita=rita, piotr=piotr)
    return draft


def test_an_input_counts_once_in_each_review_that_it_names(of_two_regions, africa, arab, asia):
    reference = of_two_regions.reference
    assert [counted(cycle) for cycle in (africa, arab, asia)] == [[reference], [reference], []]
    assert Submission.objects.count() == 1


def test_it_does_not_count_in_the_review_of_another_round_nor_in_the_forum(of_two_regions, cycle):
    assert counted(make_review("arab", round=2)) == []
    assert counted(cycle) == []


def test_where_it_was_not_filed_the_compendium_says_to_which_review_it_was(of_two_regions, africa, arab):
    assert compendium.approved_inputs(africa)[0].filed_to is None
    printed = Printed(compendium.of_cycle(arab).pdf)
    text = printed.text()
    assert printed.complaints() == []
    listed = text[text.rindex("List of inputs") :]
    assert f"{of_two_regions.reference} filed to Review of africa, round 1" in listed
    assert "filed to" not in Printed(compendium.of_cycle(africa).pdf).text()


def test_a_joint_input_of_three_regions_is_one_text_counted_once_in_each(
    amina, mechanism_a, mechanism_b, africa, arab, asia, rita, piotr
):
    third = factories.make_mechanism(name="Test Dialogue C", acronym="TDC", regions=["asia-pacific", "africa"])
    draft = start_joint(iscm=mechanism_a, cycle=africa, by=amina, partners=[mechanism_b, third])
    file(draft, by=amina, regions=["africa", "arab", "asia-pacific"])
    approve(draft, rita=rita, piotr=piotr)
    assert [counted(cycle) for cycle in (africa, arab, asia)] == [[draft.reference]] * 3
    assert Submission.objects.count() == 1


def test_all_regions_of_those_who_make_it_are_offered(as_amina, amina, mechanism_a, mechanism_b, africa):
    draft = start_joint(iscm=mechanism_a, cycle=africa, by=amina, partners=[mechanism_b])
    form = as_amina.get(address(draft, "about")).context["form"]
    assert [code for code, _name in form.fields["regions"].choices] == ["africa", "arab", "asia-pacific"]
    save(as_amina, draft, "about", regions=["asia-pacific"])
    assert set(draft.regions.values_list("code", flat=True)) == {"africa", "asia-pacific"}


def test_the_regions_of_a_partner_that_left_or_is_only_consulted_are_not_offered(
    as_amina, amina, mechanism_a, mechanism_b, africa
):
    draft = start_joint(iscm=mechanism_a, cycle=africa, by=amina, partners=[mechanism_b])
    for change in ({"endorses": False}, {"endorses": True, "removed_at": draft.started_at}):
        draft.partnerships.update(**change)
        form = as_amina.get(address(draft, "about")).context["form"]
        assert [code for code, _name in form.fields["regions"].choices] == ["africa", "arab"]


def test_the_region_of_a_partner_that_left_is_asked_about_and_taken_off_by_saving(as_amina, amina, mechanism_b, africa):
    of_africa = factories.make_mechanism(name="Test Dialogue D", acronym="TDD", regions=["africa"])
    factories.affiliate(user=amina, iscm=of_africa)
    draft = start_joint(iscm=of_africa, cycle=africa, by=amina, partners=[mechanism_b])
    draft.regions.set(Region.objects.filter(code__in=["africa", "asia-pacific"]))

    def lacks():
        missing = completeness.missing(Submission.objects.get(pk=draft.pk))
        return [lack.sentence for lack in missing if lack.field == "regions"]

    assert lacks() == []
    draft.partnerships.update(removed_at=draft.started_at)
    (sentence,) = lacks()
    assert sentence.startswith("Asia and the Pacific is a region of none of those who make this input now.")
    save(as_amina, draft, "about")
    assert lacks() == []
    assert set(draft.regions.values_list("code", flat=True)) == {"africa"}


def test_the_desk_finds_it_in_each_review_and_never_twice(client, rita, of_two_regions, africa, arab, asia):
    client.force_login(rita)
    for cycle, times in ((africa, 1), (arab, 1)):
        page = client.get(f"/desk/?cycle={cycle.code}").content.decode()
        assert page.count(f'href="/inputs/{of_two_regions.reference}/"') == times
    assert f'value="{asia.code}"' not in client.get("/desk/").content.decode(), "nothing there to be found"


def test_the_list_of_compendiums_counts_it_in_each_review_that_it_names(client, piotr, of_two_regions, africa, arab):
    client.force_login(piotr)
    page = text_of(client.get("/compendiums/"))
    assert "Review of africa, round 1 1 1 not yet" in page
    assert "Review of arab, round 1 1 1 not yet" in page
    page = text_of(client.get(f"/compendiums/{arab.code}/"))
    assert f"{of_two_regions.reference} · filed to Review of africa, round 1" in page
    assert "1 approved input." in page
    response = client.post(f"/compendiums/{arab.code}/compile/", {"foreword": "", "language": "en"}, follow=True)
    assert "nothing to compile" not in response.content.decode()


def engagement_form(submission, by, posted=None):
    section = submission.input_type.sections.get(kind="engagement")
    data = QueryDict(mutable=True)
    data.update(posted or {})
    return EngagementForm(data if posted else None, submission=submission, section=section, by=by)


def test_the_makers_of_a_joint_event_may_name_who_represents_them_all(amina, mechanism_a, cycle):
    event = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B4")
    form = engagement_form(event, amina, {"version": "0", "direct_joint-representative": "Zeinab Hassan"})
    assert form.is_valid()
    form.write(event)
    assert event.engagements.get().representative == "Zeinab Hassan"


def test_the_head_is_suggested_as_the_jointly_designated_member(amina, bruno, mechanism_a, cycle):
    written = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=bruno, type_code="B5")
    shown = engagement_form(written, bruno).initial
    assert shown["direct_joint-capacity"] == "capacity-joint-member"
    assert shown["direct_joint-representative"] == amina.name
