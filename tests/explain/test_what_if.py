"""What would happen is computed as what is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.what_if import Step, Worlds
from leadline.scoring import Run
from oracle.generate import case


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4000, 4012))
def test_a_world_without_steps_is_the_lead_as_it_is(seed: int) -> None:
    """The copy of a lead's surroundings gives the lead the scores and bands it has."""
    one = case(seed)
    lead, at = one.spine[0]
    given = {name: arrow(table) for name, table in one.tables.items() if table}
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, one.document, given, as_of=at).over([(lead, at)])
        found = run.arrow("scores").to_pylist()[0]
        worlds = Worlds(run.duckdb, run.model, run.loaded.schema, lead, at)
        copy = dict(worlds.outlooks([()])[0].values)
        worlds.close()
    assert {**copy, "lead_id": lead, "as_of": at} == {**found, "as_of": at}


def test_steps_are_scored_as_if_they_had_happened() -> None:
    """An event and a field that are tried give the scores of data that has them."""
    at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    model = {
        "leadline": 1,
        "model": "m",
        "scores": {
            "person": {"rules": {"visit": {"event": "visit", "points": 4, "limit": 6}}},
            "fit": {"rules": {"size": {"of": "lead.size", "bins": {0: 1, 100: 9}}}},
        },
    }
    tables = {
        "leads": arrow([{"lead_id": "a", "size": None}, {"lead_id": "b", "size": 5}]),
        "events": arrow([{"event_id": "e", "lead_id": "b", "type": "visit", "occurred_at": at}]),
    }
    visit = Step("visit", event={"type": "visit"})
    size = Step("size", field=("lead", "size", 100.0))
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, model, tables, as_of=at)
        worlds = Worlds(run.duckdb, run.model, run.loaded.schema, "a", at)
        outlooks = worlds.outlooks([(), (visit,), (visit, visit), (size, visit)])
        worlds.close()
    assert [(each.values["person"], each.values["fit"]) for each in outlooks] == [
        (0.0, 0.0),
        (4.0, 0.0),
        (6.0, 0.0),
        (4.0, 9.0),
    ]
