"""Which column of the data stands for which column of the contract."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from leadline.errors import Fault, InputError, nearest
from leadline.model.contract import CONTRACT
from leadline.model.spelling import respelled
from leadline.model.types import Type
from leadline.sql.text import Sql, sql_text
from leadline.tables.places.raw import RawColumn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from leadline.tables.places.raw import Raw

ROW_NUMBER = "row number"
"""Stands for a column of the data: the number of each row, the first is 1. Files alone have it."""
SHOWN = 8
"""How many names a message lists."""

MADE = "MADE"
"""Stands for the type of a column that the data does not have, but a declaration makes."""
JOINT = "|"
"""Stands between the texts of which a value is made."""


Missing: TypeAlias = str | int | float | bool
"""A value that means: no value."""


class Column(Protocol):
    """How a column of the data is to be read, as a model document declares it."""

    @property
    def source(self) -> str | None:
        """Name of the column in the data."""

    @property
    def kind(self) -> Type | None:
        """Type; by default read off the data."""

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Values that mean: no value."""

    @property
    def zone(self) -> str | None:
        """Zone of times that carry none."""

    @property
    def format(self) -> str | None:
        """Order of dates that are not ISO 8601, such as ``dd/mm/yyyy``."""

    @property
    def decimal_mark(self) -> str | None:
        """Mark before the decimals of numbers; None where they are written in the usual way."""

    @property
    def thousands(self) -> str | None:
        """Mark between the thousands of numbers."""

    @property
    def unit(self) -> str | None:
        """What stands before or behind each number, such as ``%``."""

    @property
    def split(self) -> str | None:
        """What stands between several keys in one cell."""

    @property
    def cut(self) -> str | None:
        """What is cut from the end of each text."""

    @property
    def case(self) -> str | None:
        """``lower`` where texts are read in lower case."""

    @property
    def range(self) -> str | None:
        """Which number a range such as ``51-200`` is: low, middle or high."""

    @property
    def value(self) -> str | None:
        """What stands in each row, where the data has no such column."""

    @property
    def event(self) -> str | None:
        """Type of the event that a value of the column tells of."""

    @property
    def at(self) -> str | None:
        """Column that says when such an event occurred."""

    @property
    def account(self) -> str | None:
        """Field of the lead's account that the column is."""

    @property
    def match(self) -> str | None:
        """By what the row of another table is found."""

    @property
    def new(self) -> bool:
        """Whether a row of the other table is made where none is found."""

    @property
    def made_from(self) -> tuple[str, ...]:
        """Columns of the data whose texts, joined, are the value."""


class Lost(str):
    """A note that says what of the data is not there to be scored."""

    __slots__ = ()


class MuchLost(Lost):
    """A note of a loss that is more than life brings: a warning."""

    __slots__ = ()


class Unnamed(str):
    """A note that loses nothing: it counts what nothing names."""

    __slots__ = ()


class Repeats(str):
    """A note of an export on rows that repeat others, which whoever reads the table says too."""

    __slots__ = ()


class ReadAs(str):
    """A note that loses nothing: it says under which name a column is read."""

    __slots__ = ()


@dataclass(frozen=True)
class Target:
    """A column of the table to come.

    Attributes:
        given: The column of the data; without one, every value is null.
        type: What the contract or the model document asks for; None where the data decides.
        is_key: It tells rows apart or names rows of others: spaces at its ends say nothing.
        constant: What stands in each row, in the place of a column of the data.
        parts: Columns of the data whose texts, joined, are the value.
    """

    name: str
    given: RawColumn | None = None
    type: Type | None = None
    missing: tuple[Missing, ...] = ()
    zone: str | None = None
    format: str | None = None
    decimal_mark: str | None = None
    thousands: str | None = None
    unit: str | None = None
    cut: str | None = None
    case: str | None = None
    split: str | None = None
    range: str | None = None
    constant: str | None = None
    parts: tuple[RawColumn, ...] = ()
    is_key: bool = False


def target(title: str, given: RawColumn | None, kind: Type | None, column: Column) -> Target:
    """Return a column as it is declared; ``kind`` is the type that the contract asks for."""
    return Target(
        title,
        given,
        kind or column.kind,
        column.missing,
        column.zone,
        column.format,
        column.decimal_mark,
        column.thousands,
        column.unit,
        column.cut,
        column.case,
        column.split,
        column.range,
        column.value,
    )


def match(raw: Raw, declared: Mapping[str, Column]) -> tuple[list[Target], list[str]]:
    """Return the columns of the table to come, the contract's first, and notes for people.

    A name of the contract or of the declaration is also found where only its case differs.

    Raises:
        InputError: Columns that the table cannot do without are missing.
    """
    contract = CONTRACT[raw.table]
    wanted = [
        replace(_target(raw, title, declared), is_key=title in contract.names_rows)
        for title in {**contract.types, **declared}
    ]
    faults = _missing_keys(
        raw, {each.name for each in wanted if each.given} | _others(raw), declared
    )
    if faults:
        raise InputError(*faults)
    names = {each.name.lower() for each in wanted}
    used = {each.given.name for each in wanted if each.given and each.given.native != MADE}
    rest = [given for title, given in raw.columns.items() if title not in used]
    others = [
        Target(given.name, given, contract.type_of(given.name))
        for given in rest
        if given.name.lower() not in names
    ]
    hidden = [given.name for given in rest if given.name.lower() in names]
    return [*wanted, *others], list(_notes(raw, wanted, hidden, declared))


def _target(raw: Raw, title: str, declared: Mapping[str, Column]) -> Target:
    column = declared.get(title)
    known = CONTRACT[raw.table].types.get(title)
    if column is None:
        return Target(title, _given(raw, title), known)
    if column.value is not None:
        given = RawColumn(title, sql_text("{value}", value=column.value), MADE)
        return target(title, given, known, column)
    if column.made_from:
        return _made(raw, title, known, column)
    return target(title, _given(raw, column.source or title), known, column)


def _made(raw: Raw, title: str, known: Type | None, column: Column) -> Target:
    """Return a column that is made of others. Raises InputError where one is not there."""
    parts = {each: _given(raw, each) for each in column.made_from}
    faults = [
        Fault(raw.where, title, "must be made from columns", each, nearest(each, raw.columns))
        for each, given in parts.items()
        if given is None
    ]
    if faults:
        raise InputError(*faults)
    made = target(title, RawColumn(title, Sql("null"), MADE), known, column)
    return replace(made, parts=tuple(each for each in parts.values() if each))


def _given(raw: Raw, title: str) -> RawColumn | None:
    if title == ROW_NUMBER and title not in raw.columns:
        return RawColumn(title, Sql("(rowid + 1)" if raw.segments else raw.number), "BIGINT")
    return raw.column(title)


def _others(raw: Raw) -> set[str]:
    """Return the columns of the data that are not called as one of the contract."""
    return set(raw.columns) - set(CONTRACT[raw.table].types)


def _missing_keys(raw: Raw, found: AbstractSet[str], declared: Mapping[str, Column]) -> list[Fault]:
    return [_missing(raw, title, declared) for title in CONTRACT[raw.table].lacking(found)]


def _missing(raw: Raw, title: str, declared: Mapping[str, Column]) -> Fault:
    wanted = title.split(" or ", maxsplit=1)[0]
    shown = ", ".join(list(raw.columns)[:SHOWN]) + (", ..." if len(raw.columns) > SHOWN else "")
    source = declared[wanted].source if wanted in declared else None
    if source is not None:
        expected = f"must have a column {source}, which is declared to be {wanted}"
        remedy = f"It has {wanted} itself: declare no from." if raw.column(wanted) else ""
        near = respelled(source, raw.columns)
        return Fault(
            raw.where, "", expected, shown, remedy or (f"Did you mean {near}?" if near else "")
        )
    near = respelled(wanted, raw.columns)
    example = near or "its name there"
    remedy = f'Map it, such as columns: {{{raw.table}: {{{wanted}: {{from: "{example}"}}}}}}.'
    hint = f"Did you mean {near}? " if near else ""
    return Fault(raw.where, "", f"must have a column {title}", shown, hint + remedy)


def _notes(
    raw: Raw, wanted: Sequence[Target], hidden: Sequence[str], declared: Mapping[str, Column]
) -> Iterator[str]:
    for each in wanted:
        if each.given and each.given.name != each.name:
            yield ReadAs(f"{raw.where}: column {each.given.name} is read as {each.name}.")
        if each.given is None and each.name in declared and not declared[each.name].match:
            hint = nearest(each.name, raw.columns)
            yield f"{raw.where} has no column for {each.name}, so it is null. {hint}".rstrip()
    for title in hidden:
        yield f"{raw.where}: column {title} is not read, another column takes its name."
