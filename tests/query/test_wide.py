"""Sums of rules side by side, on Spark, are those that DuckDB adds up hit by hit."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.spark.engine import Spark
from leadline.model.types import Type
from leadline.query.context import Profile
from leadline.query.statement import Statement, statement
from leadline.query.wide import MOST_RULES
from leadline.scoring import Run, read_model
from leadline.sql.planning import SPARK, Planning

AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
SCHEMA = {
    "leads": {"lead_id": Type.TEXT, "country": Type.TEXT},
    "events": {
        "event_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "type": Type.TEXT,
        "path": Type.TEXT,
        "minutes": Type.NUMBER,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
}
VISIT: dict[str, Any] = {"event": "visit", "points": 3}
RULES: dict[str, dict[str, Any]] = {
    "plain": VISIT,
    "limited": {**VISIT, "limit": 7},
    "negative": {"event": "call", "points": -2.5, "limit": 9, "group": "few"},
    "window": {**VISIT, "where": "path like '/p%'", "within": "10d", "group": "few"},
    "halved": {"event": ["visit", "call"], "points": 10, "decay": {"half_life": "5d"}},
    "linear": {**VISIT, "decay": {"linear": "20d"}, "within": "30d"},
    "steps": {**VISIT, "decay": {"keep": 0.5, "every": "7d"}},
    "once": {"event": "call", "points": 8, "count": "once", "decay": {"half_life": "9d"}},
    "first": {"event": "call", "points": 8, "count": "once", "pick": "first"},
    "binge": {**VISIT, "at_least": 4, "within": "20d", "decay": {"half_life": "9d"}},
    "formula": {**VISIT, "points": "least(minutes / 6, 10)", "decay": {"half_life": "9d"}},
    "won": {"outcome": "won", "points": 6, "within": "60d"},
    "poles": {**VISIT, "where": "lead.country = 'PL'"},
    "daily": {**VISIT, "count": "daily"},
    "both": {"when": "hits.window > 1 and last.call_seen < 1000000", "points": 5},
    "call_seen": {"event": "call", "points": 0},
}


def model(rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a document with one score of these rules."""
    limits = {"few": 4} if any("group" in each for each in rules.values()) else {}
    score = {"range": [-50, 500], "limits": limits, "rules": rules}
    return {"leadline": 1, "model": "m", "scores": {"person": score}}


def made(rules: dict[str, dict[str, Any]], **profile: Any) -> Statement:
    """Return the statement of these rules as Spark has it."""
    document, _ = read_model(model(rules))
    known = Profile(one_moment=True, shapes=False, planning=SPARK)
    return statement(document, SCHEMA, replace(known, **profile))


def test_scores_have_one_row_a_lead_and_the_ledger_one_a_hit() -> None:
    """Each output rests on one pass over the events, and on no step of the other."""
    found = made({"plain": VISIT, "limited": {**VISIT, "limit": 7}})
    scores, points = found.needed("scores"), found.needed("points")
    passes = ["lead_events_wide", "lead_events_wide_sums", "lead_events_wide_units"]
    assert [each for each in scores if each.startswith("lead_events")] == passes
    assert {"lead_events_beside_sums", "lead_told_row"} <= set(points)
    assert not {"lead_events_beside_sums", "lead_told_row"} & set(scores)


@pytest.mark.parametrize(
    ("rules", "profile"),
    [
        ({"plain": VISIT}, {"planning": Planning()}),
        ({"plain": VISIT}, {"one_moment": False}),
        ({"poles": RULES["poles"]}, {}),
        ({"daily": RULES["daily"]}, {}),
        ({f"r{n}": VISIT for n in range(MOST_RULES + 1)}, {}),
    ],
)
def test_others_are_summed_hit_by_hit(
    rules: dict[str, dict[str, Any]], profile: dict[str, Any]
) -> None:
    """So are rules that read their lead or pick among hits, and more rules than can be compiled."""
    assert "lead_events_wide" not in made(rules, **profile).steps


def test_counts_are_kept_only_where_they_are_read() -> None:
    """What nobody reads is not even written: Spark would have to look at it."""
    text = made({"plain": VISIT, "limited": VISIT}).text("scores", "spark")
    assert "COUNT(*)" not in text
    read = {"when": "hits.plain > 1", "points": 1}
    text = made({"plain": VISIT, "limited": VISIT, "read": read}).text("scores", "spark")
    assert text.count("COUNT(*)") == 1


def tables(seed: int) -> dict[str, pa.Table]:
    """Return leads, and events and outcomes in any order, some of them not yet visible."""
    lot = random.Random(seed)
    leads = [f"L{n}" for n in range(9)]

    def at() -> datetime:
        return AS_OF - timedelta(microseconds=lot.randrange(-(10**11), 4 * 10**12))

    events = [
        {
            "event_id": f"e{n}",
            "lead_id": lot.choice([*leads[:7], "nobody"]),
            "type": lot.choice(["visit", "visit", "call", "other"]),
            "path": lot.choice(["/pricing", "/docs", None]),
            "minutes": lot.choice([None, 0.0, 12.5, 90.0]),
            "occurred_at": at(),
            "recorded_at": at() if lot.random() < 0.3 else None,
        }
        for n in range(250)
    ]
    outcomes = [
        {"lead_id": lot.choice(leads), "outcome": "won", "occurred_at": at()} for _ in range(9)
    ]
    countries = [{"lead_id": each, "country": lot.choice(["PL", "DE", None])} for each in leads]
    return {
        "leads": pa.Table.from_pylist(countries),
        "events": pa.Table.from_pylist(events),
        "outcomes": pa.Table.from_pylist(outcomes),
    }


@pytest.mark.spark
@pytest.mark.parametrize("seed", range(2))
def test_scores_and_ledger_are_those_of_duckdb(seed: int, spark: Spark) -> None:
    """Every decay, window, limit and way to count that sums, beside rules that do not."""
    given = tables(seed)
    with DuckDB(threads=1) as duckdb:
        ours = Run.open(duckdb, model(RULES), given, as_of=AS_OF)
        theirs = Run.open(spark, model(RULES), given, as_of=AS_OF)
        for output in ("scores", "points"):
            found, wanted = (
                sorted(
                    (
                        {**row, "weight": row.get("weight") and round(row["weight"], 9)}
                        for row in run.arrow(output).to_pylist()
                    ),
                    key=str,
                )
                for run in (theirs, ours)
            )
            assert found == wanted, output


@pytest.mark.spark
def test_events_are_read_once_and_move_as_one_row_a_lead(spark: Spark) -> None:
    """The plan has one scan of the events, and moves their sums alone."""
    run = Run.open(spark, model({"plain": VISIT, "limited": VISIT}), tables(0), as_of=AS_OF)
    assert isinstance(run.engine, Spark)
    plan = run.engine.plan(run.sql("scores")).split("\n\n")[0]
    assert plan.count("Generate") == 1
    assert plan.count("Scan") == 2  # leads, and events
    assert plan.count("Exchange hashpartitioning") <= 2
