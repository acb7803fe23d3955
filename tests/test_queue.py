"""The reviewers' desk: what has been filed, whose turn it is, for how long, and how to find one among many."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.utils import timezone

from objectives.models import Roundtable
from submissions import commenting, reading, workflow
from submissions.models import (
    ISCM,
    ChangeRequest,
    OutlineSection,
    Region,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
)
from submissions.views.reviewing import PER_PAGE

from . import factories


@pytest.fixture
def desk(client, rita):
    """Opens the desk as Rita, and returns the page's text."""
    client.force_login(rita)

    def open_desk(address="", *, status=200):
        response = client.get("/desk/" + address)
        assert response.status_code == status
        return unescape(response.content.decode())

    return open_desk


def text_of(part: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def rows_of(page) -> list[str]:
    """The text of each row, its tags taken out, and so is the box that selects it."""
    body = re.search(r"<tbody.*</tbody>", page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", body[0], re.DOTALL) if body else []
    return [text_of(re.sub(r'<td class="queue-select".*?</td>', "", row, flags=re.DOTALL)) for row in rows]


def references_of(page) -> list[str]:
    return [re.search(r"TEST\d+-[A-Z]+-\w+-\d+", row)[0] for row in rows_of(page)]


@pytest.fixture
def filed_by_b(carla, mechanism_b, cycle):
    """An oral statement of B for roundtable 3."""
    draft = factories.make_draft(iscm=mechanism_b, cycle=cycle, by=carla, type_code="D1")
    factories.answer_everything_required(submission=draft)
    draft.speaking.roundtables.set(Roundtable.objects.filter(number=3))
    workflow.perform(draft, "submit", by=carla)
    draft.refresh_from_db()
    return draft


def happened(submission, *, days_ago: int, step="submit"):
    """Move a step, and those before it, into the past: behind the back of the record, which would refuse."""
    moment, event = timezone.now() - timedelta(days=days_ago), submission.events.get(step=step)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE submissions_submissionevent SET at = %s WHERE submission_id = %s AND id <= %s AND at > %s",
            [moment, submission.pk, event.pk, moment],
        )
    Submission.objects.filter(pk=submission.pk).update(
        last_step_at=submission.events.last().at, **({"filed_at": moment} if step == "submit" else {})
    )


# Numbers of entries that no step of these tests comes to; written in bulk, they are in no chain.
FAR_ON = 1_000_000


def make_many(number, *, like: Submission, **fields):
    """Filed inputs by the dozen: copies of one, each with its own record."""
    events, revisions, copies = [], [], []
    source, begun = like.revisions.get(), Submission.objects.count()
    for count in range(begun, begun + number):
        copy = Submission.objects.get(pk=like.pk)
        copy.pk, copy.is_sole, copy.reference, copy.newest_revision = None, False, f"{like.reference}{count:04}", None
        for name, value in fields.items():
            setattr(copy, name, value)
        copy.save()
        copies.append(copy)
        events.append(
            SubmissionEvent(
                submission=copy, step="submit", target=copy.status, actor=copy.started_by, number=FAR_ON + copy.pk
            )
        )
        revisions.append(
            Revision(
                submission=copy,
                number=1,
                cause=source.cause,
                canonical=source.canonical,
                sha256=source.sha256,
                words=source.words,
                roundtables=source.roundtables,
                frozen_by=source.frozen_by,
            )
        )
    SubmissionEvent.objects.bulk_create(events)
    for copy, revision in zip(copies, Revision.objects.bulk_create(revisions), strict=True):
        copy.newest_revision = revision
    Submission.objects.bulk_update(copies, ["newest_revision"])
    return copies


# ---------------------------------------------------------------------------------------------- who


@pytest.mark.parametrize("person", ["amina", "bruno", "ada"])
def test_the_desk_is_for_people_of_iom(client, request, person, filed):
    client.force_login(request.getfixturevalue(person))
    response = client.get("/desk/")
    assert response.status_code == 403
    assert filed.reference not in response.content.decode()


def test_an_approver_who_does_not_review_has_the_desk_too(client, filed):
    client.force_login(factories.make_person(name="Paola Approver", is_approver=True))
    assert filed.reference in client.get("/desk/").content.decode()


# ---------------------------------------------------------------------------------------------- what is on it


def test_a_row_says_all_that_a_reviewer_chooses_by(desk, mechanism_a, cycle, amina, rita):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D1")
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "submit", by=amina)
    workflow.perform(draft, "take_up", by=rita)
    happened(draft, days_ago=9)
    happened(draft, days_ago=2, step="take_up")
    (row,) = rows_of(desk())
    assert row == (
        f"{draft.title} {draft.reference} New text IOM Under review Filed 9 days ago Last step 2 days ago TDA "
        f"{draft.input_type.short_name} Test Forum 2030 1 Rita Novak"
    )


def test_each_row_leads_to_the_page_of_the_input(desk, filed):
    assert f'href="/inputs/{filed.reference}/"' in desk()


def test_a_draft_that_was_never_filed_is_not_shown_nor_found(desk, draft, filed_by_b):
    assert references_of(desk()) == [filed_by_b.reference]
    assert references_of(desk(f"?q={draft.reference}")) == []
    assert draft.reference not in desk("?status=draft")


def test_not_even_to_a_reviewer_who_works_for_the_mechanism(desk, draft, rita, mechanism_a):
    factories.affiliate(user=rita, iscm=mechanism_a)
    assert Submission.objects.visible_to(rita).get() == draft
    assert draft.reference not in desk()


def test_a_draft_withdrawn_before_filing_is_not_shown(desk, draft, filed_by_b, amina):
    workflow.perform(draft, "withdraw", by=amina)
    assert references_of(desk()) == [filed_by_b.reference]


def test_what_is_being_changed_is_shown_as_it_was_filed(desk, filed, rita):
    title = filed.title
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="A better title.")
    Submission.objects.filter(pk=filed.pk).update(title="Not filed yet")
    (row,) = rows_of(desk())
    assert row.startswith(f"{title} {filed.reference} New text Mechanism Changes requested")


@pytest.mark.parametrize(
    ("status", "turn"),
    [
        ("submitted", "IOM"),
        ("under_review", "IOM"),
        ("changes_requested", "Mechanism"),
        ("approved", "Closed"),
        ("declined", "Closed"),
    ],
)
def test_whose_turn_it_is_is_said_in_words(desk, draft, amina, rita, piotr, status, turn):
    factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    (row,) = rows_of(desk())
    assert f" {turn} {Status(status).label} " in row


def test_the_top_counts_turns_whatever_is_filtered(desk, filed, filed_by_b, rita, amina):
    workflow.perform(filed_by_b, "take_up", by=rita)
    workflow.perform(filed_by_b, "request_changes", by=rita, note="Shorter.")
    workflow.perform(filed, "withdraw", by=amina)
    for address in ("", "?status=submitted"):
        page = text_of(desk(address))
        assert "0 wait for IOM 0 are overdue 0 are nobody’s yet 0 requests for help" in page
        assert "1 is with a mechanism 1 is closed" in page


def test_iom_s_turn_comes_first_and_who_waits_longest_leads(desk, mechanism_a, cycle, amina, rita, piotr):
    def input_in(status, days_ago):
        submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
        factories.bring_to(submission, status, filer=amina, reviewer=rita, approver=piotr)
        happened(submission, days_ago=days_ago, step=submission.events.last().step)
        return submission.reference

    closed, waiting = input_in("approved", 60), input_in("changes_requested", 30)
    new, old = input_in("submitted", 1), input_in("submitted", 20)
    assert references_of(desk()) == [old, new, waiting, closed]
    assert references_of(desk("?order=waiting")) == [closed, waiting, old, new]


@pytest.mark.parametrize(
    ("order", "first"), [("oldest", "TDB"), ("newest", "TDA"), ("mechanism", "TDA"), ("reference", "TDA")]
)
def test_other_orders_can_be_asked_for(desk, filed, filed_by_b, order, first):
    happened(filed_by_b, days_ago=5)
    assert f"-{first}-" in references_of(desk(f"?order={order}"))[0]


# ---------------------------------------------------------------------------------------------- until when


def due(submission, *, in_days: int | None):
    day = None if in_days is None else timezone.now().date() + timedelta(days=in_days)
    Submission.objects.filter(pk=submission.pk).update(due_on=day)


@pytest.mark.parametrize(
    ("in_days", "words"),
    [
        (3, "Due in 3 days"),
        (1, "Due in 1 day"),
        (0, "Due today"),
        (-1, "Overdue by 1 day"),
        (-2, "Overdue by 2 days"),
    ],
)
def test_when_an_answer_is_due_is_said_in_words(desk, filed, in_days, words):
    due(filed, in_days=in_days)
    (row,) = rows_of(desk())
    assert f"Last step today {words} TDA" in row


def test_nothing_is_due_without_a_date_nor_when_it_is_not_ioms_turn(desk, filed, rita):
    (row,) = rows_of(desk())
    assert "Last step today TDA" in row
    due(filed, in_days=-2)
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    (row,) = rows_of(desk())
    assert "Last step today TDA" in row
    assert references_of(desk("?due=overdue")) == []


def test_due_dates_can_be_asked_for_and_sorted_by(desk, filed):
    overdue, today, week, later, closed = make_many(5, like=filed)
    for submission, days in [(overdue, -1), (today, 0), (week, 7), (later, 8), (closed, -5)]:
        due(submission, in_days=days)
    Submission.objects.filter(pk=closed.pk).update(status="withdrawn")
    found = {when: set(references_of(desk(f"?due={when}"))) for when in ("overdue", "soon", "none")}
    assert found == {
        "overdue": {overdue.reference},
        "soon": {today.reference, week.reference},
        "none": {filed.reference},
    }
    assert references_of(desk("?order=due")) == [one.reference for one in (overdue, today, week, later, filed, closed)]


# ---------------------------------------------------------------------------------------------- what calls for a reader


def test_a_text_is_new_until_this_person_has_opened_it(desk, filed, rita, piotr, amina):
    reading.note(piotr, filed.newest_revision)
    assert "New text" in rows_of(desk())[0]
    assert references_of(desk("?text=new")) == [filed.reference]
    reading.note(rita, filed.newest_revision)
    assert "New text" not in rows_of(desk())[0]
    assert references_of(desk("?text=new")) == []
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    factories.rewrite(submission=filed)
    workflow.perform(filed, "resubmit", by=amina)
    assert "New text" in rows_of(desk())[0]
    assert references_of(desk("?text=new")) == [filed.reference]


def test_an_approved_text_is_not_new_to_who_has_read_it_as_it_was_filed(desk, filed, rita, piotr):
    reading.note(rita, filed.newest_revision)
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "approve", by=piotr)
    assert filed.revisions.count() == 2
    assert "New text" not in rows_of(desk())[0]
    assert references_of(desk("?text=new")) == []


def test_a_request_for_help_is_marked_counted_and_found(desk, filed, filed_by_b, amina):
    assert "request for help" not in rows_of(desk())[0]
    commenting.ask_for_help(filed, section=None, text="How do we say this?", by=amina)
    page = desk()
    assert "1 request for help" in text_of(page.split("<table")[0])
    assert ["1 request for help" in row for row in rows_of(page)] == [filed.reference in row for row in rows_of(page)]
    assert references_of(desk("?help=asked")) == [filed.reference]


def test_changes_that_wait_for_an_answer_are_counted(desk, filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    section = filed.answers.first().section
    asked = [factories.change(section, "Shorter."), factories.change(section, "Clearer.")]
    workflow.perform(filed, "request_changes", by=rita, change_requests=asked)
    assert "2 changes not answered" in rows_of(desk())[0]
    answer = {"answer": "done", "answered_at": timezone.now(), "answered_by": filed.started_by}
    ChangeRequest.objects.filter(pk=asked[0].pk).update(**answer)
    assert "1 change not answered" in rows_of(desk())[0]


def test_what_a_reviewer_only_prepares_is_no_change_that_waits_for_an_answer(desk, filed, rita):
    workflow.perform(filed, "take_up", by=rita)
    section = filed.answers.first().section
    ChangeRequest.objects.create(submission=filed, section=section, text="Shorter.", requested_by=rita)
    assert "not answered" not in rows_of(desk())[0]


def test_each_figure_at_the_top_leads_to_what_it_counts(desk, filed, rita, piotr):
    mine, overdue, of_another, _of_nobody, with_mechanism, closed = make_many(6, like=filed)
    Submission.objects.filter(pk__in=[mine.pk, overdue.pk]).update(reviewer=rita, status="under_review")
    Submission.objects.filter(pk=of_another.pk).update(reviewer=piotr)
    Submission.objects.filter(pk=with_mechanism.pk).update(reviewer=rita, status="changes_requested")
    Submission.objects.filter(pk=closed.pk).update(reviewer=rita, status="withdrawn")
    due(overdue, in_days=-1)
    due(closed, in_days=-1)
    figures = re.findall(r'<a href="(\?[^"]+)"><strong>(\d+)</strong> ([^<]+)</a>', desk())
    assert {words: int(number) for _address, number, words in figures} == {
        "in my queue": 2,
        "wait for IOM": 5,
        "is overdue": 1,
        "are nobody’s yet": 2,
        "is with a mechanism": 1,
        "is closed": 1,
    }
    for address, number, _words in figures:
        assert len(references_of(desk(address))) == int(number)


# ---------------------------------------------------------------------------------------------- one act for many


@pytest.mark.parametrize(
    ("person", "acts"), [("rita", ["assign", "remind"]), ("piotr", ["assign", "remind", "approve"])]
)
def test_each_input_can_be_selected_for_what_the_person_may_do(client, request, filed, person, acts):
    client.force_login(request.getfixturevalue(person))
    page = client.get("/desk/").content.decode()
    assert re.findall(r'formaction="/desk/bulk/(\w+)/"', page) == acts
    (box,) = re.findall(r'<input class="form-check-input" type="checkbox" name="pk"[^>]*>', page)
    assert f'value="{filed.pk}"' in box
    assert f'<label class="visually-hidden" for="select-{filed.pk}">' in page


# ---------------------------------------------------------------------------------------------- finding


@pytest.fixture
def found(desk, filed, filed_by_b):
    """Which of the two, A's written statement of the text "<p>The mechanism …" and B's oral one, an address finds."""
    names = {filed.reference: "A", filed_by_b.reference: "B"}

    def find(address):
        return "".join(sorted(names[reference] for reference in references_of(desk(address))))

    return find


def test_each_filter_finds_its_own(found, filed, filed_by_b, mechanism_b, rita):
    ISCM.objects.filter(pk=mechanism_b.pk).update(category=ISCM.Category.GLOBAL)
    workflow.perform(filed_by_b, "take_up", by=rita)
    assert {
        address: found(address)
        for address in (
            "",
            "?turn=iom",
            "?turn=closed",
            "?status=submitted",
            "?status=under_review",
            "?cycle=TEST2030",
            "?roundtable=3",
            "?roundtable=4",
            "?mechanism=tda",
            "?category=global",
            "?region=asia-pacific",
            "?region=africa",
            "?type=D2",
            "?reviewer=mine",
            "?reviewer=nobody",
            f"?reviewer={rita.pk}",
            "?turn=iom&mechanism=tdb&reviewer=nobody",
        )
    } == {
        "": "AB",
        "?turn=iom": "AB",
        "?turn=closed": "",
        "?status=submitted": "A",
        "?status=under_review": "B",
        "?cycle=TEST2030": "AB",
        "?roundtable=3": "B",
        "?roundtable=4": "",
        "?mechanism=tda": "A",
        "?category=global": "B",
        "?region=asia-pacific": "B",
        "?region=africa": "A",
        "?type=D2": "A",
        "?reviewer=mine": "B",
        "?reviewer=nobody": "A",
        f"?reviewer={rita.pk}": "B",
        "?turn=iom&mechanism=tdb&reviewer=nobody": "",
    }


def test_a_roundtable_is_also_found_through_its_objectives(desk, draft, amina):
    factories.tick_objective(submission=draft, number=7, progress="<p>Shelters.</p>")
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "submit", by=amina)
    number = draft.objective_blocks.get().objective.roundtable.number
    assert references_of(desk(f"?roundtable={number}")) == [draft.reference]


def test_a_roundtable_that_was_not_filed_yet_is_not_found(desk, filed, rita, amina):
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    number = factories.tick_objective(submission=filed, number=7, progress="<p>New.</p>").objective.roundtable.number
    assert references_of(desk(f"?roundtable={number}")) == []
    workflow.perform(filed, "resubmit", by=amina)
    assert references_of(desk(f"?roundtable={number}")) == [filed.reference]


def test_a_mechanism_of_two_regions_is_one_row_in_each(desk, filed):
    assert Region.objects.filter(iscms=filed.iscm).count() == 2
    assert references_of(desk()) == references_of(desk("?region=africa")) == references_of(desk("?region=arab"))


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("Dialogue", "AB"),
        ("tdb", "B"),
        ("written statement", "A"),
        ("D2-1", "A"),
        ("statement", "AB"),
        ("reviewed its OWN work", "AB"),
        ("Diallo", "AB"),  # the factory's speaker at B, the representative at A
        ("nothing of the kind", ""),
        ("progress", ""),  # a name inside our own document, which nobody wrote
        ("strong", ""),
        ("%", ""),
        ("_", ""),
    ],
)
def test_words_are_looked_for_in_what_was_written(found, words, which):
    assert found(f"?q={words.replace('%', '%25')}") == which


@pytest.mark.parametrize(
    "words",
    [
        "ÉDUCATION", "éducation & santé", "education sante", "Здоровье", "ЕЖЕГОДНЫЙ",
        "التعليم", "التّعليمُ", "احمد", "أحمد", "مدرسه", "موتمر", "2026",
    ],
)  # fmt: skip
def test_words_of_every_script_are_found_whatever_their_case_and_marks(desk, mechanism_a, cycle, amina, words):
    text = "<p>L’<em>Éducation</em> &amp; santé; здоровье, ежегодный; التعليم أحمد مدرسة مُؤَتَّمَر ٢٠٢٦</p>"
    filed = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, text=text)
    assert references_of(desk("?q=" + words.replace("&", "%26"))) == [filed.reference]


def test_words_that_were_not_filed_yet_are_not_found(desk, filed, rita, amina):
    section = OutlineSection.objects.filter(answers__submission=filed, kind="text").first()
    workflow.perform(filed, "take_up", by=rita)
    workflow.perform(filed, "request_changes", by=rita, note="More.")
    factories.answer(submission=filed, code=section.code, text="<p>Unripe thoughts.</p>")
    assert references_of(desk("?q=unripe")) == []
    workflow.perform(filed, "resubmit", by=amina)
    assert references_of(desk("?q=unripe")) == [filed.reference]
    assert references_of(desk("?q=reviewed its own work")) == []


@pytest.mark.parametrize(
    "address",
    [
        "?turn=nobody",
        "?status=draft",
        "?cycle=no-such",
        "?roundtable=99999999999999999999999",
        "?roundtable=one",
        "?reviewer=1%20OR%201",
        "?order=-password",
        "?mechanism=%ed%a0%80",
        "?q=" + "x" * 201,
    ],
)
def test_an_address_that_makes_no_sense_is_answered_with_a_sentence(desk, filed, address):
    page = desk(address)
    assert "There is a problem" in page
    assert references_of(page) == [filed.reference]


def test_a_mechanism_is_found_by_the_name_it_has_now_whatever_the_accents(desk, filed, filed_by_b):
    ISCM.objects.filter(pk=filed.iscm_id).update(name="Dialogue éthéré", acronym="ÉTH")
    assert references_of(desk("?q=ETHERE")) == references_of(desk("?q=eth")) == [filed.reference]


def test_names_are_offered_and_shown_in_the_readers_language_where_they_are_official(desk, filed, rita):
    texts = filed.cycle.texts.model.objects
    french = texts.create(parent=filed.cycle, language="fr", name="Forum d’essai", verified=True)
    texts.create(parent=filed.cycle, language="es", name="Foro de prueba", verified=False)
    names = {}
    for language in ("fr", "es", "en"):
        type(rita).objects.filter(pk=rita.pk).update(language=language)
        page = desk()
        names[language] = (
            re.search(r'<option value="TEST2030">([^<]+)<', page)[1],
            re.search(r'<span class="meta d-block">((?:<span[^>]+>)?(?:Test|For)[^<]+)<', page)[1],
        )
    assert names == {
        "fr": (french.name, french.name),
        "es": ("Test Forum 2030", '<span lang="en" dir="ltr">Test Forum 2030'),
        "en": ("Test Forum 2030", "Test Forum 2030"),
    }


def test_what_was_looked_for_is_shown_as_text(desk, filed, client):
    assert "<script>alert" not in client.get("/desk/?q=<script>alert(1)</script>").content.decode()
    assert "&lt;script&gt;alert" in client.get("/desk/?q=<script>alert(1)</script>").content.decode()


# ---------------------------------------------------------------------------------------------- many


def test_further_pages_keep_the_filters(desk, filed):
    make_many(PER_PAGE + 4, like=filed)
    first, second = desk("?turn=iom&q=statement"), desk("?turn=iom&q=statement&page=2")
    assert "Page 1 of 2" in first
    assert 'href="?turn=iom&q=statement&page=2"' in first
    assert (len(rows_of(first)), len(rows_of(second))) == (PER_PAGE, 5)
    assert not set(references_of(first)) & set(references_of(second))
    assert len(rows_of(desk("?turn=iom&q=statement&page=900"))) == 5


# ---------------------------------------------------------------------------------------------- none


def test_an_empty_desk_says_when_something_comes(desk):
    page = desk()
    assert "Nothing has been filed yet" in page
    assert "Inputs come here when a mechanism files them" in page


def test_nothing_found_says_what_to_do(desk, filed):
    page = desk("?turn=closed")
    assert "Nothing found" in page
    assert 'href="/desk/">Show everything' in page
