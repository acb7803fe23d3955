"""The partners of a joint input: who takes part and how each stands, and what the lead does about it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import content, difference, endorsement, guards, joint, reading
from ..forms.partners import AddPartnerForm, LetterForm, NoteForm, RoleForm
from ..models import WITH_PARTNERS, WITH_SECRETARIAT, OutlineSection
from ..permissions import may_draft
from ..workflow import Refused
from .finding import joint_or_404, led_or_404
from .partner_list import PartnerList, who_must_look_again


@require_safe
def partners(request, reference):
    submission = joint_or_404(request, reference)
    engagements = submission.engagements.exclude(representative="").select_related("capacity")
    context = {
        "submission": submission,
        "partners": PartnerList(submission, request.user),
        "representatives": engagements.prefetch_related("capacity__texts"),
        "engagement": submission.input_type.sections.filter(kind=OutlineSection.Kind.ENGAGEMENT).first(),
        "may_draft": may_draft(request.user, submission),
        # After a first filing no date binds; what IOM returned may come back later.
        "deadline": None if submission.filed_at or not submission.is_editable else guards.deadline_of(submission),
    }
    return render(request, "joint/partners.html", context)


def partnership_or_404(submission, pk):
    """Also one that was taken off: whoever has its page open still is to hear that."""
    return get_object_or_404(submission.partnerships.with_organizations(), pk=pk)


def refused(form, refusal: Refused):
    for sentence in refusal.sentences:
        form.add_error(None, sentence)
    return 409


def back_to_list(request, submission, sentence):
    messages.info(request, sentence)
    return redirect("partners", submission.reference)


def _closed(request, submission):
    sentence = PartnerList(submission, request.user).why_closed
    return back_to_list(request, submission, sentence)


@require_http_methods(["GET", "HEAD", "POST"])
def add_partner(request, reference):
    submission = led_or_404(request, reference)
    if request.method == "POST":
        form, status = AddPartnerForm(request.POST, submission=submission), 422
        try:
            if form.is_valid():
                partnership = joint.add_partner(submission, **form.partner, by=request.user)
                messages.success(request, _("%(name)s is a partner now.") % {"name": partnership.name})
                return redirect("partners", reference)
        except Refused as refusal:
            status = refused(form, refusal)
        return _add_page(request, submission, form, status)
    if submission.status not in WITH_SECRETARIAT:
        return _closed(request, submission)
    return _add_page(request, submission, AddPartnerForm(submission=submission))


def _add_page(request, submission, form, status=200):
    return render(request, "joint/add_partner.html", {"submission": submission, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def partner(request, reference, pk):
    """What the people of a partner may do, and whether it is named on the text."""
    submission = led_or_404(request, reference)
    partnership, status = partnership_or_404(submission, pk), 200
    form = RoleForm(request.POST if request.method == "POST" else None, partnership=partnership)
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                joint.change_partner(partnership, **form.cleaned_data, by=request.user)
                messages.success(request, _("The role of %(name)s is saved.") % {"name": partnership.name})
                return redirect("partners", reference)
        except Refused as refusal:
            status = refused(form, refusal)
    elif partnership.removed_at:
        return back_to_list(request, submission, _("%(name)s is not a partner any more.") % {"name": partnership})
    elif submission.status not in WITH_SECRETARIAT:
        return _closed(request, submission)
    context = {"submission": submission, "partnership": partnership, "form": form}
    return render(request, "joint/partner.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_partner(request, reference, pk):
    submission = led_or_404(request, reference)
    partnership, status = partnership_or_404(submission, pk), 200
    if partnership.removed_at:
        return back_to_list(request, submission, _("%(name)s is not a partner any more.") % {"name": partnership})
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                joint.remove_partner(partnership, by=request.user, note=form.cleaned_data["note"])
                return _removed(request, submission, partnership)
        except Refused as refusal:
            status = refused(form, refusal)
    return _remove_page(request, submission, partnership, form, status)


def _removed(request, submission, partnership):
    messages.success(request, _("%(name)s is not a partner any more.") % {"name": partnership})
    if sentence := who_must_look_again(submission):
        messages.warning(request, sentence)
    return redirect("partners", submission.reference)


def _remove_page(request, submission, partnership, form, status):
    line = PartnerList(submission, request.user).line_of(partnership)
    if request.method != "POST" and (line is None or not line.may & {"change", "drop"}):
        return _closed(request, submission)
    context = {
        "submission": submission,
        "partnership": partnership,
        "answer": line and line.answer,
        "is_dropped": submission.status in WITH_PARTNERS,
        "form": form,
    }
    return render(request, "joint/remove_partner.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def record_letter(request, reference, pk):
    submission = led_or_404(request, reference)
    partnership = partnership_or_404(submission, pk)
    if request.method == "POST":
        return _record_letter(request, submission, partnership)
    line = PartnerList(submission, request.user).line_of(partnership)
    if line is None or "letter" not in line.may:
        sentence = _("A letter of %(name)s cannot be recorded now.") % {"name": partnership.name}
        return back_to_list(request, submission, sentence)
    form = LetterForm(submission=submission, sha256=endorsement.sha256_of(submission))
    return _letter_page(request, submission, partnership, form)


def _record_letter(request, submission, partnership):
    form = LetterForm(request.POST, request.FILES, submission=submission, sha256="")
    form.is_too_large = getattr(request, "upload_too_large", False)
    status = 422
    try:
        if form.is_valid():
            joint.record_letter(partnership, **form.said, by=request.user)
            messages.success(request, _("The letter of %(name)s is recorded.") % {"name": partnership.name})
            return redirect("partners", submission.reference)
    except joint.TextChanged:
        status = _text_changed(submission, form)
    except Refused as refusal:
        status = refused(form, refusal)
    return _letter_page(request, submission, partnership, form, status)


def _text_changed(submission, form):
    form.catch_up(endorsement.sha256_of(submission))
    form.add_error(
        None,
        _(
            "The text was changed while you had this page open, so nothing is recorded yet. Read the text as it "
            "stands: if the letter is about it, record the letter again."
        ),
    )
    return 409


def _letter_page(request, submission, partnership, form, status=200):
    context = {"submission": submission, "partnership": partnership, "form": form}
    return render(request, "joint/record_letter.html", context, status=status)


@require_POST
def ask_again(request, reference):
    submission = led_or_404(request, reference)
    try:
        joint.ask_again(submission, by=request.user)
    except Refused as refusal:
        for sentence in refusal.sentences:
            messages.error(request, sentence)
    else:
        messages.success(request, _("Those who still have to answer are asked again, by e-mail."))
    return redirect("partners", reference)


@require_safe
def partner_changes(request, reference, pk):
    """The difference between the text of a partner's last answer and the text as it stands."""
    submission = joint_or_404(request, reference)
    partnership = partnership_or_404(submission, pk)
    answer = partnership.last_answer
    if answer is None:
        sentence = _("%(name)s has not answered yet, so there is nothing to compare.") % {"name": partnership.name}
        return back_to_list(request, submission, sentence)
    if submission.is_editable:
        reading.note_draft(request.user, submission)
    context = {
        "submission": submission,
        "partnership": partnership,
        "answer": answer,
        "difference": difference.between(answer.text.content, content.snapshot(submission)),
    }
    return render(request, "joint/partner_changes.html", context)
