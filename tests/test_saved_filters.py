"""Searches of the desk under a name: kept as what its form understands, found at an address, shared on purpose."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client

from submissions.forms.saved_filters import MOST
from submissions.models import SavedFilter

from . import factories


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def at_desk(rita):
    return signed_in(rita)


@pytest.fixture
def of_piotr(piotr):
    return signed_in(piotr)


def save(client, query, *, name="Mine", status=302, **fields):
    response = client.post(f"/desk/filters/save/?{query}", {"name": name, **fields})
    assert response.status_code == status
    return response


def words_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# ---------------------------------------------------------------------------------------------- saving


def test_a_search_is_saved_from_the_desk_and_listed_there(at_desk, rita, filed):
    page = at_desk.get("/desk/?turn=iom&q=statement").content.decode()
    offered = unescape(re.search(r'href="(/desk/filters/save/[^"]+)"', page)[1])
    assert at_desk.get(offered).status_code == 200
    response = at_desk.post(offered, {"name": "Statements"})
    assert response.url == "/desk/?q=statement&turn=iom"
    saved = rita.saved_filters.get()
    assert (saved.name, saved.query, saved.is_shared) == ("Statements", "q=statement&turn=iom", False)
    desk = at_desk.get(response.url).content.decode()
    assert f'<a href="/desk/filters/{saved.pk}/" aria-current="true"><bdi>Statements</bdi></a>' in desk


def test_a_desk_that_asks_for_nothing_offers_nothing_to_save(at_desk, rita, filed):
    assert "/desk/filters/save/" not in at_desk.get("/desk/?page=2&turn=&colour=red").content.decode()
    assert save(at_desk, "page=2&turn=&colour=red").url == "/desk/"
    assert not rita.saved_filters.exists()


def test_only_what_the_form_knows_and_understands_is_kept(at_desk, rita, filed):
    save(at_desk, "page=3&colour=red&status=no-such&region=africa&order=turn&turn=iom&turn=closed&q=%20word%20")
    assert rita.saved_filters.get().query == "q=word&turn=closed&region=africa"


def test_the_order_alone_is_worth_saving(at_desk, rita, filed):
    save(at_desk, "order=due")
    assert rita.saved_filters.get().query == "order=due"


def test_the_page_says_in_words_what_is_saved(at_desk, filed):
    page = words_of(at_desk.get("/desk/filters/save/?turn=iom&reviewer=mine&mechanism=tda&q=%3Cb%3E"))
    assert "Words <b> Whose turn IOM Reviewer Me Mechanism Test Dialogue A" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a name."),
        ("   ", "Enter a name."),
        ("x" * 81, "at most 80 characters"),
        ("\x00\x01", "Enter a name."),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_in_a_sentence(at_desk, rita, filed, name, said):
    response = at_desk.post("/desk/filters/save/?turn=iom", {"name": name})
    assert response.status_code == 422
    assert said in words_of(response)
    assert not rita.saved_filters.exists()


def test_one_name_stands_for_one_search_of_a_person(at_desk, of_piotr, rita, piotr, filed):
    save(at_desk, "turn=iom", name="Waiting")
    response = save(at_desk, "turn=closed", name=" Waiting ", status=422)
    assert "You have a saved search of this name already." in words_of(response)
    assert 'value=" Waiting "' in response.content.decode()
    save(of_piotr, "turn=closed", name="Waiting")
    assert (rita.saved_filters.get().query, piotr.saved_filters.get().query) == ("turn=iom", "turn=closed")


def test_nobody_saves_more_than_fifty(at_desk, of_piotr, rita, piotr, filed):
    SavedFilter.objects.bulk_create(
        SavedFilter(user=rita, name=f"Search {n}", query="turn=iom") for n in range(MOST - 1)
    )
    save(at_desk, "turn=iom", name="The fiftieth")
    response = save(at_desk, "turn=iom", name="One more", status=422)
    assert "You have 50 saved searches, which is the most. Delete one first." in words_of(response)
    assert 'value="One more"' in response.content.decode()
    assert rita.saved_filters.count() == MOST == 50
    save(of_piotr, "turn=iom")
    last = rita.saved_filters.get(name="The fiftieth")
    assert at_desk.post(f"/desk/filters/{last.pk}/change/", {"name": "Renamed"}).status_code == 302


def test_a_search_too_long_for_its_place_is_refused_in_a_sentence(at_desk, rita, filed):
    response = save(at_desk, "q=" + quote("ء" * 190), status=422)
    assert "This asks for too many words to be saved." in words_of(response)
    assert not rita.saved_filters.exists()


# ---------------------------------------------------------------------------------------------- its address


def test_its_address_leads_to_the_desk_that_was_saved(at_desk, rita, filed):
    save(at_desk, "turn=iom&q=" + quote("التعليم"))
    saved = rita.saved_filters.get()
    response = at_desk.get(f"/desk/filters/{saved.pk}/")
    assert response.url == "/desk/?q=" + quote("التعليم") + "&turn=iom"


def test_what_is_shared_works_for_colleagues_and_is_theirs_to_open_only(at_desk, of_piotr, rita, filed):
    save(at_desk, "reviewer=mine", name="Ours", is_shared="on")
    saved = rita.saved_filters.get()
    assert of_piotr.get(f"/desk/filters/{saved.pk}/").url == "/desk/?reviewer=mine"
    assert "Ours by Rita Novak" in words_of(of_piotr.get("/desk/"))
    listed = of_piotr.get("/desk/filters/")
    assert f"http://testserver/desk/filters/{saved.pk}/" in listed.content.decode()
    assert f"/desk/filters/{saved.pk}/change/" not in listed.content.decode()
    assert of_piotr.post(f"/desk/filters/{saved.pk}/change/", {"name": "Mine"}).status_code == 404
    assert of_piotr.post(f"/desk/filters/{saved.pk}/delete/").status_code == 404
    assert rita.saved_filters.get().name == "Ours"


def test_what_is_not_shared_does_not_exist_for_colleagues(at_desk, of_piotr, rita, filed):
    save(at_desk, "turn=iom", name="Between me and the desk")
    saved = rita.saved_filters.get()
    for address in (f"/desk/filters/{saved.pk}/", f"/desk/filters/{saved.pk}/change/"):
        assert of_piotr.get(address).status_code == 404
    for address in ("/desk/", "/desk/filters/"):
        assert "Between me" not in words_of(of_piotr.get(address))
        assert "Between me" in words_of(at_desk.get(address))


@pytest.mark.parametrize("person", ["amina", "ada"])
def test_saved_searches_are_for_people_of_iom(request, at_desk, rita, filed, person):
    save(at_desk, "turn=iom", is_shared="on")
    saved, client = rita.saved_filters.get(), signed_in(request.getfixturevalue(person))
    for address in ("", f"{saved.pk}/", f"{saved.pk}/change/", "save/?turn=iom"):
        assert client.get(f"/desk/filters/{address}").status_code == 403
    for address in (f"{saved.pk}/change/", f"{saved.pk}/delete/", "save/?turn=iom"):
        assert client.post(f"/desk/filters/{address}", {"name": "Theirs"}).status_code == 403
    assert [one.name for one in SavedFilter.objects.all()] == ["Mine"]


def test_a_saved_search_of_what_is_gone_leads_to_the_desk_which_says_so(at_desk, rita, filed):
    saved = SavedFilter.objects.create(user=rita, name="Old", query="mechanism=no-more&turn=iom")
    response = at_desk.get(f"/desk/filters/{saved.pk}/", follow=True)
    assert "There is a problem" in words_of(response)
    assert filed.reference in words_of(response)
    assert "Old Whose turn IOM" in words_of(at_desk.get("/desk/filters/"))


def test_an_odd_number_in_the_address_is_nothing(at_desk, filed):
    assert at_desk.get("/desk/filters/99999999999999999999999/").status_code == 404
    assert at_desk.post("/desk/filters/99999999999999999999999/delete/").status_code == 404


# ---------------------------------------------------------------------------------------------- changing it


def test_it_can_be_renamed_shared_and_kept_to_oneself_again(at_desk, rita, filed):
    save(at_desk, "turn=iom")
    saved = rita.saved_filters.get()
    for name, is_shared in [("Waiting", True), ("Waiting longer", False)]:
        response = at_desk.post(
            f"/desk/filters/{saved.pk}/change/", {"name": name, **({"is_shared": "on"} if is_shared else {})}
        )
        assert response.url == "/desk/filters/"
        saved.refresh_from_db()
        assert (saved.name, saved.is_shared, saved.query) == (name, is_shared, "turn=iom")


def test_it_can_be_deleted(at_desk, rita, filed):
    save(at_desk, "turn=iom")
    saved = rita.saved_filters.get()
    assert at_desk.get(f"/desk/filters/{saved.pk}/delete/").status_code == 405
    assert at_desk.post(f"/desk/filters/{saved.pk}/delete/").url == "/desk/filters/"
    assert not rita.saved_filters.exists()
    assert at_desk.get(f"/desk/filters/{saved.pk}/").status_code == 404


def test_a_name_is_shown_as_text(at_desk, of_piotr, filed):
    save(at_desk, "turn=iom", name="<b>Bold</b>", is_shared="on")
    for client in (at_desk, of_piotr):
        for address in ("/desk/", "/desk/filters/"):
            page = client.get(address).content.decode()
            assert "&lt;b&gt;Bold" in page
            assert "<b>Bold" not in page


def test_whoever_leaves_iom_keeps_no_way_to_the_desk(at_desk, rita, filed):
    save(at_desk, "turn=iom")
    saved = rita.saved_filters.get()
    factories.User.objects.filter(pk=rita.pk).update(is_reviewer=False)
    assert at_desk.get(f"/desk/filters/{saved.pk}/").status_code == 403
