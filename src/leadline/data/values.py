"""How a value is read: from a DuckDB type or from text, as one of our types or null."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.data.sql import Scalar, Sql, sql
from leadline.model.types import Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.data.columns import Target
    from leadline.data.raw import Given

DATE = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
NUMBER = r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?"

ISO = "strftime({x}, '%Y-%m-%dT%H:%M:%S.%fZ')"
WHOLE = (
    "coalesce(case when {x} = trunc({x}) then try_cast({x} as bigint) end::varchar, {x}::varchar)"
)
"""A whole number without a fraction: pandas keeps integers as floats where one is missing."""

SQL_TYPES = {
    Type.TEXT: Sql("varchar"),
    Type.NUMBER: Sql("double"),
    Type.BOOLEAN: Sql("boolean"),
    Type.TIME: Sql("timestamp"),
}


class Native(NamedTuple):
    """How values are read: as which of our types, the value itself, and its text."""

    pattern: str
    type: Type | None
    value: str
    text: str


NATIVES = (
    Native("CSV|JSON (NUMBER|BOOLEAN|TEXT|MIXED)", None, "", "{x}"),
    Native("VARCHAR", Type.TEXT, "{x}", "{x}"),
    Native("JSON", Type.TEXT, "({x} ->> '$')", "({x} ->> '$')"),
    Native("BIGINT", Type.NUMBER, "{x}", "{x}::varchar"),
    Native("U?(TINY|SMALL)INT|U?INTEGER", Type.NUMBER, "{x}::bigint", "{x}::varchar"),
    Native("UBIGINT|U?HUGEINT|DECIMAL.*|BIGNUM", Type.NUMBER, "{x}::double", "{x}::varchar"),
    Native("FLOAT|DOUBLE", Type.NUMBER, "case when isfinite({x}) then {x}::double end", WHOLE),
    Native("BOOLEAN", Type.BOOLEAN, "{x}", "{x}::varchar"),
    Native("TIMESTAMP", Type.TIME, "{x}", ISO),
    Native("TIMESTAMP_.*|DATE", Type.TIME, "{x}::timestamp", ISO),
    Native("TIMESTAMP WITH TIME ZONE", Type.TIME, "timezone('UTC', {x})", ISO),
    Native('"NULL"', Type.ANY, "null", "null::varchar"),
    Native("ENUM.*|UUID|TIME.*|INTERVAL|BLOB|BIT", Type.TEXT, "{x}::varchar", "{x}::varchar"),
    Native(".*", Type.TEXT, "to_json({x})::varchar", "to_json({x})::varchar"),
)
"""The first whose pattern is the whole DuckDB type decides; what is nested becomes JSON."""


@dataclass(frozen=True)
class Reading:
    """How a column is read as a type.

    Attributes:
        text: What was given, null where nothing was.
        parsed: What it means, null where it means nothing of the type.
        value: The same, null also where it stands for a missing value.
        certain: Every text means something.
    """

    target: Target
    type: Type
    text: Sql
    parsed: Sql
    value: Sql
    certain: bool


def reading(target: Target, kind: Type) -> Reading:
    """Return how a column is read as a type."""
    if target.given is None or kind is Type.ANY:
        null = sql("null::{kind}", kind=SQL_TYPES[kind]) if kind in SQL_TYPES else Sql("null")
        return Reading(target, kind, null, null, null, certain=True)
    native = native_of(target.given)
    text = without(sql(native.text, x=target.given.value), target.missing, Type.TEXT)
    certain = kind in {native.type, Type.TEXT}
    if kind is native.type:
        parsed = _in_utc(sql(native.value, x=target.given.value), target)
    else:
        parsed = PARSERS[kind](text, target.zone)
    return Reading(target, kind, text, parsed, without(parsed, target.missing, kind), certain)


def is_number(text: Sql) -> Sql:
    """Return the condition that a text is a number."""
    return sql("{value} is not null", value=_number(text, None))


def is_local_time(text: Sql) -> Sql:
    """Return the condition that a text is a time without zone."""
    return sql("regexp_full_match({text}, {pattern})", text=text, pattern=DATE + CLOCK)


def native_of(given: Given) -> Native:
    """Return how the type of a column as it was given is read."""
    return next(native for native in NATIVES if re.fullmatch(native.pattern, given.native))


def _in_utc(value: Sql, target: Target) -> Sql:
    naive = target.given and re.fullmatch("TIMESTAMP(_.*)?|DATE", target.given.native)
    if not (target.zone and naive):
        return value
    return sql("timezone('UTC', timezone({zone}, {value}))", zone=target.zone, value=value)


def _number(text: Sql, _: str | None) -> Sql:
    template = """
        case when regexp_full_match({text}, {pattern}) and isfinite(try_cast({text} as double))
        then try_cast({text} as double) end"""
    return sql(template.strip(), text=text, pattern=NUMBER)


def _boolean(text: Sql, _: str | None) -> Sql:
    template = "case lower({text}) when 'true' then true when 'false' then false {others} end"
    others = "when 'yes' then true when 'no' then false when '1' then true when '0' then false"
    return sql(template, text=text, others=Sql(others))


def _time(text: Sql, zone: str | None) -> Sql:
    date = rf"|{DATE}" if zone is None else ""
    zoned = """
        case when regexp_full_match({text}, {zoned})
        then timezone('UTC', try_cast({text} as timestamptz)) {local} end"""
    local = """
        when regexp_full_match({text}, {pattern})
        then timezone('UTC', timezone({zone}, try_cast({text} as timestamp)))"""
    rest = sql(local, text=text, pattern=f"{DATE}({CLOCK})?", zone=zone) if zone else Sql("")
    return sql(zoned.strip(), text=text, zoned=f"{DATE}{CLOCK}{OFFSET}{date}", local=rest)


def _as_it_is(text: Sql, _: str | None) -> Sql:
    return text


PARSERS = {Type.TEXT: _as_it_is, Type.NUMBER: _number, Type.BOOLEAN: _boolean, Type.TIME: _time}


def without(value: Sql, missing: Iterable[Scalar], kind: Type) -> Sql:
    """Return a value, null where it stands for a missing one."""
    tokens = [token for each in missing if (token := _token(each, kind)) is not None]
    if not tokens:
        return value
    return sql("case when {value} not in ({tokens}) then {value} end", value=value, tokens=tokens)


def _token(missing: Scalar, kind: Type) -> Scalar:
    """Return a missing token as a value of the type; None where it cannot be one."""
    if kind is Type.TEXT:
        return str(missing).lower() if isinstance(missing, bool) else str(missing)
    is_of_kind = {
        Type.BOOLEAN: isinstance(missing, bool),
        Type.NUMBER: type(missing) in {int, float},
    }
    return missing if is_of_kind.get(kind) else None
