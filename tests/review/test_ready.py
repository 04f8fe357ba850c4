"""Whether scoring is for somebody, on pasts that lack one thing or another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.opened import open_past
from leadline.model.declared import NO_POINTS
from leadline.model.task import read_task
from leadline.reports.ready import page
from leadline.review.ready.ready import Ready, off_by, ready
from leadline.review.ready.told import QUESTIONS, read_answers
from past import TASK, Rows, rows, tables

YES = dict.fromkeys(QUESTIONS, True)


def asked(found: dict[str, Rows], capacity: float | None = 5.0, **answers: bool) -> Ready:
    """Return what is said of tables."""
    task = read_task(TASK)
    with DuckDB() as engine, open_past(engine, NO_POINTS, tables(found), task) as run:
        result = ready(run, task, None, capacity, {**YES, **answers})
        page(result)
        return result


@pytest.fixture(scope="module")
def past() -> dict[str, Rows]:
    """Return a past with enough of everything."""
    return rows(seed=2, leads=600)


def state(found: Ready, name: str) -> str:
    """Return the state of a check."""
    return next(each.state for each in found.checks if each.name == name)


def test_enough_wins_are_learned_from(past: dict[str, Rows]) -> None:
    """And the facts are those of the tables."""
    found = asked(past)
    assert found.verdict == "learn"
    assert found.facts.leads == 600
    assert (found.facts.wins, found.facts.ripe) == (123, 600)
    assert found.facts.won.value == pytest.approx(123 / 600)
    assert found.facts.companies == 1
    assert found.facts.a_week == pytest.approx(600 / 120 * 7, rel=0.5)
    assert (found.open, state(found, "volume")) == ((), "good")


def test_few_wins_are_for_points_by_hand(past: dict[str, Rows]) -> None:
    """What to do first says so."""
    few = {**past, "outcomes": past["outcomes"][:40]}
    found = asked(few)
    assert found.verdict == "points"
    assert found.first[0].name == "outcomes"


def test_who_can_call_everybody_orders_the_day(past: dict[str, Rows]) -> None:
    """Nobody is left out."""
    assert asked(past, capacity=500).verdict == "order"


@pytest.mark.parametrize(("answer", "verdict"), [("persons", "no"), ("agreed", "wait")])
def test_an_answer_of_no_decides(past: dict[str, Rows], answer: str, verdict: str) -> None:
    """Whatever the tables say."""
    found = asked(past, **{answer: False})
    assert found.verdict == verdict
    assert answer in [each.name for each in found.first]


def test_rows_without_their_lead_are_told(past: dict[str, Rows]) -> None:
    """With how many there are."""
    events = [{**each, "lead_id": "gone"} for each in past["events"]]
    found = asked({**past, "events": events})
    assert state(found, "kept") == "weak"
    assert found.facts.lost == {"events": 1, "outcomes": 0}
    assert state(found, "active") == "weak"


def test_a_history_that_is_shorter_than_deals_take_is_told(past: dict[str, Rows]) -> None:
    """Older leads are missing then."""
    late = [
        {**each, "occurred_at": each["occurred_at"] + timedelta(days=100)}
        for each in past["outcomes"]
    ]
    task = read_task({**TASK, "horizon": "160d"})
    with DuckDB() as engine:
        run = open_past(engine, NO_POINTS, tables({**past, "outcomes": late}), task)
        found = ready(run, task, None, 5.0, YES)
    assert state(found, "cycle") == "weak"


def test_leads_alone_are_enough_to_be_told_what_is_missing(past: dict[str, Rows]) -> None:
    """Everything else is asked for, or to be done."""
    with DuckDB() as engine:
        task = read_task(TASK)
        given: dict[str, Any] = tables({"leads": past["leads"]})
        run = open_past(engine, NO_POINTS, given, task)
        found = ready(run, None)
        page(found)
    assert found.verdict == "points"
    assert set(found.open) == set(QUESTIONS)
    assert found.first[0].name == "outcomes"


def test_the_most_that_a_measure_may_be_off_falls_with_wins() -> None:
    """As the root of their number."""
    assert off_by(400) == pytest.approx(off_by(100) / 2)


def test_an_answer_to_nothing_is_refused() -> None:
    """With the nearest question; and one that is neither yes nor no."""
    with pytest.raises(InputError, match="Did you mean agreed"):
        read_answers("agred=yes")
    with pytest.raises(InputError, match="must be yes or no"):
        read_answers("agreed=perhaps")
