"""Two people at the same instant on one joint input: one winner and one clear message, or both count.

On PostgreSQL each act waits for the row that the other has locked. SQLite lets one transaction write at a time, so
that there the acts follow each other in either order; what must hold is the same.
"""

import threading

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction

from submissions import commenting, content, endorsement, joint, saving, workflow
from submissions.models import CirculatedText, Endorsement, PartnerEntity, Status, Submission, SubmissionEvent
from submissions.workflow import Refused

from . import factories
from .factories import now, standings

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]
MESSAGES = (Refused, PermissionDenied, joint.TextChanged, saving.NotEditable)
only_with_row_locks = pytest.mark.skipif(
    ON_SQLITE, reason="SQLite lets one transaction write at a time: there is no row lock to wait for."
)


def at_once(*acts):
    """Every act in a thread and on a connection of its own: what each returned or was told, in their order."""
    outcomes, ready = [None] * len(acts), threading.Barrier(len(acts))

    def run(number, act):
        ready.wait(timeout=30)
        try:
            outcomes[number] = act()
        except MESSAGES as message:
            outcomes[number] = message
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def is_done(outcome):
    return not isinstance(outcome, MESSAGES)


def edit(submission, by, **text):
    """A section written by the lead, under the lock that every edit takes."""

    def act():
        with saving.editing(submission, by=by) as locked:
            factories.rewrite(submission=locked, **text)

    return act


def read_by(partner, submission, person, **answer):
    """The partner's answer to the text as it is now: the page is open when the race begins."""
    sha256 = endorsement.sha256_of(now(submission))
    return lambda: factories.endorse(submission=submission, partner=partner, by=person, sha256=sha256, **answer)


def test_endorsing_and_editing_at_once_leaves_one_winner_and_one_clear_message(asked, mechanism_b, carla, amina):
    for number in range(5):  # either may win
        before, answers = endorsement.sha256_of(now(asked)), Endorsement.objects.count()
        endorsed, edited = at_once(
            read_by(mechanism_b, asked, carla), edit(asked, amina, text=f"<p>Written {number} times.</p>")
        )
        assert is_done(edited)
        assert endorsement.sha256_of(now(asked)) != before
        if is_done(endorsed):  # first: what was endorsed is the older text, and it is known to be older
            assert Endorsement.objects.order_by("pk").last().text.sha256 == before
            assert standings(asked)["TDB"] == "stale"
        else:  # second: the text is not the one that was read
            assert isinstance(endorsed, joint.TextChanged)
            assert Endorsement.objects.count() == answers


@only_with_row_locks
def test_who_endorses_while_an_edit_is_under_way_waits_and_is_told(asked, mechanism_b, carla, amina):
    """The edit has begun and is not finished; endorsing waits for it, and then is about another text."""
    endorse, is_editing, outcomes = read_by(mechanism_b, asked, carla), threading.Event(), []

    def answers():
        is_editing.wait(timeout=30)
        try:
            outcomes.append(endorse())
        except MESSAGES as message:
            outcomes.append(message)
        finally:
            connections.close_all()

    thread = threading.Thread(target=answers)
    thread.start()
    with saving.editing(asked, by=amina) as locked:
        factories.rewrite(submission=locked)
        is_editing.set()
        thread.join(timeout=1)
        assert outcomes == []  # it waits
    thread.join(timeout=60)
    assert [type(outcome) for outcome in outcomes] == [joint.TextChanged]
    assert not Endorsement.objects.exists()


@only_with_row_locks
def test_who_edits_while_somebody_endorses_waits_and_the_endorsement_is_stale(asked, mechanism_b, carla, amina):
    is_endorsing, edited = threading.Event(), []

    def edits():
        is_endorsing.wait(timeout=30)
        try:
            edit(asked, amina)()
            edited.append(True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=edits)
    thread.start()
    with transaction.atomic():
        factories.endorse(submission=asked, partner=mechanism_b, by=carla)
        is_endorsing.set()
        thread.join(timeout=1)
        assert edited == []  # it waits
    thread.join(timeout=60)
    assert edited == [True]
    assert standings(asked)["TDB"] == "stale"


def test_two_partners_who_endorse_at_once_both_count(asked, mechanism_b, mechanism_c, carla, dalia, amina):
    outcomes = at_once(read_by(mechanism_b, asked, carla), read_by(mechanism_c, asked, dalia))
    assert all(is_done(outcome) for outcome in outcomes)
    assert CirculatedText.objects.count() == 1
    assert standings(asked) == {"TDB": "endorsed", "TDC": "endorsed"}
    workflow.perform(asked, "submit", by=amina)


def test_a_button_pressed_three_times_at_once_endorses_once(asked, mechanism_b, carla):
    outcomes = at_once(*[read_by(mechanism_b, asked, carla)] * 3)
    assert {outcome.pk for outcome in outcomes} == {outcomes[0].pk}
    assert Endorsement.objects.count() == CirculatedText.objects.count() == 1
    assert SubmissionEvent.objects.filter(step="endorse").count() == 1


def test_two_people_of_one_partner_who_disagree_at_once_leave_two_answers_of_which_the_last_counts(
    asked, mechanism_b, carla
):
    pat = factories.make_person(name="Pat Partner")
    factories.affiliate(user=pat, iscm=mechanism_b)
    outcomes = at_once(
        read_by(mechanism_b, asked, carla), read_by(mechanism_b, asked, pat, verdict="declined", remark="No.")
    )
    assert all(is_done(outcome) for outcome in outcomes)
    last = Endorsement.objects.order_by("given_at", "pk").last()
    assert Endorsement.objects.count() == 2
    assert standings(asked)["TDB"] == last.verdict


def test_a_partner_that_endorses_after_all_while_it_is_dropped_is_in_or_out(asked, mechanism_b, carla, amina):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    endorsed, dropped = at_once(
        read_by(mechanism_b, asked, carla),
        lambda: factories.drop(submission=asked, partner=mechanism_b, by=amina),
    )
    assert is_done(endorsed) != is_done(dropped)
    if is_done(endorsed):
        assert "their list is closed" in str(dropped)
        assert standings(asked)["TDB"] == "endorsed"
    else:
        assert "is not a partner of this input any more" in str(endorsed)
        assert list(standings(asked)) == ["TDC"]


def test_the_last_endorsement_and_the_filing_at_once_never_file_an_unendorsed_text(
    asked, mechanism_b, mechanism_c, carla, dalia, amina
):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    endorsed, filed = at_once(read_by(mechanism_c, asked, dalia), lambda: workflow.perform(asked, "submit", by=amina))
    assert is_done(endorsed)
    if is_done(filed):
        assert {one.text.sha256 for one in Endorsement.objects.all()} == {asked.revisions.get().sha256}
    else:
        assert "Not endorsed yet by: Test Dialogue C." in str(filed)
        assert now(asked).status == Status.AWAITING_ENDORSEMENT
        assert not asked.revisions.exists()


def test_a_partner_that_declines_at_the_instant_of_the_filing_is_too_late_or_stops_it(
    asked, both_endorse, mechanism_b, carla, amina
):
    both_endorse(asked)
    declined, filed = at_once(
        read_by(mechanism_b, asked, carla, verdict="declined", remark="On second thoughts, no."),
        lambda: workflow.perform(asked, "submit", by=amina),
    )
    assert is_done(declined) != is_done(filed)
    said = str(filed if is_done(declined) else declined)
    assert ("Declined by: Test Dialogue B." if is_done(declined) else "in the state “Filed”") in said


def test_filing_and_editing_at_once_never_file_what_nobody_endorsed(asked, both_endorse, carla, amina):
    both_endorse(asked)
    endorsed = endorsement.sha256_of(now(asked))
    filed, edited = at_once(lambda: workflow.perform(asked, "submit", by=amina), edit(asked, amina))
    assert is_done(filed) != is_done(edited)
    if is_done(filed):
        assert asked.revisions.get().sha256 == endorsed == endorsement.sha256_of(now(asked))
        assert "cannot be edited" in str(edited)
    else:
        assert "The text has changed" in str(filed)
        assert not asked.revisions.exists()


def test_the_lead_taken_back_and_accepted_at_once_is_in_one_hand(joint_draft, mechanism_b, amina, carla):
    offer = joint.offer_lead(factories.partnership_of(submission=joint_draft, partner=mechanism_b), by=amina)
    accepted, taken_back = at_once(
        lambda: joint.answer_lead_offer(offer, accept=True, by=carla),
        lambda: joint.withdraw_lead_offer(offer, by=amina),
    )
    assert is_done(accepted) != is_done(taken_back)
    assert now(joint_draft).iscm.acronym == ("TDB" if is_done(accepted) else "TDA")


def test_one_mechanism_added_twice_at_once_is_a_partner_once(joint_draft, mechanism_d, amina, bruno):
    outcomes = at_once(
        *[lambda by=by: joint.add_partner(joint_draft, iscm=mechanism_d, by=by) for by in (amina, bruno)]
    )
    assert sorted(is_done(outcome) for outcome in outcomes) == [False, True]
    assert joint_draft.partnerships.current().filter(iscm=mechanism_d).count() == 1


@only_with_row_locks
def test_who_opens_a_text_while_another_answers_it_does_not_wait(asked):
    canonical = content.canonical(content.snapshot(now(asked)))
    text = {"submission": asked, "sha256": content.digest(canonical), "defaults": {"canonical": canonical}}
    opened = threading.Event()

    def open_it():
        CirculatedText.objects.get_or_create(**text)
        opened.set()
        connections.close_all()

    reader = threading.Thread(target=open_it)
    with transaction.atomic():
        Submission.objects.locked(asked.pk)
        reader.start()
        assert opened.wait(timeout=30)
        CirculatedText.objects.get_or_create(**text)
    reader.join(timeout=30)
    assert CirculatedText.objects.get().sha256 == text["sha256"]


def test_one_organization_brought_to_two_inputs_at_once_is_in_the_register_once(of_joint, amina):
    inputs = [factories.make_joint(**of_joint) for _ in range(2)]
    outcomes = at_once(
        *[
            lambda one=one: joint.add_partner(one, entity=PartnerEntity(name="Brand New", kind="igo"), by=amina)
            for one in inputs
        ]
    )
    assert all(map(is_done, outcomes))
    assert PartnerEntity.objects.filter(name="Brand New").count() == 1


@pytest.mark.parametrize("who", ["the old lead edits", "the old lead asks", "a partner comments"])
def test_whoever_acts_while_the_lead_is_passed_is_heard_or_told(joint_draft, mechanism_b, amina, carla, dalia, who):
    offer = joint.offer_lead(factories.partnership_of(submission=joint_draft, partner=mechanism_b), by=amina)
    act = {
        "the old lead edits": edit(joint_draft, amina),
        "the old lead asks": lambda: workflow.perform(joint_draft, "ask", by=amina),
        "a partner comments": lambda: commenting.comment(joint_draft, section=None, text="Shorter?", by=dalia),
    }[who]
    accepted, acted = at_once(lambda: joint.answer_lead_offer(offer, accept=True, by=carla), act)
    assert is_done(accepted)
    assert is_done(acted) or (who == "the old lead asks" and isinstance(acted, PermissionDenied))
    assert now(joint_draft).iscm == mechanism_b
