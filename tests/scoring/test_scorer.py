"""A batch in one go: everything that the model gives, from rows of some leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError, InputError
from leadline.model.types import Type
from leadline.scoring import Run, Scorer, read_model

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
DOCUMENT: Mapping[str, Any] = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "person": {
            "decay": {"half_life": "30d"},
            "limits": {"web": 12},
            "rules": {
                "pricing": {
                    "event": "visit",
                    "where": "path = '/pricing'",
                    "points": 4,
                    "count": "daily",
                    "group": "web",
                },
                "visit": {"event": "visit", "points": 1, "group": "web"},
                "demo": {"event": "demo", "points": 20, "count": "once"},
                "cold": {"silent_for": "20d", "points": -5},
                "size": {"of": "account.size", "bins": {1: 1, 50: 8}},
            },
        },
        "team": {"of": "account", "rollup": "person", "by": "sum"},
    },
    "bands": {"by": "person", "edges": {"low": -100, "high": 10}},
}
SCHEMA = {
    "leads": {
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "email": Type.TEXT,
        "created_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
    "accounts": {"account_id": Type.TEXT, "size": Type.NUMBER, "recorded_at": Type.TIME},
    "events": {
        "event_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "type": Type.TEXT,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
        "path": Type.TEXT,
    },
}
ARROW = {Type.TEXT: pa.string(), Type.NUMBER: pa.float64(), Type.TIME: pa.timestamp("us")}


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows with the columns of a table."""
    fields = [(title, ARROW[kind]) for title, kind in SCHEMA[name].items()]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def batch(first: int, leads: int = 12) -> dict[str, pa.Table]:
    """Return the rows of some leads, three an account."""
    at = AT.replace(tzinfo=None)
    numbers = range(first, first + leads)
    return {
        "leads": table(
            "leads", [{"lead_id": f"l{n}", "account_id": f"a{n // 3}"} for n in numbers]
        ),
        "accounts": table(
            "accounts",
            [{"account_id": f"a{n}", "size": n % 90} for n in {each // 3 for each in numbers}],
        ),
        "events": table(
            "events",
            [
                {
                    "event_id": f"e{n} {day}",
                    "lead_id": f"l{n}",
                    "type": "demo" if (n + day) % 7 == 0 else "visit",
                    "occurred_at": at - timedelta(days=day * (n % 5 + 1), minutes=n),
                    "path": "/pricing" if day % 2 else "/blog",
                }
                for n in numbers
                for day in range(n % 6)
            ],
        ),
    }


@pytest.fixture
def scorer(engine: DuckDB) -> Iterator[Scorer]:
    """A scorer of everything that the model gives."""
    with Scorer(engine, read_model(DOCUMENT)[0], SCHEMA) as made:
        yield made


def listed(rows: pa.Table | None) -> list[dict[str, Any]]:
    """Return rows in an order that compares."""
    assert rows is not None
    return sorted(rows.to_pylist(), key=lambda row: [str(each) for each in row.values()])


def test_a_batch_gives_what_a_run_gives(scorer: Scorer) -> None:
    """Scores, ledger, scores of accounts and changes of band, batch after batch."""
    for first in (0, 12, 60):
        found = scorer.score(batch(first), AT)
        with DuckDB(threads=1) as engine, Run.open(engine, DOCUMENT, batch(first), as_of=AT) as run:
            for output in run.statement.outputs:
                assert listed(getattr(found, output)) == listed(run.arrow(output)), output
    assert len(listed(found.transitions)) == 12
    assert {row["state"] for row in listed(found.points)} >= {"fired", "limit"}


def test_only_what_is_wanted_is_computed(engine: DuckDB) -> None:
    """The others are not there."""
    with Scorer(engine, read_model(DOCUMENT)[0], SCHEMA, ["scores"]) as scorer:
        found = scorer.score(batch(0), AT)
    assert len(listed(found.scores)) == 12
    assert (found.points, found.account_scores, found.transitions) == (None, None, None)


def test_a_table_that_is_left_out_keeps_its_rows(scorer: Scorer) -> None:
    """The moment is another one all the same."""
    tables = batch(0)
    scorer.score(tables, AT)
    del tables["accounts"]
    later = AT + timedelta(days=1)
    found = scorer.score(tables, later)
    assert {row["as_of"] for row in listed(found.scores)} == {later}
    assert {row["rule"] for row in listed(found.points)} >= {"size"}


def test_tables_of_another_schema_are_refused(scorer: Scorer) -> None:
    """All faults together, and nothing is scored."""
    tables = batch(0)
    tables["events"] = tables["events"].drop_columns(["path"])
    tables["accounts"] = tables["accounts"].set_column(1, "size", pa.array(["big"] * 4))
    tables["lead"] = tables.pop("leads")
    with pytest.raises(InputError) as caught:
        scorer.score(tables, AT)
    said = str(caught.value)
    assert "leads must be given with the first batch" in said
    assert "events path must be there, as in the schema" in said
    assert "accounts size must be a number (double); found string" in said
    assert "lead must be a table of the scorer's schema" in said
    assert "Make another scorer for other columns." in said
    assert len(listed(scorer.score(batch(0), AT).scores)) == 12


def test_threads_take_turns(scorer: Scorer) -> None:
    """Each gets the rows of its own batch."""

    def found(number: int) -> bool:
        rows = listed(scorer.score(batch(number * 12), AT + timedelta(days=number)).scores)
        leads = {f"l{n}" for n in range(number * 12, number * 12 + 12)}
        return {row["lead_id"] for row in rows} == leads

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(found, range(12)))


def test_a_closed_scorer_says_so(engine: DuckDB) -> None:
    """Its engine stays open."""
    scorer = Scorer(engine, read_model(DOCUMENT)[0], SCHEMA)
    scorer.close()
    with pytest.raises(EngineError, match="this session has ended"):
        scorer.score(batch(0), AT)
    assert engine.rows("select 1") == [(1,)]
