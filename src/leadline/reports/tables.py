"""Tables of a report: values as they are, with what is needed to write them for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from leadline.reports.figures import NOTHING, NUMBERS, Kind, figure


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: Name for machines.
        title: Title for people.
        kind: What its values are.
        nothing: What stands where there is no value.
    """

    name: str
    title: str
    kind: Kind = "text"
    nothing: str = NOTHING

    @property
    def is_number(self) -> bool:
        """Whether digits are to stand below digits."""
        return self.kind in NUMBERS


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

    def figures(self) -> list[list[str]]:
        """Return the rows as people read them."""
        return [
            [
                each.nothing if value is None else figure(value, each.kind)
                for each, value in zip(self.columns, row, strict=True)
            ]
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


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; moments are text in UTC."""
    return f"{value.replace(tzinfo=None).isoformat()}Z" if isinstance(value, datetime) else value
