"""Endorsement: what it is of, what makes it an older one, who gives it, and in what letter.

Amina's mechanism A leads; Carla answers for partner B, Dalia for partner C.
"""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from submissions import endorsement, joint, workflow
from submissions.models import (
    Capacity,
    CirculatedText,
    Endorsement,
    OutlineSection,
    Submission,
)

from . import factories
from .acts import forbidden, record_of, refusal_of, written_about
from .factories import now, standings

Verdict = Endorsement.Verdict


# ---------------------------------------------------------------------------------------------- endorsing


def test_an_endorsement_names_the_exact_text(asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    given = Endorsement.objects.get()
    assert given.text.sha256 == hashlib.sha256(given.text.canonical.encode()).hexdigest()
    assert given.text.sha256 == endorsement.sha256_of(now(asked))
    assert [partner["acronym"] for partner in given.text.content["partners"]] == ["TDB", "TDC"]
    assert (given.verdict, given.remark, given.given_by) == (Verdict.ENDORSED, "", carla)
    assert standings(asked) == {"TDB": "endorsed", "TDC": "invited"}


def test_partners_who_endorse_the_same_text_share_its_copy(asked, both_endorse):
    both_endorse(asked)
    assert CirculatedText.objects.count() == 1
    assert Endorsement.objects.count() == 2


def test_a_text_that_changed_under_the_readers_eyes_is_not_endorsed(asked, mechanism_b, carla):
    read = endorsement.sha256_of(now(asked))
    factories.rewrite(submission=asked)
    before = written_about(asked)
    with pytest.raises(joint.TextChanged):
        factories.endorse(submission=asked, partner=mechanism_b, by=carla, sha256=read)
    assert written_about(asked) == before


def test_an_endorsement_with_a_remark_is_one_and_keeps_the_remark(asked, mechanism_b, carla):
    factories.endorse(
        submission=asked, partner=mechanism_b, by=carla, verdict=Verdict.WITH_REMARK, remark="  Mention Lomé. "
    )
    assert standings(asked)["TDB"] == "endorsed"
    assert Endorsement.objects.get().remark == "Mention Lomé."
    assert record_of(asked, "endorse_with_remark") == [("endorse_with_remark", "Carla Reyes", "TDB", "Mention Lomé.")]


def test_a_plain_endorsement_keeps_no_remark(asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla, remark="Typed and thought better of.")
    assert Endorsement.objects.get().remark == ""


@pytest.mark.parametrize("remark", ["", " \n"])
@pytest.mark.parametrize("verdict", [Verdict.WITH_REMARK, Verdict.DECLINED])
def test_a_remark_and_a_refusal_say_something(asked, mechanism_b, carla, verdict, remark):
    said = refusal_of(
        asked, factories.endorse, submission=asked, partner=mechanism_b, by=carla, verdict=verdict, remark=remark
    )
    assert said.startswith("Write the rea" if verdict == Verdict.DECLINED else "Write the remark")


def test_a_partner_declines_with_its_reason_and_may_think_again(asked, mechanism_b, carla):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    assert standings(asked)["TDB"] == "declined"
    assert record_of(asked, "decline_endorsement") == [("decline_endorsement", "Carla Reyes", "TDB", "Not our words.")]
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert standings(asked)["TDB"] == "endorsed"
    assert Endorsement.objects.count() == 2


def test_pressing_twice_endorses_once(asked, mechanism_b, carla):
    first, second = (factories.endorse(submission=asked, partner=mechanism_b, by=carla) for _press in range(2))
    assert first == second
    assert Endorsement.objects.count() == 1
    assert asked.events.filter(step="endorse").count() == 1


def test_how_it_stands_is_said_in_one_line(of_joint, mechanism_b, mechanism_c, mechanism_d, carla, dalia):
    of_joint["partners"].append(mechanism_d)
    submission = factories.make_asked(**of_joint)

    def in_words():
        return endorsement.in_words(endorsement.standings(now(submission)))

    assert in_words() == "0 of 3 endorsed, 3 have not answered"
    factories.endorse(submission=submission, partner=mechanism_b, by=carla)
    factories.rewrite(submission=submission)
    factories.decline(submission=submission, partner=mechanism_c, by=dalia)
    assert in_words() == "0 of 3 endorsed, 1 must look again, 1 has not answered, 1 declined"
    factories.endorse(submission=submission, partner=mechanism_b, by=carla)
    assert in_words() == "1 of 3 endorsed, 1 has not answered, 1 declined"


# ---------------------------------------------------------------------------------------------- an older text


def edit_title(submission, amina):
    Submission.objects.filter(pk=submission.pk).update(title="Another title")


def edit_section(submission, amina):
    factories.rewrite(submission=submission)


def edit_objective(submission, amina):
    factories.tick_objective(submission=submission, number=3, progress="<p>Printed.</p>")


def edit_representative(submission, amina):
    submission.engagements.update(representative="Somebody Else")


def edit_speaker(submission, amina):
    submission.speaking.roundtables.add(2)


def edit_regions(submission, amina):
    submission.regions.add(1)


def add_annex(submission, amina):
    factories.attach(submission=submission, by=amina)


def remove_annex(submission, amina):
    submission.attachments.annexes().update(removed_at=timezone.now())


def swap_partner(submission, amina):
    """The text is the same word for word; the cover is not."""
    workflow.perform(submission, "take_back", by=amina)
    factories.add_partner(submission=submission, partner=factories.make_entity(name="Test Council"), by=amina)
    workflow.perform(submission, "ask", by=amina)


@pytest.mark.parametrize(
    "edit",
    [
        edit_title,
        edit_section,
        edit_objective,
        edit_representative,
        edit_speaker,
        edit_regions,
        add_annex,
        remove_annex,
        swap_partner,
    ],
)
def test_whatever_is_changed_the_partners_must_look_again(of_joint, both_endorse, amina, edit):
    submission = factories.make_joint(**of_joint)
    factories.attach(submission=submission, by=amina, title="There from the beginning")
    workflow.perform(submission, "ask", by=amina)
    both_endorse(submission)
    assert set(standings(submission).values()) == {"endorsed"}
    edit(submission, amina)
    assert standings(submission)["TDB"] == standings(submission)["TDC"] == "stale"


def test_the_same_text_again_is_endorsed_again(asked, both_endorse):
    before = asked.answers.filter(section__kind=OutlineSection.Kind.TEXT).get().text
    both_endorse(asked)
    factories.rewrite(submission=asked)
    assert set(standings(asked).values()) == {"stale"}
    factories.rewrite(submission=asked, text=before)
    assert set(standings(asked).values()) == {"endorsed"}


def test_a_comment_or_a_clearance_is_about_the_text_and_does_not_change_it(asked, mechanism_a, both_endorse, amina):
    both_endorse(asked)
    asked.comments.create(circle="makers", iscm=mechanism_a, text="Shall we mention Lomé?", written_by=amina)
    asked.clearances.create(iscm=mechanism_a, way="chair", cleared_on=timezone.now().date(), recorded_by=amina)
    assert set(standings(asked).values()) == {"endorsed"}


def test_a_partner_that_is_only_consulted_is_not_asked_and_not_named(of_joint, mechanism_d, both_endorse, amina):
    submission = factories.make_joint(**of_joint)
    factories.add_partner(submission=submission, partner=mechanism_d, by=amina, endorses=False)
    workflow.perform(submission, "ask", by=amina)
    both_endorse(submission)
    workflow.perform(submission, "submit", by=amina)
    assert "Test Dialogue D" not in submission.revisions.get().canonical


# ---------------------------------------------------------------------------------------------- letters


@pytest.fixture
def with_entity(mechanism_a, mechanism_b, carla, cycle, amina):
    """A joint input of A with B and an organization that has no account."""
    partners = [mechanism_b, factories.make_entity(acronym="TC")]
    return factories.make_asked(lead=mechanism_a, partners=partners, cycle=cycle, by=amina)


def test_an_entity_endorses_by_a_letter_that_the_lead_records(with_entity, mechanism_b, carla, amina):
    entity = factories.make_entity()
    factories.endorse(submission=with_entity, partner=mechanism_b, by=carla)
    factories.record_letter(submission=with_entity, partner=entity, by=amina)
    given = Endorsement.objects.get(partnership__entity=entity)
    assert (given.signatory, given.signed_on, given.given_by) == (
        "The Executive Secretary",
        timezone.now().date(),
        amina,
    )
    assert given.evidence.is_evidence
    assert given.evidence.title == "Letter of TC"
    with given.evidence.file.open() as letter:
        assert letter.read() == b"%PDF-1.7 letter"
    assert standings(with_entity) == {"TDB": "endorsed", "TC": "endorsed"}  # the letter is no annex of the text
    workflow.perform(with_entity, "submit", by=amina)
    assert "letter.pdf" not in with_entity.revisions.get().canonical


def test_an_entity_can_decline_by_letter_and_be_dropped(with_entity, amina):
    entity = factories.make_entity()
    factories.record_letter(
        submission=with_entity, partner=entity, by=amina, verdict=Verdict.DECLINED, remark="Not in our mandate."
    )
    assert standings(with_entity)["TC"] == "declined"
    factories.drop(submission=with_entity, partner=entity, by=amina)
    assert list(standings(with_entity)) == ["TDB"]


def test_a_mechanism_that_nobody_here_files_for_endorses_by_letter(mechanism_a, mechanism_d, cycle, amina):
    submission = factories.make_asked(lead=mechanism_a, partners=[mechanism_d], cycle=cycle, by=amina)
    drafter = factories.make_person(name="Dan Drafter")
    factories.affiliate(user=drafter, iscm=mechanism_d, may_file=False, capacity=Capacity.FOCAL_POINT)
    factories.record_letter(submission=submission, partner=mechanism_d, by=amina)
    assert standings(submission) == {"TDD": "endorsed"}


def test_a_mechanism_with_people_here_answers_for_itself(with_entity, mechanism_b, amina):
    said = refusal_of(with_entity, factories.record_letter, submission=with_entity, partner=mechanism_b, by=amina)
    assert said == "Test Dialogue B answers in the portal itself."


def test_letters_are_recorded_by_those_who_file_for_the_lead(with_entity, bruno, carla, piotr):
    for person in (bruno, carla, piotr):
        assert forbidden(
            with_entity,
            factories.record_letter,
            submission=with_entity,
            partner=factories.make_entity(),
            by=person,
        )


def test_a_letter_about_an_older_text_leaves_the_entity_to_be_asked_again(with_entity, amina):
    factories.record_letter(submission=with_entity, partner=factories.make_entity(), by=amina)
    factories.rewrite(submission=with_entity)
    assert standings(with_entity)["TC"] == "stale"


def test_a_letter_is_whole_or_absent(with_entity, amina):
    factories.record_letter(submission=with_entity, partner=factories.make_entity(), by=amina)
    given = Endorsement.objects.get()
    half = {"partnership": given.partnership, "text": given.text, "verdict": "endorsed", "given_by": amina}
    with pytest.raises(IntegrityError), transaction.atomic():
        Endorsement.objects.create(**half, signatory="Somebody")


# ---------------------------------------------------------------------------------------------- for whom one speaks


def test_nobody_endorses_for_a_mechanism_that_is_not_theirs(asked, mechanism_b, mechanism_c, amina, dalia, piotr, ada):
    for person in (amina, dalia, piotr, ada):
        assert forbidden(asked, factories.endorse, submission=asked, partner=mechanism_b, by=person)


@pytest.mark.parametrize(
    "affiliation",
    [
        {"ends_on": timezone.now().date()},
        {"starts_on": timezone.now().date() + timedelta(days=1)},
        {"may_file": False},
    ],
    ids=["former", "future", "drafting only"],
)
def test_nobody_endorses_without_the_right_to_file_for_the_partner_today(asked, mechanism_b, affiliation):
    person = factories.make_person(name="Pat Partner")
    factories.affiliate(user=person, iscm=mechanism_b, **affiliation)
    assert forbidden(asked, factories.endorse, submission=asked, partner=mechanism_b, by=person)


def test_nobody_endorses_from_a_closed_account(asked, mechanism_b, carla):
    carla.is_active = False
    carla.save()
    assert forbidden(asked, factories.endorse, submission=asked, partner=mechanism_b, by=carla)


def test_nobody_endorses_for_a_partner_that_is_only_consulted(of_joint, mechanism_d, amina):
    submission = factories.make_joint(**of_joint)
    factories.add_partner(submission=submission, partner=mechanism_d, by=amina, endorses=False)
    workflow.perform(submission, "ask", by=amina)
    person = factories.make_person(name="Pat Partner")
    factories.affiliate(user=person, iscm=mechanism_d)
    assert forbidden(submission, factories.endorse, submission=submission, partner=mechanism_d, by=person)
