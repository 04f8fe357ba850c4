"""Job titles to seniority and function, by tables of words in seven languages.

The words stand in ``titles.csv``, one row a kind, value and language. A ``*`` stands for any letters
of a word, ``=`` in front for a whole title; Chinese words are found inside others. Of the rows for
seniority the first that fits decides, so exceptions stand above what they are exceptions from. Of
the words for functions the one that stands first in the title decides; ``general`` words count
where no other function is named.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
CHINESE = "\u3400-\u9fff"
LETTER = rf"[^\W{CHINESE}]"
"""A letter or digit of a script that sets spaces between words."""
WILD = "zqwildzq"
"""Stands for ``*`` while a phrase is read as titles are."""
_SINGLE = str.maketrans({"ł": "l", "&": " ", "’": " ", "'": " "})
_ABBREVIATION = re.compile(r"\b(?:\w\.){2,}")
_NOT_A_WORD = re.compile(r"[\W_]+")


class Title(NamedTuple):
    """What a job title says."""

    seniority: str
    function: str


@dataclass(frozen=True)
class Row:
    """Words that mean one thing in one language."""

    kind: str
    value: str
    phrases: tuple[str, ...]


def read_title(title: str) -> Title | None:
    """Return seniority and function of a job title, None where it has no letters.

    >>> read_title("Sr. Director, Sales Operations")
    Title(seniority='director', function='sales')
    >>> read_title("Assistentin der Geschäftsführung")
    Title(seniority='other', function='other')
    >>> read_title("副总经理")
    Title(seniority='vp', function='general_management')
    """
    text = normalised(title)
    if not re.search(r"[^\W\d]", text):
        return None
    seniority, is_ranked = _seniority(text)
    return Title(seniority, _function(text, general=is_ranked))


def normalised(title: str) -> str:
    """Return a title as its words in small letters, without accents and full stops.

    >>> normalised("P.D.G. / Gérant"), normalised("Gł. księgowa")
    ('pdg gerant', 'gl ksiegowa')
    """
    text = unicodedata.normalize("NFKC", title).casefold()
    text = _ABBREVIATION.sub(lambda found: found[0].replace(".", "") + " ", text)
    text = unicodedata.normalize("NFD", text.translate(_SINGLE))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(_NOT_A_WORD.sub(" ", text).split())


def _seniority(text: str) -> tuple[str, bool]:
    """Return the seniority, and whether the title may be one of general management.

    An assistant to the head of a company is not one.
    """
    for value, pattern in _tables()["seniority"]:
        if pattern.search(text):
            return value, value != OTHER
    return OTHER, True


def _function(text: str, *, general: bool) -> str:
    if general and _strong().search(text):
        return "general_management"
    found = [
        (match.start(), -len(match[0]), number, value)
        for number, (value, pattern) in enumerate(_tables()["function"])
        if (match := pattern.search(text))
    ]
    if found:
        return min(found)[-1]
    return "general_management" if general and _is_general(text) else OTHER


def _is_general(text: str) -> bool:
    """Say whether a title is one of general management; a vice president need not be."""
    [(_, deputy)] = _tables()["not_general"]
    rest = deputy.sub(" ", text)
    return any(pattern.search(rest) for _, pattern in _tables()["general"])


@cache
def _strong() -> re.Pattern[str]:
    """Return what means general management whatever else is named."""
    return _pattern(("ceo", "chief executive", "首席执行官"))


@cache
def _tables() -> Mapping[str, list[tuple[str, re.Pattern[str]]]]:
    """Return kind to its values with their words, in order; neighbours of one value are joined."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for (kind, value), rows in groupby(_rows(), key=lambda row: (row.kind, row.value)):
        phrases = [phrase for row in rows for phrase in row.phrases]
        found.setdefault(kind, []).append((value, _pattern(phrases)))
    return found


def _rows() -> Iterator[Row]:
    text = files("leadline.data").joinpath("titles.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Row(row["kind"], row["value"], tuple(row["phrases"].split("|")))


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of some phrases, the longest first."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return re.compile("|".join(map(_phrase, ordered)))


def _phrase(phrase: str) -> str:
    words = re.escape(normalised(phrase.replace("*", WILD))).replace(WILD, r"\w*")
    text = words.replace(r"\ ", " ")
    if phrase.startswith("="):
        return f"^{text}$"
    return text if re.search(f"[{CHINESE}]", text) else f"(?<!{LETTER}){text}(?!{LETTER})"
