"""Values with types: what a text may mean, what the data decides, what counts as null."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.data.raw import FILE, ROW, Given, Raw
from leadline.data.sql import Scalar, Sql, sql
from leadline.errors import Fault, InputError
from leadline.model.types import Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leadline.data.columns import Target
    from leadline.engines.duckdb import DuckDB

SAMPLE_ROWS = 2_048
"""So many rows rule out most types before all rows are asked."""

EXAMPLES = 3
"""How many a message shows."""

DATE = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
NUMBER = r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
LONG_INTEGER = r"[+-]?\d{16,}"
"""An identifier, more likely: as numbers, neighbours would be one and the same."""

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
    Native("CSV", None, "", "{x}"),
    Native("JSON LINES", None, "", "nullif({x} ->> '$', '')"),
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

NOUNS = {
    Type.NUMBER: ("a number", "numbers"),
    Type.BOOLEAN: ("true or false", "true or false"),
    Type.TIME: ("a time", "times"),
}
"""What a value, and what values, of a type are called."""

PLAIN = {
    Type.NUMBER: "{value} is not null and not regexp_full_match({text}, {long_integer})",
    Type.BOOLEAN: "lower({text}) in ('true', 'false')",
    Type.TIME: "{value} is not null",
}
"""What all values of a column must be for the data to decide on a type, the first that fits."""

JSON_KINDS = {
    Type.NUMBER: ["UBIGINT", "BIGINT", "HUGEINT", "UHUGEINT", "DOUBLE"],
    Type.BOOLEAN: ["BOOLEAN"],
    Type.TIME: ["VARCHAR"],
}
"""What they must be in JSON besides: a number in quotes is a text."""


@dataclass(frozen=True)
class Reading:
    """How a column is read as a type.

    Attributes:
        text: What was given, null where nothing was.
        value: What it means, null where it means nothing of the type.
        certain: Every text means something.
    """

    target: Target
    type: Type
    text: Sql
    value: Sql
    certain: bool


def settle(engine: DuckDB, raw: Raw, targets: Sequence[Target]) -> tuple[list[Reading], list[str]]:
    """Decide how each column is read; return notes for people too.

    Raises:
        InputError: Times without a zone, or numbers for times.
    """
    types = _decided(engine, raw, targets)
    readings = [reading(target, types[target.name]) for target in targets]
    notes = _check(engine, raw, [each for each in readings if not each.certain])
    return _without_values(engine, raw, readings), notes


def reading(target: Target, kind: Type) -> Reading:
    r"""Return how a column is read as a type.

    >>> reading(Target("x", Given("X", name("c0"), "CSV"), missing=("-",)), Type.TEXT).value
    'case when "c0" not in (\'-\') then "c0" end'
    """
    if target.given is None or kind is Type.ANY:
        null = sql("null::{kind}", kind=SQL_TYPES[kind]) if kind in SQL_TYPES else Sql("null")
        return Reading(target, kind, null, null, certain=True)
    native = _native(target.given)
    text = _without(_text(target.given), target.missing, Type.TEXT)
    if kind is native.type:
        value = _zoned(sql(native.value, x=target.given.value), target)
        return Reading(target, kind, text, _without(value, target.missing, kind), certain=True)
    if kind is Type.TEXT:
        return Reading(target, kind, text, text, certain=True)
    value = _without(PARSERS[kind](text, target.zone), target.missing, kind)
    return Reading(target, kind, text, value, certain=False)


def examples(
    engine: DuckDB, raw: Raw, text: Sql, condition: Sql
) -> list[tuple[str | None, int | None, str]]:
    """Return file, row and text of the first rows for which a condition is true."""
    found = raw.located([sql("{text} as text", text=text)], condition, EXAMPLES)
    with engine.ordered():
        return engine.rows(
            sql("select {f}, {r}, text from {found} order by all", f=FILE, r=ROW, found=found)
        )


def is_number(text: Sql) -> Sql:
    """Return the condition that a text is a number."""
    return sql("({value}) is not null", value=_number(text, None))


def _native(given: Given) -> Native:
    return next(native for native in NATIVES if re.fullmatch(native.pattern, given.native))


def _text(given: Given) -> Sql:
    return sql(_native(given).text, x=given.value)


def _zoned(value: Sql, target: Target) -> Sql:
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


PARSERS = {Type.NUMBER: _number, Type.BOOLEAN: _boolean, Type.TIME: _time}


def _without(value: Sql, missing: Iterable[Scalar], kind: Type) -> Sql:
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


def _decided(engine: DuckDB, raw: Raw, targets: Sequence[Target]) -> dict[str, Type]:
    """Return each column's type: asked for, native, or what all values are."""
    natives = {target.name: _native(target.given).type for target in targets if target.given}
    given = {target.name: target.type or natives.get(target.name, Type.ANY) for target in targets}
    open_targets = [target for target in targets if given[target.name] is None]
    guesses = [(target, kind) for target in open_targets for kind in PLAIN]
    sample = sql("(from {rows} limit {limit})", rows=raw.relation, limit=SAMPLE_ROWS)
    for rows in (sample, raw.relation):
        guesses = _fitting(engine, rows, guesses)
    guessed = {target.name: kind for target, kind in reversed(guesses)}
    return {title: kind or guessed.get(title, Type.TEXT) for title, kind in given.items()}


def _fitting(
    engine: DuckDB, rows: Sql, guesses: Sequence[tuple[Target, Type]]
) -> list[tuple[Target, Type]]:
    if not guesses:
        return []
    conditions = [_fits(reading(target, kind)) for target, kind in guesses]
    columns = [sql("coalesce(bool_and({fits}), true)", fits=fits) for fits in conditions]
    [fit] = engine.rows(sql("select {columns} from {rows}", columns=columns, rows=rows))
    return [guess for guess, fits in zip(guesses, fit, strict=True) if fits]


def _fits(guess: Reading) -> Sql:
    """Return the condition that a value is plainly of the type; null where there is no value."""
    text, given = guess.text, guess.target.given
    plain = sql(PLAIN[guess.type], text=text, value=guess.value, long_integer=LONG_INTEGER)
    if given and given.native == "JSON LINES":
        kinds = JSON_KINDS[guess.type]
        plain = sql("{plain} and json_type({x}) in ({k})", plain=plain, x=given.value, k=kinds)
    return sql("case when {text} is not null then {plain} end", text=text, plain=plain)


def _check(engine: DuckDB, raw: Raw, doubtful: Sequence[Reading]) -> list[str]:
    if not doubtful:
        return []
    columns = [count for each in doubtful for count in (_bad(each), _naive(each))]
    counts = [sql("count_if({condition})", condition=condition) for condition in columns]
    [found] = engine.rows(sql("select {c} from {rows}", c=counts, rows=raw.relation))
    pairs = list(zip(doubtful, found[::2], found[1::2], strict=True))
    faults = [_zone_fault(engine, raw, each) for each, _, naive in pairs if naive]
    faults += [_no_time(raw, each) for each, bad, _ in pairs if bad and _is_other_than_text(each)]
    if faults:
        raise InputError(*faults)
    return [_bad_note(engine, raw, each, bad) for each, bad, _ in pairs if bad]


def _bad(each: Reading) -> Sql:
    return sql("{text} is not null and {value} is null", text=each.text, value=each.value)


def _naive(each: Reading) -> Sql:
    if each.type is not Type.TIME or each.target.zone:
        return Sql("false")
    return sql("regexp_full_match({text}, {pattern})", text=each.text, pattern=DATE + CLOCK)


def _is_other_than_text(each: Reading) -> bool:
    """Tell whether times were asked for and the data holds numbers."""
    native = each.target.given and _native(each.target.given).type
    return each.type is Type.TIME and native in {Type.NUMBER, Type.BOOLEAN}


def _zone_fault(engine: DuckDB, raw: Raw, each: Reading) -> Fault:
    [(file, row, text), *_] = examples(engine, raw, each.text, _naive(each))
    title = each.target.name
    declaration = f"{{{raw.table}: {{{title}: {{zone: UTC}}}}}}"
    return Fault(
        f"{file}:{row}",
        title,
        "must have a zone, such as 2026-11-01T12:00:00Z",
        text,
        f"Declare columns: {declaration} if the times are UTC.",
    )


def _no_time(raw: Raw, each: Reading) -> Fault:
    native = each.target.given.native if each.target.given else ""
    return Fault(raw.where, each.target.name, "must be a time", native, "Write times as ISO 8601.")


def _bad_note(engine: DuckDB, raw: Raw, each: Reading, bad: int) -> str:
    shown = ", ".join(
        f"{text!r} (row {row})" for _, row, text in examples(engine, raw, each.text, _bad(each))
    )
    one, many = NOUNS[each.type]
    title = each.target.name
    what = f"1 value of {title} is not {one} and counts" if bad == 1 else (
        f"{bad:,} values of {title} are not {many} and count"
    )
    return f"{raw.where}: {what} as null: {shown}."


def _without_values(engine: DuckDB, raw: Raw, readings: Sequence[Reading]) -> list[Reading]:
    """Give the type ANY to columns without any value, unless a type was asked for."""
    asked = [each for each in readings if each.target.type is None and each.type is not Type.ANY]
    template = "exists (select 1 from {rows} where {value} is not null)"
    columns = [sql(template, rows=raw.relation, value=each.value) for each in asked]
    found = engine.rows(sql("select {columns}", columns=columns))[0] if columns else ()
    empty = {each.target.name for each, has in zip(asked, found, strict=True) if not has}
    return [reading(r.target, Type.ANY) if r.target.name in empty else r for r in readings]
