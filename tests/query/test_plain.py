"""Plain sums, made in arrays, are those of each moment on its own."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import Run, Scored, profile, score

START = datetime(2026, 1, 1, tzinfo=UTC)
LEADS = [f"L{number}" for number in range(12)]

RULES: dict[str, dict[str, Any]] = {
    "plain": {"event": "a", "points": 3},
    "limited": {"event": "a", "points": 4, "limit": 7},
    "negative": {"event": "b", "points": -2, "limit": 9},
    "window": {"event": "b", "points": 5, "within": "10d"},
    "halved": {"event": ["a", "b"], "points": 10, "decay": {"half_life": "5d"}, "limit": 18},
    "halved_window": {
        "event": "c",
        "points": 7,
        "decay": {"half_life": "3d"},
        "within": "20d",
        "group": "few",
    },
    "path": {"event": "c", "where": "path like '/p%'", "points": 1.5, "group": "few"},
    "number": {"event": "a", "where": "minutes > 30", "points": 2, "decay": {"half_life": "1d"}},
    "won": {"outcome": "won", "points": 6, "within": "30d"},
    "falling": {"event": "a", "points": 6, "decay": {"linear": "12d"}},
    "stepped": {"event": ["b", "d"], "points": 4, "decay": {"keep": 0.5, "every": "7d"}},
    "short": {"event": "d", "points": 9, "decay": {"half_life": "1h"}},
}


def _model(rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    grouped = any("group" in rule for rule in rules.values())
    limits = {"limits": {"few": 9}} if grouped else {}
    return {
        "leadline": 1,
        "model": "many-moments",
        "scores": {
            "person": {"range": [-5, 60], **limits, "rules": rules},
            "half": {"formula": "person / 2"},
        },
        "bands": {"by": "person", "edges": {"low": -100, "high": 20}, "leave": {"high": 15}},
    }


def _tables(seed: int) -> dict[str, pa.Table]:
    draw = random.Random(seed)
    count = 400
    at = [START + timedelta(seconds=draw.randrange(90 * 86_400)) for _ in range(count)]
    late = [timedelta(hours=draw.choice([0, 0, 0, 30, -5])) for _ in range(count)]
    zone = pa.timestamp("us", "UTC")
    events = pa.table(
        {
            "event_id": [f"e{number}" for number in range(count)],
            "lead_id": draw.choices(LEADS, k=count),
            "type": draw.choices("abcd", k=count),
            "path": draw.choices(["/p", "/q", None], k=count),
            "minutes": pa.array(draw.choices([None, 10.0, 40.0], k=count), pa.float64()),
            "occurred_at": pa.array(at, zone),
            "recorded_at": pa.array(
                [None if draw.random() < 0.2 else a + b for a, b in zip(at, late, strict=True)],
                zone,
            ),
        }
    )
    outcomes = pa.table(
        {
            "lead_id": LEADS,
            "outcome": ["won"] * len(LEADS),
            "occurred_at": pa.array(at[: len(LEADS)], zone),
        }
    )
    return {"leads": pa.table({"lead_id": LEADS}), "events": events, "outcomes": outcomes}


def _spine(moments: list[datetime]) -> pa.Table:
    pairs = [(lead, at) for lead in LEADS for at in moments]
    return pa.table(
        {
            "lead_id": [lead for lead, _ in pairs],
            "as_of": pa.array([at for _, at in pairs], pa.timestamp("us", "UTC")),
        }
    )


def _rows(scored: Scored) -> dict[tuple[str, datetime], dict[str, Any]]:
    return {(row["lead_id"], row["as_of"]): row for row in scored.scores.to_pylist()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_many_moments_give_the_scores_of_each_moment_alone(seed: int) -> None:
    """Limits, windows, decay, late events, groups: one run over 30 moments equals 30 runs."""
    tables, draw = _tables(seed), random.Random(seed)
    moments = sorted(START + timedelta(seconds=draw.randrange(100 * 86_400)) for _ in range(30))
    some = dict(draw.sample(sorted(RULES.items()), 6)) if seed else RULES
    together = _rows(score(_model(some), spine=_spine(moments), **tables))
    for at in moments:
        for (lead, _), row in _rows(score(_model(some), as_of=at, **tables)).items():
            assert together[lead, at]["person"] == row["person"], (lead, at)
            assert together[lead, at]["half"] == row["half"]


@pytest.mark.parametrize("seed", range(3))
def test_plain_sums_are_those_of_the_ledger(seed: int) -> None:
    """The ledger is computed hit by hit; its rows add up to what was summed in arrays."""
    moments = [START + timedelta(days=3 * number) for number in range(30)]
    scored = score(_model(RULES), spine=_spine(moments), **_tables(seed))
    sums: dict[tuple[str, datetime], float] = {}
    for row in scored.points.to_pylist():
        key = (row["lead_id"], row["as_of"])
        sums[key] = sums.get(key, 0.0) + row["points"]
    for key, row in _rows(scored).items():
        assert row["person"] == pytest.approx(sums.get(key, 0.0), abs=0.005 + 1e-9)


def test_an_event_at_the_edge_of_a_window_and_at_a_moment_itself() -> None:
    """An event counts at its own moment, and no more when its age is the window."""
    zone = pa.timestamp("us", "UTC")
    events = pa.table(
        {"event_id": ["e"], "lead_id": ["L"], "type": ["b"], "occurred_at": pa.array([START], zone)}
    )
    step = timedelta(microseconds=1)
    moments = [START - step, START, START + timedelta(days=10) - step, START + timedelta(days=10)]
    pairs = [(lead, at) for lead in ("L", "M") for at in moments]
    spine = pa.table(
        {"lead_id": [p[0] for p in pairs], "as_of": pa.array([p[1] for p in pairs], zone)}
    )
    leads = pa.table({"lead_id": ["L", "M"]})
    model = _model({"window": RULES["window"]})
    found = _rows(score(model, leads=leads, events=events, spine=spine))
    assert [found["L", at]["person"] for at in moments] == [0, 5, 5, 0]
    assert [found["M", at]["person"] for at in moments] == [0, 0, 0, 0]


@pytest.mark.parametrize("asked", [("scores",), ("scores", "points")])
@pytest.mark.parametrize("seed", range(3))
def test_many_events_at_one_moment_give_the_scores_of_few(
    monkeypatch: pytest.MonkeyPatch, seed: int, asked: tuple[str, ...]
) -> None:
    """From some number of events on they are summed in arrays, or taken from a ledger beside."""
    given = _tables(seed)
    found = []
    for many in (10**9, 1):
        monkeypatch.setattr(profile, "MANY_EVENTS", many)
        with DuckDB() as engine, Run.open(engine, _model(RULES), given, as_of=NOW) as run:
            assert ("lead_plain_sum" in run.statement.steps) is (many == 1)
            run.keep(*asked)
            found.append([run.arrow(each).sort_by(KEYS[each]).to_pylist() for each in asked])
    assert found[0] == found[1]


NOW = START + timedelta(days=60)
KEYS = {
    "scores": [("lead_id", "ascending")],
    "points": [("lead_id", "ascending"), ("score", "ascending"), ("rule", "ascending")],
}


@pytest.mark.parametrize(
    ("rule", "is_plain"),
    [
        ({"event": "a", "points": 3}, True),
        ({"event": "a", "points": 3, "decay": {"half_life": "1s"}}, True),
        ({"event": "a", "points": 3, "decay": {"linear": "9d"}}, True),
        ({"event": "a", "points": "minutes"}, False),
        ({"event": "a", "points": 3, "count": "daily"}, False),
        ({"event": "a", "points": 3, "at_most": 2}, False),
        ({"event": "a", "points": 3, "where": "path = lead.path"}, False),
    ],
)
def test_only_plain_sums_are_summed_in_arrays(
    rule: dict[str, Any],
    is_plain: bool,  # noqa: FBT001
) -> None:
    """Other rules are met at each moment."""
    moments = [START, START + timedelta(days=30)]
    leads = pa.table({"lead_id": LEADS, "path": ["/p"] * len(LEADS)})
    given = {**_tables(0), "leads": leads, "spine": _spine(moments)}
    with DuckDB() as engine, Run.open(engine, _model({"rule": rule}), given) as run:
        assert run.statement.meets_hits_at_each_moment is not is_plain
