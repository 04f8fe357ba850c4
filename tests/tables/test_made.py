"""Rows that are made of others: events of columns, accounts of leads, leads by their e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.model.document import Column
from leadline.model.types import Type
from leadline.tables.made import refuse_made
from leadline.tables.read import Loaded, load

MAY = datetime(2026, 5, 1, 9)  # noqa: DTZ001 - naive UTC
JUNE = datetime(2026, 6, 1, 9)  # noqa: DTZ001

LEADS = {
    "lead_id": ["1", "2", "3"],
    "account_id": ["n", "n", "s"],
    "email": ["Ada@North.example", "ben@north.example", "cleo@south.example"],
    "staff": [50.0, 60.0, None],
    "customer": [MAY, None, JUNE],
    "opens": [3.0, 0.0, None],
    "last": [JUNE, JUNE, None],
}


def read(
    engine: DuckDB, columns: dict[str, Any], **tables: Any
) -> tuple[Loaded, dict[str, list[dict[str, Any]]]]:
    """Return what was loaded, and the rows of each table."""
    declared = {
        table: {title: Column.model_validate(each) for title, each in said.items()}
        for table, said in columns.items()
    }
    inputs = {table: pa.table(each) for table, each in tables.items()}
    loaded = load(engine, inputs, declared)
    return loaded, {table: engine.arrow(f"from {table}").to_pylist() for table in loaded.schema}


def test_a_column_of_leads_tells_of_events(engine: DuckDB) -> None:
    """A time when it says so, a number where another column does, as often as it says."""
    says = {
        "customer": {"event": "became_customer"},
        "opens": {"event": "email_opened", "at": "last"},
    }
    loaded, rows = read(engine, {"leads": says}, leads=LEADS)
    found = sorted(tuple(row.values()) for row in rows["events"])
    became = "became_customer"
    assert found == [
        (f"1|{became}|2026-05-01T09:00:00.000000Z", "1", None, became, MAY, None, None),
        ("1|email_opened", "1", None, "email_opened", JUNE, None, 3.0),
        (f"3|{became}|2026-06-01T09:00:00.000000Z", "3", None, became, JUNE, None, None),
    ]
    assert loaded.schema["events"]["times"] is Type.NUMBER


def test_events_that_are_made_join_those_that_are_given(engine: DuckDB) -> None:
    """The given keep their columns; a row of events that tells of another stays one itself."""
    events = {
        "event_id": ["e1", "e2"],
        "lead_id": ["1", "2"],
        "type": ["mail_sent", "mail_sent"],
        "occurred_at": [MAY, MAY],
        "subject": ["a", "b"],
        "clicked": [True, False],
    }
    columns = {
        "leads": {"customer": {"event": "customer"}},
        "events": {"clicked": {"event": "click"}},
    }
    loaded, rows = read(engine, columns, leads=LEADS, events=events)
    found = sorted((row["event_id"], row["type"], row["subject"]) for row in rows["events"])
    assert found == [
        ("1|customer|2026-05-01T09:00:00.000000Z", "customer", None),
        ("3|customer|2026-06-01T09:00:00.000000Z", "customer", None),
        ("e1", "mail_sent", "a"),
        ("e1|click", "click", None),
        ("e2", "mail_sent", "b"),
    ]
    assert "times" not in loaded.schema["events"]


def test_accounts_are_made_of_what_their_leads_say(engine: DuckDB) -> None:
    """Where leads differ most count, of equally many the least; what accounts say stands."""
    columns = {"leads": {"staff": {"account": "employees"}}}
    loaded, rows = read(engine, columns, leads=LEADS)
    assert sorted(tuple(row.values()) for row in rows["accounts"]) == [("n", 50.0), ("s", None)]
    assert loaded.schema["accounts"] == {"account_id": Type.TEXT, "employees": Type.NUMBER}
    assert [note for note in loaded.notes if "1 account differ" in note]

    accounts = {"account_id": ["n", "z"], "employees": [70.0, 7.0], "industry": ["a", "b"]}
    _, rows = read(engine, columns, leads=LEADS, accounts=accounts)
    found = sorted(
        (row["account_id"], row["employees"], row["industry"]) for row in rows["accounts"]
    )
    assert found == [("n", 70.0, "a"), ("s", None, None), ("z", 7.0, "b")]


def test_events_find_their_lead_by_its_e_mail(engine: DuckDB) -> None:
    """In any capitals and with spaces around; an address that no lead has stays, and is counted."""
    events = {
        "event_id": ["a", "b", "c"],
        "lead_id": ["ada@north.example", " BEN@north.example ", "eve@east.example"],
        "type": ["x", "x", "x"],
        "occurred_at": [MAY, MAY, MAY],
    }
    columns = {"events": {"lead_id": {"match": "email"}}}
    loaded, rows = read(engine, columns, leads=LEADS, events=events)
    assert [row["lead_id"] for row in rows["events"]] == ["1", "2", "eve@east.example"]
    assert "events: 2 rows are of a lead by the e-mail." in loaded.notes

    shared = {"lead_id": ["9", "8"], "email": ["ada@north.example", "ADA@north.example"]}
    loaded, rows = read(engine, columns, leads=shared, events=events)
    assert rows["events"][0]["lead_id"] == "8"
    assert [note for note in loaded.notes if "an e-mail that several leads share" in note]


@pytest.mark.parametrize(
    ("columns", "leads", "expected"),
    [
        ({"opens": {"event": "x"}}, LEADS, "needs at: a column of times"),
        ({"opens": {"event": "x", "at": "staff"}}, LEADS, "found staff, a number"),
        (
            {"staff": {"account": "domain"}},
            LEADS,
            "must be text to be account.domain",
        ),
        (
            {"staff": {"account": "employees"}},
            {key: LEADS[key] for key in ("lead_id", "staff")},
            "",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(
    engine: DuckDB, columns: Any, leads: Any, expected: str
) -> None:
    """With what is lacking; accounts need leads that say which is theirs."""
    if not expected:
        assert read(engine, {"leads": columns}, leads=leads)[1]["accounts"] == []
        return
    with pytest.raises(InputError, match=expected):
        read(engine, {"leads": columns}, leads=leads)


def test_without_leads_nobody_is_found_by_e_mail(engine: DuckDB) -> None:
    """It is a fault, as every event would be lost."""
    events = {"event_id": ["a"], "lead_id": ["x"], "type": ["x"], "occurred_at": [MAY]}
    with pytest.raises(InputError, match="needs leads with an email"):
        read(engine, {"events": {"lead_id": {"match": "email"}}}, events=events)


def test_a_table_of_an_engine_makes_no_rows() -> None:
    """Its view can."""
    declared = {"customer": Column.model_validate({"event": "x"})}
    with pytest.raises(InputError, match="must not have event, which is for files"):
        refuse_made(declared, "table:crm.leads")
