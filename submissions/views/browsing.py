"""Where a person lands, and reading an input: its text, its documents, its history."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import content, endorsement, guards, joint, workflow
from ..documents.endorsements import of_text
from ..models import ISCM, Rendition
from ..permissions import may_draft, reads_working_copy
from .finding import home_of, visible_or_404


@require_safe
def home(request):
    """Reviewers go to the desk, people of one mechanism to that mechanism; the others choose."""
    mechanisms = list(ISCM.objects.of(request.user))
    if not mechanisms and request.user.is_iom:
        return redirect("queue")
    if len(mechanisms) == 1 and not request.user.is_iom:
        return redirect("iscm_home", mechanisms[0].slug)
    if not mechanisms and request.user.is_staff:
        return redirect("admin:index")
    return render(request, "submissions/chooser.html", {"mechanisms": mechanisms})


@require_safe
def submission(request, reference):
    """The input as one readable page: frozen for IOM, the working copy for those who write it."""
    submission = visible_or_404(request, reference)
    is_own = reads_working_copy(request.user, submission)
    revisions = list(submission.revisions.all())
    revision = _revision_to_show(request, submission, revisions, is_own=is_own)
    document = revision.content if revision else content.snapshot(submission)
    context = {
        "submission": submission,
        "is_own": is_own,
        "mechanism": home_of(request, submission),
        "partnerships": _own_partnerships(request.user, submission),
        "may_draft": may_draft(request.user, submission),
        "revision": revision,
        "revisions": revisions,
        "newest": revisions[-1] if revisions else None,
        "document": with_download_links(document, submission),
        "endorsements": of_text(document, revision.sha256, until=revision.frozen_at) if revision else [],
        "steps": workflow.open_to(request.user, submission),
        "documents": _documents(request.user, submission, is_own=is_own),
        "open_requests": submission.change_requests.open().select_related("section").prefetch_related("section__texts"),
        "deadline": guards.deadline_of(submission),
    }
    return render(request, "submissions/submission.html", context)


def _own_partnerships(user, submission):
    """Of this person, each with how it stands to the text; None where its endorsement is not asked for now."""
    own = list(submission.partnerships.of(user).select_related("iscm").order_by("iscm__name"))
    is_asked = own and endorsement.is_asked(submission)
    stands = {one.partnership: one for one in endorsement.standings(submission)} if is_asked else {}
    return [(partnership, stands.get(partnership)) for partnership in own]


def _revision_to_show(request, submission, revisions, *, is_own):
    """None stands for the working copy, which only the mechanism sees."""
    asked_for = request.GET.get("revision")
    if asked_for is not None:
        found = [revision for revision in revisions if str(revision.number) == asked_for]
        if not found:
            raise Http404
        return found[0]
    if is_own and submission.is_editable:
        return None
    if not revisions and not is_own:
        raise Http404
    return revisions[-1] if revisions else None


def with_download_links(document, submission):
    """A revision knows its attachments by their hash; the address of each is added.

    Of several rows with one content the last counts: one not removed, else the one removed last, whose file is kept.
    """
    by_removal = submission.attachments.order_by(F("removed_at").asc(nulls_last=True), "pk")
    primary_keys = dict(by_removal.values_list("sha256", "pk"))
    for section in document["sections"]:
        for attachment in section.get("attachments", []):
            if attachment["sha256"] in primary_keys:
                attachment["url"] = reverse(
                    "attachment", args=[submission.reference, primary_keys[attachment["sha256"]]]
                )
    return document


def _documents(user, submission, *, is_own):
    """The PDFs that the reader may have; of the previews only the last, and only for those who make the input."""
    made = list(submission.renditions.visible_to(user).select_related("revision"))
    elsewhere = {Rendition.Kind.DRAFT, Rendition.Kind.CLEARANCE}  # a log is listed on its own page
    documents = [rendition for rendition in made if rendition.kind not in elsewhere]
    previews = [rendition for rendition in made if rendition.kind == Rendition.Kind.DRAFT]
    return previews[:1] + documents if is_own and submission.is_editable else documents


@require_safe
def history(request, reference):
    submission = visible_or_404(request, reference)
    events = submission.events.select_related("actor", "revision", "partnership__iscm", "partnership__entity")
    if not reads_working_copy(request.user, submission):
        # What passed between those who make the input is theirs.
        events = events.filter(partnership=None).exclude(step__in=[*joint.ACTS, *workflow.BETWEEN_THE_MAKERS])
    context = {
        "submission": submission,
        "events": events.order_by("-at", "-pk"),
        "change_requests": submission.change_requests.select_related("section", "requested_by").prefetch_related(
            "section__texts"
        ),
        "title": content.title_as_seen_by(request.user, submission),
    }
    return render(request, "submissions/history.html", context)
