"""Rows that can be used, each once: rejects, keys that must be unique, repeated rows."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from sqlglot import exp

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.sql.dialects import render
from leadline.sql.text import ALWAYS, Part, Sql, joined, name, sql_text
from leadline.tables import reading
from leadline.tables.clean import EXAMPLES
from leadline.tables.columns import Lost
from leadline.tables.natives import given_as
from leadline.tables.newest import changed_at
from leadline.tables.places.raw import FILE, REJECTS, ROW, Raw, staged
from leadline.tables.repeated import shared_hashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.values import Reading

REPEATED = """
    create or replace table {repeated} as
    select {columns}, count(*) as times from {rows}
    where {has_key} and hash({columns}) in (select hash from {hashes})
    group by {columns} having count(*) > 1"""


def stage(engine: DuckDB, raw: Raw, readings: Sequence[Reading]) -> Sql:
    """Return the rows with their types: a view, or where they were text a table in their order.

    What has to be parsed is parsed once: several steps and every score read the rows.
    """
    is_kept = raw.is_text or not all(each.certain for each in readings)
    rows = staged_rows(raw) if is_kept else staged(raw.table, "view")
    columns = [
        sql_text("{value} as {title}", value=_value(raw, each), title=name(each.target.name))
        for each in readings
    ]
    kind = Sql("table" if is_kept else "view")
    places = raw.kept_places if raw.is_text else ()
    template = "create or replace {kind} {rows} as select {columns} from {raw}"
    parts = {"kind": kind, "rows": rows, "raw": raw.relation}
    with engine.ordered() if raw.is_text else nullcontext():
        kept = [*columns, *raw.handed_columns, *places]
        engine.run(sql_text(template, columns=kept, **parts))
    return rows


def staged_rows(raw: Raw) -> Sql:
    """Return the name of the rows with their types, where they are kept."""
    return staged(raw.table, "rows")


def usable(engine: DuckDB, raw: Raw, readings: Sequence[Reading], rows: Sql) -> Sql:
    """Return the rows that have what their keys need; the others go to the rejects."""
    unusable = Sql(render(reading.lacks(raw.table), "duckdb"))
    template = "select count(*) from {rows} r where {unusable}"
    [(count,)] = engine.rows(sql_text(template, rows=rows, unusable=unusable))
    if not count:
        return rows
    _reject(engine, raw, readings)
    template = "(select * from {rows} r where not ({unusable}))"
    return sql_text(template, rows=rows, unusable=unusable)


def once(
    engine: DuckDB,
    raw: Raw,
    readings: Sequence[Reading],
    rows: Sql,
    kept: Reading | None = None,
) -> tuple[Sql, list[str]]:
    """Return the rows with what repeats counted once, and notes.

    Of rows whose key must be unique the newest by a column stands where one is given.

    Raises:
        InputError: How many keys that must be unique repeat, and the first of them with their rows.
    """
    columns = [name(key) for key in CONTRACT[raw.table].keys]
    has_key = Sql(render(reading.has_key(raw.table), "duckdb"))
    hashes = shared_hashes(engine, raw.table, sql_text("{r} r", r=rows), columns, has_key)
    if hashes is None:
        return rows, []
    repeated = staged(raw.table, "repeated")
    engine.run(
        sql_text(
            REPEATED,
            repeated=repeated,
            rows=sql_text("{r} r", r=rows),
            columns=columns,
            has_key=has_key,
            hashes=hashes,
        )
    )
    [(extra,)] = engine.rows(sql_text("select coalesce(sum(times - 1), 0) from {t}", t=repeated))
    if not extra:
        return rows, []
    given = _as_given(engine, raw, readings, repeated)
    if CONTRACT[raw.table].unique and kept is None:
        _require_equal(engine, raw, readings, given)
    first = _first(engine, raw, readings, given, kept)
    resolved = sql_text(
        "(select * from {rows} r anti join {repeated} d on {same} "
        "union all by name select * from {first})",
        rows=rows,
        repeated=repeated,
        same=_same(columns),
        first=first,
    )
    by = kept.target.name if kept else ""
    return resolved, [repeated_note(raw.table, raw.where, extra, by)]


def _as_given(engine: DuckDB, raw: Raw, readings: Sequence[Reading], repeated: Sql) -> Sql:
    """Keep the rows whose keys repeat, with the text of each column as it was given."""
    found = raw.located([*_with_texts(raw, readings), *raw.handed_columns], ALWAYS)
    keys = [name(key) for key in CONTRACT[raw.table].keys]
    given = staged(raw.table, "given")
    statement = """
        create or replace table {given} as
        select r.* from {found} r semi join {repeated} d on {same} where not ({lacks})"""
    lacks = Sql(render(reading.lacks(raw.table), "duckdb"))
    parts = {"given": given, "found": found, "repeated": repeated, "same": _same(keys)}
    with engine.ordered():
        engine.run(sql_text(statement, lacks=lacks, **parts))
    return given


def _with_texts(raw: Raw, readings: Sequence[Reading]) -> list[Sql]:
    """Return columns with their types, each beside its text as it was given."""
    return [
        column
        for each in readings
        for column in (
            sql_text("{v} as {t}", v=_value(raw, each), t=name(each.target.name)),
            sql_text("{v} as {t}", v=each.given, t=name(given_as(each.target.name))),
        )
    ]


def _same(keys: Sequence[Sql]) -> Sql:
    """Return the condition that two rows share a key, of which a part may be null."""
    return joined(" and ", [Sql(f"r.{key} is not distinct from d.{key}") for key in keys])


def _first(
    engine: DuckDB, raw: Raw, readings: Sequence[Reading], given: Sql, kept: Reading | None
) -> Sql:
    """Keep the row of each key that stands."""
    titles = [each.target.name for each in readings]
    rows = exp.to_table(given, dialect="duckdb")
    compared = reading.compared(raw.table, titles)
    turn = reading.order(raw.table, compared)
    if kept is not None:
        turn.insert(0, reading.newest(kept.target.name))
    query = reading.once(raw.table, rows, [*titles, *raw.handed.values()], turn)
    first = staged(raw.table, "first")
    template = "create or replace table {first} as {query}"
    engine.run(sql_text(template, first=first, query=Sql(render(query, "duckdb"))))
    return first


def _require_equal(engine: DuckDB, raw: Raw, readings: Sequence[Reading], given: Sql) -> None:
    """Refuse rows that share a key which must be unique, and are not equal in all columns."""
    keys = [name(key) for key in CONTRACT[raw.table].unique]
    texts = [name(given_as(each.target.name)) for each in readings]
    statement = """
        select concat_ws(' ', {keys}), list({row} order by {row}), count(*) over ()
        from {given} group by {keys} having count(distinct row({texts})) > 1
        order by 1 limit {limit}"""
    parts: dict[str, Part] = {"keys": keys, "texts": texts, "row": ROW, "given": given}
    if repeated := engine.rows(sql_text(statement, limit=EXAMPLES, **parts)):
        raise InputError(_not_unique(raw, readings, repeated))


def _value(raw: Raw, each: Reading) -> Sql:
    default = CONTRACT[raw.table].defaults.get(each.target.name)
    if default is None:
        return each.value
    return sql_text("coalesce({value}, {default})", value=each.value, default=default)


def _reject(engine: DuckDB, raw: Raw, readings: Sequence[Reading]) -> None:
    contract = CONTRACT[raw.table]
    content = [part for given in raw.columns.values() for part in (given.name, given.value)]
    needed = {*contract.filled, *contract.either}
    columns = [
        *_with_texts(raw, [each for each in readings if each.target.name in needed]),
        sql_text("json_object({content}) as content", content=content),
    ]
    targets = [each.target for each in readings]
    reason = Sql(render(reading.reason(raw.table, targets), "duckdb"))
    statement = """
        insert into {rejects} select {table}, {file}, {row}, {reason} as reason, content
        from {found} as r where {reason} is not null"""
    parts = {"table": raw.table, "file": FILE, "row": ROW, "reason": reason}
    with engine.ordered():
        found = raw.located(columns, ALWAYS)
        engine.run(sql_text(statement, rejects=name(REJECTS), found=found, **parts))


def _not_unique(
    raw: Raw, readings: Sequence[Reading], repeated: Sequence[tuple[str, list[int | None], int]]
) -> Fault:
    shown = "; ".join(f"{key}{_rows(rows)}" for key, rows, _ in repeated)
    count = repeated[0][2]
    found = f"{count:,} that repeat{'s' if count == 1 else ''}: {shown}"
    title = " and ".join(CONTRACT[raw.table].unique)
    remedy = "Keep one row of each."
    if changed := changed_at(readings):
        declared = f"files: {{{raw.table}: {{keep: newest by {changed}}}}}"
        remedy = f"Keep one row of each, or declare {declared}."
    return Fault(raw.where, title, "must be unique", found, remedy)


def _rows(rows: Sequence[int | None]) -> str:
    known = [str(row) for row in rows if row is not None][:EXAMPLES]
    return f" (rows {', '.join(known)}{', ...' if len(rows) > EXAMPLES else ''})" if known else ""


def repeated_note(table: str, where: str, extra: int, newest: str = "") -> str:
    """Return what to say of rows that are counted once with others."""
    contract = CONTRACT[table]
    if newest:
        rows = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
        keys = " and ".join(contract.unique)
        return f"{where}: {rows} the {keys} of another; the newest by {newest} stands."
    if contract.unique:
        rows = "1 row equals another" if extra == 1 else f"{extra:,} rows equal others"
        return f"{where}: {rows} in all columns; each is counted once."
    keys = " and ".join(contract.once)
    rows = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
    return f"{where}: {rows} the {keys} of another; each is counted once."


def reject_note(where: str, reason: str, count: int) -> str:
    """Return what to say of rows that cannot be used."""
    rows = "1 row was" if count == 1 else f"{count:,} rows were"
    return Lost(f"{where}: {rows} rejected: {reason}.")
