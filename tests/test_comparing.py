"""Any two texts of an input side by side or in one, for staff and for those who make it."""

import re

import pytest
from django.urls import reverse

from submissions import workflow

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed_again(filed, amina, rita):
    """Two revisions that differ in one word, and a working copy that IOM does not see."""
    section = filed.answers.filter(section__kind="text").first().section
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    factories.answer(submission=filed, code=section.code, text="<p>The mechanism reviewed its newer work.</p>")
    workflow.perform(filed, "resubmit", by=amina)
    workflow.perform(filed, "request_changes", by=rita, note="Still more.")
    factories.answer(submission=filed, code=section.code, text="<p>The mechanism reviewed its secret work.</p>")
    return filed


def page(client, submission, *, by, **choice):
    client.force_login(by)
    return client.get(reverse("compare", args=[submission.reference]), choice)


def test_the_two_last_texts_are_compared_when_nobody_says_which(client, filed_again, rita):
    said = page(client, filed_again, by=rita).content.decode()
    assert "newer</ins>" in said
    assert "1 section changed" in said


def test_those_who_make_it_compare_what_was_filed_with_their_working_copy(client, filed_again, amina):
    assert "secret</ins>" in page(client, filed_again, by=amina).content.decode()


@pytest.mark.parametrize("choice", [{}, {"new": "now"}, {"old": "now", "new": "now"}])
def test_iom_never_sees_the_working_copy(client, filed_again, rita, choice):
    assert "secret" not in page(client, filed_again, by=rita, **choice).content.decode()


def test_any_two_are_compared_in_either_direction(client, filed_again, rita):
    said = page(client, filed_again, by=rita, old="2", new="1").content.decode()
    assert "newer</del>" in said


def test_side_by_side_the_older_text_has_its_own_column(client, filed_again, rita):
    said = page(client, filed_again, by=rita, view="sides").content.decode()
    assert '<th scope="col">Revision 1' in said
    assert re.search(r"<del>.*<ins>.*newer</ins>", said, re.DOTALL)


def test_a_choice_that_makes_no_sense_shows_the_page_as_it_opens(client, filed_again, rita):
    response = page(client, filed_again, by=rita, old="99", new="-1", view="upside down")
    assert response.status_code == 200
    assert "newer</ins>" in response.content.decode()


def test_where_there_is_one_text_only_one_is_told_so(client, filed, rita):
    response = page(client, filed, by=rita)
    assert response.url == reverse("submission", args=[filed.reference])


def test_strangers_find_nothing(client, filed_again, carla):
    assert page(client, filed_again, by=carla).status_code == 404
