"""A store in one file: SQLite with a write-ahead log, every commit synced."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Table

from leadline.errors import EngineError, FileError, StoreError
from leadline.store.session import Meeting, Row, insertion

BUSY_SECONDS = 30
CACHE_BYTES = 256 * 1024 * 1024
PRAGMAS = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",  # a commit that was answered is on the disk
    "pragma foreign_keys = on",
    f"pragma busy_timeout = {BUSY_SECONDS * 1000}",
    f"pragma cache_size = -{CACHE_BYTES // 1024}",
    "pragma temp_store = memory",
)


class SQLiteStore:
    """One file, one service; other processes may read it, and write rows of the inbox.

    Writes of this process wait for each other here and not in SQLite, so none is refused for it.
    """

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = Lock()
        self._writer = self._connect()
        self._resting: list[sqlite3.Connection] = []
        self._service: Any = None

    @property
    def address(self) -> str:
        """Its address for SQLAlchemy."""
        return f"sqlite:///{self.path}"

    def _connect(self) -> sqlite3.Connection:
        try:
            made = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            for pragma in PRAGMAS:
                made.execute(pragma)
        except sqlite3.Error as error:
            raise _translated(error, self.path) from error
        return made

    @contextmanager
    def writing(self) -> Iterator[SQLiteSession]:
        """Yield a transaction that is committed and synced at the end of the block, or undone."""
        with self._write_lock, _own_errors(self.path):
            self._writer.execute("begin immediate")
            try:
                yield SQLiteSession(self._writer)
                self._writer.execute("commit")
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("rollback")

    def working(self) -> AbstractContextManager[SQLiteSession]:
        """Yield a transaction of the loop, as ``writing`` does."""
        return self.writing()

    @contextmanager
    def reading(self) -> Iterator[SQLiteSession]:
        """Yield a transaction that reads the store as it is at its first statement."""
        connection = self._resting.pop() if self._resting else self._connect()
        with _own_errors(self.path):
            connection.execute("pragma query_only = on")
            connection.execute("begin")
            try:
                yield SQLiteSession(connection)
            finally:
                connection.execute("commit")
                self._resting.append(connection)

    def size(self, _: object) -> int:
        """Return how many bytes the file and its log take up."""
        log = Path(f"{self.path}-wal")
        return self.path.stat().st_size + (log.stat().st_size if log.exists() else 0)

    def hold(self) -> bool:
        """Become the one service of this store; False where another process is it."""
        if self._service is None:
            held = Path(f"{self.path}.service").open("w", encoding="utf-8")  # noqa: SIM115
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                held.close()
                return False
            self._service = held
        return True

    def release(self) -> None:
        """Stop being the service."""
        if self._service is not None:
            self._service.close()
            self._service = None

    @contextmanager
    def alone(self, what: str) -> Iterator[bool]:
        """Yield whether nobody else does something while the block runs: a lock of a file."""
        name = sha256(what.encode()).hexdigest()[:8]
        with Path(f"{self.path}.{name}.lock").open("w", encoding="utf-8") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    def compact(self) -> None:
        """Write the file anew, without what was deleted, and empty its log."""
        with self._write_lock, _own_errors(self.path):
            self._writer.execute("vacuum")
            self._writer.execute("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Close every connection."""
        self.release()
        for connection in (*self._resting, self._writer):
            connection.close()


class SQLiteSession:
    """A transaction on a connection of SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(*_spelled(statement, params)).fetchall()

    def run(self, statement: str, *params: object) -> int:
        """Run a statement and return how many rows it touched."""
        return self._connection.execute(*_spelled(statement, params)).rowcount

    def insert(self, table: Table, rows: Iterable[Row], meeting: Meeting = "refuse") -> None:
        """Add rows that have the columns of a table in their order."""
        places = f"values ({', '.join('?' * len(table.columns))})"
        self._connection.executemany(insertion(table, meeting, places), rows)

    def numbers(self, table: Table, count: int) -> list[int]:
        """Return numbers for new rows of a table; this transaction is the only one that writes."""
        [key] = table.primary_key
        [(last,)] = self.rows(f"select coalesce(max({key.name}), 0) from {table.name}")
        return list(range(last + 1, last + 1 + count))


def _spelled(statement: str, params: Sequence[object]) -> tuple[str, list[object]]:
    """Return a statement as SQLite takes it, with its values: a list is one text of JSON.

    JSON has no bytes; a list of those has a place for each.
    """
    values: list[object] = []
    for param in params:
        if not isinstance(param, list):
            values.append(param)
        elif param and isinstance(param[0], bytes):
            statement = statement.replace("in ??", f"in ({', '.join('?' * len(param))})", 1)
            values += param
        else:
            statement = statement.replace("in ??", "in (select value from json_each(?))", 1)
            values.append(json.dumps(param))
    return statement, values


@contextmanager
def _own_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from error


def _translated(error: sqlite3.Error, path: Path) -> EngineError | FileError:
    text = str(error)
    if "not a database" in text:
        return FileError(f"{path} must be a store of leadline; found another file.")
    if "unable to open" in text:
        return FileError(f"{path} cannot be opened. Check the path and its permissions.")
    if "full" in text:
        return StoreError(f"{path}: {text}. Free space on its disk; nothing accepted is lost.")
    if isinstance(error, sqlite3.OperationalError):  # locked, read-only, an error of the disk
        return StoreError(f"{path}: {text}.")
    return EngineError(f"SQLite: {text}.")
