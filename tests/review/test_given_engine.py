"""Whoever judges on an engine that was given leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.review.backtest.backtest import backtest
from leadline.review.rule_worth.worth import worth
from leadline.review.thresholds.goal import goal_of
from leadline.review.thresholds.thresholds import thresholds

DEALS = Path(__file__).parents[2] / "examples" / "deals"
MODEL, TASK, LEADS = (str(DEALS / each) for each in ("model.yaml", "task.yaml", "deals.csv"))
HELD = """
    select (select count(*) from duckdb_tables()), (select count(*) from duckdb_views()
        where not internal), (select coalesce(sum(memory_usage_bytes), 0) from duckdb_memory())
"""
JUDGES: dict[str, Callable[[DuckDB], object]] = {
    "backtest": lambda engine: backtest(MODEL, TASK, leads=LEADS, engine=engine),
    "worth": lambda engine: worth(MODEL, TASK, leads=LEADS, engine=engine),
    "thresholds": lambda engine: thresholds(
        MODEL, TASK, goal_of(precision=0.8), leads=LEADS, engine=engine
    ),
}


@pytest.mark.parametrize("judge", JUDGES)
def test_an_engine_holds_nothing_afterwards_and_is_open(judge: str) -> None:
    """As many tables, views and bytes as before, however often it judged."""
    with DuckDB(threads=1) as engine:
        before = engine.rows(HELD)
        for _ in range(2):
            JUDGES[judge](engine)
            assert engine.rows(HELD) == before
