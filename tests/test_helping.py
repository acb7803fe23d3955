"""Asking IOM for help with a section, of a draft too: what IOM sees of it, who answers, who is told."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from submissions import commenting, content, workflow
from submissions.models import Capacity, Comment, Mail, OutlineSection, Partnership, Submission
from submissions.workflow import Refused

from . import factories

SECRET = "Nachtigall"  # what is written in the draft


@pytest.fixture
def draft(amina, mechanism_a, cycle):
    """Written, and never filed; IOM knows nothing of it."""
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    factories.answer_everything_required(submission=submission, text=f"<p>{SECRET} in the text.</p>")
    Submission.objects.filter(pk=submission.pk).update(title=f"{SECRET} in the title", agreed_how=f"{SECRET}, agreed")
    return factories.now(submission)


@pytest.fixture
def section(draft):
    return draft.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()


@pytest.fixture
def ines(mechanism_a):
    """Of IOM and of the secretariat of A."""
    user = factories.make_person(name="Ines Both", is_reviewer=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False, capacity=Capacity.FOCAL_POINT)
    return user


@pytest.fixture
def asked(draft, section, bruno, rita, piotr):
    """IOM's people are there to be told."""
    return commenting.ask_for_help(draft, section=section, text="How do we count members?", by=bruno)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def get(person, name, *args):
    return signed_in(person).get(reverse(name, args=args))


def post(person, name, *args, **posted):
    return signed_in(person).post(reverse(name, args=args), posted)


def mails_to(person):
    return list(Mail.objects.filter(recipient=person, occasion__startswith="comment:"))


# ---------------------------------------------------------------------------------------------- asking


def test_whoever_drafts_asks_from_the_section_and_from_the_task_list(draft, section, bruno):
    address = reverse("ask_for_help", args=[draft.reference])
    assert f'href="{address}?section={section.code}"' in words_of(get(bruno, "section", draft.reference, section.code))
    assert f'href="{address}"' in words_of(get(bruno, "tasks", draft.reference))
    page = words_of(signed_in(bruno).get(f"{address}?section={section.code}"))
    assert f'<option value="{section.code}" selected>' in page
    assert "What IOM sees" in page
    assert "Nothing else of your draft is shown to IOM before you submit it." in page
    response = post(bruno, "ask_for_help", draft.reference, section=section.code, text="How do we count members?")
    asked = Comment.objects.get()
    assert response.url == f"/inputs/{draft.reference}/comments/#comment-{asked.pk}"
    assert (asked.asks_for_help, asked.circle, asked.section, asked.shown) == (True, "shared", section, "")
    assert (asked.iscm, asked.written_by) == (draft.iscm, bruno)


def test_help_is_asked_with_an_objective_from_its_page(bruno, amina, mechanism_a, cycle, rita):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    blocks = OutlineSection.objects.filter(kind=OutlineSection.Kind.OBJECTIVES).first()
    draft.input_type.type_sections.get_or_create(section=blocks)
    factories.tick_objective(submission=draft, number=7, progress="<p>On seven.</p>")
    factories.tick_objective(submission=draft, number=8, progress=f"<p>{SECRET} on eight.</p>")
    page = words_of(get(bruno, "objective_block", draft.reference, blocks.code, 7))
    assert f"/inputs/{draft.reference}/help/?section={blocks.code}&amp;objective=7" in page
    value = f"{blocks.code}/7"
    form = signed_in(bruno).get(f"/inputs/{draft.reference}/help/?section={blocks.code}&objective=7")
    assert f'<option value="{value}" selected>' in form.content.decode()
    post(bruno, "ask_for_help", draft.reference, section=value, text="Enough?", lets_read="on")
    asked = Comment.objects.get()
    assert asked.objective.number == 7
    said = words_of(get(rita, "help_thread", asked.pk))
    assert "On seven." in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"section": "", "text": "Help."}, "Choose the section that you need help with."),
        ({"section": "no-such-section", "text": "Help."}, "Select a valid choice"),
        ({"section": "annexes/7", "text": "Help."}, "Select a valid choice"),
        ({"text": "\x00 \n"}, "Write your question."),
        ({"text": "x" * 5_001}, "at most 5000 characters"),
    ],
)
def test_a_question_that_cannot_be_asked_is_kept(draft, section, bruno, posted, sentence):
    response = post(bruno, "ask_for_help", draft.reference, **{"section": section.code, **posted})
    assert response.status_code == 422
    assert sentence in words_of(response)
    assert posted["text"].strip("\x00 \n") in response.content.decode()
    assert not Comment.objects.exists()


def test_a_question_sent_twice_is_asked_and_told_once(draft, section, bruno, rita):
    for _press in range(2):
        post(bruno, "ask_for_help", draft.reference, section=section.code, text="How?", lets_read="on")
    assert Comment.objects.count() == 1
    assert len(mails_to(rita)) == 1


def test_help_is_for_those_who_write_the_input(draft, section, carla, rita, piotr, ada, amina, mechanism_a, cycle):
    filed = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D3")
    for person in (carla, rita, piotr, ada):
        assert post(person, "ask_for_help", draft.reference, section=section.code, text="Help!").status_code == 404
        with pytest.raises(PermissionDenied):
            commenting.ask_for_help(draft, section=section, text="Help!", by=person)
    assert post(rita, "ask_for_help", filed.reference, section=section.code, text="Help!").status_code == 403
    assert Client().get(reverse("ask_for_help", args=[draft.reference])).status_code == 302
    assert not Comment.objects.exists()


def test_a_partner_asks_only_where_it_edits(joint_draft, mechanism_b, carla, dalia):
    section = joint_draft.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    joint_draft.partnerships.filter(iscm=mechanism_b).update(access=Partnership.Access.EDIT)
    asked = commenting.ask_for_help(joint_draft, section=section, text="How?", by=carla)
    assert asked.iscm == mechanism_b
    with pytest.raises(PermissionDenied):
        commenting.ask_for_help(joint_draft, section=section, text="How?", by=dalia)


def test_nothing_is_asked_about_a_closed_input_and_the_question_is_kept(draft, section, amina, bruno):
    workflow.perform(draft, "withdraw", by=amina)
    response = post(bruno, "ask_for_help", draft.reference, section=section.code, text="Still there?")
    assert response.status_code == 409
    assert "This input is closed" in words_of(response)
    assert "Still there?</textarea>" in words_of(response)
    assert not Comment.objects.exists()


def test_whoever_has_left_gets_the_question_back(draft, section, bruno):
    bruno.affiliations.update(ends_on=timezone.now().date())
    response = post(bruno, "ask_for_help", draft.reference, section=section.code, text="What I was asking.")
    assert response.status_code == 403
    assert "What I was asking.</textarea>" in words_of(response)
    assert not Comment.objects.exists()


# ---------------------------------------------------------------------------------------------- what IOM sees


@pytest.mark.parametrize("who", ["rita", "piotr"])
def test_iom_sees_the_question_and_nothing_else_of_the_draft(who, draft, section, asked, request):
    person = request.getfixturevalue(who)
    for response in (get(person, "help_list"), get(person, "help_thread", asked.pk)):
        said = words_of(response)
        assert "How do we count members?" in said
        assert "TDA" in said
        assert str(section.heading) in said
        assert str(draft.cycle.name) in said
        assert str(draft.input_type.short_name) in said
        assert SECRET not in said
        assert draft.reference not in said
    for name in ("submission", "comments", "history", "tasks"):
        assert get(person, name, draft.reference).status_code == 404
    assert not Submission.objects.visible_to(person).exists()
    (mail,) = mails_to(person)
    assert "How do we count members?" in mail.body
    assert f"/desk/help/{asked.pk}/" in mail.body
    assert SECRET not in mail.subject + mail.body
    assert draft.reference not in mail.subject + mail.body


def test_with_the_tick_iom_reads_the_section_as_it_was_and_no_other(draft, section, bruno, rita):
    factories.answer(submission=draft, code=section.code, text="<p>The section <strong>shown</strong>.</p>")
    asked = commenting.ask_for_help(draft, section=section, text="Too long?", lets_read=True, by=bruno)
    factories.answer(submission=draft, code=section.code, text="<p>Written since.</p>")
    said = words_of(get(rita, "help_thread", asked.pk))
    assert "The section <strong>shown</strong>." in said
    assert "Written since." not in said
    assert SECRET not in said
    assert "The section <strong>shown</strong>." in words_of(get(bruno, "comments", draft.reference))


def test_every_kind_of_section_can_be_shown_and_read(bruno, amina, mechanism_a, cycle, rita):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    for section in OutlineSection.objects.all():
        draft.input_type.type_sections.get_or_create(section=section)
    factories.answer_everything_required(submission=draft, text="<p>Said here.</p>")
    factories.attach(submission=draft, by=amina)
    kinds = {section.kind: section for section in draft.input_type.sections.all()}
    assert set(kinds) == set(OutlineSection.Kind.values)
    for kind, section in kinds.items():
        asked = commenting.ask_for_help(
            factories.now(draft), section=section, text=f"{kind}?", lets_read=True, by=bruno
        )
        assert asked.shown == content.canonical(asked.shown_section)
        assert get(rita, "help_thread", asked.pk).status_code == 200
    engagement = Comment.objects.get(section__kind="engagement")
    assert "Adopted by the members at the annual meeting." in words_of(get(rita, "help_thread", engagement.pk))
    annexes = words_of(get(rita, "help_thread", Comment.objects.get(section__kind="annexes").pk))
    assert "declaration.pdf" in annexes
    assert "/attachments/" not in annexes


def test_who_is_of_iom_and_of_the_mechanism_is_on_its_side_only(asked, draft, ines):
    assert asked.text not in words_of(get(ines, "help_list"))
    assert get(ines, "help_thread", asked.pk).status_code == 404
    assert post(ines, "help_thread", asked.pk, text="Like this.").status_code == 404
    assert not commenting.waiting_for_help(ines).exists()
    assert mails_to(ines) == []
    assert asked.text in words_of(get(ines, "comments", draft.reference))


def test_nobody_else_opens_the_list_or_a_thread(asked, amina, carla, ada):
    for person in (amina, carla, ada):
        assert get(person, "help_list").status_code == 403
        assert get(person, "help_thread", asked.pk).status_code == 404
        assert post(person, "resolve_help", asked.pk).status_code == 404
        assert not commenting.waiting_for_help(person).exists()
    assert Client().get("/desk/help/").status_code == 302


def test_no_other_comment_is_opened_as_a_request_for_help(filed, rita):
    for circle in ("internal", "shared"):
        comment = commenting.comment(filed, section=None, text="No question.", circle=circle, by=rita)
        assert get(rita, "help_thread", comment.pk).status_code == 404
    assert get(rita, "help_thread", 2**70).status_code == 404


# ---------------------------------------------------------------------------------------------- answering


def test_iom_answers_in_the_thread_and_the_secretariat_reads_it_beside_the_section(
    asked, draft, section, amina, bruno, carla, rita, piotr
):
    response = post(rita, "help_thread", asked.pk, text="Count those who have joined.")
    assert response.url == f"/desk/help/{asked.pk}/"
    answer = asked.replies.get()
    assert (answer.circle, answer.iscm, answer.section) == ("shared", None, section)
    for person in (amina, bruno):
        assert "Count those who have joined." in words_of(get(person, "comments", draft.reference))
        assert "Count those who have joined." in words_of(get(person, "section", draft.reference, section.code))
        (mail,) = mails_to(person)
        assert "Count those who have joined." in mail.body
        assert f"/inputs/{draft.reference}/comments/#comment-{answer.pk}" in mail.body
    assert mails_to(carla) == []
    # Both read of the question; nobody of the answer, which is IOM's own.
    assert [len(mails_to(person)) for person in (rita, piotr)] == [1, 1]


def test_the_secretariat_writes_on_and_whoever_answered_is_told(asked, draft, bruno, rita, piotr):
    commenting.reply(asked, text="Count those who have joined.", by=rita)
    post(bruno, "reply_to_comment", draft.reference, asked.pk, text="And observers?")
    assert "And observers?" in words_of(get(rita, "help_thread", asked.pk))
    assert "And observers?" in mails_to(rita)[0].body
    assert [mail for mail in mails_to(piotr) if "And observers?" in mail.body] == []


def test_who_asked_and_has_left_is_told_nothing(asked, bruno, amina, rita):
    bruno.affiliations.update(ends_on=timezone.now().date())
    commenting.reply(asked, text="Like this.", by=rita)
    assert mails_to(bruno) == []
    assert len(mails_to(amina)) == 1


def test_either_side_resolves_it_and_opens_it_again(asked, draft, carla, amina, rita):
    post(rita, "resolve_help", asked.pk)
    asked.refresh_from_db()
    assert asked.resolved_by == rita
    post(amina, "reopen_comment", draft.reference, asked.pk)
    post(amina, "resolve_comment", draft.reference, asked.pk)
    asked.refresh_from_db()
    assert asked.resolved_by == amina
    post(rita, "reopen_help", asked.pk)
    asked.refresh_from_db()
    assert asked.resolved_by is None
    assert post(carla, "resolve_comment", draft.reference, asked.pk).status_code == 404


def test_an_answer_to_what_was_resolved_meanwhile_is_kept(asked, rita, amina):
    commenting.resolve(asked, by=amina)
    response = post(rita, "help_thread", asked.pk, text="What I was going to say.")
    assert response.status_code == 409
    assert "Open it again to write in it." in words_of(response)
    assert "What I was going to say.</textarea>" in words_of(response)
    assert not asked.replies.exists()


def test_an_empty_answer_is_not_written(asked, rita):
    response = post(rita, "help_thread", asked.pk, text=" ")
    assert response.status_code == 422
    assert "Write the reply." in words_of(response)
    assert signed_in(rita).post(f"/desk/help/{asked.pk}/", {}).status_code == 422


def test_once_the_input_is_closed_nothing_is_answered_and_nothing_waits(asked, draft, amina, rita):
    workflow.perform(draft, "withdraw", by=amina)
    assert not commenting.waiting_for_help(rita).exists()
    with pytest.raises(Refused, match="Comments are closed"):
        commenting.reply(asked, text="Too late.", by=rita)
    said = words_of(get(rita, "help_thread", asked.pk))
    assert "nothing can be added" in said
    assert "<textarea" not in said


# ---------------------------------------------------------------------------------------------- the list


def test_the_list_has_the_open_ones_first_and_the_oldest_of_them_at_the_top(draft, section, bruno, rita):
    texts = ["First?", "Second?", "Third?"]
    threads = [commenting.ask_for_help(draft, section=section, text=text, by=bruno) for text in texts]
    for days, thread in zip((9, 5, 1), threads, strict=True):
        Comment.objects.filter(pk=thread.pk).update(written_at=timezone.now() - timedelta(days=days))
    commenting.resolve(threads[0], by=rita)
    commenting.reply(threads[1], text="Yes.", by=rita)
    said = words_of(get(rita, "help_list"))
    assert said.index("Second?") < said.index("Third?") < said.index("First?")
    second, third, first = (
        said[said.index(text) : said.index("</tr>", said.index(text))] for text in ("Second?", "Third?", "First?")
    )
    assert "5 days ago" in second
    assert "<bdi>Rita Novak</bdi>, <bdi>IOM</bdi>" in second
    assert "Nobody yet" in third
    assert "Resolved" in first
    assert [thread.text for thread in commenting.waiting_for_help(rita)] == ["Second?", "Third?"]


def test_the_list_costs_the_same_for_three_and_for_thirty(draft, section, bruno, rita):
    def ask(numbers):
        for number in numbers:
            thread = commenting.ask_for_help(draft, section=section, text=f"Question {number}?", by=bruno)
            commenting.reply(thread, text=f"Answer {number}.", by=rita)

    client = signed_in(rita)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/help/")
        return len(captured)

    ask(range(3))
    cost()
    few = cost()
    ask(range(3, 30))
    # One more: that there is another page is known from the same count, the rows from the same query.
    assert cost() == few
    assert few <= 15
    with CaptureQueriesContext(connection) as captured:
        assert commenting.waiting_for_help(rita).count() == 30
    assert len(captured) == 1


def test_iom_finds_the_list_in_the_navigation_and_others_do_not(rita, amina, draft):
    assert 'href="/desk/help/"' in words_of(get(rita, "queue"))
    assert "/desk/help/" not in words_of(get(amina, "tasks", draft.reference))


def test_of_a_filed_input_the_thread_leads_to_it(filed, amina, rita):
    section = filed.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    asked = commenting.ask_for_help(filed, section=section, text="May we still change it?", by=amina)
    assert f'href="/inputs/{filed.reference}/"' in words_of(get(rita, "help_thread", asked.pk))
    assert "May we still change it?" in words_of(get(rita, "comments", filed.reference))
