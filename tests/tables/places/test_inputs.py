"""Tables come as files, or as rows in memory of any library that speaks Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.tables.read import load

ROWS = pa.table({"lead_id": ["a", "b"], "size": [1.5, 2.5]})


def batches() -> Iterator[pa.RecordBatch]:
    """Yield the rows one by one."""
    yield from ROWS.to_batches(max_chunksize=1)


@pytest.mark.parametrize(
    "given",
    [
        ROWS,
        ROWS.to_reader(),
        pl.DataFrame(ROWS),
        pl.DataFrame(ROWS).lazy(),
        ROWS.to_pandas(),
        list(batches()),
        batches(),
    ],
    ids=lambda given: type(given).__name__,
)
def test_rows_of_every_library_are_the_same_rows(engine: DuckDB, given: Any) -> None:
    """Also what is worked out when it is asked for, and batches as they come."""
    load(engine, {"leads": given}, {})
    query = "select lead_id, size from leads order by lead_id"
    assert engine.rows(query) == [("a", 1.5), ("b", 2.5)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lead_id": ["a"]}, "leads must be a file, or rows that speak Arrow; found dict"),
        ([{"lead_id": "a"}], "leads must be a file, or rows that speak Arrow; found dict"),
        (5, "leads must be a file, or rows that speak Arrow; found int"),
        (iter(()), "leads must be a file, or rows that speak Arrow; found NoneType"),
        (
            pd.DataFrame({"lead_id": ["a", "b"], "x": [{"a": 1}, [1]]}),
            "leads must be rows that Arrow can hold; found cannot mix",
        ),
    ],
)
def test_what_has_no_rows_is_refused(engine: DuckDB, given: Any, message: str) -> None:
    """With the name of the table."""
    with pytest.raises(InputError, match=message):
        load(engine, {"leads": given}, {})
