"""Who may do what, when: the whole of it, written by hand, and compared with what the portal does.

Whatever is not in ALLOWED is refused: to the wrong person as not permitted, at the wrong moment in a sentence.
"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from submissions import workflow
from submissions.models import Capacity, Status, Submission
from submissions.workflow import TRANSITIONS, Refused

from . import factories

# In this status: who may take which steps.
ALLOWED = {
    "draft": {
        "filing focal point": {"submit", "withdraw"},
    },
    "submitted": {
        "filing focal point": {"withdraw"},
        "reviewer": {"take_up"},
        "reviewer and approver": {"take_up"},
    },
    "under_review": {
        "filing focal point": {"withdraw"},
        "reviewer": {"request_changes"},
        "approver": {"approve", "decline"},
        "reviewer and approver": {"request_changes", "approve", "decline"},
    },
    "changes_requested": {
        "filing focal point": {"resubmit", "withdraw"},
    },
    "approved": {},
    "declined": {},
    "withdrawn": {},
}

# The inputs that each of them may know to exist, in a mechanism that has one in every status.
# "withdrawn" was a draft when it was withdrawn, "withdrawn after filing" was not.
FILED = {
    "submitted",
    "under_review",
    "changes_requested",
    "approved",
    "declined",
    "withdrawn after filing",
}
SEES = {
    "filing focal point": FILED | {"draft", "withdrawn"},
    "drafting focal point": FILED | {"draft", "withdrawn"},
    "focal point of another mechanism": set(),
    "former focal point": set(),
    "future focal point": set(),
    "focal point whose account is closed": set(),
    "reviewer": FILED,
    "approver": FILED,
    "reviewer and approver": FILED,
    "reviewer affiliated with the mechanism": FILED | {"draft", "withdrawn"},
    "approver affiliated with the mechanism": FILED | {"draft", "withdrawn"},
    "reviewer whose account is closed": set(),
    "administrator": set(),
    "stranger": set(),
    "anonymous": set(),
}


@pytest.fixture
def actors(mechanism_a, amina, bruno, carla, rita, piotr, ada):
    def person(name, **fields):
        return factories.make_person(name=name, **fields)

    def affiliated(name, *, affiliation=None, **fields):
        user = person(name, **fields)
        factories.affiliate(user=user, iscm=mechanism_a, **(affiliation or {}))
        return user

    today = timezone.now().date()
    delegate = {"capacity": Capacity.DELEGATE, "may_file": False}
    return {
        "filing focal point": amina,
        "drafting focal point": bruno,
        "focal point of another mechanism": carla,
        "former focal point": affiliated("Fatima Former", affiliation={"ends_on": today}),
        "future focal point": affiliated("Farid Future", affiliation={"starts_on": today + timedelta(days=1)}),
        "focal point whose account is closed": affiliated("Gone Gomes", is_active=False),
        "reviewer": rita,
        "approver": person("Paola Approver", is_approver=True),
        "reviewer and approver": piotr,
        # IOM hosts several secretariats: affiliation takes the role away, whatever the affiliation allows.
        "reviewer affiliated with the mechanism": affiliated("Rosa Host", affiliation=delegate, is_reviewer=True),
        "approver affiliated with the mechanism": affiliated("Pavel Host", affiliation=delegate, is_approver=True),
        "reviewer whose account is closed": person(
            "Late Reviewer", is_reviewer=True, is_approver=True, is_active=False
        ),
        "administrator": ada,
        "stranger": person("Sam Stranger"),
        "anonymous": AnonymousUser(),
    }


@pytest.fixture
def input_in(mechanism_a, cycle, amina, rita, piotr):
    def make(status):
        # A type of which a mechanism may give several, so that one can stand in every status at once.
        submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
        filed_first = status == "withdrawn after filing"
        if status == "draft" or filed_first:
            factories.answer_everything_required(submission=submission)
        if filed_first:
            workflow.perform(submission, "submit", by=amina)
            submission.refresh_from_db()
            status = "withdrawn"
        return factories.bring_to(submission, status, filer=amina, reviewer=rita, approver=piotr)

    return make


class TakenBack(Exception):
    """The step was possible; nothing of it is kept."""


def takes(user, submission, step) -> bool:
    try:
        with transaction.atomic():
            workflow.perform(submission, step, by=user, note="Because.")
            raise TakenBack
    except TakenBack:
        return True
    except (PermissionDenied, Refused):
        return False


def steps_of(actors, status):
    return {name: ALLOWED[status].get(name, set()) for name in actors}


def test_the_table_speaks_of_every_status():
    assert set(ALLOWED) == set(Status.values)


def test_the_table_speaks_of_every_step_and_of_every_actor(actors):
    named = {step for steps in ALLOWED.values() for allowed in steps.values() for step in allowed}
    assert named == set(TRANSITIONS)
    assert {actor for steps in ALLOWED.values() for actor in steps} < set(actors)
    assert set(SEES) == set(actors)


@pytest.mark.parametrize("status", Status.values)
def test_these_steps_are_taken_and_all_others_refused(status, actors, input_in):
    submission = input_in(status)
    taken = {name: {step for step in TRANSITIONS if takes(user, submission, step)} for name, user in actors.items()}
    assert taken == steps_of(actors, status)


@pytest.mark.parametrize("status", Status.values)
def test_the_buttons_are_these_steps(status, actors, input_in):
    submission = input_in(status)
    offered = {name: {step.name for step in workflow.open_to(user, submission)} for name, user in actors.items()}
    assert offered == steps_of(actors, status)


@pytest.mark.parametrize("status", Status.values)
def test_the_wrong_person_is_not_even_told_why_the_moment_is_wrong(status, actors, input_in):
    submission = input_in(status)
    for name, user in actors.items():
        ever_may = {step for steps in ALLOWED.values() for step in steps.get(name, set())}
        for step in set(TRANSITIONS) - ever_may:
            with pytest.raises(PermissionDenied):
                workflow.perform(submission, step, by=user, note="Because.")


@pytest.mark.parametrize("status", Status.values)
def test_the_right_person_at_the_wrong_moment_reads_the_status(status, actors, input_in):
    submission = input_in(status)
    for name, user in actors.items():
        ever_may = {step for steps in ALLOWED.values() for step in steps.get(name, set())}
        for step in ever_may - ALLOWED[status].get(name, set()):
            with pytest.raises(Refused) as refused:
                workflow.perform(submission, step, by=user, note="Because.")
            assert str(Status(status).label) in refused.value.sentences[0]


def test_everyone_sees_these_inputs_and_no_others(actors, input_in):
    inputs = {name: input_in(name) for name in FILED | {"draft", "withdrawn"}}
    names = {submission.pk: name for name, submission in inputs.items()}
    seen = {
        actor: {names[pk] for pk in Submission.objects.visible_to(user).values_list("pk", flat=True)}
        for actor, user in actors.items()
    }
    assert seen == SEES
