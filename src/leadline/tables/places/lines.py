"""Lines of text files, CSV or JSON, in a staged table, and where each of them is from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.sql.text import Part, Sql, name, sql_text
from leadline.tables.places.files import called, literal_path
from leadline.tables.places.raw import AT, REJECTS, Raw, RawColumn, prepare, staged
from leadline.tables.places.text import Copies, NeedsCopy, Written, copies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from leadline.engines.duckdb.engine import DuckDB

READ = (
    "read_csv({path}, columns = {columns}, delim = {separator}, quote = {quote}, escape = {quote}, "
    "header = {header}, skip = {skip}, strict_mode = {strict}, auto_detect = false, "
    "all_varchar = true, nullstr = '', allow_quoted_nulls = true, store_rejects = true, "
    "rejects_limit = 0, rejects_table = 'broken', rejects_scan = 'broken_scan')"
)

REASONS = {
    "MISSING COLUMNS": "too few fields",
    "TOO MANY COLUMNS": "too many fields",
    "UNQUOTED VALUE": "broken quotes",
    "LINE SIZE OVER MAXIMUM": "too long a line",
}
"""What DuckDB calls a broken line, and what we do."""


def rows_of(file: str, columns: Sequence[str], **options: Part) -> Sql:
    """Return the rows of a text file as columns of text.

    Options are ``separator``, ``quote``, ``header``, ``skip``: lines above it, and ``strict``:
    broken lines are rejected.
    """
    types = dict.fromkeys(columns, "VARCHAR")
    return sql_text(READ, path=literal_path(file), columns=types, **options)


def mended(engine: DuckDB, table: str, written: Written, read: Callable[[Copies], Raw]) -> Raw:
    """Read files, again from a copy where one turns out not to be readable as it is."""
    with copies(table, written) as kept:
        while True:
            try:
                raw = read(kept)
            except NeedsCopy as needs:
                kept.mend(needs)
                prepare(engine, [table])
            else:
                return replace(raw, notes=(*kept.notes(), *raw.notes))


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
        self._create(self.rows, [sql_text("{column} varchar", column=column) for column in columns])
        self._create(self._places, [Sql("starts bigint, ordinal int, file varchar, row bigint")])

    def _create(self, table: Sql, columns: Sequence[Sql]) -> None:
        statement = "create or replace table {table} ({columns})"
        self._engine.run(sql_text(statement, table=table, columns=columns))

    @property
    def segments(self) -> Sql:
        """Where each file, and what follows its broken lines, starts; of none at all the last."""
        return sql_text(
            "(select starts, max_by(file, (ordinal, row)) as file, "
            "max_by(row, (ordinal, row)) as row from {places} group by starts)",
            places=self._places,
        )

    def raw(self, files: Sequence[str], columns: Mapping[str, RawColumn]) -> Raw:
        """Return the rows as a table."""
        at = (sql_text("rowid as {at}", at=AT),)
        where = called(files)
        return Raw(self._table, where, columns, self.rows, at, self.segments, is_text=True)

    def read(self, file: str, source: Sql, columns: Sequence[Sql], first_row: int) -> None:
        """Append the rows of one file; its broken lines go to the rejects.

        Raises:
            NeedsCopy: The file is not UTF-8 text, or its lines end in different ways.
        """
        self._files += 1
        self._engine.run("drop table if exists broken; drop table if exists broken_scan")
        [(starts,)] = self._engine.rows(sql_text("select count(*) from {rows}", rows=self.rows))
        self._append(file, source, columns)
        self._refuse_encoding(file)
        place = {"starts": starts, "ordinal": self._files, "file": file, "row": first_row}
        self._add_segments(place)
        self._reject_broken(file)

    def _append(self, file: str, source: Sql, columns: Sequence[Sql]) -> None:
        statement = "insert into {rows} ({columns}) select * from {source}"
        try:
            with self._engine.ordered():
                self._engine.run(
                    sql_text(statement, rows=self.rows, columns=columns, source=source)
                )
        except InputError as error:
            fault = Fault(file, "", "must be lines of text", str(error))
            raise NeedsCopy(file, "ends", InputError(fault)) from error

    def _refuse_encoding(self, file: str) -> None:
        foreign = "select 1 from broken where error_type = 'INVALID ENCODING' limit 1"
        if self._engine.rows(foreign):
            fault = Fault(file, "", "must be UTF-8", "another encoding", "Check its encoding.")
            raise NeedsCopy(file, "encoding", InputError(fault))

    def _add_segments(self, place: Mapping[str, str | int]) -> None:
        statement = """
            insert into {segments} values ({starts}, {ordinal}, {file}, {row});
            insert into {segments}
            select {starts} + rows_before, {ordinal}, {file}, max(line) + 1
            from (select line, line - {row} + 1 - row_number() over (order by line) as rows_before
                  from (select distinct line from broken))
            group by rows_before"""
        self._engine.run(sql_text(statement, segments=self._places, **place))

    def _reject_broken(self, file: str) -> None:
        statement = """
            insert into {rejects}
            select {table}, {file}, line, any_value(coalesce(map {reasons}[error_type::varchar],
                lower(error_type::varchar)) order by column_idx),
                to_json(any_value(trim(csv_line, chr(10) || chr(13))))
            from broken group by line"""
        parts: dict[str, Part] = {"table": self._table, "file": file, "reasons": REASONS}
        self._engine.run(sql_text(statement, rejects=name(REJECTS), **parts))
