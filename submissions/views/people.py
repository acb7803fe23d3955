"""The people of a mechanism, invitations, and one's own profile."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_language_cookie

from .. import handover, invitations, mailing
from ..forms.people import ColleagueForm, EndForm, HandoverForm, InvitationForm, NewPersonForm, ProfileForm
from ..models import Affiliation, Invitation, User
from ..models.people import MailPace
from ..workflow import Refused

# ---------------------------------------------------------------------------------------------- of a mechanism


def people(request, slug):
    iscm = get_object_or_404(invitations.mechanisms_seen_by(request.user), slug=slug)
    affiliations = Affiliation.objects.filter(iscm=iscm).select_related("user").order_by("user__name", "starts_on")
    may_pass_on = list(invitations.to_hand_over(request.user, iscm))
    leads = bool(may_pass_on) or invitations.is_administrator(request.user)
    still_open = invitations.open_to(request.user).filter(iscm=iscm, hands_over=None)
    handovers = handover.of(iscm).order_by("-starts_on", "-invited_at")
    context = {
        "iscm": iscm,
        **by_time(affiliations),
        "leads": leads,
        "invitations": still_open.select_related("invited_by", "iscm"),
        "open_handovers": [one for one in handovers if one.is_open] if leads else [],
        "handovers": [one for one in handovers if one.accepted_at],
        "may_pass_on": {affiliation.pk for affiliation in may_pass_on},
        "own": next((affiliation for affiliation in may_pass_on if affiliation.user_id == request.user.pk), None),
        "today": invitations.today(),
    }
    return render(request, "people/people.html", context)


def by_time(affiliations):
    """Those in force, those to come and those that are over; everybody of a closed account is over."""
    today = invitations.today()
    groups = {"now": [], "later": [], "past": []}
    for affiliation in affiliations:
        is_over = affiliation.ends_on is not None and affiliation.ends_on <= today
        if is_over or not affiliation.user.is_active:
            groups["past"].append(affiliation)
        else:
            groups["later" if affiliation.starts_on > today else "now"].append(affiliation)
    return groups


def led_by(user, slug):
    """The mechanism, for those who may say who works for it; for others there is nothing here."""
    iscm = get_object_or_404(invitations.mechanisms_seen_by(user), slug=slug)
    if not invitations.leads(user, iscm):
        raise Http404
    return iscm


def invite(request, slug):
    iscm = led_by(request.user, slug)
    if request.method == "POST":
        form = InvitationForm(request.POST, iscm=iscm)
        if form.is_valid():
            invitations.send(form.save(commit=False), by=request.user)
            messages.success(request, _("The invitation to %(email)s is on its way.") % form.cleaned_data)
            return redirect("people", iscm.slug)
    else:
        form = InvitationForm(iscm=iscm, initial={"language": request.user.language})
    return render(request, "people/invite.html", {"iscm": iscm, "form": form})


def hand_over(request, slug, pk):
    iscm = led_by(request.user, slug)
    may_pass_on = invitations.to_hand_over(request.user, iscm).select_related("user", "iscm")
    outgoing = get_object_or_404(may_pass_on, pk=pk)
    if request.method == "POST":
        form = HandoverForm(request.POST, outgoing=outgoing)
        if form.is_valid() and is_sent(form, by=request.user):
            messages.success(
                request,
                _("The mail to %(name)s (%(email)s) is on its way. Nothing changes until they accept.")
                % form.cleaned_data,
            )
            return redirect("people", iscm.slug)
    else:
        if sentence := handover.obstacle_to_starting(outgoing):
            messages.warning(request, sentence)
            return redirect("people", iscm.slug)
        form = HandoverForm(outgoing=outgoing, initial={"language": request.user.language})
    return render(request, "people/hand_over.html", {"iscm": iscm, "outgoing": outgoing, "form": form})


def is_sent(form, *, by):
    try:
        invitations.send(form.save(commit=False), by=by)
    except Refused as refusal:  # somebody else was quicker
        form.add_error(None, refusal.sentences)
        return False
    return True


def end_affiliation(request, slug, pk):
    iscm = led_by(request.user, slug)
    affiliation = get_object_or_404(Affiliation.objects.select_related("user"), iscm=iscm, pk=pk)
    if affiliation.ends_on and affiliation.ends_on <= invitations.today():
        messages.info(request, _("This affiliation has ended already."))
        return redirect("people", iscm.slug)
    is_last = invitations.is_last_to_file(affiliation)
    form = EndForm(request.POST if request.method == "POST" else None) if is_last else None
    if request.method == "POST" and (form is None or form.is_valid()):
        invitations.end(affiliation)
        messages.success(
            request,
            _("%(person)s has no access to %(mechanism)s as %(capacity)s any more.")
            % {
                "person": affiliation.user,
                "mechanism": iscm.short_name,
                "capacity": affiliation.get_capacity_display(),
            },
        )
        still_seen = invitations.mechanisms_seen_by(request.user).contains(iscm)
        return redirect("people", iscm.slug) if still_seen else redirect("home")
    return render(request, "people/end.html", {"iscm": iscm, "affiliation": affiliation, "form": form})


# ---------------------------------------------------------------------------------------------- of IOM


def invite_colleague(request):
    if not invitations.is_administrator(request.user):
        raise Http404
    if request.method == "POST":
        form = ColleagueForm(request.POST)
        if form.is_valid():
            invitations.send(form.save(commit=False), by=request.user)
            messages.success(request, _("The invitation to %(email)s is on its way.") % form.cleaned_data)
            return redirect("invite_colleague")
    else:
        form = ColleagueForm(initial={"language": request.user.language})
    colleagues = User.objects.filter(is_active=True).exclude(is_reviewer=False, is_approver=False)
    still_open = invitations.open_to(request.user).filter(iscm=None).select_related("invited_by")
    return render(
        request, "people/colleagues.html", {"form": form, "colleagues": colleagues, "invitations": still_open}
    )


# ---------------------------------------------------------------------------------------------- of one invitation


def page_of(invitation):
    return redirect("people", invitation.iscm.slug) if invitation.iscm else redirect("invite_colleague")


@require_POST
def resend_invitation(request, pk):
    invitation = get_object_or_404(invitations.open_to(request.user), pk=pk)
    try:
        if not invitations.send(invitation, by=request.user):
            raise Http404  # withdrawn or accepted a moment ago
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page_of(invitation)
    messages.success(request, _("The invitation to %s is on its way once more.") % invitation.email)
    return page_of(invitation)


@require_POST
def revoke_invitation(request, pk):
    invitation = get_object_or_404(invitations.open_to(request.user), pk=pk)
    invitations.open_to(request.user).filter(pk=pk).update(revoked_at=timezone.now())
    messages.success(
        request, _("The invitation to %s is withdrawn. Its link opens nothing any more.") % invitation.email
    )
    return page_of(invitation)


@login_not_required
@never_cache
def accept_invitation(request, token):
    """The link in the mail. Opening it changes nothing; a mail scanner that follows it accepts nothing."""
    found = Invitation.objects.select_related("iscm", "invited_by", "hands_over__user")
    invitation = found.filter(token=token).first()
    if invitation is None or not invitation.is_open:
        return closed_invitation(request, invitation)
    account = invitations.account_of(invitation.email)
    if sentence := handover.obstacle(invitation, successor=account):
        return closed_invitation(request, invitation, sentence)
    try:
        if account is None and not request.user.is_authenticated:
            return accept_as_new_person(request, invitation)
        if account is not None and account == request.user:
            return accept_as_member(request, invitation)
    except invitations.NoLongerOpen:
        invitation.refresh_from_db()
        return closed_invitation(request, invitation)
    except Refused as refusal:
        return closed_invitation(request, invitation, str(refusal))
    except IntegrityError:
        # Two invitations to one new address, accepted at the same moment: the second now finds an account.
        return redirect(request.path)
    page = "people/invitation_for_another.html" if request.user.is_authenticated else "people/invitation_sign_in.html"
    return render(request, page, {**offer(invitation), "account": account})


def offer(invitation):
    return {"invitation": invitation, "day": handover.day_of(invitation), "today": invitations.today()}


def closed_invitation(request, invitation, sentence=""):
    if invitation is not None and invitation.accepted_by and invitation.accepted_by == request.user:
        messages.info(request, _("You have accepted this invitation already."))
        return redirect("home")
    context = {"invitation": invitation, "sentence": sentence}
    return render(request, "people/invitation_closed.html", context, status=404)


def accept_as_member(request, invitation):
    if request.method == "POST":
        welcome(request, invitations.accept(invitation, user=request.user))
        return redirect("home")
    return render(request, "people/invitation_accept.html", offer(invitation))


def accept_as_new_person(request, invitation):
    person = User(email=invitation.email.lower())
    if request.method == "POST":
        form = NewPersonForm(request.POST, instance=person)
        if form.is_valid():
            welcome(request, invitations.accept(invitation, user=form.save(commit=False)))
            return perform_login(request, person, email_verification="none", redirect_url="/")
    else:
        form = NewPersonForm(instance=person, initial={"name": invitation.name, "language": get_language()})
    return render(request, "people/invitation_new_person.html", {**offer(invitation), "form": form})


def welcome(request, invitation):
    if invitation.hands_over and invitation.starts_on > invitations.today():
        words = {"mechanism": invitation.iscm.name, "day": date_format(invitation.starts_on, "DATE_FORMAT")}
        messages.success(request, _("Thank you. You take over at %(mechanism)s on %(day)s.") % words)
    elif invitation.iscm:
        messages.success(request, _("Welcome. You now work for %s in this portal.") % invitation.iscm.name)
    else:
        messages.success(request, _("Welcome. Your role has been given to you."))


# ---------------------------------------------------------------------------------------------- of oneself


def profile(request):
    if request.method == "POST":
        # A copy, so that the page does not address the person by a name that was refused.
        form = ProfileForm(request.POST, instance=User.objects.get(pk=request.user.pk))
        if form.is_valid():
            save_profile(form)
            messages.success(request, _("Your profile is saved."))
            return redirect("profile")
    else:
        form = ProfileForm(instance=request.user)
    return render(request, "people/profile.html", {"form": form})


@transaction.atomic
def save_profile(form):
    """Who wants mails at once from now on gets what was kept for the next morning."""
    user = form.save()
    if user.mail_pace == MailPace.AT_ONCE:
        mailing.release(user)


@login_not_required
@require_POST
def set_language(request):
    """Django's own view keeps the choice in a cookie; for a person who is signed in it is kept with the person."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and check_for_language(language) and language in dict(User.language.field.choices):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return set_language_cookie(request)
