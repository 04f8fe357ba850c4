"""Tables that are read where they are: nothing of them is copied before the statement runs.

What is common to all engines is here: columns to the contract's, types, keys, rejects, repeats.
What only an engine knows is its ``Place``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from leadline.engines.engine import Engine
from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.sql.text import ALWAYS, Scalar, Sql, joined, name, sql_text
from leadline.tables.columns import Column, Target, match
from leadline.tables.places.raw import REJECTS, Given, Raw
from leadline.tables.reading import ordering
from leadline.tables.values import token

EXAMPLES = 3
"""How many a message shows."""


class Native(NamedTuple):
    """How a type of an engine is read: as which of ours, and the value of a column ``x``."""

    pattern: str
    type: Type
    value: str


@dataclass(frozen=True)
class InPlace:
    """A table of the engine that the statement reads under the contract's name.

    Attributes:
        where: What messages call it.
        schema: Each column's type.
        rejected: How many rows cannot be used; they are among the reader's rejects.
        notes: What a person should know about it.
    """

    where: str
    schema: Columns
    rejected: int
    notes: tuple[str, ...]


class Repeats(NamedTuple):
    """Rows of which some have the same key.

    Attributes:
        rows: All of them.
        columns: The key.
        has_key: Where this is not so, a row stands alone.
        kept: Table of the session with each key that repeats.
        order: The least by this stands.
    """

    rows: Sql
    columns: Sequence[Sql]
    has_key: Sql
    kept: Sql
    order: Sequence[Sql]


@dataclass(frozen=True)
class Spelling:
    """How an engine writes what a reader needs.

    Attributes:
        natives: Its types: the first whose pattern is the whole type decides.
        types: What it calls the types of ours.
        local: Its types of times without a zone.
        in_zone: Such a time ``v`` of a zone ``z``, in UTC.
        as_json: A row ``r`` as a text.
        name: Quotes a name.
        text: Quotes a text.
        remedy: What to do where a key repeats that must not.
    """

    natives: Sequence[Native]
    types: Mapping[Type, str]
    local: Collection[str]
    in_zone: str
    as_json: Sql
    name: Callable[[str], Sql]
    text: Callable[[str], Sql]
    remedy: str = "Keep one row of each."


@dataclass(frozen=True)
class Place(ABC):
    """A table of an engine: how it is spelled, and what only that engine can do or knows."""

    engine: Engine
    spelling: ClassVar[Spelling]

    @abstractmethod
    def brought(self, query: str) -> Sql:
        """Return the rows of a query as a relation of the embedded engine."""

    @abstractmethod
    def first_of_each(self, repeats: Repeats) -> Sql:
        """Return the query for rows of which those that repeat stand once."""

    @abstractmethod
    def is_filled(self, targets: Sequence[Target]) -> bool:
        """Say whether the catalog promises that none of these columns is ever null."""

    @abstractmethod
    def is_unique(self, targets: Sequence[Target]) -> bool:
        """Say whether the catalog promises that no two rows agree in these columns."""


def read(
    place: Place, raw: Raw, declared: Mapping[str, Column], where: str, *, is_clean: bool
) -> InPlace:
    """Make a table readable under the contract's name.

    Args:
        place: The engine that has it.
        raw: The table as it is.
        declared: What a model document declares of its columns.
        where: What messages about faults call it.
        is_clean: Keys are known to be there and to be unique.

    Raises:
        InputError: A column is missing or has a wrong type, or keys that must be unique repeat.
    """
    targets, notes = match(raw, declared)
    _refuse_types(place, targets, where)
    columns = [
        sql_text("{v} as {t}", v=_value(place, raw.table, each), t=place.spelling.name(each.name))
        for each in targets
    ]
    rows = sql_text("select {columns} from {relation}", columns=columns, relation=raw.relation)
    rejected = 0
    if not is_clean:
        rejected = _rejected(place, raw, targets, rows)
        if rejected:
            notes.append(f"{raw.where}: {_were(rejected)} rejected, as keys are missing.")
            lacks = _lacks(place, raw.table)
            rows = sql_text(
                "select * from ({rows}) as r where not ({lacks})", rows=rows, lacks=lacks
            )
        rows, repeated = _once(place, raw, targets, rows, where)
        notes += repeated
    place.engine.view(raw.table, rows)
    schema = {each.name: _type(place, each) for each in targets}
    return InPlace(raw.where, schema, rejected, tuple(notes))


def _type(place: Place, target: Target) -> Type:
    if target.type is not None:
        return target.type
    return _native(place, target.given).type if target.given else Type.ANY


def _native(place: Place, given: Given) -> Native:
    return next(each for each in place.spelling.natives if re.fullmatch(each.pattern, given.native))


def _refuse_types(place: Place, targets: Sequence[Target], where: str) -> None:
    faults = []
    for each in targets:
        if each.given is None or each.type in {None, Type.TEXT}:
            continue
        native = _native(place, each.given).type
        if native is not each.type:
            remedy = f"Convert it in a view, and name that; it is {each.given.native} here."
            expected = f"must be {_type(place, each).phrase}"
            faults.append(Fault(where, each.name, expected, native.phrase, remedy))
    if faults:
        raise InputError(*faults)


def _value(place: Place, table: str, target: Target) -> Sql:
    kind = _type(place, target)
    if target.given is None:
        value = sql_text("cast(null as {kind})", kind=Sql(place.spelling.types[kind]))
    else:
        value = _without(place, _typed(place, target, target.given, kind), target, kind)
    default = CONTRACT[table].defaults.get(target.name)
    return (
        value
        if default is None
        else sql_text("coalesce({v}, {d})", v=value, d=place.spelling.text(default))
    )


def _typed(place: Place, target: Target, given: Given, kind: Type) -> Sql:
    native = _native(place, given)
    if kind is Type.TEXT and native.type is not Type.TEXT:
        return sql_text("cast({x} as {kind})", x=given.value, kind=Sql(place.spelling.types[kind]))
    value = sql_text(native.value, x=given.value)
    if target.zone and given.native in place.spelling.local:
        return sql_text(place.spelling.in_zone, v=value, z=place.spelling.text(target.zone))
    return value


def _without(place: Place, value: Sql, target: Target, kind: Type) -> Sql:
    """Return a value, null where it stands for a missing one."""
    found: list[Scalar] = [
        place.spelling.text(each) if isinstance(each, str) else each
        for missing in target.missing
        if (each := token(missing, kind)) is not None
    ]
    if not found:
        return value
    return sql_text("case when {v} not in ({tokens}) then {v} end", v=value, tokens=found)


def _lacks(place: Place, table: str) -> Sql:
    """Return the condition that a row has not what its keys need."""
    return joined(" or ", [condition for condition, _ in _lacking(place, table)])


def _lacking(place: Place, table: str) -> Iterator[tuple[Sql, str]]:
    """Yield each condition under which a row cannot be used, with its reason."""
    keys = CONTRACT[table]
    for key in keys.filled:
        yield sql_text("{key} is null", key=place.spelling.name(key)), f"{key} is missing"
    if keys.either:
        either = list(map(place.spelling.name, keys.either))
        why = f"{' and '.join(keys.either)} are missing"
        yield sql_text("coalesce({either}) is null", either=either), why


def _rejected(place: Place, raw: Raw, targets: Sequence[Target], rows: Sql) -> int:
    """Copy the rows that cannot be used to the reader's rejects, and return how many they are."""
    if _is_sure(place, raw.table, targets):
        return 0
    reasons = [
        sql_text("when {lacks} then {why}", lacks=lacks, why=place.spelling.text(why))
        for lacks, why in _lacking(place, raw.table)
    ]
    query = sql_text(
        "select case {reasons} end as reason, {content} as content from ({rows}) as r "
        "where {lacks}",
        reasons=joined(" ", reasons),
        content=place.spelling.as_json,
        rows=rows,
        lacks=_lacks(place, raw.table),
    )
    found, embedded = place.brought(query), place.engine.embedded
    statement = "insert into {r} select {table}, {file}, null, reason, content from {found}"
    embedded.run(sql_text(statement, r=name(REJECTS), table=raw.table, file=raw.where, found=found))
    [(count,)] = embedded.rows(sql_text("select count(*) from {found}", found=found))
    return int(count)


def _is_sure(place: Place, table: str, targets: Sequence[Target]) -> bool:
    """Say whether the catalog promises that rows have what their keys need."""
    keys = CONTRACT[table]
    found = {each.name: each for each in targets}
    either = not keys.either or any(place.is_filled([found[each]]) for each in keys.either)
    return either and place.is_filled([found[each] for each in keys.filled])


def _once(
    place: Place, raw: Raw, targets: Sequence[Target], rows: Sql, where: str
) -> tuple[Sql, list[str]]:
    """Return the rows with what repeats counted once; an index that forbids it spares the look."""
    keys = CONTRACT[raw.table]
    titles = keys.unique or keys.once
    if not titles or place.is_unique([each for each in targets if each.name in titles]):
        return rows, []
    repeats = Repeats(
        rows,
        columns=list(map(place.spelling.name, titles)),
        has_key=joined(
            " and ",
            [
                ALWAYS,
                *(
                    sql_text("{k} <> ''", k=place.spelling.name(title))
                    for title in titles
                    if keys.defaults.get(title) == ""
                ),
            ],
        ),
        kept=Sql(f"repeated_{raw.table}"),
        order=ordering(keys),
    )
    count, extra = _repeated(place, repeats)
    if not count:
        return rows, []
    if keys.unique:
        raise InputError(_not_unique(place, where, titles, repeats, count))
    those = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
    note = f"{raw.where}: {those} the {' and '.join(titles)} of another; each is counted once."
    return place.first_of_each(repeats), [note]


def _repeated(place: Place, repeats: Repeats) -> tuple[int, int]:
    """Keep the keys that repeat; return how many they are, and how many rows are too many."""
    query = sql_text(
        "select {columns}, count(*) as times from ({rows}) as r where {has_key} "
        "group by {columns} having count(*) > 1",
        columns=repeats.columns,
        rows=repeats.rows,
        has_key=repeats.has_key,
    )
    place.engine.keep(repeats.kept, query)
    found = place.engine.rows(f"select count(*), sum(times - 1) from {repeats.kept}")
    [(count, extra)] = found
    return int(count), int(extra or 0)


def _not_unique(
    place: Place, where: str, titles: Sequence[str], repeats: Repeats, count: int
) -> Fault:
    columns = joined(", ", repeats.columns)
    rows = place.engine.rows(
        f"select concat_ws(' ', {columns}) from {repeats.kept} order by 1 limit {EXAMPLES}"
    )
    shown = ", ".join(row[0] for row in rows)
    found = f"{count:,} that repeat{'s' if count == 1 else ''}: {shown}"
    return Fault(where, " and ".join(titles), "must be unique", found, place.spelling.remedy)


def _were(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"
