"""Administration: plain, and nothing in use can be broken."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from objectives.models import Objective, ObjectiveText, Roundtable
from submissions.models import (
    ISCM,
    Affiliation,
    Extension,
    InputType,
    Invitation,
    Mail,
    PartnerEntity,
    Region,
    Rendition,
    ReviewCycle,
    Revision,
    Submission,
    SubmissionEvent,
    Term,
    User,
)

from . import factories


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def address(page, row):
    """Of an administration page: of a model (`changelist`, `add`) or of one of its rows."""
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[] if isinstance(row, type) else [row.pk])


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


class FieldsOfAPage(HTMLParser):
    """What a browser would post from a page, nothing changed."""

    def __init__(self, page):
        super().__init__()
        self.values, self.name, self.typed = {}, "", False
        self.feed(page)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        name, kind, value = attributes.get("name", ""), attributes.get("type"), attributes.get("value", "on")
        if tag in {"select", "textarea"}:
            self.name, self.typed = name, tag == "textarea"
            self.values[name] = [] if "multiple" in attributes else ""
        elif tag == "option" and "selected" in attributes:
            self.values[self.name] = [*self.values[self.name], value] if self.values[self.name] == [] else value
        elif tag == "input" and kind in {"checkbox", "radio"} and "checked" in attributes:
            self.values[name] = value
        elif tag == "input" and kind not in {"checkbox", "radio", "submit", "button"}:
            self.values[name] = attributes.get("value", "")

    def handle_endtag(self, tag):
        self.typed = self.typed and tag != "textarea"

    def handle_data(self, text):
        if self.typed:
            self.values[self.name] += text.removeprefix("\n").removeprefix("\r\n")


def form_data(response) -> dict:
    values = FieldsOfAPage(response.content.decode()).values
    return {name: value for name, value in values.items() if "__prefix__" not in name}


def prefix_of(data, language) -> str:
    """Of the fields of the wording in one language."""
    return next(
        name.removesuffix("language")
        for name, value in data.items()
        if name.endswith("-language") and value == language
    )


# ---------------------------------------------------------------------------------------------- who gets in


@pytest.mark.parametrize("person", ["amina", "rita", "piotr"])
def test_only_administrators_get_in(client, request, person):
    client.force_login(request.getfixturevalue(person))
    response = client.get(reverse("admin:index"), follow=True)
    assert response.status_code == 403


def test_the_administration_has_no_sign_in_of_its_own(client, db):
    assert client.get(reverse("admin:index"), follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    assert client.get(reverse("admin:login")).url.startswith(reverse("account_login"))


def test_an_administrator_changes_the_password_where_everybody_does(as_ada):
    assert as_ada.get(reverse("admin:password_change")).url == reverse("account_change_password")


def test_pages_carry_the_name_of_the_portal(as_ada, settings):
    page = as_ada.get(reverse("admin:index")).content.decode()
    assert settings.PORTAL_NAME in page
    assert "Django" not in page


# ---------------------------------------------------------------------------------------------- every page opens

READ_ONLY = [Submission, SubmissionEvent, Revision, Rendition, Mail, Invitation]


@pytest.fixture
def rows(filed, rita, ada, mechanism_a, cycle):
    """At least one row of everything that the administration shows."""
    Extension.objects.create(cycle=cycle, iscm=mechanism_a, closes_at=cycle.closes_at + timedelta(days=3))
    Invitation.objects.create(email="new@example.org", invited_by=ada)
    Rendition.objects.create(kind="draft", submission=filed, canonical="the words of a draft")


@pytest.mark.parametrize(
    "model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=lambda m: m.__name__
)
def test_every_page_opens(as_ada, rows, model):
    assert as_ada.get(address("changelist", model)).status_code == 200
    assert as_ada.get(address("changelist", model), {"q": "a"}).status_code == 200
    may_add = admin.site._registry[model].has_add_permission(as_ada.get(reverse("admin:index")).wsgi_request)
    assert as_ada.get(address("add", model)).status_code == (200 if may_add else 403)
    row = model._default_manager.first()
    if row:
        assert as_ada.get(address("change", row)).status_code == 200
        assert as_ada.get(address("history", row)).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_the_record_is_read_and_never_changed(as_ada, rows, model):
    row = model.objects.first()
    assert row is not None
    assert as_ada.get(address("add", model)).status_code == 403
    assert as_ada.post(address("change", row), {}).status_code == 403
    assert as_ada.post(address("delete", row), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in as_ada.get(address("changelist", model)).content.decode()


def test_no_page_shows_what_would_let_an_administrator_act_as_somebody_else(as_ada, rows):
    invitation = Invitation.objects.get()
    assert invitation.token not in as_ada.get(address("change", invitation)).content.decode()
    rendition = Rendition.objects.get(kind="draft")
    assert "the words of a draft" not in as_ada.get(address("change", rendition)).content.decode()
    shown = {model._meta.label for model in admin.site._registry}
    assert not shown & {"usersessions.UserSession", "account.EmailAddress", "django_q.Schedule"}


# ---------------------------------------------------------------------------------------------- what is in use stays


@pytest.fixture
def used(filed):
    factories.tick_objective(submission=filed, number=7, progress="<p>More consulates.</p>")
    return filed


def test_a_used_row_cannot_be_deleted_and_a_sentence_says_where_it_is_used(as_ada, used):
    objective = Objective.objects.get(number=7)
    for response in [
        as_ada.get(address("delete", objective)),
        as_ada.post(address("delete", objective), {"post": "yes"}),
    ]:
        assert response.url == address("change", objective)
    sentence = f"Objective 7 cannot be deleted: it is used by 1 input ({used.reference})."
    assert sentence in said(response)
    assert Objective.objects.filter(number=7).exists()


def test_the_delete_action_refuses_a_used_row_and_then_deletes_nothing(as_ada, used):
    unused, objective = PartnerEntity.objects.create(name="Nobody's partner"), used.iscm.formal_associations.get()
    response = as_ada.post(
        address("changelist", PartnerEntity),
        {"action": "delete_selected", "_selected_action": [unused.pk, objective.pk], "post": "yes"},
    )
    assert said(response) == [
        "Test Community A cannot be deleted: it is used by 1 inter-State consultation mechanism (Test Dialogue A).",
        "Nothing was deleted.",
    ]
    assert PartnerEntity.objects.filter(pk__in=[unused.pk, objective.pk]).count() == 2


def test_an_unused_row_can_be_deleted_by_page_and_by_action(as_ada, reference):
    first, second = (PartnerEntity.objects.create(name=name) for name in ["One", "Two"])
    as_ada.post(address("delete", first), {"post": "yes"})
    as_ada.post(
        address("changelist", PartnerEntity),
        {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"},
    )
    assert not PartnerEntity.objects.filter(name__in=["One", "Two"]).exists()


def test_a_ticked_term_is_in_use_although_the_database_would_let_it_go(as_ada, filed):
    term = Term.objects.get(code="challenge-resources")
    filed.terms.add(term)
    response = as_ada.post(address("delete", term), {"post": "yes"})
    assert said(response) == [f"Insufficient resources cannot be deleted: it is used by 1 input ({filed.reference})."]
    assert filed.terms.get() == term


@pytest.mark.parametrize(
    ("find", "user"),
    [
        (lambda filed: filed.iscm, "1 input"),
        (lambda filed: filed.cycle, "1 input"),
        (lambda filed: filed.input_type, "1 input"),
        (lambda filed: filed.started_by, "1 affiliation"),
        (lambda filed: filed.answers.first().section, "1 input"),
        (lambda filed: filed.answers.first().section.outline, "11 sections of outlines"),
        (lambda filed: filed.engagements.first().capacity, "1 input"),
        (lambda filed: Roundtable.objects.get(number=1), "5 objectives"),
        (lambda filed: Region.objects.get(code="africa"), "2 review cycles"),
    ],
    ids=["mechanism", "cycle", "type", "person", "section", "outline", "capacity", "roundtable", "region"],
)
def test_everything_an_input_stands_on_is_held(as_ada, filed, find, user):
    row = find(filed)
    response = as_ada.post(address("delete", row), {"post": "yes"})
    assert user in said(response)[0]
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_page_of_a_row_lists_the_inputs_that_use_it(as_ada, used):
    page = as_ada.get(address("change", Objective.objects.get(number=7))).content.decode()
    assert f'<a href="{address("change", used)}">{used.reference}</a>' in page
    assert "Not used yet" in as_ada.get(address("change", Objective.objects.get(number=8))).content.decode()


def test_one_input_that_uses_an_objective_twice_counts_once(as_ada, used):
    used.recommendations.create(number=1, text="Share data.").objectives.add(Objective.objects.get(number=7))
    lists = as_ada.get(address("changelist", Objective)).context["cl"]
    counts = {row.number: lists.model_admin.used_by(row) for row in lists.result_list}
    assert counts[7] == "1 input"
    assert counts[8] == "–"


# ---------------------------------------------------------------------------------------------- editing and history


def test_history_says_who_changed_a_wording_from_what_to_what(as_ada, ada, reference):
    objective = Objective.objects.get(number=16)
    french = objective.texts.get(language="fr")
    before = french.title
    data = form_data(as_ada.get(address("change", objective)))
    prefix = prefix_of(data, "fr")
    response = as_ada.post(
        address("change", objective),
        data | {f"{prefix}title": "Le titre officiel", f"{prefix}verified": "on"},
    )
    assert response.status_code == 302, response.context["errors"]
    french.refresh_from_db()
    assert (french.title, french.verified) == ("Le titre officiel", True)

    newest = as_ada.get(address("history", objective)).context["page"].object_list[0]
    assert newest.record.history_user == ada
    assert newest.part == "Wording in one language: French"
    assert {(change["field"], change["old"], change["new"]) for change in newest.differences} == {
        ("Official title", before, "Le titre officiel"),
        ("Verified", "no", "yes"),
    }


def test_history_shows_a_wording_that_was_taken_away(as_ada, reference):
    objective = Objective.objects.get(number=16)
    text = objective.texts.get(language="es")
    text.delete()
    newest = as_ada.get(address("history", objective)).context["page"].object_list[0]
    assert (newest.record.history_type, newest.part) == ("-", "Wording in one language: Spanish")
    assert newest.text == text.title


def test_history_shows_choices_and_relations_in_words(as_ada, mechanism_a):
    mechanism_a.status = ISCM.Status.DORMANT
    mechanism_a.save()
    mechanism_a.review_regions.set(Region.objects.filter(code="arab"))
    page = as_ada.get(address("history", mechanism_a)).content.decode()
    assert "not checked" in page
    assert "dormant" in page
    assert "Arab region" in page


def test_history_of_a_deleted_row_is_kept(as_ada, reference):
    partner = PartnerEntity.objects.create(name="Short-lived")
    page = address("history", partner)
    partner.delete()
    changes = as_ada.get(page).context["page"].object_list
    assert [change.record.history_type for change in changes] == ["-", "+"]


def test_changing_reference_data_leaves_what_was_filed_as_it_was(as_ada, used):
    frozen = used.revisions.get().canonical
    text = ObjectiveText.objects.get(parent__number=7, language="en")
    data = form_data(as_ada.get(address("change", text.parent)))
    data = {name: "Other words" if value == text.title else value for name, value in data.items()}
    assert as_ada.post(address("change", text.parent), data).status_code == 302
    text.refresh_from_db()
    assert text.title == "Other words"
    assert used.revisions.get().canonical == frozen


def test_the_english_wording_cannot_be_taken_away(as_ada, reference):
    objective = Objective.objects.get(number=2)
    data = form_data(as_ada.get(address("change", objective)))
    response = as_ada.post(address("change", objective), data | {f"{prefix_of(data, 'en')}DELETE": "on"})
    assert "Give the English wording: every other language falls back to it." in response.content.decode()
    assert objective.texts.filter(language="en").exists()


def test_a_code_that_reference_numbers_begin_with_is_set_once(as_ada, cycle):
    data = form_data(as_ada.get(address("change", cycle)))
    assert as_ada.post(address("change", cycle), data | {"code": "OTHER", "event_place": "Geneva"}).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.code, cycle.event_place) == ("TEST2030", "Geneva")


# ---------------------------------------------------------------------------------------------- cycles


def test_moments_of_a_cycle_are_typed_in_the_time_zone_of_its_deadline(as_ada, cycle):
    data = form_data(as_ada.get(address("change", cycle)))
    data |= {"time_zone": "America/New_York", "closes_at_0": "2030-03-01", "closes_at_1": "18:00:00"}
    assert as_ada.post(address("change", cycle), data).status_code == 302
    cycle.refresh_from_db()
    assert cycle.closes_at.isoformat() == "2030-03-01T23:00:00+00:00"
    assert form_data(as_ada.get(address("change", cycle)))["closes_at_1"] == "18:00:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"closes_at_0": "2001-01-01", "closes_at_1": "00:00:00"}, "It closes before it opens."),
        ({"event_starts_on": "2030-05-08", "event_ends_on": "2030-05-05"}, "The meeting ends before it begins."),
        ({"languages": "en, xx"}, "Not a language of the portal: xx."),
        ({"time_zone": "Mars/Olympus"}, "is not a time zone of the IANA database"),
        ({"kind": "regional"}, "Say which region this regional review is of."),
    ],
    ids=["window", "meeting", "languages", "zone", "region"],
)
def test_a_cycle_that_makes_no_sense_is_answered_with_a_sentence(as_ada, cycle, typed, sentence):
    data = form_data(as_ada.get(address("change", cycle)))
    response = as_ada.post(address("change", cycle), data | typed)
    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_an_extension_names_who_granted_it(as_ada, ada, cycle, mechanism_a):
    as_ada.post(
        address("add", Extension),
        {
            "cycle": cycle.pk,
            "iscm": mechanism_a.pk,
            "closes_at_0": "2031-01-01",
            "closes_at_1": "12:00",
            "reason": "Asked",
        },
    )
    assert Extension.objects.get().granted_by == ada


# ---------------------------------------------------------------------------------------------- people


def test_an_affiliation_ended_now_gives_no_right_from_this_moment(as_ada, amina, mechanism_a):
    affiliation = amina.affiliations.get()
    as_ada.post(address("changelist", Affiliation), {"action": "end_now", "_selected_action": [affiliation.pk]})
    affiliation.refresh_from_db()
    assert affiliation.ends_on == timezone.now().date()
    assert not ISCM.objects.of(amina).exists()
    newest = as_ada.get(address("history", affiliation)).context["page"].object_list[0]
    assert newest.differences[0]["field"] == "Until"


def test_ending_now_leaves_an_earlier_end_and_a_later_beginning_possible(as_ada, amina, bruno):
    past, future = amina.affiliations.get(), bruno.affiliations.get()
    Affiliation.objects.filter(pk=past.pk).update(starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    coming = timezone.now().date() + timedelta(days=10)
    Affiliation.objects.filter(pk=future.pk).update(starts_on=coming)
    as_ada.post(address("changelist", Affiliation), {"action": "end_now", "_selected_action": [past.pk, future.pk]})
    past.refresh_from_db()
    future.refresh_from_db()
    assert past.ends_on == date(2021, 1, 1)
    assert future.ends_on == coming


def test_affiliations_are_ended_and_never_deleted(as_ada, amina):
    assert as_ada.post(address("delete", amina.affiliations.get()), {"post": "yes"}).status_code == 403


def test_a_person_is_added_without_a_password(as_ada):
    page = as_ada.get(address("add", User))
    assert form_data(page)["usable_password"] == "false"
    as_ada.post(
        address("add", User),
        {"email": "New.Person@Example.org", "name": "New Person", "language": "fr", "usable_password": "false"},
    )
    person = User.objects.get(name="New Person")
    assert person.email == "new.person@example.org"
    assert not person.has_usable_password()


def test_a_person_added_without_a_password_sets_one_from_the_sign_in_page(client, reference, mailoutbox):
    person = User.objects.create_user("new.person@example.org", name="New Person")
    client.post(reverse("account_reset_password"), {"email": person.email})
    [mail] = mailoutbox
    link = re.search(r"http://testserver(\S+)", mail.body)[1]
    page = client.get(link, follow=True)
    new = "a password of her own making"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)


def test_a_weak_password_is_refused_to_administrators_too(as_ada, amina):
    page = reverse("admin:auth_user_password_change", args=[amina.pk])
    response = as_ada.post(page, {"password1": "password", "password2": "password", "usable_password": "true"})
    assert "too common" in response.content.decode()
    amina.refresh_from_db()
    assert amina.check_password(factories.PASSWORD)


def test_a_changed_address_takes_the_old_mailbox_its_rights(as_ada, amina):
    amina.emailaddress_set.create(email=amina.email, verified=True, primary=True)
    data = form_data(as_ada.get(address("change", amina)))
    assert as_ada.post(address("change", amina), data | {"email": "amina@elsewhere.example"}).status_code == 302
    amina.refresh_from_db()
    assert amina.email == "amina@elsewhere.example"
    assert not amina.emailaddress_set.exists()


ROLES = ["is_reviewer", "is_approver", "is_staff", "is_superuser"]


def roles_of(person) -> set[str]:
    return {role for role in ROLES if getattr(person, role)}


@pytest.fixture
def clerk(reference):
    """Looks after accounts, and nothing else."""
    clerk = factories.make_person(name="Clerk Jones", is_staff=True)
    codes = ["view_user", "change_user", "delete_user"]
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="submissions", codename__in=codes))
    return clerk


@pytest.fixture
def as_clerk(client, clerk):
    client.force_login(clerk)
    return client


def test_an_administrator_of_people_gives_nobody_a_role(as_clerk, clerk):
    data = form_data(as_clerk.get(address("change", clerk)))
    response = as_clerk.post(address("change", clerk), data | dict.fromkeys(ROLES, "on") | {"name": "Clerk Smith"})
    assert response.status_code == 302
    clerk.refresh_from_db()
    assert clerk.name == "Clerk Smith"
    assert roles_of(clerk) == {"is_staff"}


def test_an_administrator_of_people_gets_hold_of_nobody_more_powerful(as_clerk, ada):
    password, page = reverse("admin:auth_user_password_change", args=[ada.pk]), address("change", ada)
    new = {"password1": "a brand new pass 77", "password2": "a brand new pass 77", "usable_password": "true"}
    mine = {"email": "clerk@example.org", "name": "Ada", "language": "en", "time_zone": "UTC"}
    inline = {"affiliations-TOTAL_FORMS": "0", "affiliations-INITIAL_FORMS": "0"}
    assert as_clerk.post(password, new).status_code == 403
    assert as_clerk.post(page, mine | inline).status_code == 403
    assert as_clerk.post(address("delete", ada), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"}
    as_clerk.post(address("changelist", User), action)
    again = User.objects.get(pk=ada.pk)
    assert (again.email, again.is_active, again.check_password(factories.PASSWORD)) == (ada.email, True, True)


def test_an_administrator_of_people_helps_everybody_else(as_clerk, amina):
    data = form_data(as_clerk.get(address("change", amina)))
    assert as_clerk.post(address("change", amina), data | {"name": "Amina D."}).status_code == 302
    amina.refresh_from_db()
    assert amina.name == "Amina D."


def test_an_earlier_state_of_a_person_brings_no_role_back(as_clerk, clerk):
    clerk.is_approver = True
    clerk.save()
    earlier = clerk.history.first()
    clerk.is_approver = False
    clerk.save()
    page = reverse("admin:submissions_user_simple_history", args=[clerk.pk, earlier.pk])
    assert as_clerk.post(page, form_data(as_clerk.get(address("change", clerk)))).status_code == 404
    clerk.refresh_from_db()
    assert roles_of(clerk) == {"is_staff"}


# ---------------------------------------------------------------------------------------------- cost


def one_more_of_everything(number):
    """A person of a mechanism, who has begun an input to a cycle of which the deadline was extended."""
    iscm = factories.make_mechanism(name=f"Dialogue {number}", acronym=f"D{number}", associations=[f"Body {number}"])
    person = factories.make_person(name=f"Person{number} Diallo")
    factories.affiliate(user=person, iscm=iscm)
    cycle = factories.make_cycle(code=f"C{number}", name=f"Cycle {number}")
    Extension.objects.create(cycle=cycle, iscm=iscm, closes_at=cycle.closes_at, granted_by=person)
    Invitation.objects.create(email=f"{number}@example.org", invited_by=person, iscm=iscm, capacity="chair")
    submission = factories.make_filed(iscm=iscm, cycle=cycle, by=person)
    Rendition.objects.create(kind="draft", submission=submission)


def queries_of(client, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as counted:
        client.get(page)
    return len(counted)


LISTS = [
    Affiliation, Extension, Invitation, ISCM, Mail, PartnerEntity, Rendition, ReviewCycle, Revision, Submission,
    SubmissionEvent, User,
]  # fmt: skip


def test_lists_cost_the_same_however_long(as_ada, rita, django_assert_max_num_queries):
    one_more_of_everything(1)
    pages = [address("changelist", model) for model in LISTS]
    for page in pages:
        as_ada.get(page)
    before = {page: queries_of(as_ada, page, django_assert_max_num_queries) for page in pages}
    for number in range(2, 10):
        one_more_of_everything(number)
    assert {page: queries_of(as_ada, page, django_assert_max_num_queries) for page in pages} == before


def test_the_list_of_objectives_costs_the_same_used_or_not(as_ada, draft, django_assert_max_num_queries):
    page = address("changelist", Objective)
    as_ada.get(page)
    before = queries_of(as_ada, page, django_assert_max_num_queries)
    for number in range(1, 24):
        factories.tick_objective(submission=draft, number=number)
    assert queries_of(as_ada, page, django_assert_max_num_queries) == before


def test_the_list_of_types_is_the_whole_chart(as_ada, reference):
    rows = as_ada.get(address("changelist", InputType)).context["cl"].result_list
    assert [row.code for row in rows] == ["B1", "B2", "B3", "B4", "B5", "B6", "D1", "D2", "D3", "D4", "D5"]
