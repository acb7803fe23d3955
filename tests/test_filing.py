"""The secretariat's way through the pages: its home, starting, the task list, checking, filing, the receipt."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from submissions import requesting, starting, workflow
from submissions.models import (
    Answer,
    ChangeRequest,
    Extension,
    InputType,
    Region,
    Rendition,
    ReviewCycle,
    Revision,
    Status,
    Submission,
)

from . import factories


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def as_bruno(client, bruno):
    client.force_login(bruno)
    return client


@pytest.fixture
def ready(draft):
    """A draft in which everything required is answered."""
    return factories.answer_everything_required(submission=draft)


def page_of(client, name, *arguments, status=200):
    """What a person reads on the page, with the white space of its HTML evened out."""
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == status
    return words_of(response)


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def main_of(response):
    return words_of(response).split("<main")[1].split("</main>")[0]


def chart_row(page, name):
    """The row of the chart that is headed by this short name."""
    rows = page.split('<li class="chart-row">')[1:]
    return next(row for row in rows if f"<h4>{name}</h4>" in row)


def start(client, *, cycle, type_code="D2", slug="tda"):
    return client.post(reverse("start_submission", args=[slug, cycle.code, type_code]))


def submit(client, submission, name="submit"):
    return client.post(reverse("step", args=[submission.reference, name]))


# ------------------------------------------------------------------------------------------ home of a mechanism


def test_home_offers_the_eleven_types_alone_or_joint(as_amina, cycle):
    page = page_of(as_amina, "iscm_home", "tda")
    for name in [
        "Own event",
        "Outcome document",
        "Compilation of effective practices",
        "Oral statement",
        "Written statement",
        "Side-event",
        *(str(joint.short_name) for joint in InputType.objects.filter(is_joint=True)),
    ]:
        assert "Not started" in chart_row(page, name)
    assert page.count("Not started") == 11


def test_home_says_how_each_type_can_be_made(as_amina, cycle):
    row = chart_row(page_of(as_amina, "iscm_home", "tda"), "Oral statement")
    assert "Directly by the mechanism" in row
    assert "through a Member State" in row
    assert "Head of the ISCM Secretariat" in row


@time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False)
def test_home_tells_the_deadline_in_the_zone_of_the_cycle_and_of_the_reader(client, amina, cycle):
    client.force_login(amina)
    amina.time_zone = "Asia/Bangkok"
    amina.save()
    cycle.time_zone = "America/New_York"
    cycle.opens_at = datetime(2029, 12, 1, tzinfo=UTC)
    cycle.closes_at = datetime(2030, 1, 13, 21, 0, tzinfo=UTC)
    cycle.save()
    page = page_of(client, "iscm_home", "tda")
    assert "in 12 days" in page
    assert "13 January 2030, 16:00" in page
    assert "America/New York" in page
    assert "14 January 2030, 04:00" in page


def test_home_counts_an_extension(as_amina, mechanism_a, closed_cycle):
    assert "Closes for inputs" not in page_of(as_amina, "iscm_home", "tda")
    Extension.objects.create(
        cycle=closed_cycle, iscm=mechanism_a, closes_at=timezone.now() + timedelta(days=5, hours=1), reason="Elections."
    )
    page = page_of(as_amina, "iscm_home", "tda")
    assert "Closes for inputs in 5 days" in page
    assert "This is the extended deadline for TDA. Elections." in page
    assert start(as_amina, cycle=closed_cycle).url.endswith("/tasks/")


def test_a_phase_that_has_closed_offers_nothing_while_the_other_does(as_amina, cycle):
    cycle.closes_at, cycle.closes_during_at = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=9)
    cycle.save()
    page = page_of(as_amina, "iscm_home", "tda")
    assert "<button" not in chart_row(page, "Own event")
    assert "<button" in chart_row(page, "Written statement")


def test_cycles_that_are_over_or_not_open_yet_are_folded_away(as_amina, mechanism_a, amina, cycle):
    late = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    ReviewCycle.objects.filter(pk=cycle.pk).update(
        opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1)
    )
    factories.make_cycle(code="LATER", name="Later Forum", opens=10, closes=20, year=2031)
    page = page_of(as_amina, "iscm_home", "tda")
    folded = page.split("Other review cycles")[1]
    assert "No review cycle is open for inputs now" in page
    assert "Test Forum 2030" in folded
    assert "Later Forum" in folded
    assert late.reference in folded, "a draft in a closed cycle can still be found"


def test_a_regional_review_is_offered_to_the_mechanisms_of_its_region(as_amina, client, carla):
    factories.make_cycle(
        code="AF", name="Test Review of Africa", kind="regional", region=Region.objects.get(code="africa")
    )
    page = page_of(as_amina, "iscm_home", "tda")
    assert "Test Review of Africa" in page
    assert "Own event" in page
    assert "Written statement" not in page, "made for the IMRF conference only"
    assert "One input can be for several of them" in page
    client.force_login(carla)
    assert "Test Review of Africa" not in page_of(client, "iscm_home", "tdb")


def test_an_unfinished_input_is_offered_first(as_amina, draft):
    page = page_of(as_amina, "iscm_home", "tda")
    first = page.index("Continue “Written statement – TDA”")
    assert first < page.index("Closes for inputs")
    assert "Draft: not filed" in page[first:]


def test_of_a_type_that_is_given_once_the_begun_one_is_offered_and_no_other(as_amina, draft):
    row = chart_row(page_of(as_amina, "iscm_home", "tda"), "Written statement")
    assert reverse("tasks", args=[draft.reference]) in row
    assert "<button" not in row


def test_of_a_type_that_can_be_given_again_another_can_be_started(as_amina, mechanism_a, cycle, amina):
    factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    row = chart_row(page_of(as_amina, "iscm_home", "tda"), "Own event")
    assert "Continue" in row
    assert "Start another" in row


def test_after_a_withdrawal_a_new_one_can_be_started(as_amina, amina, draft):
    workflow.perform(draft, "withdraw", by=amina)
    row = chart_row(page_of(as_amina, "iscm_home", "tda"), "Written statement")
    assert "Withdrawn: never filed" in row
    assert "<button" in row


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("draft", "Draft: not filed"),
        ("submitted", "Filed"),
        ("under_review", "Filed: under review"),
        ("changes_requested", "Filed: changes are asked for"),
        ("approved", "Filed and approved"),
        ("declined", "Filed and declined"),
        ("withdrawn", "Withdrawn: never filed"),
    ],
)
def test_every_row_says_in_words_whether_it_is_filed(as_amina, draft, amina, rita, piotr, status, words):
    factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    row = chart_row(page_of(as_amina, "iscm_home", "tda"), "Written statement")
    assert f'tag-{status}">{words}</span>' in row


def test_what_iom_asks_to_change_stands_at_the_top(as_amina, draft, amina, rita, piotr):
    factories.bring_to(draft, "under_review", filer=amina, reviewer=rita, approver=piotr)
    section = draft.input_type.sections.get(code="statement")
    workflow.perform(
        draft, "request_changes", by=rita, note="See there.", change_requests=[factories.change(section, "Shorter.")]
    )
    page = page_of(as_amina, "iscm_home", "tda")
    top = page[: page.index("Closes for inputs")]
    assert "Changes are asked for in “Written statement – TDA”" in top
    assert str(section.heading) in top


def test_home_asks_the_database_the_same_number_of_questions_for_2_and_for_30(
    as_amina, mechanism_a, amina, rita, cycle, django_assert_num_queries
):
    def returned():
        submission = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
        workflow.perform(submission, "take_up", by=rita)
        section = submission.input_type.sections.get(code="event")
        workflow.perform(
            submission, "request_changes", by=rita, note="More.", change_requests=[factories.change(section, "Where?")]
        )
        factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")

    address = reverse("iscm_home", args=["tda"])
    returned()
    as_amina.get(address)
    with CaptureQueriesContext(connection) as captured:
        as_amina.get(address)
    assert len(captured) <= 21
    for _ in range(14):
        returned()
    assert Submission.objects.count() == 30
    with django_assert_num_queries(len(captured)):
        assert "26 more" in words_of(as_amina.get(address))


def test_the_home_of_another_mechanism_does_not_exist(client, carla, mechanism_a, rita):
    client.force_login(carla)
    page_of(client, "iscm_home", "tda", status=404)
    client.force_login(rita)
    page_of(client, "iscm_home", "tda", status=404)


def test_whoever_only_drafts_can_start_as_well(as_bruno, cycle):
    response = start(as_bruno, cycle=cycle)
    assert response.url == reverse("tasks", args=[Submission.objects.get().reference])


# ------------------------------------------------------------------------------------------ starting


def test_one_click_starts_an_input(as_amina, amina, cycle):
    response = start(as_amina, cycle=cycle, type_code="B1")
    submission = Submission.objects.get()
    assert response.url == reverse("tasks", args=[submission.reference])
    assert (submission.status, submission.started_by, submission.input_type.code) == (Status.DRAFT, amina, "B1")


def test_a_double_click_starts_one_input(as_amina, cycle):
    first, second = start(as_amina, cycle=cycle, type_code="B1"), start(as_amina, cycle=cycle, type_code="B1")
    assert first.url == second.url
    assert Submission.objects.count() == 1


def test_once_something_is_written_another_can_be_started(as_amina, cycle):
    start(as_amina, cycle=cycle, type_code="B1")
    factories.answer(submission=Submission.objects.get(), code="partnerships", text="<p>With three.</p>")
    start(as_amina, cycle=cycle, type_code="B1")
    assert Submission.objects.count() == 2


def test_starting_by_following_a_link_is_impossible(as_amina, cycle):
    assert as_amina.get(reverse("start_submission", args=["tda", cycle.code, "B1"])).status_code == 405
    assert not Submission.objects.exists()


def test_what_cannot_be_started_is_refused_in_a_sentence(as_amina, closed_cycle, cycle):
    response = as_amina.post(reverse("start_submission", args=["tda", closed_cycle.code, "B1"]), follow=True)
    assert "Test Forum 2026 closed for inputs on" in words_of(response)
    assert "Your text is kept" not in words_of(response)  # there is none yet
    InputType.objects.filter(code="B2").update(is_offered=False)
    response = as_amina.post(reverse("start_submission", args=["tda", cycle.code, "B2"]), follow=True)
    assert "does not take inputs of this type" in words_of(response)
    assert not Submission.objects.exists()


def test_nobody_starts_for_another_mechanism(client, carla, mechanism_a, cycle):
    client.force_login(carla)
    assert start(client, cycle=cycle).status_code == 404
    assert not Submission.objects.exists()


def test_a_cycle_or_type_that_does_not_exist_is_not_found(as_amina, cycle):
    assert as_amina.post(reverse("start_submission", args=["tda", "NONE", "B1"])).status_code == 404
    assert as_amina.post(reverse("start_submission", args=["tda", cycle.code, "X9"])).status_code == 404


# ------------------------------------------------------------------------------------------ task list


def test_the_task_list_counts_what_is_complete(as_amina, draft):
    assert "0 of 7 sections complete" in page_of(as_amina, "tasks", draft.reference)
    factories.answer_everything_required(submission=draft)
    page = page_of(as_amina, "tasks", draft.reference)
    assert "2 of 7 sections complete" in page
    assert page.count("tag-complete") == 2
    assert page.count("tag-not_started") == 5


def test_the_task_list_tells_what_is_required_and_how_long_it_is(as_amina, draft):
    factories.answer(submission=draft, code="statement", text="<p>four words are here</p>")
    page = page_of(as_amina, "tasks", draft.reference)
    assert page.count("Required") == 2
    assert page.count("Optional") == 5
    assert re.search(r"4 of [\d,]+ words", page)


def test_a_text_over_the_limit_is_counted_and_not_cut(as_amina, ready):
    section = ready.input_type.sections.get(code="statement")
    section.word_limit = 3
    section.save()
    factories.answer(submission=ready, code="statement", text="<p>four words are here</p>")
    page = page_of(as_amina, "tasks", ready.reference)
    assert 'is-over">4 of 3 words' in page
    assert submit(as_amina, ready).status_code == 302
    assert "four words are here" in Revision.objects.get().canonical


def test_a_request_for_change_is_shown_at_its_section(as_amina, draft, amina, rita, piotr):
    factories.bring_to(draft, "under_review", filer=amina, reviewer=rita, approver=piotr)
    section = draft.input_type.sections.get(code="statement")
    workflow.perform(
        draft,
        "request_changes",
        by=rita,
        note="Two things.",
        change_requests=[factories.change(section, "Which year?")],
    )
    page = page_of(as_amina, "tasks", draft.reference)
    assert "Two things." in page
    assert "Which year?" in page
    assert page.count("tag-needs_change") == 1


@pytest.mark.parametrize("status", ["submitted", "under_review", "approved", "declined", "withdrawn"])
def test_a_task_list_that_cannot_be_edited_says_why(as_amina, draft, amina, rita, piotr, status):
    factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    page = page_of(as_amina, "tasks", draft.reference)
    assert "cannot be edited" in page
    assert reverse("section", args=[draft.reference, "statement"]) not in page
    assert reverse("check", args=[draft.reference]) not in page
    assert reverse("preview", args=[draft.reference]) not in page


def test_the_task_list_of_another_mechanism_does_not_exist(client, carla, filed):
    client.force_login(carla)
    for name in ["tasks", "title", "check", "receipt", "submission", "history"]:
        page_of(client, name, filed.reference, status=404)
    assert client.post(reverse("preview", args=[filed.reference])).status_code == 404
    assert submit(client, filed, "withdraw").status_code == 404


def test_iom_does_not_come_into_the_workshop(client, rita, filed):
    client.force_login(rita)
    for name in ["tasks", "title", "check", "receipt"]:
        page_of(client, name, filed.reference, status=403)
    assert client.post(reverse("preview", args=[filed.reference])).status_code == 403


# ------------------------------------------------------------------------------------------ title and language


def save_title(client, submission, **fields):
    seen = client.get(reverse("title", args=[submission.reference])).context["form"]["seen"].value()
    return client.post(reverse("title", args=[submission.reference]), {"seen": seen, **fields})


def test_title_and_language_are_changed_on_their_own_page(as_amina, draft):
    response = save_title(as_amina, draft, title="  Ce que nous\n avons fait ", language="fr")
    draft.refresh_from_db()
    assert response.url == reverse("tasks", args=[draft.reference])
    assert (draft.title, draft.language) == ("Ce que nous avons fait", "fr")


def test_only_languages_that_the_cycle_accepts_are_offered(as_amina, draft, cycle):
    cycle.languages = "en,fr"
    cycle.save()
    page = page_of(as_amina, "title", draft.reference)
    assert 'value="fr"' in page.split("<main")[1]
    assert 'value="es"' not in page.split("<main")[1]
    response = as_amina.post(reverse("title", args=[draft.reference]), {"title": "Algo", "language": "es"})
    assert response.status_code == 422
    assert 'value="Algo"' in words_of(response)


@pytest.mark.parametrize("typed", ["", "   ", "x" * 301, "with \x00 in it"])
def test_a_title_that_cannot_be_kept_is_answered_with_a_sentence(as_amina, draft, typed):
    response = as_amina.post(reverse("title", args=[draft.reference]), {"title": typed, "language": "en"})
    assert response.status_code == 422
    assert 'href="#id_title"' in words_of(response)
    draft.refresh_from_db()
    assert draft.title == "Written statement – TDA"


def test_a_title_typed_after_filing_is_handed_back(as_amina, filed):
    response = as_amina.post(reverse("title", args=[filed.reference]), {"title": "Better title", "language": "en"})
    assert response.status_code == 422
    assert 'value="Better title"' in words_of(response)
    assert "cannot be edited" in words_of(response)
    filed.refresh_from_db()
    assert filed.title != "Better title"


def test_a_title_sets_nothing_else(as_amina, draft):
    save_title(as_amina, draft, title="New", language="en", status="approved", reference="X", filed_at="2020-01-01")
    draft.refresh_from_db()
    assert (draft.title, draft.status, draft.filed_at) == ("New", Status.DRAFT, None)


# ------------------------------------------------------------------------------------------ check answers


def test_what_is_missing_is_listed_with_links_to_its_fields(as_amina, draft):
    response = as_amina.get(reverse("check", args=[draft.reference]))
    summary = words_of(response).split('class="error-summary"')[1].split("</ul>")[0]
    about, statement = (reverse("section", args=[draft.reference, code]) for code in ["about", "statement"])
    assert f'href="{about}#id_modes"' in summary
    assert f'href="{about}#id_agreed_how"' in summary
    assert f'href="{statement}#id_text"' in summary


def test_the_check_page_shows_every_answer_with_a_way_to_change_it(as_amina, ready):
    factories.tick_objective(submission=ready, number=7, progress="<p>Shelters opened.</p>")
    factories.attach(submission=ready, by=ready.started_by, title="Our declaration")
    page = page_of(as_amina, "check", ready.reference)
    assert "error-summary" not in page
    for answer in [
        "Amina Diallo",
        "Adopted by the members",
        "reviewed its own work",
        "Shelters opened.",
        "Our declaration",
    ]:
        assert answer in page
    for asked in ready.input_type.type_sections.select_related("section"):
        assert f'href="{reverse("section", args=[ready.reference, asked.section.code])}"' in page
    assert f'href="{reverse("objective_block", args=[ready.reference, "objectives", 7])}"' in page


def test_a_text_longer_than_recommended_is_advised_against_and_filed(as_amina, ready):
    ready.input_type.word_limit = 5
    ready.input_type.save()
    assert "longer than recommended" in page_of(as_amina, "check", ready.reference)
    assert submit(as_amina, ready).url == reverse("receipt", args=[ready.reference])


def test_who_may_not_file_reads_who_can(as_bruno, amina, ready):
    page = page_of(as_bruno, "check", ready.reference)
    assert "You may draft, not file. Amina Diallo can file it." in page
    assert reverse("step", args=[ready.reference, "submit"]) not in page
    assert submit(as_bruno, ready).status_code == 403
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT


def test_the_check_page_of_what_is_filed_leads_to_reading_it(as_amina, filed):
    response = as_amina.get(reverse("check", args=[filed.reference]))
    assert response.url == reverse("submission", args=[filed.reference])


# ------------------------------------------------------------------------------------------ filing


def test_submitting_files_and_shows_the_receipt(as_amina, ready):
    response = as_amina.post(reverse("step", args=[ready.reference, "submit"]), follow=True)
    ready.refresh_from_db()
    revision = ready.revisions.get()
    page = main_of(response)
    assert response.redirect_chain[-1][0] == reverse("receipt", args=[ready.reference])
    assert ready.status == Status.SUBMITTED
    for words in [ready.reference, revision.sha256, "What happens next", "Amina Diallo", "PDF, as filed (revision 1)"]:
        assert words in page


def test_submitting_twice_files_once_and_shows_the_receipt_again(as_amina, ready):
    submit(as_amina, ready)
    response = submit(as_amina, ready)
    assert response.url == reverse("receipt", args=[ready.reference])
    assert ready.revisions.count() == 1
    assert ready.events.filter(step="submit").count() == 1


def test_submitting_once_more_after_iom_has_taken_it_up_shows_the_receipt(as_amina, ready, rita):
    submit(as_amina, ready)
    workflow.perform(ready, "take_up", by=rita)
    assert submit(as_amina, ready).url == reverse("receipt", args=[ready.reference])
    assert ready.revisions.count() == 1


def test_submitting_what_is_incomplete_lists_what_is_missing(as_amina, draft):
    response = submit(as_amina, draft)
    assert response.status_code == 422
    assert "#id_agreed_how" in words_of(response)
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_nothing_is_filed_after_the_cycle_closes_and_nothing_is_lost(as_amina, ready, cycle):
    cycle.closes_at = timezone.now() - timedelta(minutes=1)
    cycle.save()
    response = submit(as_amina, ready)
    assert response.status_code == 422
    assert "closed for inputs on" in words_of(response)
    assert "Your text is kept" in words_of(response)
    ready.refresh_from_db()
    assert (ready.status, ready.revisions.count()) == (Status.DRAFT, 0)
    assert "reviewed its own work" in Answer.objects.get(submission=ready, section__code="statement").text


def test_resubmitting_out_of_order_is_refused_in_a_sentence(as_amina, ready):
    response = submit(as_amina, ready, "resubmit")
    assert response.status_code == 409
    assert "not possible now" in words_of(response)
    assert "Draft: not filed" in words_of(response)


def test_submitting_an_input_that_was_returned_is_no_resubmission(as_amina, draft, amina, rita, piotr):
    factories.bring_to(draft, "changes_requested", filer=amina, reviewer=rita, approver=piotr)
    assert submit(as_amina, draft).status_code == 409
    draft.refresh_from_db()
    assert draft.status == Status.CHANGES_REQUESTED


def test_resubmitting_waits_until_every_request_is_answered(as_amina, draft, amina, rita, piotr):
    factories.bring_to(draft, "under_review", filer=amina, reviewer=rita, approver=piotr)
    section = draft.input_type.sections.get(code="statement")
    workflow.perform(
        draft, "request_changes", by=rita, note="One thing.", change_requests=[factories.change(section, "Which year?")]
    )
    response = submit(as_amina, draft, "resubmit")
    assert response.status_code == 422
    assert "Not answered yet, in “Statement”: “Which year?”" in words_of(response)
    requesting.answer(ChangeRequest.objects.get(), "done", by=amina)
    assert submit(as_amina, draft, "resubmit").url == reverse("receipt", args=[draft.reference])
    assert "filed again" in page_of(as_amina, "receipt", draft.reference)
    assert draft.revisions.count() == 2


def test_before_filing_there_is_no_receipt(as_amina, draft):
    response = as_amina.get(reverse("receipt", args=[draft.reference]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("tasks", args=[draft.reference])
    assert "not filed yet" in words_of(response)


def test_the_receipt_says_when_in_both_zones_and_whom_an_email_tells(as_amina, amina, bruno, rita, ready, cycle):
    cycle.time_zone, amina.time_zone = "America/New_York", "Asia/Bangkok"
    cycle.save()
    amina.save()
    submit(as_amina, ready)
    page = page_of(as_amina, "receipt", ready.reference)
    assert "(America/New York)" in page
    assert "in your time zone (Asia/Bangkok)" in page
    told = page.split("A confirmation goes to:")[1].split("</dd>")[0]
    assert "Amina Diallo" in told
    assert "Bruno Costa" not in told, "who only drafts gets no receipt"
    assert "Rita Novak" not in told
    assert "The reviewers at IOM are told, too." in told


# ------------------------------------------------------------------------------------------ preview and withdrawal


def test_a_preview_can_be_asked_for_at_any_time_and_the_same_text_is_made_once(as_amina, draft):
    first = as_amina.post(reverse("preview", args=[draft.reference]))
    second = as_amina.post(reverse("preview", args=[draft.reference]))
    rendition = Rendition.objects.get()
    assert rendition.kind == Rendition.Kind.DRAFT
    assert first.url == second.url == reverse("rendition", args=[rendition.pk])


def test_what_is_filed_has_documents_instead_of_previews(as_amina, filed):
    response = as_amina.post(reverse("preview", args=[filed.reference]))
    assert response.url == reverse("submission", args=[filed.reference])
    assert not Rendition.objects.filter(kind=Rendition.Kind.DRAFT).exists()


def test_withdrawing_asks_to_confirm_first(as_amina, filed):
    page = page_of(as_amina, "step", filed.reference, "withdraw")
    assert "The input is closed. Its text stays readable" in page
    filed.refresh_from_db()
    assert filed.status == Status.SUBMITTED
    as_amina.post(reverse("step", args=[filed.reference, "withdraw"]), {"note": "We meet again in May."})
    filed.refresh_from_db()
    assert filed.status == Status.WITHDRAWN
    assert filed.events.last().note == "We meet again in May."


def test_withdrawing_twice_withdraws_once(as_amina, filed):
    submit(as_amina, filed, "withdraw")
    assert submit(as_amina, filed, "withdraw").url == reverse("submission", args=[filed.reference])
    assert filed.events.filter(step="withdraw").count() == 1


# ------------------------------------------------------------------------------------------ at the edges


@pytest.mark.parametrize("page", ["", "tasks/", "title/", "check/", "preview/", "step/submit/", "receipt/", "history/"])
@pytest.mark.parametrize("reference", ["\0", "TEST2030\0-TDA-D2-1", "TEST2030 TDA", "\N{GRINNING FACE}"])
def test_what_cannot_be_a_reference_is_no_address_of_an_input(reference, page):
    """PostgreSQL will not even look for some of them."""
    assert resolve(f"/inputs/TEST2030-TDA-D2-1/{page}").kwargs["reference"] == "TEST2030-TDA-D2-1"
    with pytest.raises(Resolver404):
        resolve(f"/inputs/{reference}/{page}")


@pytest.mark.parametrize("rest", ["TEST2030/\0", "TEST2\0/D2"])
def test_what_cannot_be_a_type_or_cycle_is_no_address_to_start_at(rest):
    assert resolve("/mechanisms/tda/start/TEST2030/D2/").kwargs["type"] == "D2"
    with pytest.raises(Resolver404):
        resolve(f"/mechanisms/tda/start/{rest}/")


def test_the_longest_names_still_make_a_reference_and_a_title(amina, mechanism_a, cycle):
    """PostgreSQL refuses what is too long for its column; SQLite stores it."""
    mechanism_a.name, mechanism_a.acronym, mechanism_a.slug = "Dialogue " * 27, "", "s" * 60
    mechanism_a.save()
    cycle.code = "C" * 40
    cycle.save()
    input_type = InputType.objects.get(code="D2")
    input_type.code = "T" * 10
    input_type.save()
    input_type.texts.update(short_name="Statement " * 8)
    submission = starting.start(iscm=mechanism_a, cycle=cycle, input_type=input_type, by=amina)
    submission.clean_fields(exclude=["decided_at", "decided_by", "reviewer"])
    assert submission.reference == f"{'C' * 40}-{'S' * 60}-{'T' * 10}-1"
    assert submission.title.startswith("Statement Statement")
    assert len(submission.title) <= 300


def test_a_revision_of_thousands_of_digits_counts_as_none(client, rita, filed):
    client.force_login(rita)
    response = client.get(reverse("step", args=[filed.reference, "take_up"]) + "?revision=" + "9" * 5000)
    assert response.context["form"]["expected_revision"].value() == 1
