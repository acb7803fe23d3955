"""What becomes of formatted text: what is kept, what is taken out, what is refused, and that no word is lost."""

import re
import unicodedata

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from submissions import rich_text
from submissions.forms.rich_text import RichTextField
from tests import clipboards

TAGS = set(re.findall(r"\w+", "p h3 br strong em sup sub a ul ol li blockquote table thead tbody tr th td"))


def tags_in(text):
    return set(re.findall(r"</?([a-z0-9]+)", text))


def words_in(text):
    return rich_text.as_text(text).split()


# ---------------------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<p>One</p>\n<p>Two</p>", "<p>One</p><p>Two</p>"),
        ("<b>Bold</b> and <i>italic</i>", "<p><strong>Bold</strong> and <em>italic</em></p>"),
        ("<b>a <i>b</b> c</i>", "<p><strong>a <em>b</em></strong><em> c</em></p>"),
        ("<u>under</u> <font color=red>red</font>", "<p>under red</p>"),
        ("<h1>A</h1><h2>B <b>c</b></h2><h6>D</h6>", "<h3>A</h3><h3>B c</h3><h3>D</h3>"),
        ("CO<sub>2</sub>, 5 m<sup>2</sup>", "<p>CO<sub>2</sub>, 5 m<sup>2</sup></p>"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ul><li><p>a</p></li><li></li></ul>", "<ul><li>a</li></ul>"),
        ("<ol start=3 type=a data-type=x><li>c</ol>", '<ol start="3" type="a"><li>c</li></ol>'),
        ("<blockquote>q</blockquote>", "<blockquote><p>q</p></blockquote>"),
        ("<li>stray", "<p>stray</p>"),
        ("a<br><br><br><br>b<br>", "<p>a<br><br>b</p>"),
        ("<p>a</p><p>&nbsp;</p><p><br></p><p></p>", "<p>a</p>"),
        ("a  \n\t b", "<p>a b</p>"),
        ("<pre>a\n b</pre>", "<p>a<br>b</p>"),
        ("<div>a</div><div>b<div>c</div></div>", "<p>a</p><p>b</p><p>c</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("&lt;script&gt; &copy; &eacute;", "<p>&lt;script&gt; © é</p>"),
        ("", ""),
        ("<p>&nbsp;</p>", ""),
    ],
)
def test_formatting_is_kept_in_few_tags(typed, kept):
    assert rich_text.clean(typed) == kept


def test_a_table_keeps_its_head_its_spans_and_as_many_cells_in_each_row():
    table = "<table><tr><th>A<th>B<th>C<tr><td colspan=2 style='x'><p>ab</p><td rowspan=9>c<tr><td>d</table>"
    assert rich_text.clean(table) == (
        "<table><thead><tr><th>A</th><th>B</th><th>C</th></tr></thead><tbody>"
        '<tr><td colspan="2">ab</td><td rowspan="2">c</td></tr><tr><td>d</td><td></td></tr></tbody></table>'
    )


def test_a_table_in_a_cell_becomes_paragraphs_of_that_cell():
    table = "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table>d</td></tr></table>"
    assert rich_text.clean(table) == (
        "<table><tbody><tr><td><p>a</p><p>b</p><p>c</p><p>d</p></td></tr></tbody></table>"
    )


def test_a_heading_in_a_list_or_cell_becomes_bold():
    assert rich_text.clean("<ol><li><h2>A</h2>b</ol>") == "<ol><li><p><strong>A</strong></p><p>b</p></li></ol>"


@pytest.mark.parametrize(
    "href",
    ["https://example.org/a?b=1&amp;c=2", "http://example.org", "mailto:office@example.org", "HTTPS://EXAMPLE.ORG"],
)
def test_a_link_to_a_page_or_an_address_is_kept_and_says_nothing_about_us(href):
    assert rich_text.clean(f'<a href="{href}" target="_blank" onclick="x()">w</a>') == (
        f'<p><a href="{href}" rel="noopener noreferrer">w</a></p>'
    )


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVa&#10;Script:alert(1)",
        " java\tscript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org",
        "/admin/",
        "#_ftn1",
        "www.example.org",
        "https://example.org/" + "a" * 2_001,
        "http:///etc/passwd",
        "mailto:",
    ],
)
def test_any_other_link_leaves_only_its_words(href):
    assert rich_text.clean(f'<a href="{href}" rel=attachment>the words</a>') == "<p>the words</p>"


# ---------------------------------------------------------------------------------------- what is taken out

HOSTILE = [
    "<script>alert(1)</script>",
    "<script src=//x></script>",
    "<SCRIPT\n>alert(1)</ScRiPt >",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=file:///etc/passwd>",
    "<svg onload=alert(1)><text>drawn</text></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
    "<style>@import 'http://x'</style>",
    "<p style='background:url(http://x)' class=a id=b data-c=d>styled</p>",
    "<iframe src=http://x>inside</iframe>",
    "<object data=file:///etc/passwd>inside</object>",
    "<embed src=x>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<base href=http://x>",
    "<meta http-equiv=refresh content='0;url=http://x'>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>inside</details>",
    "<video><source onerror=alert(1)></video>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- a --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<a href='https://x' onmouseover=alert(1)>a</a>",
    '<a href="https://x&quot; onmouseover=alert(1) x=&quot;">a</a>',
    "<p/onclick=alert(1)>a",
    "<p onclick='alert(1)",
    "<img src=x onerror=alert(1)//",
    "<\x00script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<b><i><a><ul><table><td>",
    "</p></div></td></table></ul>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_but_the_few_tags_comes_out(hostile):
    cleaned = rich_text.clean(f"<p>before</p>{hostile}<p>after</p>")
    assert tags_in(cleaned) <= TAGS
    attributes = {name for tag in re.findall(r"<[^>]*>", cleaned) for name in re.findall(r'\s([^\s="]+)="', tag)}
    assert attributes <= {"href", "rel", "start", "type", "colspan", "rowspan"}
    assert "before" in rich_text.as_text(cleaned)
    assert rich_text.clean(cleaned) == cleaned


def test_a_tag_that_never_ends_is_shown_as_it_stands():
    assert rich_text.as_text('<p>kept</p><a href="x>all of this') == 'kept\n\n<a href="x>all of this'


def test_characters_that_no_text_needs_are_dropped_also_as_references():
    assert rich_text.clean("a\x00b\ud800c\x1bd\ufeffe&#0;&#x1b;&#xD800;f\u202eg") == "<p>abcde\ufffd\ufffdfg</p>"
    assert rich_text.clean("a&#" + "9" * 6_000 + ";b") == "<p>ab</p>"


def test_letters_are_composed_and_carry_few_marks():
    assert rich_text.clean("e\u0301<b>x</b>") == "<p>é<strong>x</strong></p>"
    marks = sum(unicodedata.combining(character) > 0 for character in rich_text.clean("x" + "\u0329" * 1_000))
    assert marks == 8


def test_a_mark_never_melts_into_a_tag():
    # U+0338 after ">" composes to "≯": the tag would be gone as soon as anybody normalises the text.
    cleaned = rich_text.clean("a<b>\u0338b</b><br>\u0338c<p>\u0338d")
    assert unicodedata.normalize("NFC", cleaned) == cleaned
    assert not re.search(">\u0338", cleaned)


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [f"<{tag}>" for tag in [*sorted(TAGS), "div", "b", "u", "h1", "pre", "script", "a href=https://x.y"]]
        ),
        st.sampled_from([f"</{tag}>" for tag in [*sorted(TAGS), "div", "b", "u", "h1", "pre", "script", "style"]]),
        st.sampled_from(HOSTILE),
        st.sampled_from(
            ["<p style='mso-list:l0 level1 lfo1'>", "<p style='mso-list:l1 level3 lfo1'>", "<td colspan=3>"]
        ),
        st.sampled_from(
            ["<span style='mso-list:Ignore'>2.</span>", "<ol start=4 type=i>", "<td rowspan=2>", "<!--", "-->"]
        ),
        st.sampled_from(
            ["\u0301", "\u0338", "\u0344", " ", "\xa0", "\n", "\t", "&", "&amp;", "&#x301;", "<", ">", '"']
        ),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)


@given(MARKUP)
def test_cleaning_twice_changes_nothing(markup):
    cleaned = rich_text.clean(markup)
    assert rich_text.clean(cleaned) == cleaned
    assert rich_text.count_words(cleaned) == rich_text.count_words(markup)
    assert rich_text.as_text(cleaned) == rich_text.as_text(markup)


@given(MARKUP)
def test_what_is_kept_is_a_small_well_formed_tree(markup):
    open_tags = []
    for end, tag in re.findall(r"<(/?)([a-z0-9]+)", rich_text.clean(markup)):
        assert tag in TAGS
        if end:
            assert open_tags.pop() == tag
        elif tag != "br":
            open_tags.append(tag)
    assert not open_tags


# ---------------------------------------------------------------------------------------- what is refused


def table_of(rows, columns):
    return "<table>" + ("<tr>" + "<td>x</td>" * columns + "</tr>") * rows + "</table>"


@pytest.mark.parametrize(
    ("allowed", "refused", "says"),
    [
        ("<ul><li>" * 20 + "x", "<ul><li>" * 21 + "x", "21 levels"),
        ("<blockquote>" * 20 + "x", "<blockquote>" * 21 + "x", "21 levels"),
        ("<div>" * 1_000 + "x", "<ol><li>" * 100_000 + "x", "100000 levels"),
        ("<p>" + "x" * 50_000, "<p>" + "x" * 50_001, "50001 characters"),
        ("<ul>" + "<li>x</li>" * 500, "<ul>" + "<li>x</li>" * 501, "501 items"),
        (table_of(300, 12), table_of(301, 2), "301 rows"),
        (table_of(2, 12), table_of(2, 13), "13 columns"),
        ("<table><td colspan=1000000>x</table>", table_of(1, 1_000), "1000 columns"),
        (
            "<p>" + "word " * 9_000 + "</p>",
            "<p>" + "word " * 9_000 + "</p><p>" + "x " * 25_000 + "</p>",
            "34,000 words",
        ),
        ("<p>ok", "<p>" + "Migration and development. " * 70_000, "210,000 words"),
        ("<p>ok", "<p>ok" + "<!-- -->" * 500_001, "too long to be stored"),
    ],
)
def test_what_could_hang_the_pdf_is_refused_with_a_sentence(allowed, refused, says):
    assert rich_text.refusal(allowed) is None
    assert says in rich_text.refusal(refused)


def test_what_is_cleaned_is_never_nested_deeper_than_allowed_and_keeps_its_words():
    nested = "".join(f"<ul><li>word{number}" for number in range(200))
    cleaned = rich_text.clean(nested)
    assert cleaned.count("<ul>") == 20
    assert [word for word in words_in(cleaned) if word != "-"] == [f"word{number}" for number in range(200)]
    assert rich_text.refusal(cleaned) is None


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 20_000,
        "<b>" * 20_000,
        "".join(f"<b x{number}>" for number in range(5_000)) + "<p>x" * 5_000,  # markup is not multiplied
        "<table><tr><td>" * 10_000,
        "<ul><li><table><td>" * 5_000,
        "<" * 50_000,
        "<!--" * 20_000,
        "<a x='" * 20_000,
        '<a x="' * 20_000 + ">",
        "<table>" + "<tr>" * 5_000 + "<td>" * 5_000,
        "<a " + "= " * 50_000,
        "<b> </b><i>\x01</i>" * 10_000,
        "\xa0" * 100_000 + "x",
        "&" * 20_000,
    ],
)
def test_a_bomb_stays_as_small_as_it_came(bomb):
    assert len(rich_text.clean(bomb)) <= 6 * len(bomb) + 100
    rich_text.refusal(bomb)  # does not raise


# ---------------------------------------------------------------------------------------- plain text


def test_plain_text_becomes_paragraphs_breaks_and_lists():
    assert rich_text.from_plain("One\ntwo\r\n\r\nthree:\n- a\n*\tb\n\n•\tc\nafter\n\n1. x\n2. y") == (
        "<p>One<br>two</p><p>three:</p><ul><li>a</li><li>b</li><li>c</li></ul><p>after</p><ol><li>x</li><li>y</li></ol>"
    )


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "<b>not bold</b>", "a & b &amp; c", "1 < 2", "&lt;"])
def test_tags_typed_as_plain_text_are_shown_as_text(typed):
    assert rich_text.as_text(rich_text.from_plain(typed)) == typed
    assert tags_in(rich_text.from_plain(typed)) == {"p"}


@pytest.mark.parametrize("typed", ["2026. A year", "3. Third only", "-5 degrees", "1.5 million", "*note"])
def test_what_only_looks_like_a_list_stays_a_paragraph(typed):
    assert rich_text.from_plain(typed) == f"<p>{typed}</p>"


@pytest.mark.parametrize("text", ["", "One", "One\ntwo\n\nthree", "A:\n\n- a\n- b\n\n1. x\n2. y", "<b> & “curly”"])
def test_simple_text_is_shown_as_plain_text_again(text):
    assert rich_text.to_plain(rich_text.from_plain(text)) == text


@pytest.mark.parametrize(
    "formatted",
    [
        "<p>a <strong>b</strong></p>",
        "<h3>a</h3>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
        "<ul><li>a</li></ul><ul><li>b</li></ul>",
        "<p>- a</p>",
        "<p>a<br>1. b</p>",
        '<ol start="2"><li>a</li></ol>',
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        "<blockquote><p>a</p></blockquote>",
        '<p><a href="https://x.org">a</a></p>',
    ],
)
def test_text_that_plain_text_cannot_say_is_not_shown_as_plain_text(formatted):
    assert rich_text.to_plain(formatted) is None


@given(st.text(alphabet=st.one_of(st.sampled_from("\n\n -*1.2<&>"), st.characters()), max_size=60))
def test_plain_text_survives_being_stored(text):
    stored = rich_text.from_plain(text)
    assert rich_text.clean(stored) == stored
    plain = rich_text.to_plain(stored)
    assert plain is None or rich_text.from_plain(plain) == stored


def test_readable_text_numbers_lists_and_separates_cells():
    text = (
        '<h3>T</h3><p>a<br>b</p><ol start="3" type="a"><li>x<ul><li>y</li></ul></li><li>z</li></ol>'
        '<ol start="9" type="i"><li>v</li></ol><table><tr><th>A</th><th>B</th></tr>'
        "<tr><td>1<br>2</td><td>3</td></tr></table>"
    )
    assert rich_text.as_text(text) == "T\n\na\nb\n\nc. x\n   - y\nd. z\n\nix. v\n\nA | B\n1 2 | 3"


# ---------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("<p>Safe, orderly and regular migration – 23 objectives</p>", 7),
        ("<p>L’état d’accueil : <strong>98 %</strong> des cas</p>", 5),
        ("<p>Глобальный договор о безопасной, упорядоченной и легальной миграции</p>", 8),
        ("<p>الاتفاق العالمي من أجل الهجرة الآمنة والمنظمة والنظامية</p>", 8),
        ("<ol><li>one</li><li>two</li></ol><table><tr><td>a</td><td>b</td></tr></table>", 4),
        ("<p>a<br>b</p><p>c</p>", 3),
        ("<p>re<strong>union</strong></p>", 1),
        ("<p>— … • !</p>", 0),
        ("", 0),
    ],
)
def test_words_are_counted_alike_in_every_script(text, number):
    assert rich_text.count_words(text) == number


@pytest.mark.parametrize("blank", ["", "<p></p>", "<p>&nbsp;<br></p>", "<table><tr><td></td></tr></table>", "\x00"])
def test_a_text_that_nobody_can_read_is_blank(blank):
    assert rich_text.is_blank(blank)
    assert not rich_text.is_blank("<ul><li>x</li></ul>")


# ---------------------------------------------------------------------------------------- word processors


@pytest.mark.parametrize("program", clipboards.ALL)
def test_what_a_word_processor_writes_becomes_the_same_small_html(program):
    assert rich_text.clean(clipboards.ALL[program]) == clipboards.EXPECTED


def test_lists_of_word_keep_their_kind_their_number_and_their_depth():
    pasted = "".join(
        clipboards.word_item(marker, words, listed=listed)
        for marker, words, listed in [
            ("iv)", "fourth", "l0 level1 lfo1"),
            ("v)", "fifth", "l0 level1 lfo1"),
            ("(B)", "inner", "l0 level2 lfo1"),
            ("§", "innermost", "l0 level3 lfo1"),
            ("vi)", "sixth", "l0 level1 lfo1"),
            ("1.2.", "another list", "l4 level2 lfo9"),
        ]
    )
    assert rich_text.clean(pasted) == (
        '<ol start="4" type="i"><li>fourth</li><li>fifth<ol start="2" type="A"><li>inner<ul>'
        '<li>innermost</li></ul></li></ol></li><li>sixth<ol start="2"><li>another list</li></ol></li></ol>'
    )


# ---------------------------------------------------------------------------------------- the field


class Section(forms.Form):
    text = RichTextField(label="Progress", word_limit=5, language="ar")


def shown(form):
    """The words in the text area, its format, and what the editor would be given."""
    context = form.fields["text"].widget.get_context("text", form["text"].value(), {"id": "id_text"})["widget"]
    return context["value"], context["format"], context["html"]


def test_simple_text_is_shown_plain_and_other_text_as_tags():
    assert shown(Section(initial={"text": "<p>One</p><p>Two</p>"})) == ("One\n\nTwo", "plain", "<p>One</p><p>Two</p>")
    words, how, editor = shown(Section(initial={"text": "<p>One <b>two</b></p><ul><li>x</li></ul>"}))
    assert (how, editor) == ("html", None)
    assert words == "<p>One <strong>two</strong></p>\n<ul>\n<li>x</li>\n</ul>"
    assert Section({"text": words, "text-format": "html"}).has_changed() is True


@pytest.mark.parametrize("stored", ["<p>One</p><p>Two</p>", clipboards.EXPECTED, ""])
def test_a_text_sent_back_unchanged_is_unchanged(stored):
    words, how, _editor = shown(Section(initial={"text": stored}))
    form = Section({"text": words, "text-format": how}, initial={"text": stored})
    assert form.is_valid()
    assert form.cleaned_data["text"] == stored
    assert not form.has_changed()


@pytest.mark.parametrize("how", [{}, {"text-format": "plain"}, {"text-format": "anything"}])
def test_what_is_typed_without_the_editor_is_text_and_nothing_else(how):
    form = Section({"text": "<b>1</b>\r\n2\r\n\r\n3", **how})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "<p>&lt;b&gt;1&lt;/b&gt;<br>2</p><p>3</p>"


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("<ul><li>" * 30 + "x & y", "html"),
        ("word " * 200_000, "plain"),
        ("<p>" + "word " * 200_000 + "</p>", "html"),
        ("- x\n" * 501, "plain"),
    ],
)
def test_a_refused_text_comes_back_exactly_as_typed(typed, how):
    form = Section({"text": typed, "text-format": how})
    assert list(form.errors) == ["text"]
    assert shown(form) == (typed, how, None)
    assert form.has_changed()


def test_two_hundred_thousand_words_are_answered_with_their_number():
    form = Section({"text": "word " * 200_000})
    assert form.errors["text"][0].startswith(
        "This text is too long to be stored (200,000 words; the portal takes up to 30,000 words"
    )


def test_the_word_limit_never_stops_a_draft_from_being_saved():
    form = Section({"text": "one two three four five six seven"})
    assert form.is_valid()
    assert "2 words over the limit of 5" in str(form)
    assert "3 of 5 words" in str(Section(initial={"text": "<p>one two three</p>"}))


def test_a_required_text_needs_something_to_read():
    class Strict(forms.Form):
        text = RichTextField(label="Progress", required=True)

    assert not Strict({"text": "<p>&nbsp;</p><table><tr><td></td></tr></table>", "text-format": "html"}).is_valid()
    assert Strict({"text": "<p>x</p>", "text-format": "html"}).is_valid()


def test_the_field_says_its_language_and_finds_its_direction_by_itself():
    page = str(Section())
    assert re.search(r'<textarea[^>]*\blang="ar"', page)
    assert re.search(r'<textarea[^>]*\bdir="auto"', page)


def test_markup_in_a_text_cannot_leave_the_page_of_the_form():
    page = str(Section({"text": '</textarea><script>alert(1)</script>" onfocus="x', "text-format": "html"}))
    assert "<script>alert" not in page
    assert page.count("</textarea>") == 1


def test_the_counter_knows_every_plural_of_the_language():
    with translation.override("ar"):
        counter = Section().fields["text"].widget.get_context("text", "", {})["widget"]["counter"]
    assert all(f'"{form}"' in counter for form in ["zero", "one", "two", "few", "many", "other"])
    assert "{count}" in counter
