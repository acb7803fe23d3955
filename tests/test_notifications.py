"""Who is told of which step, in which words, and that each mail is sent once."""

import pydoc
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail as outbox_of
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django_q.models import OrmQ

from submissions import joint, mail_list, mailing, notifications, tasks, workflow
from submissions.models import Mail, ReviewCycle, ReviewCycleText, Status, Submission, SubmissionEvent
from submissions.transitions import TRANSITIONS
from submissions.workflow import Refused

from . import factories


@pytest.fixture
def everyone(amina, bruno, carla, rita, piotr, ada, mechanism_a):
    """The cast, and three who could be told by mistake."""
    hana = factories.make_person(name="Hana Host", is_reviewer=True)
    factories.affiliate(user=hana, iscm=mechanism_a, may_file=False)
    former = factories.make_person(name="Fatima Former")
    factories.affiliate(user=former, iscm=mechanism_a, ends_on=timezone.now().date())
    factories.make_person(name="Gone Gomes", is_reviewer=True, is_active=False)


def told_of(event) -> dict[str, str]:
    """Who got a mail about it, each with what its subject says after the reference."""
    prefix = f"[{event.submission.reference}] "
    mails = Mail.objects.filter(event=event).select_related("recipient")
    assert all(mail.subject.startswith(prefix) for mail in mails)
    return {mail.recipient.name.split()[0]: mail.subject.removeprefix(prefix) for mail in mails}


def mail_to(user) -> Mail:
    return Mail.objects.filter(recipient=user).order_by("-pk").first()


def submit(submission, *, by):
    factories.answer_everything_required(submission=submission)
    return workflow.perform(submission, "submit", by=by)


# ---------------------------------------------------------------------------------------------- who


def test_every_step_of_the_table_and_every_act_of_the_makers_has_its_mails():
    silent = {"discard_received"}  # the mechanism has never seen it
    assert set(notifications.MAILS) == {*TRANSITIONS, *joint.ACTS, "confirm"} - silent


def test_every_mail_is_in_the_list_of_those_whose_words_can_be_changed_and_no_other():
    folder = settings.BASE_DIR / "templates" / "mail"
    stored = {path.stem for path in folder.glob("*.txt") if not path.stem.startswith("_")}
    assert stored == {*mail_list.MAILS, *(f"{name}_subject" for name in mail_list.MAILS)}
    assert {name for audiences in notifications.MAILS.values() for _audience, name in audiences} < set(mail_list.MAILS)


def test_a_filing_is_receipted_to_those_who_may_file_and_announced_to_the_reviewers(everyone, draft, amina):
    assert told_of(submit(draft, by=amina)) == {
        "Amina": "Filed with IOM: input of TDA",
        "Rita": "New input of TDA",
        "Piotr": "New input of TDA",
    }


def test_the_mechanism_is_told_that_its_input_was_taken_up(everyone, filed, rita):
    said = "IOM has begun to review your input"
    assert told_of(workflow.perform(filed, "take_up", by=rita)) == {"Amina": said, "Bruno": said, "Hana": said}


@pytest.fixture
def under_review(filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    filed.refresh_from_db()
    return filed


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("request_changes", "IOM asks for changes"),
        ("approve", "Your input is approved"),
        ("decline", "Your input is declined"),
    ],
)
def test_the_mechanism_is_told_what_iom_asks_or_decides(everyone, under_review, piotr, step, said):
    event = workflow.perform(under_review, step, by=piotr, note="Because.")
    assert told_of(event) == {"Amina": said, "Bruno": said, "Hana": said}


def test_a_resubmission_is_announced_to_the_reviewer_of_the_input_only(everyone, under_review, rita, amina):
    workflow.perform(under_review, "request_changes", by=rita, note="Shorter.")
    assert told_of(workflow.perform(under_review, "resubmit", by=amina)) == {
        "Amina": "Filed again with IOM: input of TDA",
        "Rita": "Changed text from TDA",
    }


def test_where_the_reviewer_has_left_all_reviewers_are_told(everyone, under_review, rita, amina):
    workflow.perform(under_review, "request_changes", by=rita, note="Shorter.")
    rita.is_active = False
    rita.save()
    assert set(told_of(workflow.perform(under_review, "resubmit", by=amina))) == {"Amina", "Piotr"}


def test_a_withdrawal_after_filing_is_told_to_the_colleagues_and_to_the_reviewers(everyone, filed, amina):
    said = "Withdrawn: input of TDA"
    assert told_of(workflow.perform(filed, "withdraw", by=amina)) == dict.fromkeys(
        ["Bruno", "Hana", "Rita", "Piotr"], said
    )


def test_a_withdrawal_under_review_is_told_to_the_reviewer_of_the_input_only(everyone, under_review, amina):
    assert set(told_of(workflow.perform(under_review, "withdraw", by=amina))) == {"Bruno", "Hana", "Rita"}


def test_iom_is_told_of_a_withdrawal_under_the_title_that_was_filed(everyone, under_review, amina, bruno, rita):
    workflow.perform(under_review, "request_changes", by=rita, note="More.")
    Submission.objects.filter(pk=under_review.pk).update(title="A title that nobody filed")
    workflow.perform(under_review, "withdraw", by=amina)
    assert "A title that nobody filed" in mail_to(bruno).body
    assert "A title that nobody filed" not in mail_to(rita).subject + mail_to(rita).body


def test_a_withdrawn_draft_is_told_to_nobody_at_iom(everyone, draft, amina, bruno, rita):
    assert set(told_of(workflow.perform(draft, "withdraw", by=amina))) == {"Bruno", "Hana"}
    assert "IOM has not seen it" in mail_to(bruno).body
    assert mail_to(rita) is None


def test_somebody_who_files_and_reviews_elsewhere_gets_one_mail(everyone, draft, amina):
    amina.is_reviewer = True
    amina.save()
    event = submit(draft, by=amina)
    assert Mail.objects.filter(event=event, recipient=amina).count() == 1
    assert told_of(event)["Amina"].startswith("Filed with IOM")


def test_a_refused_step_tells_nobody(everyone, draft, amina):
    with pytest.raises(Refused):
        workflow.perform(draft, "submit", by=amina)
    assert not Mail.objects.exists()
    assert not OrmQ.objects.exists()


def test_starting_a_draft_tells_nobody(everyone, draft):
    assert not Mail.objects.exists()


# ---------------------------------------------------------------------------------------------- what


def test_the_receipt_says_that_it_is_filed_and_what_happens_next(draft, amina, settings):
    settings.PORTAL_ADDRESS = "https://portal.example.org/"
    draft.title = "Our work & “yours”"
    submit(draft, by=amina)
    body = mail_to(amina).body
    assert "This input is filed with IOM. It is not a draft any more." in body
    assert f"Reference: {draft.reference}\nTitle: Our work & “yours”\n" in body
    assert "Review cycle: Test Forum 2030\nStatus: Filed\n" in body
    assert "What happens next\n- A reviewer at IOM takes the input up." in body
    assert f"https://portal.example.org/inputs/{draft.reference}/receipt/" in body


def test_what_is_asked_for_is_in_the_mail_with_its_section(under_review, rita, amina):
    section = under_review.answers.first().section
    workflow.perform(
        under_review,
        "request_changes",
        by=rita,
        note="Thank you.\n\nTwo <b>small</b> things & one more.",
        change_requests=[factories.change(section, "Name the source.")],
    )
    body = mail_to(amina).body
    assert "> Thank you.\n>\n> Two <b>small</b> things & one more.\n" in body
    assert f"{section.heading}\n> Name the source.\n" in body
    assert f"/inputs/{under_review.reference}/tasks/" in body


def test_a_decline_gives_the_reason(under_review, piotr, amina):
    workflow.perform(under_review, "decline", by=piotr, note="It speaks for one State only.")
    assert "The reason:\n\n> It speaks for one State only.\n" in mail_to(amina).body


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"draft", "awaiting_endorsement"}))
def test_no_mail_has_holes_or_unfinished_words(everyone, draft, amina, rita, piotr, status):
    factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    for mail in Mail.objects.all():
        assert "\n\n\n" not in mail.body
        assert not any(sign in mail.subject + mail.body for sign in ("{", "}", "None", "&amp;", "&#"))


def test_each_is_written_in_the_language_and_the_zone_of_its_reader(draft, amina, bruno, rita, cycle):
    ReviewCycleText.objects.create(parent=cycle, language="fr", name="Forum d’essai 2030", verified=True)
    for user, language, zone in ((amina, "fr", "Africa/Dakar"), (rita, "ar", "Asia/Manila"), (bruno, "en", "UTC")):
        user.language, user.time_zone = language, zone
        user.save()
    with time_machine.travel(datetime(2026, 11, 21, 20, 30, tzinfo=UTC), tick=False):
        ReviewCycle.objects.filter(pk=cycle.pk).update(opens_at=timezone.now() - timedelta(days=1))
        submit(draft, by=amina)
    receipt, news = mail_to(amina), mail_to(rita)
    assert (receipt.language, news.language) == ("fr", "ar")
    assert "Forum d’essai 2030" in receipt.body
    assert "21 novembre 2026 20:30 (Africa/Dakar)" in receipt.body
    assert "Test Forum 2030" in news.body
    assert "22 نوفمبر 2026، 04:30 (Asia/Manila)" in news.body


def test_a_time_zone_that_does_not_exist_does_not_stop_a_filing(draft, amina):
    amina.time_zone = "Mars/Olympus Mons"
    amina.save()
    submit(draft, by=amina)
    assert "(UTC)" in mail_to(amina).body


HOSTILE = "Peace\r\nBcc: everyone@example.org\r\n\r\nStatus: Approved\x00\x1b[31m <script>{{ 1|add:1 }}"


def test_what_somebody_typed_brings_no_headers_and_no_lines_of_its_own(mechanism_a, under_review, amina, rita):
    hostile = HOSTILE.replace("\x00", "")
    mechanism_a.acronym, amina.name = hostile[:30], hostile
    mechanism_a.save()
    amina.save()
    Submission.objects.filter(pk=under_review.pk).update(title=hostile)
    under_review.refresh_from_db()
    workflow.perform(under_review, "withdraw", by=amina, note=hostile)
    written = mail_to(rita)
    tasks.send_mail(written.pk)
    (sent,) = outbox_of.outbox
    headers, _, _ = sent.message().as_string().partition("\n\n")
    assert not [line for line in headers.splitlines() if line.lower().startswith(("bcc:", "status:"))]
    assert sent.recipients() == [rita.email]
    assert [line for line in sent.body.splitlines() if line.startswith(("Bcc", "Status"))] == ["Status: Withdrawn"]
    assert "\x1b" not in sent.subject + sent.body.partition(">")[0]
    assert "<script>{{ 1|add:1 }}" in sent.body


def test_a_subject_longer_than_its_column_is_cut(mechanism_a, draft, amina):
    mechanism_a.name, mechanism_a.acronym = "Very " * 50, ""
    mechanism_a.save()
    submit(draft, by=amina)
    assert len(mail_to(amina).subject) == 250
    assert mail_to(amina).subject.endswith("…")


def test_opening_the_links_of_a_mail_changes_nothing(client, filed, amina):
    client.force_login(amina)
    before = Submission.objects.values().get(), SubmissionEvent.objects.count()
    links = [line for line in mail_to(amina).body.splitlines() if line.startswith("http")]
    for link in links:
        response = client.get(link.removeprefix("http://127.0.0.1:8000"))
        assert response.status_code == 200
        assert filed.reference in response.content.decode()
    assert links
    assert (Submission.objects.values().get(), SubmissionEvent.objects.count()) == before


# ---------------------------------------------------------------------------------------------- sent


class MailServerIsDown(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")


@pytest.fixture
def written(draft, amina):
    submit(draft, by=amina)
    return mail_to(amina)


def the_server_is_down(settings):
    settings.EMAIL_BACKEND = f"{__name__}.MailServerIsDown"


def test_each_mail_has_its_job_and_the_worker_finds_what_to_call(everyone, draft, amina):
    submit(draft, by=amina)
    jobs = [job.task for job in OrmQ.objects.all() if job.func() == "submissions.tasks.send_mail"]
    assert sorted(job["args"][0] for job in jobs) == sorted(Mail.objects.values_list("pk", flat=True))
    assert pydoc.locate("submissions.tasks.send_mail") is tasks.send_mail


def test_a_mail_is_sent_as_it_was_written(written, amina, settings):
    settings.DEFAULT_FROM_EMAIL = "Portal <portal@example.org>"
    tasks.send_mail(written.pk)
    (sent,) = outbox_of.outbox
    assert (sent.subject, sent.body, sent.to) == (written.subject, written.body, [amina.email])
    assert sent.from_email == "Portal <portal@example.org>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    written.refresh_from_db()
    assert written.sent_at is not None
    assert (written.attempts, written.claimed_at, written.error) == (1, None, "")


def test_a_job_that_runs_twice_sends_once(written):
    tasks.send_mail(written.pk)
    tasks.send_mail(written.pk)
    assert len(outbox_of.outbox) == 1
    written.refresh_from_db()
    assert written.attempts == 1


def test_a_failure_is_counted_kept_and_raised_and_the_next_try_sends(written, settings):
    working = settings.EMAIL_BACKEND
    the_server_is_down(settings)
    for attempt in (1, 2):
        with pytest.raises(ConnectionRefusedError):
            tasks.send_mail(written.pk)
        written.refresh_from_db()
        assert (written.attempts, written.sent_at) == (attempt, None)
        assert written.error == "ConnectionRefusedError: [Errno 111] Connection refused"
    settings.EMAIL_BACKEND = working
    tasks.send_mail(written.pk)
    written.refresh_from_db()
    assert (written.attempts, written.error, len(outbox_of.outbox)) == (3, "", 1)


def test_a_mail_that_another_worker_is_sending_is_left_to_it(written):
    Mail.objects.filter(pk=written.pk).update(claimed_at=timezone.now())
    with pytest.raises(mailing.BeingSent):
        tasks.send_mail(written.pk)
    assert outbox_of.outbox == []


def test_the_mail_of_a_worker_that_died_is_sent_by_the_next(written):
    Mail.objects.filter(pk=written.pk).update(
        claimed_at=timezone.now() - mailing.CLAIM_ENDS_AFTER - timedelta(seconds=1), attempts=1
    )
    tasks.send_mail(written.pk)
    written.refresh_from_db()
    assert len(outbox_of.outbox) == 1
    assert (written.attempts, written.claimed_at) == (2, None)


def test_a_dead_workers_claim_has_ended_when_the_job_is_given_to_another(settings):
    assert mailing.CLAIM_ENDS_AFTER.total_seconds() < settings.Q_CLUSTER["retry"]
