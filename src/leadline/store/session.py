"""One transaction of a store: statements with places for values, rows in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from sqlalchemy import Table

Row = Sequence[Any]
Kind = TypeVar("Kind", bound=NamedTuple)
Meeting = Literal["refuse", "keep", "replace"]
"""What becomes of a row whose key is there already: an error, the old one, or the new one."""


class Session(Protocol):
    """A transaction, open from its first statement to its end.

    In a statement ``?`` is a place for a value, and ``in ??`` asks whether it is in a list.
    """

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def run(self, statement: str, *params: object) -> int:
        """Run a statement and return how many rows it touched."""

    def insert(self, table: Table, rows: Iterable[Row], meeting: Meeting = "refuse") -> None:
        """Add rows that have the columns of a table in their order."""

    def numbers(self, table: Table, count: int) -> list[int]:
        """Return numbers for new rows of a table, which no other transaction gets."""


def insertion(table: Table, meeting: Meeting, source: str) -> str:
    """Return the statement that adds rows from a source, such as ``values (?, ?)``.

    >>> from leadline.store.schema import waiting
    >>> insertion(waiting, "keep", "values (?)")
    'insert into waiting ("inbox_id") values (?) on conflict do nothing'
    """
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    head = f"insert into {table.name} ({columns}) {source}"
    if meeting == "refuse":
        return head
    if meeting == "keep":
        return f"{head} on conflict do nothing"
    keys = {column.name for column in table.primary_key}
    changed = [f'"{c.name}" = excluded."{c.name}"' for c in table.columns if c.name not in keys]
    by = ", ".join(f'"{key.name}"' for key in table.primary_key)
    return f"{head} on conflict ({by}) do update set {', '.join(changed)}"


def columns_of(kind: type[NamedTuple]) -> str:
    """Return the columns of a kind of row, which are its fields, as a query lists them."""
    return ", ".join(kind._fields)


def rows_of(
    session: Session, kind: type[Kind], table: str, where: str, *params: object
) -> list[Kind]:
    """Return rows of a table as their kind."""
    query = f"select {columns_of(kind)} from {table} where {where}"
    return list(map(kind._make, session.rows(query, *params)))
