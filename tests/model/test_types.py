"""The types of values."""

from __future__ import annotations

import pytest

from leadline.model.types import Type


@pytest.mark.parametrize(
    ("kind", "phrase"),
    [
        (Type.TEXT, "text"),
        (Type.NUMBER, "a number"),
        (Type.BOOLEAN, "true or false"),
        (Type.TIME, "a time"),
        (Type.ANY, "without any value"),
    ],
)
def test_every_type_has_a_phrase_for_messages(kind: Type, phrase: str) -> None:
    """Messages name types in words."""
    assert kind.phrase == phrase
