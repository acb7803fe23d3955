"""A head hands over to a successor: nothing before the successor accepts, and one leaves on the day the other comes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from submissions import invitations
from submissions.models import Affiliation, Capacity, Invitation, Submission, User
from submissions.tasks import confirm_handover, send_handover
from submissions.workflow import Refused

from . import factories
from .browser import faults
from .test_accounts import text_of
from .test_invitations import NEW_PERSON, in_days, page_of
from .test_workflow import at_once


def form(**changes):
    return {
        "name": "Nadia New",
        "email": "nadia@example.org",
        "language": "fr",
        "capacity": Capacity.HEAD,
        "may_file": "on",
        "starts_on": invitations.today().isoformat(),
        **changes,
    }


def start_page(affiliation):
    return reverse("hand_over", args=[affiliation.iscm.slug, affiliation.pk])


def people_page(iscm):
    return reverse("people", args=[iscm.slug])


def handover_from(user, *, email="nadia@example.org", name="Nadia New", by=None, days=0, **fields):
    outgoing = fields.pop("outgoing", None) or user.affiliations.get()
    fields = {"capacity": outgoing.capacity, "may_file": True, **fields}
    invitation = Invitation(
        email=email, name=name, iscm=outgoing.iscm, hands_over=outgoing, starts_on=in_days(days), **fields
    )
    invitations.send(invitation, by=by or user)
    return invitation


def rights_on(user, days):
    return set(Affiliation.objects.current(on=in_days(days)).filter(user=user).values_list("capacity", flat=True))


@pytest.fixture
def dina(mechanism_a):
    """Co-Chair of A, who files too: the mechanism is never without."""
    user = factories.make_person(name="Dina Haddad")
    factories.affiliate(user=user, iscm=mechanism_a, capacity=Capacity.CO_CHAIR)
    return user


# ------------------------------------------------------------------------------------------- who may hand over


def test_a_head_hands_over_their_own_rights_and_keeps_them_until_the_successor_accepts(client, amina, mechanism_a):
    client.force_login(amina)
    assert start_page(amina.affiliations.get()) in client.get(people_page(mechanism_a)).content.decode()
    client.post(start_page(amina.affiliations.get()), form(starts_on=in_days(5).isoformat()))
    handover = Invitation.objects.get()
    assert (handover.hands_over, handover.starts_on) == (amina.affiliations.get(), in_days(5))
    assert (handover.iscm, handover.invited_by, handover.may_file) == (mechanism_a, amina, True)
    assert OrmQ.objects.count() == 1
    assert rights_on(amina, 1000) == {Capacity.HEAD}


def test_the_form_proposes_the_same_capacity_the_same_right_to_file_and_today(client, amina):
    client.force_login(amina)
    initial = client.get(start_page(amina.affiliations.get())).context["form"]
    proposed = [initial[name].value() for name in ("capacity", "may_file", "starts_on")]
    assert proposed == [Capacity.HEAD, True, invitations.today()]


def test_nobody_else_hands_over_for_a_head(client, amina, bruno, carla, dina, rita, mechanism_a, mechanism_b):
    of_amina, of_bruno = amina.affiliations.get(), bruno.affiliations.get()
    for person in (bruno, carla, dina, rita):
        client.force_login(person)
        assert client.get(start_page(of_amina)).status_code == 404
        assert client.post(start_page(of_amina), form()).status_code == 404
    client.force_login(carla)
    through_b = reverse("hand_over", args=[mechanism_b.slug, of_amina.pk])
    assert client.post(through_b, form()).status_code == 404
    client.force_login(amina)
    assert client.post(start_page(of_bruno), form()).status_code == 404
    assert start_page(of_bruno) not in client.get(people_page(mechanism_a)).content.decode()
    assert not Invitation.objects.exists()


def test_a_head_whose_term_has_ended_hands_nothing_over(client, amina, dina):
    outgoing = amina.affiliations.get()
    Affiliation.objects.filter(pk=outgoing.pk).update(ends_on=invitations.today())
    client.force_login(amina)
    assert client.post(start_page(outgoing), form()).status_code == 404
    assert not Invitation.objects.exists()


def test_an_administrator_who_heads_nothing_hands_over_on_behalf_of_a_head(client, ada, amina, mechanism_a):
    client.force_login(ada)
    client.post(start_page(amina.affiliations.get()), form())
    handover = Invitation.objects.get()
    client.logout()
    client.post(page_of(handover), NEW_PERSON)
    assert rights_on(amina, 0) == set()
    client.force_login(ada)
    page = text_of(client.get(people_page(mechanism_a)))
    assert "Handed over by Amina Diallo to Nadia New" in page
    assert "Arranged by Ada Mwangi." in page


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"email": "no address"}, "valid email address"),
        ({"email": "AMINA@example.org"}, "Nobody hands over to themselves"),
        ({"capacity": Capacity.FOCAL_POINT}, "Select a valid choice"),
        ({"starts_on": "2020-01-01"}, "This day has passed"),
        ({"starts_on": "9999-12-31"}, "within a year from today"),
        ({"starts_on": "soon"}, "Enter a valid date"),
        ({"may_file": ""}, "Without Amina Diallo nobody could file"),
        ({"name": "Na\x00dia"}, "Null characters are not allowed"),
    ],
)
def test_a_wrong_handover_is_refused_in_words_and_keeps_what_was_typed(client, amina, changes, sentence):
    client.force_login(amina)
    response = client.post(start_page(amina.affiliations.get()), form(**{"email": "kept@example.org", **changes}))
    assert sentence in text_of(response)
    assert "There is a problem" in text_of(response)
    assert ("kept@example.org" if "email" not in changes else "Nadia New") in response.content.decode()
    assert not Invitation.objects.exists()


def test_who_takes_over_need_not_file_where_somebody_else_does(client, amina, dina):
    client.force_login(amina)
    client.post(start_page(amina.affiliations.get()), form(may_file=""))
    assert not Invitation.objects.get().may_file


def test_a_day_after_the_end_of_the_outgoing_persons_own_rights_is_refused(client, amina):
    Affiliation.objects.filter(user=amina).update(ends_on=in_days(10))
    client.force_login(amina)
    response = client.post(start_page(amina.affiliations.get()), form(starts_on=in_days(11).isoformat()))
    assert "The rights of Amina Diallo end on" in text_of(response)
    assert not Invitation.objects.exists()
    client.post(start_page(amina.affiliations.get()), form(starts_on=in_days(10).isoformat()))
    assert Invitation.objects.get().starts_on == in_days(10)


def test_a_second_handover_is_refused_and_the_open_one_named(client, amina):
    handover_from(amina, name="Otto Open", email="otto@example.org", days=3)
    client.force_login(amina)
    page = start_page(amina.affiliations.get())
    for response in (client.get(page, follow=True), client.post(page, form())):
        assert "A handover from Amina Diallo to Otto Open on" in text_of(response)
    with pytest.raises(Refused, match="Otto Open"):  # both forms were sent at the same moment
        handover_from(amina)
    assert Invitation.objects.count() == 1


def test_after_a_handover_was_withdrawn_or_has_expired_another_may_begin(client, amina):
    for changes in ({"revoked_at": timezone.now()}, {"expires_at": timezone.now()}):
        handover = handover_from(amina)
        Invitation.objects.filter(pk=handover.pk).update(**changes)
    assert handover_from(amina).is_open


def test_rights_that_pass_on_a_later_day_are_not_handed_over_once_more(amina, carla):
    invitations.accept(handover_from(amina, email=carla.email, days=5), user=carla)
    with pytest.raises(Refused, match="has handed over to Carla Reyes already"):
        handover_from(amina)


def test_handovers_that_cross_are_refused(amina, dina):
    """Each would end what the other has just given."""
    handover_from(amina, email=dina.email, name="Dina Haddad")
    with pytest.raises(Refused, match="Dina Haddad is to take over from Amina Diallo"):
        handover_from(dina)
    Invitation.objects.update(revoked_at=timezone.now())
    handover_from(dina)
    with pytest.raises(Refused, match="Dina Haddad is handing over to Nadia New"):
        handover_from(amina, email=dina.email, name="Dina Haddad")


# ------------------------------------------------------------------------------------------- accepting


def test_opening_the_link_says_what_passes_and_when_and_changes_nothing(client, amina):
    handover = handover_from(amina, days=5)
    page = text_of(client.get(page_of(handover)))
    assert "Amina Diallo hands over to you at TDA" in page
    assert "all rights of Amina Diallo at the mechanism end on that day" in page
    assert Invitation.objects.get().is_open
    assert rights_on(amina, 1000) == {Capacity.HEAD}
    assert not User.objects.filter(email="nadia@example.org").exists()


def test_on_acceptance_one_begins_on_the_day_on_which_the_other_ends(client, amina, mechanism_a):
    factories.affiliate(user=amina, iscm=mechanism_a, capacity=Capacity.DELEGATE, ends_on=in_days(90))
    later = factories.affiliate(user=amina, iscm=mechanism_a, capacity=Capacity.CHAIR, starts_on=in_days(30))
    over = factories.affiliate(user=amina, iscm=mechanism_a, capacity=Capacity.CO_CHAIR, ends_on=in_days(-1))
    outgoing = amina.affiliations.get(capacity=Capacity.HEAD)
    client.post(page_of(handover_from(amina, outgoing=outgoing, days=5)), NEW_PERSON)
    nadia = User.objects.get(email="nadia@example.org")
    assert [rights_on(nadia, days) for days in (0, 4, 5, 1000)] == [set(), set(), {"head"}, {"head"}]
    assert [rights_on(amina, days) for days in (4, 5, 31, 1000)] == [{"head", "delegate"}, set(), set(), set()]
    later.refresh_from_db()
    over.refresh_from_db()
    assert (later.ends_on, over.ends_on) == (later.starts_on, in_days(-1))


def test_a_handover_for_today_takes_effect_at_once(client, amina, draft):
    client.post(page_of(handover_from(amina)), NEW_PERSON)
    nadia = User.objects.get(email="nadia@example.org")
    assert Submission.objects.visible_to(nadia).contains(draft)
    assert not Submission.objects.visible_to(amina).exists()


def test_who_accepts_after_the_day_takes_over_when_they_accept(amina, carla):
    handover = handover_from(amina, email=carla.email, days=2)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6), tick=False):
        invitations.accept(handover, user=carla)
        assert Invitation.objects.get().starts_on == invitations.today()
        assert amina.affiliations.get().ends_on == invitations.today()
        assert carla.affiliations.get(iscm=handover.iscm).starts_on == invitations.today()


def test_rights_at_other_mechanisms_and_of_other_people_stay(amina, bruno, carla, mechanism_b):
    factories.affiliate(user=amina, iscm=mechanism_b, capacity=Capacity.DELEGATE)
    outgoing = amina.affiliations.get(capacity=Capacity.HEAD)
    invitations.accept(handover_from(amina, outgoing=outgoing, email=carla.email), user=carla)
    assert rights_on(amina, 0) == {Capacity.DELEGATE}
    assert rights_on(bruno, 0) == {Capacity.FOCAL_POINT}
    assert carla.affiliations.filter(iscm=mechanism_b, ends_on=None).exists()


def test_what_the_outgoing_person_sent_themselves_before_does_not_bring_them_back(client, amina, carla, mechanism_a):
    way_back = Invitation(email=amina.email, iscm=mechanism_a, capacity=Capacity.CO_CHAIR, may_file=True)
    invitations.send(way_back, by=amina)
    invitations.accept(handover_from(amina, email=carla.email), user=carla)
    client.force_login(amina)
    answer = client.post(reverse("accept_invitation", args=[way_back.token]))
    assert "You sent this invitation to yourself while you headed Test Dialogue A" in answer.content.decode()
    assert rights_on(amina, 0) == set()


def test_ending_a_successor_who_is_still_to_come_warns_where_nobody_could_file_then(client, amina, carla, mechanism_a):
    invitations.accept(handover_from(amina, email=carla.email, days=10), user=carla)
    to_come = carla.affiliations.get(iscm=mechanism_a)
    client.force_login(amina)
    page = client.post(reverse("end_affiliation", args=[mechanism_a.slug, to_come.pk])).content.decode()
    assert "nobody will be able to file" in page
    to_come.refresh_from_db()
    assert to_come.ends_on is None


def test_an_open_session_of_the_outgoing_person_has_no_rights_from_the_day_on(client, amina, carla, draft, mechanism_a):
    client.force_login(amina)
    invitations.accept(handover_from(amina, email=carla.email, days=2), user=carla)
    pages = [people_page(mechanism_a), reverse("tasks", args=[draft.reference]), reverse("invite", args=["tda"])]
    midnight = datetime.combine(in_days(2), datetime.min.time(), UTC)
    with time_machine.travel(midnight - timedelta(minutes=1), tick=False):
        assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    with time_machine.travel(midnight, tick=False):
        assert [client.get(page).status_code for page in pages] == [404, 404, 404]
        assert client.get(reverse("profile")).status_code == 200  # still the same session


def test_a_focal_point_becomes_head_and_keeps_what_they_had(client, amina, bruno):
    handover = handover_from(amina, email=bruno.email, name="Bruno Costa")
    client.force_login(bruno)
    assert "Accept and take over" in text_of(client.get(page_of(handover)))
    client.post(page_of(handover))
    assert rights_on(bruno, 0) == {Capacity.FOCAL_POINT, Capacity.HEAD}
    assert rights_on(amina, 0) == set()


def test_who_is_head_already_takes_over_without_losing_anything(amina, mechanism_a):
    other = factories.make_person(name="Hana Head")
    theirs = factories.affiliate(user=other, iscm=mechanism_a, may_file=False)
    invitations.accept(handover_from(amina, email=other.email), user=other)
    theirs.refresh_from_db()
    assert (theirs.may_file, theirs.ends_on, other.affiliations.count()) == (True, None, 1)
    assert rights_on(amina, 0) == set()


def test_a_handover_lengthens_nobodys_rights(amina, carla):
    """An administrator has ended them earlier than the day that the handover names."""
    handover = handover_from(amina, email=carla.email, days=9)
    Affiliation.objects.filter(user=amina).update(ends_on=in_days(4))
    invitations.accept(handover, user=carla)
    assert amina.affiliations.get().ends_on == in_days(4)


@pytest.mark.parametrize("change", [{"ends_on": "today"}, {"capacity": Capacity.DELEGATE}])
def test_who_heads_no_more_when_the_successor_accepts_hands_nothing_over(client, amina, carla, dina, change):
    handover = handover_from(amina, email=carla.email)
    seen = Invitation.objects.get()  # the page was open before
    if change == {"ends_on": "today"}:
        change = {"ends_on": invitations.today()}
    Affiliation.objects.filter(user=amina).update(**change)
    client.force_login(carla)
    for response in (client.get(page_of(handover)), client.post(page_of(handover))):
        assert "Amina Diallo does not head TDA any more" in text_of(response)
        assert "an administrator of the portal, can invite you" in text_of(response)
    with pytest.raises(Refused):
        invitations.accept(seen, user=carla)
    assert not carla.affiliations.filter(iscm=handover.iscm).exists()
    assert Invitation.objects.get().accepted_at is None
    client.force_login(dina)
    again = client.post(reverse("resend_invitation", args=[handover.pk]), follow=True)
    assert "does not head TDA any more" in text_of(again)
    assert OrmQ.objects.count() == 1


def test_an_address_that_became_the_outgoing_persons_own_takes_nothing_over(client, amina):
    handover = handover_from(amina, email="second@example.org")
    EmailAddress.objects.create(user=amina, email="second@example.org", verified=True)
    client.force_login(amina)
    assert "Nobody hands over to themselves" in text_of(client.post(page_of(handover)))
    assert rights_on(amina, 1000) == {Capacity.HEAD}


def test_two_who_accept_at_the_same_moment_leave_one_successor(amina, bruno, carla):
    handover = handover_from(amina)
    first, second = Invitation.objects.get(pk=handover.pk), Invitation.objects.get(pk=handover.pk)
    invitations.accept(first, user=bruno)
    with pytest.raises(invitations.NoLongerOpen):
        invitations.accept(second, user=carla)
    assert Capacity.HEAD in rights_on(bruno, 0)
    assert not carla.affiliations.filter(iscm=handover.iscm).exists()


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_handover_that_is_not_accepted_changes_nothing(client, amina, mechanism_a, end):
    handover = handover_from(amina)
    client.force_login(amina)
    if end == "withdrawn":
        client.post(reverse("revoke_invitation", args=[handover.pk]))
    else:
        Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    client.logout()
    assert client.post(page_of(handover), NEW_PERSON).status_code == 404
    assert rights_on(amina, 1000) == {Capacity.HEAD}
    assert not User.objects.filter(email="nadia@example.org").exists()


def test_if_the_last_moment_fails_nobody_gains_or_loses(amina, carla, monkeypatch):
    handover = handover_from(amina, email=carla.email)
    monkeypatch.setattr(invitations, "async_task", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invitations.accept(handover, user=carla)
    assert rights_on(amina, 0) == {Capacity.HEAD}
    assert not carla.affiliations.filter(iscm=handover.iscm).exists()
    assert Invitation.objects.get().is_open


# ------------------------------------------------------------------------------------------- how long it is open


@pytest.mark.parametrize(("days", "open_on"), [(0, 13), (5, 13), (60, 60)])
def test_the_link_is_open_for_fourteen_days_and_at_least_until_the_day_is_over(client, amina, days, open_on):
    handover = handover_from(amina, days=days)
    client.force_login(amina)
    for _ in range(2):
        handover.refresh_from_db()
        assert handover.expires_at.date() >= in_days(open_on)
        assert handover.expires_at.date() <= in_days(max(days, 14))
        client.post(reverse("resend_invitation", args=[handover.pk]))


# ------------------------------------------------------------------------------------------- the record


def test_people_read_who_handed_over_to_whom_and_when_it_was_accepted(client, amina, bruno, carla, mechanism_a):
    handover = handover_from(amina, email=carla.email)
    client.force_login(bruno)
    assert "nadia@example.org" not in client.get(people_page(mechanism_a)).content.decode()
    client.force_login(amina)
    page = client.get(people_page(mechanism_a))
    assert "Open handovers" in text_of(page)
    assert reverse("revoke_invitation", args=[handover.pk]) in page.content.decode()
    invitations.accept(handover, user=carla)
    client.force_login(bruno)
    page = text_of(client.get(people_page(mechanism_a)))
    assert "Handed over by Amina Diallo to Carla Reyes (Head of the secretariat), on" in page
    assert "; accepted on" in page
    assert "Open handovers" not in page


def test_before_the_day_the_record_says_that_it_is_to_come(client, amina, carla, mechanism_a):
    invitations.accept(handover_from(amina, email=carla.email, days=5), user=carla)
    client.force_login(amina)
    assert "To be handed over by Amina Diallo to Carla Reyes" in text_of(client.get(people_page(mechanism_a)))


def test_the_history_of_both_affiliations_gives_the_reason(amina, carla):
    handover = handover_from(amina, email=carla.email)
    invitations.accept(handover, user=carla)
    given = carla.affiliations.get(iscm=handover.iscm)
    assert given.history.latest().history_change_reason == "Took over from Amina Diallo"
    assert amina.affiliations.get().history.latest().history_change_reason == "Handed over to Carla Reyes"


def test_a_long_name_fits_into_the_history(amina, carla):
    User.objects.filter(pk=carla.pk).update(name="N" * 150)
    carla.refresh_from_db()
    invitations.accept(handover_from(amina, email=carla.email), user=carla)
    assert len(amina.affiliations.get().history.latest().history_change_reason) == 100


def test_administrators_see_in_the_record_of_invitations_what_was_handed_over(client, ada, amina):
    handover = handover_from(amina)
    client.force_login(ada)
    page = client.get(reverse("admin:submissions_invitation_change", args=[handover.pk]))
    assert "Amina Diallo – TDA" in text_of(page)


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_of_people_costs_the_same_for_one_handover_and_for_many(
    client, amina, ada, mechanism_a, django_assert_max_num_queries, number
):
    for index in range(number):
        head = factories.make_person(name=f"Head{index} H", email=f"head{index}@example.org")
        outgoing = factories.affiliate(user=head, iscm=mechanism_a)
        open_one = handover_from(head, outgoing=outgoing, email=f"next{index}@example.org", by=ada)
        if index % 2:
            next_one = factories.make_person(name=f"Next{index} N", email=f"next{index}@example.org")
            invitations.accept(open_one, user=next_one)
    client.force_login(amina)
    with django_assert_max_num_queries(10):
        client.get(people_page(mechanism_a))


# ------------------------------------------------------------------------------------------- the mails


def test_a_name_with_a_line_break_brings_no_header_into_the_mail_and_does_not_stop_it(amina):
    amina.name = "Amina\nBcc: other@example.org"
    amina.save()
    send_handover(handover_from(amina, days=20).pk)
    (message,) = mail.outbox
    assert message.subject == "Take over from Amina Bcc: other@example.org at TDA"
    assert message.recipients() == ["nadia@example.org"]


def test_the_successor_is_told_what_passes_from_when_and_by_when_to_accept(amina, ada, settings):
    settings.PORTAL_ADDRESS = "https://portal.example.org"
    handover = handover_from(amina, days=20, by=ada)
    Invitation.objects.update(starts_on="2030-03-01", expires_at=datetime(2030, 3, 9, tzinfo=UTC))
    send_handover(handover.pk)
    (message,) = mail.outbox
    assert message.to == ["nadia@example.org"]
    assert message.subject == "Take over from Amina Diallo at TDA"
    for words in (
        "Amina Diallo (Head of the secretariat) hands over to you the rights of Test Dialogue A",
        "Ada Mwangi has arranged this.",
        "Head of the secretariat, from 1 March 2030",
        "all rights of Amina Diallo at the mechanism end",
        "Please accept by 9 March 2030",
        f"https://portal.example.org{page_of(handover)}",
    ):
        assert words in message.body


def test_a_handover_withdrawn_in_the_meantime_is_not_mailed(amina):
    handover = handover_from(amina)
    Invitation.objects.update(revoked_at=timezone.now())
    send_handover(handover.pk)
    assert mail.outbox == []


def test_the_outgoing_person_is_told_once_accepted_when_their_rights_end(amina, carla):
    handover = handover_from(amina, email=carla.email, days=3)
    invitations.accept(handover, user=carla)
    jobs = [job.func() for job in OrmQ.objects.order_by("pk")]
    assert jobs == ["submissions.tasks.send_handover", "submissions.tasks.confirm_handover"]
    Invitation.objects.update(starts_on="2030-03-01")
    confirm_handover(handover.pk)
    (message,) = mail.outbox
    assert message.to == [amina.email]
    assert message.subject == "Your rights at TDA end on 1 March 2030"
    assert "Carla Reyes accepted on" in message.body
    assert "end on 1 March 2030: from that day, from midnight UTC" in message.body


def test_each_mail_is_in_the_language_of_the_one_who_reads_it(amina, carla):
    User.objects.filter(pk=amina.pk).update(language="fr")
    handover = handover_from(amina, email=carla.email, language="es")
    invitations.accept(handover, user=carla)
    Invitation.objects.update(starts_on="2030-03-01", accepted_at=None, accepted_by=None)
    send_handover(handover.pk)
    Invitation.objects.update(accepted_at=timezone.now(), accepted_by=carla)
    confirm_handover(handover.pk)
    to_successor, to_outgoing = mail.outbox
    assert "de marzo de 2030" in to_successor.body
    assert "mars 2030" in to_outgoing.body


# ------------------------------------------------------------------------------------------- at the same instant


def outcome(act, *arguments, **named):
    """In a word, for comparison between threads."""
    try:
        act(*arguments, **named)
    except (invitations.NoLongerOpen, Refused) as refusal:
        return type(refusal).__name__
    return "done"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_acceptances_in_the_same_instant_leave_one_successor(amina, bruno, carla):
    handover = handover_from(amina)
    outcomes = at_once(
        lambda: outcome(invitations.accept, handover, user=bruno),
        lambda: outcome(invitations.accept, handover, user=carla),
    )
    assert sorted(outcomes) == ["NoLongerOpen", "done"]
    heads = Affiliation.objects.current().heads().filter(iscm=handover.iscm)
    assert [head.user for head in heads] == [Invitation.objects.get().accepted_by]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_handovers_begun_in_the_same_instant_leave_one(amina, ada):
    outcomes = at_once(
        lambda: outcome(handover_from, amina, email="one@example.org"),
        lambda: outcome(handover_from, amina, email="two@example.org", by=ada),
    )
    assert sorted(outcomes) == ["Refused", "done"]
    assert (Invitation.objects.count(), OrmQ.objects.count()) == (1, 1)


# ------------------------------------------------------------------------------------------- at the browser


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width", "scripts"), [("en", 1280, False), ("en", 320, True), ("ar", 320, True)])
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_handover_from_the_page_of_people_to_the_record(
    visit, amina, dina, bruno, mechanism_a, language, width, scripts
):
    User.objects.update(language=language)
    handover_from(dina, name="Otto Open", email="otto@example.org", days=30)
    head = visit(amina, scripts=scripts, width=width, language=language)
    head.go("people", mechanism_a.slug)
    found = faults_of(head)
    head.page.locator(f"a.btn[href='{start_page(amina.affiliations.get())}']").click()
    head.page.locator("input[type=submit]").click()
    found += faults_of(head)
    assert head.page.locator(".error-summary li").count() == 2
    head.page.locator("[name=name]").fill("Bruno Costa")
    head.page.locator("[name=email]").fill(bruno.email)
    head.page.locator("input[type=submit]").press("Enter")
    found += faults_of(head)
    successor = visit(bruno, scripts=scripts, width=width, language=language)
    successor.go("accept_invitation", Invitation.objects.get(email=bruno.email).token)
    found += faults_of(successor)
    successor.page.locator("main button[type=submit]").press("Enter")
    successor.go("people", mechanism_a.slug)
    found += faults_of(successor)
    assert "Amina Diallo" in successor.page.locator("main ul").last.inner_text()
    assert head.go("people", mechanism_a.slug).status == 404
    assert found + head.complaints + successor.complaints == []


def faults_of(visitor):
    return faults(visitor.page) if visitor.scripts else []
