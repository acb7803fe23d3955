"""Two texts of one input and what changed between them, for staff and for those who make it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import content, difference
from ..forms.comparing import NOW, CompareForm
from ..permissions import reads_working_copy
from .finding import visible_or_404


@require_safe
def compare(request, reference):
    submission = visible_or_404(request, reference)
    has_working_copy = submission.is_editable and reads_working_copy(request.user, submission)
    revisions = list(submission.revisions.order_by("number"))
    if len(revisions) + has_working_copy < 2:
        messages.info(request, _("There is only one text of this input yet, so there is nothing to compare."))
        return redirect("submission", reference)
    form = CompareForm(request.GET, revisions=revisions, has_working_copy=has_working_copy)
    old, new = (_text(submission, form, form.chosen(name)) for name in ("old", "new"))
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "form": form,
        "difference": difference.between(old, new, full=bool(form.cleaned_data.get("full"))),
        "by_sides": form.chosen("view") == CompareForm.SIDES,
        "names": [dict(form.fields[name].choices)[form.chosen(name)] for name in ("old", "new")],
    }
    return render(request, "submissions/compare.html", context)


def _text(submission, form, chosen):
    return content.snapshot(submission) if chosen == NOW else form.texts[chosen].content
