"""Paths of inputs and outputs: which files are meant, whether they can be used, their format."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from leadline.errors import Fault, FileError, InputError
from leadline.sql.text import Sql, sql_text

Format: TypeAlias = Literal["csv", "tsv", "parquet", "json", "workbook"]
Paths: TypeAlias = str | Path | Iterable[str | Path]

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "tsv",
    ".tsv.gz": "tsv",
    ".parquet": "parquet",
    ".json": "json",
    ".json.gz": "json",
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".ndjson": "json",
    ".ndjson.gz": "json",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
}
OTHER_SHEETS = frozenset({".xls", ".xlsb", ".ods", ".numbers"})
"""Endings of what a spreadsheet is saved as, and is not read."""


def format_of(path: str) -> Format:
    """Return the format that a path's ending names.

    Raises:
        InputError: No known format ends so.

    >>> format_of("out/leads.CSV.gz")
    'csv'
    """
    endings = Path(path.lower()).suffixes
    for ending in ("".join(endings[-2:]), "".join(endings[-1:])):
        if ending in ENDINGS:
            return ENDINGS[ending]
    known = ", ".join(ENDINGS)
    is_sheet = Path(path.lower()).suffix in OTHER_SHEETS
    remedy = "Save it as .xlsx, or as CSV UTF-8." if is_sheet else ""
    raise InputError(Fault(path, "", f"must end in one of {known}", "", remedy))


def given_files(paths: Paths) -> list[str]:
    """Return the files that paths and patterns name, each pattern's in the order of their names.

    Raises:
        FileError: A file is missing, is a folder or cannot be read; all such are reported.
    """
    files = listed_files(paths)
    if not files:
        raise FileError("A table was given as an empty list of files.")
    if faults := [fault for file in files if (fault := _unreadable(file))]:
        raise FileError(*faults)
    return files


def listed_files(given: object) -> list[str]:
    """Return the files that paths and patterns name, whether they are there or not.

    What is no path, such as a table in memory, names none.

    >>> listed_files(["b.csv", "a.csv"])
    ['b.csv', 'a.csv']
    """
    if isinstance(given, str | Path):
        return _matching(str(given))
    if not isinstance(given, Sequence):
        return []
    return [file for path in given for file in listed_files(path)]


def literal_path(path: str) -> Sql:
    """Return a path as a value in which nothing is a pattern.

    >>> literal_path("a[1].csv")
    "'a[[]1].csv'"
    """
    return sql_text("{path}", path=glob.escape(path))


def called(files: Sequence[str]) -> str:
    """Return what messages call some files.

    >>> called(["a.csv", "b.csv", "c.csv"])
    'a.csv and 2 more'
    """
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _matching(path: str) -> list[str]:
    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    found = glob.glob(path, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
    return sorted(found) or [path]


def _unreadable(file: str) -> Fault | None:
    path = Path(file)
    if glob.has_magic(file) and not os.path.lexists(file):
        return Fault(file, "", "must match at least one file", "", "Check the pattern.")
    if path.is_dir():
        remedy = f"Name the files in it, such as {path / '*.parquet'}."
        return Fault(file, "", "must be a file", "a folder", remedy)
    try:
        with path.open("rb"):
            return None
    except OSError as error:
        reason = error.strerror or str(error)
        return Fault(file, "", "cannot be read", reason, "Check the path and its permissions.")
