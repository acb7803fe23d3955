"""Comments between those who make a joint input: who writes, who settles, and who never reads one."""

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
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from submissions import commenting, renditions, tasks, workflow
from submissions.models import Comment, Compendium, Mail, OutlineSection, Partnership, Rendition
from submissions.workflow import Refused

from . import factories
from .printed import Printed

CANARY = "Kanarienvogel"

Access = Partnership.Access


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


def post(person, submission, text="Say more on returns.", section=""):
    address = reverse("comments", args=[submission.reference])
    return signed_in(person).post(address, {"text": text, "section": section})


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
    assert "Add this comment" not in said
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


def test_an_input_of_one_mechanism_has_no_comments(draft, amina):
    assert page(amina, draft).status_code == 404
    assert post(amina, draft).status_code == 404
    with pytest.raises(Refused, match="several make together"):
        commenting.comment(draft, section=None, text="To myself.", by=amina)


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
    assert "1 resolved comment" in folded
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
    assert re.search(rf"{re.escape(str(section.heading))} <span class=\"meta\">1 comment</span>", said)


def test_an_input_of_one_mechanism_says_nothing_of_comments_and_asks_the_database_nothing(draft, amina):
    code = draft.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first().code
    for name, arguments in (("tasks", ()), ("section", (code,)), ("submission", ())):
        with CaptureQueriesContext(connection) as captured:
            response = page(amina, draft, name, *arguments)
        assert [query["sql"] for query in captured if '"submissions_comment"' in query["sql"]] == []
        assert "/comments/" not in words_of(response), name


def test_a_page_with_thirty_comments_costs_no_more_than_with_two(
    joint_draft, section, by_carla, carla, amina, django_assert_max_num_queries
):
    commenting.comment(joint_draft, section=None, text="One.", by=amina)
    client = signed_in(amina)
    address = reverse("comments", args=[joint_draft.reference])
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(address)
    for number in range(28):
        commenting.comment(joint_draft, section=section, text=f"Point {number}.", by=carla)
    with django_assert_max_num_queries(len(few)):
        assert "Point 27." in words_of(client.get(address))


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


def addresses(**known):
    """Every address of our pages that can be made of these names; of rows in the database, each kind has its own."""
    for pattern in get_resolver().url_patterns:
        for one in getattr(pattern, "url_patterns", [pattern]):
            is_ours = isinstance(one, URLPattern) and one.name and one.lookup_str.startswith("submissions.views")
            if is_ours and set(one.pattern.converters) <= {*known, "pk"}:
                given = {name: known[name] for name in one.pattern.converters if name != "pk"}
                if "pk" not in one.pattern.converters:
                    yield reverse(one.name, kwargs=given)
                    continue
                row = Rendition if "rendition" in one.name else Comment if "comment" in one.name else Partnership
                for pk in row.objects.values_list("pk", flat=True):
                    yield reverse(one.name, kwargs=given | {"pk": pk})


def what_reads(person, submission, section):
    """Everything that this person is answered, whatever they ask for."""
    client = signed_in(person)
    known = {
        "reference": submission.reference,
        "slug": submission.iscm.slug,
        "mechanism": "tdc",
        "cycle": submission.cycle.code,
        "code": section.code,
        "number": 7,
        "name": "take_up",
    }
    asked = list(addresses(**known))
    assert len(asked) > 30
    for address in asked:
        response = client.get(address)
        yield address, b"".join(response.streaming_content) if response.streaming else response.content


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
    assert any(CANARY.encode() in whole for _address, whole in what_reads(dalia, asked, section)), "nothing could leak"
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
        seen = [address for address, whole in what_reads(person, asked, section) if CANARY.encode() in whole]
        assert seen == [], person
    assert Mail.objects.exists()
    assert [mail.subject for mail in Mail.objects.filter(body__contains=CANARY)] == []
    assert [mail.subject for mail in mailoutbox if CANARY in mail.body] == []
    frozen = json.dumps([revision.content for revision in asked.revisions.all()])
    assert CANARY not in frozen
    assert not asked.events.filter(note__contains=CANARY).exists()
    assert not admin.site.is_registered(Comment)
