"""Stopping reminders and notices, from the link in one of them. The token says whose, so nobody needs to sign in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from .. import stopping


# Exempt for one body only, that of a mail program's own button (RFC 8058): it comes without cookies.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request, token):
    return _one_click(token) if _is_one_click(request) else _page(request, token)


def _is_one_click(request):
    return request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"


def _one_click(token):
    found = stopping.read(token)
    if found is None:
        return HttpResponse(status=404)
    stopping.stop(*found)
    return HttpResponse(status=204)


@csrf_protect
def _page(request, token):
    found = stopping.read(token)
    if found is None:
        return render(request, "joint/stop_reminders.html", status=404)
    user, submission = found
    if request.method == "POST":
        change = stopping.start_again if request.POST.get("reminders") == "start" else stopping.stop
        change(user, submission)
        return redirect("stop_reminders", token)
    _speak_as_the_mail_did(request, user)
    context = {
        "submission": submission,
        "address": masked(user.email),
        "is_stopped": stopping.is_stopped(user, submission),
    }
    return render(request, "joint/stop_reminders.html", context)


def _speak_as_the_mail_did(request, user):
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(user.language)


# Notices before deadlines: of whatever mechanism, so a setting of the person.


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notices(request, token):
    if _is_one_click(request):
        return _one_click_on_notices(token)
    return _page_of_notices(request, token)


def _one_click_on_notices(token):
    user = stopping.read_for_notices(token)
    if user is None:
        return HttpResponse(status=404)
    stopping.set_notices(user, wanted=False)
    return HttpResponse(status=204)


@csrf_protect
def _page_of_notices(request, token):
    user = stopping.read_for_notices(token)
    if user is None:
        return render(request, "people/stop_notices.html", status=404)
    if request.method == "POST":
        stopping.set_notices(user, wanted=request.POST.get("notices") == "start")
        return redirect("stop_notices", token)
    _speak_as_the_mail_did(request, user)
    context = {"address": masked(user.email), "is_stopped": not user.gets_deadline_notices}
    return render(request, "people/stop_notices.html", context)


def masked(address: str) -> str:
    """Known to whom it belongs, and to nobody else."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
