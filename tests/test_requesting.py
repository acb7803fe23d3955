"""Asking for changes and answering them: what a reviewer writes down, who sees it when, and how it looks on paper."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from submissions import commenting, renditions, requesting, review_log, tasks, workflow
from submissions.documents import making
from submissions.models import ChangeRequest, OutlineSection, Partnership, Rendition, Status
from submissions.requesting import Given
from submissions.workflow import Refused

from . import factories
from .printed import Printed

Kind, Answer = ChangeRequest.Kind, ChangeRequest.Answer

SECRET = "Only among ourselves: xyzzy"


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def under_review(filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    filed.refresh_from_db()
    return filed


@pytest.fixture
def returned(under_review, rita):
    """Two changes asked for: one in the statement, one in the input as a whole."""
    return give_back(under_review, by=rita, changes=[in_statement(), of_the_whole()])


def give_back(submission, *, by, changes, note="Nearly there."):
    workflow.perform(submission, "request_changes", by=by, note=note, change_requests=changes)
    submission.refresh_from_db()
    return submission


def statement():
    return OutlineSection.objects.get(code="statement")


def in_statement(**fields):
    fields = {"text": "Which year?", "kind": Kind.UNCLEAR, "reason": "There were two meetings."} | fields
    return ChangeRequest(section=statement(), **fields)


def of_the_whole(**fields):
    return ChangeRequest(**{"text": "Shorter, please.", "kind": Kind.WORDING} | fields)


def answered(submission, *, by, given=Answer.DONE, explanation=""):
    for one in submission.change_requests.open():
        requesting.answer(one, given, explanation, by=by)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def read(person, submission, name="submission", *args, query="", status=200) -> str:
    response = signed_in(person).get(reverse(name, args=[submission.reference, *args]) + query)
    assert response.status_code == status
    return words_of(response)


def send(person, submission, name, *args, **answers):
    return signed_in(person).post(reverse(name, args=[submission.reference, *args]), answers)


def ask(person, submission, button="keep", **answers):
    answers = {"where": "statement", "kind": "unclear", "text": "Which year?", "reason": "There were two."} | answers
    return send(person, submission, "ask_for_change", **{button: "", **answers})


def refusal_of(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return " ".join(refused.value.sentences)


# ---------------------------------------------------------------------------------------- preparing


def test_a_reviewer_asks_beside_a_section_and_keeps_it_for_later(under_review, rita):
    address = f"{reverse('ask_for_change', args=[under_review.reference])}?where=statement&amp;revision=1"
    assert address in read(rita, under_review)
    page = read(rita, under_review, "ask_for_change", query="?where=statement&revision=1")
    assert '<option value="statement" selected>' in page
    response = ask(rita, under_review)
    assert response.url == reverse("submission", args=[under_review.reference]) + "#section-statement"
    kept = under_review.change_requests.prepared().get()
    assert (kept.where, kept.kind, kept.text, kept.reason) == (
        "Statement",
        "unclear",
        "Which year?",
        "There were two.",
    )
    assert kept.requested_by == rita
    assert under_review.events.last().step == "take_up", "nothing has happened yet"


def test_a_change_is_asked_for_in_what_is_said_on_one_objective(mechanism_a, cycle, amina, rita):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    factories.answer_everything_required(submission=submission)
    objectives = next(one for one in submission.input_type.sections.all() if one.kind == "objectives")
    factories.tick_objective(submission=submission, number=7, progress="<p>We met.</p>")
    workflow.perform(submission, "submit", by=amina)
    workflow.perform(submission, "take_up", by=rita)
    place = f"{objectives.code}/7"
    assert f"?where={objectives.code}/7&amp;revision=1" in read(rita, submission)
    assert f'<option value="{place}" selected>' in read(rita, submission, "ask_for_change", query=f"?where={place}")
    ask(rita, submission, where=place)
    workflow.perform(submission, "request_changes", by=rita)
    asked = submission.change_requests.get()
    assert (asked.section, asked.objective.number) == (objectives, 7)
    block = read(amina, submission, "objective_block", objectives.code, 7)
    assert "Which year?" in block
    assert f'name="answer-{asked.pk}"' in block
    of_all = read(amina, submission, "section", objectives.code)
    assert "Which year?" not in of_all
    assert of_all.count("tag-needs_change") == 1, "the objective on the list"
    submission.objective_blocks.all().delete()
    assert "Which year?" in read(amina, submission, "section", objectives.code), "where else could it be answered"


def test_what_is_sent_twice_is_kept_once(under_review, rita):
    ask(rita, under_review)
    ask(rita, under_review)
    assert under_review.change_requests.count() == 1


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"where": ""}, "Choose the section, or the whole input."),
        ({"where": "no-such"}, "Select a valid choice"),
        ({"kind": ""}, "Choose the kind of change."),
        ({"kind": "no-such"}, "Select a valid choice"),
        ({"text": "  "}, "Write what should change."),
        ({"text": "x" * 5_001}, "at most 5000 characters"),
        ({"reason": "x" * 5_001}, "at most 5000 characters"),
    ],
)
def test_a_change_that_is_half_written_is_refused_and_kept_on_the_page(under_review, rita, answers, sentence):
    response = ask(rita, under_review, **{"text": "Which year & month?", "reason": "Two <b>meetings</b>"} | answers)
    page = words_of(response)
    assert response.status_code == 422
    assert sentence in page
    for name, typed in {"text": "Which year &amp; month?", "reason": "Two &lt;b&gt;meetings&lt;/b&gt;"}.items():
        assert name in answers or typed in page
    assert not under_review.change_requests.exists()


def test_a_colleague_edits_and_removes_what_is_kept(under_review, rita, piotr):
    ask(rita, under_review)
    kept = under_review.change_requests.get()
    page = read(piotr, under_review)
    assert reverse("edit_change", args=[under_review.reference, kept.pk]) in page
    seen = {"seen": requesting.mark([kept])}
    form = read(piotr, under_review, "edit_change", kept.pk)
    assert "Which year?" in form
    assert f'name="seen" value="{seen["seen"]}"' in form
    changed = {"where": "whole", "kind": "other", "text": "Say when.", "reason": ""}
    assert send(piotr, under_review, "edit_change", kept.pk, **changed, **seen).status_code == 302
    kept.refresh_from_db()
    assert (kept.where, kept.text, kept.requested_by) == ("The whole input", "Say when.", rita)
    late = send(rita, under_review, "edit_change", kept.pk, **changed | {"text": "Mine."}, **seen)
    assert late.status_code == 409
    assert "A colleague has rewritten this meanwhile: “Say when.”" in words_of(late)
    assert "Mine." in words_of(late)
    again = re.search(r'name="seen" value="(\w+)"', words_of(late)).group(1)
    send(rita, under_review, "edit_change", kept.pk, **changed | {"text": "Mine."}, seen=again)
    assert under_review.change_requests.get().text == "Mine."
    assert "Mine." in read(piotr, under_review, "remove_change", kept.pk)
    send(piotr, under_review, "remove_change", kept.pk)
    assert not under_review.change_requests.exists()


def test_what_was_asked_for_is_neither_edited_nor_removed(returned, rita):
    asked = returned.change_requests.first()
    for name in ("edit_change", "remove_change"):
        assert send(rita, returned, name, asked.pk, text="Other.").status_code == 404
    assert "asked for, or removed" in refusal_of(requesting.remove, asked, by=rita)
    assert returned.change_requests.count() == 2


def test_a_change_that_comes_too_late_is_handed_back_with_who_was_first(under_review, rita, piotr):
    give_back(under_review, by=piotr, changes=[], note="All of it.")
    for button in ("keep", "return"):
        response = ask(rita, under_review, button)
        page = words_of(response)
        assert response.status_code == 409
        assert "Piotr Lind has returned it for changes." in page
        assert "Which year?" in page
    assert not under_review.change_requests.exists()


def test_what_is_kept_reaches_no_page_of_the_makers(under_review, amina, bruno, rita, piotr):
    ask(rita, under_review, text=SECRET)
    pages = ("submission", "tasks", "history", "receipt", "changes", "comments", "clearance")
    for person in (amina, bruno):
        assert not [name for name in pages if SECRET in read(person, under_review, name)]
    workflow.perform(under_review, "withdraw", by=amina)
    assert not [name for name in pages if SECRET in read(amina, under_review, name)]
    assert json.dumps(review_log.of_requests(under_review, by=amina)).count("xyzzy") == 0
    assert SECRET in read(piotr, under_review)


# ---------------------------------------------------------------------------------------- returning


def fill_and_return(person, submission, **answers):
    return send(person, submission, "step", "request_changes", **answers)


def test_what_is_kept_is_asked_for_with_the_return(under_review, amina, rita, piotr):
    ask(rita, under_review)
    page = read(piotr, under_review, "step", "request_changes")
    assert "1 change is kept, and goes with this" in page
    mark = re.search(r'name="kept" value="(\w+)"', page).group(1)
    response = fill_and_return(
        piotr, under_review, kept=mark, where="whole", kind="wording", text="Shorter.", expected_revision=1
    )
    assert response.url == reverse("submission", args=[under_review.reference])
    event = under_review.events.last()
    assert (event.step, event.note) == ("request_changes", "")
    assert [one.text for one in event.change_requests.in_order()] == ["Shorter.", "Which year?"]
    mail = event.mails.get(recipient=amina).body
    assert "The whole input (Wording)\n> Shorter." in mail
    assert "Statement (Unclear)\n> Which year?\nWhy:\n> There were two." in mail


def test_nobody_asks_for_what_they_have_not_read(under_review, rita, piotr):
    page = read(piotr, under_review, "step", "request_changes")
    mark = re.search(r'name="kept" value="(\w+)"', page).group(1)
    ask(rita, under_review, text="Added meanwhile.")
    response = fill_and_return(piotr, under_review, kept=mark, note="My comment.")
    page = words_of(response)
    assert response.status_code == 422
    assert "no longer those that you saw" in page
    assert "Added meanwhile." in page
    assert "My comment." in page
    mark = re.search(r'name="kept" value="(\w+)"', page).group(1)
    assert fill_and_return(piotr, under_review, kept=mark, note="My comment.").status_code == 302


def test_one_more_is_added_and_the_comment_stays(under_review, rita):
    more = {
        "where": "statement",
        "kind": "unclear",
        "text": "Which year?",
        "note": "A word <before> all.",
        "another": "",
    }
    response = send(rita, under_review, "step", "request_changes", expected_revision=1, **more)
    page = words_of(response)
    assert response.status_code == 200
    assert "1 change is kept, and goes with this" in page
    assert "A word &lt;before&gt; all." in page
    assert page.count("Which year?") >= 1
    assert re.search(r'<textarea name="text"[^>]*> ?</textarea>', page), "and there is room for the next"
    assert 'name="expected_revision" value="1"' in page
    under_review.refresh_from_db()
    assert under_review.status == Status.UNDER_REVIEW
    nothing = send(rita, under_review, "step", "request_changes", note="A word.", another="")
    assert nothing.status_code == 422
    assert "Write what should change." in words_of(nothing)
    assert "A word." in words_of(nothing)


def test_a_return_with_half_a_change_is_refused_and_keeps_both(under_review, rita):
    response = fill_and_return(rita, under_review, note="A word.", where="statement", text="Which year?")
    page = words_of(response)
    assert response.status_code == 422
    assert "Choose the kind of change." in page
    assert 'href="#id_change_kind_0"' in page
    assert "A word." in page
    assert "Which year?" in page
    under_review.refresh_from_db()
    assert under_review.status == Status.UNDER_REVIEW


def test_an_approved_input_is_reopened_with_a_reason_and_what_is_kept(under_review, rita, piotr):
    workflow.perform(under_review, "approve", by=piotr)
    assert "Ask for a change here" not in read(rita, under_review), "who only reviews cannot reopen"
    assert send(rita, under_review, "ask_for_change", text="x").status_code in {409, 422}
    assert "Ask for a change here" in read(piotr, under_review)
    response = ask(piotr, under_review, "return")
    assert response.url == reverse("step", args=[under_review.reference, "reopen"])
    assert under_review.change_requests.prepared().count() == 1
    refused = send(piotr, under_review, "step", "reopen", note=" ")
    assert refused.status_code == 422
    assert "Write a comment: the mechanism needs to know why." in words_of(refused)
    assert send(piotr, under_review, "step", "reopen", note="A mistake was found.").status_code == 302
    assert under_review.change_requests.open().get().asked_in.step == "reopen"


class Controls(HTMLParser):
    """The links, fields and buttons of a page."""

    def __init__(self, page):
        super().__init__()
        self.links, self.fields, self.buttons, self.hidden = [], {}, [], {}
        self.is_hidden_button = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "button" and attributes.get("aria-hidden") != "true":
            self.buttons.append(attributes.get("name"))
        elif tag == "input" and attributes.get("type") == "hidden":
            self.hidden[attributes.get("name")] = attributes.get("value", "")
        elif tag in {"input", "select", "textarea"}:
            self.fields.setdefault(attributes.get("name"), []).append(attributes.get("value"))


class Reader:
    """Somebody with a mouse: follows links, chooses, presses; each costs clicks. Typing costs none."""

    def __init__(self, person, address):
        self.client, self.clicks, self.typed = signed_in(person), 0, {}
        self.open(address)

    def open(self, address):
        self.address = address
        self.page = Controls(self.client.get(address).content.decode())

    def click(self, link):
        assert link in self.page.links, link
        self.clicks += 1
        self.open(link)

    def tick(self, name, value):
        assert value in self.page.fields[name]
        self.clicks += 1
        self.typed[name] = value

    def choose(self, name, value):
        """In a drop-down: open it, and choose."""
        assert name in self.page.fields
        self.clicks += 1
        self.typed[name] = value

    def type(self, name, text):
        assert name in self.page.fields
        self.typed[name] = text

    def press(self, button):
        assert button in self.page.buttons
        self.clicks += 1
        data = {**self.page.hidden, **self.typed, **({button: ""} if button else {})}
        return self.client.post(self.address, data)


def test_a_request_for_changes_takes_at_most_four_clicks_from_the_section(under_review, rita):
    reader = Reader(rita, reverse("submission", args=[under_review.reference]))
    reader.click(f"{reverse('ask_for_change', args=[under_review.reference])}?where=statement&revision=1")
    reader.typed["where"] = "statement"  # as the page has chosen already
    reader.tick("kind", "unclear")
    reader.type("text", "Which year?")
    reader.press("return")
    assert reader.clicks == 3
    assert_returned_with(under_review, "Statement", "Which year?")


def test_a_request_for_changes_takes_at_most_four_clicks_from_the_step(under_review, rita):
    reader = Reader(rita, reverse("submission", args=[under_review.reference]))
    reader.click(f"{reverse('step', args=[under_review.reference, 'request_changes'])}?revision=1")
    reader.choose("where", "statement")
    reader.tick("kind", "unclear")
    reader.type("text", "Which year?")
    reader.press(None)
    assert reader.clicks == 4
    assert_returned_with(under_review, "Statement", "Which year?")


def assert_returned_with(submission, where, text):
    submission.refresh_from_db()
    assert submission.status == Status.CHANGES_REQUESTED
    asked = submission.change_requests.open().get()
    assert (asked.where, asked.text) == (where, text)


# ---------------------------------------------------------------------------------------- what the secretariat sees


def test_the_task_list_shows_what_is_asked_with_its_kind_and_what_is_answered(returned, amina):
    page = read(amina, returned, "tasks")
    top, sections = page.split('<h2 class="visually-hidden">Sections</h2>')
    assert "Shorter, please." in top, "a change of the whole input stands above the sections"
    assert "0 of 2 changes are answered." in top
    row = next(part for part in sections.split("<li>") if "/section/statement/" in part)
    assert "Unclear" in row
    assert "Which year?" in sections
    answered(returned, by=amina)
    page = read(amina, returned, "tasks")
    assert "2 of 2 changes are answered." in page
    assert "tag-needs_change" not in page


def test_saving_a_section_keeps_its_answer_and_its_text_together(returned, amina):
    asked = returned.change_requests.get(section=statement())
    page = read(amina, returned, "section", "statement")
    form = page[page.index("data-section-form") : page.index("</form>", page.index("data-section-form"))]
    for piece in ("Which year?", "There were two meetings.", "Unclear", "Rita Novak", f'name="answer-{asked.pk}"'):
        assert piece in form, "one form holds the text and the answer: neither can be lost for the other"
    send(amina, returned, "section", "statement", text="In 2029.", version=1, **{f"answer-{asked.pk}": "done"})
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("done", amina)
    assert "2029" in returned.answers.get(section=statement()).text


def test_saving_a_section_answers_nothing_by_itself(returned, amina):
    send(amina, returned, "section", "statement", text="In 2029.", version=1)
    assert returned.change_requests.open().count() == 2


def test_an_explanation_without_a_choice_is_kept_and_the_change_stays_open(returned, amina):
    asked = returned.change_requests.get(section=statement())
    names = {f"answer-{asked.pk}": "", f"explanation-{asked.pk}": "It was 2029."}
    response = signed_in(amina).post(
        reverse("section", args=[returned.reference, "statement"]),
        {"text": "Words.", "version": 1, **names},
        follow=True,
    )
    assert "1 change asked for here is not answered yet" in words_of(response)
    assert "It was 2029." in read(amina, returned, "section", "statement")
    assert returned.change_requests.open().count() == 2


def test_an_answer_without_its_explanation_is_refused_and_everything_typed_stays(returned, amina):
    asked = returned.change_requests.get(section=statement())
    names = {f"answer-{asked.pk}": "explained", f"explanation-{asked.pk}": " "}
    response = send(amina, returned, "section", "statement", text="Brand new words.", version=1, **names)
    page = words_of(response)
    assert response.status_code == 422
    assert "Write the explanation, or choose another answer." in page
    assert f'href="#id_explanation-{asked.pk}"' in page
    assert "Brand new words." in page
    assert "Brand new words." not in returned.answers.get(section=statement()).text
    assert returned.change_requests.open().count() == 2


def test_all_changes_are_answered_on_one_page(returned, amina, bruno):
    whole, one = returned.change_requests.in_order()
    page = read(bruno, returned, "changes")
    assert page.index("Shorter, please.") < page.index("Which year?")
    given = {f"answer-{whole.pk}": "explained", f"explanation-{whole.pk}": "The members want all of it."}
    response = signed_in(bruno).post(
        reverse("changes", args=[returned.reference]), given | {f"answer-{one.pk}": ""}, follow=True
    )
    assert "Saved. 1 change is not answered yet." in words_of(response)
    assert returned.change_requests.open().get() == one
    response = signed_in(bruno).post(
        reverse("changes", args=[returned.reference]), given | {f"answer-{one.pk}": "done"}, follow=True
    )
    assert "Every change asked for is answered." in words_of(response)


def test_an_answer_can_be_changed_and_taken_back_until_the_input_is_filed_again(returned, amina):
    answered(returned, by=amina)
    asked = returned.change_requests.get(section=statement())
    requesting.answer(asked, Answer.EXPLAINED, "It was 2029.", by=amina)
    requesting.answer(asked, "", by=amina)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by, asked.answered_at) == ("", None, None)
    assert "“Which year?”" in refusal_of(workflow.perform, returned, "resubmit", by=amina)
    requesting.answer(asked, Answer.DONE, by=amina)
    workflow.perform(returned, "resubmit", by=amina)
    assert "only until the input is submitted again" in refusal_of(requesting.answer, asked, "", by=amina)
    response = send(amina, returned, "changes", **{f"explanation-{asked.pk}": "Typed for long."})
    assert response.status_code == 422
    assert "Typed for long." in words_of(response)


def test_an_answer_of_an_earlier_round_is_not_changed_in_a_later_one(returned, amina, rita):
    first = returned.change_requests.get(section=statement())
    answered(returned, by=amina)
    workflow.perform(returned, "resubmit", by=amina)
    give_back(returned, by=rita, changes=[in_statement(text="And the month?")])
    assert "only until the input is submitted again" in refusal_of(requesting.answer, first, "", by=amina)
    page = read(amina, returned, "section", "statement")
    assert "And the month?" in page
    assert "Which year?" not in page
    typed = {f"answer-{first.pk}": "explained", f"explanation-{first.pk}": "Typed on an old page."}
    response = send(amina, returned, "section", "statement", text="New words.", version=1, **typed)
    assert response.status_code == 422
    assert "Typed on an old page." in words_of(response)
    assert "New words." in words_of(response)


def test_of_two_who_answer_the_second_is_told(returned, amina, bruno):
    asked = returned.change_requests.get(section=statement())
    seen = requesting.mark_of_answer(asked)
    requesting.answer(asked, Answer.EXPLAINED, "Bruno says: 2028.", by=bruno)
    names = {f"answer-{asked.pk}": "done", f"explanation-{asked.pk}": "Amina says: 2029.", f"seen-{asked.pk}": seen}
    response = send(amina, returned, "section", "statement", text="New words.", version=1, **names)
    page = words_of(response)
    assert response.status_code == 409
    assert "A colleague has answered this meanwhile: Explained – Bruno says: 2028." in page
    assert "Amina says: 2029." in page
    assert "New words." in page
    assert "New words." not in returned.answers.get(section=statement()).text
    names[f"seen-{asked.pk}"] = re.search(rf'name="seen-{asked.pk}" value="(\w+)"', page).group(1)
    assert send(amina, returned, "section", "statement", text="New words.", version=1, **names).status_code == 302
    asked.refresh_from_db()
    assert (asked.answer, asked.explanation, asked.answered_by) == ("done", "Amina says: 2029.", amina)


def test_who_has_left_gets_back_what_they_typed_and_answers_nothing(returned, amina, bruno):
    asked = returned.change_requests.get(section=statement())
    requesting.answer(asked, Answer.EXPLAINED, "Written since.", by=amina)
    bruno.affiliations.update(ends_on=returned.started_at.date())
    names = {f"answer-{asked.pk}": "done", f"explanation-{asked.pk}": "Typed for long."}
    with time_machine.travel(returned.started_at + timedelta(days=2), tick=False):
        for name, *args in (("section", "statement"), ("changes",)):
            response = send(bruno, returned, name, *args, **names)
            assert response.status_code in {403, 409}
            assert "Typed for long." in words_of(response)
            assert "Written since." not in words_of(response)
    asked.refresh_from_db()
    assert asked.explanation == "Written since."


def test_files_are_attached_without_losing_an_answer(mechanism_a, cycle, amina, rita):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    factories.answer_everything_required(submission=submission)
    annexes = submission.input_type.sections.get(kind="annexes")
    workflow.perform(submission, "submit", by=amina)
    workflow.perform(submission, "take_up", by=rita)
    give_back(submission, by=rita, changes=[ChangeRequest(section=annexes, text="Attach it.")])
    asked = submission.change_requests.get()
    page = read(amina, submission, "section", annexes.code)
    assert "Attach it." in page
    assert "answer-" not in page, "the page has several forms: pressing one would lose what stands in another"
    assert f"{reverse('changes', args=[submission.reference])}#change-{asked.pk}" in page


def test_the_check_page_names_each_open_change_with_the_way_to_it(returned, amina):
    one = returned.change_requests.get(section=statement())
    page = read(amina, returned, "check")
    assert "Not answered yet, in “Statement”: “Which year?”" in page
    assert "Not answered yet, in “The whole input”: “Shorter, please.”" in page
    assert f"{reverse('changes', args=[returned.reference])}#change-{one.pk}" in page


def test_partners_are_not_asked_before_everything_is_answered(asked, both_endorse, amina, rita):
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    workflow.perform(asked, "take_up", by=rita)
    give_back(asked, by=rita, changes=[of_the_whole()])
    assert "“Shorter, please.”" in refusal_of(workflow.perform, asked, "ask", by=amina)
    answered(asked, by=amina)
    workflow.perform(asked, "ask", by=amina)


# ---------------------------------------------------------------------------------------- what IOM sees when


def test_iom_reads_the_answers_only_with_the_new_text(returned, amina, rita, piotr):
    answered(returned, by=amina, given=Answer.EXPLAINED, explanation="The members want it so.")
    for name in ("submission", "history", "changes"):
        page = read(rita, returned, name)
        assert "Which year?" in page
        assert "Shorter, please." in page, "what is answered does not disappear either: that would tell"
        assert "The members want it so." not in page
        assert "Explained" not in page
        assert "is answered" not in page
    assert "The members want it so." not in json.dumps(review_log.of_review(returned, by=piotr))
    workflow.perform(returned, "resubmit", by=amina)
    for name in ("submission", "history", "changes"):
        page = read(rita, returned, name)
        assert "The members want it so." in page
        assert "Answer: Explained" in page
        assert f"{reverse('compare', args=[returned.reference])}?old=1&amp;new=2" in page
    assert "The members want it so." in json.dumps(review_log.of_review(returned, by=piotr))


def test_of_what_is_withdrawn_unanswered_iom_never_reads_the_answers(returned, amina, rita):
    answered(returned, by=amina, given=Answer.EXPLAINED, explanation="The members want it so.")
    workflow.perform(returned, "withdraw", by=amina)
    for name in ("submission", "history", "changes"):
        assert "The members want it so." not in read(rita, returned, name)


def test_each_round_is_compared_between_its_own_two_texts(returned, amina, rita):
    answered(returned, by=amina)
    workflow.perform(returned, "resubmit", by=amina)
    give_back(returned, by=rita, changes=[in_statement(text="And the month?")])
    answered(returned, by=amina)
    workflow.perform(returned, "resubmit", by=amina)
    found = requesting.rounds(returned, seen_by=rita)
    assert [(one.before, one.after, len(one.requests)) for one in found] == [(2, 3, 1), (1, 2, 2)]
    page = read(rita, returned)
    assert "And the month?" in page
    assert "Which year?" not in page, "the page of the input shows the last round"
    assert "Which year?" in read(rita, returned, "changes")


def test_one_of_iom_who_serves_the_mechanism_reads_as_its_maker(under_review, mechanism_a, rita, piotr):
    factories.affiliate(user=piotr, iscm=mechanism_a)
    ask(rita, under_review, text=SECRET)
    for name in ("submission", "history", "changes"):
        assert SECRET not in read(piotr, under_review, name)
    kept = under_review.change_requests.get()
    assert ask(piotr, under_review).status_code == 403
    assert send(piotr, under_review, "edit_change", kept.pk, text="x").status_code == 403
    assert send(piotr, under_review, "print_review").status_code == 403
    with pytest.raises(PermissionDenied):
        requesting.prepare(under_review, in_statement(), by=piotr)
    with pytest.raises(PermissionDenied):
        requesting.remove(kept, by=piotr)


ACTS = {
    "ask": lambda one, who: ask(who, one.prepared).status_code,
    "edit": lambda one, who: send(who, one.prepared, "edit_change", one.kept.pk, **one.said).status_code,
    "remove": lambda one, who: send(who, one.prepared, "remove_change", one.kept.pk).status_code,
    "read the answers page": lambda one, who: get(who, one.returned, "changes"),
    "answer": lambda one, who: send(who, one.returned, "changes", **one.answer).status_code,
    "print the answers": lambda one, who: send(who, one.returned, "print_changes").status_code,
    "print the review": lambda one, who: send(who, one.returned, "print_review").status_code,
}
MAY = {
    "filing maker": {"read the answers page", "answer", "print the answers"},
    "maker": {"read the answers page", "answer", "print the answers"},
    "editing partner": {"read the answers page", "answer", "print the answers"},
    "commenting partner": {"read the answers page", "print the answers"},
    "reviewer": {"ask", "edit", "remove", "read the answers page", "print the review"},
    "approver": {"edit", "remove", "read the answers page", "print the review"},
    "reviewer who is a maker": {"read the answers page", "answer", "print the answers"},
    "other mechanism": set(),
    "administrator": set(),
    "anonymous": set(),
}


def get(person, submission, name):
    client = signed_in(person) if person else Client()
    return client.get(reverse(name, args=[submission.reference])).status_code


@pytest.mark.parametrize("actor", MAY)
def test_each_person_may_do_what_the_table_says(
    actor, of_joint, mechanism_a, mechanism_b, mechanism_c, amina, bruno, carla, dalia, rita, ada, cycle, both_endorse
):
    def filed_jointly():
        submission = factories.make_joint(**of_joint, access=Partnership.Access.COMMENT)
        submission.partnerships.filter(iscm=mechanism_b).update(access=Partnership.Access.EDIT)
        workflow.perform(submission, "ask", by=amina)
        both_endorse(submission)
        workflow.perform(submission, "submit", by=amina)
        workflow.perform(submission, "take_up", by=rita)
        return factories.now(submission)

    class Case:
        prepared = filed_jointly()
        returned = filed_jointly()
        said = {"where": "whole", "kind": "other", "text": "Say when."}

    Case.kept = requesting.prepare(Case.prepared, of_the_whole(), by=rita)
    give_back(Case.returned, by=rita, changes=[of_the_whole()])
    Case.said["seen"] = requesting.mark([Case.kept])
    Case.answer = {f"answer-{Case.returned.change_requests.get().pk}": "done"}
    maker_too = factories.make_person(name="Mara Two", is_reviewer=True)
    factories.affiliate(user=maker_too, iscm=mechanism_a)
    outside = factories.make_mechanism(name="Test Dialogue Z", acronym="TDZ")
    zoe = factories.make_person(name="Zoe Other")
    factories.affiliate(user=zoe, iscm=outside)
    people = {
        "filing maker": amina,
        "maker": bruno,
        "editing partner": carla,
        "commenting partner": dalia,
        "reviewer": rita,
        "approver": factories.make_person(name="Paul Approves", is_approver=True),
        "reviewer who is a maker": maker_too,
        "other mechanism": zoe,
        "administrator": ada,
        "anonymous": None,
    }
    found = {name: do(Case, people[actor]) for name, do in ACTS.items()} if people[actor] else anonymous(Case)
    refused = {403, 404} if people[actor] else {302}
    done = {name for name, status in found.items() if status not in refused}
    if actor == "approver":
        done -= {"ask"}  # the page is theirs for an approved input; now it says that it is not the moment
        assert found["ask"] == 409
    assert done == MAY[actor]
    assert all(status in {200, 302, 403, 404, 409} for status in found.values()), found


def anonymous(case):
    client = Client()
    kept = [case.prepared.reference, case.kept.pk]
    return {
        "ask": client.post(reverse("ask_for_change", args=[case.prepared.reference])).status_code,
        "edit": client.post(reverse("edit_change", args=kept)).status_code,
        "remove": client.post(reverse("remove_change", args=kept)).status_code,
        "read the answers page": get(None, case.returned, "changes"),
        "answer": client.post(reverse("changes", args=[case.returned.reference])).status_code,
        "print the answers": client.post(reverse("print_changes", args=[case.returned.reference])).status_code,
        "print the review": client.post(reverse("print_review", args=[case.returned.reference])).status_code,
    }


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"keep": "", "where": "\x00", "kind": "\x00", "text": "\x00", "revision": "9" * 30},
        {"return": "", "where": "whole", "kind": "other", "text": "a\x00b", "revision": "-1", "kept": "\x00"},
        {"answer-99999999999999999999": "done", "explanation-x": "y", "seen-1": "\x00"},
        {"where": ["a", "b"], "text": "\ud800"},
    ],
)
def test_odd_posts_are_answered_and_never_break(under_review, returned_too, amina, rita, posted):
    posted = {name: value for name, value in posted.items() if value != "\ud800"}
    for person, submission, name in (
        (rita, under_review, "ask_for_change"),
        (amina, returned_too, "changes"),
    ):
        assert send(person, submission, name, **posted).status_code in {302, 409, 422}
    assert send(rita, under_review, "edit_change", 10**12, **posted).status_code == 404


@pytest.fixture
def returned_too(mechanism_a, cycle, amina, rita):
    submission = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    workflow.perform(submission, "take_up", by=rita)
    return give_back(submission, by=rita, changes=[of_the_whole()])


def test_the_pages_cost_the_same_for_many_changes(under_review, returned_too, amina, rita):
    give_back(under_review, by=rita, changes=[in_statement(text=f"Change {number}.") for number in range(40)])
    for name, *people in (("changes", amina, rita), ("submission", amina, rita), ("tasks", amina)):
        for person in people:
            read(person, under_review, name)  # what is noted of a first reading is noted
            read(person, returned_too, name)
            assert queries_of(person, under_review, name) <= queries_of(person, returned_too, name) + 3


def queries_of(person, submission, name):
    with CaptureQueriesContext(connection) as captured:
        read(person, submission, name)
    return len(captured)


def test_nothing_is_written_when_one_of_several_answers_cannot_be(returned, amina):
    whole, one = returned.change_requests.in_order()
    given = {whole.pk: Given(Answer.DONE), one.pk: Given(Answer.EXPLAINED, " ")}
    assert "Write the explanation" in refusal_of(requesting.answer_all, returned, given, by=amina)
    assert returned.change_requests.open().count() == 2


# ---------------------------------------------------------------------------------------- on paper


def printed(rendition) -> Printed:
    tasks.make_rendition(rendition.pk)
    rendition.refresh_from_db()
    assert rendition.is_ready, rendition.error
    return Printed(Path(rendition.file.path).read_bytes())


def rendition_of(response) -> Rendition:
    return Rendition.objects.get(pk=int(response.url.strip("/").split("/")[-1]))


@pytest.fixture
def reviewed(returned, amina, rita, piotr):
    """Answered, filed again, and talked about; with one change kept for the next return."""
    commenting.comment(returned, section=statement(), text=SECRET, by=rita)
    commenting.comment(returned, section=None, text="Thank you for this.", by=rita, circle="shared")
    answered(returned, by=amina, given=Answer.EXPLAINED, explanation="The members want it so.")
    workflow.perform(returned, "resubmit", by=amina)
    requesting.prepare(returned, of_the_whole(text="Kept: xyzzy"), by=piotr)
    returned.refresh_from_db()
    return returned


def test_the_makers_print_what_was_asked_and_answered_and_nothing_else(reviewed, bruno):
    rendition = rendition_of(send(bruno, reviewed, "print_changes"))
    pdf = printed(rendition)
    said = pdf.text()
    for piece in (
        "Changes asked for, and answers",
        "Which year?",
        "There were two meetings.",
        "Explained",
        "The members want it so.",
        "Amina Diallo",
        "Rita Novak",
        "Nearly there.",
        "Answered with revision 2.",
    ):
        assert piece in said, piece
    assert "xyzzy" not in said
    assert "xyzzy" not in rendition.canonical
    assert pdf.complaints() == []
    assert "changes" in making.filename(rendition)


def test_iom_prints_the_whole_review(reviewed, rita):
    rendition = rendition_of(send(rita, reviewed, "print_review"))
    pdf = printed(rendition)
    said = pdf.text()
    for piece in (
        "For IOM only",
        "Internal review summary",
        "Reviewer Rita Novak",
        "Which year?",
        "The members want it so.",
        "Kept: xyzzy",
        SECRET,
        "Thank you for this.",
        "Not resolved.",
        "Steps taken",
        "Taken up",
        "Filed again",
    ):
        assert piece in said, piece
    assert pdf.complaints() == []
    assert str(pdf.pdf.docinfo["/Title"]).startswith("Internal review summary: ")


def test_the_documents_reach_those_they_are_for(reviewed, amina, bruno, carla, rita, piotr, ada):
    changes = rendition_of(send(amina, reviewed, "print_changes"))
    review = rendition_of(send(rita, reviewed, "print_review"))
    for rendition in (changes, review):
        printed(rendition)

    def open_to(rendition):
        people = {amina, bruno, carla, rita, piotr, ada}
        address = reverse("rendition", args=[rendition.pk])
        return {person.name for person in people if signed_in(person).get(address).status_code == 200}

    assert open_to(changes) == {"Amina Diallo", "Bruno Costa"}
    assert open_to(review) == {"Rita Novak", "Piotr Lind"}
    assert reverse("rendition_file", args=[review.pk]) in read(piotr, reviewed, "changes")
    assert "internal review" not in read(amina, reviewed, "changes").lower()
    assert reverse("rendition_file", args=[changes.pk]) not in read(rita, reviewed, "changes")


def test_the_same_list_is_made_once_and_another_one_after_an_answer(returned, amina, bruno):
    first = rendition_of(send(amina, returned, "print_changes"))
    assert rendition_of(send(bruno, returned, "print_changes")) == first
    answered(returned, by=amina)
    assert rendition_of(send(amina, returned, "print_changes")) != first


def test_the_review_is_printed_in_the_language_of_whoever_asks(reviewed, rita):
    log = review_log.of_review(reviewed, by=rita)
    made = renditions.ask_for_log(reviewed, Rendition.Kind.REVIEW, log, by=rita, language="ar")
    pdf = printed(made)
    assert str(pdf.pdf.Root.Lang) == "ar"
    assert "The members want it so" in re.sub(r"[\u202a-\u202e]", "", pdf.text())
    assert pdf.complaints() == []
