"""Pages that do one thing with many inputs: first what would happen to each, then what did."""

import secrets

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import assigning
from .. import bulk as acting
from ..forms.assigning import BulkApproveForm, BulkAssignForm, number_of

KEPT = 5  # outcomes that a person can still look at


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request, act):
    if act not in acting.ACTS:
        raise Http404
    if not acting.may(act, request.user):
        raise PermissionDenied
    is_posted = request.method == "POST"
    form, status = _form(act, request.POST if is_posted else None), 200
    if is_posted:
        if form.is_valid():
            submissions, *left_out = acting.selected(request.POST.getlist("pk"), by=request.user)
            outcomes = acting.each(submissions, _doing(act, request, form))
            return see_the_outcomes(request, act, outcomes, left_out)
        status = 422
    numbers = request.POST.getlist("pk") if is_posted else request.GET.getlist("pk")
    return _page(request, act, form, acting.judged(act, numbers, by=request.user), status)


def _form(act, posted):
    if act == "assign":
        return BulkAssignForm(posted, people=assigning.reviewers())
    return BulkApproveForm(posted) if act == "approve" else forms.Form(posted)


def _doing(act, request, form):
    """What is done with one of them. The page carries which reviewer, and which revision, it has shown of each."""

    def shown(what, one):
        return number_of(request.POST.get(f"{what}_{one.pk}"))

    return {
        "assign": lambda one: acting.assign(one, seen=shown("seen", one), by=request.user, **form.how),
        "approve": lambda one: acting.approve(
            one, revision=shown("revision", one), note=form.cleaned_data["note"], by=request.user
        ),
        "remind": lambda one: acting.remind(one, by=request.user),
    }[act]


def _page(request, act, form, selection, status):
    context = {"act": act, "form": form, "selection": selection, "most": acting.MOST}
    return render(request, f"desk/bulk_{act}.html", context, status=status)


def see_the_outcomes(request, act, outcomes, left_out):
    """Kept with the session: loading the page again does nothing. Titles are looked up when it is read.

    `left_out` is how many were passed over, and how many were too many.
    """
    kept = request.session.get("bulk_outcomes", {})
    key = secrets.token_urlsafe(8)
    said = [[outcome.submission.pk, outcome.state, outcome.reasons] for outcome in outcomes]
    request.session["bulk_outcomes"] = dict(
        [*kept.items(), (key, {"act": act, "said": said, "left_out": left_out})][-KEPT:]
    )
    return redirect("bulk_done", act, key)


@require_safe
def bulk_done(request, act, key):
    if act not in acting.ACTS:
        raise Http404
    if not acting.may(act, request.user):
        raise PermissionDenied
    outcomes = request.session.get("bulk_outcomes", {}).get(key)
    if outcomes is None or outcomes["act"] != act:
        messages.info(request, _("What was done there is not kept any more. The history of each input says it."))
        return redirect("queue")
    passed_over, too_many = outcomes["left_out"]
    selection = {"passed_over": passed_over, "too_many": too_many}
    context = {"act": act, "selection": selection, "most": acting.MOST, **_grouped(request, outcomes["said"])}
    return render(request, "desk/bulk_done.html", context)


def _grouped(request, said):
    """By what came of it; what this person may not see any more is left out."""
    came_of = {pk: (state, reasons) for pk, state, reasons in said}
    groups = {state: [] for state in ("done", "already", "refused")}
    submissions, *_left_out = acting.selected(map(str, came_of), by=request.user)
    for one in submissions:
        state, reasons = came_of[one.pk]
        groups[state].append(acting.line(one, set(), reasons))
    return groups
