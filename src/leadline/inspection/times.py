"""Ways to write times, and what speaks for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from leadline.sql.text import Sql

CLOCKS: tuple[dict[str, str], ...] = ({}, {"zone": "UTC"})


def _ways(formats: Sequence[str]) -> tuple[dict[str, str], ...]:
    return tuple({"format": each, **clock} for each in formats for clock in CLOCKS)


ORDERS = ("yyyy/mm/dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd/mm/yy", "mm/dd/yy")
WORDED = ("mmm dd, yyyy", "dd mmm yyyy", "yyyy mmm dd", "mmm dd, yy", "dd mmm yy")
"""Orders of dates, in digits with any mark, and with the month in words."""
COMPACT = _ways(("yyyymmdd", "yyyymmddhh", "yyyymmddhhmm", "yyyymmddhhmmss"))
"""Ways to write a time as one number; the first that fits."""

_MONTH = r"(\d{1,2}月|\pL{3,}\.?)"
_DAY = r"\d{1,2}(st|nd|rd|th|\.)?"
_MARK = r"[-/., ]+(de |of )?"
_YEAR = r"(\d\d)?\d\d"
_WORDS = (
    rf"(\pL+\.?, ?)?({_DAY}{_MARK}{_MONTH}{_MARK}{_YEAR}|{_MONTH}{_MARK}{_DAY}{_MARK}{_YEAR}"
    rf"|\d{{4}}(年|{_MARK}){_MONTH}[-/., ]*\d{{1,2}}日?)([ ,T].*)?"
)


def _in_digits(mark: str) -> tuple[Sql, tuple[dict[str, str], ...]]:
    digits = rf"\d{{1,4}}[{mark}]\d{{1,2}}[{mark}]\d{{1,4}}([T ].*)?"
    orders = [order.replace("/", mark) for order in ORDERS]
    iso = "yyyy-mm-dd" in orders
    return Sql(f"regexp_full_match(text, '{digits}')"), (
        *(CLOCKS if iso else ()),
        *_ways([each for each in orders if each != "yyyy-mm-dd"]),
    )


FORMS = (
    *map(_in_digits, "-/."),
    (Sql(f"regexp_full_match(text, '{_WORDS}')"), _ways(WORDED)),
)
"""What values of a form look like, and the ways to write it; the first that fits."""

_YEAR_SOMEWHERE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ,].*)?"
LOOKS_LIKE_DATES = Sql(f"regexp_full_match(text, '{_YEAR_SOMEWHERE}|{_WORDS}')")

WITH_ISO = _ways(
    [order.replace("/", mark) for mark in "/.-" for order in ORDERS if order[0] != "y"]
)
"""Orders in digits that do not begin with the year: where one is declared, ISO 8601 is read too."""
IS_ISO = Sql(r"regexp_matches(text, '^\s*\d{4}-\d\d-\d\d')")

IS_COMPACT = Sql(r"regexp_full_match(text, '(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d(\d\d){0,3}')")

COUNTED: Mapping[str, tuple[int, int]] = {
    "excel_days": (36_526, 54_789),
    "unix_seconds": (946_684_800, 2_524_608_000),
    "unix_milliseconds": (946_684_800_000, 2_524_608_000_000),
    "unix_microseconds": (946_684_800_000_000, 2_524_608_000_000_000),
}
"""What numbers can count that are times, and between which they lie from 2000 to 2050."""

_SAYS_TIME = re.compile(
    r"(^|[\W_])(date|dates|time|day|created|updated|modified|closed|seen|login|when|timestamp|ts|datum|"
    r"erstellt|fecha|data|utworzono|дата|since|at|on)([\W_]|$)|日期|时间",
    re.IGNORECASE,
)
_SAYS_TIME_INSIDE = re.compile(r"[a-z](Date|Time|At|On|Timestamp)$")


def says_time(name: str) -> bool:
    """Tell a column of times by its name, even where its values are numbers.

    >>> says_time("createdAt"), says_time("event_timestamp"), says_time("telefon")
    (True, True, False)
    """
    return bool(_SAYS_TIME.search(name) or _SAYS_TIME_INSIDE.search(name))
