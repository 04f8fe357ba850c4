"""Values that may mean several things, so that only a declaration can decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from leadline.errors import Fault
from leadline.model.types import Type
from leadline.sql.patterns import CLOCK, DATE
from leadline.sql.text import Sql
from leadline.tables.columns import Target
from leadline.tables.values import (
    UNCLEAR_DATE,
    UNCLEAR_NUMBER,
    Reading,
    is_local_time,
    is_unclear_date,
    is_unclear_number,
)


class Doubt(NamedTuple):
    """What only a declaration can decide, as a value by itself may mean several things.

    Attributes:
        condition: What such a text is, by what else is declared.
        pattern: The same, where nothing is declared.
    """

    type: Type
    is_declared: Callable[[Target], object]
    condition: Callable[[Sql, Target], Sql]
    pattern: str
    expected: str
    declare: str
    otherwise: str

    def fault(self, table: str, title: str, where: str, text: str) -> Fault:
        """Return what is wrong, and the declaration that mends it."""
        mark = next((mark for mark in text if not mark.isdigit()), "/")
        words = {"order": f"dd{mark}mm{mark}yyyy", "other": f"mm{mark}dd{mark}yyyy"}
        key, otherwise = self.declare.format_map(words), self.otherwise.format_map(words)
        remedy = f"Declare columns: {{{table}: {{{title}: {{{key}}}}}}}{otherwise}."
        return Fault(where, title, self.expected, text, remedy)


DOUBTS = (
    Doubt(
        Type.TIME,
        lambda target: target.format,
        lambda text, _: is_unclear_date(text),
        UNCLEAR_DATE,
        "must say which part is the day and which the month",
        "format: {order}",
        " if the day comes first, else with {other}",
    ),
    Doubt(
        Type.TIME,
        lambda target: target.zone,
        is_local_time,
        DATE + CLOCK,
        "must have a zone, such as 2026-11-01T12:00:00Z",
        "zone: UTC",
        " if the times are UTC",
    ),
    Doubt(
        Type.NUMBER,
        lambda target: target.decimal_mark,
        is_unclear_number,
        UNCLEAR_NUMBER,
        "must say what the comma means",
        "decimal: ','",
        " if decimals follow it, or with thousands: ',' if it groups thousands",
    ),
)


def doubts(each: Reading) -> Iterator[Doubt]:
    """Yield what may be in doubt about a column, as nothing is declared."""
    for doubt in DOUBTS:
        if doubt.type is each.type and not doubt.is_declared(each.target):
            yield doubt
