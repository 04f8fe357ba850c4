"""How a value is read: from a DuckDB type or from text, as one of our types or null."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from leadline.model.formats import CENTURY, COUNTS, date_pattern, is_worded, worded_pattern
from leadline.model.types import Type
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.patterns import BOOLEAN, CLOCK, DATE, NUMBER, OFFSET, SPACED_OFFSET, YEAR
from leadline.sql.text import Scalar, Sql, joined, sql_text
from leadline.tables import ranges
from leadline.tables.columns import JOINT
from leadline.tables.months import MONTHS, ZONES
from leadline.tables.natives import (
    BARE,
    DIGITS,
    FIRST_TIME,
    IN_REACH,
    ISO,
    LAST_TIME,
    Native,
    Spelling,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.tables.columns import Target
    from leadline.tables.places.raw import RawColumn

LOOSE_DATE = rf"{YEAR}-\d{{1,2}}-\d{{1,2}}"
LOOSE_CLOCK = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
"""What a declared format leaves: it says nothing of zeros in front."""
HALF_DAY = r" \d{1,2}:\d{2}(:\d{2})? ?[AaPp][Mm]"
UNCLEAR_DATE = r"\d{1,2}([-/. ])\d{1,2}[-/. ](\d{4}|\d{2})([T ].*)?"
UNCLEAR_NUMBER = r"[+-]?\d+([.,]\d{3})*,\d+"
NOT_FINITE = r"(?i:nan|[+-]?inf(inity)?)|[+-]?[1-9]\d*(\.\d*)?[eE]\+?\d{3,}"
"""What programs write for a number that is none, or too large to be one: it is null."""

SPACES = "[ \u00a0\u202f]*"
"""What may stand between a number and its unit."""
DAY_WITH_COMMA = r"^(\d{5}),"
"""Of a spreadsheet in a language that writes decimals behind a comma."""
FRACTION = r"\d+[.,]\d*[1-9]\d*"
"""Of days: a time of day, which needs a zone."""

IN_UTC = "make_timestamp(epoch_us({x}))"
"""A time with a zone as one without; an infinite one is null.

``timezone('UTC', x)`` would ask a calendar for each value, and keep infinite times."""

FINITE = "case when isfinite({x}) then {x}::double end"
TEXT = "nullif({x}::varchar, '')"
JSON_TEXT = "nullif({x} ->> '$', '')"

CUT = "case when right({x}, {length}) = {cut} then left({x}, length({x}) - {length}) else {x} end"
"""A text without what is cut from its end; DuckDB counts characters, as all of us do."""

NATIVES = (
    Native("CSV|(JSON|CELLS) (NUMBER|BOOLEAN|TEXT|MIXED)", None, "", BARE),
    Native("VARCHAR|MADE", Type.TEXT, BARE, BARE),
    Native("JSON", Type.TEXT, JSON_TEXT, JSON_TEXT),
    Native("BIGINT", Type.NUMBER, "{x}", "{x}::varchar"),
    Native("U?(TINY|SMALL)INT|U?INTEGER", Type.NUMBER, "{x}::bigint", "{x}::varchar"),
    Native("UBIGINT|U?HUGEINT|DECIMAL.*|BIGNUM", Type.NUMBER, "{x}::double", "{x}::varchar"),
    Native("FLOAT|DOUBLE", Type.NUMBER, FINITE, DIGITS["duckdb"]),
    Native("BOOLEAN", Type.BOOLEAN, "{x}", "{x}::varchar"),
    Native("TIMESTAMP", Type.TIME, "{x}", ISO["duckdb"]),
    Native("TIMESTAMP_.*|DATE", Type.TIME, "{x}::timestamp", ISO["duckdb"]),
    Native("TIMESTAMP WITH TIME ZONE", Type.TIME, IN_UTC, ISO["duckdb"]),
    Native(
        "TIMESTAMPTZ_NS",  # of pandas
        Type.TIME,
        IN_UTC.format(x="{x}::timestamptz"),
        ISO["duckdb"].format(x="{x}::timestamptz"),
    ),
    Native('"NULL"', Type.ANY, "null", "null::varchar"),
    Native("ENUM.*|UUID|TIME.*|INTERVAL|BLOB|BIT", Type.TEXT, TEXT, TEXT),
    Native(".*", Type.TEXT, "to_json({x})::varchar", "to_json({x})::varchar"),
)
"""What is nested becomes JSON."""

DUCKDB = Spelling(
    "duckdb",
    NATIVES,
    local="TIMESTAMP(_.*)?|DATE",
    in_zone=IN_UTC.format(x="timezone({zone}, {x})"),
)


@dataclass(frozen=True)
class Reading:
    """How a column is read as a type.

    Attributes:
        given: What was given as a text, null where nothing was.
        text: The same, null also where it stands for a missing value.
        parsed: What it means, null where it means nothing of the type.
        value: The same, null also where it stands for a missing value.
        certain: Every text means something.
    """

    target: Target
    type: Type
    given: Sql
    text: Sql
    parsed: Sql
    value: Sql
    certain: bool


def reading(target: Target, kind: Type, *, is_sound: bool = False) -> Reading:
    """Return how a column is read as a type; ``is_sound`` where no value of it has to become null.

    That is a time too far away, or an empty text.
    """
    if target.given is None or kind is Type.ANY:
        null = sql_text("null::{kind}", kind=Sql(SQL_TYPES[kind]))
        null = Sql("null") if kind is Type.ANY else null
        return Reading(target, kind, null, null, null, null, certain=True)
    native = DUCKDB.native(target.given.native)
    is_bare = is_sound and native.text == BARE
    own = _joined(target.parts) if target.parts else target.given.value
    given = own if is_bare else sql_text(native.text, x=own)
    text = without(given, target.missing, Type.TEXT)
    certain = kind in {native.type, Type.TEXT}
    if kind is Type.TEXT and is_bare:
        parsed = given
    elif kind is native.type:
        parsed = _in_utc(sql_text(native.value, x=own), target)
        if kind is Type.TIME and not is_sound:
            parsed, certain = (
                sql_text(f"case when {{x}} {IN_REACH} then {{x}} end", x=parsed),
                False,
            )
    else:
        parsed = PARSERS[kind](text, target)
    if kind is Type.TEXT:
        parsed = _alike(parsed, target, is_trimmed=is_bare)
    value = without(parsed, target.missing, kind)
    return Reading(target, kind, given, text, parsed, value, certain)


def _alike(text: Sql, target: Target, *, is_trimmed: bool) -> Sql:
    """Return a text as others that mean the same are written."""
    if target.is_key and not is_trimmed:
        text = sql_text("nullif(trim({x}), '')", x=text)
    if target.cut:
        text = sql_text(CUT, x=text, cut=target.cut, length=len(target.cut))
    if target.case == "lower":
        text = sql_text(
            "translate({x}, {capitals}, {small})",
            x=text,
            capitals=ascii_uppercase,
            small=ascii_lowercase,
        )
    return text


def _joined(parts: Iterable[RawColumn]) -> Sql:
    """Return the texts of columns, joined; null where all are."""
    texts = [sql_text(native_of(each).text, x=each.value) for each in parts]
    filled = [sql_text("coalesce({x}, '')", x=each) for each in texts]
    return sql_text(
        "case when coalesce({texts}) is not null then concat_ws({joint}, {filled}) end",
        texts=texts,
        joint=JOINT,
        filled=filled,
    )


def are_in_reach(x: Sql) -> Sql:
    """Return whether all times of a column with a type of its own are within reach.

    Of Parquet, the head of the file says it.
    """
    first, last = (Sql(f"timestamptz '{each}+00'") for each in (FIRST_TIME, LAST_TIME))
    least, most = (Sql(f"{each}({x})::timestamptz") for each in ("min", "max"))
    template = "coalesce({least} >= {first} and {most} <= {last}, true)"
    return sql_text(template, least=least, most=most, first=first, last=last)


def are_trimmed(x: Sql) -> Sql:
    """Return whether no text of a column has a space at an end."""
    return sql_text("not coalesce(bool_or({x} like ' %' or {x} like '% '), false)", x=x)


def are_filled(x: Sql) -> Sql:
    """Return whether no text of a column is empty; the head of a Parquet file says that too."""
    return sql_text("coalesce(min({x}) <> '', true)", x=x)


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


def native_of(given: RawColumn) -> Native:
    """Return how the type of a column as it was given is read."""
    return DUCKDB.native(given.native)


def _in_utc(value: Sql, target: Target) -> Sql:
    is_local = target.given and DUCKDB.is_local(target.given.native)
    if not (target.zone and is_local):
        return value
    return _of_zone(value, target.zone)


def _of_zone(local: Sql, zone: str) -> Sql:
    """Return times of a zone in UTC."""
    return sql_text(DUCKDB.in_zone, zone=zone, x=local)


def _number(text: Sql, target: Target | None) -> Sql:
    template = """
        case when regexp_full_match({text}, {pattern}) and isfinite(try_cast({text} as double))
        then try_cast({text} as double) end"""
    if target:
        text = _without_unit(text, target.unit)
    if target and target.range:
        return ranges.number_in(text, target.range, target.decimal_mark or ".")
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
    return Sql(BOOLEAN.replace(":a", text))


ZONED = """
    case when regexp_full_match({text}, {zoned}) then try_cast({text} as timestamptz)
    when regexp_full_match({text}, {spaced})
    then try_cast(regexp_replace({text}, ' ([+-])', '\\1') as timestamptz)"""
LOCAL = """
    when regexp_full_match({text}, {pattern})
    then timezone({zone}, try_cast({text} as timestamp))"""
ZONED_HALVES = """
    when regexp_full_match({text}, {pattern})
    then try_strptime(upper({text}), ['%Y-%m-%d %I:%M %p %z', '%Y-%m-%d %I:%M:%S %p %z',
        '%Y-%m-%d %I:%M%p %z', '%Y-%m-%d %I:%M:%S%p %z'])
"""
HALVES = """
    when regexp_full_match({text}, {pattern})
    then timezone({zone}, try_strptime(upper({text}),
        ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M%p', '%Y-%m-%d %I:%M:%S%p']))
"""


COUNTED = """
    case when regexp_full_match({text}, {number})
        and try_cast({text} as double) between {least} and {most}
    then {start}::timestamp + to_microseconds(round(try_cast({text} as double) * {unit})::bigint)
    end"""
MOST_MICROSECONDS = 10**17
"""Three thousand years: a larger count is of another unit."""
LEAST_MICROSECONDS = -59 * 10**15
"""Before would be before the year 1, counted from 1899."""


def _counted(text: Sql, target: Target) -> Sql:
    """Return times that are written as a number of days, seconds or milliseconds."""
    start, unit = COUNTS[str(target.format)]
    text = sql_text("regexp_replace({text}, {comma}, '\\1.')", text=text, comma=DAY_WITH_COMMA)
    found = sql_text(
        COUNTED.strip(),
        text=text,
        number=NUMBER,
        least=-(-LEAST_MICROSECONDS // unit),
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
    if target.format is None:
        return _moment_of(text, target)
    # said once, as it is long and is looked at for each way to write a clock
    once = "list_transform([{iso}], lambda written: {moment})[1]"
    return sql_text(once, iso=_iso(text, target), moment=_moment_of(Sql("written"), target))


def _moment_of(text: Sql, target: Target) -> Sql:
    """Return the moment of a text in the order of ISO 8601."""
    zone = target.zone
    day, clock = (LOOSE_DATE, LOOSE_CLOCK) if target.format else (DATE, CLOCK)
    date = rf"|{day}" if zone is None else ""
    cases = [
        sql_text(
            ZONED.strip(),
            text=text,
            zoned=f"{day}{clock}{OFFSET}{date}",
            spaced=day + clock + SPACED_OFFSET,
        )
    ]
    if target.format:
        cases.append(sql_text(ZONED_HALVES, text=text, pattern=day + HALF_DAY + SPACED_OFFSET))
    if zone:
        cases.append(sql_text(LOCAL, text=text, pattern=f"{day}({clock})?", zone=zone))
    if zone and target.format:
        cases.append(sql_text(HALVES, text=text, pattern=day + HALF_DAY, zone=zone))
    return sql_text(IN_UTC, x=sql_text("{cases} end", cases=joined(" ", cases)))


def _iso(text: Sql, target: Target) -> Sql:
    """Return dates that are written in a declared order as ISO 8601."""
    if target.format is None:
        return text
    if is_worded(target.format):
        return _with_offset(_of_words(text, target.format))
    pattern, iso = date_pattern(target.format)
    iso = sql_text("regexp_replace({text}, {pattern}, {iso})", text=text, pattern=pattern, iso=iso)
    return _with_offset(iso)


OF_WORDS = """
    list_transform([regexp_extract({text}, {pattern}, {parts})], lambda found:
        {century} || found.y || '-' || {months}[lower(found.m)] || '-' || found.d
        || case when found.rest = '' then '' else ' ' || ltrim(found.rest, 'T ') end)[1]"""


def _of_words(text: Sql, written: str) -> Sql:
    """Return times whose month is a word as ISO 8601, null where no month is called so."""
    pattern, parts = worded_pattern(written)
    return sql_text(
        OF_WORDS.strip(),
        century="" if "yyyy" in written else CENTURY,
        months=Sql(f"map {sql_text('{m}', m=MONTHS)}"),
        text=text,
        pattern=pattern,
        parts=Sql(f"[{sql_text('{p}', p=parts)}]"),
    )


WITH_OFFSET = """
    list_transform([{text}], lambda plain:
        case when right(plain, 1) not in ({ends}) then plain
        when {zones}[regexp_extract(plain, {letters}, 1)] is null then plain
        else regexp_replace(plain, {letters}, ' ')
            || {zones}[regexp_extract(plain, {letters}, 1)] end)[1]"""
LETTERS = r" \(?([A-Z]{3,4})\)?$"


def _with_offset(text: Sql) -> Sql:
    """Return times with an offset in the place of the letters that some tools write behind them."""
    zones = Sql(f"map {sql_text('{z}', z=ZONES)}")
    ends = sorted({each[-1] for each in ZONES} | {")"})
    return sql_text(WITH_OFFSET.strip(), zones=zones, text=text, letters=LETTERS, ends=ends)


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
