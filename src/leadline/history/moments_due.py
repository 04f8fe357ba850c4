"""At which moments leads are judged: one row a lead and moment, before anything is left out."""

from __future__ import annotations

from datetime import datetime

from leadline.errors import InputError
from leadline.history.entering import entering
from leadline.history.first_seen import first_seen
from leadline.history.outcomes import rules_of
from leadline.model.task import Happening, Moments, TaskDocument
from leadline.model.types import Type
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

GRID = "timestamp '2001-01-01'"
"""A Monday; repeated moments are counted from it, so that later data never moves them."""
NEVER = datetime(2001, 1, 1)  # noqa: DTZ001 - as the engine has it, UTC without a zone


def moments_due(run: Run, task: TaskDocument, end: datetime | None) -> Sql:
    """Return the relation ``lead_id, as_of``; some leads have no moment. Raises InputError."""
    when = task.task.when
    if when == "once":
        return sql_text("select lead_id, {at} as as_of from leads", at=_timestamp(latest(run)))
    if when == "created":
        return _after(run, task, 0)
    assert isinstance(when, Moments)  # noqa: S101 - the words are told apart above
    if when.after is not None:
        return _after(run, task, when.after.microseconds)
    if when.first is not None:
        rules_of(run, task, "moments", Happening.model_validate({"event": when.first}))
        return first_seen(run, when.first)
    if when.every is not None:
        return _every(run, when.every.microseconds, end)
    [(start,)] = run.engine.rows(sql_text("select min(since) from ({k})", k=known_since(run)))
    return entering(run, task, when, start, end or latest(run))


def _after(run: Run, task: TaskDocument, microseconds: int) -> Sql:
    if run.loaded.schema["leads"].get("created_at") is not Type.TIME or not _has_created(run):
        remedy = "Map created_at under columns.leads, or write `moments: once`."
        raise InputError(task.fault(("moments",), "needs leads with created_at", "", remedy))
    return sql_text(
        "select lead_id, created_at + to_microseconds({d}) as as_of from leads "
        "where created_at is not null",
        d=microseconds,
    )


def _has_created(run: Run) -> bool:
    return bool(run.engine.rows("select count(created_at) > 0 from leads")[0][0])


def _every(run: Run, microseconds: int, end: datetime | None) -> Sql:
    """Return every lead at every moment of a grid that it was known at."""
    return sql_text(
        "with known as ({known}), span as (select min(since) as low, {high} as high from known), "
        "grid as (select {grid} + to_microseconds(g.n * {d}) as as_of from span, "
        "unnest(range((epoch_us(low) - epoch_us({grid})) // {d}, "
        "(epoch_us(high) - epoch_us({grid})) // {d} + 1)) as g(n) where low is not null) "
        "select k.lead_id, grid.as_of from known as k join grid on grid.as_of >= k.since",
        known=known_since(run),
        high=_timestamp(end) if end else Sql("max(since)"),
        grid=Sql(GRID),
        d=microseconds,
    )


def known_since(run: Run) -> Sql:
    """Return ``lead_id, since``: since when each lead is known, created or by its first event."""
    if "events" not in run.loaded.schema:
        return Sql("select lead_id, created_at as since from leads where created_at is not null")
    return sql_text(
        "select l.lead_id, coalesce(l.created_at, e.as_of) as since from leads as l "
        "left join ({seen}) as e on e.lead_id = l.lead_id "
        "where coalesce(l.created_at, e.as_of) is not null",
        seen=first_seen(run),
    )


def latest(run: Run) -> datetime:
    """Return the latest time that any table has, for leads that are judged once."""
    found = []
    for table, columns in run.loaded.schema.items():
        times = [each for each, kind in columns.items() if kind is Type.TIME]
        if times and table in {"leads", "accounts", "events", "outcomes", "field_history"}:
            listed = [sql_text("max({c})", c=name(each)) for each in times]
            [row] = run.engine.rows(sql_text("select {c} from {t}", c=listed, t=name(table)))
            found += [at for at in row if at is not None]
    return max(found, default=NEVER)


def _timestamp(at: datetime) -> Sql:
    return sql_text("timestamp {at}", at=at.replace(tzinfo=None).isoformat(sep=" "))
