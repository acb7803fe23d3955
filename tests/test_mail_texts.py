"""What an administrator may write in place of the portal's own mails, and what becomes of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core import mail as outbox_of
from django.utils import timezone
from django_q.models import OrmQ

from submissions import mail_list, mail_samples, mail_texts, mailing, tasks, workflow
from submissions.mail_list import MAILS, PLACEHOLDERS
from submissions.models import Mail, MailText, Status, Submission

from . import factories
from .test_notifications import HOSTILE, mail_to, submit

LANGUAGES = ["en", "fr", "es", "ar", "ru"]


def write_instead(name, body, *, subject="", language="en"):
    return MailText.objects.create(name=name, language=language, subject=subject, body=body)


@pytest.fixture
def returned(filed, amina, rita):
    """Returned for changes with this comment: what Amina then gets."""

    def mail_with(note, **fields):
        workflow.perform(filed, "take_up", by=rita)
        section = filed.answers.first().section
        request = factories.change(section, "Name the source.", **fields)
        workflow.perform(filed, "request_changes", by=rita, note=note, change_requests=[request])
        return mail_to(amina)

    return mail_with


# ---------------------------------------------------------------------------------------------- what is sent


def test_the_words_of_an_administrator_are_sent_in_place_of_the_portals_own(draft, amina):
    write_instead(
        "receipt", "Thank you, {recipient}: {title} ({type}) is with us.\n{link}", subject="{reference} is in"
    )
    submit(draft, by=amina)
    written = mail_to(amina)
    assert written.subject == f"{draft.reference} is in"
    assert written.body == (
        f"Thank you, Amina Diallo: {draft.title} ({draft.input_type.short_name}) is with us.\n"
        f"http://127.0.0.1:8000/inputs/{draft.reference}/receipt/\n"
    )


def test_the_standard_text_can_stay_and_get_a_paragraph(draft, amina, bruno, rita):
    submit(draft, by=amina)
    before = mail_to(amina)
    other = factories.make_draft(iscm=draft.iscm, cycle=draft.cycle, by=amina, type_code="B2")
    write_instead("receipt", "Our office is closed in August.\n\n{standard_text}")
    submit(other, by=amina)
    now = mail_to(amina)
    assert now.subject == before.subject.replace(draft.reference, other.reference)  # the portal's: none was written
    first, _, rest = now.body.partition("\n\n")
    assert first == "Our office is closed in August."
    assert rest.startswith("Dear Amina Diallo,\n\nThis input is filed with IOM.")
    assert "August" not in mail_to(rita).body


def test_only_the_mails_in_that_language_change(draft, amina, bruno, cycle):
    write_instead("withdrawn", "Parti.", language="fr")
    amina.language = "fr"
    amina.save()
    hana = factories.make_person(name="Hana Host", language="fr")
    factories.affiliate(user=hana, iscm=draft.iscm, may_file=False)
    workflow.perform(draft, "withdraw", by=amina)
    assert mail_to(hana).body == "Parti.\n"
    assert "This draft has been withdrawn" in mail_to(bruno).body


def test_what_is_asked_and_noted_stands_where_it_is_put_quoted(returned):
    write_instead("changes_requested", "{note}\n--\n{requests}\n--\n{link}")
    body = returned("Thank you.\n\nOne thing.").body
    note, requests, link = body.split("\n--\n")
    assert note == "> Thank you.\n>\n> One thing."
    assert requests.splitlines()[1] == "> Name the source."
    assert link.endswith("/tasks/\n")


@pytest.mark.parametrize(
    "typed",
    [
        "{recipient} {standard_text}",
        "{{ x }}",
        "{% load i18n %}{{ recipient }}",
        "{recipient.password}",
        "{0}",
        r"\1 \g<0>",
    ],
)
def test_what_a_person_typed_is_not_looked_at_for_placeholders(returned, typed):
    write_instead("changes_requested", "{recipient} reads:\n{note}\n{requests}\n{link}")
    assert f"Amina Diallo reads:\n> {typed}\n" in returned(typed).body


def test_a_title_with_line_breaks_stays_on_one_line_of_subject_and_text(mechanism_a, filed, amina, rita, piotr):
    hostile = HOSTILE.replace("\x00", "")
    Submission.objects.filter(pk=filed.pk).update(title=hostile)
    amina.name = hostile
    amina.save()
    write_instead("withdrawn", "Title {title} by {actor}", subject="{title} {actor} {mechanism}")
    workflow.perform(filed, "withdraw", by=amina)
    written = mail_to(rita)
    assert len(written.body.splitlines()) == 1
    tasks.send_mail(written.pk)
    headers = outbox_of.outbox[0].message().as_string().partition("\n\n")[0]
    assert not [line for line in headers.splitlines() if line.lower().startswith(("bcc:", "status:"))]


def test_words_that_were_stored_past_the_form_break_no_step(draft, amina):
    write_instead("receipt", "{nothing} {recipient.email} {0!r:>9} {{x}} { } {link}", subject="{\r\nBcc: a@example.org")
    submit(draft, by=amina)
    written = mail_to(amina)
    assert written.body.startswith("{nothing} {recipient.email} {0!r:>9} {{x}} { } http")
    assert written.subject == "{ Bcc: a@example.org"


def test_a_placeholder_that_has_nothing_to_say_leaves_no_hole(draft, amina, bruno):
    write_instead("withdrawn", "Before\n\n{note}\n\nAfter")
    workflow.perform(draft, "withdraw", by=amina)
    assert mail_to(bruno).body == "Before\n\nAfter\n"


# ---------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{recipient.password} {link}", "{recipient.password}"),
        ("{recipient[0]} {link}", "{recipient[0]}"),
        ("{recipient!r} {link}", "{recipient!r}"),
        ("{days_left:>99999999} {link}", "{days_left:>99999999}"),
        ("{unknown} {link}", "{unknown}"),
        ("{partner} {link}", "{partner}"),  # of another mail
        ("{ recipient } {link}", "{ recipient }"),
        ("{RECIPIENT} {link}", "{RECIPIENT}"),
        ("{} {link}", "{}"),
        ("{0} {link}", "{0}"),
        ("{{ x }} {link}", "{ x }"),
        ("{% now %} {link}", "{% now %}"),
        ("{{recipient}} {link}", "{…}"),
        ("{recipient {link}", "{recipient"),
        ("recipient} {link}", "recipient}"),
        ("a { b {link}", "{"),
    ],
)
def test_anything_else_in_braces_is_refused_and_named(body, wrong):
    refused = mail_texts.refusals("changes_requested", body=body)
    assert set(refused) == {"body"}
    assert f"“{wrong}” is none of the placeholders" in " ".join(refused["body"])


def test_every_wrong_one_is_named_and_what_is_allowed_is_said():
    sentences = mail_texts.refusals("approved", body="{one} {two} {one}")["body"]
    assert [sentence.partition(" is none")[0] for sentence in sentences] == ["“{one}”", "“{two}”"]
    assert "{actor}, {cycle}, {link}, {mechanism}, {note}" in sentences[0]


@pytest.mark.parametrize("placeholder", sorted(mail_texts.WHOLE_TEXTS))
def test_a_subject_takes_nothing_that_has_lines(placeholder):
    assert "subject" in mail_texts.refusals("changes_requested", subject=f"{{{placeholder}}}", body="{link}")
    assert "subject" not in mail_texts.refusals("changes_requested", subject="{title}", body="{link}")


def test_a_mail_that_asks_for_something_must_say_where():
    refused = mail_texts.refusals("endorsement_asked", body="Please, {recipient}.")
    assert "put {link} where" in refused["body"][0]
    for body in ("{link}", "{standard_text}"):
        assert not mail_texts.refusals("endorsement_asked", body=body)
    assert not mail_texts.refusals("approved", body="Well done.")


def test_many_braces_are_refused_in_good_time():
    assert mail_texts.refusals("approved", body="{" * 20_000 + "}" * 20_000)


# ---------------------------------------------------------------------------------------------- the list


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_can_be_shown_in_every_language_and_has_something_for_each_placeholder(reference, language):
    for name, mail in MAILS.items():
        subject, body = mail_samples.standard(name, language)
        assert subject, name
        assert body.strip(), name
        assert not any(sign in subject + body for sign in ("{", "}", "None", "\n\n\n")), name
        every = MailText(
            name=name, language=language, subject="", body="".join(f"[{{{one}}}]" for one in mail.placeholders)
        )
        shown = mail_samples.own(every)[1]
        assert "[]" not in shown, name
        assert "{" not in shown, name


def test_each_mail_has_known_placeholders_and_a_link():
    for name, mail in MAILS.items():
        assert set(mail.placeholders) <= set(PLACEHOLDERS), name
        assert {"recipient", "portal", "link", "standard_text"} <= set(mail.placeholders), name
        assert not mail_texts.refusals(name, body="{standard_text}"), name


def test_the_link_of_a_real_mail_is_the_one_that_its_own_words_give(filed, amina, rita, piotr, mechanism_a):
    """For each mail that these steps write, {link} is an address that the standard text has too."""
    for name in MAILS:
        write_instead(name, "{link}\n=====\n{standard_text}")
    draft = factories.make_draft(iscm=mechanism_a, cycle=filed.cycle, by=amina, type_code="B2")
    factories.bring_to(draft, Status.APPROVED, filer=amina, reviewer=rita, approver=piotr)
    workflow.perform(draft, "reopen", by=piotr, note="An error.")
    seen = 0
    for mail in Mail.objects.filter(event__submission=draft):
        link, _, standard = mail.body.partition("\n=====\n")
        assert link.startswith("http://127.0.0.1:8000/inputs/"), mail.subject
        assert link in standard.splitlines(), mail.subject
        seen += 1
    assert seen > 5


def test_partners_asked_for_two_answers_get_both_links(of_joint, dalia, mechanism_b):
    factories.affiliate(user=dalia, iscm=mechanism_b)
    write_instead("endorsement_asked", "Until {deadline}, {days_left} days:\n{link}")
    asked = factories.make_asked(**of_joint)
    lines = mail_to(dalia).body.splitlines()
    assert lines[0].endswith("(UTC), 30 days:")
    assert lines[1:] == [f"http://127.0.0.1:8000/inputs/{asked.reference}/endorse/{slug}/" for slug in ("tdb", "tdc")]


# ---------------------------------------------------------------------------------------------- in the administration

ADD = "/admin/submissions/mailtext/add/"


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_every_mail_and_language_is_offered_and_those_written_are_marked(as_ada):
    own = write_instead("receipt", "Thanks.", language="fr")
    shown = page_of(as_ada, ADD)
    assert shown.count("?name=") == len(mail_list.MAILS) * len(LANGUAGES) - 1
    assert f'href="/admin/submissions/mailtext/{own.pk}/change/"' in shown
    answered = as_ada.get(f"{ADD}?name=receipt&language=fr")
    assert answered.headers["Location"] == f"/admin/submissions/mailtext/{own.pk}/change/"


def test_the_form_lists_the_placeholders_of_that_mail_and_shows_the_portals_own_words(as_ada):
    shown = page_of(as_ada, f"{ADD}?name=changes_requested&language=es")
    listed = [f"{{{one}}}" for one in MAILS["changes_requested"].placeholders]
    assert all(f'<code dir="ltr">{one}</code>' in shown for one in listed)
    assert '<code dir="ltr">{partner}</code>' not in shown
    assert 'lang="es"' in shown
    assert mail_samples.standard("changes_requested", "es")[0] in shown


def test_words_are_saved_with_who_did_it_and_shown_as_they_will_be_sent(as_ada, ada):
    said = {"name": "approved", "language": "en", "subject": "", "body": "Well done, {mechanism}.\r\n{link}"}
    assert as_ada.post(f"{ADD}?name=approved&language=en", said).status_code == 302
    text = MailText.objects.get()
    assert text.history.get().history_user == ada
    shown = page_of(as_ada, f"/admin/submissions/mailtext/{text.pk}/change/")
    assert "Well done, Name of the mechanism." in shown
    changed = as_ada.post(f"/admin/submissions/mailtext/{text.pk}/change/", {"subject": "Hello", "body": "{link}"})
    assert changed.status_code == 302
    assert text.history.count() == 2
    assert "Well done, {mechanism}." in page_of(as_ada, f"/admin/submissions/mailtext/{text.pk}/history/")


def test_a_refusal_names_what_is_wrong_and_keeps_what_was_typed(as_ada):
    said = {"name": "approved", "language": "en", "subject": "A {note}", "body": "Dear {recipient.email}"}
    shown = as_ada.post(f"{ADD}?name=approved&language=en", said).content.decode()
    assert "“{note}” is none of the placeholders" in shown
    assert "“{recipient.email}” is none of the placeholders" in shown
    assert 'value="A {note}"' in shown
    assert not MailText.objects.exists()


@pytest.mark.parametrize(
    "said", [{"name": "nothing", "language": "en"}, {"name": "approved", "language": "xx"}, {"name": "approved"}, {}]
)
def test_odd_forms_are_refused_in_a_page(as_ada, said):
    for address in (ADD, f"{ADD}?name=approved&language=en", f"{ADD}?name=other&language=en"):
        assert as_ada.post(address, {**said, "body": "x"}).status_code == 200
    assert not MailText.objects.exists()


def test_nobody_but_administrators_writes_the_words(client, amina, rita):
    for user in (amina, rita):
        client.force_login(user)
        assert client.get(ADD).status_code == 302
        assert client.post(f"{ADD}?name=approved&language=en", {"body": "x"}).status_code == 302
    assert not MailText.objects.exists()


# ---------------------------------------------------------------------------------------------- mails not sent

MAILBOX = "/admin/submissions/mail/"


@pytest.fixture
def mails(draft, amina, rita, piotr):
    """Sent to Amina, given up for Rita, kept for Piotr."""
    submit(draft, by=amina)
    OrmQ.objects.all().delete()
    Mail.objects.filter(recipient=amina).update(sent_at=timezone.now())
    long_ago = timezone.now() - mailing.GIVEN_UP_AFTER - timedelta(hours=1)
    Mail.objects.filter(recipient=rita).update(written_at=long_ago, error="ConnectionRefusedError: no", attempts=400)
    Mail.objects.filter(recipient=piotr).update(is_held=True)
    return Mail.objects.all()


@pytest.mark.parametrize(
    ("state", "who"), [("sent", "amina"), ("waiting", ""), ("given_up", "rita"), ("held", "piotr")]
)
def test_staff_find_mails_by_their_state(as_ada, mails, state, who):
    shown = as_ada.get(MAILBOX, {"state": state}).context["cl"].result_list
    assert [mail.recipient.email for mail in shown] == ([f"{who}@example.org"] if who else [])


def test_staff_see_why_and_send_again_what_was_given_up_and_nothing_else(as_ada, mails, rita):
    assert "ConnectionRefusedError: no" in page_of(as_ada, f"{MAILBOX}?state=given_up")
    said = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
    for _ in range(2):
        answered = as_ada.post(MAILBOX, said)
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(mail_to(rita).pk,)]
    first, *_ = [str(message) for message in get_messages(answered.wsgi_request)]
    assert first == "1 mail is sent again now."


def test_who_may_only_look_at_mails_cannot_send_them(client, mails):
    clerk = factories.make_person(name="Clara Clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_mail"))
    client.force_login(clerk)
    client.post(MAILBOX, {"action": "send_again", "_selected_action": [mail.pk for mail in mails]})
    assert not OrmQ.objects.exists()
