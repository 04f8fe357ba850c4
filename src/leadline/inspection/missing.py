"""Values that seem to mean: no value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadline.data.sql import Sql, sql
from leadline.inspection.report import Suspect
from leadline.inspection.values import Values

WORDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("n/a", "#n/a", "n.a.", "na", "<na>", "not available", "not applicable"),
        "says that it is not available",
    ),
    **dict.fromkeys(
        ("null", "(null)", "<null>", "\\n", "nil", "none", "nan", "nat", "undefined"),
        "is what a program writes for nothing",
    ),
    **dict.fromkeys(
        ("unknown", "unkown", "unspecified", "not known", "not specified", "not provided"),
        "says that it is unknown",
    ),
    **dict.fromkeys(
        ("select", "select...", "please select", "- select -", "--select--", "choose", "-none-"),
        "is what a form shows before a choice",
    ),
    **dict.fromkeys(("--none--", "(none)", "(blank)", "blank", "empty"), "says that it is empty"),
    **dict.fromkeys(
        ("-", "--", "---", ".", "?", "??", "_", "x", "xx", "xxx"), "stands for nothing"
    ),
    **dict.fromkeys(("tbd", "tba", "missing", "no data", "nodata"), "says that it is missing"),
    "": "is blank",
}
"""Words in lower case to why they are suspect."""

SHORT_CODES = "regexp_full_match(text, '[A-Z]{2}')"
"""Codes of countries and states: NA is one of them."""
MOST = 0.9

DATES = ("1970-01-01", "1900-01-01", "1899-12-30", "1899-12-31", "0001-01-01", "9999-12-31")
"""Where clocks and calendars of programs begin and end."""
YEARS_APART = 3

REPEATED = 2
REPEATED_SHARE = 0.001
"""A number that stands for nothing stands in so many rows at least."""
FAR = 2
"""A large one is so many times larger than all other values."""
SCALE = 5
"""A negative one is suspect only beside values of at least this: -1, 0, 1 is a scale."""


def words(values: Values) -> Iterator[tuple[str, Suspect]]:
    """Yield texts that mean nothing by what they say."""
    folded = "lower(trim(text))"
    condition = sql("{folded} in ({words})", folded=Sql(folded), words=list(WORDS))
    found = values.most(len(WORDS), condition)
    others = values.without([text for text, _ in found])
    is_code = bool(found) and others.sampled_share(Sql(SHORT_CODES)) >= MOST
    for text, count in found:
        folded_text = text.strip().lower()
        letters = folded_text in {"x", "xx", "xxx", "na", "_", "."}
        if not (letters and (is_code or others.counts()[1] == 0 or len(folded_text) == 1)):
            yield text, Suspect(text, count, WORDS[folded_text])


def numbers(values: Values, declared: dict[str, Any], rows: int) -> Iterator[Suspect]:
    """Yield numbers that stand apart from all others, as 999 and -1 do."""
    least = max(REPEATED, REPEATED_SHARE * rows)
    high = values.numbers(declared, "desc")
    low = values.numbers(declared, "asc")
    for at, (value, count) in enumerate(high[:-1]):
        if not _is_nines(value) or count < least or value < FAR * high[at + 1][0]:
            break
        if high[at + 1][0] > 0:
            yield Suspect(_plain(value), count, "stands far above all other values")
    for at, (value, count) in enumerate(low[:-1]):
        if value not in NEGATIVE or count < least:
            break
        if low[at + 1][0] >= 0 and _largest(high) >= SCALE:
            yield Suspect(_plain(value), count, "stands below all other values, which are positive")


NEGATIVE = {-1.0, -9.0, -99.0, -999.0, -9999.0}


def _is_nines(value: float) -> bool:
    return value >= 99 and set(_text(value)) == {"9"}  # noqa: PLR2004 - two digits at least


def _largest(high: list[tuple[float, int]]) -> float:
    """Return the largest value that is not itself suspect by its look."""
    return next((value for value, _ in high if not _is_nines(value)), 0.0)


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def dates(values: Values) -> Iterator[tuple[str, Suspect]]:
    """Yield times at which calendars begin and nothing else happens."""
    for date in DATES:
        condition = sql("starts_with(text, {date})", date=date)
        year = int(date[:4])
        for text, count in values.most(3, condition):
            near = sql(
                "not {same} and abs(try_cast(left(text, 4) as int) - {year}) < {apart}",
                same=condition,
                year=year,
                apart=YEARS_APART,
            )
            if count >= REPEATED and not values.counts(near)[0]:
                yield text, Suspect(text, count, "is where a calendar begins or ends")
