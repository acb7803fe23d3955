"""Two people, or one person with two pages open, and one place to write in: the second to save is told first."""

import pytest
from django.urls import reverse

from objectives.models import Objective

from . import factories


@pytest.fixture
def draft(amina, mechanism_a, cycle):
    return factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B2")


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def seen_on(client, address, name):
    """What the page at this address carries in its hidden field."""
    return client.get(address).context["form"][name].value()


# ---------------------------------------------------------------------------------------- one objective


def list_address(submission):
    return reverse("section", args=[submission.reference, "objectives"])


def block_address(submission):
    return reverse("objective_block", args=[submission.reference, "objectives", 7])


def tick(client, submission, *, is_ticked=True, **more):
    """Objective 7 alone, or nothing."""
    roundtable = Objective.objects.get(number=7).roundtable.number
    ticked = {f"roundtable-{roundtable}": "7"} if is_ticked else {}
    address = list_address(submission)
    return client.post(address, {"version": seen_on(client, address, "version"), **ticked, **more})


def untick(client, submission):
    asked = tick(client, submission, is_ticked=False)
    if asked.status_code == 422:
        tick(client, submission, is_ticked=False, confirm=[asked.context["form"].removals()[0][0]])
    assert not submission.objective_blocks.exists()


def write(client, submission, text, *, version):
    return client.post(block_address(submission), {"progress": text, "version": version, "later": ""})


def current(client, submission):
    return seen_on(client, block_address(submission), "version")


@pytest.mark.parametrize("saves", [1, 2, 5])
def test_a_page_from_before_an_objective_was_ticked_again_does_not_overwrite(as_amina, draft, saves):
    """Whatever page it is, of any save that the objective has had before."""
    tick(as_amina, draft)
    pages = [current(as_amina, draft)]
    for number in range(saves):
        write(as_amina, draft, f"Old text {number}.", version=pages[-1])
        pages.append(current(as_amina, draft))
    untick(as_amina, draft)
    tick(as_amina, draft)
    for number in range(saves):
        write(as_amina, draft, f"Precious {number}.", version=current(as_amina, draft))
        for page in pages:
            response = write(as_amina, draft, "Old text, edited.", version=page)
            assert response.status_code == 409
            assert f"Precious {number}." in text_of(response)
            assert "Old text, edited." in text_of(response)
            assert draft.objective_blocks.get().progress == f"<p>Precious {number}.</p>"


def test_a_page_from_before_does_not_fill_an_objective_that_was_just_ticked_again(as_amina, draft):
    tick(as_amina, draft)
    write(as_amina, draft, "Old text.", version=current(as_amina, draft))
    page = current(as_amina, draft)
    untick(as_amina, draft)
    tick(as_amina, draft)
    response = write(as_amina, draft, "Old text, edited.", version=page)
    assert response.status_code == 409
    assert draft.objective_blocks.get().progress == ""
    write(as_amina, draft, "Old text, edited.", version=response.context["form"]["version"].value())
    assert draft.objective_blocks.get().progress == "<p>Old text, edited.</p>"


def test_a_page_from_before_does_not_overwrite_an_objective_that_was_put_back(as_amina, draft):
    tick(as_amina, draft)
    write(as_amina, draft, "Old text.", version=current(as_amina, draft))
    page = current(as_amina, draft)
    untick(as_amina, draft)
    write(as_amina, draft, "Put back.", version=-1)
    assert write(as_amina, draft, "Old text, edited.", version=page).status_code == 409
    assert draft.objective_blocks.get().progress == "<p>Put back.</p>"


def test_a_yes_to_losing_a_text_does_not_count_for_a_later_one(as_amina, draft):
    tick(as_amina, draft)
    write(as_amina, draft, "Of no worth.", version=current(as_amina, draft))
    yes = tick(as_amina, draft, is_ticked=False).context["form"].removals()[0][0]
    untick(as_amina, draft)
    tick(as_amina, draft)
    write(as_amina, draft, "Precious.", version=current(as_amina, draft))
    assert tick(as_amina, draft, is_ticked=False, confirm=[yes]).status_code == 422
    assert draft.objective_blocks.get().progress == "<p>Precious.</p>"


# ---------------------------------------------------------------------------------------- title and language


def title_address(submission):
    return reverse("title", args=[submission.reference])


def test_of_two_titles_written_at_once_the_second_is_asked_about(client, amina, bruno, draft):
    address = title_address(draft)
    client.force_login(bruno)
    seen = seen_on(client, address, "seen")
    client.force_login(amina)
    client.post(address, {"title": "Amina's title", "language": "fr", "seen": seen})
    client.force_login(bruno)
    response = client.post(address, {"title": "Bruno's title", "language": "es", "seen": seen})
    assert response.status_code == 409
    assert all(words in text_of(response) for words in ("Amina's title", "French", 'value="Bruno\'s title"'))
    assert '<option value="es" selected' in text_of(response)
    draft.refresh_from_db()
    assert (draft.title, draft.language) == ("Amina's title", "fr")
    again = response.context["form"]["seen"].value()
    assert f'value="{again}"' in text_of(response)
    assert client.post(address, {"title": "Bruno's title", "language": "es", "seen": again}).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.language) == ("Bruno's title", "es")


@pytest.mark.parametrize("made_up", ["", "0", "\0", "x" * 5000])
def test_a_title_from_a_page_that_saw_nothing_is_asked_about(as_amina, draft, made_up):
    response = as_amina.post(title_address(draft), {"title": "Forced", "language": "en", "seen": made_up})
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.title != "Forced"


def test_a_title_sent_twice_is_saved_once(as_amina, draft):
    fields = {"title": "Twice", "language": "en", "seen": seen_on(as_amina, title_address(draft), "seen")}
    first, second = (as_amina.post(title_address(draft), fields) for _click in range(2))
    assert first.url == second.url == reverse("tasks", args=[draft.reference])
    draft.refresh_from_db()
    assert draft.title == "Twice"
