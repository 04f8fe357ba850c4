"""Values of ``field_history``: fields of leads and accounts too, read as those of columns are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.sql.dialects import render
from leadline.sql.patterns import whole
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.sql.trees import Tree, all_of, any_of, call, sql_tree, text
from leadline.tables.clean import EXAMPLES, LONG_INTEGER, bad_note
from leadline.tables.columns import Column, target
from leadline.tables.natives import DIGITS, ISO
from leadline.tables.places.raw import RawColumn, staged
from leadline.tables.read import Loaded
from leadline.tables.reading import WRITTEN_OTHERWISE
from leadline.tables.unclear import DOUBTS
from leadline.tables.values import reading

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine

ENTITIES: Mapping[str, str] = {"lead": "leads", "account": "accounts"}

HISTORY = "field_history"

_FIELDS = """
    select entity, field, count(*), count(value),
        bool_and(text_to_number(value) is not null and not fits(value, :long)),
        bool_and(lower(value) in ('true', 'false')),
        bool_and(text_to_time(value) is not null)
    from field_history group by entity, field
"""
"""Every field, its rows, its values, and which of the guessed types all of them have."""

_GUESSES = (Type.NUMBER, Type.BOOLEAN, Type.TIME)

_TEXTS: Mapping[Type, str] = {
    Type.TEXT: "{x}",
    Type.NUMBER: DIGITS["duckdb"],
    Type.BOOLEAN: "{x}::varchar",
    Type.TIME: ISO["duckdb"],
}
"""Type to a value of it as a text that every engine reads in the same way."""


@dataclass(frozen=True)
class PastField:
    """A field with a history: what it is, and how it is declared."""

    entity: str
    name: str
    type: Type
    column: Column | None

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.entity}.{self.name}"

    @property
    def is_here(self) -> Tree:
        """The condition that a row of the history is of this field."""
        return sql_tree("entity = :e and field = :f", e=text(self.entity), f=text(self.name))


def as_usual(
    engine: DuckDB, schema: Mapping[str, Columns], columns: Mapping[str, Mapping[str, Column]]
) -> None:
    """Write values that are declared to be written otherwise as every engine reads them.

    What means nothing stays as it is, and is told of by ``with_past_fields``.
    """
    if HISTORY not in schema:
        return
    when = "when entity = {e} and field = {f} then {v}"
    cases = [
        sql_text(when, e=entity, f=title, v=_usual(_kind(schema, table, title, column), column))
        for entity, table in ENTITIES.items()
        for title, column in columns.get(table, {}).items()
        if _is_declared(column)
    ]
    if not cases:
        return
    given = staged(HISTORY, "as_given")
    keep = "create or replace table {given} as from {t}"
    engine.run(sql_text(keep, given=given, t=name(HISTORY)))
    statement = """
        create or replace view {t} as
        select * replace (case {cases} else value end as value) from {given}"""
    engine.run(sql_text(statement, t=name(HISTORY), cases=joined(" ", cases), given=given))


def _is_declared(column: Column) -> bool:
    return bool(column.missing) or any(getattr(column, key) for key in WRITTEN_OTHERWISE)


def _kind(schema: Mapping[str, Columns], table: str, title: str, column: Column) -> Type:
    """Return the type of a field: what is declared, what its column has, what its marks say."""
    present = schema.get(table, {}).get(title, Type.ANY)
    marks = Type.TIME if column.zone or column.format else Type.NUMBER
    is_marked = any(getattr(column, key) for key in WRITTEN_OTHERWISE)
    return (
        column.kind
        or (present if present is not Type.ANY else None)
        or (marks if is_marked else Type.TEXT)
    )


def _usual(kind: Type, column: Column) -> Sql:
    given = RawColumn("value", name("value"), "VARCHAR")
    read = reading(target("value", given, kind, column), kind)
    usual = sql_text(_TEXTS[kind], x=read.value)
    missing = sql_text("{parsed} is not null or {text} is null", parsed=read.parsed, text=read.text)
    return sql_text("case when {ok} then {usual} else value end", ok=missing, usual=usual)


def with_past_fields(
    engine: Engine, loaded: Loaded, columns: Mapping[str, Mapping[str, Column]]
) -> Loaded:
    """Add the fields that have values in no other table to the schema; these decide the type.

    Rows of neither leads nor accounts get a note, and values that mean nothing of their type.

    Raises:
        InputError: A value may mean several things, and nothing is declared.
    """
    if HISTORY not in loaded.schema:
        return loaded
    where = loaded.names.get(HISTORY, HISTORY)
    past: dict[str, dict[str, Type]] = {}
    strangers: Counter[str] = Counter()
    fields = []
    rows = engine.rows(render(sql_tree(_FIELDS, long=text(whole(LONG_INTEGER))), engine.dialect))
    for entity, title, count, values, *fits in rows:
        table = ENTITIES.get(entity)
        if table is None:
            strangers[entity] += count
            continue
        column = columns.get(table, {}).get(title)
        kind = loaded.schema.get(table, {}).get(title, Type.ANY)
        if kind is Type.ANY and values:
            guesses = (each for each, fit in zip(_GUESSES, fits, strict=True) if fit)
            kind = (column and column.kind) or next(guesses, Type.TEXT)
            past.setdefault(CONTRACT[table].history, {})[title] = kind
        fields.append(PastField(entity, title, kind, column))
    notes = [*loaded.notes, *_notes(strangers, where), *_bad_notes(engine, fields, where)]
    return replace(loaded, schema={**loaded.schema, **past}, notes=notes)


def _bad_notes(engine: Engine, fields: Iterable[PastField], where: str) -> Iterator[str]:
    """Yield notes of values that mean nothing; raises InputError where they may mean several."""
    read = [each for each in fields if each.type not in {Type.TEXT, Type.ANY}]
    if not read:
        return
    bad = any_of(
        all_of([each.is_here, sql_tree("(:p) is null", p=_parsed(each.type))]) for each in read
    )
    query = sql_tree(
        "select entity, field, count(*) from field_history as h where value is not null and (:bad) "
        "group by entity, field order by entity, field",
        bad=bad,
    )
    counts = {tuple(key): count for *key, count in engine.rows(render(query, engine.dialect))}
    faults = []
    for each in read:
        if (each.entity, each.name) not in counts:
            continue
        faults += list(_faults(engine, each, where))
        shown = list(map(repr, _shown(engine, each)))
        yield bad_note(where, each.title, each.type, counts[each.entity, each.name], shown)
    if faults:
        raise InputError(*faults)


def _parsed(kind: Type) -> Tree:
    return call(f"text_to_{kind}", sql_tree("value"))


def _shown(engine: Engine, each: PastField, more: Tree | None = None) -> list[str]:
    conditions = [each.is_here, sql_tree("(:p) is null", p=_parsed(each.type))]
    query = sql_tree(
        "select value from (select distinct value from field_history as h "
        "where value is not null and :bad) as d "
        f"order by in_bytes(value) limit {EXAMPLES}",
        bad=all_of([*conditions, *([more] if more is not None else [])]),
    )
    return [value for (value,) in engine.rows(render(query, engine.dialect))]


def _faults(engine: Engine, each: PastField, where: str) -> Iterator[Fault]:
    """Yield what no value by itself could mend."""
    target_ = target(each.name, None, each.type, each.column) if each.column else None
    for doubt in DOUBTS:
        if doubt.type is not each.type or (target_ and doubt.is_declared(target_)):
            continue
        shown = _shown(engine, each, call("fits", sql_tree("value"), text(whole(doubt.pattern))))
        if shown:
            table = ENTITIES[each.entity]
            yield doubt.fault(table, each.name, where, shown[0])


def _notes(strangers: Counter[str], where: str) -> Iterator[str]:
    if strangers:
        rows, shown = strangers.total(), ", ".join(map(repr, strangers))
        subject = "1 row is" if rows == 1 else f"{rows:,} rows are"
        whose = "its" if rows == 1 else "their"
        yield (
            f"{where}: {subject} read by nothing, as {whose} entity is neither 'lead' nor "
            f"'account': {shown}."
        )
