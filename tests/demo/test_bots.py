"""Programs in the invented world are found, and the people who look like them are left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.demo.bots import OFFICE, SWARM_LEADS
from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB
from leadline.marks.marked import Marked

END = datetime(2026, 11, 1, tzinfo=UTC)


def test_programs_are_marked_and_people_are_not(tmp_path: Path) -> None:
    """At least 95 of 100 of their events, hardly any of a person, and none of the office."""
    with DuckDB(threads=1) as engine:
        write_demo(engine, World(700, 3, END, bots=True), tmp_path / "w", "parquet")
        Marked.of(engine, str(tmp_path / "w" / "events.parquet"))
        engine.run(f"create view truth as from '{tmp_path / 'w' / 'truth_bots.parquet'}'")
        [(marked, right, programs, of_office, office, swarm)] = engine.rows(
            "select count(m.event_id), count(m.event_id) filter (t.event_id is not null), "
            "count(t.event_id), count(m.event_id) filter (e.ip = $1), "
            "count(distinct e.lead_id) filter (e.ip = $1), "
            "count(*) filter (m.mark like 'burst%from one address%') "
            "from events as e left join truth as t using (event_id) "
            "left join marks_found as m using (event_id)",
            [OFFICE],
        )
    assert right / programs >= 0.95
    assert right / marked >= 0.99
    assert (of_office, swarm) == (0, SWARM_LEADS)
    assert office > 50


@pytest.mark.parametrize("leads", [1, 40])
def test_a_small_world_has_bots_too(tmp_path: Path, leads: int) -> None:
    """However few leads there are."""
    with DuckDB(threads=1) as engine:
        rows = write_demo(engine, World(leads, 1, END, bots=True), tmp_path / "w")
    assert rows["truth_bots.csv"] >= 1
