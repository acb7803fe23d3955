"""Beginning an input: which mechanism may, to which cycle, and the reference it gets.

A mechanism starts its own here; what it has sent by mail is begun for it by receiving.py.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .guards import cycle_is_open
from .models import ISCM, InputType, ReviewCycle, Status, Submission, SubmissionEvent, User
from .permissions import is_affiliated_with
from .workflow import Refused


def start(*, iscm: ISCM, cycle: ReviewCycle, input_type: InputType, by: User) -> Submission:
    """Begin a draft; where the type allows one only and it is begun already, that one.

    Raises PermissionDenied for somebody of another mechanism, Refused where the type or the cycle does not allow it.
    """
    with transaction.atomic():
        submission = new(iscm=iscm, cycle=cycle, input_type=input_type, by=by)
        if not is_affiliated_with(by, submission):
            raise PermissionDenied
        if sole := in_its_way(submission):
            return sole
        refuse_where_none_is_taken(submission)
        if sentence := cycle_is_open(submission, by):
            raise Refused(sentence)
        save(submission)
        SubmissionEvent.objects.create(submission=submission, step="start", target=Status.DRAFT, actor=by)
    return submission


def new(*, iscm: ISCM, cycle: ReviewCycle, input_type: InputType, by: User) -> Submission:
    """A draft that is not written yet. Locks the mechanism, so that it begins one input at a time."""
    return Submission(
        cycle=cycle,
        iscm=ISCM.objects.select_for_update().get(pk=iscm.pk),
        input_type=input_type,
        is_sole=input_type.is_sole,
        title=_default_title(iscm, input_type),
        language=by.language if by.language in cycle.accepted_languages else cycle.accepted_languages[0],
        started_by=by,
    )


def in_its_way(submission: Submission) -> Submission | None:
    """The one that its mechanism has already, where the type allows no second."""
    if not submission.is_sole:
        return None
    of_its_kind = {name: getattr(submission, name) for name in ("iscm", "cycle", "input_type")}
    return Submission.objects.live().filter(**of_its_kind).first()


def refuse_where_none_is_taken(submission: Submission) -> None:
    """Whether the cycle takes inputs of this type from this mechanism at all. Raises Refused."""
    cycle, input_type = submission.cycle, submission.input_type
    if not input_type.is_offered or (cycle.region_id and not input_type.for_regional_reviews):
        raise Refused(_("%(cycle)s does not take inputs of this type.") % {"cycle": cycle})
    if cycle.region_id and not submission.iscm.review_regions.filter(pk=cycle.region_id).exists():
        raise Refused(
            _("%(cycle)s is for mechanisms of that region; the register does not list %(mechanism)s there.")
            % {"cycle": cycle, "mechanism": submission.iscm}
        )


def save(submission: Submission) -> None:
    """Write the new draft, with a reference and the region of its cycle."""
    submission.reference = _next_reference(submission.iscm, submission.cycle, submission.input_type)
    submission.save()
    if submission.cycle.region_id:
        submission.regions.set([submission.cycle.region_id])


def _default_title(iscm: ISCM, input_type: InputType) -> str:
    """A mechanism without an acronym may have a name as long as the column."""
    title = _("%(type)s – %(mechanism)s") % {"type": input_type.short_name, "mechanism": iscm.short_name}
    return title[: Submission._meta.get_field("title").max_length].rstrip()


def _next_reference(iscm: ISCM, cycle: ReviewCycle, input_type: InputType) -> str:
    """Our own internal reference; UN document symbols are assigned by the UN and never imitated."""
    mechanism = slugify(iscm.acronym).upper() or iscm.slug.upper()
    prefix = f"{cycle.code}-{mechanism}-{input_type.code}-"
    taken = Submission.objects.filter(reference__startswith=prefix).values_list("reference", flat=True)
    numbers = [int(reference.removeprefix(prefix)) for reference in taken if reference.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1}"
