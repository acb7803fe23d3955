"""One section a page: showing it, saving it, and what is said when it cannot be saved."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from objectives.models import Objective

from .. import completeness, guards, requesting, saving
from ..attachments import attach
from ..forms.details import UploadForm
from ..forms.objectives import ObjectiveBlockForm
from ..forms.requesting import AnswersForm
from ..forms.sections import FORMS
from ..models import OutlineSection, Submission, TypeSection
from ..permissions import enters, may_draft
from ..workflow import Refused
from .finding import own_or_404
from .partner_list import who_must_look_again

Kind = OutlineSection.Kind


@require_http_methods(["GET", "HEAD", "POST"])
def section(request, reference, code):
    submission = editable_or_404(request, reference)
    asked = asked_or_404(submission, code)
    if request.method == "POST":
        if asked.section.kind == Kind.ANNEXES and "upload" in request.POST:
            return _upload(request, submission, asked)
        return _save(request, submission, asked)
    if not submission.is_editable:
        return not_editable(request, submission)
    return page(request, submission, asked, form_of(request, submission, asked))


def editable_or_404(request, reference) -> Submission:
    """The input of the person's own mechanism. What is posted by somebody who has left is at least handed back."""
    if request.method == "POST":
        submission = (
            Submission.objects.select_related("iscm", "cycle", "input_type").filter(reference=reference).first()
        )
        if submission and saving.has_left(request.user, submission):
            return submission
    return own_or_404(request, reference)


def asked_or_404(submission, code) -> TypeSection:
    """The section, if the type of input asks for it."""
    sections = submission.input_type.type_sections.select_related("section__outline").prefetch_related("section__texts")
    return get_object_or_404(sections, section__code=code)


def not_editable(request, submission):
    messages.info(
        request,
        _("This input is in the state “%(status)s” and cannot be edited now.")
        % {"status": submission.get_status_display()},
    )
    return redirect("submission", submission.reference)


def form_of(request, submission, asked, posted=None):
    options = {"submission": submission, "section": asked.section, "by": request.user}
    if asked.section.kind == Kind.RECOMMENDATIONS:
        options["wants_empty_row"] = "add" in request.GET
    return FORMS[asked.section.kind](posted, **options)


def _save(request, submission, asked):
    form = form_of(request, submission, asked, request.POST)
    answers = answers_of(request, submission, asked, posted=request.POST)
    show = partial(page, request, submission, asked, form, answers=answers)
    done = partial(_saved, request, submission, asked)
    return save_or_explain(request, submission, asked, form, answers, save=saving.save_section, show=show, done=done)


def answers_of(request, submission, asked, *, objective=None, posted=None):
    """What IOM asks to change here, to be answered in the form of the section: one button saves both.

    Where files are attached by forms of their own, an answer has to be given on its own page.
    """
    may_answer = may_draft(request.user, submission) and submission.is_editable
    if not may_answer or asked.section.kind == Kind.ANNEXES:
        return AnswersForm(posted, requests=[])
    return AnswersForm(posted, requests=requesting.asked_about(submission, asked.section, objective))


def save_or_explain(request, submission, asked, form, answers, *, save, show, done):
    """Save a form and go on; or show the page again, with everything typed still there and the reason in words."""
    try:
        if not all([form.is_valid(), answers.is_valid()]):
            with saving.editing(submission, by=request.user):
                pass  # raises where nothing could be saved anyway: that is the first thing to say
            return show(status=422)
        with transaction.atomic():
            missing = save(submission, asked.section, form, by=request.user, finished=wants_to_finish(request))
            if answers.given:
                requesting.answer_all(submission, answers.given, by=request.user)
    except saving.NotEditable as refusal:
        return show(status=409, locked=str(refusal))
    except requesting.AnsweredMeanwhile as meanwhile:
        answers.catch_up(meanwhile.requests)
        return show(status=409)
    except Refused as refusal:
        return show(status=409, locked=" ".join(refusal.sentences))
    except saving.Overtaken as overtaken:
        form.catch_up(overtaken.version)
        return show(status=409, overtaken=overtaken, theirs=form.readable(overtaken.stored))
    except saving.MustConfirm as question:
        form.add_error(None, str(question))
        return show(status=422)
    messages.success(request, " ".join([saved_message(), who_must_look_again(submission)]).strip())
    awaited = sum(not one.answer for one in answers.given.values())
    if awaited:
        said = ngettext(
            "%(number)s change asked for here is not answered yet: choose “Done” or “Explained”.",
            "%(number)s changes asked for here are not answered yet: choose “Done” or “Explained”.",
            awaited,
        )
        messages.info(request, said % {"number": awaited})
    for note in form.notes:
        messages.info(request, note)
    return done(missing)


def wants_to_finish(request):
    return "later" not in request.POST and "arrange" not in request.POST


def saved_message():
    now = timezone.localtime()
    zone = str(now.tzinfo).replace("_", " ")
    return _("Saved %(time)s (%(zone)s).") % {"time": date_format(now, "H:i"), "zone": zone}


def _upload(request, submission, asked):
    form = UploadForm(request.POST, request.FILES, submission=submission)
    form.is_too_large = getattr(request, "upload_too_large", False)
    status, locked = 422, ""
    try:
        if attach(submission, asked.section, form, by=request.user):
            attached = _("“%(title)s” is attached.") % {"title": form.cleaned_data["title"]}
            messages.success(request, " ".join([attached, who_must_look_again(submission)]).strip())
            return redirect("section", submission.reference, asked.section.code)
    except saving.NotEditable as refusal:
        status, locked = 409, str(refusal)
    blank = form_of(request, submission, asked)
    return page(request, submission, asked, blank, status=status, upload_form=form, locked=locked)


def _saved(request, submission, asked, missing):
    """Where a saved page leads: on, back to the list, or back to itself with what it still lacks."""
    address = reverse("section", args=[submission.reference, asked.section.code])
    if "arrange" in request.POST:
        return redirect(f"{address}?add#add" if request.POST["arrange"] == "add" else f"{address}#id_recommendations")
    if not wants_to_finish(request):
        return redirect("tasks", submission.reference)
    if asked.section.kind == Kind.OBJECTIVES and (unwritten := _first_unwritten(submission)):
        return redirect("objective_block", submission.reference, asked.section.code, unwritten.objective.number)
    return go_on(request, submission, asked, missing, address=address)


def go_on(request, submission, asked, missing, *, address):
    if missing and asked.is_required:
        return redirect(f"{address}?lacks")
    if missing:
        messages.info(request, _("“%(section)s” is optional. You can come back to it.") % {"section": asked.section})
    following = (
        submission.input_type.type_sections.filter(position__gt=asked.position).select_related("section").first()
    )
    if following:
        return redirect("section", submission.reference, following.section.code)
    return redirect("tasks", submission.reference)


def page(request, submission, asked, form, *, status=200, upload_form=None, answers=None, **more):
    context = context_of(request, submission, asked, form, answers=answers) | more
    context["fields"] = f"submissions/fields/{asked.section.kind}.html"
    if asked.section.kind == Kind.OBJECTIVES and context["is_own"]:
        context["objective_blocks"] = _blocks(submission)
        open_requests = submission.change_requests.open().filter(section=asked.section)
        context["to_change"] = set(open_requests.values_list("objective", flat=True))
    if asked.section.kind == Kind.ANNEXES:
        context |= {
            "upload_form": upload_form or UploadForm(submission=submission),
            "attachments": submission.attachments.annexes() if context["is_own"] else [],
        }
    return render(request, "submissions/section.html", context, status=status)


def context_of(request, submission, asked, form, *, objective=None, answers=None):
    # Somebody who has left the mechanism gets back what they typed, and nothing that was written since.
    is_own = may_draft(request.user, submission)
    lacks = completeness.missing_in(submission, asked.section) if "lacks" in request.GET and not form.is_bound else []
    is_open = (
        guards.was_received_in_time if enters(request.user, submission) else guards.cycle_is_open_for_a_first_filing
    )
    closed = is_open(submission, request.user) if submission.is_editable else None
    return {
        "submission": submission,
        "asked": asked,
        "section": asked.section,
        "word_limit": submission.word_limit_of(asked.section),
        "form": form,
        "lacks": [{"href": f"#id_{lack.field}", "text": lack.sentence} for lack in lacks],
        "closed": closed,
        "is_own": is_own,
        "change_requests": requesting.asked_about(submission, asked.section, objective) if is_own else [],
        "answers": answers or answers_of(request, submission, asked, objective=objective),
    }


def _first_unwritten(submission):
    return next((block for block in _blocks(submission) if not block.is_evidenced), None)


def _blocks(submission):
    return submission.objective_blocks.select_related("objective").prefetch_related("objective__texts")


@require_http_methods(["GET", "HEAD", "POST"])
def objective_block(request, reference, code, number):
    submission = editable_or_404(request, reference)
    asked = asked_or_404(submission, code)
    if asked.section.kind != Kind.OBJECTIVES:
        raise Http404
    objective = get_object_or_404(Objective.objects.with_texts().select_related("roundtable"), number=number)
    block = submission.objective_blocks.filter(objective=objective).first()
    options = {"submission": submission, "section": asked.section, "by": request.user, "block": block}
    if request.method == "POST":
        form = ObjectiveBlockForm(request.POST, objective=objective, **options)
        answers = answers_of(request, submission, asked, objective=objective, posted=request.POST)
        show = partial(block_page, request, submission, asked, form, answers=answers)
        done = partial(_block_saved, request, submission, asked, objective)
        return save_or_explain(request, submission, asked, form, answers, save=saving.save_block, show=show, done=done)
    if not submission.is_editable:
        return not_editable(request, submission)
    if block is None:
        messages.info(request, _("%(objective)s is not on the list. Tick it here first.") % {"objective": objective})
        return redirect("section", reference, code)
    return block_page(request, submission, asked, ObjectiveBlockForm(objective=objective, **options))


def _block_saved(request, submission, asked, objective, missing):
    if not wants_to_finish(request):
        return redirect("tasks", submission.reference)
    following = submission.objective_blocks.filter(objective__number__gt=objective.number).first()
    if following:
        return redirect("objective_block", submission.reference, asked.section.code, following.objective.number)
    address = reverse("section", args=[submission.reference, asked.section.code])
    return go_on(request, submission, asked, missing, address=address)


def block_page(request, submission, asked, form, *, status=200, answers=None, **more):
    context = context_of(request, submission, asked, form, objective=form.objective, answers=answers) | more
    blocks = list(_blocks(submission)) if context["is_own"] else []
    numbers = [block.objective.number for block in blocks]
    context |= {
        "objective": form.objective,
        "blocks": blocks,
        "previous": max((number for number in numbers if number < form.objective.number), default=None),
        "following": min((number for number in numbers if number > form.objective.number), default=None),
    }
    return render(request, "submissions/objective_block.html", context, status=status)
