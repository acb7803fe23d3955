"""Joint inputs: who may be a partner, when all together can file, and what comes back from IOM.

Amina's mechanism A leads; Carla answers for partner B, Dalia for partner C.
"""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from submissions import attachments, joint, saving, workflow
from submissions.models import (
    Capacity,
    CirculatedText,
    Endorsement,
    NeverChanged,
    OutlineSection,
    PartnerEntity,
    Partnership,
    ReviewCycle,
    Status,
    Submission,
    SubmissionEvent,
)

from . import factories
from .acts import forbidden, record_of, refusal_of
from .factories import now, standings

Verdict, Access = Endorsement.Verdict, Partnership.Access
IGO, STATE, NON_STATE = PartnerEntity.Kind.IGO, PartnerEntity.Kind.STATE, PartnerEntity.Kind.NON_STATE


@pytest.fixture
def b(asked, mechanism_b):
    return factories.partnership_of(submission=asked, partner=mechanism_b)


# ---------------------------------------------------------------------------------------------- who can be a partner

# Of these five types of input, the kinds of partner that the source admits.
ADMITTED = {
    "B4": {"iscm"},
    "B5": {"iscm", IGO},
    "B6": {IGO, NON_STATE},
    "D4": {"iscm", IGO, STATE, NON_STATE},
    "D5": {"iscm", IGO, STATE, NON_STATE},
    "D2": set(),
}


@pytest.mark.parametrize("kind", ["iscm", IGO, STATE, NON_STATE])
@pytest.mark.parametrize("type_code", ADMITTED)
def test_each_type_admits_its_kinds_of_partner_and_no_others(mechanism_a, mechanism_b, cycle, amina, type_code, kind):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code=type_code)
    partner = mechanism_b if kind == "iscm" else factories.make_entity(name="Test Entity", kind=kind)

    def add():
        return factories.add_partner(submission=submission, partner=partner, by=amina)

    if kind in ADMITTED[type_code]:
        assert add() in submission.partnerships.current()
    else:
        refusal_of(submission, add)


def test_an_input_filed_by_one_mechanism_takes_no_partner(draft, mechanism_b, amina):
    assert refusal_of(draft, joint.add_partner, draft, iscm=mechanism_b, by=amina) == (
        "An input of this type is filed by one mechanism alone."
    )


def test_the_lead_is_told_that_it_is_not_its_own_partner(joint_draft, mechanism_a, amina):
    assert refusal_of(joint_draft, joint.add_partner, joint_draft, iscm=mechanism_a, by=amina) == (
        "Test Dialogue A leads this input, so it is not its own partner."
    )


def test_the_form_refuses_the_lead_as_its_own_partner(client, joint_draft, mechanism_a, amina):
    client.force_login(amina)
    address = reverse("add_partner", args=[joint_draft.reference])
    fields = {"who": "iscm", "iscm": mechanism_a.pk, "access": "comment", "endorses": "on"}
    response = client.post(address, fields)
    assert response.status_code == 422
    assert response.context["form"].errors["iscm"] == ["This mechanism cannot be added: it takes part already."]
    assert joint_draft.partnerships.count() == 2


def test_the_database_too_keeps_the_lead_from_being_its_own_partner(joint_draft, mechanism_a, amina):
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.create(submission=joint_draft, lead=mechanism_a, iscm=mechanism_a, added_by=amina)


def test_nobody_is_a_partner_twice_at_a_time(joint_draft, mechanism_b, amina):
    assert "is a partner of this input already" in refusal_of(
        joint_draft, joint.add_partner, joint_draft, iscm=mechanism_b, by=amina
    )
    factories.drop(submission=joint_draft, partner=mechanism_b, by=amina)
    factories.add_partner(submission=joint_draft, partner=mechanism_b, by=amina)
    assert joint_draft.partnerships.filter(iscm=mechanism_b).count() == 2
    assert joint_draft.partnerships.current().filter(iscm=mechanism_b).count() == 1


def test_a_lead_can_bring_an_entity_that_the_register_does_not_have(joint_draft, amina):
    new = PartnerEntity(name="Test League", acronym="TL", kind=NON_STATE)
    joint.add_partner(joint_draft, entity=new, by=amina)
    again = PartnerEntity(name="test league", kind=NON_STATE)
    assert "is a partner of this input already" in refusal_of(
        joint_draft, joint.add_partner, joint_draft, entity=again, by=amina
    )
    assert PartnerEntity.objects.filter(name__iexact="test league").count() == 1
    other_kind = PartnerEntity(name="Test League", kind=IGO)
    assert "as another kind of partner: non-State actor" in refusal_of(
        joint_draft, joint.add_partner, joint_draft, entity=other_kind, by=amina
    )


def test_a_mechanism_of_the_register_is_not_brought_in_as_an_entity_for_which_the_lead_could_answer(
    joint_draft, mechanism_d, amina
):
    posing = PartnerEntity(name=mechanism_d.name.upper(), kind=PartnerEntity.Kind.NON_STATE)
    assert "is a mechanism of the register" in refusal_of(
        joint_draft, joint.add_partner, joint_draft, entity=posing, by=amina
    )
    assert not PartnerEntity.objects.filter(name__iexact=mechanism_d.name).exists()


def test_an_entity_reads_nothing_in_the_portal_and_always_endorses(joint_draft, amina):
    entity = joint.add_partner(
        joint_draft, entity=factories.make_entity(), access=Access.EDIT, endorses=False, by=amina
    )
    assert (entity.access, entity.endorses) == (Access.VIEW, True)
    joint.change_partner(entity, access=Access.COMMENT, endorses=False, by=amina)
    entity.refresh_from_db()
    assert (entity.access, entity.endorses) == (Access.VIEW, True)


# ---------------------------------------------------------------------------------------------- the list


def test_each_change_of_the_list_is_recorded_with_who_made_it(joint_draft, mechanism_b, amina, bruno):
    b = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    joint.change_partner(b, access=Access.EDIT, endorses=True, by=bruno)
    joint.change_partner(b, access=Access.EDIT, endorses=True, by=bruno)  # nothing changes, nothing is recorded
    joint.remove_partner(b, by=amina, note="They have an input of their own.")
    assert record_of(joint_draft) == [
        ("add_partner", "Amina Diallo", "TDB", ""),
        ("add_partner", "Amina Diallo", "TDC", ""),
        ("change_partner", "Bruno Costa", "TDB", "read it, comment and edit"),
        ("remove_partner", "Amina Diallo", "TDB", "They have an input of their own."),
    ]


def test_the_record_says_when_a_partner_is_not_named_on_the_text_any_more(joint_draft, mechanism_b, amina):
    b = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    joint.change_partner(b, access=b.access, endorses=False, by=amina)
    joint.change_partner(b, access=b.access, endorses=True, by=amina)
    assert [note for *_, note in record_of(joint_draft, "change_partner")] == [
        "read it and comment; it is consulted only, named nowhere and not asked",
        "read it and comment; it is named on the text, and will be asked to endorse it",
    ]


def test_the_list_is_closed_while_the_partners_endorse(asked, b, mechanism_d, amina):
    sentence = "The partners are endorsing the text, so their list is closed."
    assert sentence in refusal_of(asked, joint.add_partner, asked, iscm=mechanism_d, by=amina)
    assert sentence in refusal_of(asked, joint.change_partner, b, access=Access.EDIT, endorses=True, by=amina)
    assert sentence in refusal_of(asked, joint.remove_partner, b, by=amina)


def test_taken_back_to_draft_the_list_is_open_again_and_asking_anew_asks_about_the_new_cover(
    asked, mechanism_b, mechanism_d, carla, amina
):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    workflow.perform(asked, "take_back", by=amina)
    assert now(asked).status == Status.DRAFT
    factories.add_partner(submission=asked, partner=mechanism_d, by=amina)
    workflow.perform(asked, "ask", by=amina)
    assert standings(asked) == {"TDB": "stale", "TDC": "invited", "TDD": "invited"}


def test_what_was_endorsed_stays_endorsed_where_taking_back_changed_nothing(asked, mechanism_b, carla, amina):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    workflow.perform(asked, "take_back", by=amina)
    workflow.perform(asked, "ask", by=amina)
    assert standings(asked) == {"TDB": "endorsed", "TDC": "invited"}


def test_after_filing_the_list_is_closed_for_good(of_joint, mechanism_b, mechanism_d, both_endorse, amina):
    submission = factories.make_asked(**of_joint)
    both_endorse(submission)
    workflow.perform(submission, "submit", by=amina)
    b = factories.partnership_of(submission=submission, partner=mechanism_b)
    state = "this input is in the state “Filed”"
    assert state in refusal_of(submission, joint.add_partner, submission, iscm=mechanism_d, by=amina)
    assert state in refusal_of(submission, joint.remove_partner, b, by=amina)


def test_partners_do_not_change_the_list_whatever_else_they_may(joint_draft, mechanism_b, mechanism_d, amina, carla):
    b = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    joint.change_partner(b, access=Access.EDIT, endorses=True, by=amina)
    assert forbidden(joint_draft, joint.add_partner, joint_draft, iscm=mechanism_d, by=carla)
    assert forbidden(joint_draft, joint.remove_partner, b, by=carla)
    assert forbidden(joint_draft, joint.change_partner, b, access=Access.VIEW, endorses=True, by=carla)


# ---------------------------------------------------------------------------------------------- asking


def test_nobody_is_asked_before_there_is_a_partner(mechanism_a, cycle, amina):
    alone = factories.make_joint(lead=mechanism_a, partners=[], cycle=cycle, by=amina)
    assert "add the partners first" in refusal_of(alone, workflow.perform, alone, "ask", by=amina)


@pytest.mark.parametrize(("type_code", "is_enough"), [("B5", False), ("D4", True), ("D5", True)])
def test_a_group_of_mechanisms_needs_another_mechanism(mechanism_a, cycle, amina, type_code, is_enough):
    submission = factories.make_joint(
        lead=mechanism_a, partners=[factories.make_entity()], cycle=cycle, by=amina, type_code=type_code
    )
    if is_enough:
        workflow.perform(submission, "ask", by=amina)
    else:
        sentence = refusal_of(submission, workflow.perform, submission, "ask", by=amina)
        assert "add at least one other mechanism" in sentence


def test_a_mechanism_that_is_only_consulted_makes_no_joint_input(mechanism_a, mechanism_b, cycle, amina):
    submission = factories.make_joint(lead=mechanism_a, partners=[], cycle=cycle, by=amina)
    factories.add_partner(submission=submission, partner=mechanism_b, by=amina, endorses=False)
    assert "add the partners first" in refusal_of(submission, workflow.perform, submission, "ask", by=amina)


def test_partners_are_asked_about_a_whole_text(of_joint, amina):
    draft = factories.make_joint(**of_joint)
    draft.answers.filter(section__kind=OutlineSection.Kind.TEXT).delete()
    assert "Write something under" in refusal_of(draft, workflow.perform, draft, "ask", by=amina)


def test_a_draft_is_not_filed_past_its_partners(joint_draft, amina):
    assert "“Submit” is not possible now" in refusal_of(joint_draft, workflow.perform, joint_draft, "submit", by=amina)


def test_nothing_is_endorsed_before_it_is_asked_for(joint_draft, mechanism_b, carla):
    sentence = refusal_of(joint_draft, factories.endorse, submission=joint_draft, partner=mechanism_b, by=carla)
    assert sentence == "Nothing is to be endorsed now: this input is in the state “Draft”."


# ---------------------------------------------------------------------------------------------- filing


def test_filing_is_refused_in_words_that_name_who_is_missing(
    of_joint, mechanism_b, mechanism_c, mechanism_d, carla, dalia, amina
):
    of_joint["partners"].append(mechanism_d)
    submission = factories.make_asked(**of_joint)
    factories.endorse(submission=submission, partner=mechanism_b, by=carla)
    factories.rewrite(submission=submission)
    factories.decline(submission=submission, partner=mechanism_c, by=dalia)
    assert refusal_of(submission, workflow.perform, submission, "submit", by=amina) == (
        "Not endorsed yet by: Test Dialogue D. "
        "The text has changed since it was last answered by: Test Dialogue B. They must look again. "
        "Declined by: Test Dialogue C. Change the text, or drop the partner."
    )


def test_one_endorsement_of_two_is_not_enough(asked, mechanism_b, carla, amina):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert refusal_of(asked, workflow.perform, asked, "submit", by=amina) == "Not endorsed yet by: Test Dialogue C."


def test_what_is_filed_is_what_each_endorsed(asked, both_endorse, amina):
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    filed = asked.revisions.get()
    answers = Endorsement.objects.filter(partnership__submission=asked)
    assert now(asked).status == Status.SUBMITTED
    assert {answer.text.sha256 for answer in answers} == {filed.sha256}
    assert {answer.text.canonical for answer in answers} == {filed.canonical}


def test_a_remark_does_not_stop_the_filing(asked, mechanism_b, mechanism_c, carla, dalia, amina):
    factories.endorse(
        submission=asked, partner=mechanism_b, by=carla, verdict=Verdict.WITH_REMARK, remark="Mention Lomé."
    )
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    workflow.perform(asked, "submit", by=amina)
    assert now(asked).status == Status.SUBMITTED


def test_a_comma_after_the_last_endorsement_is_not_filed(asked, both_endorse, amina):
    both_endorse(asked)
    factories.rewrite(submission=asked, text="<p>We met, again.</p>")
    assert "The text has changed" in refusal_of(asked, workflow.perform, asked, "submit", by=amina)


def test_a_closed_cycle_takes_no_first_filing_however_endorsed(asked, both_endorse, amina):
    both_endorse(asked)
    ReviewCycle.objects.filter(pk=asked.cycle_id).update(closes_at=timezone.now() - timedelta(minutes=1))
    assert "closed for inputs" in refusal_of(asked, workflow.perform, asked, "submit", by=amina)


# ---------------------------------------------------------------------------------------------- dropping


def test_only_a_partner_that_declined_is_dropped_while_the_others_endorse(
    asked, b, mechanism_b, carla, dalia, mechanism_c, amina
):
    assert "drop a partner that declined" in refusal_of(asked, joint.remove_partner, b, by=amina)
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert "drop a partner that declined" in refusal_of(asked, joint.remove_partner, b, by=amina)
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    joint.remove_partner(b, by=amina, note="As you wished.")
    assert record_of(asked, "drop_partner") == [("drop_partner", "Amina Diallo", "TDB", "As you wished.")]
    assert list(standings(asked)) == ["TDC"]


def test_a_partner_that_declined_an_older_text_can_be_dropped_too(asked, b, mechanism_b, carla, amina):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    assert standings(asked)["TDB"] == "stale"
    joint.remove_partner(b, by=amina)
    assert list(standings(asked)) == ["TDC"]


def test_dropping_one_asks_the_others_again(asked, mechanism_b, mechanism_c, carla, dalia, amina):
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    factories.drop(submission=asked, partner=mechanism_b, by=amina)
    assert standings(asked) == {"TDC": "stale"}
    assert "must look again" in refusal_of(asked, workflow.perform, asked, "submit", by=amina)
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    workflow.perform(asked, "submit", by=amina)
    assert "Test Dialogue B" not in asked.revisions.get().canonical


def test_what_a_dropped_partner_said_stays_on_record_and_it_says_no_more(asked, b, mechanism_b, carla, amina):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    joint.remove_partner(b, by=amina)
    assert Endorsement.objects.get().remark == "Not our words."
    said = refusal_of(asked, factories.endorse, submission=asked, partner=mechanism_b, by=carla)
    assert said == "Test Dialogue B is not a partner of this input any more."


def test_an_input_whose_last_partner_was_dropped_is_not_filed_as_a_joint_one(
    mechanism_a, mechanism_b, cycle, amina, carla
):
    submission = factories.make_asked(lead=mechanism_a, partners=[mechanism_b], cycle=cycle, by=amina)
    factories.decline(submission=submission, partner=mechanism_b, by=carla)
    factories.drop(submission=submission, partner=mechanism_b, by=amina)
    assert "made jointly" in refusal_of(submission, workflow.perform, submission, "submit", by=amina)


def test_a_group_of_mechanisms_is_not_filed_with_an_entity_alone(mechanism_a, mechanism_b, cycle, amina, carla):
    entity = factories.make_entity()
    submission = factories.make_asked(
        lead=mechanism_a, partners=[mechanism_b, entity], cycle=cycle, by=amina, type_code="B5"
    )
    factories.decline(submission=submission, partner=mechanism_b, by=carla)
    factories.drop(submission=submission, partner=mechanism_b, by=amina)
    factories.record_letter(submission=submission, partner=entity, by=amina)
    assert "at least one other mechanism" in refusal_of(submission, workflow.perform, submission, "submit", by=amina)


# ---------------------------------------------------------------------------------------------- who sees and edits


def test_the_people_of_a_partner_see_the_input_from_the_day_it_is_one_until_it_is_taken_off(
    mechanism_a, mechanism_b, cycle, amina, carla
):
    submission = factories.make_joint(lead=mechanism_a, partners=[], cycle=cycle, by=amina)

    def sees():
        return submission in Submission.objects.visible_to(carla)

    assert not sees()
    factories.add_partner(submission=submission, partner=mechanism_b, by=amina, access=Access.VIEW)
    assert sees()
    factories.drop(submission=submission, partner=mechanism_b, by=amina)
    assert not sees()


@pytest.mark.parametrize(("access", "may"), [(Access.VIEW, False), (Access.COMMENT, False), (Access.EDIT, True)])
def test_partners_edit_where_the_lead_lets_them(mechanism_a, mechanism_b, cycle, amina, carla, access, may):
    submission = factories.make_asked(lead=mechanism_a, partners=[mechanism_b], cycle=cycle, by=amina, access=access)
    if may:
        with saving.editing(submission, by=carla) as locked:
            assert locked == submission
    else:
        with pytest.raises(saving.NotEditable), saving.editing(submission, by=carla):
            pass


def test_an_annex_that_an_editing_partner_removes_sends_its_own_endorsement_back_too(
    mechanism_a, mechanism_b, cycle, amina, carla
):
    submission = factories.make_joint(
        lead=mechanism_a, partners=[mechanism_b], cycle=cycle, by=amina, access=Access.EDIT
    )
    annex = factories.attach(submission=submission, by=amina)
    section = submission.input_type.sections.get(kind=OutlineSection.Kind.ANNEXES)
    workflow.perform(submission, "ask", by=amina)
    factories.endorse(submission=submission, partner=mechanism_b, by=carla)
    attachments.remove(submission, section, annex, by=carla)
    assert standings(submission) == {"TDB": "stale"}


def test_an_annex_that_a_partner_has_endorsed_stays_readable_for_the_record(
    joint_draft, mechanism_b, amina, carla, django_capture_on_commit_callbacks
):
    section = joint_draft.input_type.sections.get(kind=OutlineSection.Kind.ANNEXES)
    endorsed = factories.attach(submission=joint_draft, by=amina)
    workflow.perform(joint_draft, "ask", by=amina)
    factories.endorse(submission=joint_draft, partner=mechanism_b, by=carla)
    other = factories.attach(submission=joint_draft, by=amina, content=b"%PDF-1.7 of which nobody spoke")
    for annex in (endorsed, other):
        with django_capture_on_commit_callbacks(execute=True):
            attachments.remove(joint_draft, section, annex, by=amina)
    assert bool(endorsed.file)
    assert not other.file


@pytest.mark.parametrize("role", ["is_reviewer", "is_approver"])
def test_nobody_reviews_or_decides_on_what_a_mechanism_of_theirs_makes_with_others(
    asked, both_endorse, mechanism_c, amina, rita, role
):
    host = factories.make_person(name="Rosa Host", **{role: True})
    factories.affiliate(user=host, iscm=mechanism_c, may_file=False, capacity=Capacity.DELEGATE)
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    assert forbidden(asked, workflow.perform, asked, "take_up", by=host)
    workflow.perform(asked, "take_up", by=rita)
    for step in ("request_changes", "approve", "decline"):
        assert forbidden(asked, workflow.perform, asked, step, by=host, note="Because.")


def test_iom_does_not_know_of_an_input_whose_partners_are_still_asked(asked, rita, piotr):
    for person in (rita, piotr):
        assert not Submission.objects.visible_to(person).exists()


# ---------------------------------------------------------------------------------------------- after a return


@pytest.fixture
def returned(asked, both_endorse, amina, rita):
    both_endorse(asked)
    for step, person in [("submit", amina), ("take_up", rita), ("request_changes", rita)]:
        workflow.perform(asked, step, by=person, note="Shorter.")
    return now(asked)


def test_what_iom_returned_is_edited_asked_about_endorsed_and_filed_again(returned, both_endorse, amina):
    factories.rewrite(submission=returned)
    workflow.perform(returned, "ask", by=amina)
    assert set(standings(returned).values()) == {"stale"}
    assert "must look again" in refusal_of(returned, workflow.perform, returned, "resubmit", by=amina)
    both_endorse(returned)
    workflow.perform(returned, "resubmit", by=amina)
    assert now(returned).status == Status.UNDER_REVIEW
    latest = Endorsement.objects.order_by("pk").last()
    assert returned.revisions.last().sha256 == latest.text.sha256 != returned.revisions.first().sha256


def test_a_text_that_stayed_the_same_goes_back_to_iom_without_asking_again(returned, amina):
    workflow.perform(returned, "resubmit", by=amina)
    assert now(returned).status == Status.UNDER_REVIEW


def test_a_changed_text_does_not_go_back_to_iom_unendorsed(returned, amina):
    factories.rewrite(submission=returned)
    assert "must look again" in refusal_of(returned, workflow.perform, returned, "resubmit", by=amina)


def test_a_returned_input_without_its_partners_does_not_go_back(returned, mechanism_b, mechanism_c, amina):
    for partner in (mechanism_b, mechanism_c):
        factories.drop(submission=returned, partner=partner, by=amina)
    assert "made jointly" in refusal_of(returned, workflow.perform, returned, "resubmit", by=amina)


def test_what_was_filed_is_not_taken_back_to_a_draft(returned, amina):
    workflow.perform(returned, "ask", by=amina)
    assert "not possible now" in refusal_of(returned, workflow.perform, returned, "take_back", by=amina)


def test_what_iom_returned_is_taken_back_to_be_changed_so_that_a_silent_partner_can_be_left_out(
    returned, mechanism_b, amina
):
    workflow.perform(returned, "ask", by=amina)
    workflow.perform(returned, "take_back_to_change", by=amina)
    returned.refresh_from_db()
    assert returned.status == Status.CHANGES_REQUESTED
    joint.remove_partner(factories.partnership_of(submission=returned, partner=mechanism_b), by=amina)
    assert mechanism_b.name not in str(factories.standings(returned))


def test_partners_may_be_asked_again_after_the_cycle_closed_about_what_iom_returned(returned, amina):
    ReviewCycle.objects.filter(pk=returned.cycle_id).update(closes_at=timezone.now() - timedelta(days=1))
    workflow.perform(returned, "ask", by=amina)
    assert now(returned).status == Status.AWAITING_ENDORSEMENT


def test_an_input_can_be_withdrawn_while_its_partners_are_asked(asked, b, mechanism_b, amina, carla):
    workflow.perform(asked, "withdraw", by=amina)
    assert now(asked).status == Status.WITHDRAWN
    said = refusal_of(asked, factories.endorse, submission=asked, partner=mechanism_b, by=carla)
    assert said == "Nothing is to be endorsed now: this input is in the state “Withdrawn”."


# ---------------------------------------------------------------------------------------------- asking once more


def test_those_who_have_not_answered_can_be_asked_again(asked, both_endorse, bruno, carla):
    joint.ask_again(asked, by=bruno)
    assert record_of(asked, "ask_again") == [("ask_again", "Bruno Costa", "", "")]
    assert forbidden(asked, joint.ask_again, asked, by=carla)
    both_endorse(asked)
    assert refusal_of(asked, joint.ask_again, asked, by=bruno) == "Every partner has answered the text as it stands."


def test_pressing_twice_asks_again_once_and_later_once_more(asked, amina, bruno):
    first = joint.ask_again(asked, by=amina)
    assert joint.ask_again(asked, by=amina) == first
    assert first.mails.count() == asked.events.last().mails.count() == 2
    joint.ask_again(asked, by=bruno)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        joint.ask_again(asked, by=bruno)
    assert [who for _, who, *_ in record_of(asked, "ask_again")] == ["Amina Diallo", "Bruno Costa", "Bruno Costa"]


def test_nobody_is_asked_again_who_was_not_asked(joint_draft, amina):
    assert refusal_of(joint_draft, joint.ask_again, joint_draft, by=amina) == "The partners are not being asked now."


# ---------------------------------------------------------------------------------------------- the record


def test_every_act_leaves_its_line_in_the_record(asked, mechanism_b, mechanism_c, carla, dalia, amina):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    factories.drop(submission=asked, partner=mechanism_b, by=amina)
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    workflow.perform(asked, "submit", by=amina)
    record = asked.events.values_list("step", "target", "actor__name", "partnership__iscm__acronym", "note")
    assert list(record) == [
        ("start", "draft", "Amina Diallo", None, ""),
        ("add_partner", "draft", "Amina Diallo", "TDB", ""),
        ("add_partner", "draft", "Amina Diallo", "TDC", ""),
        ("ask", "awaiting_endorsement", "Amina Diallo", None, ""),
        ("decline_endorsement", "awaiting_endorsement", "Carla Reyes", "TDB", "Not our words."),
        ("endorse", "awaiting_endorsement", "Dalia Haddad", "TDC", ""),
        ("drop_partner", "awaiting_endorsement", "Amina Diallo", "TDB", ""),
        ("endorse", "awaiting_endorsement", "Dalia Haddad", "TDC", ""),
        ("submit", "submitted", "Amina Diallo", None, ""),
    ]


@pytest.mark.parametrize("model", [Endorsement, CirculatedText, SubmissionEvent])
def test_what_was_said_and_to_which_text_is_written_once(asked, both_endorse, model):
    both_endorse(asked)
    row = model.objects.last()
    for change in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(pk=row.pk)):
        with pytest.raises(NeverChanged):
            change()


def test_the_circulated_text_is_canonical(asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    kept = CirculatedText.objects.get().canonical
    assert kept == json.dumps(json.loads(kept), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
