"""Every door is closed unless opened, and every page is served with the same care."""

import json
import os
import re
import subprocess
import sys
import tempfile

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path, reverse

from iscm_portal import urls as portal_urls

from . import factories


@login_not_required
def failing(request, kind):
    if kind == "400":
        raise BadRequest
    if kind == "403":
        raise PermissionDenied
    raise RuntimeError("broken on purpose")


def closed(request):
    raise AssertionError("never reached by a stranger")


# The portal's own addresses, and a few that fail on purpose.
urlpatterns = [path("fail/<str:kind>/", failing), path("closed/", closed), path("", include(portal_urls))]
handler500 = portal_urls.handler500


@pytest.fixture
def failing_pages(settings):
    settings.ROOT_URLCONF = __name__


OPEN_TO_STRANGERS = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]


@pytest.mark.parametrize("name", OPEN_TO_STRANGERS)
def test_pages_for_strangers_carry_a_strict_policy(client, db, name):
    response = client.get(reverse(name))
    policy = response.headers["Content-Security-Policy"]
    assert response.status_code == 200
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", OPEN_TO_STRANGERS)
def test_no_page_has_a_script_or_style_of_its_own(client, db, name):
    page = client.get(reverse(name)).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page
    scripts = page.split("<script")[1:]
    assert all(script.lstrip().startswith("src=") or 'type="application/json"' in script for script in scripts)


def test_nothing_comes_from_another_host(client, amina):
    client.force_login(amina)
    page = client.get(reverse("profile")).content.decode()
    assert 'src="http' not in page
    assert '<link rel="stylesheet" href="http' not in page


def test_a_door_that_nobody_opened_leads_to_sign_in(client, db, failing_pages):
    response = client.get("/closed/")
    assert response.headers["Location"] == f"{reverse('account_login')}?next=/closed/"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("home", []),
        ("profile", []),
        ("invite_colleague", []),
        ("people", ["tda"]),
        ("invite", ["tda"]),
        ("end_affiliation", ["tda", 1]),
        ("mfa_index", []),
        ("account_email", []),
        ("usersessions_list", []),
    ],
)
def test_strangers_are_sent_to_sign_in(client, db, name, arguments):
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_the_health_check_answers_strangers(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_pages_of_a_person_are_kept_by_no_cache(client, amina):
    client.force_login(amina)
    cache_control = client.get(reverse("profile")).headers["Cache-Control"]
    assert {"private", "no-store"} <= {part.strip() for part in cache_control.split(",")}


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, amina):
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": amina.email, "password": factories.PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax"), name


STRICT = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "REQUIRE_SECOND_FACTOR", "DEBUG"]


def settings_in_production(names=STRICT, *, without="", **variables):
    """The portal's settings as a production server reads them, in a process of its own."""
    program = (
        f"import json; from iscm_portal import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "production",
            "SECRET_KEY": "for-this-test-only",
            "ALLOWED_HOSTS": "portal.example.org",
            "PORTAL_STATE_DIR": folder,
            "PORTAL_ADDRESS": "https://portal.example.org",
            **variables,
        }
        environment.pop(without, None)
        answer = subprocess.run(
            [sys.executable, "-c", program], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
        )
    if answer.returncode:
        raise ImproperlyConfigured(answer.stderr.splitlines()[-1])
    return dict(zip(names, json.loads(answer.stdout), strict=True))


def test_production_is_strict_unless_told_otherwise():
    assert settings_in_production() == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "REQUIRE_SECOND_FACTOR": True,
        "DEBUG": False,
    }


@pytest.mark.parametrize("name", ["SECRET_KEY", "PORTAL_ADDRESS"])
def test_production_does_not_start_without_what_nobody_can_guess(name):
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_in_production(without=name)


def test_an_address_with_a_slash_at_its_end_is_the_same_address():
    told = settings_in_production(["PORTAL_ADDRESS"], PORTAL_ADDRESS="https://portal.example.org/")
    assert told == {"PORTAL_ADDRESS": "https://portal.example.org"}


def is_told_that_it_could_not_be_read(response) -> bool:
    return response.status_code == 400 and "<h1>This could not be read</h1>" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/inputs/%00/",
        "/inputs/a%00b/history/",
        "/desk/?q=a%00b",
        "/admin/submissions/submission/?status__exact=%00",
        "/admin/submissions/term/?vocabulary__exact=a%00",
    ],
)
def test_an_address_with_a_character_that_nothing_can_store_is_answered_with_a_page_of_ours(ada, address):
    client = Client(raise_request_exception=False)
    assert is_told_that_it_could_not_be_read(client.get(address))
    client.force_login(ada)
    response = client.get(address)
    assert is_told_that_it_could_not_be_read(response)
    assert reverse("profile") in response.content.decode(), "signed in as before"
    assert response.headers["X-Frame-Options"] == "DENY"


HALF_OF_A_CHARACTER = rb"x\ud800y"


def send_name(client, content_type):
    fields = [(b"name", HALF_OF_A_CHARACTER), (b"language", b"en"), (b"time_zone", b"UTC")]
    body = b"".join(b'--B\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field for field in fields)
    return client.generic("POST", reverse("profile"), body + b"--B--\r\n", content_type)


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", '"UTF-7"', "base64", "latin-1", "nothing"])
def test_a_form_in_another_encoding_than_ours_is_answered_with_a_page_of_ours(amina, charset):
    client = Client(raise_request_exception=False)
    client.force_login(amina)
    response = send_name(client, f"multipart/form-data; boundary=B; charset={charset}")
    assert is_told_that_it_could_not_be_read(response)
    amina.refresh_from_db()
    assert amina.name == "Amina Diallo"


@pytest.mark.parametrize("ending", ["", "; charset=utf-8", '; charset="UTF-8"', "; charset=utf8"])
def test_a_form_in_our_encoding_is_read(client, amina, ending):
    client.force_login(amina)
    assert send_name(client, f"multipart/form-data; boundary=B{ending}").status_code == 302
    amina.refresh_from_db()
    assert amina.name == HALF_OF_A_CHARACTER.decode(), "eight letters of which none is half a character"


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/fail/400/", 400, "This could not be read"),
        ("/fail/403/", 403, "This is not open to you"),
        ("/no/such/page/", 404, "Page not found"),
        ("/fail/500/", 500, "Something went wrong"),
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_error_page_is_one_of_ours(failing_pages, amina, address, status, sentence, signed_in):
    client = Client(raise_request_exception=False)
    if signed_in:
        client.force_login(amina)
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{sentence}</h1>" in page
    assert 'href="#main"' in page
    assert "ISCM Portal" in page
    assert "Content-Security-Policy" in response.headers


def test_a_form_without_its_token_is_answered_with_a_page_of_ours(db):
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert response.status_code == 403
    assert "<h1>Please send this once more</h1>" in response.content.decode()


def test_the_page_of_a_failure_needs_neither_request_nor_database():
    """No database is allowed in this test: the page has to come when the database is what has failed."""
    page = render_to_string("500.html", {"PORTAL_NAME": "ISCM Portal", "PORTAL_MODE": "production"})
    assert "Something went wrong" in page


def test_the_banner_of_a_demonstration_shows_only_there(client, db, settings):
    sentence = "This is a demonstration. The mechanisms and their texts are invented."
    assert sentence not in client.get(reverse("account_login")).content.decode()
    settings.PORTAL_MODE = "demonstration"
    assert sentence in client.get(reverse("account_login")).content.decode()


def test_messages_are_announced(client, amina):
    client.force_login(amina)
    response = client.post(reverse("profile"), {"name": "Amina", "language": "en", "time_zone": "UTC"}, follow=True)
    assert re.search(r'<li class="message message-success">\s*<div role="status">', response.content.decode())


def test_names_cannot_carry_markup_into_a_page(client, amina):
    amina.name = "<script>alert(1)</script>"
    amina.save()
    client.force_login(amina)
    assert "<script>alert" not in client.get(reverse("profile")).content.decode()
