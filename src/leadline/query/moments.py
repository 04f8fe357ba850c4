"""Few moments that many leads share: their places, and leads and their moments by number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from leadline.query.context import Context
from leadline.sql.trees import Tree, integer, sql_tree, text, values

_MICROSECOND = timedelta(microseconds=1)


def steps(context: Context, asked: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield ``moment``: what is ``asked`` of, with a number ``k`` made of lead and place."""
    yield "asked", asked
    yield "lead_number", sql_tree(_LEAD_NUMBER)
    yield "grid", _grid(context)
    yield "moment", sql_tree(_MOMENT, count=integer(len(context.profile.moments)))


_LEAD_NUMBER = """
    select lead_id, row_number() over () as n
    from (select distinct lead_id from asked) as l
"""

_MOMENT = """
    select l.n * :count + g.place as k, a.*
    from asked as a join lead_number as l on l.lead_id = a.lead_id
        join grid as g on g.as_of = a.as_of
"""


def _grid(context: Context) -> Tree:
    """Return the moments with their places."""
    rows = [
        [integer(place), sql_tree("cast(:at as timestamp)", at=text(at.isoformat(sep=" ")))]
        for place, at in enumerate(context.profile.moments)
    ]
    return values("g", ["place", "as_of"], rows)


def microseconds_of(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND
