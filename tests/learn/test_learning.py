"""From tables to a verdict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.learn.learning import learn
from leadline.model.task import read_task

DEALS = Path(__file__).parents[2] / "examples" / "deals"


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_outcomes_dealt_out_by_lot_are_nothing_to_learn(seed: int) -> None:
    """There is no model, and the verdict says so."""
    random = np.random.default_rng(seed)
    leads = pa.table(
        {
            "lead_id": [str(each) for each in range(800)],
            "size": random.random(800),
            "source": random.choice(["a", "b", "c"], 800).tolist(),
            "won": random.random(800) < 0.3,
        }
    )
    with DuckDB() as engine:
        found = learn(
            engine, {"leads": leads}, read_task({"outcome": {"field": "won", "is": True}})
        )
    assert found.learned.verdict == "nothing to learn"
    assert found.model is None


@pytest.mark.slow
def test_deals_are_learned_without_what_the_task_leaves_out() -> None:
    """The seller is not read, identifiers are not, and other rows are ranked well."""
    with DuckDB() as engine:
        leads = {"leads": str(DEALS / "deals.csv")}
        found = learn(engine, leads, read_task(DEALS / "task.yaml"))
    assert found.model is not None
    assert "lead.Seller" not in found.features.sheet.fields
    reasons = {each.name: each.reason for each in found.features.left_out}
    assert reasons["lead.Deal"] == "is different for most, like a name"
    assert 0.75 < (found.learned.auc.value or 0) < 0.9


def visited(minutes: tuple[int, int], after: int, seed: int) -> dict[str, pa.Table]:
    """Leads that visited lately, who often win, or long ago; moments come after some minutes."""
    random, rows, minute = np.random.default_rng(seed), 600, 60_000_000
    start = np.datetime64("2026-01-01", "us")
    created = start + (np.arange(rows) * 60 * minute).astype("timedelta64[us]")
    late = random.random(rows) < 0.5
    won = random.random(rows) < np.where(late, 0.7, 0.1)
    ages = np.where(late, *minutes) * minute
    moments = created + np.timedelta64(after, "m")
    ids = [f"L{each}" for each in range(rows)]
    visits = {"type": ["visit"] * rows, "occurred_at": moments - ages.astype("timedelta64[us]")}
    return {
        "leads": pa.table({"lead_id": ids, "created_at": created}),
        "events": pa.table({"event_id": ids, "lead_id": ids, **visits}),
        "outcomes": pa.table(
            {
                "lead_id": [each for each, yes in zip(ids, won, strict=True) if yes],
                "outcome": ["won"] * int(won.sum()),
                "occurred_at": moments[won] + np.timedelta64(10, "D"),
            }
        ),
    }


DAY = 24 * 60


@pytest.mark.parametrize(
    ("minutes", "after", "expected"),
    [
        ((2 * DAY, 50 * DAY), 60 * DAY, {"within 30d", "within 14d", "within 7d", "within 3d"}),
        ((2, 50), 60, {"within 900s", "within 300s"}),
    ],
    ids=["days", "minutes"],
)
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2)
def test_counts_of_events_are_learned_from_the_ledger(
    minutes: tuple[int, int], after: int, expected: set[str], seed: int
) -> None:
    """A late visit tells the outcome; the window that says so is chosen, be it days or minutes."""
    task = {"outcome": {"outcome": "won"}, "horizon": "15d", "moments": {"after": f"{after}m"}}
    with DuckDB() as engine:
        found = learn(engine, dict(visited(minutes, after, seed)), read_task(task))
    [curve] = found.features.curves
    assert curve.chosen in expected
    assert curve.losses[curve.chosen] < curve.losses["ever"] - 0.05
    assert found.model is not None


def test_too_few_rows_are_told() -> None:
    """A single outcome cannot be learned from and judged by."""
    leads = pa.table({"lead_id": ["a", "b"], "size": [1, 2], "won": [True, False]})
    task = read_task({"outcome": {"field": "won", "is": True}})
    with DuckDB() as engine, pytest.raises(InputError, match="must leave enough rows"):
        learn(engine, {"leads": leads}, task)


def test_a_table_in_memory_needs_no_ids() -> None:
    """Its row numbers stand for them."""
    random = np.random.default_rng(6)
    size = random.random(300)
    leads = pa.table({"size": size, "won": random.random(300) < size})
    task = read_task({"outcome": {"field": "won", "is": True}})
    with DuckDB() as engine:
        found = learn(engine, {"leads": leads}, task, method="scorecard")
    assert found.model is not None
    assert found.judged.rows == 300
