"""Who may do what, when: the whole of it, written by hand, and compared with what the portal does.

Whatever is not in ALLOWED is refused: to the wrong person as not permitted, at the wrong moment in a sentence.
"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from submissions import commenting, joint, saving, transitions, workflow
from submissions.models import WITH_PARTNERS, Capacity, Partnership, Status, Submission
from submissions.transitions import TRANSITIONS
from submissions.workflow import Refused

from . import factories

# In this status: who may take which steps, with an input that one mechanism makes alone. Joint inputs are below.
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
    "approved": {
        "approver": {"reopen"},
        "reviewer and approver": {"reopen"},
    },
    "declined": {},
    "withdrawn": {},
}

OF_JOINT_INPUTS = {"ask", "take_back", "take_back_to_change"}

# The same with an input that came by mail and that reviewers enter for the mechanism; "confirmed" is filed as well.
ALLOWED_WHEN_RECEIVED = {
    "draft": {
        "filing focal point": {"submit", "withdraw"},
        "reviewer": {"file_received", "discard_received"},
        "reviewer and approver": {"file_received", "discard_received"},
    },
    "submitted": {
        "filing focal point": {"object", "withdraw"},
        "reviewer": {"take_up"},
        "reviewer and approver": {"take_up"},
    },
    "under_review": {
        "filing focal point": {"object", "withdraw"},
        "reviewer": {"request_changes"},
        "approver": {"decline"},
        "reviewer and approver": {"request_changes", "decline"},
    },
    "under_review, confirmed": {
        "filing focal point": {"withdraw"},
        "reviewer": {"request_changes"},
        "approver": {"approve", "decline"},
        "reviewer and approver": {"request_changes", "approve", "decline"},
    },
    "changes_requested": {
        "filing focal point": {"resubmit", "withdraw"},
    },
    "withdrawn": {},
}
# And besides the steps, in these of its states.
MAY_WHEN_RECEIVED = {
    "filing focal point": {
        "see": set(ALLOWED_WHEN_RECEIVED),
        "edit": {"draft", "changes_requested"},
        # Once more: pressed twice.
        "confirm": {"submitted", "under_review", "under_review, confirmed"},
    },
    "drafting focal point": {"see": set(ALLOWED_WHEN_RECEIVED), "edit": {"draft", "changes_requested"}},
    "reviewer": {"see": set(ALLOWED_WHEN_RECEIVED), "edit": {"draft"}},
    "approver": {"see": set(ALLOWED_WHEN_RECEIVED)},
    "reviewer and approver": {"see": set(ALLOWED_WHEN_RECEIVED), "edit": {"draft"}},
    # As the focal points that they are.
    "reviewer affiliated with the mechanism": {
        "see": set(ALLOWED_WHEN_RECEIVED),
        "edit": {"draft", "changes_requested"},
    },
    "approver affiliated with the mechanism": {
        "see": set(ALLOWED_WHEN_RECEIVED),
        "edit": {"draft", "changes_requested"},
    },
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


def test_the_tables_speak_of_every_status():
    assert set(ALLOWED) == set(Status.values) - WITH_PARTNERS
    assert {status.removesuffix(AFTER_FILING) for status in ALLOWED_JOINTLY} == set(Status.values)


def test_the_tables_speak_of_every_step():
    tables = [*ALLOWED.values(), *ALLOWED_JOINTLY.values(), *ALLOWED_WHEN_RECEIVED.values()]
    assert {step for steps in tables for allowed in steps.values() for step in allowed} == set(TRANSITIONS)


def test_the_tables_speak_of_everyone_who_has_to_do_with_a_joint_input(makers):
    assert {actor for steps in ALLOWED_JOINTLY.values() for actor in steps} < set(makers)
    assert set(MAY) == set(makers)


def test_the_table_speaks_of_every_actor(actors):
    assert {actor for steps in ALLOWED.values() for actor in steps} < set(actors)
    assert set(SEES) == set(actors)


@pytest.mark.parametrize("status", ALLOWED)
def test_these_steps_are_taken_and_all_others_refused(status, actors, input_in):
    submission = input_in(status)
    taken = {name: {step for step in TRANSITIONS if takes(user, submission, step)} for name, user in actors.items()}
    assert taken == steps_of(actors, status)


@pytest.mark.parametrize("status", ALLOWED)
def test_the_buttons_are_these_steps(status, actors, input_in):
    submission = input_in(status)
    offered = {name: {step.name for step in transitions.open_to(user, submission)} for name, user in actors.items()}
    assert offered == steps_of(actors, status)


@pytest.mark.parametrize("status", ALLOWED)
def test_the_wrong_person_is_not_even_told_why_the_moment_is_wrong(status, actors, input_in):
    submission = input_in(status)
    for name, user in actors.items():
        ever_may = {step for steps in ALLOWED.values() for step in steps.get(name, set())}
        for step in set(TRANSITIONS) - ever_may - OF_JOINT_INPUTS - {"object"}:
            with pytest.raises(PermissionDenied):
                workflow.perform(submission, step, by=user, note="Because.")


@pytest.mark.parametrize("status", ALLOWED)
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


# ---------------------------------------------------------------------------------------------- received by mail


@pytest.fixture
def received_in(mechanism_a, cycle, amina, rita):
    """Entered by a reviewer who is none of the actors."""
    entering = factories.make_person(name="Enrico Enters", is_reviewer=True)

    def make(state):
        submission = factories.make_received(iscm=mechanism_a, cycle=cycle, by=entering)
        factories.answer_everything_required(submission=submission, by=entering)
        steps = {
            "draft": [],
            "submitted": [("file_received", entering)],
            "under_review": [("file_received", entering), ("take_up", rita)],
            "under_review, confirmed": [("file_received", entering), ("take_up", rita)],
            "changes_requested": [("file_received", entering), ("object", amina)],
            "withdrawn": [("discard_received", entering)],
        }
        for step, by in steps[state]:
            workflow.perform(submission, step, by=by, note="Because.")
        if state.endswith("confirmed"):
            factories.confirm(submission=submission, by=amina)
        return factories.now(submission)

    return make


@pytest.mark.parametrize("state", ALLOWED_WHEN_RECEIVED)
def test_these_steps_are_taken_with_what_came_by_mail_and_all_others_refused(state, actors, received_in):
    submission = received_in(state)
    allowed = {name: ALLOWED_WHEN_RECEIVED[state].get(name, set()) for name in actors}

    taken = {name: {step for step in TRANSITIONS if takes(user, submission, step)} for name, user in actors.items()}
    offered = {name: {step.name for step in transitions.open_to(user, submission)} for name, user in actors.items()}

    assert taken == allowed
    # A button says why nothing is approved yet.
    waits = {"approver", "reviewer and approver"} if state == "under_review" else set()
    assert offered == {name: steps | ({"approve"} if name in waits else set()) for name, steps in allowed.items()}


@pytest.mark.parametrize("state", ALLOWED_WHEN_RECEIVED)
def test_these_see_edit_and_confirm_what_came_by_mail_and_nobody_else(state, actors, received_in):
    submission = received_in(state)

    def see(by):
        if submission not in Submission.objects.visible_to(by):
            raise PermissionDenied

    def edit(by):
        with saving.editing(submission, by=by):
            pass

    def confirm(by):
        factories.confirm(submission=submission, by=by)

    acts = {"see": see, "edit": edit, "confirm": confirm}
    del actors["anonymous"]  # sees nothing: above
    done = {name: {act for act in acts if does(user, acts[act])} for name, user in actors.items()}
    assert done == {
        name: {act for act, states in MAY_WHEN_RECEIVED.get(name, {}).items() if state in states} for name in actors
    }


# ---------------------------------------------------------------------------------------------- joint inputs

# The same for an input that mechanism A leads, once every partner has endorsed the text. Partners take no step at all.
AFTER_FILING = " after filing"
ALLOWED_JOINTLY = {
    "draft": {
        "lead, files": {"ask", "withdraw"},
    },
    "awaiting_endorsement": {
        "lead, files": {"submit", "take_back", "withdraw"},
    },
    "awaiting_endorsement after filing": {
        "lead, files": {"resubmit", "take_back_to_change", "withdraw"},
    },
    "submitted": {
        "lead, files": {"withdraw"},
        "reviewer": {"take_up"},
    },
    "under_review": {
        "lead, files": {"withdraw"},
        "reviewer": {"request_changes"},
        "approver": {"approve", "decline"},
    },
    "changes_requested": {
        "lead, files": {"ask", "resubmit", "withdraw"},
    },
    "approved": {
        "approver": {"reopen"},
    },
    "declined": {},
    "withdrawn": {},
}
# Not while one of them is missing.
NEED_EVERY_ENDORSEMENT = {"submit", "resubmit"}

LISTED = {"draft", "changes_requested"}  # the list of partners is open
ASKED = {"awaiting_endorsement", "awaiting_endorsement after filing"}
WRITTEN = LISTED | ASKED
ALWAYS = set(ALLOWED_JOINTLY)
EVER_FILED = ALWAYS - {"draft", "awaiting_endorsement", "withdrawn"}

SHARED = EVER_FILED - {"declined"}
FOR_IOM = {"see": EVER_FILED, "comment for IOM": EVER_FILED, "share a comment with the other side": SHARED}

DRAFTS_FOR_THE_LEAD = {
    "see": ALWAYS,
    "edit": WRITTEN,
    "comment": WRITTEN,
    "share a comment with the other side": SHARED,
    "add a partner": LISTED,
    "change a role": LISTED,
    "take a partner off": LISTED,
    "drop the partner that declined": WRITTEN,
    "ask again": ASKED,
}
MAY = {
    "lead, files": {**DRAFTS_FOR_THE_LEAD, "record a letter": ASKED, "offer the lead": WRITTEN},
    "lead, drafts": DRAFTS_FOR_THE_LEAD,
    "partner invited": {"see": ALWAYS, "endorse": ASKED},
    "partner endorsed": {"see": ALWAYS, "endorse": ASKED},
    "partner endorsed, drafts": {"see": ALWAYS},
    "partner stale": {"see": ALWAYS, "endorse": ASKED},
    "partner declined": {"see": ALWAYS, "endorse": ASKED},
    "partner dropped": {},
    "partner consulted": {"see": ALWAYS},
    "partner formerly": {},
    "partner whose account is closed": {},
    "reviewer": FOR_IOM,
    "approver": FOR_IOM,
    "reviewer and approver affiliated with a partner": {"see": ALWAYS},
    "focal point of another mechanism": {},
    "administrator": {},
    "stranger": {},
}
# What the lead lets its partners do, on top of the above; never one that was dropped.
PARTNERS = {
    "partner invited",
    "partner endorsed",
    "partner endorsed, drafts",
    "partner stale",
    "partner declined",
    "partner consulted",
    "reviewer and approver affiliated with a partner",
}
LETS = {
    "view": {},
    "comment": {"comment": WRITTEN, "share a comment with the other side": SHARED},
    "edit": {"comment": WRITTEN, "edit": WRITTEN, "share a comment with the other side": SHARED},
}


@pytest.fixture
def mechanisms(reference):
    """One partner for each way in which a partner can stand to the text."""
    ways = ("invited", "endorsed", "stale", "declined", "dropped", "consulted")
    return {
        way: factories.make_mechanism(name=f"Test Dialogue {way.title()}", acronym=f"T{way[:2].upper()}")
        for way in ways
    }


@pytest.fixture
def makers(mechanisms, amina, bruno, carla, rita, ada):
    """Who is what to the joint input."""

    def of(way, *, affiliation=None, **fields):
        number = len(people)
        user = factories.make_person(name=f"Person {number}", email=f"person{number}@example.org", **fields)
        factories.affiliate(user=user, iscm=mechanisms[way], **(affiliation or {}))
        people[number] = user
        return user

    people = {}
    drafts = {"capacity": Capacity.FOCAL_POINT, "may_file": False}
    return {
        "lead, files": amina,
        "lead, drafts": bruno,
        **{f"partner {way}": of(way) for way in mechanisms},
        "partner endorsed, drafts": of("endorsed", affiliation=drafts),
        "partner formerly": of("endorsed", affiliation={"ends_on": timezone.now().date()}),
        "partner whose account is closed": of("endorsed", is_active=False),
        "reviewer": rita,
        "approver": factories.make_person(name="Paola Approver", is_approver=True),
        "reviewer and approver affiliated with a partner": of(
            "invited", affiliation=drafts, is_reviewer=True, is_approver=True
        ),
        "focal point of another mechanism": carla,
        "administrator": ada,
        "stranger": factories.make_person(name="Sam Stranger"),
    }


@pytest.fixture
def asked_about(mechanism_a, mechanisms, makers, cycle):
    """A joint input whose partners stand to it in every way there is; one more, an entity, has not answered."""
    lead = makers["lead, files"]
    submission = factories.make_joint(
        lead=mechanism_a, partners=[*mechanisms.values(), factories.make_entity()], cycle=cycle, by=lead
    )
    consulted = factories.partnership_of(submission=submission, partner=mechanisms["consulted"])
    joint.change_partner(consulted, access=consulted.access, endorses=False, by=lead)
    workflow.perform(submission, "ask", by=lead)

    def answers(way, *, say=factories.endorse):
        say(submission=submission, partner=mechanisms[way], by=makers[f"partner {way}"])

    answers("stale")
    answers("dropped", say=factories.decline)
    factories.drop(submission=submission, partner=mechanisms["dropped"], by=lead)
    answers("declined", say=factories.decline)
    answers("endorsed")
    assert set(factories.standings(submission).values()) == {"invited", "endorsed", "stale", "declined"}
    return submission


def let_all_endorse(submission, mechanisms, makers):
    lead = makers["lead, files"]
    factories.drop(submission=submission, partner=mechanisms["declined"], by=lead)
    factories.record_letter(submission=submission, partner=factories.make_entity(), by=lead)
    for way in ("invited", "endorsed", "stale"):
        factories.endorse(submission=submission, partner=mechanisms[way], by=makers[f"partner {way}"])


def put_in(submission, status, makers):
    """Without the steps that lead there: not all of these standings would come through them, and rights hold anyway."""
    is_decided = status in {"approved", "declined"}
    Submission.objects.filter(pk=submission.pk).update(
        status=status.removesuffix(AFTER_FILING),
        filed_at=timezone.now() if status in EVER_FILED else None,
        decided_by=makers["approver"] if is_decided else None,
        decided_at=timezone.now() if is_decided else None,
    )
    return factories.now(submission)


@pytest.mark.slow
@pytest.mark.parametrize("status", ALLOWED_JOINTLY)
def test_these_steps_are_taken_with_a_joint_input_and_all_others_refused(status, asked_about, mechanisms, makers):
    def taken(submission):
        return {name: {step for step in TRANSITIONS if takes(user, submission, step)} for name, user in makers.items()}

    allowed = {name: ALLOWED_JOINTLY[status].get(name, set()) for name in makers}
    assert taken(put_in(asked_about, status, makers)) == {
        name: steps - NEED_EVERY_ENDORSEMENT for name, steps in allowed.items()
    }
    let_all_endorse(put_in(asked_about, "awaiting_endorsement", makers), mechanisms, makers)
    submission = put_in(asked_about, status, makers)
    assert taken(submission) == allowed
    offered = {name: {step.name for step in transitions.open_to(user, submission)} for name, user in makers.items()}
    assert offered == allowed


def acts_on(submission, mechanisms):
    """What people do to a joint input, besides the steps; each gets the person."""
    of = {way: factories.partnership_of(submission=submission, partner=one) for way, one in mechanisms.items()}
    another = factories.make_mechanism(name="Test Dialogue Another", acronym="TAN")

    def see(by):
        if submission not in Submission.objects.visible_to(by):
            raise PermissionDenied

    def edit(by):
        with saving.editing(submission, by=by):
            pass

    def comment(by, circle):
        commenting.comment(submission, section=None, text="Shorter?", circle=circle, by=by)

    def endorse(by):
        """For the mechanism of this person; of who has none here, for one that has not answered."""
        own = [one for way, one in of.items() if one.iscm.affiliations.filter(user=by).exists()]
        partner = own[0] if own else of["invited"]
        factories.endorse(submission=submission, partner=partner.iscm, by=by)

    return {
        "see": see,
        "edit": edit,
        "comment": lambda by: comment(by, "makers"),
        "share a comment with the other side": lambda by: comment(by, "shared"),
        "comment for IOM": lambda by: comment(by, "internal"),
        "endorse": endorse,
        "add a partner": lambda by: joint.add_partner(submission, iscm=another, by=by),
        "change a role": lambda by: joint.change_partner(of["invited"], access="view", endorses=False, by=by),
        "take a partner off": lambda by: joint.remove_partner(of["invited"], by=by),
        "drop the partner that declined": lambda by: joint.remove_partner(of["declined"], by=by),
        "ask again": lambda by: joint.ask_again(submission, by=by),
        "record a letter": lambda by: factories.record_letter(
            submission=submission, partner=factories.make_entity(), by=by
        ),
        "offer the lead": lambda by: joint.offer_lead(of["endorsed"], by=by),
    }


def does(user, act) -> bool:
    try:
        with transaction.atomic():
            act(user)
            raise TakenBack
    except TakenBack:
        return True
    except (PermissionDenied, Refused, saving.NotEditable):
        return False


@pytest.mark.slow
@pytest.mark.parametrize("status", ALLOWED_JOINTLY)
def test_these_acts_are_done_and_all_others_refused(status, asked_about, mechanisms, makers):
    submission = put_in(asked_about, status, makers)
    acts = acts_on(submission, mechanisms)
    assert {act for allowed in MAY.values() for act in allowed} == set(acts)
    for access, lets in LETS.items():
        Partnership.objects.filter(submission=submission).exclude(iscm=None).update(access=access)
        # What the lead lets a partner do decides about these; the rest is tried once.
        tried = acts if access == "comment" else {name: acts[name] for name in ("see", "edit", *LETS["comment"])}
        done = {who: {name for name, act in tried.items() if does(user, act)} for who, user in makers.items()}
        assert done == {
            who: {
                act
                for act, statuses in {**MAY[who], **(lets if who in PARTNERS else {})}.items()
                if status in statuses and act in tried
            }
            for who in makers
        }
