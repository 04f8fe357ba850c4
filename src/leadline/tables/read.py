"""Tables from files and from memory to clean, resolved tables on the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from leadline.engines.engine import ArrowStream
from leadline.errors import Fault, FileError, InputError, nearest
from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text
from leadline.tables import usable
from leadline.tables.clean import check, examples, settle
from leadline.tables.columns import Column, match
from leadline.tables.made import Step, made
from leadline.tables.newest import newest_by
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.files import Format, format_of
from leadline.tables.places.inputs import Input, files_or_rows
from leadline.tables.places.json_lines import read_json_lines
from leadline.tables.places.raw import REJECTS, Raw, prepare, staged
from leadline.tables.places.split import split
from leadline.tables.places.text import AS_IT_IS, Written
from leadline.tables.places.typed import read_arrow, read_parquet
from leadline.tables.places.versions import versions
from leadline.tables.places.workbook import read_workbook
from leadline.tables.values import Reading, is_number
from leadline.timings import step

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

READERS: Mapping[Format, Callable[[DuckDB, str, Sequence[str], Written], Raw]] = {
    "csv": read_csv,
    "tsv": read_csv,
    "parquet": read_parquet,
    "json": read_json_lines,
    "workbook": read_workbook,
}


@dataclass(frozen=True)
class Rejects:
    """Rows that could not be read or used: how many, and the table on the engine that has them.

    Its columns are ``table_name, file, row, reason, content``; ``content`` is JSON.
    """

    count: int
    relation: str = REJECTS

    @property
    def query(self) -> str:
        """The query for them, in the order of tables and rows."""
        return f'select * from {self.relation} order by table_name, file, "row", reason'


@dataclass(frozen=True)
class Table:
    """A table on the engine, with what is needed to find its rows again."""

    raw: Raw
    readings: tuple[Reading, ...]
    notes: tuple[str, ...]
    is_text: bool = False

    @property
    def schema(self) -> dict[str, Type]:
        """Each column's type."""
        return {each.target.name: each.type for each in self.readings}

    def not_numbers(self, engine: DuckDB, column: str) -> list[tuple[int | None, str]]:
        """Return row and text of the first values of a column that are no numbers."""
        [text] = [each.text for each in self.readings if each.target.name == column]
        condition = sql_text("not {is_number}", is_number=is_number(text))
        condition = sql_text("{text} is not null and {condition}", text=text, condition=condition)
        return [(row, value) for _, row, value in examples(engine, self.raw, text, condition)]


@dataclass(frozen=True)
class Loaded:
    """Tables that are ready on the engine.

    Attributes:
        schema: Columns and their types of each table that was given; ``ANY`` without any value.
        rejects: Rows that were left out.
        notes: What a person should know: what was left out, renamed, or taken for null.
        names: What messages call each table: its file, or the table.
    """

    schema: dict[str, dict[str, Type]]
    rejects: Rejects
    notes: list[str]
    names: dict[str, str]
    _engine: DuckDB = field(repr=False)
    _tables: Mapping[str, Table] = field(repr=False)

    def handed(self, table: str) -> dict[str, str | None]:
        """Return each column of a table that is handed on, and what the contract calls it."""
        found = self._tables[table]
        read = {r.target.given.name: r.target.name for r in found.readings if r.target.given}
        return {title: read.get(title) for title in found.raw.columns}

    def is_text(self, table: str) -> bool:
        """Say whether a table was given as text, which says more than its types do."""
        return self._tables[table].is_text

    def examples(self, table: str, column: str) -> list[tuple[int | None, str]]:
        """Return row and text of the first values of a text column that are no numbers.

        A table of the engine that is read where it is has none to show.
        """
        if table not in self._tables:
            return []
        return self._tables[table].not_numbers(self._engine, column)


def load(  # noqa: PLR0913 - tables, and what is declared of them
    engine: DuckDB,
    inputs: Mapping[str, Input],
    columns: Mapping[str, Mapping[str, Column]],
    *,
    clean: bool = False,
    files: Mapping[str, Written] | None = None,
    is_handed_on: bool = False,
    founding: Step | None = None,
) -> Loaded:
    """Read tables; afterwards the engine has each under its name, typed and with unique keys.

    Args:
        engine: Where the tables are wanted.
        inputs: Table name, such as ``leads``, to where its rows are.
        columns: Table name to what a model document declares of its columns.
        clean: The tables are known to be clean: keys are neither checked nor made unique, and
            Parquet is read where it is.
        files: Table name to what a model document declares of its files.
        is_handed_on: The columns are wanted as they were given too: ``handed`` is where they are.
        founding: Makes accounts of the e-mails of leads, where that is declared.

    Raises:
        InputError: Tables cannot be used; all faults of all tables are reported together.
        FileError: Files are missing or cannot be read.
    """
    found = _files(inputs)
    prepare(engine, found)
    tables: dict[str, Table] = {}
    faults: list[Fault | str] = []
    for table, given in found.items():
        written = (files or {}).get(table, AS_IT_IS)
        declared = Declared(columns.get(table, {}), written, is_handed_on, columns)
        try:
            with step(f"read {table}"):
                tables[table] = _load(engine, table, given, declared, is_clean=clean)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(*faults)
    loaded = _loaded(engine, tables)
    of = made(engine, loaded.schema, loaded.names, columns, founding)
    return replace(loaded, schema=of.schema, names=of.names, notes=[*loaded.notes, *of.notes])


class Declared(NamedTuple):
    """What a model document declares of a table: its columns, and how its files are written."""

    columns: Mapping[str, Column]
    written: Written
    is_handed_on: bool = False
    others: Mapping[str, Mapping[str, Column]] = MappingProxyType({})

    @property
    def paths(self) -> tuple[str, ...]:
        """The columns that may lie inside of others, by the points in their names."""
        named = [each.source or title for title, each in self.columns.items()]
        parts = [part for each in self.columns.values() for part in each.made_from]
        return tuple(each for each in (*named, *parts) if "." in each)


def _files(inputs: Mapping[str, Input]) -> dict[str, list[str] | ArrowStream]:
    unknown = [
        Fault(table, "", "is not a table", "", nearest(table, CONTRACT))
        for table in inputs
        if table not in CONTRACT
    ]
    if unknown:
        raise InputError(*unknown)
    kind: type[FileError | InputError] = FileError
    files: dict[str, list[str] | ArrowStream] = {}
    faults: list[Fault | str] = []
    for table, given in inputs.items():
        try:
            files[table] = files_or_rows(table, given)
        except (FileError, InputError) as error:
            faults.extend(error.faults)
            kind = type(error)
    if faults:
        raise kind(*faults)
    return files


def _load(
    engine: DuckDB,
    table: str,
    given: list[str] | ArrowStream,
    declared: Declared,
    *,
    is_clean: bool,
) -> Table:
    raw = read_raw(engine, table, given, declared.written, declared.paths)
    raw = versions(engine, raw, declared.written, declared.others)
    raw = split(engine, replace(raw, is_handed_on=declared.is_handed_on), declared.columns)
    targets, match_notes = match(raw, declared.columns)
    readings = settle(engine, raw, targets)
    rows = usable.stage(engine, raw, readings)
    type_notes = check(engine, raw, readings, rows)
    kept = newest_by(raw, readings, declared.written.keep)
    rows, repeat_notes = (rows, []) if is_clean else _resolved(engine, raw, readings, rows, kept)
    _publish(engine, table, readings, rows)
    _hand_on(engine, raw, rows)
    notes = (*raw.notes, *match_notes, *type_notes, *repeat_notes)
    typed, readings = _kept(engine, raw, readings)
    return Table(typed, tuple(readings), notes, is_text=raw.is_text)


def read_raw(
    engine: DuckDB,
    table: str,
    given: list[str] | ArrowStream,
    written: Written = AS_IT_IS,
    paths: Collection[str] | None = (),
) -> Raw:
    """Return a table as it was given, with what lies inside of its JSON under some paths.

    Raises InputError, FileError.
    """
    if isinstance(given, ArrowStream):
        return read_arrow(engine, table, given)
    formats = {format_of(file) for file in given}
    if len(formats) > 1:
        raise InputError(Fault(table, "", "must be of one format", ", ".join(sorted(formats))))
    if formats == {"json"}:
        return read_json_lines(engine, table, given, written, paths)
    return READERS[formats.pop()](engine, table, given, written)


@step("check keys")
def _resolved(
    engine: DuckDB, raw: Raw, readings: Sequence[Reading], rows: Sql, kept: Reading | None
) -> tuple[Sql, list[str]]:
    rows = usable.usable(engine, raw, readings, rows)
    return usable.once(engine, raw, readings, rows, kept)


def _publish(engine: DuckDB, table: str, readings: Iterable[Reading], rows: Sql) -> None:
    titles = [
        sql_text("null as {t}" if each.type is Type.ANY else "{t}", t=name(each.target.name))
        for each in readings
    ]
    template = "create or replace view {table} as select {titles} from {rows}"
    engine.run(sql_text(template, table=name(table), titles=titles, rows=rows))


def handed(table: str) -> Sql:
    """Return the name of a table with its columns as they were given, beside its keys."""
    return staged(table, "handed")


def _hand_on(engine: DuckDB, raw: Raw, rows: Sql) -> None:
    """Keep the columns as they were given, of the rows that are used, where they are wanted."""
    if not raw.is_handed_on:
        return
    keys = [name(key) for key in CONTRACT[raw.table].keys]
    titles = [name(title) for title in raw.handed.values()]
    template = "create or replace view {handed} as select {titles} from {rows}"
    parts = {"handed": handed(raw.table), "rows": rows}
    engine.run(sql_text(template, titles=[*keys, *titles], **parts))


def _kept(engine: DuckDB, raw: Raw, readings: Sequence[Reading]) -> tuple[Raw, list[Reading]]:
    """Drop the text of rows whose typed copy can stand for it."""
    if not raw.is_text:
        return raw, list(readings)
    engine.run(sql_text("drop table {rows}", rows=raw.relation))
    typed = replace(raw, relation=usable.staged_rows(raw))
    return typed, [replace(each, text=name(each.target.name)) for each in readings]


def _loaded(engine: DuckDB, tables: Mapping[str, Table]) -> Loaded:
    statement = """
        select table_name, reason, count(*) from {rejects} where table_name in ({tables})
        group by all order by all"""
    rejected = engine.rows(sql_text(statement, rejects=name(REJECTS), tables=list(tables) or [""]))
    notes = [note for table in tables.values() for note in table.notes]
    notes += [f"{tables[title].raw.where} has no rows." for title in _empty(engine, tables)]
    notes += [
        usable.reject_note(tables[table].raw.where, reason, count)
        for table, reason, count in rejected
    ]
    return Loaded(
        {title: table.schema for title, table in tables.items()},
        Rejects(sum(count for *_, count in rejected)),
        notes,
        {title: table.raw.where for title, table in tables.items()},
        engine,
        tables,
    )


def _empty(engine: DuckDB, tables: Iterable[str]) -> list[str]:
    """Return the tables that have no rows."""
    has_rows = [sql_text("exists (from {table})", table=name(title)) for title in tables]
    if not has_rows:
        return []
    [found] = engine.rows(sql_text("select {has_rows}", has_rows=has_rows))
    return [title for title, has in zip(tables, found, strict=True) if not has]
