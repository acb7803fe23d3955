"""Contents to print and a reader of what was printed, for the tests of documents."""

import hashlib
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

import pikepdf

OBJECTIVE_7 = {"text": "Address and reduce vulnerabilities in migration", "language": "en"}


def english(text: str) -> dict:
    return {"text": text, "language": "en"}


def make_block(number: int = 7, *, roundtable: int = 4, title: dict | None = None, **texts) -> dict:
    return {
        "number": number,
        "title": title or (OBJECTIVE_7 if number == 7 else english(f"Title of objective {number}")),
        "short_label": english(f"Label {number}"),
        "roundtable": {"number": roundtable, "title": english(f"Title of roundtable {roundtable}")},
        "progress": "", "practice": "", "challenges": "", "more": "", **texts,
    }  # fmt: skip


def make_section(code: str, kind: str = "text", *, heading: str = "", text: str = "", **more) -> dict:
    parts = {
        "contribution": {"formats": [], "priorities": []},
        "objectives": {"blocks": []},
        "principles": {"notes": []},
        "challenges": {"challenges": [], "responses": []},
        "recommendations": {"recommendations": []},
        "event": {"event": None},
        "speaking": {"speaker": "", "speaker_capacity": "", "roundtables": []},
        "annexes": {"attachments": []},
    }.get(kind, {})
    return {"code": code, "kind": kind, "heading": english(heading or code.title()), "text": text, **parts, **more}


def make_content(*, sections: list[dict] | None = None, language: str = "en", **fields) -> dict:
    """A whole canonical content; every field can be given."""
    return {
        "schema": 1,
        "reference": "TEST2030-TDA-B3-1",
        "title": "Input of Test Dialogue A",
        "language": language,
        "cycle": {"code": "TEST2030", "kind": "imrf", "name": english("Test Forum 2030")},
        "iscm": {
            "slug": "tda", "name": "Test Dialogue A", "acronym": "TDA", "category": "RCP", "regions_stated": "Africa",
            "secretariat": "", "formal_associations": [],
        },
        "input_type": {
            "code": "B3", "phase": "before", "kind": "written_input",
            "name": english("Compilation of effective practices"), "short_name": english("Compilation"),
        },
        "regions": [],
        "engagements": [
            {
                "mode": "direct", "capacity": english("Head of the secretariat"), "representative": "Amina Diallo",
                "member_states": "", "igo": "",
            }
        ],
        "agreed_how": "",
        "is_collective": True,
        "sections": [make_section("statement", text="<p>We met.</p>")] if sections is None else sections,
        **fields,
    }  # fmt: skip


def make_attachment(**fields) -> dict:
    return {
        "title": "Declaration", "filename": "declaration.pdf", "kind": "pdf", "language": "en", "size": 120_000,
        "sha256": hashlib.sha256(b"declaration").hexdigest(), **fields,
    }  # fmt: skip


class Printed:
    """A PDF opened again: its words, pages, tags and bookmarks."""

    def __init__(self, pdf: bytes):
        self.bytes = pdf
        self.pdf = pikepdf.open(BytesIO(pdf))

    def text(self, page: int | None = None) -> str:
        """The words, page after page, with single spaces."""
        pages = ["-f", str(page), "-l", str(page)] if page else []
        command = ["pdftotext", "-enc", "UTF-8", *pages, "-", "-"]
        words = subprocess.run(command, input=self.bytes, stdout=subprocess.PIPE, check=True).stdout.decode()
        return " ".join(words.split())

    def watermark(self, page: int) -> str:
        """What is put under a page. The words run across it, so that their letters are read in the order of drawing."""
        command = ["pdftotext", "-raw", "-f", str(page), "-l", str(page), "-", "-"]
        words = subprocess.run(command, input=self.bytes, stdout=subprocess.PIPE, check=True).stdout.decode()
        contents = self.pdf.pages[page - 1].obj.Contents
        streams = contents if isinstance(contents, pikepdf.Array) else [contents]
        count = sum(stream.read_bytes().count(b"/Subtype /Watermark>> BDC") for stream in streams)
        return "".join(words.split())[:5] if count == 1 else ""

    @property
    def pages(self) -> int:
        return len(self.pdf.pages)

    def elements(self):
        """The elements of the tag tree, in reading order."""
        waiting = [self.pdf.Root.StructTreeRoot]
        while waiting:
            element = waiting.pop()
            if "/S" in element:
                yield element
            children = element.get("/K", [])
            if isinstance(children, pikepdf.Dictionary):
                children = [children]
            if isinstance(children, (list, pikepdf.Array)):
                waiting += [child for child in reversed(list(children)) if isinstance(child, pikepdf.Dictionary)]

    @property
    def bookmarks(self) -> list[tuple[int, str, int]]:
        """(depth from 0, title, page from 1)"""
        found = []
        numbers = {page.objgen: number for number, page in enumerate(self.pdf.pages, 1)}

        def walk(items, depth):
            for item in items:
                found.append((depth, str(item.title), numbers[item.destination[0].objgen]))
                walk(item.children, depth + 1)

        with self.pdf.open_outline() as outline:
            walk(outline.root, 0)
        return found

    def complaints(self) -> list[str]:
        """What PDF/UA-1 validation and qpdf have to say against it."""
        import page

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "printed.pdf"
            path.write_bytes(self.bytes)
            report = page.validate_pdf(
                str(path), profile=page.ValidationProfile.PDF_UA_1, limits=page.SafetyLimits.unlimited()
            )
            checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False)
        broken = [checked.stdout.decode() + checked.stderr.decode()] if checked.returncode else []
        return [str(failure) for failure in report.failures] + broken
