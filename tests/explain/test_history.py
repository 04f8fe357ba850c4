"""The history of a lead against the public scores at each of its moments."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

import leadline
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.explain.history import History, history
from leadline.scoring import Run

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "told",
    "scores": {
        "company": {"rules": {"large": {"when": "lead.size > 100", "points": 10}}},
        "person": {
            "decay": {"half_life": "30d"},
            "rules": {
                "visit": {"event": "visit", "points": 2},
                "demo": {"event": "demo", "points": 40, "count": "once"},
                "lost": {"outcome": "lost", "points": -30},
            },
        },
        "profile": {"formula": "company + person"},
    },
    "bands": {"by": "profile", "edges": {"low": 0, "high": 40}, "leave": {"high": 25}},
}


def ago(days: float) -> datetime:
    """Return a moment some days before the last."""
    return AS_OF - timedelta(days=days)


def event(kind: str, days: float, recorded: float | None = None, lead: str = "a") -> dict[str, Any]:
    """Return an event of a lead."""
    late = days if recorded is None else recorded
    name = f"{lead}{kind}{days}"
    times = {"occurred_at": ago(days), "recorded_at": ago(late)}
    return {"event_id": name, "lead_id": lead, "type": kind, **times}


LEADS = arrow(
    [{"lead_id": lead, "size": 500.0, "created_at": ago(60)} for lead in ("a", "b")]
    + [{"lead_id": "none", "size": None, "created_at": None}]
)
EVENTS = [event("visit", 50), event("demo", 40), event("visit", 40), event("visit", 9, 3)]


def told(
    events: list[dict[str, Any]], lead: str = "a", most: int = 500, **more: pa.Table
) -> History:
    """Return the history of a lead."""
    given = {"leads": LEADS, "events": arrow(events), **more}
    with DuckDB(threads=1) as engine:
        return history(Run.open(engine, MODEL, given, as_of=AS_OF), lead, AS_OF, most)


def test_each_moment_has_the_scores_of_that_moment() -> None:
    """Scores and bands of all moments are those that the public function gives for the spine."""
    found = told(EVENTS)
    spine = arrow([{"lead_id": "a", "as_of": each.at} for each in found.moments])
    rows = leadline.score(MODEL, leads=LEADS, events=arrow(EVENTS), spine=spine).scores.to_pylist()
    expected = {row["as_of"]: row for row in rows}
    assert len(expected) == len(found.moments) == found.of
    for each in found.moments:
        row = expected[each.at]
        assert each.scores == {name: row[name] for name in MODEL["scores"]}
        assert (each.value, each.band) == (row["profile"], row["band"])


def test_what_happened_stands_at_its_moment() -> None:
    """Creation, events that happened together, outcomes, and a late event when it was recorded."""
    outcome = {"outcome_id": "o", "lead_id": "a", "outcome": "lost", "occurred_at": ago(20)}
    found = told(EVENTS, outcomes=arrow([outcome]))
    assert {each.at: each.what for each in found.moments if each.what} == {
        ago(60): "created",
        ago(50): "visit",
        ago(40): "demo, visit",
        ago(20): "outcome lost",
        ago(3): "visit",
    }


def test_the_rule_that_moved_most_is_named() -> None:
    """At each step the rule whose points differ most; between events it is one that fades."""
    found = {each.at: each for each in told(EVENTS).moments}
    assert (found[ago(60)].rule, found[ago(60)].points) == ("company.large", 10)
    assert (found[ago(40)].rule, found[ago(40)].points) == ("person.demo", 40)
    fading = found[ago(30)]
    assert fading.rule == "person.demo"
    assert fading.points < 0
    assert fading.change < 0


def test_time_between_events_is_shown_day_by_day() -> None:
    """Moments lie a day apart or less, and the last one is as_of."""
    moments = [each.at for each in told(EVENTS).moments]
    assert moments[-1] == AS_OF
    gaps = [after - before for before, after in pairwise(moments)]
    assert max(gaps) <= timedelta(days=1)


def test_of_many_moments_those_that_change_most_are_kept() -> None:
    """The first, the last, every change of band and the largest changes stay; it is said."""
    dice = random.Random(1)
    many = [event("visit", dice.uniform(0, 55)) for _ in range(120)] + [event("demo", 20.5)]
    whole, thin = told(many), told(many, most=30)
    assert not whole.thinned
    assert thin.thinned
    assert len(thin.moments) == 30
    assert thin.of <= 30 * 5
    assert (thin.moments[0].at, thin.moments[-1].at) == (whole.moments[0].at, AS_OF)
    assert ago(20.5) in {each.at for each in thin.moments}


def test_of_very_many_events_neighbours_are_put_together() -> None:
    """More events than can be scored one by one are counted in words."""
    many = [event("visit", 50 - number / 100) for number in range(400)]
    found = told(many, most=20)
    assert len(found.moments) == 20
    assert any(" and " in each.what and each.what.endswith(" more") for each in found.moments)


def test_events_of_a_merged_lead_count_from_the_merge() -> None:
    """What another lead did stands where it was merged into this one."""
    merges = arrow([{"from_id": "b", "into_id": "a", "recorded_at": ago(5)}])
    found = told([*EVENTS, event("demo", 30, lead="b")], lead_merges=merges)
    [merged] = [each for each in found.moments if "of b" in each.what]
    assert (merged.at, merged.what) == (ago(5), "demo of b")


def test_a_lead_without_any_event_has_its_last_moment() -> None:
    """Nothing happened and no date is known: one moment, at as_of."""
    found = told(EVENTS, lead="none")
    assert [(each.at, each.value, each.what) for each in found.moments] == [(AS_OF, 0.0, "")]


def test_an_unknown_lead_is_refused() -> None:
    """The nearest lead is named."""
    with pytest.raises(InputError, match="Did you mean none"):
        told(EVENTS, lead="nine")
