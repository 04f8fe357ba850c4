"""What came of leads is what the statement says: merges, marks and late rows count alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.model.task import read_task

MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "s": {
            "rules": {
                "w": {"outcome": "won", "points": 5},
                "g": {"event": "signed", "points": 1},
            }
        }
    },
}
TASK: dict[str, Any] = {"horizon": "20d", "moments": {"after": "3d"}}
END = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """Return a day of January 2026."""
    return datetime(2026, 1, 1) + timedelta(days=number)  # noqa: DTZ001 - as tables have it


def tables(**more: pa.Table) -> dict[str, Any]:
    """Return three leads, a signs and wins, b visits, c signs, and ``more`` tables."""
    leads = {"lead_id": ["a", "b", "c"], "created_at": [day(0)] * 3}
    events = {
        "event_id": ["1", "2", "3"],
        "lead_id": ["a", "b", "c"],
        "type": ["signed", "visit", "signed"],
        "occurred_at": [day(10), day(1), day(10)],
    }
    outcomes = {"lead_id": ["a", "c"], "outcome": ["won"] * 2, "occurred_at": [day(10)] * 2}
    found = {"leads": leads, "events": events, "outcomes": outcomes}
    return {**{name: pa.table(each) for name, each in found.items()}, **more}


def merged(*rows: tuple[str, str, float]) -> pa.Table:
    """Return merges: from, into, day."""
    return pa.table(
        {
            "from_id": [row[0] for row in rows],
            "into_id": [row[1] for row in rows],
            "recorded_at": [day(row[2]) for row in rows],
        }
    )


def marked(event: str, number: float) -> pa.Table:
    """Return the mark of a robot."""
    return pa.table({"event_id": [event], "mark": ["bot"], "recorded_at": [day(number)]})


def judge(engine: DuckDB, given: dict[str, Any], **task: Any) -> Judged:
    """Return judged rows by the usual task with some keys changed."""
    document = read_task({**TASK, **task})
    return judged(open_past(engine, MODEL, given, document), document, END)


def outcomes(given: dict[str, Any], **task: Any) -> dict[str, bool]:
    """Return lead to outcome."""
    with DuckDB() as engine:
        of = judge(engine, given, **task)
        return dict(of.run.engine.rows(f"select lead_id, outcome from {of.table} order by 1"))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"outcome": "won"}, {"b": True, "c": True}),
        ({"event": "signed"}, {"b": True, "c": False}),
    ],
)
def test_outcomes_follow_merges_and_marks_as_scores_do(
    outcome: dict[str, str], expected: dict[str, bool]
) -> None:
    """What a merged lead wins is won by whom it was merged into; a robot's signature is none."""
    given = tables(lead_merges=merged(("a", "b", 2)), event_marks=marked("3", 10))
    scores = leadline.score(MODEL, **given, as_of="2026-02-01").scores.to_pydict()
    assert dict(zip(scores["lead_id"], scores["s"], strict=True)) == {"a": 0, "b": 6, "c": 5}
    assert outcomes(given, outcome=outcome) == expected


def test_a_lead_that_is_merged_away_before_its_horizon_ends_is_not_judged() -> None:
    """Neither as a loss of its own nor as a second win; it is counted apart."""
    with DuckDB() as engine:
        of = judge(engine, tables(lead_merges=merged(("a", "b", 5))), outcome={"outcome": "won"})
        assert of.run.engine.rows(f"select lead_id, outcome from {of.table} order by 1") == [
            ("b", True),
            ("c", True),
        ]
        assert [(each.reason, each.rows) for each in of.left_out] == [("merged", 1)]


def test_an_outcome_known_late_counts_from_when_it_was_known() -> None:
    """It neither closes a lead before nor belongs to a horizon that had ended."""
    late = pa.table(
        {
            "lead_id": ["a", "b"],
            "outcome": ["won", "won"],
            "occurred_at": [day(1), day(4)],
            "recorded_at": [day(6), day(40)],
        }
    )
    assert outcomes(tables(outcomes=late), outcome={"outcome": "won"}) == {
        "a": True,
        "b": False,
        "c": False,
    }


def test_time_and_amount_are_those_of_the_first_outcome() -> None:
    """A second one changes nothing, and an amount that is not known is none."""
    table = {
        "lead_id": ["a", "a", "b"],
        "outcome": ["won"] * 3,
        "occurred_at": [day(12), day(10), day(5)],
        "amount": [900.0, 1234567.89, None],
    }
    with DuckDB() as engine:
        of = judge(engine, tables(outcomes=pa.table(table)), outcome={"outcome": "won"})
        rows = of.run.engine.rows(f"select lead_id, outcome_at, amount from {of.table} order by 1")
    assert rows == [("a", day(10), 1234567.89), ("b", day(5), None), ("c", None, None)]


def test_an_accounts_outcome_follows_merges_too() -> None:
    """The account of the lead that was merged into wins, and so do all its leads."""
    leads = {
        "lead_id": ["a", "b", "c"],
        "account_id": [None, "x", "x"],
        "created_at": [day(0)] * 3,
    }
    given = tables(leads=pa.table(leads), lead_merges=merged(("a", "b", 2)))
    given["outcomes"] = given["outcomes"].slice(0, 1)
    assert outcomes(given, outcome={"outcome": "won"}, outcome_from="account") == {
        "b": True,
        "c": True,
    }


def test_what_closes_a_lead_follows_merges_too() -> None:
    """A lead into which a lost one was merged is closed from then on."""
    lost = pa.table({"lead_id": ["a"], "outcome": ["lost"], "occurred_at": [day(1)]})
    won = tables()["outcomes"].slice(1)
    given = tables(outcomes=pa.concat_tables([lost, won]), lead_merges=merged(("a", "b", 2)))
    assert outcomes(given, outcome={"outcome": "won"}) == {"c": True}


def test_a_field_with_a_date_is_read_as_it_was_by_then() -> None:
    """Its amount and date come with it, and a date to come has not happened."""
    leads = {
        "lead_id": ["a", "b", "c", "d"],
        "created_at": [day(0)] * 4,
        "status": ["Won", "Won", "Won", "Open"],
        "closed": [day(10) + timedelta(microseconds=1), day(100), None, None],
        "value": [10.5, 1.0, 1.0, 1.0],
    }
    field = {"field": "status", "is": "Won", "at": "closed", "amount": "value"}
    with DuckDB() as engine:
        of = judge(engine, tables(leads=pa.table(leads)), outcome=field)
        rows = of.run.engine.rows(
            f"select lead_id, outcome, outcome_at, amount from {of.table} order by 1"
        )
        assert rows == [
            ("a", True, day(10) + timedelta(microseconds=1), 10.5),
            ("b", False, None, None),
            ("d", False, None, None),
        ]
        assert [(each.reason, each.rows) for each in of.left_out] == [("no_outcome", 1)]


def test_a_field_with_a_history_tells_how_the_lead_stood_then() -> None:
    """A customer who left later had won all the same."""
    leads = {"lead_id": ["a"], "created_at": [day(0)], "status": ["Left"], "closed": [day(10)]}
    history = {
        "entity": ["lead"] * 3,
        "id": ["a"] * 3,
        "field": ["status"] * 3,
        "value": ["Open", "Won", "Left"],
        "valid_from": [day(0), day(10), day(30)],
    }
    given = {"leads": pa.table(leads), "field_history": pa.table(history)}
    field = {"field": "status", "is": "Won", "at": "closed"}
    model = {
        **MODEL,
        "scores": {"s": {"rules": {"r": {"when": "lead.lead_id = 'a'", "points": 1}}}},
    }
    document = read_task({**TASK, "outcome": field})
    with DuckDB() as engine:
        of = judged(open_past(engine, model, given, document), document, END)
        assert of.run.engine.rows(f"select outcome from {of.table}") == [(True,)]


def test_the_first_event_is_none_of_a_robots_and_may_come_by_a_merge() -> None:
    """A lead is judged when the statement first counts such an event for it."""
    given = tables(lead_merges=merged(("a", "b", 12)), event_marks=marked("3", 10))
    given["outcomes"] = given["outcomes"].slice(1)
    with DuckDB() as engine:
        of = judge(engine, given, outcome={"outcome": "won"}, moments={"first": "signed"})
        assert of.run.engine.rows(f"select lead_id, as_of from {of.table}") == [("b", day(12))]
        assert {each.reason: each.rows for each in of.left_out} == {"merged": 1, "no_moment": 1}


def test_a_merge_that_was_taken_back_is_none_and_an_ended_lead_is_not_judged() -> None:
    """The lead that was merged wins alone again; one that is deleted is counted apart."""
    back = pa.table(
        {
            "from_id": ["a", "a", "c"],
            "into_id": ["b", "a", None],
            "recorded_at": [day(2), day(5), day(12)],
        }
    )
    with DuckDB() as engine:
        of = judge(engine, tables(lead_merges=back), outcome={"outcome": "won"}, moments="created")
        assert of.run.engine.rows(f"select lead_id, outcome from {of.table} order by 1") == [
            ("a", True),
            ("b", False),
        ]
        assert [(each.reason, each.rows) for each in of.left_out] == [("merged", 1)]
