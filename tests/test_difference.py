"""What changed between two canonical documents, word by word."""

import copy
import random
import re
from html import escape

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import content, rich_text
from submissions.difference import (
    ADDED,
    FOLDED,
    MOST_SHOWN,
    PER_PARAGRAPH,
    REFORMATTED,
    REMOVED,
    SAME,
    between,
    passages,
    word_difference,
)
from submissions.difference.word_difference import Effort
from submissions.rich_text.reader import Reader

EN = "en"


def worded(text, language=EN):
    return {"text": text, "language": language}


def block(number, **texts):
    return {
        "number": number,
        "title": worded(f"Title of objective {number}"),
        "short_label": worded(f"Label {number}"),
        "roundtable": {"number": 1 + number % 4, "title": worded(f"Roundtable on {number % 4}")},
        **{name: texts.get(name, "") for name in ("progress", "practice", "challenges", "more")},
    }


def recommendations(*texts):
    return [{"number": number, "text": text, "objectives": []} for number, text in enumerate(texts, start=1)]


def section(code, kind="text", heading="", text="", **parts):
    return {"code": code, "kind": kind, "heading": worded(heading or code.title()), "text": text, **parts}


def document(**changes):
    """A joint input with something in every kind of section."""
    sections = [
        section("engagement", "engagement"),
        section("summary", text="<p>The mechanism met twice. It adopted a plan of action on return.</p>"),
        section(
            "contribution",
            "contribution",
            formats=[{"code": "dialogue", "name": worded("Dialogue")}],
            priorities=[{"code": "data", "name": worded("Data")}, {"code": "return", "name": worded("Return")}],
        ),
        section("objectives", "objectives", blocks=[block(7, progress="<p>Fewer deaths at sea.</p>"), block(8)]),
        section(
            "principles",
            "principles",
            notes=[{"number": 1, "letter": "a", "name": worded("People-centred"), "text": "People come first."}],
        ),
        section(
            "challenges",
            "challenges",
            challenges=[{"code": "funds", "name": worded("Funding")}],
            responses=[{"code": "pool", "name": worded("Pooled funds")}],
        ),
        section(
            "recommendations",
            "recommendations",
            recommendations=recommendations("Fund the plan.", "Share data on routes.", "Train border guards."),
        ),
        section(
            "event",
            "event",
            event={
                "name": "Test meeting",
                "starts_on": "2028-03-01",
                "ends_on": None,
                "is_online": False,
                "place": "Test City",
                "organizers": "",
                "outcome_document": "",
            },
        ),
        section(
            "speaking",
            "speaking",
            speaker="Amina Diallo",
            speaker_capacity="Chair",
            roundtables=[{"number": 1, "title": worded("Roundtable one")}],
        ),
        section(
            "annexes",
            "annexes",
            attachments=[
                {
                    "title": "Plan",
                    "filename": "plan.pdf",
                    "kind": "pdf",
                    "language": EN,
                    "size": 1200,
                    "sha256": "ab" * 32,
                }
            ],
        ),
    ]
    return {
        "schema": 2,
        "reference": "TEST-B4-1",
        "title": "Joint statement",
        "language": EN,
        "cycle": {"code": "TEST", "kind": "imrf", "name": worded("Test Forum")},
        "iscm": {
            "slug": "tda",
            "name": "Test Dialogue A",
            "acronym": "TDA",
            "category": "RCP",
            "regions_stated": "Africa",
            "secretariat": "Test Secretariat",
            "formal_associations": ["Test Community"],
        },
        "partners": [
            {"kind": "iscm", "slug": "tdb", "name": "Test Dialogue B", "acronym": "TDB", "category": "RCP"},
            {"kind": "igo", "slug": "", "name": "Test Organization", "acronym": "", "category": ""},
        ],
        "input_type": {
            "code": "B4",
            "phase": "before",
            "kind": "statement",
            "name": worded("Joint statement of mechanisms"),
            "short_name": worded("Joint statement"),
        },
        "regions": [{"code": "africa", "name": worded("Africa")}],
        "engagements": [
            {
                "mode": "direct_joint",
                "capacity": worded("Chair"),
                "representative": "Amina Diallo",
                "member_states": "",
                "igo": "",
            }
        ],
        "agreed_how": "By silence procedure.",
        "is_collective": True,
        "sections": sections,
        **changes,
    }


def with_summary(text, **changes):
    made = document(**changes)
    made["sections"][1]["text"] = text
    return made


def between_summaries(old, new, **options):
    """What is said of one rich text that became another."""
    parts = between(with_summary(old), with_summary(new), **options).parts
    assert len(parts) <= 1
    return parts[0].paragraphs if parts else ()


def marked(paragraph):
    """The runs on one line: [-removed-] {+added+}."""
    signs = {SAME: "{}", ADDED: "{{+{}+}}", REMOVED: "[-{}-]"}
    return " ".join(signs[run.op].format(run.text.strip()) for run in paragraph.runs)


def only_part(old, new, **options):
    [part] = between(old, new, **options).parts
    return part


# ---------------------------------------------------------------------------------------------- words


def test_a_changed_word_is_found_in_its_sentence():
    [paragraph] = between_summaries("<p>Fund the plan of action.</p>", "<p>Fund the whole plan of action!</p>")
    assert marked(paragraph) == "Fund the {+whole+} plan of action [-.-] {+!+}"


def test_the_text_keeps_its_direction_and_language():
    old = with_summary("<p>التعاون بين الدول</p>", language="ar")
    new = with_summary("<p>التعاون الوثيق بين الدول</p>", language="ar")
    part = only_part(old, new)
    assert (part.language, part.direction) == ("ar", "rtl")
    assert marked(part.paragraphs[0]) == "التعاون {+الوثيق+} بين الدول"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("المَغْرِب، والهجرة؟", ["المَغْرِب", "،", "والهجرة", "؟"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("Ёлки — межгосударственные «связи».", ["Ёлки", "—", "межгосударственные", "«", "связи", "»."]),
        ("L’égalité : aujourd'hui !", ["L’égalité", ":", "aujourd'hui", "!"]),
        ("移民，全球2030", ["移", "民", "，", "全", "球", "2030"]),
        ("inter-State 1,5 % https://a.org/b?c=d.", ["inter-State", "1,5", "%", "https://a.org/b?c=d", "."]),
        ("word\u200f \u00adword", ["word", "word"]),
    ],
)
def test_words_are_those_of_the_language(text, tokens):
    assert [word.strip() for word in word_difference.words(word_difference.plain(text))] == tokens


def test_a_vowel_sign_makes_another_word_and_not_half_of_one():
    [paragraph] = between_summaries("<p>كتب الطالب رسالة</p>", "<p>كُتب الطالب رسالة</p>")
    assert marked(paragraph) == "[-كتب-] {+كُتب+} الطالب رسالة"


def test_one_odd_common_word_does_not_cut_a_rewritten_passage():
    [paragraph] = between_summaries(
        "<p>At the meeting of the group in May all seven members agreed on return and said so in public.</p>",
        "<p>At the meeting of the group in May nobody could decide on visas or fees and said so in public.</p>",
    )
    assert marked(paragraph) == (
        "At the meeting of the group in May [-all seven members agreed on return-] "
        "{+nobody could decide on visas or fees+} and said so in public."
    )


texts = st.lists(
    st.sampled_from(["the", "plan", "sea", "of", "États", "هجرة", "мир", "移民", "(2)", "—", "x’y"]), max_size=25
)


@given(texts, texts)
@settings(deadline=None)
def test_what_stayed_with_what_went_is_the_old_text_and_with_what_came_the_new(old, new):
    old_text, new_text = " ".join(old), " ".join(new)
    for full in (True, False):
        paragraphs = between_summaries(f"<p>{old_text}</p>", f"<p>{new_text}</p>", full=full)
        if not paragraphs or any("…" in run.text for paragraph in paragraphs for run in paragraph.runs):
            continue
        assert words_of(run.text for paragraph in paragraphs for run in paragraph.before) == words_of([old_text])
        assert words_of(run.text for paragraph in paragraphs for run in paragraph.after) == words_of([new_text])


def words_of(texts):
    return [word.strip() for text in texts for word in word_difference.words(word_difference.plain(text))]


@given(st.lists(st.text("abc ", max_size=12), max_size=6), st.lists(st.text("abc ", max_size=12), max_size=6))
@settings(deadline=None)
def test_no_paragraph_is_lost(old, new):
    def text(paragraphs):
        return rich_text.clean("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))

    paragraphs = between_summaries(text(old), text(new), full=True)
    if paragraphs:
        before = words_of(run.text for paragraph in paragraphs for run in paragraph.before)
        after = words_of(run.text for paragraph in paragraphs for run in paragraph.after)
        assert (before, after) == (words_of(old), words_of(new))


@given(st.lists(st.sampled_from("abcd"), max_size=14), st.lists(st.sampled_from("abcd"), max_size=14))
@settings(deadline=None)
def test_what_is_common_is_common_and_in_order(old, new):
    position = new_position = 0
    for start, new_start, length in word_difference.common(old, new, Effort()):
        assert old[start : start + length] == new[new_start : new_start + length]
        assert start >= position
        assert new_start >= new_position
        position, new_position = start + length, new_start + length


# ---------------------------------------------------------------------------------------------- nothing escapes


def without_schema(made):
    return content.canonical({"partners": [], **made, "schema": 0})


def leaves_of(value, path=()):
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from leaves_of(value[name], (*path, name))
    elif path != ("schema",):
        yield path


ALL_LEAVES = list(leaves_of(document()))
LEAVES = {" ".join(map(str, path)): path for path in ALL_LEAVES}


def changed_at(made, path, value):
    made = copy.deepcopy(made)
    *way, last = path
    inner = made
    for name in way:
        inner = inner[name]
    inner[last] = value(inner[last])
    return made


def another(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 10
    return "2028-05-05" if value is None or re.fullmatch(r"\d{4}-\d\d-\d\d", value) else f"{value}2"


@pytest.mark.parametrize("path", LEAVES.values(), ids=LEAVES)
def test_every_value_of_the_document_is_seen_when_it_changes(path):
    old, new = document(), changed_at(document(), path, another)
    difference = between(old, new)
    assert difference
    said = [run for part in difference.parts for paragraph in part.paragraphs for run in paragraph.runs]
    # A section or an objective that has no text is itself added or removed.
    assert any(run.op != SAME for run in said) or {part.state for part in difference.parts} == {ADDED, REMOVED}


def spaced(value):
    return f"{value} " if isinstance(value, str) and value else value


def lists_in(value, path=()):
    if isinstance(value, dict | list):
        if isinstance(value, list) and value:
            yield path
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from lists_in(value[name], (*path, name))


@st.composite
def edited(draw):
    """The document after a few edits: values changed, list entries removed, doubled, moved."""
    made = document()
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            path = draw(st.sampled_from(list(leaves_of(made))))
            if path[-1] in ("starts_on", "ends_on"):
                made = changed_at(made, path, lambda _: draw(st.sampled_from([None, "2028-03-01", "2029-01-01"])))
            elif path[-1] == "text" and path[-2] not in ("name", "heading"):
                texts = ["", "<p>a b</p>", "<p><strong>a</strong> b</p>", "<ul><li>a b</li></ul>", "a  b", "a b"]
                made = changed_at(made, path, lambda _, texts=texts: draw(st.sampled_from(texts)))
            else:
                made = changed_at(made, path, draw(st.sampled_from([another, spaced, lambda value: value])))
        elif found := list(lists_in(made)):
            path = draw(st.sampled_from(found))
            inner = made
            for name in path:
                inner = inner[name]
            place = draw(st.integers(0, len(inner) - 1))
            one = inner.pop(place)
            for _copy in range(draw(st.integers(0, 2))):
                inner.insert(draw(st.integers(0, len(inner))), copy.deepcopy(one))
    return made


@given(edited(), edited())
@settings(deadline=None, max_examples=100)
def test_a_difference_is_empty_exactly_when_the_documents_are_the_same(old, new):
    assert bool(between(old, new)) == (without_schema(old) != without_schema(new))


def test_a_document_of_the_first_schema_is_compared_too():
    old = {name: value for name, value in document().items() if name != "partners"} | {"schema": 1}
    assert not between(old, document(partners=[]))
    part = only_part(old, document())
    assert (part.heading.text, part.state) == ("Partners", ADDED)


def test_what_a_later_schema_holds_is_shown_too():
    part = only_part(document(), document(quorum={"members": 12}))
    assert [(paragraph.label, marked(paragraph)) for paragraph in part.paragraphs] == [("quorum members", "{+12+}")]


# ---------------------------------------------------------------------------------------------- parts


def test_nothing_changed_is_false_and_counts_nothing():
    difference = between(document(), document())
    assert not difference
    assert difference.parts == ()
    assert (difference.counts.sections, difference.counts.words_added, difference.counts.words_removed) == (0, 0, 0)


def test_sections_and_words_are_counted():
    new = with_summary("<p>The mechanism met. It adopted a good plan of action on return.</p>", title="Our statement")
    counts = between(document(), new).counts
    assert (counts.sections, counts.words_added, counts.words_removed) == (2, 2, 2)


def test_an_objective_says_which_of_its_texts_changed():
    new = document()
    new["sections"][3]["blocks"][0]["progress"] = "<p>Far fewer deaths at sea.</p>"
    new["sections"][3]["blocks"][1]["more"] = "<p>More visas.</p>"
    first, second = between(document(), new).parts
    assert (first.section, first.within.text, first.number) == ("objectives", "Objectives", "Objective 7")
    assert (first.heading.text, first.question) == ("Title of objective 7", "Progress, trends and innovations")
    assert (second.question, second.state) == ("What more can be done", ADDED)


def test_an_objective_that_is_dropped_is_removed_with_its_texts():
    new = document()
    del new["sections"][3]["blocks"][0]
    whole, text = between(document(), new).parts
    assert (whole.number, whole.state, text.state) == ("Objective 7", REMOVED, REMOVED)
    assert marked(text.paragraphs[0]) == "[-Fewer deaths at sea.-]"


def test_a_corrected_title_is_shown_with_its_objective():
    new = document()
    new["sections"][3]["blocks"][0]["title"] = worded("Title of the objective 7")
    part = only_part(document(), new)
    assert [(each.label, marked(each)) for each in part.paragraphs] == [
        ("Objective", "Title of {+the+} objective 7"),
    ]


def test_a_wording_that_came_in_another_language_is_said_in_its_language():
    new = document()
    new["sections"][1]["heading"] = worded("الملخص", "ar")
    part = only_part(document(), new)
    assert part.heading == type(part.heading)("الملخص", "ar")
    changed = part.paragraphs[0]
    assert (changed.language_before, changed.language) == ("en", "ar")


def test_a_recommendation_put_in_the_middle_leaves_the_others_alone():
    new = document()
    texts = ["Fund the plan.", "Open safe pathways.", "Share data on routes.", "Train border guards."]
    new["sections"][6]["recommendations"] = recommendations(*texts)
    part = only_part(document(), new)
    assert (part.heading.text, part.state) == ("Recommendation 2", ADDED)


def test_a_recommendation_that_was_edited_and_moved_on_says_which_it_was():
    new = document()
    texts = ["Open pathways.", "Fund the plan.", "Share data on all routes.", "Train border guards."]
    new["sections"][6]["recommendations"] = recommendations(*texts)
    added, edited_one = between(document(), new).parts
    assert added.state == ADDED
    assert (edited_one.heading.text, edited_one.question) == ("Recommendation 3", "before: Recommendation 2")
    assert marked(edited_one.paragraphs[0]) == "Share data on {+all+} routes."


def test_a_dropped_partner_is_seen_on_the_cover():
    part = only_part(document(), document(partners=document()["partners"][1:]))
    assert part.heading.text == "Partners"
    assert [marked(each) for each in part.paragraphs if each.runs] == [
        "[-Test Dialogue B (TDB), mechanism, regional consultative process-]"
    ]


def test_a_file_that_was_replaced_is_seen_by_its_hash():
    new = document()
    new["sections"][9]["attachments"][0]["sha256"] = "cd" * 32
    [paragraph] = only_part(document(), new).paragraphs
    assert f"[-{'ab' * 32}-] {{+{'cd' * 32}+}}" in marked(paragraph)


def test_two_sections_that_changed_places_are_said_to_have():
    new = document()
    new["sections"][4], new["sections"][5] = new["sections"][5], new["sections"][4]
    assert only_part(document(), new).heading.text == "Order"


def test_the_labels_are_in_the_readers_language_and_the_words_in_their_own():
    with translation.override("fr"):
        part = only_part(document(), document(title="Joint declaration"))
    assert part.heading.language == "fr"
    assert part.language == "en"


# ---------------------------------------------------------------------------------------------- formatting


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("<p>The <strong>plan</strong> of action</p>", "Formatting changed: bold."),
        ("<p>The <em>plan</em> of action</p>", "Formatting changed: italics."),
        ("<ul><li>The plan of action</li></ul>", "Formatting changed: list."),
        ("<blockquote><p>The plan of action</p></blockquote>", "Formatting changed: quotation."),
        ("<h3>The plan of action</h3>", "Formatting changed: heading."),
        ("<table><tbody><tr><td>The plan of action</td></tr></tbody></table>", "Formatting changed: table."),
    ],
)
def test_a_paragraph_in_which_only_the_formatting_changed_says_so(new, said):
    [paragraph] = between_summaries("<p>The plan of action</p>", new)
    assert (paragraph.state, paragraph.formatting) == (REFORMATTED, said)
    assert {run.op for run in paragraph.runs} == {SAME}


def test_spaces_that_changed_are_said_to_have():
    [paragraph] = only_part(document(agreed_how="By vote."), document(agreed_how="By  vote.")).paragraphs
    assert (paragraph.state, paragraph.formatting) == (REFORMATTED, "Only the spaces changed.")


def test_formatting_that_no_word_carries_is_still_reported():
    part = only_part(
        with_summary("<table><tbody><tr><td>a</td></tr></tbody></table>"),
        with_summary("<table><tbody><tr><td>a</td><td></td></tr></tbody></table>"),
    )
    assert part.formatting == "Only the formatting or the spaces changed."


def test_the_address_of_a_link_is_content():
    [paragraph] = between_summaries(
        '<p>See <a href="https://a.org/old">the plan</a> of action</p>',
        '<p>See <a href="https://a.org/new">the plan</a> of action</p>',
    )
    assert marked(paragraph) == "See the plan ‹ [-https://a.org/old-] {+https://a.org/new+} › of action"


def test_a_change_of_words_and_of_bold_tells_both():
    [paragraph] = between_summaries("<p>The plan of action</p>", "<p>The <strong>whole</strong> plan of action</p>")
    assert marked(paragraph) == "The {+whole+} plan of action"
    assert paragraph.formatting == "Formatting changed: bold."


@given(st.lists(st.text("ab &<>\u00a0é", max_size=8), max_size=4))
@settings(deadline=None)
def test_simple_paragraphs_are_read_like_all_others(texts):
    text = rich_text.clean("".join(f"<p>{escape(one)}</p>" for one in texts))
    quickly = [(passage.text, passage.kind) for passage in passages.paragraphs(text, EN)]
    thoroughly = [(word_difference.plain(each.text), "heading" * each.heading) for each in Reader(text).blocks]
    assert quickly == thoroughly


def test_what_is_beside_a_word_is_neither_underlined_nor_struck_through():
    [paragraph] = between_summaries("<p>Fund the plan</p>", "<p>Fund all the plan</p>")
    assert [(run.words, run.space) for run in paragraph.runs] == [("Fund", " "), ("all", " "), ("the plan", "")]


# ---------------------------------------------------------------------------------------------- folding


def test_long_unchanged_stretches_are_folded_to_some_words_around_each_change():
    words = [f"w{number}" for number in range(200)]
    old, new = " ".join(words), " ".join([*words[:100], "new", *words[100:]])
    [paragraph] = between_summaries(f"<p>{old}</p>", f"<p>{new}</p>")
    assert marked(paragraph) == f"… {' '.join(words[88:100])} {{+new+}} {' '.join(words[100:112])} …"
    [paragraph] = between_summaries(f"<p>{old}</p>", f"<p>{new}</p>", full=True)
    assert marked(paragraph) == f"{' '.join(words[:100])} {{+new+}} {' '.join(words[100:])}"


def test_unchanged_paragraphs_are_counted_not_shown():
    same = "".join(f"<p>Paragraph number {number}.</p>" for number in range(9))
    folded, changed = between_summaries(f"{same}<p>One more thing to say.</p>", f"{same}<p>One thing to say.</p>")
    assert (folded.state, folded.unchanged) == (FOLDED, 9)
    assert marked(changed) == "One [-more-] thing to say."


# ---------------------------------------------------------------------------------------------- hostile texts

MOST, HALF = 30_000, 15_000
DICE = random.Random(7)


def shuffled(row):
    return DICE.sample(row, len(row))


HOSTILE = {
    "the same word": (["a"] * MOST, ["a"] * (MOST // 2)),
    "all different": ([f"o{n}" for n in range(MOST)], [f"n{n}" for n in range(MOST)]),
    "shuffled": ([f"w{n}" for n in range(MOST)], shuffled([f"w{n}" for n in range(MOST)])),
    "few words shuffled": ([f"w{n % 50}" for n in range(MOST)], shuffled([f"w{n % 50}" for n in range(MOST)])),
    "two words at random": (DICE.choices("ab", k=MOST), DICE.choices("ab", k=MOST)),
    "in turns": (["a", "b"] * (MOST // 2), ["b", "a"] * (MOST // 2)),
    "halves swapped": (["a"] * HALF + ["b"] * HALF, ["b"] * HALF + ["a"] * HALF),
    "turned round": ([f"w{n}" for n in range(MOST)], [f"w{n}" for n in range(MOST)][::-1]),
    "repeats of different length": (
        [f"w{n // 10}" for n in range(MOST)],
        [f"w{n // 9}" for n in range(MOST)],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("between_words", [" ", "</p><p>"], ids=["one paragraph", "a paragraph each"])
@pytest.mark.parametrize(("old", "new"), HOSTILE.values(), ids=HOSTILE)
def test_the_effort_is_bounded_whatever_the_text(old, new, between_words):
    old, new = (with_summary(f"<p>{between_words.join(row)}</p>") for row in (old, new))
    difference = between(old, new, full=True)
    assert 0 < difference.effort < 2_500_000
    paragraphs = difference.parts[0].paragraphs
    assert words_of(run.text for each in paragraphs for run in each.before) == words_of(
        [old["sections"][1]["text"].replace("<p>", "").replace("</p>", " ")]
    )
    assert words_of(run.text for each in paragraphs for run in each.after) == words_of(
        [new["sections"][1]["text"].replace("<p>", "").replace("</p>", " ")]
    )


@pytest.mark.slow
def test_many_hard_texts_together_are_bounded_too():
    old, new = document(), document()
    for made, letters in ((old, "abc"), (new, "cba")):
        made["sections"] = [
            section(f"s{n}", text=f"<p>{' '.join(DICE.choices(letters, k=3_000))}</p>") for n in range(20)
        ]
    assert between(old, new).effort < 2_500_000


UNREADABLE = {
    "every second word changed": (
        " ".join(f"w{n}" for n in range(MOST)),
        " ".join(f"w{n - n % 2}" for n in range(MOST)),
    ),
    "every tiny paragraph changed": ("</p><p>".join(map(str, range(MOST))), "</p><p>".join(map(str, range(-MOST, 0)))),
    "every second tiny paragraph changed": (
        "</p><p>".join(f"w{n}" for n in range(MOST)),
        "</p><p>".join(f"w{n - n % 2}" for n in range(MOST)),
    ),
    "one huge word": ("a" * 200_000, "a" * 199_999 + "b"),
    "marks upon marks": ("a" + "\u0301" * MOST, "a" + "\u0300" * MOST),
    "letters composed in another order": ("a\u0301\u0323" * HALF + " b", "a\u0323\u0301" * HALF + " c"),
    "turned round by invisible signs": ("\u202eabc " * MOST, "\u202dabd " * MOST),
    "signs without words": ("a." * MOST, "a-" * MOST),
    "deep lists": ("<ul><li>" * 2_000 + "a", "<ol><li>" * 2_000 + "b"),
    "deep quotations": ("<blockquote>" * 2_000 + "a", "<blockquote>" * 1_999 + "a"),
}


@pytest.mark.slow
@pytest.mark.parametrize("template", ["_difference.html", "_difference_sides.html"])
@pytest.mark.parametrize(("old", "new"), UNREADABLE.values(), ids=UNREADABLE)
def test_the_page_is_bounded_whatever_the_text(old, new, template):
    difference = between(*(with_summary(rich_text.clean(f"<p>{text}</p>")) for text in (old, new)))
    assert difference.effort < 2_500_000
    paragraphs = [paragraph for part in difference.shown for paragraph in part.paragraphs]
    assert sum(len(paragraph.runs) for paragraph in paragraphs) <= MOST_SHOWN
    assert PER_PARAGRAPH * len(paragraphs) <= MOST_SHOWN + 3 * PER_PARAGRAPH
    html = render_to_string(f"submissions/{template}", {"difference": difference, "level": 2, "names": ["1", "2"]})
    assert len(html) < 2_000_000 + 5 * len(old + new)


def test_beyond_what_anybody_reads_the_old_and_the_new_passage_stand_whole():
    old, new = (" ".join(f"{sign}{n}" if n % 2 else f"w{n}" for n in range(MOST)) for sign in "ab")
    first = "<p>One thing to say.</p>"
    difference = between(with_summary(f"{first}<p>{old}</p>"), with_summary(f"{first}<p>{new}</p>"), full=True)
    same, was, now = difference.shown[0].paragraphs
    assert (same.state, was.state, now.state) == (SAME, REMOVED, ADDED)
    assert (was.runs[0].text, now.runs[0].text) == (old, new)
    assert was.formatting == "Too much changed here to show it word by word."
    assert difference.counts.words_added == HALF


def test_what_can_be_read_is_shown_word_by_word():
    old = with_summary("".join(f"<p>Group g{n} met in city c{n} to talk.</p>" for n in range(1_000)))
    new = with_summary("".join(f"<p>Group g{n} met in town c{n} to talk.</p>" for n in range(1_000)))
    difference = between(old, new)
    assert difference.shown == difference.parts


def test_a_term_replaced_everywhere_in_a_long_text_is_found_word_by_word():
    def text(term):
        return "".join(
            f"<p>In region {n} the {term} of group g{n} asked office o{n} for more help with case c{n}.</p>"
            for n in range(300)
        )

    paragraphs = between_summaries(text("migrants"), text("people"))
    assert len(paragraphs) == 300
    assert all("[-migrants-] {+people+}" in marked(paragraph) for paragraph in paragraphs)


def test_the_same_texts_always_give_the_same_difference():
    old, new = (with_summary(f"<p>{' '.join(row)}</p>") for row in HOSTILE["few words shuffled"])
    assert between(old, new) == between(old, new)


# ---------------------------------------------------------------------------------------------- the page


def shown(old, new, **context):
    return render_to_string("submissions/_difference.html", {"difference": between(old, new), **context})


def test_the_page_says_in_elements_and_in_words_what_came_and_went():
    html = shown(document(), document(title="Our statement"))
    assert re.search(r"<del[^>]*><span[^>]*>\s*removed:\s*</span>Joint\s*</del>", html)
    assert re.search(r"<ins[^>]*><span[^>]*>\s*added:\s*</span>Our\s*</ins>", html)
    assert "1 section changed, 1 word added, 1 removed" in " ".join(html.split())


def test_headings_stand_at_the_level_that_the_page_needs():
    assert "<h3" in shown(document(), document(title="Our statement"))
    assert "<h4" in shown(document(), document(title="Our statement"), level=4)


def test_markup_in_a_text_is_shown_and_not_obeyed():
    html = shown(document(), document(title="<script>alert(1)</script>"))
    assert "<script>" not in html
    assert "&lt;script" in html


def test_the_page_marks_arabic_as_arabic():
    html = shown(with_summary("<p>قديم</p>", language="ar"), with_summary("<p>جديد</p>", language="ar"))
    assert re.search(r'lang="ar" dir="rtl"', html)


def test_a_page_without_a_difference_says_so():
    assert "Nothing changed" in shown(document(), document())
