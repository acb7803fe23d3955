"""Taking a step of the process, whichever it is, and the receipt of a filing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import content, difference, guards, requesting, transitions, workflow
from ..forms.filing import StepForm, revision_in
from ..forms.requesting import ReturnForm
from ..models import WITH_IOM, Affiliation, Revision
from ..permissions import may_draft
from .filing import check_page
from .finding import home_of, own_or_404, visible_or_404
from .partner_list import partners_of


@require_http_methods(["GET", "HEAD", "POST"])
def step(request, reference, name):
    submission = visible_or_404(request, reference)
    transition = transitions.TRANSITIONS.get(name)
    if transition is None:
        raise Http404
    if not transition.who(request.user, submission):
        raise PermissionDenied
    if request.method == "POST":
        return _take(request, submission, transition)
    if not transition.is_possible_from(submission):
        return _not_now(request, submission, transition)
    if files(transition):
        return redirect("check", reference)
    form = _form(submission, transition, initial={"expected_revision": _revision_read(request, submission)})
    return _page(request, submission, transition, form)


def _take(request, submission, transition):
    form = _form(submission, transition, request.POST)
    if transition.asks_for_changes and "another" in request.POST:
        return _keep_and_go_on(request, submission, transition, form)
    if not form.is_valid():
        return _page(request, submission, transition, form, status=422)
    take = requesting.ask if transition.asks_for_changes else workflow.perform
    try:
        event = take(
            submission,
            transition.name,
            by=request.user,
            note=form.cleaned_data.get("note", ""),
            expected_revision=form.cleaned_data["expected_revision"],
            **form.options,
        )
    except workflow.Refused as refused:
        submission.refresh_from_db()
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        if transition.asks_for_changes:
            form.look_again(submission)
        return _refused(request, submission, transition, form)
    messages.success(request, _said(event))
    return _afterwards(submission, transition)


def _keep_and_go_on(request, submission, transition, form):
    """Keep the change that is written, and show the page again for the next; the comment stays as it is."""
    change, status = form.change_form, 422
    change.may_be_empty = False
    if change.is_valid():
        try:
            requesting.prepare(submission, change.change, by=request.user)
            messages.success(request, _("Kept. Write the next one, or return the input."))
            change, status = None, 200
        except workflow.Refused as refused:
            submission.refresh_from_db()
            change.add_error(None, " ".join(refused.sentences))
            if not transition.is_possible_from(submission):
                return _page(request, submission, transition, form, status=409)
            status = 409
    again = _form(submission, transition, initial=form.typed)
    again.change_form = change or again.change_form
    return _page(request, submission, transition, again, status=status)


def _refused(request, submission, transition, form):
    if not transition.is_possible_from(submission):
        return _not_now(request, submission, transition, form)
    if files(transition):
        return check_page(request, submission, status=422)
    newest = submission.revisions.last()
    read = form.cleaned_data["expected_revision"]
    if newest is None or read in (None, newest.number):
        return _page(request, submission, transition, form, status=422)
    form.catch_up(newest.number)
    before = submission.revisions.filter(number=read).first()
    changed = difference.between(before.content, newest.content) if before else None
    return _page(request, submission, transition, form, status=409, newest=newest, difference=changed)


def _not_now(request, submission, transition, form=None):
    """Out of order. Whoever pressed twice, or came back to the page, sees what the first press has done."""
    if _is_done(submission, transition, by=request.user):
        return _afterwards(submission, transition)
    return _page(request, submission, transition, form, status=409)


def _is_done(submission, transition, *, by):
    if files(transition) and submission.status in WITH_IOM:
        return True
    last = submission.events.filter(step__in=transitions.TRANSITIONS).last()
    return bool(last and last.step == transition.name and last.actor_id == by.pk)


def files(transition):
    return transition.freezes == Revision.Cause.FILED


def _afterwards(submission, transition):
    if files(transition) and transition.name != "file_received":
        return redirect("receipt", submission.reference)
    turns_to_the_partners = transition.name in transitions.BETWEEN_THE_MAKERS
    return redirect("partners" if turns_to_the_partners else "submission", submission.reference)


def _said(event):
    return {
        "submit": _("The input is filed."),
        "resubmit": _("The input is filed again."),
        "take_up": _("You are the reviewer of this input now."),
        "request_changes": _("The input is returned. The mechanism is told by e-mail what you ask for."),
        "approve": _("The input is approved. Its document is being made."),
        "decline": _("The input is declined. The mechanism is told the reason by e-mail."),
        "reopen": _("The input is open again. The mechanism is told the reason by e-mail."),
        "file_received": _("The input is filed. The mechanism is asked by e-mail to confirm it."),
        "object": _("IOM is told. You can correct the input, and file it yourselves."),
        "discard_received": _("The entry is withdrawn. Its text stays readable here."),
        "ask": _("The partners are asked to endorse this text."),
        "take_back": _("The input is a draft again. The partners are no longer asked."),
        "take_back_to_change": _("The partners are no longer asked."),
        "withdraw": _("The input is withdrawn. Its text stays readable here."),
    }.get(event.step) or _("Done.")


def _form(submission, transition, posted=None, **kwargs):
    if transition.asks_for_changes:
        return ReturnForm(posted, transition=transition, submission=submission, **kwargs)
    return StepForm(posted, transition=transition, **kwargs)


def _revision_read(request, submission):
    """The revision that the person had before them when they decided to take this step."""
    newest = submission.revisions.last()
    return revision_in(request.GET) or (newest.number if newest else None)


def _page(request, submission, transition, form, status=200, **more):
    is_possible = transition.is_possible_from(submission)
    context = {
        "submission": submission,
        "title": content.title_as_seen_by(request.user, submission),
        "transition": transition,
        "form": form,
        "is_possible": is_possible,
        "who_was_first": "" if is_possible or (form and form.errors) else workflow.last_step_in_words(submission),
        "is_own": may_draft(request.user, submission),
        "partners": partners_of(submission, request.user) if transition.name == "ask" else None,
        "deadline": None if submission.filed_at else guards.deadline_of(submission),
        **more,
    }
    return render(request, "submissions/step.html", context, status=status)


@require_safe
def receipt(request, reference):
    """What was filed last, and what happens next. Before the first filing there is nothing to acknowledge."""
    submission = own_or_404(request, reference)
    revision = submission.revisions.filter(cause=Revision.Cause.FILED).last()
    if revision is None:
        messages.info(request, _("This input is not filed yet, so there is no receipt."))
        return redirect("tasks", reference)
    event = revision.events.select_related("actor").first()
    people = Affiliation.objects.filter(iscm=submission.iscm_id).values_list("user_id", flat=True)
    mails = list(event.mails.select_related("recipient")) if event else []
    context = {
        "submission": submission,
        "mechanism": home_of(request, submission),
        "revision": revision,
        "event": event,
        "rendition": revision.renditions.first(),
        "told": [mail for mail in mails if mail.recipient_id in set(people)],
        "iom_is_told": any(mail.recipient.is_iom for mail in mails if mail.recipient_id not in set(people)),
    }
    return render(request, "submissions/receipt.html", context)
