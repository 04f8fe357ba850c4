"""Job titles, measured on a list that was labelled by hand before any words were chosen."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from leadline.identity.titles import FUNCTIONS, SENIORITIES, read_title

TITLES = Path(__file__).parent / "titles.csv"
FRESH = TITLES.with_name("fresh_titles.csv")
"""Labelled after the words were chosen, and never used to choose any."""
LEAST = 0.95


def rows(path: Path = TITLES) -> list[dict[str, str]]:
    """Return the labelled titles."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shares(found: list[dict[str, str]]) -> dict[str, tuple[float, float]]:
    """Return language to the shares of right seniorities and right functions."""
    right: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in found:
        title = read_title(row["title"])
        assert title is not None
        ranks = title.seniority == row["seniority"], title.function == row["function"]
        right[row["language"]].append(ranks)
        right["all"].append(ranks)
    return {
        language: (sum(a for a, _ in each) / len(each), sum(b for _, b in each) / len(each))
        for language, each in right.items()
    }


@pytest.mark.parametrize("half", [0, 1], ids=["tuned on", "held out"])
def test_titles_are_right_in_every_language(half: int) -> None:
    """Of each half, at least 95 % are right, in each language and for both fields."""
    wrong = {
        language: each for language, each in shares(rows()[half::2]).items() if min(each) < LEAST
    }
    assert not wrong


def test_fresh_titles_are_right() -> None:
    """What nobody had seen when the words were chosen, in all languages together."""
    fresh = rows(FRESH)
    assert not {row["title"] for row in fresh} & {row["title"] for row in rows()}
    assert min(shares(fresh)["all"]) >= LEAST


def test_the_list_is_large_and_uses_known_words() -> None:
    """A hundred titles or more a language, each labelled with values that exist."""
    found = rows()
    for language in ("en", "de", "fr", "es", "pl", "ru", "zh"):
        assert len({row["title"] for row in found if row["language"] == language}) >= 100
    assert {row["seniority"] for row in found} == set(SENIORITIES)
    assert {row["function"] for row in found} == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Assistant to the CEO", ("other", "other")),
        ("Product Owner", ("other", "product")),
        ("HR Business Partner", ("other", "hr")),
        ("Vice President", ("vp", "other")),
        ("DIRECTOR OF SALES", ("director", "sales")),
        ("C.F.O.", ("c_level", "finance")),
        ("Менеджер по продажам", ("other", "sales")),
        ("总经理助理", ("other", "other")),
        ("Baker", ("other", "other")),
        ("test", ("other", "other")),
        ("Technician, Sales", ("other", "sales")),
        ("Technicien de maintenance", ("other", "operations")),
        ("EVP & Chief Operating Officer", ("c_level", "operations")),
    ],
)
def test_exceptions_stand_above_their_rules(title: str, expected: tuple[str, str]) -> None:
    """Who assists a chief is none, and words that mean two things mean what stands around them."""
    assert read_title(title) == expected


@pytest.mark.parametrize("title", ["", " - ", "123", "?"])
def test_what_has_no_letters_is_no_title(title: str) -> None:
    """Nothing is known of it, which is not the same as a title without rank."""
    assert read_title(title) is None
