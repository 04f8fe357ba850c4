"""The rules of keys fit the contract."""

from __future__ import annotations

from leadline.model.types import KNOWN_COLUMNS
from leadline.tables.contract import KEYS


def test_every_table_of_the_contract_has_keys_among_its_columns() -> None:
    """No table is read without rules, and no rule speaks of a column that is not there."""
    assert set(KEYS) == set(KNOWN_COLUMNS)
    for table, keys in KEYS.items():
        named = {*keys.columns, *keys.either, *keys.unique, *keys.once, *keys.defaults}
        assert named <= set(KNOWN_COLUMNS[table])


def test_a_value_of_field_history_may_be_empty() -> None:
    """A field that was cleared is a fact too."""
    assert KEYS["field_history"].filled == ("entity", "id", "field", "valid_from")
