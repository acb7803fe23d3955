"""One input as a document: its content as frozen, in the frame that readers of such papers expect."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from objectives.models import direction_of
from submissions.content import canonical, digest, makers
from submissions.models import DocumentText, ObjectiveBlock, Phase, Rendition, Revision, SubmissionEvent

from . import endorsements, html, pdf, received
from .endorsements import Endorsed
from .html import framed, name, worded

Kind = Rendition.Kind


@dataclass(frozen=True)
class Standing:
    """What a document says of itself beside the content: draft, filed or approved, when, and which revision."""

    kind: str
    at: datetime
    filed_at: datetime | None = None
    revision: int | None = None
    sha256: str = ""
    zone: object = UTC
    endorsements: tuple[Endorsed, ...] = ()  # of a joint input
    confirmation: SubmissionEvent | None = None  # of what came by mail: the mechanism's word on exactly this text


def of_draft(content: dict, *, language: str = "", at: datetime | None = None, zone=UTC) -> pdf.Made:
    """A working copy, with a watermark that says so."""
    given = endorsements.of_text(content, digest(canonical(content)))
    standing = Standing(Kind.DRAFT, at or datetime.now(UTC), zone=zone, endorsements=tuple(given))
    return make(content, standing, language=language)


def of_revision(revision: Revision, *, language: str = "", as_draft: bool = False) -> pdf.Made:
    return make(revision.content, standing_of(revision, as_draft=as_draft), language=language)


def standing_of(revision: Revision, *, as_draft: bool = False) -> Standing:
    """What the cover says of a revision besides its content; an approved one was filed as the revision before it."""
    submission = revision.submission
    filed = submission.revisions.filter(cause=Revision.Cause.FILED, number__lte=revision.number).last()
    return Standing(
        Kind.DRAFT if as_draft else Kind(revision.cause),
        revision.frozen_at,
        filed_at=filed.frozen_at if filed else submission.filed_at,
        revision=revision.number,
        sha256=revision.sha256,
        zone=submission.cycle.zone,
        endorsements=tuple(endorsements.of_text(revision.content, revision.sha256, until=revision.frozen_at)),
        confirmation=received.confirmation_of(revision),
    )


def make(content: dict, standing: Standing, *, language: str = "") -> pdf.Made:
    """`language` is the frame's (labels, dates): the content's own if none is given, English if we do not speak it.

    Raises CannotRender with a sentence if the document cannot be made at all.
    """
    document_language = content["language"]
    with translation.override(html.frame_language(language or document_language)):
        direction = direction_of(document_language)
        return pdf.make(
            render_to_string("documents/submission.html", context(content, standing)),
            styles=["print.css", "submission.css"],
            css=html.running_css(direction=direction, start=content["cycle"]["name"]["text"], end=content["reference"]),
            # Translators: printed across the pages of a draft; short.
            watermark=pgettext("watermark", "DRAFT") if standing.kind == Kind.DRAFT else "",
            direction=direction_of(translation.get_language()),
        )


def context(content: dict, standing: Standing) -> dict:
    document_language = content["language"]
    partners = content.get("partners", [])
    return {
        "content": content,
        "partners": partners,
        "authors": "; ".join(maker["name"] for maker in makers(content)),
        "document_language": document_language,
        "direction": direction_of(document_language),
        "portal_name": settings.PORTAL_NAME,
        "standing": framed(_standing(content, standing), document_language),
        "is_draft": standing.kind == Kind.DRAFT,
        "facts": facts(content, standing),
        "endorsements": [] if standing.kind == Kind.DRAFT else _endorsements(standing, document_language),
        "sections": [section for section in map(_section, content["sections"]) if section],
        "objective_titles": _objective_titles(content),
        "disclaimers": disclaimers(),
    }


def disclaimers() -> list[dict]:
    texts = DocumentText.objects.filter(code__startswith="disclaimer").with_texts()
    return [{"text": text.text.text, "language": text.text.language} for text in texts if text.text.text]


def _endorsements(standing: Standing, document_language: str) -> list[dict]:
    return endorsements.rows(standing.endorsements, document=document_language, zone=standing.zone)


def _endorsed(standing: Standing) -> str:
    if not standing.endorsements:
        return ""
    if standing.kind == Kind.DRAFT:
        return endorsements.state_of_draft(standing.endorsements)
    return _("Listed at the end of this document.")


def _standing(content: dict, standing: Standing) -> str:
    if standing.kind == Kind.DRAFT and standing.endorsements:
        return _("Draft. Not filed; for those who make it.")
    if standing.kind == Kind.DRAFT and "received" in content:
        return _("Draft. Not filed; for the mechanism, and for IOM, which enters it.")
    if standing.kind == Kind.DRAFT:
        return _("Draft. Not filed; for the mechanism's own use.")
    if standing.kind == Kind.FILED:
        return _("Input as filed")
    return _("Approved input")


def facts(content: dict, standing: Standing) -> list[tuple]:
    """The rows of the cover: a label and what is to be said; rows with nothing to say are not there."""
    document = content["language"]

    def ours(text):
        return framed(text, document)

    phase = Phase(content["input_type"]["phase"]).label
    partners = content.get("partners", [])
    rows = [
        (_("Reference"), name(content["reference"])),
        (_("Submitted by") if partners else _("Mechanism"), html.mechanism_name(content["iscm"])),
        (_("Also on behalf of"), html.lines(html.mechanism_name(partner) for partner in partners)),
        (_("Secretariat"), name(content["iscm"]["secretariat"])),
        (_("Review cycle"), worded(content["cycle"]["name"], document)),
        (_("Regional reviews"), html.lines(worded(region["name"], document) for region in content["regions"])),
        (_("Type of input"), worded(content["input_type"]["name"], document)),
        (_("Phase"), ours(phase)),
    ]
    for engagement in content["engagements"]:
        rows += [
            (_("Mode of engagement"), _mode(engagement, ours)),
            (
                _("Jointly designated representative") if partners else _("Represented by"),
                _representative(engagement, document),
            ),
        ]
    rows += [
        (_("How it was agreed"), html.answer_to_plain_question(content["agreed_how"])),
        (_("Made by"), ours(_collective(partners)) if content["is_collective"] else ""),
        (_("How it came"), ours(received.how_it_came(content))),
        (_("Confirmed"), "" if standing.kind == Kind.DRAFT else _confirmed(content, standing)),
        (_("Endorsements"), ours(_endorsed(standing))),
        (_("Original language"), ours(html.language_name(document))),
        (_("Filed"), ours(html.moment(standing.filed_at, standing.zone)) if standing.filed_at else ""),
        (_("Approved"), ours(html.moment(standing.at, standing.zone)) if standing.kind == Kind.APPROVED else ""),
        (_("Text as of"), ours(html.moment(standing.at, standing.zone)) if standing.kind == Kind.DRAFT else ""),
        (_("Revision"), str(standing.revision) if standing.revision else ""),
        (
            _("SHA-256 of the text"),
            html.format_html('<span class="hash">{}</span>', standing.sha256) if standing.sha256 else "",
        ),
    ]
    return [(ours(label), value) for label, value in rows if value]


def _confirmed(content: dict, standing: Standing):
    return received.confirmed(content, standing.confirmation, zone=standing.zone)


def _collective(partners: list[dict]) -> str:
    if partners:
        return _("The mechanism as a whole, together with its partners: this is their collective input.")
    return _("The mechanism as a whole: this is its collective input.")


def _mode(engagement: dict, ours):
    through = engagement["member_states"] or engagement["igo"]
    return html.lines([ours(html.mode_name(engagement["mode"])), name(through)])


def _representative(engagement: dict, document: str):
    capacity = worded(engagement["capacity"], document) if engagement["capacity"] else ""
    return html.lines([name(engagement["representative"]), capacity])


def _objective_titles(content: dict) -> dict[int, dict]:
    return {block["number"]: block["title"] for section in content["sections"] for block in section.get("blocks", [])}


def block_parts(block: dict) -> list[dict]:
    """What a block says, under the questions it answers; empty answers are not there."""
    labels = {field: ObjectiveBlock._meta.get_field(field).verbose_name for field in ObjectiveBlock.TEXTS}
    return [
        {"label": labels[field], "text": block[field]}
        for field in ObjectiveBlock.TEXTS
        if not html.is_blank(block[field])
    ]


def _section(section: dict) -> dict | None:
    """The section as the template prints it; None if nothing was said in it."""
    said = {**section, "text": "" if html.is_blank(section["text"]) else section["text"]}
    if "blocks" in section:
        said["blocks"] = [{**block, "parts": block_parts(block)} for block in section["blocks"]]
    event = section.get("event")
    if event:
        said["event"] = {**event, "dates": html.days(event["starts_on"], event["ends_on"])}
        if not any(said["event"].values()):
            said["event"] = None
    has_more = any(
        said.get(part)
        for part in (
            "formats", "priorities", "blocks", "notes", "challenges", "responses", "recommendations", "event",
            "speaker", "speaker_capacity", "roundtables", "attachments",
        )
    )  # fmt: skip
    return said if said["text"] or has_more else None
