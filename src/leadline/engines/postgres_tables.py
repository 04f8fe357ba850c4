"""Tables of PostgreSQL that others read: found in the catalog, and replaced in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from leadline.engines.engine import Publication
from leadline.errors import EngineError, Fault, InputError, LeadlineError, closest

_TARGET = """
    select c.oid::bigint, c.relkind::text, has_table_privilege(c.oid, 'insert'),
        has_table_privilege(c.oid, 'delete'), has_table_privilege(c.oid, 'select')
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = $2
"""

_SCHEMA = "select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1"

_TYPES = """
    select attname::text, format_type(atttypid, null) from pg_attribute
    where attrelid = $1::bigint::oid and attnum > 0 and not attisdropped
"""


class Catalog(Protocol):
    """A session that can be asked what tables there are."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""


class Session(Catalog, Protocol):
    """What of a session with PostgreSQL is needed to write tables."""

    def run(self, sql: str) -> None:
        """Run a statement."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do all of a block or none of it."""


class Target(NamedTuple):
    """A table to be written: its name as SQL, and its columns' types where it is there."""

    relation: str
    types: Mapping[str, str] | None


def quoted(*names: str) -> str:
    """Return a quoted name.

    >>> quoted("crm", 'my "own" table')
    '"crm"."my ""own"" table"'
    """
    return ".".join('"' + each.replace('"', '""') + '"' for each in names)


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
        InputError: It is no table, lacks columns, or its schema is not there.
        EngineError: It may not be written.
    """
    schema, title = parts(session, publication.address)
    if not schema:
        [(schema,)] = session.rows("select coalesce(current_schema(), 'public')")
    relation = quoted(schema, title)
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
    types = dict(session.rows(_TYPES, [oid]))
    _refuse_columns(publication, types)
    return Target(relation, types)


def publish(session: Session, publications: Sequence[Publication]) -> None:
    """Replace the rows of tables in one transaction; tables that are not there are made."""
    with session.transaction():
        for each in sorted(publications, key=lambda each: each.address):  # no two wait in a ring
            target = check_target(session, each)
            if target.types is None:
                _make(session, each, target)
            else:
                _replace(session, each, target, target.types)


def _where(publication: Publication) -> str:
    return f"table:{publication.address}"


def _refuse_schema(session: Session, address: str, schema: str) -> None:
    found = session.rows(_SCHEMA, [schema])
    if not found:
        remedy = f"Create it first: create schema {quoted(schema)}."
        fault = Fault(f"table:{address}", "", "must be in a schema that is there", schema, remedy)
        raise InputError(fault)
    if not found[0][0]:
        raise EngineError(
            f"table:{address} may not be made: permission denied for schema {schema}. "
            "Ask its owner to grant create on it, or to make the table."
        )


def _refuse_columns(publication: Publication, types: Mapping[str, str]) -> None:
    lacking = [each for each in publication.columns if each not in types]
    if lacking:
        near = closest(lacking[0], types)
        found = f"no {', '.join(lacking)}" + (f", but {near}" if near else "")
        remedy = "Add them, name another table, or drop this one: a run makes it anew."
        raise InputError(
            Fault(_where(publication), "", "must have the columns of the result", found, remedy)
        )


def _make(session: Session, publication: Publication, target: Target) -> None:
    types = _own_types(session, publication)
    columns = ", ".join(
        f"{_with_zone(each, types[each])} as {quoted(each)}" for each in publication.columns
    )
    session.run(f"create table {target.relation} as select {columns} from {publication.relation}")
    keys = ", ".join(map(quoted, publication.keys))
    session.run(f"alter table {target.relation} add primary key ({keys})")


def _replace(
    session: Session, publication: Publication, target: Target, types: Mapping[str, str]
) -> None:
    """Delete and insert: who reads sees the rows of before until the transaction ends."""
    titles = ", ".join(map(quoted, publication.columns))
    columns = ", ".join(
        _with_zone(each, "timestamp without time zone")
        if types[each] == "timestamp with time zone"
        else quoted(each)
        for each in publication.columns
    )
    session.run(f"lock table {target.relation} in share row exclusive mode")
    session.run(f"delete from {target.relation}")
    session.run(
        f"insert into {target.relation} ({titles}) select {columns} from {publication.relation}"
    )


def _own_types(session: Session, publication: Publication) -> dict[str, str]:
    query = "select to_regclass($1)::oid::bigint"
    [(oid,)] = session.rows(query, [f"pg_temp.{publication.relation}"])
    return dict(session.rows(_TYPES, [oid]))


def _with_zone(column: str, kind: str) -> str:
    """Return a time as one that says it is UTC."""
    if kind != "timestamp without time zone":
        return quoted(column)
    return f"{quoted(column)} at time zone 'UTC'"
