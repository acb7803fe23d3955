"""The secretariat's way: the mechanism's home, starting an input, its task list, checking it, and a preview."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import (
    completeness,
    content,
    endorsement,
    guards,
    partnering,
    renditions,
    saving,
    starting,
    transitions,
    workflow,
)
from ..chart import chart_of
from ..completeness import Progress
from ..forms.filing import TitleForm
from ..models import ISCM, InputType, ReviewCycle, Status, Submission
from ..permissions import is_received
from .finding import home_of, own_or_404
from .handing_back import hand_back_or_raise
from .partner_list import partners_of, who_must_look_again


@require_safe
def iscm_home(request, slug):
    iscm = get_object_or_404(ISCM.objects.of(request.user), slug=slug)
    joint_inputs = partnering.joint_inputs_of(iscm)
    context = {
        "iscm": iscm,
        "chart": chart_of(iscm, user=request.user),
        "joint_inputs": joint_inputs,
        "led": partnering.answered_to(iscm),
        "closed_joint_inputs": [one for one in joint_inputs if not one.is_open],
        "regions": list(iscm.review_regions.with_texts()),
    }
    return render(request, "submissions/home.html", context)


@require_POST
def start_submission(request, slug, cycle, type):
    iscm = get_object_or_404(ISCM.objects.of(request.user), slug=slug)
    cycle = get_object_or_404(ReviewCycle, code=cycle)
    input_type = get_object_or_404(InputType, code=type)
    try:
        with transaction.atomic():
            # Locked before looking: of two clicks at once, the second finds what the first began.
            ISCM.objects.select_for_update().get(pk=iscm.pk)
            submission = _untouched(iscm, cycle, input_type, by=request.user) or starting.start(
                iscm=iscm, cycle=cycle, input_type=input_type, by=request.user
            )
    except workflow.Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return redirect("iscm_home", slug)
    return redirect("tasks", submission.reference)


def _untouched(iscm, cycle, input_type, *, by):
    """A draft that this person has begun and not yet written in: a second click opens it, and begins no other."""
    drafts = Submission.objects.filter(
        iscm=iscm, cycle=cycle, input_type=input_type, status=Status.DRAFT, started_by=by, answers=None
    )
    return drafts.filter(saved_at__lt=F("started_at") + timedelta(seconds=1)).first()


@require_safe
def tasks(request, reference):
    submission = content.load(own_or_404(request, reference))
    sections = completeness.tasks(submission)
    partners = partners_of(submission, request.user)
    context = {
        "submission": submission,
        "home": home_of(request, submission),
        "partners": partners,
        "tasks": [(task, task.url(submission)) for task in sections],
        "complete": sum(task.progress == Progress.COMPLETE for task in sections),
        "deadline": guards.deadline_of(submission),
        "words": sum(task.words for task in sections),
        "note_of_return": _note_of_return(submission),
        **_changes_asked_for(submission, sections),
        "steps": partners.steps if partners else {step.name for step in transitions.open_to(request.user, submission)},
    }
    return render(request, "submissions/tasks.html", context)


def _changes_asked_for(submission, sections):
    """Of this round; besides those of the sections on the list, those of the whole input."""
    asked = list(submission.change_requests.of_this_round().with_words().in_order())
    listed = {request.pk for task in sections for request in task.change_requests}
    return {
        "asked": asked,
        "answered": sum(request.is_answered for request in asked),
        "asked_of_the_whole": [request for request in asked if request.pk not in listed],
    }


def _note_of_return(submission):
    """The step that last brought this input back to its secretariat, while it waits there."""
    if submission.status != Status.CHANGES_REQUESTED:
        return None
    return submission.events.filter(step__in={*transitions.HANDED_BACK, "object"}).select_related("actor").last()


@require_http_methods(["GET", "HEAD", "POST"])
def title(request, reference):
    try:
        submission = own_or_404(request, reference)
    except (Http404, PermissionDenied) as closed:
        if request.method != "POST":
            raise
        typed = [(Submission._meta.get_field("title").verbose_name, request.POST.get("title", ""))]
        return hand_back_or_raise(closed, request, reference, typed)
    if request.method == "POST":
        return _save_title(request, submission)
    if not submission.is_editable:
        return redirect("tasks", reference)
    return _title_page(request, submission, TitleForm(instance=submission))


def _save_title(request, submission):
    """Or say why not: it is filed meanwhile, or somebody else wrote another one. What was typed stays on the page."""
    form = TitleForm(request.POST, instance=submission)
    try:
        if form.is_valid():
            saving.save_title(submission, form, by=request.user)
            messages.success(request, " ".join([_("Saved."), who_must_look_again(submission)]).strip())
            return redirect("tasks", submission.reference)
    except saving.NotEditable as reason:
        submission.refresh_from_db(fields=["status"])
        form.add_error(None, str(reason))
    except saving.Overtaken as overtaken:
        form.catch_up(overtaken.version)
        submission.refresh_from_db(fields=list(overtaken.stored))
        return _title_page(request, submission, form, status=409, is_overtaken=True)
    return _title_page(request, submission, form, status=422)


def _title_page(request, submission, form, *, status=200, is_overtaken=False):
    context = {"form": form, "submission": submission, "is_overtaken": is_overtaken}
    return render(request, "submissions/title.html", context, status=status)


@require_safe
def check(request, reference):
    submission = own_or_404(request, reference)
    if not submission.is_editable:
        return redirect("submission", reference)
    return check_page(request, submission)


def check_page(request, submission, status=200):
    """All answers on one page, with what still stands in the way of filing them at the top."""
    submission = content.load(submission)
    step = transitions.next_step(submission, by=request.user)
    sections = completeness.tasks(submission)
    context = {
        "submission": submission,
        "partners": partners_of(submission, request.user),
        "document": content.snapshot(submission),
        "progress": {task.section.code: task for task in sections},
        "step": step,
        "obstacles": obstacles_with_links(submission, step, by=request.user),
        "words": sum(task.words for task in sections),
        "deadline": guards.deadline_of(submission),
        "may_file": step.who(request.user, submission),
        "filers": partnering.who_files_for(submission.iscm),
    }
    return render(request, "submissions/check.html", context, status=status)


def obstacles_with_links(submission, step, *, by):
    """What a guard of the step says, each with the page and field where it can be put right."""
    links = [_link_to(submission, lack) for lack in completeness.missing(submission)]
    partners = reverse("partners", args=[submission.reference]) if submission.input_type.is_joint else ""
    if guards.the_mechanism_has_said_its_own_word in step.guards and is_received(submission):
        links += [_link_to(submission, lack) for lack in completeness.left_to_the_mechanism(submission)]
    for guard in step.guards:
        if guard in {guards.everything_required_is_answered, guards.the_mechanism_has_said_its_own_word}:
            continue
        if guard is guards.every_partner_has_endorsed:
            links += [{"href": partners, "text": sentence} for sentence in endorsement.what_is_missing(submission)]
        elif guard is guards.every_change_request_is_answered:
            changes = reverse("changes", args=[submission.reference])
            links += [
                {"href": f"{changes}#change-{request.pk}", "text": sentence}
                for request, sentence in guards.not_answered(submission)
            ]
        elif sentence := guard(submission, by):
            is_about_partners = guard is guards.partners_are_those_the_type_asks_for
            links.append({"href": partners if is_about_partners else "", "text": sentence})
    return links


def _link_to(submission, lack):
    page = reverse("section", args=[submission.reference, lack.section.code])
    return {"href": f"{page}#id_{lack.field}", "text": lack.sentence}


@require_POST
def preview(request, reference):
    submission = own_or_404(request, reference)
    if not submission.is_editable:
        messages.info(request, _("This input is filed: its documents are listed here."))
        return redirect("submission", reference)
    return redirect("rendition", renditions.ask_for_draft(submission, by=request.user).pk)
