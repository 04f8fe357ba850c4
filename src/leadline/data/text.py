"""Files of text, CSV and JSON lines: their rows as they are written, into a staged table."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.data.files import format_of, literal_path
from leadline.data.header import Header, not_utf8, read_header, read_start
from leadline.data.raw import AT, FILE, REJECTS, ROW, Given, Raw, refuse_clashes, staged
from leadline.data.sql import Sql, name, sql
from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadline.engines.duckdb import DuckDB

READ_LINES = (
    "read_csv({path}, columns = {columns}, delim = {separator}, quote = {quote}, escape = {quote}, "
    "header = {header}, strict_mode = {strict}, auto_detect = false, all_varchar = true, "
    "nullstr = '', allow_quoted_nulls = true, store_rejects = true, rejects_limit = 0, "
    "rejects_table = 'broken', rejects_scan = 'broken_scan')"
)

NO_SEPARATOR = "\x01"
"""Valid JSON cannot hold it, so a line stays whole."""

REASONS = {
    "MISSING COLUMNS": "too few fields",
    "TOO MANY COLUMNS": "too many fields",
    "UNQUOTED VALUE": "broken quotes",
    "LINE SIZE OVER MAXIMUM": "too long a line",
}
"""What DuckDB calls a broken line, and what we do."""

LINE = name("line")

IS_OBJECT = Sql("case when json_valid(line) then json_type(line) = 'OBJECT' else false end")


class Lines:
    """Rows of text files in the order of the files, so that a row's place in its file is known.

    A row's number is counted from its segment: a file, or what follows a broken line of it.
    """

    def __init__(self, engine: DuckDB, table: str, what: str, columns: Sequence[Sql]) -> None:
        self._engine = engine
        self._table = table
        self._places = staged(table, f"{what}_places")
        self._files = 0
        self.rows = staged(table, what)
        self._create(self.rows, [sql("{column} varchar", column=column) for column in columns])
        self._create(self._places, [Sql("starts bigint, ordinal int, file varchar, row bigint")])

    def _create(self, table: Sql, columns: Sequence[Sql]) -> None:
        statement = "create or replace table {table} ({columns})"
        self._engine.run(sql(statement, table=table, columns=columns))

    @property
    def segments(self) -> Sql:
        """Where each file, and what follows its broken lines, starts; of none at all the last."""
        return sql(
            "(select starts, max_by(file, (ordinal, row)) as file, "
            "max_by(row, (ordinal, row)) as row from {places} group by starts)",
            places=self._places,
        )

    def read(self, file: str, source: Sql, columns: Sequence[Sql], first_row: int) -> None:
        """Append the rows of one file; its broken lines go to the rejects.

        Raises:
            InputError: The file is not UTF-8 text, or so broken that it has no lines.
        """
        self._files += 1
        self._engine.run("drop table if exists broken; drop table if exists broken_scan")
        [(starts,)] = self._engine.rows(sql("select count(*) from {rows}", rows=self.rows))
        self._append(file, source, columns)
        self._refuse_encoding(file)
        place = {"starts": starts, "ordinal": self._files, "file": file, "row": first_row}
        self._add_segments(place)
        self._reject_broken(file)

    def _append(self, file: str, source: Sql, columns: Sequence[Sql]) -> None:
        statement = "insert into {rows} ({columns}) select * from {source}"
        try:
            with self._engine.ordered():
                self._engine.run(sql(statement, rows=self.rows, columns=columns, source=source))
        except InputError as error:
            raise InputError(Fault(file, "", "must be lines of text", str(error))) from error

    def _refuse_encoding(self, file: str) -> None:
        foreign = "select 1 from broken where error_type = 'INVALID ENCODING' limit 1"
        if self._engine.rows(foreign):
            raise InputError(not_utf8(file))

    def _add_segments(self, place: Mapping[str, str | int]) -> None:
        statement = """
            insert into {segments} values ({starts}, {ordinal}, {file}, {row});
            insert into {segments}
            select {starts} + rows_before, {ordinal}, {file}, max(line) + 1
            from (select line, line - {row} + 1 - row_number() over (order by line) as rows_before
                  from (select distinct line from broken))
            group by rows_before"""
        self._engine.run(sql(statement, segments=self._places, **place))

    def _reject_broken(self, file: str) -> None:
        statement = """
            insert into {rejects}
            select {table}, {file}, line, any_value(coalesce(map {reasons}[error_type::varchar],
                lower(error_type::varchar)) order by column_idx),
                to_json(any_value(trim(csv_line, chr(10) || chr(13))))
            from broken group by line"""
        parts = {"table": self._table, "file": file, "reasons": REASONS}
        self._engine.run(sql(statement, rejects=name(REJECTS), **parts))


def read_csv(engine: DuckDB, table: str, files: Sequence[str]) -> Raw:
    """Read CSV files, each with a header of its own, into one staged table of text.

    Rows with too few or too many fields or broken quotes go to the rejects.

    Raises:
        InputError: A file is empty, not UTF-8, or has no usable header.
        FileError: A file cannot be read.
    """
    headers = {file: _csv_header(file) for file in files}
    names = list(dict.fromkeys(title for header in headers.values() for title in header.names))
    refuse_clashes(where(files), names)
    places = {title: name(f"c{place}") for place, title in enumerate(names)}
    lines = Lines(engine, table, "raw", list(places.values()))
    for file, header in headers.items():
        columns = [places[title] for title in header.names]
        lines.read(file, _csv_rows(file, header), columns, first_row=2)
    given = {title: Given(title, place, "CSV") for title, place in places.items()}
    notes = [note for file, header in headers.items() for note in _unnamed(file, header)]
    return replace(_raw(table, files, given, lines), notes=tuple(notes))


def read_json_lines(engine: DuckDB, table: str, files: Sequence[str]) -> Raw:
    """Read files of one JSON object a line into one staged table; errors as for ``read_csv``.

    Lines that are not JSON objects go to the rejects.
    """
    lines = Lines(engine, table, "lines", [LINE])
    for file in files:
        _check_json(file)
        lines.read(file, _json_rows(file), [LINE], first_row=1)
    text = _raw(table, files, {}, lines)
    _reject_other_than_objects(engine, text)
    keys = _keys(engine, lines.rows)
    refuse_clashes(text.where, keys)
    places = {key: name(f"c{place}") for place, key in enumerate(keys)}
    rows = staged(table, "objects")
    objects = _objects(text, places)
    engine.run(sql("create or replace table {rows} as {objects}", rows=rows, objects=objects))
    engine.run(sql("drop table {lines}", lines=lines.rows))
    given = {key: Given(key, place, "JSON LINES") for key, place in places.items()}
    return Raw(table, text.where, given, rows, is_text=True)


def _raw(table: str, files: Sequence[str], given: Mapping[str, Given], lines: Lines) -> Raw:
    at = (sql("rowid as {at}", at=AT),)
    return Raw(table, where(files), given, lines.rows, at, lines.segments, is_text=True)


def where(files: Sequence[str]) -> str:
    """Return what messages call some files.

    >>> where(["a.csv", "b.csv", "c.csv"])
    'a.csv and 2 more'
    """
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _csv_header(file: str) -> Header:
    header = read_header(file, "\t" if format_of(file) == "tsv" else None)
    if len(set(header.names)) < len(header.names):
        refuse_clashes(file, header.names)
    return header


def _csv_rows(file: str, header: Header) -> Sql:
    columns = {f"c{place}": "VARCHAR" for place in range(len(header.names))}
    options = {"separator": header.separator, "quote": '"', "header": True, "strict": True}
    rows = sql(READ_LINES, path=literal_path(file), columns=columns, **options)
    if len(columns) > 1:
        return rows
    return sql("{rows} where c0 is not null", rows=rows)  # DuckDB skips empty lines of wider rows


def _json_rows(file: str) -> Sql:
    options = {"separator": NO_SEPARATOR, "quote": "", "header": False, "strict": False}
    return sql(READ_LINES, path=literal_path(file), columns={"line": "VARCHAR"}, **options)


def _unnamed(file: str, header: Header) -> list[str]:
    return [f"{file}:1 a column without a name is called {title}." for title in header.unnamed]


def _check_json(file: str) -> None:
    if read_start(file).lstrip().startswith("["):
        remedy = f"Convert it, such as with: jq -c '.[]' {file} > lines.jsonl"
        raise InputError(Fault(file, "", "must hold one JSON object a line", "a list", remedy))


def _reject_other_than_objects(engine: DuckDB, lines: Raw) -> None:
    statement = """
        insert into {rejects}
        select {table}, {file}, {row}, 'not a JSON object', to_json(line) from {found}"""
    found = lines.located([LINE], sql("line is not null and not {is_object}", is_object=IS_OBJECT))
    parts = {"table": lines.table, "file": FILE, "row": ROW, "found": found}
    engine.run(sql(statement, rejects=name(REJECTS), **parts))


def _keys(engine: DuckDB, lines: Sql) -> list[str]:
    statement = """
        select key from (
            select unnest(json_keys(line)) as key, rowid as place from {lines} where {is_object})
        group by key order by min(place), key"""
    return [key for (key,) in engine.rows(sql(statement, lines=lines, is_object=IS_OBJECT))]


def _objects(lines: Raw, places: Mapping[str, Sql]) -> Sql:
    columns = [
        sql("struct_extract(object, {key}) as {place}", key=key, place=place)
        for key, place in places.items()
    ]
    shape = json.dumps(dict.fromkeys(places, "JSON"))
    object_ = sql("from_json(line, {shape}) as object", shape=shape)
    found = lines.located([object_], IS_OBJECT)
    return sql("select {columns} from {found}", columns=[*columns, FILE, ROW], found=found)
