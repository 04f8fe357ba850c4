"""Files of one JSON object a line: their values as they are written, into a staged table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.sql.text import Part, Sql, name, sql_text
from leadline.tables.places.files import called
from leadline.tables.places.header import read_start
from leadline.tables.places.lines import Lines, mended, rows_of
from leadline.tables.places.raw import (
    AT,
    FILE,
    REJECTS,
    ROW,
    Raw,
    RawColumn,
    refuse_clashes,
    staged,
)
from leadline.tables.places.text import AS_IT_IS, Copies, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leadline.engines.duckdb.engine import DuckDB

LINE = name("line")

IS_LINE = Sql("line is not null")

IS_OBJECT = Sql("case when json_valid(line) then json_type(line) = 'OBJECT' else false end")

WHOLE_LINES: dict[str, Part] = {
    "separator": "\x01",  # valid JSON cannot hold it
    "quote": "",
    "header": False,
    "skip": 0,
    "strict": False,
}

KINDS = """
    select key, list(distinct kind) filter (kind <> 'NULL')
    from (
        select key, place, coalesce(json_extract_string(shape, {pointer}), 'JSON') as kind
        from (
            select shape, unnest(json_keys(shape)) as key,
                generate_subscripts(json_keys(shape), 1) as place
            from (select distinct json_structure(line) as shape from {lines} where {is_object})))
    group by key order by min(place), key"""
"""Lines have few shapes, so keys and kinds of values are read off these."""

POINTER = Sql("'/' || replace(replace(key, '~', '~0'), '/', '~1')")

NATIVES = {
    **dict.fromkeys(("UBIGINT", "BIGINT", "UHUGEINT", "HUGEINT", "DOUBLE"), "JSON NUMBER"),
    "BOOLEAN": "JSON BOOLEAN",
    "VARCHAR": "JSON TEXT",
}
"""What a value is; anything else, and a column of several kinds, is MIXED."""

MIXED = "JSON MIXED"


def read_json_lines(
    engine: DuckDB, table: str, files: Sequence[str], written: Written = AS_IT_IS
) -> Raw:
    """Read files of one JSON object a line into one staged table of text.

    Lines that are not JSON objects go to the rejects; what is nested stays JSON.

    Raises:
        InputError: A file is empty, in an encoding that must be declared, or one list.
        FileError: A file cannot be read.
    """
    return mended(engine, table, written, lambda copies: _read(engine, table, files, copies))


def _read(engine: DuckDB, table: str, files: Sequence[str], copies: Copies) -> Raw:
    lines = Lines(engine, table, "lines", [LINE])
    for file in files:
        path = copies.path(file)
        _refuse_list(file, path)
        lines.read(file, rows_of(path, ["line"], **WHOLE_LINES), [LINE], first_row=1)
    is_object = _reject_other_than_objects(engine, lines.raw(files, {}))
    natives = _natives(engine, lines.rows, is_object)
    refuse_clashes(called(files), natives)
    rows = _stage(engine, table, lines.rows, is_object, list(natives))
    given = {
        key: RawColumn(key, name(f"c{place}"), native)
        for place, (key, native) in enumerate(natives.items())
    }
    return Raw(table, called(files), given, rows, (), lines.segments, is_text=True)


def _refuse_list(file: str, path: str) -> None:
    if read_start(path).lstrip().startswith("["):
        remedy = f"Convert it, such as with: jq -c '.[]' {file} > lines.jsonl"
        raise InputError(Fault(file, "", "must hold one JSON object a line", "a list", remedy))


def _reject_other_than_objects(engine: DuckDB, lines: Raw) -> Sql:
    """Return the condition that a line is an object, the cheaper one where all are."""
    other = sql_text("line is not null and not {is_object}", is_object=IS_OBJECT)
    template = "select count(*) from {lines} where {other}"
    [(count,)] = engine.rows(sql_text(template, lines=lines.relation, other=other))
    if not count:
        return IS_LINE
    statement = """
        insert into {rejects}
        select {table}, {file}, {row}, 'not a JSON object', to_json(line) from {found}"""
    found = lines.located([LINE], other)
    parts = {"table": lines.table, "file": FILE, "row": ROW, "found": found}
    engine.run(sql_text(statement, rejects=name(REJECTS), **parts))
    return IS_OBJECT


def _natives(engine: DuckDB, lines: Sql, is_object: Sql) -> dict[str, str]:
    """Return the keys of all objects, and what their values are."""
    found = engine.rows(sql_text(KINDS, pointer=POINTER, lines=lines, is_object=is_object))
    return {key: _native(kinds or ()) for key, kinds in found}


def _native(kinds: Iterable[str]) -> str:
    """Return what a column of these kinds of values is.

    >>> _native(["UBIGINT", "DOUBLE"]), _native(["VARCHAR", "DOUBLE"])
    ('JSON NUMBER', 'JSON MIXED')
    """
    natives = {NATIVES.get(kind, MIXED) for kind in kinds}
    return natives.pop() if len(natives) == 1 else MIXED


def _stage(engine: DuckDB, table: str, lines: Sql, is_object: Sql, keys: Sequence[str]) -> Sql:
    rows = staged(table, "raw")
    pointers = ["/" + key.replace("~", "~0").replace("/", "~1") for key in keys]
    columns = [
        sql_text(
            "nullif(found[{place}], '') as {column}", place=place + 1, column=name(f"c{place}")
        )
        for place in range(len(keys))
    ]
    statement = """
        create or replace table {rows} as
        select {columns} from (
            select json_extract_string(line, [{pointers}]::varchar[]) as found, rowid as {at}
            from {lines} where {is_object});
        drop table {lines}"""
    parts = {"rows": rows, "columns": [*columns, AT], "lines": lines, "is_object": is_object}
    with engine.ordered():
        engine.run(sql_text(statement, pointers=pointers, at=AT, **parts))
    return rows
