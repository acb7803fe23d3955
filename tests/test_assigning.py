"""Who is to review an input and until when: by hand and as proposed, and that no mechanism hears of it."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from objectives.models import Roundtable
from submissions import assigning, workflow
from submissions.assigning import HasAnother
from submissions.models import Mail, Region, Submission, SubmissionEvent
from submissions.permissions import is_reviewer_of
from submissions.workflow import Refused

from . import factories

SECRET = "Between us: their figures do not add up."
SOON = timezone.now().date() + timedelta(days=7)


@pytest.fixture
def paola(reference):
    """Approves for IOM, and does not review."""
    return factories.make_person(name="Paola Approver", is_approver=True)


@pytest.fixture
def hana(mechanism_a):
    """Reviews for IOM, and belongs to the secretariat of A."""
    user = factories.make_person(name="Hana Host", is_reviewer=True, is_approver=True)
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False)
    return user


def signed_in(user):
    client = Client()
    if user:
        client.force_login(user)
    return client


def page_of(user, name, *args, **query):
    response = signed_in(user).get(reverse(name, args=args), query)
    return response.status_code, response.content.decode()


def acts_on(submission):
    return list(
        submission.events.filter(step__in=assigning.ACTS).order_by("number").values_list("step", "actor__name", "note")
    )


def mails_about(submission):
    """Who was mailed since it was filed, and what the subject says."""
    mails = Mail.objects.filter(subject__startswith=f"[{submission.reference}]", event=None)
    return {(mail.recipient.name, mail.subject.split("] ")[1]) for mail in mails.select_related("recipient")}


# ---------------------------------------------------------------------------------------------- by hand


def test_a_reviewer_is_assigned_recorded_and_told(filed, rita, piotr):
    assigning.assign(filed, rita, by=piotr, due_on=SOON, note=SECRET)
    filed.refresh_from_db()
    assert (filed.reviewer, filed.due_on, filed.status) == (rita, SOON, "submitted")
    assert acts_on(filed) == [
        ("set_due", "Piotr Lind", SOON.isoformat()),
        ("assign", "Piotr Lind", f"Rita Novak\n\n{SECRET}"),
    ]
    assert mails_about(filed) == {("Rita Novak", "For you to review")}
    body = Mail.objects.get(event=None).body
    assert f"> {SECRET}\n" in body
    assert "Piotr Lind asks you to review this input." in body
    assert filed.title in body


def test_nobody_is_mailed_about_what_they_take_themselves(filed, rita):
    assigning.assign(filed, rita, by=rita)
    assert (acts_on(filed), mails_about(filed)) == ([("assign", "Rita Novak", "Rita Novak")], set())


def test_the_reviewer_is_told_of_another_date(filed, rita, piotr):
    assigning.assign(filed, rita, by=rita)
    assigning.assign(filed, rita, by=piotr, due_on=SOON, note="The round begins early.")
    assert {name for name, _subject in mails_about(filed)} == {"Rita Novak"}
    assert "> The round begins early." in Mail.objects.get(event=None).body
    assigning.assign(filed, rita, by=piotr, due_on=None)
    assert [act[2] for act in acts_on(filed)][1:] == [f"{SOON.isoformat()}\n\nThe round begins early.", "–"]


def test_an_assignment_is_taken_back(filed, rita, piotr):
    assigning.assign(filed, rita, by=piotr, due_on=SOON)
    assigning.assign(filed, None, by=piotr, note="On leave.")
    filed.refresh_from_db()
    assert (filed.reviewer, filed.due_on) == (None, SOON)
    assert acts_on(filed)[-1] == ("unassign", "Piotr Lind", "On leave.")


def test_taking_up_begins_the_review_whoever_was_assigned(filed, rita, piotr):
    assigning.assign(filed, rita, by=piotr)
    workflow.perform(filed, "take_up", by=piotr)
    filed.refresh_from_db()
    assert (filed.reviewer, filed.status) == (piotr, "under_review")


def test_who_gives_a_review_away_is_still_no_second_person(filed, rita, piotr):
    filed.cycle.requires_second_person = True
    filed.cycle.save()
    workflow.perform(filed, "take_up", by=piotr)
    assigning.assign(filed, rita, by=piotr)
    with pytest.raises(Refused, match="second person"):
        workflow.perform(filed, "approve", by=piotr)


@pytest.mark.parametrize("status", ["draft", "approved", "declined", "withdrawn"])
def test_nothing_is_assigned_that_is_not_or_soon_again_with_iom(status, draft, amina, rita, piotr):
    submission = factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    before = (submission.reviewer, SubmissionEvent.objects.count(), Mail.objects.count())
    with pytest.raises(Refused, match="not possible now"):
        assigning.assign(submission, piotr, by=rita)
    submission.refresh_from_db()
    assert (submission.reviewer, SubmissionEvent.objects.count(), Mail.objects.count()) == before


@pytest.mark.parametrize("status", ["submitted", "under_review", "changes_requested"])
def test_what_is_with_iom_or_comes_back_to_it_is_assigned(status, draft, amina, rita, piotr):
    submission = factories.bring_to(draft, status, filer=amina, reviewer=rita, approver=piotr)
    assigning.assign(submission, piotr, by=rita)
    assert factories.now(submission).reviewer == piotr


def test_only_iom_assigns_and_nobody_who_makes_the_input(filed, amina, bruno, carla, hana, ada, rita):
    for person in (amina, bruno, carla, hana, ada):
        with pytest.raises(PermissionDenied):
            assigning.assign(filed, rita, by=person)
    assert acts_on(filed) == []


def test_an_approver_assigns_too(filed, paola, rita):
    assigning.assign(filed, rita, by=paola)
    assert factories.now(filed).reviewer == rita


def test_nobody_is_assigned_who_may_not_review_it(filed, rita, hana, paola, carla):
    for person, why in (
        (hana, "a mechanism of theirs makes it"),
        (paola, "does not review"),
        (carla, "does not review"),
    ):
        with pytest.raises(Refused, match=why):
            assigning.assign(filed, person, by=rita)
    assert acts_on(filed) == []


def test_a_reviewer_of_a_partner_is_not_assigned_to_a_joint_input(of_joint, mechanism_b, mechanism_c, rita, dalia):
    partners = {mechanism_b: factories.User.objects.get(name="Carla Reyes"), mechanism_c: dalia}
    submission = factories.make_joint_filed(**{**of_joint, "partners": partners})
    ben = factories.make_person(name="Ben Both", is_reviewer=True)
    factories.affiliate(user=ben, iscm=mechanism_b, may_file=False)
    with pytest.raises(Refused, match="a mechanism of theirs makes it"):
        assigning.assign(submission, ben, by=rita)
    [proposal] = assigning.propose([submission])
    assert ben not in proposal.candidates


def test_pressed_twice_it_is_assigned_once(filed, rita, piotr):
    for _press in range(2):
        assigning.assign(filed, rita, by=piotr, due_on=SOON, note=SECRET, seen=None)
    assert len(acts_on(filed)) == 2
    assert Mail.objects.filter(event=None).count() == 1


def test_a_note_that_would_reach_nobody_is_refused(filed, rita, piotr):
    assigning.assign(filed, rita, by=piotr)
    with pytest.raises(Refused, match="nobody would get your note"):
        assigning.assign(filed, rita, by=piotr, note="Look at section 3.")


def test_who_was_assigned_meanwhile_is_not_taken_off_unseen(filed, rita, piotr, paola):
    assigning.assign(filed, rita, by=paola)
    with pytest.raises(HasAnother, match="Rita Novak has this input now"):
        assigning.assign(filed, piotr, by=piotr, seen=None)
    with pytest.raises(HasAnother, match="Rita Novak has this input now"):
        assigning.assign(filed, None, by=piotr, seen=piotr.pk)
    assert factories.now(filed).reviewer == rita


# ---------------------------------------------------------------------------------------------- the page


def test_the_page_assigns_and_the_input_shows_it_to_iom(filed, rita, piotr):
    client = signed_in(rita)
    page = client.get(reverse("assign", args=[filed.reference])).content.decode()
    assert "Piotr Lind – 0 open" in page
    posted = {"seen": "", "reviewer": piotr.pk, "due_on": SOON.isoformat(), "note": SECRET}
    response = client.post(reverse("assign", args=[filed.reference]), posted, follow=True)
    page = response.content.decode()
    assert "Piotr Lind has this input now." in page
    assert "IOM answers by" in page


def test_an_older_page_says_who_has_it_and_keeps_what_was_typed(filed, rita, piotr):
    assigning.assign(filed, rita, by=rita)
    posted = {"seen": "", "reviewer": piotr.pk, "note": "Please begin today."}
    client = signed_in(piotr)
    response = client.post(reverse("assign", args=[filed.reference]), posted)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Rita Novak has this input now" in page
    assert "Please begin today." in page
    assert f'name="seen" value="{rita.pk}"' in page
    response = client.post(reverse("assign", args=[filed.reference]), {**posted, "seen": rita.pk})
    assert (response.status_code, factories.now(filed).reviewer) == (302, piotr)


@pytest.mark.parametrize(
    "posted",
    [
        {"reviewer": "x"},
        {"reviewer": "9" * 40},
        {"reviewer": "\x00"},
        {"reviewer": "nobody", "due_on": "31 of May"},
        {"reviewer": "nobody", "due_on": "2020-01-01"},
        {"reviewer": "nobody", "note": "y" * 3000},
        {"due_on": SOON.isoformat()},
    ],
)
def test_odd_answers_are_refused_in_words(filed, rita, posted):
    response = signed_in(rita).post(reverse("assign", args=[filed.reference]), posted)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert acts_on(filed) == []


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1", "٣"])
def test_an_odd_mark_of_what_was_seen_takes_nobody_off(filed, rita, piotr, seen):
    assigning.assign(filed, rita, by=rita)
    posted = {"reviewer": piotr.pk, "seen": seen}
    assert signed_in(piotr).post(reverse("assign", args=[filed.reference]), posted).status_code == 409
    assert factories.now(filed).reviewer == rita


def test_a_date_that_has_passed_may_stay_when_the_reviewer_changes(filed, rita, piotr):
    Submission.objects.filter(pk=filed.pk).update(due_on=date(2020, 1, 1))
    posted = {"reviewer": piotr.pk, "seen": "", "due_on": "2020-01-01"}
    assert signed_in(rita).post(reverse("assign", args=[filed.reference]), posted).status_code == 302
    assert factories.now(filed).reviewer == piotr


def test_whoever_reviews_no_more_is_still_named_and_can_be_left(filed, rita, piotr):
    assigning.assign(filed, piotr, by=rita)
    piotr.is_reviewer = False
    piotr.save()
    _status, page = page_of(rita, "assign", filed.reference)
    assert "Piotr Lind – does not review it any more" in page
    posted = {"reviewer": piotr.pk, "seen": piotr.pk, "due_on": SOON.isoformat()}
    assert signed_in(rita).post(reverse("assign", args=[filed.reference]), posted).status_code == 302
    assert (factories.now(filed).reviewer, factories.now(filed).due_on) == (piotr, SOON)


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("amina", 403),
        ("bruno", 403),
        ("carla", 404),
        ("hana", 403),
        ("ada", 404),
        ("rita", 200),
        ("piotr", 200),
        ("paola", 200),
    ],
)
def test_the_page_is_for_iom(filed, who, found, request):
    assert page_of(request.getfixturevalue(who), "assign", filed.reference)[0] == found


def test_no_maker_hears_of_an_assignment(filed, amina, bruno, hana, rita, piotr):
    reviewer = factories.make_person(name="Quentin Quiet", is_reviewer=True)
    assigning.assign(filed, reviewer, by=piotr, due_on=SOON, note=SECRET)
    said = [SECRET, "Quentin Quiet", "IOM answers by", "Assigned", "Due date set"]
    for maker in (amina, bruno, hana):
        for name in ("submission", "history", "tasks", "receipt"):
            _status, page = page_of(maker, name, filed.reference)
            assert [words for words in said if words in page] == [], (maker, name)
        assert not Mail.objects.filter(recipient=maker, body__contains="Quentin").exists()
    for name, words in (("submission", ["Quentin Quiet", "IOM answers by"]), ("history", [SECRET, "Assigned"])):
        _status, page = page_of(rita, name, filed.reference)
        assert all(one in page for one in words)


# ---------------------------------------------------------------------------------------------- proposals


def covering(name, *, roundtables=(), regions=()):
    user = factories.make_person(name=name, is_reviewer=True)
    user.roundtables.set(Roundtable.objects.filter(number__in=roundtables))
    user.regions.set(Region.objects.filter(code__in=regions))
    return user


@pytest.fixture
def speaks(mechanism_a, cycle, amina):
    """An input of A, of Africa and the Arab region, that speaks to the roundtable of objective 7."""
    submission = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    factories.answer_everything_required(submission=submission)
    workflow.perform(submission, "submit", by=amina)
    return factories.now(submission)


def roundtable_of(submission):
    [number] = assigning._roundtables_of(submission)
    return number


def proposed(*submissions):
    return [(one.reviewer and one.reviewer.name, one.why) for one in assigning.propose(submissions)]


def test_who_covers_a_roundtable_and_a_region_comes_first(speaks):
    number = roundtable_of(speaks)
    covering("Abe Neither")
    covering("Bea Region", regions=["arab"])
    covering("Cy Roundtable", roundtables=[number])
    covering("Dot Both", roundtables=[number], regions=["arab", "europe"])
    arab = Region.objects.get(code="arab")
    assert proposed(speaks) == [("Dot Both", f"covers roundtable {number} and {arab.name}; 0 open")]


def test_among_those_who_cover_as_much_the_load_decides_and_then_the_name(speaks, mechanism_b, cycle, carla):
    busy = covering("Ann Busy", regions=["africa"])
    free, other = covering("Bob Free", regions=["arab"]), covering("Cat Free", regions=["arab"])
    open_one = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1")
    Submission.objects.filter(pk=open_one.pk).update(reviewer=busy)
    [proposal] = assigning.propose([speaks])
    assert proposal.reviewer == free
    Submission.objects.filter(pk=open_one.pk).update(reviewer=free)
    assert assigning.propose([speaks])[0].reviewer == busy
    busy.is_reviewer = False
    busy.save()
    assert assigning.propose([speaks])[0].reviewer == other


def test_those_proposed_in_the_same_run_count(mechanism_b, cycle, carla):
    covering("Ann One")
    covering("Bob Two")
    inputs = [factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1") for _ in range(4)]
    assert [name for name, _why in proposed(*inputs)] == ["Ann One", "Bob Two", "Ann One", "Bob Two"]
    assert proposed(*reversed(inputs)) == proposed(*inputs)
    assert proposed(*inputs)[2][1] == "nobody covers its roundtables or regions; has the fewest: 1 open"


def test_what_is_with_a_mechanism_is_no_load(mechanism_a, mechanism_b, cycle, amina, carla, rita, piotr):
    returned = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)
    workflow.perform(returned, "take_up", by=rita)
    assert {user.name: user.open_reviews for user in assigning.reviewers()} == {"Piotr Lind": 0, "Rita Novak": 1}
    workflow.perform(returned, "request_changes", by=rita, note="Shorter.")
    assert {user.name: user.open_reviews for user in assigning.reviewers()} == {"Piotr Lind": 0, "Rita Novak": 0}


def test_nobody_is_proposed_who_makes_the_input(speaks, hana, rita):
    hana.regions.set(Region.objects.all())
    hana.roundtables.set(Roundtable.objects.all())
    [proposal] = assigning.propose([speaks])
    assert (proposal.reviewer, proposal.candidates) == (rita, [rita])


def test_the_candidates_are_those_whom_the_permissions_let_review(asked, speaks, hana, rita, piotr, paola, amina):
    for submission in (asked, speaks):
        [proposal] = assigning.propose([submission])
        people = factories.User.objects.order_by("name", "pk")
        assert proposal.candidates == [user for user in people if is_reviewer_of(user, submission)]


def test_where_nobody_may_review_it_is_said(speaks, hana):
    assert proposed(speaks) == [(None, "Nobody who reviews for IOM may review this input.")]


def count(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_page_of_proposals_asks_the_database_as_often_for_many(settings, mechanism_a, cycle, amina, rita, piotr):
    covering("Ann One", roundtables=[1, 2], regions=["africa"])
    settings.REQUIRE_SECOND_FACTOR = True
    Authenticator.objects.create(user=rita, type=Authenticator.Type.TOTP, data={})
    client, address = signed_in(rita), reverse("propose_assignments")
    factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    client.get(address)
    with_one = count(client, address)
    for _more in range(7):
        factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    assert count(client, address) == with_one < 15


def test_all_that_is_nobodys_is_proposed_and_assigned_at_once(speaks, mechanism_b, cycle, carla, rita, piotr):
    other = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1")
    taken = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1")
    workflow.perform(taken, "take_up", by=rita)
    client = signed_in(rita)
    page = client.get(reverse("propose_assignments")).content.decode()
    assert [one.reference in page for one in (speaks, other, taken)] == [True, True, False]
    assert "Assign 2 inputs as chosen" in page
    posted = {"pk": [speaks.pk, other.pk], "due_on": SOON.isoformat()}
    for one, person in ((speaks, piotr), (other, rita)):
        posted |= {f"reviewer_{one.pk}": person.pk, f"seen_{one.pk}": ""}
    page = client.post(reverse("propose_assignments"), posted, follow=True).content.decode()
    assert "2 inputs are assigned." in page
    assert [factories.now(one).reviewer for one in (speaks, other)] == [piotr, rita]
    assert factories.now(other).due_on == SOON


def test_what_somebody_took_meanwhile_is_said_per_input(speaks, mechanism_b, cycle, carla, rita, piotr):
    other = factories.make_filed(iscm=mechanism_b, cycle=cycle, by=carla, type_code="B1")
    posted = {"pk": [speaks.pk, other.pk]}
    for one in (speaks, other):
        posted |= {f"reviewer_{one.pk}": rita.pk, f"seen_{one.pk}": ""}
    workflow.perform(speaks, "take_up", by=piotr)
    page = signed_in(rita).post(reverse("propose_assignments"), posted, follow=True).content.decode()
    assert "1 input is assigned." in page
    assert "1 was not done." in page
    assert "Piotr Lind has this input now" in page
    assert [factories.now(one).reviewer for one in (speaks, other)] == [piotr, rita]


def test_proposals_leave_out_what_the_reader_makes(speaks, hana, rita):
    _status, page = page_of(hana, "propose_assignments")
    assert speaks.reference not in page
    _status, page = page_of(hana, "propose_assignments", pk=speaks.pk)
    assert "you have no part in its review" in page


@pytest.mark.parametrize("posted", [{}, {"pk": "x"}, {"pk": "9" * 40}, {"pk": "\x00", "due_on": "\x00"}, {"pk": "-1"}])
def test_odd_answers_to_proposals_do_nothing(speaks, rita, posted):
    response = signed_in(rita).post(reverse("propose_assignments"), posted)
    assert response.status_code == 422
    assert acts_on(speaks) == []


# ---------------------------------------------------------------------------------------------- the administration


def test_an_administrator_ticks_what_a_reviewer_covers(rita, ada):
    client = signed_in(ada)
    address = reverse("admin:submissions_user_change", args=[rita.pk])
    form = client.get(address).context["adminform"].form
    posted = {name: field.value() for name in form.fields if (field := form[name]).value() not in (None, False)}
    posted |= {f"affiliations-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    arab = Region.objects.get(code="arab")
    posted |= {"roundtables": [Roundtable.objects.get(number=2).pk], "regions": [arab.pk]}
    response = client.post(address, posted)
    assert response.status_code == 302, response.context["errors"]
    assert [one.number for one in rita.roundtables.all()] == [2]
    assert [one.code for one in rita.regions.all()] == ["arab"]
