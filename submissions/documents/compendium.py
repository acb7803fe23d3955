"""The compendium of a review cycle: what is approved, each input in its own words, gathered by objective."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from objectives.models import direction_of
from submissions.models import ISCM, DocumentText, Phase, ReviewCycle, Revision, Status, Submission

from . import arrangement, html, pdf
from .submission import disclaimers


class NothingApproved(pdf.CannotRender):
    """There is nothing to compile."""


@dataclass(frozen=True)
class Input:
    """One approved input, in the words of the revision that was frozen when it was approved."""

    submission: Submission
    revision: Revision

    @property
    def content(self) -> dict:
        return self.revision.content

    @property
    def reference(self) -> str:
        return self.content["reference"]

    @property
    def iscm(self) -> dict:
        return self.content["iscm"]

    @property
    def language(self) -> str:
        return self.content["language"]

    @property
    def kind(self) -> str:
        return self.content["input_type"]["kind"]

    @property
    def sections(self) -> list[dict]:
        return self.content["sections"]


def approved_inputs(cycle: ReviewCycle) -> list[Input]:
    """The approved inputs of a cycle, by mechanism and reference, each with its newest approved revision."""
    newest = {
        revision.submission_id: revision
        for revision in Revision.objects.filter(
            submission__cycle=cycle, submission__status=Status.APPROVED, cause=Revision.Cause.APPROVED
        )
        .select_related("submission__iscm")
        .prefetch_related("submission__iscm__review_regions__texts")
        .order_by("number")
    }
    inputs = [Input(revision.submission, revision) for revision in newest.values()]
    return sorted(inputs, key=lambda one: (one.iscm["name"].casefold(), one.reference))


def of_cycle(cycle: ReviewCycle, *, foreword: str = "", language: str = "en", at: datetime | None = None) -> pdf.Made:
    """The compilation as at this moment. `language` is the frame's; every text stays in its own.

    Raises NothingApproved, with a sentence, for a cycle without approved inputs.
    """
    inputs = approved_inputs(cycle)
    with translation.override(html.frame_language(language)):
        if not inputs:
            raise NothingApproved(
                _("%(cycle)s has no approved inputs yet, so there is nothing to compile.") % {"cycle": cycle}
            )
        frame = translation.get_language()
        direction = direction_of(frame)
        printed = context(cycle, inputs, foreword=foreword, at=at or datetime.now(UTC))
        return pdf.make(
            render_to_string("documents/compendium.html", printed),
            styles=["print.css", "compendium.css"],
            css=html.running_css(direction=direction, start=_("Compendium of inputs"), end=str(cycle.name)),
            direction=direction,
        )


def context(cycle: ReviewCycle, inputs: list[Input], *, foreword: str, at: datetime) -> dict:
    language = translation.get_language()
    said = arrangement.by_objective(inputs, language)
    mechanisms = len({one.iscm["slug"] for one in inputs})
    return {
        "document_language": language,
        "direction": direction_of(language),
        "portal_name": settings.PORTAL_NAME,
        "cycle": cycle,
        "title": _("Compendium of inputs: %(cycle)s") % {"cycle": cycle.name},
        "status": ngettext(
            "Compilation of %(inputs)s input approved as at %(moment)s",
            "Compilation of %(inputs)s inputs approved as at %(moment)s",
            len(inputs),
        )
        % {"inputs": len(inputs), "moment": html.moment(at, cycle.zone)},
        "received": ngettext(
            "It holds %(inputs)s approved input, made by %(mechanisms)s.",
            "It holds %(inputs)s approved inputs, made by %(mechanisms)s.",
            len(inputs),
        )
        % {
            "inputs": len(inputs),
            "mechanisms": ngettext("%(number)s mechanism", "%(number)s mechanisms", mechanisms)
            % {"number": mechanisms},
        },
        "languages": [html.language_name(code) for code in sorted({one.language for one in inputs})],
        "notes": [
            {"text": text.text.text, "language": text.text.language}
            for text in DocumentText.objects.filter(code__startswith="compilation").with_texts()
            if text.text.text
        ],
        "disclaimers": disclaimers(),
        "foreword": "" if html.is_blank(foreword) else foreword,
        "inputs": inputs,
        "participation": participation(inputs),
        "matrix": arrangement.matrix(inputs, said),
        "roundtables": said,
        "cross_cutting": arrangement.cross_cutting(inputs, language),
        "recommendations": arrangement.recommendations(inputs),
        "events": arrangement.events(inputs),
        "statements": arrangement.statements(inputs),
    }


def participation(inputs: list[Input]) -> list[dict]:
    """One table per question that a reader has about who took part. Counts are of inputs and of mechanisms."""
    categories, phases = dict(ISCM.Category.choices), dict(Phase.choices)
    types = arrangement.type_names(inputs, translation.get_language())
    return [
        _counted(_("Category of mechanism"), inputs, lambda one: [_first_up(categories.get(one.iscm["category"]))]),
        _counted(
            _("Review region"),
            inputs,
            _regions,
            note=_("A mechanism of several regions is counted in each of them."),
        ),
        _counted(_("Type of input"), inputs, lambda one: [types[one.content["input_type"]["code"]]["text"]]),
        _counted(_("Phase"), inputs, lambda one: [phases[one.content["input_type"]["phase"]]]),
        _counted(
            _("Mode of engagement"),
            inputs,
            lambda one: [html.mode_name(engagement["mode"]) for engagement in one.content["engagements"]],
            note=_("An input may be made in more than one mode."),
        ),
        _counted(_("Original language"), inputs, lambda one: [html.language_name(one.language)]),
    ]


def _first_up(text) -> str:
    text = str(text or _("not stated"))
    return text[:1].upper() + text[1:]


def _regions(one: Input) -> list[str]:
    """Those that the input names; else those of the mechanism in the register."""
    regions = one.submission.iscm.review_regions.all()
    registered = {region.code: str(region.name) for region in regions}
    named = [registered.get(region["code"], region["name"]["text"]) for region in one.content["regions"]]
    return named or list(registered.values()) or [_("Not stated")]


def _counted(title: str, inputs: list[Input], values, *, note: str = "") -> dict:
    of_inputs, mechanisms = Counter(), {}
    for one in inputs:
        for value in dict.fromkeys(map(str, values(one))):
            of_inputs[value] += 1
            mechanisms.setdefault(value, set()).add(one.iscm["slug"])
    rows = [(value, number, len(mechanisms[value])) for value, number in of_inputs.most_common()]
    return {"title": title, "rows": rows, "note": note if sum(of_inputs.values()) > len(inputs) else ""}
