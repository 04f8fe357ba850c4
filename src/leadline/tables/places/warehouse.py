"""Tables of a warehouse that is not at hand: each a relation that reads it as the contract says."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from leadline.errors import Fault, FileError, InputError, nearest
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.sql.kinds import sql_type
from leadline.sql.rewrites import own_column
from leadline.sql.text import Sql
from leadline.sql.trees import Tree, named, sql_tree
from leadline.tables import reading
from leadline.tables.columns import Column, Target, match
from leadline.tables.made import refuse_made
from leadline.tables.natives import DIGITS, IN_REACH, ISO, Native, Spelling, given_as
from leadline.tables.places.raw import Raw, RawColumn

ASSUMED = "assumed "
"""What the native type of a column begins with that nobody looked at; our type follows."""

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
_TIMES = r"date(time)?\d*|timestamp.*|smalldatetime"
_KINDS = (
    ("bool(ean)?|assumed boolean", Type.BOOLEAN),
    (f"{_NUMBERS}|assumed number", Type.NUMBER),
    (f"{_TIMES}|assumed time", Type.TIME),
    (".*", Type.TEXT),
)
"""The first whose pattern is the whole name of a native type decides."""

_ZONED = "timestamp.*(with (local )?time zone|tz|ltz)|timestamptz"
_LOCAL = r"timestamp( without time zone)?|timestamp_?ntz|date(time)?\d*"
_EVERY = f"{_TIMES}|assumed time"
_INSTANT = "cast({x} as timestamptz)"
_ON_SPARK = ((_EVERY, "cast({x} as timestamp)"),)

TIMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "duckdb": (
        (_ZONED, "cast({x} at time zone 'UTC' as timestamp)"),
        (_LOCAL, "cast({x} as timestamp)"),
        (_EVERY, f"cast({_INSTANT} at time zone 'UTC' as timestamp)"),
    ),
    "postgres": (
        (_ZONED, "{x} at time zone 'UTC'"),
        (_LOCAL, "cast({x} as timestamp)"),
        (_EVERY, f"{_INSTANT} at time zone 'UTC'"),
    ),
    # a column that cannot be null would be a time where it is missing
    "clickhouse": (
        (_EVERY, "cast(toDateTime64({x}, 6, 'UTC') as Nullable(DateTime64(6, 'UTC')))"),
    ),
    "snowflake": (
        ("(timestamp_?ntz|datetime|date).*", "cast({x} as timestamp_ntz(6))"),
        (
            _EVERY,
            "cast(convert_timezone('UTC', cast({x} as timestamp_tz)) as timestamp_ntz(6))",
        ),
    ),
    "bigquery": ((_EVERY, "cast({x} as datetime)"),),
    "spark": _ON_SPARK,
    "databricks": _ON_SPARK,
}
"""Dialect to native type and how a time of it becomes UTC without a zone; the first that fits."""

_IN_ZONE: Mapping[str, str] = {
    "duckdb": "timezone('UTC', timezone({zone}, {x}))",
    "postgres": "{x} at time zone {zone} at time zone 'UTC'",
    "spark": "to_utc_timestamp({x}, {zone})",
    "databricks": "to_utc_timestamp({x}, {zone})",
    "snowflake": "convert_timezone({zone}, 'UTC', {x})",
    "bigquery": "datetime(timestamp({x}, {zone}))",
    "clickhouse": "toTimeZone(toDateTime64(toString({x}), 6, {zone}), 'UTC')",
}
"""Dialect to a time without a zone as one of a zone, in UTC."""


def spelling(dialect: str) -> Spelling:
    """Return how tables of a dialect are read."""
    text_ = f"cast({{x}} as {sql_type(Type.TEXT, dialect)})"
    number_ = f"cast({{x}} as {sql_type(Type.NUMBER, dialect)})"
    boolean = f"cast({{x}} as {sql_type(Type.BOOLEAN, dialect)})"
    finite = f"case when abs({number_}) <= {_LARGEST} then {number_} end"
    iso = ISO.get(dialect, text_)
    has_reach = dialect in ISO  # the times of others are never infinite
    plain = "(big)?num(eric|ber)|(big)?decimal\\d*|dec|u?(tiny|small|medium|big|huge)?int.*"
    return Spelling(
        dialect,
        (
            Native(_KINDS[0][0], Type.BOOLEAN, boolean, text_),
            Native(plain, Type.NUMBER, finite, text_),
            Native(_KINDS[1][0], Type.NUMBER, finite, DIGITS.get(dialect, text_)),
            *(
                Native(
                    pattern,
                    Type.TIME,
                    f"case when {value} {IN_REACH} then {value} end" if has_reach else value,
                    iso.format(x=value),
                )
                for pattern, value in TIMES[dialect]
            ),
            Native(".*", Type.TEXT, f"nullif({text_}, '')", f"nullif({text_}, '')"),
        ),
        local=_LOCAL,
        in_zone=_IN_ZONE[dialect],
    )


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
    refuse_made(declared, address)
    assumed = natives is None
    if natives is None:
        parts = [part for each in declared.values() for part in each.made_from]
        names = [*types, *(name for name in (*declared, *parts) if name not in types)]
        natives = {
            (declared[name].source if name in declared else None) or name: ASSUMED
            + types.get(name, Type.TEXT)
            for name in names
        }
    given = {name: RawColumn(name, Sql(""), _bare(native)) for name, native in natives.items()}
    targets, notes = match(Raw(table, address, given, Sql("")), declared)
    own = spelling(dialect)
    reading.refuse_types(own, [each for each in targets if each.name in types], address)
    fields = [_field(own, table, each, types.get(each.name, Type.TEXT)) for each in targets]
    read = [each for each in fields if each.target.name in types]
    tree = _rows(table, fields, read, is_clean=is_clean)
    lacking = [each.target.name for each in read if each.target.given is None]
    if lacking and not assumed:
        notes.append(f"{address} has no {', '.join(lacking)}: null.")
    kinds = {each.target.name: each.type for each in read}
    return Source(table, kinds, tree, tuple(notes))


def _field(own: Spelling, table: str, target: Target, assumed: Type) -> reading.Field:
    kind = target.type or assumed
    if target.type is None and target.given and not target.given.native.startswith(ASSUMED):
        kind = own.native(target.given.native).type or assumed
    x = reading.own(own, target, own_column)
    return reading.field(own, table, target, x, kind)


def _rows(
    table: str, fields: Sequence[reading.Field], read: Sequence[reading.Field], *, is_clean: bool
) -> Tree:
    """Return the rows that have their keys, and of those that repeat one the first."""
    titles = [each.target.name for each in read]
    place_ = exp.to_table(place(table))
    columns = [named(each.value, each.target.name) for each in read]
    if is_clean:
        return sql_tree("select :columns from :rows as t", columns=columns, rows=place_)
    given = {given_as(each.target.name): each.given for each in fields if each.target.given}
    compared = [each for each in reading.compared(table, _names(fields)) if each in given]
    if CONTRACT[table].once:
        columns += [named(given[each], each) for each in compared]
    typed = sql_tree("select :columns from :rows as t", columns=columns, rows=place_)
    usable = reading.usable(table, typed)
    if not CONTRACT[table].once:
        return usable
    return reading.once(table, usable, titles, reading.order(table, compared))


def _names(fields: Sequence[reading.Field]) -> list[str]:
    return [each.target.name for each in fields]


def needed(table: str, read: Iterable[str], listed: Iterable[str] = ()) -> list[str]:
    """Return the columns of a table that the statement may read; ``listed`` are there."""
    known = [each for each in CONTRACT[table].types if (table, each) not in OPTIONAL | IF_LISTED]
    there = [each for each in listed if (table, each) in IF_LISTED]
    return list(dict.fromkeys([*known, *there, *read]))


def _bare(native: str) -> str:
    """Return the name of a native type without what wraps it and without its digits.

    >>> _bare("Nullable(Decimal(10, 2))"), _bare("TIMESTAMP_NTZ(6)")
    ('decimal', 'timestamp_ntz')
    """
    found = native.strip().lower()
    while wrapped := re.fullmatch(r"(?:nullable|lowcardinality)\((.*)\)", found):
        found = wrapped[1]
    return re.sub(r"\s*\(.*?\)", "", found).removesuffix(" unsigned").strip()
