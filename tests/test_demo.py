"""The demonstration: an invented cast, inputs in every status and of every kind, and two documents."""

import pytest
from django.core.management import CommandError, call_command

from submissions.demonstration import build
from submissions.models import ISCM, InputType, Rendition, Status, Submission, User

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(reference):
    build.build()


def test_there_is_an_input_in_every_status_and_of_every_type_filed_alone(built):
    inputs = Submission.objects.filter(cycle__code="DEMO")

    assert set(inputs.values_list("status", flat=True)) == set(Status.values)
    assert set(inputs.values_list("input_type", flat=True)) == set(
        InputType.objects.filter(is_joint=False).values_list("pk", flat=True)
    )


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
