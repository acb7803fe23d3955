"""Who may bring whom in, and what an invitation does, once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from submissions import invitations
from submissions.models import Affiliation, Capacity, Invitation, Submission, User
from submissions.tasks import send_invitation

from . import factories
from .test_accounts import text_of

NEW_PERSON = {"name": "Nadia New", "password": "a long enough password", "language": "fr", "time_zone": "Africa/Tunis"}


def form(**changes):
    return {
        "email": "nadia@example.org",
        "name": "Nadia",
        "language": "fr",
        "capacity": Capacity.FOCAL_POINT,
        "may_file": "on",
        "starts_on": invitations.today().isoformat(),
        "ends_on": "",
        **changes,
    }


def invitation_to(iscm, *, by, email="nadia@example.org", **fields):
    fields.setdefault("capacity", Capacity.FOCAL_POINT)
    return Invitation.objects.create(email=email, iscm=iscm, invited_by=by, **fields)


@pytest.fixture
def invitation(mechanism_a, amina):
    return invitation_to(mechanism_a, by=amina, may_file=True)


def page_of(invitation):
    return reverse("accept_invitation", args=[invitation.token])


# ------------------------------------------------------------------------------------------- who may invite


def test_a_head_invites_to_their_mechanism(client, amina, mechanism_a):
    client.force_login(amina)
    client.post(reverse("invite", args=[mechanism_a.slug]), form())
    (invitation,) = Invitation.objects.all()
    assert (invitation.iscm, invitation.invited_by, invitation.may_file) == (mechanism_a, amina, True)
    assert OrmQ.objects.count() == 1


def test_a_head_who_does_not_file_may_still_grant_it(client, mechanism_a):
    chair = factories.make_person(name="Chloe Chair")
    factories.affiliate(user=chair, iscm=mechanism_a, may_file=False, capacity=Capacity.CHAIR)
    client.force_login(chair)
    client.post(reverse("invite", args=[mechanism_a.slug]), form())
    assert Invitation.objects.get().may_file


def test_a_head_of_a_cannot_invite_to_b(client, amina, mechanism_b):
    client.force_login(amina)
    response = client.post(reverse("invite", args=[mechanism_b.slug]), form())
    assert response.status_code == 404
    assert not Invitation.objects.exists()


def test_a_focal_point_finds_no_page_to_invite(client, bruno, mechanism_a):
    client.force_login(bruno)
    assert client.get(reverse("invite", args=[mechanism_a.slug])).status_code == 404
    assert client.post(reverse("invite", args=[mechanism_a.slug]), form()).status_code == 404
    assert not Invitation.objects.exists()
    people = client.get(reverse("people", args=[mechanism_a.slug]))
    assert reverse("invite", args=[mechanism_a.slug]) not in people.content.decode()


def test_a_head_whose_term_has_ended_invites_nobody(client, amina, mechanism_a):
    Affiliation.objects.filter(user=amina).update(ends_on=invitations.today())
    client.force_login(amina)
    assert client.post(reverse("invite", args=[mechanism_a.slug]), form()).status_code == 404
    assert not Invitation.objects.exists()


def test_an_administrator_invites_to_any_mechanism(client, ada, mechanism_b):
    client.force_login(ada)
    client.post(reverse("invite", args=[mechanism_b.slug]), form())
    assert Invitation.objects.get().iscm == mechanism_b


def test_extra_fields_in_an_invitation_give_no_role_at_iom(client, amina, mechanism_a, mechanism_b):
    client.force_login(amina)
    client.post(
        reverse("invite", args=[mechanism_a.slug]), form(is_reviewer="on", is_approver="on", iscm=str(mechanism_b.pk))
    )
    invitation = Invitation.objects.get()
    assert (invitation.is_reviewer, invitation.is_approver, invitation.iscm) == (False, False, mechanism_a)


def test_only_administrators_invite_colleagues_of_iom(client, amina, rita, ada):
    colleague = {"email": "colleague@example.org", "name": "", "language": "en", "is_reviewer": "on"}
    for person in (amina, rita):
        client.force_login(person)
        assert client.post(reverse("invite_colleague"), colleague).status_code == 404
    assert not Invitation.objects.exists()
    client.force_login(ada)
    client.post(reverse("invite_colleague"), colleague)
    assert Invitation.objects.get().is_reviewer


def test_a_colleague_is_invited_to_at_least_one_role(client, ada):
    client.force_login(ada)
    response = client.post(
        reverse("invite_colleague"), {"email": "colleague@example.org", "name": "Kai Kept", "language": "en"}
    )
    assert "Choose at least one of the two roles." in text_of(response)
    assert "Kai Kept" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "no address"}, "valid email address"),
        ({"email": ""}, "This field is required"),
        ({"capacity": "emperor"}, "Select a valid choice"),
        ({"starts_on": "2030-02-01", "ends_on": "2030-01-01"}, "The end has to be later than the beginning."),
        ({"starts_on": "2020-01-01", "ends_on": "2020-02-01"}, "they would never have access"),
        ({"email": "amina@example.org", "capacity": Capacity.HEAD}, "has that capacity in the mechanism already"),
        ({"email": "bruno@example.org", "may_file": ""}, "has that capacity in the mechanism already"),
        ({"email": "OPEN@example.org"}, "is open already"),
        ({"name": "Na\x00dia"}, "Null characters are not allowed"),
    ],
)
def test_a_wrong_invitation_is_refused_in_words_and_keeps_what_was_typed(
    client, amina, bruno, mechanism_a, changes, sentence
):
    invitation_to(mechanism_a, by=amina, email="open@example.org")
    client.force_login(amina)
    response = client.post(reverse("invite", args=[mechanism_a.slug]), form(**{"name": "Kai Kept", **changes}))
    assert sentence in text_of(response)
    assert "There is a problem" in text_of(response)
    assert "Kai Kept" in response.content.decode() or "\x00" in changes.get("name", "")
    assert Invitation.objects.count() == 1


def test_who_drafts_already_can_be_invited_to_file(client, amina, bruno, mechanism_a):
    client.force_login(amina)
    client.post(reverse("invite", args=[mechanism_a.slug]), form(email=bruno.email))
    invitations.accept(Invitation.objects.get(), user=bruno)
    (affiliation,) = bruno.affiliations.all()
    assert affiliation.may_file


def in_days(days):
    return invitations.today() + timedelta(days=days)


def files_on(user, days):
    return Affiliation.objects.current(on=in_days(days)).may_file().filter(user=user).exists()


def drafts_on(user, days):
    return Affiliation.objects.current(on=in_days(days)).filter(user=user).exists()


def test_a_right_to_file_for_some_days_begins_and_ends_on_them(mechanism_a, amina, bruno):
    terms = {"may_file": True, "starts_on": in_days(200), "ends_on": in_days(210)}
    invitations.accept(invitation_to(mechanism_a, by=amina, email=bruno.email, **terms), user=bruno)
    assert [files_on(bruno, days) for days in (0, 199, 200, 209, 210, 1000)] == [False, False, True, True, False, False]
    assert drafts_on(bruno, 0)
    assert drafts_on(bruno, 1000)


def test_a_right_to_file_until_a_day_ends_on_it(mechanism_a, amina, bruno):
    invitation = invitation_to(mechanism_a, by=amina, email=bruno.email, may_file=True, ends_on=in_days(10))
    invitations.accept(invitation, user=bruno)
    assert [files_on(bruno, days) for days in (0, 9, 10, 1000)] == [True, True, False, False]
    assert drafts_on(bruno, 1000)


def test_a_right_to_file_from_a_later_day_begins_on_it(mechanism_a, amina, bruno):
    invitation = invitation_to(mechanism_a, by=amina, email=bruno.email, may_file=True, starts_on=in_days(20))
    invitations.accept(invitation, user=bruno)
    assert [files_on(bruno, days) for days in (0, 19, 20, 1000)] == [False, False, True, True]
    assert [drafts_on(bruno, days) for days in (0, 19, 20, 1000)] == [True] * 4
    assert bruno.affiliations.count() == 2


def test_who_will_file_later_and_drafts_from_today_does_not_file_before(mechanism_a, amina, bruno):
    Affiliation.objects.filter(user=bruno).update(may_file=True, starts_on=in_days(20))
    invitations.accept(invitation_to(mechanism_a, by=amina, email=bruno.email), user=bruno)
    assert [files_on(bruno, days) for days in (0, 19, 20, 1000)] == [False, False, True, True]
    assert [drafts_on(bruno, days) for days in (0, 19, 20, 1000)] == [True] * 4


def test_an_invitation_takes_no_right_away(mechanism_a, amina, bruno):
    Affiliation.objects.filter(user=bruno).update(may_file=True)
    for terms in ({}, {"starts_on": in_days(20)}, {"ends_on": in_days(10)}):
        invitations.accept(invitation_to(mechanism_a, by=amina, email=bruno.email, **terms), user=bruno)
        assert all(files_on(bruno, days) for days in (0, 10, 20, 1000)), terms


# ------------------------------------------------------------------------------------------- the mail


def test_the_mail_is_in_the_invitees_language_and_carries_the_link(invitation, settings):
    settings.PORTAL_ADDRESS = "https://portal.example.org"
    send_invitation(invitation.pk)
    (message,) = mail.outbox
    assert message.to == ["nadia@example.org"]
    assert f"https://portal.example.org{page_of(invitation)}" in message.body
    assert "Test Dialogue A" in message.body


def test_an_invitation_withdrawn_in_the_meantime_is_not_mailed(invitation):
    Invitation.objects.update(revoked_at=timezone.now())
    send_invitation(invitation.pk)
    assert mail.outbox == []


def test_invitation_and_job_are_written_together_or_not_at_all(amina, mechanism_a, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr(invitations, "async_task", broken)
    with pytest.raises(RuntimeError):
        invitations.send(Invitation(email="nadia@example.org", iscm=mechanism_a, capacity=Capacity.DELEGATE), by=amina)
    assert not Invitation.objects.exists()


def test_sending_again_makes_it_valid_anew_with_the_same_link(client, amina, invitation):
    soon = timezone.now() + timedelta(hours=1)
    Invitation.objects.update(expires_at=soon)
    client.force_login(amina)
    client.post(reverse("resend_invitation", args=[invitation.pk]))
    again = Invitation.objects.get()
    assert again.token == invitation.token
    assert again.expires_at > timezone.now() + timedelta(days=13)
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("state", ["withdrawn", "accepted"])
def test_sending_again_does_not_undo_what_happened_in_the_meantime(amina, bruno, invitation, state):
    """The page of people was open while somebody withdrew or accepted the invitation."""
    seen = Invitation.objects.get()
    changes = {"revoked_at": timezone.now()}
    if state == "accepted":
        changes = {"accepted_at": timezone.now(), "accepted_by": bruno}
    Invitation.objects.update(**changes)
    assert not invitations.send(seen, by=amina)
    invitation.refresh_from_db()
    assert not invitation.is_open
    assert OrmQ.objects.count() == 0


def test_others_neither_send_again_nor_withdraw(client, invitation, bruno, carla, rita):
    for person in (bruno, carla, rita):
        client.force_login(person)
        for name in ("resend_invitation", "revoke_invitation"):
            assert client.post(reverse(name, args=[invitation.pk])).status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_open


def test_a_head_cannot_withdraw_an_invitation_of_iom(client, amina, ada):
    of_iom = Invitation.objects.create(email="colleague@example.org", is_reviewer=True, invited_by=ada)
    client.force_login(amina)
    assert client.post(reverse("revoke_invitation", args=[of_iom.pk])).status_code == 404


# ------------------------------------------------------------------------------------------- accepting


def test_opening_the_link_changes_nothing(client, invitation):
    response = client.get(page_of(invitation))
    assert "Test Dialogue A" in text_of(response)
    assert not User.objects.filter(email="nadia@example.org").exists()
    assert Invitation.objects.get().is_open


def test_a_new_person_accepts_and_is_in(client, invitation, mechanism_a):
    client.post(page_of(invitation), NEW_PERSON)
    nadia = User.objects.get(email="nadia@example.org")
    affiliation = nadia.affiliations.get()
    invitation.refresh_from_db()
    assert (nadia.name, nadia.language, nadia.time_zone) == ("Nadia New", "fr", "Africa/Tunis")
    assert (affiliation.iscm, affiliation.capacity, affiliation.may_file) == (mechanism_a, Capacity.FOCAL_POINT, True)
    assert (invitation.accepted_by, nadia.is_staff, nadia.is_iom) == (nadia, False, False)
    assert EmailAddress.objects.filter(user=nadia, email=nadia.email, verified=True, primary=True).exists()
    assert client.session["_auth_user_id"] == str(nadia.pk)


def test_a_new_person_cannot_choose_another_address_or_a_role(client, invitation):
    client.post(
        page_of(invitation), {**NEW_PERSON, "email": "evil@example.org", "is_superuser": "on", "is_staff": "on"}
    )
    nadia = invitations.account_of("nadia@example.org")
    assert (nadia.email, nadia.is_superuser, nadia.is_staff) == ("nadia@example.org", False, False)
    assert not User.objects.filter(email="evil@example.org").exists()


@pytest.mark.parametrize("password", ["short", "password12345", "nadia@example.org"])
def test_a_weak_password_is_refused_and_nothing_is_made(client, invitation, password):
    response = client.post(page_of(invitation), {**NEW_PERSON, "password": password})
    assert "There is a problem" in text_of(response)
    assert not User.objects.filter(email="nadia@example.org").exists()
    assert Invitation.objects.get().is_open


def test_accepting_twice_affiliates_once(client, invitation):
    client.post(page_of(invitation), NEW_PERSON)
    again = client.post(page_of(invitation), NEW_PERSON)
    assert again.headers["Location"] == reverse("home")
    client.logout()
    stranger = client.post(page_of(invitation), {**NEW_PERSON, "name": "Somebody Else"})
    assert "has been accepted already" in text_of(stranger)
    assert Affiliation.objects.filter(user__email="nadia@example.org").count() == 1


def test_two_posts_at_the_same_moment_are_one_acceptance(invitation, bruno):
    """Both requests have seen the invitation open; the second finds it taken inside its own transaction."""
    first, second = Invitation.objects.get(), Invitation.objects.get()
    invitations.accept(first, user=bruno)
    with pytest.raises(invitations.NoLongerOpen):
        invitations.accept(second, user=bruno)


def test_a_person_with_an_account_signs_in_and_accepts(client, amina, carla, mechanism_a):
    invitation = invitation_to(mechanism_a, by=amina, email="Carla@Example.org", capacity=Capacity.DELEGATE)
    page = client.get(page_of(invitation))
    assert "You have an account with this address already" in text_of(page)
    assert f"{reverse('account_login')}?next={page_of(invitation)}" in page.content.decode()
    client.force_login(carla)
    client.post(page_of(invitation))
    assert set(carla.affiliations.values_list("iscm__acronym", "capacity")) == {("TDB", "head"), ("TDA", "delegate")}


def test_posting_a_new_persons_form_takes_over_no_account(client, amina, carla, mechanism_a):
    invitation = invitation_to(mechanism_a, by=amina, email=carla.email, capacity=Capacity.DELEGATE)
    client.post(page_of(invitation), {**NEW_PERSON, "name": "Taken Over"})
    carla.refresh_from_db()
    assert carla.name == "Carla Reyes"
    assert carla.check_password(factories.PASSWORD)
    assert "_auth_user_id" not in client.session


def test_somebody_signed_in_with_another_address_is_told(client, carla, invitation):
    client.force_login(carla)
    for response in (client.get(page_of(invitation)), client.post(page_of(invitation), NEW_PERSON)):
        assert "was sent to nadia@example.org, and you are signed in as carla@example.org" in text_of(response)
    assert Invitation.objects.get().is_open
    assert carla.affiliations.count() == 1


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "This invitation was open until"),
        ({"revoked_at": timezone.now()}, "has been withdrawn"),
    ],
)
def test_an_invitation_that_is_not_open_says_why(client, invitation, state, sentence):
    Invitation.objects.update(**state)
    for response in (client.get(page_of(invitation)), client.post(page_of(invitation), NEW_PERSON)):
        assert sentence in text_of(response)
        assert response.status_code == 404
    assert not User.objects.filter(email="nadia@example.org").exists()


def test_an_unknown_link_says_so(client, db):
    response = client.get(reverse("accept_invitation", args=["no-such-token"]))
    assert "No invitation has this address" in text_of(response)


def test_a_closed_account_is_not_opened_by_an_invitation(client, amina, carla, mechanism_a):
    carla.is_active = False
    carla.save()
    invitation = invitation_to(mechanism_a, by=amina, email=carla.email)
    assert "has been closed" in text_of(client.get(page_of(invitation)))
    client.post(page_of(invitation), NEW_PERSON)
    carla.refresh_from_db()
    assert (carla.is_active, carla.affiliations.count()) == (False, 1)


def test_a_colleague_accepts_and_reviews(client, ada):
    invitation = Invitation.objects.create(email="kai@example.org", is_reviewer=True, invited_by=ada)
    client.post(page_of(invitation), {**NEW_PERSON, "name": "Kai"})
    kai = User.objects.get(email="kai@example.org")
    assert (kai.is_reviewer, kai.is_approver, kai.is_staff) == (True, False, False)


# ------------------------------------------------------------------------------------------- ending


def end_page(affiliation):
    return reverse("end_affiliation", args=[affiliation.iscm.slug, affiliation.pk])


def test_an_ended_affiliation_ends_access_at_once(client, amina, bruno, mechanism_a, draft):
    client.force_login(bruno)
    assert client.get(reverse("people", args=[mechanism_a.slug])).status_code == 200
    assert Submission.objects.visible_to(bruno).contains(draft)
    head = type(client)()
    head.force_login(amina)
    head.post(end_page(bruno.affiliations.get()))
    assert client.get(reverse("people", args=[mechanism_a.slug])).status_code == 404
    assert not Submission.objects.visible_to(bruno).exists()


def test_an_affiliation_that_has_not_begun_can_be_ended(client, amina, mechanism_a):
    later = factories.affiliate(
        user=factories.make_person(name="Lena Later"),
        iscm=mechanism_a,
        starts_on=invitations.today() + timedelta(days=30),
    )
    client.force_login(amina)
    client.post(end_page(later))
    on_that_day = Affiliation.objects.current(on=invitations.today() + timedelta(days=31))
    assert not on_that_day.filter(pk=later.pk).exists()


def test_a_focal_point_ends_nobody(client, amina, bruno):
    client.force_login(bruno)
    assert client.post(end_page(amina.affiliations.get())).status_code == 404
    assert amina.affiliations.get().ends_on is None


def test_a_head_of_b_ends_nobody_at_a(client, carla, bruno, mechanism_b):
    affiliation = bruno.affiliations.get()
    client.force_login(carla)
    assert client.post(end_page(affiliation)).status_code == 404
    through_b = reverse("end_affiliation", args=[mechanism_b.slug, affiliation.pk])
    assert client.post(through_b).status_code == 404
    assert bruno.affiliations.get().ends_on is None


def test_ending_the_last_who_may_file_asks_for_a_second_look(client, amina, bruno):
    affiliation = amina.affiliations.get()
    client.force_login(amina)
    assert "is the last person who may file" in text_of(client.get(end_page(affiliation)))
    refused = client.post(end_page(affiliation))
    assert "Tick the box if you want to end it all the same." in text_of(refused)
    affiliation.refresh_from_db()
    assert affiliation.ends_on is None
    client.post(end_page(affiliation), {"understood": "on"})
    affiliation.refresh_from_db()
    assert affiliation.ends_on == invitations.today()


def test_asking_whether_to_end_ends_nothing(client, amina, bruno):
    client.force_login(amina)
    response = client.get(end_page(bruno.affiliations.get()))
    assert "Bruno Costa loses access" in text_of(response)
    assert bruno.affiliations.get().ends_on is None


def test_people_are_seen_by_their_own_mechanism_and_administrators_only(
    client, amina, bruno, carla, rita, ada, mechanism_a
):
    page = reverse("people", args=[mechanism_a.slug])
    for person, status in [(amina, 200), (bruno, 200), (ada, 200), (carla, 404), (rita, 404)]:
        client.force_login(person)
        assert client.get(page).status_code == status, person


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_of_people_costs_the_same_for_one_and_for_thirty(
    client, amina, mechanism_a, django_assert_max_num_queries, number
):
    for index in range(number):
        person = factories.make_person(name=f"Person{index} P", email=f"p{index}@example.org")
        factories.affiliate(user=person, iscm=mechanism_a, may_file=False, capacity=Capacity.DELEGATE)
        invitation_to(mechanism_a, by=amina, email=f"i{index}@example.org")
    client.force_login(amina)
    with django_assert_max_num_queries(10):
        client.get(reverse("people", args=[mechanism_a.slug]))
