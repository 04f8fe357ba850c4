"""Counts of judged rows by value of each field: one pass over the rows for all fields.

A cell is a text, true or false, or a range of numbers; no value is a cell of its own. A number
that many rows share, such as 0, is a cell of its own too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from leadline.history.fields_then import Known, KnownField
from leadline.history.split import FOLDS
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import shares_of

MOST_VALUES = 200
"""Of a text with more values, the rarest share one cell."""
OTHER = "other values"
EMPTY = "(empty)"
NO_ACCOUNT = "\x01"
"""Stands for the value of an account's field where there is no account."""
FEW_NUMBERS = 12
"""Numbers with no more values than this are taken one by one."""


@dataclass(frozen=True)
class Cell:
    """One value or range of a field.

    Attributes:
        label: What it is called.
        value: The text, true or false, or the one number; None for ranges and no value.
        low: Least number of a range, None at the lower end.
        high: A range ends before it, None at the upper end.
    """

    label: str
    value: str | float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Cells:
    """Rows and outcomes of one field by cell and fold; shapes (cells, folds).

    Attributes:
        field: The field.
        cells: The values; ``(empty)`` is last where there is one.
        rows: Rows.
        wins: Rows with the outcome.
        places: Sum of the places of rows in their order, by cell; 0 without order.
        by_group: Groups of each cell, and sums over them of rows by rows, rows by wins, and wins
            by wins; shape (4, cells).
    """

    field: KnownField
    cells: tuple[Cell, ...]
    rows: Floats
    wins: Floats
    places: Floats
    by_group: Floats

    @property
    def shares(self) -> list[Measured]:
        """The share of each cell's rows with the outcome."""
        return shares_of(self.wins.sum(1), self.rows.sum(1), *self.by_group)

    @property
    def empty(self) -> int | None:
        """The place of no value among the cells."""
        is_last = bool(self.cells) and self.cells[-1].label == EMPTY
        return len(self.cells) - 1 if is_last else None

    def codes(self, texts: Sequence[str | None]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the cells of values as ``coded`` writes them."""
        keys = {str(each.value): place for place, each in enumerate(self.cells)}
        if self.field.kind in _NUMERIC:
            keys = {str(place): place for place in range(len(self.cells))}
        other = keys.get(OTHER, 0)
        empty = self.empty
        found = [
            (other if empty is None else empty) if text is None else keys.get(text, other)
            for text in texts
        ]
        return np.array(found, np.int64)


_NUMERIC = (Type.NUMBER, Type.TIME)


@dataclass(frozen=True)
class Coded:
    """Known rows with the cell of each field as text, on the engine."""

    known: Known
    table: str
    ranges: Mapping[str, tuple[Cell, ...]]

    @property
    def columns(self) -> list[str]:
        """The columns of fields that have any value."""
        return [each.column for each in self.known.fields if each.kind is not Type.ANY]


def coded(known: Known, bins: int = 20) -> Coded:
    """Write the cell of each field of each row; numbers go into so many ranges of equal count."""
    edges = _edges(known, bins)
    columns = [
        sql_text("{code} as {c}", code=_of_account(each, _code(each, edges)), c=name(each.column))
        for each in known.fields
        if each.kind is not Type.ANY
    ]
    table = f"{known.table}_{bins}"
    known.of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as select lead_id, as_of, outcome, place, fold, "
            "bucket {columns} from {source}",
            t=name(table),
            columns=Sql("".join(f", {each}" for each in columns)),
            source=name(known.table),
        )
    )
    ranges = {
        column: tuple(_ranges(each, known.field(column).kind)) for column, each in edges.items()
    }
    return Coded(known, table, ranges)


def number_of(field: KnownField) -> Sql:
    """Return a number or time as a finite number."""
    if field.kind is Type.TIME:
        return sql_text("epoch_us({c})::double", c=name(field.column))
    return sql_text("case when isfinite({c}::double) then {c}::double end", c=name(field.column))


def _of_account(field: KnownField, code: Sql) -> Sql:
    """Set rows without an account apart: they say nothing of the account's fields."""
    if field.entity == "lead":
        return code
    return sql_text("case when has_account then {code} else {none} end", code=code, none=NO_ACCOUNT)


def _code(field: KnownField, edges: Mapping[str, Sequence[float]]) -> Sql:
    if field.kind not in _NUMERIC:
        return sql_text("{c}::varchar", c=name(field.column))
    number = number_of(field)
    above = [
        sql_text("({n} >= {e})::int", n=number, e=Sql(repr(each))) for each in edges[field.column]
    ]
    return sql_text(
        "case when {n} is not null then (0 {sum})::varchar end",
        n=number,
        sum=Sql("".join(f" + {each}" for each in above)),
    )


def _edges(known: Known, bins: int) -> dict[str, list[float]]:
    """Return the lower edges of the ranges of every number but the first, in one query."""
    fields = [each for each in known.fields if each.kind in _NUMERIC]
    if not fields:
        return {}
    shares = Sql(", ".join(repr(place / bins) for place in range(1, bins)))
    columns = [
        sql_text(
            "quantile_disc({n}, [{s}]), "
            "list_sort((list(distinct {n}) filter ({n} is not null))[:{few}]), "
            "approx_count_distinct({n})",
            n=number_of(each),
            s=shares,
            few=4 * FEW_NUMBERS,
        )
        for each in fields
    ]
    query = sql_text("select {c} from {t}", c=columns, t=name(known.table))
    [row] = known.of.run.engine.rows(query)
    found = zip(fields, row[::3], row[1::3], row[2::3], strict=True)
    return {each.column: _steps(parts or [], few or [], count) for each, parts, few, count in found}


def _steps(parts: list[float], few: list[float], count: int) -> list[float]:
    """Return edges: between all values where they are few, else by count and around spikes."""
    if len(few) <= FEW_NUMBERS and count <= 2 * FEW_NUMBERS:
        return sorted({*few, *map(_next, few)})
    spikes = [each for each in set(parts) if parts.count(each) > 1]
    return sorted({*parts, *map(_next, spikes)})


def _ranges(edges: Sequence[float], kind: Type) -> Iterator[Cell]:
    """Yield the ranges between edges; one that holds a single number has it as its value."""
    said = _moment if kind is Type.TIME else _number
    bounds = [None, *edges, None]
    before: float | None = None
    for low, high in pairwise(bounds):
        is_one = low is not None and high == _next(low)
        yield Cell(_range_said(low, high, before, said), low if is_one else None, low, high)
        before = low


def _next(number: float) -> float:
    return float(np.nextafter(number, np.inf))


def _range_said(
    low: float | None, high: float | None, before: float | None, said: Callable[[float], str]
) -> str:
    if low is None:
        return "any" if high is None else f"below {said(high)}"
    if high == _next(low):
        return said(low)
    least = f"above {said(before)}" if before is not None and low == _next(before) else said(low)
    if high is None:
        return least if least.startswith("above") else f"from {least}"
    return f"{least} to below {said(high)}"


def _number(number: float) -> str:
    return f"{number:.6g}" if abs(number) < _LONG else f"{number:,.0f}"


_LONG = 1e6


def _moment(microseconds: float) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    return at.date().isoformat()


def cells(given: Coded) -> list[Cells]:
    """Count rows and outcomes by cell and fold of every field, in one pass."""
    if not given.columns:
        return []
    made = _make_counts(given)
    rows, products = (_by_field(given, sql_text(each, made=made)) for each in (_BY_FOLD, _BY_GROUP))
    return [
        _cells(given, given.known.field(each), rows[each], products[each]) for each in given.columns
    ]


def _by_field(given: Coded, query: Sql) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {each: [] for each in given.columns}
    for column, *row in given.known.of.run.engine.rows(query):
        found[column].append(tuple(row))
    return found


def _make_counts(given: Coded) -> Sql:
    """Make the table of counts by field, value, fold and group; return its name."""
    made = name(f"{given.table}_counts")
    query = sql_text(
        "create or replace temp table {made} as with long as (select * from "
        "(select fold, bucket, outcome, place, {columns} from {t}) "
        "unpivot include nulls (cell for field in ({columns})) "
        "where cell is distinct from {none}), "
        "counted as (select field, cell, fold, bucket, count(*) as n, "
        "count(*) filter (outcome) as w, coalesce(sum(place), 0) as p from long "
        "group by field, cell, fold, bucket), "
        "sized as (select *, sum(n) over (partition by field, cell) as size from counted), "
        "ranked as (select *, dense_rank() over (partition by field order by cell is null desc, "
        "size desc, cell) as standing from sized) "
        "select field, case when standing <= {most} then cell else {other} end as value, "
        "cell is null as is_empty, fold, bucket, sum(n) as n, sum(w) as w, sum(p) as p "
        "from ranked group by all",
        made=made,
        columns=[name(each) for each in given.columns],
        t=name(given.table),
        most=MOST_VALUES,
        other=OTHER,
        none=NO_ACCOUNT,
    )
    given.known.of.run.engine.run(query)
    return made


_BY_FOLD = (
    "select field, value, is_empty, fold, sum(n), sum(w), sum(p) from {made} "
    "group by all order by all"
)
_BY_GROUP = (
    "select field, value, is_empty, count(*), sum(n * n), sum(n * w), sum(w * w) from "
    "(select field, value, is_empty, bucket, sum(n)::double as n, sum(w)::double as w from {made} "
    "group by all) group by all order by all"
)


def _cells(
    given: Coded,
    field: KnownField,
    rows: list[tuple[Any, ...]],
    products: list[tuple[Any, ...]],
) -> Cells:
    keys = {(text, empty): None for text, empty, *_ in rows}
    if field.kind in _NUMERIC:
        labels = list(given.ranges[field.column])
        places: dict[tuple[str | None, bool], int] = {
            (str(place), False): place for place in range(len(labels))
        }
    else:
        texts = [text for text, empty in keys if not empty]
        labels = [Cell(text, text) for text in texts]
        places = {(text, False): place for place, text in enumerate(texts)}
    if (None, True) in keys:
        places[None, True] = len(labels)
        labels.append(Cell(EMPTY))
    counts = np.zeros((3, len(labels), FOLDS))
    for text, empty, fold, n, w, p in rows:
        counts[:, places[text, empty], fold] += (n, w, p)
    by_group = np.zeros((4, len(labels)))
    for text, empty, *sums in products:
        by_group[:, places[text, empty]] += sums
    return Cells(field, tuple(labels), counts[0], counts[1], counts[2].sum(-1), by_group)
