"""What lists of leads and of accounts share: their order, what they leave out, where they go on.

A list is walked in its order. What stands in its rows is asked of a bounded number of them for a
page; a page may so be shorter than was asked, and its end says where the list goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from leadline.service import cursor
from leadline.store.rows import present

MOST_LOOKED_AT = 5000
"""Rows that are looked at for a page."""
_TOGETHER = 500
AS_OF = "as_of"

_SCORE = {
    "sqlite": "json_extract(scores, '$.\"' || ? || '\"')",
    "postgresql": "cast(cast(scores as jsonb) ->> ? as double precision)",
}
"""Kind of store to how a score of the model is taken out of its columns."""
Key = TypeVar("Key", int, str)
Place = tuple[float, int] | tuple[float, str]


class Order(NamedTuple):
    """In which order, and how far.

    Attributes:
        by: A score, ``as_of``, or what else the list has.
        falling: Whether the greatest comes first.
        least: The least value that is listed; None for all.
        most: The greatest.
    """

    by: str
    falling: bool = True
    least: float | None = None
    most: float | None = None


class Field(NamedTuple):
    """A value that a field must have, as text."""

    name: str
    text: str

    def holds(self, fields: str) -> bool:
        """Say whether fields have it; numbers are compared as numbers."""
        value = present(fields).get(self.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(self.text) == value
        return value is not None and self.text == (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )


class Statement(NamedTuple):
    """A statement, or conditions of one, with the values for its places."""

    text: str
    params: tuple[object, ...] = ()


def every(*conditions: Statement) -> Statement:
    """Return conditions that must all hold.

    >>> every(Statement("a = ?", (1,)), Statement("b is null"))
    Statement(text='a = ? and b is null', params=(1,))
    """
    params = (value for each in conditions for value in each.params)
    return Statement(" and ".join(each.text for each in conditions), tuple(params))


def value_of(kind: str, by: str) -> Statement:
    """Return what a table of scores is ordered by, in a kind of store."""
    return Statement(AS_OF) if by == AS_OF else Statement(_SCORE[kind], (by,))


def walk(  # noqa: PLR0913 - of what, in which order, from where, how far
    order: Order,
    source: Statement,
    key: str,
    after: Place | None,
    most: int,
    *,
    within: str = "",
) -> Statement:
    """Return the statement that walks ``value`` and a key of a source, from a place on.

    Args:
        order: In which order.
        source: Tables and a condition.
        key: Tells rows of one value apart.
        after: The last row of the page before.
        most: So many rows are walked.
        within: A column that the source holds to one value or to null; PostgreSQL reads a null
            off an index in order only where it is said.
    """
    bounds = [source, Statement("value is not null")]
    if order.least is not None:
        bounds.append(Statement("value >= ?", (order.least,)))
    if order.most is not None:
        bounds.append(Statement("value <= ?", (order.most,)))
    if after is not None:
        behind = "<" if order.falling else ">"
        bounds.append(Statement(f"(value, {key}) {behind} (?, ?)", after))
    way = "desc" if order.falling else "asc"
    text, params = every(*bounds)
    sorting = ", ".join(f"{each} {way}" for each in (within, "value", key) if each)
    return Statement(f"select value, {key} from {text} order by {sorting} limit ?", (*params, most))


def page(
    walked: Sequence[tuple[float, Key]],
    most: int,
    looked: int,
    fitting: Callable[[Sequence[Key]], set[Key]] | None,
) -> tuple[list[tuple[float, Key]], str]:
    """Return the rows of a page, and where the list goes on; nothing where it ends.

    Args:
        walked: Rows in the order of the list.
        most: So many of them make a page.
        looked: So many were asked for; where there are fewer, the list ends with them.
        fitting: Finds those that are listed; None for all.
    """
    found: list[tuple[float, Key]] = []
    for row, fits in _judged(walked, fitting):
        if fits:
            found.append(row)
        if len(found) == most:
            return found, cursor.written(*row)
    return found, cursor.written(*walked[-1]) if walked and len(walked) == looked else ""


def _judged(
    walked: Sequence[tuple[float, Key]], fitting: Callable[[Sequence[Key]], set[Key]] | None
) -> Iterator[tuple[tuple[float, Key], bool]]:
    for start in range(0, len(walked), _TOGETHER):
        part = walked[start : start + _TOGETHER]
        fits = None if fitting is None else fitting([key for _, key in part])
        yield from ((row, fits is None or row[1] in fits) for row in part)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
