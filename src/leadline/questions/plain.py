"""Values as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Protocol, runtime_checkable


def plain(value: object) -> Any:
    """Return a value as JSON has it: times are UTC, what is no number is null.

    >>> plain({"at": datetime(2026, 11, 1, tzinfo=UTC), "share": float("nan"), "ids": ("a", "b")})
    {'at': '2026-11-01T00:00:00Z', 'share': None, 'ids': ['a', 'b']}
    """
    for kind, write in _FORMS:
        if isinstance(value, kind):
            return write(value)
    return plain(value.item()) if isinstance(value, _Scalar) else str(value)


@runtime_checkable
class _Scalar(Protocol):
    """A number of another library, such as NumPy."""

    def item(self) -> object:
        """Return it as one of Python."""


def _time(at: datetime) -> str:
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_FORMS: tuple[tuple[type | UnionType, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    (str | int | None, lambda value: value),
    (float, lambda value: value if math.isfinite(value) else None),
    (datetime, _time),
    (date | Path, str),
    (Mapping, lambda value: {str(plain(key)): plain(each) for key, each in value.items()}),
    (Iterable, lambda value: [plain(each) for each in value]),
)
"""Kind of a value to how it is written; the first that fits decides."""
