"""How the partners of a joint input stand to its present text. Reading only; joint.py writes.

A partner's last answer counts while the text is still the one it was given to: content.py makes the text canonical,
and two texts are the same when their SHA-256 is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from . import content
from .models import Affiliation, Endorsement, Partnership, Status, Submission


class Standing(models.TextChoices):
    INVITED = "invited", gettext_lazy("Has not answered")
    ENDORSED = "endorsed", gettext_lazy("Endorsed")
    STALE = "stale", gettext_lazy("Must look again")
    DECLINED = "declined", pgettext_lazy("of a partner", "Declined")


@dataclass(frozen=True)
class PartnerStanding:
    """One partner, its last answer if it gave one, and what that means for the present text."""

    partnership: Partnership
    standing: Standing
    answer: Endorsement | None

    @property
    def is_declined_lately(self) -> bool:
        """Whether its last answer was no, to this text or an older one: such a partner can be dropped."""
        return self.answer is not None and self.answer.is_declined


def sha256_of(submission: Submission) -> str:
    return content.digest(content.canonical(content.snapshot(submission)))


def standings(submission: Submission) -> list[PartnerStanding]:
    """Every partner whose endorsement the text needs, in the order of the cover."""
    partners = submission.partnerships.endorsing().with_organizations()
    answers = {
        answer.partnership_id: answer  # the last one stays
        for answer in Endorsement.objects.filter(partnership__in=partners)
        .select_related("text", "given_by", "evidence")
        .order_by("given_at", "pk")
    }
    present = sha256_of(submission) if answers else ""
    return [
        PartnerStanding(one, _standing(answers.get(one.pk), present), answers.get(one.pk))
        for one in sorted(partners, key=lambda one: one.place_on_the_cover)
    ]


def _standing(answer: Endorsement | None, present: str) -> Standing:
    if answer is None:
        return Standing.INVITED
    if answer.text.sha256 != present:
        return Standing.STALE
    return Standing.DECLINED if answer.is_declined else Standing.ENDORSED


def who_must_answer(partners: Iterable[PartnerStanding]) -> list[PartnerStanding]:
    return [one for one in partners if one.standing in {Standing.INVITED, Standing.STALE}]


def in_words(partners: list[PartnerStanding]) -> str:
    """“2 of 3 endorsed, 1 must look again”."""
    counts = Counter(one.standing for one in partners)
    said = [
        _("%(number)s of %(total)s endorsed") % {"number": counts[Standing.ENDORSED], "total": len(partners)},
    ]
    if number := counts[Standing.STALE]:
        said.append(ngettext("%(number)s must look again", "%(number)s must look again", number) % {"number": number})
    if number := counts[Standing.INVITED]:
        unanswered = ngettext("%(number)s has not answered", "%(number)s have not answered", number)
        said.append(unanswered % {"number": number})
    if number := counts[Standing.DECLINED]:
        said.append(ngettext("%(number)s declined", "%(number)s declined", number) % {"number": number})
    return _(", ").join(said)


def what_is_missing(submission: Submission) -> list[str]:
    """Who has not endorsed the present text, in sentences; empty when everybody has."""
    names: dict[Standing, list[str]] = {}
    for one in standings(submission):
        names.setdefault(one.standing, []).append(one.partnership.name)
    sentences = {
        Standing.INVITED: _("Not endorsed yet by: %(names)s."),
        Standing.STALE: _("The text has changed since it was last answered by: %(names)s. They must look again."),
        Standing.DECLINED: _("Declined by: %(names)s. Change the text, or drop the partner."),
    }
    return [
        sentence % {"names": "; ".join(names[standing])}
        for standing, sentence in sentences.items()
        if standing in names
    ]


def needs_a_letter(partnership: Partnership) -> bool:
    """Whether nobody can endorse for it in the portal: an entity, or a mechanism that nobody here may file for."""
    if partnership.iscm_id is None:
        return True
    return not Affiliation.objects.current().may_file().filter(iscm=partnership.iscm_id).exists()


def is_asked(submission: Submission) -> bool:
    return submission.status == Status.AWAITING_ENDORSEMENT
