"""The contract of tables: its rows fit each other."""

from __future__ import annotations

import pytest

from leadline.model.contract import CONTRACT
from leadline.model.types import Type


def test_the_contract_names_every_table_of_the_design() -> None:
    """The tables and their keys are those that the data is resolved to."""
    assert set(CONTRACT) == {
        *("leads", "accounts", "events", "outcomes", "previous"),
        "previous_accounts",
        *("field_history", "lead_merges", "event_marks", "spine"),
    }
    assert CONTRACT["events"]["occurred_at"].type is Type.TIME
    assert CONTRACT["outcomes"].types["amount"] is Type.NUMBER


@pytest.mark.parametrize("table", CONTRACT)
def test_every_rule_of_a_table_speaks_of_its_columns(table: str) -> None:
    """No rule speaks of a column that is not there, and every table has keys."""
    contract = CONTRACT[table]
    assert contract.keys
    assert {*contract.either, *contract.keys, *contract.order} <= set(contract.types)
    assert {each.names for each in contract.columns if each.names} <= {*CONTRACT, "entity"}


def test_a_value_of_field_history_may_be_empty() -> None:
    """A field that was cleared is a fact too."""
    assert CONTRACT["field_history"].filled == ("entity", "id", "field", "valid_from")
    assert "value" in CONTRACT["field_history"].needed


def test_a_table_lacks_what_it_must_have() -> None:
    """Of columns of which one will do, all are named."""
    assert CONTRACT["events"].lacking(["event_id", "type"]) == [
        "occurred_at",
        "lead_id or account_id",
    ]
    assert CONTRACT["events"].lacking(["event_id", "type", "occurred_at", "account_id"]) == []
