"""Where a person lands, and reading an input: its text, its documents, its history."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import assigning, content, endorsement, guards, reading, requesting, review_log, transitions
from ..documents.endorsements import of_text
from ..models import CLOSED, ISCM, Rendition, Revision
from ..permissions import may_draft, reads_entered, reads_for_iom, reads_working_copy
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
    reads_draft = is_own or reads_entered(request.user, submission)
    revision = _revision_to_show(request, submission, revisions, reads_draft=reads_draft)
    document = revision.content if revision else content.snapshot(submission)
    news = _read(request, submission, revision)
    context = {
        "submission": submission,
        "is_own": is_own,
        "mechanism": home_of(request, submission),
        "partnerships": _own_partnerships(request.user, submission),
        "may_draft": may_draft(request.user, submission),
        "revision": revision,
        "revisions": revisions,
        "newest": revisions[-1] if revisions else None,
        "stands": _approved_meanwhile(submission, revisions),
        "may_compare": _may_compare(submission, revisions, is_own=is_own),
        "last_reading": news,
        "document": with_download_links(document, submission),
        "endorsements": of_text(document, revision.sha256, until=revision.frozen_at) if revision else [],
        "steps": transitions.open_to(request.user, submission),
        "documents": _documents(request.user, submission, reads_draft=reads_draft),
        "changes": requesting.overview(submission, seen_by=request.user),
        "reviews": requesting.reviews(request.user, submission),
        "deadline": guards.deadline_of(submission) if submission.is_editable and not submission.filed_at else None,
        "reads_for_iom": reads_for_iom(request.user, submission),
        "may_assign": submission.status in assigning.ASSIGNABLE,
    }
    return render(request, "submissions/submission.html", context)


def _read(request, submission, revision):
    """Notes what is opened. What this person had read before it, where that was another text."""
    if request.method == "HEAD":
        return None
    if revision is None:
        reading.note_draft(request.user, submission)
        return None
    last = reading.last_reading_before(request.user, revision)
    reading.note(request.user, revision)
    return last


def _may_compare(submission, revisions, *, is_own):
    """Two texts at least; to those who make it the working copy is one, and so is what a partner has answered."""
    if not is_own or not submission.is_editable:
        return len(revisions) > 1
    return bool(revisions) or submission.partnerships.current().filter(endorsements__isnull=False).exists()


def _approved_meanwhile(submission, revisions):
    """The approved text that stands while the mechanism makes another one."""
    if submission.status in CLOSED:
        return None
    return next((revision for revision in reversed(revisions) if revision.cause == Revision.Cause.APPROVED), None)


def _own_partnerships(user, submission):
    """Of this person, each with how it stands to the text; None where its endorsement is not asked for now."""
    if not submission.input_type.is_joint:
        return []
    own = list(submission.partnerships.of(user).select_related("iscm").order_by("iscm__name"))
    is_asked = own and endorsement.is_asked(submission)
    stands = {one.partnership: one for one in endorsement.standings(submission)} if is_asked else {}
    return [(partnership, stands.get(partnership)) for partnership in own]


def _revision_to_show(request, submission, revisions, *, reads_draft):
    """None stands for the working copy, which only the mechanism sees; and IOM, what it enters from a mail."""
    asked_for = request.GET.get("revision")
    if asked_for is not None:
        found = [revision for revision in revisions if str(revision.number) == asked_for]
        if not found:
            raise Http404
        return found[0]
    if reads_draft and submission.is_editable:
        return None
    if not revisions and not reads_draft:
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


def _documents(user, submission, *, reads_draft):
    """The PDFs that the reader may have; of the previews only the last, and only for those who make the input."""
    made = list(submission.renditions.visible_to(user).select_related("revision"))
    kinds = Rendition.Kind
    elsewhere = {kinds.DRAFT, kinds.CLEARANCE, kinds.REQUESTS, kinds.REVIEW}  # a log is listed on its own page
    documents = [rendition for rendition in made if rendition.kind not in elsewhere]
    previews = [rendition for rendition in made if rendition.kind == Rendition.Kind.DRAFT]
    return previews[:1] + documents if reads_draft and submission.is_editable else documents


@require_safe
def history(request, reference):
    submission = visible_or_404(request, reference)
    if reads_working_copy(request.user, submission):
        events = submission.events.exclude(step__in=assigning.INTERNAL_ACTS)
    else:
        events = review_log.known_to_iom(submission)
    events = events.select_related("actor", "revision", "partnership__iscm", "partnership__entity")
    context = {
        "submission": submission,
        "events": events.order_by("-at", "-pk"),
        "rounds": requesting.rounds(submission, seen_by=request.user),
        "of_iom": reads_for_iom(request.user, submission),
        "title": content.title_as_seen_by(request.user, submission),
    }
    return render(request, "submissions/history.html", context)
