"""The partner's side of a joint input: what it is asked, reading, endorsing; and that nobody else sees any of it."""

import html
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from submissions import endorsement, joint, workflow
from submissions.models import (
    CirculatedText,
    Endorsement,
    Extension,
    Partnership,
    Rendition,
    Submission,
)

from . import factories


def words_of(response):
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def address(submission, slug="tdb"):
    return reverse("endorse", args=[submission.reference, slug])


def open_page(client, submission, *, by, slug="tdb", status=200):
    client.force_login(by)
    response = client.get(address(submission, slug))
    assert response.status_code == status
    return words_of(response)


def read(client, name, submission, *, by, status=200, query=""):
    client.force_login(by)
    response = client.get(reverse(name, args=[submission.reference]) + query)
    assert response.status_code == status
    return words_of(response)


def answer(client, submission, *, by, verdict="endorsed", remark="", sha256=None, slug="tdb"):
    client.force_login(by)
    sha256 = endorsement.sha256_of(factories.now(submission)) if sha256 is None else sha256
    return client.post(address(submission, slug), {"verdict": verdict, "remark": remark, "sha256": sha256})


def save_again(submission, text="<p>We met again, and agreed on more.</p>"):
    """As the lead does while the partners read."""
    factories.rewrite(submission=submission, text=text)
    Submission.objects.filter(pk=submission.pk).update(saved_at=timezone.now())


@pytest.fixture
def endorsed(asked, mechanism_b, carla):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    return asked


@pytest.fixture
def dropped(asked, mechanism_b, carla, amina):
    """The input from which B was dropped after it had declined."""
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    factories.drop(submission=asked, partner=mechanism_b, by=amina)
    return factories.now(asked)


# ------------------------------------------------------------------------------------------ what the page says


def test_a_partner_is_told_who_asks_for_what_by_when(client, asked, carla, cycle):
    page = open_page(client, asked, by=carla)
    assert "Test Dialogue A asks Test Dialogue B to endorse exactly the text below." in page
    assert "Test Dialogue B Has not answered" in page
    assert "Test Dialogue C Has not answered" in page
    assert "0 of 2 endorsed, 2 have not answered" in page
    assert "In 29 days" in page
    assert "The mechanism reviewed its own work on the Compact." in page
    assert endorsement.sha256_of(factories.now(asked)) in page
    assert "How was it cleared in TDB?" in page


def test_the_deadline_is_that_of_the_lead(client, asked, carla, mechanism_a, cycle, ada):
    later = cycle.closes_at + timezone.timedelta(days=10)
    Extension.objects.create(cycle=cycle, iscm=mechanism_a, closes_at=later, reason="A storm.", granted_by=ada)
    assert "In 39 days" in open_page(client, asked, by=carla)


def test_what_iom_has_returned_has_no_deadline(client, of_joint, both_endorse, amina, carla, piotr):
    submission = factories.make_asked(**of_joint)
    both_endorse(submission)
    for step, by in [("submit", amina), ("take_up", piotr), ("request_changes", piotr), ("ask", amina)]:
        workflow.perform(submission, step, by=by, note="Say more.")
    page = open_page(client, submission, by=carla)
    assert "No date is set." in page


def test_one_press_endorses_and_the_same_address_confirms_it(client, asked, carla):
    response = answer(client, asked, by=carla)
    assert response.url == address(asked)
    page = words_of(client.get(response.url))
    given = Endorsement.objects.get()
    assert (given.verdict, given.given_by) == ("endorsed", carla)
    assert "TDB endorsed this text on" in page
    assert "Given by Carla Reyes." in page
    assert given.text.sha256 in page
    assert "When every partner has endorsed this text, Test Dialogue A files it with IOM." in page
    assert "asks Test Dialogue B to endorse" not in page


def test_the_last_partner_is_told_that_the_lead_can_file(client, endorsed, dalia):
    answer(client, endorsed, by=dalia, slug="tdc")
    page = open_page(client, endorsed, by=dalia, slug="tdc")
    assert "Every partner has endorsed this text. Test Dialogue A can file it with IOM now." in page


def test_a_remark_goes_with_an_endorsement(client, asked, carla):
    answer(client, asked, by=carla, verdict="with_remark", remark="We read “returns” as voluntary.")
    page = open_page(client, asked, by=carla)
    assert "TDB endorsed this text with a remark on" in page
    assert "We read “returns” as voluntary." in page


def test_a_decline_says_why_and_what_follows(client, asked, carla):
    answer(client, asked, by=carla, verdict="declined", remark="Our Chair has not cleared it.")
    page = open_page(client, asked, by=carla)
    assert "TDB declined this text on" in page
    assert "Our Chair has not cleared it." in page
    assert "Test Dialogue A is told your reason." in page


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("declined", "Write the reason: the others need to know it."),
        ("with_remark", "Write the remark, or endorse without one."),
        ("perhaps", "Choose one of the three answers."),
    ],
)
def test_an_answer_without_its_words_is_refused_in_a_sentence(client, asked, carla, verdict, sentence):
    response = answer(client, asked, by=carla, verdict=verdict, remark="  ")
    assert response.status_code == 422
    assert sentence in words_of(response)
    assert not Endorsement.objects.exists()


def test_a_remark_is_never_dropped_without_a_word(client, asked, carla):
    """Somebody wrote one, and pressed the button of the plain endorsement."""
    response = answer(client, asked, by=carla, remark="With a thought of ours.")
    page = words_of(response)
    assert response.status_code == 422
    assert "You wrote a remark. Endorse with this remark, or empty the field" in page
    assert "With a thought of ours." in page
    assert not Endorsement.objects.exists()


def test_an_answer_can_be_changed_while_the_text_is_asked_about(client, endorsed, carla):
    assert "Change your answer" in open_page(client, endorsed, by=carla)
    answer(client, endorsed, by=carla, verdict="declined", remark="The Chair objects after all.")
    assert factories.standings(endorsed)["TDB"] == "declined"


def test_what_no_browser_sends_is_refused_and_not_an_error(client, asked, carla):
    for sha256 in ["", "x" * 5000, "\0", "0" * 64]:
        assert answer(client, asked, by=carla, sha256=sha256).status_code in {409, 422}
    assert not Endorsement.objects.exists()


# ------------------------------------------------------------------------------------------ another text


def test_a_partner_that_answered_an_older_text_sees_the_difference_first(client, endorsed, carla):
    save_again(endorsed, "<p>The mechanism reviewed its own bold work on the Compact.</p>")
    page = open_page(client, endorsed, by=carla)
    assert "TDB endorsed an earlier text on" in page
    assert "until then your answer does not count" in page
    assert "What has changed since your answer of" in page
    assert page.index("What has changed since your answer") < page.index("Read the whole text as it stands now")
    assert "bold" in page
    assert "Endorse the new text" in page


def test_another_cover_is_another_text_too(client, of_joint, asked, carla, dalia, amina, mechanism_b, mechanism_c):
    """A partner that declined is dropped: who is named on the text has changed."""
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.decline(submission=asked, partner=mechanism_c, by=dalia)
    factories.drop(submission=asked, partner=mechanism_c, by=amina)
    page = open_page(client, asked, by=carla)
    assert "asks Test Dialogue B to look at the text as it stands now." in page
    assert "removed: Test Dialogue C" in page


def test_one_press_endorses_the_new_text(client, endorsed, carla):
    save_again(endorsed)
    assert factories.standings(endorsed)["TDB"] == "stale"
    assert answer(client, endorsed, by=carla).status_code == 302
    assert factories.standings(endorsed)["TDB"] == "endorsed"
    assert "TDB endorsed this text on" in open_page(client, endorsed, by=carla)


def test_a_text_that_changed_while_somebody_read_it_is_not_endorsed(client, asked, carla):
    open_page(client, asked, by=carla)
    shown = endorsement.sha256_of(factories.now(asked))
    save_again(asked, "<p>The mechanism reviewed its own <strong>unheard-of</strong> work on the Compact.</p>")
    response = answer(client, asked, by=carla, verdict="with_remark", remark="Typed with care.", sha256=shown)
    page = words_of(response)
    assert response.status_code == 409
    assert "The text was changed while you were reading" in page
    assert "What has changed since you opened the page" in page
    assert "Typed with care." in page
    assert f'value="{endorsement.sha256_of(factories.now(asked))}"' in response.content.decode()
    assert not Endorsement.objects.exists()


def test_pressed_again_below_the_difference_the_answer_is_to_the_new_text(client, asked, carla):
    open_page(client, asked, by=carla)
    shown = endorsement.sha256_of(factories.now(asked))
    save_again(asked)
    response = answer(client, asked, by=carla, sha256=shown)
    shown_now = re.search(r'name="sha256" value="(\w+)"', response.content.decode())[1]
    answer(client, asked, by=carla, sha256=shown_now)
    assert factories.standings(asked)["TDB"] == "endorsed"


def test_of_an_unknown_text_the_difference_since_the_last_answer_is_shown(client, endorsed, carla):
    save_again(endorsed)
    page = words_of(answer(client, endorsed, by=carla, sha256="0" * 64))
    assert "Below is the text as it stands now." in page
    assert "What has changed since your answer of" in page


def test_the_text_of_another_input_is_never_compared_with(client, of_joint, asked, carla):
    other = factories.make_asked(**of_joint)
    factories.rewrite(submission=other, text="<p>Secret of the other input.</p>")
    sha256 = endorsement.sha256_of(factories.now(other))
    open_page(client, other, by=carla)
    assert "Secret of the other" not in words_of(answer(client, asked, by=carla, sha256=sha256))


def test_the_text_that_is_shown_is_kept_once_and_only_for_those_who_answer(client, asked, carla, mechanism_b):
    novice = factories.make_person(name="Nils Novice")
    factories.affiliate(user=novice, iscm=mechanism_b, may_file=False)
    open_page(client, asked, by=novice)
    assert not CirculatedText.objects.exists()
    open_page(client, asked, by=carla)
    open_page(client, asked, by=carla)
    assert CirculatedText.objects.count() == 1


# ------------------------------------------------------------------------------------------ who, and when


def test_who_may_not_file_reads_everything_and_is_told_who_can_endorse(client, asked, mechanism_b):
    novice = factories.make_person(name="Nils Novice")
    factories.affiliate(user=novice, iscm=mechanism_b, may_file=False)
    page = open_page(client, asked, by=novice)
    assert "Who can endorse for Test Dialogue B: Carla Reyes ." in page
    assert "The mechanism reviewed its own work" in page
    assert "Endorse this text" not in page
    response = answer(client, asked, by=novice, verdict="declined", remark="Typed in vain.")
    assert response.status_code == 403
    assert "Nothing is recorded: you cannot answer for Test Dialogue B." in words_of(response)
    assert "Typed in vain." in words_of(response)
    assert not Endorsement.objects.exists()


def test_where_nobody_files_the_lead_can_record_a_letter(client, asked, carla):
    carla.affiliations.update(may_file=False)
    assert "Test Dialogue A can record a letter instead." in open_page(client, asked, by=carla)


def test_nobody_answers_for_another_mechanism(client, asked, amina, bruno, dalia, rita, mechanism_d):
    stranger = factories.make_person(name="Stella Strange")
    factories.affiliate(user=stranger, iscm=mechanism_d)
    for person, status in [(amina, 403), (bruno, 403), (dalia, 403), (rita, 404), (stranger, 404)]:
        open_page(client, asked, by=person, status=status)
        assert answer(client, asked, by=person).status_code == status
    assert not Endorsement.objects.exists()


def test_what_is_not_asked_now_is_said_with_its_state(client, joint_draft, carla):
    page = open_page(client, joint_draft, by=carla)
    assert "Test Dialogue B is not asked to endorse anything now: Test Dialogue A is still writing the text." in page
    assert "Your answer for" not in page
    response = answer(client, joint_draft, by=carla, verdict="with_remark", remark="Too early.")
    assert response.status_code == 409
    assert "Nothing is to be endorsed now" in words_of(response)
    assert "Too early." in words_of(response)


def test_a_filed_input_still_shows_what_was_endorsed(client, endorsed, amina, dalia, carla):
    answer(client, endorsed, by=dalia, slug="tdc")
    workflow.perform(endorsed, "submit", by=amina)
    page = open_page(client, endorsed, by=carla)
    assert "This input is filed. There is nothing to endorse now." in page
    assert "TDB endorsed this text on" in page
    assert "Your answer for" not in page


def test_who_is_only_consulted_is_not_asked(client, joint_draft, carla, amina, mechanism_b):
    partnership = factories.partnership_of(submission=joint_draft, partner=mechanism_b)
    joint.change_partner(partnership, access="view", endorses=False, by=amina)
    workflow.perform(joint_draft, "ask", by=amina)
    page = open_page(client, joint_draft, by=carla)
    assert "Test Dialogue B is consulted on this input. It is not asked to endorse the text." in page
    assert "Your answer for" not in page


def test_from_the_mail_it_is_three_pages(client, asked, carla):
    """The link, the sign-in that it asks for, the page, and the same page confirming: none in between."""
    response = client.get(address(asked))
    assert response.status_code == 302
    signed_in = client.post(response.url, {"login": carla.email, "password": factories.PASSWORD})
    assert signed_in.url == address(asked)
    page = client.get(signed_in.url).content.decode()
    sha256 = re.search(r'name="sha256" value="(\w+)"', page)[1]
    response = client.post(signed_in.url, {"verdict": "endorsed", "remark": "", "sha256": sha256})
    assert "TDB endorsed this text on" in words_of(client.get(response.url))


def test_opening_the_link_endorses_nothing(client, asked, carla):
    client.force_login(carla)
    client.get(f"{address(asked)}?{urlencode({'verdict': 'endorsed'})}")
    assert not Endorsement.objects.exists()


# ------------------------------------------------------------------------------------------ reading as a partner


def test_a_partner_reads_the_working_copy_as_it_is_written(client, joint_draft, carla):
    factories.rewrite(submission=joint_draft, text="<p>Half a thought.</p>")
    page = read(client, "submission", joint_draft, by=carla)
    assert "Half a thought." in page
    assert "You read this input of TDA as a partner, for TDB. You may comment on its sections." in page
    assert "Continue writing" not in page
    assert "Only the mechanisms that make it see it until it is submitted." in page


def test_the_way_back_of_a_partner_is_to_its_own_mechanism(client, joint_draft, carla):
    client.force_login(carla)
    page = client.get(reverse("submission", args=[joint_draft.reference])).content.decode()
    assert f'href="{reverse("iscm_home", args=["tdb"])}"' in page
    assert f'href="{reverse("iscm_home", args=["tda"])}"' not in page


def test_an_editing_partner_can_go_on_writing(client, of_joint, carla):
    submission = factories.make_joint(**of_joint, access=Partnership.Access.EDIT)
    page = read(client, "submission", submission, by=carla)
    assert "You may edit its sections and comment on them." in page
    assert "Continue writing" in page


def test_the_reading_page_leads_to_the_endorsement_while_it_is_asked_for(client, asked, carla, amina):
    client.force_login(carla)
    page = client.get(reverse("submission", args=[asked.reference])).content.decode()
    assert "TDA asks TDB to endorse this text." in page
    for name in ["partners", "comments", "clearance"]:
        assert f'href="{reverse(name, args=[asked.reference])}"' in page
    assert f'href="{address(asked)}"' in page
    assert "to endorse this text" not in read(client, "submission", asked, by=amina).replace(
        "Its partners are asked to endorse this text.", ""
    )


def test_the_reading_page_does_not_ask_whoever_has_answered(client, asked, carla, dalia, mechanism_b, mechanism_c):
    factories.endorse(submission=asked, partner=mechanism_b, by=carla)
    factories.decline(submission=asked, partner=mechanism_c, by=dalia)
    assert "TDB endorsed this text on" in read(client, "submission", asked, by=carla)
    assert "TDC declined this text on" in read(client, "submission", asked, by=dalia)
    save_again(asked)
    assert "TDA asks TDB to look at the text as it stands now." in read(client, "submission", asked, by=carla)


def test_a_viewing_partner_reads_and_does_not_write(client, of_joint, carla):
    submission = factories.make_joint(**of_joint, access=Partnership.Access.VIEW)
    code = submission.answers.first().section.code
    read(client, "submission", submission, by=carla)
    client.force_login(carla)
    response = client.get(reverse("section", args=[submission.reference, code]))
    assert response.status_code == 403
    assert "Your account does not have the right to do this." in words_of(response)
    for name in ["tasks", "title", "check"]:
        read(client, name, submission, by=carla, status=403)
    assert client.post(reverse("preview", args=[submission.reference])).status_code == 403


def test_the_history_names_the_partner_with_each_act(client, endorsed, carla, amina):
    joint.ask_again(endorsed, by=None)
    page = read(client, "history", endorsed, by=carla)
    assert "Endorsed: Test Dialogue B Carla Reyes" in page
    assert "Partner added: Test Dialogue C Amina Diallo" in page
    assert "Partners asked again The portal" in page


# ------------------------------------------------------------------------------------------ nothing leaks


def test_a_dropped_partner_finds_nothing_any_more(client, of_joint, dropped, carla, amina):
    factories.rewrite(submission=dropped, text="<p>Written after they left.</p>")
    attachment = factories.attach(submission=dropped, by=amina)
    preview = Rendition.objects.create(kind="draft", submission=dropped, canonical="{}", requested_by=amina)
    code = dropped.answers.first().section.code
    client.force_login(carla)
    addresses = [
        address(dropped),
        reverse("section", args=[dropped.reference, code]),
        reverse("attachment", args=[dropped.reference, attachment.pk]),
        reverse("rendition", args=[preview.pk]),
        reverse("rendition_file", args=[preview.pk]),
        *(
            reverse(name, args=[dropped.reference])
            for name in [
                "submission",
                "history",
                "tasks",
                "title",
                "check",
                "receipt",
                "partners",
                "comments",
                "clearance",
            ]
        ),
    ]
    for one in addresses:
        assert client.get(one).status_code == 404, one
    assert client.post(reverse("preview", args=[dropped.reference])).status_code == 404
    assert dropped.title not in words_of(client.get(reverse("iscm_home", args=["tdb"])))


def test_what_a_dropped_partner_still_sends_is_handed_back_without_the_text_of_the_others(client, dropped, carla):
    factories.rewrite(submission=dropped, text="<p>Written after they left.</p>")
    Submission.objects.filter(pk=dropped.pk).update(title="A title found after they left")
    code = dropped.answers.filter(section__kind="text").first().section.code
    client.force_login(carla)
    response = client.post(reverse("section", args=[dropped.reference, code]), {"text": "<p>Mine.</p>", "version": "1"})
    assert response.status_code == 409
    assert "Mine." in words_of(response)
    assert "after they left" not in words_of(response)


def test_an_answer_of_a_dropped_partner_is_handed_back(client, dropped, carla):
    response = answer(client, dropped, by=carla, verdict="declined", remark="Typed while we were dropped.")
    assert response.status_code == 403
    assert "You do not take part in this input any more" in words_of(response)
    assert "Typed while we were dropped." in words_of(response)
    assert dropped.title not in words_of(response)
    assert Endorsement.objects.count() == 1


def test_partners_have_the_preview_and_the_attachments_of_the_draft(client, joint_draft, amina, carla):
    attachment = factories.attach(submission=joint_draft, by=amina)
    preview = Rendition.objects.create(
        kind="draft",
        submission=joint_draft,
        canonical="{}",
        requested_by=amina,
        status=Rendition.Status.READY,
        file=ContentFile(b"%PDF-1.7 preview", name="preview.pdf"),
    )
    client.force_login(carla)
    fetched = client.get(reverse("attachment", args=[joint_draft.reference, attachment.pk]))
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7 test"
    fetched = client.get(reverse("rendition_file", args=[preview.pk]))
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7 preview"


def test_iom_sees_what_was_filed_and_nothing_that_passed_between_the_partners(
    client, of_joint, both_endorse, amina, carla, rita, piotr
):
    submission = factories.make_asked(**of_joint)
    both_endorse(submission)
    workflow.perform(submission, "submit", by=amina)
    workflow.perform(submission, "take_up", by=piotr)
    workflow.perform(submission, "request_changes", by=piotr, note="Say more.")
    save_again(submission, "<p>Not meant for IOM yet.</p>")
    workflow.perform(submission, "ask", by=amina, note="Dear partners, not meant for IOM.")
    answer(client, submission, by=carla, verdict="declined", remark="Our reason, not meant for IOM.")
    joint.ask_again(submission, by=amina)
    preview = Rendition.objects.create(kind="draft", submission=submission, canonical="{}", requested_by=amina)
    for name in ["submission", "history"]:
        page = read(client, name, submission, by=rita)
        assert "ot meant for IOM" not in page
        assert "Endorsement asked" not in page
        assert "asked again" not in page
    assert "Returned for changes" in read(client, "history", submission, by=rita)
    assert "Dear partners, not meant for IOM." in read(client, "history", submission, by=carla)
    client.force_login(rita)
    assert "ot meant for IOM" not in read(client, "comments", submission, by=rita)
    read(client, "partners", submission, by=rita, status=403)
    open_page(client, submission, by=rita, status=403)
    assert client.get(reverse("rendition", args=[preview.pk])).status_code == 404


# ------------------------------------------------------------------------------------------ the home of a partner


def home(client, *, by, slug="tdb"):
    client.force_login(by)
    response = client.get(reverse("iscm_home", args=[slug]))
    assert response.status_code == 200
    return words_of(response)


def test_what_is_asked_comes_first_on_the_home_of_a_partner(client, asked, carla):
    page = home(client, by=carla)
    notice = page.index(f"Your endorsement is asked for: “{asked.title}”")
    assert notice < page.index("Joint inputs of other mechanisms")
    assert "Test Dialogue A leads this input." in page
    assert "Answer by the deadline, in 29 days:" in page
    assert f'href="{address(asked)}"' in client.get(reverse("iscm_home", args=["tdb"])).content.decode()


def test_a_mechanism_that_has_answered_is_asked_nothing(client, endorsed, carla):
    page = home(client, by=carla)
    assert "You endorsed on" in page
    assert "asked for" not in page
    assert "look at it" not in page


def test_a_text_saved_since_the_answer_asks_to_be_looked_at(client, endorsed, carla):
    save_again(endorsed)
    page = home(client, by=carla)
    assert f"“{endorsed.title}” was saved again since your answer" in page
    assert "the text was saved again since: look at it" in page


def test_a_decline_stays_on_the_home_of_the_partner(client, asked, carla):
    answer(client, asked, by=carla, verdict="declined", remark="No.")
    assert "Declined on" in home(client, by=carla)


def test_a_draft_of_others_is_there_and_asks_nothing(client, joint_draft, carla):
    page = home(client, by=carla)
    assert joint_draft.title in page
    assert "It is being written. You are told when your endorsement is asked for." in page
    assert "Your endorsement is asked for:" not in page


def test_an_offer_of_the_lead_is_asked_on_the_home_too(client, joint_draft, mechanism_b, amina, carla):
    joint.offer_lead(factories.partnership_of(submission=joint_draft, partner=mechanism_b), by=amina)
    assert f"Test Dialogue A offers you the lead of “{joint_draft.title}”" in home(client, by=carla)


def test_the_lead_has_no_joint_inputs_of_others(client, asked, amina):
    assert "Joint inputs of other mechanisms" not in home(client, by=amina, slug="tda")


def test_the_home_costs_as_many_queries_for_thirty_joint_inputs_as_for_one(
    client, of_joint, carla, mechanism_b, amina, django_assert_num_queries, django_assert_max_num_queries
):
    def ask_for_one_more():
        submission = factories.make_draft(iscm=of_joint["lead"], cycle=of_joint["cycle"], by=amina, type_code="D5")
        partnership = factories.add_partner(submission=submission, partner=mechanism_b, by=amina)
        text = CirculatedText.objects.create(submission=submission, sha256="0" * 64, canonical="{}")
        Endorsement.objects.create(partnership=partnership, text=text, verdict="endorsed", given_by=carla)
        Submission.objects.filter(pk=submission.pk).update(status="awaiting_endorsement", saved_at=timezone.now())

    ask_for_one_more()
    home(client, by=carla)
    with django_assert_max_num_queries(60) as first:
        client.get(reverse("iscm_home", args=["tdb"]))
    queries = len(first)
    for _ in range(29):
        ask_for_one_more()
    with django_assert_num_queries(queries):
        page = words_of(client.get(reverse("iscm_home", args=["tdb"])))
    assert page.count("was saved again since your answer") == 30


def test_the_page_costs_as_many_queries_for_thirty_partners_as_for_one(
    client, asked, carla, amina, django_assert_num_queries, django_assert_max_num_queries
):
    open_page(client, asked, by=carla)
    with django_assert_max_num_queries(80) as first:
        client.get(address(asked))
    queries = len(first)
    for number in range(28):
        iscm = factories.make_mechanism(name=f"Test Dialogue {number}", acronym=f"X{number}")
        Partnership.objects.create(submission=asked, lead=asked.iscm, iscm=iscm, added_by=amina)
    open_page(client, asked, by=carla)
    with django_assert_num_queries(queries):
        page = words_of(client.get(address(asked)))
    assert "0 of 30 endorsed" in page


def test_the_home_of_the_lead_says_when_it_is_its_turn_again(
    client, asked, mechanism_a, mechanism_b, amina, both_endorse
):
    client.force_login(amina)
    home = reverse("iscm_home", args=[mechanism_a.slug])
    assert "have endorsed" not in client.get(home).content.decode()
    both_endorse(asked)
    assert "All partners have endorsed" in client.get(home).content.decode()
    Submission.objects.filter(pk=asked.pk).update(saved_at=timezone.now())
    assert "All partners have endorsed" not in client.get(home).content.decode()


def test_the_home_of_the_lead_names_the_partner_that_declined(client, asked, mechanism_a, mechanism_b, amina, carla):
    factories.decline(submission=asked, partner=mechanism_b, by=carla)
    client.force_login(amina)
    said = client.get(reverse("iscm_home", args=[mechanism_a.slug])).content.decode()
    assert "A partner has declined" in said
    assert mechanism_b.name in said


def test_iom_reads_who_has_endorsed_what_was_filed(client, asked, mechanism_b, amina, rita, both_endorse):
    both_endorse(asked)
    workflow.perform(asked, "submit", by=amina)
    client.force_login(rita)
    said = client.get(reverse("submission", args=[asked.reference])).content.decode()
    assert '<h2 id="endorsements">Endorsements</h2>' in said
    assert "Endorsed on" in said
