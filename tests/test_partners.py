"""The pages of the lead of a joint input.

Amina's A leads, Carla's B and Dalia's C are partners, an entity writes letters."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from submissions import endorsement, joint, workflow
from submissions.models import ISCM, Endorsement, LeadOffer, PartnerEntity, Partnership, Status

from . import factories
from .factories import now
from .test_attachments import pdf

Access = Partnership.Access


def address(name, submission, *args):
    return reverse(name, args=[submission.reference, *args])


def of(submission, partner):
    return factories.partnership_of(submission=submission, partner=partner)


def words_of(response):
    """What a person reads on the page, below its head."""
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    return (
        " ".join(html.unescape(re.sub(r"<[^>]*>", " ", f"<{main}")).split())
        .replace(" .", ".")
        .replace("( ", "(")
        .replace(" )", ")")
    )


def read(client, name, submission, *args, status=200):
    response = client.get(address(name, submission, *args))
    assert response.status_code == status
    return words_of(response)


def post(client, name, submission, /, *args, **data):
    return client.post(address(name, submission, *args), data)


def said_after(response, client):
    """What the page to which an act leads says."""
    assert response.status_code == 302, words_of(response)
    return words_of(client.get(response.url))


@pytest.fixture
def sign_in(client):
    def as_(person):
        client.force_login(person)
        return client

    return as_


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def entity(reference):
    return factories.make_entity(name="Test Organization for Migration", acronym="TOM")


@pytest.fixture
def with_entity(of_joint, entity):
    """Asked: B, C and the entity."""
    return factories.make_asked(**{**of_joint, "partners": [*of_joint["partners"], entity]})


# ------------------------------------------------------------------------------------------ the list


def test_the_list_names_everybody_in_the_order_of_the_cover_and_how_each_stands(
    as_amina, with_entity, mechanism_b, mechanism_c, carla, dalia
):
    factories.endorse(
        submission=with_entity, partner=mechanism_c, by=dalia, verdict="with_remark", remark="Less on return."
    )
    factories.decline(submission=with_entity, partner=mechanism_b, by=carla, remark="Not our words.")
    page = read(as_amina, "partners", with_entity)
    assert "1 of 3 endorsed, 1 has not answered, 1 declined" in page
    # In this order.
    rest = page[page.index("Who makes this input") :]
    for words in (
        "Test Dialogue A (TDA) Leads",
        "Test Dialogue B (TDB) Declined",
        "by Carla Reyes. Not our words.",
        "Test Dialogue C (TDC) Endorsed with a remark",
        "by Dalia Haddad. Less on return.",
        "Test Organization for Migration (TOM) Has not answered Intergovernmental organization.",
        "Record its letter",
    ):
        assert words in rest
        rest = rest[rest.index(words) + len(words) :]


def test_a_partner_that_must_look_again_is_said_to_with_a_way_to_what_changed(as_amina, asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    response = as_amina.get(address("partners", asked))
    assert "Test Dialogue B (TDB) Must look again" in words_of(response)
    assert address("partner_changes", asked, of(asked, mechanism_b).pk) in response.text


def test_whoever_is_only_consulted_is_said_to_be_named_nowhere(as_amina, joint_draft, mechanism_d, amina):
    factories.add_partner(submission=joint_draft, partner=mechanism_d, by=amina, endorses=False)
    page = read(as_amina, "partners", joint_draft)
    assert "Test Dialogue D (TDD) Consulted only" in page
    assert "It appears nowhere on the text and is not asked to endorse it." in page


def test_before_anybody_is_asked_nobody_is_said_not_to_have_answered(as_amina, joint_draft):
    page = read(as_amina, "partners", joint_draft)
    assert "The partners are not asked yet." in page
    assert "Has not answered" not in page


def test_the_list_says_who_represents_all_of_them_and_where_to_name_them(as_amina, joint_draft):
    code = joint_draft.input_type.sections.get(kind="engagement").code
    representative = joint_draft.engagements.get().representative
    assert representative
    assert representative in read(as_amina, "partners", joint_draft)
    joint_draft.engagements.update(representative="")
    response = as_amina.get(address("partners", joint_draft))
    assert "The jointly designated representative is not named yet." in words_of(response)
    assert f'href="{address("section", joint_draft, code)}">Name the representative' in response.text


def test_partners_read_the_list_and_change_nothing(sign_in, joint_draft, mechanism_b, carla):
    as_carla = sign_in(carla)
    page = read(as_carla, "partners", joint_draft)
    assert "Test Dialogue A leads this input" in page
    for act in ("Add a partner", "Ask for endorsement", "Change its role", "Take off", "Offer it the lead"):
        assert act not in page
    b = of(joint_draft, mechanism_b)
    for name, args in [("add_partner", []), ("partner", [b.pk]), ("remove_partner", [b.pk]), ("offer_lead", [b.pk])]:
        assert post(as_carla, name, joint_draft, *args, access="edit").status_code == 403
    assert of(joint_draft, mechanism_b).access == Access.COMMENT


def test_each_partner_finds_the_way_to_its_own_answer(sign_in, asked, carla):
    page = sign_in(carla).get(address("partners", asked)).text
    assert address("endorse", asked, "tdb") in page
    assert address("endorse", asked, "tdc") not in page


def test_iom_sees_the_list_at_no_time(sign_in, of_joint, mechanism_b, mechanism_c, carla, dalia, asked, piotr):
    of_joint["partners"] = {mechanism_b: carla, mechanism_c: dalia}
    filed = factories.make_joint_filed(**of_joint)
    as_piotr = sign_in(piotr)
    read(as_piotr, "partners", asked, status=404)
    read(as_piotr, "partners", filed, status=403)
    read(as_piotr, "partner_changes", filed, of(filed, mechanism_b).pk, status=403)


def test_somebody_of_another_mechanism_finds_nothing(sign_in, asked, mechanism_d):
    erik = factories.make_person(name="Erik Berg")
    factories.affiliate(user=erik, iscm=mechanism_d)
    read(sign_in(erik), "partners", asked, status=404)


def test_an_input_of_one_mechanism_has_no_such_page(as_amina, draft):
    read(as_amina, "partners", draft, status=404)


def test_the_list_says_why_it_is_closed(as_amina, asked, mechanism_b):
    assert "take the input back" in read(as_amina, "partners", asked)
    for name, args in [("add_partner", []), ("partner", [of(asked, mechanism_b).pk])]:
        sentence = said_after(as_amina.get(address(name, asked, *args)), as_amina)
        assert "The list of partners is closed while they look at the text." in sentence


def test_when_all_have_endorsed_the_list_leads_to_submitting(as_amina, asked, both_endorse):
    assert "Check and submit" not in read(as_amina, "partners", asked)
    both_endorse(asked)
    page = read(as_amina, "partners", asked)
    assert "2 of 2 endorsed" in page
    assert "Check and submit" in page
    assert "again" not in page[: page.index("Who makes this input")]


def test_the_list_asks_the_database_as_much_for_seven_partners_as_for_two(
    as_amina, joint_draft, amina, django_assert_max_num_queries
):
    as_amina.get(address("partners", joint_draft))
    with CaptureQueriesContext(connection) as captured:
        as_amina.get(address("partners", joint_draft))
    for letter in "EFGHI":
        partner = factories.make_mechanism(name=f"Test Dialogue {letter}", acronym=f"TD{letter}")
        factories.add_partner(submission=joint_draft, partner=partner, by=amina)
    with django_assert_max_num_queries(len(captured)):
        assert "Test Dialogue I" in words_of(as_amina.get(address("partners", joint_draft)))


# ------------------------------------------------------------------------------------------ who comes and goes


def test_a_mechanism_of_the_register_is_added_with_what_its_people_may_do(as_amina, joint_draft, mechanism_d):
    response = post(as_amina, "add_partner", joint_draft, who="iscm", iscm=mechanism_d.pk, access="edit", endorses="on")
    assert "Test Dialogue D is a partner now." in said_after(response, as_amina)
    d = of(joint_draft, mechanism_d)
    assert (d.access, d.endorses) == (Access.EDIT, True)


def test_neither_the_lead_nor_a_partner_can_be_chosen_and_a_dormant_one_is_marked(
    as_amina, joint_draft, mechanism_a, mechanism_b, mechanism_d
):
    ISCM.objects.filter(pk=mechanism_d.pk).update(status=ISCM.Status.DORMANT)
    response = as_amina.get(address("add_partner", joint_draft))
    choices = [label for _value, label in response.context["form"].fields["iscm"].choices]
    assert "Test Dialogue D (TDD) – dormant" in choices
    assert not [label for label in choices if "Test Dialogue A" in label or "Test Dialogue B" in label]
    for taken in (mechanism_a, mechanism_b):
        response = post(as_amina, "add_partner", joint_draft, who="iscm", iscm=taken.pk, access="view")
        assert response.status_code == 422
        assert "This mechanism cannot be added: it takes part already." in words_of(response)
    assert joint_draft.partnerships.current().count() == 2


def test_an_organization_that_is_new_is_added_to_the_register(as_amina, joint_draft):
    data = {"who": "new", "name": "Test  Union", "acronym": "TU", "kind": "igo"}
    assert "Test Union is a partner now." in said_after(post(as_amina, "add_partner", joint_draft, **data), as_amina)
    union = PartnerEntity.objects.get(name="Test Union")
    assert (union.acronym, union.kind) == ("TU", "igo")
    assert of(joint_draft, union).endorses


def test_an_organization_of_the_register_is_added(as_amina, joint_draft, entity):
    post(as_amina, "add_partner", joint_draft, who="entity", entity=entity.pk)
    assert of(joint_draft, entity).entity == entity


def test_what_was_typed_stays_when_an_organization_is_refused(as_amina, joint_draft, entity):
    data = {"who": "new", "name": entity.name, "acronym": "Typed", "kind": "state"}
    response = post(as_amina, "add_partner", joint_draft, **data)
    assert response.status_code == 409
    assert "is in the register already, as another kind of partner: intergovernmental organization." in words_of(
        response
    )
    for typed in (f'value="{entity.name}"', 'value="Typed"'):
        assert typed in response.text
    assert not joint_draft.partnerships.current().filter(entity=entity).exists()


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({}, "Choose one."),
        ({"who": "iscm", "access": "view"}, "Choose a mechanism."),
        ({"who": "entity"}, "Choose an organization."),
        ({"who": "new", "kind": "igo"}, "Write its name."),
        ({"who": "new", "name": "Test Union"}, "Choose its kind."),
        ({"who": "new", "name": "x" * 201, "kind": "igo"}, "at most 200 characters"),
    ],
)
def test_what_is_missing_is_said(as_amina, joint_draft, entity, posted, sentence):
    response = post(as_amina, "add_partner", joint_draft, **posted)
    assert response.status_code == 422
    assert sentence in words_of(response)
    assert joint_draft.partnerships.current().count() == 2


def test_what_stands_under_another_way_does_not_hinder(as_amina, joint_draft, entity):
    data = {"who": "entity", "entity": entity.pk, "iscm": "nonsense", "name": "x" * 500, "kind": "nonsense"}
    assert post(as_amina, "add_partner", joint_draft, **data).status_code == 302


@pytest.mark.parametrize(
    ("type_code", "ways", "kinds"),
    [
        ("B4", {"iscm"}, set()),
        ("B5", {"iscm", "entity", "new"}, {"igo"}),
        ("B6", {"entity", "new"}, {"igo", "non_state"}),
        ("D4", {"iscm", "entity", "new"}, {"igo", "state", "non_state"}),
    ],
)
def test_only_the_kinds_that_the_type_admits_are_offered_in_the_words_of_the_source(
    as_amina, mechanism_a, cycle, amina, entity, type_code, ways, kinds
):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code=type_code)
    response = as_amina.get(address("add_partner", submission))
    form = response.context["form"]
    assert set(form.ways) == ways
    assert {kind for kind, _label in form.fields["kind"].choices} == kinds
    assert submission.input_type.partners_admitted in words_of(response)


def test_a_type_that_admits_mechanisms_only_asks_for_nothing_else(as_amina, mechanism_a, mechanism_b, cycle, amina):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B4")
    assert 'name="who"' not in as_amina.get(address("add_partner", submission)).text
    post(as_amina, "add_partner", submission, iscm=mechanism_b.pk, access="comment", endorses="on")
    assert of(submission, mechanism_b).endorses


def test_a_role_is_changed(as_amina, joint_draft, mechanism_b):
    b = of(joint_draft, mechanism_b)
    response = post(as_amina, "partner", joint_draft, b.pk, access="view")
    assert "The role of Test Dialogue B is saved." in said_after(response, as_amina)
    b.refresh_from_db()
    assert (b.access, b.endorses) == (Access.VIEW, False)


def test_a_role_is_not_changed_while_the_partners_look_and_what_was_chosen_stays(as_amina, asked, mechanism_b):
    response = post(as_amina, "partner", asked, of(asked, mechanism_b).pk, access="edit", endorses="on")
    assert response.status_code == 409
    assert "their list is closed" in words_of(response)
    assert response.context["form"]["access"].value() == "edit"
    assert of(asked, mechanism_b).access == Access.COMMENT


def test_whoever_only_drafts_for_the_lead_keeps_the_list_too(sign_in, bruno, joint_draft, mechanism_b):
    as_bruno = sign_in(bruno)
    assert "Ask for endorsement" not in read(as_bruno, "partners", joint_draft)
    b = of(joint_draft, mechanism_b)
    assert post(as_bruno, "remove_partner", joint_draft, b.pk).status_code == 302
    assert not joint_draft.partnerships.current().filter(pk=b.pk).exists()


def test_a_partner_is_taken_off_a_draft_once(as_amina, joint_draft, mechanism_b):
    b = of(joint_draft, mechanism_b)
    page = read(as_amina, "remove_partner", joint_draft, b.pk)
    assert "Its people no longer see the input." in page
    for _pressed in range(2):
        response = post(as_amina, "remove_partner", joint_draft, b.pk)
        assert "Test Dialogue B is not a partner any more." in said_after(response, as_amina)
    assert joint_draft.events.filter(step="remove_partner").count() == 1


def test_dropping_a_partner_that_declined_says_before_and_after_that_the_others_must_look_again(
    as_amina, asked, mechanism_b, mechanism_c, carla, dalia
):
    factories.endorse(submission=asked, partner=mechanism_c, by=dalia)
    factories.decline(submission=asked, partner=mechanism_b, by=carla, remark="Not our words.")
    b = of(asked, mechanism_b)
    page = read(as_amina, "remove_partner", asked, b.pk)
    assert "Not our words." in page
    assert "the partners that have endorsed it must look again" in page
    response = post(as_amina, "remove_partner", asked, b.pk, note="Thank you all the same.")
    assert "1 partner that had endorsed must look again." in said_after(response, as_amina)
    assert asked.events.get(step="drop_partner").note == "Thank you all the same."


def test_a_partner_that_did_not_decline_is_not_dropped_and_the_comment_stays(as_amina, asked, mechanism_b):
    b = of(asked, mechanism_b)
    assert as_amina.get(address("remove_partner", asked, b.pk)).url == address("partners", asked)
    response = post(as_amina, "remove_partner", asked, b.pk, note="As we agreed by telephone.")
    assert response.status_code == 409
    assert "drop a partner that declined" in words_of(response)
    assert "As we agreed by telephone." in response.text
    assert asked.partnerships.current().filter(pk=b.pk).exists()


# ------------------------------------------------------------------------------------------ letters


@pytest.fixture
def letter(with_entity):
    """What a lead fills in; a file can be read once, so each call makes one."""

    def make(**changed):
        return {
            "verdict": "endorsed",
            "remark": "",
            "signatory": "Ms Secretary General",
            "signed_on": timezone.now().date().isoformat(),
            "sha256": endorsement.sha256_of(now(with_entity)),
            "file": SimpleUploadedFile("letter.pdf", pdf()),
        } | changed

    return make


def test_a_letter_is_recorded_with_who_signed_it_and_when(as_amina, with_entity, entity, letter):
    partner = of(with_entity, entity)
    assert "The document will state that it endorses by letter" in read(
        as_amina, "record_letter", with_entity, partner.pk
    )
    response = post(as_amina, "record_letter", with_entity, partner.pk, **letter())
    page = said_after(response, as_amina)
    assert "The letter of Test Organization for Migration is recorded." in page
    assert "In a letter signed by Ms Secretary General" in page
    given = partner.endorsements.get()
    assert (given.verdict, given.evidence.kind, given.evidence.is_evidence) == ("endorsed", "pdf", True)
    assert factories.standings(partner.submission)[partner.short_name] == "endorsed"


def test_the_partners_can_fetch_the_letter(sign_in, carla, with_entity, entity, amina):
    factories.record_letter(submission=with_entity, partner=entity, by=amina)
    evidence = of(with_entity, entity).endorsements.get().evidence
    as_carla = sign_in(carla)
    link = address("attachment", with_entity, evidence.pk)
    assert link in as_carla.get(address("partners", with_entity)).text
    assert as_carla.get(link).getvalue() == b"%PDF-1.7 letter"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"verdict": ""}, "Choose one."),
        ({"verdict": "declined"}, "Write the reason: the others need to know it."),
        ({"verdict": "with_remark"}, "Write the remark, or choose that it endorses without one."),
        ({"remark": "Not paragraph 3."}, "Choose that it endorses with a remark, or leave this empty."),
        ({"signatory": " "}, "Write who signed the letter."),
        ({"signed_on": ""}, "Write the date of the letter."),
        ({"signed_on": "2999-01-01"}, "This day is still to come."),
        ({"signed_on": "yesterday"}, "This is not a date."),
        ({"file": ""}, "Choose a file."),
    ],
)
def test_what_a_letter_lacks_is_said_and_everything_typed_stays(
    as_amina, with_entity, entity, letter, changed, sentence
):
    data = letter(**{"remark": "", "signatory": "Typed Name"} | changed)
    response = post(as_amina, "record_letter", with_entity, of(with_entity, entity).pk, **data)
    assert response.status_code == 422
    assert sentence in words_of(response)
    for name in ("verdict", "signatory", "signed_on", "sha256"):
        assert response.context["form"][name].value() == data[name]
    assert not Endorsement.objects.exists()


def test_what_is_no_letter_is_refused_by_its_content(as_amina, with_entity, entity, letter):
    data = letter(file=SimpleUploadedFile("letter.pdf", b"MZ a program"))
    response = post(as_amina, "record_letter", with_entity, of(with_entity, entity).pk, **data)
    assert "This is not a PDF, DOCX or ODT document" in words_of(response)
    assert not Endorsement.objects.exists()


def test_a_letter_about_an_older_text_is_asked_about_again(as_amina, with_entity, entity, letter):
    data = letter(signatory="Typed Name")
    factories.rewrite(submission=with_entity)
    partner = of(with_entity, entity)
    response = post(as_amina, "record_letter", with_entity, partner.pk, **data)
    assert response.status_code == 409
    page = words_of(response)
    assert "The text was changed while you had this page open, so nothing is recorded yet." in page
    assert "Choose the letter again below" in page
    assert 'value="Typed Name"' in response.text
    assert not Endorsement.objects.exists()
    # The page has shown the newer text now: sent again, the letter is recorded for that.
    again = letter(sha256=response.context["form"]["sha256"].value())
    assert post(as_amina, "record_letter", with_entity, partner.pk, **again).status_code == 302
    assert factories.standings(partner.submission)[partner.short_name] == "endorsed"


def test_no_letter_is_recorded_for_a_partner_that_answers_in_the_portal(as_amina, with_entity, mechanism_b, letter):
    b = of(with_entity, mechanism_b)
    sentence = said_after(as_amina.get(address("record_letter", with_entity, b.pk)), as_amina)
    assert "A letter of Test Dialogue B cannot be recorded now." in sentence
    response = post(as_amina, "record_letter", with_entity, b.pk, **letter())
    assert response.status_code == 409
    assert "answers in the portal itself" in words_of(response)


def test_whoever_only_drafts_records_no_letter(sign_in, bruno, with_entity, entity, letter):
    as_bruno = sign_in(bruno)
    assert "Record its letter" not in read(as_bruno, "partners", with_entity)
    assert post(as_bruno, "record_letter", with_entity, of(with_entity, entity).pk, **letter()).status_code == 403
    assert not Endorsement.objects.exists()


# ------------------------------------------------------------------------------------------ asking again, differences


def test_those_who_have_not_answered_are_asked_again_in_one_click(as_amina, asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert "Ask 1 partner again" in read(as_amina, "partners", asked)
    page = said_after(post(as_amina, "ask_again", asked), as_amina)
    assert "Those who still have to answer are asked again, by e-mail." in page
    assert asked.events.last().step == "ask_again"
    assert as_amina.get(address("ask_again", asked)).status_code == 405


def test_nobody_is_asked_again_who_has_answered(as_amina, asked, both_endorse):
    both_endorse(asked)
    assert "Every partner has answered the text as it stands." in said_after(
        post(as_amina, "ask_again", asked), as_amina
    )
    assert not asked.events.filter(step="ask_again").exists()


def test_only_those_are_asked_by_mail_who_can_answer_in_the_portal(as_amina, with_entity, both_endorse):
    both_endorse(with_entity)
    page = read(as_amina, "partners", with_entity)
    assert "1 has not answered" in page
    assert "partner again" not in page


def test_the_difference_since_the_last_answer_is_shown_to_all_who_make_the_input(
    sign_in, amina, asked, mechanism_b, mechanism_c, carla, dalia
):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked, text="<p>A sentence that nobody has endorsed.</p>")
    for person in (amina, carla, dalia):
        page = read(sign_in(person), "partner_changes", asked, of(asked, mechanism_b).pk)
        assert "A sentence that nobody has endorsed." in page
        assert "The mechanism reviewed its own work on the Compact." in page  # taken out
    sentence = said_after(
        sign_in(amina).get(address("partner_changes", asked, of(asked, mechanism_c).pk)), sign_in(amina)
    )
    assert "Test Dialogue C has not answered yet, so there is nothing to compare." in sentence


# ------------------------------------------------------------------------------------------ the lead


def test_the_lead_passes_to_a_partner_that_accepts(sign_in, amina, carla, joint_draft, mechanism_a, mechanism_b):
    as_amina = sign_in(amina)
    b = of(joint_draft, mechanism_b)
    assert "Test Dialogue A becomes a partner" in read(as_amina, "offer_lead", joint_draft, b.pk)
    page = said_after(post(as_amina, "offer_lead", joint_draft, b.pk, note="You know more."), as_amina)
    assert "The lead is offered to Test Dialogue B. Nothing changes until it accepts." in page
    as_carla = sign_in(carla)
    assert "You know more." in read(as_carla, "lead_offer", joint_draft)
    page = said_after(post(as_carla, "lead_offer", joint_draft, answer="accept"), as_carla)
    assert "Test Dialogue B leads this input now." in page
    assert now(joint_draft).iscm == mechanism_b
    assert of(joint_draft, mechanism_a).access == Access.EDIT
    # Pressed twice.
    assert "No offer of the lead is open." in said_after(
        post(as_carla, "lead_offer", joint_draft, answer="accept"), as_carla
    )


def test_an_offer_is_declined_or_taken_back(sign_in, amina, carla, joint_draft, mechanism_a, mechanism_b):
    for person, answer, sentence in [(carla, "decline", "is declined"), (amina, "withdraw", "is taken back")]:
        post(sign_in(amina), "offer_lead", joint_draft, of(joint_draft, mechanism_b).pk)
        as_person = sign_in(person)
        assert f"The offer {sentence}." in said_after(
            post(as_person, "lead_offer", joint_draft, answer=answer), as_person
        )
        assert not LeadOffer.objects.open().exists()
    assert now(joint_draft).iscm == mechanism_a


def test_nobody_answers_an_offer_to_another_partner(sign_in, amina, dalia, joint_draft, mechanism_a, mechanism_b):
    joint.offer_lead(of(joint_draft, mechanism_b), by=amina)
    as_dalia = sign_in(dalia)
    page = read(as_dalia, "lead_offer", joint_draft)
    assert "Those who may file for Test Dialogue B answer it." in page
    assert "Accept the lead" not in page
    assert "Take the offer back" not in page
    for answer in ("accept", "decline", "withdraw"):
        assert post(as_dalia, "lead_offer", joint_draft, answer=answer).status_code == 403
    assert LeadOffer.objects.open().exists()


def test_a_second_offer_is_refused_and_the_comment_stays(as_amina, amina, joint_draft, mechanism_b, mechanism_c):
    joint.offer_lead(of(joint_draft, mechanism_b), by=amina)
    c = of(joint_draft, mechanism_c)
    assert "Offer it the lead" not in read(as_amina, "partners", joint_draft)
    response = post(as_amina, "offer_lead", joint_draft, c.pk, note="Would you?")
    assert response.status_code == 409
    assert "Take that offer back first." in words_of(response)
    assert "Would you?" in response.text


# ------------------------------------------------------------------------------------------ task list and check page


def test_the_task_list_shows_the_partners_first(as_amina, asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    page = read(as_amina, "tasks", asked)
    assert "Awaiting endorsement: not filed" in page
    top = page[: page.index("sections complete")]
    assert "Test Dialogue B Endorsed Test Dialogue C Has not answered 1 of 2 endorsed, 1 has not answered" in top
    assert "Partners and endorsement" in top


def test_an_input_of_one_mechanism_speaks_of_no_partners(as_amina, draft):
    for name in ("tasks", "check"):
        assert "artner" not in read(as_amina, name, draft)


def test_a_joint_draft_says_who_sees_it(as_amina, joint_draft):
    assert "Only the mechanisms that make it see it until it is submitted." in read(as_amina, "tasks", joint_draft)


def test_an_editing_partner_is_told_whose_input_it_is(sign_in, carla, of_joint):
    submission = factories.make_joint(**of_joint, access=Access.EDIT)
    as_carla = sign_in(carla)
    for name in ("tasks", "check"):
        page = read(as_carla, name, submission)
        assert "You edit this input of Test Dialogue A as a partner. TDA files it." in page
        assert "You may draft, not file" not in page
    assert reverse("iscm_home", args=["tdb"]) in as_carla.get(address("tasks", submission)).text


def test_the_check_page_of_a_draft_leads_to_asking_and_names_who_is_asked(as_amina, joint_draft):
    response = as_amina.get(address("check", joint_draft))
    page = words_of(response)
    assert "These partners have to endorse it: Test Dialogue B Test Dialogue C" in page
    assert f'href="{address("step", joint_draft, "ask")}"' in response.text
    assert "Submit to IOM" not in page
    assert "Test Dialogue B Test Dialogue C" in read(as_amina, "step", joint_draft, "ask")


def test_asking_from_its_page_tells_the_partners_and_shows_the_list(as_amina, joint_draft):
    response = post(as_amina, "step", joint_draft, "ask", note="By Friday, please.")
    assert response.url == address("partners", joint_draft)
    assert "0 of 2 endorsed, 2 have not answered" in said_after(response, as_amina)
    assert now(joint_draft).status == Status.AWAITING_ENDORSEMENT


def test_what_lacks_partners_says_so_with_a_way_to_add_them(as_amina, mechanism_a, cycle, amina):
    submission = factories.make_joint(lead=mechanism_a, partners=[], cycle=cycle, by=amina)
    response = as_amina.get(address("check", submission))
    sentence = "An input of this type is made jointly: add the partners first."
    assert f'<a href="{address("partners", submission)}">{sentence}</a>' in response.text


def test_the_check_page_of_what_is_asked_names_who_is_missing_with_a_way_there(as_amina, asked):
    response = as_amina.get(address("check", asked))
    sentence = "Not endorsed yet by: Test Dialogue B; Test Dialogue C."
    assert f'<a href="{address("partners", asked)}">{sentence}</a>' in response.text
    assert "Submit to IOM" in words_of(response)
    assert sentence in words_of(post(as_amina, "step", asked, "submit"))
    assert now(asked).status == Status.AWAITING_ENDORSEMENT


def test_it_is_filed_from_the_check_page_when_all_have_endorsed(as_amina, asked, both_endorse):
    both_endorse(asked)
    assert "There is a problem" not in read(as_amina, "check", asked)
    assert post(as_amina, "step", asked, "submit").url == address("receipt", asked)


def test_what_was_filed_before_says_so_while_the_partners_look(
    as_amina, of_joint, mechanism_b, mechanism_c, amina, carla, dalia, rita
):
    of_joint["partners"] = {mechanism_b: carla, mechanism_c: dalia}
    filed = factories.make_joint_filed(**of_joint)
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="Shorter.")
    workflow.perform(filed, "ask", by=amina)
    page = read(as_amina, "tasks", filed)
    assert "Filed: the partners are looking at the changes" in page
    assert "IOM keeps seeing what was filed until it is resubmitted." in page
    assert "Take back to draft" not in page


def test_saving_while_partners_have_endorsed_says_who_must_look_again(as_amina, asked, mechanism_b, carla):
    data = {"text": "<p>Another sentence.</p>", "version": 1}
    response = post(as_amina, "section", asked, "statement", **data)
    assert "must look again" not in said_after(response, as_amina)
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    response = post(as_amina, "section", asked, "statement", text="<p>And another.</p>", version=2)
    assert "1 partner that had endorsed must look again." in said_after(response, as_amina)


def test_a_new_title_asks_the_partners_again(as_amina, asked, both_endorse):
    both_endorse(asked)
    seen = as_amina.get(address("title", asked)).context["form"].initial["seen"]
    response = post(as_amina, "title", asked, title="A better title", language="en", seen=seen)
    assert "Saved. 2 partners that had endorsed must look again." in said_after(response, as_amina)


def test_a_joint_input_can_be_started_from_the_home_of_a_mechanism(as_amina, mechanism_a, cycle):
    start = reverse("start_submission", args=["tda", cycle.code, "D5"])
    assert f'action="{start}"' in as_amina.get(reverse("iscm_home", args=["tda"])).text
    page = said_after(as_amina.post(start), as_amina)
    assert "No partner has been added yet." in page


def test_an_open_cycle_that_closes_is_said_while_the_partners_look(as_amina, asked):
    asked.cycle.closes_at = timezone.now() - timedelta(days=1)
    asked.cycle.save()
    assert "closed for inputs" in read(as_amina, "section", asked, "statement")


def test_only_a_partner_that_may_edit_is_led_to_the_receipt_and_from_there_to_its_own_home(
    sign_in, of_joint, mechanism_b, mechanism_c, carla, dalia
):
    of_joint["partners"] = {mechanism_b: carla, mechanism_c: dalia}
    filed = factories.make_joint_filed(**of_joint)
    filed.partnerships.filter(iscm=mechanism_b).update(access=Access.EDIT)
    receipt = address("receipt", filed)
    assert receipt in sign_in(carla).get(address("submission", filed)).text
    page = sign_in(carla).get(receipt).text
    assert reverse("iscm_home", args=["tdb"]) in page
    assert reverse("iscm_home", args=["tda"]) not in page
    assert receipt not in sign_in(dalia).get(address("submission", filed)).text
