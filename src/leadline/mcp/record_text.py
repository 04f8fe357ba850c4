"""What strangers wrote: names, ids and titles of records, made harmless to read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, TypeAlias

RecordText: TypeAlias = dict[str, str | None]
"""Text of a record by what it is; nothing that strangers wrote stands anywhere else."""

MOST = 200
"""Characters that are shown of a text."""
REPLACED = "\ufffd"
"""Stands in the place of a character that shows nothing, or changes how others show."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Classes: control, format (direction, zero width, tags), lone halves, private, unassigned."""
_VARIANTS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Selectors of variants: they show nothing by themselves, and can carry hidden bytes."""


def cleaned(value: object, most: int = MOST) -> str | None:
    r"""Return a value as a text of so many characters at most, each of which can be seen.

    >>> cleaned("Ada\u202e\u200bB"), cleaned(None), cleaned(5), len(cleaned("x" * 1000_000))
    ('Ada��B', None, '5', 200)
    """
    if value is None:
        return None
    text = str(value)
    shown = "".join(map(_seen, text[:most]))
    return f"{shown[:-1]}\u2026" if len(text) > most else shown


def _seen(character: str) -> str:
    is_variant = any(ord(character) in each for each in _VARIANTS)
    return REPLACED if is_variant or unicodedata.category(character) in _UNSEEN else character


def record_text(**values: Any) -> RecordText:
    r"""Return texts of a record.

    >>> record_text(lead_id="ada", name="Ada\nB")
    {'lead_id': 'ada', 'name': 'Ada�B'}
    """
    return of_fields(values)


def of_fields(fields: Mapping[str, Any]) -> RecordText:
    """Return fields as texts; their names may be what a stranger sent too."""
    return {str(cleaned(name)): cleaned(value) for name, value in fields.items()}
