"""The steps: what must be true, what is written, and that nothing is written when a step is refused."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django_q.models import OrmQ

from objectives.models import ObjectiveText
from submissions import content, notifications, requesting, workflow
from submissions.models import (
    CLOSED,
    WITH_IOM,
    WITH_PARTNERS,
    WITH_SECRETARIAT,
    Answer,
    ChangeRequest,
    Extension,
    InputType,
    Mail,
    NeverChanged,
    OutlineSection,
    Rendition,
    ReviewCycle,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
)
from submissions.transitions import TRANSITIONS
from submissions.workflow import Refused

from . import factories

ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]


def everything_written():
    """What a step may write, to be compared before and after."""
    return {
        "submissions": list(Submission.objects.order_by("pk").values()),
        "events": list(SubmissionEvent.objects.order_by("pk").values_list("pk", flat=True)),
        "revisions": list(Revision.objects.order_by("pk").values_list("pk", flat=True)),
        "change requests": list(ChangeRequest.objects.order_by("pk").values()),
        "renditions": Rendition.objects.count(),
        "mails": Mail.objects.count(),
        "jobs": OrmQ.objects.count(),
    }


def refusal_of(submission, step, **options):
    """The sentences of the refusal; also makes sure that nothing was written."""
    before = everything_written()
    with pytest.raises(Refused) as refused:
        workflow.perform(submission, step, **options)
    assert everything_written() == before
    return refused.value.sentences


@pytest.fixture
def ready(draft):
    """A draft that lacks nothing."""
    return factories.answer_everything_required(submission=draft)


@pytest.fixture
def under_review(filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    filed.refresh_from_db()
    return filed


# ---------------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize("status", Status.values)
def test_it_is_somebodys_turn_in_every_status_and_only_theirs(status):
    assert sum(status in turn for turn in (WITH_SECRETARIAT, WITH_PARTNERS, WITH_IOM, CLOSED)) == 1


def test_every_step_is_known_by_its_own_name_and_leads_somewhere_else():
    for name, transition in TRANSITIONS.items():
        assert transition.name == name
        assert transition.target not in transition.source


def test_every_status_is_reached_by_a_step_and_the_first_one_only_back_from_the_partners():
    assert {transition.target for transition in TRANSITIONS.values()} == set(Status)
    (back,) = (transition for transition in TRANSITIONS.values() if transition.target == Status.DRAFT)
    assert back.source == WITH_PARTNERS


def test_only_reopening_leads_out_of_a_closed_status():
    assert [name for name, transition in TRANSITIONS.items() if transition.source & CLOSED] == ["reopen"]
    assert TRANSITIONS["reopen"].source == {Status.APPROVED}


def test_a_decision_is_what_ends_in_approved_or_declined():
    deciding = {name for name, transition in TRANSITIONS.items() if transition.decides}
    assert deciding == {"approve", "decline"}


# ---------------------------------------------------------------------------------------------- what must be true


def test_what_lacks_is_said_and_the_draft_stays_a_draft(draft, amina):
    sentences = refusal_of(draft, "submit", by=amina)
    assert "Say how this input is made" in " ".join(sentences)
    assert Submission.objects.get().status == Status.DRAFT


def test_one_missing_answer_is_enough_to_refuse(ready, amina):
    Submission.objects.filter(pk=ready.pk).update(agreed_how="  ")
    assert refusal_of(ready, "submit", by=amina) == ["Say how the input was agreed within the mechanism."]


def test_an_answer_of_empty_paragraphs_is_no_answer(ready, amina):
    section = OutlineSection.objects.filter(answers__submission=ready, kind="text").first()
    Answer.objects.filter(submission=ready, section=section).update(text="<p> </p><p></p>")
    assert refusal_of(ready, "submit", by=amina) == [f"Write something under “{section.heading}”."]


def test_a_joint_type_is_not_filed_alone(ready, amina):
    ready.input_type = InputType.objects.get(code="D4")
    ready.save()
    assert refusal_of(ready, "submit", by=amina) == [
        "“Submit” is not possible now: this input is in the state “Draft”."
    ]
    assert "add the partners first" in " ".join(refusal_of(ready, "ask", by=amina))


def test_changes_have_to_be_answered_before_the_input_is_resubmitted(under_review, amina, rita):
    section = under_review.answers.first().section
    workflow.perform(
        under_review,
        "request_changes",
        by=rita,
        note="One thing.",
        change_requests=[factories.change(section, "Name the source.")],
    )
    assert refusal_of(under_review, "resubmit", by=amina) == [
        f"Not answered yet, in “{section.heading}”: “Name the source.”"
    ]
    requesting.answer(under_review.change_requests.get(), "done", by=amina)
    workflow.perform(under_review, "resubmit", by=amina)
    assert Submission.objects.get().status == Status.UNDER_REVIEW


def test_a_change_asked_for_in_a_section_that_is_no_longer_asked_is_answered_too(under_review, amina, rita):
    section = under_review.input_type.type_sections.get(section__code="annexes").section
    workflow.perform(
        under_review,
        "request_changes",
        by=rita,
        note="One thing.",
        change_requests=[factories.change(section, "Attach it.")],
    )
    under_review.input_type.type_sections.filter(section=section).delete()
    assert "Attach it." in refusal_of(under_review, "resubmit", by=amina)[0]
    requesting.answer(under_review.change_requests.get(), "explained", "It is no longer asked.", by=amina)
    workflow.perform(under_review, "resubmit", by=amina)
    assert Submission.objects.get().status == Status.UNDER_REVIEW


def test_an_answer_taken_away_while_changing_is_missed_at_resubmission(under_review, amina, rita):
    workflow.perform(under_review, "request_changes", by=rita, note="One thing.")
    under_review.engagements.all().delete()
    assert "choose at least one mode of engagement" in refusal_of(under_review, "resubmit", by=amina)[0]


@pytest.mark.parametrize("note", ["", " \n\t"])
@pytest.mark.parametrize("step", ["request_changes", "decline"])
def test_returning_and_declining_need_a_reason(under_review, piotr, step, note):
    assert refusal_of(under_review, step, by=piotr, note=note) == ["Write a comment: the mechanism needs to know why."]


@pytest.mark.parametrize("step", ["approve", "decline"])
def test_whoever_took_it_up_does_not_decide_where_the_cycle_asks_for_a_second_person(filed, piotr, step):
    ReviewCycle.objects.filter(pk=filed.cycle_id).update(requires_second_person=True)
    workflow.perform(filed, "take_up", by=piotr)
    assert "somebody else has to decide" in refusal_of(filed, step, by=piotr, note="Done.")[0]
    paola = factories.make_person(name="Paola Approver", is_approver=True)
    workflow.perform(filed, step, by=paola, note="Done.")
    assert Submission.objects.get().decided_by == paola


def test_one_person_may_take_up_and_decide_where_the_cycle_does_not_ask(filed, piotr):
    workflow.perform(filed, "take_up", by=piotr)
    workflow.perform(filed, "approve", by=piotr)
    assert Submission.objects.get().status == Status.APPROVED


def test_a_decision_on_an_older_text_than_the_filed_one_is_refused(under_review, amina, rita, piotr):
    read = under_review.revisions.get().number
    workflow.perform(under_review, "request_changes", by=rita, note="Shorter.")
    workflow.perform(under_review, "resubmit", by=amina)
    assert refusal_of(under_review, "approve", by=piotr, expected_revision=read) == [
        "A newer version of this input was filed while you were reading. Please read it first."
    ]
    workflow.perform(under_review, "approve", by=piotr, expected_revision=read + 1)


def test_a_step_is_judged_by_the_database_and_not_by_the_page_that_was_open(filed, rita, amina):
    page = Submission.objects.get()
    workflow.perform(filed, "withdraw", by=amina)
    assert page.status == Status.SUBMITTED
    assert refusal_of(page, "take_up", by=rita) == [
        "“Take up” is not possible now: this input is in the state “Withdrawn”. Amina Diallo has withdrawn it."
    ]


def test_an_affiliation_that_ended_a_moment_ago_files_nothing(ready, amina):
    amina.affiliations.update(ends_on=timezone.now().date())
    before = everything_written()
    with pytest.raises(PermissionDenied):
        workflow.perform(ready, "submit", by=amina)
    assert everything_written() == before


# ---------------------------------------------------------------------------------------------- the deadline

MIDNIGHT_IN_PANAMA = datetime(2030, 6, 1, 5, 0, tzinfo=UTC)  # the first of June, 00:00 there
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def ready_in_panama(ready):
    ReviewCycle.objects.filter(pk=ready.cycle_id).update(closes_at=MIDNIGHT_IN_PANAMA, time_zone="America/Panama")
    return ready


def test_the_last_second_counts(ready_in_panama, amina):
    with time_machine.travel(MIDNIGHT_IN_PANAMA - A_SECOND, tick=False):
        workflow.perform(ready_in_panama, "submit", by=amina)
    assert Submission.objects.get().filed_at == MIDNIGHT_IN_PANAMA - A_SECOND


def test_nothing_is_filed_from_the_moment_the_cycle_closes_and_the_moment_is_said_in_its_own_zone(
    ready_in_panama, amina
):
    with time_machine.travel(MIDNIGHT_IN_PANAMA, tick=False):
        (sentence,) = refusal_of(ready_in_panama, "submit", by=amina)
    assert "closed for inputs on 1 June 2030, 00:00 (America/Panama)" in sentence
    assert "Your text is kept" in sentence
    assert Answer.objects.filter(submission=ready_in_panama).exists()


def test_an_extension_is_for_its_mechanism_alone(ready_in_panama, amina, mechanism_a, mechanism_b, carla, cycle):
    other = factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla)
    factories.answer_everything_required(submission=other)
    Extension.objects.create(cycle=cycle, iscm=mechanism_a, closes_at=MIDNIGHT_IN_PANAMA + timedelta(days=7))
    with time_machine.travel(MIDNIGHT_IN_PANAMA + timedelta(days=3), tick=False):
        refusal_of(other, "submit", by=carla)
        workflow.perform(ready_in_panama, "submit", by=amina)
    assert Submission.objects.filed().get() == ready_in_panama


def test_an_extension_ends_too(ready_in_panama, amina, mechanism_a, cycle):
    Extension.objects.create(cycle=cycle, iscm=mechanism_a, closes_at=MIDNIGHT_IN_PANAMA + timedelta(days=7))
    with time_machine.travel(MIDNIGHT_IN_PANAMA + timedelta(days=7), tick=False):
        assert "closed for inputs on 8 June 2030" in refusal_of(ready_in_panama, "submit", by=amina)[0]


def test_an_extension_that_is_earlier_than_the_deadline_takes_nothing_away(ready_in_panama, amina, mechanism_a, cycle):
    Extension.objects.create(cycle=cycle, iscm=mechanism_a, closes_at=MIDNIGHT_IN_PANAMA - timedelta(days=7))
    with time_machine.travel(MIDNIGHT_IN_PANAMA - A_SECOND, tick=False):
        workflow.perform(ready_in_panama, "submit", by=amina)


@pytest.mark.parametrize(("type_code", "files"), [("D2", True), ("B1", False)])
def test_inputs_during_the_conference_have_their_own_deadline(mechanism_a, cycle, amina, type_code, files):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code=type_code)
    factories.answer_everything_required(submission=submission)
    now = timezone.now()
    ReviewCycle.objects.filter(pk=cycle.pk).update(
        closes_at=now - timedelta(days=1), closes_during_at=now + timedelta(days=1)
    )
    if files:
        workflow.perform(submission, "submit", by=amina)
    else:
        assert "closed for inputs" in refusal_of(submission, "submit", by=amina)[0]


def test_nothing_is_filed_before_the_cycle_opens(ready, amina):
    ReviewCycle.objects.filter(pk=ready.cycle_id).update(opens_at=timezone.now() + timedelta(days=1))
    assert refusal_of(ready, "submit", by=amina) == ["Test Forum 2030 is not open for inputs yet."]


def test_a_cycle_without_dates_takes_nothing(ready, amina):
    ReviewCycle.objects.filter(pk=ready.cycle_id).update(opens_at=None, closes_at=None)
    assert refusal_of(ready, "submit", by=amina) == [
        "Test Forum 2030 is not open for inputs: no dates have been announced."
    ]


def test_what_iom_asked_for_comes_back_after_the_cycle_closed(under_review, amina, rita):
    workflow.perform(under_review, "request_changes", by=rita, note="Shorter.")
    ReviewCycle.objects.filter(pk=under_review.cycle_id).update(closes_at=timezone.now() - timedelta(days=1))
    workflow.perform(under_review, "resubmit", by=amina)
    assert Submission.objects.get().status == Status.UNDER_REVIEW


# ---------------------------------------------------------------------------------------------- what is written


def test_every_step_leaves_its_line_in_the_record(ready, amina, rita, piotr):
    workflow.perform(ready, "submit", by=amina)
    workflow.perform(ready, "take_up", by=rita)
    workflow.perform(ready, "request_changes", by=rita, note="  Name the source.  ")
    workflow.perform(ready, "resubmit", by=amina, note="Named.")
    workflow.perform(ready, "approve", by=piotr)
    record = ready.events.values_list("step", "source", "target", "actor__name", "note", "revision__number")
    assert list(record) == [
        ("start", "", "draft", "Amina Diallo", "", None),
        ("submit", "draft", "submitted", "Amina Diallo", "", 1),
        ("take_up", "submitted", "under_review", "Rita Novak", "", None),
        ("request_changes", "under_review", "changes_requested", "Rita Novak", "Name the source.", None),
        ("resubmit", "changes_requested", "under_review", "Amina Diallo", "Named.", 2),
        ("approve", "under_review", "approved", "Piotr Lind", "", 3),
    ]


def test_the_record_and_the_row_agree_about_who_and_when(filed, piotr):
    workflow.perform(filed, "take_up", by=piotr)
    event = workflow.perform(filed, "decline", by=piotr, note="Not collective.")
    filed.refresh_from_db()
    assert (filed.reviewer, filed.decided_by, filed.decided_at) == (piotr, piotr, event.at)
    assert filed.filed_at == filed.events.get(step="submit").at


def test_filing_again_keeps_the_day_of_the_first_filing(under_review, amina, rita):
    first = under_review.filed_at
    workflow.perform(under_review, "request_changes", by=rita, note="Shorter.")
    workflow.perform(under_review, "resubmit", by=amina)
    assert Submission.objects.get().filed_at == first


def test_change_requests_are_kept_with_who_asked(under_review, rita):
    sections = [answer.section for answer in under_review.answers.all()[:2]]
    workflow.perform(
        under_review,
        "request_changes",
        by=rita,
        note="Two things.",
        change_requests=[factories.change(section, f"About {section.code}.") for section in sections],
    )
    kept = under_review.change_requests.open().values_list("section__code", "text", "requested_by__name")
    assert set(kept) == {(section.code, f"About {section.code}.", "Rita Novak") for section in sections}


def test_a_revision_is_the_canonical_bytes_and_their_hash(filed):
    revision = filed.revisions.get()
    as_bytes = revision.canonical.encode()
    assert revision.sha256 == hashlib.sha256(as_bytes).hexdigest()
    assert (
        as_bytes == json.dumps(json.loads(as_bytes), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )
    assert revision.content == content.snapshot(filed)


def test_the_same_text_has_the_same_hash_and_a_changed_comma_another(under_review, amina, rita):
    def file_again():
        workflow.perform(under_review, "request_changes", by=rita, note="Again.")
        workflow.perform(under_review, "resubmit", by=amina)
        return under_review.revisions.last().sha256

    first, same = under_review.revisions.get().sha256, file_again()
    factories.answer(submission=under_review, code=under_review.answers.last().section.code, text="<p>Changed, so.</p>")
    assert first == same
    assert file_again() != first


def test_scripts_of_the_world_are_kept_as_they_were_written(mechanism_a, cycle, amina):
    text = "<p>التقرير الجماعي – “доклад” Zoë 报告 😀</p>"
    filed = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, text=text)
    assert text in [section["text"] for section in filed.revisions.get().content["sections"]]
    assert "التقرير" in filed.revisions.get().canonical


def test_an_approval_freezes_what_was_filed_and_read(under_review, piotr):
    Submission.objects.filter(pk=under_review.pk).update(title="Slipped in after filing")
    workflow.perform(under_review, "approve", by=piotr)
    filing, approval = under_review.revisions.all()
    assert (filing.number, filing.cause, approval.number, approval.cause) == (1, "filed", 2, "approved")
    assert (approval.canonical, approval.sha256, approval.words) == (filing.canonical, filing.sha256, filing.words)


def test_correcting_an_objectives_title_later_changes_nothing_that_was_filed(mechanism_a, cycle, amina):
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    factories.tick_objective(submission=submission, number=7, progress="<p>Shelters opened.</p>")
    section = OutlineSection.objects.filter(kind=OutlineSection.Kind.OBJECTIVES).first()
    submission.input_type.type_sections.get_or_create(section=section)
    factories.answer_everything_required(submission=submission)
    workflow.perform(submission, "submit", by=amina)
    revision = submission.revisions.get()
    ObjectiveText.objects.filter(parent__number=7).update(title="Something else", short_label="Something else")
    kept = Revision.objects.get()
    assert "vulnerabilities" in kept.canonical
    assert (kept.canonical, kept.sha256) == (revision.canonical, revision.sha256)


def test_a_filing_and_an_approval_ask_for_their_documents_in_the_same_act(filed, rita, piotr):
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "approve", by=piotr)
    asked = filed.renditions.order_by("pk").values_list("kind", "revision__number", "status")
    assert list(asked) == [("filed", 1, "waiting"), ("approved", 2, "waiting")]
    jobs = [job.task["args"][0] for job in OrmQ.objects.all() if job.func() == "submissions.tasks.make_rendition"]
    assert sorted(jobs) == sorted(filed.renditions.values_list("pk", flat=True))


def test_submitting_twice_files_once(ready, amina):
    workflow.perform(ready, "submit", by=amina)
    assert refusal_of(ready, "submit", by=amina) == [
        "“Submit” is not possible now: this input is in the state “Filed”. Amina Diallo has filed it."
    ]
    assert Revision.objects.count() == Rendition.objects.count() == Mail.objects.filter(recipient=amina).count() == 1


def test_a_step_is_whole_or_not_at_all(ready, amina, monkeypatch):
    def fails(event):
        raise RuntimeError("the last thing that a step does")

    monkeypatch.setattr(notifications, "tell", fails)
    before = everything_written()
    with pytest.raises(RuntimeError):
        workflow.perform(ready, "submit", by=amina)
    assert everything_written() == before


# ---------------------------------------------------------------------------------------------- beginning


def test_starting_the_only_one_of_its_type_again_finds_the_one_begun(draft, mechanism_a, cycle, bruno):
    assert factories.make_draft(iscm=mechanism_a, cycle=cycle, by=bruno) == draft
    assert SubmissionEvent.objects.count() == 1


def test_after_a_withdrawal_another_can_be_started_and_has_its_own_reference(draft, mechanism_a, cycle, amina):
    workflow.perform(draft, "withdraw", by=amina)
    second = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)
    assert second != draft
    assert second.reference != draft.reference


def test_nobody_starts_an_input_of_another_mechanism(mechanism_a, cycle, carla):
    with pytest.raises(PermissionDenied):
        factories.make_draft(iscm=mechanism_a, cycle=cycle, by=carla)
    assert not Submission.objects.exists()


def test_nothing_is_started_in_a_cycle_that_has_closed(mechanism_a, closed_cycle, amina):
    with pytest.raises(Refused, match="Test Forum 2026 closed for inputs"):
        factories.make_draft(iscm=mechanism_a, cycle=closed_cycle, by=amina)
    assert not Submission.objects.exists()


# ---------------------------------------------------------------------------------------------- the record is kept


@pytest.mark.parametrize("model", [SubmissionEvent, Revision])
class TestTheRecordIsWrittenOnce:
    def test_a_row_is_not_saved_again(self, filed, model):
        row = model.objects.last()
        with pytest.raises(NeverChanged):
            row.save()

    def test_a_row_is_not_deleted(self, filed, model):
        with pytest.raises(NeverChanged):
            model.objects.last().delete()

    def test_rows_are_not_updated(self, filed, model):
        with pytest.raises(NeverChanged):
            model.objects.filter(submission=filed).update(submission=filed)
        with pytest.raises(NeverChanged):
            model.objects.bulk_update(model.objects.all(), ["submission"])

    def test_rows_are_not_deleted(self, filed, model):
        with pytest.raises(NeverChanged):
            model.objects.all().delete()

    def test_another_row_does_not_take_the_place_of_one(self, filed, model):
        row = model.objects.last()
        fields = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
        with pytest.raises(IntegrityError), transaction.atomic():
            model(**fields).save()

    def test_an_input_with_a_record_is_not_deleted(self, filed, model):
        with pytest.raises((NeverChanged, IntegrityError)):
            filed.delete()
        assert model.objects.filter(submission=filed).exists()


# ---------------------------------------------------------------------------------------------- two at once


def at_once(*acts):
    """Every act in a thread and on a connection of its own; what each returned, or the refusal that it raised."""
    outcomes, ready = [], threading.Barrier(len(acts))

    def run(act):
        ready.wait()
        try:
            outcomes.append(act())
        except (Refused, PermissionDenied) as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


@pytest.mark.skipif(ON_SQLITE, reason="SQLite lets one transaction write at a time: there is no row lock to test.")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_leave_one_decision(filed, rita, piotr):
    paola = factories.make_person(name="Paola Approver", is_approver=True)
    workflow.perform(filed, "take_up", by=rita)
    outcomes = at_once(
        lambda: workflow.perform(filed, "approve", by=piotr),
        lambda: workflow.perform(filed, "decline", by=paola, note="No."),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "SubmissionEvent"]
    (decision,) = SubmissionEvent.objects.filter(step__in=["approve", "decline"])
    filed.refresh_from_db()
    assert (filed.status, filed.decided_by, filed.decided_at) == (decision.target, decision.actor, decision.at)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_submit_pressed_twice_at_once_files_once(ready, amina):
    press = [lambda: workflow.perform(ready, "submit", by=amina)] * 3
    outcomes = at_once(*press)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "Refused", "SubmissionEvent"]
    assert Revision.objects.count() == 1
    assert SubmissionEvent.objects.filter(step="submit").count() == 1
