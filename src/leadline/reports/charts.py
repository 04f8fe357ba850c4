"""What a chart shows: its figures and what they mean, and nothing of how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from leadline.reports.tables import Column, Table

Shape = Literal["rows", "columns", "stacked", "histogram", "lines", "steps"]
"""Rows and columns are bars; stacked are bars upon each other; the rest has a scale below."""


@dataclass(frozen=True)
class Series:
    """One row of values, one a place on the x axis; null where there is none.

    Attributes:
        name: What the values are, for the legend.
        values: The values.
        low: Lower ends of an interval around each value, or nothing.
        high: Upper ends likewise.
        goes_on: It is the series before it, gone on: in its colour, dashed.
    """

    name: str
    values: tuple[float | None, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    goes_on: bool = False


@dataclass(frozen=True)
class Mark:
    """A line across a chart, such as the edge of a band."""

    at: float
    name: str


@dataclass(frozen=True)
class Chart:
    """A chart over one axis.

    Attributes:
        name: Name for machines, unique on its page.
        title: What is shown.
        says: One sentence of what is to be seen; read out in place of the picture.
        shape: How the values stand.
        x: What the places are.
        at: The places: labels, numbers or moments; of a histogram the lower edges of its bins.
        y: What the values are; all series have its kind.
        series: The values.
        marks: Lines at places of a numeric x axis.
        levels: Of lines and steps, lower edges of the bands that are shaded behind them, rising.
        width: Width of a histogram's bins.
        ordered: The series have an order, such as bands, and take shades of one colour.
        diagonal: Show where y equals x, for reliability and gains.
        beside: More columns of its table that are not drawn, with their values.
    """

    block: ClassVar[str] = "chart"

    name: str
    title: str
    says: str
    shape: Shape
    x: Column
    at: tuple[Any, ...]
    y: Column
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    levels: tuple[Mark, ...] = ()
    width: float = 1.0
    ordered: bool = False
    diagonal: bool = False
    beside: tuple[tuple[Column, tuple[Any, ...]], ...] = ()

    def table(self) -> Table:
        """Return the same figures as a table, one row a place."""
        columns, values = [self.x], [self.at]
        for each in self.series:
            parts = {"": each.values, "low": each.low, "high": each.high}
            for part, found in parts.items():
                if found:
                    columns.append(self._column(each, part))
                    values.append(found)
        for column, found in self.beside:
            columns.append(column)
            values.append(found)
        return Table(self.name, self.title, tuple(columns), tuple(zip(*values, strict=True)))

    def _column(self, series: Series, part: str) -> Column:
        if len(self.series) == 1 and not part:
            return self.y
        name = f"{series.name} {part}".strip()
        return Column(name, name, self.y.kind, is_end=bool(part))


@dataclass(frozen=True)
class Flow:
    """How many go from each band before to each band after.

    Attributes:
        name: Name for machines, unique on its page.
        title: What is shown.
        says: One sentence of what is to be seen.
        before: What the left side is.
        after: What the right side is.
        bands: All bands, the lowest first; they stand with the highest on top.
        counts: Band before, band after, how many.
        unit: What is counted.
    """

    block: ClassVar[str] = "flow"

    name: str
    title: str
    says: str
    before: Column
    after: Column
    bands: tuple[str, ...]
    counts: tuple[tuple[str, str, int], ...]
    unit: str = "leads"

    def table(self) -> Table:
        """Return the same figures as a table, one row a pair of bands."""
        columns = (self.before, self.after, Column("count", self.unit, "count"))
        return Table(self.name, self.title, columns, self.counts)
