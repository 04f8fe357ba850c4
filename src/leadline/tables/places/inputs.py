"""What was given for a table: files, or rows in memory of any library that speaks Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from leadline.engines.engine import ArrowStream
from leadline.errors import Fault, InputError
from leadline.tables.places.files import given_files


@runtime_checkable
class ArrowArray(Protocol):
    """Anything that speaks the Arrow array protocol: a batch of records."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> object:
        """Return the rows as an array."""


@runtime_checkable
class Lazy(Protocol):
    """Rows that are worked out when they are asked for, such as a lazy frame of Polars."""

    def collect(self) -> ArrowStream:
        """Return the rows."""


Input: TypeAlias = str | Path | Sequence[str | Path] | ArrowStream | Lazy | Iterable[ArrowArray]
"""A file, a pattern, a list of these, or rows that speak Arrow, also in batches."""


def files_or_rows(table: str, given: Input) -> list[str] | ArrowStream:
    """Return the files of a table, or its rows as one stream.

    Raises:
        InputError: It is neither.
        FileError: A file is missing, is a folder or cannot be read.
    """
    if isinstance(given, ArrowStream):
        return given
    if isinstance(given, str | Path):
        return given_files(given)
    if isinstance(given, Lazy):
        return given.collect()
    if isinstance(given, dict) or not isinstance(given, Iterable):
        raise _neither(table, given)
    if isinstance(given, Sequence) and all(isinstance(each, str | Path) for each in given):
        return given_files(given)
    return _streamed(table, iter(given))


def _streamed(table: str, batches: Iterator[object]) -> ArrowStream:
    """Return batches of records as one stream."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    def checked() -> Iterator[pa.RecordBatch]:
        for each in chain([first], batches):
            if not isinstance(each, ArrowArray):
                raise _neither(table, each)
            yield pa.record_batch(each)

    first = next(batches, None)
    if not isinstance(first, ArrowArray):
        raise _neither(table, first)
    stream: ArrowStream = pa.RecordBatchReader.from_batches(
        pa.record_batch(first).schema, checked()
    )
    return stream


def _neither(table: str, given: object) -> InputError:
    expected = "must be a file, or rows that speak Arrow"
    remedy = "Such rows are of Arrow, DuckDB, Polars or pandas."
    return InputError(Fault(table, "", expected, type(given).__name__, remedy))
