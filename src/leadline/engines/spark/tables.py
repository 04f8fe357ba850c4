"""Tables of Spark that others read: written beside those that are there, and put in their place.

Catalogs of Spark have no transactions. All tables are computed and written under names of their
own first; then each is put in place by renaming, the old one after it. Who reads meanwhile sees
whole tables, the old or the new one. If that is interrupted between its two renamings, the old
table is found under its other name by the next run, and put back. What a run was writing when it
was killed is found by its name and dropped. Files that no catalog knows yet stay in the folder of
the schema, and would be in the way of a run that used the same name: each uses one of its own.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from leadline.engines.engine import Publication
from leadline.errors import EngineError, Fault, InputError, LeadlineError, closest
from leadline.sql.text import name

_PART = re.compile(r"`(?:[^`]|``)+`|[^`.\s]+")
_NAME = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")

NEW, OLD = "__leadline_new", "__leadline_old"
"""Ends of the names under which tables are set aside, and, with a number of the run, written."""


class Session(Protocol):
    """What of a session with Spark is needed to write tables."""

    @property
    def session(self) -> Any:
        """The session of ``pyspark``."""

    @property
    def has_catalog(self) -> bool:
        """Whether tables outlast the session."""

    def run(self, sql: str) -> None:
        """Run a statement."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def write(self, query: str, table: str) -> None:
        """Write the rows of a query to a new table."""


def quoted(*names: str) -> str:
    """Return a quoted name.

    >>> quoted("crm", "my `own` table")
    '`crm`.`my ``own`` table`'
    """
    return name(*names, dialect="spark")


def parts(address: str) -> list[str]:
    """Return the names that an address consists of, as many as there are.

    Raises InputError where it is no name.

    >>> parts("lake.crm.`my events`")
    ['lake', 'crm', 'my events']
    """
    if not _NAME.fullmatch(address):
        raise InputError(Fault(f"table:{address}", "", "must be a name such as table:crm.events"))
    return [each.strip("`").replace("``", "`") for each in _PART.findall(address)]


def check_target(session: Session, publication: Publication) -> None:
    """Check that a table can be written.

    Raises:
        InputError: It is no table, lacks columns, its schema is not there, or no table lasts.
        EngineError: The catalog may not be read.
    """
    names = parts(publication.address)
    where = f"table:{publication.address}"
    if not session.has_catalog:
        remedy = (
            "Write a file, or give Spark a catalog that lasts, such as "
            "--engine 'spark?spark.sql.catalogImplementation=hive'."
        )
        raise InputError(Fault(where, "", "would be gone when the run ends", "", remedy))
    schema = quoted(*names[:-1]) if len(names) > 1 else ""
    if schema and not session.session.catalog.databaseExists(".".join(names[:-1])):
        remedy = f"Create it first: create schema {schema}."
        fault = Fault(where, "", "must be in a schema that is there", ".".join(names[:-1]), remedy)
        raise InputError(fault)
    _put_back(session, names)
    if not exists(session, names):
        return
    found = session.session.catalog.getTable(quoted(*names))
    if found.tableType == "VIEW" or found.isTemporary:
        raise InputError(Fault(where, "", "must be a table", "a view"))
    _refuse_columns(session, publication, names)


def publish(session: Session, publications: Sequence[Publication]) -> None:
    """Write all tables, then put each in its place."""
    for each in publications:
        check_target(session, each)
    new = NEW + secrets.token_hex(4)
    made: list[list[str]] = []
    try:
        for each in publications:
            names = parts(each.address)
            made.append(names)
            session.write(_rows(each), _beside(names, new))
        for names in made:
            _put_in_place(session, names, new)
    finally:
        for names in made:
            with suppress(LeadlineError):  # what is lost cannot be tidied either
                _drop_unfinished(session, names)


def exists(session: Session, names: Sequence[str], end: str = "") -> bool:
    """Say whether a table is there."""
    return bool(session.session.catalog.tableExists(_beside(names, end)))


def _rows(publication: Publication) -> str:
    return f"select {', '.join(map(quoted, publication.columns))} from {publication.relation}"


def _beside(names: Sequence[str], end: str) -> str:
    """Return the name of a table beside another one."""
    return quoted(*names[:-1], names[-1] + end)


def _drop_unfinished(session: Session, names: Sequence[str]) -> None:
    """Drop what this run, or one that was killed, wrote and did not put in its place."""
    schema = quoted(*names[:-1]) if len(names) > 1 else None
    for each in session.session.catalog.listTables(schema):
        if each.name.lower().startswith(names[-1].lower() + NEW):
            session.run(f"drop table if exists {quoted(*names[:-1], each.name)}")


def _put_in_place(session: Session, names: Sequence[str], new: str) -> None:
    old = exists(session, names)
    if old:
        session.run(f"drop table if exists {_beside(names, OLD)}")
        session.run(f"alter table {quoted(*names)} rename to {_beside(names, OLD)}")
    try:
        session.run(f"alter table {_beside(names, new)} rename to {quoted(*names)}")
    except EngineError:
        _put_back(session, names)
        raise
    if old:
        session.run(f"drop table if exists {_beside(names, OLD)}")


def _put_back(session: Session, names: Sequence[str]) -> None:
    """Put a table back that a run set aside and did not live to replace."""
    if not exists(session, names) and exists(session, names, OLD):
        session.run(f"alter table {_beside(names, OLD)} rename to {quoted(*names)}")


def _refuse_columns(session: Session, publication: Publication, names: Sequence[str]) -> None:
    """Refuse to replace a table of other columns, which somebody may count on."""
    there = {each.name.lower(): each.name for each in session.session.table(quoted(*names)).schema}
    lacking = [each for each in publication.columns if each.lower() not in there]
    if lacking:
        near = closest(lacking[0], list(there.values()))
        found = f"no {', '.join(lacking)}" + (f", but {near}" if near else "")
        remedy = "Name another table, or drop this one: a run makes it anew."
        where = f"table:{publication.address}"
        expected = "must have the columns of the result"
        raise InputError(Fault(where, "", expected, found, remedy))
