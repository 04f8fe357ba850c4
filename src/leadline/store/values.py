"""Values of JSON as values of columns: text, number, boolean or time, else null."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from leadline.model.types import Type

_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Returns a value as JSON, as the store keeps it; made once, as that takes longer than using it."""


def text(value: object) -> str | None:
    """Return a value of JSON as a table has it in text; an empty text is none.

    >>> text(True), text(2.5), text(""), text(["a"])
    ('true', '2.5', None, '["a"]')
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return compact(value)


def number(value: object) -> float | None:
    """Return a number, also one that is written as text.

    >>> number("1e3"), number(True), number("ten")
    (1000.0, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value) else None
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def truth(value: object) -> bool | None:
    """Return true or false, also where it is written as text or as 1 and 0.

    >>> truth("Yes"), truth(0), truth("maybe")
    (True, False, None)
    """
    if isinstance(value, bool):
        return value
    return None if value is None else _TRUTH.get(str(value).strip().lower())


def time(value: object) -> int | None:
    """Return a time in microseconds since 1970: ISO 8601 text, a date alone is midnight UTC.

    >>> time("1970-01-01T01:00:00+01:00"), time("1970-01-02"), time("soon")
    (0, 86400000000, None)
    """
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read
        return (read - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


READERS: Mapping[Type, Callable[[object], Any]] = {
    Type.TEXT: text,
    Type.ANY: text,
    Type.NUMBER: number,
    Type.BOOLEAN: truth,
    Type.TIME: time,
}
"""Type of a column to what reads a value of it."""
