"""Decisions: one of two at once, by a second person where the cycle asks, and never about an older text."""

import re

import pytest
from django.urls import reverse

from submissions import workflow
from submissions.models import ChangeRequest, Mail, Revision, Status, SubmissionEvent
from submissions.workflow import Refused

from . import factories
from .factories import now
from .test_joint_races import at_once, is_done

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(reference):
    """Reviews and approves for IOM, like Piotr."""
    return factories.make_person(name="Olga Berg", is_reviewer=True, is_approver=True)


@pytest.fixture
def under_review(filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    return now(filed)


def taken(submission, *steps):
    return list(submission.events.filter(step__in=steps).values_list("step", "actor__name"))


def address(submission, name):
    return reverse("step", args=[submission.reference, name])


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


# ------------------------------------------------------------------------------------------ two at once

DECIDED = {
    Status.APPROVED: "Piotr Lind has approved it.",
    Status.DECLINED: "Olga Berg has declined it.",
    Status.CHANGES_REQUESTED: "Olga Berg has returned it for changes.",
}


def attempt(submission, name, by):
    return lambda: workflow.perform(submission, name, by=by, note="Because of the text.", expected_revision=1)


@pytest.mark.parametrize("other", ["decline", "request_changes"])
def test_who_comes_second_is_told_in_a_sentence_who_decided_what(under_review, piotr, olga, other):
    attempt(under_review, "approve", piotr)()
    with pytest.raises(Refused) as refused:
        attempt(under_review, other, olga)()
    [sentence] = refused.value.sentences
    assert sentence.endswith("this input is in the state “Approved”. Piotr Lind has approved it.")
    assert taken(under_review, "approve", "decline", "request_changes") == [("approve", "Piotr Lind")]


def test_what_the_makers_do_among_themselves_is_not_told(asked, both_endorse, amina, rita, piotr):
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    workflow.perform(asked, "take_up", by=rita)
    workflow.perform(asked, "request_changes", by=rita, note="More.")
    workflow.perform(now(asked), "ask", by=amina)
    with pytest.raises(Refused) as refused:
        workflow.perform(asked, "approve", by=piotr)
    assert str(refused.value).endswith("Rita Novak has returned it for changes.")


def test_the_page_of_the_second_says_it_and_gives_back_what_was_typed(client, under_review, piotr, olga):
    workflow.perform(under_review, "approve", by=piotr)
    client.force_login(olga)
    response = client.post(
        address(under_review, "decline"), {"note": "It is about one country.", "expected_revision": 1}
    )
    assert response.status_code == 409
    assert "Piotr Lind has approved it." in words_of(response)
    assert "It is about one country." in words_of(response)


def test_who_opens_the_page_too_late_is_told_too(client, under_review, piotr, olga):
    workflow.perform(under_review, "approve", by=piotr)
    client.force_login(olga)
    response = client.get(address(under_review, "decline"))
    assert response.status_code == 409
    assert words_of(response).count("Piotr Lind has approved it.") == 1


def test_who_pressed_twice_is_led_on_and_has_decided_once(client, under_review, piotr):
    client.force_login(piotr)
    for _press in range(2):
        response = client.post(address(under_review, "approve"), {"expected_revision": 1})
        assert response.url == reverse("submission", args=[under_review.reference])
    assert taken(under_review, "approve") == [("approve", "Piotr Lind")]
    assert under_review.revisions.count() == 2


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["decline", "request_changes", "approve"])
def test_two_who_decide_at_once_leave_one_decision(under_review, piotr, olga, other):
    outcomes = at_once(attempt(under_review, "approve", piotr), attempt(under_review, other, olga))
    assert sorted(map(is_done, outcomes)) == [False, True]
    decided = now(under_review)
    assert under_review.events.filter(step__in=["approve", "decline", "request_changes"]).count() == 1
    loser = next(outcome for outcome in outcomes if not is_done(outcome))
    assert isinstance(loser, Refused)
    said = "Olga Berg has approved it." if not is_done(outcomes[0]) and other == "approve" else DECIDED[decided.status]
    assert said in str(loser)
    assert under_review.revisions.count() == (2 if decided.status == Status.APPROVED else 1)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_two_who_take_up_at_once_leave_one_reviewer(filed, rita, olga):
    outcomes = at_once(attempt(filed, "take_up", rita), attempt(filed, "take_up", olga))
    assert sorted(map(is_done, outcomes)) == [False, True]
    [(_step, name)] = taken(filed, "take_up")
    assert now(filed).reviewer.name == name
    assert f"{name} has taken it up." in str(next(outcome for outcome in outcomes if not is_done(outcome)))


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_withdrawal_at_once_leave_one_of_them(under_review, piotr, amina):
    outcomes = at_once(attempt(under_review, "approve", piotr), attempt(under_review, "withdraw", amina))
    assert sorted(map(is_done, outcomes)) == [False, True]
    assert now(under_review).status == (Status.APPROVED if is_done(outcomes[0]) else Status.WITHDRAWN)


# ------------------------------------------------------------------------------------------ a second person


@pytest.fixture
def by_two(filed, cycle):
    """Filed to a cycle that asks for a second person."""
    cycle.requires_second_person = True
    cycle.save()
    return now(filed)


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_the_reviewer_is_no_second_person(by_two, piotr, olga, decision):
    workflow.perform(by_two, "take_up", by=piotr)
    with pytest.raises(Refused, match="somebody else has to decide"):
        workflow.perform(by_two, decision, by=piotr, note="Fine.")
    assert now(by_two).decided_by is None
    workflow.perform(by_two, decision, by=olga, note="Fine.")
    assert now(by_two).decided_by == olga


def test_who_has_taken_it_up_stays_the_first_person_though_it_is_given_to_another(by_two, piotr, olga, rita):
    workflow.perform(by_two, "take_up", by=piotr)
    type(by_two).objects.filter(pk=by_two.pk).update(reviewer=rita)
    with pytest.raises(Refused, match="somebody else has to decide"):
        workflow.perform(by_two, "approve", by=piotr)
    workflow.perform(by_two, "approve", by=olga)


def test_who_has_returned_it_for_changes_is_no_second_person_either(by_two, rita, piotr, olga, amina):
    workflow.perform(by_two, "take_up", by=rita)
    workflow.perform(by_two, "request_changes", by=piotr, note="More.")
    workflow.perform(now(by_two), "resubmit", by=amina)
    with pytest.raises(Refused, match="somebody else has to decide"):
        workflow.perform(by_two, "approve", by=piotr)
    workflow.perform(by_two, "approve", by=olga)


def test_to_whom_it_was_given_is_the_first_person_as_long_as_it_is_theirs(by_two, rita, piotr):
    workflow.perform(by_two, "take_up", by=rita)
    type(by_two).objects.filter(pk=by_two.pk).update(reviewer=piotr)
    with pytest.raises(Refused, match="somebody else has to decide"):
        workflow.perform(by_two, "approve", by=piotr)
    type(by_two).objects.filter(pk=by_two.pk).update(reviewer=rita)
    workflow.perform(by_two, "approve", by=piotr)


def test_the_first_person_is_told_on_the_page(client, by_two, piotr):
    workflow.perform(by_two, "take_up", by=piotr)
    client.force_login(piotr)
    response = client.post(address(by_two, "approve"), {"expected_revision": 1})
    assert response.status_code == 422
    assert "somebody else has to decide on it" in words_of(response)
    assert now(by_two).status == Status.UNDER_REVIEW


def test_one_person_may_do_both_where_the_cycle_does_not_ask(filed, piotr):
    workflow.perform(filed, "take_up", by=piotr)
    workflow.perform(filed, "approve", by=piotr)
    assert now(filed).decided_by == piotr


# ------------------------------------------------------------------------------------------ about an older text


@pytest.fixture
def filed_again(under_review, rita, amina):
    """Filed anew while somebody still has revision 1 before them."""
    workflow.perform(under_review, "request_changes", by=rita, note="More.")
    factories.rewrite(submission=under_review, text="<p>The mechanism reviewed its newer work.</p>")
    workflow.perform(now(under_review), "resubmit", by=amina)
    return now(under_review)


@pytest.mark.parametrize("decision", ["approve", "decline", "request_changes"])
def test_a_decision_on_an_older_text_is_refused_and_the_newer_is_shown(client, filed_again, piotr, decision):
    client.force_login(piotr)
    response = client.post(address(filed_again, decision), {"note": "As I said.", "expected_revision": 1})
    assert response.status_code == 409
    page = words_of(response)
    assert "A newer version of this input was filed while you were reading." in page
    assert "What is new in revision 2" in page
    assert re.search(r"newer</ins>", page)
    assert f'href="{reverse("submission", args=[filed_again.reference])}?revision=2"' in page
    assert decision == "approve" or "As I said." in page
    assert now(filed_again).status == Status.UNDER_REVIEW


def test_the_page_that_shows_the_newer_text_decides_on_that_one(client, filed_again, piotr):
    client.force_login(piotr)
    page = client.post(address(filed_again, "approve"), {"expected_revision": 1}).content.decode()
    [read] = re.findall(r'name="expected_revision" value="(\d+)"', page)
    client.post(address(filed_again, "approve"), {"expected_revision": read})
    assert now(filed_again).status == Status.APPROVED
    assert filed_again.revisions.last().content == filed_again.revisions.get(number=2).content


@pytest.mark.parametrize("read", ["99", "0", "-1", "x", "9" * 40, "1\x00"])
def test_a_number_that_no_page_has_shown_decides_nothing(client, filed_again, piotr, read):
    client.force_login(piotr)
    response = client.post(address(filed_again, "approve"), {"expected_revision": read})
    assert 400 <= response.status_code < 500
    assert now(filed_again).status == Status.UNDER_REVIEW


def test_a_refused_decision_asks_for_nothing_and_tells_nobody(client, filed_again, piotr):
    section = filed_again.answers.first().section
    ChangeRequest.objects.create(submission=filed_again, section=section, text="Say more.", requested_by=piotr)
    events, mails = SubmissionEvent.objects.count(), Mail.objects.count()
    with pytest.raises(Refused):
        workflow.perform(filed_again, "request_changes", by=piotr, note="More.", expected_revision=1)
    assert SubmissionEvent.objects.count() == events
    assert ChangeRequest.objects.prepared().count() == 1
    assert Revision.objects.count() == 2
    assert Mail.objects.count() == mails
