"""What every edge would do, against the model with each edge replayed in full."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leadline
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.replay import days, entries, replayed
from leadline.model.checking.check import check
from leadline.model.reading.reader import parse
from leadline.review.thresholds.ceilings import applied, ceilings, millionths, moved, place_of
from leadline.review.thresholds.edges import Entered
from leadline.scoring import Run

AS_OF = datetime(2026, 11, 1, 6, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "edges",
    "scores": {
        "person": {
            "decay": {"half_life": "4d"},
            "rules": {
                "visit": {"event": "visit", "points": 10},
                "reply": {"event": "reply", "points": 0, "within": "10d"},
            },
        }
    },
    "bands": {
        "by": "person",
        "edges": {"cold": 0, "warm": 8, "hot": 20, "hottest": 45},
        "leave": {"hot": 14, "hottest": 30},
        "require": {"hot": "hits.reply > 0", "hottest": "hits.reply > 1"},
    },
    "overrides": {
        "partner": {"when": "lead.kind = 'partner'", "band": "hot"},
        "rival": {"when": "lead.kind = 'rival'", "band": "excluded"},
    },
}


def tables(seed: int, leads: int = 60) -> dict[str, pa.Table]:
    """Return random leads of all kinds with visits and replies."""
    dice = random.Random(seed)
    kinds = ["partner", "rival", *["buyer"] * 8]
    rows: list[dict[str, Any]] = [
        {
            "lead_id": f"l{n}",
            "kind": dice.choice(kinds),
            "created_at": AS_OF - timedelta(days=dice.uniform(0, 50)),
        }
        for n in range(leads)
    ]
    events = [
        {"event_id": f"e{n}", "lead_id": f"l{dice.randrange(leads)}"}
        | {"type": dice.choice(["visit", "visit", "reply"])}
        | {"occurred_at": AS_OF - timedelta(days=dice.uniform(0, 35))}
        for n in range(leads * 14)
    ]
    return {"leads": arrow(rows), "events": arrow(events)}


@pytest.mark.parametrize("band", ["hot", "hottest"])
def test_entries_for_any_edge_are_those_of_a_full_replay(band: str) -> None:
    """With hysteresis that moves along, a requirement, a higher band and overrides."""
    moments = days(AS_OF, 3)
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, MODEL, tables(1), as_of=AS_OF)
        of = replayed(run, moments)
        place = place_of(run.model, band)
        found = Entered.of(ceilings(of.run, place, or_above=False), moments, of.factor)
        edges = [21.0, 25.5, 33.3, 44.0] if band == "hot" else [21.0, 30.0, 45.0, 60.0]
        for edge in edges:
            rows = entries(of.with_model(moved(run.model, place, edge)), "band").to_pylist()
            expected = sum(row["entries"] or 0 for row in rows if row["band"] == band)
            assert found.count(millionths(edge)) == expected, edge
            assert sum(found.by_week(millionths(edge))) == expected
        counts = found.counts(np.array([millionths(edge) for edge in edges]))
        assert len(set(counts.tolist())) > 2, "edges must matter here"


def test_the_edge_for_a_capacity_is_the_lowest_that_keeps_within_it() -> None:
    """No edge above it gives more than there is room for, and a little lower there is too much."""
    moments = days(AS_OF, 3)
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, MODEL, tables(2), as_of=AS_OF)
        place = place_of(run.model, "hottest")
        of = replayed(run, moments)
        found = Entered.of(ceilings(of.run, place, or_above=False), moments, of.factor)
    edge, _ = found.edge_for(4.0, (millionths(20), None))
    assert edge is not None
    assert 3.5 <= found.weekly(edge) <= 4.0
    higher = np.unique(found.now[found.now >= edge])
    assert (found.counts(higher) / found.weeks <= 4.0).all()
    lower = np.unique(np.concatenate([found.now, found.before]))
    below = lower[(lower < edge) & (lower > millionths(20))]
    assert (found.counts(below) / found.weeks > 4.0).any()
    nothing, why = found.edge_for(0.0, (millionths(20), millionths(21)))
    assert nothing is None
    assert why


def test_a_band_is_named_or_refused() -> None:
    """The highest band is meant by default; the lowest has no edge that could be moved."""
    model = leadline.read(MODEL)
    assert place_of(model).band == "hottest"
    assert (place_of(model, "hot").low, place_of(model, "hot").high) == (8, 45)
    for band, expected in (("cold", "lowest"), ("hott", "Did you mean hot?")):
        with pytest.raises(InputError, match=expected.replace("?", r"\?")):
            place_of(model, band)


def test_an_edge_is_written_and_comments_stay() -> None:
    """The value below which the band is left goes along."""
    text = (
        "leadline: 1\nmodel: m\nscores: {s: {rules: {a: {event: x, points: 1}}}}\n"
        "bands:\n  by: s\n  edges:\n    low: 0\n    high: 60  # agreed in May\n"
        "  leave: {high: 50}  # not to flicker\n"
    )
    model, _ = parse(text)
    changed = applied(text, place_of(model), 72.5)
    assert "high: 72.5  # agreed in May" in changed
    assert "{high: 62.5}  # not to flicker" in changed
    assert not check(*parse(changed))
