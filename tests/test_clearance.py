"""The clearance log: who enters what, what is struck out, who reads it, and how it looks on paper."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from submissions import clearance as log
from submissions import content, renditions, tasks, workflow
from submissions.documents import making
from submissions.models import Clearance, Rendition
from submissions.workflow import Refused

from . import factories
from .printed import Printed

Way = Clearance.Way
MARCH = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def read(person, submission) -> str:
    response = signed_in(person).get(reverse("clearance", args=[submission.reference]))
    assert response.status_code == 200
    return words_of(response)


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def enter(person, submission, **answers):
    answers = {"way": "meeting", "cleared_on": "2026-03-04", "detail": "Third meeting, Lomé"} | answers
    return signed_in(person).post(reverse("clearance", args=[submission.reference]), answers)


def by_meeting(submission, iscm, by, *, detail="Third meeting, Lomé", **fields):
    fields = {"way": Way.MEETING, "cleared_on": MARCH} | fields
    return log.record(submission, iscm=iscm, detail=detail, by=by, **fields)


def strike(person, entry, *, method="post"):
    address = reverse("strike_clearance", args=[entry.submission.reference, entry.pk])
    response = getattr(signed_in(person), method)(address)
    entry.refresh_from_db()
    return response


# ---------------------------------------------------------------------------------------------- entering


def test_an_entry_says_how_and_when_the_text_was_cleared_and_who_entered_it(draft, mechanism_a, amina, bruno):
    assert enter(bruno, draft).url == f"/inputs/{draft.reference}/clearance/"
    entry = Clearance.objects.get()
    assert (entry.iscm, entry.way, entry.cleared_on, entry.recorded_by) == (mechanism_a, Way.MEETING, MARCH, bruno)
    said = read(amina, draft)
    assert "At a meeting </strong>· 4 March 2026" in said
    assert "<bdi>Third meeting, Lomé</bdi>" in said
    assert "Entered by <bdi>Bruno Costa</bdi>" in said


def test_each_mechanism_of_a_joint_input_enters_for_itself(joint_draft, mechanism_a, mechanism_b, amina, carla):
    enter(carla, joint_draft)
    enter(amina, joint_draft, way="chair", detail="")
    assert set(Clearance.objects.values_list("iscm__acronym", "way")) == {("TDB", "meeting"), ("TDA", "chair")}
    for iscm, person in ((mechanism_b, amina), (mechanism_a, carla)):
        with pytest.raises(PermissionDenied):
            by_meeting(joint_draft, iscm, person)
    assert Clearance.objects.count() == 2


def test_who_serves_two_mechanisms_says_for_which(joint_draft, mechanism_c, carla):
    factories.affiliate(user=carla, iscm=mechanism_c)
    response = enter(carla, joint_draft)
    assert response.status_code == 422
    assert "Choose the mechanism within which the text was cleared." in words_of(response)
    assert "Third meeting, Lomé" in words_of(response)
    enter(carla, joint_draft, mechanism="tdc")
    assert Clearance.objects.get().iscm == mechanism_c
    assert enter(carla, joint_draft, mechanism="tda").status_code == 422


def test_an_entry_sent_twice_is_entered_once(draft, amina):
    enter(amina, draft)
    enter(amina, draft)
    assert Clearance.objects.count() == 1
    strike(amina, Clearance.objects.get())
    enter(amina, draft)
    assert Clearance.objects.filter(struck_at=None).count() == 1


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"way": ""}, "Choose how the text was cleared."),
        ({"way": "shouting"}, "Select a valid choice."),
        ({"cleared_on": ""}, "Enter the date."),
        ({"cleared_on": "next week"}, "Enter a date, such as 2026-03-31."),
        ({"cleared_on": "2099-01-01"}, "This date is in the future."),
        ({"detail": "Lomé " * 61}, "at most 300 characters"),
    ],
)
def test_what_cannot_be_entered_is_said_and_what_was_typed_is_kept(draft, amina, answers, sentence):
    response = enter(amina, draft, **answers)
    assert response.status_code == 422
    assert sentence in words_of(response)
    assert answers.get("detail", "Third meeting, Lomé").strip() in words_of(response)
    assert not Clearance.objects.exists()


# ---------------------------------------------------------------------------------------------- silence


@time_machine.travel("2030-03-04T12:00Z", tick=False)
def test_a_silence_procedure_is_not_over_before_its_last_day_has_passed(draft, mechanism_a, amina):
    running = "This silence procedure is not over"
    enter(amina, draft, way="silence", cleared_on="2030-03-05")
    assert "By silence: runs until 5 March 2030" in read(amina, draft)
    assert running in read(amina, draft)
    with time_machine.travel("2030-03-05T12:00Z", tick=False):
        assert running in read(amina, draft)
    with time_machine.travel("2030-03-06T12:00Z", tick=False):
        said = read(amina, draft)
        assert running not in said
        assert "By silence until 5 March 2030" in said


# ---------------------------------------------------------------------------------------------- when


def test_the_log_is_kept_until_iom_has_decided(
    asked, mechanism_a, mechanism_b, both_endorse, amina, carla, rita, piotr
):
    by_meeting(asked, mechanism_b, carla, detail="While the partners endorse")
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    by_meeting(asked, mechanism_b, carla, detail="Filed")
    workflow.perform(asked, "take_up", by=rita)
    entry = by_meeting(asked, mechanism_a, amina, detail="Under review")
    workflow.perform(asked, "approve", by=piotr)
    with pytest.raises(Refused, match="The clearance log is closed"):
        by_meeting(asked, mechanism_a, amina, detail="Too late")
    response = enter(amina, asked, detail="Too late")
    assert response.status_code == 409
    assert "Too late</textarea>" in words_of(response)
    strike(amina, entry)
    assert entry.struck_at is None
    assert Clearance.objects.count() == 3
    assert "/strike/" not in read(amina, asked)


def test_an_entry_makes_no_endorsement_stale(asked, mechanism_a, both_endorse, amina):
    both_endorse(asked)
    by_meeting(asked, mechanism_a, amina)
    assert factories.standings(asked) == {"TDB": "endorsed", "TDC": "endorsed"}


# ---------------------------------------------------------------------------------------------- striking


def test_a_struck_entry_stays_readable_and_says_so_in_words(draft, mechanism_a, amina, bruno):
    entry = by_meeting(draft, mechanism_a, amina)
    assert "Strike out this entry?" in words_of(strike(bruno, entry, method="get"))
    assert entry.struck_at is None, "asking changes nothing"
    strike(bruno, entry)
    assert entry.struck_by == bruno
    said = read(amina, draft)
    assert "<del>" in said
    assert "Third meeting, Lomé" in said
    assert "<strong>Struck out</strong> by <bdi>Bruno Costa</bdi>" in said
    assert "Strike out this entry" not in said


def test_a_mechanism_strikes_its_own_entries_only(joint_draft, mechanism_b, amina, carla, dalia):
    entry = by_meeting(joint_draft, mechanism_b, carla)
    for person in (amina, dalia):
        assert strike(person, entry).status_code == 403
        assert strike(person, entry, method="get").status_code == 403
        assert "/strike/" not in read(person, joint_draft)
    assert entry.struck_at is None
    assert "/strike/" in read(carla, joint_draft)


def test_struck_twice_it_keeps_who_was_first(draft, mechanism_a, amina, bruno):
    entry = by_meeting(draft, mechanism_a, amina)
    strike(amina, entry)
    strike(bruno, entry)
    assert entry.struck_by == amina


def test_an_entry_is_not_struck_through_the_address_of_another_input(draft, joint_draft, mechanism_a, amina):
    entry = by_meeting(joint_draft, mechanism_a, amina)
    address = reverse("strike_clearance", args=[draft.reference, entry.pk])
    assert signed_in(amina).post(address).status_code == 404
    entry.refresh_from_db()
    assert entry.struck_at is None


# ---------------------------------------------------------------------------------------------- who reads it


def test_iom_reads_the_log_once_the_input_is_filed_and_enters_nothing(draft, mechanism_a, amina, rita):
    entry = by_meeting(draft, mechanism_a, amina)
    address = reverse("clearance", args=[draft.reference])
    assert signed_in(rita).get(address).status_code == 404
    factories.answer_everything_required(submission=draft, by=amina)
    workflow.perform(draft, "submit", by=amina)
    said = read(rita, draft)
    assert "Third meeting, Lomé" in said
    assert "Enter in the log" not in said
    assert "/strike/" not in said
    assert enter(rita, draft).status_code == 403
    assert strike(rita, entry).status_code == 403
    assert Clearance.objects.filter(struck_at=None).count() == 1


def test_iom_hears_nothing_of_a_mechanism_that_the_text_does_not_name(
    asked, mechanism_b, mechanism_c, mechanism_d, amina, carla, dalia, rita
):
    elif_ = factories.make_person(name="Elif Demir")
    factories.affiliate(user=elif_, iscm=mechanism_d)
    workflow.perform(asked, "take_back", by=amina)
    factories.add_partner(submission=asked, partner=mechanism_d, by=amina, endorses=False)
    by_meeting(asked, mechanism_d, elif_, detail="Consulted only")
    by_meeting(asked, mechanism_c, dalia, detail="Dropped later")
    by_meeting(asked, mechanism_b, carla, detail="Named on the text")
    factories.drop(submission=asked, partner=mechanism_c, by=amina)
    workflow.perform(asked, "ask", by=amina)
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    workflow.perform(asked, "submit", by=amina)

    said = read(rita, asked)
    assert "Named on the text" in said
    assert [word for word in ("Consulted only", "Dropped later", "Dialogue C", "Dialogue D") if word in said] == []
    said = read(carla, asked)
    assert [word for word in ("Consulted only", "Dropped later") if word not in said] == []
    assert said.count("The text does not name this mechanism") == 2
    frozen = renditions.ask_for_clearance_log(asked, by=amina).canonical
    assert "Named on the text" in frozen
    assert [word for word in ("Consulted only", "Dropped later", "Dialogue C", "Dialogue D") if word in frozen] == []


def test_a_dropped_partner_and_a_stranger_do_not_read_the_log(joint_draft, mechanism_b, amina, carla):
    entry = by_meeting(joint_draft, mechanism_b, carla)
    factories.drop(submission=joint_draft, partner=mechanism_b, by=amina)
    stranger = factories.make_person(name="Stefan Strange")
    for person in (carla, stranger):
        assert signed_in(person).get(reverse("clearance", args=[joint_draft.reference])).status_code == 404
        assert strike(person, entry).status_code == 404
    assert entry.struck_at is None
    assert enter(stranger, joint_draft).status_code == 404
    response = enter(carla, joint_draft, detail="What I was writing.")
    assert response.status_code == 403
    assert "What I was writing.</textarea>" in words_of(response)
    assert Clearance.objects.count() == 1


def test_details_are_plain_text(draft, amina):
    enter(amina, draft, detail="<b>bold</b> & \x00so on")
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; so on" in read(amina, draft)


def test_the_page_costs_the_same_for_many_entries(joint_draft, mechanism_a, amina, django_assert_max_num_queries):
    by_meeting(joint_draft, mechanism_a, amina)
    read(amina, joint_draft)
    with django_assert_max_num_queries(60) as few:
        read(amina, joint_draft)
    for number in range(30):
        by_meeting(joint_draft, mechanism_a, amina, detail=f"Meeting {number}")
    with django_assert_max_num_queries(len(few)):
        assert "Meeting 29" in read(amina, joint_draft)


def test_the_log_is_linked_from_where_the_input_is_written_and_read(joint_draft, filed, amina, carla, rita):
    link = 'href="/inputs/{}/clearance/"'
    for person, submission, name in (
        (amina, joint_draft, "tasks"),
        (carla, joint_draft, "submission"),
        (rita, filed, "submission"),
    ):
        said = words_of(signed_in(person).get(reverse(name, args=[submission.reference])))
        assert link.format(submission.reference) in said


# ---------------------------------------------------------------------------------------------- on paper


def ask_for_it(person, submission) -> Rendition:
    response = signed_in(person).post(reverse("print_clearance", args=[submission.reference]))
    return Rendition.objects.get(pk=int(response.url.split("/")[-2]))


def printed(rendition) -> Printed:
    tasks.make_rendition(rendition.pk)
    rendition.refresh_from_db()
    assert rendition.is_ready, rendition.error
    return Printed(Path(rendition.file.path).read_bytes())


def test_the_log_is_printed_as_it_was_when_it_was_asked_for(joint_draft, mechanism_a, mechanism_b, amina, carla):
    mistaken = by_meeting(joint_draft, mechanism_a, amina, detail="A mistake")
    log.strike(mistaken, by=amina)
    by_meeting(joint_draft, mechanism_a, amina, detail="Third meeting, Lomé")
    by_meeting(joint_draft, mechanism_b, carla, way=Way.CHAIR, detail="")
    rendition = ask_for_it(carla, joint_draft)
    by_meeting(joint_draft, mechanism_b, carla, detail="Entered afterwards")
    pdf = printed(rendition)
    said = pdf.text()
    assert "Clearance log" in said
    assert joint_draft.title in said
    assert joint_draft.reference in said
    assert "Mechanisms Test Dialogue A (TDA) Test Dialogue B (TDB) Test Dialogue C (TDC)" in said
    assert "4 March 2026 At a meeting Third meeting, Lomé" in said
    assert "4 March 2026 By the Chair" in said
    assert "Entries that they have struck out are left out here" in said
    assert "A draft: not filed." in said
    assert f"Log as of {date_in_words(timezone.now().date())}" in said
    assert [word for word in ("A mistake", "Entered afterwards") if word in said] == []
    assert "Test Dialogue C (TDC) Nothing is entered." in said


def date_in_words(day):
    return f"{day.day} {day:%B %Y}"


def test_the_log_is_a_tagged_document_with_a_table_that_can_be_read_aloud(draft, mechanism_a, amina):
    by_meeting(draft, mechanism_a, amina)
    pdf = printed(ask_for_it(amina, draft))
    names = [str(element.S) for element in pdf.elements()]
    assert names.count("/H1") == 1
    assert names.count("/Table") == 2
    *_facts, log_table = [element for element in pdf.elements() if str(element.S) == "/Table"]
    cells = [element for element in below(log_table) if str(element.S) == "/TD"]
    assert [len(cell.A.Headers) for cell in cells] == [2, 2, 2], "each is under a column and beside a date"
    assert str(pdf.pdf.Root.Lang) == "en"
    assert pdf.pdf.docinfo["/Title"] == f"Clearance log: {draft.title}"
    with pdf.pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def below(element):
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from below(child)


@time_machine.travel("2030-03-04T12:00Z", tick=False)
def test_a_running_silence_procedure_is_printed_as_not_over(draft, mechanism_a, amina):
    by_meeting(draft, mechanism_a, amina, way=Way.SILENCE, cleared_on=date(2030, 3, 5))
    by_meeting(draft, mechanism_a, amina, way=Way.SILENCE, cleared_on=date(2030, 3, 3))
    rendition = ask_for_it(amina, draft)
    with time_machine.travel("2030-03-09T12:00Z", tick=False):
        said = printed(rendition).text()
    assert said.count("it was not over when this was made") == 1
    assert "By silence until 5 March 2030 Still running" in said


def test_the_same_log_is_made_once_a_day_and_another_one_after_a_change(draft, mechanism_a, amina, bruno):
    by_meeting(draft, mechanism_a, amina)
    first = ask_for_it(amina, draft)
    assert ask_for_it(bruno, draft) == first
    by_meeting(draft, mechanism_a, amina, detail="Another")
    second = ask_for_it(amina, draft)
    assert second != first
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert ask_for_it(amina, draft) not in {first, second}


def test_a_log_printed_before_the_filing_is_not_for_iom_and_one_printed_after_it_is(
    draft, mechanism_a, amina, rita, carla
):
    factories.answer_everything_required(submission=draft, by=amina)
    by_meeting(draft, mechanism_a, amina, detail='"revision":null and "revision":1')
    before = ask_for_it(amina, draft)
    workflow.perform(draft, "submit", by=amina)
    after = ask_for_it(amina, draft)
    assert ask_for_it(rita, draft) == after
    printed(before)
    printed(after)
    found = {
        person.name: [
            status_of(signed_in(person).get(reverse(name, args=[rendition.pk])))
            for rendition in (before, after)
            for name in ("rendition", "rendition_file")
        ]
        for person in (amina, rita, carla)
    }
    assert found == {amina.name: [200] * 4, rita.name: [404, 404, 200, 200], carla.name: [404] * 4}
    assert before.content["revision"] is None
    assert "As filed, revision 1." in Printed(Path(after.file.path).read_bytes()).text()


def status_of(response):
    if response.streaming:
        b"".join(response.streaming_content)  # a download keeps its file open until it has been read
    return response.status_code


def test_iom_reads_the_title_as_filed_while_a_better_one_is_being_written(filed, amina, rita, piotr):
    as_filed = filed.title
    workflow.perform(filed, "take_up", by=piotr)
    workflow.perform(filed, "request_changes", by=piotr, note="More.")
    filed.refresh_from_db()
    filed.title = "A better title"
    filed.save()
    assert "A better title" not in read(rita, filed)
    assert ask_for_it(rita, filed).content["title"] == as_filed


def test_the_page_of_a_printed_log_says_what_it_is(draft, amina):
    rendition = ask_for_it(amina, draft)
    said = words_of(signed_in(amina).get(reverse("rendition", args=[rendition.pk])))
    assert re.search(r"<h1[^>]*>.*Clearance log *</h1>", said)
    assert f'href="/inputs/{draft.reference}/clearance/"' in said
    assert making.filename(rendition) == f"{draft.reference}-clearance-{rendition.pk}.pdf"


def test_what_is_frozen_is_canonical(draft, mechanism_a, amina):
    by_meeting(draft, mechanism_a, amina)
    canonical = ask_for_it(amina, draft).canonical
    assert canonical == content.canonical(json.loads(canonical))
    assert json.loads(canonical)["mechanisms"] == [
        {
            "name": "Test Dialogue A",
            "acronym": "TDA",
            "entries": [
                {
                    "way": "meeting",
                    "cleared_on": "2026-03-04",
                    "detail": "Third meeting, Lomé",
                    "recorded_by": "Amina Diallo",
                    "recorded_at": timezone.now().date().isoformat(),
                }
            ],
        }
    ]


def test_the_log_is_printed_in_arabic_from_right_to_left(mechanism_a, draft, amina):
    draft.language = "ar"
    draft.title = "بيان مشترك"
    draft.save()
    by_meeting(draft, mechanism_a, amina)
    pdf = printed(ask_for_it(amina, draft))
    assert str(pdf.pdf.Root.Lang) == "ar"
    assert "Third meeting" in pdf.text()
