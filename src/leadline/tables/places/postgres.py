"""Tables of PostgreSQL where they are: what ``in_place`` asks of this engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.engines.engine import Engine
from leadline.engines.postgres.tables import parts
from leadline.errors import EngineError, Fault, InputError, nearest
from leadline.model.types import Type
from leadline.sql.text import Sql, name
from leadline.sql.trees import Tree
from leadline.tables.columns import Column, Target
from leadline.tables.in_place import InPlace, Place
from leadline.tables.in_place import read as read_in_place
from leadline.tables.natives import BARE, DIGITS, IN_REACH, ISO, Native, Spelling
from leadline.tables.places.raw import Raw, RawColumn

_FINITE = "nullif(nullif(nullif({x}::float8, 'Infinity'), '-Infinity'), 'NaN')"
_IN_REACH = (
    "case when abs({x}) < cast('5e-324' as numeric) then 0 "
    "when abs({x}) < cast('1.797693134862e308' as numeric) then {x}::float8 end"
)
"""A decimal as a double: PostgreSQL refuses what is too large for one, or too small."""
_REACHABLE = f"case when {{x}} {IN_REACH} then %s end"
_TIME_TEXT = f"case when {{x}} {IN_REACH} then {ISO['postgres']} else {{x}}::text end"

_TEXT = "nullif({x}::text, '')"

_RELATION = """
    select c.oid::bigint, n.nspname::text, c.relname::text
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and (n.nspname = $1 or ($1 = '' and n.nspname = any(current_schemas(false))))
        and ($2 = '' or c.relname = $2)
    order by array_position(current_schemas(false), n.nspname), c.relname
"""

_COLUMNS = """
    select a.attname::text,
        format_type(coalesce(nullif(t.typbasetype, 0::oid), t.oid), null),
        a.attcollation <> 0 and a.attcollation <> 'pg_catalog.default'::regcollation,
        a.attnotnull, has_column_privilege(a.attrelid, a.attnum, 'select')
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid
    where a.attrelid = $1::bigint::oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""

_UNIQUE = """
    select array_to_string(array(
        select a.attname::text from unnest(i.indkey) as k
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k
    ), chr(10))
    from pg_index as i
    where i.indrelid = $1::bigint::oid and i.indisunique and i.indisvalid
        and i.indpred is null and i.indexprs is null
"""


@dataclass(frozen=True)
class Found:
    """A table in the catalog.

    Attributes:
        relation: Its name as SQL.
        filled: Columns that are never null.
        collated: Columns of text with a collation of their own.
    """

    relation: Sql
    oid: int
    columns: Mapping[str, RawColumn]
    filled: frozenset[str]
    collated: frozenset[str]


POSTGRES = Spelling(
    "postgres",
    natives=(
        Native("smallint|integer|bigint", Type.NUMBER, "{x}::float8", "{x}::text"),
        Native("numeric", Type.NUMBER, _IN_REACH, "{x}::text"),
        Native("real|double precision", Type.NUMBER, _FINITE, DIGITS["postgres"]),
        Native("boolean", Type.BOOLEAN, "{x}", "{x}::text"),
        Native(
            "timestamp with time zone",
            Type.TIME,
            _REACHABLE % "{x} at time zone 'UTC'",
            _TIME_TEXT,
        ),
        Native(
            "timestamp without time zone|date",
            Type.TIME,
            _REACHABLE % "{x}::timestamp",
            _TIME_TEXT,
        ),
        Native("text", Type.TEXT, BARE, BARE),
        Native(".*", Type.TEXT, _TEXT, _TEXT),
    ),
    local="timestamp without time zone|date",
    in_zone="{x} at time zone {zone} at time zone 'UTC'",
)
"""The type of a domain is that below it."""


@dataclass(frozen=True)
class PostgresTable(Place):
    """A table of PostgreSQL, which promises what its catalog says."""

    engine: Engine
    found: Found
    spelling = POSTGRES
    remedy = "Keep one row of each, and make it the primary key."
    whole_row = "to_json(t)::text"

    def own(self, column_: str) -> Tree:
        """Return a column; text of another collation could not be compared with the rest."""
        own = super().own(column_)
        if column_ not in self.found.collated:
            return own
        return self.spelling.tree('{x} collate "default"', x=own)

    def brought(self, query: str) -> Sql:
        """Return the rows of a query as a relation of the embedded engine."""
        self.engine.embedded.register("given_rejects", self.engine.arrow(query))
        return name("given_rejects")

    def is_filled(self, targets: Sequence[Target]) -> bool:
        """Say whether columns are never null; texts may be empty and times infinite."""
        return all(
            each.given
            and each.given.name in self.found.filled
            and self.spelling.native(each.given.native).type in {Type.NUMBER, Type.BOOLEAN}
            for each in targets
        )

    def is_unique(self, targets: Sequence[Target]) -> bool:
        """Say whether an index forbids rows that agree in these columns."""
        wanted = {each.given.name for each in targets if each.given}
        indexes = self.engine.rows(_UNIQUE, [self.found.oid])
        return any(set(listed.split("\n")) <= wanted for (listed,) in indexes)


def read(
    engine: Engine,
    table: str,
    address: str,
    declared: Mapping[str, Column],
    *,
    is_clean: bool,
) -> InPlace:
    """Make a table of PostgreSQL readable under the contract's name.

    Args:
        engine: A session with PostgreSQL.
        table: Name in the contract, such as ``events``.
        address: Name in the database, such as ``crm.events``.
        declared: What a model document declares of its columns.
        is_clean: Keys are known to be there and to be unique.

    Raises:
        InputError: The table or a column of it is missing, a column has a wrong type, or keys
            that must be unique repeat.
        EngineError: It may not be read.
    """
    found = _found(engine, address)
    raw = Raw(table, address, found.columns, found.relation)
    place = PostgresTable(engine, found)
    return read_in_place(place, raw, declared, f"table:{address}", is_clean=is_clean)


def _found(engine: Engine, address: str) -> Found:
    schema, title = parts(engine, address)
    relations = engine.rows(_RELATION, [schema, title])
    if not relations:
        raise InputError(_missing(engine, address, schema, title))
    oid, schema, title = relations[0]
    rows = engine.rows(_COLUMNS, [oid])
    columns = {
        column: RawColumn(column, name(column), native)
        for column, native, _, _, is_readable in rows
        if is_readable
    }
    if not columns:
        raise EngineError(
            f"table:{address} may not be read: permission denied. "
            f"Ask its owner to grant select on {schema}.{title}, and usage on {schema}."
        )
    filled = frozenset(row[0] for row in rows if row[3])
    collated = frozenset(row[0] for row in rows if row[2] and row[1] == "text")
    return Found(name(schema, title), oid, columns, filled, collated)


def _missing(engine: Engine, address: str, schema: str, title: str) -> Fault:
    others = engine.rows(_RELATION, [schema, ""])
    hint = nearest(title, [row[2] for row in others], f"table:{schema}." if schema else "table:")
    expected = "is not a table of the database, or its schema may not be used"
    return Fault(f"table:{address}", "", expected, "", hint)
