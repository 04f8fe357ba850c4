"""Worlds that are calm, or calm until one thing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.demo.calm import CHANGES, EMPTY_AFTER, EMPTY_BEFORE
from leadline.demo.generate import World, write_demo
from leadline.demo.world import COURSES, Course
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError

END = datetime(2026, 11, 1, tzinfo=UTC)
LEADS = 4000
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "demo-data.md"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    """Return an engine with the tables of each world, such as ``calm_leads``."""
    made = tmp_path_factory.mktemp("worlds")
    with DuckDB() as opened:
        for course in ("calm", *CHANGES):
            write_demo(
                opened, World(LEADS, 2, END, course=_course(course)), made / course, "parquet"
            )
            for path in (made / course).glob("*.parquet"):
                opened.run(f"create view {course}_{path.stem} as from '{path}'")
            change = json.loads((made / course / "truth.json").read_text("utf-8"))["change"]
            opened.run(f"set variable {course}_at = '{change.get('at', '2026-08-03T00:00:00Z')}'")
        yield opened


def _course(word: str) -> Course:
    return next(each for each in ("calm", "source", "field", "tracker") if each == word)


def _both(engine: DuckDB, course: str, what: str, rows: str, at: str) -> list[float]:
    """Return a figure of the rows before a change and of those since."""
    since = f"{at} >= getvariable('{course}_at')::timestamptz"
    query = f"select {what} from {rows} group by {since} order by any_value({since})"
    return [float(value) for (value,) in engine.rows(query)]


def test_what_changes_and_when_is_written(engine: DuckDB) -> None:
    """The truth says it, and the page names every world."""
    found = engine.rows("select getvariable('field_at'), getvariable('tracker_at')")
    assert found == [("2026-08-03T00:00:00Z", "2026-08-03T00:00:00Z")]
    text = PAGE.read_text(encoding="utf-8")
    for name in CHANGES:
        assert f"| `{name}` |" in text
    assert set(COURSES) == {"usual", "calm", *CHANGES}


def test_a_field_empties(engine: DuckDB) -> None:
    """Before it is empty for one in twenty, since for two in five; in the calm world it stays."""
    empty = "avg((seniority is null)::int)"
    before, since = _both(engine, "field", empty, "field_leads", "created_at")
    assert (before, since) == pytest.approx((EMPTY_BEFORE, EMPTY_AFTER), abs=0.03)
    calm = _both(engine, "calm", empty, "calm_leads", "created_at")
    assert calm == pytest.approx([EMPTY_BEFORE, EMPTY_BEFORE], abs=0.03)


def test_a_tracker_doubles_what_it_sends(engine: DuckDB) -> None:
    """Page views since then stand twice, and nothing else does."""
    for kind, times in (("page_viewed", 2), ("email_clicked", 1)):
        rows = f"{{}}_events where type = '{kind}' and lead_id is not null"
        calm = _both(engine, "calm", "count(distinct event_id)", rows.format("calm"), "recorded_at")
        found = _both(
            engine, "tracker", "count(distinct event_id)", rows.format("tracker"), "recorded_at"
        )
        assert found == [calm[0], times * calm[1]]


def test_a_source_loses_half_of_its_worth(engine: DuckDB) -> None:
    """Its chance is half of that in the calm world, other sources keep theirs."""
    for source, times in (("website", 0.5), ("webinar", 1.0)):
        rows = (
            "{0}_leads join {0}_truth_not_for_scoring using (lead_id) "
            f"where source = '{source}'"
        )
        chance = "avg(probability_not_called)"
        calm, found = (
            _both(engine, each, chance, rows.format(each), "ready_at")
            for each in ("calm", "source")
        )
        assert found == pytest.approx([calm[0], times * calm[1]])
    accepted = "avg((outcome = 'accepted')::int)"
    rows = (
        "source_leads join source_truth_not_for_scoring using (lead_id) join source_outcomes as o "
        "using (lead_id) where source = 'website' and outcome in "
        "('accepted', 'rejected', 'disqualified')"
    )
    before, since = _both(engine, "source", accepted, rows, "ready_at")
    assert since == pytest.approx(before / 2, abs=0.1)


def test_the_calm_world_has_weekends_holidays_growth_and_an_import(engine: DuckDB) -> None:
    """So that nothing changes although no two weeks are alike."""
    listed = "select count(*), min(created_at), max(created_at) from calm_leads where source"
    [(count, first, last)] = engine.rows(f"{listed} = 'list'")
    assert count == pytest.approx(0.03 * LEADS, rel=0.3)
    assert (last - first).total_seconds() < 900
    weekdays = dict(
        engine.rows("select isodow(created_at), count(*) from calm_leads group by 1 order by 1")
    )
    assert weekdays[7] < 0.5 * weekdays[4]
    months = dict(
        engine.rows(
            "select strftime(created_at, '%Y-%m'), count(*) from calm_leads "
            "where source <> 'list' group by 1"
        )
    )
    assert months["2026-10"] > 1.2 * months["2025-10"]
    assert months["2026-08"] < 0.85 * months["2026-07"]


def test_an_unknown_world_is_refused(tmp_path: Path) -> None:
    """It names those that there are."""
    with DuckDB() as engine, pytest.raises(InputError, match="must be one of usual, calm"):
        write_demo(engine, World(10, 1, END, course="stormy"), tmp_path / "w")  # type: ignore[arg-type]
