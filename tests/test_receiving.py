"""Inputs that came by mail: IOM's staff enter them for a mechanism, and the mechanism says whether they are its own."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from submissions import completeness, content, receiving, saving, workflow
from submissions.documents import submission as printed
from submissions.models import (
    ISCM,
    Answer,
    Capacity,
    Extension,
    Mail,
    OutlineSection,
    Received,
    Rendition,
    Revision,
    Status,
    Submission,
)
from submissions.permissions import may_draft
from submissions.workflow import Refused

from . import factories
from .test_attachments import pdf

STATEMENT = "Our statement"


@pytest.fixture(autouse=True)
def active(request):
    """Inputs are entered for active mechanisms."""
    if "mechanism_a" in request.fixturenames:
        iscm = request.getfixturevalue("mechanism_a")
        iscm.status = ISCM.Status.ACTIVE
        iscm.save()


@pytest.fixture
def received(mechanism_a, cycle, rita, amina, bruno):
    """A statement of A, just begun by Rita."""
    return factories.make_received(iscm=mechanism_a, cycle=cycle, by=rita)


@pytest.fixture
def filed_for_a(mechanism_a, cycle, rita, amina, bruno):
    """A statement of A, entered and filed by Rita."""
    return factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=rita)


@pytest.fixture
def host(mechanism_a):
    """Reviews and approves for IOM, and belongs to A."""
    user = factories.make_person(name="Rosa Host", is_reviewer=True, is_approver=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False, capacity=Capacity.DELEGATE)
    return user


@pytest.fixture
def paola(reference):
    """Approves for IOM, and does not review."""
    return factories.make_person(name="Paola Approver", is_approver=True)


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def page(person, name, submission, *args):
    return as_(person).get(reverse(name, args=[submission.reference, *args]))


def text_of(response):
    return " ".join(response.content.decode().split())


def posted(iscm, cycle, /, **changes):
    return {
        "iscm": iscm.slug,
        "cycle": cycle.code,
        "input_type": "D2",
        "title": STATEMENT,
        "language": "en",
        "channel": "email",
        "sender": "The secretariat",
        "received_on": timezone.localdate().isoformat(),
        "file": SimpleUploadedFile("input.pdf", pdf(), content_type="application/pdf"),
        **changes,
    }


def enter(person, iscm, cycle, /, **changes):
    return as_(person).post(reverse("enter_received"), posted(iscm, cycle, **changes))


def answer(person, submission, verdict="confirm", **changes):
    given = {"revision": 1, "answer": verdict, "agreed_how": "At the annual meeting.", "reason": "", **changes}
    return as_(person).post(reverse("confirm", args=[submission.reference]), given)


# Entering


def test_what_came_is_kept_with_the_file_and_recorded(mechanism_a, cycle, rita):
    response = enter(rita, mechanism_a, cycle, channel="post", sender="The Chair of A")

    submission = Submission.objects.get()
    received = submission.received
    event = submission.events.get()
    assert response.url == reverse("tasks", args=[submission.reference])
    assert (submission.iscm, submission.status, submission.title) == (mechanism_a, Status.DRAFT, STATEMENT)
    assert (received.channel, received.sender, received.entered_by) == ("post", "The Chair of A", rita)
    assert received.original.is_evidence
    assert received.original.filename == "input.pdf"
    assert (event.step, event.actor) == ("enter", rita)
    assert "by post" in event.note
    assert received.original.sha256 in event.note


def test_the_original_is_no_annex_of_the_input(received):
    assert not received.attachments.annexes().exists()
    assert received.received.original.sha256 not in content.canonical(content.snapshot(received))


def test_pressed_twice_it_is_entered_once(mechanism_a, cycle, rita):
    file = pdf()
    for _press in range(2):
        enter(rita, mechanism_a, cycle, input_type="B1", file=SimpleUploadedFile("input.pdf", file))

    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"received_on": (timezone.now() + timedelta(days=2)).date().isoformat()}, "This day is still to come."),
        ({"received_on": "yesterday"}, "This is not a date."),
        ({"file": SimpleUploadedFile("input.pdf", b"not a PDF")}, "This is not a PDF, DOCX or ODT document"),
        ({"file": ""}, "Choose a file."),
        ({"sender": ""}, "Write who sent it."),
        ({"channel": "pigeon"}, "Select a valid choice."),
        ({"input_type": "D5"}, "Select a valid choice."),
        ({"iscm": "no-such-mechanism"}, "Select a valid choice."),
        ({"cycle": "9" * 400}, "Select a valid choice."),
        ({"iscm": "a\x00b"}, "Select a valid choice."),
        ({"title": "  "}, "Write the title."),
        ({"language": "ru"}, "does not take inputs in this language"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(changes, sentence, mechanism_a, cycle, rita):
    cycle.languages = "en,fr"
    cycle.save()

    response = enter(rita, mechanism_a, cycle, **{"sender": "A man from A", **changes})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "A man from A" in text_of(response) or "sender" in changes
    assert not Submission.objects.exists()


def test_an_empty_post_is_refused_in_sentences(rita):
    response = as_(rita).post(reverse("enter_received"), {})

    assert response.status_code == 422
    assert "Write the title." in text_of(response)


def test_only_active_mechanisms_that_are_not_ones_own_are_offered(mechanism_a, mechanism_b, host):
    mechanism_b.status = ISCM.Status.DORMANT
    mechanism_b.save()
    ISCM.objects.filter(pk=factories.make_mechanism(name="Test Dialogue E", acronym="TDE").pk).update(status="active")

    offered = as_(host).get(reverse("enter_received")).context["form"].fields["iscm"].queryset

    assert "tde" in {iscm.slug for iscm in offered}
    assert not {"tda", "tdb"} & {iscm.slug for iscm in offered}


def test_nobody_enters_for_a_mechanism_of_their_own(mechanism_a, cycle, host):
    with pytest.raises(PermissionDenied):
        factories.make_received(iscm=mechanism_a, cycle=cycle, by=host)


@pytest.mark.parametrize("who", ["amina", "carla", "ada", "paola"])
def test_nobody_but_reviewers_enters(who, request, mechanism_a, cycle):
    person = request.getfixturevalue(who)

    with pytest.raises(PermissionDenied):
        factories.make_received(iscm=mechanism_a, cycle=cycle, by=person)
    assert enter(person, mechanism_a, cycle).status_code == 403


def test_a_joint_input_is_not_entered(mechanism_a, cycle, rita):
    with pytest.raises(Refused, match="partners endorse it in the portal"):
        factories.make_received(iscm=mechanism_a, cycle=cycle, by=rita, type_code="D5")


def test_one_that_iom_knows_of_is_named_where_there_can_be_no_second(filed, mechanism_a, cycle, rita):
    response = enter(rita, mechanism_a, cycle)

    assert filed.input_type.is_sole
    assert response.status_code == 409
    assert filed.reference in text_of(response)
    assert STATEMENT in text_of(response)


def test_of_a_draft_of_the_mechanism_iom_learns_no_more_than_whom_to_ask(draft, mechanism_a, cycle, rita):
    draft.title = "Secret"
    draft.save()

    response = enter(rita, mechanism_a, cycle)

    assert response.status_code == 409
    assert "Ask the mechanism to file there." in text_of(response)
    assert draft.reference not in text_of(response)
    assert "Secret" not in text_of(response)


def test_the_mechanism_finds_the_one_that_iom_enters_where_there_can_be_no_second(received, mechanism_a, cycle, amina):
    as_(amina).post(reverse("start_submission", args=[mechanism_a.slug, cycle.code, "D2"]))

    assert list(Submission.objects.all()) == [received]


def test_what_came_in_time_is_entered_and_filed_after_the_deadline(mechanism_a, closed_cycle, rita):
    on_the_last_day = closed_cycle.closes_at.astimezone(closed_cycle.zone).date()

    submission = factories.make_received_filed(
        iscm=mechanism_a, cycle=closed_cycle, by=rita, received_on=on_the_last_day
    )

    assert submission.status == Status.SUBMITTED


def test_what_came_too_late_needs_an_extension(mechanism_a, closed_cycle, rita, ada):
    too_late = closed_cycle.closes_at.astimezone(closed_cycle.zone).date() + timedelta(days=1)
    late = {"iscm": mechanism_a, "cycle": closed_cycle, "by": rita, "received_on": too_late}
    with pytest.raises(Refused, match="An administrator can grant the mechanism an extension"):
        factories.make_received(**late)

    Extension.objects.create(
        cycle=closed_cycle, iscm=mechanism_a, closes_at=closed_cycle.closes_at + timedelta(days=3), granted_by=ada
    )

    assert factories.make_received_filed(**late).status == Status.SUBMITTED


def test_an_extension_that_is_taken_back_meanwhile_keeps_it_from_being_filed(received, rita, cycle):
    factories.enter_everything_required(submission=received, by=rita)
    cycle.closes_at = timezone.now() - timedelta(days=2)
    cycle.save()

    with pytest.raises(Refused, match="It was received on"):
        workflow.perform(received, "file_received", by=rita)


# Who sees and writes the draft


def test_who_drafts_what_is_being_entered(received, amina, bruno, carla, rita, piotr, ada, paola, host):
    everyone = {"amina": amina, "bruno": bruno, "carla": carla, "rita": rita, "piotr": piotr, "ada": ada}
    everyone |= {"paola": paola, "host": host, "stranger": factories.make_person(name="Sam Stranger")}

    assert {name for name, user in everyone.items() if may_draft(user, received)} == {
        "amina",
        "bruno",
        "rita",
        "piotr",
        "host",
    }


def test_iom_drafts_nothing_that_was_filed(filed_for_a, rita, piotr):
    assert not may_draft(rita, filed_for_a)
    assert not may_draft(piotr, filed_for_a)


def test_iom_drafts_nothing_that_came_back_to_its_mechanism(filed_for_a, rita, amina):
    workflow.perform(filed_for_a, "object", by=amina, note="Not our words.")

    assert not may_draft(rita, factories.now(filed_for_a))


def test_iom_sees_no_other_draft(received, mechanism_a, cycle, amina, rita):
    other = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")

    assert page(rita, "submission", other).status_code == 404
    assert page(rita, "tasks", other).status_code == 404
    assert page(rita, "submission", received).status_code == 200


@pytest.mark.parametrize("who", ["rita", "piotr", "amina", "bruno"])
def test_those_who_draft_it_are_told_how_it_came_and_open_the_original(who, received, request):
    person = request.getfixturevalue(who)
    section = received.input_type.sections.first().code
    original = reverse("attachment", args=[received.reference, received.received.original_id])

    for name, more in [("submission", []), ("tasks", []), ("section", [section]), ("check", [])]:
        shown = text_of(page(person, name, received, *more))
        assert "Received by e-mail on" in shown, name
        assert original in shown, name
    assert b"".join(as_(person).get(original).streaming_content) == b"%PDF-1.7 original"


def test_how_the_mechanism_clears_it_is_its_own_until_it_is_filed(received, rita, amina):
    address = reverse("print_clearance", args=[received.reference])

    assert page(amina, "clearance", received).status_code == 200
    assert page(rita, "clearance", received).status_code == 403
    assert as_(rita).post(address).status_code == 403
    assert reverse("clearance", args=[received.reference]) not in text_of(page(rita, "tasks", received))


def test_an_approver_reads_the_draft_and_does_not_write_it(received, paola):
    assert "IOM is entering this for Test Dialogue A." in text_of(page(paola, "submission", received))
    assert page(paola, "tasks", received).status_code == 403


@pytest.mark.parametrize("who", ["carla", "ada"])
def test_others_find_nothing(who, received, request):
    person = request.getfixturevalue(who)

    for name, more in [("submission", []), ("tasks", []), ("confirm", []), ("history", [])]:
        assert page(person, name, received, *more).status_code == 404
    assert page(person, "attachment", received, received.received.original_id).status_code == 404


def test_the_pages_of_the_secretariat_save_what_iom_types(received, rita):
    section = received.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    address = reverse("section", args=[received.reference, section.code])

    as_(rita).post(address, {"version": 0, "text": "<p>Entered from the letter.</p>", "continue": ""})

    saved = Answer.objects.get(submission=received, section=section)
    assert ("Entered from the letter." in saved.text, saved.saved_by) == (True, rita)


def test_what_is_typed_while_it_is_filed_is_handed_back(filed_for_a, piotr):
    section = filed_for_a.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    address = reverse("section", args=[filed_for_a.reference, section.code])

    response = as_(piotr).post(address, {"version": 1, "text": "<p>Too late</p>", "continue": ""})

    assert response.status_code == 409
    assert "Too late" in text_of(response)
    assert "so this was not saved" in text_of(response)
    assert not Answer.objects.filter(submission=filed_for_a, text__contains="Too late").exists()


def test_the_title_typed_while_it_is_filed_is_handed_back(filed_for_a, piotr):
    response = as_(piotr).post(reverse("title", args=[filed_for_a.reference]), {"title": "Another", "language": "en"})

    assert response.status_code == 403
    assert "Another" in text_of(response)


def test_iom_has_a_preview_of_what_it_enters_and_of_no_other_draft(received, mechanism_a, cycle, amina, rita, carla):
    other = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    response = as_(rita).post(reverse("preview", args=[received.reference]))
    as_(amina).post(reverse("preview", args=[other.reference]))

    assert as_(rita).get(response.url).status_code == 200
    assert Rendition.objects.visible_to(rita).get().submission == received
    assert not Rendition.objects.visible_to(carla).exists()


# What only the mechanism says


def engagement_of(submission):
    return submission.input_type.sections.get(kind=OutlineSection.Kind.ENGAGEMENT)


def test_iom_cannot_say_that_it_is_a_collective_input(received, rita, bruno):
    code = engagement_of(received).code
    ticked = {"version": 0, "is_collective": "on", "agreed_how": "", "later": ""}

    as_(rita).post(reverse("section", args=[received.reference, code]), ticked)
    assert not factories.now(received).is_collective

    as_(bruno).post(reverse("section", args=[received.reference, code]), {**ticked, "version": 1})
    assert factories.now(received).is_collective


def test_nobody_of_iom_is_suggested_as_the_representative(received, rita, mechanism_a):
    shown = text_of(page(rita, "section", received, engagement_of(received).code))

    assert "Rita Novak" not in shown.split("<main")[1].split('id="id_modes"')[1]


def test_iom_files_without_what_only_the_mechanism_can_say(received, rita):
    submission = factories.enter_everything_required(submission=received, by=rita)

    assert completeness.missing(submission) == []
    assert {lack.field for lack in completeness.left_to_the_mechanism(submission)} == {"agreed_how", "is_collective"}
    workflow.perform(submission, "file_received", by=rita)
    assert factories.now(submission).status == Status.SUBMITTED


def test_iom_does_not_file_without_the_rest(received, rita):
    with pytest.raises(Refused, match="Say how this input is made"):
        workflow.perform(received, "file_received", by=rita)


def test_the_mechanism_that_files_it_itself_says_all_of_it(received, rita, amina):
    submission = factories.enter_everything_required(submission=received, by=rita)

    with pytest.raises(Refused, match="Confirm that this is the collective input of the mechanism as a whole"):
        workflow.perform(submission, "submit", by=amina)
    checked = text_of(page(amina, "check", submission))
    assert "#id_is_collective" in checked
    assert "#id_agreed_how" in checked

    submission.agreed_how, submission.is_collective = "At the meeting.", True
    submission.save()
    workflow.perform(submission, "submit", by=amina)
    assert Received.objects.get().confirmed_by == amina


# Filing


def test_it_is_filed_from_the_page_that_a_secretariat_files_from(received, rita):
    submission = factories.enter_everything_required(submission=received, by=rita)
    assert "File for the mechanism" in text_of(page(rita, "check", submission))

    for _press in range(2):  # the second finds it done
        response = as_(rita).post(reverse("step", args=[submission.reference, "file_received"]))
        assert response.url == reverse("submission", args=[submission.reference])

    assert factories.now(submission).status == Status.SUBMITTED
    assert submission.events.filter(step="file_received", actor=rita).count() == 1


@pytest.mark.parametrize("who", ["amina", "bruno", "carla", "paola", "host", "ada"])
def test_nobody_else_files_it_for_the_mechanism(who, received, request, rita):
    submission = factories.enter_everything_required(submission=received, by=rita)

    with pytest.raises(PermissionDenied):
        workflow.perform(submission, "file_received", by=request.getfixturevalue(who))


def test_a_draft_that_did_not_come_by_mail_is_never_filed_by_iom(draft, rita):
    with pytest.raises(PermissionDenied):
        workflow.perform(draft, "file_received", by=rita)


def test_who_may_file_is_asked_and_the_other_reviewers_are_told(filed_for_a, amina, bruno, rita, piotr):
    event = filed_for_a.events.get(step="file_received")
    told = dict(Mail.objects.filter(event=event).values_list("recipient__name", "body"))

    assert set(told) == {amina.name}
    assert reverse("confirm", args=[filed_for_a.reference]) in told[amina.name]
    assert "Received by e-mail on" in told[amina.name]


def test_the_reviewers_who_did_not_file_it_hear_of_it(mechanism_a, cycle, rita, piotr, amina):
    submission = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=rita)

    mails = Mail.objects.filter(event__submission=submission)
    assert {mail.recipient for mail in mails} == {amina, piotr}
    assert "is asked to confirm it" in mails.get(recipient=piotr).body


def test_everybody_is_asked_where_nobody_may_file(mechanism_a, cycle, rita, bruno):
    submission = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=rita)

    assert [mail.recipient for mail in Mail.objects.filter(event__submission=submission)] == [bruno]
    assert "Nobody of the mechanism may confirm it at present" in text_of(page(rita, "submission", submission))


def test_iom_withdraws_what_it_entered_for_the_wrong_mechanism(received, rita, mechanism_a, cycle, amina):
    with pytest.raises(Refused, match="Write a comment"):
        workflow.perform(received, "discard_received", by=rita)
    workflow.perform(received, "discard_received", by=rita, note="It is an input of B.")

    assert factories.now(received).status == Status.WITHDRAWN
    assert factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina) != received


def test_iom_withdraws_nothing_that_was_filed(filed_for_a, rita):
    with pytest.raises(Refused):
        workflow.perform(filed_for_a, "discard_received", by=rita, note="A mistake.")


# The mechanism's answer


def test_the_mechanism_is_asked_on_its_home_page(filed_for_a, mechanism_a, bruno):
    home = text_of(as_(bruno).get(reverse("iscm_home", args=[mechanism_a.slug])))

    assert reverse("confirm", args=[filed_for_a.reference]) in home


def test_the_page_shows_the_filed_text_and_the_original(filed_for_a, amina):
    shown = text_of(page(amina, "confirm", filed_for_a))

    assert "The mechanism reviewed its own work on the Compact." in shown
    assert reverse("attachment", args=[filed_for_a.reference, filed_for_a.received.original_id]) in shown
    assert filed_for_a.revisions.get().sha256 in shown
    assert "collective input of the mechanism as a whole" in shown


def test_the_mechanism_confirms(filed_for_a, amina, mechanism_a):
    response = answer(amina, filed_for_a)

    submission = factories.now(filed_for_a)
    event = submission.events.get(step="confirm")
    assert response.url == reverse("submission", args=[submission.reference])
    assert (submission.received.confirmed_by, submission.status) == (amina, Status.SUBMITTED)
    assert (submission.is_collective, submission.agreed_how) == (True, "At the annual meeting.")
    assert (event.actor, event.revision, event.note) == (amina, submission.revisions.get(), "At the annual meeting.")
    assert "confirm/" not in text_of(as_(amina).get(reverse("iscm_home", args=[mechanism_a.slug])))


def test_what_was_filed_stays_as_it_was(filed_for_a, amina):
    before = filed_for_a.revisions.get().canonical

    answer(amina, filed_for_a)

    assert filed_for_a.revisions.get().canonical == before


def test_iom_is_told_and_the_colleagues(filed_for_a, amina, bruno, rita):
    answer(amina, filed_for_a)

    assert {mail.recipient for mail in Mail.objects.filter(event__step="confirm")} == {bruno, rita}


def test_pressed_twice_it_is_confirmed_once(filed_for_a, amina):
    assert [answer(amina, filed_for_a).status_code for _press in range(2)] == [302, 302]

    assert filed_for_a.events.filter(step="confirm").count() == 1


def test_how_it_was_agreed_is_asked_where_the_original_did_not_say_it(filed_for_a, amina):
    response = answer(amina, filed_for_a, agreed_how=" ")

    assert response.status_code == 422
    assert "Say how the input was agreed within the mechanism." in text_of(response)
    assert not Received.objects.get().is_confirmed


def test_how_it_was_agreed_is_not_asked_again(mechanism_a, cycle, rita, amina):
    submission = factories.make_received(iscm=mechanism_a, cycle=cycle, by=rita)
    factories.answer_everything_required(submission=submission, by=rita)
    Submission.objects.update(is_collective=False)
    workflow.perform(submission, "file_received", by=rita)

    assert "agreed_how" not in page(amina, "confirm", submission).context["form"].fields
    answer(amina, submission, agreed_how="Something else.")
    assert factories.now(submission).agreed_how == "Adopted by the members at the annual meeting."


def test_the_mechanism_objects_and_gets_it_back(filed_for_a, amina, rita):
    response = answer(amina, filed_for_a, "object", reason="The third paragraph is not ours.")

    submission = factories.now(filed_for_a)
    assert response.url == reverse("tasks", args=[submission.reference])
    assert submission.status == Status.CHANGES_REQUESTED
    assert submission.events.get(step="object").note == "The third paragraph is not ours."
    assert "The third paragraph is not ours." in Mail.objects.get(event__step="object", recipient=rita).body
    assert "The third paragraph is not ours." in text_of(page(amina, "tasks", submission))


def test_an_objection_says_why(filed_for_a, amina):
    response = answer(amina, filed_for_a, "object")

    assert response.status_code == 422
    assert "Write what is not right: IOM needs to know." in text_of(response)
    assert factories.now(filed_for_a).status == Status.SUBMITTED


def test_an_objection_that_is_written_is_not_passed_over(filed_for_a, amina):
    response = answer(amina, filed_for_a, "confirm", reason="The date is wrong.")

    assert response.status_code == 422
    assert "The date is wrong." in text_of(response)
    assert not Received.objects.get().is_confirmed


def test_what_the_mechanism_corrects_and_files_itself_is_confirmed(filed_for_a, amina):
    workflow.perform(filed_for_a, "object", by=amina, note="Not our words.")
    with pytest.raises(Refused, match="Confirm that this is the collective input"):
        workflow.perform(filed_for_a, "resubmit", by=amina)

    corrected = factories.now(filed_for_a)
    factories.answer_everything_required(submission=corrected, by=amina, text="<p>Our own words.</p>")
    workflow.perform(corrected, "resubmit", by=amina)

    assert Received.objects.get().confirmed_by == amina


@pytest.mark.parametrize("verdict", ["confirm", "object"])
def test_who_may_not_file_may_not_answer(verdict, filed_for_a, bruno, host):
    for person in (bruno, host):
        response = answer(person, filed_for_a, verdict, reason="Wrong." if verdict == "object" else "")
        assert response.status_code == 403
        assert "Amina Diallo can answer for your mechanism." in text_of(response)
        if verdict == "object":
            assert "Wrong." in text_of(response)
    assert not filed_for_a.events.filter(step__in=["confirm", "object"]).exists()


@pytest.mark.parametrize("who", ["rita", "piotr", "paola"])
def test_iom_does_not_answer_for_the_mechanism(who, filed_for_a, request):
    person = request.getfixturevalue(who)

    assert answer(person, filed_for_a).status_code == 403
    assert answer(person, filed_for_a, "object", reason="No.").status_code == 403
    with pytest.raises(PermissionDenied):
        receiving.confirm(filed_for_a, expected_revision=1, by=person)
    with pytest.raises(PermissionDenied):
        workflow.perform(filed_for_a, "object", by=person, note="No.")


@pytest.mark.parametrize("who", ["carla", "ada"])
def test_others_find_nothing_to_answer(who, filed_for_a, request):
    assert answer(request.getfixturevalue(who), filed_for_a).status_code == 404


def test_an_input_that_did_not_come_by_mail_is_not_confirmed(filed, amina):
    assert page(amina, "confirm", filed).status_code == 404
    assert answer(amina, filed).status_code == 404
    with pytest.raises(Refused):
        workflow.perform(filed, "object", by=amina, note="Not ours.")


def test_the_answer_is_to_the_text_that_was_read(filed_for_a, amina):
    """A newer one, as if it had been filed while the page was open."""
    first = filed_for_a.revisions.get()
    newer = Revision.objects.create(
        submission=filed_for_a, number=2, cause="filed", canonical=first.canonical, sha256="0" * 64, frozen_by=amina
    )

    confirming = answer(amina, filed_for_a, agreed_how="By silence procedure.")
    objecting = answer(amina, filed_for_a, "object", reason="Not the first paragraph.")

    assert (confirming.status_code, objecting.status_code) == (409, 409)
    assert "A newer version of this input was filed" in text_of(confirming)
    assert "By silence procedure." in text_of(confirming)
    assert newer.sha256 in text_of(confirming)
    assert "Not the first paragraph." in text_of(objecting)
    assert confirming.context["form"]["revision"].value() == "2"
    assert factories.now(filed_for_a).status == Status.SUBMITTED


@pytest.mark.parametrize(
    "odd",
    [
        {"revision": ""},
        {"revision": "one"},
        {"revision": "9" * 400},
        {"revision": "-1"},
        {"answer": ""},
        {"answer": "perhaps"},
        {"answer": "object", "reason": "\x00"},
        {"agreed_how": "\x00"},
    ],
)
def test_odd_answers_are_refused_and_record_nothing(odd, filed_for_a, amina):
    assert answer(amina, filed_for_a, **odd).status_code == 422
    assert not filed_for_a.events.filter(step__in=["confirm", "object"]).exists()


def test_there_is_nothing_to_confirm_before_it_is_filed(received, amina):
    assert page(amina, "confirm", received).url == reverse("submission", args=[received.reference])
    assert answer(amina, received).status_code == 409


def test_whoever_comes_too_late_reads_who_has_confirmed(filed_for_a, amina, mechanism_a):
    second = factories.make_person(name="Chair Two")
    factories.affiliate(user=second, iscm=mechanism_a, capacity=Capacity.CHAIR)
    factories.confirm(submission=filed_for_a, by=amina)

    response = answer(second, filed_for_a)

    assert response.status_code == 409
    assert "Amina Diallo has confirmed this input already." in text_of(response)


# Approving


def test_nothing_is_approved_before_its_mechanism_stands_by_it(filed_for_a, piotr, amina):
    workflow.perform(filed_for_a, "take_up", by=piotr)
    with pytest.raises(Refused, match="has not confirmed yet that this is its input"):
        workflow.perform(filed_for_a, "approve", by=piotr)

    factories.confirm(submission=filed_for_a, by=amina)
    workflow.perform(filed_for_a, "approve", by=piotr)

    assert factories.now(filed_for_a).status == Status.APPROVED


def test_whoever_entered_it_does_not_approve_it(mechanism_a, cycle, piotr, rita, amina):
    submission = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=piotr)
    factories.confirm(submission=submission, by=amina)
    workflow.perform(submission, "take_up", by=rita)

    with pytest.raises(Refused, match="You entered this input for its mechanism"):
        workflow.perform(submission, "approve", by=piotr)


def test_whoever_typed_a_part_of_it_does_not_approve_it(received, rita, piotr, amina):
    factories.enter_everything_required(submission=received, by=piotr)
    workflow.perform(received, "file_received", by=rita)
    factories.confirm(submission=received, by=amina)
    workflow.perform(received, "take_up", by=rita)

    with pytest.raises(Refused, match="You entered this input for its mechanism"):
        workflow.perform(received, "approve", by=piotr)


def test_whoever_entered_it_is_no_second_person(mechanism_a, cycle, piotr, rita, amina):
    cycle.requires_second_person = True
    cycle.save()
    submission = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=piotr)
    workflow.perform(submission, "take_up", by=rita)

    with pytest.raises(Refused, match="asks for a second person"):
        workflow.perform(submission, "decline", by=piotr, note="Not for this review.")


# What is frozen and printed


def test_how_it_came_is_part_of_the_text_of_what_came_by_mail_only(received, mechanism_a, cycle, amina):
    other = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")

    assert content.snapshot(received)["received"] == {
        "channel": "email",
        "received_on": received.received.received_on.isoformat(),
    }
    assert "received" not in content.snapshot(other)


def test_the_document_says_how_it_came_and_who_confirmed_it(filed_for_a, amina, piotr):
    day = timezone.localdate()
    filed = dict(facts_of(filed_for_a.revisions.get()))
    factories.confirm(submission=filed_for_a, by=amina)
    workflow.perform(filed_for_a, "take_up", by=piotr)
    workflow.perform(filed_for_a, "approve", by=piotr)
    approved = dict(facts_of(filed_for_a.revisions.last()))

    came = f"Received by e-mail on {day.day} {day:%B %Y} and entered by IOM."
    assert filed["How it came"] == approved["How it came"] == came
    assert filed["Confirmed"] == "Not yet confirmed by the mechanism when it was filed."
    assert "Amina Diallo" in approved["Confirmed"]
    assert "collective input of the mechanism as a whole" in approved["Confirmed"]
    assert "Adopted by the members at the annual meeting." in approved["Confirmed"]


def test_the_document_of_any_other_input_says_nothing_of_it(filed):
    assert not {"How it came", "Confirmed"} & set(dict(facts_of(filed.revisions.get())))


def facts_of(revision):
    standing = printed.standing_of(revision)
    return [(str(label), str(value)) for label, value in printed.facts(revision.content, standing)]


# The desk and the record


def test_the_list_says_what_is_entered_what_waits_and_what_is_done(mechanism_a, cycle, rita, piotr, amina):
    entered = factories.make_received(iscm=mechanism_a, cycle=cycle, by=rita, type_code="B1")
    waiting = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=rita)
    confirmed = factories.make_received_filed(iscm=mechanism_a, cycle=cycle, by=rita, type_code="D1")
    factories.confirm(submission=confirmed, by=amina)

    context = as_(piotr).get(reverse("received_inputs")).context

    assert (context["entered"], context["waiting"]) == ([entered], [waiting])
    assert list(context["page"].object_list) == [confirmed]


def test_the_list_shows_the_title_as_it_was_filed(filed_for_a, amina, rita):
    workflow.perform(filed_for_a, "object", by=amina, note="Not our title.")
    Submission.objects.update(title="Being written")

    shown = text_of(as_(rita).get(reverse("received_inputs")))

    assert STATEMENT in shown
    assert "Being written" not in shown


@pytest.mark.parametrize("who", ["amina", "carla", "ada"])
def test_the_list_is_for_iom(who, request, received):
    assert as_(request.getfixturevalue(who)).get(reverse("received_inputs")).status_code == 403


def test_the_list_takes_the_same_number_of_queries_however_long(
    mechanism_a, cycle, rita, amina, django_assert_num_queries, django_assert_max_num_queries
):
    def make(type_code, number):
        content = f"%PDF-1.7 {type_code} {number}".encode()
        mail = {"iscm": mechanism_a, "cycle": cycle, "by": rita, "type_code": type_code, "content": content}
        factories.make_received(**mail)
        filed = {**mail, "content": content + b" filed"}
        factories.make_received_filed(**filed)

    make("B1", 0)
    client = as_(rita)
    with django_assert_max_num_queries(15) as first:
        client.get(reverse("received_inputs"))
    for number in range(1, 6):
        make("B1", number)
    with django_assert_num_queries(len(first)):
        client.get(reverse("received_inputs"))


def test_it_is_on_the_desk_once_it_is_filed(received, rita, piotr):
    assert received.reference not in text_of(as_(piotr).get(reverse("queue")))

    submission = factories.enter_everything_required(submission=received, by=rita)
    workflow.perform(submission, "file_received", by=rita)

    assert received.reference in text_of(as_(piotr).get(reverse("queue")))


@pytest.mark.parametrize("who", ["amina", "piotr"])
def test_the_history_says_who_entered_it_how_it_came_and_who_confirmed(who, filed_for_a, amina, request):
    factories.confirm(submission=filed_for_a, by=amina)

    shown = text_of(page(request.getfixturevalue(who), "history", filed_for_a))

    for words in ("Entered by IOM", "Received by e-mail on", "Filed by IOM for the mechanism", "Rita Novak"):
        assert words in shown
    assert "Confirmed by the mechanism" in shown


def test_an_edit_of_the_mechanism_and_one_of_iom_do_not_overwrite_each_other(received, rita, bruno):
    section = received.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    address = reverse("section", args=[received.reference, section.code])
    as_(bruno).post(address, {"version": 0, "text": "<p>From A.</p>", "continue": ""})

    response = as_(rita).post(address, {"version": 0, "text": "<p>From the letter.</p>", "continue": ""})

    assert response.status_code == 409
    assert "From A." in text_of(response)
    assert "From the letter." in text_of(response)


def test_somebody_whose_role_has_ended_edits_no_more(received, rita):
    rita.is_reviewer = False
    rita.save()

    with pytest.raises(saving.NotEditable), saving.editing(received, by=rita):
        pass


def test_the_demonstration_has_one_that_waits_for_its_mechanism(mechanism_a, cycle, rita, amina, bruno):
    from submissions.demonstration import received as demonstration
    from submissions.demonstration.build import MECHANISMS
    from submissions.demonstration.joint import Secretariat

    secretariat = Secretariat(MECHANISMS[0], mechanism_a, amina, bruno)

    submission = demonstration.build(cycle, secretariat, reviewer=rita)

    assert receiving.waits_for_an_answer(submission)
    assert page(amina, "confirm", submission).status_code == 200
