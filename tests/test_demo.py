"""The demonstration: an invented cast, inputs in every status and of every kind, and two documents."""

import pytest
from django.core.management import CommandError, call_command

from submissions import endorsement
from submissions.demonstration import build
from submissions.models import (
    ISCM,
    Clearance,
    Comment,
    InputType,
    Partnership,
    Rendition,
    ReviewCycle,
    Status,
    Submission,
    User,
)

from . import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def built(reference):
    build.build()


def test_there_is_an_input_in_every_status_and_of_every_type(built):
    inputs = Submission.objects.filter(cycle__code="DEMO")

    assert set(inputs.values_list("status", flat=True)) == set(Status.values)
    assert set(inputs.values_list("input_type", flat=True)) == set(InputType.objects.values_list("pk", flat=True))


def test_there_is_a_joint_input_in_every_status_with_partners_in_every_standing(built):
    inputs = Submission.objects.filter(input_type__is_joint=True)
    answers = [one for submission in inputs for one in endorsement.standings(submission)]

    assert set(inputs.values_list("status", flat=True)) == set(Status.values)
    assert {one.standing for one in answers} == set(endorsement.Standing)
    assert any(one.answer and one.answer.evidence for one in answers)
    assert Partnership.objects.filter(events__step="drop_partner").exists()


def test_an_approved_joint_input_names_its_lead_a_partner_and_an_entity(built):
    contents = [
        submission.revisions.last().content
        for submission in Submission.objects.approved().filter(input_type__is_joint=True, cycle__code="DEMO")
    ]

    assert any({"iscm", "igo"} <= {partner["kind"] for partner in content["partners"]} for content in contents)


def test_a_joint_input_counts_in_two_regional_reviews_and_an_oral_statement_is_made_in_two_ways(built):
    counted = [Submission.objects.counted_in(cycle).filter(input_type__is_joint=True) for cycle in regional_reviews()]

    assert counted[0].get() == counted[1].get()
    assert all(submission.engagements.count() == 2 for submission in Submission.objects.filter(input_type__code="D1"))


def regional_reviews():
    return ReviewCycle.objects.filter(code__in=["DEMO-AFRICA", "DEMO-ARAB"])


def test_comments_and_clearances_are_shown_too(built):
    assert {comment.resolved_at is None for comment in Comment.objects.all()} == {True, False}
    assert set(Clearance.objects.values_list("way", flat=True)) >= {"chair", "meeting", "silence"}


def test_every_mechanism_of_it_says_that_it_is_invented(built):
    names = Submission.objects.values_list("iscm__name", flat=True)

    assert all(name.startswith("Demonstration Dialogue") and name.endswith("(invented)") for name in names)
    assert all(ISCM.objects.filter(affiliations__isnull=False).values_list("source_note", flat=True))


def test_the_command_makes_both_documents_says_where_they_are_and_keeps_what_is_there(reference, capsys):
    call_command("demo")
    said = capsys.readouterr().out
    documents = Rendition.objects.ready()

    assert {document.kind for document in documents} == {Rendition.Kind.APPROVED, Rendition.Kind.COMPENDIUM}
    assert all(document.file.path in said for document in documents)
    assert build.PASSWORD in said

    amina = User.objects.get(email="amina@example.org")
    amina.name = "Somebody changed this"
    amina.save()
    call_command("demo")
    amina.refresh_from_db()

    assert amina.name == "Somebody changed this"
    assert Rendition.objects.ready().count() == len(documents)


def test_a_production_portal_refuses_it(reference, settings):
    settings.PORTAL_MODE = "production"

    with pytest.raises(CommandError, match="production"):
        call_command("demo")
    assert not build.is_built()


def test_a_portal_with_people_of_its_own_refuses_it(reference):
    factories.make_person(name="Somebody Real")

    with pytest.raises(CommandError, match="people of its own"):
        call_command("demo")
    assert not build.is_built()
