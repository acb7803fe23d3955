"""The page to which a partner comes from its mail: what is asked, the text or what changed in it, and the answer."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import content, difference, endorsement, guards, joint, partnering, reading, workflow
from ..endorsement import Standing
from ..forms.endorsing import EndorsementForm
from ..models import CirculatedText, Partnership
from ..permissions import may_endorse
from .browsing import with_download_links
from .finding import joint_or_404
from .handing_back import hand_back_or_raise


@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request, reference, mechanism):
    try:
        partnership = _own_partnership(request, reference, mechanism)
        if request.method == "POST":
            return _answer(request, partnership)
        return _page(request, partnership, EndorsementForm())
    except (Http404, PermissionDenied) as closed:
        if request.method != "POST":
            raise
        typed = [(EndorsementForm.base_fields["remark"].label, request.POST.get("remark", ""))]
        return hand_back_or_raise(closed, request, reference, typed)


def _own_partnership(request, reference, mechanism) -> Partnership:
    """Of a mechanism of this person: neither the lead nor another partner opens the page of this one."""
    submission = joint_or_404(request, reference)
    current = submission.partnerships.current().with_organizations()
    partnership = get_object_or_404(current, iscm__slug=mechanism)
    if not submission.partnerships.of(request.user).filter(pk=partnership.pk).exists():
        raise PermissionDenied
    return partnership


def _answer(request, partnership):
    """Record it; or show the page again with what was typed, and the reason in words."""
    form = EndorsementForm(request.POST)
    if not may_endorse(request.user, partnership):
        form.add_error(None, _("Nothing is recorded: you cannot answer for %(name)s.") % {"name": partnership})
        return _page(request, partnership, form, status=403)
    if not form.is_valid():
        return _page(request, partnership, form, status=422)
    try:
        joint.endorse(partnership, **form.cleaned_data, by=request.user)
    except joint.TextChanged:
        return _page(request, partnership, form, status=409, read=form.cleaned_data["sha256"])
    except workflow.Refused as refused:
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        return _page(request, partnership, form, status=409)
    return redirect("endorse", partnership.submission.reference, partnership.iscm.slug)


def _page(request, partnership, form, *, status=200, read=None):
    """`read` is the hash of the text that somebody answered although it is no longer the one to be endorsed."""
    submission = content.load(joint_or_404(request, partnership.submission.reference))
    is_asked = endorsement.is_asked(submission) and partnership.endorses
    standings = endorsement.standings(submission)
    own = next((one for one in standings if one.partnership.pk == partnership.pk), None)
    if is_asked:
        reading.note_draft(request.user, submission)
    context = {
        "submission": submission,
        "partnership": partnership,
        "standings": standings,
        "in_words": endorsement.in_words(standings),
        "own": own,
        "is_asked": is_asked,
        "is_answered": own is not None and own.standing in {Standing.ENDORSED, Standing.DECLINED},
        "all_endorsed": all(one.standing == Standing.ENDORSED for one in standings),
        "may_answer": may_endorse(request.user, partnership),
        "who_may": partnering.who_files_for(partnership.iscm),
        "deadline": None if submission.filed_at else guards.deadline_of(submission),
        "form": form,
        "is_overtaken": read is not None,
        **(_text(submission, own, read, keep=may_endorse(request.user, partnership)) if is_asked else {}),
    }
    return render(request, "joint/endorse.html", context, status=status)


def _text(submission, own, read, *, keep):
    """The text to be endorsed, its hash, and what changed since the one that was read or answered before."""
    document = content.snapshot(submission)
    canonical = content.canonical(document)
    sha256 = content.digest(canonical)
    if keep:
        # Written when a page is only looked at: should the text change while somebody reads, what they read is known.
        CirculatedText.objects.get_or_create(submission=submission, sha256=sha256, defaults={"canonical": canonical})
    before = submission.circulated_texts.filter(sha256=read).first() if read else None
    since_reading = before is not None
    if before is None and own and own.standing == Standing.STALE:
        before = own.answer.text
    return {
        "sha256": sha256,
        "since_reading": since_reading,
        "difference": difference.between(before.content, document) if before else None,
        "document": with_download_links(document, submission),
    }
