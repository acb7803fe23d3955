"""What a machine can be told, and where that is written down."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Read by compose.yaml, which makes DATABASE_URL of it.
OF_COMPOSE = {"POSTGRES_PASSWORD"}


def test_the_example_names_every_variable_that_the_settings_read_and_no_other():
    settings = (ROOT / "iscm_portal" / "settings.py").read_text()
    example = (ROOT / ".env.example").read_text()
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']""", settings))
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert named - OF_COMPOSE == read


def test_the_locks_name_no_registry_and_no_folder_of_one_machine():
    for lock in ("requirements.lock", ".ci/requirements-dev.lock"):
        lines = (ROOT / lock).read_text().splitlines()
        assert [line for line in lines if re.search(r"://|--(extra-)?index-url|--find-links|\s/", line)] == []


def test_what_runs_in_production_is_what_was_tested():
    def versions(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))

    production, tested = versions("requirements.lock"), versions(".ci/requirements-dev.lock")
    assert "django" in production
    assert production.items() <= tested.items()
