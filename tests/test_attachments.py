"""Documents that come with an input: judged by their content, kept as downloads that cannot run."""

import io
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from submissions import workflow
from submissions.attachments import safe_filename
from submissions.models import Attachment, Status

from . import factories

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="{kind}"/>{more}</Types>'
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
)


def pdf(**options):
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made, **options)
    return made.getvalue()


def archive(parts, compression=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def docx(kind=WORD, more="", **parts):
    return archive(
        {
            "[Content_Types].xml": TYPES.format(kind=kind, more=more),
            "_rels/.rels": "<Relationships/>",
            "word/document.xml": "<w/>",
            **parts,
        }
    )


def odt(mimetype="application/vnd.oasis.opendocument.text", manifest="", **parts):
    return archive(
        {"mimetype": mimetype, "content.xml": "<w/>", "META-INF/manifest.xml": MANIFEST.format(manifest), **parts},
        zipfile.ZIP_STORED,
    )


def password():
    return pikepdf.Encryption(owner="owner", user="user")


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


def attach(client, submission, content, name, follow=False, **fields):
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    posted = {"upload": "", "file": file, "title": "A title", "language": "en", **fields}
    return client.post(reverse("section", args=[submission.reference, "annexes"]), posted, follow=follow)


def download(client, attachment):
    return client.get(reverse("attachment", args=[attachment.submission.reference, attachment.pk]))


# ---------------------------------------------------------------------------------------- what is taken


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(pdf(), "Declaration.PDF", "pdf"), (docx(), "Outcome.docx", "docx"), (odt(), "Résumé.odt", "odt")],
)
def test_documents_of_the_three_kinds_are_kept(as_amina, draft, content, name, kind):
    response = attach(as_amina, draft, content, name, follow=True)
    kept = draft.attachments.get()
    assert (kept.kind, kept.size, kept.title) == (kind, len(content), "A title")
    assert "A title" in response.content.decode()
    assert b"".join(download(as_amina, kept).streaming_content) == content


def test_a_document_without_a_title_is_called_by_its_name(as_amina, draft):
    attach(as_amina, draft, pdf(), "Lomé declaration.pdf", title="")
    assert draft.attachments.get().title == "Lomé declaration"


REFUSED = {
    "empty": (b"", "a.pdf", "empty"),
    "a page posing as PDF": (b"<html><script>alert(1)</script></html>", "a.pdf", "not a PDF, DOCX or ODT"),
    "a program": (b"MZ\x90\x00" + b"\0" * 500, "a.pdf", "not a PDF, DOCX or ODT"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "a.png", "not a PDF, DOCX or ODT"),
    "only a PDF's beginning": (b"%PDF-1.7\n" + b"x" * 5000, "a.pdf", "damaged"),
    "beginning and end, nothing between": (b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF", "a.pdf", "damaged"),
    "a PDF cut off": (pdf()[:-60], "a.pdf", "damaged"),
    "a PDF with a password": (pdf(encryption=password()), "a.pdf", "password"),
    "a PDF called a Word document": (pdf(), "a.docx", "its content is PDF"),
    "a PDF called a program": (pdf(), "a.exe", "must end in"),
    "an older Word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "older Word document"),
    "a plain archive": (archive({"readme.txt": "hello"}), "a.docx", "an archive"),
    "a broken archive": (b"PK\x03\x04" + b"\0" * 600, "a.docx", "damaged"),
    "a spreadsheet": (
        docx(kind="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
        "a.docx",
        "not a Word document",
    ),
    "a Word document with macros": (
        docx(kind="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "a.docx",
        "macros",
    ),
    "macros slipped in": (docx(**{"word/vbaProject.bin": "x"}), "a.docx", "macros"),
    "a declaration that expands": (
        archive({"[Content_Types].xml": '<!DOCTYPE t [<!ENTITY a "b">]><Types>&a;</Types>', "_rels/.rels": ""}),
        "a.docx",
        "damaged",
    ),
    "a bomb": (docx(**{f"word/media/{n}.bin": b"\0" * 30_000_000 for n in range(10)}), "a.docx", "unpacks"),
    "too many parts": (docx(**{f"part{n}": "" for n in range(5_001)}), "a.docx", "unpacks"),
    "an ODT that is a spreadsheet": (
        odt("application/vnd.oasis.opendocument.spreadsheet"),
        "a.odt",
        "not a text document",
    ),
    "an ODT with macros": (odt(**{"Basic/Standard/Module1.xml": "x"}), "a.odt", "macros"),
    "an ODT with a password": (odt(manifest="<manifest:encryption-data/>"), "a.odt", "password"),
}


@pytest.mark.parametrize(("content", "name", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_acceptable_is_refused_in_words_and_the_title_stays(as_amina, draft, content, name, sentence):
    response = attach(as_amina, draft, content, name, title="Typed with care")
    page = response.content.decode()
    assert sentence in page
    assert 'value="Typed with care"' in page
    assert not draft.attachments.exists()


def test_a_file_larger_than_allowed_is_refused_in_words(as_amina, draft, settings):
    settings.ATTACHMENT_MAX_BYTES = 100_000
    response = attach(as_amina, draft, pdf() + b"\0" * 200_000, "a.pdf", title="Typed with care")
    assert "too large" in response.content.decode()
    assert 'value="Typed with care"' in response.content.decode()
    assert not draft.attachments.exists()


def test_no_file_at_all_is_said(as_amina, draft):
    response = as_amina.post(reverse("section", args=[draft.reference, "annexes"]), {"upload": "", "title": "T"})
    assert "Choose a file" in response.content.decode()


def test_the_same_file_sent_twice_is_attached_once(as_amina, draft):
    content = pdf()
    for _click in range(2):
        attach(as_amina, draft, content, "a.pdf")
    assert draft.attachments.count() == 1


# ---------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\a\\b.pdf", "b.pdf"),
        ('a"; filename=x.exe\r\nSet-Cookie: a=b.pdf', "a ; filename=x.exe Set-Cookie  a=b.pdf"),
        ("Déclaration №5.pdf", "Déclaration №5.pdf"),
        ("a\0b\ud800.pdf", "ab.pdf"),
        ("x" * 400 + ".pdf", "x" * 176 + ".pdf"),
        ("...", "document"),
        ("", "document"),
    ],
)
def test_a_name_is_text_and_nothing_else(given, kept):
    assert safe_filename(given) == kept


def test_nothing_of_the_name_is_in_the_path(as_amina, draft):
    attach(as_amina, draft, pdf(), "../../evil name.pdf")
    kept = draft.attachments.get()
    assert Path(kept.file.name).name.startswith(kept.sha256)
    assert "evil" not in kept.file.name
    assert kept.filename == "evil name.pdf"


# ---------------------------------------------------------------------------------------- giving it out


def test_a_download_runs_nothing(as_amina, draft):
    attach(as_amina, draft, pdf(), "Déclaration “finale”.pdf")
    response = download(as_amina, draft.attachments.get())
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''D%C3%A9claration")
    assert response["Content-Disposition"].endswith(".pdf")
    response.close()


def test_another_mechanism_and_strangers_do_not_get_it(client, amina, carla, draft):
    client.force_login(amina)
    attach(client, draft, pdf(), "a.pdf")
    kept = draft.attachments.get()
    client.force_login(carla)
    assert download(client, kept).status_code == 404
    client.logout()
    assert download(client, kept).url.startswith(reverse("account_login"))


def test_iom_gets_what_was_filed_and_not_what_is_being_prepared(client, amina, rita, piotr, draft):
    client.force_login(amina)
    attach(client, draft, pdf(), "filed.pdf", title="Filed")
    factories.bring_to(draft, Status.CHANGES_REQUESTED, filer=amina, reviewer=rita, approver=piotr)
    attach(client, draft, docx(), "later.docx", title="Later")
    client.force_login(rita)
    filed, later = draft.attachments.get(title="Filed"), draft.attachments.get(title="Later")
    assert download(client, later).status_code == 404
    assert b"".join(download(client, filed).streaming_content).startswith(b"%PDF-")


def test_an_attachment_of_one_input_is_not_reached_through_another(as_amina, amina, mechanism_a, cycle, draft):
    attach(as_amina, draft, pdf(), "a.pdf")
    other = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    address = reverse("attachment", args=[other.reference, draft.attachments.get().pk])
    assert as_amina.get(address).status_code == 404


def test_a_file_that_the_disk_has_lost_is_not_found_rather_than_an_error(as_amina, draft):
    attach(as_amina, draft, pdf(), "a.pdf")
    Path(draft.attachments.get().file.path).unlink()
    assert download(as_amina, draft.attachments.get()).status_code == 404


# ---------------------------------------------------------------------------------------- taking it off


def take_off(client, attachment):
    return client.post(reverse("remove_attachment", args=[attachment.submission.reference, attachment.pk]))


def test_a_document_never_filed_leaves_the_disk_when_it_is_taken_off(
    as_amina, draft, django_capture_on_commit_callbacks
):
    attach(as_amina, draft, pdf(), "a.pdf")
    kept = draft.attachments.get()
    path = Path(kept.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        take_off(as_amina, kept)
    assert not path.exists()
    assert download(as_amina, kept).status_code == 404


def test_a_document_once_filed_is_kept_for_those_who_read_what_was_filed(
    client, amina, rita, piotr, draft, django_capture_on_commit_callbacks
):
    client.force_login(amina)
    attach(client, draft, pdf(), "a.pdf")
    kept = draft.attachments.get()
    factories.bring_to(draft, Status.CHANGES_REQUESTED, filer=amina, reviewer=rita, approver=piotr)
    with django_capture_on_commit_callbacks(execute=True):
        take_off(client, kept)
    kept.refresh_from_db()
    assert kept.removed_at
    client.force_login(rita)
    assert b"".join(download(client, kept).streaming_content).startswith(b"%PDF-")


def test_nothing_is_attached_to_or_taken_off_what_was_filed(client, amina, draft):
    client.force_login(amina)
    attach(client, draft, pdf(), "a.pdf")
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "submit", by=amina)
    take_off(client, draft.attachments.get())
    response = attach(client, draft, docx(), "b.docx", title="Too late")
    assert response.status_code == 409
    assert "Too late" not in list(draft.attachments.values_list("title", flat=True))
    assert Attachment.objects.get().removed_at is None


def test_looking_at_the_address_of_removal_removes_nothing(as_amina, draft):
    attach(as_amina, draft, pdf(), "a.pdf")
    kept = draft.attachments.get()
    as_amina.get(reverse("remove_attachment", args=[draft.reference, kept.pk]))
    assert Attachment.objects.get().removed_at is None


def linked_documents(client, submission, **asked):
    """What the links on the page of the input lead to."""
    page = client.get(reverse("submission", args=[submission.reference]), asked).content.decode()
    return [b"".join(client.get(link)) for link in re.findall(r'href="([^"]*/attachments/[^"]*)"', page)]


def test_one_file_attached_twice_and_taken_off_once_is_still_downloaded(
    client, amina, rita, mechanism_a, cycle, django_capture_on_commit_callbacks
):
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B2")
    client.force_login(amina)
    content = pdf()
    for title in ("A", "B"):
        attach(client, draft, content, "a.pdf", title=title)
    with django_capture_on_commit_callbacks(execute=True):
        take_off(client, draft.attachments.get(title="B"))
    factories.answer_everything_required(submission=draft)
    workflow.perform(draft, "submit", by=amina)
    client.force_login(rita)
    assert content in linked_documents(client, draft)
    # Taken off as well, once it was filed: the file stays for those who read what was filed.
    workflow.perform(draft, "take_up", by=rita)
    workflow.perform(draft, "request_changes", by=rita, note="Please look again.")
    client.force_login(amina)
    with django_capture_on_commit_callbacks(execute=True):
        take_off(client, draft.attachments.get(title="A"))
    client.force_login(rita)
    assert content in linked_documents(client, draft, revision=1)
