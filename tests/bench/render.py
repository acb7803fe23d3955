"""Rendering one input of about six pages, against WeasyPrint alone on the same HTML, style sheets and typefaces."""

from datetime import UTC, datetime

import weasyprint
from django.core.management import call_command
from django.template.loader import render_to_string

from submissions import content
from submissions.demonstration import build
from submissions.documents import fonts, html, pdf, submission
from submissions.models import Submission

from .measuring import median_seconds, peak_memory_mb

STYLES = ["print.css", "submission.css"]


def measure():
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    build.build()
    document = content.snapshot(Submission.objects.get(reference="DEMO-DDNR-B3-1"))
    for section in document["sections"]:
        for block in section.get("blocks", []):
            block["progress"] *= 6
    standing = submission.Standing(submission.Kind.FILED, datetime.now(UTC))
    made = submission.make(document, standing)
    ours = median_seconds(lambda: submission.make(document, standing), runs=5, warm_up=1)
    source = render_to_string("documents/submission.html", submission.context(document, standing))
    running = html.running_css(direction="ltr", start=document["cycle"]["name"]["text"], end=document["reference"])
    for baseline, variant in [("WeasyPrint alone, tagged", "pdf/ua-1"), ("WeasyPrint alone, untagged", None)]:
        bare = median_seconds(lambda variant=variant: render_bare(source, running, variant), runs=5, warm_up=1)
        yield {
            "name": f"render: one input, {'tagged' if variant else 'untagged'}",
            "work": f"{made.pages} pages",
            "ratio": round(ours / bare, 2),
            "baseline": baseline,
            "peak_memory_mb": round(peak_memory_mb(), 1),
            "queries": None,
        }


def render_bare(source, running, variant):
    faces = fonts.css_of(fonts.faces_for(source), lambda face: face.path.as_uri())
    sheets = [faces, *((pdf.ASSETS / name).read_text(encoding="utf-8") for name in STYLES), running]
    return weasyprint.HTML(string=source).write_pdf(
        stylesheets=[weasyprint.CSS(string=sheet) for sheet in sheets], pdf_variant=variant
    )
