"""What somebody has read: new since then, told to them; and drafts of others that were opened, told to the makers."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from submissions import commenting, joint, reading, renditions, saving, tasks, workflow
from submissions.models import Mail, Partnership, Reading, RecordHead, Rendition, SubmissionEvent

from . import factories
from .factories import now
from .test_joint_races import at_once, only_with_row_locks

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed_again(filed, amina, rita):
    """Two revisions that differ in one word. Nobody has opened either."""
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    factories.rewrite(submission=filed, text="<p>The mechanism reviewed its newer work.</p>")
    workflow.perform(now(filed), "resubmit", by=amina)
    return now(filed)


def opened(client, submission, *, by, name="submission", args=(), query="", method="get"):
    client.force_login(by)
    response = getattr(client, method)(reverse(name, args=[submission.reference, *args]) + query)
    return re.sub(r"\s+", " ", response.content.decode()) if response.status_code == 200 else response


# ------------------------------------------------------------------------------------------ revisions


def test_a_revision_is_noted_once_however_often_it_is_opened(client, filed, rita, piotr):
    for person in (rita, rita, piotr):
        opened(client, filed, by=person)
    assert {(one.user, one.revision.number) for one in Reading.objects.all()} == {(rita, 1), (piotr, 1)}
    assert Reading.objects.count() == 2


def test_a_first_opening_writes_one_row_and_a_second_none(filed, rita, django_assert_num_queries):
    revision = filed.revisions.get()
    with django_assert_num_queries(2):  # looked, written
        reading.note(rita, revision)
    with django_assert_num_queries(1):
        reading.note(rita, revision)


def test_a_look_at_the_head_alone_is_no_reading(client, filed, rita):
    assert opened(client, filed, by=rita, method="head") == ""
    assert not Reading.objects.exists()


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_two_windows_opened_at_once_are_one_reading(filed, rita):
    revision = filed.revisions.get()
    assert at_once(*[lambda: reading.note(rita, revision)] * 3) == [None] * 3
    assert Reading.objects.count() == 1


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_row_written_between_looking_and_writing_is_no_error(filed, rita, monkeypatch):
    revision = filed.revisions.get()
    reading.note(rita, revision)
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)
    reading.note(rita, revision)
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("who", ["rita", "bruno"])
def test_whoever_has_read_an_older_text_is_led_to_what_is_new_also_after_a_reload(client, filed_again, who, request):
    person = request.getfixturevalue(who)
    opened(client, filed_again, by=person, query="?revision=1")
    for _reload in range(2):
        page = opened(client, filed_again, by=person)
        assert "New since you last read it (revision 1, on" in page
        assert f'href="{reverse("compare", args=[filed_again.reference])}?old=1&amp;new=2"' in page


def test_whoever_has_read_nothing_yet_is_told_of_nothing_new(client, filed_again, rita):
    assert "New since you last read it" not in opened(client, filed_again, by=rita)


def test_an_older_text_that_is_opened_afterwards_makes_the_newer_no_news(client, filed_again, rita):
    opened(client, filed_again, by=rita)
    opened(client, filed_again, by=rita, query="?revision=1")
    assert reading.last_read_before(rita, filed_again.revisions.last()) is None
    assert "New since you last read it" not in opened(client, filed_again, by=rita)


def test_an_approval_is_no_new_text(client, filed_again, rita, piotr):
    opened(client, filed_again, by=rita)
    workflow.perform(filed_again, "approve", by=piotr)
    assert "New since you last read it" not in opened(client, filed_again, by=rita)
    assert reading.last_read_before(rita, filed_again.revisions.last()) is None


def test_what_somebody_read_is_nobody_elses(filed_again, rita, piotr):
    reading.note(rita, filed_again.revisions.first())
    newest = filed_again.revisions.last()
    assert reading.last_read_before(rita, newest).number == 1
    assert reading.last_read_before(piotr, newest) is None


# ------------------------------------------------------------------------------------------ one place for what changed


def test_the_page_of_changes_offers_what_is_new_since_one_last_read(client, filed_again, rita):
    opened(client, filed_again, by=rita, query="?revision=1")
    page = opened(client, filed_again, by=rita, name="compare")
    assert '<a href="?old=1&amp;new=2&amp;view=inline" aria-current="true">Since you last read it: Revision 1' in page


def test_the_makers_find_what_they_have_changed_since_it_was_filed(client, filed_again, amina, rita):
    workflow.perform(filed_again, "request_changes", by=rita, note="Still more.")
    factories.rewrite(submission=filed_again, text="<p>The mechanism reviewed its newest work.</p>")
    page = opened(client, filed_again, by=amina, name="compare")
    assert "Since it was filed last: Revision 2" in page
    assert "newest</ins>" in page
    assert "Since it was filed last" not in opened(client, filed_again, by=rita, name="compare")
    assert reverse("compare", args=[filed_again.reference]) in opened(client, filed_again, by=amina, name="tasks")


def test_a_partner_finds_what_changed_since_it_answered_before_anything_is_filed(client, asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    link = reverse("partner_changes", args=[asked.reference, asked.partnerships.get(iscm=mechanism_b).pk])
    assert reverse("compare", args=[asked.reference]) in opened(client, asked, by=carla)
    page = opened(client, asked, by=carla, name="compare")
    assert f'<a href="{link}">Since TDB last answered</a>' in page


def test_the_lead_finds_it_for_each_partner_and_another_partner_for_itself(
    client, asked, mechanism_b, carla, dalia, amina
):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert "Since TDB last answered" in opened(client, asked, by=amina, name="compare")
    assert opened(client, asked, by=dalia, name="compare").url == reverse("submission", args=[asked.reference])


# ------------------------------------------------------------------------------------------ drafts of others


def openings(submission):
    return [
        (event.actor.name, event.partnership and event.partnership.short_name)
        for event in submission.events.filter(step=reading.READ_DRAFT)
    ]


@pytest.fixture
def edited_by_b(of_joint):
    """The partners may edit, and are asked."""
    submission = factories.make_asked(**of_joint, access=Partnership.Access.EDIT)
    factories.tick_objective(submission=submission, number=7)
    return submission


@pytest.mark.parametrize(
    "place", ["submission", "tasks", "check", "title", "section", "objective_block", "endorse", "preview file"]
)
def test_a_partner_who_opens_the_draft_is_recorded_wherever_it_is_opened(
    client, edited_by_b, amina, carla, place, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    args = {"section": ["statement"], "objective_block": ["objectives", 7], "endorse": ["tdb"]}.get(place, [])
    if place == "preview file":
        made = renditions.ask_for_draft(edited_by_b, by=amina)
        made.file.save("draft.pdf", factories.ContentFile(b"%PDF"))
        made.status = Rendition.Status.READY
        made.save()
        client.force_login(carla)
        client.get(reverse("rendition_file", args=[made.pk])).getvalue()
    else:
        opened(client, edited_by_b, by=carla, name=place, args=args)
    assert openings(edited_by_b) == [("Carla Reyes", "TDB")]


def test_the_comparison_with_the_working_copy_and_with_an_answer_are_openings(
    client, joint_filed_and_returned, carla, dalia, mechanism_b
):
    submission = joint_filed_and_returned
    opened(client, submission, by=carla, name="compare", query="?old=1&new=1")
    assert openings(submission) == []
    opened(client, submission, by=carla, name="compare")
    partnership = submission.partnerships.get(iscm=mechanism_b)
    opened(client, submission, by=dalia, name="partner_changes", args=[partnership.pk])
    assert openings(submission) == [("Carla Reyes", "TDB"), ("Dalia Haddad", "TDC")]


@pytest.fixture
def joint_filed_and_returned(of_joint, mechanism_b, mechanism_c, carla, dalia, rita):
    filed = factories.make_joint_filed(**{**of_joint, "partners": {mechanism_b: carla, mechanism_c: dalia}})
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    return now(filed)


def test_the_own_mechanism_leaves_no_trace_of_its_reading(client, asked, amina, bruno):
    for person in (amina, bruno):
        for name in ("submission", "tasks", "check"):
            opened(client, asked, by=person, name=name)
    assert openings(asked) == []


def test_what_was_filed_is_no_draft(client, joint_filed_and_returned, carla, rita):
    opened(client, joint_filed_and_returned, by=carla, query="?revision=1")
    opened(client, joint_filed_and_returned, by=rita)
    assert openings(joint_filed_and_returned) == []


def test_strangers_are_not_recorded_because_they_see_nothing(client, draft, carla, rita):
    for person in (carla, rita):
        assert opened(client, draft, by=person).status_code == 404
    assert openings(draft) == []


def test_one_opening_is_recorded_a_day(client, asked, carla, dalia, time_machine):
    time_machine.move_to("2030-03-01T23:50:00+00:00", tick=False)
    asked.cycle.closes_at = timezone.now() + timedelta(days=9)
    asked.cycle.save()
    for person in (carla, carla, dalia):
        opened(client, asked, by=person)
    assert openings(asked) == [("Carla Reyes", "TDB"), ("Dalia Haddad", "TDC")]
    time_machine.move_to("2030-03-02T00:10:00+00:00", tick=False)
    opened(client, asked, by=carla)
    assert len(openings(asked)) == 3


def test_an_administrator_who_opens_a_draft_is_recorded(client, draft, ada):
    client.force_login(ada)
    page = client.get(reverse("admin:submissions_submission_change", args=[draft.pk]))
    assert page.status_code == 200
    assert openings(draft) == [("Ada Mwangi", None)]


def test_an_administrator_who_opens_what_was_filed_opens_no_draft(client, filed, ada):
    client.force_login(ada)
    client.get(reverse("admin:submissions_submission_change", args=[filed.pk]))
    assert openings(filed) == []


@pytest.mark.parametrize("place", ["submission", "tasks", "section"])
def test_iom_who_enters_what_came_by_mail_is_recorded(client, mechanism_a, cycle, amina, rita, place):
    mechanism_a.status = mechanism_a.Status.ACTIVE
    mechanism_a.save()
    received = factories.make_received(iscm=mechanism_a, cycle=cycle, by=rita)
    opened(client, received, by=rita, name=place, args=["statement"] if place == "section" else [])
    assert openings(received) == [("Rita Novak", None)]
    assert "Draft opened" in opened(client, received, by=amina, name="history")


@pytest.mark.parametrize("lets_read", [True, False])
def test_iom_that_is_shown_a_section_is_recorded(client, draft, amina, rita, lets_read):
    section = factories.answer(submission=draft, code="statement", text="<p>Half a thought.</p>").section
    asked = commenting.ask_for_help(draft, section=section, text="What now?", lets_read=lets_read, by=amina)
    client.force_login(rita)
    said = client.get(reverse("help_thread", args=[asked.pk])).content.decode()
    assert ("Half a thought" in said) == lets_read
    assert openings(draft) == [("Rita Novak", None)] * lets_read


def test_the_makers_read_in_the_history_who_opened_their_draft(client, joint_filed_and_returned, amina, carla):
    opened(client, joint_filed_and_returned, by=carla)
    for maker in (amina, carla):
        assert "Draft opened: Test Dialogue B" in opened(client, joint_filed_and_returned, by=maker, name="history")


def test_iom_reads_of_its_own_openings_only(client, joint_filed_and_returned, carla, ada, rita, piotr, amina):
    submission = joint_filed_and_returned
    opened(client, submission, by=carla)
    reading.note_draft(ada, submission)
    assert "Draft opened" not in opened(client, submission, by=rita, name="history")
    reading.note_draft(piotr, submission)  # as when IOM's people enter what came by mail
    assert opened(client, submission, by=rita, name="history").count("Draft opened") == 1
    assert opened(client, submission, by=amina, name="history").count("Draft opened") == 3


def test_an_opening_changes_nothing_else(client, joint_filed_and_returned, carla):
    before = now(joint_filed_and_returned)
    mails = Mail.objects.count()
    opened(client, joint_filed_and_returned, by=carla)
    after = now(joint_filed_and_returned)
    event = after.events.get(step=reading.READ_DRAFT)
    assert (event.source, event.target) == (after.status, after.status)
    assert (after.last_step_at, after.saved_at, after.status) == (before.last_step_at, before.saved_at, before.status)
    assert Mail.objects.count() == mails


def test_the_record_stays_one_chain(client, asked, carla, dalia):
    for person in (carla, dalia):
        opened(client, asked, by=person)
    said = StringIO()
    call_command("verify_record", stdout=said)
    assert "none changed, none missing" in said.getvalue()


def test_a_button_pressed_twice_still_counts_once_when_somebody_looked_in_between(
    client, joint_filed_and_returned, asked, amina, carla
):
    first = joint.ask_again(asked, by=amina)
    opened(client, asked, by=carla)
    assert joint.ask_again(asked, by=amina) == first
    client.force_login(amina)
    address = reverse("step", args=[joint_filed_and_returned.reference, "ask"])
    client.post(address)
    opened(client, joint_filed_and_returned, by=carla)
    client.force_login(amina)
    assert client.post(address).url == reverse("partners", args=[joint_filed_and_returned.reference])


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_draft_opened_in_three_windows_at_once_is_recorded_once(asked, carla):
    assert at_once(*[lambda: reading.note_draft(carla, asked)] * 3) == [None] * 3
    assert openings(asked) == [("Carla Reyes", "TDB")]


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
@only_with_row_locks
def test_a_page_is_shown_though_the_record_is_busy_and_the_worker_records_it(client, asked, amina, carla, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", "50ms")
    client.force_login(carla)
    with saving.editing(asked, by=amina):
        RecordHead.objects.select_for_update().get(pk=1)  # somebody holds the input, and the end of the record
        assert at_once(lambda: client.get(reverse("submission", args=[asked.reference])).status_code) == [200]
    assert openings(asked) == []
    [job] = [job.task for job in OrmQ.objects.all() if job.func() == "submissions.tasks.record_draft_opened"]
    tasks.record_draft_opened(*job["args"])
    assert openings(asked) == [("Carla Reyes", "TDB")]


def test_a_page_is_shown_though_nothing_can_be_written(client, asked, carla, monkeypatch, caplog):
    def locked(*args, **options):
        raise OperationalError("database is locked")

    monkeypatch.setattr(reading, "record_draft_opened", locked)
    monkeypatch.setattr(reading, "async_task", locked)
    assert "reviewed its own work" in opened(client, asked, by=carla)
    assert "not recorded" in caplog.text
    assert not SubmissionEvent.objects.filter(step=reading.READ_DRAFT).exists()
