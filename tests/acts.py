"""What an act on a joint input leaves behind, and that a refused one leaves nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from submissions import joint
from submissions.models import Endorsement, Submission
from submissions.workflow import Refused


def written_about(submission):
    """What an act may write, to be compared before and after."""
    return {
        "input": Submission.objects.filter(pk=submission.pk).values().get(),
        "partners": list(submission.partnerships.order_by("pk").values()),
        "record": list(submission.events.values_list("pk", flat=True)),
        "texts": submission.circulated_texts.count(),
        "answers": Endorsement.objects.filter(partnership__submission=submission).count(),
        "files": submission.attachments.count(),
        "offers": list(submission.lead_offers.order_by("pk").values()),
    }


def refusal_of(submission, act, /, *args, **options):
    """The sentences of the refusal; also makes sure that nothing was written."""
    before = written_about(submission)
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    assert written_about(submission) == before
    return " ".join(refused.value.sentences)


def forbidden(submission, act, /, *args, **options):
    before = written_about(submission)
    with pytest.raises(PermissionDenied):
        act(*args, **options)
    return written_about(submission) == before


def record_of(submission, *acts):
    """(act, who, which partner, note), in order."""
    events = submission.events.filter(step__in=acts or list(joint.ACTS))
    return [(e.step, e.actor.name, e.partnership.short_name if e.partnership else "", e.note) for e in events]
