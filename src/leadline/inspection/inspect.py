"""Inspect exports: what stands in them, and the ``columns:`` that a model needs to read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.data.given import Input, files_or_rows
from leadline.data.keys import KEYS
from leadline.data.raw import REJECTS, Given, Raw, prepare
from leadline.data.read import read_raw
from leadline.data.sql import name, sql
from leadline.data.text import AS_IT_IS, AsItIs, Written
from leadline.engines.duckdb import DuckDB
from leadline.errors import Fault, InputError, nearest
from leadline.inspection import missing, names
from leadline.inspection.block import block_of
from leadline.inspection.report import ColumnReport, Inspection, Suspect, TableReport
from leadline.inspection.roles import Look, seems
from leadline.inspection.types import Found, reader_options, type_of
from leadline.inspection.values import Values, values_of
from leadline.model.types import KNOWN_COLUMNS, Type

EXAMPLES = 3
SPELLINGS = """
    select list(text order by times desc, text)[:3], count(*) over () from (
        select text, times, lower(regexp_replace(text, '[^\\p{{L}}\\p{{N}}]', '', 'g')) as folded
        from {rows})
    where folded <> '' group by folded having count(*) > 1 order by sum(times) desc limit 3"""
"""Values that differ only by capitals, spaces and signs."""


def inspect(
    files: Input | Sequence[Input],
    *,
    table: str | None = None,
    encoding: str | None = None,
    engine: DuckDB | None = None,
) -> Inspection:
    """Look into exports, and propose how a model can read them.

    Args:
        files: A file or a pattern, a table in memory, or a list of these; each is a table.
        table: leads, accounts, events or outcomes; by default guessed for each.
        encoding: Of CSV and JSON files that are neither Unicode nor western.
        engine: An engine to use; by default one of its own.

    Raises:
        InputError: A file cannot be understood, or the table is unknown.
        FileError: A file is missing or cannot be read.

    >>> import pyarrow as pa
    >>> found = inspect(pa.table({"Prospect ID": ["a", "b"], "Source": ["Select", "fair"]}))
    >>> found.tables[0].table, found.tables[0].columns[1].suspects[0].value
    ('leads', 'Select')
    """
    if table is not None and table not in names.TABLES:
        expected = f"must be one of {', '.join(names.TABLES)}"
        raise InputError(Fault("", "table", expected, table, nearest(table, names.TABLES)))
    inputs = list(files) if isinstance(files, list | tuple) else [files]
    written = AsItIs(encoding) if encoding else AS_IT_IS
    if engine is not None:
        return _inspected(engine, inputs, table, written)
    with DuckDB() as own:
        return _inspected(own, inputs, table, written)


def _inspected(
    engine: DuckDB, inputs: Sequence[Any], table: str | None, written: Written
) -> Inspection:
    reports = [_report(engine, given, table, written) for given in inputs]
    encodings = {each.table: written.encoding for each in reports if written.encoding}
    return Inspection(tuple(reports), block_of(reports, encodings))


def _report(engine: DuckDB, given: Any, table: str | None, written: Written) -> TableReport:
    staging = "inspected"
    prepare(engine, [staging])
    raw = read_raw(engine, staging, files_or_rows(table or "files", given), written)
    [(rows,)] = engine.rows(sql("select count(*) from {rows}", rows=raw.relation))
    looked = [
        _look(engine, raw, column, place, rows) for place, column in enumerate(raw.columns.values())
    ]
    found = table or names.table_of(raw.where, [each.candidate(rows) for each in looked])
    contract = names.contract(found, [each.candidate(rows) for each in looked])
    wanted = {source: column for column, source in contract.items()}
    columns = tuple(_column(each, rows, found, wanted.get(each.name)) for each in looked)
    rejected = engine.rows(
        sql("select count(*) from {r} where table_name = {t}", r=name(REJECTS), t=staging)
    )[0][0]
    findings = (
        *raw.notes,
        *_table_findings(engine, raw, rows, rejected),
        *_lacks(found, contract, columns, rows),
    )
    return TableReport(raw.where, found, table is None, rows, rejected, columns, findings)


@dataclass(frozen=True)
class Looked:
    """What was found in a column, before it is known what it is for."""

    name: str
    values: Values
    found: Found
    suspects: tuple[Suspect, ...]
    filled: int
    distinct: int
    seems: str
    findings: tuple[str, ...]

    def candidate(self, rows: int) -> names.Candidate:
        """Return what decides whether it can be a column of the contract."""
        is_filled = 0 < self.filled == rows
        is_key = is_filled and self.distinct == rows
        return names.Candidate(self.name, self.seems, self.found.type, is_key, is_filled)


def _look(engine: DuckDB, raw: Raw, given: Given, place: int, rows: int) -> Looked:
    values = values_of(engine, raw, given, place)
    worded = list(missing.words(values))
    values = values.without([text for text, _ in worded])
    found = type_of(values)
    suspects = [suspect for _, suspect in worded]
    if found.type is Type.TIME:
        dated = list(missing.dates(values))
        values = values.without([text for text, _ in dated])
        suspects += [suspect for _, suspect in dated]
    if found.type is Type.NUMBER:
        options = reader_options(found.declare)
        apart = list(missing.numbers(values, options, rows))
        values = values.without(
            [text for each in apart for text in values.spelled(each.value, options)]
        )
        suspects += apart
    filled, distinct = values.counts()
    role = seems(Look(given.name, found.type, values, filled, distinct))
    findings = (*found.findings, *_spellings(engine, values, role))
    return Looked(given.name, values, found, tuple(suspects), filled, distinct, role, findings)


def _spellings(engine: DuckDB, values: Values, role: str) -> Iterator[str]:
    if role not in {"category", "text"}:
        return
    found = engine.rows(sql(SPELLINGS, rows=values.relation))
    if found:
        shown = "; ".join(" and ".join(map(repr, texts)) for texts, _ in found)
        yield f"The same value is written in several ways: {shown}."


def _column(each: Looked, rows: int, table: str, wanted: str | None) -> ColumnReport:
    known = KNOWN_COLUMNS[table].get(wanted or "")
    declare = dict(each.found.declare)
    if known is not None:
        declare = {key: value for key, value in declare.items() if key != "type"}
    if known is Type.TEXT:
        declare = {}
    elif each.suspects and known is None and "format" not in declare:
        declare = {"type": each.found.type.value, **declare}
    if each.found.type is Type.ANY and known is None:
        declare = {}
    role = "identifier" if wanted and wanted.endswith("_id") else each.seems
    role = "key" if wanted and names.UNIQUE.get(wanted) == table else role
    return ColumnReport(
        name=each.name,
        column=wanted,
        type=known or each.found.type,
        filled=each.filled,
        share=round(each.filled / rows, 4) if rows else 0.0,
        distinct=each.distinct,
        seems=role,
        examples=tuple(text for text, _ in each.values.most(EXAMPLES)),
        suspects=each.suspects,
        declare=declare,
        findings=each.findings,
    )


def _table_findings(engine: DuckDB, raw: Raw, rows: int, rejected: int) -> Iterator[str]:
    if rejected:
        lines = "1 line" if rejected == 1 else f"{rejected:,} lines"
        yield f"{lines} cannot be read; scoring writes such lines out with --rejects."
    columns = [given.value for given in raw.columns.values()]
    statement = "select count(distinct hash({columns})) from {rows}"
    [(distinct,)] = engine.rows(sql(statement, columns=columns, rows=raw.relation))
    if distinct < rows:
        count = rows - distinct
        yield f"{count:,} row{' repeats' if count == 1 else 's repeat'} another row exactly."


def _lacks(
    table: str, contract: dict[str, str], columns: Sequence[ColumnReport], rows: int
) -> Iterator[str]:
    for column in names.lacking(table, contract):
        yield f"No column can be {column}, which {table} must have: add one, or map it yourself."
    keys = {each.column: each for each in columns}
    for wanted in KEYS[table].filled:
        found = keys.get(wanted)
        if found is not None and found.filled < rows:
            count = rows - found.filled
            told = (
                "1 row; scoring rejects it"
                if count == 1
                else f"{count:,} rows; scoring rejects them"
            )
            yield f"{wanted} has no value in {told}."
