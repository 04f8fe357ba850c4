"""What the tests of other systems share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported, read_points


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDB]:
    """Return an engine of its own for a file of tests."""
    with DuckDB() as engine:
        yield engine


@pytest.fixture
def imported(engine: DuckDB, tmp_path: Path) -> Callable[[str, str], Imported]:
    """Return what reads the text of a table as a model."""

    def read(system: str, text: str) -> Imported:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return read_points(system, path, engine=engine)

    return read
