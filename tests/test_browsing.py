"""Where people land, and reading an input: who sees which text, the steps of review, the history."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from objectives.models import GuidingPrinciple, Objective
from submissions import transitions, workflow
from submissions.models import (
    EventDetails,
    PrincipleNote,
    Recommendation,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
)

from . import factories


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def as_piotr(client, piotr):
    client.force_login(piotr)
    return client


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def under_review(filed, piotr):
    workflow.perform(filed, "take_up", by=piotr)
    filed.refresh_from_db()
    return filed


@pytest.fixture
def returned(under_review, piotr):
    workflow.perform(under_review, "request_changes", by=piotr, note="Please say more.")
    under_review.refresh_from_db()
    return under_review


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def read(client, submission, name="submission", query="", status=200):
    response = client.get(reverse(name, args=[submission.reference]) + query)
    assert response.status_code == status
    return words_of(response)


def step_address(submission, name):
    return reverse("step", args=[submission.reference, name])


def write(submission, text):
    factories.answer(submission=submission, code="statement", text=f"<p>{text}</p>")


# ------------------------------------------------------------------------------------------ landing


def test_iom_lands_on_the_desk(as_rita):
    assert as_rita.get(reverse("home")).url == reverse("queue")


def test_people_of_one_mechanism_land_on_its_home(as_amina):
    assert as_amina.get(reverse("home")).url == reverse("iscm_home", args=["tda"])


def test_people_of_several_mechanisms_choose(as_amina, amina, mechanism_b):
    factories.affiliate(user=amina, iscm=mechanism_b)
    page = words_of(as_amina.get(reverse("home")))
    for slug in ["tda", "tdb"]:
        assert f'href="{reverse("iscm_home", args=[slug])}"' in page


def test_whoever_is_at_iom_and_in_a_mechanism_chooses(as_amina, amina):
    amina.is_reviewer = True
    amina.save()
    page = words_of(as_amina.get(reverse("home")))
    assert f'href="{reverse("iscm_home", args=["tda"])}"' in page
    assert f'href="{reverse("queue")}"' in page


def test_who_only_administers_lands_in_the_administration(client, ada):
    client.force_login(ada)
    assert client.get(reverse("home")).url == reverse("admin:index")


def test_whoever_belongs_nowhere_is_told_what_to_do(client, reference):
    client.force_login(factories.make_person(name="Nora Nobody"))
    page = words_of(client.get(reverse("home")))
    assert "You have no access at present" in page
    assert "Ask the head of your mechanism" in page


def test_an_ended_affiliation_closes_the_door_at_once(as_amina, amina, filed):
    read(as_amina, filed)
    amina.affiliations.update(ends_on=timezone.now().date())
    read(as_amina, filed, status=404)
    assert as_amina.get(reverse("iscm_home", args=["tda"])).status_code == 404


# ------------------------------------------------------------------------------------------ which text one reads


def test_the_mechanism_reads_its_draft_and_is_told_that_it_is_one(as_amina, draft):
    write(draft, "Half a thought")
    page = read(as_amina, draft)
    assert "Half a thought" in page
    assert "Draft: not filed" in page


def test_iom_does_not_know_of_a_draft(as_rita, draft):
    for name in ["submission", "history", "tasks", "receipt"]:
        read(as_rita, draft, name, status=404)
    assert as_rita.post(step_address(draft, "take_up")).status_code == 404


def test_iom_reads_what_was_filed_and_never_the_working_copy(as_rita, returned):
    write(returned, "Not meant for IOM yet")
    Submission.objects.filter(pk=returned.pk).update(title="A title not meant for IOM yet")
    for name in ["submission", "history"]:
        page = read(as_rita, returned, name)
        assert "not meant for IOM" not in page
    assert "reviewed its own work" in read(as_rita, returned)


def test_the_mechanism_reads_its_working_copy_and_what_iom_sees(as_amina, returned):
    write(returned, "Our better answer")
    page = read(as_amina, returned)
    assert "Your working copy. IOM sees revision 1" in page
    assert "Our better answer" in page
    as_filed = read(as_amina, returned, query="?revision=1")
    assert "Our better answer" not in as_filed
    assert "reviewed its own work" in as_filed


def test_after_a_resubmission_everybody_reads_the_newest_and_can_go_back(as_rita, amina, returned):
    write(returned, "Our better answer")
    workflow.perform(returned, "resubmit", by=amina)
    assert "Our better answer" in read(as_rita, returned)
    older = read(as_rita, returned, query="?revision=1")
    assert "Our better answer" not in older
    assert "This is the older revision 1. The newest is revision 2." in older


def test_a_comment_in_another_script_keeps_its_direction(as_amina, under_review, piotr):
    workflow.perform(under_review, "request_changes", by=piotr, note="أضف التاريخ.")
    assert 'dir="auto"><p>أضف التاريخ.</p>' in read(as_amina, under_review, "tasks")


@pytest.mark.parametrize("query", ["?revision=9", "?revision=", "?revision=x", "?revision=0"])
def test_a_revision_that_does_not_exist_is_not_found(as_rita, filed, query):
    read(as_rita, filed, query=query, status=404)


def test_what_was_filed_keeps_its_words_when_the_reference_data_change(as_rita, filed):
    section = filed.input_type.sections.get(code="statement")
    section.texts.update(heading="Something else entirely")
    page = read(as_rita, filed)
    assert "Something else entirely" not in page.split('<article class="document">')[1].split("</article>")[0]


def test_a_text_in_arabic_is_marked_with_its_language_and_direction(as_amina, draft):
    draft.language = "ar"
    draft.save()
    write(draft, "نص")
    assert '<div class="rich-text" lang="ar" dir="rtl"><p>نص</p></div>' in read(as_amina, draft)


def test_attachments_are_offered_for_download(as_rita, draft, amina):
    attachment = factories.attach(submission=draft, by=amina, title="Our declaration")
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "submit", by=amina)
    page = read(as_rita, draft)
    assert f'href="{reverse("attachment", args=[draft.reference, attachment.pk])}"' in page
    assert "Our declaration" in page


def test_iom_is_not_shown_the_previews_of_the_mechanism(as_rita, as_amina, returned, amina, rita):
    client = as_amina
    client.force_login(amina)
    client.post(reverse("preview", args=[returned.reference]))
    assert "PDF, draft" in read(client, returned)
    client.force_login(rita)
    page = read(client, returned)
    assert "PDF, draft" not in page
    assert "PDF, as filed (revision 1)" in page


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_html_in_any_field_is_shown_as_text_or_taken_out(as_amina, amina, rita, draft):
    """Also where it came into the database by another way than our forms."""
    Submission.objects.filter(pk=draft.pk).update(title=SCRIPT, agreed_how=SCRIPT)
    factories.answer_everything_required(submission=draft, text=f"<p>Harmless.</p>{SCRIPT}")
    Submission.objects.filter(pk=draft.pk).update(title=SCRIPT, agreed_how=SCRIPT)
    draft.engagements.update(representative=SCRIPT, member_states=SCRIPT, igo_named=SCRIPT)
    factories.tick_objective(
        submission=draft, number=3, progress=SCRIPT, practice=SCRIPT, challenges=SCRIPT, more=SCRIPT
    )
    PrincipleNote.objects.create(submission=draft, principle=GuidingPrinciple.objects.first(), text=SCRIPT)
    Recommendation.objects.create(submission=draft, number=1, text=SCRIPT).objectives.add(Objective.objects.first())
    EventDetails.objects.create(submission=draft, name=SCRIPT, place=SCRIPT, organizers=SCRIPT)
    factories.attach(submission=draft, by=amina, title=SCRIPT)
    amina.name = SCRIPT
    amina.save()
    pages = [read(as_amina, draft, name) for name in ["submission", "tasks", "check", "title", "history"]]
    pages.append(words_of(as_amina.get(reverse("iscm_home", args=["tda"]))))
    draft.refresh_from_db()
    workflow.perform(draft, "submit", by=amina)
    pages += [read(as_amina, draft, name) for name in ["submission", "receipt"]]
    workflow.perform(draft, "take_up", by=rita)
    section = draft.input_type.sections.get(code="statement")
    workflow.perform(
        draft, "request_changes", by=rita, note=SCRIPT, change_requests=[factories.change(section, SCRIPT)]
    )
    pages += [read(as_amina, draft, name) for name in ["submission", "tasks", "history", "check"]]
    for page in pages:
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


# ------------------------------------------------------------------------------------------ steps of review


def test_buttons_are_the_steps_that_are_open(client, amina, rita, piotr, under_review):
    offered = {}
    for person in [amina, rita, piotr]:
        client.force_login(person)
        page = read(client, under_review)
        offered[person] = {name for name in transitions.TRANSITIONS if step_address(under_review, name) in page}
    assert offered == {
        amina: {"withdraw"},
        rita: {"request_changes"},
        piotr: {"request_changes", "approve", "decline"},
    }


def test_taking_up_is_one_click_and_a_second_one_does_no_harm(as_rita, rita, filed):
    for _click in range(2):
        assert as_rita.post(step_address(filed, "take_up")).url == reverse("submission", args=[filed.reference])
    filed.refresh_from_db()
    assert (filed.status, filed.reviewer) == (Status.UNDER_REVIEW, rita)
    assert filed.events.filter(step="take_up").count() == 1


def test_what_a_colleague_has_taken_up_is_not_taken_up_again(client, rita, under_review, piotr):
    client.force_login(rita)
    response = client.post(step_address(under_review, "take_up"))
    assert response.status_code == 409
    assert "not possible now" in words_of(response)
    under_review.refresh_from_db()
    assert under_review.reviewer == piotr


def test_a_return_carries_a_comment_and_what_to_change_in_which_section(as_piotr, under_review):
    page = read_step(as_piotr, under_review, "request_changes")
    assert '<option value="statement">' in page
    response = as_piotr.post(
        step_address(under_review, "request_changes"),
        {
            "note": "Two things.",
            "where": "statement",
            "kind": "unclear",
            "text": "Which year?",
            "reason": "There were two.",
            "expected_revision": 1,
        },
    )
    assert response.url == reverse("submission", args=[under_review.reference])
    under_review.refresh_from_db()
    assert under_review.status == Status.CHANGES_REQUESTED
    assert under_review.events.last().note == "Two things."
    assert [(ask.section.code, ask.kind, ask.text, ask.reason) for ask in under_review.change_requests.open()] == [
        ("statement", "unclear", "Which year?", "There were two.")
    ]


def read_step(client, submission, name, query=""):
    response = client.get(step_address(submission, name) + query)
    assert response.status_code == 200
    return words_of(response)


def test_a_return_that_says_nothing_is_refused(as_piotr, under_review):
    response = as_piotr.post(step_address(under_review, "request_changes"), {"note": " "})
    page = words_of(response)
    assert response.status_code == 422
    assert "Ask for a change below, or write a comment: the mechanism needs to know why." in page
    assert 'href="#id_note"' in page
    under_review.refresh_from_db()
    assert under_review.status == Status.UNDER_REVIEW


@pytest.mark.parametrize("typed", ["x" * 20_001, "with \x00 in it"])
def test_a_comment_that_cannot_be_kept_is_answered_with_a_sentence(as_piotr, under_review, typed):
    response = as_piotr.post(step_address(under_review, "decline"), {"note": typed})
    assert response.status_code == 422
    assert "xxx" in words_of(response) or "with" in words_of(response)
    assert 'href="#id_note"' in words_of(response)


def test_approving_asks_to_confirm_and_carries_the_revision_that_was_read(as_piotr, under_review):
    assert f"{step_address(under_review, 'approve')}?revision=1" in read(as_piotr, under_review)
    page = read_step(as_piotr, under_review, "approve", "?revision=1")
    assert '<input type="hidden" name="expected_revision" value="1"' in page
    as_piotr.post(step_address(under_review, "approve"), {"expected_revision": 1})
    under_review.refresh_from_db()
    assert under_review.status == Status.APPROVED
    assert under_review.revisions.last().cause == Revision.Cause.APPROVED


def test_a_decision_on_an_older_text_is_refused(as_piotr, amina, returned):
    workflow.perform(returned, "resubmit", by=amina)
    page = read_step(as_piotr, returned, "decline", "?revision=1")
    assert 'name="expected_revision" value="1"' in page
    response = as_piotr.post(step_address(returned, "decline"), {"note": "Too short.", "expected_revision": 1})
    assert response.status_code == 409
    assert "A newer version of this input was filed while you were reading" in words_of(response)
    assert "Too short." in words_of(response)
    returned.refresh_from_db()
    assert returned.status == Status.UNDER_REVIEW


def test_where_a_cycle_asks_for_a_second_person_the_first_is_refused_in_a_sentence(as_piotr, under_review, cycle):
    cycle.requires_second_person = True
    cycle.save()
    response = as_piotr.post(step_address(under_review, "approve"), {"expected_revision": 1})
    assert response.status_code == 422
    assert "somebody else has to decide on it" in words_of(response)


def test_a_decision_posted_after_somebody_else_decided_is_refused_and_keeps_the_comment(as_piotr, under_review, piotr):
    other = factories.make_person(name="Olga Other", is_approver=True)
    workflow.perform(under_review, "approve", by=other)
    response = as_piotr.post(step_address(under_review, "decline"), {"note": "Too short.", "expected_revision": 1})
    assert response.status_code == 409
    assert "Too short." in words_of(response)
    under_review.refresh_from_db()
    assert under_review.status == Status.APPROVED


@pytest.mark.parametrize("name", sorted(transitions.TRANSITIONS))
def test_no_step_is_taken_by_opening_its_page(client, amina, rita, piotr, filed, name):
    before = SubmissionEvent.objects.count()
    for person in [amina, rita, piotr]:
        client.force_login(person)
        client.get(step_address(filed, name))
    assert SubmissionEvent.objects.count() == before


def test_a_step_that_does_not_exist_is_not_found(as_piotr, filed):
    assert as_piotr.post(step_address(filed, "publish-now")).status_code == 404


def test_the_wrong_person_is_refused(client, amina, rita, bruno, carla, under_review):
    for person, name, status in [
        (amina, "approve", 403),
        (rita, "approve", 403),
        (bruno, "withdraw", 403),
        (carla, "withdraw", 404),
    ]:
        client.force_login(person)
        assert client.get(step_address(under_review, name)).status_code == status
        assert client.post(step_address(under_review, name), {"note": "x"}).status_code == status
    under_review.refresh_from_db()
    assert under_review.status == Status.UNDER_REVIEW


# ------------------------------------------------------------------------------------------ history


def test_history_says_who_did_what_when_from_what_to_what_and_why(as_rita, returned, filed):
    page = read(as_rita, returned, "history")
    revision = filed.revisions.get()
    events = page.split('<ol class="history">')[1].split("</ol>")[0].split("<li>")[1:]
    assert [re.search(r"<h2[^>]*>(.*?)</h2>", event)[1].strip() for event in events] == [
        "Returned for changes",
        "Taken up",
        "Filed",
        "Started",
    ]
    assert "Piotr Lind" in events[0]
    assert "Please say more." in events[0]
    assert events[0].index("Under review") < events[0].index("Changes requested")
    assert revision.sha256 in events[2]
    assert "Amina Diallo" in events[2]


def test_history_tells_which_change_requests_were_answered(as_amina, under_review, piotr):
    sections = under_review.input_type.sections
    asks = [
        factories.change(sections.get(code="statement"), "Which year?"),
        factories.change(sections.get(code="about"), "Who agreed?"),
    ]
    workflow.perform(under_review, "request_changes", by=piotr, note="Two things.", change_requests=asks)
    under_review.change_requests.filter(text="Which year?").update(
        answer="done", answered_by=under_review.started_by, answered_at=timezone.now()
    )
    page = read(as_amina, under_review, "history").split("Changes asked for")[1]
    statement, about = page[page.index("Which year?") :], page[page.index("Who agreed?") :]
    assert "Answer: Done" in statement.split("</li>")[0]
    assert "Not answered yet" in about.split("</li>")[0]
