"""Files that come with an input: what is accepted, judged by content and never by name, and who may fetch one."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from xml.etree import ElementTree

import pikepdf
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from . import saving
from .models import Answer, Attachment, Endorsement, OutlineSection, Submission, User
from .permissions import is_received, reads_entered, reads_working_copy
from .rich_text.blocks import without_controls

Kind = Attachment.Kind
ACCEPTED = [Kind.PDF.value, Kind.DOCX.value, Kind.ODT.value]

MOST_PARTS = 5_000  # files inside a DOCX or ODT
MOST_UNPACKED = 10  # times ATTACHMENT_MAX_BYTES, all parts together
LARGEST_XML = 2 * 1024 * 1024  # of the parts that are read here

DOCX_TEXT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT_TEXT = b"application/vnd.oasis.opendocument.text"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word before 2007; also how Word wraps a document with a password


class StopTooLarge(FileUploadHandler):
    """Stops keeping a file as soon as it is larger than an attachment may be; `request.upload_too_large` says so."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.ATTACHMENT_MAX_BYTES:
            self.request.upload_too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


@dataclass(frozen=True)
class Checked:
    filename: str
    kind: str
    size: int
    sha256: str


def check(file) -> Checked:
    """What an uploaded file really is. Raises ValidationError, in a sentence, if it is not accepted."""
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(too_large())
    filename = safe_filename(file.name)
    claimed = PurePath(filename).suffix.lower().removeprefix(".")
    file.seek(0)
    kind = _kind_of(file)
    if claimed != kind:
        raise ValidationError(
            _("The name of this file ends in “.%(claimed)s”, but its content is %(kind)s. Save it anew.")
            % {"claimed": claimed, "kind": kind.upper()}
            if claimed in ACCEPTED
            else _("The name of this file must end in “.%(kind)s”, as its content does.") % {"kind": kind}
        )
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return Checked(filename, kind, file.size, digest.hexdigest())


def too_large() -> str:
    return _("This file is too large. A document can have %(most)s at most.") % {
        "most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)
    }


def safe_filename(name: str) -> str:
    """The name as text, without what a file system or a header could take for something else."""
    name = without_controls(name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if character in '"<>|:*?\n\t' else character for character in name).strip(". ")
    stem, suffix = PurePath(name or "document").stem, PurePath(name).suffix[:20]
    return stem[: 180 - len(suffix)] + suffix


def _kind_of(file) -> str:
    head = file.read(1024)
    if b"%PDF-" in head:
        _check_pdf(file)
        return Kind.PDF.value
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(file)
    if head.startswith(OLE):
        raise ValidationError(
            _("This is an older Word document, or one with a password. Save it as DOCX without a password, or as PDF.")
        )
    raise ValidationError(_("This is not a PDF, DOCX or ODT document, whatever its name says."))


def _check_pdf(file) -> None:
    broken = ValidationError(_("This PDF is damaged: it cannot be opened. Make it again and attach the new one."))
    file.seek(max(0, file.size - 2048))
    if b"%%EOF" not in file.read():
        raise broken
    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError:
        raise ValidationError(_("This PDF asks for a password. Attach one that opens without.")) from None
    except Exception:  # whatever the library stumbles over in a hostile file, it is not a document that opens
        raise broken from None
    if not pages:
        raise broken


def _kind_of_archive(file) -> str:
    damaged = ValidationError(_("This document is damaged: it cannot be opened. Save it anew and attach the new one."))
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_archive(archive, file.size)
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                _check_docx(archive, names)
                return Kind.DOCX.value
            if "mimetype" in names:
                _check_odt(archive, names)
                return Kind.ODT.value
    except ValidationError:
        raise
    except Exception:  # as above
        raise damaged from None
    raise ValidationError(_("This is an archive, not a PDF, DOCX or ODT document."))


def _check_archive(archive: zipfile.ZipFile, size: int) -> None:
    parts = archive.infolist()
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED * settings.ATTACHMENT_MAX_BYTES
        or sum(part.compress_size for part in parts) > size  # parts that share bytes: a bomb
    ):
        raise ValidationError(_("This document unpacks to far more than it should. Save it anew, or attach a PDF."))
    if any(part.flag_bits & 1 for part in parts):
        raise ValidationError(_("This document asks for a password. Attach one that opens without."))


def _check_docx(archive: zipfile.ZipFile, names: set[str]) -> None:
    types = {element.get("ContentType", "") for element in _xml(archive, "[Content_Types].xml").iter()}
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in types) or any(
        "vbaproject" in name.lower() or "vbadata" in name.lower() for name in names
    ):
        raise ValidationError(_with_macros())
    if DOCX_TEXT not in types or "_rels/.rels" not in names:
        raise ValidationError(_("This is not a Word document (DOCX), whatever its name says."))


def _check_odt(archive: zipfile.ZipFile, names: set[str]) -> None:
    if archive.infolist()[0].filename != "mimetype" or _part(archive, "mimetype").strip() != ODT_TEXT:
        raise ValidationError(_("This is not a text document (ODT), whatever its name says."))
    if not {"content.xml", "META-INF/manifest.xml"} <= names:
        raise ValidationError(_("This document is damaged: it cannot be opened. Save it anew and attach the new one."))
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        raise ValidationError(_with_macros())
    if any(element.tag.endswith("}encryption-data") for element in _xml(archive, "META-INF/manifest.xml").iter()):
        raise ValidationError(_("This document asks for a password. Attach one that opens without."))


def _with_macros() -> str:
    return _("This document contains macros (small programs). Save it without them, or attach a PDF.")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(LARGEST_XML + 1)
    if len(content) > LARGEST_XML:
        raise ValueError(name)
    return content


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    content = _part(archive, name)
    # Neither format has one; without it there is nothing that could expand. NULs: the same in UTF-16.
    if b"<!DOCTYPE" in content.replace(b"\0", b""):
        raise ValueError(name)
    return ElementTree.fromstring(content)  # noqa: S314


def attach(submission: Submission, section: OutlineSection, form, *, by: User) -> bool:
    """Keep an uploaded file, once however often it was sent; False if the form has something to say against it.

    Raises NotEditable.
    """
    is_valid = form.is_valid()  # reads the file, so before the submission is locked
    with saving.editing(submission, by=by) as submission:
        if not is_valid:
            return False
        checked, given = form.checked, form.cleaned_data
        if submission.attachments.annexes().filter(sha256=checked.sha256, title=given["title"]).exists():
            return True
        Attachment.objects.create(
            submission=submission,
            title=given["title"],
            language=given["language"],
            file=given["file"],
            filename=checked.filename,
            kind=checked.kind,
            size=checked.size,
            sha256=checked.sha256,
            uploaded_by=by,
        )
        _record(submission, section, by=by)
    return True


def remove(submission: Submission, section: OutlineSection, attachment: Attachment, *, by: User) -> None:
    """Take a file off the input. What was filed stays readable: only a file that no record names leaves the disk.

    Raises NotEditable.
    """
    with saving.editing(submission, by=by) as submission:
        submission.attachments.annexes().filter(pk=attachment.pk).update(removed_at=timezone.now())
        _record(submission, section, by=by)
        if not named_on_record(attachment):
            transaction.on_commit(lambda: attachment.file.delete(save=False))


def _record(submission, section, *, by):
    answer = submission.answers.filter(section=section).first() or Answer(submission=submission, section=section)
    saving.record(submission, answer, by=by, finished=answer.is_complete)


def named_on_record(attachment: Attachment) -> bool:
    """In a revision, or in a text that a partner has answered."""
    submission = attachment.submission
    answered = submission.circulated_texts.exclude(endorsements=None)
    texts = (submission.revisions, answered)
    return any(some.filter(canonical__contains=attachment.sha256).exists() for some in texts)


def downloadable(submission: Submission, user: User) -> list[Attachment]:
    """What is attached now, for those who make the input; for IOM, and of what was removed, what was once filed.

    With a joint input go the letters in which partners endorse what was filed, and no others; with what came by mail
    the original.
    """
    attachments = submission.attachments.all()
    filed = _letters_about_what_was_filed(submission)
    for canonical in submission.revisions.values_list("canonical", flat=True):
        filed |= {attachment.pk for attachment in attachments if attachment.sha256 in canonical}
    if is_received(submission):
        filed.add(submission.received.original_id)
    own = reads_working_copy(user, submission) or reads_entered(user, submission)
    return [one for one in attachments if one.pk in filed or (own and one.removed_at is None)]


def _letters_about_what_was_filed(submission: Submission) -> set[int]:
    given = Endorsement.objects.filter(
        partnership__in=submission.partnerships.current(), text__sha256__in=submission.revisions.values("sha256")
    )
    return set(given.exclude(verdict=Endorsement.Verdict.DECLINED).values_list("evidence", flat=True))


def download_name(attachment: Attachment) -> str:
    """Ends as the content is, so that nothing runs by its name."""
    return f"{PurePath(safe_filename(attachment.filename)).stem or 'document'}.{attachment.kind}"
