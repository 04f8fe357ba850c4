"""Small documents and rows, scored by the product on an engine of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison import product
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.scoring import Scored

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]


def days_ago(days: float) -> datetime:
    """Return a time so many days before the moment that is scored."""
    return NOW - timedelta(days=days)


def event(number: int, days: float = 9, **fields: Any) -> dict[str, Any]:
    """Return an event of lead a, of type p unless it says otherwise."""
    row = {"event_id": f"e{number}", "lead_id": "a", "type": "p", "occurred_at": days_ago(days)}
    return {**row, **fields}


def scored(
    parts: Mapping[str, Any],
    *,
    engine: Engine | None = None,
    at: Sequence[datetime] = (NOW,),
    who: Sequence[str] = ("a",),
    **tables: Rows,
) -> Scored:
    """Score leads at moments by a document without its first two lines."""
    document = {"leadline": 1, "model": "small", **parts}
    spine = [(lead, moment) for lead in who for moment in at]
    given = {"leads": [{"lead_id": lead} for lead in who], **tables}
    if engine is not None:
        return product(engine, document, given, spine)
    with DuckDB(threads=1) as own:
        return product(own, document, given, spine)


def rules(**named: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of one score ``s`` with some rules."""
    return {"scores": {"s": {"rules": named}}}


def values(found: Scored, name: str = "s") -> list[Any]:
    """Return a column of the scores, in the order of leads and moments."""
    rows = sorted(found.scores.to_pylist(), key=lambda row: (row["lead_id"], row["as_of"]))
    return [row[name] for row in rows]


def points(found: Scored) -> dict[str, float]:
    """Return the points of each rule in the ledger of the one lead and moment."""
    return {row["rule"]: row["points"] for row in found.points.to_pylist()}


def states(found: Scored) -> dict[str, str]:
    """Return the state of each rule in the ledger of the one lead and moment."""
    return {row["rule"]: row["state"] for row in found.points.to_pylist()}
