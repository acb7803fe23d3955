"""What keeps the house in order where neither the linter nor the import contract looks."""

import ast
import re
from pathlib import Path

import pytest

from submissions.models import ISCM, Rendition, Status

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("iscm_portal", "submissions", "objectives")
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Longer than a page can hold, and why that is better than cutting them. Tests are long by nature: many short ones.
LONG_FOR_A_REASON: dict[str, str] = {}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_look_at():
    assert len(OURS) > 40
    assert len(TEMPLATES) > 20


# ---------------------------------------------------------------------------------------------- one table of steps

WRITING = {"update", "create", "get_or_create", "update_or_create", "Submission"}


def writes_of_status(source: str) -> list[int]:
    """The lines that set the status of a submission: by assignment, setattr, update(), bulk_update() or create()."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [part for target in targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Attribute) and part.attr == "status" for part in parts):
                lines += [node.lineno] * may_be_of_a_submission(node.value)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in WRITING:
                values = [keyword.value for keyword in node.keywords if keyword.arg == "status"]
                lines += [node.lineno for value in values if may_be_of_a_submission(value)]
            elif called in {"setattr", "bulk_update"}:
                parts = [part for argument in node.args for part in ast.walk(argument)]
                lines += [node.lineno for part in parts if isinstance(part, ast.Constant) and part.value == "status"]
    return lines


def may_be_of_a_submission(value) -> bool:
    """A mechanism and a rendition have a status too; theirs are written by name, and the names are others."""
    by_name = isinstance(value, ast.Attribute) and value.attr.isupper()
    return not by_name or value.attr in Status.__members__


def test_no_other_status_has_the_name_of_one_of_a_submission():
    assert not set(Status.__members__) & {*Rendition.Status.__members__, *ISCM.Status.__members__}


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_nothing_but_the_table_of_steps_writes_the_status_of_an_input(path):
    expected = name_of(path) == "submissions/workflow.py"
    assert bool(writes_of_status(path.read_text())) == expected


@pytest.mark.parametrize(
    "line",
    [
        "submission.status = Status.APPROVED",
        "a, submission.status = 1, 2",
        "submission.status += 'x'",
        "setattr(submission, 'status', 'approved')",
        "Submission.objects.filter(pk=1).update(status='approved')",
        "Submission.objects.bulk_update(rows, ['status'])",
        "Submission(status='approved')",
        "Submission.objects.create(status='approved')",
    ],
)
def test_the_test_above_sees_every_way_to_write_it(line):
    assert writes_of_status(line) == [1]


# ---------------------------------------------------------------------------------------------- modules


def test_modules_over_four_hundred_lines_have_a_reason():
    long = {name_of(path) for path in OURS if len(path.read_text().splitlines()) > 400}
    assert long == set(LONG_FOR_A_REASON)


def test_the_order_of_imports_is_checked_with_everything_else():
    check = re.search(r"^check:.*?\n\n", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL)[0]
    assert "lint_imports_command" in check


def test_no_file_knows_the_machine_that_it_was_written_on():
    texts = [*OURS, *TEMPLATES, *ROOT.glob("*.*"), *(ROOT / "templates").rglob("*.txt"), *(ROOT / "static").glob("*.*")]
    texts += [*(ROOT / "tests").rglob("*.py"), *(ROOT / ".ci").glob("*"), ROOT / "Makefile"]
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    readable = [
        path for path in texts if path.is_file() and path.suffix not in {".png", ".pdf"} and path != Path(__file__)
    ]
    assert [name_of(path) for path in readable if machine.search(path.read_text())] == []


# ---------------------------------------------------------------------------------------------- templates


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_has_a_style_or_a_script_inside(path):
    source = path.read_text()
    assert re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", source, re.IGNORECASE) == []
    inline = [script for script in re.findall(r"<script\b[^>]*>", source, re.IGNORECASE) if "src=" not in script]
    assert inline == []


# What is left of a template when its tags, comments, variables and markup are taken away is not translated.
_TRANSLATED = re.compile(
    r"{%\s*(?:blocktranslate|blocktrans)\b.*?{%\s*(?:endblocktranslate|endblocktrans)\s*%}", re.DOTALL
)
_COMMENTS = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->", re.DOTALL)
_SPOKEN_ATTRIBUTES = re.compile(r"\b(?:aria-label|title|alt|placeholder|data-label)\s*=\s*(\"[^\"]*\"|'[^']*')")
_DJANGO = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_UNSPOKEN = re.compile(r"<(script|style|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>|&\w+;|&#\d+;")
_CLASSES = re.compile(r"{%\s*block \w+_class\s*%}.*?{%\s*endblock\b.*?%}")
_WORD = re.compile(r"[^\W\d_]{2,}")

# The same in every language.
NOT_WORDS = {"PDF", "UA", "SHA", "IOM", "ISCM", "utf", "UTC", "DOCX", "ODT"}


def untranslated(source: str) -> list[str]:
    for not_shown in (_COMMENTS, _TRANSLATED, _UNSPOKEN, _CLASSES, _DJANGO):
        source = not_shown.sub(" ", source)
    spoken = " ".join(_SPOKEN_ATTRIBUTES.findall(source))
    return [word for word in _WORD.findall(f"{spoken} {_MARKUP.sub(' ', source)}") if word not in NOT_WORDS]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_word_of_a_template_can_be_translated(path):
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.txt")), ids=name_of)
def test_every_word_of_a_mail_can_be_translated(path):
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p aria-label="Pages">{{ page }}</p>', ["Pages"]),
        ('{% if a > b %}<a href="x" title="{% translate "Yes" %}">{% translate "No" %}</a>{% endif %}', []),
        ("{% blocktranslate %}Page {{ n }}{% endblocktranslate %} <code>abc</code> {# Say #}", []),
    ],
)
def test_the_test_above_sees_words(source, words):
    assert untranslated(source) == words
