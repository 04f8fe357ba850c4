"""Tables of PostgreSQL that others read: found in the catalog, and replaced in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from leadline.engines.engine import Publication
from leadline.errors import EngineError, Fault, InputError, LeadlineError, closest
from leadline.sql.text import name

_TARGET = """
    select c.oid::bigint, c.relkind::text, has_table_privilege(c.oid, 'insert'),
        has_table_privilege(c.oid, 'delete'), has_table_privilege(c.oid, 'select')
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = $2
"""

_SCHEMA = "select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1"

_COLUMNS = """
    select a.attname::text, format_type(a.atttypid, null), t.typcategory::text,
        a.attgenerated <> '' or a.attidentity = 'a',
        a.attnotnull and not a.atthasdef and a.attidentity = ''
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid
    where a.attrelid = $1::bigint::oid and a.attnum > 0 and not a.attisdropped
"""

_PHRASES = {"S": "a text", "N": "a number", "B": "true or false", "D": "a time"}
"""What a category of types is called; a text can hold all of them."""

_SHAPE = "shape_of_result"


class Catalog(Protocol):
    """A session that can be asked what tables there are."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""


class Session(Catalog, Protocol):
    """What of a session with PostgreSQL is needed to write tables."""

    def run(self, sql: str) -> None:
        """Run a statement."""

    def view(self, name: str, query: str) -> None:
        """Read a query under a name."""

    def drop(self, name: str) -> None:
        """Forget a view."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do all of a block or none of it."""


class Own(NamedTuple):
    """A column of a table: its type, the category of that, and who fills it.

    Attributes:
        is_generated: The database alone may.
        is_needed: A run must, as nothing else does.
    """

    type: str
    category: str
    is_generated: bool
    is_needed: bool


class Target(NamedTuple):
    """A table to be written: its name as SQL, and its columns where it is there."""

    relation: str
    columns: Mapping[str, Own] | None


def parts(session: Catalog, address: str) -> tuple[str, str]:
    """Return schema and name of an address; the schema is empty where none is given.

    Raises InputError where it is no name.
    """
    try:
        [(listed,)] = session.rows(
            "select array_to_string(parse_ident($1)::name[], chr(10))", [address]
        )
    except LeadlineError:
        listed = ""
    found = listed.split("\n")
    if not listed or len(found) > 2:  # noqa: PLR2004 - schema and name
        fault = Fault(f"table:{address}", "", "must be a name such as table:crm.events")
        raise InputError(fault) from None
    return ("", found[0]) if len(found) == 1 else (found[0], found[1])


def check_target(session: Session, publication: Publication) -> Target:
    """Return a table to be written.

    Raises:
        InputError: It is no table, lacks columns, has others than a run can fill, or its schema
            is not there.
        EngineError: It may not be written.
    """
    schema, title = parts(session, publication.address)
    if not schema:
        [(schema,)] = session.rows("select coalesce(current_schema(), 'public')")
    relation = name(schema, title)
    found = session.rows(_TARGET, [schema, title])
    if not found:
        _refuse_schema(session, publication.address, schema)
        return Target(relation, None)
    oid, kind, *rights = found[0]
    if kind not in {"r", "p"}:
        raise InputError(Fault(_where(publication), "", "must be a table", "a view or an index"))
    if not all(rights):
        raise EngineError(
            f"{_where(publication)} may not be written: permission denied. "
            f"Ask its owner to grant select, insert and delete on {relation}."
        )
    columns = _columns(session, oid)
    _refuse_columns(publication, columns)
    _refuse_types(session, publication, columns)
    return Target(relation, columns)


def publish(session: Session, publications: Sequence[Publication]) -> None:
    """Replace the rows of tables in one transaction; tables that are not there are made."""
    with session.transaction():
        for each in sorted(publications, key=lambda each: each.address):  # no two wait in a ring
            target = check_target(session, each)
            if target.columns is None:
                _make(session, each, target)
            else:
                _replace(session, each, target, target.columns)


def _where(publication: Publication) -> str:
    return f"table:{publication.address}"


def _refuse_schema(session: Session, address: str, schema: str) -> None:
    found = session.rows(_SCHEMA, [schema])
    if not found:
        remedy = f"Create it first: create schema {name(schema)}."
        fault = Fault(f"table:{address}", "", "must be in a schema that is there", schema, remedy)
        raise InputError(fault)
    if not found[0][0]:
        raise EngineError(
            f"table:{address} may not be made: permission denied for schema {schema}. "
            "Ask its owner to grant create on it, or to make the table."
        )


def _columns(session: Catalog, oid: int) -> dict[str, Own]:
    return {title: Own(*rest) for title, *rest in session.rows(_COLUMNS, [oid])}


def _columns_of(session: Catalog, relation: str) -> dict[str, Own]:
    """Return the columns of a table or view of this session."""
    [(oid,)] = session.rows("select to_regclass($1)::oid::bigint", [f"pg_temp.{relation}"])
    return _columns(session, oid)


def _refuse_types(session: Session, publication: Publication, columns: Mapping[str, Own]) -> None:
    """Refuse columns that cannot take what a run computes; the server knows without computing."""
    session.view(_SHAPE, publication.query)
    shape = _columns_of(session, _SHAPE)
    session.drop(_SHAPE)
    remedy = "Change the column, name another table, or drop this one: a run makes it anew."
    faults = []
    for title, own in columns.items():
        computed = shape.get(title)
        if computed is None and own.is_needed:
            expected = "must have a default or allow null, as no run fills it"
            faults.append(Fault(_where(publication), title, expected, own.type, remedy))
        elif computed is not None and own.is_generated:
            expected = "must be filled by a run, and not by the database"
            faults.append(Fault(_where(publication), title, expected, "generated", remedy))
        elif computed is not None and own.category not in {computed.category, "S"}:
            expected = f"must be {_PHRASES.get(computed.category, computed.type)}"
            faults.append(Fault(_where(publication), title, expected, own.type, remedy))
    if faults:
        raise InputError(*faults)


def _refuse_columns(publication: Publication, columns: Mapping[str, Own]) -> None:
    lacking = [each for each in publication.columns if each not in columns]
    if lacking:
        near = closest(lacking[0], columns)
        found = f"no {', '.join(lacking)}" + (f", but {near}" if near else "")
        remedy = "Add them, name another table, or drop this one: a run makes it anew."
        raise InputError(
            Fault(_where(publication), "", "must have the columns of the result", found, remedy)
        )


def _make(session: Session, publication: Publication, target: Target) -> None:
    own = _columns_of(session, publication.relation)
    columns = ", ".join(
        f"{_with_zone(each, own[each].type)} as {name(each)}" for each in publication.columns
    )
    session.run(f"create table {target.relation} as select {columns} from {publication.relation}")
    keys = ", ".join(map(name, publication.keys))
    session.run(f"alter table {target.relation} add primary key ({keys})")


def _replace(
    session: Session, publication: Publication, target: Target, own: Mapping[str, Own]
) -> None:
    """Delete and insert: who reads sees the rows of before until the transaction ends."""
    titles = ", ".join(map(name, publication.columns))
    columns = ", ".join(
        _with_zone(each, "timestamp without time zone")
        if own[each].type == "timestamp with time zone"
        else name(each)
        for each in publication.columns
    )
    session.run(f"lock table {target.relation} in share row exclusive mode")
    session.run(f"delete from {target.relation}")
    session.run(
        f"insert into {target.relation} ({titles}) select {columns} from {publication.relation}"
    )


def _with_zone(column: str, kind: str) -> str:
    """Return a time as one that says it is UTC."""
    if kind != "timestamp without time zone":
        return name(column)
    return f"{name(column)} at time zone 'UTC'"
