"""A table as it was given, before anything is understood: rows, columns, and where each row is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, name, sql_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leadline.engines.duckdb.engine import DuckDB

AT = name("place of the row")
FILE = name("file of the row")
ROW = name("row in the file")
"""Names that no column of the data has."""

STAGING = "staging"
"""Schema of everything that is not for the statement to read."""

REJECTS = "rejects"
"""Rows that could not be read or used, each with its reason."""


@dataclass(frozen=True)
class RawColumn:
    """A column as it was given; ``native`` is its DuckDB type, or of what text it is."""

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
        places: What says ``FILE`` and ``ROW`` of each row, or with ``segments`` its place ``AT``;
            empty where the relation has that as a column.
        segments: Relation of ``starts``, ``file``, ``row``: from that place on, rows are counted on
            from that row of that file.
        is_text: Nothing is typed yet, so typed rows are worth keeping.
        notes: What a person should know about it.
        number: What says the number of a row in the relation, without segments.
        has_heads: The heads of the files say the least and the greatest value of each column.
        is_handed_on: Its columns are kept as they were given, beside what they mean.
    """

    table: str
    where: str
    columns: Mapping[str, RawColumn]
    relation: Sql
    places: tuple[Sql, ...] = ()
    segments: Sql | None = None
    is_text: bool = False
    notes: tuple[str, ...] = ()
    number: str = "(file_row_number + 1)"
    has_heads: bool = False
    is_handed_on: bool = False

    def column(self, title: str) -> RawColumn | None:
        """Return a column by its name, also where only its case differs."""
        folded = {other.lower(): given for other, given in self.columns.items()}
        return self.columns.get(title) or folded.get(title.lower())

    @property
    def handed(self) -> dict[str, str]:
        """Column of the data to what it is called where it is kept as it was given."""
        return {title: handed_as(title) for title in self.columns} if self.is_handed_on else {}

    @property
    def handed_columns(self) -> list[Sql]:
        """What keeps them."""
        found = [(self.columns[title], name(kept)) for title, kept in self.handed.items()]
        return [
            sql_text("{value} as {title}", value=_as_it_came(given), title=kept)
            for given, kept in found
        ]

    @property
    def kept_places(self) -> tuple[Sql, ...]:
        """Columns that say where a row is, and that a copy of the rows must keep."""
        return () if self.places else (AT,)

    def located(self, columns: Sequence[Sql], condition: Sql, limit: int | None = None) -> Sql:
        """Return columns of the rows for which a condition is true, with ``FILE`` and ``ROW``."""
        found = sql_text(
            "(select {columns} from (select {all} from {rows}) where {condition} limit {limit})",
            columns=[*columns, *((AT,) if self.segments else (FILE, ROW))],
            all=[Sql("*"), *self.places],
            rows=self.relation,
            condition=condition,
            limit=limit,
        )
        if self.segments is None:
            return found
        return sql_text(
            "(select found.*, s.file as {file}, {at} - s.starts + s.row as {row} "
            "from {found} found asof join {segments} s on {at} >= s.starts)",
            file=FILE,
            row=ROW,
            at=AT,
            found=found,
            segments=self.segments,
        )


def _as_it_came(given: RawColumn) -> Sql:
    """Return a value that is written as it was given; numbers of JSON are none of its texts."""
    is_bare_json = given.native in {"JSON NUMBER", "JSON BOOLEAN"}
    return sql_text("cast({x} as json)", x=given.value) if is_bare_json else given.value


def handed_as(title: str) -> str:
    """Return what a column is called that is kept as it was given.

    >>> handed_as("Phone")
    'Phone as it came'
    """
    return f"{title} as it came"


def prepare(engine: DuckDB, tables: Iterable[str]) -> None:
    """Make room for staged tables and for rejected rows; forget those of an earlier reading."""
    engine.run(sql_text("create schema if not exists {staging}", staging=name(STAGING)))
    engine.run(
        sql_text(
            "create table if not exists {rejects} (table_name varchar, file varchar, "
            '"row" bigint, reason varchar, content varchar)',
            rejects=name(REJECTS),
        )
    )
    for table in tables:
        forget = "delete from {rejects} where table_name = {table}"
        engine.run(sql_text(forget, rejects=name(REJECTS), table=table))


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
    faults = []
    for title in names:
        if earlier := seen.get(title.lower()):
            expected = f"must not have both columns {earlier} and {title}"
            faults.append(Fault(where, "", expected, "", "Rename one."))
        seen[title.lower()] = title
    if faults:
        raise InputError(*faults)
