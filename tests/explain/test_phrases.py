"""Sentences of each language: the same ones, with the forms that its numbers ask for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from leadline.explain.phrases import Phrases, phrases
from leadline.model.languages import LANGUAGES

PART = re.compile(r"\{(\w+)\}")
ENGLISH = phrases("en").texts


def parts(text: Any) -> Any:
    """Return the parts that a sentence, or each of its forms, has to be given."""
    if isinstance(text, dict):
        return {name for each in text.values() for name in PART.findall(each)}
    return set(PART.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_sentence_with_the_same_parts(language: str) -> None:
    """A sentence that is missing would be found by a person otherwise."""
    found = phrases(language).texts
    assert {name: parts(text) for name, text in found.items()} == {
        name: parts(text) for name, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", ["points", "times"])
def test_each_noun_has_a_form_for_every_number(language: str, noun: str) -> None:
    """Languages differ in how many forms there are."""
    known = phrases(language)
    wanted = {known.locale.plural_form(number) for number in range(200)}
    assert wanted - {"one", "other"} <= set(known.texts[noun])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1 point", "2 points", "5 points", "22 points", "1.5 points", "-1 point"]),
        ("pl", ["1 punkt", "2 punkty", "5 punktów", "22 punkty", "1,5 punktu", "-1 punkt"]),
        ("ru", ["1 балл", "2 балла", "5 баллов", "22 балла", "1,5 балла", "-1 балл"]),
        ("zh", ["1 分", "2 分", "5 分", "22 分", "1.5 分", "-1 分"]),
    ],
)
def test_nouns_agree_with_their_numbers(language: str, said: list[str]) -> None:
    """Also where the number has decimals."""
    numbers = [1, 2, 5, 22, 1.5, -1]
    assert [phrases(language).counted("points", each) for each in numbers] == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["today", "yesterday", "5 days ago", "22 days ago", "May 3, 2026"]),
        ("pl", ["dzisiaj", "wczoraj", "5 dni temu", "22 dni temu", "3 maja 2026"]),
        ("ru", ["сегодня", "вчера", "5 дней назад", "22 дня назад", "3 мая 2026 г."]),
        ("zh", ["今天", "昨天", "5天前", "22天前", "2026年5月3日"]),
    ],
)
def test_times_are_said_as_people_say_them(language: str, said: list[str]) -> None:
    """By days where they are recent, else by their date."""
    known: Phrases = phrases(language)
    on = date(2026, 5, 3)
    found = [known.ago(on, days) for days in (0, 1, 5, 22, 31)]
    assert [" ".join(each.split()) for each in found] == said
