"""A document that is asked for: made in the background, whole or not at all; what its pages say; who may have it."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from submissions import renditions, tasks
from submissions.documents import making
from submissions.documents.pdf import CannotRender, Made
from submissions.models import Compendium, Rendition
from submissions.models.compendium import TAKES_TOO_LONG

from . import factories
from .printed import Printed

Status = Rendition.Status


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def quick(monkeypatch):
    """Typesetting left out: what is tested is what happens around it."""
    made = Made(b"%PDF-1.7 quick", 3)
    monkeypatch.setattr(making, "render", lambda rendition: made)
    return made


def failing_with(monkeypatch, *errors):
    """The first renderings fail so; later ones succeed."""
    waiting = list(errors)

    def render(rendition):
        if waiting:
            raise waiting.pop(0)
        return Made(b"%PDF-1.7 at last", 1)

    monkeypatch.setattr(making, "render", render)
    return waiting


@pytest.fixture
def preview(draft, amina):
    return renditions.ask_for_draft(draft, by=amina)


def made(rendition: Rendition) -> Rendition:
    tasks.make_rendition(rendition.pk)
    rendition.refresh_from_db()
    return rendition


def stored(rendition: Rendition) -> bytes:
    with rendition.file.open("rb") as file:
        return file.read()


def page(client, user, rendition, name="rendition", query=""):
    client.force_login(user)
    response = client.get(reverse(name, args=[rendition.pk]) + query)
    if response.streaming:
        response.body = b"".join(response)  # read to its end, so that the file is closed
    return response


# ------------------------------------------------------------------------------------------ the worker


def test_a_filing_asks_for_its_document_and_the_worker_makes_it(filed):
    rendition = filed.renditions.get()
    assert rendition.status == Status.WAITING
    made(rendition)
    content = stored(rendition)
    assert rendition.status == Status.READY
    assert rendition.file.name == f"renditions/{rendition.pk}/{filed.reference}-r1.pdf"
    assert rendition.sha256 == hashlib.sha256(content).hexdigest()
    assert rendition.pages == Printed(content).pages
    assert filed.reference in Printed(content).text()
    assert rendition.finished_at is not None


def test_a_preview_shows_the_text_as_it_was_when_it_was_asked_for(draft, amina):
    factories.answer(submission=draft, code="statement", text="<p>The first thought.</p>")
    rendition = renditions.ask_for_draft(draft, by=amina)
    factories.answer(submission=draft, code="statement", text="<p>The second thought.</p>")
    text = Printed(stored(made(rendition))).text()
    assert "The first thought." in text
    assert "The second thought." not in text


def test_no_half_a_file_is_ever_there(preview, quick, monkeypatch, tmp_path):
    """The disk fills up while the file is written."""

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making.os, "fsync", full)
    made(preview)
    assert preview.status == Status.FAILED
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_an_error_that_may_pass_is_tried_again_at_once(preview, monkeypatch, caplog):
    failing_with(monkeypatch, OSError("a hiccup"), OSError("another"))
    assert made(preview).status == Status.READY
    assert preview.error == ""
    assert caplog.text.count("could not be made") == 2


def test_after_the_last_try_it_fails_with_a_sentence_and_the_log_has_the_rest(preview, monkeypatch, caplog):
    failing_with(monkeypatch, *[ValueError("some inner secret")] * making.TRIES)
    assert made(preview).status == Status.FAILED
    assert "Something went wrong on the server" in preview.error
    assert "secret" not in preview.error
    assert "some inner secret" in caplog.text
    assert preview.finished_at is not None


def test_what_will_never_succeed_fails_at_once_and_says_why(preview, monkeypatch):
    left = failing_with(monkeypatch, *[CannotRender("The typeface is not installed.")] * 2)
    assert made(preview).status == Status.FAILED
    assert preview.error == "The typeface is not installed."
    assert len(left) == 1


def test_a_second_worker_finishes_what_a_killed_one_began(preview, quick):
    Rendition.objects.filter(pk=preview.pk).update(status=Status.BEING_MADE)
    assert made(preview).status == Status.READY


def test_a_job_that_comes_twice_makes_it_once(preview, quick, monkeypatch):
    finished_at = made(preview).finished_at
    monkeypatch.setattr(making, "render", lambda rendition: pytest.fail("made again"))
    assert made(preview).finished_at == finished_at


# ------------------------------------------------------------------------------------------ asking again


def test_what_failed_can_be_asked_for_again(client, amina, preview, monkeypatch):
    failing_with(monkeypatch, CannotRender("No typeface."))
    made(preview)
    assert "No typeface." in page(client, amina, preview).content.decode()
    before = OrmQ.objects.count()
    client.post(reverse("retry_rendition", args=[preview.pk]))
    preview.refresh_from_db()
    assert preview.status == Status.WAITING
    assert preview.error == ""
    assert OrmQ.objects.count() == before + 1
    assert made(preview).status == Status.READY


@pytest.mark.parametrize("status", [Status.WAITING, Status.BEING_MADE])
def test_what_its_worker_has_left_is_offered_for_retry_after_a_while(client, amina, preview, status):
    Rendition.objects.filter(pk=preview.pk).update(status=status)
    assert "Try again" not in page(client, amina, preview).content.decode()
    Rendition.objects.filter(pk=preview.pk).update(requested_at=timezone.now() - TAKES_TOO_LONG - timedelta(seconds=1))
    response = page(client, amina, preview)
    assert "Try again" in response.content.decode()
    assert "Refresh" not in response
    client.post(reverse("retry_rendition", args=[preview.pk]))
    assert "Refresh" in page(client, amina, preview)


def test_asking_again_for_what_is_under_way_asks_nothing(client, amina, preview):
    before = OrmQ.objects.count()
    client.force_login(amina)
    client.post(reverse("retry_rendition", args=[preview.pk]))
    assert OrmQ.objects.count() == before


# ------------------------------------------------------------------------------------------ its page


def test_the_page_looks_again_by_itself_while_there_is_something_to_wait_for(client, amina, preview, quick):
    waiting = page(client, amina, preview)
    assert int(waiting["Refresh"]) >= 2
    assert "waiting for its turn" in waiting.content.decode()
    made(preview)
    ready = page(client, amina, preview)
    assert "Refresh" not in ready
    text = ready.content.decode()
    assert preview.sha256 in text
    assert reverse("rendition_file", args=[preview.pk]) in text
    assert "<dd>3</dd>" in text


def test_the_file_is_shown_or_downloaded_under_the_reference_and_can_run_nothing(client, amina, draft, preview, quick):
    made(preview)
    shown = page(client, amina, preview, "rendition_file")
    downloaded = page(client, amina, preview, "rendition_file", "?download")
    assert shown.body == downloaded.body == quick.pdf
    assert shown["Content-Disposition"] == f'inline; filename="{draft.reference}-DRAFT.pdf"'
    assert downloaded["Content-Disposition"] == f'attachment; filename="{draft.reference}-DRAFT.pdf"'
    for response in (shown, downloaded):
        assert response["Content-Type"] == "application/pdf"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none';")
    assert "sandbox" in downloaded["Content-Security-Policy"]


def test_a_file_that_is_not_there_yet_or_no_longer_leads_to_the_page_that_says_so(client, amina, preview, quick):
    assert page(client, amina, preview, "rendition_file").url == reverse("rendition", args=[preview.pk])
    made(preview)
    default_storage.delete(preview.file.name)
    client.force_login(amina)
    response = client.get(reverse("rendition_file", args=[preview.pk]), follow=True)
    assert "no longer on the server" in response.content.decode()


# ------------------------------------------------------------------------------------------ who may have it


@pytest.mark.parametrize("name", ["rendition", "rendition_file"])
def test_another_mechanism_does_not_know_that_a_document_exists(client, carla, amina, filed, quick, name):
    rendition = made(filed.renditions.get())
    assert page(client, amina, rendition, name).status_code == 200
    assert page(client, carla, rendition, name).status_code == 404


def test_iom_reads_what_was_filed_and_never_a_preview_of_the_working_copy(client, rita, amina, filed, quick):
    of_the_filing = made(filed.renditions.get())
    of_the_draft = made(renditions.ask_for_draft(filed, by=amina))
    assert page(client, rita, of_the_filing, "rendition_file").status_code == 200
    assert page(client, rita, of_the_draft, "rendition_file").status_code == 404
    assert page(client, amina, of_the_draft, "rendition_file").status_code == 200


def test_nobody_can_retry_what_they_may_not_see(client, carla, preview, monkeypatch):
    failing_with(monkeypatch, CannotRender("No."))
    made(preview)
    client.force_login(carla)
    assert client.post(reverse("retry_rendition", args=[preview.pk])).status_code == 404
    preview.refresh_from_db()
    assert preview.status == Status.FAILED


def test_a_compendium_is_for_iom_and_only_approvers_ask_again(client, amina, rita, piotr, cycle, monkeypatch):
    rendition = renditions.ask_for_compendium(Compendium.objects.create(cycle=cycle), by=piotr)
    assert made(rendition).status == Status.FAILED
    assert "has no approved inputs yet" in rendition.error
    assert page(client, amina, rendition).status_code == 404
    assert "Try again" not in page(client, rita, rendition).content.decode()
    assert client.post(reverse("retry_rendition", args=[rendition.pk])).status_code == 403
    assert "Try again" in page(client, piotr, rendition).content.decode()
