"""The catalogues of the interface: whole, and with the same placeholders as the English."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def messages_in(language):
    path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def forms(text):
    return list(text) if isinstance(text, tuple | list) else [text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_every_language_of_the_portal(language):
    unsaid = [message.id for message in messages_in(language) if message.fuzzy or not all(forms(message.string))]

    assert unsaid == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_nothing_that_the_english_does_not(language):
    strange = [
        message.id
        for message in messages_in(language)
        for text in forms(message.string)
        if not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(" ".join(forms(message.id))))
    ]

    assert strange == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_without_plurals_keeps_all_its_placeholders(language):
    forgetful = [
        message.id
        for message in messages_in(language)
        if isinstance(message.id, str)
        and set(PLACEHOLDER.findall(message.id)) - set(PLACEHOLDER.findall(message.string))
    ]

    assert forgetful == []
