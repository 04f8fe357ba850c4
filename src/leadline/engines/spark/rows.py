"""Rows that go to Spark and come from it, as Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from leadline.engines.arrow import ArrowStream
from leadline.engines.spark.tables import quoted

BATCH_ROWS = 50_000
"""So many rows at a time pass through this process, where files are far from the workers."""


def write(file: Path, rows: pa.RecordBatchReader) -> None:
    """Write rows to a file of Parquet, some at a time."""
    with parquet.ParquetWriter(file, rows.schema) as writer:
        for batch in rows:
            writer.write_batch(batch)


def streamed(frame: Any) -> pa.RecordBatchReader:
    """Return the rows of a frame, one part after another."""
    kinds = {
        "string": pa.string(),
        "double": pa.float64(),
        "bigint": pa.int64(),
        "int": pa.int32(),
        "boolean": pa.bool_(),
        "timestamp": pa.timestamp("us", "UTC"),
    }
    schema = pa.schema([(title, kinds[kind]) for title, kind in frame.dtypes])
    # a time would come back in the zone of this machine
    plain = frame.selectExpr(
        *(
            f"unix_micros({quoted(each.name)}) as {quoted(each.name)}"
            if pa.types.is_timestamp(each.type)
            else quoted(each.name)
            for each in schema
        )
    )

    def batches() -> Iterator[pa.RecordBatch]:
        waiting: list[Any] = []
        for row in plain.toLocalIterator():
            waiting.append(row)
            if len(waiting) == BATCH_ROWS:
                yield _batch(waiting, schema)
                waiting.clear()
        if waiting:
            yield _batch(waiting, schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _batch(rows: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array(each, pa.int64()).cast(field.type)
        if pa.types.is_timestamp(field.type)
        else pa.array(each, field.type)
        for each, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def in_parts(rows: pa.RecordBatchReader, size: int) -> Iterator[pa.Table]:
    """Yield rows in parts of about so many bytes; one without rows where there are none."""
    waiting: list[pa.RecordBatch] = []
    has_rows = False
    for batch in rows:
        for piece in _pieces(batch, size):
            waiting.append(piece)
            has_rows = True
            if sum(each.nbytes for each in waiting) >= size:
                yield pa.Table.from_batches(waiting)
                waiting = []
    if waiting or not has_rows:
        yield pa.Table.from_batches(waiting, rows.schema)


def _pieces(batch: pa.RecordBatch, size: int) -> Iterator[pa.RecordBatch]:
    count = max(batch.num_rows * size // max(batch.nbytes, 1), 1)
    return (batch.slice(start, count) for start in range(0, max(batch.num_rows, 1), count))


def zoned(rows: ArrowStream) -> pa.RecordBatchReader:
    """Say of times without a zone that they are UTC, and write out what is coded."""
    reader = pa.RecordBatchReader.from_stream(rows)
    return _as(reader, lambda kind: _with_zone(_plain(kind)))


def naive(table: pa.Table) -> pa.Table:
    """Return times as UTC without a zone."""
    fields = [
        pa.field(each.name, pa.timestamp("us")) if pa.types.is_timestamp(each.type) else each
        for each in table.schema
    ]
    return table.cast(pa.schema(fields))


def _as(reader: pa.RecordBatchReader, kind_of: Any) -> pa.RecordBatchReader:
    schema = pa.schema([pa.field(each.name, kind_of(each.type)) for each in reader.schema])
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in reader))


def _plain(kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind) or pa.types.is_large_string(kind):
        return pa.string()
    return kind


def _with_zone(kind: Any) -> Any:
    return pa.timestamp("us", "UTC") if pa.types.is_timestamp(kind) else kind
