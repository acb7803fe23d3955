"""What IOM says to itself reaches no page, mail, document, export or search of anybody who is not of IOM, or makes the
input. A bird's name is put wherever IOM's people can write something for themselves; then everything is opened.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from submissions import assigning, clearance, commenting, content, renditions, tasks, workflow
from submissions.models import (
    Attachment,
    Capacity,
    ChangeRequest,
    Comment,
    Compendium,
    Invitation,
    Mail,
    OutlineSection,
    Partnership,
    Rendition,
    SavedFilter,
    Submission,
    SubmissionEvent,
)

from . import every_page, factories
from .printed import Printed

WORD = "Zaunkoenig"

pytestmark = pytest.mark.slow


@pytest.fixture
def joint(mechanism_a, mechanism_b, cycle, amina, carla):
    """Led by A with B, filed."""
    return factories.make_joint_filed(lead=mechanism_a, partners={mechanism_b: carla}, cycle=cycle, by=amina)


@pytest.fixture
def sole(mechanism_a, cycle, amina):
    """Of A alone, with a section of each kind that matters here, and a file; filed."""
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    factories.attach(submission=submission, by=amina)
    factories.answer_everything_required(submission=submission)
    workflow.perform(submission, "submit", by=amina)
    return factories.now(submission)


@pytest.fixture
def ines(mechanism_a):
    """Reviews and approves for IOM, and works for the secretariat of A."""
    user = factories.make_person(name="Ines Both", is_reviewer=True, is_approver=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False, capacity=Capacity.FOCAL_POINT)
    return user


@pytest.fixture
def makers(amina, bruno, carla, ines):
    return [amina, bruno, carla, ines]


@pytest.fixture
def said_among_iom(joint, sole, amina, rita, piotr, carla, makers):
    """All that IOM's people can write for each other, about an input A makes with B and one it makes alone."""
    for submission in (joint, sole):
        section = submission.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
        assigning.assign(submission, rita, note=f"{WORD}: you know them best.", by=piotr)
        workflow.perform(submission, "take_up", by=rita)
        for about in (section, None):
            thread = commenting.comment(submission, section=about, text=f"{WORD} begins.", by=rita)
            commenting.reply(thread, text=f"{WORD} answers.", by=piotr)
        settled = commenting.comment(submission, section=section, text=f"{WORD}, settled.", by=piotr)
        commenting.resolve(settled, by=rita)
        ChangeRequest.objects.create(
            submission=submission, section=section, text=f"{WORD}: rewrite.", reason=f"{WORD}.", requested_by=rita
        )
        # And what they do say to the mechanism, so that the pages of its people have something to show.
        shared = commenting.comment(submission, section=section, text="Which year?", by=rita, circle="shared")
        commenting.reply(shared, text="2029.", by=amina)
        commenting.ask_for_help(submission, section=section, text="How long may it be?", lets_read=True, by=amina)
    return [joint, sole]


@pytest.fixture
def everything(said_among_iom, amina, rita, ines, mechanism_a, settings, tmp_path):
    """At least one row for every kind of address."""
    settings.MEDIA_ROOT = tmp_path / "files"
    joint, sole = said_among_iom
    factories.attach(submission=sole, by=amina, content=b"%PDF-1.7 another")
    clearance.record(joint, iscm=mechanism_a, way="chair", cleared_on=timezone.now().date(), by=ines)
    Invitation.objects.create(
        email="new@example.org", iscm=mechanism_a, capacity=Capacity.FOCAL_POINT, invited_by=amina
    )
    SavedFilter.objects.create(user=ines, name="Mine", query="turn=iom")
    SavedFilter.objects.create(user=rita, name="Ours", query="turn=iom", is_shared=True)
    assert Attachment.objects.exists()
    assert Partnership.objects.exists()
    return said_among_iom


def pages_of(person, **how):
    return every_page.seen_by(person, WORD, **how)


def test_the_test_can_fail_for_the_word_is_where_iom_reads(everything, rita):
    seen = pages_of(rita)
    for submission in everything:
        assert f"GET /inputs/{submission.reference}/comments/" in seen
        assert f"GET /inputs/{submission.reference}/history/" in seen
        assert f"GET /inputs/{submission.reference}/changes/" in seen
    assert len(seen) > 10
    assert Mail.objects.filter(recipient=rita, body__contains=WORD).exists()
    assert Comment.objects.filter(text__contains=WORD).count() == 10


@pytest.mark.parametrize("who", ["amina", "bruno", "carla", "ines"])
def test_the_word_is_on_no_page_of_who_makes_the_input(who, everything, request):
    assert pages_of(request.getfixturevalue(who)) == []


def test_nor_of_whoever_administers_works_elsewhere_or_has_not_signed_in(everything, ada, dalia):
    for person in (ada, dalia, None):
        assert pages_of(person, methods=["get"]) == []


def test_nor_when_iom_has_returned_one_and_approved_the_other(everything, amina, carla, ines, rita, piotr):
    joint, sole = everything
    # The prepared change would be asked for with the return: it is not among IOM's own any more then.
    joint.change_requests.prepared().delete()
    workflow.perform(joint, "request_changes", note="Please name the year.", by=rita)
    with pytest.raises(PermissionDenied):
        commenting.comment(sole, section=None, text="Among us?", circle="makers", by=amina)
    workflow.perform(sole, "approve", by=piotr)
    commenting.comment(sole, section=None, text=f"{WORD}, after all.", by=piotr)
    for person in (amina, carla, ines):
        assert pages_of(person, methods=["get"]) == []


def test_the_word_is_in_no_mail_but_of_those_who_review(everything, makers, ada, rita, piotr):
    for submission in everything:
        submission.change_requests.prepared().delete()
        workflow.perform(submission, "request_changes", note="Please name the year.", by=rita)
    assert Mail.objects.filter(recipient__in=makers).exists()
    with_the_word = Mail.objects.filter(Q(body__contains=WORD) | Q(subject__contains=WORD))
    assert {mail.recipient for mail in with_the_word} <= {rita, piotr}
    for pk in Mail.objects.values_list("pk", flat=True):
        tasks.send_mail(pk)
    sent_to = {address for mail in outbox.outbox if WORD in mail.body + mail.subject for address in mail.to}
    assert sent_to <= {rita.email, piotr.email}
    assert {person.email for person in makers} & {address for mail in outbox.outbox for address in mail.to}


def test_the_word_is_in_no_document_that_anybody_else_may_have(everything, amina, carla, ines, ada, rita, piotr, cycle):
    joint, sole = everything
    # Approved and reopened, so that there is every kind of text, and one more to preview.
    for submission in everything:
        submission.change_requests.prepared().delete()
        workflow.perform(submission, "approve", by=piotr)
    workflow.perform(sole, "reopen", note="The year is missing.", by=piotr)
    section = sole.input_type.sections.filter(kind=OutlineSection.Kind.TEXT).first()
    ChangeRequest.objects.create(submission=sole, section=section, text=f"{WORD}.", requested_by=rita)
    renditions.ask_for_draft(factories.now(sole), by=amina)
    renditions.ask_for_clearance_log(joint, by=carla)
    if hasattr(renditions, "ask_for_requests"):
        renditions.ask_for_requests(sole, by=amina)
    renditions.ask_for_compendium(Compendium.objects.create(cycle=cycle), by=piotr)
    made = [one for one in Rendition.objects.all() if one.kind != Rendition.Kind.REVIEW]
    for rendition in made:
        tasks.make_rendition(rendition.pk)
        rendition.refresh_from_db()
        assert rendition.is_ready, rendition.error
        assert WORD not in Printed(Path(rendition.file.path).read_bytes()).text(), rendition
        assert WORD not in rendition.canonical
    kinds = {rendition.kind for rendition in made}
    assert kinds >= {"draft", "clearance", "filed", "approved", "compendium"}
    for person in (amina, carla, ines, ada):
        assert not Rendition.objects.visible_to(person).filter(kind=Rendition.Kind.REVIEW).exists()


def test_the_word_is_not_in_what_is_frozen_hashed_and_exported(everything):
    for submission in everything:
        assert WORD not in json.dumps(content.snapshot(submission), ensure_ascii=False)
        for revision in submission.revisions.all():
            assert WORD not in revision.canonical
            assert WORD.casefold() not in revision.words


def test_a_search_for_the_word_finds_nothing_through_what_iom_says_to_itself(everything, ines, rita):
    for person in (ines, rita):
        client = Client()
        client.force_login(person)
        found = client.get("/desk/", {"q": WORD}).content.decode()
        for submission in everything:
            assert submission.reference not in found


def test_what_iom_notes_in_the_record_is_not_in_the_history_of_the_makers(everything, makers):
    """The note of an assignment is kept there: the word could leak, and does not."""
    assert SubmissionEvent.objects.filter(note__contains=WORD).exists()
    for person in makers:
        client = Client()
        client.force_login(person)
        for submission in Submission.objects.visible_to(person):
            said = client.get(f"/inputs/{submission.reference}/history/").content.decode()
            assert WORD not in said
            assert "Taken up" in said


def test_who_comes_to_a_mechanism_later_reads_nothing_internal_of_its_inputs(everything, rita, mechanism_a):
    """Rita has read and written it; from the day on which she works for A too, she does not."""
    factories.affiliate(user=rita, iscm=mechanism_a, starts_on=timezone.now().date() - timedelta(days=1))
    assert pages_of(rita, methods=["get"]) == []
    joint, _sole = everything
    before = Mail.objects.filter(recipient=rita).count()
    piotr = Comment.objects.filter(reply_to__isnull=False, circle="internal").first().written_by
    commenting.comment(joint, section=None, text=f"{WORD}, without Rita.", by=piotr)
    assert Mail.objects.filter(recipient=rita).count() == before
