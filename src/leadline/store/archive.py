"""A store as one file: every row of it as it was at one moment, for a store of either kind.

The file is a zip of lists of rows (MessagePack), a table a folder, with a last entry that says what
must be there. Its check sums tell whether it is whole, and any zip program lists it.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from sqlalchemy import Boolean, MetaData, Table, create_engine, inspect
from sqlalchemy.engine import Connection

from leadline.errors import EngineError, Fault, FileError
from leadline.store.migrate import upgrade, version, versions
from leadline.store.session import Row, Session
from leadline.store.store import Store, file_of

FORMAT = 1
CONTENTS = "contents.json"
PART_BYTES = 4 * 1024 * 1024
"""About so much of a table is in memory at a time."""
FIRST_ROWS, MOST_ROWS = 200, 50_000
FAST = 1
"""How hard is packed: a backup waits for the disk, not for the processor."""
OWN_TABLE = "alembic_version"
NOT_KEPT = frozenset({"sessions", "tickets", "tries"})
"""Who is signed in, and who may be by a link: nobody is again because a store came back."""


class Rows(msgspec.Struct):
    """What an archive has of a table."""

    columns: list[str]
    rows: int
    parts: int


class Contents(msgspec.Struct):
    """What an archive has.

    Attributes:
        leadline: Number of the form of archives.
        version: That of the tables.
        made_at: The moment of the rows, in microseconds.
        tables: What there is of each.
    """

    leadline: int
    version: str
    made_at: int
    tables: dict[str, Rows]


# --- out of a store


def backup(store: Store, path: Path, at: int) -> Contents:
    """Write every row of a store, as it is now, to a file that appears whole or not at all.

    Whoever writes to the store goes on meanwhile. Raises EngineError where it has no tables, and
    FileError where the file cannot be written.
    """
    found, tables = _tables_of(store)
    part = path.with_name(f"{path.name}.part")
    try:
        with _written(part) as archive, store.reading() as session:
            rows = {str(table.name): _put(archive, session, table) for table in tables}
            contents = Contents(FORMAT, found, at, rows)
            archive.writestr(CONTENTS, msgspec.json.encode(contents))
        part.replace(path)
        _sync_folder(path)
    except FileError:
        raise
    except OSError as error:
        raise FileError(Fault(str(path), "", "cannot be written", error.strerror or "")) from error
    finally:
        part.unlink(missing_ok=True)
    return contents


def _tables_of(store: Store) -> tuple[str, list[Table]]:
    """Return the version of the tables of a store, and the tables as they are in it."""
    engine = create_engine(store.address)
    try:
        with engine.connect() as connection:
            found = version(connection)
            if found is None:
                raise EngineError("the store has no tables yet; there is nothing to back up.")
            return found, _tables(connection)
    finally:
        engine.dispose()


def _tables(connection: Connection) -> list[Table]:
    """Return the tables that there are, each after those that it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [each for each in metadata.sorted_tables if each.name != OWN_TABLE]


@contextmanager
def _written(path: Path) -> Iterator[ZipFile]:
    """Yield an archive to write to, which its owner alone may read; it is synced at the end."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w+b") as file:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=FAST) as archive:
            yield archive
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Have the name of a file last, as its bytes do."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _put(archive: ZipFile, session: Session, table: Table) -> Rows:
    rows = parts = 0
    if table.name in NOT_KEPT:
        return Rows(_names(table), 0, 0)
    most = FIRST_ROWS
    last: Row | None = None
    while page := _page(session, table, last, most):
        packed = msgspec.msgpack.encode(page)
        archive.writestr(_entry(table.name, parts), packed)
        rows, parts, last = rows + len(page), parts + 1, page[-1]
        most = max(1, min(MOST_ROWS, len(page) * PART_BYTES // len(packed)))
    return Rows(_names(table), rows, parts)


def _names(table: Table) -> list[str]:
    return [str(column.name) for column in table.columns]


def _page(session: Session, table: Table, last: Row | None, most: int) -> list[Row]:
    """Return the rows behind one, in the order of their keys."""
    names = _names(table)
    keys = [column.name for column in table.primary_key]
    order = ", ".join(f'"{each}"' for each in keys)
    where, after = "", list[Any]()
    if last is not None:
        where = f"where ({order}) > ({', '.join('?' * len(keys))})"
        after = [last[names.index(each)] for each in keys]
    columns = ", ".join(f'"{each}"' for each in names)
    found = session.rows(
        f"select {columns} from {table.name} {where} order by {order} limit ?", *after, most
    )
    truths = [n for n, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    return [_with_truths(row, truths) for row in found] if truths else list(found)


def _with_truths(row: Row, places: Sequence[int]) -> Row:
    """Return a row with true and false, which SQLite has as numbers."""
    values = list(row)
    for place in places:
        values[place] = bool(values[place])
    return values


def _entry(table: str, part: int) -> str:
    return f"{table}/{part:06}"


# --- into a store


def restore(path: Path, url: str) -> Contents:
    """Make a store of the rows of a file, with the tables of this version; all of it or nothing.

    Raises FileError where the file is no whole archive, and EngineError where a later version made
    it or the store is not new.
    """
    with _opened(path) as archive:
        contents = _contents(path, archive)
        file = file_of(url)
        if file is None:
            _into_server(path, archive, contents, url)
        else:
            _into_file(path, archive, contents, file)
    return contents


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    """Yield an archive whose bytes are those that were written."""
    try:
        with ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged is not None:
                raise _damaged(path, f"other bytes in {damaged}")
            yield archive
    except zipfile.BadZipFile as error:
        raise _damaged(path, "no zip with an end") from error
    except (zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path, "other bytes") from error
    except FileNotFoundError as error:
        raise FileError(Fault(str(path), "", "is not there")) from error


def _damaged(path: Path, found: str) -> FileError:
    expected = "must be a whole backup of leadline"
    return FileError(Fault(str(path), "", expected, found, "Restore another one."))


def _contents(path: Path, archive: ZipFile) -> Contents:
    try:
        contents = msgspec.json.decode(archive.read(CONTENTS), type=Contents)
    except (KeyError, msgspec.DecodeError) as error:
        raise _damaged(path, "a zip of something else") from error
    if contents.leadline > FORMAT or contents.version not in versions():
        raise EngineError(
            f"{path} must be of a version up to this one; found tables of version "
            f"{contents.version}. Use the leadline that made it."
        )
    return contents


def _into_file(path: Path, archive: ZipFile, contents: Contents, file: Path) -> None:
    """Make the file beside its place, and move it there once it is whole.

    A log of another store that was left there would be taken for one of this.
    """
    left = [each for each in (file, _beside(file, "-wal")) if each.exists()]
    if left:
        raise EngineError(
            f"the store must be new; {left[0]} is there. Move it away, or give another."
        )
    made = _beside(file, ".restoring")
    made.unlink(missing_ok=True)
    try:
        _fill(f"sqlite:///{made}", path, archive, contents)
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.rename(file)
        _sync_folder(file)
    finally:
        made.unlink(missing_ok=True)


def _beside(file: Path, end: str) -> Path:
    return file.with_name(f"{file.name}{end}")


def _into_server(path: Path, archive: ZipFile, contents: Contents, url: str) -> None:
    from leadline.store.postgres import PostgresStore  # noqa: PLC0415 - needs a driver

    store = PostgresStore(url)
    try:
        _fill(store.address, path, archive, contents)
    finally:
        store.close()


def _fill(address: str, path: Path, archive: ZipFile, contents: Contents) -> None:
    """Make the tables as they were, put the rows in, and bring both to this version."""
    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            if inspect(connection).get_table_names():
                raise EngineError("the store must be new; it has tables. Give another database.")
            upgrade(connection, contents.version)
            session = _session_on(connection)
            for table in _tables(connection):
                _take(path, archive, contents.tables, session, table)
            _number_on(connection, session)
            upgrade(connection)
    finally:
        engine.dispose()


def _session_on(connection: Connection) -> Session:
    """Return a session in the transaction of a connection."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        from leadline.store.sqlite import SQLiteSession  # noqa: PLC0415 - only the one asked for

        return SQLiteSession(driver)
    from leadline.store.postgres import PostgresSession  # noqa: PLC0415 - needs a driver

    return PostgresSession(driver.cursor())


def _take(
    path: Path, archive: ZipFile, tables: Mapping[str, Rows], session: Session, table: Table
) -> None:
    told = tables.get(table.name)
    if told is None or told.columns != _names(table):
        raise _damaged(path, f"other columns of {table.name}")
    rows = 0
    for part in range(told.parts):
        try:
            page = msgspec.msgpack.decode(
                archive.read(_entry(table.name, part)), type=list[tuple[Any, ...]]
            )
        except (KeyError, msgspec.DecodeError) as error:
            raise _damaged(path, f"no part {part} of {table.name}") from error
        session.insert(table, page)
        rows += len(page)
    if rows != told.rows:
        raise _damaged(path, f"{rows} rows of {table.name}, of {told.rows}")


def _number_on(connection: Connection, session: Session) -> None:
    """Have new rows get numbers behind those that there are; SQLite counts by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in _tables(connection):
        keys = list(table.primary_key)
        [(sequence,)] = session.rows(
            "select pg_get_serial_sequence(?, ?)", table.name, keys[0].name
        )
        if sequence is not None:
            session.rows(
                f"select setval(?::regclass, max({keys[0].name})) from {table.name}", sequence
            )
    session.run("analyze")
