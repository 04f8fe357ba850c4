"""Tables of a warehouse that is not at hand: each a relation that reads it as the contract says."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlglot import exp

from leadline.errors import Fault, FileError, InputError, nearest
from leadline.model.contract import CONTRACT, Table
from leadline.model.types import Columns, Type
from leadline.sql.rewrites import own_column
from leadline.sql.text import Sql, name
from leadline.sql.trees import (
    Tree,
    all_of,
    any_of,
    case,
    column,
    named,
    number,
    spelled,
    sql_tree,
    text,
)
from leadline.tables.columns import Column, Target, match
from leadline.tables.places.raw import Given, Raw
from leadline.tables.reading import ordering

ASSUMED = ""
"""Native type of a column that nobody looked at."""

OPTIONAL = frozenset({("leads", "email"), ("accounts", "domain"), ("outcomes", "amount")}) | {
    ("outcomes", "reason")
}
"""Columns of the contract that the statement reads only where the model does."""

IF_LISTED = frozenset((table, "recorded_at") for table in ("leads", "accounts", "field_history"))
"""Columns that the statement reads only where they are known to be there."""

_NUMBERS = (
    r"u?(tiny|small|medium|big|huge)?int(eger)?\d*|byteint|(big)?num(eric|ber)|(big)?decimal\d*"
    r"|dec|real|float\d*|double( precision)?|bfloat16|(small|big)?serial"
)
_INSTANT = "cast(:x as timestamptz)"

KINDS = (
    (r"bool(ean)?", Type.BOOLEAN),
    (_NUMBERS, Type.NUMBER),
    (r"date(time)?\d*|timestamp.*|smalldatetime", Type.TIME),
    (r".*", Type.TEXT),
)
"""The first whose pattern is the whole name of a native type decides."""

_ZONED = r"timestamp.*(with (local )?time zone|tz|ltz)|timestamptz"

TIMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "duckdb": (
        (_ZONED, "cast(:x at time zone 'UTC' as timestamp)"),
        ("(timestamp|date).*", "cast(:x as timestamp)"),
        (".*", "cast(cast(:x as timestamptz) at time zone 'UTC' as timestamp)"),
    ),
    "postgres": (
        (_ZONED, "case when isfinite(:x) then :x at time zone 'UTC' end"),
        ("(timestamp|date).*", "case when isfinite(:x) then cast(:x as timestamp) end"),
        (".*", f"case when isfinite({_INSTANT}) then {_INSTANT} at time zone 'UTC' end"),
    ),
    "clickhouse": ((".*", "toDateTime64(:x, 6, 'UTC')"),),
    "snowflake": (
        ("(timestamp_?ntz|datetime|date).*", "cast(:x as timestamp_ntz(6))"),
        (
            ".*",
            "cast(convert_timezone('UTC', cast(:x as timestamp_tz)) as timestamp_ntz(6))",
        ),
    ),
    "bigquery": ((".*", "cast(:x as datetime)"),),
    "spark": ((".*", "cast(:x as timestamp)"),),
    "databricks": ((".*", "cast(:x as timestamp)"),),
}
"""Dialect to native type and how a time of it becomes UTC without a zone; the first that fits."""

_FINITE = "case when abs(cast(:x as double)) <= :most then cast(:x as double) end"
_LARGEST = 1.7976931348623157e308


@dataclass(frozen=True)
class Source:
    """A table of the warehouse as a relation of the statement.

    Attributes:
        table: Name in the contract, such as ``events``.
        columns: Each column's type.
        tree: The rows, over a table with the name that ``place`` gives.
        notes: What a person should know about it.
    """

    table: str
    columns: Columns
    tree: Tree
    notes: tuple[str, ...]


def place(table: str) -> str:
    """Return the name that stands for a table of the user's until the statement is a text."""
    return f"place_of_{table}"


def listed(path: Path) -> list[dict[str, str]]:
    """Read columns and types as ``information_schema.columns`` lists them, from a CSV file.

    Raises FileError, InputError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {(key or "").strip().lower(): (each or "").strip() for key, each in row.items()}
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}") from error
    wanted = ("table_name", "column_name", "data_type")
    lacking = [each for each in wanted if not rows or each not in rows[0]]
    if lacking:
        raise InputError(
            Fault(
                str(path),
                "",
                f"must have columns {', '.join(wanted)}",
                ", ".join(rows[0]) if rows else "nothing",
                "Export them from information_schema.columns.",
            )
        )
    return rows


def listed_of(rows: Sequence[Mapping[str, str]], address: str, where: str) -> dict[str, str]:
    """Return names and native types of a table among listed columns; raises InputError."""
    *schema, title = _parts(address)
    found = [row for row in rows if row["table_name"].lower() == title.lower()]
    if schema and "table_schema" in rows[0]:
        found = [row for row in found if row["table_schema"].lower() == schema[-1].lower()]
    if not found:
        hint = nearest(title, {row["table_name"] for row in rows})
        raise InputError(Fault(where, "", f"must list the columns of {address}", "none", hint))
    schemas = {row.get("table_schema", "") for row in found}
    if len(schemas) > 1:
        remedy = "Name the table with its schema, or list one schema alone."
        raise InputError(
            Fault(where, "", f"must list one table {title}", ", ".join(sorted(schemas)), remedy)
        )
    return {row["column_name"]: row["data_type"] for row in found}


def _parts(address: str) -> list[str]:
    """Return the parts of a name, that of a template of dbt included.

    >>> _parts('"crm"."Leads"'), _parts("{{ source('crm', 'leads') }}")
    (['crm', 'Leads'], ['crm', 'leads'])
    """
    if "{{" in address:
        return [
            each for pair in re.findall(r"'([^']*)'|\"([^\"]*)\"", address) for each in pair if each
        ]
    return [part.strip('"`[] ') for part in address.split(".")]


def source(  # noqa: PLR0913, PLR0917 - a table has as many sides
    dialect: str,
    table: str,
    address: str,
    types: Columns,
    declared: Mapping[str, Column],
    natives: Mapping[str, str] | None,
    *,
    is_clean: bool,
) -> Source:
    """Return a table as a relation that reads it: typed, without unusable and repeated rows.

    Args:
        dialect: Of the statement.
        table: Name in the contract.
        address: What messages call it.
        types: Columns that the statement reads, with the type that it takes them for.
        declared: What the model document declares.
        natives: Name to native type of the table's columns; None where nobody looked.
        is_clean: Keys are known to be there and to be unique.

    Raises InputError.
    """
    assumed = natives is None
    if natives is None:
        names = [*types, *(name for name in declared if name not in types)]
        natives = {
            (declared[name].source if name in declared else None) or name: ASSUMED for name in names
        }
    given = {name: Given(name, Sql(""), native) for name, native in natives.items()}
    targets, notes = match(Raw(table, address, given, Sql("")), declared)
    targets = [each for each in targets if each.name in types]
    kinds = {each.name: _kind(each, types[each.name]) for each in targets}
    _refuse(address, targets, kinds)
    columns = [named(_value(dialect, table, each, kinds[each.name]), each.name) for each in targets]
    tree = sql_tree("select :columns from :rows", columns=columns, rows=exp.to_table(place(table)))
    if not is_clean:
        tree = _usable(CONTRACT[table], tree, kinds)
    lacking = [each.name for each in targets if each.given is None]
    if lacking and not assumed:
        notes.append(f"{address} has no {', '.join(lacking)}: null.")
    return Source(table, kinds, tree, tuple(notes))


def needed(table: str, read: Iterable[str], listed: Iterable[str] = ()) -> list[str]:
    """Return the columns of a table that the statement may read; ``listed`` are there."""
    known = [each for each in CONTRACT[table].types if (table, each) not in OPTIONAL | IF_LISTED]
    there = [each for each in listed if (table, each) in IF_LISTED]
    return list(dict.fromkeys([*known, *there, *read]))


def _kind(target: Target, assumed: Type) -> Type:
    """Return the type of a column: what is asked for, else its native one, else what uses say."""
    if target.type is not None:
        return target.type
    if target.given is None or target.given.native == ASSUMED:
        return assumed
    return native_kind(target.given.native)


def native_kind(native: str) -> Type:
    """Return the type of ours that a type of a warehouse is.

    >>> native_kind("Nullable(Decimal(10, 2))"), native_kind("TIMESTAMP_NTZ"), native_kind("UUID")
    (<Type.NUMBER: 'number'>, <Type.TIME: 'time'>, <Type.TEXT: 'text'>)
    """
    bare = _bare(native)
    return next(kind for pattern, kind in KINDS if re.fullmatch(pattern, bare))


def _bare(native: str) -> str:
    """Return the name of a native type without what wraps it and without its digits."""
    found = native.strip().lower()
    while wrapped := re.fullmatch(r"(?:nullable|lowcardinality)\((.*)\)", found):
        found = wrapped[1]
    return re.sub(r"\s*\(.*?\)", "", found).removesuffix(" unsigned").strip()


def _refuse(address: str, targets: Sequence[Target], kinds: Columns) -> None:
    faults = []
    for each in targets:
        if each.given is None:
            continue
        native = each.given.native
        kind = kinds[each.name]
        if each.format or (each.decimal_mark or ".") != "." or each.thousands:
            expected = "must not be text that has to be parsed, which only files may"
            faults.append(
                Fault(address, each.name, expected, "", "Convert it in a view, and name that.")
            )
        elif native != ASSUMED and kind is not Type.TEXT and native_kind(native) is not kind:
            remedy = f"Convert it in a view, and name that; it is {native} there."
            faults.append(
                Fault(address, each.name, f"must be {kind.phrase}", native_kind(native), remedy)
            )
    if faults:
        raise InputError(*faults)


def _value(dialect: str, table: str, target: Target, kind: Type) -> Tree:
    if target.given is None:
        value: Tree = exp.cast(exp.null(), _SQL[kind])
    else:
        value = _typed(dialect, target, kind)
        tokens = list(_tokens(target.missing, kind))
        if tokens:
            value = case([(sql_tree(":v not in (:tokens)", v=value, tokens=tokens), value)])
    default = CONTRACT[table].defaults.get(target.name)
    return value if default is None else sql_tree("coalesce(:v, :d)", v=value, d=text(default))


_SQL = {
    Type.TEXT: "text",
    Type.ANY: "text",
    Type.NUMBER: "double",
    Type.BOOLEAN: "boolean",
    Type.TIME: "timestamp",
}


def _typed(dialect: str, target: Target, kind: Type) -> Tree:
    assert target.given is not None  # noqa: S101 - the caller looked
    own = own_column(target.given.name)
    if kind is Type.NUMBER:
        return sql_tree(_FINITE, x=own, most=number(_LARGEST))
    if kind is not Type.TIME:
        return exp.cast(own, _SQL[kind])
    bare = _bare(target.given.native)
    template = next(each for pattern, each in TIMES[dialect] if re.fullmatch(pattern, bare))
    value = spelled(dialect, template, {"x": own})
    if dialect == "clickhouse":  # a column that cannot be null would be a time where it is missing
        value = exp.cast(value, "timestamp")
    return value


def _tokens(missing: Iterable[Any], kind: Type) -> Iterator[Tree]:
    """Yield the values that mean: no value, of the column's type."""
    for each in missing:
        if kind is Type.TEXT:
            yield text(str(each).lower() if isinstance(each, bool) else str(each))
        elif kind is Type.NUMBER and type(each) in {int, float}:
            yield number(each)
        elif kind is Type.BOOLEAN and isinstance(each, bool):
            yield exp.true() if each else exp.false()
        elif kind is Type.TIME and isinstance(each, str | datetime):
            yield exp.cast(text(str(each)), "timestamp")


def _usable(keys: Table, tree: Tree, kinds: Columns) -> Tree:
    """Return the rows that have their keys, and of those that repeat one the first."""
    conditions = [sql_tree(":k is not null", k=column(key, "r")) for key in keys.filled]
    if keys.either:
        some = [sql_tree(":k is not null", k=column(key, "r")) for key in keys.either]
        conditions.append(exp.paren(any_of(some)))
    rows = sql_tree(
        "select r.* from :rows as r where :usable",
        rows=exp.Subquery(this=tree),
        usable=all_of(conditions),
    )
    if not keys.once:
        return rows
    first = [
        sql_tree("in_bytes(lead_id)") if each == name("lead_id") else sql_tree(each)
        for each in ordering(keys)
    ]
    rest = [
        sql_tree("in_bytes(cast(:c as text))", c=column(each))
        for each in kinds
        if each not in {*keys.once, "lead_id", "occurred_at"}
    ]
    turned = sql_tree(
        "select r.*, row_number() over (partition by :keys order by :order) as turn "
        "from :rows as r",
        keys=[column(each) for each in keys.once],
        order=[*first, *rest] or [column(each) for each in keys.once],
        rows=exp.Subquery(this=rows),
    )
    alone = [
        sql_tree(":k = ''", k=column(each, "r"))
        for each in keys.once
        if keys.defaults.get(each) == ""
    ]
    return sql_tree(
        "select :columns from :rows as r where :first",
        columns=[column(each, "r") for each in kinds],
        rows=exp.Subquery(this=turned),
        first=any_of([sql_tree("r.turn = 1"), *alone]),
    )
