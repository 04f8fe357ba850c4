"""What stands in tables that a starter is to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.inspection.fitting import Seen
    from leadline.model.types import Schema


def seen_in(engine: DuckDB, schema: Schema, found: str) -> Seen:
    """Return the types and outcomes of tables that were read as ``inspect`` proposed it."""
    from leadline.inspection.fitting import Seen
    from leadline.inspection.proposed import proposed

    events = proposed(found).get("events")
    entries = events.with_aliases("events", {"path": {}}).entries if events else ()
    path = next((each.source for each in entries if each.name == "path"), "path")
    has_path = path in schema.get("events", {})
    return Seen(
        _values(engine, "events", "type") if "events" in schema else None,
        _values(engine, "outcomes", "outcome") if "outcomes" in schema else None,
        has_addresses=has_path and _are_addresses(engine, path),
    )


def _values(engine: DuckDB, table: str, column: str) -> frozenset[str]:
    rows = engine.rows(f"select distinct {column} from {table} where {column} is not null")
    return frozenset(str(value) for (value,) in rows)


def _are_addresses(engine: DuckDB, column: str) -> bool:
    from leadline.sql.text import name, sql_text

    template = "select coalesce(avg(({c}::varchar like 'http%')::int), 0) > 0.5 from events"
    [(most,)] = engine.rows(sql_text(template, c=name(column)))
    return bool(most)
