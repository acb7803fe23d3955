"""A submission's content as one canonical document: what is filed, hashed, rendered and compared.

The document holds everything a reader sees, in the words that were in force when it was frozen, so that editing an
objective's title or a section's heading later changes nothing that was filed. Its shape (`schema` 2; 1 had no
partners):

    reference, title, language                      strings; language is a code
    cycle {code, kind, name}                        a *wording* is {"text", "language"}: the language it is really in
    iscm {slug, name, acronym, category, regions_stated, secretariat, formal_associations [str]}
    partners [{kind (iscm, igo, state or non_state), slug ("" of an entity), name, acronym, category ("" of an entity)}]
                                                    who else makes a joint input, in the order of the cover
    input_type {code, phase, kind, name, short_name}
    regions [{code, name}]
    engagements [{mode, capacity (wording or null), representative, member_states, igo}]
    agreed_how (plain text), is_collective (bool)
    received {channel, received_on (ISO date)}      only of what came by mail and was entered by IOM's staff; otherwise
                                                    there is no such key. Who confirmed the text is not part of it
    sections [{code, kind, heading, text (rich text), …}] in the order of the task list, and by kind also
        contribution      formats, priorities [{code, name}]
        objectives        blocks [{number, title, short_label, roundtable {number, title}, progress, practice,
                          challenges, more (rich texts)}]
        principles        notes [{number, letter, name, text (plain)}]
        challenges        challenges, responses [{code, name}]
        recommendations   recommendations [{number, text (plain), objectives [number]}]
        event             event {name, starts_on, ends_on (ISO dates or null), is_online, place, organizers,
                          outcome_document (title or "")}
        speaking          speaker, speaker_capacity, roundtables [{number, title}]
        annexes           attachments [{title, filename, kind, language, size (bytes), sha256}]

Canonical form: UTF-8 JSON, keys sorted, no spaces, no escapes beyond JSON's own. The hash is SHA-256 of those bytes.
"""

from django.db.models import Prefetch
from django.utils import translation

from objectives.models import Wording

from . import rich_text
from .models import (
    Answer,
    Attachment,
    Engagement,
    ObjectiveBlock,
    OutlineSection,
    Partnership,
    Submission,
    Term,
    TypeSection,
    User,
)
from .models.record import canonical, digest  # noqa: F401 - the form of a submission's content, too
from .permissions import reads_working_copy
from .searching import folded

Kind = OutlineSection.Kind


def roundtables(content: dict) -> list[int]:
    """The numbers of those it speaks to: through its objectives, or because its speaker speaks there."""
    through_objectives = {
        block["roundtable"]["number"] for section in content["sections"] for block in section.get("blocks", [])
    }
    spoken_at = {
        roundtable["number"] for section in content["sections"] for roundtable in section.get("roundtables", [])
    }
    return sorted(through_objectives | spoken_at)


def makers(content: dict) -> list[dict]:
    """Who makes it: the lead, then its partners in the order of the cover."""
    return [{"kind": "iscm", **content["iscm"]}, *content.get("partners", [])]


def key_of(maker: dict) -> tuple[str, str]:
    """What makes one maker of inputs the same as another; an entity has only its name."""
    return maker["kind"], maker["slug"] or maker["name"]


def title_as_seen_by(user: User, submission: Submission) -> str:
    """For IOM the title as it was filed: the mechanism may be writing a better one."""
    newest = None if reads_working_copy(user, submission) else submission.revisions.last()
    return newest.content["title"] if newest else submission.title


def load(submission: Submission) -> Submission:
    """The same submission with all that `snapshot` reads, in a constant number of queries.

    What was loaded is not loaded again: whoever writes to it meanwhile passes the submission, not what came from here.
    """
    if getattr(submission, "is_loaded", False):
        return submission
    submission = (
        Submission.objects.select_related("cycle", "iscm", "input_type", "event", "speaking", "received")
        .prefetch_related(
            "cycle__texts",
            "input_type__texts",
            "iscm__formal_associations",
            Prefetch("partnerships", Partnership.objects.endorsing().with_organizations(), "named_partners"),
            "regions__texts",
            Prefetch("terms", Term.objects.with_texts()),
            Prefetch("engagements", Engagement.objects.select_related("mode", "igo", "capacity")),
            "engagements__capacity__texts",
            "engagements__mode__representatives",
            Prefetch("answers", Answer.objects.select_related("section")),
            Prefetch(
                "input_type__type_sections",
                TypeSection.objects.select_related("section").order_by("position"),
            ),
            "input_type__type_sections__section__texts",
            Prefetch("objective_blocks", ObjectiveBlock.objects.select_related("objective__roundtable")),
            "objective_blocks__objective__texts",
            "objective_blocks__objective__roundtable__texts",
            "principle_notes__principle__texts",
            "recommendations__objectives",
            "speaking__roundtables__texts",
            Prefetch("attachments", Attachment.objects.annexes()),
            "event__outcome_document",
        )
        .get(pk=submission.pk)
    )
    submission.is_loaded = True
    return submission


def snapshot(submission: Submission) -> dict:
    """The working copy as it stands, in the submission's own language where official wording exists in it."""
    submission = load(submission)
    with translation.override(submission.language):
        return {
            "schema": 2,
            "reference": submission.reference,
            "title": submission.title,
            "language": submission.language,
            "cycle": {
                "code": submission.cycle.code,
                "kind": submission.cycle.kind,
                "name": _worded(submission.cycle.name),
            },
            "iscm": {
                "slug": submission.iscm.slug,
                "name": submission.iscm.name,
                "acronym": submission.iscm.acronym,
                "category": submission.iscm.category,
                "regions_stated": submission.iscm.regions_stated,
                "secretariat": submission.iscm.secretariat,
                "formal_associations": [entity.name for entity in submission.iscm.formal_associations.all()],
            },
            "partners": [
                _partner(one) for one in sorted(submission.named_partners, key=lambda one: one.place_on_the_cover)
            ],
            "input_type": {
                "code": submission.input_type.code,
                "phase": submission.input_type.phase,
                "kind": submission.input_type.kind,
                "name": _worded(submission.input_type.name),
                "short_name": _worded(submission.input_type.short_name),
            },
            "regions": [{"code": region.code, "name": _worded(region.name)} for region in submission.regions.all()],
            "engagements": [_engagement(engagement) for engagement in submission.engagements.all()],
            "agreed_how": submission.agreed_how,
            "is_collective": submission.is_collective,
            **_received(submission),
            "sections": [
                _section(submission, type_section.section) for type_section in submission.input_type.type_sections.all()
            ],
        }


def words(content: dict) -> str:
    """What was written, without the outline's own words: plain text, folded, for a search to look through."""
    written = [content["reference"], content["title"]]
    written += [maker[name] for maker in makers(content) for name in ("name", "acronym")]
    written += [engagement[name] for engagement in content["engagements"] for name in _NAMES_IN_AN_ENGAGEMENT]
    written.append(content["agreed_how"])
    for section in content["sections"]:
        written.append(rich_text.as_text(section["text"]))
        for block in section.get("blocks", []):
            written += [rich_text.as_text(block[name]) for name in ObjectiveBlock.TEXTS]
        written += [note["text"] for note in section.get("notes", [])]
        written += [recommendation["text"] for recommendation in section.get("recommendations", [])]
        written += [(section.get("event") or {}).get(name, "") for name in ("name", "place", "organizers")]
        written += [section.get("speaker", ""), section.get("speaker_capacity", "")]
        written += [attachment["title"] for attachment in section.get("attachments", [])]
    return folded("\n".join(part for part in written if part))


_NAMES_IN_AN_ENGAGEMENT = ("representative", "member_states", "igo")


def _worded(wording: Wording) -> dict:
    return {"text": wording.text, "language": wording.language}


def _partner(partnership: Partnership) -> dict:
    iscm = partnership.iscm
    return {
        "kind": partnership.kind,
        "slug": iscm.slug if iscm else "",
        "name": partnership.name,
        "acronym": partnership.organization.acronym,
        "category": iscm.category if iscm else "",
    }


def _received(submission: Submission) -> dict:
    received = getattr(submission, "received", None)
    if received is None:
        return {}
    return {"received": {"channel": received.channel, "received_on": received.received_on.isoformat()}}


def _engagement(engagement) -> dict:
    return {
        "mode": engagement.mode.mode,
        "capacity": _worded(engagement.capacity.name) if engagement.capacity else None,
        "representative": engagement.representative,
        "member_states": engagement.member_states,
        "igo": engagement.igo_name,
    }


def _section(submission: Submission, section: OutlineSection) -> dict:
    answers = {answer.section_id: answer for answer in submission.answers.all()}
    answer = answers.get(section.pk)
    return {
        "code": section.code,
        "kind": section.kind,
        "heading": _worded(section.heading),
        "text": answer.text if answer else "",
        **_PARTS.get(section.kind, _nothing_more)(submission),
    }


def _nothing_more(submission):
    return {}


def _terms(submission, vocabulary):
    return [
        {"code": term.code, "name": _worded(term.name)}
        for term in submission.terms.all()
        if term.vocabulary == vocabulary
    ]


def _contribution(submission):
    return {
        "formats": _terms(submission, Term.Vocabulary.CONTRIBUTION),
        "priorities": _terms(submission, Term.Vocabulary.PRIORITY),
    }


def _challenges(submission):
    return {
        "challenges": _terms(submission, Term.Vocabulary.CHALLENGE),
        "responses": _terms(submission, Term.Vocabulary.RESPONSE),
    }


def _objectives(submission):
    return {
        "blocks": [
            {
                "number": block.objective.number,
                "title": _worded(block.objective.title),
                "short_label": _worded(block.objective.short_label),
                "roundtable": _roundtable(block.objective.roundtable),
                **{name: getattr(block, name) for name in ObjectiveBlock.TEXTS},
            }
            for block in submission.objective_blocks.all()
        ]
    }


def _roundtable(roundtable):
    return {"number": roundtable.number, "title": _worded(roundtable.title)}


def _principles(submission):
    return {
        "notes": [
            {
                "number": note.principle.number,
                "letter": note.principle.letter,
                "name": _worded(note.principle.name),
                "text": note.text,
            }
            for note in submission.principle_notes.all()
        ]
    }


def _recommendations(submission):
    return {
        "recommendations": [
            {
                "number": recommendation.number,
                "text": recommendation.text,
                "objectives": [objective.number for objective in recommendation.objectives.all()],
            }
            for recommendation in submission.recommendations.all()
        ]
    }


def _event(submission):
    event = getattr(submission, "event", None)
    if event is None:
        return {"event": None}
    document = event.outcome_document
    return {
        "event": {
            "name": event.name,
            "starts_on": event.starts_on.isoformat() if event.starts_on else None,
            "ends_on": event.ends_on.isoformat() if event.ends_on else None,
            "is_online": event.is_online,
            "place": event.place,
            "organizers": event.organizers,
            "outcome_document": document.title if document and not document.removed_at else "",
        }
    }


def _speaking(submission):
    speaking = getattr(submission, "speaking", None)
    return {
        "speaker": speaking.speaker if speaking else "",
        "speaker_capacity": speaking.speaker_capacity if speaking else "",
        "roundtables": [_roundtable(roundtable) for roundtable in speaking.roundtables.all()] if speaking else [],
    }


def _annexes(submission):
    return {
        "attachments": [
            {
                "title": attachment.title,
                "filename": attachment.filename,
                "kind": attachment.kind,
                "language": attachment.language,
                "size": attachment.size,
                "sha256": attachment.sha256,
            }
            for attachment in submission.attachments.all()
        ]
    }


_PARTS = {
    Kind.CONTRIBUTION: _contribution,
    Kind.OBJECTIVES: _objectives,
    Kind.PRINCIPLES: _principles,
    Kind.CHALLENGES: _challenges,
    Kind.RECOMMENDATIONS: _recommendations,
    Kind.EVENT: _event,
    Kind.SPEAKING: _speaking,
    Kind.ANNEXES: _annexes,
}
