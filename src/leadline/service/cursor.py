"""Where a list goes on: the value and the key of its last row, as a text that only we read."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TypeVar

from leadline.errors import Fault, InputError

Key = TypeVar("Key", int, str)
MOST = 2**63
"""Numbers of rows are less."""


def written(value: float, key: int | str) -> str:
    """Return a place as text.

    >>> place(written(2.5, 7), int)
    (2.5, 7)
    """
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode().rstrip("=")


def place(text: str, kind: type[Key]) -> tuple[float, Key]:
    """Return the place that a text says. Raises InputError where it is none of ours."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(value, int | float) and isinstance(key, kind) and _can_be(key):
            return float(value), key
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        pass
    raise InputError(Fault("", "after", "must be what a page gave", text))


def _can_be(key: int | str) -> bool:
    return -MOST < key < MOST if isinstance(key, int) else "\x00" not in key
