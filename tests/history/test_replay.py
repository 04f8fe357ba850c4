"""Replayed days against one run a day, each with the bands of the day before."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import leadline
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.history.replay import days, entries, replay, replayed, weekly
from leadline.scoring import Run

AS_OF = datetime(2026, 11, 1, 6, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "replayed",
    "scores": {
        "person": {
            "decay": {"half_life": "3d"},
            "rules": {"visit": {"event": "visit", "points": 10}},
        }
    },
    "bands": {
        "by": "person",
        "edges": {"cold": 0, "warm": 10, "hot": 20},
        "leave": {"hot": 8},
    },
}


def tables(seed: int, leads: int = 12) -> dict[str, pa.Table]:
    """Return random leads, some created in the replayed weeks, and their visits."""
    dice = random.Random(seed)

    def ago(days_: float) -> datetime:
        return AS_OF - timedelta(days=dice.uniform(0, days_))

    rows: list[dict[str, Any]] = [
        {"lead_id": f"l{n}", "created_at": ago(40) if n % 4 else None} for n in range(leads)
    ]
    visits = [
        {"event_id": f"e{n}", "lead_id": f"l{dice.randrange(leads)}", "type": "visit"}
        | {"occurred_at": ago(25)}
        for n in range(leads * 8)
    ]
    return {"leads": arrow(rows), "events": arrow(visits)}


def opened(engine: DuckDB, given: dict[str, pa.Table]) -> Run:
    """Return a run of the model over tables."""
    return Run.open(engine, MODEL, given, as_of=AS_OF)


def day_by_day(given: dict[str, pa.Table]) -> tuple[Counter[tuple[datetime, str]], int]:
    """Return entries by day and band from separate runs, and how often hysteresis held a band."""
    found: Counter[tuple[datetime, str]] = Counter()
    held = 0
    before: dict[str, str] = {}
    created = {row["lead_id"]: row["created_at"] for row in given["leads"].to_pylist()}
    for number, at in enumerate(days(AS_OF, 2)):
        previous = [{"lead_id": lead, "ladder": "band", "band": b} for lead, b in before.items()]
        more = {"previous": arrow(previous)} if previous else {}
        scores = leadline.score(MODEL, as_of=at, allow=True, **given, **more).scores.to_pylist()
        known = {row["lead_id"]: row for row in scores if (created[row["lead_id"]] or at) <= at}
        now = {lead: row["band"] for lead, row in known.items()}
        held += sum(row["band"] == "hot" and row["person"] < 20 for row in known.values())
        if number:
            found.update((at, band) for lead, band in now.items() if before.get(lead) != band)
        before = now
    return found, held


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_replay_is_what_one_run_a_day_gives(seed: int) -> None:
    """Entries of each day are those of separate runs that get the bands of the day before."""
    given = tables(seed)
    expected, held = day_by_day(given)
    assert held > 3, "hysteresis must matter here"
    with DuckDB(threads=1) as engine:
        rows = replay(opened(engine, given), days(AS_OF, 2), "band").to_pylist()
    found = {(row["as_of"], row["band"]): row["entries"] for row in rows if row["entries"]}
    assert found == dict(expected)


def test_each_moment_and_band_has_a_row_with_its_week() -> None:
    """Weeks count from the first moment, seven days each; the first has no entries to count."""
    with DuckDB(threads=1) as engine:
        rows = replay(opened(engine, tables(1)), days(AS_OF, 2), "band").to_pylist()
    assert len(rows) == 15 * 3
    assert {row["entries"] for row in rows if row["as_of"] == days(AS_OF, 2)[0]} == {None}
    weeks = [row["week"] for row in rows if row["band"] == "hot"]
    assert weeks == [0] * 8 + [1] * 7


def test_weekly_entries_are_the_sums_of_days() -> None:
    """Mean, least and most of the weeks follow from the entries a day, without an interval."""
    with DuckDB(threads=1) as engine:
        of = replayed(opened(engine, tables(3)), days(AS_OF, 2))
        rows = entries(of, "band").to_pylist()
        found = weekly(of, "band")
    assert list(found) == ["cold", "warm", "hot"]
    for band, each in found.items():
        own = [row for row in rows if row["band"] == band]
        sums = [sum(row["entries"] or 0 for row in own if row["week"] == week) for week in (0, 1)]
        assert (each.least, each.most, each.mean) == (min(sums), max(sums), sum(sums) / 2)
        assert (each.low, each.high) == (each.mean, each.mean)
        assert each.inside == own[-1]["inside"]


@pytest.mark.slow
def test_a_sample_is_the_same_each_time_and_is_scaled_up() -> None:
    """A sample draws the same leads again, and its interval mostly holds what all leads give."""
    held = 0
    for seed in range(10):
        with DuckDB(threads=1) as engine:
            given = tables(seed, 60)
            whole = weekly(replayed(opened(engine, given), days(AS_OF, 2)), "band")["hot"]
            parts = [
                weekly(replayed(opened(engine, given), days(AS_OF, 2), sample=30), "band")["hot"]
                for _ in range(2)
            ]
        assert parts[0] == parts[1]
        assert parts[0].low < parts[0].mean < parts[0].high
        assert (parts[0].mean * 2) % 2 == 0, "each of 30 leads stands for two"
        held += parts[0].low <= whole.mean <= parts[0].high
    assert held >= 7


def test_bands_of_a_preceding_run_are_not_those_of_the_first_day() -> None:
    """The table of previous bands says nothing of weeks ago."""
    given = tables(1)
    previous = [{"lead_id": f"l{n}", "ladder": "band", "band": "hot"} for n in range(12)]
    with DuckDB(threads=1) as engine:
        plain = replay(opened(engine, given), days(AS_OF, 2), "band")
        more = replay(
            opened(engine, {**given, "previous": arrow(previous)}), days(AS_OF, 2), "band"
        )
    assert plain == more


def test_another_model_is_replayed_over_the_same_moments() -> None:
    """Only the model differs: with an edge out of reach nobody is hot."""
    with DuckDB(threads=1) as engine:
        run = opened(engine, tables(1))
        edges = {"cold": 0, "warm": 10, "hot": 1000}
        other = leadline.read({**MODEL, "bands": {"by": "person", "edges": edges}})
        first = replayed(run, days(AS_OF, 1))
        assert weekly(first, "band")["hot"].mean > 0
        assert "hot" not in weekly(first.with_model(other), "band")
