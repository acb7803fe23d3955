"""Who is to review an input: of one input by hand, and of many as proposed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import assigning, bulk, content
from ..forms.assigning import AssignForm, DueForm, number_of, proposal_rows
from ..models import WITH_IOM, Submission
from ..permissions import reads_for_iom
from ..workflow import Refused
from .bulk import see_the_outcomes
from .finding import visible_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request, reference):
    submission = visible_or_404(request, reference)
    if not reads_for_iom(request.user, submission):
        raise PermissionDenied
    [proposal] = assigning.propose([submission])
    posted = request.POST if request.method == "POST" else None
    form, status = AssignForm(posted, submission=submission, people=proposal.candidates), 200
    if posted is not None:
        status = 422
        try:
            if form.is_valid():
                assigning.assign(submission, by=request.user, **form.said)
                return _assigned(request, submission)
        except Refused as refusal:
            status = _refused(form, submission, refusal)
    return _assign_page(request, submission, form, proposal, status)


def _refused(form, submission, refusal):
    submission.refresh_from_db()
    form.catch_up(submission)
    for sentence in refusal.sentences:
        form.add_error(None, sentence)
    return 409


def _assigned(request, submission):
    submission.refresh_from_db()
    if submission.reviewer:
        messages.success(request, _("%(name)s has this input now.") % {"name": submission.reviewer})
    else:
        messages.success(request, _("Nobody is assigned to this input."))
    return redirect("submission", submission.reference)


def _assign_page(request, submission, form, proposal, status):
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "form": form,
        "proposal": proposal,
        "is_possible": submission.status in assigning.ASSIGNABLE,
    }
    return render(request, "desk/assign.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_assignments(request):
    """For the inputs selected, or for all that are with IOM and nobody's."""
    if not bulk.may("assign", request.user):
        raise PermissionDenied
    form = DueForm(request.POST if request.method == "POST" else None)
    posted = request.POST if request.method == "POST" else request.GET
    numbers = posted.getlist("pk")
    if request.method == "POST" and form.is_valid() and (chosen := _chosen(request)):
        submissions, *left_out = bulk.selected(map(str, chosen), by=request.user)
        outcomes = bulk.each(submissions, lambda one: bulk.assign(one, by=request.user, **chosen[one.pk], **form.how))
        return see_the_outcomes(request, "assign", outcomes, left_out)
    selection = bulk.judged("assign", numbers or _nobodys(request.user), by=request.user)
    return _proposals_page(request, form, selection, is_all=not numbers)


def _nobodys(user):
    """Those with IOM that wait for a reviewer; what this person has no part in is left out."""
    own = Submission.objects.made_by_mechanisms_of(user).values("pk")
    waiting = Submission.objects.filter(reviewer=None, status__in=WITH_IOM).exclude(pk__in=own)
    return [str(pk) for pk in waiting.order_by("filed_at", "pk").values_list("pk", flat=True)]


def _chosen(request):
    """By the number of the input: whom it is to go to, and who had it when the page was shown."""
    people = {user.pk: user for user in assigning.reviewers()}
    chosen = {}
    for number in map(number_of, request.POST.getlist("pk")[: bulk.MOST]):
        reviewer = people.get(number_of(request.POST.get(f"reviewer_{number}")))
        if number and reviewer:
            chosen[number] = {"reviewer": reviewer, "seen": number_of(request.POST.get(f"seen_{number}"))}
    return chosen


def _proposals_page(request, form, selection, *, is_all):
    posted = request.POST if request.method == "POST" else None
    lines = {line.submission: line for line in selection.possible}
    if posted is not None and form.is_valid():
        form.add_error(None, _("Choose a person for at least one of them."))
    context = {
        "form": form,
        "selection": selection,
        "rows": proposal_rows(assigning.propose(lines), lines, posted),
        "is_all": is_all,
        "most": bulk.MOST,
    }
    return render(request, "desk/assign_proposed.html", context, status=422 if posted is not None else 200)
