"""Texts of pages: complete in every language, with its plural forms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from babel import Locale

from leadline.errors import InputError
from leadline.model.languages import LANGUAGES
from leadline.service import passwords, second_factor
from leadline.service.signing_in import check_person
from leadline.store.people import Person
from leadline.web import signing
from leadline.web.entrance import account, acting, provided, routes
from leadline.web.entrance.answering import sentence
from leadline.web.words import PSEUDO, words
from leadline.web.words.refusals import refusal

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def _texts(language: str) -> Mapping[str, str | Mapping[str, str]]:
    text = files("leadline.web.words").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _parts(text: str | Mapping[str, str]) -> set[str]:
    whole = text if isinstance(text, str) else " ".join(text.values())
    return set(re.findall(r"\{(\w+)\}", whole))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_all_that_english_says(language: str) -> None:
    """With the same parts in each text."""
    english, own = _texts("en"), _texts(language)
    assert own.keys() == english.keys()
    assert {name: _parts(own[name]) for name in own} == {
        name: _parts(english[name]) for name in english
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_text_has_the_forms_of_its_language(language: str) -> None:
    """Polish and Russian have four, Chinese one."""
    forms = {*Locale.parse(language).plural_form.tags, "other"}
    for name, text in _texts(language).items():
        if isinstance(text, Mapping):
            assert text.keys() == forms, name


def test_times_are_said_as_people_say_them() -> None:
    """Minutes, times of today, days; what is due is left or late."""
    english, polish = words("en"), words("pl", "Europe/Warsaw")
    assert english.when(NOW - timedelta(minutes=18), NOW) == "18 min ago"
    assert english.when(NOW - timedelta(days=3), NOW) == "3 days ago"
    assert polish.n("days_ago", 5) == "5 dni temu"
    assert polish.when(NOW - timedelta(hours=3), NOW) == "dziś 10:00"
    assert english.left(NOW + timedelta(minutes=42), NOW) == "42 min left"
    assert english.left(NOW - timedelta(minutes=74), NOW) == "1 h 14 late"


def test_points_have_their_sign_and_nothing_is_nothing() -> None:
    """The minus is one, and no hyphen."""
    assert words("en").points(2.5) == "+2.50"
    assert words("pl").points(-2.5) == "\N{MINUS SIGN}2,50"
    assert words("en").points(0.0) == "0"


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_refusal_of_the_entrance_is_in_every_language(language: str) -> None:
    """Word for word what is said in English below the pages; another sentence stays as it is."""
    said = words(language)
    with pytest.raises(InputError) as address:
        check_person(Person(0, "ada", "Ada", "sales"))
    with pytest.raises(InputError) as name:
        check_person(Person(0, "ada@north.example", "", "sales"))
    sentences = [
        account.OFTEN, routes.OPEN, routes.WRONG, routes.GONE, acting.NO_LINK, provided.AWAY,
        provided.NOT_BELIEVED, provided.UNKNOWN, signing.STRANGE_HOST, signing.FOREIGN, signing.OLD,
        passwords.weakness("short"), passwords.weakness("password1234"),
        sentence(address.value), sentence(name.value), sentence(InputError(second_factor.WRONG)),
    ]  # fmt: skip
    assert [each for each in sentences if refusal(said, each) == each] == []
    assert "5" in refusal(said, passwords.weakness("short"))
    assert refusal(said, "Something else.") == "Something else."


def test_the_language_of_the_tests_is_a_third_longer() -> None:
    """With the parts of each text where they were."""
    said = words(PSEUDO).t("late", span="5 min")
    assert "5 min" in said
    assert len(said) > 1.3 * len("5 min late")
