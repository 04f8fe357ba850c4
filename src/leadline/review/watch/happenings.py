"""What leads did, by the week in which it was known: events, marks, rows without a lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadline.history.outcomes import KNOWN_AT
from leadline.review.watch.arrivals import Arrivals
from leadline.review.watch.series import (
    Counted,
    Series,
    active,
    compared,
    even,
    gathered,
    only,
)
from leadline.sql.text import Sql, name, sql_text

MOST_OF_A_LEAD = 20
"""So many events of one type, lead and day count: one program must not be a change of many."""


@dataclass(frozen=True)
class Events:
    """What leads did.

    Attributes:
        series: Of each type how many leads did it a day, against the other types, and how often
            each of them did it.
        even: Whether each week was about as active as those before it; shape (weeks,).
    """

    series: tuple[Series, ...]
    even: npt.NDArray[np.bool_]


def events_of_types(of: Arrivals) -> Events:
    """Return the events of each type; without events, weeks are told by how many leads came."""
    if "events" not in of.run.loaded.schema:
        return Events((), even(np.array(of.by_week, dtype=float)))
    rows = of.run.engine.rows(
        sql_text(
            "select type, known_week, count(*), sum(least(n, {most})) from ("
            "select t.type, {week} as known_week, count(*) as n from events as t "
            "left join {came} as c on c.lead_id = t.lead_id where t.type is not null and {in_time} "
            "and (t.lead_id is null or c.lead_id is not null) "
            "group by t.type, known_week, coalesce(t.lead_id, t.account_id), {at}::date) "
            "group by all order by all",
            most=MOST_OF_A_LEAD,
            week=of.weeks.number(KNOWN_AT),
            in_time=_in_time(of),
            came=name(of.table),
            at=KNOWN_AT,
        )
    )
    names = list(dict.fromkeys(row[0] for row in rows))
    days = np.zeros((len(names), of.weeks.count))
    for kind, week, leads, _ in rows:
        days[names.index(kind), week] = leads
    usual = even(active(of.weeks, days))
    repeats = gathered("repeats", "count", of.weeks, _repeats(rows))
    found = (only(each, usual) for each in compared("events", of.weeks, names, days))
    return Events((*found, *repeats), usual)


def _repeats(rows: list[tuple[str, int, int, int]]) -> list[Counted]:
    return [(kind, "", week, float(events), float(days)) for kind, week, days, events in rows]


def _in_time(of: Arrivals) -> Sql:
    number = of.weeks.number(KNOWN_AT)
    return sql_text("{n} between 0 and {last}", n=number, last=of.weeks.count - 1)


def marked_and_lost(of: Arrivals) -> Iterator[Series]:
    """Yield the share of events that are marked, and of those whose lead is in no table."""
    schema = of.run.loaded.schema
    if "events" not in schema:
        return
    if "event_marks" in schema:
        marked = Sql("t.event_id in (select event_id from event_marks where mark is not null)")
        yield from gathered("marks", "share", of.weeks, _shares(of, "events", marked))
    lost = Sql("t.lead_id is not null and t.lead_id not in (select lead_id from leads)")
    yield from gathered("lost", "share", of.weeks, _shares(of, "events", lost))


def _shares(of: Arrivals, title: str, condition: Sql) -> list[Counted]:
    """Return how many events meet a condition, each lead once a day."""
    rows = of.run.engine.rows(
        sql_text(
            "select week, count(*) filter (where found), count(*) from ("
            "select {week} as week, bool_or({condition}) as found from events as t where {in_time} "
            "group by week, coalesce(t.lead_id, t.account_id), {at}::date) group by week",
            week=of.weeks.number(KNOWN_AT),
            condition=condition,
            in_time=_in_time(of),
            at=KNOWN_AT,
        )
    )
    return [(title, "", week, float(hits), float(size)) for week, hits, size in rows]
