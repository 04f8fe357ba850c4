"""Inspect exports: what stands in them, and the ``columns:`` that a model needs to read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import ArrowStream
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError, nearest
from leadline.inspection import missing, names
from leadline.inspection.block import block_of
from leadline.inspection.commas import alike
from leadline.inspection.company_domains import with_question
from leadline.inspection.export import Export, Looked, joined
from leadline.inspection.preamble import Spot, header_names, largest, spots
from leadline.inspection.report import ColumnReport, Inspection, Suspect, TableReport
from leadline.inspection.roles import Look, seems
from leadline.inspection.sheets import in_workbook, other_sheets
from leadline.inspection.types import reader_options, type_of
from leadline.inspection.values import Values, values_of
from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.sql.text import name, sql_text
from leadline.tables.columns import Repeats
from leadline.tables.places.files import format_of
from leadline.tables.places.inputs import Input, files_or_rows
from leadline.tables.places.raw import REJECTS, Raw, RawColumn, prepare
from leadline.tables.places.text import AsItIs
from leadline.tables.read import read_raw

EXAMPLES = 3
STAGING = "inspected"
ENCODING_THERE = re.compile(f"eclare files: {{{STAGING}: {{encoding: ([\\w-]+)}}}}")
ENCODING_HERE = r"eclare it with --encoding \1"
"""What reading says of encodings, and what can be done before there is a model."""

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
    if table is not None and table not in names.INSPECTED:
        expected = f"must be one of {', '.join(names.INSPECTED)}"
        raise InputError(Fault("", "table", expected, table, nearest(table, names.INSPECTED)))
    inputs = list(files) if isinstance(files, list | tuple) else [files]
    written = AsItIs(encoding)
    with given_or_own(engine) as own, own.new_session() as session:
        return _inspected(session, inputs, table, written)


def _inspected(
    engine: DuckDB, inputs: Sequence[Any], table: str | None, written: AsItIs
) -> Inspection:
    exports = [
        _export(engine, number, given, table, written) for number, given in enumerate(inputs)
    ]
    reports = [_report(each, is_guess=table is None) for each in joined(alike(exports))]
    return Inspection(tuple(_with_strangers(reports)), block_of(reports))


def _export(engine: DuckDB, number: int, given: Any, table: str | None, written: AsItIs) -> Export:
    """Look at each column of an export, and find out what it can be by itself."""
    rows_given = files_or_rows(table or "files", given)
    files_given = rows_given if isinstance(rows_given, list) else []
    found: Sequence[Spot] = ()
    if files_given and all(format_of(each) in {"csv", "tsv"} for each in files_given):
        found = spots(files_given[0], written.encoding)
    elif files_given and format_of(files_given[0]) == "workbook":
        written, found = in_workbook(files_given[0])
    if found:
        spot = largest(found)
        written = replace(written, header=spot.header if spot.header > 1 else None, last=spot.last)
    raw, rejected = _staged(engine, rows_given, written)
    [(rows,)] = engine.rows(sql_text("select count(*) from {rows}", rows=raw.relation))
    looked = [
        _look(engine, raw, column, f"{number}_{place}", rows)
        for place, column in enumerate(raw.columns.values())
    ]
    repeats = _repeats(engine, raw, rows)
    candidates = [each.candidate(rows, repeats) for each in looked]
    findings = (
        *raw.notes,
        *_above(written, found),
        *other_sheets(files_given, written),
        *_unlike(files_given, written),
        *_table_findings(repeats, rejected),
    )
    kind = table or names.table_of(raw.where, candidates)
    contract = names.contract(kind, candidates)
    is_json = bool(files_given) and format_of(files_given[0]) == "json"
    return Export(
        raw.where,
        kind,
        rows,
        rejected,
        looked,
        candidates,
        contract,
        written,
        findings,
        repeats,
        is_json=is_json,
    )


def _report(export: Export, *, is_guess: bool) -> TableReport:
    found, rows, contract = export.table, export.rows, export.contract
    wanted: dict[str, tuple[str, ...]] = {}
    for column, source in contract.items():
        wanted[source] = (*wanted.get(source, ()), column)
    looked = [
        _with_totals(
            each, any(column in CONTRACT[found].unique for column in wanted.get(each.name, ()))
        )
        for each in export.looked
    ]
    columns = tuple(
        _inside(_column(each, rows, found, wanted.get(each.name, ())), export) for each in looked
    )
    if found == "leads":
        columns = with_question(contract, columns, {each.name: each.values for each in looked})
    files = {key: value for key, value in asdict(export.written).items() if value is not None}
    made = names.made(found, export.candidates, contract)
    findings = (
        *export.findings,
        *_lacks(found, {**contract, **made}, columns, rows, export.repeats),
        *_questions(found, {**contract, **made}, export.candidates),
        *_companies(found, contract, columns),
    )
    return TableReport(
        export.where, found, is_guess, rows, export.rejected, columns, findings, files, made
    )


def _staged(engine: DuckDB, given: list[str] | ArrowStream, written: AsItIs) -> tuple[Raw, int]:
    prepare(engine, [STAGING])
    try:
        raw = read_raw(engine, STAGING, given, written, paths=None)
    except InputError as error:
        raise InputError(*map(_in_words_of_inspect, error.faults)) from error
    notes = tuple(ENCODING_THERE.sub(ENCODING_HERE, each) for each in raw.notes)
    statement = sql_text(
        "select count(*) from {r} where table_name = {t}", r=name(REJECTS), t=STAGING
    )
    [(rejected,)] = engine.rows(statement)
    prepare(engine, [STAGING])
    return replace(raw, notes=notes), rejected


def _in_words_of_inspect(fault: Fault | str) -> Fault | str:
    """Return a fault whose remedy can be done here, where there is no model yet."""
    if isinstance(fault, str):
        return fault
    return replace(fault, remedy=ENCODING_THERE.sub(ENCODING_HERE, fault.remedy))


def _above(written: AsItIs, found: Sequence[Spot]) -> Iterator[str]:
    if len(found) > 1:
        lines = [f"{each.header:,}" for each in found]
        which = " and ".join([", ".join(lines[:-1]), lines[-1]])
        yield (
            f"The file has {len(found)} tables, whose names of columns stand in lines {which}. "
            f"The one of line {written.header} is taken, as files: says; for another give its line "
            "as header, and its last one as last."
        )
    elif written.header:
        yield (
            f"The names of the columns stand in line {written.header}; "
            "what is above is left out, as files: says."
        )


def _unlike(files: Sequence[str], written: AsItIs) -> Iterator[str]:
    """Say where the CSV files of one pattern have hardly a column in common."""
    if len(files) < 2 or not all(format_of(each) in {"csv", "tsv"} for each in files):  # noqa: PLR2004
        return
    headers = [set(header_names(each, written)) for each in files]
    shared = set.intersection(*headers)
    if len(shared) < min(map(len, headers)) / 2:
        yield (
            f"These {len(files)} files have hardly a column in common, and are read as one table: "
            "give those of each table on their own."
        )


def _with_strangers(reports: Sequence[TableReport]) -> Iterator[TableReport]:
    """Say where two files that were taken for one table have hardly a column in common."""
    for at, report in enumerate(reports):
        names_ = {each.name for each in report.columns}
        others = [
            each.where
            for each in reports[:at]
            if each.table == report.table
            and len(names_ & {c.name for c in each.columns})
            < min(len(names_), len(each.columns)) / 2
        ]
        finding = (
            f"Taken for {report.table} like {', '.join(others)}, but with other columns: "
            "say which table each file is with --table, or leave it out."
        )
        yield replace(report, findings=(*report.findings, finding)) if others else report


def _look(engine: DuckDB, raw: Raw, given: RawColumn, place: str, rows: int) -> Looked:
    given_values = values_of(engine, raw, given, place)
    worded = list(missing.words(given_values))
    values = given_values.without([text for text, _ in worded])
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
    look = Look(given.name, found.type, values, filled, distinct)
    role = seems(look)
    doubts = () if role == "identifier" and look.says_id else found.findings
    findings = (*doubts, *_spellings(engine, values, role))
    looked = Looked(given.name, values, found, tuple(suspects), filled, distinct, role, findings)
    return _asked(looked, worded, given_values, rows)


def _asked(
    each: Looked, worded: Sequence[tuple[str, Suspect]], values: Values, rows: int
) -> Looked:
    """Return a category with words that stand beside empty cells asked about, not proposed."""
    blank = rows - each.filled - sum(s.count for _, s in worded if s.why != missing.IS_BLANK)
    apart = dict(missing.beside_blanks(worded, blank) if each.seems == "category" else ())
    if not apart:
        return each
    kept = values.without([text for text, _ in worded if text not in apart])
    filled, distinct = kept.counts()
    return replace(
        each,
        values=kept,
        suspects=tuple(s for s in each.suspects if s.value not in apart),
        filled=filled,
        distinct=distinct,
        findings=(*each.findings, *apart.values()),
    )


def _with_totals(each: Looked, is_key: bool) -> Looked:  # noqa: FBT001 - says what it is
    """Return a key without what names a line of totals: as missing, its row is rejected."""
    if not is_key:
        return each
    totals = list(missing.totals(each.values))
    values = each.values.without([str(suspect.value) for suspect in totals])
    filled, distinct = values.counts()
    return replace(
        each,
        values=values,
        suspects=(*each.suspects, *totals),
        filled=filled,
        distinct=distinct,
    )


def _questions(
    table: str, found: Mapping[str, object], candidates: Sequence[names.Candidate]
) -> Iterator[str]:
    """Ask about keys that only the values speak for; and say where an e-mail is the key."""
    wanted = next(iter(CONTRACT[table].unique), "")
    if wanted and wanted not in found and (keys := names.keys(candidates)):
        shown = " or ".join(f'{{from: "{each}"}}' for each in keys[:EXAMPLES])
        yield f"Is it {shown}? Its values differ in each row, but no name says that it is {wanted}."
    dates = [each for each in candidates if each.type is Type.TIME]
    if table == "leads" and "created_at" not in found and len(dates) == 1 and dates[0].is_filled:
        why = "It is the only date, but no name says that it is created_at."
        yield f'Is it {{from: "{dates[0].name}"}}? {why}'
    if table == "leads" and found.get("lead_id") and found.get("lead_id") == found.get("email"):
        ids = [each.name for each in candidates if each.is_key and each.seems == "identifier"]
        others = [each for each in ids if each != found["lead_id"]]
        why = (
            f'No name says that {{from: "{others[0]}"}} is lead_id'
            if others
            else "No column is an identifier"
        )
        yield (
            f"{why}, so the e-mail is taken for lead_id: a lead that changes "
            "its address is then another one."
        )


def _companies(
    table: str, contract: Mapping[str, str], columns: Sequence[ColumnReport]
) -> Iterator[str]:
    """Say how leads come to their accounts where a column has names of companies."""
    named = next((each.name for each in columns if names.is_company(each.name)), None)
    if table == "leads" and named and "account_id" not in contract:
        yield (
            f"{named} holds names, which are no keys: match accounts by e-mail with "
            "account_id: {match: email_domain}, or by name with account_id: "
            f'{{from: "{named}"}}.'
        )


def _spellings(engine: DuckDB, values: Values, role: str) -> Iterator[str]:
    if role not in {"category", "text"}:
        return
    found = engine.rows(sql_text(SPELLINGS, rows=values.relation))
    if found:
        shown = "; ".join(" and ".join(map(repr, texts)) for texts, _ in found)
        yield f"The same value is written in several ways: {shown}."


SPLIT_TABLES, SPLIT_KEYS = ("events", "outcomes"), ("lead_id", "account_id")
"""Where a cell may name several, each of which has a row."""
_SEVERAL = r"[\w@.+-]+(\s*{mark}\s*[\w@.+-]+)*\s*{mark}?"


def _separator(each: Looked) -> str:
    """Return what stands between several keys in some of the cells of a column."""
    for mark in (";", "\\|", ","):
        are_keys = sql_text("regexp_full_match(text, {p})", p=_SEVERAL.format(mark=mark))
        some = sql_text("regexp_matches(text, {m})", m=mark)
        if each.values.sampled_share(some) > 0 and each.values.sampled_share(are_keys) == 1:
            return mark.removeprefix("\\")
    return ""


def _inside(column: ColumnReport, export: Export) -> ColumnReport:
    """Return a column; one that lies inside of another is read where it is declared."""
    outer = column.name.split(".")[0]
    is_inside = "." in column.name and any(outer == each.name for each in export.looked)
    if not is_inside or not export.is_json or column.column:
        return column
    return replace(column, declare={"from": column.name, **column.declare})


def _column(each: Looked, rows: int, table: str, is_: tuple[str, ...]) -> ColumnReport:
    wanted, *also = is_ or (None,)
    known = CONTRACT[table].types.get(wanted or "")
    declare = dict(each.found.declare)
    if known is not None:
        declare = {key: value for key, value in declare.items() if key != "type"}
    if known is Type.TEXT:
        declare = {}
    elif each.suspects and known is None and "format" not in declare:
        declare = {"type": each.found.type.value, **declare}
    if each.found.type is Type.ANY and known is None:
        declare = {}
    if wanted in SPLIT_KEYS and table in SPLIT_TABLES and (mark := _separator(each)):
        declare["split"] = mark
    if wanted == "lead_id" and each.seems == "e-mail" and table != "leads":
        declare["match"] = "email"
    doubts = each.found.findings if known is Type.TEXT else ()
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
        findings=tuple(finding for finding in each.findings if finding not in doubts),
        also=tuple(also),
    )


def _repeats(engine: DuckDB, raw: Raw, rows: int) -> int:
    """Return how many rows repeat another one exactly."""
    columns = [given.value for given in raw.columns.values()]
    statement = "select count(distinct hash({columns})) from {rows}"
    [(distinct,)] = engine.rows(sql_text(statement, columns=columns, rows=raw.relation))
    return rows - int(distinct)


def _table_findings(repeats: int, rejected: int) -> Iterator[str]:
    if rejected:
        lines = "1 line" if rejected == 1 else f"{rejected:,} lines"
        yield f"{lines} cannot be read; scoring writes such lines out with --rejects."
    if repeats:
        rows = "row repeats" if repeats == 1 else "rows repeat"
        yield Repeats(f"{repeats:,} {rows} another row exactly.")


def _lacks(
    table: str, known: Iterable[str], columns: Sequence[ColumnReport], rows: int, repeats: int
) -> Iterator[str]:
    for column in names.lacking(table, known):
        if column == "type":
            yield (
                "No column says what happened: declare it for all rows, such as "
                "type: {value: webinar_attended}."
            )
        elif column == "outcome":
            yield (
                "No column says how leads ended: declare it for all rows, such as "
                "outcome: {value: won}."
            )
        elif column == "event_id":
            yield (
                "No column can be event_id: make it of columns that tell rows apart, such as "
                "event_id: {made_from: [Email, Date]}."
            )
        else:
            yield (
                f"No column can be {column}, which {table} must have: map one with from, or add "
                "one, such as a number for each row."
            )
    keys = {each.column: each for each in columns}
    for wanted in CONTRACT[table].filled:
        found = keys.get(wanted)
        if found is not None and found.filled < rows:
            count = rows - found.filled
            told = (
                "1 row; scoring rejects it"
                if count == 1
                else f"{count:,} rows; scoring rejects them"
            )
            yield f"{wanted} has no value in {told}."
        if found is not None and wanted in CONTRACT[table].unique and found.distinct < found.filled:
            count = found.filled - found.distinct - repeats
            more = "1 row repeats" if count == 1 else f"{count:,} rows repeat"
            if count > 0:
                yield f"{more} the {wanted} of another; scoring refuses that: keep one row of each."
