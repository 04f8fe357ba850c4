"""An answer of at most so many bytes: its longest lists are cut, and it says by how much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

Form = TypeVar("Form")
MOST_BYTES = 8 * 1024
LEFT_OUT = "left_out"
"""Where an answer says how many entries its lists lack."""


def size(answer: object) -> int:
    """Return how many bytes an answer has as JSON.

    >>> size({"a": "ł"})
    11
    """
    return len(json.dumps(answer, ensure_ascii=False).encode())


def fitted(form: Callable[..., Form], answer: dict[str, Any]) -> Form:
    """Return an answer that fits, in its form, with the number of entries that its lists lack.

    >>> fitted(dict, {"rows": list(range(3))})
    {'rows': [0, 1, 2], 'left_out': 0}
    >>> short = fitted(dict, {"rows": list(range(5000))})
    >>> size(short) <= MOST_BYTES, len(short["rows"]) + short["left_out"]
    (True, 5000)
    """
    cut = 0
    made = {**deepcopy(answer), LEFT_OUT: cut}
    while size(made) > MOST_BYTES:
        longest = max(_lists(made), key=size, default=[])
        lost = len(longest) - len(longest) * 3 // 4
        if not lost:
            break
        del longest[len(longest) - lost :]
        cut += lost
        made[LEFT_OUT] = cut
    return form(**made)


def _lists(value: Any) -> Iterator[list[Any]]:
    """Yield every list in a value, whose end may be cut off."""
    if isinstance(value, list):
        yield value
    parts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    for each in parts:
        yield from _lists(each)
