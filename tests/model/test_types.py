"""The types of values and the columns of the contract."""

from __future__ import annotations

import pytest

from leadline.model.types import KNOWN_COLUMNS, Type


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


def test_the_contract_names_every_table_of_the_design() -> None:
    """The tables and their keys are those that the data is resolved to."""
    assert set(KNOWN_COLUMNS) == {
        *("leads", "accounts", "events", "outcomes", "previous"),
        *("field_history", "lead_merges", "event_marks", "spine"),
    }
    assert KNOWN_COLUMNS["events"]["occurred_at"] is Type.TIME
    assert KNOWN_COLUMNS["outcomes"]["amount"] is Type.NUMBER
