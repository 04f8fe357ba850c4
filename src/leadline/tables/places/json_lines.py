"""Files of one JSON object a line: their values as they are written, into a staged table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

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
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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
    engine: DuckDB,
    table: str,
    files: Sequence[str],
    written: Written = AS_IT_IS,
    paths: Collection[str] | None = (),
) -> Raw:
    """Read files of one JSON object a line into one staged table of text.

    Lines that are not JSON objects go to the rejects. What is nested stays JSON; what lies in it
    under one of some ``paths`` such as ``properties.seats`` is a column too; None is all of them.

    Raises:
        InputError: A file is empty, in an encoding that must be declared, or one list.
        FileError: A file cannot be read.
    """
    return mended(engine, table, written, lambda copies: _read(engine, table, files, copies, paths))


def _read(
    engine: DuckDB,
    table: str,
    files: Sequence[str],
    copies: Copies,
    paths: Collection[str] | None,
) -> Raw:
    lines = Lines(engine, table, "lines", [LINE])
    for file in files:
        path = copies.path(file)
        _refuse_list(file, path)
        lines.read(file, rows_of(path, ["line"], **WHOLE_LINES), [LINE], first_row=1)
    is_object = _reject_other_than_objects(engine, lines.raw(files, {}))
    natives = _natives(engine, lines.rows, is_object)
    nested = {} if paths == () else _nested(engine, lines.rows, is_object, natives)
    wanted = {path: each for path, each in nested.items() if paths is None or path in paths}
    refuse_clashes(called(files), [*natives, *wanted])
    pointers = [_pointer([key]) for key in natives] + [each.pointer for each in wanted.values()]
    natives |= {path: each.native for path, each in wanted.items()}
    rows = _stage(engine, table, lines.rows, is_object, pointers)
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


class Nested(NamedTuple):
    """A value inside another: where it lies, and what it is."""

    pointer: str
    native: str


def _nested(
    engine: DuckDB, lines: Sql, is_object: Sql, natives: Mapping[str, str]
) -> dict[str, Nested]:
    """Return what lies in objects by its path, the names on the way with points between."""
    statement = "select distinct json_structure(line) from {lines} where {is_object}"
    shapes = engine.rows(sql_text(statement, lines=lines, is_object=is_object))
    kinds: dict[tuple[str, ...], set[str]] = {}
    for (shape,) in shapes:
        for path, kind in _leaves(json.loads(shape), ()):
            kinds.setdefault(path, set()).update({kind} - {"NULL"})
    return {
        ".".join(path): Nested(_pointer(path), _native(found))
        for path, found in sorted(kinds.items())
        if len(path) > 1 and ".".join(path) not in natives
    }


def _leaves(shape: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is no object itself, with the names that lead to it."""
    if not isinstance(shape, dict):
        yield path, shape if isinstance(shape, str) else "JSON"
        return
    for key, each in shape.items():
        yield from _leaves(each, (*path, key))


def _pointer(path: Iterable[str]) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)


def _stage(engine: DuckDB, table: str, lines: Sql, is_object: Sql, pointers: Sequence[str]) -> Sql:
    rows = staged(table, "raw")
    columns = [
        sql_text(
            "nullif(found[{place}], '') as {column}", place=place + 1, column=name(f"c{place}")
        )
        for place in range(len(pointers))
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
