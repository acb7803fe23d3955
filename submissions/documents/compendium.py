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
from submissions.content import key_of, makers
from submissions.models import ISCM, DocumentText, Phase, Region, ReviewCycle, Revision, Submission

from . import arrangement, html, pdf
from .submission import disclaimers


class NothingApproved(pdf.CannotRender):
    """There is nothing to compile."""


@dataclass(frozen=True)
class Input:
    """One approved input, in the words of the revision that was frozen when it was approved."""

    submission: Submission
    revision: Revision
    filed_to: dict | None = None  # the wording of the other review that it was filed to

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
    def makers(self) -> list[dict]:
        """The lead, then its partners in the order of the cover."""
        return makers(self.content)

    @property
    def partners(self) -> list[dict]:
        return self.makers[1:]

    @property
    def mechanisms(self) -> list[dict]:
        return [maker for maker in self.makers if maker["kind"] == "iscm"]

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
    """The approved inputs that count in a cycle, by mechanism and reference, each once, as it was last approved."""
    approved = Submission.objects.counted_in(cycle).approved()
    newest = {
        revision.submission_id: revision
        for revision in Revision.objects.filter(submission__in=approved, cause=Revision.Cause.APPROVED)
        .select_related("submission")
        .order_by("number")
    }
    inputs = [
        Input(
            revision.submission,
            revision,
            filed_to=None if revision.submission.cycle_id == cycle.pk else revision.content["cycle"]["name"],
        )
        for revision in newest.values()
    ]
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
        % {"inputs": len(inputs), "mechanisms": _made_by(inputs)},
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


def _made_by(inputs: list[Input]) -> str:
    everybody = {key_of(maker) for one in inputs for maker in one.makers}
    mechanisms = sum(kind == "iscm" for kind, _name in everybody)
    said = ngettext("%(number)s mechanism", "%(number)s mechanisms", mechanisms) % {"number": mechanisms}
    if entities := len(everybody) - mechanisms:
        partners = ngettext("%(number)s partner entity", "%(number)s partner entities", entities)
        said = _("%(mechanisms)s with %(entities)s") % {"mechanisms": said, "entities": partners % {"number": entities}}
    return said


def participation(inputs: list[Input]) -> list[dict]:
    """One table per question that a reader has about who took part. Counts are of inputs and of mechanisms."""
    categories, phases = dict(ISCM.Category.choices), dict(Phase.choices)
    types = arrangement.type_names(inputs, translation.get_language())
    registered = _registered_regions(inputs)
    names = {region.code: str(region.name) for region in Region.objects.with_texts()}

    def of_all(value):
        """For what is said of an input as a whole, and so of each mechanism that makes it."""
        return lambda one: [(text, iscm["slug"]) for text in value(one) for iscm in one.mechanisms]

    return [
        _counted(
            _("Category of mechanism"),
            inputs,
            lambda one: [(_first_up(categories.get(iscm["category"])), iscm["slug"]) for iscm in one.mechanisms],
            note=_("A joint input is counted in the category of each of its mechanisms, and once in the total."),
        ),
        _counted(
            _("Review region"),
            inputs,
            lambda one: _regions(one, registered, names),
            note=_(
                "An input that names several regions, or is made by mechanisms of several, is counted in each of them, "
                "and once in the total."
            ),
        ),
        _counted(_("Filed alone or jointly"), inputs, of_all(_alone_or_jointly)),
        _counted(_("Type of input"), inputs, of_all(lambda one: [types[one.content["input_type"]["code"]]["text"]])),
        _counted(_("Phase"), inputs, of_all(lambda one: [phases[one.content["input_type"]["phase"]]])),
        _counted(
            _("Mode of engagement"),
            inputs,
            of_all(lambda one: [html.mode_name(engagement["mode"]) for engagement in one.content["engagements"]]),
            note=_("An input may be made in more than one mode."),
        ),
        _counted(_("Original language"), inputs, of_all(lambda one: [html.language_name(one.language)])),
    ]


def _first_up(text) -> str:
    text = str(text or _("not stated"))
    return text[:1].upper() + text[1:]


def _alone_or_jointly(one: Input) -> list[str]:
    if not one.partners:
        return [_("By one mechanism alone")]
    if len(one.mechanisms) > 1:
        return [_("Jointly by several mechanisms")]
    return [_("Jointly by a mechanism and partner entities")]


def _registered_regions(inputs: list[Input]) -> dict[str, set[str]]:
    """The codes of the review regions that the register has for each mechanism, by its slug."""
    slugs = {iscm["slug"] for one in inputs for iscm in one.mechanisms}
    register = ISCM.objects.filter(slug__in=slugs).prefetch_related("review_regions")
    return {iscm.slug: {region.code for region in iscm.review_regions.all()} for iscm in register}


def _regions(one: Input, registered: dict[str, set[str]], names: dict[str, str]) -> list[tuple[str, str]]:
    """Those that the input names, each with the mechanisms that are of it; else those of each mechanism."""
    slugs = [iscm["slug"] for iscm in one.mechanisms]
    named = {region["code"]: names.get(region["code"], region["name"]["text"]) for region in one.content["regions"]}
    if named:
        of_region = {code: [slug for slug in slugs if code in registered.get(slug, ())] for code in named}
        return [(name, slug) for code, name in named.items() for slug in of_region[code] or slugs[:1]]
    of_mechanism = {slug: [code for code in names if code in registered.get(slug, ())] for slug in slugs}
    return [(names.get(code, _("Not stated")), slug) for slug in slugs for code in of_mechanism[slug] or [""]]


def _counted(title: str, inputs: list[Input], values, *, note: str = "") -> dict:
    """`values` gives pairs: what an input counts under, and for which of its mechanisms."""
    of_inputs, mechanisms = Counter(), {}
    for one in inputs:
        pairs = [(str(value), slug) for value, slug in values(one)]
        of_inputs.update(list(dict.fromkeys(value for value, _slug in pairs)))
        for value, slug in pairs:
            mechanisms.setdefault(value, set()).add(slug)
    rows = [(value, number, len(mechanisms[value])) for value, number in of_inputs.most_common()]
    everybody = {iscm["slug"] for one in inputs for iscm in one.mechanisms}
    return {
        "title": title,
        "rows": rows,
        "total": (len(inputs), len(everybody)),
        "note": note if sum(of_inputs.values()) > len(inputs) else "",
    }
