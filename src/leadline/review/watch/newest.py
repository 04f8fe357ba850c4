"""What comes in: rows a week and the newest, by source, type and outcome; values new or gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.history.outcomes import KNOWN_AT
from leadline.model.types import Type
from leadline.review.watch.arrivals import Arrivals
from leadline.review.watch.standing import Standing
from leadline.sql.text import Sql, name, sql_text

LATEST = 4
FEWEST_NEW = 10
"""A value that came for fewer leads may be a slip of a pen."""
FEWEST_GONE = 5.0
"""A value is missed where so many leads would have had it."""
_MOST_DISTINCT = 40


@dataclass(frozen=True)
class Inflow:
    """Rows of one kind.

    Attributes:
        table: The table.
        kind: Source of leads, type of events, kind of outcomes.
        before: Rows a week in the weeks before.
        now: Rows a week in the last four.
        newest: When the newest was known.
    """

    table: str
    kind: str
    before: float
    now: float
    newest: datetime

    @property
    def has_stopped(self) -> bool:
        """Whether nothing came in four weeks of what came every week before."""
        return self.now == 0 and self.before >= 1


@dataclass(frozen=True)
class Stranger:
    """A value of a field that is new, or that no longer comes."""

    field: str
    value: str
    leads: int
    is_new: bool


def inflows(of: Arrivals) -> tuple[Inflow, ...]:
    """Return what comes in."""
    schema = of.run.loaded.schema
    parts = [("leads", Sql("coalesce(segment, '')"), Sql("came_at"), name(of.table))]
    for table, column in (("events", "type"), ("outcomes", "outcome")):
        if table in schema:
            parts.append((table, sql_text("t.{c}", c=name(column)), KNOWN_AT, name(table)))
    return tuple(each for part in parts for each in _rows(of, *part))


def _rows(of: Arrivals, table: str, kind: Sql, at: Sql, source: Sql) -> Iterator[Inflow]:
    weeks = of.weeks
    rows = of.run.engine.rows(
        sql_text(
            "select {kind} as kind, count(*) filter (where {week} between 0 and {before} - 1), "
            "count(*) filter (where {week} >= {latest}), max({at}) from {source} as t "
            "where {kind} is not null and {week} < {count} group by 1 order by 2 desc, 1",
            kind=kind,
            week=weeks.number(at),
            before=weeks.before,
            latest=weeks.count - LATEST,
            at=at,
            source=source,
            count=weeks.count,
        )
    )
    for found, before, now, newest in rows:
        at_last = newest.replace(tzinfo=UTC, microsecond=0)
        yield Inflow(table, found, before / weeks.before, now / LATEST, at_last)


def strangers(of: Standing) -> tuple[Stranger, ...]:
    """Return values of fields with few values that are new since, or gone for four weeks."""
    texts = [each for each in of.fields if each.kind is Type.TEXT]
    return tuple(each for field in texts for each in _of_field(of, field.title, field.column))


def _of_field(of: Standing, title: str, column: str) -> Iterator[Stranger]:
    weeks = of.of.weeks
    rows = of.run.engine.rows(
        sql_text(
            "select {c}, count(*) filter (where week < {before}), "
            "count(*) filter (where week >= {before}), count(*) filter (where week >= {latest}) "
            "from {t} where {c} is not null group by 1 order by 1",
            c=name(column),
            before=weeks.before,
            latest=weeks.count - LATEST,
            t=name(of.table),
        )
    )
    if sum(before > 0 for _, before, _, _ in rows) > _MOST_DISTINCT:
        return
    for value, before, since, latest in rows:
        if not before and since >= FEWEST_NEW:
            yield Stranger(title, value, since, is_new=True)
        elif not latest and before / weeks.before * LATEST >= FEWEST_GONE:
            yield Stranger(title, value, before, is_new=False)
