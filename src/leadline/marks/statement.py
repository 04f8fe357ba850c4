"""The marks of a table of events, as one query over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from leadline.marks import bursts, crawlers, scanners
from leadline.marks.signs import COLUMNS, Signs
from leadline.sql.text import Sql, joined, name, sql_text

MARKS = """
    with {steps}
    select event_id, mark, recorded_at, sign from (
        select *, row_number() over (partition by event_id order by place, mark) as turn
        from ({found}) as found
    ) where turn = 1"""
"""Of several signs of one event the plainest is its mark."""

SEEN = """
    select event_id, lead_id, type, occurred_at, {known} as recorded_at, {read} from {events}"""


def columns_of(titles: Collection[str]) -> dict[str, str]:
    """Return what is read of events to the column that has it, of those that there are.

    >>> columns_of({"event_id", "url", "path", "ip"})
    {'link': 'url', 'address': 'ip'}
    """
    there = {role: [each for each in names if each in titles] for role, names in COLUMNS.items()}
    return {role: found[0] for role, found in there.items() if found}


def marks(events: Sql, titles: Collection[str], signs: Signs, known: Sql | None = None) -> Sql:
    """Return the query ``event_id, mark, recorded_at, sign``, with a row an event that is marked.

    A mark is known once the last event is that shows it.

    Args:
        events: A relation with the columns of the contract, times in UTC.
        titles: Its columns.
        signs: Thresholds.
        known: A relation ``agent, name`` of crawlers, where that is known; else all agents
            are looked up.
    """
    columns = columns_of(titles)
    steps: list[tuple[str, Sql]] = [("seen", _seen(events, titles, columns))]
    found = []
    for more, query in _parts(columns, signs, known):
        steps += more
        found.append(query)
    written = [
        sql_text("{step} as materialized ({query})", step=Sql(step), query=query)
        for step, query in steps
    ]
    return sql_text(MARKS, steps=written, found=joined(" union all ", found))


def _seen(events: Sql, titles: Collection[str], columns: Mapping[str, str]) -> Sql:
    is_there = "recorded_at" in titles
    known = Sql("greatest(occurred_at, coalesce(recorded_at, occurred_at))")
    return sql_text(
        SEEN,
        known=known if is_there else Sql("occurred_at"),
        read=[
            sql_text(
                "nullif({column}::varchar, '') as {role}",
                column=name(columns[role]) if role in columns else Sql("null"),
                role=Sql(role),
            )
            for role in COLUMNS
        ],
        events=events,
    )


def _parts(
    columns: Collection[str], signs: Signs, known: Sql | None
) -> Iterator[tuple[list[tuple[str, Sql]], Sql]]:
    """Yield steps and a query for each kind of program that the columns allow to look for."""
    if "agent" in columns:
        if known is None:
            yield [("crawlers", crawlers.known(Sql("seen")))], crawlers.found(Sql("crawlers"))
        else:
            yield [], crawlers.found(known)
    if "mail" in columns:
        yield list(scanners.steps(signs)), scanners.found(signs)
    looked_for = bursts.bursts(signs, has_address="address" in columns)
    yield list(bursts.steps(looked_for)), bursts.found(looked_for)
