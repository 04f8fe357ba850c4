"""Which column stands for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadline.errors import InputError
from leadline.model.document import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.read import Loaded


def test_case_does_not_hide_a_column_of_the_contract(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """It is read under the contract's name, and noted."""
    result = loaded(leads="Lead_ID,EMAIL,Name\nL1,a@b.c,x\n")
    assert engine.rows('select lead_id, email, "Name" from leads') == [("L1", "a@b.c", "x")]
    assert result.notes == [
        "leads.csv: column Lead_ID is read as lead_id.",
        "leads.csv: column EMAIL is read as email.",
    ]


def test_a_declared_source_comes_before_the_name(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """The column that loses its name is noted, not read."""
    columns = {"leads": {"lead_id": Column.model_validate({"from": "CRM ID"})}}
    result = loaded(columns, leads="lead_id,CRM ID\n1,x\n")
    assert engine.rows("select lead_id from leads") == [("x",)]
    assert "leads.csv: column lead_id is not read, another column takes its name." in result.notes


def test_a_missing_key_names_the_nearest_column(loaded: Callable[..., Loaded]) -> None:
    """The message is the line to write into the model document."""
    with pytest.raises(InputError) as caught:
        loaded(leads="lead_ids,name\n1,x\n")
    assert str(caught.value) == (
        "leads.csv must have a column lead_id; found lead_ids, name. Did you mean lead_ids? "
        'Map it, such as columns: {leads: {lead_id: {from: "lead_ids"}}}.'
    )


def test_events_need_a_lead_or_an_account(loaded: Callable[..., Loaded]) -> None:
    """One of the two columns is enough."""
    noon = "2026-11-01T12:00:00Z"
    loaded(events=f"event_id,account_id,type,occurred_at\ne,a,x,{noon}\n")
    with pytest.raises(InputError, match="must have a column lead_id or account_id"):
        loaded(events=f"event_id,type,occurred_at\ne,x,{noon}\n")


def test_a_long_list_of_columns_is_cut(loaded: Callable[..., Loaded]) -> None:
    """Eight names are enough to see what was given."""
    titles = ",".join(f"c{number}" for number in range(40))
    with pytest.raises(InputError, match=r"found c0, c1, c2, c3, c4, c5, c6, c7, \.\.\."):
        loaded(leads=titles + "\n")


def test_a_declared_column_that_is_nearly_there_is_noted(loaded: Callable[..., Loaded]) -> None:
    """It is null, and the nearest name is shown."""
    result = loaded(
        {"leads": {"senority": Column.model_validate({})}}, leads="lead_id,seniority\n1,x\n"
    )
    assert result.notes == [
        "leads.csv has no column for senority, so it is null. Did you mean seniority?"
    ]


def test_a_column_that_is_declared_and_not_there_is_named(loaded: Callable[..., Loaded]) -> None:
    """With its other spelling, or where the table has the name itself."""
    columns = {"leads": {"lead_id": Column.model_validate({"from": "Record ID"})}}
    with pytest.raises(InputError) as caught:
        loaded(columns, leads="record_ids,ad_id\n1,2\n")
    assert str(caught.value) == (
        "leads.csv must have a column Record ID, which is declared to be lead_id; "
        "found record_ids, ad_id. Did you mean record_ids?"
    )
    with pytest.raises(InputError, match=r"It has lead_id itself: declare no from\.$"):
        loaded(columns, leads="lead_id,x\n1,2\n")
