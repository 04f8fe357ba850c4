"""How text is written: what a model may say of it."""

from __future__ import annotations

import re

import pytest

from leadline.model.document import Column
from leadline.model.formats import date_pattern
from leadline.model.types import Type


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("dd/mm/yyyy", "3/04/2026", "2026-04-3"),
        ("mm.dd.yy", "4.3.26", "2026-4-3"),
        ("yyyymmdd", "20260403", "2026-04-03"),
        ("yyyy mm dd", "2026 04 03", "2026-04-03"),
        ("ddmmyyyy", "3042026", "3042026"),
    ],
)
def test_a_date_in_a_format_becomes_iso(written: str, text: str, expected: str) -> None:
    """Without marks, every part has its zeros."""
    pattern, iso = date_pattern(written)
    assert re.sub(pattern, iso, text) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, (None, None)),
        ({"format": "dd/mm/yyyy"}, (Type.TIME, None)),
        ({"decimal": ","}, (Type.NUMBER, ",")),
        ({"thousands": "."}, (Type.NUMBER, ",")),
        ({"thousands": " "}, (Type.NUMBER, ".")),
        ({"type": "boolean"}, (Type.BOOLEAN, None)),
    ],
)
def test_what_is_declared_implies_the_type(
    declared: dict[str, str], expected: tuple[Type | None, str | None]
) -> None:
    """A point between thousands leaves the comma for decimals."""
    column = Column.model_validate(declared)
    assert (column.kind, column.decimal_mark) == expected
