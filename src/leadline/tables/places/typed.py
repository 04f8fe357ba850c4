"""Rows that come with types: Parquet files, and tables in memory that speak Arrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.files import called, literal_path
from leadline.tables.places.raw import FILE, ROW, Raw, RawColumn, refuse_clashes
from leadline.tables.places.text import AS_IT_IS, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import ArrowStream

MAGIC = b"PAR1"
"""First bytes of a Parquet file."""

PANDAS_INDEX = "__index_level_"
"""Columns that pandas adds for its row labels."""


def read_parquet(engine: DuckDB, table: str, files: Sequence[str], _: Written = AS_IT_IS) -> Raw:
    """Read Parquet files where they are; columns that only some of them have are null elsewhere.

    Raises:
        InputError: A file is no Parquet, or names of its columns clash.
    """
    _refuse_others(files)
    paths = [literal_path(file) for file in files]
    template = "read_parquet([{paths}], union_by_name = {several})"
    rows = sql_text(template, paths=paths, several=len(paths) > 1)
    columns = _columns(engine, rows)
    _refuse_renamed(engine, called(files), paths, columns)
    return Raw(table, called(files), columns, rows, _places(columns), has_heads=True)


def read_arrow(engine: DuckDB, table: str, rows: ArrowStream) -> Raw:
    """Read a table in memory where it is.

    Raises:
        InputError: Names of its columns clash, or Arrow cannot hold the rows.
    """
    given = f"given_{table}"
    try:
        titles = engine.register(given, rows)
    except (
        TypeError,
        ValueError,
    ) as error:  # what a library says of values that do not go together
        what = str(error.args[0] if error.args else error)
        remedy = "Give each column values of one kind."
        raise InputError(
            Fault(table, "", "must be rows that Arrow can hold", what, remedy)
        ) from error
    refuse_clashes(table, titles)
    places = (
        sql_text("{table} as {file}", table=table, file=FILE),
        sql_text("row_number() over () as {row}", row=ROW),
    )
    number = "(row_number() over ())"
    columns = _columns(engine, name(given))
    return Raw(table, table, columns, name(given), places, number=number)


def _refuse_others(files: Sequence[str]) -> None:
    faults = []
    for file in files:
        with Path(file).open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                faults.append(Fault(file, "", "must be a Parquet file", "", "Check its ending."))
    if faults:
        raise InputError(*faults)


def _columns(engine: DuckDB, rows: Sql) -> dict[str, RawColumn]:
    described = engine.rows(sql_text("describe from {rows}", rows=rows))
    return {
        title: RawColumn(title, name(title), native)
        for title, native, *_ in described
        if not title.startswith(PANDAS_INDEX)
    }


def _places(columns: Mapping[str, RawColumn]) -> tuple[Sql, ...]:
    """Return the file and the row of each row, unless columns hide where DuckDB says them."""
    hidden = {"filename", "file_row_number"} & {title.lower() for title in columns}
    file, row = ("null", "null") if hidden else ("filename", "file_row_number + 1")
    return sql_text("{x} as {file}", x=Sql(file), file=FILE), sql_text(
        "{x} as {row}", x=Sql(row), row=ROW
    )


def _refuse_renamed(
    engine: DuckDB, files: str, paths: Sequence[Sql], columns: Mapping[str, RawColumn]
) -> None:
    statement = "select name from parquet_schema([{paths}])"
    written = {title for (title,) in engine.rows(sql_text(statement, paths=paths))}
    expected = "must not have columns whose names differ only by case"
    faults = [
        Fault(files, "", expected, f"one that is read as {title}", "Rename it.")
        for title in columns
        if title not in written
    ]
    if faults:
        raise InputError(*faults)
