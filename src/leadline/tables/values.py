"""How a value is read: from a DuckDB type or from text, as one of our types or null."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from leadline.model.formats import COUNTS, date_pattern
from leadline.model.types import Type
from leadline.sql.text import Scalar, Sql, joined, sql_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.tables.columns import Target
    from leadline.tables.places.raw import Given

DATE = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
LOOSE_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
LOOSE_CLOCK = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
"""What a declared format leaves: it says nothing of zeros in front."""
HALF_DAY = r" \d{1,2}:\d{2}(:\d{2})? ?[AaPp][Mm]"
OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?| UTC| GMT)"
SPACED = r" [+-]\d{2}(:?\d{2})?"
UNCLEAR_DATE = r"\d{1,2}([-/. ])\d{1,2}[-/. ](\d{4}|\d{2})([T ].*)?"
UNCLEAR_NUMBER = r"[+-]?\d+([.,]\d{3})*,\d+"
NOT_FINITE = r"(?i:nan|[+-]?inf(inity)?)|[+-]?[1-9]\d*(\.\d*)?[eE]\+?\d{3,}"
"""What programs write for a number that is none, or too large to be one: it is null."""
NUMBER = r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?"

SPACES = "[ \u00a0\u202f]*"
"""What may stand between a number and its unit."""
DAY_WITH_COMMA = r"^(\d{5}),"
"""Of a spreadsheet in a language that writes decimals behind a comma."""
FRACTION = r"\d+[.,]\d*[1-9]\d*"
"""Of days: a time of day, which needs a zone."""

ISO = "strftime({x}, '%Y-%m-%dT%H:%M:%S.%fZ')"
WHOLE = (
    "coalesce(case when {x} = trunc({x}) then try_cast({x} as bigint) end::varchar, {x}::varchar)"
)
"""A whole number without a fraction: pandas keeps integers as floats where one is missing."""
IN_UTC = "make_timestamp(epoch_us({x}))"
"""A time with a zone as one without; an infinite one is null.

``timezone('UTC', x)`` would ask a calendar for each value, and keep infinite times."""

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
    Native("TIMESTAMP WITH TIME ZONE", Type.TIME, IN_UTC, ISO),
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
        null = sql_text("null::{kind}", kind=SQL_TYPES[kind]) if kind in SQL_TYPES else Sql("null")
        return Reading(target, kind, null, null, null, certain=True)
    native = native_of(target.given)
    text = without(sql_text(native.text, x=target.given.value), target.missing, Type.TEXT)
    certain = kind in {native.type, Type.TEXT}
    if kind is native.type:
        parsed = _in_utc(sql_text(native.value, x=target.given.value), target)
    else:
        parsed = PARSERS[kind](text, target)
    return Reading(target, kind, text, parsed, without(parsed, target.missing, kind), certain)


def is_number(text: Sql) -> Sql:
    """Return the condition that a text is a number, or what programs write for one that is none."""
    template = "({value} is not null or regexp_full_match({text}, {not_finite}))"
    return sql_text(template, value=_number(text, None), text=text, not_finite=NOT_FINITE)


def is_local_time(text: Sql, target: Target) -> Sql:
    """Return the condition that a text is a time without zone."""
    if target.format in COUNTS:
        pattern = FRACTION if target.format == "excel_days" else ""
        return sql_text("regexp_full_match({text}, {pattern})", text=text, pattern=pattern)
    clock = rf"({LOOSE_CLOCK}|{HALF_DAY})" if target.format else CLOCK
    date = LOOSE_DATE if target.format else DATE
    text = _iso(text, target)
    return sql_text("regexp_full_match({text}, {pattern})", text=text, pattern=date + clock)


def is_unclear_date(text: Sql) -> Sql:
    """Return the condition that a text is a date whose order nothing says."""
    return sql_text("regexp_full_match({text}, {pattern})", text=text, pattern=UNCLEAR_DATE)


def is_unclear_number(text: Sql, target: Target) -> Sql:
    """Return the condition that a comma of a number may mean decimals or thousands."""
    bare = _without_unit(text, target.unit)
    return sql_text("regexp_full_match({text}, {pattern})", text=bare, pattern=UNCLEAR_NUMBER)


def native_of(given: Given) -> Native:
    """Return how the type of a column as it was given is read."""
    return next(native for native in NATIVES if re.fullmatch(native.pattern, given.native))


def _in_utc(value: Sql, target: Target) -> Sql:
    naive = target.given and re.fullmatch("TIMESTAMP(_.*)?|DATE", target.given.native)
    if not (target.zone and naive):
        return value
    return _of_zone(value, target.zone)


def _of_zone(local: Sql, zone: str) -> Sql:
    """Return times of a zone in UTC."""
    return sql_text(IN_UTC, x=sql_text("timezone({zone}, {local})", zone=zone, local=local))


def _number(text: Sql, target: Target | None) -> Sql:
    template = """
        case when regexp_full_match({text}, {pattern}) and isfinite(try_cast({text} as double))
        then try_cast({text} as double) end"""
    if target:
        text = _without_unit(text, target.unit)
    if target and target.decimal_mark:
        text = _usual_number(text, target.decimal_mark, target.thousands)
    return sql_text(template.strip(), text=text, pattern=NUMBER)


def _without_unit(text: Sql, unit: str | None) -> Sql:
    """Return numbers without what is declared to stand before or behind them."""
    if unit is None:
        return text
    mark = re.escape(unit.strip())
    pattern = rf"^([+-]?){SPACES}{mark}{SPACES}|{SPACES}{mark}$"
    return sql_text(r"regexp_replace({text}, {pattern}, '\1', 'g')", text=text, pattern=pattern)


def _usual_number(text: Sql, decimal: str, thousands: str | None) -> Sql:
    """Return numbers with other marks as they are usually written, and null for all else."""
    mark = "[ \u00a0\u202f]" if thousands == " " else re.escape(thousands or "")
    grouped = rf"[1-9]\d{{0,2}}({mark}\d{{3}})+|" if thousands else ""
    pattern = rf"[+-]?({grouped}0|[1-9]\d*)?({re.escape(decimal)}\d*)?([eE][+-]?\d+)?"
    bare = sql_text("regexp_replace({text}, {mark}, '', 'g')", text=text, mark=mark)
    bare = bare if thousands else text
    template = "case when regexp_full_match({text}, {pattern}) then replace({bare}, {d}, '.') end"
    return sql_text(template, text=text, pattern=pattern, bare=bare, d=decimal)


def _boolean(text: Sql, _: Target) -> Sql:
    template = "case lower({text}) when 'true' then true when 'false' then false {others} end"
    others = "when 'yes' then true when 'no' then false when '1' then true when '0' then false"
    return sql_text(template, text=text, others=Sql(others))


ZONED = """
    case when regexp_full_match({text}, {zoned}) then try_cast({text} as timestamptz)
    when regexp_full_match({text}, {spaced})
    then try_cast(regexp_replace({text}, ' ([+-])', '\\1') as timestamptz)"""
LOCAL = """
    when regexp_full_match({text}, {pattern})
    then timezone({zone}, try_cast({text} as timestamp))"""
HALVES = """
    when regexp_full_match({text}, {pattern})
    then timezone({zone}, try_strptime(upper({text}),
        ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M%p', '%Y-%m-%d %I:%M:%S%p']))
"""


COUNTED = """
    case when regexp_full_match({text}, {number}) and abs(try_cast({text} as double)) < {most}
    then {start}::timestamp + to_microseconds(round(try_cast({text} as double) * {unit})::bigint)
    end"""
MOST_MICROSECONDS = 10**17
"""Three thousand years: a larger count is of another unit."""


def _counted(text: Sql, target: Target) -> Sql:
    """Return times that are written as a number of days, seconds or milliseconds."""
    start, unit = COUNTS[str(target.format)]
    text = sql_text("regexp_replace({text}, {comma}, '\\1.')", text=text, comma=DAY_WITH_COMMA)
    found = sql_text(
        COUNTED.strip(),
        text=text,
        number=NUMBER,
        most=MOST_MICROSECONDS // unit,
        start=start,
        unit=unit,
    )
    if target.format != "excel_days":
        return found
    found = sql_text("date_trunc('second', {x} + interval 500 millisecond)", x=found)
    if target.zone:
        return _of_zone(found, target.zone)
    whole = sql_text("not regexp_full_match({text}, {fraction})", text=text, fraction=FRACTION)
    return sql_text("case when {whole} then {x} end", whole=whole, x=found)


def _time(text: Sql, target: Target) -> Sql:
    if target.format in COUNTS:
        return _counted(text, target)
    zone, text = target.zone, _iso(text, target)
    day, clock = (LOOSE_DATE, LOOSE_CLOCK) if target.format else (DATE, CLOCK)
    date = rf"|{day}" if zone is None else ""
    cases = [
        sql_text(
            ZONED.strip(),
            text=text,
            zoned=f"{day}{clock}{OFFSET}{date}",
            spaced=day + clock + SPACED,
        )
    ]
    if zone:
        cases.append(sql_text(LOCAL, text=text, pattern=f"{day}({clock})?", zone=zone))
    if zone and target.format:
        cases.append(sql_text(HALVES, text=text, pattern=day + HALF_DAY, zone=zone))
    return sql_text(IN_UTC, x=sql_text("{cases} end", cases=joined(" ", cases)))


def _iso(text: Sql, target: Target) -> Sql:
    """Return dates that are written in a declared order as ISO 8601."""
    if target.format is None:
        return text
    pattern, iso = date_pattern(target.format)
    return sql_text("regexp_replace({text}, {pattern}, {iso})", text=text, pattern=pattern, iso=iso)


def _as_it_is(text: Sql, _: Target) -> Sql:
    return text


PARSERS = {Type.TEXT: _as_it_is, Type.NUMBER: _number, Type.BOOLEAN: _boolean, Type.TIME: _time}


def without(value: Sql, missing: Iterable[Scalar], kind: Type) -> Sql:
    """Return a value, null where it stands for a missing one."""
    tokens = [found for each in missing if (found := token(each, kind)) is not None]
    if not tokens:
        return value
    return sql_text(
        "case when {value} not in ({tokens}) then {value} end", value=value, tokens=tokens
    )


def token(missing: Scalar, kind: Type) -> Scalar:
    """Return a missing token as a value of the type; None where it cannot be one."""
    if kind is Type.TEXT:
        return str(missing).lower() if isinstance(missing, bool) else str(missing)
    if kind is Type.TIME:
        return _moment(missing)
    is_of_kind = {
        Type.BOOLEAN: isinstance(missing, bool),
        Type.NUMBER: type(missing) in {int, float},
    }
    return missing if is_of_kind.get(kind) else None


def _moment(missing: Scalar) -> str | None:
    """Return a missing token as a time in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(missing))
    except ValueError:
        return None
    found = found.astimezone(UTC) if found.tzinfo else found
    return found.strftime("%Y-%m-%d %H:%M:%S.%f")
