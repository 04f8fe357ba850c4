"""Points of a document that people wrote, as what they give each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadline.learn.sheet import Floats, Sheet
from leadline.learn.terms import rounded

KEPT = "kept"
"""Column of a sheet: points of the rules that stay."""


@dataclass(frozen=True)
class Slot:
    """Points of the document that are fitted: those of a rule, or of each entry of a table.

    Attributes:
        name: Score and rule; the column of the sheet.
        old: Points as they are; of a table by code, 0 being no entry.
        is_table: Whether the column has codes of entries, else multiples of the points.
    """

    name: str
    old: tuple[float, ...]
    is_table: bool

    def given(self, points: Floats, sheet: Sheet) -> Floats:
        """Return what points give each row, rounded as the ledger does."""
        values = numbers(sheet, self.name)
        return rounded(points[values.astype(np.int64)] if self.is_table else points[0] * values)

    def columns(self, sheet: Sheet) -> Floats:
        """Return a column for each coefficient; rows without an entry have 0 in all of them."""
        values = numbers(sheet, self.name)
        if not self.is_table:
            return values[:, None]
        return np.asarray(values[:, None] == np.arange(1, len(self.old)), float)


def numbers(sheet: Sheet, column: str) -> Floats:
    """Return a column of numbers."""
    found = sheet.fields[column].numbers
    assert found is not None  # noqa: S101 - columns of slots are numbers
    return found


@dataclass(frozen=True)
class Points:
    """A document with points.

    Attributes:
        slots: What is fitted.
        points: Of each slot.
        base: Log-odds of a row with 0 points.
        slope: Log-odds of one point.
        kept: Whether rules that stay give points too.
        is_log_odds: Whether points are log-odds themselves.
    """

    slots: tuple[Slot, ...]
    points: tuple[Floats, ...]
    base: float
    slope: float
    kept: bool
    is_log_odds: bool = False

    def total(self, sheet: Sheet) -> Floats:
        """Return the points of each row, rounded rule by rule as the ledger does."""
        found = numbers(sheet, KEPT).copy() if self.kept else np.zeros(sheet.rows)
        for slot, points in zip(self.slots, self.points, strict=True):
            found += slot.given(points, sheet)
        return found

    def log_odds(self, sheet: Sheet) -> Floats:
        """Return the log-odds that the points stand for."""
        return self.base + self.slope * self.total(sheet)

    def turned(self, base: float, slope: float) -> Points:
        """Return the model whose log-odds are ``base + slope x`` these; whole points stay.

        Log-odds that stay cannot be multiplied: beside them only the base moves.
        """
        if not self.is_log_odds:
            return replace(self, base=base + slope * self.base, slope=slope * self.slope)
        if self.kept:
            return replace(self, base=base + self.base)
        points = tuple(rounded(slope * each) for each in self.points)
        return replace(self, base=base + slope * self.base, points=points)

    def parts(self, sheet: Sheet) -> Iterator[tuple[str, Floats]]:
        """Yield what each slot adds to the log-odds of each row."""
        for slot, points in zip(self.slots, self.points, strict=True):
            yield slot.name, self.slope * slot.given(points, sheet)


def changed(found: Points) -> Mapping[str, Floats]:
    """Return the new points of the slots whose points differ."""
    return {
        slot.name: points
        for slot, points in zip(found.slots, found.points, strict=True)
        if not np.array_equal(points, np.array(slot.old))
    }
