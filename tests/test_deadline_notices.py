"""Notices before a deadline: when, to whom, what they say, and how they are stopped.

Amina files for mechanism A and Bruno drafts for it; Carla files for mechanism B.
"""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox_of
from django.core.management import call_command
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone, translation

from submissions import completeness, deadline_notices, stopping, tasks, workflow
from submissions.models import ISCM, Affiliation, Mail, Region, ReviewCycle, ReviewCycleText, Submission

from . import factories
from .test_notifications import mail_to
from .test_workflow import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def deadline(cycle):
    """Forty days from now, so that there is a time before the first notice."""
    ReviewCycle.objects.exclude(pk=cycle.pk).update(opens_at=None, closes_at=None)
    cycle.closes_at = timezone.now() + timedelta(days=40)
    cycle.save()
    return cycle.closes_at


@pytest.fixture
def everyone(amina, bruno, carla, rita, ada, deadline):
    former = factories.make_person(name="Fatima Former")
    factories.affiliate(user=former, iscm=ISCM.objects.get(slug="tda"), ends_on=timezone.now().date())


def run(deadline, *, days, **time) -> set[str]:
    """Who is told so long before the deadline."""
    known = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(deadline - timedelta(days=days, **time), tick=False):
        deadline_notices.send_due()
    return {mail.recipient.name.split()[0] for mail in Mail.objects.exclude(pk__in=known)}


# ---------------------------------------------------------------------------------------------- when


def test_who_may_file_is_told_thirty_fourteen_seven_and_two_days_before(everyone, deadline):
    told = {}
    for hour in range(40 * 24, -24, -6):
        if who := run(deadline, days=0, hours=hour):
            told[hour / 24] = who, mail_to(Mail.objects.latest("pk").recipient).subject
    assert told == {
        days: ({"Amina", "Carla"}, f"{days} days left to file for TDB: Test Forum 2030") for days in (30, 14, 7, 2)
    }


def test_running_again_tells_nobody_twice(everyone, deadline):
    assert run(deadline, days=14)
    assert not run(deadline, days=14)
    assert not run(deadline, days=13, hours=20)


def test_a_stage_that_was_missed_is_told_once_with_the_true_number_of_days(everyone, deadline, amina):
    assert run(deadline, days=5, hours=3) == {"Amina", "Carla"}
    assert mail_to(amina).subject.startswith("6 days left to file for TDA")
    assert Mail.objects.filter(recipient=amina).count() == 1
    assert run(deadline, days=2) == {"Amina", "Carla"}


def test_on_the_last_day_one_day_is_left(everyone, deadline, amina):
    run(deadline, days=0, hours=3)
    assert mail_to(amina).subject.startswith("1 day left to file")


def test_a_deadline_that_is_moved_brings_notices_of_its_own(everyone, deadline, cycle):
    run(deadline, days=2)
    later = deadline + timedelta(days=20)
    ReviewCycle.objects.filter(pk=cycle.pk).update(closes_at=later)
    assert [bool(run(later, days=days)) for days in (20, 14, 7, 2)] == [True] * 4


def test_the_extension_of_a_mechanism_counts_for_it(everyone, deadline, cycle, mechanism_a, amina):
    later = deadline + timedelta(days=10)
    cycle.extensions.create(iscm=mechanism_a, closes_at=later)
    assert run(deadline, days=2) == {"Amina", "Carla"}
    assert mail_to(amina).subject.startswith("12 days left")
    assert run(later, days=2) == {"Amina"}  # the cycle is closed for all others


def test_nobody_is_told_after_the_deadline_before_the_opening_or_without_dates(everyone, deadline, cycle):
    assert not run(deadline, days=0)
    ReviewCycle.objects.filter(pk=cycle.pk).update(opens_at=deadline - timedelta(days=10))
    assert not run(deadline, days=14)
    ReviewCycle.objects.filter(pk=cycle.pk).update(closes_at=None)
    assert not run(deadline, days=7)


def test_inputs_made_during_the_conference_have_their_own_deadline(everyone, deadline, cycle, mechanism_a, amina):
    during = deadline + timedelta(days=40)
    ReviewCycle.objects.filter(pk=cycle.pk).update(closes_during_at=during)
    factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B2")
    oral = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D2")
    assert oral.input_type.phase == "during"
    assert run(deadline, days=7) == {"Carla"}  # Amina's draft has time
    assert run(during, days=7) == {"Amina", "Carla"}
    assert oral.reference in mail_to(amina).body


# ---------------------------------------------------------------------------------------------- who


def test_who_is_done_is_told_nothing(everyone, deadline, cycle, mechanism_a, amina):
    factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    assert [run(deadline, days=days) for days in (30, 14, 7, 2)] == [{"Carla"}] * 4


def test_a_draft_beside_what_is_filed_is_not_done(everyone, deadline, cycle, mechanism_a, amina):
    factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B2")
    assert run(deadline, days=14) == {"Amina", "Carla"}
    assert draft.reference in mail_to(amina).body
    workflow.perform(draft, "withdraw", by=amina)
    assert run(deadline, days=7) == {"Carla"}


def test_a_draft_that_was_begun_after_a_stage_is_told_of_at_the_next(everyone, deadline, cycle, mechanism_a, amina):
    factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    with time_machine.travel(deadline - timedelta(days=5), tick=False):
        factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B2")
    assert run(deadline, days=4, hours=23) == {"Carla"}
    assert run(deadline, days=2) == {"Amina", "Carla"}


def test_what_iom_has_returned_was_filed(everyone, deadline, cycle, mechanism_a, amina, rita):
    filed = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    assert run(deadline, days=7) == {"Carla"}


def test_what_was_withdrawn_after_filing_is_as_good_as_nothing(everyone, deadline, cycle, mechanism_a, amina):
    filed = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    workflow.perform(filed, "withdraw", by=amina)
    assert run(deadline, days=7) == {"Amina", "Carla"}
    assert "Nothing has been started. Start here:" in mail_to(amina).body


def test_a_partner_that_endorsed_what_is_filed_is_done(of_joint, both_endorse, amina, carla, dalia, deadline):
    asked = factories.make_asked(**of_joint)
    assert run(deadline, days=30) == {"Amina", "Carla", "Dalia"}
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    assert not run(deadline, days=7)


def test_a_regional_review_is_for_the_mechanisms_of_the_region(everyone, deadline, cycle):
    region = Region.objects.get(code="africa")
    ReviewCycle.objects.filter(pk=cycle.pk).update(kind="regional", region=region)
    assert run(deadline, days=7) == {"Amina"}


def test_a_dormant_mechanism_is_left_alone(everyone, deadline):
    ISCM.objects.filter(slug="tda").update(status=ISCM.Status.DORMANT)
    assert run(deadline, days=7) == {"Carla"}


def test_who_wants_none_gets_none_and_colleagues_do(everyone, deadline, amina, bruno):
    Affiliation.objects.filter(user=bruno).update(may_file=True)
    stopping.set_notices(amina, wanted=False)
    assert run(deadline, days=7) == {"Bruno", "Carla"}


def test_who_files_for_two_mechanisms_is_told_of_each_once(everyone, deadline, mechanism_b, amina):
    factories.affiliate(user=amina, iscm=mechanism_b)
    factories.affiliate(user=amina, iscm=mechanism_b, capacity="chair")
    run(deadline, days=7)
    subjects = Mail.objects.filter(recipient=amina).values_list("subject", flat=True)
    assert sorted(subjects) == [f"7 days left to file for {name}: Test Forum 2030" for name in ("TDA", "TDB")]


# ---------------------------------------------------------------------------------------------- what


def test_it_lists_what_each_draft_still_lacks_with_its_address(everyone, deadline, cycle, mechanism_a, amina):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    lacks = [lack.sentence for lack in completeness.missing(draft)]
    run(deadline, days=7)
    body = mail_to(amina).body
    assert "What Test Dialogue A prepares for Test Forum 2030 is not filed yet. 7 days are left:" in body
    assert f"Still to answer:\n- {lacks[0]}\n" in body
    assert f"http://127.0.0.1:8000/inputs/{draft.reference}/tasks/" in body.splitlines()
    assert body.count("\n- ") == min(len(lacks), 6)


def test_a_draft_that_lacks_nothing_only_has_to_be_filed(everyone, deadline, cycle, mechanism_a, amina):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    factories.answer_everything_required(submission=draft)
    run(deadline, days=7)
    assert "Everything is answered: it only has to be filed." in mail_to(amina).body


def test_the_deadline_stands_in_the_zone_of_the_reader_and_of_the_review(everyone, deadline, cycle, amina):
    at = datetime(2030, 3, 1, 17, 0, tzinfo=UTC)
    ReviewCycle.objects.filter(pk=cycle.pk).update(closes_at=at, time_zone="America/New_York")
    amina.time_zone, amina.language = "Asia/Manila", "fr"
    amina.save()
    run(at, days=7)
    body = mail_to(amina).body
    assert "2 mars 2030 01:00 (Asia/Manila)" in body
    assert "1 mars 2030 12:00 (America/New_York)" in body


def test_everything_in_it_is_in_the_language_of_its_reader(everyone, deadline, cycle, mechanism_a, amina, bruno):
    ReviewCycleText.objects.create(parent=cycle, language="fr", name="Forum d’essai 2030", verified=True)
    Affiliation.objects.filter(user=bruno).update(may_file=True)
    amina.language = "fr"
    amina.save()
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=bruno, type_code="B1")
    run(deadline, days=7)
    with translation.override("fr"):
        french, lacks = str(draft.input_type.short_name), completeness.missing(draft)[0].sentence
    of_amina, of_bruno = mail_to(amina), mail_to(bruno)
    assert "Forum d’essai 2030" in of_amina.subject
    assert f"{draft.reference}, {french}\n" in of_amina.body
    assert "- " + " ".join(lacks.split()) + "\n" in of_amina.body
    assert "Forum d’essai 2030" not in of_bruno.subject + of_bruno.body
    assert french not in of_bruno.body


def test_no_notice_has_holes(everyone, deadline, cycle, mechanism_a, amina):
    factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    run(deadline, days=7)
    for mail in Mail.objects.all():
        assert "\n\n\n" not in mail.body
        assert not any(sign in mail.subject + mail.body for sign in ("{", "}", "None", "&amp;", "&#"))


# ---------------------------------------------------------------------------------------------- one after the other


def test_a_mechanism_that_fails_does_not_stop_the_others(everyone, deadline, mechanism_a, monkeypatch, caplog):
    of_all = deadline_notices._has_filed

    def has_filed(cycle, iscm):
        if iscm == mechanism_a:
            raise ValueError("a broken text")
        return of_all(cycle, iscm)

    monkeypatch.setattr(deadline_notices, "_has_filed", has_filed)
    with caplog.at_level(logging.ERROR):
        assert run(deadline, days=7) == {"Carla"}
    assert "a broken text" in caplog.text


def test_the_hourly_job_does_it_and_so_does_the_command(everyone, deadline, capsys):
    with time_machine.travel(deadline - timedelta(days=7), tick=False):
        done = tasks.send_reminders()
    assert done["deadlines"] == {"written": 2}
    with time_machine.travel(deadline - timedelta(days=2), tick=False):
        call_command("send_reminders")
    assert "Notices before deadlines: 2." in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_everybody_once(everyone, deadline):
    at_once(*[lambda: deadline_notices.send_due(deadline - timedelta(days=7))] * 3)
    assert sorted(Mail.objects.values_list("recipient__name", flat=True)) == ["Amina Diallo", "Carla Reyes"]


# ---------------------------------------------------------------------------------------------- stopping


@pytest.fixture
def link(amina):
    return f"/notices/stop/{stopping.token_for_notices_of(amina)}/"


@pytest.fixture
def nobody():
    return Client(enforce_csrf_checks=True)


def press(client, link, name):
    token = client.get(link).context["csrf_token"]
    return client.post(link, {"csrfmiddlewaretoken": str(token), "notices": name})


def test_opening_the_link_stops_nothing_and_one_press_does(everyone, deadline, link, nobody, amina):
    shown = nobody.get(link).content.decode()
    assert "a•••@example.org" in shown
    amina.refresh_from_db()
    assert amina.gets_deadline_notices
    assert press(nobody, link, "stop").url == link
    assert "Mails before a deadline are stopped" in nobody.get(link).content.decode()
    assert run(deadline, days=7) == {"Carla"}
    press(nobody, link, "start")
    assert run(deadline, days=2) == {"Amina", "Carla"}


def test_the_button_of_a_mail_program_stops_them_without_a_cookie(everyone, deadline, link, nobody, amina):
    run(deadline, days=7)
    tasks.send_mail(mail_to(amina).pk)
    message = outbox_of.outbox[0].message()
    assert message["List-Unsubscribe"] == f"<http://127.0.0.1:8000{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):
        answered = nobody.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert answered.status_code == 204
    amina.refresh_from_db()
    assert not amina.gets_deadline_notices


@pytest.mark.parametrize("body", ["notices=start", "", "List-Unsubscribe=Other"])
def test_nothing_else_is_done_without_the_page(link, nobody, amina, body):
    answered = nobody.post(link, body, content_type="application/x-www-form-urlencoded")
    assert answered.status_code == 403
    amina.refresh_from_db()
    assert amina.gets_deadline_notices


def test_wrong_links_and_those_of_reminders_stop_nothing(draft, amina, nobody):
    of_reminders = stopping.token_of(amina, draft)
    forged = Signer(salt="something else", sep=".").sign_object([amina.pk])
    for token in ("nothing", "WzFd.forged", of_reminders, forged):
        assert nobody.get(f"/notices/stop/{token}/").status_code == 404
        assert nobody.post(f"/notices/stop/{token}/", {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert nobody.get(f"/reminders/stop/{stopping.token_for_notices_of(amina)}/").status_code == 404
    amina.refresh_from_db()
    assert amina.gets_deadline_notices
    assert Submission.objects.exists()
