"""Whom new rows touch: at least everybody whose scores they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from sqlglot import exp

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.given import read_model
from leadline.query.touched import around, touched
from leadline.scoring import Run

START = datetime(2026, 1, 1)  # noqa: DTZ001 - as tables have it
COLUMNS = {
    "leads": ("lead_id", "account_id", "created_at", "size"),
    "accounts": ("account_id", "created_at", "size"),
    "events": ("event_id", "lead_id", "account_id", "type", "occurred_at", "recorded_at"),
    "outcomes": ("outcome_id", "lead_id", "account_id", "outcome", "occurred_at", "recorded_at"),
    "field_history": ("entity", "id", "field", "value", "valid_from", "recorded_at"),
    "lead_merges": ("from_id", "into_id", "recorded_at"),
    "event_marks": ("event_id", "mark", "recorded_at"),
}
SCORES: dict[str, Any] = {
    "own": {
        "rules": {
            "visit": {"event": "visit", "points": 3},
            "lost": {"outcome": "lost", "points": -7},
            "size": {"when": "lead.size = 'big'", "points": 11},
            "company": {"when": "account.size = 'big'", "points": 13},
        }
    }
}
SHARED = {
    "account_visits": {"of": "account", "rules": {"v": {"event": "visit", "points": 1}}},
    "team": {"of": "account", "rollup": "own", "by": "sum"},
    "total": {"formula": "own + account_visits + team"},
}


TOWNS = 25
"""Worlds beside each other in one run: nothing ties a lead of one to another's."""
Rows = list[dict[str, Any]]


def rows(table: str, number: int, salt: str = "") -> Rows:
    """Return random rows of a table, so many in each town."""
    return [
        _row(Random(f"{table} {town} {each} {salt}"), table, f"{town}.", f"{table}{each}{salt}")
        for town in range(TOWNS)
        for each in range(number)
    ]


def _row(dice: Random, table: str, town: str, key: str) -> dict[str, Any]:
    lead, account = f"{town}l{dice.randrange(8)}", f"{town}a{dice.randrange(3)}"
    at = START + timedelta(days=dice.randrange(60))
    entity = dice.choice(["lead", "account"])
    field = dice.choice(["size", "account_id"]) if entity == "lead" else "size"
    value = account if field == "account_id" else dice.choice(["big", "small"])
    marked = f"{town}events{dice.randrange(12)}"
    every: dict[str, Any] = {
        "lead_id": dice.choice([lead, lead, None]),
        "account_id": dice.choice([account, None]),
        "event_id": marked if table == "event_marks" else town + key,
        "outcome_id": town + key,
        "type": "visit",
        "outcome": "lost",
        "occurred_at": at,
        "recorded_at": at + timedelta(days=dice.randrange(2)),
        "entity": entity,
        "id": lead if entity == "lead" else account,
        "field": field,
        "value": value,
        "valid_from": at,
        "from_id": lead,
        "into_id": dice.choice([f"{town}l{dice.randrange(8)}"] * 6 + [lead, None]),
        "mark": "bot",
        "created_at": START,
        "size": dice.choice(["big", "small"]),
    }
    return {name: every[name] for name in COLUMNS[table]}


def world() -> dict[str, Rows]:
    """Return tables with a few rows a town."""
    found = {table: rows(table, 4) for table in COLUMNS}
    found["events"] = rows("events", 12)
    for table, number in (("leads", 8), ("accounts", 3)):
        key = f"{table[:-1]}_id"
        made = rows(table, number)
        found[table] = [
            {**row, key: f"{at // number}.{table[0]}{at % number}"} for at, row in enumerate(made)
        ]
    return found


WORLD = world()
SCHEMAS = {table: pa.Table.from_pylist(each).schema for table, each in WORLD.items()}


def opened(engine: DuckDB, model: dict[str, Any], given: dict[str, Rows]) -> Run:
    """Return a run at a moment after everything."""
    tables = {name: pa.Table.from_pylist(each, SCHEMAS[name]) for name, each in given.items()}
    return Run.open(engine, model, tables, as_of=datetime(2026, 6, 1, tzinfo=UTC))


def scored(model: dict[str, Any], given: dict[str, Rows]) -> dict[str, Any]:
    """Return lead to its row of scores."""
    with DuckDB() as engine:
        found = opened(engine, model, given).arrow("scores").to_pylist()
    return {row["lead_id"]: row for row in found}


def model_of(*, is_shared: bool) -> dict[str, Any]:
    """Return a model whose scores read accounts, or one whose do not."""
    return {"leadline": 1, "model": "m", "scores": {**SCORES, **(SHARED if is_shared else {})}}


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("table", sorted(set(COLUMNS) - {"leads", "accounts"}))
def test_everybody_whose_scores_change_is_touched(table: str, *, is_shared: bool) -> None:
    """New rows of any table change the scores of nobody else."""
    model = model_of(is_shared=is_shared)
    new = rows(table, 1, "new")
    after = {**WORLD, table: [*WORLD[table], *new]}
    was, now = scored(model, WORLD), scored(model, after)
    with DuckDB() as engine:
        run = opened(engine, model, after)
        run.engine.register("arrived", pa.Table.from_pylist(new))
        asked = touched(run.model, run.loaded.schema, {table: exp.to_table("arrived")})
        found = {row[0] for row in run.engine.rows(asked.text("touched", "duckdb"))}
    changed = {lead for lead in now if now[lead] != was[lead]}
    assert changed
    assert changed <= found
    assert len(found) < len(now)


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_is_around_a_lead_is_all_that_its_score_needs(*, is_shared: bool) -> None:
    """A lead scored with nothing but its surroundings has the score that it has among all."""
    model = model_of(is_shared=is_shared)
    asked = [f"{town}.l0" for town in range(TOWNS)]
    with DuckDB() as engine:
        run = opened(engine, model, WORLD)
        everybody = {row["lead_id"]: row for row in run.arrow("scores").to_pylist()}
        run.engine.register("asked", pa.table({"lead_id": asked}))
        made = around(run.model, run.loaded.schema)
        leads, accounts = (
            {row[0] for row in run.engine.rows(made.text(each, "duckdb"))}
            for each in ("around_lead", "around_account")
        )
    alone = scored(model, _only(leads, accounts))
    assert {each: alone.get(each) for each in asked} == {
        each: everybody.get(each) for each in asked
    }
    assert len(leads) < len(everybody)


def _only(leads: set[str], accounts: set[str]) -> dict[str, Rows]:
    """Return the rows that speak of some leads and accounts, and the marks."""
    ids = leads | accounts
    keys = ("lead_id", "account_id", "id", "from_id", "into_id")
    found = {
        table: [row for row in each if table == "event_marks" or ids & {row.get(k) for k in keys}]
        for table, each in WORLD.items()
    }
    return {**found, "leads": [row for row in found["leads"] if row["lead_id"] in leads]}


@pytest.mark.parametrize("engine", ["duckdb", "postgres", "spark"])
def test_any_engine_can_be_asked(engine: str) -> None:
    """Without accounts and merges little is asked."""
    model, _ = read_model(model_of(is_shared=False))
    schema: dict[str, Any] = {"leads": {}, "events": {}}
    text = touched(model, schema, {"events": exp.to_table("arrived")}).text("touched", engine)
    assert "arrived" in text
    assert "merge" not in text
