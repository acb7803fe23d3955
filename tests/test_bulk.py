"""One thing done with many inputs: each is judged and done by itself, and nothing goes out for one that was not."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from submissions import bulk, notifications, reminding, workflow
from submissions.models import Mail, Rendition, Status, SubmissionEvent
from submissions.workflow import Refused

from . import factories
from .browser import faults


@pytest.fixture
def inputs(mechanism_a, cycle, amina):
    """Three statements of A, filed."""
    return [factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1") for _ in range(3)]


@pytest.fixture
def reviewed(inputs, rita):
    for one in inputs:
        workflow.perform(one, "take_up", by=rita)
    return [factories.now(one) for one in inputs]


@pytest.fixture
def returned(reviewed, rita):
    for one in reviewed:
        workflow.perform(one, "request_changes", by=rita, note="Shorter.")
    return [factories.now(one) for one in reviewed]


@pytest.fixture
def hana(mechanism_a):
    """Reviews and approves for IOM, and belongs to the secretariat of A."""
    user = factories.make_person(name="Hana Host", is_reviewer=True, is_approver=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False)
    return user


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def look(user, act, submissions):
    response = client_of(user).get(reverse("bulk", args=[act]), {"pk": [one.pk for one in submissions]})
    return response.content.decode()


def press(user, act, submissions, **more):
    """The page that follows, once the button of that page is pressed."""
    posted = {"pk": [one.pk for one in submissions]}
    for one in submissions:
        posted |= {f"revision_{one.pk}": one.newest_revision.number, f"seen_{one.pk}": one.reviewer_id or ""}
    posted |= more
    return client_of(user).post(reverse("bulk", args=[act]), posted, follow=True).content.decode()


def statuses(submissions):
    return [factories.now(one).status for one in submissions]


def written():
    """What an act may leave behind: entries of the record, mails, jobs, documents."""
    return [model.objects.count() for model in (SubmissionEvent, Mail, OrmQ, Rendition)]


# ---------------------------------------------------------------------------------------------- what would happen


def test_the_page_names_each_and_the_number(reviewed, piotr):
    page = look(piotr, "approve", reviewed)
    assert all(one.reference in page for one in reviewed)
    assert "Approve 3 inputs" in page


def test_what_cannot_be_done_is_listed_apart_with_the_reason(inputs, rita, piotr):
    workflow.perform(inputs[0], "take_up", by=rita)
    page = look(piotr, "approve", inputs)
    possible, refused = page.split("Cannot be done")
    assert "Approve 1 input<" in possible
    assert [one.reference in possible for one in inputs] == [True, False, False]
    assert [one.reference in refused for one in inputs] == [False, True, True]
    assert refused.count("“Approve” is not possible now: this input is in the state “Filed”.") == 2


def test_looking_changes_nothing(reviewed, returned, piotr):
    before = written()
    for act in bulk.ACTS:
        look(piotr, act, reviewed)
    assert written() == before


def test_wrong_and_unseen_ones_are_passed_over_and_said_so(reviewed, mechanism_b, cycle, carla, piotr):
    draft = factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla)
    numbers = [reviewed[0].pk, draft.pk, 123456, "x", "9" * 40, "-1", ""]
    page = client_of(piotr).get(reverse("bulk", args=["approve"]), {"pk": numbers}).content.decode()
    assert "Approve 1 input<" in page
    assert "6 of those selected are passed over" in page
    assert draft.reference not in page


def test_at_most_a_hundred_at_once(reviewed, piotr):
    numbers = [one.pk for one in reviewed] + list(range(10_000, 10_100))
    page = client_of(piotr).get(reverse("bulk", args=["approve"]), {"pk": numbers}).content.decode()
    assert "At most 100 can be done at once: 3 more are left for the next time." in page


def test_nothing_selected_is_said(piotr):
    for act in bulk.ACTS:
        assert "No input is selected." in look(piotr, act, [])


def test_an_act_that_does_not_exist_is_not_found(piotr):
    assert client_of(piotr).get("/desk/bulk/withdraw/").status_code == 404


@pytest.mark.parametrize("who", ["amina", "bruno", "carla", "ada", "rita", "piotr", "hana"])
def test_who_may_open_which_page(who, inputs, request, ada, rita, piotr, hana, carla, bruno):
    client = client_of(request.getfixturevalue(who))
    found = {act: client.get(reverse("bulk", args=[act])).status_code for act in bulk.ACTS}
    allowed = {"rita": {"assign", "remind"}, "piotr": set(bulk.ACTS), "hana": set(bulk.ACTS)}.get(who, set())
    assert found == {act: 200 if act in allowed else 403 for act in bulk.ACTS}
    posted = {act: client.post(reverse("bulk", args=[act])).status_code for act in bulk.ACTS}
    assert {act for act, status in posted.items() if status == 403} == set(bulk.ACTS) - allowed


@pytest.mark.parametrize("act", bulk.ACTS)
def test_the_page_asks_the_database_as_often_for_many(
    settings, act, reviewed, returned, rita, piotr, amina, mechanism_a, cycle
):
    if act == "approve":
        for one in returned:
            workflow.perform(one, "resubmit", by=amina)
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=piotr, type=Authenticator.Type.TOTP, data={})
    client, address = client_of(piotr), reverse("bulk", args=[act])
    counts = []
    for selected in (reviewed[:1], reviewed):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address, {"pk": [one.pk for one in selected]}).content.decode()
        assert "Cannot be done" not in page
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


# ---------------------------------------------------------------------------------------------- approve


def test_many_are_approved_with_one_comment(reviewed, piotr, amina):
    page = press(piotr, "approve", reviewed, note="Well done.")
    assert "3 inputs are approved." in page
    assert statuses(reviewed) == [Status.APPROVED] * 3
    for one in reviewed:
        assert one.events.get(step="approve").note == "Well done."
        assert Mail.objects.filter(event__submission=one, event__step="approve", recipient=amina).count() == 1


def test_pressed_twice_nothing_is_done_twice(reviewed, piotr):
    press(piotr, "approve", reviewed)
    before = written()
    page = press(piotr, "approve", reviewed)
    assert "With 3 it was so already, and nothing was done twice." in page
    assert written() == before


def test_what_somebody_else_approved_before_is_not_called_done(reviewed, piotr):
    paola = factories.make_person(name="Paola Approver", is_approver=True)
    workflow.perform(reviewed[0], "approve", by=paola)
    page = press(piotr, "approve", reviewed)
    assert "2 inputs are approved." in page
    assert "1 was not done." in page


def test_a_text_filed_meanwhile_is_not_approved_unread(reviewed, piotr, rita, amina):
    workflow.perform(reviewed[1], "request_changes", by=rita, note="Shorter.")
    workflow.perform(reviewed[1], "resubmit", by=amina)
    page = press(piotr, "approve", reviewed)
    assert "A newer version of this input was filed while you were reading." in page
    assert statuses(reviewed) == ["approved", "under_review", "approved"]


@pytest.mark.parametrize("number", ["", "x", "9" * 40, "-1"])
def test_without_the_revision_that_was_shown_nothing_is_approved(reviewed, piotr, number):
    page = press(piotr, "approve", reviewed[:1], **{f"revision_{reviewed[0].pk}": number})
    assert "The page did not say which revision you have seen." in page
    assert statuses(reviewed[:1]) == ["under_review"]


def test_the_first_person_is_no_second_one_in_bulk_either(reviewed, cycle, amina, mechanism_a, piotr, rita):
    cycle.requires_second_person = True
    cycle.save()
    own = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    workflow.perform(own, "take_up", by=piotr)
    own = factories.now(own)
    said = "This review cycle asks for a second person"
    refused = look(piotr, "approve", [own, *reviewed]).split("Cannot be done")[1]
    assert said in refused
    assert own.reference in refused
    page = press(piotr, "approve", [own, *reviewed])
    assert "3 inputs are approved." in page
    assert said in page
    assert statuses([own, *reviewed]) == ["under_review", "approved", "approved", "approved"]


def test_nobody_approves_what_a_mechanism_of_theirs_makes(reviewed, hana):
    before = written()
    assert (
        "Approve" not in look(hana, "approve", reviewed).split("Cannot be done")[0].split("<main")[1].split("</h1>")[1]
    )
    page = press(hana, "approve", reviewed)
    assert page.count("you have no part in its review") == 3
    assert (statuses(reviewed), written()) == (["under_review"] * 3, before)


def test_a_comment_that_is_too_long_is_given_back(reviewed, piotr):
    page = press(piotr, "approve", reviewed, note="y" * 20_001)
    assert "There is a problem" in page
    assert "y" * 20_001 in page
    assert statuses(reviewed) == ["under_review"] * 3


def test_what_fails_in_the_middle_leaves_the_others_and_nothing_of_itself(reviewed, piotr, amina, monkeypatch):
    before, tell = written(), notifications.tell

    def break_after_the_mails(event):
        tell(event)
        if event.submission_id == reviewed[1].pk:
            raise RuntimeError("The disk is full.")

    monkeypatch.setattr(notifications, "tell", break_after_the_mails)
    page = press(piotr, "approve", reviewed)
    assert "2 inputs are approved." in page
    assert "Something went wrong in the portal" in page
    assert "disk is full" not in page
    assert statuses(reviewed) == ["approved", "under_review", "approved"]
    # For each of the two that happened: an entry, a mail to Amina, a PDF, and jobs for the mail and for the PDF.
    assert [now - then for now, then in zip(written(), before, strict=True)] == [2, 2, 4, 2]
    assert not Mail.objects.filter(event__submission=reviewed[1], event__step="approve").exists()


# ---------------------------------------------------------------------------------------------- remind


def reminders_to(user):
    return Mail.objects.filter(recipient=user, subject__contains="Reminder: IOM waits").count()


def test_those_who_may_file_are_reminded_and_read_it_in_the_history(returned, rita, amina, bruno, carla):
    page = press(rita, "remind", returned)
    assert "Of 3 inputs the mechanisms are reminded." in page
    assert [reminders_to(person) for person in (amina, bruno, carla, rita)] == [3, 0, 0, 0]
    body = Mail.objects.get(recipient=amina, subject__contains=f"[{returned[0].reference}] Reminder").body
    assert f"/inputs/{returned[0].reference}/tasks/" in body
    for reader in (amina, rita):
        history = client_of(reader).get(reverse("history", args=[returned[0].reference])).content.decode()
        assert "Reminded of the changes asked for" in history


def test_what_is_with_iom_or_closed_is_not_reminded_of(reviewed, mechanism_a, cycle, amina, rita, piotr):
    workflow.perform(reviewed[0], "approve", by=piotr)
    workflow.perform(reviewed[1], "withdraw", by=amina)
    before = written()
    assert look(rita, "remind", reviewed).count("No changes are awaited") == 3
    page = press(rita, "remind", reviewed)
    assert page.count("No changes are awaited") == 3
    assert written() == before


def test_nobody_is_reminded_again_within_a_day(returned, rita, piotr, amina):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        press(rita, "remind", returned[:1])
        press(rita, "remind", returned[:1])  # twice
        assert "was reminded of it within the last day" in look(piotr, "remind", returned[:1])
        assert "was reminded of it within the last day" in press(piotr, "remind", returned[:1])
        assert reminders_to(amina) == 1
        clock.shift(timedelta(days=1, seconds=1))
        assert "Of 1 input the mechanism is reminded." in press(piotr, "remind", returned[:1])
    assert reminders_to(amina) == 2


def test_where_nobody_may_file_it_is_said(returned, rita, amina):
    amina.affiliations.update(may_file=False)
    assert "Nobody at the mechanism may file now" in look(rita, "remind", returned)
    with pytest.raises(Refused, match="nobody to remind"):
        reminding.remind_of_changes(returned[0], by=rita)


def test_a_joint_input_is_reminded_of_while_its_partners_look_at_the_changes(
    of_joint, mechanism_b, mechanism_c, carla, dalia, rita, amina
):
    partners = {mechanism_b: carla, mechanism_c: dalia}
    submission = factories.make_joint_filed(**{**of_joint, "partners": partners})
    workflow.perform(submission, "take_up", by=rita)
    workflow.perform(submission, "request_changes", by=rita, note="Shorter.")
    workflow.perform(submission, "ask", by=amina)
    press(rita, "remind", [factories.now(submission)])
    assert [reminders_to(person) for person in (amina, carla, dalia)] == [1, 0, 0]


def test_an_input_that_was_never_filed_is_not_reminded_of(asked, rita):
    with pytest.raises(Refused, match="No changes are awaited"):
        reminding.remind_of_changes(asked, by=rita)


def test_nobody_reminds_their_own_mechanism(returned, hana):
    page = press(hana, "remind", returned)
    assert page.count("you have no part in its review") == 3
    assert SubmissionEvent.objects.filter(step="remind_changes").count() == 0


# ---------------------------------------------------------------------------------------------- assign


def test_many_are_assigned_to_one_person(inputs, rita, piotr):
    page = press(rita, "assign", inputs, reviewer=piotr.pk, note="Before Friday, please.")
    assert "3 inputs are assigned." in page
    assert [factories.now(one).reviewer for one in inputs] == [piotr] * 3
    assert Mail.objects.filter(recipient=piotr, body__contains="> Before Friday, please.").count() == 3


def test_assigning_needs_a_person(inputs, rita):
    for reviewer in ("", "x", "9" * 40):
        page = press(rita, "assign", inputs, reviewer=reviewer)
        assert "There is a problem" in page
    assert SubmissionEvent.objects.filter(step="assign").count() == 0


def test_one_that_cannot_go_to_that_person_says_why(inputs, mechanism_b, cycle, carla, rita, hana):
    other = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1")
    page = press(rita, "assign", [*inputs, other], reviewer=hana.pk)
    assert "1 input is assigned." in page
    assert page.count("Hana Host cannot review this input: a mechanism of theirs makes it.") == 3
    assert [factories.now(one).reviewer for one in (*inputs, other)] == [None, None, None, hana]


def test_the_way_to_proposals_keeps_the_selection(inputs, rita):
    page = look(rita, "assign", inputs[:2])
    assert f"/desk/assign/?pk={inputs[0].pk}&amp;pk={inputs[1].pk}" in page


# ---------------------------------------------------------------------------------------------- what was done


def test_the_page_of_what_was_done_can_be_loaded_again_and_is_one_s_own(reviewed, piotr, rita):
    client = client_of(piotr)
    posted = {"pk": reviewed[0].pk, f"revision_{reviewed[0].pk}": 1}
    address = client.post(reverse("bulk", args=["approve"]), posted).url
    before = written()
    for _load in range(2):
        assert "1 input is approved." in client.get(address).content.decode()
    assert written() == before
    another = factories.make_person(name="Paola Approver", is_approver=True)
    page = client_of(another).get(address, follow=True).content.decode()
    assert "is not kept any more" in page
    assert reviewed[0].reference not in page.split("is not kept any more")[0]


def test_what_was_passed_over_when_the_button_was_pressed_is_said(reviewed, mechanism_b, cycle, carla, piotr):
    draft = factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla)
    posted = {"pk": [reviewed[0].pk, draft.pk, "x"], f"revision_{reviewed[0].pk}": 1, f"revision_{draft.pk}": 1}
    page = client_of(piotr).post(reverse("bulk", args=["approve"]), posted, follow=True).content.decode()
    assert "1 input is approved." in page
    assert "2 of those selected are passed over" in page
    assert statuses([draft]) == ["draft"]


def test_only_the_last_few_outcomes_are_kept(reviewed, piotr):
    client = client_of(piotr)
    for _press in range(7):
        client.post(reverse("bulk", args=["approve"]), {"pk": reviewed[0].pk})
    assert len(client.session["bulk_outcomes"]) == 5


# ---------------------------------------------------------------------------------------------- for everybody


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_are_fit_for_every_screen_and_reader(visit, inputs, rita, piotr, language):
    piotr.language = language
    piotr.save()
    workflow.perform(inputs[0], "take_up", by=rita)
    visitor, wrong = visit(piotr, language=language), []
    query = "?" + "&".join(f"pk={one.pk}" for one in inputs) + "&pk=9999"
    pages = [("assign", inputs[0].reference), ("propose_assignments",), *(("bulk", act) for act in bulk.ACTS)]
    for name, *arguments in pages:
        visitor.go(name, *arguments, query=query if name != "assign" else "")
        wrong += faults_at_each_width(visitor)
    visitor.go("bulk", "approve", query=query)
    visitor.page.locator("main button[type=submit]").click()
    visitor.page.wait_for_url("**/done/**")
    assert wrong + faults_at_each_width(visitor) + visitor.complaints == []


def faults_at_each_width(visitor):
    found = []
    for width in (320, 1280):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        found += [f"{visitor.path} at {width} px: {fault}" for fault in faults(visitor.page)]
    return found
