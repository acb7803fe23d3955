"""What is said about an input, among those who make it, among IOM's people, or between both: who writes, who settles,
who is told, and who never reads it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from submissions import commenting, renditions, tasks, threads, workflow
from submissions.models import Comment, Compendium, Mail, OutlineSection, Partnership, Rendition, Submission
from submissions.workflow import Refused

from . import every_page, factories
from .printed import Printed

CANARY = "Kanarienvogel"

Access, Circle = Partnership.Access, Comment.Circle


@pytest.fixture
def section(joint_draft):
    """A section of text that the joint input asks for."""
    return joint_draft.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()


@pytest.fixture
def by_carla(joint_draft, section, carla):
    return commenting.comment(joint_draft, section=section, text="Say more on returns.", by=carla)


def give(submission, partner, *, access):
    submission.partnerships.filter(iscm=partner).update(access=access)


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, submission, name="comments", *args):
    return signed_in(person).get(reverse(name, args=[submission.reference, *args]))


def post(person, submission, text="Say more on returns.", section="", **more):
    address = reverse("comments", args=[submission.reference])
    return signed_in(person).post(address, {"text": text, "section": section, **more})


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


# ---------------------------------------------------------------------------------------------- writing


def test_a_partner_comments_on_a_section_and_the_lead_reads_who_said_it(joint_draft, section, carla, bruno):
    response = post(carla, joint_draft, section=section.code)
    comment = Comment.objects.get()
    assert response.url == f"/inputs/{joint_draft.reference}/comments/#comment-{comment.pk}"
    assert (comment.section, comment.iscm.acronym, comment.written_by) == (section, "TDB", carla)
    said = words_of(page(bruno, joint_draft))
    assert "Say more on returns." in said
    assert "<bdi>Carla Reyes</bdi>, <bdi>TDB</bdi>" in said
    assert str(section.heading) in said


def test_a_comment_may_be_about_the_whole_input(joint_draft, amina):
    post(amina, joint_draft)
    assert Comment.objects.get().section is None
    assert "The whole input</h2>" in words_of(page(amina, joint_draft))


def test_who_may_only_read_the_draft_reads_the_comments_and_writes_none(
    joint_draft, section, by_carla, mechanism_c, dalia
):
    give(joint_draft, mechanism_c, access=Access.VIEW)
    said = words_of(page(dalia, joint_draft))
    assert by_carla.text in said
    assert "You may read the comments." in said
    assert "Write a comment" not in said
    with pytest.raises(PermissionDenied):
        commenting.comment(joint_draft, section=section, text="May I?", by=dalia)
    response = post(dalia, joint_draft, text="May I?")
    assert response.status_code == 403
    assert "May I?</textarea>" in words_of(response)
    assert Comment.objects.get() == by_carla


def test_who_serves_the_lead_and_a_partner_speaks_for_the_lead(joint_draft, mechanism_b, amina):
    factories.affiliate(user=amina, iscm=mechanism_b)
    assert commenting.comment(joint_draft, section=None, text="Yes.", by=amina).iscm == joint_draft.iscm


def test_who_serves_two_partners_speaks_for_the_one_that_may_comment(joint_draft, mechanism_b, mechanism_c, carla):
    factories.affiliate(user=carla, iscm=mechanism_c)
    give(joint_draft, mechanism_b, access=Access.VIEW)
    assert commenting.comment(joint_draft, section=None, text="Yes.", by=carla).iscm == mechanism_c


def test_a_comment_sent_twice_is_written_once(joint_draft, carla):
    post(carla, joint_draft)
    post(carla, joint_draft)
    assert Comment.objects.count() == 1
    post(carla, joint_draft, text="And more on readmission.")
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 5_001])
def test_a_comment_that_says_nothing_or_too_much_is_not_written(joint_draft, carla, text):
    response = post(carla, joint_draft, text=text)
    assert response.status_code == 422
    assert "There is a problem" in words_of(response)
    assert not Comment.objects.exists()
    assert text.strip() in response.content.decode()


def test_a_section_that_the_type_does_not_ask_for_cannot_be_commented_on(joint_draft, carla):
    other = OutlineSection.objects.exclude(type_sections__input_type=joint_draft.input_type).first()
    response = post(carla, joint_draft, section=other.code)
    assert response.status_code == 422
    assert "Say more on returns." in words_of(response)
    assert not Comment.objects.exists()


def test_a_comment_is_plain_text(joint_draft, carla, amina):
    post(carla, joint_draft, text="<script>alert(1)</script> & <b>bold</b>\nnext line\x00")
    assert Comment.objects.get().text == "<script>alert(1)</script> & <b>bold</b>\nnext line"
    said = page(amina, joint_draft).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;<br>next line" in said
    assert "<script>alert" not in said


def test_a_link_to_comment_on_a_section_has_chosen_it_already(joint_draft, section, amina):
    response = signed_in(amina).get(f"/inputs/{joint_draft.reference}/comments/?section={section.code}")
    assert f'<option value="{section.code}" selected>' in response.content.decode()


# ---------------------------------------------------------------------------------------------- when


def test_comments_are_written_while_the_partners_endorse(asked, carla):
    assert post(carla, asked).status_code == 302
    assert Comment.objects.count() == 1


def test_a_comment_makes_no_endorsement_stale(asked, mechanism_b, carla, amina):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    post(amina, asked)
    assert factories.standings(asked)["TDB"] == "endorsed"


def test_what_is_filed_is_not_commented_on_and_the_comments_stay_readable(asked, both_endorse, carla, amina):
    commenting.comment(asked, section=None, text="Agreed.", by=carla)
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    response = post(carla, asked, text="One more thing.")
    assert response.status_code == 409
    assert "Comments are closed" in words_of(response)
    assert "One more thing.</textarea>" in words_of(response)
    assert Comment.objects.count() == 1
    assert "Agreed." in words_of(page(amina, asked))


def test_among_themselves_only_the_makers_of_a_joint_input_comment(draft, filed, amina):
    for submission in (draft, filed):
        with pytest.raises(PermissionDenied):
            commenting.comment(submission, section=None, text="To myself.", by=amina, circle=Circle.MAKERS)
    assert "those who make this input" not in words_of(page(amina, filed))


def test_a_draft_that_iom_does_not_see_offers_help_and_no_comments(draft, amina, bruno):
    said = words_of(page(bruno, draft))
    assert "IOM does not see this draft." in said
    assert f'href="/inputs/{draft.reference}/help/"' in said
    assert "Write a comment" not in said
    response = post(amina, draft, text="Is anybody there?")
    assert response.status_code == 409
    assert "Is anybody there?</textarea>" in words_of(response)
    assert not Comment.objects.exists()


# ---------------------------------------------------------------------------------------------- settling


def settle(person, comment, *, name="resolve_comment"):
    address = reverse(name, args=[comment.submission.reference, comment.pk])
    response = signed_in(person).post(address)
    comment.refresh_from_db()
    return response


def test_whoever_wrote_it_and_the_lead_resolve_a_comment_and_open_it_again(by_carla, carla, bruno):
    for person in (carla, bruno):
        assert settle(person, by_carla).status_code == 302
        assert (by_carla.resolved_by, by_carla.resolved_at is not None) == (person, True)
        assert settle(person, by_carla, name="reopen_comment").status_code == 302
        assert (by_carla.resolved_by, by_carla.resolved_at) == (None, None)


def test_another_partner_does_not_resolve_it_and_sees_no_button(joint_draft, by_carla, dalia):
    assert settle(dalia, by_carla).status_code == 403
    assert by_carla.resolved_at is None
    assert "/resolve/" not in words_of(page(dalia, joint_draft))


def test_a_comment_resolved_twice_keeps_who_was_first(by_carla, carla, amina):
    settle(carla, by_carla)
    settle(amina, by_carla)
    assert by_carla.resolved_by == carla


def test_resolved_comments_are_folded_below_the_open_ones(joint_draft, section, by_carla, carla, amina):
    settle(amina, by_carla)
    commenting.comment(joint_draft, section=section, text="Still open.", by=carla)
    said = words_of(page(amina, joint_draft))
    open_part, folded = said.split("<details", 1)
    assert "Still open." in open_part
    assert by_carla.text not in open_part
    assert "1 resolved thread" in folded
    assert by_carla.text in folded


def test_nothing_is_settled_once_the_input_is_filed(asked, both_endorse, carla, amina):
    comment = commenting.comment(asked, section=None, text="Agreed.", by=carla)
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    with pytest.raises(Refused, match="Comments are closed"):
        commenting.resolve(comment, by=amina)
    settle(amina, comment)
    assert comment.resolved_at is None


# ---------------------------------------------------------------------------------------------- beside the text


def test_open_comments_stand_beside_the_section_that_is_being_written(joint_draft, section, by_carla, amina):
    def said():
        return words_of(page(amina, joint_draft, "section", section.code))

    assert by_carla.text in said()
    assert f"/comments/?section={section.code}#write" in said()
    settle(amina, by_carla)
    assert by_carla.text not in said()
    assert "No open comment on this section." in said()


def test_the_task_list_says_where_something_is_open(joint_draft, section, by_carla, amina):
    said = words_of(page(amina, joint_draft, "tasks"))
    assert f'#about-{section.code}">{section.heading}</a> <span class="meta">1 thread</span>' in said


def test_thirty_threads_with_replies_cost_no_more_than_three(joint_draft, section, carla, amina):
    def say(numbers):
        for number in numbers:
            thread = commenting.comment(joint_draft, section=section, text=f"Point {number}.", by=carla)
            for answer in range(number % 4):
                commenting.reply(thread, text=f"Answer {answer} to {number}.", by=amina)
            if number % 5 == 4:
                commenting.resolve(thread, by=amina)

    pages = [("comments", ()), ("tasks", ()), ("section", (section.code,)), ("submission", ())]

    def costs():
        found = []
        for name, arguments in pages:
            with CaptureQueriesContext(connection) as captured:
                page(amina, joint_draft, name, *arguments)
            found.append(len(captured))
        return found

    say(range(3))
    costs()
    few = costs()
    say(range(3, 30))
    assert costs() == few
    assert "Answer 2 to 27." in words_of(page(amina, joint_draft))


# ---------------------------------------------------------------------------------------------- rights that have ended


def test_a_dropped_partner_gets_its_words_back_and_reads_nothing(joint_draft, by_carla, mechanism_b, carla, amina):
    factories.drop(submission=joint_draft, partner=mechanism_b, by=amina)
    response = post(carla, joint_draft, text="What I was writing <b>.")
    assert response.status_code == 403
    assert "What I was writing &lt;b&gt;.</textarea>" in words_of(response)
    assert by_carla.text not in words_of(response)
    assert joint_draft.title not in words_of(response)
    assert page(carla, joint_draft).status_code == 404
    assert Comment.objects.get() == by_carla


def test_somebody_whose_affiliation_ended_gets_their_words_back(joint_draft, carla, amina):
    for person in (carla, amina):
        person.affiliations.update(ends_on=timezone.now().date())
        response = post(person, joint_draft, text="What I was writing.")
        assert response.status_code == 403
        assert "What I was writing.</textarea>" in words_of(response)
    assert not Comment.objects.exists()


def test_a_stranger_learns_nothing_by_sending_a_comment(joint_draft, rita):
    stranger = factories.make_person(name="Stefan Strange")
    factories.affiliate(user=stranger, iscm=factories.make_mechanism(name="Other", acronym="OTH"))
    before = factories.make_person(name="Berta Before")
    factories.affiliate(
        user=before,
        iscm=joint_draft.iscm,
        starts_on=timezone.now().date() - timedelta(days=30),
        ends_on=timezone.now().date() - timedelta(days=20),
    )
    for person in (stranger, before, rita):
        assert post(person, joint_draft).status_code == 404
    assert not Comment.objects.exists()


def test_who_wrote_it_and_has_left_does_not_settle_it(by_carla, carla):
    carla.affiliations.update(ends_on=timezone.now().date())
    with pytest.raises(PermissionDenied):
        commenting.resolve(by_carla, by=carla)
    assert settle(carla, by_carla).status_code == 404


# ---------------------------------------------------------------------------------------------- who never sees one


def seen_by(person):
    return every_page.seen_by(person, CANARY, methods=["get"], is_complete=False)


@pytest.mark.slow
def test_iom_dropped_partners_and_strangers_never_see_a_comment(
    asked, mechanism_b, mechanism_c, amina, carla, dalia, rita, piotr, ada, cycle, settings, tmp_path, mailoutbox
):
    settings.MEDIA_ROOT = tmp_path / "files"
    section = asked.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    for about in (None, section):
        for person in (amina, carla, dalia):
            comment = commenting.comment(asked, section=about, text=f"{CANARY} of {person}.", by=person)
            if person == carla:
                commenting.resolve(comment, by=amina)
    assert seen_by(dalia), "nothing could leak"
    factories.decline(submission=asked, partner=mechanism_c, by=dalia)
    factories.drop(submission=asked, partner=mechanism_c, by=amina)
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    renditions.ask_for_draft(factories.now(asked), by=amina)
    renditions.ask_for_clearance_log(asked, by=amina)
    workflow.perform(asked, "submit", by=amina)
    renditions.ask_for_clearance_log(asked, by=rita)
    workflow.perform(asked, "take_up", by=rita)
    workflow.perform(asked, "approve", by=piotr)
    compendium = Compendium.objects.create(cycle=cycle)
    renditions.ask_for_compendium(compendium, by=piotr)
    for rendition in Rendition.objects.all():
        tasks.make_rendition(rendition.pk)
        rendition.refresh_from_db()
        assert rendition.is_ready, rendition.error
        assert CANARY not in Printed(Path(rendition.file.path).read_bytes()).text()

    stranger = factories.make_person(name="Stefan Strange")
    factories.affiliate(user=stranger, iscm=factories.make_mechanism(name="Other", acronym="OTH"))
    for person in (rita, piotr, ada, dalia, stranger):
        assert seen_by(person) == [], person
    assert Mail.objects.exists()
    assert [mail.subject for mail in Mail.objects.filter(body__contains=CANARY)] == []
    assert [mail.subject for mail in mailoutbox if CANARY in mail.body] == []
    frozen = json.dumps([revision.content for revision in asked.revisions.all()])
    assert CANARY not in frozen
    assert not asked.events.filter(note__contains=CANARY).exists()
    assert not admin.site.is_registered(Comment)


# ---------------------------------------------------------------------------------------------- with IOM


@pytest.fixture
def reviewed(filed, rita):
    """Filed by A alone, and taken up by Rita."""
    workflow.perform(filed, "take_up", by=rita)
    return factories.now(filed)


@pytest.fixture
def about(filed):
    return filed.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()


@pytest.fixture
def ines(mechanism_a):
    """Reviews for IOM, and works for the secretariat of A."""
    user = factories.make_person(name="Ines Both", is_reviewer=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False)
    return user


def reply(person, thread, text="A reply."):
    address = reverse("reply_to_comment", args=[thread.submission.reference, thread.pk])
    return signed_in(person).post(address, {"text": text})


def told_of(comment):
    return {mail.recipient.name for mail in Mail.objects.filter(occasion=f"comment:{comment.pk}")}


def test_what_iom_writes_is_for_iom_only_unless_it_presses_the_other_button(reviewed, rita):
    said = words_of(page(rita, reviewed))
    internal, shared = 'name="circle" value="internal"', 'name="circle" value="shared"'
    assert said.index("Add for IOM only") < said.index("Share with the mechanism")
    assert said.index(internal) < said.index(shared)
    assert "nobody of the mechanism ever does. It cannot be shared later" in said
    assert "everyone at TDA reads it, and is told by e-mail" in said
    for posted, circle in (({}, "internal"), ({"circle": "internal"}, "internal"), ({"circle": "shared"}, "shared")):
        post(rita, reviewed, text=f"Pressed {posted}.", **posted)
        assert Comment.objects.last().circle == circle
        assert Comment.objects.last().iscm is None


def test_a_mechanism_reads_what_is_shared_and_nothing_internal(reviewed, about, amina, bruno, ines, rita, piotr):
    commenting.comment(reviewed, section=about, text="Weak, between us.", by=rita)
    commenting.comment(reviewed, section=about, text="Which year is meant?", circle="shared", by=rita)
    for person in (amina, bruno, ines):
        for name in ("comments", "submission"):
            assert "Weak, between us." not in words_of(page(person, reviewed, name))
        assert "Which year is meant?" in words_of(page(person, reviewed))
    for person in (rita, piotr):
        said = words_of(page(person, reviewed))
        assert "Weak, between us." in said
        assert "Which year is meant?" in said


def test_nobody_writes_or_answers_in_a_circle_that_is_not_theirs(reviewed, amina, ines, carla, rita, ada):
    internal = commenting.comment(reviewed, section=None, text="Between us.", by=rita)
    for person in (amina, ines):
        response = post(person, reviewed, text="Let me in.", circle="internal")
        assert response.status_code == 403
        assert "Let me in.</textarea>" in words_of(response)
        assert reply(person, internal).status_code == 404
        assert settle(person, internal).status_code == 404
        with pytest.raises(PermissionDenied):
            commenting.reply(internal, text="Let me in.", by=person)
        with pytest.raises(PermissionDenied):
            commenting.resolve(internal, by=person)
    assert post(rita, reviewed, text="Let me in.", circle="makers").status_code == 403
    for person in (carla, ada):
        assert page(person, reviewed).status_code == 404
        assert reply(person, internal).status_code == 404
    assert Comment.objects.get() == internal


def test_a_reply_is_in_the_circle_and_about_what_its_thread_is_about(reviewed, about, amina, rita, piotr):
    for circle, person in (("internal", piotr), ("shared", amina)):
        thread = commenting.comment(reviewed, section=about, text="So?", circle=circle, by=rita)
        response = reply(person, thread)
        written = thread.replies.get()
        assert response.url.endswith(f"#comment-{written.pk}")
        assert (written.circle, written.section) == (circle, about)
        # A reply begins no thread: nobody answers or settles it by itself.
        assert reply(rita, written).status_code == 404
        assert settle(rita, written).status_code == 404


def test_a_reply_sent_twice_is_written_and_told_once(reviewed, amina, rita):
    thread = commenting.comment(reviewed, section=None, text="So?", circle="shared", by=rita)
    for _press in range(2):
        reply(amina, thread)
    assert told_of(thread.replies.get()) == {"Rita Novak"}


@pytest.mark.parametrize("text", ["", " \x00 ", "x" * 5_001])
def test_a_reply_that_says_nothing_or_too_much_is_kept_in_its_thread(reviewed, amina, rita, text):
    thread = commenting.comment(reviewed, section=None, text="So?", circle="shared", by=rita)
    response = reply(amina, thread, text)
    said = words_of(response)
    assert response.status_code == 422
    assert f'href="#reply-{thread.pk}-text"' in said
    assert '<details class="reply" open>' in said
    assert text.strip("\x00 ") in said
    assert not thread.replies.exists()


def test_who_replies_to_what_was_resolved_meanwhile_keeps_the_words(reviewed, amina, rita):
    thread = commenting.comment(reviewed, section=None, text="So?", circle="shared", by=rita)
    commenting.resolve(thread, by=rita)
    response = reply(amina, thread, "Half a page of reply.")
    assert response.status_code == 409
    assert "Half a page of reply.</textarea>" in words_of(response)
    assert "Open it again to write in it." in words_of(response)
    assert "Your reply" not in words_of(page(amina, reviewed)).split("<details", 1)[0]


def test_a_shared_thread_is_settled_by_who_began_it_by_iom_and_by_the_lead(
    mechanism_a, mechanism_b, mechanism_c, cycle, amina, bruno, carla, dalia, rita, piotr
):
    submission = factories.make_joint_filed(
        lead=mechanism_a, partners={mechanism_b: carla, mechanism_c: dalia}, cycle=cycle, by=amina
    )
    thread = commenting.comment(submission, section=None, text="For IOM.", circle="shared", by=carla)
    for person in (carla, bruno, rita, piotr):
        assert settle(person, thread).status_code == 302
        assert thread.resolved_by == person
        settle(person, thread, name="reopen_comment")
    assert settle(dalia, thread).status_code == 403
    internal = commenting.comment(submission, section=None, text="For us.", by=rita)
    settle(piotr, internal)
    assert internal.resolved_by == piotr


def test_among_the_makers_is_what_they_write_unless_they_press_the_other_button(
    mechanism_a, mechanism_b, cycle, amina, carla, rita
):
    submission = factories.make_joint_filed(lead=mechanism_a, partners={mechanism_b: carla}, cycle=cycle, by=amina)
    workflow.perform(submission, "take_up", by=rita)
    workflow.perform(submission, "request_changes", note="More on returns.", by=rita)
    said = words_of(page(carla, submission))
    assert said.index("Add for those who make it") < said.index("Share with IOM")
    post(carla, submission, text="Among us.")
    post(carla, submission, text="For IOM, too.", circle="shared")
    assert [comment.circle for comment in Comment.objects.all()] == ["makers", "shared"]
    said = words_of(page(rita, submission))
    assert "For IOM, too." in said
    assert "Among us." not in said


# What may be begun in each state, by IOM and by the mechanism.
OPEN_IN = {
    "draft": ([], []),
    "submitted": (["internal", "shared"], ["shared"]),
    "under_review": (["internal", "shared"], ["shared"]),
    "changes_requested": (["internal", "shared"], ["shared"]),
    "approved": (["internal", "shared"], ["shared"]),
    "declined": (["internal"], []),
    "withdrawn": ([], []),
}


@pytest.mark.parametrize("status", OPEN_IN)
def test_comments_are_open_as_long_as_there_is_something_to_talk_about(status, draft, amina, rita, piotr):
    submission = factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    if status == "withdrawn":
        Submission.objects.filter(pk=submission.pk).update(filed_at=timezone.now())
        submission = factories.now(submission)
    for person, expected in zip((rita, amina), OPEN_IN[status], strict=True):
        assert threads.Voice(person, submission).open_circles == expected
        for circle in ("internal", "shared"):
            if circle in expected:
                commenting.comment(submission, section=None, text=f"{circle} of {person}", circle=circle, by=person)
            else:
                with pytest.raises((Refused, PermissionDenied)):
                    commenting.comment(submission, section=None, text="No.", circle=circle, by=person)
    if status != "draft":
        said = words_of(page(rita, submission))
        assert ("Comments are closed" in said) == (not OPEN_IN[status][0])


def test_iom_comments_on_the_objectives_that_were_filed_and_not_on_those_in_the_making(mechanism_a, cycle, amina, rita):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    blocks = OutlineSection.objects.filter(kind=OutlineSection.Kind.OBJECTIVES).first()
    draft.input_type.type_sections.get_or_create(section=blocks)
    factories.answer_everything_required(submission=draft)
    factories.tick_objective(submission=draft, number=7, progress="<p>On seven.</p>")
    workflow.perform(draft, "submit", by=amina)
    workflow.perform(draft, "take_up", by=rita)
    workflow.perform(draft, "request_changes", note="More.", by=rita)
    factories.tick_objective(submission=draft, number=9)
    offered = {person: words_of(page(person, draft)) for person in (amina, rita)}
    assert f'value="{blocks.code}/9"' in offered[amina]
    assert f'value="{blocks.code}/9"' not in offered[rita]
    assert post(rita, draft, section=f"{blocks.code}/9").status_code == 422
    assert post(rita, draft, section=f"{blocks.code}/7", text="On which route?").status_code == 302
    comment = Comment.objects.get()
    assert (comment.section, comment.objective.number) == (blocks, 7)
    said = words_of(page(rita, draft))
    assert said.index("Objective 7:") < said.index("On which route?")


def test_beside_each_heading_stands_how_many_threads_are_open_for_who_may_read_them(
    reviewed, about, amina, rita, carla
):
    anchor, write = f"/comments/#about-{about.code}", f"/comments/?section={about.code}#write"
    thread = commenting.comment(reviewed, section=about, text="Weak.", by=rita)
    commenting.reply(thread, text="Very.", by=rita)
    commenting.comment(reviewed, section=about, text="Which year?", circle="shared", by=rita)
    for person, number in ((rita, "2 open comments"), (amina, "1 open comment<")):
        said = words_of(page(person, reviewed, "submission"))
        assert number in said
        assert anchor in said
        assert write in said
        assert f'id="about-{about.code}"' in words_of(page(person, reviewed))
    commenting.resolve(thread, by=rita)
    assert "1 open comment<" in words_of(page(rita, reviewed, "submission"))


def test_beside_a_form_stands_what_is_shared_and_never_what_is_iom_s_own(reviewed, about, amina, rita):
    commenting.comment(reviewed, section=about, text="Weak.", by=rita)
    commenting.comment(reviewed, section=about, text="Which year?", circle="shared", by=rita)
    workflow.perform(reviewed, "request_changes", note="See there.", by=rita)
    said = words_of(page(amina, reviewed, "section", about.code))
    assert "Which year?" in said
    assert "Weak." not in said


# ---------------------------------------------------------------------------------------------- who is told


def test_of_a_shared_comment_by_iom_everyone_of_the_makers_is_told(
    mechanism_a, mechanism_b, cycle, amina, bruno, carla, dalia, rita, piotr
):
    submission = factories.make_joint_filed(lead=mechanism_a, partners={mechanism_b: carla}, cycle=cycle, by=amina)
    comment = commenting.comment(submission, section=None, text="Which\nyear?", circle="shared", by=rita)
    assert told_of(comment) == {"Amina Diallo", "Bruno Costa", "Carla Reyes"}
    mail = Mail.objects.filter(occasion=f"comment:{comment.pk}").first()
    assert "> Which\n> year?" in mail.body
    assert f"/inputs/{submission.reference}/comments/#comment-{comment.pk}" in mail.body
    assert "Rita Novak (IOM)" in mail.body


def test_of_a_shared_comment_by_the_makers_its_reviewer_is_told_or_all_who_may_take_it_up(
    filed, amina, bruno, ines, rita, piotr
):
    first = commenting.comment(filed, section=None, text="One more thing.", circle="shared", by=amina)
    assert told_of(first) == {"Rita Novak", "Piotr Lind"}
    workflow.perform(filed, "take_up", by=rita)
    second = commenting.comment(filed, section=None, text="And another.", circle="shared", by=amina)
    assert told_of(second) == {"Rita Novak"}


def test_who_of_iom_has_begun_a_shared_thread_is_told_of_its_answers(reviewed, amina, rita, piotr):
    thread = commenting.comment(reviewed, section=None, text="Which year?", circle="shared", by=piotr)
    assert told_of(commenting.reply(thread, text="2029.", by=amina)) == {"Rita Novak", "Piotr Lind"}


def test_of_an_internal_comment_the_reviewer_and_who_wrote_there_are_told_and_nobody_else(
    reviewed, amina, ines, rita, piotr, ada
):
    third = factories.make_person(name="Tariq Third", is_approver=True)
    thread = commenting.comment(reviewed, section=None, text="Weak.", by=piotr)
    assert told_of(thread) == {"Rita Novak"}
    assert told_of(commenting.reply(thread, text="Indeed.", by=third)) == {"Rita Novak", "Piotr Lind"}
    assert told_of(commenting.reply(thread, text="So what?", by=rita)) == {"Piotr Lind", "Tariq Third"}
    # Whoever comes to work for the mechanism hears no more of it.
    factories.affiliate(user=third, iscm=reviewed.iscm)
    factories.affiliate(user=rita, iscm=reviewed.iscm)
    assert told_of(commenting.reply(thread, text="Decline?", by=piotr)) == set()


def test_of_what_the_makers_say_to_each_other_nobody_is_told(joint_draft, carla, rita):
    assert told_of(commenting.comment(joint_draft, section=None, text="Shorter?", by=carla)) == set()
