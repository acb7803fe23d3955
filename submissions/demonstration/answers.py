"""Fills the sections of the invented inputs with the words of the invented mechanisms."""

import io
from datetime import timedelta

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from objectives.models import GuidingPrinciple, Objective, Roundtable
from submissions import attachments, rich_text
from submissions.models import (
    Answer,
    Attachment,
    Engagement,
    EngagementMode,
    EventDetails,
    ObjectiveBlock,
    OutlineSection,
    PrincipleNote,
    Recommendation,
    SpeakingDetails,
    Submission,
    Term,
)

Kind = OutlineSection.Kind


def answer(submission: Submission, mechanism, *, only_half: bool, head, drafter) -> None:
    """Fill the sections that the type asks for, as far as the mechanism's words go; of a draft only the first."""
    asked = list(submission.input_type.type_sections.select_related("section"))
    for type_section in asked[: len(asked) // 2] if only_half else asked:
        section = type_section.section
        fill = _FILL.get(section.kind)
        has_structure = fill(submission, mechanism, head) if fill else False
        text = rich_text.clean(mechanism.words.get(section.code, "")) if section.kind in _WITH_TEXT else ""
        if not text and type_section.is_required and section.kind == Kind.TEXT:
            text = rich_text.clean(mechanism.words["statement"])
        if text or has_structure:
            Answer.objects.create(
                submission=submission, section=section, text=text, is_complete=True, version=1, saved_by=drafter
            )


_WITH_TEXT = {Kind.TEXT, Kind.CONTRIBUTION, Kind.CHALLENGES}


def _engagement(submission, mechanism, head):
    """In the first way that the type offers; an oral statement is made through a Member State as well."""
    modes = submission.input_type.engagement_modes.order_by("position")
    is_spoken_for_too = submission.input_type.code == "D1"
    for mode in modes[: 2 if is_spoken_for_too else 1]:
        Engagement.objects.create(
            submission=submission,
            mode=mode,
            capacity=mode.representatives.order_by("position").first(),
            representative=head.name,
            member_states="An invented Member State" if mode.mode == EngagementMode.Mode.INDIRECT_STATES else "",
        )
    submission.agreed_how = mechanism.words["agreed_how"]
    submission.is_collective = True
    submission.save()
    return True


def _ticks(*vocabularies):
    def fill(submission, mechanism, head):
        for vocabulary in vocabularies:
            submission.terms.add(*Term.objects.filter(vocabulary=vocabulary).order_by("position")[1:4])
        return True

    return fill


def _objectives(submission, mechanism, head):
    """A compilation says what was done on each objective; other inputs name those that they are about."""
    writes = submission.input_type.code in {"B3", "B5"}
    for number, words in mechanism.words["objectives"].items():
        ObjectiveBlock.objects.create(
            submission=submission,
            objective=Objective.objects.get(number=number),
            version=1,
            **({name: rich_text.clean(html) for name, html in words.items()} if writes else {}),
        )
    return True


def _principles(submission, mechanism, head):
    for number, text in mechanism.words["principles"].items():
        PrincipleNote.objects.create(
            submission=submission, principle=GuidingPrinciple.objects.get(number=number), text=text
        )
    return True


def _recommendations(submission, mechanism, head):
    if submission.input_type.code != "B3":
        return False
    for number, (text, objectives) in enumerate(mechanism.words["recommendations"], start=1):
        recommendation = Recommendation.objects.create(submission=submission, number=number, text=text)
        recommendation.objectives.set(Objective.objects.filter(number__in=objectives))
    return True


def _event(submission, mechanism, head):
    first_day = timezone.now().date() - timedelta(days=90)
    EventDetails.objects.create(
        submission=submission,
        name=f"{mechanism.acronym} – demonstration meeting",
        starts_on=first_day,
        ends_on=first_day + timedelta(days=1),
        place="Invented Town",
        organizers=mechanism.name,
    )
    return True


def _speaking(submission, mechanism, head):
    speaking = SpeakingDetails.objects.create(submission=submission, speaker=head.name, speaker_capacity="Chair")
    speaking.roundtables.set(Roundtable.objects.filter(number__in=[1, 3]))
    return True


def _annexes(submission, mechanism, head):
    upload = a_pdf("demonstration-declaration.pdf")
    checked = attachments.check(upload)
    Attachment.objects.create(
        submission=submission,
        title="Demonstration declaration",
        language=submission.language,
        file=upload,
        filename=checked.filename,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=head,
    )
    return True


def a_pdf(name: str) -> SimpleUploadedFile:
    """One blank page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        stream = io.BytesIO()
        pdf.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


_FILL = {
    Kind.ENGAGEMENT: _engagement,
    Kind.CONTRIBUTION: _ticks(Term.Vocabulary.CONTRIBUTION, Term.Vocabulary.PRIORITY),
    Kind.CHALLENGES: _ticks(Term.Vocabulary.CHALLENGE, Term.Vocabulary.RESPONSE),
    Kind.OBJECTIVES: _objectives,
    Kind.PRINCIPLES: _principles,
    Kind.RECOMMENDATIONS: _recommendations,
    Kind.EVENT: _event,
    Kind.SPEAKING: _speaking,
    Kind.ANNEXES: _annexes,
}
