"""Stopping reminders about one input, from the link in a reminder. The token says whose, so nobody needs to sign in."""

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
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        return _one_click(token)
    return _page(request, token)


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
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(user.language)  # as the mail was
    context = {
        "submission": submission,
        "address": masked(user.email),
        "is_stopped": stopping.is_stopped(user, submission),
    }
    return render(request, "joint/stop_reminders.html", context)


def masked(address: str) -> str:
    """Known to whom it belongs, and to nobody else."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
