"""Leads that are asked of at moments of their own cost what leads at one moment do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.given import read_model
from leadline.scoring import Run

DOCUMENT = """
leadline: 1
model: m
columns: {leads: {title: {type: text}}}
scores:
  fit: {rules: {chief: {when: lead.title = 'Chief', points: 5}}}
  person:
    decay: {half_life: 30d}
    rules: {page: {event: seen, points: 2, within: 30d}, cold: {silent_for: 5d, points: -20}}
  total: {formula: fit + person}
bands: {by: total, edges: {low: 0, high: 20}}
"""
AT = datetime(2026, 10, 1, tzinfo=UTC)
COUNT = 400


def _tables() -> dict[str, pa.Table]:
    """Return leads, each with events, one that went into it, and a field with a past."""
    ids = [f"l{number}" for number in range(2 * COUNT)]
    times = [AT - timedelta(hours=number % 700) for number in range(10 * COUNT)]
    days = [AT - timedelta(days=1 + number % 50) for number in range(2 * COUNT)]
    return {
        "leads": pa.table({"lead_id": ids, "title": ["Chief", "Clerk"] * COUNT}),
        "events": pa.table(
            {
                "event_id": [f"e{number}" for number in range(len(times))],
                "lead_id": [ids[number % len(ids)] for number in range(len(times))],
                "type": ["seen"] * len(times),
                "occurred_at": times,
            }
        ),
        "lead_merges": pa.table(
            {"from_id": ids[COUNT:], "into_id": ids[:COUNT], "recorded_at": days[:COUNT]}
        ),
        "field_history": pa.table(
            {
                "entity": ["lead"] * (2 * COUNT),
                "id": ids[:COUNT] * 2,
                "field": ["title"] * (2 * COUNT),
                "value": ["Chief", "Clerk"] * COUNT,
                "valid_from": days,
                "recorded_at": days,
            }
        ),
    }


def _rows_of(plan: Mapping[str, Any]) -> int:
    """Return how many rows went through the steps of a plan, by either form that DuckDB has."""
    own = plan.get("intermediate_rows", plan.get("operator_cardinality", 0))
    return int(own) + sum(map(_rows_of, plan.get("operator", plan.get("children", ()))))


def test_leads_with_merges_and_histories_cost_alike_at_moments_of_their_own() -> None:
    """At most three times the rows of one moment go through the statement: it is linear."""
    model, _ = read_model(DOCUMENT)
    tables, counted = _tables(), []
    for step in (timedelta(0), timedelta(seconds=1)):
        spine = pa.table(
            {
                "lead_id": [f"l{number}" for number in range(COUNT)],
                "as_of": [AT + number * step for number in range(COUNT)],
            }
        )
        with (
            DuckDB(threads=1) as engine,
            Run.open(engine, model, {**tables, "spine": spine}, clean=True) as run,
        ):
            explained = f"explain (analyze, format json) {run.sql('scores')}"
            [(_, plan)] = run.duckdb.rows(explained)
            counted.append(_rows_of(json.loads(plan)))
    one, own = counted
    assert COUNT < own <= 3 * one
