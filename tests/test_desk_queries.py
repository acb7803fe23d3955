"""A page of the desk asks the database as often for forty inputs as for three, and never more than fifteen times."""

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from submissions import workflow
from submissions.models import ChangeRequest, Comment, Reading, SavedFilter, Submission

from . import factories
from .test_queue import make_many

MOST = 15

# Every filter of the form, set so that something is found.
EVERY_FILTER = {
    "turn": "iom",
    "reviewer": "mine",
    "due": "soon",
    "status": "under_review",
    "text": "new",
    "help": "asked",
    "cycle": "TEST2030",
    "roundtable": "1",
    "type": "B1",
    "mechanism": "tda",
    "category": "RCP",
    "region": "africa",
    "order": "due",
}
PAGES = {
    "plain": {},
    "every filter": EVERY_FILTER,
    "words": {"q": "shelters annual meeting"},
    "every filter and words": {**EVERY_FILTER, "q": "shelters annual meeting"},
    "my queue": {"turn": "iom", "reviewer": "mine"},
}


@pytest.fixture
def queries_of(client, rita, settings):
    """How many queries a page of the desk takes, all that sign-in and navigation ask included."""
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=rita, type=Authenticator.Type.TOTP, data={})
    client.force_login(rita)

    def count(address):
        client.get(address)  # what a process keeps from its first page on
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        return len(queries), response.content.decode().count('<tr role="row">') - 1

    return count


@pytest.fixture
def fill(mechanism_a, cycle, amina, rita, carla):
    """Inputs for which there is everything to show; two of three are of a mechanism alone, one has been read."""
    first = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    factories.answer_everything_required(submission=first)
    factories.tick_objective(submission=first, number=7, progress="<p>Shelters.</p>")
    number = first.objective_blocks.get().objective.roundtable.number
    workflow.perform(first, "submit", by=amina)
    workflow.perform(first, "take_up", by=rita)
    first.refresh_from_db()
    Submission.objects.filter(pk=first.pk).update(due_on=timezone.now().date())

    def fill_up(count):
        first.refresh_from_db()
        all_of_them = [first, *make_many(count - Submission.objects.count(), like=first)]
        asked = {"circle": "shared", "iscm": mechanism_a, "asks_for_help": True, "text": "How?", "written_by": amina}
        Comment.objects.bulk_create(Comment(submission=one, **asked) for one in all_of_them)
        ChangeRequest.objects.bulk_create(
            ChangeRequest(submission=one, text="Shorter.", requested_by=rita) for one in all_of_them
        )
        SavedFilter.objects.bulk_create(
            SavedFilter(user=rita, name=f"Search {one.reference}", query="turn=iom") for one in all_of_them[1:]
        )
        Reading.objects.bulk_create(Reading(user=carla, revision=one.newest_revision) for one in all_of_them[1::3])
        return number

    return fill_up


@pytest.mark.parametrize("page", PAGES)
def test_forty_inputs_take_as_many_queries_as_three_and_no_more_than_fifteen(queries_of, fill, page):
    asked = dict(PAGES[page])
    number = fill(3)
    if "roundtable" in asked:
        asked["roundtable"] = number
    address = "/desk/?" + urlencode(asked)
    of_three, rows_of_three = queries_of(address)
    fill(40)
    of_forty, rows_of_forty = queries_of(address)
    assert (rows_of_three, rows_of_forty) == (3, 25)
    assert of_forty == of_three <= MOST


def test_saved_searches_take_as_many_queries_whatever_their_number(queries_of, fill):
    fill(3)
    few, _rows = queries_of("/desk/filters/")
    fill(40)
    assert queries_of("/desk/filters/")[0] == few <= MOST
