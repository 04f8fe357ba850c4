"""Job titles to seniority and function, by tables of words in seven languages.

The words stand in ``titles.csv``, one row a kind, value and language; how they are written is
told in ``phrases``. Of the rows for seniority the first that fits decides, so exceptions stand
above what they are exceptions from. Of the words for functions the one that stands first in the
title decides, the longer one of two; words of ``general`` count where no function is named, and
those of ``weak``, which say how somebody works rather than in what, where nothing else is.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from leadline.identity.phrases import Found, Phrases, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SENIORITIES = ("c_level", "vp", "director", "manager", "other")
FUNCTIONS = (
    "customer_service",
    "engineering",
    "finance",
    "general_management",
    "hr",
    "it",
    "legal",
    "marketing",
    "operations",
    "other",
    "product",
    "purchasing",
    "sales",
)
OTHER = "other"
GENERAL = "general_management"


class Title(NamedTuple):
    """What a job title says."""

    seniority: str
    function: str


class Row(NamedTuple):
    """What a phrase means: its kind, its value, and its place in the table."""

    kind: str
    value: str
    place: int


def read_title(title: str) -> Title | None:
    """Return seniority and function of a job title, None where it has no letters.

    >>> read_title("Sr. Director, Sales Operations")
    Title(seniority='director', function='sales')
    >>> read_title("Assistentin der Geschäftsführung")
    Title(seniority='other', function='other')
    >>> read_title("副总经理")
    Title(seniority='vp', function='general_management')
    """
    words = words_of(title)
    if all(word.text.isdigit() for word in words):
        return None
    found = list(_phrases().in_words(words))
    seniority = _seniority(found)
    return Title(seniority or OTHER, _function(found, leads=seniority != OTHER))


def _seniority(found: list[Found[Row]]) -> str | None:
    ranks = [each.meaning for each in found if each.meaning.kind == "seniority"]
    return min(ranks, key=lambda row: row.place).value if ranks else None


def _function(found: list[Found[Row]], *, leads: bool) -> str:
    """Return the function; an assistant to the head of a company does not lead it."""
    kinds = {each.meaning.kind for each in found}
    if leads and "always_general" in kinds:
        return GENERAL
    if "function" in kinds:
        return _first(found, "function")
    if leads and _is_general(found):
        return GENERAL
    return _first(found, "weak") if "weak" in kinds else OTHER


def _first(found: list[Found[Row]], kind: str) -> str:
    """Return the value of the first phrase of a kind, of two the longer one."""
    named = [each for each in found if each.meaning.kind == kind]
    first = min(named, key=lambda each: (each.start, -each.length, each.meaning.place))
    return first.meaning.value


def _is_general(found: list[Found[Row]]) -> bool:
    """Say whether a title is one of general management; a vice president need not be."""
    deputies = [each for each in found if each.meaning.kind == "not_general"]
    return any(
        each.meaning.kind == "general" and not any(_inside(each, other) for other in deputies)
        for each in found
    )


def _inside(inner: Found[Row], outer: Found[Row]) -> bool:
    return outer.start <= inner.start <= outer.start + outer.length


@cache
def _phrases() -> Phrases[Row]:
    return Phrases(_rows())


def _rows() -> Iterator[tuple[str, Row]]:
    text = files("leadline.identity").joinpath("titles.csv").read_text(encoding="utf-8")
    for place, row in enumerate(csv.DictReader(text.splitlines())):
        for phrase in row["phrases"].split("|"):
            yield phrase, Row(row["kind"], row["value"], place)
