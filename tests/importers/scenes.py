"""Small data sets for the tests of imports: what leads did, as days before one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported
from leadline.scoring import Run

AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
TABLES = Path(__file__).parent / "tables"

Rows = Sequence[Mapping[str, Any]]


def run_of(engine: DuckDB, imported: Imported, **tables: Rows) -> Run:
    """Return a run of an imported model over rows; ``days_ago`` stands for a time."""
    given = {name: _table(name, rows) for name, rows in tables.items()}
    return Run.open(engine, imported.model, given, as_of=AS_OF)


def scores(run: Run) -> dict[str, dict[str, Any]]:
    """Return the row of scores of each lead."""
    return {row["lead_id"]: row for row in run.arrow("scores").to_pylist()}


def happened(lead: str, *events: tuple[str, float, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events of a lead: type, days ago, other columns."""
    return [
        {"lead_id": lead, "type": kind, "days_ago": days, **more} for kind, days, more in events
    ]


def _table(name: str, rows: Rows) -> pa.Table:
    time = {"leads": "created_at"}.get(name, "occurred_at")
    titles = dict.fromkeys(title for row in rows for title in row)
    whole = [{title: row.get(title) for title in titles} for row in rows]
    for number, row in enumerate(whole):
        if "days_ago" in titles:
            row[time] = AS_OF - timedelta(days=float(row.pop("days_ago") or 0))
        if name == "events":
            row["event_id"] = str(number)
    return pa.Table.from_pylist(whole)
