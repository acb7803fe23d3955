"""Two texts of one input and what changed between them, for staff and for those who make it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import content, difference, reading
from ..forms.comparing import NOW, CompareForm
from ..models import CLOSED, Revision
from ..permissions import is_affiliated_with, reads_working_copy
from .finding import visible_or_404


@dataclass(frozen=True)
class Ready:
    """A choice that this person is likely to make: in words, where it leads, and whether it is what they look at."""

    said: str
    address: str
    is_shown: bool = False


@require_safe
def compare(request, reference):
    submission = visible_or_404(request, reference)
    has_working_copy = submission.is_editable and reads_working_copy(request.user, submission)
    revisions = list(submission.revisions.defer("words").order_by("number"))
    form = CompareForm(request.GET, revisions=revisions, has_working_copy=has_working_copy)
    ready = _ready(request, submission, form)
    if len(form.texts) + has_working_copy < 2 and not ready:
        messages.info(request, _("There is only one text of this input yet, so there is nothing to compare."))
        return redirect("submission", reference)
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "ready": ready,
        **(_compared(request, submission, form) if form.is_needed else {}),
    }
    return render(request, "submissions/compare.html", context)


def _compared(request, submission, form) -> dict:
    old, new = form.chosen("old"), form.chosen("new")
    if NOW in (old, new):
        reading.note_draft(request.user, submission)
    texts = [content.snapshot(submission) if one == NOW else form.texts[one].content for one in (old, new)]
    return {
        "form": form,
        "difference": difference.between(*texts, full=bool(form.cleaned_data.get("full"))),
        "by_sides": form.chosen("view") == CompareForm.SIDES,
        "names": [form.name_of(old), form.name_of(new)],
        "is_one_text": old == new,
    }


def _ready(request, submission, form) -> list[Ready]:
    revisions = list(form.texts.values())
    if not revisions:
        return _since_the_answers(request.user, submission)
    newest = revisions[-1]
    approved = next((one for one in reversed(revisions) if one.cause == Revision.Cause.APPROVED), None)
    pairs = [(_("Since you last read it"), reading.last_read_before(request.user, newest), str(newest.number))]
    if form.has_working_copy and newest != approved:
        pairs.append((_("Since it was filed last"), newest, NOW))
    if submission.status not in CLOSED:
        pairs.append((_("Since it was approved"), approved, form.defaults["new"]))
    return [
        _choice(form, said, str(old.number), new) for said, old, new in pairs if old and str(old.number) != new
    ] + _since_the_answers(request.user, submission)


def _choice(form, said, old, new) -> Ready:
    query = urlencode({"old": old, "new": new, "view": form.chosen("view")})
    return Ready(f"{said}: {form.name_of(old)}", f"?{query}", (form.chosen("old"), form.chosen("new")) == (old, new))


def _since_the_answers(user, submission) -> list[Ready]:
    """For each partner that has answered: their own for a partner's people, all of them for the lead's."""
    if not submission.is_editable:
        return []
    leads = is_affiliated_with(user, submission)
    partnerships = submission.partnerships.current() if leads else submission.partnerships.of(user)
    answered = partnerships.filter(endorsements__isnull=False).distinct().with_organizations()
    return [
        Ready(
            _("Since %(partner)s last answered") % {"partner": partnership.short_name},
            reverse("partner_changes", args=[submission.reference, partnership.pk]),
        )
        for partnership in answered
    ]
