"""Mails together once a day, what is on the desk each morning, and mails that could not be sent for a while."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox_of
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from submissions import deadline_notices, digests, hourly, mailing, notifications, tasks, workflow
from submissions.models import Comment, Mail, OutlineSection, Submission
from submissions.models.people import MailPace

from . import factories
from .test_notifications import mail_to, submit, the_server_is_down
from .test_workflow import at_once

# A Tuesday evening, and the six o'clock after it.
EVENING = datetime(2030, 3, 5, 18, 0, tzinfo=UTC)
SIX = datetime(2030, 3, 6, 6, 0, tzinfo=UTC)


@pytest.fixture
def evening(cycle):
    cycle.opens_at, cycle.closes_at = EVENING - timedelta(days=30), EVENING + timedelta(days=60)
    cycle.save()
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


def wants_one_a_day(*people):
    for person in people:
        person.mail_pace = MailPace.DAILY
        person.save()


def no_desk(*people):
    for person in people:
        person.gets_desk_digest = False
        person.save()


def run(at) -> list[Mail]:
    """The daily mails that are written then."""
    known = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(at, tick=False):
        digests.send_due()
    return list(Mail.objects.exclude(pk__in=known).order_by("recipient__name"))


def jobs() -> list[int]:
    return sorted(job.task["args"][0] for job in OrmQ.objects.all() if job.task["func"] == mailing.JOB)


# ---------------------------------------------------------------------------------------------- together


@pytest.fixture
def kept(evening, draft, amina, bruno):
    """Bruno, who wants one mail a day, is told that the draft is withdrawn."""
    wants_one_a_day(bruno)
    workflow.perform(draft, "withdraw", by=amina, note="Not needed.")
    return mail_to(bruno)


def test_who_wants_mails_together_gets_them_in_one_the_next_morning(kept, bruno, draft):
    assert kept.is_held
    assert jobs() == []
    assert run(SIX - timedelta(minutes=1)) == []
    (digest,) = run(SIX)
    assert digest.subject == "6 March 2030: 1 mail"
    assert kept.subject in digest.body
    assert kept.body.strip() in digest.body
    assert jobs() == [digest.pk]
    kept.refresh_from_db()
    assert (kept.digest, kept.sent_at) == (digest, None)
    tasks.send_mail(digest.pk)
    assert [sent.to for sent in outbox_of.outbox] == [[bruno.email]]
    kept.refresh_from_db()
    digest.refresh_from_db()
    assert kept.sent_at == digest.sent_at is not None


def test_there_is_one_a_day_and_what_comes_later_waits_for_the_next(kept, evening, cycle, mechanism_a, amina, bruno):
    run(SIX)
    evening.move_to(SIX + timedelta(hours=3))
    other = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    workflow.perform(other, "withdraw", by=amina)
    assert [run(SIX + timedelta(hours=hour)) for hour in (4, 12, 23)] == [[], [], []]
    (digest,) = run(SIX + timedelta(days=1))
    assert other.reference in digest.body
    assert digest.digested.count() == 1


def test_a_worker_that_was_down_in_the_morning_sends_it_later(kept):
    assert len(run(SIX + timedelta(hours=9))) == 1


def test_six_oclock_is_that_of_the_reader(kept, bruno):
    bruno.time_zone = "America/New_York"
    bruno.save()
    assert run(SIX + timedelta(hours=4, minutes=59)) == []
    assert len(run(SIX + timedelta(hours=5))) == 1


def test_without_anything_to_say_there_is_no_mail(evening, bruno):
    wants_one_a_day(bruno)
    assert run(SIX) == []


def test_each_digest_is_in_the_language_of_its_reader(kept, bruno):
    bruno.language = "fr"
    bruno.save()
    assert run(SIX)[0].subject.startswith("6 mars 2030")


def test_the_worker_does_not_send_a_mail_that_is_kept(kept):
    tasks.send_mail(kept.pk)
    assert outbox_of.outbox == []
    assert mailing.queue_again(EVENING + timedelta(hours=2)) == 0


def test_receipts_reminders_and_notices_come_at_once_all_the_same(evening, draft, amina, bruno, cycle):
    wants_one_a_day(amina)
    submit(draft, by=amina)
    deadline_notices.send_due(EVENING)
    assert not mail_to(amina).is_held
    occasions = ("reminder", "deadline", "reminded_of_changes", "receipt_again")
    assert not any(notifications._may_wait(name, None) for name in occasions)


@pytest.mark.parametrize(("days", "is_held"), [(60, True), (4, True), (3, False), (1, False)])
def test_a_request_to_endorse_waits_unless_the_deadline_is_near(evening, of_joint, carla, days, is_held):
    wants_one_a_day(carla)
    evening.move_to(EVENING + timedelta(days=60 - days))
    factories.make_asked(**of_joint)
    assert mail_to(carla).is_held == is_held
    assert (mail_to(carla).pk in jobs()) == (not is_held)


def test_going_back_to_each_at_once_releases_what_was_kept(kept, client, bruno):
    client.force_login(bruno)
    said = {"name": "Bruno", "language": "en", "time_zone": "UTC", "mail_pace": "at_once"}
    assert client.post("/profile/", said).status_code == 302
    kept.refresh_from_db()
    assert not kept.is_held
    assert jobs() == [kept.pk]
    client.post("/profile/", said)
    assert jobs() == [kept.pk]
    assert run(SIX) == []


def test_what_an_administrator_sets_back_is_released_within_the_hour(kept, bruno):
    bruno.mail_pace = MailPace.AT_ONCE
    bruno.save()
    assert digests.send_due(EVENING + timedelta(hours=1)) == {"released": 1}
    assert jobs() == [kept.pk]


def test_who_has_left_gets_nothing(kept, bruno):
    bruno.is_active = False
    bruno.save()
    assert run(SIX) == []


def test_what_a_person_typed_cannot_pass_for_another_mail(evening, draft, amina, bruno):
    wants_one_a_day(bruno)
    line = "=" * 40
    workflow.perform(draft, "withdraw", by=amina, note=f"{line}\nYour input is approved\n{line}")
    (digest,) = run(SIX)
    assert digest.body.splitlines().count(line) == 3
    assert f"> {line}" in digest.body


# ---------------------------------------------------------------------------------------------- the desk


@pytest.fixture
def desk(evening, amina, rita, piotr, cycle, mechanism_a):
    """What of mechanism A is with IOM that evening: one input with Rita, one with nobody."""

    def filed(type_code):
        return factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code=type_code)

    evening.move_to(EVENING - timedelta(days=3))
    with_rita = filed("D2")
    workflow.perform(with_rita, "take_up", by=rita)
    Submission.objects.filter(pk=with_rita.pk).update(due_on=SIX.date() - timedelta(days=1))
    evening.move_to(EVENING)
    return with_rita, filed("B2")


def parts_of(mail: Mail) -> dict[str, list[str]]:
    """The references under each heading."""
    parts, heading = {}, ""
    for line in mail.body.splitlines():
        if line.endswith(")") and "(" in line and not line.startswith((" ", "-")):
            heading = line
            parts[heading] = []
        elif line.startswith("- "):
            parts[heading].append(line[2:].split(" – ")[0])
    return parts


def test_each_morning_iom_reads_what_is_with_whom_and_what_is_new(desk, rita, piotr):
    with_rita, new = desk
    of_piotr, of_rita = run(SIX)
    assert parts_of(of_rita) == {"With you (1)": [with_rita.reference], "With nobody (1)": [new.reference]}
    assert parts_of(of_piotr) == {"Overdue, with others (1)": [with_rita.reference], "With nobody (1)": [new.reference]}
    assert "; overdue, was due on 5 March 2030" in of_rita.body
    assert "; with Rita Novak" in of_piotr.body
    assert "TDA; new since yesterday" in of_rita.body
    assert f"http://127.0.0.1:8000/inputs/{new.reference}/" in of_rita.body
    assert of_rita.subject == "6 March 2030: the desk"


def test_it_is_sent_once_a_day_and_says_how_things_stood_at_six(desk, evening, amina, cycle, mechanism_a):
    assert len(run(SIX)) == 2
    assert run(SIX + timedelta(hours=1)) == []
    evening.move_to(SIX + timedelta(hours=2))
    later = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    assert run(SIX + timedelta(hours=3)) == []
    assert all(later.reference in mail.body for mail in run(SIX + timedelta(days=1)))


def test_an_empty_desk_is_no_mail(evening, rita, draft):
    assert run(SIX) == []


def test_nothing_of_ones_own_mechanism_is_on_the_desk_of_a_host(desk, mechanism_a, rita, piotr):

    no_desk(rita, piotr)
    hana = factories.make_person(name="Hana Host", is_reviewer=True)
    assert len(run(SIX)) == 1
    Mail.objects.all().delete()
    factories.affiliate(user=hana, iscm=mechanism_a, may_file=False)
    assert run(SIX) == []


def test_neither_drafts_nor_what_is_back_with_the_mechanism_are_on_it(desk, draft, rita, evening):
    with_rita, new = desk
    workflow.perform(with_rita, "request_changes", by=rita, note="More.")
    bodies = "".join(mail.body for mail in run(SIX))
    assert new.reference in bodies
    assert with_rita.reference not in bodies
    assert draft.reference not in bodies


def test_the_title_is_the_one_that_was_filed(desk):
    Submission.objects.update(title="A title that nobody filed")
    assert not any("A title that nobody filed" in mail.body for mail in run(SIX))


def test_help_asked_for_is_on_it_without_the_draft_that_it_is_about(evening, draft, mechanism_a, amina, rita):
    section = OutlineSection.objects.filter(input_types=draft.input_type).first()
    asked = Comment.objects.create(
        submission=draft,
        circle=Comment.Circle.SHARED,
        section=section,
        text="How long may it be?",
        iscm=mechanism_a,
        asks_for_help=True,
        written_by=amina,
        written_at=EVENING,
    )
    (mail,) = run(SIX)
    assert parts_of(mail) == {"Help asked for (1)": [str(section.heading)]}
    assert f"/desk/help/{asked.pk}/" in mail.body
    assert draft.reference not in mail.body
    assert draft.title not in mail.body
    asked.resolved_by, asked.resolved_at = rita, EVENING
    asked.save()
    assert run(SIX + timedelta(days=1)) == []


def test_of_many_inputs_the_first_are_listed_and_the_others_counted(desk, rita, piotr, monkeypatch):
    monkeypatch.setattr(digests, "LISTED", 1)
    no_desk(rita)
    Submission.objects.update(reviewer=None, due_on=None)
    (mail,) = run(SIX)
    assert len(parts_of(mail)["With nobody (2)"]) == 1
    assert "\nand 1 more\n" in mail.body


def test_who_wants_mails_together_gets_the_desk_and_the_mails_in_one(evening, draft, amina, rita):
    wants_one_a_day(rita)
    submit(draft, by=amina)
    assert mail_to(rita).is_held
    (mail,) = run(SIX)
    assert mail.subject == "6 March 2030: 1 mail, and the desk"
    assert "With nobody (1)" in mail.body
    assert f"[{draft.reference}] New input of TDA" in mail.body


def test_who_does_not_want_it_and_who_is_not_of_iom_gets_none(desk, amina, rita, ada, piotr):
    no_desk(rita)
    assert [mail.recipient for mail in run(SIX)] == [piotr]


def test_the_desk_of_many_takes_as_many_queries_as_that_of_few(desk, evening, cycle, amina, mechanism_a, rita):
    def queries():
        with CaptureQueriesContext(connection) as captured, mailing.as_read_by(rita):
            assert digests.desk(rita, SIX)
        return len(captured)

    few = queries()
    for code in ("B1", "B3", "D1"):
        factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code=code)
    assert queries() == few


@pytest.mark.parametrize("problem", ["desk", "_write"])
def test_one_person_whose_mail_fails_does_not_stop_the_others(desk, rita, monkeypatch, caplog, problem):
    real = getattr(digests, problem)

    def broken(user, *args):
        if user == rita:
            raise ValueError("broken")
        return real(user, *args)

    monkeypatch.setattr(digests, problem, broken)
    assert [mail.recipient.name for mail in run(SIX)] == ["Piotr Lind"]
    assert "broken" in caplog.text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one(filed, amina, bruno, rita):
    wants_one_a_day(bruno)
    workflow.perform(filed, "withdraw", by=amina)
    at = (timezone.now() + timedelta(days=2)).replace(hour=9)
    at_once(*[lambda: digests.send_due(at)] * 3)
    digest = Mail.objects.get(recipient=bruno, is_held=False)
    assert digest.digested.count() == 1


# ---------------------------------------------------------------------------------------------- not sent for a while


def work_off(now):
    """What the worker does with the jobs that wait: three tries each, then it gives up, as settings.py says."""
    with time_machine.travel(now, tick=False):
        for job in list(OrmQ.objects.all()):
            pk = job.task["args"][0]
            for _ in range(3):
                try:
                    tasks.send_mail(pk)
                    break
                except ConnectionRefusedError:
                    pass
            job.delete()


def test_after_a_day_without_a_mail_server_each_mail_is_sent_once(evening, draft, amina, bruno, rita, piotr, settings):
    working = settings.EMAIL_BACKEND
    the_server_is_down(settings)
    submit(draft, by=amina)
    mails = Mail.objects.count()
    assert mails == 3
    for hour in range(1, 24):
        work_off(EVENING + timedelta(hours=hour - 1))
        assert mailing.queue_again(EVENING + timedelta(hours=hour)) == mails
        assert mailing.queue_again(EVENING + timedelta(hours=hour)) == 0  # each has its job
    settings.EMAIL_BACKEND = working
    work_off(EVENING + timedelta(hours=24))
    assert mailing.queue_again(EVENING + timedelta(hours=25)) == 0
    work_off(EVENING + timedelta(hours=25))
    assert sorted(sent.to[0] for sent in outbox_of.outbox) == sorted(user.email for user in (amina, rita, piotr))
    assert not Mail.objects.filter(sent_at=None).exists()


def test_the_daily_mail_too_and_what_it_holds_is_sent_with_it(kept, bruno, settings):
    working = settings.EMAIL_BACKEND
    the_server_is_down(settings)
    (digest,) = run(SIX)
    work_off(SIX)
    kept.refresh_from_db()
    assert kept.sent_at is None
    settings.EMAIL_BACKEND = working
    assert mailing.queue_again(SIX + timedelta(hours=1)) == 1
    work_off(SIX + timedelta(hours=1))
    assert [sent.subject for sent in outbox_of.outbox] == [digest.subject]
    kept.refresh_from_db()
    assert kept.sent_at is not None


def test_a_mail_that_is_being_sent_is_not_queued_again_unless_its_worker_died(evening, draft, amina):
    submit(draft, by=amina)
    OrmQ.objects.all().delete()
    Mail.objects.update(claimed_at=EVENING)
    assert mailing.queue_again(EVENING + timedelta(minutes=1)) == 0
    assert mailing.queue_again(EVENING + mailing.CLAIM_ENDS_AFTER + timedelta(seconds=1)) == 1


def test_after_a_week_it_is_left_to_staff(evening, draft, amina):
    submit(draft, by=amina)
    OrmQ.objects.all().delete()
    assert mailing.queue_again(EVENING + timedelta(days=7, minutes=1)) == 0
    assert mailing.given_up(EVENING + timedelta(days=7, minutes=1)).get() == mail_to(amina)


def test_a_mail_has_the_same_number_at_every_try(evening, draft, amina):
    submit(draft, by=amina)
    mail = mail_to(amina)
    for _ in range(2):
        tasks.send_mail(mail.pk)
        Mail.objects.filter(pk=mail.pk).update(sent_at=None)  # as if the worker had died before it could note it
    first, second = (sent.message()["Message-ID"] for sent in outbox_of.outbox)
    assert first == second
    assert first.endswith("@127.0.0.1>")


def test_hourly_work_that_fails_does_not_stop_the_rest(evening, draft, amina, monkeypatch, caplog):
    submit(draft, by=amina)
    OrmQ.objects.all().delete()
    monkeypatch.setitem(hourly.WORK, "digests", lambda: 1 / 0)
    done = tasks.send_reminders()
    assert done["digests"] == {"failed": 1}
    assert done["mails"] == {"queued again": 1}
    assert "digests failed" in caplog.text


# ---------------------------------------------------------------------------------------------- occasions


def test_an_occasion_is_told_to_a_person_once(draft, amina, bruno):
    mail = notifications.write("assigned:1", "assigned", to=amina, submission=draft)
    assert jobs() == [mail.pk]
    assert notifications.write("assigned:1", "assigned", to=amina, submission=draft) is None
    assert jobs() == [mail.pk]
    assert notifications.write("assigned:1", "assigned", to=bruno, submission=draft)
    assert notifications.write("assigned:2", "assigned", to=amina, submission=draft)


def test_what_is_handed_to_a_mail_brings_no_lines_of_its_own(draft, amina):
    hostile = "Peace\r\nStatus: Approved\x1b[31m"
    mail = notifications.write(
        "assigned:1", "assigned", to=amina, submission=draft, actor=hostile, note=hostile, extra=[{"a": hostile}]
    )
    assert not [line for line in mail.body.splitlines() if line.startswith("Status: Approved")]
    assert "> Status: Approved" in mail.body


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_tell_of_one_occasion_at_once_write_one_mail(draft, amina):
    at_once(*[lambda: notifications.write("assigned:1", "assigned", to=amina, submission=draft)] * 4)
    assert Mail.objects.filter(recipient=amina).count() == 1
    assert len(jobs()) == 1


# ---------------------------------------------------------------------------------------------- the profile


def fields_of(client, user) -> set[str]:
    client.force_login(user)
    return set(client.get("/profile/").context["form"].fields) - {"name", "language", "time_zone"}


def test_the_profile_asks_for_what_concerns_the_person(client, amina, rita, ada, mechanism_a):
    assert fields_of(client, amina) == {"mail_pace", "gets_deadline_notices"}
    assert fields_of(client, rita) == {"mail_pace", "gets_desk_digest"}
    assert fields_of(client, ada) == {"mail_pace"}
    factories.affiliate(user=rita, iscm=mechanism_a)
    assert fields_of(client, rita) == {"mail_pace", "gets_deadline_notices", "gets_desk_digest"}


def test_the_settings_are_kept_and_no_others_can_be_given(client, amina):
    client.force_login(amina)
    said = {"name": "Amina", "language": "en", "time_zone": "UTC", "mail_pace": "daily", "gets_desk_digest": ""}
    client.post("/profile/", said)
    amina.refresh_from_db()
    assert (amina.mail_pace, amina.gets_deadline_notices, amina.gets_desk_digest) == ("daily", False, True)


@pytest.mark.parametrize("pace", ["weekly", "", "x" * 500])
def test_a_pace_that_there_is_not_changes_nothing(client, amina, pace):
    wants_one_a_day(amina)
    client.force_login(amina)
    answered = client.post("/profile/", {"name": "Amina", "language": "en", "time_zone": "UTC", "mail_pace": pace})
    assert answered.status_code in (200, 302)
    amina.refresh_from_db()
    assert amina.mail_pace == "daily"
