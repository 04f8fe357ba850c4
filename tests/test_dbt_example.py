"""The example for dbt: its models, with its templates filled as dbt fills them, run on DuckDB."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import score

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "examples" / "quickstart" / "model.yaml"
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models of the example, with the one that its script prints."""
    place = tmp_path_factory.mktemp("examples")
    for name in ("dbt", "quickstart"):
        shutil.copytree(ROOT / "examples" / name, place / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([str(place / "dbt" / "print")], check=True, env={**os.environ, "PATH": path})
    return place / "dbt" / "models"


@pytest.fixture
def warehouse() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as engine:
        yield engine


def build(engine: DuckDB, file: Path, at: datetime) -> None:
    """Do what ``dbt run`` does with a model: a table made anew, or rows added to the one there."""
    name, source = file.stem, file.read_text(encoding="utf-8")
    there = bool(engine.rows(f"select 1 from duckdb_tables() where table_name = '{name}'"))
    options: dict[str, Any] = {}

    def config(**given: Any) -> str:
        options.update(given)
        return ""

    names = {
        "config": config,
        "source": lambda schema, table: f"{schema}.{table}",
        "ref": lambda model: model,
        "this": name,
        "var": lambda _name: at.strftime("%Y-%m-%d %H:%M:%S"),
        "is_incremental": lambda: there and options["materialized"] == "incremental",
    }
    text = Environment(autoescape=False).from_string(source).render(names)  # noqa: S701 - SQL
    if there and options["materialized"] == "incremental":
        engine.run(f"insert into {name} by name {text}")
    else:
        engine.run(f"create or replace table {name} as {text}")


def event(number: int, lead: str, kind: str, at: datetime, recorded: datetime) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "lead_id": lead,
        "type": kind,
        "occurred_at": at,
        "recorded_at": recorded,
        "path": "/pricing",
    }


def test_scores_of_each_day_are_those_of_leadline(warehouse: DuckDB, models: Path) -> None:
    """Events are added, a late and a repeated one among them; scores are made from all of them."""
    warehouse.run("create schema crm")
    leads: list[dict[str, Any]] = [
        {"lead_id": each, "account_id": "a"} for each in ("busy", "quiet", "late")
    ]
    leads = [
        {**each, "email": "x@y.example", "created_at": FIRST - timedelta(90)} for each in leads
    ]
    accounts = [{"account_id": "a", "industry": "software", "employees": 80.0, "target": False}]
    day = timedelta(days=1)
    old = [
        event(1, "busy", "page_viewed", FIRST - 3 * day, FIRST - 3 * day),
        event(2, "quiet", "demo_requested", FIRST - 2 * day, FIRST - 2 * day),
    ]
    new = [
        event(1, "busy", "page_viewed", FIRST - 3 * day, FIRST + day / 2),  # sent again
        event(3, "busy", "webinar_attended", FIRST + day / 4, FIRST + day / 4),
        event(4, "late", "demo_requested", FIRST - 9 * day, FIRST + day / 2),  # known late
    ]
    found = []
    for at, events in ((FIRST, old), (FIRST + day, old + new)):
        for name, rows in (("leads", leads), ("accounts", accounts), ("events", events)):
            warehouse.register("given", arrow(rows))
            warehouse.run(f"create or replace table crm.{name} as from given")
        for model in ("counted_events", "lead_scores"):
            build(warehouse, models / f"{model}.sql", at)
        tables = {"leads": arrow(leads), "accounts": arrow(accounts), "events": arrow(events)}
        expected = score(MODEL, as_of=at, **tables).scores
        columns = ["lead_id", "company", "person", "profile", "band"]
        found.append(
            warehouse.arrow("from lead_scores order by lead_id").select(columns).to_pylist()
        )
        assert found[-1] == expected.sort_by("lead_id").select(columns).to_pylist()
    assert warehouse.rows("select count(*) from counted_events") == [(4,)]
    quiet = [next(row["person"] for row in each if row["lead_id"] == "quiet") for each in found]
    assert quiet[0] > quiet[1]  # nothing happened, and it fell
