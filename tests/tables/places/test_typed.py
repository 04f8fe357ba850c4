"""Parquet and tables in memory: read where they are, types kept."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.errors import InputError
from leadline.model.types import Type
from leadline.tables.read import load

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB

NOON = datetime(2026, 11, 1, 12)

COLUMNS: dict[str, tuple[pa.Array, Type, str, Any]] = {
    "int8": (pa.array([7], pa.int8()), Type.NUMBER, "BIGINT", 7),
    "uint64": (pa.array([7], pa.uint64()), Type.NUMBER, "DOUBLE", 7.0),
    "int64": (pa.array([2**60 + 1], pa.int64()), Type.NUMBER, "BIGINT", 2**60 + 1),
    "float32": (pa.array([0.5], pa.float32()), Type.NUMBER, "DOUBLE", 0.5),
    "nan": (pa.array([float("nan")]), Type.ANY, "NULL", None),
    "decimal": (pa.array([Decimal("1.25")]), Type.NUMBER, "DOUBLE", 1.25),
    "boolean": (pa.array([True]), Type.BOOLEAN, "BOOLEAN", True),
    "text": (pa.array(["x"]), Type.TEXT, "VARCHAR", "x"),
    "dictionary": (pa.array(["x"]).dictionary_encode(), Type.TEXT, "VARCHAR", "x"),
    "date": (pa.array([date(2026, 11, 1)]), Type.TIME, "TIMESTAMP", datetime(2026, 11, 1)),
    "nanos": (pa.array([NOON], pa.timestamp("ns")), Type.TIME, "TIMESTAMP", NOON),
    "seconds": (pa.array([NOON], pa.timestamp("s")), Type.TIME, "TIMESTAMP", NOON),
    "zoned": (
        pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("us", "Europe/Warsaw")),
        Type.TIME,
        "TIMESTAMP",
        NOON,
    ),
    "of pandas": (
        pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("ns", "Europe/Warsaw")),
        Type.TIME,
        "TIMESTAMP",
        NOON,
    ),
    "nested": (pa.array([[{"a": 1}]]), Type.TEXT, "VARCHAR", '[{"a":1}]'),
    "null": (pa.nulls(1), Type.ANY, "NULL", None),
    "empty": (pa.array([None], pa.int64()), Type.ANY, "NULL", None),
}


@pytest.mark.parametrize("title", COLUMNS)
@pytest.mark.parametrize("source", ["arrow", "parquet"])
def test_types_of_others_become_ours(engine: DuckDB, folder: Path, title: str, source: str) -> None:
    """Whole numbers stay whole, so that large identifiers stay apart; the rest is canonical."""
    column, expected, native, value = COLUMNS[title]
    table = pa.table({"lead_id": ["L1"], "x": column})
    pq.write_table(table, folder / "leads.parquet")
    given = table if source == "arrow" else "leads.parquet"
    schema = load(engine, {"leads": given}, {}).schema
    assert schema["leads"]["x"] is expected
    [(found, kind)] = engine.rows("select x, typeof(x) from leads")
    assert (found, kind.strip('"')) == (value, native)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (pa.array([7, 8], pa.int32()), ["7", "8"]),
        (pa.array([7.0, 8.5]), ["7", "8.5"]),
        (pa.array([1e300, 8.0]), ["1e+300", "8"]),
        (
            pa.array([UUID(int=7).bytes, UUID(int=8).bytes], pa.uuid()),
            [str(UUID(int=7)), str(UUID(int=8))],
        ),
    ],
)
def test_identifiers_become_texts(engine: DuckDB, keys: pa.Array, expected: list[str]) -> None:
    """A whole number that pandas made a float is written without a fraction."""
    load(engine, {"leads": pa.table({"lead_id": keys})}, {})
    assert sorted(engine.rows("select lead_id from leads")) == sorted((key,) for key in expected)


def test_a_relation_of_another_connection_is_read(engine: DuckDB) -> None:
    """Whatever speaks the Arrow stream protocol will do."""
    with duckdb.connect() as other:
        load(engine, {"leads": other.sql("select 'L1' as lead_id")}, {})
    assert engine.rows("select lead_id from leads") == [("L1",)]


def test_row_labels_of_pandas_are_no_column(engine: DuckDB) -> None:
    """They come with a frame of which rows were taken away."""
    frame = pl.DataFrame({"lead_id": ["a", "b"]}).to_pandas()
    schema = load(engine, {"leads": frame[frame.lead_id == "b"]}, {}).schema
    assert not [title for title in schema["leads"] if title.startswith("__")]


def test_rows_in_memory_have_numbers(engine: DuckDB) -> None:
    """Counted from 1."""
    leads = pa.table({"lead_id": ["a", None, "a"], "x": [1, 2, 3]})
    events = pa.table({"event_id": ["e"], "lead_id": ["a"], "type": ["x"], "occurred_at": [None]})
    load(engine, {"events": events}, {})
    assert engine.rows('select file, "row" from rejects') == [("events", 1)]
    with pytest.raises(InputError, match=r"leads lead_id must be unique; .* a \(rows 1, 3\)"):
        load(engine, {"leads": leads}, {})


def test_rows_of_parquet_files_have_numbers(engine: DuckDB, folder: Path) -> None:
    """Of each file, and columns that only some files have are null elsewhere."""
    pl.DataFrame({"lead_id": ["a", None], "x": [1, 2]}).write_parquet(folder / "1.parquet")
    pl.DataFrame({"y": [3.5], "lead_id": [None]}).write_parquet(folder / "2.parquet")
    load(engine, {"leads": "*.parquet"}, {})
    assert engine.rows("select lead_id, x, y from leads") == [("a", 1, None)]
    assert engine.rows('select file, "row", content from rejects order by all') == [
        ("1.parquet", 2, '{"lead_id":null,"x":2,"y":null}'),
        ("2.parquet", 1, '{"lead_id":null,"x":null,"y":3.5}'),
    ]


def test_columns_may_hide_the_place_of_a_row(engine: DuckDB, folder: Path) -> None:
    """A column called filename is read; where a row is then stays unknown."""
    pl.DataFrame({"lead_id": [None], "filename": ["x"]}).write_parquet(folder / "a.parquet")
    load(engine, {"leads": "a.parquet"}, {})
    assert engine.rows('select file, "row", reason from rejects') == [
        (None, None, "lead_id is missing")
    ]


@pytest.mark.parametrize("source", ["arrow", "parquet"])
def test_names_that_clash_are_refused(engine: DuckDB, folder: Path, source: str) -> None:
    """Names that differ only by case are one name to SQL."""
    table = pa.table([["a"], [1], [2]], names=["lead_id", "Name", "name"])
    pq.write_table(table, folder / "leads.parquet")
    with pytest.raises(InputError, match=r"Name and name|differ only by case"):
        load(engine, {"leads": table if source == "arrow" else "leads.parquet"}, {})


def test_what_is_no_parquet_is_refused(engine: DuckDB, folder: Path) -> None:
    """The file is named."""
    (folder / "leads.parquet").write_text("lead_id\nL1\n")
    with pytest.raises(InputError, match=r"leads\.parquet must be a Parquet file"):
        load(engine, {"leads": "leads.parquet"}, {})
