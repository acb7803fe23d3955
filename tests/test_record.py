"""The record of what happened: written once, and one chain that shows when somebody has been at it."""

from importlib import import_module
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from submissions import record_chain, workflow
from submissions.models import NeverChanged, RecordHead, Revision, SubmissionEvent

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(filed, rita):
    """Three entries: started, filed, taken up."""
    workflow.perform(filed, "take_up", by=rita)
    return filed


def behind_the_models(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults():
    return " ".join(record_chain.faults())


def test_every_entry_carries_the_hash_of_the_one_before(reviewed):
    entries = list(SubmissionEvent.objects.order_by("number"))
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == ["", *(entry.sha256 for entry in entries[:-1])]
    assert faults() == ""


def test_the_chain_goes_through_all_inputs(filed, mechanism_b, carla, cycle):
    factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla)
    assert SubmissionEvent.objects.order_by("number").last().previous == filed.events.last().sha256


def test_an_entry_is_the_same_read_back_from_the_database(reviewed):
    assert all(entry.digest() == entry.sha256 for entry in SubmissionEvent.objects.all())


def test_a_step_that_is_taken_back_leaves_no_gap(reviewed, piotr):
    with transaction.atomic():
        workflow.perform(reviewed, "approve", by=piotr)
        transaction.set_rollback(True)
    workflow.perform(reviewed, "approve", by=piotr)
    assert SubmissionEvent.objects.order_by("number").last().number == 4
    assert faults() == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE submissions_submissionevent SET note = 'never said' WHERE number = 2",
        "UPDATE submissions_submissionevent SET step = 'approve' WHERE number = 3",
        "UPDATE submissions_submissionevent SET at = '2020-01-01 00:00:00+00:00' WHERE number = 1",
        "UPDATE submissions_submissionevent SET previous = '' WHERE number = 2",
        "DELETE FROM submissions_submissionevent WHERE number = 3",
        "UPDATE submissions_submission SET reference = 'ANOTHER-1'",
        "UPDATE submissions_revision SET canonical = '{}'",
    ],
)
def test_whoever_goes_round_the_models_is_noticed(reviewed, statement):
    with connection.constraint_checks_disabled():
        behind_the_models(statement)
        assert faults()
        with pytest.raises(CommandError, match="not as it was written"):
            call_command("verify_record", stderr=StringIO())
        transaction.set_rollback(True)


def test_an_entry_taken_out_of_the_middle_is_missed_by_its_number(reviewed):
    behind_the_models("UPDATE submissions_submissionevent SET number = 9 WHERE number = 3")
    assert "Entries 3 to 8 are missing." in faults()


def test_a_record_that_was_cut_at_its_end_is_noticed(reviewed):
    RecordHead.objects.update(entries=4)
    assert "should end at entry 4" in faults()


def test_a_whole_record_is_said_to_be_whole(reviewed):
    said = StringIO()
    call_command("verify_record", stdout=said)
    assert "3 entries, none changed, none missing" in said.getvalue()
    assert reviewed.events.last().sha256 in said.getvalue()


def test_an_empty_record_is_no_fault(reference):
    said = StringIO()
    call_command("verify_record", stdout=said)
    assert "empty" in said.getvalue()


def test_the_models_refuse_to_change_what_is_written(reviewed):
    entry = reviewed.events.last()
    entry.note = "never said"
    for change in (
        entry.save,
        entry.delete,
        SubmissionEvent.objects.all().delete,
        lambda: SubmissionEvent.objects.update(note="never said"),
        lambda: Revision.objects.update(canonical="{}"),
    ):
        with pytest.raises(NeverChanged):
            change()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such guard; the models refuse there")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE submissions_submissionevent SET note = 'never said'",
        "DELETE FROM submissions_submissionevent",
        "TRUNCATE submissions_submissionevent CASCADE",
        "UPDATE submissions_revision SET canonical = '{}'",
        "DELETE FROM submissions_revision",
    ],
)
def test_the_database_itself_refuses_too(reviewed, statement):
    behind_the_models("SET CONSTRAINTS ALL IMMEDIATE")  # no trigger is made while rows wait to be checked
    migration = import_module("submissions.migrations.0006_record_is_append_only")
    with connection.schema_editor() as editor:
        migration.refuse_changes(None, editor)
    with pytest.raises(DatabaseError, match="written once"):
        behind_the_models(statement)
