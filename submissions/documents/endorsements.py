"""What a document says of the endorsement of a joint input: of the very text that is printed, known by its hash.

Nothing is frozen for it. Endorsements are append-only and name the text, so that they can be looked up at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.content import key_of
from submissions.models import Endorsement, Partnership

from . import html
from .html import framed, name

Verdict = Endorsement.Verdict


@dataclass(frozen=True)
class Endorsed:
    """A partner that the text names, and the last thing it said to that text."""

    partner: dict  # as content.py has it
    answer: Endorsement | None

    @property
    def is_given(self) -> bool:
        return self.answer is not None and not self.answer.is_declined


def of_text(content: dict, sha256: str, *, until: datetime | None = None) -> list[Endorsed]:
    """Every partner in the order of the cover; nothing for an input of one mechanism alone.

    `until` is when the text was frozen: what was said of it later is about another filing. Without it the text is a
    draft, and only what the partners of today said counts.
    """
    partners = content.get("partners", [])
    if not partners:
        return []
    given = (
        Endorsement.objects.filter(text__sha256=sha256, text__submission__reference=content["reference"])
        .select_related("partnership__iscm", "partnership__entity", "given_by")
        .order_by("given_at", "pk")
    )
    given = given.filter(given_at__lte=until) if until else given.filter(partnership__removed_at=None)
    last = {key: answer for answer in given for key in _keys(answer.partnership)}
    return [Endorsed(partner, last.get(key_of(partner))) for partner in partners]


def _keys(partnership: Partnership) -> list[tuple[str, str]]:
    """As a text may name it: an entity also by the names that it had before."""
    if partnership.iscm:
        return [("iscm", partnership.iscm.slug)]
    entity = partnership.entity
    known_as = {(entity.kind, entity.name)}
    known_as.update(entity.history.values_list("kind", "name"))
    return list(known_as)


def state_of_draft(endorsements: Sequence[Endorsed]) -> str:
    """Whether the partners stand behind a text that may still change."""
    given, asked = sum(one.is_given for one in endorsements), len(endorsements)
    if given == asked:
        return _("Complete: all partners have endorsed this text.")
    return ngettext(
        "Not complete: %(given)s of %(asked)s partner has endorsed this text.",
        "Not complete: %(given)s of %(asked)s partners have endorsed this text.",
        asked,
    ) % {"given": given, "asked": asked}


def rows(endorsements: Sequence[Endorsed], *, document: str, zone) -> list[dict]:
    """The lines of the table: who, what they said in words, their remark, and when."""
    return [
        {
            "partner": html.mechanism_name(one.partner),
            "said": framed(_said(one.answer), document),
            "remark": html.answer_to_plain_question(one.answer.remark) if one.answer else "",
            "on": framed(html.day(one.answer.given_at.astimezone(zone).date()), document) if one.answer else "",
        }
        for one in endorsements
    ]


def _said(answer: Endorsement | None):
    if answer is None:
        return _("No endorsement of this text is on record.")
    if answer.is_declined:
        return _("Declined.")
    if answer.signed_on:
        return html.format_html(
            # Translators: {date} of the letter, {name} of who signed it.
            _("Endorsed by a letter of {date} signed by {name} (kept on file)."),
            date=html.day(answer.signed_on),
            name=name(answer.signatory),
        )
    return html.format_html(_("Endorsed, by {name}."), name=name(answer.given_by.name))
