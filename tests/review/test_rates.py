"""Close rates against counts made by hand."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.task import read_task
from leadline.reports.rates import page, verdict
from leadline.review.rates.rates import Rate, Rates, points_for, rates
from past import MODEL as PAST
from past import START, rows, tables

MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {"s": {"rules": {"a": {"when": "1 = 0", "points": 0}}}},
}
AFTER = {"moments": {"after": "5d"}}


def rated(table: dict[str, Any], **task: Any) -> Rates:
    """Return the rates of leads."""
    with DuckDB() as engine:
        document = read_task({"outcome": {"field": "won", "is": True}, **task})
        run = open_past(engine, MODEL, {"leads": pa.table(table)}, document)
        return rates(judged(run, document))


@pytest.fixture(scope="module")
def found() -> Rates:
    """Return rates of 400 leads of two sectors, with one leak."""
    won = [place % 4 == 0 if place < 200 else place % 20 == 0 for place in range(400)]
    return rated(
        {
            "lead_id": [f"x{place}" for place in range(400)],
            "won": won,
            "sector": ["bank" if place < 200 else None for place in range(400)],
            "fee": [5 if each else 0 for each in won],
            "rare": ["odd" if place in {4, 5, 6} else "usual" for place in range(400)],
        }
    )


def one(found: Rates, name: str, value: str) -> Rate:
    """Return the rate of one value."""
    return next(each for each in found.all if (each.name, each.value) == (name, value))


def test_counts_rate_lift_and_share(found: Rates) -> None:
    """Of 200 banks 50 win, of all 400 leads 60."""
    bank = one(found, "sector", "bank")
    assert (found.rows, found.wins, bank.rows, bank.wins) == (400, 60, 200, 50)
    assert bank.rate == pytest.approx(0.25)
    assert bank.lift == pytest.approx(0.25 / 0.15)
    assert bank.caught == pytest.approx(50 / 60)
    assert (bank.low, bank.high) == pytest.approx((0.1951, 0.3143), abs=2e-4)


def test_no_value_is_a_value_of_its_own(found: Rates) -> None:
    """Rows without a value are counted and rated."""
    assert one(found, "sector", "(empty)").wins == 10


@pytest.mark.parametrize(("empties", "section"), [(100, "best"), (10, "questions")])
def test_no_value_is_told_like_any_other(empties: int, section: str) -> None:
    """Where it is worth most it stands first in the report; where it is rare, sales are asked."""
    known = 400 - empties
    found = rated(
        {
            "lead_id": [f"x{place}" for place in range(400)],
            "won": [place % (2 if place >= known else 20) == 0 for place in range(400)],
            "sector": [
                None if place >= known else ("bank", "farm")[place // 40 % 2]
                for place in range(400)
            ],
        }
    )
    [told] = [each for each in page(found).sections if each.name == section]
    assert "(empty)" in str(told.blocks)
    assert ("Most telling is sector, (empty): 50 %" in verdict(found)) == (section == "best")


def test_suspects_stand_apart(found: Rates) -> None:
    """A field that gives the outcome away is not among those to be scored."""
    assert {each.name for each in found.suspects} == {"fee"}
    assert "fee" not in {each.name for each in found.rates}


def test_weak_figures_become_questions(found: Rates) -> None:
    """Three leads prove nothing, so sales are asked."""
    assert "Only 3 rows with 1 win" in one(found, "rare", "odd").question
    assert not one(found, "sector", "bank").question


def test_points_follow_the_rate_and_shrink_with_few_rows() -> None:
    """Twice the average is 10 points, none is -10, few rows are worth less."""
    assert points_for(10_000, 2_000, 0.1) == 10
    assert points_for(10_000, 1_000, 0.1) == 0
    assert -10 < points_for(5, 0, 0.1) < 0
    assert 0 < points_for(3, 3, 0.5) < points_for(300, 300, 0.5)
    assert points_for(5, 0, 0.0) == 0


def test_rows_are_not_called_leads() -> None:
    """A lead that is judged every week is as many rows, and the report says of how many leads."""
    document = read_task(
        {"outcome": {"outcome": "won"}, "horizon": "30d", "moments": {"every": "7d"}}
    )
    with DuckDB() as engine:
        found = rates(judged(open_past(engine, PAST, tables(rows()), document), document))
    assert found.unit == "rows"
    assert found.leads < found.rows
    assert verdict(found).startswith(
        f"Of {found.rows:,} rows of {found.leads:,} leads {found.wins:,} won"
    )


def test_who_somebody_is_is_not_rated() -> None:
    """Names, phones and texts that are different for most are no reason for points or questions."""
    people = [f"Ann {place}" for place in range(60)]
    found = rated(
        {
            "lead_id": [f"x{place}" for place in range(60)],
            "won": [place % 4 == 0 for place in range(60)],
            "name": [each if place % 5 else "Ann" for place, each in enumerate(people)],
            "mobile phone": [f"+44 20 7946 09{place % 30}" for place in range(60)],
            "company": [f"Works {place // 2}" if place % 2 else "Indigo" for place in range(60)],
            "sector": ["bank" if place % 3 else "shop" for place in range(60)],
        }
    )
    assert {each.name for each in found.all} == {"sector"}
    assert not any("Ann" in each.question for each in found.all)


def test_what_the_task_leaves_out_is_not_rated() -> None:
    """A field that was not known at the moment gives no points."""
    table = {
        "lead_id": [f"x{place}" for place in range(60)],
        "won": [place % 4 == 0 for place in range(60)],
        "sector": ["bank" if place % 3 else "shop" for place in range(60)],
        "contract": ["yes" if place % 2 else "no" for place in range(60)],
    }
    assert {each.name for each in rated(table).all} == {"sector", "contract"}
    assert {each.name for each in rated(table, leave_out=["contract"]).all} == {"sector"}


def test_what_we_did_stands_apart_and_has_no_points() -> None:
    """Calls under `worked` and passive types are shown, and propose nothing."""
    document = read_task(
        {
            "outcome": {"outcome": "won"},
            "horizon": "30d",
            "moments": {"after": "20d"},
            "worked": {"event": "call"},
        }
    )
    with DuckDB() as engine:
        run = open_past(engine, {**PAST, "passive": ["visit"]}, tables(rows()), document)
        found = rates(judged(run, document))
    assert {each.name for each in found.ours} == {"call", "visit"}
    assert not any(each.points or each.question for each in found.ours)
    assert "demo" in {each.name for each in found.rates}
    assert not {"call", "visit"} & {each.name for each in found.rates}


def test_events_are_those_that_scores_count() -> None:
    """Visits that a robot made are none."""
    given = tables(rows(3, leads=40))
    visits = given["events"].filter(pc.equal(given["events"]["type"], "visit"))
    robots = visits["event_id"].slice(0, 15)
    marks = {"event_id": robots, "mark": ["bot"] * 15, "recorded_at": [START] * 15}
    document = read_task({"outcome": {"outcome": "won"}, "horizon": "30d", **AFTER})
    never = []
    for more in ({}, {"event_marks": pa.table(marks)}):
        with DuckDB() as engine:
            found = rates(judged(open_past(engine, PAST, {**given, **more}, document), document))
        never.append(one(found, "visit", "never").rows)
        assert sum(each.rows for each in found.all if each.name == "visit") == found.rows
    assert never[0] < never[1]
