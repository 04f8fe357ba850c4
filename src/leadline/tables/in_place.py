"""Tables that are read where they are: nothing of them is copied before the statement runs.

What is common to all engines is here; what only an engine knows is its ``Place``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from sqlglot import exp

from leadline.engines.engine import Engine
from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.sql.dialects import render
from leadline.sql.patterns import whole
from leadline.sql.text import Sql, name, sql_text
from leadline.sql.trees import Tree, all_of, call, case, column, integer, named, sql_tree, text
from leadline.tables import reading
from leadline.tables.clean import EXAMPLES, bad_note
from leadline.tables.columns import Column, Target, match
from leadline.tables.made import refuse_made
from leadline.tables.natives import Spelling, bad_as, empty_as, given_as
from leadline.tables.places.raw import REJECTS, Raw
from leadline.tables.unclear import DOUBTS
from leadline.tables.usable import reject_note, repeated_note


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


@dataclass(frozen=True)
class Place(ABC):
    """A table of an engine: how it is spelled, and what only that engine can do or knows."""

    engine: Engine
    spelling: ClassVar[Spelling]
    remedy: ClassVar[str] = "Keep one row of each."
    whole_row: ClassVar[str]
    """A row ``t`` as JSON."""

    def own(self, column_: str) -> Tree:
        """Return a column of the table."""
        return column(column_, "t")

    @abstractmethod
    def brought(self, query: str) -> Sql:
        """Return the rows of a query as a relation of the embedded engine."""

    @abstractmethod
    def is_filled(self, targets: Sequence[Target]) -> bool:
        """Say whether the catalog promises that none of these columns is ever null."""

    @abstractmethod
    def is_unique(self, targets: Sequence[Target]) -> bool:
        """Say whether the catalog promises that no two rows agree in these columns."""

    def text(self, tree: Tree) -> str:
        """Return a relation in the engine's SQL."""
        return render(tree, self.spelling.dialect)

    def rows(self, tree: Tree) -> list[tuple[Any, ...]]:
        """Return the rows of a relation."""
        return self.engine.rows(self.text(tree))


@dataclass(frozen=True)
class _Reading:
    """A table while it is read.

    Attributes:
        where: What messages about faults call it.
        rows: Its rows with their types and what was given.
    """

    place: Place
    raw: Raw
    where: str
    targets: Sequence[Target]
    fields: Sequence[reading.Field]
    relation: Tree
    rows: Tree

    @property
    def titles(self) -> list[str]:
        """The columns of the table to come."""
        return [each.name for each in self.targets]

    def with_bare(self, titles: Collection[str]) -> _Reading:
        """Return this with columns read as they stand, as none of their texts is empty."""
        fields = [
            replace(each, value=each.bare) if each.bare and each.target.name in titles else each
            for each in self.fields
        ]
        return replace(self, fields=fields, rows=reading.typed(fields, self.relation))

    def found(self, titles: Sequence[str]) -> list[Target]:
        """Return some columns."""
        return [each for each in self.targets if each.name in titles]


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
    refuse_made(declared, where)
    targets, notes = match(raw, declared)
    reading.refuse_types(place.spelling, targets, where)
    fields = [_field(place, raw.table, each) for each in targets]
    relation = exp.to_table(raw.relation, dialect=place.spelling.dialect)
    of = _Reading(place, raw, where, targets, fields, relation, reading.typed(fields, relation))
    rows, rejected = of.rows, 0
    if not is_clean:
        looked = _looked_at(of)
        of, rejected = looked.of, looked.rejected
        rows, repeats = _once(of, reading.usable(raw.table, of.rows) if rejected else of.rows)
        notes += [*looked.notes, *repeats]
    columns = [column(each, "r") for each in of.titles]
    place.engine.view(
        raw.table,
        place.text(sql_tree("select :columns from :rows as r", columns=columns, rows=rows)),
    )
    schema = {each.target.name: each.type for each in fields}
    return InPlace(raw.where, schema, rejected, tuple(notes))


def _field(place: Place, table: str, target: Target) -> reading.Field:
    own = reading.own(place.spelling, target, place.own)
    return reading.field(place.spelling, table, target, own, _type(place, target))


def _type(place: Place, target: Target) -> Type:
    if target.type is not None:
        return target.type
    found = place.spelling.native(target.given.native).type if target.given else None
    return found or Type.ANY


class _Looked(NamedTuple):
    """What a pass over a table found: how to read it, rows that cannot be used, and notes."""

    of: _Reading
    rejected: int
    notes: list[str]


def _looked_at(of: _Reading) -> _Looked:
    """Count useless rows, which go to the rejects, bad values and empty texts in one pass.

    Where the catalog promises enough there is none.
    """
    checked = [each for each in of.fields if each.is_checked]
    texts = [each for each in of.fields if each.bare is not None]
    if not checked and not texts and _is_sure(of):
        return _Looked(of, 0, [])
    flags = [
        *(column(bad_as(each.target.name), "r") for each in checked),
        *(column(empty_as(each.target.name), "r") for each in texts),
    ]
    counts = [_count(each) for each in (reading.lacks(of.raw.table), *flags)]
    [(lacking, *rest)] = of.place.rows(
        sql_tree("select :counts from :rows as r", counts=counts, rows=of.rows)
    )
    bad, empty = rest[: len(checked)], rest[len(checked) :]
    odd = [(each, count) for each, count in zip(checked, bad, strict=True) if count]
    _refuse_unclear(of, [each for each, _ in odd])
    notes = [
        bad_note(of.raw.where, each.target.name, each.type, count, list(map(repr, _bad(of, each))))
        for each, count in odd
    ]
    if lacking:
        notes += _rejected(of)
    full = {each.target.name for each, count in zip(texts, empty, strict=True) if not count}
    return _Looked(of.with_bare(full), int(lacking), notes)


def _count(condition: Tree) -> Tree:
    return exp.Count(this=case([(condition, integer(1))]))


def _bad(of: _Reading, each: reading.Field, pattern: str = "") -> list[str]:
    """Return some of a column's values that mean nothing, and fit a pattern."""
    given = column(given_as(each.target.name), "r")
    conditions = [column(bad_as(each.target.name), "r")]
    if pattern:
        conditions.append(call("fits", given, text(whole(pattern))))
    query = sql_tree(
        "select given from (select distinct :given as given from :rows as r where :bad) as d "
        f"order by in_bytes(given) limit {EXAMPLES}",
        given=given,
        rows=of.rows,
        bad=all_of(conditions),
    )
    return [value for (value,) in of.place.rows(query)]


def _refuse_unclear(of: _Reading, odd: Sequence[reading.Field]) -> None:
    """Refuse texts that only a declaration could tell, which a table of an engine cannot have."""
    faults = []
    for each in odd:
        for doubt in DOUBTS:
            if doubt.type is each.type and (shown := _bad(of, each, doubt.pattern)):
                remedy = "Convert the column in a view, and name that."
                faults.append(Fault(of.where, each.target.name, doubt.expected, shown[0], remedy))
    if faults:
        raise InputError(*faults)


def _is_sure(of: _Reading) -> bool:
    """Say whether the catalog promises that rows have what their keys need."""
    contract = CONTRACT[of.raw.table]
    either = not contract.either or any(
        of.place.is_filled(of.found([each])) for each in contract.either
    )
    return either and of.place.is_filled(of.found(contract.filled))


def _rejected(of: _Reading) -> list[str]:
    """Copy the rows that cannot be used to the reader's rejects; return a note for each reason."""
    place, table, where = of.place, of.raw.table, of.raw.where
    content = place.spelling.tree(place.whole_row)
    query = sql_tree(
        "select :reason as reason, content from :rows as r where :lacks",
        reason=reading.reason(table, [each.target for each in of.fields]),
        rows=reading.typed(of.fields, of.relation, named(content, "content")),
        lacks=reading.lacks(table),
    )
    found, embedded = place.brought(place.text(query)), place.engine.embedded
    statement = "insert into {r} select {table}, {where}, null, reason, content from {found}"
    embedded.run(sql_text(statement, r=name(REJECTS), table=table, where=where, found=found))
    counts = "select reason, count(*) from {found} group by all order by all"
    return [
        reject_note(where, reason, count)
        for reason, count in embedded.rows(sql_text(counts, found=found))
    ]


def _once(of: _Reading, rows: Tree) -> tuple[Tree, list[str]]:
    """Return the rows with what repeats counted once; an index that forbids it spares the look.

    Raises:
        InputError: Keys that must be unique repeat, in rows that are not equal in all columns.
    """
    table, place = of.raw.table, of.place
    contract = CONTRACT[table]
    if place.is_unique(of.found(contract.keys)):
        return rows, []
    kept = f"repeated_{table}"
    place.engine.keep(kept, place.text(reading.repeated(table, rows)))
    [(count, extra)] = place.engine.rows(f"select count(*), sum(times - 1) from {kept}")
    if not count:
        return rows, []
    if contract.unique:
        _require_equal(of, rows, kept)
    given = reading.compared(table, of.titles)
    once = reading.once(table, rows, of.titles, reading.order(table, given), exp.to_table(kept))
    return once, [repeated_note(table, of.raw.where, int(extra))]


def _require_equal(of: _Reading, rows: Tree, kept: str) -> None:
    keys = CONTRACT[of.raw.table].unique
    query = reading.differing(of.raw.table, rows, of.titles, exp.to_table(kept))
    found = of.place.rows(
        sql_tree(
            "select :keys, count(*) over () as times from :rows as r "
            f"order by :keys limit {EXAMPLES}",
            keys=[column(each, "r") for each in keys],
            rows=query,
        )
    )
    if found:
        count = found[0][-1]
        shown = ", ".join(" ".join(row[:-1]) for row in found)
        repeat = f"{count:,} that repeat{'s' if count == 1 else ''}: {shown}"
        title = " and ".join(keys)
        raise InputError(Fault(of.where, title, "must be unique", repeat, of.place.remedy))
