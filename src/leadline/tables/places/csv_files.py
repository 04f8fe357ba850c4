"""CSV files: their rows as they are written, into a staged table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.files import called, format_of
from leadline.tables.places.header import LINE_END, Header, read_header, read_start
from leadline.tables.places.lines import Lines, mended, rows_of
from leadline.tables.places.raw import Raw, RawColumn, refuse_clashes
from leadline.tables.places.text import AS_IT_IS, Copies, NeedsCopy, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.engines.duckdb.engine import DuckDB


def read_csv(engine: DuckDB, table: str, files: Sequence[str], written: Written = AS_IT_IS) -> Raw:
    """Read CSV files, each with a header of its own, into one staged table of text.

    Rows with too few or too many fields or broken quotes go to the rejects.

    Raises:
        InputError: A file is empty, in an encoding that must be declared, or has no usable header.
        FileError: A file cannot be read.
    """
    return mended(engine, table, written, lambda copies: _read(engine, table, files, copies))


def _read(engine: DuckDB, table: str, files: Sequence[str], copies: Copies) -> Raw:
    headers = {file: _header(file, copies) for file in files}
    titles = list(dict.fromkeys(title for header in headers.values() for title in header.names))
    refuse_clashes(called(files), titles)
    places = {title: name(f"c{place}") for place, title in enumerate(titles)}
    lines = Lines(engine, table, "raw", list(places.values()))
    for file, header in headers.items():
        columns = [places[title] for title in header.names]
        lines.read(file, _rows(copies.path(file), header), columns, first_row=header.line + 1)
    given = {title: RawColumn(title, place, "CSV") for title, place in places.items()}
    notes = [note for header in headers.values() for note in header.notes]
    return replace(lines.raw(files, given), notes=tuple(notes))


def _header(file: str, copies: Copies) -> Header:
    delimiter = "\t" if format_of(file) == "tsv" else copies.written.delimiter
    start = read_start(copies.path(file))
    header = read_header(file, start, delimiter, copies.written.header)
    if header.line > 1 and len(set(LINE_END.findall(start))) > 1:
        # the engine takes the end of the first line for that of all, and would find no row below
        fault = Fault(file, "", "must end its lines in one way", "several")
        raise NeedsCopy(file, "ends", InputError(fault))
    return header


def _rows(path: str, header: Header) -> Sql:
    columns = [f"c{place}" for place in range(len(header.names))]
    options = {"separator": header.separator, "quote": '"'}
    rows = rows_of(path, columns, header=True, skip=header.line - 1, strict=True, **options)
    if len(columns) > 1:
        return rows
    return sql_text(
        "{rows} where c0 is not null", rows=rows
    )  # DuckDB skips empty lines of wider rows
