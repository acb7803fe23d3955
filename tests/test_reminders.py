"""Reminders to partners who have not answered, what the portal asks again by itself, and stopping all that.

Amina's mechanism A leads; Carla answers for partner B, Dalia for partner C.
"""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox_of
from django.core.management import CommandError, call_command
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone, translation

from submissions import endorsement, joint, reminders, stopping, tasks, workflow
from submissions.models import Affiliation, ReminderStop, ReviewCycle, Submission

from . import factories
from .migrating import manage
from .test_notifications import mail_to, told_of
from .test_workflow import at_once


@pytest.fixture
def deadline(cycle):
    """Thirty days from now."""
    return cycle.closes_at


def run(at) -> list[dict]:
    """What the hourly job does at that moment: for each event that it records, who gets which mail."""
    known = set(Submission.objects.values_list("events", flat=True))
    with time_machine.travel(at, tick=False):
        reminders.send_due()
    events = [event for submission in Submission.objects.all() for event in submission.events.all()]
    return [told_of(event) for event in events if event.pk not in known]


def before(deadline, **time):
    return deadline - timedelta(**time)


# ---------------------------------------------------------------------------------------------- when


def test_partners_are_reminded_fourteen_seven_and_two_days_before_the_deadline(asked, deadline):
    told = {}
    for hour in range(30 * 24, -24, -6):
        for news in run(before(deadline, hours=hour)):
            told[hour / 24] = news
    said = "%s days left to endorse: joint input of TDA"
    assert told == {days: dict.fromkeys(["Carla", "Dalia"], said % days) for days in (14, 7, 2)}
    assert list(asked.events.filter(step="remind").values_list("note", "actor")) == [
        ("14", None),
        ("7", None),
        ("2", None),
    ]


def test_running_again_at_once_sends_nothing_twice(asked, deadline):
    assert len(run(before(deadline, days=14))) == 1
    assert run(before(deadline, days=14)) == []


def test_of_two_stages_that_have_come_only_the_nearest_is_sent(asked, deadline):
    assert [set(told.values()) for told in run(before(deadline, days=5))] == [
        {"5 days left to endorse: joint input of TDA"}
    ]
    assert asked.events.get(step="remind").note == "7"


def test_who_is_asked_when_a_stage_has_come_already_is_not_reminded_of_it_an_hour_later(of_joint, deadline):
    with time_machine.travel(before(deadline, days=5), tick=False):
        factories.make_asked(**of_joint)
    assert run(before(deadline, days=5, hours=-1)) == []
    assert len(run(before(deadline, days=2))) == 1


def test_a_later_deadline_brings_reminders_of_its_own(asked, deadline):
    run(before(deadline, days=2))
    later = deadline + timedelta(days=20)
    ReviewCycle.objects.update(closes_at=later)
    assert run(before(later, days=20)) == []
    assert [len(run(before(later, days=days))) for days in (14, 7, 2)] == [1, 1, 1]


def test_the_extension_of_the_lead_counts(asked, amina, mechanism_a, deadline):
    asked.cycle.extensions.create(iscm=mechanism_a, closes_at=deadline + timedelta(days=10), granted_by=amina)
    assert run(before(deadline, days=7)) == []
    assert len(run(before(deadline, days=4))) == 1


def test_nothing_is_sent_after_the_deadline_or_where_none_is_announced(asked, deadline):
    assert run(deadline) == []
    ReviewCycle.objects.update(closes_at=None)
    assert run(before(deadline, days=2)) == []


def test_nobody_is_reminded_of_what_is_not_asked(joint_draft, deadline):
    assert run(before(deadline, days=7)) == []


# ---------------------------------------------------------------------------------------------- who


def test_only_those_who_must_answer_are_reminded(asked, deadline, carla, dalia, mechanism_b, mechanism_c):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    assert [set(told) for told in run(before(deadline, days=14))] == [{"Dalia"}]
    factories.decline(submission=asked, partner=mechanism_c, by=dalia)
    assert run(before(deadline, days=7)) == []
    assert asked.events.filter(step="remind").count() == 1


def test_who_has_answered_an_older_text_is_reminded_too(asked, deadline, carla, mechanism_b):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    joint.ask_again(asked, by=None)
    assert [set(told) for told in run(before(deadline, days=14))] == [{"Carla", "Dalia"}]


def test_who_may_not_answer_is_not_reminded_and_without_anybody_nothing_is_recorded(asked, deadline):
    Affiliation.objects.update(may_file=False)
    assert run(before(deadline, days=14)) == []
    assert not asked.events.filter(step="remind").exists()


def test_the_reminder_says_what_is_asked_by_when_and_ends_with_the_way_to_stop(asked, deadline, carla):
    run(before(deadline, days=7))
    lines = mail_to(carla).body.splitlines()
    assert "Test Dialogue A still waits for your answer to a joint input, for Test Dialogue B." in lines[2]
    assert lines[4].startswith("Please answer before ")
    assert f"http://127.0.0.1:8000/inputs/{asked.reference}/endorse/tdb/" in lines
    assert lines[-1] == f"http://127.0.0.1:8000/reminders/stop/{stopping.token_of(carla, asked)}/"


# ---------------------------------------------------------------------------------------------- changed texts


def change(submission, *, at):
    with time_machine.travel(at, tick=False):
        factories.rewrite(submission=submission)
        Submission.objects.filter(pk=submission.pk).update(saved_at=timezone.now())


@pytest.fixture
def changed_at(asked, carla, mechanism_b):
    """B has endorsed, and the text has changed since."""
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    at = timezone.now() + timedelta(days=1)
    change(asked, at=at)
    return at


def test_a_changed_text_is_put_before_those_who_endorsed_it_once_it_has_rested_an_hour(asked, changed_at):
    assert run(changed_at + timedelta(minutes=59)) == []
    said = "Please look again: the joint input of TDA has changed"
    assert run(changed_at + timedelta(minutes=60)) == [{"Carla": said}]
    assert asked.events.get(step="ask_again").actor is None
    assert run(changed_at + timedelta(minutes=120)) == []


def test_each_change_is_put_before_them_once(asked, changed_at, carla, mechanism_b):
    run(changed_at + timedelta(hours=1))
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    with time_machine.travel(changed_at + timedelta(hours=2), tick=False):
        factories.rewrite(submission=asked, text="<p>A third text.</p>")
        Submission.objects.filter(pk=asked.pk).update(saved_at=timezone.now())
    assert len(run(changed_at + timedelta(hours=3))) == 1


def test_where_the_lead_has_asked_again_the_portal_does_not(asked, changed_at, amina):
    with time_machine.travel(changed_at + timedelta(minutes=5), tick=False):
        joint.ask_again(asked, by=amina)
    assert run(changed_at + timedelta(hours=2)) == []


def test_a_changed_text_that_nobody_has_answered_yet_is_no_news(asked):
    at = timezone.now() + timedelta(days=1)
    change(asked, at=at)
    assert run(at + timedelta(hours=2)) == []


def test_a_text_taken_back_is_put_before_nobody(asked, changed_at, amina):
    workflow.perform(asked, "take_back", by=amina)
    assert run(changed_at + timedelta(hours=2)) == []


def test_after_the_deadline_nobody_is_asked_again(asked, carla, mechanism_b, deadline):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    change(asked, at=before(deadline, minutes=30))
    assert run(deadline + timedelta(hours=1)) == []


# ---------------------------------------------------------------------------------------------- one after the other


@pytest.fixture
def another(of_joint):
    return factories.make_asked(**of_joint, type_code="B5")


def test_an_input_that_fails_does_not_stop_the_others(asked, another, deadline, monkeypatch, caplog):
    of_all = endorsement.standings

    def standings(submission):
        if submission.pk == asked.pk:
            raise ValueError("a broken text")
        return of_all(submission)

    monkeypatch.setattr(endorsement, "standings", standings)
    with caplog.at_level(logging.ERROR), time_machine.travel(before(deadline, days=7), tick=False):
        done = reminders.send_due()
    assert done == {"failed": 1, "reminded": 1}
    assert another.events.filter(step="remind").exists()
    assert not asked.events.filter(step="remind").exists()
    assert "a broken text" in caplog.text


def test_the_command_does_the_same_for_those_who_run_cron(asked, deadline, capsys):
    with time_machine.travel(before(deadline, days=7), tick=False):
        call_command("send_reminders")
        call_command("send_reminders")
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(".")[0] for line in said] == [
        f"Inputs whose partners were reminded: {number}; asked again: 0" for number in (1, 0)
    ]
    assert asked.events.filter(step="remind").count() == 1


def test_the_command_fails_where_an_input_failed(asked, deadline, monkeypatch):
    monkeypatch.setattr(joint, "remind", lambda *args, **options: 1 / 0)
    with time_machine.travel(before(deadline, days=7), tick=False), pytest.raises(CommandError, match="1 failed"):
        call_command("send_reminders")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_everything_once(asked, deadline, carla, mechanism_b):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.rewrite(submission=asked)
    Submission.objects.filter(pk=asked.pk).update(saved_at=timezone.now())
    at_once(*[lambda: reminders.send_due(before(deadline, days=7))] * 3)
    assert asked.events.filter(step="remind").count() == 1
    assert asked.events.filter(step="ask_again").count() == 1


# ---------------------------------------------------------------------------------------------- stopping


@pytest.fixture
def link(asked, carla):
    return f"/reminders/stop/{stopping.token_of(carla, asked)}/"


@pytest.fixture
def browser_of_nobody():
    return Client(enforce_csrf_checks=True)


def page(client, link):
    response = client.get(link)
    return response, response.content.decode()


def press(client, link, name):
    """As the browser does: with what the page's form holds."""
    token = page(client, link)[0].context["csrf_token"]
    return client.post(link, {"csrfmiddlewaretoken": str(token), "reminders": name})


def test_opening_the_link_shows_whose_reminders_about_what_and_stops_nothing(asked, link, browser_of_nobody):
    response, shown = page(browser_of_nobody, link)
    assert response.status_code == 200
    assert asked.reference in shown
    assert "c•••@example.org" in shown
    assert "carla" not in shown.lower().replace(link.lower(), "")
    assert asked.title not in shown
    assert not ReminderStop.objects.exists()


def test_one_press_stops_the_reminders_of_that_person_about_that_input(
    asked, another, link, browser_of_nobody, deadline
):
    answered = press(browser_of_nobody, link, "stop")
    assert answered.url == link
    assert "Reminders are stopped" in page(browser_of_nobody, link)[1]
    run(before(deadline, days=14))
    assert set(told_of(asked.events.get(step="remind"))) == {"Dalia"}
    assert set(told_of(another.events.get(step="remind"))) == {"Carla", "Dalia"}


def test_pressing_twice_is_as_good_as_once_and_starting_again_undoes_it(asked, link, browser_of_nobody, deadline):
    for _ in range(2):
        press(browser_of_nobody, link, "stop")
    assert ReminderStop.objects.count() == 1
    for _ in range(2):
        press(browser_of_nobody, link, "start")
    assert not ReminderStop.objects.exists()
    assert set(run(before(deadline, days=14))[0]) == {"Carla", "Dalia"}


def test_where_all_have_stopped_nothing_is_recorded(asked, carla, dalia, deadline):
    stopping.stop(carla, asked)
    stopping.stop(dalia, asked)
    assert run(before(deadline, days=14)) == []


def test_who_has_stopped_reminders_is_still_told_what_happens(asked, carla, amina):
    stopping.stop(carla, asked)
    assert "Carla" in told_of(workflow.perform(asked, "take_back", by=amina))


@pytest.mark.parametrize("token", ["nothing", "WzEsMV0.forged", "a:b:c", "WzEsMV0"])
def test_a_wrong_link_is_answered_with_a_friendly_sentence(reference, browser_of_nobody, token):
    response, shown = page(browser_of_nobody, f"/reminders/stop/{token}/")
    assert response.status_code == 404
    assert "Check that the whole link from the mail is there" in shown
    one_click = browser_of_nobody.post(f"/reminders/stop/{token}/", {"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 404
    assert not ReminderStop.objects.exists()


def test_a_token_of_something_else_that_the_portal_signs_stops_nothing(asked, carla, browser_of_nobody):
    token = Signer(salt="something else", sep=".").sign_object([carla.pk, asked.pk])
    assert page(browser_of_nobody, f"/reminders/stop/{token}/")[0].status_code == 404


def test_the_button_of_a_mail_program_stops_without_a_cookie(asked, carla, link, browser_of_nobody):
    for _ in range(2):
        answered = browser_of_nobody.post(
            link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert answered.status_code == 204
    assert stopping.is_stopped(carla, asked)


@pytest.mark.parametrize("body", ["reminders=start", "reminders=stop", "", "List-Unsubscribe=Other"])
def test_nothing_else_is_done_without_the_page(asked, carla, link, browser_of_nobody, body):
    stopping.stop(carla, asked)
    answered = browser_of_nobody.post(link, body, content_type="application/x-www-form-urlencoded")
    assert answered.status_code == 403
    assert stopping.is_stopped(carla, asked)


def test_the_page_speaks_the_language_of_the_mail_until_another_is_chosen(asked, carla, link, browser_of_nobody):
    carla.language = "ar"
    carla.save()
    with translation.override(None):  # a page leaves its language behind
        assert '<html lang="ar" dir="rtl">' in page(browser_of_nobody, link)[1]
        browser_of_nobody.cookies["django_language"] = "es"
        assert '<html lang="es" dir="ltr">' in page(browser_of_nobody, link)[1]


def test_a_reminder_offers_the_button_and_no_other_mail_does(asked, deadline, carla, settings):
    settings.PORTAL_ADDRESS = "https://portal.example.org"
    asking = mail_to(carla)
    run(before(deadline, days=7))
    for mail in (asking, mail_to(carla)):
        tasks.send_mail(mail.pk)
    of_asking, of_reminding = (sent.message() for sent in outbox_of.outbox)
    assert of_asking["List-Unsubscribe"] is None
    assert of_asking["List-Unsubscribe-Post"] is None
    link = f"https://portal.example.org/reminders/stop/{stopping.token_of(carla, asked)}/"
    assert of_reminding["List-Unsubscribe"] == f"<{link}>"
    assert of_reminding["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail_to(carla).body


# ---------------------------------------------------------------------------------------------- the schedule


@pytest.mark.slow
def test_migrating_schedules_the_hourly_job_and_going_back_removes_it(empty_database, tmp_path, db):
    def jobs():
        code = "from django_q.models import Schedule as S; print(*S.objects.values_list('func', 'schedule_type'))"
        return manage("shell", "-v", "0", "-c", code, address=empty_database, state=tmp_path).strip()

    manage("migrate", "--verbosity", "0", address=empty_database, state=tmp_path)
    assert jobs() == "('submissions.tasks.send_reminders', 'H')"
    manage("migrate", "submissions", "0003", "--verbosity", "0", address=empty_database, state=tmp_path)
    assert jobs() == ""
