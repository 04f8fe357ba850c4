"""What the head of a Parquet file saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.tables.read import load

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB


@pytest.mark.parametrize(
    ("cities", "expected", "is_asked"),
    [
        (["Rome", "Oslo", None], ["Rome", "Oslo", None], False),
        (["Rome", "", None], ["Rome", None, None], True),
        ([None, None, None], [None, None, None], False),
    ],
)
def test_empty_texts_are_looked_for_only_where_there_are_some(
    engine: DuckDB,
    tmp_path: Path,
    cities: list[str | None],
    expected: list[str | None],
    is_asked: bool,  # noqa: FBT001
) -> None:
    """They are null in the end; where the least text is not empty no row is asked."""
    file = tmp_path / "leads.parquet"
    city = pa.array(cities, pa.string())
    pq.write_table(pa.table({"lead_id": ["a", "b", "c"], "city": city}), file)
    load(engine, {"leads": str(file)}, {})
    assert [each for (each,) in engine.rows("select city from leads order by lead_id")] == expected
    [(view,)] = engine.rows("select sql from duckdb_views() where view_name = 'leads_view'")
    assert ("nullif" in view) is is_asked
