"""Passing the lead of an unfinished joint input to a partner that accepts."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import joint
from ..forms.partners import NoteForm
from ..permissions import files_for, may_file
from ..workflow import Refused
from .finding import joint_or_404, led_or_404
from .partner_list import PartnerList
from .partners import back_to_list, partnership_or_404, refused


@require_http_methods(["GET", "HEAD", "POST"])
def offer_lead(request, reference, pk):
    submission = led_or_404(request, reference)
    partnership, status = partnership_or_404(submission, pk), 200
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                joint.offer_lead(partnership, by=request.user, note=form.cleaned_data["note"])
                messages.success(
                    request,
                    _("The lead is offered to %(name)s. Nothing changes until it accepts.") % {"name": partnership},
                )
                return redirect("partners", reference)
        except Refused as refusal:
            status = refused(form, refusal)
    elif "offer" not in PartnerList(submission, request.user).may_with(partnership):
        sentence = _("The lead cannot be offered to %(name)s now.") % {"name": partnership.name}
        return back_to_list(request, submission, sentence)
    context = {"submission": submission, "partnership": partnership, "form": form}
    return render(request, "joint/offer_lead.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_offer(request, reference):
    submission = joint_or_404(request, reference)
    offers = submission.lead_offers.open().select_related("partnership__iscm", "offered_by")
    offer = offers.first()
    if offer is None:
        return back_to_list(request, submission, _("No offer of the lead is open."))
    if request.method == "POST":
        return _answer(request, submission, offer)
    context = {
        "submission": submission,
        "offer": offer,
        "event": submission.events.filter(step="offer_lead", partnership=offer.partnership).last(),
        "may_answer": files_for(request.user, offer.partnership.iscm_id),
        "may_withdraw": may_file(request.user, submission),
    }
    return render(request, "joint/lead_offer.html", context)


def _answer(request, submission, offer):
    said = request.POST.get("answer", "")
    try:
        if said == "withdraw":
            joint.withdraw_lead_offer(offer, by=request.user)
            messages.success(request, _("The offer is taken back."))
        elif said in {"accept", "decline"}:
            joint.answer_lead_offer(offer, accept=said == "accept", by=request.user)
            messages.success(request, _said(offer) if said == "accept" else _("The offer is declined."))
        else:
            return redirect("lead_offer", submission.reference)
    except Refused as refusal:
        for sentence in refusal.sentences:
            messages.error(request, sentence)
    return redirect("partners", submission.reference)


def _said(offer):
    return _("%(name)s leads this input now.") % {"name": offer.partnership.name}
