"""What holds for every page, whichever part of the portal answers."""

from contextlib import nullcontext
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from submissions.permissions import asked_once

# What somebody who still has to set up a second factor can reach. Static files never come this far.
OPEN_WITHOUT_SECOND_FACTOR = {
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "set_language",
    "javascript_catalog",
    "healthz",
}


class PersonMiddleware:
    """Pages speak the person's language, tell the person's time, and stay out of every cache."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        # LocaleMiddleware has chosen by cookie and browser; what the person has said about themselves wins.
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with in_zone_of(request.user):
            response = self.get_response(request)
        patch_cache_control(response, private=True, no_store=True)
        return response


def in_zone_of(user):
    try:
        return timezone.override(ZoneInfo(user.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        # A zone that the tz database has dropped since it was chosen: the pages say UTC.
        return nullcontext()


class AskOnceMiddleware:
    """A page that is only read asks the database once who its reader is to an input."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with asked_once():
            return self.get_response(request)


class ReadableRequestMiddleware:
    """What no form of ours sends is answered with a sentence, before an address, a filter or a field reads it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = request.META.get("QUERY_STRING", "")
        # No database holds a NUL, and PostgreSQL already refuses to look for one.
        if "\0" in request.path_info or "\0" in query or "%00" in query:
            raise BadRequest("A NUL character in the address.")
        # Our pages are UTF-8, so browsers answer in UTF-8. Python knows encodings of which halves of characters
        # come out, and those can be neither stored nor sent back.
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            raise BadRequest("A body in another encoding than UTF-8.")
        return self.get_response(request)


class SecondFactorMiddleware:
    """Staff and IOM people get no further than setting up a second factor until they have one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
            return None
        # With its namespace: the administration has pages of its own that begin with "mfa_".
        name = request.resolver_match.view_name or ""
        if name in OPEN_WITHOUT_SECOND_FACTOR or name.startswith("mfa_"):
            return None
        if not request.user.needs_second_factor or has_second_factor(request.user):
            return None
        messages.warning(
            request,
            _(
                "Your role needs a second step at sign-in. Set up an authenticator app or a passkey here first; "
                "the rest of the portal opens as soon as you have."
            ),
        )
        return redirect("mfa_index")


def has_second_factor(user):
    """Recovery codes alone are no second factor: they are for the day when the real one is lost."""
    return is_mfa_enabled(user, types=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
