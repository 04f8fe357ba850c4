"""How numbers and times are written as texts: one meaning for files, tables and every engine."""

from __future__ import annotations

NUMBER = "[+-]?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"

YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
DATE = f"{YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
OFFSET = "(Z| UTC| GMT|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
SPACED_OFFSET = " [+-](0[0-9]|1[0-5])(:?[0-5][0-9])?"
TIME = f"{DATE}({CLOCK}({OFFSET}|{SPACED_OFFSET}))?"
"""A time with its zone, or a date, which is its midnight in UTC."""


def whole(pattern: str) -> str:
    """Return a pattern that must fit the whole of a text.

    >>> whole("a|b")
    '^(a|b)$'
    """
    return f"^({pattern})$"
