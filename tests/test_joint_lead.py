"""The lead of an unfinished joint input, offered to a partner and taken over by it, or not.

Amina's mechanism A leads; Carla answers for partner B, Dalia for partner C.
"""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from submissions import joint, saving, workflow
from submissions.models import InputType, Partnership, Status, Submission

from . import factories
from .acts import forbidden, record_of, refusal_of
from .factories import now, standings


@pytest.fixture
def b(joint_draft, mechanism_b):
    return factories.partnership_of(submission=joint_draft, partner=mechanism_b)


@pytest.fixture
def offer(b, amina):
    return joint.offer_lead(b, by=amina, note="You know the subject better.")


def makers(submission):
    """The lead, then its partners."""
    return [submission.iscm.acronym, *(one.iscm.acronym for one in submission.partnerships.current())]


def test_the_lead_passes_to_the_partner_that_accepts_and_the_old_lead_becomes_a_partner(
    joint_draft, offer, mechanism_a, carla
):
    joint.answer_lead_offer(offer, accept=True, by=carla)
    joint_draft = now(joint_draft)
    assert joint_draft.iscm.acronym == "TDB"
    assert sorted(makers(joint_draft)[1:]) == ["TDA", "TDC"]
    old_lead = factories.partnership_of(submission=joint_draft, partner=mechanism_a)
    assert (old_lead.access, old_lead.endorses) == (Partnership.Access.EDIT, True)
    assert record_of(joint_draft, "offer_lead", "accept_lead") == [
        ("offer_lead", "Amina Diallo", "TDB", "You know the subject better."),
        ("accept_lead", "Carla Reyes", "TDB", ""),
    ]


def test_nothing_changes_before_the_partner_accepts(joint_draft, offer, carla):
    assert makers(now(joint_draft)) == ["TDA", "TDB", "TDC"]
    assert forbidden(joint_draft, workflow.perform, joint_draft, "ask", by=carla)


def test_a_partner_that_declines_the_lead_stays_a_partner(joint_draft, offer, carla, b, amina):
    joint.answer_lead_offer(offer, accept=False, by=carla)
    assert makers(now(joint_draft)) == ["TDA", "TDB", "TDC"]
    assert record_of(joint_draft, "decline_lead") == [("decline_lead", "Carla Reyes", "TDB", "")]
    assert refusal_of(joint_draft, joint.answer_lead_offer, offer, accept=True, by=carla) == (
        "This offer is no longer open."
    )
    assert joint.offer_lead(b, by=amina).pk != offer.pk


def test_an_offer_that_was_taken_back_is_not_accepted(joint_draft, offer, amina, carla):
    joint.withdraw_lead_offer(offer, by=amina)
    assert refusal_of(joint_draft, joint.answer_lead_offer, offer, accept=True, by=carla) == (
        "This offer is no longer open."
    )
    assert record_of(joint_draft, "withdraw_lead_offer") == [("withdraw_lead_offer", "Amina Diallo", "TDB", "")]


def test_an_offer_is_not_taken_back_after_it_was_accepted(joint_draft, offer, amina, carla):
    joint.answer_lead_offer(offer, accept=True, by=carla)
    assert forbidden(joint_draft, joint.withdraw_lead_offer, offer, by=amina)
    assert now(joint_draft).iscm.acronym == "TDB"


def test_the_lead_is_offered_to_one_partner_at_a_time(joint_draft, offer, mechanism_c, amina):
    c = factories.partnership_of(submission=joint_draft, partner=mechanism_c)
    assert "offered to a partner already" in refusal_of(joint_draft, joint.offer_lead, c, by=amina)
    with pytest.raises(IntegrityError), transaction.atomic():
        joint_draft.lead_offers.create(partnership=c, offered_by=amina)


def test_a_partner_that_is_taken_off_cannot_accept_any_more(joint_draft, offer, b, mechanism_c, amina, carla):
    joint.remove_partner(b, by=amina)
    assert refusal_of(joint_draft, joint.answer_lead_offer, offer, accept=True, by=carla) == (
        "This offer is no longer open."
    )
    joint.offer_lead(factories.partnership_of(submission=joint_draft, partner=mechanism_c), by=amina)


def test_only_who_files_for_the_lead_offers_it_and_takes_the_offer_back(joint_draft, b, bruno, carla, dalia, amina):
    for person in (bruno, carla, dalia):
        assert forbidden(joint_draft, joint.offer_lead, b, by=person)
    offer = joint.offer_lead(b, by=amina)
    for person in (bruno, carla, dalia):
        assert forbidden(joint_draft, joint.withdraw_lead_offer, offer, by=person)


def test_only_who_files_for_that_partner_answers(joint_draft, offer, mechanism_b, amina, dalia):
    drafter = factories.make_person(name="Pat Partner")
    factories.affiliate(user=drafter, iscm=mechanism_b, may_file=False)
    for person in (amina, dalia, drafter):
        assert forbidden(joint_draft, joint.answer_lead_offer, offer, accept=True, by=person)


def test_the_lead_is_not_offered_to_who_could_not_file(joint_draft, mechanism_d, amina):
    entity = factories.add_partner(submission=joint_draft, partner=factories.make_entity(), by=amina)
    unmanned = factories.add_partner(submission=joint_draft, partner=mechanism_d, by=amina)
    for partner in (entity, unmanned):
        assert "has nobody in the portal" in refusal_of(joint_draft, joint.offer_lead, partner, by=amina)


def test_the_new_lead_asks_and_files_and_the_old_one_endorses_and_edits(
    joint_draft, offer, mechanism_a, mechanism_c, amina, carla, dalia
):
    joint.answer_lead_offer(offer, accept=True, by=carla)
    assert forbidden(joint_draft, workflow.perform, joint_draft, "ask", by=amina)
    with saving.editing(joint_draft, by=amina):
        factories.rewrite(submission=joint_draft)
    workflow.perform(joint_draft, "ask", by=carla)
    factories.endorse(submission=joint_draft, partner=mechanism_a, by=amina)
    factories.endorse(submission=joint_draft, partner=mechanism_c, by=dalia)
    workflow.perform(joint_draft, "submit", by=carla)
    filed = joint_draft.revisions.get().content
    assert (filed["iscm"]["acronym"], [one["acronym"] for one in filed["partners"]]) == ("TDB", ["TDA", "TDC"])


def test_a_new_lead_is_a_new_cover_so_that_the_others_must_look_again(
    asked, mechanism_b, mechanism_c, amina, carla, dalia
):
    for partner, person in [(mechanism_b, carla), (mechanism_c, dalia)]:
        factories.endorse(submission=asked, partner=partner, by=person)
    offer = joint.offer_lead(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    assert set(standings(asked).values()) == {"endorsed"}  # an offer alone changes nothing
    joint.answer_lead_offer(offer, accept=True, by=carla)
    assert now(asked).status == Status.AWAITING_ENDORSEMENT
    assert standings(asked) == {"TDA": "invited", "TDC": "stale"}


def test_where_a_mechanism_may_lead_one_input_of_a_type_it_is_not_given_a_second(
    joint_draft, offer, mechanism_b, cycle, carla
):
    InputType.objects.filter(code="D5").update(is_sole=True)
    Submission.objects.filter(pk=joint_draft.pk).update(is_sole=True)
    factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla, type_code="D5")
    assert "leads an input of this type in this review cycle already" in refusal_of(
        joint_draft, joint.answer_lead_offer, offer, accept=True, by=carla
    )
    joint.answer_lead_offer(offer, accept=False, by=carla)


def test_the_lead_of_what_was_withdrawn_meanwhile_is_asked_of_nobody_and_can_be_declined(
    client, joint_draft, offer, mechanism_b, amina, carla
):
    client.force_login(carla)
    home = reverse("iscm_home", args=[mechanism_b.slug])
    assert "offers you the lead" in client.get(home).content.decode()
    workflow.perform(joint_draft, "withdraw", by=amina)
    assert "offers you the lead" not in client.get(home).content.decode()
    joint.answer_lead_offer(offer, accept=False, by=carla)


def test_the_lead_can_come_back(joint_draft, offer, mechanism_a, amina, carla):
    joint.answer_lead_offer(offer, accept=True, by=carla)
    back = joint.offer_lead(factories.partnership_of(submission=joint_draft, partner=mechanism_a), by=carla)
    joint.answer_lead_offer(back, accept=True, by=amina)
    assert now(joint_draft).iscm.acronym == "TDA"
    assert sorted(makers(now(joint_draft))[1:]) == ["TDB", "TDC"]


def test_the_lead_of_what_is_filed_is_not_passed(asked, both_endorse, mechanism_b, mechanism_c, amina, carla):
    offer = joint.offer_lead(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    sentence = "The lead can be passed while the text is being written"
    assert sentence in refusal_of(asked, joint.answer_lead_offer, offer, accept=True, by=carla)
    joint.withdraw_lead_offer(offer, by=amina)
    c = factories.partnership_of(submission=asked, partner=mechanism_c)
    assert sentence in refusal_of(asked, joint.offer_lead, c, by=amina)


def test_the_lead_of_what_iom_returned_can_be_passed(asked, both_endorse, mechanism_b, amina, carla, rita):
    both_endorse(asked)
    for step, person in [("submit", amina), ("take_up", rita), ("request_changes", rita)]:
        workflow.perform(asked, step, by=person, note="Shorter.")
    offer = joint.offer_lead(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    joint.answer_lead_offer(offer, accept=True, by=carla)
    assert Submission.objects.get().iscm == mechanism_b
