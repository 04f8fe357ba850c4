"""Nothing is lost and nothing invented: every row is read, rejected with a reason, or merged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.declared import read_declared
from leadline.scoring.loading import load
from leadline.tables.read import Loaded

NOON = "2026-01-01T12:00:00Z"

LEADS = [
    {"lead_id": "1", "email": "a@x.example", "n": "5"},
    {"lead_id": "1", "email": "a@x.example", "n": "5"},
    {"lead_id": "2", "email": "", "n": "x"},
    {"lead_id": "", "email": "nobody@x.example", "n": "7"},
    {"lead_id": "  ", "email": "", "n": ""},
    {"lead_id": " 3 ", "email": "c@x.example", "n": "1e400"},
]
EVENTS = [
    {"event_id": "a", "lead_id": "1;2", "type": "visit", "occurred_at": NOON},
    {"event_id": "b", "lead_id": "1", "type": "visit", "occurred_at": NOON},
    {"event_id": "b", "lead_id": "1", "type": "visit", "occurred_at": NOON},
    {"event_id": "b", "lead_id": "2", "type": "visit", "occurred_at": NOON},
    {"event_id": "c", "lead_id": "9", "type": "visit", "occurred_at": NOON},
    {"event_id": "d", "lead_id": "1", "type": "", "occurred_at": NOON},
    {"event_id": "e", "lead_id": "1", "type": "visit", "occurred_at": "yesterday"},
    {"event_id": "f", "lead_id": ";", "type": "visit", "occurred_at": NOON},
]
OUTCOMES = [
    {"outcome_id": "", "lead_id": "1", "outcome": "won", "occurred_at": NOON},
    {"outcome_id": "", "lead_id": "1", "outcome": "won", "occurred_at": NOON},
    {"outcome_id": "x", "lead_id": "1", "outcome": "won", "occurred_at": NOON},
    {"outcome_id": "x", "lead_id": "1", "outcome": "won", "occurred_at": NOON},
    {"outcome_id": "y", "lead_id": "", "outcome": "won", "occurred_at": NOON},
]
TABLES = {"leads": LEADS, "events": EVENTS, "outcomes": OUTCOMES}
COLUMNS = {
    "leads": {"n": {"type": "number"}},
    "events": {"lead_id": {"split": ";"}},
}
FORMS = ("csv", "tsv", "json", "parquet", "arrow")


def written(form: str, name: str, rows: list[dict[str, str]]) -> Any:
    """Return rows in a form: a file in the folder, or a table in memory."""
    if form in {"parquet", "arrow"}:
        made = pa.Table.from_pylist(rows)
        if form == "arrow":
            return made
        pq.write_table(made, f"{name}.parquet")
    elif form == "json":
        Path(f"{name}.json").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    else:
        mark = "\t" if form == "tsv" else ","
        lines = [mark.join(rows[0]), *(mark.join(each.values()) for each in rows)]
        Path(f"{name}.{form}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{name}.{form}"


def told(loaded: Loaded, where: str, words: str) -> int:
    """Return how many rows the notes of a file speak of with some words."""
    found = (re.match(rf"{re.escape(where)}: ([\d,]+) rows? {words}", e) for e in loaded.notes)
    return sum(int(each[1].replace(",", "")) for each in found if each)


def balance(engine: DuckDB, loaded: Loaded, table: str, where: str) -> int:
    """Return how many rows must have come in, by what became of them."""
    [(read,)] = engine.rows(f"select count(*) from {table}")
    query = f"select count(*) from rejects where table_name = '{table}' and reason is not null"
    [(rejected,)] = engine.rows(query)
    merged = told(loaded, where, "(equal|repeat)")
    return int(read + rejected + merged - told(loaded, where, "(is|are) added"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", FORMS)
def test_rows_are_read_rejected_or_merged(engine: DuckDB, form: str) -> None:
    """In every format, and the same ones in each."""
    given = {name: written(form, name, rows) for name, rows in TABLES.items()}
    loaded = load(engine, given, read_declared({"columns": COLUMNS}))
    for name, rows in TABLES.items():
        where = name if form == "arrow" else given[name]
        assert balance(engine, loaded, name, where) == len(rows), name
    counts = [engine.rows(f"select count(*) from {name}")[0][0] for name in TABLES]
    assert (counts, loaded.rejects.count) == ([3, 4, 3], 6)
