"""What is known of the data at hand and may choose the plan, never the result."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from leadline.model.document import Model
from leadline.model.types import Schema, Type
from leadline.query.context import Context, Profile
from leadline.query.matching import columns_of, matchers, signs
from leadline.query.units import STREAMS, family
from leadline.sql.text import name as quoted

if TYPE_CHECKING:
    from leadline.engines.engine import Engine
    from leadline.scoring.moments import Moments
    from leadline.scoring.tables import Tables

FEW_VALUES = 1000
"""A column with more distinct values than this among a sample has too many shapes to list."""
_SAMPLE_ROWS = 200_000
MANY_EVENTS = 2_000_000
"""From so many on it pays to sum in arrays at one moment; fewer take less time than the import."""
MOST_SUMS = 100_000_000
"""So many sums of a lead and a rule are held at most, in 800 MB."""
CLUSTERED_EVENTS = 500_000
CLUSTERED_MOMENTS = 4
"""From so many events, and moments of each lead, it pays to sort the events by lead first."""


def profile_of(tables: Tables, model: Model, moments: Moments) -> Profile:
    """Return the profile of tables and moments on an engine."""
    planning, one_moment = tables.workspace.engine.planning, moments.one is not None
    made = Profile(one_moment=one_moment, every_account=one_moment, planning=planning)
    if planning.reads_again:
        return replace(made, shapes=False)
    if not planning.has_columns:
        few = _few_together(tables, model) if one_moment else frozenset()
        return replace(made, few=few, shapes=bool(few))
    made = replace(made, few=_few(tables, model))
    if one_moment:
        return replace(made, in_arrays=_pays_in_arrays(tables, model, made))
    few_moments = _few_moments(tables.workspace.engine, moments.table)
    return replace(made, moments=few_moments, in_arrays=bool(few_moments))


def _pays_in_arrays(tables: Tables, model: Model, profile: Profile) -> bool:
    """Say whether plain rules at one moment are summed in arrays: where their hits are many.

    Beside other rules that are summed they cost a scan of their own, which few would not save.
    """
    context = Context(model, tables.schema, replace(profile, in_arrays=True))
    found = Counter(
        family(context, each)
        for stream in STREAMS
        if context.has(stream)
        for each in context.unit_rules("lead", stream)
    )
    is_worth_a_scan = found["plain"] and found["plain"] >= 2 * found["summed"]
    if not is_worth_a_scan or "events" not in tables.schema:
        return False
    engine, rows = tables.workspace.engine, f"select 1 from {tables.name('events')}"
    [(many,)] = engine.rows(f"select count(*) from ({rows} limit {MANY_EVENTS})")
    [(leads,)] = engine.rows(f"select count(*) from {tables.name('leads')}")
    return bool(many >= MANY_EVENTS and leads * found["plain"] <= MOST_SUMS)


def _few_moments(engine: Engine, spine: str) -> tuple[datetime, ...]:
    """Return the moments of a spine in their order where several leads have the same few."""
    [(pairs, moments)] = engine.rows(f"select count(*), count(distinct as_of) from {spine}")
    if not 1 < moments <= min(FEW_VALUES, pairs / 2):
        return ()
    return tuple(at for (at,) in engine.rows(f"select distinct as_of from {spine} order by as_of"))


def _few_together(tables: Tables, model: Model) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events where all together have few values.

    For an engine that keeps rows: a part of them is looked at first, as all cost a scan.
    """
    schema, engine = tables.schema, tables.workspace.engine
    wanted = _read_by_conditions(model, schema)
    read = sorted(name for table, name in wanted if table == "events")
    kinds = [schema.get("events", {}).get(name) for name in read]
    if not read or any(kind in {None, Type.ANY, Type.TIME} for kind in kinds):
        return frozenset()
    columns = ", ".join(quoted(each) for each in ("type", *read))
    events = tables.name("events")
    for rows in (f"(select {columns} from {events} limit {_SAMPLE_ROWS // 10}) as s", events):
        query = f"select count(*) from (select distinct {columns} from {rows}) as d"
        if engine.rows(query)[0][0] > FEW_VALUES:
            return frozenset()
    return frozenset(wanted)


def _few(tables: Tables, model: Model) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events that have few values."""
    wanted = _read_by_conditions(model, tables.schema)
    return frozenset(pair for pair in wanted if _has_few(tables, *pair))


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


def _has_few(tables: Tables, table: str, name: str) -> bool:
    kind = tables.schema.get(table, {}).get(name)
    if kind is None or kind is Type.ANY:
        return True
    if kind is Type.TIME:
        return False
    sample = f"select {quoted(name)} as c from {tables.name(table)} limit {_SAMPLE_ROWS}"
    query = f"select count(distinct c) <= {FEW_VALUES} from ({sample})"
    return bool(tables.workspace.engine.rows(query)[0][0])


def pays_to_sort(tables: Tables, moments: Moments) -> bool:
    """Say whether the events of each lead should lie together, as many moments will read each.

    With 26 moments this halves the time: the sums of one lead are then in the caches.
    """
    engine = tables.workspace.engine
    if "events" not in tables.schema or not engine.planning.has_columns:
        return False
    query = f"select count(*), count(distinct lead_id) from {moments.table}"
    [(pairs, leads)] = engine.rows(query)
    [(events,)] = engine.rows(f"select count(*) from {tables.name('events')}")
    return bool(events >= CLUSTERED_EVENTS and pairs >= CLUSTERED_MOMENTS * leads)
