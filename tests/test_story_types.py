"""Each type of input that one mechanism files alone, filed through its pages, without a browser."""

from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from submissions.models import OutlineSection, Status, Submission

from .test_attachments import pdf

Kind = OutlineSection.Kind

ALONE = ["B1", "B2", "B3", "D1", "D2", "D3"]

# What somebody types into the required sections, beyond what their pages suggest.
TYPED = {
    Kind.ENGAGEMENT: {"agreed_how": "Adopted at the annual meeting.", "is_collective": "on"},
    Kind.TEXT: {"text": "The mechanism reviewed its own work.", "text-format": "plain"},
    Kind.EVENT: {"name": "Annual meeting", "starts_on": "2030-02-03", "place": "Lomé, Togo"},
    Kind.SPEAKING: {"roundtables": ["1", "4"]},
}


class Forms(HTMLParser):
    """The forms of a page as a browser would send them untouched: [(address, {name: [values]})]."""

    def __init__(self, response):
        super().__init__()
        self.found = []
        self._select = self._textarea = None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, kind = given.get("name"), given.get("type")
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and name and _is_sent(kind, given):
            self._put(name, given.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self._textarea = name
            self._put(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given and self._select:
            self._put(self._select, given.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._textarea:
            self.found[-1][1][self._textarea][-1] += data

    def _put(self, name, value):
        self.found[-1][1].setdefault(name, []).append(value)


def _is_sent(kind, given):
    return "checked" in given if kind in {"checkbox", "radio"} else kind not in {"file", "submit"}


def form_of(response, *, action=""):
    return next(fields for address, fields in Forms(response).found if address == action)


@pytest.mark.parametrize("type_code", ALONE)
def test_each_type_is_filed_through_its_own_pages(client, type_code, mechanism_a, cycle, amina):
    client.force_login(amina)
    home = client.get(reverse("iscm_home", args=["tda"]))
    start = reverse("start_submission", args=["tda", cycle.code, type_code])
    tasks = client.post(start, form_of(home, action=start), follow=True)
    submission = Submission.objects.get()

    for asked in submission.input_type.type_sections.filter(is_required=True).select_related("section"):
        address = reverse("section", args=[submission.reference, asked.section.code])
        assert f'href="{address}"' in tasks.content.decode()
        fill_in(client, submission, asked.section, address)

    check = client.get(reverse("check", args=[submission.reference]))
    assert "There is a problem" not in check.content.decode()
    step = reverse("step", args=[submission.reference, "submit"])
    receipt = client.post(step, form_of(check, action=step), follow=True)
    assert receipt.redirect_chain[-1][0] == reverse("receipt", args=[submission.reference])
    assert "Your input is filed" in receipt.content.decode()
    assert f'<strong class="reference">{submission.reference}</strong>' in receipt.content.decode()
    submission.refresh_from_db()
    assert submission.status == Status.SUBMITTED
    assert_says_what_was_typed(submission)


def fill_in(client, submission, section, address):
    typed = dict(TYPED.get(section.kind, {}))
    if section.kind == Kind.ENGAGEMENT and submission.input_type.engagement_modes.count() > 1:
        typed["modes"] = [submission.input_type.engagement_modes.first().mode]
    if section.kind == Kind.ANNEXES:
        document = SimpleUploadedFile("declaration.pdf", pdf(), "application/pdf")
        shown = next(fields for _address, fields in Forms(client.get(address)).found if "title" in fields)
        client.post(address, shown | {"upload": "", "file": document})
    if section.kind == Kind.OBJECTIVES:
        typed["roundtable-4"] = ["7"]
    response = save(client, address, typed)
    if section.kind == Kind.OBJECTIVES:
        block = response.redirect_chain[-1][0]
        assert block == reverse("objective_block", args=[submission.reference, section.code, 7])
        response = save(client, block, {"progress": "The mechanism reviewed its own work.", "progress-format": "plain"})
    assert "There is a problem" not in response.content.decode()


def save(client, address, typed):
    shown = next(fields for _address, fields in Forms(client.get(address)).found if "version" in fields)
    return client.post(address, shown | typed | {"continue": ""}, follow=True)


def assert_says_what_was_typed(submission):
    content = submission.revisions.get().content
    assert content["agreed_how"] == "Adopted at the annual meeting."
    # The chart names nobody who represents the mechanism where it invites to an event of its own.
    named = submission.input_type.engagement_modes.first().representatives.exists()
    engagements = [(engagement["mode"], engagement["representative"]) for engagement in content["engagements"]]
    assert engagements == [("direct", "Amina Diallo" if named else "")]
    required = set(submission.input_type.type_sections.filter(is_required=True).values_list("section__code", flat=True))
    for section in content["sections"]:
        if section["code"] in required:
            _assert_says(section)


def _assert_says(section):
    match section["kind"]:
        case Kind.TEXT:
            assert section["text"] == "<p>The mechanism reviewed its own work.</p>"
        case Kind.EVENT:
            assert section["event"]["place"] == "Lomé, Togo"
            assert section["event"]["starts_on"] == "2030-02-03"
        case Kind.SPEAKING:
            assert section["speaker"] == "Amina Diallo"
            assert [roundtable["number"] for roundtable in section["roundtables"]] == [1, 4]
        case Kind.OBJECTIVES:
            assert [block["number"] for block in section["blocks"]] == [7]
            assert section["blocks"][0]["progress"] == "<p>The mechanism reviewed its own work.</p>"
        case Kind.ANNEXES:
            assert [attachment["filename"] for attachment in section["attachments"]] == ["declaration.pdf"]
