"""Leads that are explained in several tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import Run

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "person": {
            "rules": {
                "visit": {"event": "visit", "points": 4, "limit": 6},
                "demo": {"event": "demo", "points": 30, "description": "Asked for a demo."},
                "hand": {"event": "demo", "points": 0},
                "size": {"of": "lead.size", "bins": {0: 1, 1000000: 9}},
            }
        },
        "team": {"of": "account", "rollup": "person", "by": "sum"},
        "total": {"formula": "person + team"},
    },
    "grades": {"fit": {"by": "person", "edges": {"B": 0, "A": 30}}},
    "bands": {"by": "total", "edges": {"nurture": 0, "to_call": 60}},
    "overrides": {"rival": {"when": "lead.size = 7", "band": "excluded"}},
}


def _event(number: int, lead: str, kind: str, days: int) -> dict[str, Any]:
    at = AT - timedelta(days=days)
    return {"event_id": str(number), "lead_id": lead, "type": kind, "occurred_at": at}


TABLES = {
    "leads": arrow(
        [
            {"lead_id": "ada", "account_id": "x", "size": None},
            {"lead_id": "ben", "account_id": "x", "size": 5},
            {"lead_id": "cy", "account_id": "y", "size": 7},
            {"lead_id": "dot", "account_id": None, "size": 2},
        ]
    ),
    "events": arrow(
        [
            _event(1, "ada", "visit", 0),
            _event(2, "ada", "visit", 3),
            _event(3, "ben", "visit", 9),
            _event(4, "cy", "demo", 90),
        ]
    ),
}


@contextmanager
def opened(model: dict[str, Any] | None = None) -> Iterator[Run]:
    """Open a model over the tables."""
    with DuckDB(threads=1) as engine:
        yield Run.open(engine, model or MODEL, TABLES, as_of=AT)
