"""What is known of a connection: how far it was read, and what each of its records was told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from leadline.store.connection_schema import connection_records, connections
from leadline.store.session import Session, rows_of
from leadline.store.values import compact

PAGE = 500


class Connection(NamedTuple):
    """How far a connection was read, and when a person looked at it."""

    connection: str
    since: str | None
    read_at: int | None
    looked_at: int | None


class RecordRow(NamedTuple):
    """A record of a connection."""

    connection: str
    record_id: str
    read_hash: str
    written: str | None
    written_at: int | None
    refused_at: int | None
    detail: str | None
    gone_at: int | None

    @property
    def values(self) -> Mapping[str, Any] | None:
        """What was written and acknowledged; None where nothing was."""
        return None if self.written is None else json.loads(self.written)


def find(session: Session, name: str) -> Connection:
    """Return what is known of a connection; one that is new knows nothing."""
    found = rows_of(session, Connection, "connections", "connection = ?", name)
    return found[0] if found else Connection(name, None, None, None)


def keep(session: Session, row: Connection) -> None:
    """Keep how far a connection was read."""
    session.insert(connections, [row], "replace")


def records(session: Session, name: str, ids: Collection[str]) -> dict[str, RecordRow]:
    """Return records of a connection by their ids."""
    where = "connection = ? and record_id in ??"
    found = rows_of(session, RecordRow, "connection_records", where, name, list(ids))
    return {row.record_id: row for row in found}


def page(session: Session, name: str, after: str) -> list[RecordRow]:
    """Return records that are there, in the order of their ids, after one of them."""
    where = "connection = ? and record_id > ? and gone_at is null order by record_id limit ?"
    return rows_of(session, RecordRow, "connection_records", where, name, after, PAGE)


def refused(session: Session, name: str) -> list[RecordRow]:
    """Return records whose last write was refused."""
    where = "connection = ? and refused_at is not null order by record_id"
    return rows_of(session, RecordRow, "connection_records", where, name)


def counts(session: Session, name: str) -> tuple[int, int, int, int | None]:
    """Return how many records there are, were written and refused, and when the last was written.

    What was read of companies and outcomes is noted under other ids, and is no record.
    """
    [(there, written, refused, last)] = session.rows(
        "select count(*), count(written_at), count(refused_at), max(written_at) "
        "from connection_records where connection = ? and gone_at is null "
        "and substr(record_id, 1, 8) <> 'account:' and substr(record_id, 1, 8) <> 'outcome:'",
        name,
    )
    return there, written, refused, last


def keep_records(session: Session, rows: Iterable[RecordRow]) -> None:
    """Keep records as they are now."""
    session.insert(connection_records, rows, "replace")


def written(values: Mapping[str, Any]) -> str:
    """Return values as they are kept.

    >>> written({"band": "sales", "score": None})
    '{"band":"sales","score":null}'
    """
    return compact(values)
