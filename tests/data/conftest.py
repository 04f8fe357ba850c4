"""An engine and a folder of files for the tests of reading and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leadline.data.read import Loaded, load
from leadline.engines.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=2) as engine:
        yield engine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, so that messages show short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(engine: DuckDB, folder: Path) -> Callable[..., Loaded]:
    """Write ``table="text of a CSV file"`` to files, and load them."""

    def read(
        columns: dict[str, dict[str, Any]] | None = None, *, clean: bool = False, **tables: str
    ) -> Loaded:
        for table, text in tables.items():
            (folder / f"{table}.csv").write_text(text, encoding="utf-8", newline="")
        inputs = {table: f"{table}.csv" for table in tables}
        return load(engine, inputs, columns or {}, clean=clean)

    return read
