"""Editing after approval: an approver reopens the input with a reason; what was approved stays until a new text is."""

import re
from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from submissions import record_chain, renditions, workflow
from submissions.documents.compendium import approved_inputs, participation
from submissions.models import Mail, NeverChanged, Rendition, Revision, Status, Submission
from submissions.workflow import Refused

from . import factories
from .factories import now

pytestmark = pytest.mark.django_db

REASON = "The figures of 2029 are out."


@pytest.fixture
def approved(filed, rita, piotr):
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "approve", by=piotr)
    return now(filed)


@pytest.fixture
def reopened(approved, piotr):
    workflow.perform(approved, "reopen", by=piotr, note=REASON)
    return now(approved)


@pytest.fixture
def filed_again(reopened, amina):
    factories.rewrite(submission=reopened, text="<p>The figures of 2029 are in it.</p>")
    workflow.perform(reopened, "resubmit", by=amina)
    return now(reopened)


def page(client, submission, name="submission", *, by, args=(), query=""):
    client.force_login(by)
    response = client.get(reverse(name, args=[submission.reference, *args]) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def compiled(cycle):
    return [(one.reference, one.revision.number) for one in approved_inputs(cycle)]


# ------------------------------------------------------------------------------------------ who, and with what reason


def test_an_approver_finds_the_button_and_it_is_not_the_first_thing_to_press(client, approved, piotr):
    link = re.search(r'<a class="([^"]*)" href="([^"]*)">Reopen</a>', page(client, approved, by=piotr))
    assert "btn-link" in link[1]
    assert link[2] == reverse("step", args=[approved.reference, "reopen"]) + "?revision=2"


@pytest.mark.parametrize("who", ["rita", "amina", "bruno"])
def test_nobody_else_finds_it_or_may_do_it(client, approved, who, request):
    person = request.getfixturevalue(who)
    assert "Reopen" not in page(client, approved, by=person)
    assert client.post(reverse("step", args=[approved.reference, "reopen"]), {"note": REASON}).status_code == 403
    with pytest.raises(PermissionDenied):
        workflow.perform(approved, "reopen", by=person, note=REASON)
    assert now(approved).status == Status.APPROVED


@pytest.mark.parametrize("who", ["carla", "ada"])
def test_strangers_and_administrators_find_no_such_page(client, approved, who, request):
    client.force_login(request.getfixturevalue(who))
    assert client.post(reverse("step", args=[approved.reference, "reopen"]), {"note": REASON}).status_code == 404


def test_an_approver_of_iom_does_not_reopen_what_a_mechanism_of_theirs_made(client, approved, piotr, mechanism_a):
    factories.affiliate(user=piotr, iscm=mechanism_a)
    client.force_login(piotr)
    assert client.post(reverse("step", args=[approved.reference, "reopen"]), {"note": REASON}).status_code == 403


def test_the_reason_is_asked_for_and_cannot_be_left_out(client, approved, piotr):
    address = reverse("step", args=[approved.reference, "reopen"])
    assert "The reason. The mechanism reads this." in page(client, approved, "step", by=piotr, args=["reopen"])
    response = client.post(address, {"note": "  ", "expected_revision": 2})
    assert response.status_code == 422
    assert "Write a comment: the mechanism needs to know why." in response.content.decode()
    request = factories.change(approved.answers.first().section, "Say more.")
    with pytest.raises(Refused, match="needs to know why"):
        workflow.perform(approved, "reopen", by=piotr, change_requests=[request])
    assert now(approved).status == Status.APPROVED


def test_reopening_says_what_was_done(client, approved, piotr):
    client.force_login(piotr)
    address = reverse("step", args=[approved.reference, "reopen"])
    response = client.post(address, {"note": REASON, "expected_revision": 2}, follow=True)
    assert response.redirect_chain == [(reverse("submission", args=[approved.reference]), 302)]
    assert "The input is open again. The mechanism is told the reason by e-mail." in response.content.decode()
    assert client.post(address, {"note": REASON, "expected_revision": 2}).url == response.redirect_chain[0][0]
    assert now(approved).events.filter(step="reopen").count() == 1


def test_what_is_not_approved_is_not_reopened(filed, piotr):
    with pytest.raises(Refused, match="is not possible now"):
        workflow.perform(filed, "reopen", by=piotr, note=REASON)


# ------------------------------------------------------------------------------------------ what the mechanism reads


def test_the_mechanism_is_told_by_mail_on_its_home_and_on_its_task_list(client, bruno, amina, reopened):
    mails = Mail.objects.filter(event__step="reopen")
    assert {mail.recipient for mail in mails} == {amina, bruno}
    assert all(REASON in mail.body for mail in mails)
    client.force_login(bruno)
    home = client.get(reverse("iscm_home", args=["tda"])).content.decode()
    assert f"Reopened by IOM: {REASON}" in home
    assert "is reopened" in home
    tasks = page(client, reopened, "tasks", by=bruno)
    assert re.search(rf"Reopened by IOM</h2> .*{re.escape(REASON)}", tasks)


def test_a_later_return_takes_the_place_of_the_reason(client, filed_again, rita, amina):
    workflow.perform(filed_again, "request_changes", by=rita, note="One figure is wrong.")
    client.force_login(amina)
    home = client.get(reverse("iscm_home", args=["tda"])).content.decode()
    assert "Reopened by IOM" not in home
    assert "Changes are asked for in" in home
    assert "One figure is wrong." in page(client, filed_again, "tasks", by=amina)


def test_the_page_of_the_input_says_which_revision_stays_approved_meanwhile(client, reopened, amina, rita, piotr):
    for person in (amina, rita, piotr):
        assert "Revision 2 stays approved" in page(client, reopened, by=person)
    workflow.perform(reopened, "resubmit", by=amina)
    assert "Revision 2 stays approved" in page(client, reopened, by=rita)
    workflow.perform(reopened, "approve", by=piotr)
    for person in (amina, rita):
        assert "stays approved" not in page(client, reopened, by=person)


def test_nothing_stays_approved_of_what_never_was(client, filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    assert "stays approved" not in page(client, filed, by=rita)


# ------------------------------------------------------------------------------------------ a new revision, and the old


def test_the_new_text_is_a_new_revision_and_the_approved_one_stays_as_it_was(approved, amina, piotr):
    before = list(approved.revisions.order_by("number").values())
    workflow.perform(approved, "reopen", by=piotr, note=REASON)
    factories.rewrite(submission=approved, text="<p>The figures of 2029 are in it.</p>")
    workflow.perform(now(approved), "resubmit", by=amina)
    workflow.perform(approved, "approve", by=piotr)
    revisions = approved.revisions.order_by("number")
    assert list(revisions.values())[:2] == before
    assert [(one.number, one.cause) for one in revisions] == [
        (1, "filed"),
        (2, "approved"),
        (3, "filed"),
        (4, "approved"),
    ]
    assert revisions[3].content == revisions[2].content != revisions[1].content
    assert list(record_chain.faults()) == []


def test_it_stays_in_the_compendium_as_approved_until_the_new_text_is(reopened, cycle, amina, piotr):
    reference = reopened.reference
    assert compiled(cycle) == [(reference, 2)]
    factories.rewrite(submission=reopened, text="<p>The figures of 2029 are in it.</p>")
    workflow.perform(reopened, "resubmit", by=amina)
    assert compiled(cycle) == [(reference, 2)]
    assert list(Submission.objects.approved()) == [reopened]
    workflow.perform(reopened, "approve", by=piotr)
    assert compiled(cycle) == [(reference, 4)]
    assert list(Submission.objects.approved()) == [reopened]


@pytest.mark.parametrize(("step", "who"), [("withdraw", "amina"), ("decline", "piotr")])
def test_withdrawn_or_declined_after_it_was_reopened_it_leaves_the_compendium(filed_again, cycle, step, who, request):
    workflow.perform(filed_again, step, by=request.getfixturevalue(who), note="No longer.")
    assert compiled(cycle) == []
    assert not Submission.objects.approved().exists()


@pytest.mark.parametrize("stage", ["approved", "reopened", "filed_again"])
def test_it_is_counted_once_whatever_the_stage(client, stage, cycle, rita, request):
    submission = request.getfixturevalue(stage)
    tables = participation(approved_inputs(cycle))
    assert {table["total"] for table in tables} == {(1, 1)}
    client.force_login(rita)
    said = client.get(reverse("compendium", args=[cycle.code])).content.decode()
    assert "1 approved input." in " ".join(said.split())
    assert "not decided on yet" not in said
    assert said.count(submission.reference) == 2  # its address, and its name
    [row] = client.get(reverse("compendiums")).context["cycles"]
    assert (row.filed, row.approved) == (1, 1)


def test_the_document_of_the_approved_revision_stays_and_the_new_ones_come_beside_it(filed_again, amina, rita, piotr):
    workflow.perform(filed_again, "approve", by=piotr)
    for person in (amina, rita):
        made = Rendition.objects.visible_to(person).filter(submission=filed_again).order_by("revision__number")
        assert [(one.kind, one.revision.number) for one in made] == [
            ("filed", 1),
            ("approved", 2),
            ("filed", 3),
            ("approved", 4),
        ]


def test_the_preview_shows_the_new_text_and_is_the_makers_own(reopened, amina, piotr):
    factories.rewrite(submission=reopened, text="<p>Half a thought on 2029.</p>")
    preview = renditions.ask_for_draft(now(reopened), by=amina)
    assert "Half a thought" in preview.canonical
    assert not Rendition.objects.visible_to(piotr).filter(pk=preview.pk).exists()


def test_the_receipt_is_about_what_was_filed_last(client, filed_again, amina):
    said = page(client, filed_again, "receipt", by=amina)
    assert filed_again.revisions.get(number=3).sha256 in said
    assert filed_again.revisions.get(number=2).sha256 not in said


def test_iom_reads_the_approved_text_while_the_new_one_is_written(client, reopened, rita):
    factories.rewrite(submission=reopened, text="<p>Half a thought on 2029.</p>")
    said = page(client, reopened, by=rita)
    assert "Half a thought" not in said
    assert "revision 2, approved" in said


def test_a_reopened_joint_input_is_endorsed_anew(of_joint, mechanism_b, mechanism_c, carla, dalia, amina, rita, piotr):
    joint = factories.make_joint_filed(**{**of_joint, "partners": {mechanism_b: carla, mechanism_c: dalia}})
    workflow.perform(joint, "take_up", by=rita)
    workflow.perform(joint, "approve", by=piotr)
    workflow.perform(joint, "reopen", by=piotr, note=REASON)
    factories.rewrite(submission=joint)
    workflow.perform(now(joint), "ask", by=amina)
    assert joint in Submission.objects.approved()
    with pytest.raises(Refused, match="The text has changed"):
        workflow.perform(joint, "resubmit", by=amina)
    for partner, person in ((mechanism_b, carla), (mechanism_c, dalia)):
        factories.endorse(submission=joint, partner=partner, by=person)
    workflow.perform(now(joint), "resubmit", by=amina)
    workflow.perform(joint, "approve", by=piotr)
    assert compiled(joint.cycle) == [(joint.reference, 4)]


def test_a_second_person_decides_on_the_new_text_too(approved, cycle, rita, piotr, amina):
    cycle.requires_second_person = True
    cycle.save()
    rita.is_approver = True
    rita.save()
    workflow.perform(approved, "reopen", by=piotr, note=REASON)
    workflow.perform(now(approved), "resubmit", by=amina)
    with pytest.raises(Refused, match="somebody else has to decide"):
        workflow.perform(approved, "approve", by=rita)
    workflow.perform(approved, "approve", by=piotr)


# ------------------------------------------------------------------------------------------ never altered


def test_no_revision_is_altered_or_removed_after_reopening(reopened):
    revision = reopened.revisions.get(number=2)
    revision.canonical = "{}"
    for act in (
        revision.save,
        revision.delete,
        reopened.revisions.all().delete,
        lambda: reopened.revisions.update(cause="filed"),
        lambda: Revision(
            pk=revision.pk, submission=reopened, number=9, cause="filed", frozen_by=reopened.started_by
        ).save(),
    ):
        with pytest.raises((NeverChanged, IntegrityError)), transaction.atomic():
            act()
    assert Revision.objects.get(pk=revision.pk).sha256 == revision.sha256
    assert list(record_chain.faults()) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such guard; the models refuse there")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE submissions_revision SET canonical = '{}' WHERE number = 2",
        "UPDATE submissions_revision SET cause = 'filed'",
        "DELETE FROM submissions_revision WHERE number = 1",
    ],
)
def test_the_database_itself_keeps_the_approved_revision(reopened, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with connection.schema_editor() as editor:
            import_module("submissions.migrations.0006_record_is_append_only").refuse_changes(None, editor)
        with pytest.raises(DatabaseError, match="written once"):
            cursor.execute(statement)
