"""Lines above the names of the columns, as reports of a CRM have them: a title, a date, filters."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from leadline.tables.places.header import SEPARATORS, read_header
from leadline.tables.places.text import Written, encoding_of, read_head

LOOKED_AT = 60
"""So many lines of a file are looked at for a title."""
ENOUGH = 3
"""So many rows must be there for a line above them to be no row."""


class Row(NamedTuple):
    """A row at the start of a file: its line, and its fields without what is around them."""

    line: int
    texts: tuple[str, ...]

    @property
    def fields(self) -> int:
        """How many fields there are."""
        return len(self.texts)

    @property
    def filled(self) -> int:
        """How many of them have a value."""
        return sum(1 for each in self.texts if each)

    @property
    def is_padded(self) -> bool:
        """Whether the values stand in the first fields, and no others do."""
        return 0 < self.filled < self.fields and all(self.texts[: self.filled])

    @property
    def is_worded(self) -> bool:
        """Whether the values can be names of columns: different words, of which none is a value."""
        given = [each for each in self.texts if each]
        return len(given) > 1 and len(set(given)) == len(given) and all(map(_is_name, given))


def _is_name(text: str) -> bool:
    return NO_NAME.search(text) is None


NO_NAME = re.compile(r"^\W*$|^\W*\d[\d\W]*$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|@.*\.|\d:\d\d|^https?:")
"""A number, a date, a time, an address: what is no name of a column."""


class Spot(NamedTuple):
    """Where a table stands in a file.

    Attributes:
        header: Line that names its columns.
        last: Its last line, None where it goes on to the end.
        rows: How many rows it has, as far as the file was looked at.
    """

    header: int
    last: int | None
    rows: int


def spots(file: str, encoding: str | None) -> list[Spot]:
    """Return the tables in a CSV file, in their order; one without title is ``[Spot(1, None, n)]``.

    A title, a date or a filter fills less than half of the fields that the fullest row does.
    Below them, the names fill all.
    """
    text = _start(file, encoding)
    mark = max(SEPARATORS, key=lambda each: _fields(list(_rows(text, each, LOOKED_AT))))
    return spots_in(list(_rows(text, mark)))


def spots_in(all_: Sequence[Row]) -> list[Spot]:
    """Return the tables in rows that are not empty, as ``spots`` does."""
    rows = all_[:LOOKED_AT]
    fullest = max((row.filled for row in rows), default=0)
    if not rows or not _is_title(rows[0], fullest):
        return [Spot(rows[0].line if rows else 1, None, len(rows) - 1)]
    found = list(_spots(all_))
    if len(found) > 1:
        return found
    below = [row.line for row in rows if not _is_title(row, fullest)]
    full = [row.line for row in rows if row.filled == fullest]
    is_below = len(below) >= ENOUGH
    return [Spot(full[0] if is_below else 1, None, len(below) - 1)]


def largest(found: Sequence[Spot]) -> Spot:
    """Return the table with the most rows, of several the last."""
    return max(found, key=lambda each: (each.rows, each.header))


def _spots(rows: Sequence[Row]) -> Iterator[Spot]:
    """Yield the tables of a report that has several, one below the other."""
    starts = [
        at
        for at, row in enumerate(rows[:-1])
        if row.is_worded and _is_start(rows[at - 1] if at else None, row, rows[at + 1])
    ]
    for at, end in pairwise([*starts, len(rows)]):
        inside = [row for row in rows[at + 1 : end] if row.filled > 1]
        is_last = end == len(rows)
        if inside:
            yield Spot(rows[at].line, None if is_last else inside[-1].line, len(inside))


def _is_start(above: Row | None, row: Row, below: Row) -> bool:
    """Tell the names of a table by what is above them: a title, or a table of another width."""
    is_title = below.is_worded and below.filled > row.filled
    if below.filled <= 1 or is_title:
        return False
    if above is None or above.filled <= 1 or above.fields != row.fields:
        return True
    return row.is_padded and above.filled != row.filled


def _is_title(row: Row, fullest: int) -> bool:
    return row.filled < fullest / 2 or row.fields == 1 < fullest


def header_names(file: str, written: Written) -> tuple[str, ...]:
    """Return the names of the columns of a CSV file."""
    text = _start(file, written.encoding)
    return read_header(file, text, written.delimiter, written.header).names


def _start(file: str, encoding: str | None) -> str:
    text = read_head(file).decode(encoding or encoding_of(file), errors="replace")
    return text.removeprefix("\ufeff")


def _rows(text: str, separator: str, most: int | None = None) -> Iterator[Row]:
    """Yield the rows that are not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = 1
    for row in islice(reader, most):
        texts = tuple(field.strip() for field in row)
        if any(texts):
            yield Row(begins, texts)
        begins = reader.line_num + 1


def _fields(rows: Sequence[Row]) -> int:
    return sum(row.filled for row in rows if row.filled > 1)
