"""One lead explained: its ledger, what is missing, what would move it, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.explain import what_if as worlds
from leadline.explain.explain import explain
from leadline.explain.explanation import Explanation
from leadline.explain.plain import plain
from leadline.reports.lead import page
from leadline.scoring import Run

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "person": {
            "rules": {
                "visit": {"event": "visit", "points": 4, "limit": 6},
                "demo": {"event": "demo", "points": 30},
                "size": {"of": "lead.size", "bins": {0: 1, 1000000: 9}},
            }
        },
        "team": {"of": "account", "rollup": "person", "by": "sum"},
        "total": {"formula": "person + team"},
    },
    "bands": {"by": "total", "edges": {"nurture": 0, "sales": 60}},
}
TABLES = {
    "leads": arrow(
        [
            {"lead_id": "a", "account_id": "x", "size": None},
            {"lead_id": "b", "account_id": "x", "size": 5},
            {"lead_id": "z", "account_id": "y", "size": 7},
        ]
    ),
    "events": arrow(
        [
            {"event_id": "1", "lead_id": "a", "type": "visit", "occurred_at": AT},
            {
                "event_id": "2",
                "lead_id": "b",
                "type": "visit",
                "occurred_at": AT - timedelta(days=9),
            },
        ]
    ),
}


@pytest.fixture
def run() -> Iterator[Run]:
    """Return a model over the tables."""
    with DuckDB(threads=1) as engine:
        yield Run.open(engine, MODEL, TABLES, as_of=AT)


def _found(found: Explanation) -> dict[str, float | None]:
    return {move.step.label: move.after for move in found.moves}


def test_every_step_is_scored_with_limits_and_rollups(run: Run) -> None:
    """One more hit, a missing field at its best, and the fewest steps to the next band."""
    found = explain(run, "a", AT)
    assert found.missing == ["lead.size"]
    assert _found(found) == {
        "person.demo": 73.0,
        "lead.size = 1000000": 31.0,
        "person.visit": 17.0,
    }
    [way] = found.ways
    assert (way.ladder, way.band, way.counted()) == ("band", "sales", {"person.demo": 1})
    assert found.since is None


@pytest.mark.parametrize("most_rows", [1, 1_000_000])
def test_worlds_in_turns_are_the_same_worlds(
    run: Run, monkeypatch: pytest.MonkeyPatch, most_rows: int
) -> None:
    """However many fit at once, each step comes to the same."""
    monkeypatch.setattr(worlds, "MOST_ROWS", most_rows)
    assert _found(explain(run, "a", AT))["person.visit"] == 17.0


def test_what_changed_is_told_with_the_scores_before(run: Run) -> None:
    """The other leads of the account count then as now."""
    found = explain(run, "a", AT, AT - timedelta(days=1))
    assert found.since is not None
    assert (found.since.scores["total"], found.scores["total"]) == (5.0, 13.0)
    assert [(each.kind, each.rule, each.after) for each in found.since.changes] == [
        ("gained", "visit", 4.0)
    ]


def test_a_detector_moves_nothing_but_may_lead_to_a_band() -> None:
    """A rule of 0 points is not listed, and is tried all the same where a band asks for it."""
    rules = {"hand": {"event": "demo", "points": 0}, "visit": {"event": "visit", "points": 40}}
    bands = {"by": "total", "edges": {"low": 0, "high": 30}, "require": {"high": "hits.hand > 0"}}
    model = {**MODEL, "scores": {"total": {"rules": rules}}, "bands": bands}
    with DuckDB(threads=1) as engine:
        found = explain(Run.open(engine, model, TABLES, as_of=AT), "z", AT)
    assert _found(found) == {"total.visit": 40.0}
    assert found.ways[0].counted() == {"total.hand": 1, "total.visit": 1}


def test_steps_are_tried_where_there_are_no_events_yet() -> None:
    """An event is made that meets the condition, as far as it reads the event."""
    where = "path like '/x%' and lead.size > 6"
    model = {
        **MODEL,
        "scores": {"total": {"rules": {"visit": {"event": "v", "where": where, "points": 4}}}},
    }
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, model, {"leads": TABLES["leads"]}, as_of=AT)
        assert _found(explain(run, "z", AT)) == {"total.visit": 4.0}
        assert _found(explain(run, "b", AT)) == {"total.visit": 0.0}


def test_a_moment_to_compare_with_lies_before(run: Run) -> None:
    """Otherwise nothing could have changed since."""
    with pytest.raises(InputError, match="--since must lie before --as-of"):
        explain(run, "a", AT, AT)


def test_a_lead_that_is_nowhere_is_refused(run: Run) -> None:
    """With the nearest one that there is."""
    with pytest.raises(InputError, match=r"LEAD must be a lead_id of leads or events; found bb"):
        explain(run, "bb", AT)


def test_a_lead_that_only_events_know_is_explained() -> None:
    """Its fields are empty, as for a lead of the spine that is not in leads."""
    visit = {"event_id": "3", "lead_id": "new", "type": "visit", "occurred_at": AT}
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, MODEL, {**TABLES, "events": arrow([visit])}, as_of=AT)
        found = explain(run, "new", AT)
    assert (_found(found)["person.demo"], found.missing) == (34.0, ["lead.size"])


def test_a_lead_that_has_ended_is_refused() -> None:
    """It has no score from then on, and has one before."""
    ended = {"from_id": "z", "into_id": None, "recorded_at": AT - timedelta(days=2)}
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, MODEL, {**TABLES, "lead_merges": arrow([ended])}, as_of=AT)
        with pytest.raises(InputError, match="LEAD must be a lead at that moment; found z"):
            explain(run, "z", AT)
        assert explain(run, "z", AT - timedelta(days=3)).lead_id == "z"


def test_what_limit_each_took_is_told() -> None:
    """Each value that was cut, before and after: the rule's points are the sum after the cuts."""
    guide = {"event": "read", "points": 10, "by": "topic", "limit_each": 15, "limit": 30}
    topics = ["a", "a", "b", None, None, "c"]
    events = arrow(
        [
            {"event_id": f"{n}", "lead_id": "x", "type": "read", "occurred_at": AT, "topic": topic}
            for n, topic in enumerate(topics)
        ]
    )
    model = {"leadline": 1, "model": "m", "scores": {"s": {"rules": {"guide": guide}}}}
    tables = {"leads": arrow([{"lead_id": "x"}]), "events": events}
    with DuckDB(threads=1) as engine, Run.open(engine, model, tables, as_of=AT) as run:
        found = explain(run, "x", AT)
    assert [(each.part, each.units, each.before, each.after) for each in found.cuts] == [
        (None, 2, 20.0, 15.0),
        ("a", 2, 20.0, 15.0),
    ]
    [row] = plain(found)["ledger"]
    assert row["cuts"][1] == {"value": "a", "count": 2, "before": 20.0, "after": 15.0}
    assert "limit 30 reached; limit each by topic: none -5, a -5" in page(found).html()
