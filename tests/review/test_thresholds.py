"""Edges for a capacity, a precision or a recall, on invented leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leadline
from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.replay import days, replayed, weekly
from leadline.reports.thresholds import page
from leadline.review.backtest.capacity import Capacity
from leadline.review.thresholds.ceilings import moved
from leadline.review.thresholds.edges import Reached
from leadline.review.thresholds.goal import goal_of
from leadline.review.thresholds.steps import steps
from leadline.review.thresholds.thresholds import Thresholds, thresholds
from leadline.scoring import Run

END = datetime(2026, 10, 1, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "demo",
    "passive": ["email_sent", "email_opened", "call_made"],
    "scores": {
        "person": {
            "decay": {"half_life": "30d"},
            "rules": {
                "trial": {"event": "trial_started", "points": 25, "count": "once"},
                "demo": {"event": "demo_requested", "points": 40, "count": "once"},
                "view": {"event": "page_viewed", "points": 3, "count": "daily", "limit": 30},
                "content": {"event": "content_downloaded", "points": 8, "limit": 24},
            },
        }
    },
    "bands": {
        "by": "person",
        "edges": {"cold": 0, "warm": 5, "hot": 50},
        "leave": {"hot": 40},
    },
}
TASK = {"outcome": {"outcome": "won"}, "horizon": "60d", "moments": {"every": "14d"}}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return tables of an invented world."""
    folder = tmp_path_factory.mktemp("demo")
    with DuckDB(threads=1) as engine:
        write_demo(engine, World(800, 1, END), folder / "w", "parquet")
    names = ("leads", "accounts", "events", "outcomes")
    return {name: str(folder / "w" / f"{name}.parquet") for name in names}


@pytest.mark.slow
def test_a_capacity_is_what_a_replay_of_the_new_edge_gives(demo: dict[str, Any]) -> None:
    """The edge gives the asked entries a week, replayed by itself with the changed model."""
    goal = goal_of(Capacity(3, "week"))
    found = thresholds(MODEL, TASK, goal, weeks=8, end=END, **demo)
    assert found.edge is not None
    assert found.attempts == 1, "what was counted is what the replay gives"
    model = moved(leadline.read(MODEL), found.place, found.edge)
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, model, demo, as_of=END)
        given = weekly(replayed(run, days(END, 8)), "band")["hot"]
    assert 3 * 0.85 <= given.mean <= 3
    assert found.then is not None
    assert found.then.weekly is not None
    assert given.mean == pytest.approx(found.then.weekly.mean)
    assert found.months
    assert "3 a week" in page(found).verdict


@pytest.mark.parametrize("wanted", [{"precision": 0.2}, {"recall": 0.3}])
def test_a_precision_or_recall_is_reached(demo: dict[str, Any], wanted: dict[str, Any]) -> None:
    """The edge has at least what was asked, and the interval holds the value."""
    [(kind, value)] = wanted.items()
    found = thresholds(MODEL, TASK, goal_of(**wanted), end=END, **demo)
    assert found.then is not None
    measured = getattr(found.then, kind)
    assert measured.value >= value - 1e-9
    assert measured.low <= measured.value <= measured.high
    wins = found.then.caught + found.then.missed
    assert 0 < wins < found.judged.positives, "the latest weeks alone speak of the present"
    assert found.then.recall.value == pytest.approx(found.then.caught / wins)
    assert found.held is not None


def test_one_goal_is_asked_for() -> None:
    """None, two, and shares that are none are refused."""
    refused: list[dict[str, Any]] = [{}, {"precision": 0.2, "recall": 0.5}, {"recall": 1.5}]
    for given in refused:
        with pytest.raises(InputError):
            goal_of(**given)


BORN = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=6 * each) for each in range(600)]
TIED: dict[str, Any] = {
    "leadline": 1,
    "model": "tied",
    "scores": {
        "fit": {"rules": {"sector": {"of": "lead.sector", "values": {"bank": 20, "shop": 10}}}}
    },
    "bands": {"by": "fit", "edges": {"cold": 0, "warm": 5, "hot": 15}},
}


def of_ties(**wanted: Any) -> Thresholds:
    """Return the edge for leads of three scores: 20 of whom half win, 10, and 0."""
    names = [f"l{place}" for place in range(len(BORN))]
    sectors = [("bank", "shop", "farm")[place % 3] for place in range(len(BORN))]
    won = [place for place in range(len(BORN)) if place % 6 == 0 or place % 30 == 1]
    leads = pa.table({"lead_id": names, "created_at": BORN, "sector": sectors})
    outcomes = pa.table(
        {
            "lead_id": [names[place] for place in won],
            "outcome": ["won"] * len(won),
            "occurred_at": [BORN[place] + timedelta(days=5) for place in won],
        }
    )
    task = {"outcome": {"outcome": "won"}, "horizon": "14d", "moments": "created"}
    end = BORN[-1] + timedelta(days=20)
    return thresholds(TIED, task, goal_of(**wanted), leads=leads, outcomes=outcomes, end=end)


@pytest.mark.parametrize(
    ("wanted", "edge"),
    [({"precision": 0.4}, 15), ({"recall": 0.8}, 15), ({"recall": 0.95}, 10)],
)
def test_an_edge_between_ties_stays_where_it_is(wanted: dict[str, Any], edge: float) -> None:
    """An edge that would move nobody is not moved, and every month has an edge and a figure."""
    found = of_ties(**wanted)
    assert found.edge == edge
    assert ("should stay at 15" in page(found).verdict) == (edge == 15)
    assert found.months
    assert all(each.edge is not None and each.given for each in found.months)


@pytest.mark.parametrize("wanted", [{"precision": 0.9}, {"capacity": Capacity(2, "week")}])
def test_where_no_edge_does_months_show_that_of_now(wanted: dict[str, Any]) -> None:
    """Ties leave no edge between them; what the edge of now gave is said of each month."""
    found = of_ties(**wanted)
    assert found.edge is None
    assert found.months
    assert all(each.edge is None and each.given is not None for each in found.months)
    [months] = [each for each in page(found).sections if each.name == "months"]
    assert "what the edge of now gave" in str(months.blocks)


def of_rates(seed: int, rates: tuple[float, float]) -> Reached:
    """Return rows with scores from 0 to 100, of which those from 60 on have another rate."""
    dice = np.random.default_rng(seed)
    value = dice.integers(0, 101, 3000) * 1_000_000
    outcome = dice.random(3000) < np.where(value < 60_000_000, *rates)
    part = np.where(np.arange(3000) < 2000, -1, 0)
    every = np.arange(3000)
    return Reached(every, every, value, value, outcome, part, every, "time")


def test_a_step_of_conversion_is_found_where_it_is() -> None:
    """One change at 60 gives two steps, and the rise is seen again on later rows."""
    found = steps(of_rates(1, (0.05, 0.25)), {"low": 0, "high": 30})
    assert len(found) == 2
    assert found[1].edge is not None
    assert 57 <= found[1].edge <= 63
    assert found[1].support == "seen again"
    assert found[0].bands == ("high",), "an edge at 30 parts leads that convert alike"


def test_without_a_change_there_is_mostly_one_step() -> None:
    """Of forty worlds in which no score matters, at most two show a step."""
    assert sum(len(steps(of_rates(seed, (0.1, 0.1)), {})) > 1 for seed in range(40)) <= 2


def test_months_differ_where_luck_does_not_explain_it() -> None:
    """Rates that are the same in all months differ in at most a few of forty worlds."""
    month = 30 * 86_400_000_000
    dice = np.random.default_rng(5)
    every, nothing = np.arange(600), np.zeros(600, np.int64)
    moments = every // 100 * month
    told = 0
    for rates in (np.full(600, 0.1),) * 40:
        outcome = dice.random(600) < rates
        rows = Reached(every, moments, nothing, nothing, outcome, nothing, every, "time")
        told += rows.differs_by_month()
    assert told <= 2
    outcome = dice.random(600) < np.where(every < 300, 0.05, 0.4)
    assert Reached(
        every, moments, nothing, nothing, outcome, nothing, every, "time"
    ).differs_by_month()
