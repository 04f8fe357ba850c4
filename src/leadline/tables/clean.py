"""Columns with types: what the data decides, and which values mean nothing of their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.model.formats import COUNTS
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.codes import is_code
from leadline.tables.columns import Lost
from leadline.tables.natives import BARE
from leadline.tables.places.raw import FILE, ROW, Raw
from leadline.tables.unclear import doubts
from leadline.tables.values import (
    NOT_FINITE,
    Reading,
    are_filled,
    are_in_reach,
    are_trimmed,
    native_of,
    reading,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.columns import Target

SAMPLE_ROWS = 2_048
"""So many rows rule out most types before all rows are asked."""

EXAMPLES = 3
"""How many a message shows."""

LONG_INTEGER = r"[+-]?\d{16,}|[+]\d{7,}|\d{8,}[.]\d{8,}"
"""An identifier or a telephone number, more likely: as numbers, neighbours would be one and the
same, and a plus would be lost."""

NOUNS = {
    Type.NUMBER: ("a number", "numbers"),
    Type.BOOLEAN: ("true or false", "true or false"),
    Type.TIME: ("a time", "times"),
}
"""What a value, and what values, of a type are called."""

GUESSES = {
    "CSV": (Type.NUMBER, Type.BOOLEAN, Type.TIME),
    "JSON NUMBER": (Type.NUMBER,),
    "JSON BOOLEAN": (Type.BOOLEAN,),
    "JSON TEXT": (Type.TIME,),
    "CELLS NUMBER": (Type.NUMBER,),
    "CELLS BOOLEAN": (Type.BOOLEAN,),
    "CELLS TEXT": (Type.TIME,),
}
"""What a column of text may turn out to be, the first that fits; in JSON, and in a cell of Excel
that is a text, "5" is one."""
CODES_IN = ("CSV", "CELLS NUMBER")
"""Where codes are written as numbers are."""

PLAIN = {
    Type.NUMBER: "({value} is not null or regexp_full_match({text}, {not_finite})) "
    "and not regexp_full_match({text}, {long_integer})",
    Type.BOOLEAN: "lower({text}) in ('true', 'false')",
    Type.TIME: "{value} is not null",
}
"""What all values of a column must be for the data to decide on a type."""


def settle(engine: DuckDB, raw: Raw, targets: Sequence[Target]) -> list[Reading]:
    """Decide how each column is read."""
    types = _decided(engine, raw, targets)
    sound = _sound(engine, raw, targets, types)
    readings = [reading(each, types[each.name], is_sound=each.name in sound) for each in targets]
    return _without_values(engine, raw, readings)


def check(engine: DuckDB, raw: Raw, readings: Sequence[Reading], rows: Sql) -> list[str]:
    """Return notes of the values that mean nothing of their type, and so are null in ``rows``.

    Raises:
        InputError: Times without a zone, or numbers where times were asked for.
    """
    bad = _bad_counts(engine, raw, _doubtful(engine, raw, readings, rows))
    faults = [fault for each, _ in bad if (fault := _fault(engine, raw, each))]
    if faults:
        raise InputError(*faults)
    return [_bad_note(engine, raw, each, count) for each, count in bad]


def examples(
    engine: DuckDB, raw: Raw, text: Sql, condition: Sql
) -> list[tuple[str | None, int | None, str]]:
    """Return file, row and text of the first rows for which a condition is true."""
    found = raw.located([sql_text("{text} as text", text=text)], condition, EXAMPLES)
    with engine.ordered():
        return engine.rows(
            sql_text("select {f}, {r}, text from {found} order by all", f=FILE, r=ROW, found=found)
        )


def _decided(engine: DuckDB, raw: Raw, targets: Sequence[Target]) -> dict[str, Type]:
    """Return each column's type: asked for, native, or what all values are."""
    natives = {target.name: native_of(target.given).type for target in targets if target.given}
    given = {target.name: target.type or natives.get(target.name, Type.ANY) for target in targets}
    guesses = [
        (target, kind)
        for target in targets
        if target.given and given[target.name] is None
        for kind in GUESSES.get(target.given.native, ())
        if not (
            kind is Type.NUMBER and target.given.native in CODES_IN and is_code(target.given.name)
        )
    ]
    sample = sql_text("(from {rows} limit {limit})", rows=raw.relation, limit=SAMPLE_ROWS)
    for rows in (sample, raw.relation):
        guesses = _fitting(engine, rows, guesses)
    guessed = {target.name: kind for target, kind in reversed(guesses)}
    return {title: kind or guessed.get(title, Type.TEXT) for title, kind in given.items()}


def _sound(
    engine: DuckDB, raw: Raw, targets: Sequence[Target], types: Mapping[str, Type]
) -> frozenset[str]:
    """Return the columns with types of their own of which no value has to become null.

    The heads of files answer for all but the ends of keys, which are looked at by themselves: one
    question that rows must answer has all the others read rows too.
    """
    by_heads = {
        each.name: asked(each.given.value)
        for each in targets
        if each.given and (asked := _by_heads(raw, each, types[each.name]))
    }
    sound = _true(engine, raw, by_heads)
    keys = {
        each.name: are_trimmed(each.given.value)
        for each in targets
        if each.given and each.is_key and each.name in sound and types[each.name] is Type.TEXT
    }
    return sound - keys.keys() | _true(engine, raw, keys)


def _true(engine: DuckDB, raw: Raw, asked: Mapping[str, Sql]) -> frozenset[str]:
    """Return the columns of which what is asked is true."""
    if not asked:
        return frozenset()
    columns = list(asked.values())
    [found] = engine.rows(sql_text("select {c} from {rows}", c=columns, rows=raw.relation))
    return frozenset(title for title, is_true in zip(asked, found, strict=True) if is_true)


def _by_heads(raw: Raw, target: Target, kind: Type) -> Callable[[Sql], Sql] | None:
    """Return what asks whether a column is sound, None where it is not asked."""
    if target.given is None:
        return None
    native = native_of(target.given)
    if kind is native.type is Type.TIME:
        return are_in_reach
    is_asked = raw.has_heads and kind is Type.TEXT and native.text == BARE
    return are_filled if is_asked else None


def _fitting(
    engine: DuckDB, rows: Sql, guesses: Sequence[tuple[Target, Type]]
) -> list[tuple[Target, Type]]:
    if not guesses:
        return []
    columns = [_fits(reading(target, kind)) for target, kind in guesses]
    [fit] = engine.rows(sql_text("select {columns} from {rows}", columns=columns, rows=rows))
    return [guess for guess, fits in zip(guesses, fit, strict=True) if fits]


def _fits(guess: Reading) -> Sql:
    """Return whether all values of a column are plainly of a type, or there is none."""
    patterns = {"long_integer": LONG_INTEGER, "not_finite": NOT_FINITE}
    plain = sql_text(PLAIN[guess.type], text=guess.text, value=guess.parsed, **patterns)
    template = "count({text}) = 0 or bool_and({plain}) filter ({text} is not null) and {some}"
    some = sql_text("count({value}) > 0", value=guess.parsed)
    return sql_text(template, text=guess.text, plain=plain, some=some)


def _doubtful(engine: DuckDB, raw: Raw, readings: Sequence[Reading], rows: Sql) -> list[Reading]:
    """Return the columns with fewer values than texts; counting is far cheaper than parsing."""
    uncertain = [each for each in readings if not each.certain]
    texts = _counts(engine, raw.relation, [each.text for each in uncertain])
    values = _counts(engine, rows, [name(each.target.name) for each in uncertain])
    return [
        each for each, *pair in zip(uncertain, texts, values, strict=True) if len(set(pair)) > 1
    ]


def _counts(engine: DuckDB, rows: Sql, columns: Sequence[Sql]) -> Sequence[int]:
    if not columns:
        return ()
    counts = [sql_text("count({column})", column=column) for column in columns]
    return engine.rows(sql_text("select {counts} from {rows}", counts=counts, rows=rows))[0]


def _bad_counts(engine: DuckDB, raw: Raw, doubtful: Sequence[Reading]) -> list[tuple[Reading, int]]:
    bad = [sql_text("case when {bad} then 1 end", bad=_bad(each)) for each in doubtful]
    counts = _counts(engine, raw.relation, bad)
    return [(each, count) for each, count in zip(doubtful, counts, strict=True) if count]


def _bad(each: Reading) -> Sql:
    return sql_text("{text} is not null and {parsed} is null", text=each.text, parsed=each.parsed)


def _fault(engine: DuckDB, raw: Raw, each: Reading) -> Fault | None:
    """Return what is wrong with a column that no value by itself could mend."""
    if each.target.given is None:
        return None
    native = native_of(each.target.given).type
    counts = each.target.format in COUNTS and native is Type.NUMBER
    if each.type is Type.TIME and native in {Type.NUMBER, Type.BOOLEAN} and not counts:
        found = each.target.given.native
        return Fault(raw.where, each.target.name, "must be a time", found, "Write ISO 8601 times.")
    for doubt in doubts(each):
        condition = doubt.condition(each.text, each.target)
        if shown := examples(engine, raw, each.text, condition):
            file, row, text = shown[0]
            return doubt.fault(raw.table, each.target.name, place(raw, file, row), text)
    return None


def place(raw: Raw, file: str | None, row: int | None) -> str:
    """Return what a message calls the place of a row."""
    return f"{file or raw.where}:{row}" if row else raw.where


def _bad_note(engine: DuckDB, raw: Raw, each: Reading, bad: int) -> str:
    found = examples(engine, raw, each.text, _bad(each))
    shown = [f"{text!r} (row {row})" if row else repr(text) for _, row, text in found]
    return bad_note(raw.where, each.target.name, each.type, bad, shown)


def bad_note(where: str, title: str, kind: Type, bad: int, shown: Sequence[str]) -> str:
    """Return what to say of values that mean nothing of their column's type."""
    one, many = NOUNS[kind]
    what = (
        f"1 value of {title} is not {one} and counts"
        if bad == 1
        else (f"{bad:,} values of {title} are not {many} and count")
    )
    return Lost(f"{where}: {what} as null: {', '.join(shown)}.")


def _without_values(engine: DuckDB, raw: Raw, readings: Sequence[Reading]) -> list[Reading]:
    """Give the type ANY to columns without any value, unless a type was asked for."""
    asked = [each for each in readings if each.target.type is None and each.type is not Type.ANY]
    template = "exists (select 1 from {rows} where {value} is not null)"
    columns = [sql_text(template, rows=raw.relation, value=each.value) for each in asked]
    found = engine.rows(sql_text("select {columns}", columns=columns))[0] if columns else ()
    empty = {each.target.name for each, has in zip(asked, found, strict=True) if not has}
    return [reading(r.target, Type.ANY) if r.target.name in empty else r for r in readings]
