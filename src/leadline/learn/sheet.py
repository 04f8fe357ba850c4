"""A sheet: what was known of each judged row, and what happened afterwards, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.learn.clock import Clock

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
MISSING = -1
"""Code of a level where there is none."""


@dataclass(frozen=True)
class Field:
    """One column of a sheet: numbers, or levels.

    Attributes:
        numbers: Values, NaN where missing; shape (rows,); None where the field has levels.
        codes: Place of each row's level, -1 where missing; None where the field has numbers.
        levels: The levels: texts, or true and false.
        rule: Of a number that fades with time, the event rule that gives it for 1 point: it can
            only be multiplied.
    """

    numbers: Floats | None = None
    codes: Whole | None = None
    levels: tuple[Any, ...] = ()
    rule: Mapping[str, Any] | None = None

    @classmethod
    def of_levels(cls, values: Sequence[Any]) -> Field:
        """Return the field of texts or booleans, None where missing.

        >>> Field.of_levels(["b", None, "a"]).codes
        array([ 1, -1,  0])
        """
        levels = sorted({value for value in values if value is not None})
        places: dict[Any, int] = {value: place for place, value in enumerate(levels)}
        places[None] = MISSING
        codes = np.fromiter((places[value] for value in values), np.int64, len(values))
        return cls(codes=codes, levels=tuple(levels))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._column)

    @property
    def _column(self) -> npt.NDArray[Any]:
        column = self.codes if self.numbers is None else self.numbers
        if column is None:
            raise ValueError("a field has numbers or levels")
        return column

    @property
    def missing(self) -> Flags:
        """Whether each row has no value."""
        column = self._column
        return np.asarray(np.isnan(column) if self.numbers is not None else column == MISSING)

    def take(self, rows: npt.NDArray[Any]) -> Field:
        """Return the field for some rows."""
        if self.numbers is not None:
            return replace(self, numbers=self.numbers[rows])
        return replace(self, codes=self._column[rows])

    @property
    def varies(self) -> bool:
        """Whether there are two different values, no value being one."""
        column = self._column
        if self.numbers is None:
            return bool(column.size and column.min() != column.max())
        known = column[~np.isnan(column)]
        if len(known) in {0, len(column)}:
            return bool(known.size and known.min() != known.max())
        return True


@dataclass(frozen=True)
class Course:
    """When the outcome of each row was known, on the scale of the order.

    Attributes:
        known: When it came, or was known not to come: at the latest when the horizon ended.
        seen: Until when is known what happened.
        clock: How soon outcomes come.
    """

    known: Floats
    seen: float
    clock: Clock


@dataclass(frozen=True)
class Sheet:
    """Rows to learn from.

    Attributes:
        fields: Expression of the model language to its values.
        outcome: Whether the outcome came; shape (rows,).
        order: What the rows are ordered by; None where nothing says.
        groups: Which rows belong together, as numbers; None where each stands alone.
        is_apart: Whether rows of a group may not be fitted where others of it are judged, though
            they are earlier. Without order they never are.
        until: When the outcome of each row was settled, on the scale of ``order``; None where
            it is known at once. Earlier rows that were not settled by then are not trained on.
        course: When outcomes were known, where rows are among them whose horizon has not ended;
            their outcome is false until it comes.
    """

    fields: Mapping[str, Field]
    outcome: Flags
    order: Floats | None = None
    groups: Whole | None = None
    until: Floats | None = None
    is_apart: bool = False
    course: Course | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.outcome)

    @property
    def is_ordered(self) -> bool:
        """Whether rows stand in time, or in an order that stands for it."""
        return self.order is not None

    @cached_property
    def rate(self) -> float:
        """The share of rows with the outcome."""
        return float(self.outcome.mean()) if self.rows else 0.0

    @property
    def is_ripe(self) -> Flags:
        """Whether the horizon of each row has ended."""
        if self.course is None or self.until is None:
            return np.ones(self.rows, bool)
        return np.asarray(self.until <= self.course.seen)

    @property
    def is_open(self) -> Flags:
        """Whether the outcome of each row may still come."""
        if self.course is None:
            return np.zeros(self.rows, bool)
        return np.asarray(self.course.known > self.course.seen)

    def ripe(self) -> Sheet:
        """Return the rows whose horizon has ended."""
        if self.course is None:
            return self
        return replace(self.take(np.flatnonzero(self.is_ripe)), course=None)

    def known_at(self, moment: float) -> Sheet:
        """Return the rows with what was known of their outcomes at a moment."""
        if self.course is None:
            return self
        outcome = self.outcome & (self.course.known <= moment)
        return replace(self, outcome=outcome, course=replace(self.course, seen=moment))

    def take(self, rows: npt.NDArray[Any]) -> Sheet:
        """Return some rows."""
        course = self.course
        return Sheet(
            {name: field.take(rows) for name, field in self.fields.items()},
            self.outcome[rows],
            None if self.order is None else self.order[rows],
            None if self.groups is None else self.groups[rows],
            None if self.until is None else self.until[rows],
            self.is_apart,
            None if course is None else replace(course, known=course.known[rows]),
        )

    def only(self, names: Sequence[str]) -> Sheet:
        """Return the sheet with some of the fields."""
        return replace(self, fields={name: self.fields[name] for name in names})


def members(groups: npt.NDArray[Any] | None, rows: int) -> Whole:
    """Return the number of each row's group, from 0; without groups each row is one alone."""
    return np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1]


def field_of_arrow(column: pa.ChunkedArray | pa.Array) -> Field:
    """Return a column of numbers, booleans or texts; NaN and infinity are no value."""
    import pyarrow as pa  # noqa: PLC0415 - only where tables are read
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_boolean(column.type):
        return Field.of_levels(column.to_pylist())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _texts(column)
    numbers = np.array(pc.cast(column, pa.float64()).fill_null(np.nan), float).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return Field(numbers=numbers)


def _texts(column: pa.ChunkedArray | pa.Array) -> Field:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    packed = pc.dictionary_encode(whole)
    if isinstance(packed, pa.ChunkedArray):
        packed = packed.combine_chunks()
    levels = packed.dictionary.to_pylist()
    ranked = sorted(range(len(levels)), key=lambda place: str(levels[place]))
    places = np.empty(len(levels) + 1, np.int64)
    places[ranked] = np.arange(len(levels))
    places[-1] = MISSING
    codes = np.array(packed.indices.fill_null(len(levels)), np.int64)
    return Field(codes=places[codes], levels=tuple(levels[place] for place in ranked))
