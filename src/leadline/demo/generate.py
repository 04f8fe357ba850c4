"""Make the invented world and write it to a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from leadline.demo import bots, calm, cause, outcomes
from leadline.demo.accounts import account_columns, accounts_query
from leadline.demo.events import COLUMNS, account_events_query, kinds_query, lead_events_query
from leadline.demo.leads import lead_columns, steps
from leadline.demo.world import COURSES, World
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, FileError, InputError
from leadline.tables.write import Outputs

__all__ = ["World", "make", "queries", "write_demo"]
FORMATS = ("csv", "csv.gz", "parquet", "jsonl")
MOST_LEADS = 10_000_000
LARGE = 50_000
"""From so many leads on the default is Parquet."""

TRUTH = "truth_not_for_scoring"
BOTS = "truth_bots"


def write_demo(
    engine: DuckDB, world: World, folder: Path, file_format: str | None = None
) -> dict[str, int]:
    """Write the tables and the truth to a new or empty folder; return rows by file name.

    Raises:
        InputError: The number of leads or the format is not one that can be made.
        FileError: The folder has something in it, or cannot be written.
    """
    ending = _checked(world, file_format)
    _prepare(folder)
    make(engine, world)
    names = {table: f"{table}.{ending}" for table in TABLES}
    rows = {}
    with engine.ordered(), Outputs(engine) as outputs:
        for table, query in queries(world).items():
            rows[names[table]] = outputs.add(query, folder / names[table])
    _write_truth(world, folder / "truth.json")
    return rows


def _write_truth(world: World, path: Path) -> None:
    """Write the parameters, whole or not at all."""
    plain = cause.truth(world.leads, world.seed, world.naive_end, is_calm=world.is_calm)
    plain |= {"change": world.change()} if world.is_calm else {}
    written = path.with_name(".truth.json")
    written.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    written.replace(path)


def make(engine: DuckDB, world: World) -> None:
    """Make the tables of the world on the engine, with what is hidden from scoring."""
    end = world.naive_end
    tables = {
        "demo_account": accounts_query(world),
        **dict(steps(world)),
        "demo_deal": outcomes.deals_query(end),
        "demo_kind": kinds_query(),
    }
    if world.bots:
        tables["demo_address"] = bots.addresses_query(world.seed)
        tables["demo_bot"] = bots.bots_query(world.seed, end)
    with engine.ordered():
        for name, query in tables.items():
            engine.run(f"create or replace temp table {name} as {query}")


TABLES = ("accounts", "leads", "events", "outcomes", "field_history", TRUTH, BOTS)


def queries(world: World) -> Mapping[str, str]:
    """Return the SQL of every table to write, once ``make`` has run."""
    end, seed = world.naive_end, world.seed
    return {
        "accounts": account_columns(world),
        "leads": lead_columns(world),
        "events": _events(world),
        "outcomes": outcomes.outcomes_query(seed, end),
        "field_history": outcomes.history_query(world),
        TRUTH: outcomes.truth_query(end),
        BOTS: _marks(world),
    }


def _events(world: World) -> str:
    """Return the SQL of events, those of leads side by side."""
    columns = ", ".join(COLUMNS)
    of_leads = lead_events_query(world.seed)
    if world.is_calm:
        of_leads = calm.events(world, of_leads)
    start = cause.days_before(world.naive_end, cause.HISTORY_DAYS)
    parts = [
        f"select {columns} from ({of_leads})",
        f"select {columns} from ({account_events_query(world.seed, start)})",
    ]
    if world.bots:
        columns = f"{columns}, ip"
        parts[0] = f"select {columns} from ({bots.base_query(of_leads)})"
        parts.append("select * exclude (mark) from demo_bot")
    everything = " union all by name ".join(parts)
    return f"""
            select {columns} from ({everything})
            where recorded_at <= timestamp '{world.naive_end}'"""


def _marks(world: World) -> str:
    """Return the SQL of the marks that are true of events."""
    base = outcomes.marks_query(world.seed, world.naive_end)
    more = """
        select event_id, mark, recorded_at from demo_bot
        where mark is not null"""
    return f"{base} union all {more}" if world.bots else base


def _checked(world: World, file_format: str | None) -> str:
    if not 1 <= world.leads <= MOST_LEADS:
        expected = f"must be from 1 to {MOST_LEADS:,}"
        raise InputError(Fault("", "leads", expected, str(world.leads)))
    if world.course not in COURSES:
        expected = f"must be one of {', '.join(COURSES)}"
        raise InputError(Fault("", "world", expected, str(world.course)))
    if file_format is None:
        return "csv" if world.leads < LARGE else "parquet"
    if file_format not in FORMATS:
        raise InputError(
            Fault("", "format", f"must be one of {', '.join(FORMATS)}", str(file_format))
        )
    return file_format


def _prepare(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        remedy = "Name a folder that does not exist yet, or empty it."
        raise FileError(Fault(str(folder), "", "must be a new or empty folder", "", remedy))
    folder.mkdir(parents=True, exist_ok=True)
