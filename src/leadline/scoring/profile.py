"""What is known of the data at hand and may choose the plan, never the result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leadline.engines.engine import Engine
from leadline.model.document import Model
from leadline.model.types import Schema, Type
from leadline.query.context import Context, Profile
from leadline.query.matching import columns_of, matchers, signs

FEW_VALUES = 1000
"""A column with more distinct values than this among a sample has too many shapes to list."""
_SAMPLE_ROWS = 200_000
CLUSTERED_EVENTS = 500_000
CLUSTERED_MOMENTS = 4
"""From so many events, and moments of each lead, it pays to sort the events by lead first."""


def profile_of(engine: Engine, model: Model, schema: Schema, *, one_moment: bool) -> Profile:
    """Return the profile of the tables and the spine that an engine has."""
    made = Profile(one_moment=one_moment, every_account=one_moment, planning=engine.planning)
    if engine.planning.reads_again:
        return replace(made, shapes=False)
    if not engine.planning.has_columns:
        few = _few_together(engine, model, schema) if one_moment else frozenset()
        return replace(made, few=few, shapes=bool(few))
    moments = () if one_moment else _few_moments(engine)
    return replace(made, few=_few(engine, model, schema), moments=moments)


def _few_moments(engine: Engine) -> tuple[datetime, ...]:
    """Return the moments of the spine in their order where several leads have the same few."""
    [(pairs, moments)] = engine.rows("select count(*), count(distinct as_of) from spine")
    if not 1 < moments <= min(FEW_VALUES, pairs / 2):
        return ()
    return tuple(at for (at,) in engine.rows("select distinct as_of from spine order by as_of"))


def _few_together(engine: Engine, model: Model, schema: Schema) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events where all together have few values.

    For an engine that keeps rows: a part of them is looked at first, as all cost a scan.
    """
    wanted = _read_by_conditions(model, schema)
    read = sorted(name for table, name in wanted if table == "events")
    kinds = [schema.get("events", {}).get(name) for name in read]
    if not read or any(kind in {None, Type.ANY, Type.TIME} for kind in kinds):
        return frozenset()
    columns = ", ".join(_quoted(name) for name in ("type", *read))
    for rows in (f"(select {columns} from events limit {_SAMPLE_ROWS // 10}) as s", "events"):
        query = f"select count(*) from (select distinct {columns} from {rows}) as d"
        if engine.rows(query)[0][0] > FEW_VALUES:
            return frozenset()
    return frozenset(wanted)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _few(engine: Engine, model: Model, schema: Schema) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events that have few values."""
    wanted = _read_by_conditions(model, schema)
    return frozenset(pair for pair in wanted if _has_few(engine, schema, *pair))


def _read_by_conditions(model: Model, schema: Schema) -> set[tuple[str, str]]:
    context = Context(model, schema)
    wanted = set()
    for level in ("account", "lead"):
        found = [*matchers(context, level, "events"), *signs(context, level)]
        for matcher in found:
            wanted |= {("events", name) for name in columns_of(matcher)}
        for matcher in matchers(context, level, "outcomes"):
            wanted |= {("outcomes", name) for name in columns_of(matcher)}
    return wanted


def _has_few(engine: Engine, schema: Schema, table: str, name: str) -> bool:
    kind = schema.get(table, {}).get(name)
    if kind is None or kind is Type.ANY:
        return True
    if kind is Type.TIME:
        return False
    sample = f"select {_quoted(name)} as c from {table} limit {_SAMPLE_ROWS}"
    return bool(engine.rows(f"select count(distinct c) <= {FEW_VALUES} from ({sample})")[0][0])


def cluster(engine: Engine, schema: Schema) -> bool:
    """Lay the events of each lead together where many moments will read each of them.

    With 26 moments this halves the time: the sums of one lead are then in the caches.
    """
    if "events" not in schema or not engine.planning.has_columns:
        return False
    [(moments, leads)] = engine.rows("select count(*), count(distinct lead_id) from spine")
    [(events,)] = engine.rows("select count(*) from events")
    if events < CLUSTERED_EVENTS or moments < CLUSTERED_MOMENTS * leads:
        return False
    engine.run(
        "create or replace table events_by_lead as select * from events order by lead_id; "
        "create or replace view events as from events_by_lead"
    )
    return True
