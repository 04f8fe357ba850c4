"""Rows that can be used, each once: rejects, keys that must be unique, repeated rows."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.sql.text import ALWAYS, Part, Sql, joined, name, sql_text
from leadline.tables.clean import EXAMPLES, NOUNS
from leadline.tables.places.raw import FILE, REJECTS, ROW, Raw, staged
from leadline.tables.reading import ordering
from leadline.tables.repeated import shared_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.values import Reading

REPEATED = """
    create or replace table {repeated} as
    select {columns}, count(*) as times from {rows}
    where {has_key} and hash({columns}) in (select hash from {hashes})
    group by {columns} having count(*) > 1"""

FIRST = """
    create or replace table {first} as
    select r.* from {rows} r semi join {repeated} using ({columns})
    qualify row_number() over (partition by {columns} order by {order}) = 1"""


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
        engine.run(sql_text(template, columns=[*columns, *places], **parts))
    return rows


def staged_rows(raw: Raw) -> Sql:
    """Return the name of the rows with their types, where they are kept."""
    return staged(raw.table, "rows")


def usable(engine: DuckDB, raw: Raw, readings: Mapping[str, Reading], rows: Sql) -> Sql:
    """Return the rows that have what their keys need; the others go to the rejects."""
    keys = CONTRACT[raw.table]
    lacks = [sql_text("{key} is null", key=name(key)) for key in keys.filled]
    if keys.either:
        lacks.append(sql_text("coalesce({either}) is null", either=list(map(name, keys.either))))
    unusable = joined(" or ", lacks)
    template = "select count(*) from {rows} where {unusable}"
    [(count,)] = engine.rows(sql_text(template, rows=rows, unusable=unusable))
    if not count:
        return rows
    _reject(engine, raw, readings)
    return sql_text("(select * from {rows} where not ({unusable}))", rows=rows, unusable=unusable)


def require_unique(engine: DuckDB, raw: Raw, readings: Mapping[str, Reading], rows: Sql) -> None:
    """Refuse rows that share a key which must be unique.

    Raises:
        InputError: How many keys repeat, and the first of them with their rows.
    """
    keys = [name(key) for key in CONTRACT[raw.table].unique]
    if not keys or not shared_hashes(engine, raw.table, rows, keys):
        return
    values = [sql_text("{v} as {k}", v=_value(raw, readings[key]), k=name(key)) for key in readings]
    found = raw.located(values, ALWAYS)
    statement = """
        select concat_ws(' ', {keys}), list({row} order by {row}), count(*) over ()
        from {found} where {first} is not null
        group by {keys} having count(*) > 1 order by 1 limit {limit}"""
    parts: dict[str, Part] = {
        "keys": keys,
        "first": keys[0],
        "row": ROW,
        "found": found,
        "limit": EXAMPLES,
    }
    if repeated := engine.rows(sql_text(statement, **parts)):
        raise InputError(_not_unique(raw, repeated))


def once(engine: DuckDB, raw: Raw, rows: Sql) -> tuple[Sql, list[str]]:
    """Return the rows with what repeats counted once, and notes."""
    keys = CONTRACT[raw.table]
    columns = [name(key) for key in keys.once]
    has_key = _has_key(raw.table)
    if not columns or not (hashes := shared_hashes(engine, raw.table, rows, columns, has_key)):
        return rows, []
    repeated, first = staged(raw.table, "repeated"), staged(raw.table, "first")
    parts = {"rows": rows, "columns": columns, "repeated": repeated, "first": first}
    engine.run(sql_text(REPEATED, has_key=has_key, hashes=hashes, **parts))
    engine.run(sql_text(FIRST, order=[*ordering(keys), Sql("to_json(r)")], **parts))
    [(extra,)] = engine.rows(sql_text("select coalesce(sum(times - 1), 0) from {t}", t=repeated))
    resolved = sql_text(
        "(select * from {rows} anti join {repeated} using ({columns}) "
        "union all by name select * from {first})",
        **parts,
    )
    return (resolved, [_repeated_note(raw, extra)]) if extra else (rows, [])


def _value(raw: Raw, each: Reading) -> Sql:
    default = CONTRACT[raw.table].defaults.get(each.target.name)
    if default is None:
        return each.value
    return sql_text("coalesce({value}, {default})", value=each.value, default=default)


def _reject(engine: DuckDB, raw: Raw, readings: Mapping[str, Reading]) -> None:
    content = [part for given in raw.columns.values() for part in (given.name, given.value)]
    reason = _reason(raw.table, readings)
    columns = [
        sql_text("{reason} as reason", reason=reason),
        sql_text("json_object({content}) as content", content=content),
    ]
    statement = """
        insert into {rejects} select {table}, {file}, {row}, reason, content from {found}"""
    parts = {"table": raw.table, "file": FILE, "row": ROW}
    found = raw.located(columns, sql_text("({reason}) is not null", reason=reason))
    with engine.ordered():
        engine.run(sql_text(statement, rejects=name(REJECTS), found=found, **parts))


def _reason(table: str, readings: Mapping[str, Reading]) -> Sql:
    """Return why a row cannot be used, or null."""
    keys = CONTRACT[table]
    cases = [_lacks(readings[key]) for key in keys.filled]
    if keys.either:
        values = [readings[key].value for key in keys.either]
        why = f"{' and '.join(keys.either)} are missing"
        cases.append(sql_text("when coalesce({values}) is null then {why}", values=values, why=why))
    return sql_text("case {cases} end", cases=joined(" ", cases))


def _lacks(key: Reading) -> Sql:
    title = key.target.name
    return sql_text(
        "when {value} is null then case when {text} is null then {missing} else {bad} end",
        value=key.value,
        text=key.text,
        missing=f"{title} is missing",
        bad=f"{title} is not {NOUNS[key.type][0]}" if key.type in NOUNS else "",
    )


def _has_key(table: str) -> Sql:
    keys = CONTRACT[table]
    texts = [key for key in keys.once if keys.defaults.get(key) == ""]
    return joined(" and ", [ALWAYS, *(sql_text("{key} <> ''", key=name(key)) for key in texts)])


def _not_unique(raw: Raw, repeated: Sequence[tuple[str, list[int | None], int]]) -> Fault:
    shown = "; ".join(f"{key}{_rows(rows)}" for key, rows, _ in repeated)
    count = repeated[0][2]
    found = f"{count:,} that repeat{'s' if count == 1 else ''}: {shown}"
    title = " and ".join(CONTRACT[raw.table].unique)
    return Fault(raw.where, title, "must be unique", found, "Keep one row of each.")


def _rows(rows: Sequence[int | None]) -> str:
    known = [str(row) for row in rows if row is not None][:EXAMPLES]
    return f" (rows {', '.join(known)}{', ...' if len(rows) > EXAMPLES else ''})" if known else ""


def _repeated_note(raw: Raw, extra: int) -> str:
    keys = " and ".join(CONTRACT[raw.table].once)
    rows = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
    return f"{raw.where}: {rows} the {keys} of another; each is counted once."
