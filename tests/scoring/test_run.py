"""A run stays true, whatever is computed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.errors import EngineError, InputError, LeadlineError
from leadline.model.reading.reader import parse
from leadline.scoring import Run

DAY = datetime(2026, 1, 2, tzinfo=UTC)


def model(points: float) -> dict[str, Any]:
    """Return a model that gives points for each visit."""
    rules = {"v": {"event": "visit", "points": points}}
    return {"leadline": 1, "model": "m", "scores": {"s": {"rules": rules}}}


def tables(*leads: str, **more: pa.Table) -> Mapping[str, pa.Table]:
    """Return leads of which each visited once, on the first of January."""
    visits = [
        {"event_id": each, "lead_id": each, "type": "visit", "occurred_at": DAY - timedelta(1)}
        for each in leads
    ]
    return {"leads": arrow([{"lead_id": each} for each in leads]), "events": arrow(visits), **more}


def scores(run: Run) -> list[tuple[str, datetime, float]]:
    """Return lead, moment and score of every row."""
    rows = run.arrow("scores").to_pylist()
    return sorted((row["lead_id"], row["as_of"], row["s"]) for row in rows)


def test_a_run_over_other_moments_leaves_the_first_as_it_was(any_engine: Engine) -> None:
    """Each gives its own rows, in whatever order they are asked."""
    later = DAY + timedelta(days=1)
    spine = arrow([{"lead_id": "b", "as_of": DAY}])
    with Run.open(any_engine, model(8), tables("a", "b", spine=spine)) as run:
        other = run.over([("a", later)])
        assert scores(run) == [("b", DAY, 8.0)]
        assert scores(other) == [("a", later, 8.0)]
        assert scores(run) == [("b", DAY, 8.0)]


def test_two_runs_on_one_engine_read_each_its_own_tables(any_engine: Engine) -> None:
    """Other leads, another model and another moment are another run."""
    later = datetime(2027, 1, 2, tzinfo=UTC)
    with (
        Run.open(any_engine, model(8), tables("a", "b"), as_of=DAY) as one,
        Run.open(any_engine, model(5), tables("z"), as_of=later) as two,
    ):
        assert scores(one) == [("a", DAY, 8.0), ("b", DAY, 8.0)]
        assert scores(two) == [("z", later, 5.0)]
        assert scores(one) == [("a", DAY, 8.0), ("b", DAY, 8.0)]


def test_another_model_over_the_same_tables_leaves_the_first_as_it_was() -> None:
    """What it reads off leads is added to its own view of them."""
    leads = arrow([{"lead_id": "a", "email": "ada@gmail.com"}])
    reads = model(5)
    reads["scores"]["s"]["rules"]["free"] = {"when": "lead.email_kind = 'free'", "points": 2}
    given = {**tables("a"), "leads": leads}
    with DuckDB(threads=1) as engine, Run.open(engine, model(8), given, as_of=DAY) as run:
        other = run.with_model(parse(reads)[0])
        assert (scores(run), scores(other)) == ([("a", DAY, 8.0)], [("a", DAY, 7.0)])
        assert "email_kind" not in run.loaded.schema["leads"]


@pytest.mark.parametrize("change", ["tables", "model", "moments"])
def test_runs_in_two_threads_give_each_its_own_rows(change: str) -> None:
    """Whether it is their tables, models or moments that differ."""
    together, rounds = Barrier(2), 8
    with DuckDB(threads=1) as engine, Run.open(engine, model(1), tables("a"), as_of=DAY) as shared:

        def found(number: int) -> bool:
            lead, at = f"lead {number}", DAY + timedelta(days=number)
            together.wait(60)
            if change == "tables":
                with Run.open(engine, model(number), tables(lead), as_of=at) as run:
                    return scores(run) == [(lead, at, number)]
            if change == "model":
                run = shared.with_model(parse(model(number))[0])
                return scores(run) == [("a", DAY, number)]
            return scores(shared.over([("a", at)])) == [("a", at, 1.0)]

        with ThreadPoolExecutor(2) as threads:
            assert all(threads.map(found, range(1, 2 * rounds + 1)))
        assert scores(shared) == [("a", DAY, 1.0)]


def test_a_closed_run_leaves_nothing_and_its_engine_open(any_engine: Engine) -> None:
    """Neither tables nor views stay, and no one is answered by what has ended."""
    with Run.open(any_engine, model(8), tables("a"), as_of=DAY) as run:
        over = run.over([("a", DAY)])
        over.table("scores")
        session = run.engine
    with pytest.raises(EngineError, match=r"this session has ended\. Open another one\."):
        over.arrow("scores")
    with pytest.raises(EngineError, match="this session has ended"):
        session.rows("select 1")
    assert any_engine.rows("select 1") == [(1,)]
    with pytest.raises(LeadlineError):
        any_engine.rows("select * from leads")


def test_closing_a_run_over_other_moments_drops_what_it_made() -> None:
    """The run that read the tables goes on."""
    count = "select count(*) from duckdb_tables()"
    with DuckDB(threads=1) as engine, Run.open(engine, model(8), tables("a"), as_of=DAY) as run:
        before = engine.rows(count)
        for number in range(50):
            with run.over([("a", DAY + timedelta(days=number))]) as over:
                over.keep("scores", "points")
                over.table("scores")
        assert engine.rows(count) == before
        assert scores(run) == [("a", DAY, 8.0)]


def test_a_run_that_cannot_be_opened_leaves_nothing() -> None:
    """A refused table ends its workspace."""
    twice = pa.table({"lead_id": ["a", "a"], "x": [1, 2]})
    with DuckDB(threads=1) as engine:
        with pytest.raises(InputError, match="must be unique"):
            Run.open(engine, model(8), {"leads": twice}, as_of=DAY)
        assert len(engine.rows("select * from duckdb_databases() where not internal")) == 1
