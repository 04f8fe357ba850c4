"""Paths: formats by ending, patterns, and files that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadline.errors import FileError, InputError
from leadline.sql.text import sql_text
from leadline.tables.places.files import called, format_of, given_files, literal_path

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.csv", "csv"),
        ("a.b.csv.gz", "csv"),
        ("A.CSV", "csv"),
        ("a.tsv", "tsv"),
        ("dir.csv/a.parquet", "parquet"),
        ("a.jsonl", "json"),
        ("a.ndjson.gz", "json"),
        ("a.json", "json"),
    ],
)
def test_the_ending_says_the_format(path: str, expected: str) -> None:
    """Case and folders do not matter, and a packed file is what it packs."""
    assert format_of(path) == expected


@pytest.mark.parametrize("path", ["a", "a.xls", "a.gz", "a.parquet.gz", "csv", ".csv/a"])
def test_other_endings_are_refused(path: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InputError, match="must end in one of"):
        format_of(path)


def test_a_pattern_stands_for_its_files_in_order(folder: Path) -> None:
    """Also through folders, and a file that looks like a pattern is that file."""
    (folder / "y" / "z").mkdir(parents=True)
    for file in ("b.csv", "a.csv", "a[b].csv", "y/z/c.csv"):
        (folder / file).touch()
    assert given_files("?.csv") == ["a.csv", "b.csv"]
    assert given_files("a[b].csv") == ["a[b].csv"]
    assert given_files(["**/c.csv", folder / "a.csv"]) == ["y/z/c.csv", str(folder / "a.csv")]


def test_a_path_through_a_file_cannot_be_read(folder: Path) -> None:
    """The system's reason is shown."""
    (folder / "a.csv").touch()
    with pytest.raises(FileError, match=r"a\.csv/b\.csv cannot be read; found Not a directory"):
        given_files("a.csv/b.csv")


def test_no_files_at_all_are_refused() -> None:
    """An empty list is a mistake of the caller, not an empty table."""
    with pytest.raises(FileError, match="empty list"):
        given_files([])


def test_the_engine_takes_a_literal_path_as_it_is(engine: DuckDB, folder: Path) -> None:
    """Signs of a pattern in a name find that file alone."""
    (folder / "a[1]'*.csv").write_text("x\n1\n")
    (folder / "a1'.csv").write_text("x\n2\n")
    path = literal_path("a[1]'*.csv")
    assert engine.rows(sql_text("from read_csv({path})", path=path)) == [(1,)]


def test_many_files_have_a_short_name() -> None:
    """A message names the first."""
    assert called(["a.csv"]) == "a.csv"
