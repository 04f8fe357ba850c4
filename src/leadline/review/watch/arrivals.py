"""Who came when: leads by week, imports set apart, and where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.errors import Fault, InputError, nearest
from leadline.history.moments_due import known_since
from leadline.model.task import field_of
from leadline.model.types import Type
from leadline.review.watch.weeks import Weeks
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

MOST_VALUES = 12
"""Values of a field that leads are told apart by; the rest stand together."""
REST = "(others)"
NONE = "(empty)"
USUAL_SOURCES = (
    "source", "lead_source", "leadsource", "original_source", "utm_source", "channel",
)  # fmt: skip
FEWEST_AT_ONCE = 30
AT_ONCE = 6.0
"""Leads of one hour and source are an import where they are so many, and so many times the most
that came in any usual hour."""
_USUAL_HOURS = 0.99


@dataclass(frozen=True)
class Import:
    """Leads that came at once; they and what they did are not judged."""

    at: datetime
    source: str
    leads: int


@dataclass(frozen=True)
class Arrivals:
    """Leads with the week in which they came.

    ``table`` has ``lead_id, came_at, week, segment``: the value by which leads are told apart, null
    where there is no such field. Leads of imports are not in it.

    Attributes:
        run: Any run over the tables.
        table: The table.
        weeks: The weeks.
        by: The field of leads that tells segments apart; None where there is none.
        segments: Its values, the most frequent first.
        imports: What was set apart.
        by_week: How many leads came each week.
    """

    run: Run
    table: str
    weeks: Weeks
    by: str | None
    segments: tuple[str, ...]
    imports: tuple[Import, ...]
    by_week: tuple[int, ...]


def first_known(run: Run) -> datetime:
    """Return when the first lead came. Raises InputError."""
    [(first,)] = run.engine.rows(sql_text("select min(since) from ({k})", k=known_since(run)))
    if first is None:
        remedy = "Map created_at of leads, or give events."
        raise InputError(Fault("", "--leads", "must say when leads came", "", remedy))
    return datetime.fromisoformat(f"{first}").replace(tzinfo=UTC)


def segment_field(run: Run, asked: str | None) -> str | None:
    """Return the field that tells leads apart: the one asked for, or a usual name. Raises."""
    known = run.loaded.schema["leads"]
    if asked is None:
        return next((each for each in USUAL_SOURCES if known.get(each) is Type.TEXT), None)
    entity, title = field_of(asked)
    if entity != "lead" or title not in known:
        hint = nearest(title, known)
        raise InputError(Fault("", "--by", "must name a field of leads", asked, hint))
    return title


def arrivals(run: Run, weeks: Weeks, by: str | None) -> Arrivals:
    """Return the leads that came in these weeks."""
    table = run.workspace.name("came")
    segments = _segments(run, by)
    run.engine.run(
        sql_text(
            "create temp table {t} as with known as ({known}) select l.lead_id, "
            "{at} as came_at, {week} as week, {segment} as segment, "
            "date_trunc('hour', {at}) as hour "
            "from leads as l join known as k on k.lead_id = l.lead_id where {week} < {count}",
            t=name(table),
            known=known_since(run),
            at=Sql("greatest(k.since, coalesce(l.recorded_at, k.since))"),
            week=weeks.number(Sql("greatest(k.since, coalesce(l.recorded_at, k.since))")),
            segment=_segment(by, segments),
            count=weeks.count,
        )
    )
    imports = tuple(_imports(run, table))
    by_week = run.engine.rows(
        sql_text("select week, count(*) from {t} where week >= 0 group by 1", t=name(table))
    )
    counts = dict(by_week)
    came = tuple(counts.get(week, 0) for week in range(weeks.count))
    return Arrivals(run, table, weeks, by, segments, imports, came)


def _segments(run: Run, by: str | None) -> tuple[str, ...]:
    if by is None:
        return ()
    rows = run.engine.rows(
        sql_text(
            "select {f}::varchar as v from leads where {f} is not null "
            "group by 1 order by count(*) desc, 1 limit {most}",
            f=name(by),
            most=MOST_VALUES,
        )
    )
    return tuple(value for (value,) in rows)


def _segment(by: str | None, segments: Sequence[str]) -> Sql:
    if by is None:
        return Sql("null::varchar")
    return sql_text(
        "case when l.{f} is null then {none} when l.{f}::varchar in ({known}) "
        "then l.{f}::varchar else {rest} end",
        f=name(by),
        none=NONE,
        known=segments or [""],
        rest=REST,
    )


def _imports(run: Run, table: str) -> Iterator[Import]:
    """Take leads that came at once out of the table, and yield the imports."""
    rows = run.engine.rows(
        sql_text(
            "with hours as (select hour, segment, count(*) as n from {t} group by all), "
            "usual as (select quantile_disc(n, {usual}) as most from hours) "
            "select hour, segment, n from hours, usual where n >= {fewest} and n >= {times} * most "
            "order by hour, segment",
            t=name(table),
            usual=_USUAL_HOURS,
            fewest=FEWEST_AT_ONCE,
            times=AT_ONCE,
        )
    )
    for hour, segment, leads in rows:
        run.engine.run(
            sql_text(
                "delete from {t} where hour = timestamp {h} and segment is not distinct from {s}",
                t=name(table),
                h=hour.isoformat(sep=" "),
                s=segment,
            )
        )
        yield Import(hour.replace(tzinfo=UTC), segment or "", leads)
