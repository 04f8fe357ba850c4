"""Lines above the names of the columns, as reports of a CRM have them: a title, a date, filters."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from leadline.tables.places.header import SEPARATORS, read_header
from leadline.tables.places.text import Written, encoding_of, read_head

LOOKED_AT = 60
"""So many lines of a file are looked at."""
ENOUGH = 3
"""So many rows must be there for a line above them to be no row."""


class Row(NamedTuple):
    """A row at the start of a file: its line, its fields, and how many of them have a value."""

    line: int
    fields: int
    filled: int


def header_line(file: str, encoding: str | None) -> int | None:
    """Return the line that names the columns of a CSV file, None where it is the first.

    A title, a date or a filter fills less than half of the fields that the fullest row does.
    Below them, the names fill all.
    """
    text = _start(file, encoding)
    rows = max((list(_rows(text, mark)) for mark in SEPARATORS), key=_fields)
    fullest = max((row.filled for row in rows), default=0)
    if not rows or not _is_title(rows[0], fullest):
        return None
    below = [row.line for row in rows if not _is_title(row, fullest)]
    full = [row.line for row in rows if row.filled == fullest]
    return full[0] if len(below) >= ENOUGH else None


def _is_title(row: Row, fullest: int) -> bool:
    return row.filled < fullest / 2 or row.fields == 1 < fullest


def header_names(file: str, written: Written) -> tuple[str, ...]:
    """Return the names of the columns of a CSV file."""
    text = _start(file, written.encoding)
    return read_header(file, text, written.delimiter, written.header).names


def _start(file: str, encoding: str | None) -> str:
    text = read_head(file).decode(encoding or encoding_of(file), errors="replace")
    return text.removeprefix("\ufeff")


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Yield the rows that are not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = 1
    for row in islice(reader, LOOKED_AT):
        filled = sum(1 for field in row if field.strip())
        if filled:
            yield Row(begins, len(row), filled)
        begins = reader.line_num + 1


def _fields(rows: Sequence[Row]) -> int:
    return sum(row.filled for row in rows if row.filled > 1)
