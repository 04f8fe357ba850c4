"""Tables of a report: values as they are, with what is needed to write them for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar

from leadline.reports.figures import NOTHING, NUMBERS, Kind, figure, within


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: Name for machines.
        title: Title for people.
        kind: What its values are.
        nothing: What stands where there is no value.
        is_end: Whether it is an end of the interval of the column before; people read it there.
    """

    name: str
    title: str
    kind: Kind = "text"
    nothing: str = NOTHING
    is_end: bool = False

    @property
    def is_number(self) -> bool:
        """Whether digits are to stand below digits."""
        return self.kind in NUMBERS


WHO = Column("who", "who")
"""What a model shows of a lead, beside its id."""


@dataclass(frozen=True)
class Table:
    """Rows of values, one a column; null where there is none.

    Attributes:
        name: Name for machines, unique on its page.
        title: What the rows are.
        columns: The columns.
        rows: The values.
        empty: What to say where there is no row.
    """

    block: ClassVar[str] = "table"

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    empty: str = "None."

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns as people see them: a value and its interval stand in one."""
        return tuple(each for each in self.columns if not each.is_end)

    def figures(self) -> list[list[str]]:
        """Return the rows as people read them, a cell for each column that is shown."""
        starts = [at for at, each in enumerate(self.columns) if not each.is_end]
        cells = list(pairwise([*starts, len(self.columns)]))
        return [
            [_cell(self.columns[start], row[start], row[start + 1 : end]) for start, end in cells]
            for row in self.rows
        ]

    def plain(self) -> dict[str, Any]:
        """Return the table for JSON: a record a row, by the columns' names."""
        names = [each.name for each in self.columns]
        rows = [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in self.rows
        ]
        return {"name": self.name, "title": self.title, "rows": rows}


def _cell(column: Column, value: Any, ends: tuple[Any, ...]) -> str:
    """Return a value as people read it, with the ends of its interval where there are any."""
    if value is None:
        return column.nothing
    return within(value, ends, column.kind) if ends else figure(value, column.kind)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; moments are text in UTC."""
    return f"{value.replace(tzinfo=None).isoformat()}Z" if isinstance(value, datetime) else value
