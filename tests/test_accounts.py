"""Coming in: by invitation and one door only, with a second factor where the role needs one."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from submissions.models import Invitation, User

from . import factories


@pytest.fixture(autouse=True)
def nobody_has_tried_before():
    cache.clear()


def sign_in(client, email, password=factories.PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_person_signs_in_by_e_mail_in_whatever_case(client, amina):
    response = sign_in(client, amina.email.upper())
    assert response.headers["Location"] == reverse("home")
    assert client.get(reverse("profile")).status_code == 200


def test_no_stranger_makes_an_account(client, db):
    stranger = {"email": "stranger@example.org", "password1": "a long enough password", "password": "x"}
    page = client.get(reverse("account_signup"))
    client.post(reverse("account_signup"), stranger)
    assert not User.objects.filter(email="stranger@example.org").exists()
    assert "Accounts are by invitation" in text_of(page)
    assert "ask its Chair or the head of its secretariat" in text_of(page)


def test_sign_in_does_not_say_whether_an_address_has_an_account(client, amina):
    known = text_of(sign_in(client, amina.email, "wrong"))
    unknown = text_of(sign_in(client, "x" * len(amina.email.split("@")[0]) + "@example.org", "wrong"))
    # What was typed stays in an attribute, so the words are all that is left.
    assert known == unknown
    assert "There is a problem" in known


def test_password_reset_does_not_say_whether_an_address_has_an_account(client, amina):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in (amina.email, "unknown@example.org")
    ]
    assert text_of(answers[0]) == text_of(answers[1])
    assert [message.to for message in mail.outbox] == [[amina.email]]


def test_a_new_password_is_chosen_through_the_mailed_link(client, amina):
    client.post(reverse("account_reset_password"), {"email": amina.email})
    (message,) = mail.outbox
    link = re.search(r"https?://[^/]+(/\S+)", message.body).group(1)
    form = client.get(link, follow=True)
    new = {"password1": "quite another password", "password2": "quite another password"}
    client.post(form.redirect_chain[-1][0], new)
    assert "ISCM Portal" in message.subject
    assert "If it was not you, do nothing" in message.body
    assert sign_in(client, amina.email, "quite another password").headers["Location"] == reverse("home")


def test_repeated_wrong_passwords_are_stopped_with_a_page_of_ours(client, amina):
    answers = [sign_in(client, amina.email, "wrong") for _ in range(12)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429 or "Too many" in text_of(answers[-1])


def test_a_flood_of_sign_ins_from_one_place_gets_429(client, db):
    answers = [sign_in(client, f"person{number}@example.org", "wrong") for number in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "Too many attempts" in text_of(refused[0])
    assert 'class="site-header"' in refused[0].content.decode()


def test_a_closed_account_signs_in_no_more(client, amina):
    amina.is_active = False
    amina.save()
    sign_in(client, amina.email)
    assert client.get(reverse("profile")).status_code == 302


def test_sign_out_needs_a_button(client, amina):
    client.force_login(amina)
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("profile")).status_code == 302


def test_a_new_address_counts_once_its_link_was_opened(client, amina):
    EmailAddress.objects.create(user=amina, email=amina.email, verified=True, primary=True)
    sign_in(client, amina.email)
    client.post(reverse("account_email"), {"email": "amina.new@example.org", "action_add": ""})
    amina.refresh_from_db()
    assert amina.email == "amina@example.org"
    (message,) = [message for message in mail.outbox if message.to == ["amina.new@example.org"]]
    link = re.search(r"https?://[^/]+(/\S+)", message.body).group(1)
    client.post(link)
    amina.refresh_from_db()
    assert amina.email == "amina.new@example.org"


# ------------------------------------------------------------------------------------------- the second factor


@pytest.fixture
def second_factor_required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def give_authenticator_app(user):
    TOTP.activate(user, generate_totp_secret())


@pytest.mark.parametrize("who", ["rita", "piotr", "ada"])
def test_iom_and_staff_get_no_further_than_setting_up_a_second_factor(client, request, second_factor_required, who):
    client.force_login(request.getfixturevalue(who))
    for name in ("home", "profile", "admin:index", "account_email"):
        response = client.get(reverse(name), follow=True)
        assert response.redirect_chain[-1] == (reverse("mfa_index"), 302), name
    assert "Your role needs a second step at sign-in" in text_of(response)


def test_the_list_of_second_factors_is_not_open_without_one(client, second_factor_required, ada):
    client.force_login(ada)
    for page in ("changelist", "add"):
        response = client.get(reverse(f"admin:mfa_authenticator_{page}"))
        assert response.status_code == 302, page
        assert response.headers["Location"] == reverse("mfa_index")


def test_a_focal_point_needs_no_second_factor(client, second_factor_required, amina):
    client.force_login(amina)
    assert client.get(reverse("profile")).status_code == 200


def test_language_and_sign_out_stay_open_without_a_second_factor(client, second_factor_required, rita):
    client.force_login(rita)
    client.post(reverse("set_language"), {"language": "fr", "next": "/"})
    rita.refresh_from_db()
    assert rita.language == "fr"
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_portal_opens_once_there_is_a_second_factor(client, second_factor_required, rita):
    give_authenticator_app(rita)
    client.force_login(rita)
    assert client.get(reverse("profile")).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client, second_factor_required, rita):
    RecoveryCodes.activate(rita)
    client.force_login(rita)
    assert client.get(reverse("profile")).headers["Location"] == reverse("mfa_index")


def test_nobody_is_sent_to_a_second_factor_where_the_setting_is_off(client, rita):
    client.force_login(rita)
    assert client.get(reverse("profile")).status_code == 200


def test_the_password_alone_does_not_sign_in_somebody_with_a_second_factor(client, rita):
    give_authenticator_app(rita)
    response = sign_in(client, rita.email)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_the_administration_has_no_door_of_its_own(client, ada):
    give_authenticator_app(ada)
    page = client.get(reverse("admin:login"))
    assert page.headers["Location"].startswith(reverse("account_login"))
    client.post(reverse("admin:login"), {"username": ada.email, "password": factories.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_second_factor_is_set_up_from_the_page_one_is_sent_to(client, second_factor_required, rita):
    sign_in(client, rita.email)
    activate = reverse("mfa_activate_totp")
    client.post(f"{reverse('account_reauthenticate')}?next={activate}", {"password": factories.PASSWORD})
    page = client.get(activate)
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(page.context["form"].secret, counter))
    client.post(activate, {"code": code})
    assert Authenticator.objects.filter(user=rita, type=Authenticator.Type.TOTP).exists()
    assert client.get(reverse("profile")).status_code == 200


# ------------------------------------------------------------------------------------------- language and time zone


def test_pages_speak_the_persons_language_whatever_the_browser_says(client, amina):
    amina.language = "ar"
    amina.save()
    client.force_login(amina)
    page = client.get(reverse("profile"), headers={"Accept-Language": "es"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "bootstrap.rtl.min.css" in page


def test_pages_speak_the_browsers_language_to_those_not_signed_in(client, db):
    page = client.get(reverse("account_login"), headers={"Accept-Language": "es"}).content.decode()
    assert '<html lang="es" dir="ltr">' in page


def test_a_language_chosen_on_a_page_is_kept_with_the_person(client, amina):
    client.force_login(amina)
    response = client.post(reverse("set_language"), {"language": "ru", "next": reverse("profile")})
    amina.refresh_from_db()
    assert (amina.language, response.headers["Location"]) == ("ru", reverse("profile"))


def test_a_language_that_the_portal_does_not_speak_changes_nothing(client, amina):
    client.force_login(amina)
    client.post(reverse("set_language"), {"language": "de", "next": "/"})
    amina.refresh_from_db()
    assert amina.language == "en"


def test_changing_the_language_leads_to_no_other_site(client, db):
    response = client.post(reverse("set_language"), {"language": "fr", "next": "https://example.net/"})
    assert response.headers["Location"] == "/"


def test_moments_are_told_in_the_persons_time_zone(client, ada, amina, mechanism_a):
    Invitation.objects.create(
        email="new@example.org",
        iscm=mechanism_a,
        capacity="focal_point",
        invited_by=amina,
        expires_at="2099-06-01T20:30:00Z",
    )
    amina.time_zone = "Asia/Tokyo"
    amina.save()
    client.force_login(amina)
    assert "2 June 2099, 05:30 (Asia/Tokyo)" in text_of(client.get(reverse("people", args=[mechanism_a.slug])))


def test_a_time_zone_that_no_longer_exists_breaks_nothing(client, amina):
    amina.time_zone = "Mars/Olympus"
    amina.save()
    client.force_login(amina)
    assert client.get(reverse("profile")).status_code == 200


def test_the_profile_keeps_name_language_and_time_zone(client, amina):
    client.force_login(amina)
    client.post(reverse("profile"), {"name": "Amina D.", "language": "fr", "time_zone": "Africa/Lome"})
    amina.refresh_from_db()
    assert (amina.name, amina.language, amina.time_zone) == ("Amina D.", "fr", "Africa/Lome")


def test_a_profile_gives_nobody_a_role(client, amina):
    client.force_login(amina)
    client.post(
        reverse("profile"),
        {
            "name": "Amina",
            "language": "en",
            "time_zone": "UTC",
            "is_reviewer": "on",
            "is_superuser": "on",
            "email": "x@y.z",
        },
    )
    amina.refresh_from_db()
    assert (amina.is_reviewer, amina.is_superuser, amina.email) == (False, False, "amina@example.org")
