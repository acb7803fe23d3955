"""Whom an input admits as a partner, and the register of organizations that are no mechanisms."""

from django.utils.translation import gettext as _

from .models import ISCM, PartnerEntity, Submission
from .workflow import Refused


def why_not_admitted(submission: Submission, iscm: ISCM | None, entity: PartnerEntity | None) -> str | None:
    admits = submission.input_type
    if not admits.is_joint:
        return _("An input of this type is filed by one mechanism alone.")
    if iscm and iscm.pk == submission.iscm_id:
        return _("%(mechanism)s leads this input, so it is not its own partner.") % {"mechanism": iscm}
    if iscm and not admits.admits_iscms:
        return _("An input of this type is made with partner entities, not with other mechanisms.")
    if entity and entity.kind not in admits.entity_kinds_admitted:
        return _("An input of this type does not admit this kind of partner: %(kind)s.") % {
            "kind": entity.get_kind_display()
        }
    return None


def registered(entity: PartnerEntity) -> PartnerEntity:
    """The one of that name in the register; else this one, which is added to it."""
    if ISCM.objects.filter(name__iexact=entity.name).exists():  # a letter would answer in its name
        raise Refused(
            _("%(name)s is a mechanism of the register: it takes part as a mechanism, or not at all.")
            % {"name": entity.name}
        )
    known = PartnerEntity.objects.filter(name__iexact=entity.name).first()
    if known is None:
        # Of two leads who bring it at once, the second finds what the first has added.
        given = {"acronym": entity.acronym, "kind": entity.kind}
        known, _is_new = PartnerEntity.objects.get_or_create(name=entity.name, defaults=given)
    if known.kind != entity.kind:
        raise Refused(
            _("%(name)s is in the register already, as another kind of partner: %(kind)s.")
            % {"name": known, "kind": known.get_kind_display()}
        )
    return known
