"""Who is told of what about a joint input, and what each mail asks and by when.

Amina files for A, which leads, and Bruno drafts for it; Carla answers for partner B, Dalia for partner C. Here Boris
works at B too, and may not answer for it.
"""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail as outbox_of
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from submissions import joint, tasks, workflow
from submissions.models import (
    Affiliation,
    Capacity,
    Endorsement,
    LeadOffer,
    Mail,
    ReviewCycle,
    ReviewCycleText,
    Submission,
)

from . import factories
from .test_notifications import HOSTILE, mail_to, told_of

Verdict = Endorsement.Verdict
PLEASE = "Please endorse: joint input of TDA"
LOOK_AGAIN = "Please look again: the joint input of TDA has changed"


@pytest.fixture
def boris(mechanism_b):
    """Focal point of B: reads what it is a partner of, and may not answer for it."""
    user = factories.make_person(name="Boris Babic")
    factories.affiliate(user=user, iscm=mechanism_b, may_file=False, capacity=Capacity.FOCAL_POINT)
    return user


@pytest.fixture
def everyone(amina, bruno, carla, boris, dalia, rita, mechanism_b, mechanism_d):
    """The cast, and two who could be told by mistake."""
    factories.affiliate(user=factories.make_person(name="Diego Duarte"), iscm=mechanism_d)
    gone = factories.make_person(name="Gone Gomes", is_active=False)
    factories.affiliate(user=gone, iscm=mechanism_b)


def event_of(submission, step):
    return submission.events.filter(step=step).last()


def links_in(mail):
    return [line.removeprefix("http://127.0.0.1:8000") for line in mail.body.splitlines() if line.startswith("http")]


def the_words_of(mail):
    return " ".join(mail.body.split())


# ---------------------------------------------------------------------------------------------- asked


def test_those_who_may_answer_for_a_partner_are_asked_and_nobody_else(everyone, asked):
    assert told_of(event_of(asked, "ask")) == {"Carla": PLEASE, "Dalia": PLEASE}


def test_the_mail_says_what_is_asked_by_when_what_the_lead_wrote_and_where(joint_draft, amina, carla):
    carla.time_zone = "Asia/Manila"
    carla.save()
    ReviewCycle.objects.update(closes_at=datetime(2030, 5, 1, 20, 0, tzinfo=UTC))
    workflow.perform(joint_draft, "ask", by=amina, note="By Friday, please.\nThank you.")
    mail = mail_to(carla)
    assert "Test Dialogue A asks you to endorse a joint input for Test Dialogue B, word for word" in mail.body
    assert "Please answer before 2 May 2030, 04:00 (Asia/Manila)" in mail.body
    assert "Test Dialogue A writes:\n\n> By Friday, please.\n> Thank you.\n" in mail.body
    assert links_in(mail) == [f"/inputs/{joint_draft.reference}/endorse/tdb/"]


@pytest.mark.parametrize(
    ("moment", "in_words"),
    [
        (datetime(2030, 3, 31, 0, 30, tzinfo=UTC), "01:30"),  # half an hour before the clocks of Paris go forward
        (datetime(2030, 3, 31, 1, 30, tzinfo=UTC), "03:30"),
        (datetime(2030, 10, 27, 0, 30, tzinfo=UTC), "02:30"),
        (datetime(2030, 10, 27, 1, 30, tzinfo=UTC), "02:30"),
    ],
)
def test_the_deadline_is_told_in_the_time_of_the_reader_as_it_is_on_that_day(
    joint_draft, amina, carla, moment, in_words
):
    carla.time_zone = "Europe/Paris"
    carla.save()
    ReviewCycle.objects.update(closes_at=moment)
    workflow.perform(joint_draft, "ask", by=amina)
    (line,) = [line for line in mail_to(carla).body.splitlines() if "Please answer before" in line]
    assert in_words in line
    assert "(Europe/Paris)" in line


def test_an_extension_of_the_lead_is_the_deadline_that_is_told(joint_draft, amina, carla):
    closes_at = datetime(2041, 2, 3, 12, 0, tzinfo=UTC)
    joint_draft.cycle.extensions.create(iscm=joint_draft.iscm, closes_at=closes_at, granted_by=amina)
    workflow.perform(joint_draft, "ask", by=amina)
    assert "Please answer before 3 February 2041" in mail_to(carla).body


def test_where_nobody_may_answer_in_the_portal_everybody_there_is_told_so(everyone, joint_draft, amina, carla, boris):
    Affiliation.objects.filter(user=carla).update(may_file=False)
    event = workflow.perform(joint_draft, "ask", by=amina, note="Thank you.")
    said = "Endorsement asked of your mechanism: joint input of TDA"
    assert told_of(event) == {"Carla": said, "Boris": said, "Dalia": PLEASE}
    assert "nobody there may answer in the portal" in mail_to(boris).body
    assert links_in(mail_to(boris)) == [f"/inputs/{joint_draft.reference}/"]


def test_a_person_of_two_partners_gets_one_mail_with_both_links(joint_draft, amina, carla, mechanism_c):
    factories.affiliate(user=carla, iscm=mechanism_c)
    event = workflow.perform(joint_draft, "ask", by=amina)
    assert Mail.objects.filter(event=event, recipient=carla).count() == 1
    body = mail_to(carla).body
    for name, slug in (("Test Dialogue B", "tdb"), ("Test Dialogue C", "tdc")):
        assert f"For {name}:\nhttp://127.0.0.1:8000/inputs/{joint_draft.reference}/endorse/{slug}/\n" in body


def test_a_partner_that_is_only_consulted_is_not_asked(of_joint, amina, mechanism_d, everyone):
    submission = factories.make_joint(**of_joint)
    factories.add_partner(submission=submission, partner=mechanism_d, by=amina, endorses=False)
    assert set(told_of(workflow.perform(submission, "ask", by=amina))) == {"Carla", "Dalia"}


def test_what_is_refused_is_told_to_nobody(joint_draft, amina, bruno, mechanism_b):
    Mail.objects.all().delete()
    with pytest.raises(workflow.Refused):
        joint.ask_again(joint_draft, by=amina)
    with pytest.raises(workflow.Refused):
        factories.add_partner(submission=joint_draft, partner=mechanism_b, by=amina)
    with pytest.raises(workflow.PermissionDenied):
        workflow.perform(joint_draft, "ask", by=bruno)
    assert not Mail.objects.exists()


# ---------------------------------------------------------------------------------------------- asked again


def test_asked_again_are_those_who_must_answer_each_in_the_words_that_fit(everyone, asked, amina, carla, mechanism_b):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    assert told_of(joint.ask_again(asked, by=amina)) == {"Carla": LOOK_AGAIN, "Dalia": PLEASE}
    assert "The text has changed since you answered it for Test Dialogue B" in mail_to(carla).body
    assert links_in(mail_to(carla)) == [f"/inputs/{asked.reference}/endorse/tdb/"]


def test_who_has_answered_the_text_as_it_stands_is_not_asked_again(asked, amina, carla, dalia, mechanism_b):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert set(told_of(joint.ask_again(asked, by=amina))) == {"Dalia"}


def test_the_words_of_the_lead_are_said_again(joint_draft, amina, dalia):
    workflow.perform(joint_draft, "ask", by=amina, note="By Friday, please.")
    joint.ask_again(joint_draft, by=amina)
    assert "> By Friday, please." in mail_to(dalia).body


def test_a_person_whose_one_partner_is_new_and_whose_other_must_look_again_gets_one_mail(
    asked, amina, carla, mechanism_b, mechanism_c
):
    factories.affiliate(user=carla, iscm=mechanism_c)
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    event = joint.ask_again(asked, by=amina)
    assert told_of(event)["Carla"] == PLEASE
    body = mail_to(carla).body
    assert "For Test Dialogue B, whose answer was to an older text:\n" in body
    assert "For Test Dialogue C:\n" in body


def test_the_portal_itself_asks_again_only_those_for_whom_the_text_has_changed(asked, carla, mechanism_b):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    assert told_of(joint.ask_again(asked, by=None)) == {"Carla": LOOK_AGAIN}


def test_a_text_taken_back_and_asked_for_again_is_one_to_look_at_again(
    everyone, asked, amina, carla, dalia, mechanism_b, mechanism_c
):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    event = workflow.perform(asked, "take_back", by=amina, note="A mistake in part 2.")
    assert told_of(event) == dict.fromkeys(["Carla", "Dalia"], "Not to be endorsed now: joint input of TDA")
    assert "> A mistake in part 2.\n" in mail_to(dalia).body
    factories.rewrite(submission=asked)
    assert told_of(workflow.perform(asked, "ask", by=amina)) == {"Carla": LOOK_AGAIN, "Dalia": PLEASE}


# ---------------------------------------------------------------------------------------------- partners come and go


def test_all_people_of_a_new_partner_are_told_who_invites_them_and_what_they_may_do(everyone, asked, joint_draft):
    added = joint_draft.events.filter(step="add_partner").first()
    said = "TDB is a partner: joint input of TDA"
    assert told_of(added) == {"Carla": said, "Boris": said}
    body = Mail.objects.filter(event=added).first().body
    assert "Test Dialogue A makes a joint input, and has added Test Dialogue B as a partner." in body
    assert "What its people may do with the draft: read it and comment\n" in body
    assert f"http://127.0.0.1:8000/inputs/{joint_draft.reference}/\n" in body


def test_an_entity_has_nobody_to_be_told(joint_draft, amina):
    factories.add_partner(submission=joint_draft, partner=factories.make_entity(), by=amina)
    assert told_of(event_of(joint_draft, "add_partner")) == {}


def test_a_partner_is_told_its_new_role(everyone, joint_draft, amina, carla, mechanism_b):
    partnership = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    joint.change_partner(partnership, access="edit", endorses=False, by=amina)
    said = "Role of TDB changed: joint input of TDA"
    assert told_of(event_of(joint_draft, "change_partner")) == {"Carla": said, "Boris": said}
    assert "read it, comment and edit\nEndorsement: it is consulted only" in mail_to(carla).body


def test_a_partner_taken_off_is_told_that_it_sees_the_input_no_more(everyone, joint_draft, amina, carla, mechanism_b):
    partnership = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    event = joint.remove_partner(partnership, by=amina, note="As agreed by phone.")
    said = "TDB is no longer a partner: joint input of TDA"
    assert told_of(event) == {"Carla": said, "Boris": said}
    assert "> As agreed by phone." in mail_to(carla).body
    assert links_in(mail_to(carla)) == []


def test_a_dropped_partner_is_told_and_the_others_look_again(
    everyone, asked, amina, carla, dalia, mechanism_b, mechanism_c
):
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    event = factories.drop(submission=asked, partner=mechanism_b, by=amina)
    gone = "TDB is no longer a partner: joint input of TDA"
    assert told_of(event) == {"Carla": gone, "Boris": gone, "Dalia": LOOK_AGAIN}
    assert "Test Dialogue B is no longer a partner of this joint input, so its cover is another" in mail_to(dalia).body
    assert "It had declined to endorse the text." in mail_to(carla).body


# ---------------------------------------------------------------------------------------------- answers


def test_the_lead_is_told_each_answer_and_how_all_stand(everyone, asked, bruno, carla, mechanism_b):
    event = factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert told_of(event) == {"Amina": "TDB has endorsed", "Bruno": "TDB has endorsed"}
    assert "How the partners stand: 1 of 2 endorsed, 1 has not answered\n" in mail_to(bruno).body
    assert "By: Carla Reyes\n" in mail_to(bruno).body
    assert links_in(mail_to(bruno)) == [f"/inputs/{asked.reference}/partners/"]


def test_a_remark_is_quoted(asked, amina, carla, mechanism_b):
    event = factories.endorse(
        submission=asked, partner=mechanism_b, by=carla, verdict=Verdict.WITH_REMARK, remark="Mind the date."
    )
    assert told_of(event) == {"Amina": "TDB has endorsed, with a remark"}
    assert "The remark:\n\n> Mind the date.\n" in mail_to(amina).body


def test_a_refusal_is_quoted_with_what_can_be_done(asked, amina, carla, mechanism_b):
    event = factories.decline(submission=asked, partner=mechanism_b, by=carla, remark="Not\nour words.")
    assert told_of(event) == {"Amina": "TDB declines to endorse"}
    body = mail_to(amina).body
    assert "change the text, or drop the partner" in body
    assert "The reason:\n\n> Not\n> our words.\n" in body
    assert "0 of 2 endorsed, 1 has not answered, 1 declined" in body


def test_with_the_last_endorsement_who_may_file_is_sent_to_file(asked, amina, bruno, both_endorse):
    both_endorse(asked)
    assert mail_to(amina).subject.endswith("TDC has endorsed, and so have all partners")
    assert "You can file it now." in mail_to(amina).body
    assert links_in(mail_to(amina)) == [f"/inputs/{asked.reference}/check/"]
    assert "You can file it now." not in mail_to(bruno).body
    assert "Those of your mechanism who may file can file it now." in mail_to(bruno).body
    assert links_in(mail_to(bruno)) == [f"/inputs/{asked.reference}/partners/"]


def test_a_recorded_letter_is_told_to_the_colleagues_of_who_recorded_it(of_joint, amina, bruno):
    entity = factories.make_entity()
    submission = factories.make_asked(**{**of_joint, "partners": [of_joint["partners"][0], entity]})
    event = factories.record_letter(submission=submission, partner=entity, by=amina)
    assert told_of(event) == {"Bruno": "Test Community has endorsed"}
    assert "It answered in a letter, which Amina Diallo has recorded." in mail_to(bruno).body


# ---------------------------------------------------------------------------------------------- the lead


@pytest.fixture
def offer(everyone, asked, amina, carla, mechanism_b):
    partnership = factories.partnership_of(submission=asked, partner=mechanism_b)
    return joint.offer_lead(partnership, by=amina, note="You know the subject better.")


def test_the_lead_is_offered_to_those_who_may_accept_it(asked, offer, carla):
    assert told_of(event_of(asked, "offer_lead")) == {"Carla": "TDA offers TDB the lead of a joint input"}
    assert "> You know the subject better." in mail_to(carla).body
    assert links_in(mail_to(carla)) == [f"/inputs/{asked.reference}/lead/"]


def test_an_offer_taken_back_is_told_to_those_who_had_it(offer, amina):
    assert told_of(joint.withdraw_lead_offer(offer, by=amina)) == {"Carla": "TDA keeps the lead of the joint input"}


def test_a_declined_lead_is_told_to_the_lead(offer, carla):
    event = joint.answer_lead_offer(offer, accept=False, by=carla)
    assert told_of(event) == dict.fromkeys(["Amina", "Bruno"], "TDB declines the lead")


def test_a_new_lead_is_told_on_both_sides_and_the_old_one_is_asked_as_a_partner(
    asked, offer, amina, carla, dalia, mechanism_c
):
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    event = joint.answer_lead_offer(LeadOffer.objects.get(), accept=True, by=carla)
    said = "TDB leads the joint input now"
    assert told_of(event) == {
        "Amina": said,
        "Bruno": said,
        "Boris": said,
        "Dalia": "Please look again: the joint input of TDB has changed",
    }
    body = mail_to(amina).body
    assert "Test Dialogue B leads this joint input from now on. Test Dialogue A, which led it until now" in body
    assert "you are asked to endorse the text for Test Dialogue A." in body
    assert links_in(mail_to(amina)) == [f"/inputs/{asked.reference}/endorse/tda/"]
    assert "Test Dialogue B leads this joint input now, so its cover is another one." in mail_to(dalia).body


# ---------------------------------------------------------------------------------------------- after filing


def test_the_partners_hear_what_becomes_of_their_joint_input(
    everyone, asked, both_endorse, amina, carla, boris, rita, piotr
):
    both_endorse(asked)
    partners = ["Carla", "Boris", "Dalia"]
    for step, by, said in (
        ("submit", amina, "Filed with IOM: joint input of TDA"),
        ("take_up", rita, None),
        ("request_changes", rita, "IOM asks for changes: joint input of TDA"),
        ("resubmit", amina, "Filed with IOM: joint input of TDA"),
        ("decline", piotr, "Declined: joint input of TDA"),
    ):
        told = told_of(workflow.perform(asked, step, by=by, note="Because."))
        assert {name: told.get(name) for name in partners} == dict.fromkeys(partners, said)
    assert "IOM has declined the joint input of Test Dialogue A with Test Dialogue B." in mail_to(boris).body
    assert "> Because." in mail_to(boris).body
    assert "Amina" in told


def test_a_draft_withdrawn_is_told_to_the_partners_and_not_to_iom(everyone, joint_draft, amina):
    told = told_of(workflow.perform(joint_draft, "withdraw", by=amina))
    assert set(told) == {"Bruno", "Carla", "Boris", "Dalia"}
    assert told["Carla"] == "Withdrawn: joint input of TDA"


def test_somebody_of_the_lead_and_of_a_partner_gets_one_mail(joint_draft, amina, bruno, mechanism_b):
    factories.affiliate(user=bruno, iscm=mechanism_b)
    event = workflow.perform(joint_draft, "withdraw", by=amina)
    assert Mail.objects.filter(event=event, recipient=bruno).count() == 1
    assert told_of(event)["Bruno"] == "Withdrawn: input of TDA"


def test_a_former_partner_reads_the_title_that_was_filed_and_not_the_newer_one(
    asked, both_endorse, amina, carla, rita, mechanism_b
):
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    workflow.perform(asked, "take_up", by=rita)
    workflow.perform(asked, "request_changes", by=rita, note="More.")
    Submission.objects.filter(pk=asked.pk).update(title="A title that nobody filed")
    joint.remove_partner(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    assert "is no longer a partner" in mail_to(carla).body
    assert "A title that nobody filed" not in mail_to(carla).body


# ---------------------------------------------------------------------------------------------- every mail


def test_each_partner_reads_its_own_language(joint_draft, amina, carla, dalia, cycle):
    ReviewCycleText.objects.create(parent=cycle, language="fr", name="Forum d’essai 2030", verified=True)
    carla.language, carla.time_zone = "fr", "Africa/Dakar"
    carla.save()
    ReviewCycle.objects.update(closes_at=datetime(2030, 5, 1, 20, 0, tzinfo=UTC))
    workflow.perform(joint_draft, "ask", by=amina)
    assert (mail_to(carla).language, mail_to(dalia).language) == ("fr", "en")
    assert "Forum d’essai 2030" in mail_to(carla).body
    assert "1 mai 2030" in mail_to(carla).body
    assert "1 May 2030" in mail_to(dalia).body


def test_what_somebody_typed_brings_no_headers_and_no_lines_of_its_own(asked, amina, carla, mechanism_a, mechanism_b):
    hostile = HOSTILE.replace("\x00", "")
    for mechanism in (mechanism_a, mechanism_b):
        mechanism.acronym, mechanism.name = hostile[:30], f"{hostile} {mechanism.slug}"
        mechanism.save()
    carla.name = hostile
    carla.save()
    asked = factories.now(asked)
    factories.decline(submission=asked, partner=mechanism_b, by=carla, remark=hostile)
    for person in (amina, carla):
        outbox_of.outbox.clear()
        joint.ask_again(asked, by=amina)
        tasks.send_mail(mail_to(person).pk)
        (sent,) = outbox_of.outbox
        headers, _, _ = sent.message().as_string().partition("\n\n")
        assert not [line for line in headers.splitlines() if line.lower().startswith(("bcc:", "status:"))]
        assert sent.recipients() == [person.email]
        assert not [line for line in sent.body.splitlines() if line.startswith("Bcc")]
        factories.rewrite(submission=asked)


def test_no_mail_has_holes_or_unfinished_words(
    everyone, asked, offer, amina, carla, dalia, mechanism_b, mechanism_c, rita, piotr
):
    joint.withdraw_lead_offer(offer, by=amina)
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    factories.rewrite(submission=asked)
    joint.ask_again(asked, by=amina)
    joint.remind(asked, days=14, at=timezone.now())
    factories.drop(submission=asked, partner=mechanism_b, by=amina)
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    for step, by in (("take_back", amina), ("ask", amina), ("submit", amina), ("take_up", rita), ("approve", piotr)):
        workflow.perform(asked, step, by=by)
    mails = Mail.objects.all()
    assert {mail.event.step for mail in mails} > {"add_partner", "offer_lead", "remind", "take_back", "approve"}
    for mail in mails:
        assert "\n\n\n" not in mail.body
        assert ": \n" not in mail.body
        assert not any(sign in mail.subject + mail.body for sign in ("{", "}", "None", "&amp;", "&#", " ,", " ."))


def test_opening_the_link_to_answer_changes_nothing(client, asked, carla):
    client.force_login(carla)

    def state():
        """But for the entry of the record which says that she has opened the draft."""
        events = asked.events.exclude(step="read_draft")
        return Submission.objects.values().get(), events.count(), Endorsement.objects.count()

    before = state()
    (link,) = links_in(mail_to(carla))
    assert asked.reference in client.get(link, follow=True).content.decode()
    assert state() == before


def test_ten_partners_are_asked_in_hardly_more_queries_than_two(of_joint, cycle, amina, mechanism_a):
    def queries_to_ask(number):
        partners = []
        for index in range(number):
            iscm = factories.make_mechanism(name=f"Dialogue {number}-{index:02}", acronym=f"X{number}N{index}")
            factories.affiliate(user=factories.make_person(name=f"P{number}N{index} X"), iscm=iscm)
            partners.append(iscm)
        submission = factories.make_joint(lead=mechanism_a, partners=partners, cycle=cycle, by=amina)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            event = workflow.perform(submission, "ask", by=amina)
        assert len(told_of(event)) == number
        return len(captured)

    few, many = queries_to_ask(2), queries_to_ask(10)
    # The mail and its job are written for each person; nothing is read for each.
    assert many - few == 2 * 8


def test_a_mail_written_in_time_names_no_deadline_that_has_passed(asked, amina, dalia):
    with time_machine.travel(asked.cycle.closes_at, tick=False):
        joint.ask_again(asked, by=amina)
    assert "Please answer soon: the input cannot be filed without your answer." in the_words_of(mail_to(dalia))
