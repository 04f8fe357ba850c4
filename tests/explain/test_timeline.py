"""What an event gave then and gives now is the difference that it makes, and why it makes none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.ahead import ahead, falls
from leadline.explain.timeline import timeline
from leadline.scoring import Run

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "deeds",
    "scores": {
        "person": {
            "rules": {
                "page": {"event": "page", "points": 10, "limit": 20},
                "demo": {"event": "demo", "points": 40, "within": "5d"},
                "chat": {"event": "chat", "points": 5, "count": "daily"},
                "seen": {"event": "seen", "points": 0},
            }
        }
    },
    "bands": {"by": "person", "edges": {"low": 0, "high": 30}},
}


def _run(engine: DuckDB, *happened: tuple[str, float]) -> Run:
    """Return a run over a lead whose events happened so many days ago."""
    events = pl.DataFrame(
        {
            "event_id": [f"e{number}" for number in range(len(happened))],
            "lead_id": ["ada"] * len(happened),
            "type": [kind for kind, _ in happened],
            "occurred_at": [NOW - timedelta(days=days) for _, days in happened],
        }
    )
    leads = pl.DataFrame({"lead_id": ["ada"]})
    return Run.open(engine, MODEL, {"leads": leads, "events": events}, as_of=NOW)


def _told(*happened: tuple[str, float]) -> list[tuple[str, float, float, str]]:
    with DuckDB() as engine, _run(engine, *happened) as run:
        found = timeline(run, "ada", NOW)
    return [(each.type, each.then, each.now, each.why) for each in found]


def test_an_event_gives_what_the_score_would_lack_without_it() -> None:
    """The last first; what is too old gave its points then."""
    assert _told(("demo", 8), ("page", 1)) == [
        ("page", 10.0, 10.0, ""),
        ("demo", 40.0, 0.0, "past"),
    ]


def test_where_a_limit_or_another_takes_its_place_an_event_gives_nothing() -> None:
    """It would give points if it were alone, so it is not too old."""
    pages = _told(("page", 4), ("page", 3), ("page", 2))
    assert pages == [
        ("page", 0.0, 0.0, "counted"),
        ("page", 10.0, 0.0, "counted"),
        ("page", 10.0, 0.0, "counted"),
    ]
    chats = _told(("chat", 1.0), ("chat", 1.01))
    assert {why for *_, why in chats} == {"counted"}


def test_an_event_that_no_rule_counts_says_so() -> None:
    """And so does one whose rule has no points."""
    assert _told(("seen", 2), ("other", 1)) == [
        ("other", 0.0, 0.0, "no_rule"),
        ("seen", 0.0, 0.0, "no_points"),
    ]


def test_what_comes_if_nothing_happens_is_the_score_of_days_to_come() -> None:
    """A window closes, and the band falls on that day."""
    with DuckDB() as engine, _run(engine, ("demo", 2)) as run:
        found = ahead(run, "ada", NOW, 10)
    assert [each.value for each in found[:4]] == [40.0, 40.0, 40.0, 0.0]
    fall = falls(found)
    assert fall is not None
    assert (fall.band, fall.at) == ("low", NOW + timedelta(days=3))
