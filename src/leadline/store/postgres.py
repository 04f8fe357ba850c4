"""A store on a PostgreSQL server, for any number of processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import dialect

from leadline.errors import EngineError, StoreError
from leadline.store.session import Meeting, Row, Session, insertion

SERVICE_LOCK = 5_142_339_071_264_911
"""The advisory lock of whoever runs the loop: any number, but always the same."""
KEEPALIVE_SECONDS = 10
POOL_SIZE = 8
WAIT_SECONDS = 10
OPTIONS: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": KEEPALIVE_SECONDS,
    "keepalives_interval": KEEPALIVE_SECONDS,
    "keepalives_count": 3,
    "connect_timeout": WAIT_SECONDS,
    "application_name": "leadline",
    "options": "-c synchronous_commit=on -c timezone=UTC",
}


class PostgresStore:
    """A server that many processes share; one of them at a time runs the loop."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self._service: psycopg.Connection[Any] | None = None
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=POOL_SIZE,
            timeout=WAIT_SECONDS,
            kwargs=OPTIONS,
            check=ConnectionPool.check_connection,
            open=False,
        )
        with _own_errors():
            self._pool.open(wait=True, timeout=WAIT_SECONDS)

    @property
    def address(self) -> str:
        """Its address for SQLAlchemy."""
        return "postgresql+psycopg://" + self.url.partition("://")[2]

    @contextmanager
    def writing(self) -> Iterator[PostgresSession]:
        """Yield a transaction that is committed and synced at the end of the block, or undone."""
        with _own_errors(), self._pool.connection() as connection, connection.cursor() as cursor:
            yield PostgresSession(cursor)

    @contextmanager
    def working(self) -> Iterator[PostgresSession]:
        """Yield a transaction of the loop, on the connection that holds its lock.

        Where that connection is gone so is the lock, and nothing can be written in its name.
        """
        if self._service is None or self._service.closed:
            raise StoreError("PostgreSQL: this process does not run the loop any more.")
        with _own_errors(), self._service.transaction(), self._service.cursor() as cursor:
            yield PostgresSession(cursor)

    @contextmanager
    def reading(self) -> Iterator[PostgresSession]:
        """Yield a transaction that reads the store as it is at its first statement."""
        with _own_errors(), self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")
            yield PostgresSession(cursor)

    def size(self, session: Session) -> int:
        """Return how many bytes the database takes up."""
        [(size,)] = session.rows("select pg_database_size(current_database())")
        return int(size)

    def hold(self) -> bool:
        """Become the one that runs the loop; False where another process is it.

        The lock is that of a session of its own: it is taken before any transaction begins, and
        ends with the connection, so that nothing has to be fenced.
        """
        with _own_errors():
            if self._service is None or self._service.closed:
                self._service = psycopg.connect(self.url, autocommit=True, **OPTIONS)
            found = self._service.execute(_HOLD, [SERVICE_LOCK, SERVICE_LOCK]).fetchone()
        return bool(found and found[0])

    def release(self) -> None:
        """Stop running the loop."""
        if self._service is not None:
            with suppress(psycopg.Error):  # the server frees what a gone connection held
                self._service.execute("select pg_advisory_unlock_all()")
            self._service.close()
            self._service = None

    @contextmanager
    def alone(self, what: str) -> Iterator[bool]:
        """Yield whether nobody else does something while the block runs: a lock of a session."""
        number = int.from_bytes(sha256(what.encode()).digest()[:8], signed=True)
        with _own_errors(), psycopg.connect(self.url, autocommit=True, **OPTIONS) as held:
            found = held.execute("select pg_try_advisory_lock(%s)", [number]).fetchone()
            yield bool(found and found[0])

    def compact(self) -> None:
        """Leave that to who runs the server: what was deleted goes with ``vacuum full``."""

    def close(self) -> None:
        """Close every connection."""
        self.release()
        self._pool.close()


_HOLD = """
    select exists (
        select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
            and ((classid::bigint << 32) | objid::bigint) = %s
    ) or pg_try_advisory_lock(%s)
"""
"""Whether this connection has the lock, or gets it now; it is taken once."""


class PostgresSession:
    """A transaction on a connection of PostgreSQL."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor
        self._arrived: set[str] = set()

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._cursor.execute(_spelled(statement), params).fetchall()

    def run(self, statement: str, *params: object) -> int:
        """Run a statement and return how many rows it touched."""
        return self._cursor.execute(_spelled(statement), params).rowcount

    def insert(self, table: Table, rows: Iterable[Row], meeting: Meeting = "refuse") -> None:
        """Add rows that have the columns of a table in their order."""
        if meeting == "refuse":
            self._copy(table.name, table, rows)
            return
        arriving = f"arriving_{table.name}"
        self._cursor.execute(
            _text(
                f"create temp table if not exists {arriving} (like {table.name}) "
                "on commit delete rows"
            )
        )
        if table.name in self._arrived:  # rows of the same transaction, which are there by now
            self._cursor.execute(_text(f"delete from {arriving}"))
        self._arrived.add(table.name)
        self._copy(arriving, table, rows)
        self._cursor.execute(_text(insertion(table, meeting, f"select * from {arriving}")))

    def numbers(self, table: Table, count: int) -> list[int]:
        """Return numbers for new rows of a table, which no other transaction gets."""
        [key] = table.primary_key
        sequence = f"{table.name}_{key.name}_seq"
        found = self.rows("select nextval(?::regclass) from generate_series(1, ?)", sequence, count)
        return [number for (number,) in found]

    def _copy(self, name: str, table: Table, rows: Iterable[Row]) -> None:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        statement = f"copy {name} ({columns}) from stdin (format binary)"
        with self._cursor.copy(_text(statement)) as copy:
            copy.set_types([_type(column) for column in table.columns])
            for row in rows:
                copy.write_row(row)


_TYPES = {
    "BIGINT": "int8",
    "INTEGER": "int4",
    "SMALLINT": "int2",
    "TEXT": "text",
    "BYTEA": "bytea",
    "BOOLEAN": "bool",
    "DOUBLE PRECISION": "float8",
}
_DIALECT = dialect()  # type: ignore[no-untyped-call]


def _type(column: Column[Any]) -> str:
    """Return the type of a column, whatever order its texts have."""
    return _TYPES[str(column.type.compile(dialect=_DIALECT)).partition(" COLLATE ")[0]]


def _text(statement: str) -> sql.SQL:
    return sql.SQL(statement)


def _spelled(statement: str) -> sql.SQL:
    return _text(statement.replace("in ??", "= any(%s)").replace("?", "%s"))


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        message = f"PostgreSQL: {str(error).partition(chr(10))[0].rstrip('.')}."
        away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout)
        raise (StoreError if away else EngineError)(message) from error
