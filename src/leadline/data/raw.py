"""A table as it was given, before anything is understood: rows, columns, and where each row is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.data.sql import Sql, name, sql
from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    from leadline.engines.duckdb import DuckDB

FILE = name("file of the row")
ROW = name("row in the file")

STAGING = "staging"
"""Schema of everything that is not for the statement to read."""

REJECTS = "rejects"
"""Rows that could not be read or used, each with its reason."""


@dataclass(frozen=True)
class Given:
    """A column as it was given; ``native`` is its DuckDB type, or CSV or JSON: not yet typed."""

    name: str
    value: Sql
    native: str


@dataclass(frozen=True)
class Raw:
    """A table as it was given.

    Attributes:
        where: What messages call it: the file, or the table where there is none.
        columns: By name, in the order of the data.
        relation: The rows.
        located: The rows with ``FILE`` and ``ROW``; may be slow, for when something is wrong.
        is_text: Nothing is typed yet, so typed rows are worth keeping.
    """

    table: str
    where: str
    columns: Mapping[str, Given]
    relation: Sql
    located: Sql
    is_text: bool


def prepare(engine: DuckDB) -> None:
    """Make room for staged tables and for rejected rows."""
    engine.run(sql("create schema if not exists {staging}", staging=name(STAGING)))
    engine.run(
        sql(
            "create table if not exists {rejects} (table_name varchar, file varchar, "
            '"row" bigint, reason varchar, content varchar)',
            rejects=name(REJECTS),
        )
    )


def staged(table: str, what: str = "") -> Sql:
    """Return the name of a table behind the scenes.

    >>> staged("leads", "raw")
    '"staging"."leads_raw"'
    """
    return name(STAGING, f"{table}_{what}" if what else table)


def refuse_clashes(where: str, names: Iterable[str]) -> None:
    """Refuse names of columns that are equal, or differ only by case: SQL cannot tell them apart.

    Raises:
        InputError: Each name that clashes with an earlier one.
    """
    seen: dict[str, str] = {}
    faults = [
        Fault(where, "", f"must not have both columns {earlier} and {later}", "", "Rename one.")
        for later in names
        if (earlier := seen.setdefault(later.lower(), later)) is not later
    ]
    if faults:
        raise InputError(*faults)
