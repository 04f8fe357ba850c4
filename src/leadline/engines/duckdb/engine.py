"""DuckDB, embedded: the default engine."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar
from weakref import WeakSet, finalize

import duckdb

from leadline.engines.arrow import ArrowStream
from leadline.errors import EngineError, FileError, InputError, LeadlineError
from leadline.sql.planning import Planning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa

Result = TypeVar("Result")

QUIET_SECONDS = 1.0
"""A statement that takes no longer reports no progress."""

POLL_SECONDS = 0.2

CLOSED = "DuckDB: this session has ended. Open another one."

SETTINGS = (
    "set TimeZone = 'UTC'",
    "set preserve_insertion_order = false",
    # statements are written with the large side of a join first; estimates of how many events a
    # rule hits are off by orders of magnitude, and turning sides by them costs a factor of 3
    "set disabled_optimizers = 'join_order,build_side_probe_side'",
    "set enable_progress_bar_print = false",
    "set python_enable_replacements = false",  # a name in a statement is never a Python variable
    "set autoinstall_known_extensions = false",  # a statement never reaches for the network
    "set autoload_known_extensions = false",
)


class Failure(NamedTuple):
    """What one kind of DuckDB error becomes."""

    cause: type[Exception]
    marker: str
    error: type[LeadlineError]
    remedy: str


FAILURES = (
    Failure(
        duckdb.OutOfMemoryException,
        "temp_directory",
        EngineError,
        "Free space on the disk of the temporary files, give more memory, or score fewer rows.",
    ),
    Failure(
        duckdb.OutOfMemoryException,
        "",
        EngineError,
        "Give it more memory (memory_limit), or score fewer rows.",
    ),
    Failure(
        duckdb.IOException,
        "No space left",
        FileError,
        "Free space on that disk, or write to another one.",
    ),
    Failure(duckdb.IOException, "", FileError, "Check the path and its permissions."),
    Failure(duckdb.PermissionException, "", FileError, "Check the path and its permissions."),
    Failure(
        duckdb.InvalidInputException,
        "CSV Parser",
        InputError,
        "Its lines may end in different ways; convert them, such as with dos2unix.",
    ),
    Failure(duckdb.InterruptException, "", EngineError, "It was cancelled."),
    Failure(duckdb.Error, "", EngineError, ""),
)
"""The first that fits decides."""


@dataclass
class _Memory:
    """What all sessions of one DuckDB share.

    Attributes:
        numbers: Of their databases.
        ordered: How many want rows in their order; it is one setting for all of them.
    """

    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    ordered: int = 0
    lock: Lock = field(default_factory=Lock)


class DuckDB:
    """A DuckDB of its own in memory; it spills to a folder that it removes.

    Args:
        threads: How many threads it may use; all cores by default.
        memory_limit: Such as ``8GB``; most of the machine's memory by default.
        progress: Called with the percentage done while a statement runs for more than a second.

    >>> with DuckDB() as engine:
    ...     engine.rows("select 40 + ?", [2])
    [(42,)]
    """

    dialect = "duckdb"
    planning = Planning(has_columns=True)

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        given = {"threads": threads, "memory_limit": memory_limit}
        options = {name: str(each) for name, each in given.items() if each is not None}
        with ExitStack() as ends, _own_errors():
            spill = TemporaryDirectory(prefix="leadline-", ignore_cleanup_errors=True)
            place = ends.enter_context(spill)
            connection = duckdb.connect(config={**options, "temp_directory": place})
            ends.callback(connection.close)
            for setting in SETTINGS:
                connection.execute(setting)
            self._start(connection, "memory", _Memory(), progress, ends.pop_all())

    def new_session(self) -> DuckDB:
        """Return a session beside this one: what it names is its own, and ends with it.

        Both may run at once, in a thread each. It ends with this one at the latest.
        """
        self._refuse_closed()
        database = f"session_{next(self._memory.numbers)}"
        made = object.__new__(DuckDB)
        with ExitStack() as ends, _own_errors():
            connection = self._connection.cursor()
            ends.callback(_detach, connection, database)
            connection.execute(f"attach ':memory:' as {database}")
            connection.execute(f"use {database}")
            made._start(connection, database, self._memory, self._progress, ends.pop_all())
        made._beside = self  # which must not end before it
        made.planning = self.planning
        self._sessions.add(made)
        return made

    def _start(
        self,
        connection: duckdb.DuckDBPyConnection,
        database: str,
        memory: _Memory,
        progress: Callable[[float], None] | None,
        ends: ExitStack,
    ) -> None:
        self._connection, self._database = connection, database
        self._memory, self._progress = memory, progress
        self._worker = ThreadPoolExecutor(1, "duckdb")
        self._sessions: WeakSet[DuckDB] = WeakSet()
        self._kinds: dict[str, str] = {}
        self._end = finalize(self, ends.close)
        self._beside: DuckDB | None = None
        if progress is not None:
            connection.execute("set enable_progress_bar = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and those beside it; what they made and spilled is gone."""
        for session in list(self._sessions):
            session.close()
        self._worker.shutdown()
        self._end()

    def _refuse_closed(self) -> None:
        if not self._end.alive:
            raise EngineError(CLOSED)

    @property
    def embedded(self) -> DuckDB:
        """The engine that reads and writes files: this one."""
        return self

    def run(self, sql: str) -> None:
        """Run statements that return nothing.

        Raises:
            EngineError: The engine could not; the text says what to do.
            FileError: A file that the statement names cannot be read or written.
        """
        self._result(lambda: self._connection.execute(sql))

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; errors as for ``run``."""
        return self._result(lambda: self._connection.execute(sql, list(params)).fetchall())

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows of a query as an Arrow table; errors as for ``run``."""
        return self._result(lambda: self._connection.sql(sql).to_arrow_table())

    def reader(self, sql: str) -> pa.RecordBatchReader:
        """Return the rows of a query batch by batch; the engine is busy until the last is read."""
        return self._result(lambda: self._connection.sql(sql).to_arrow_reader())

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query as they come; errors as for ``run``.

        The session is busy until the last is there.
        """
        reader = self.reader(sql)
        try:
            while (batch := self._result(lambda: next(reader, None))) is not None:
                yield batch
        finally:
            reader.close()

    def register(self, name: str, rows: ArrowStream) -> list[str]:
        """Make rows that live outside readable under a name; return their columns' own names."""
        import pyarrow as pa  # noqa: PLC0415  # half of the install, and slow to import

        table = rows if isinstance(rows, pa.Table) else pa.table(rows)  # which would load pandas
        self._result(lambda: self._connection.register(name, table))
        self._kinds[name] = "rows"
        return list(table.column_names)

    def unregister(self, name: str) -> None:
        """Forget rows that were registered."""
        self._result(lambda: self._connection.unregister(name))

    def keep(self, name: str, query: str) -> None:
        """Keep the rows of a query as a table of this session, in place of one of that name."""
        self.run(f"create or replace table {name} as {query}")
        self._kinds[name] = "table"

    def view(self, name: str, query: str) -> None:
        """Read a query under a name, in place of a view of that name."""
        self.run(f"create or replace temp view {name} as {query}")
        self._kinds[name] = "view"

    def address(self, table: str) -> str:
        """Return what sessions beside this one call a table that it keeps."""
        return f"{self._database}.main.{table}"

    def drop(self, name: str) -> None:
        """Forget a table or view of this session, where there is one."""
        kind = self._kinds.pop(name, "table")
        if kind == "rows":
            self.unregister(name)
        else:
            self.run(f"drop {kind} if exists {name}")

    def set_moment(self, at: datetime) -> None:
        """Say what moment a spine with only one has; UTC, without a zone."""
        self.run(f"set variable leadline_as_of = timestamp '{at.isoformat(sep=' ')}'")

    def cancel(self) -> None:
        """Stop the statement that runs now; its caller gets an EngineError. From any thread."""
        self._connection.interrupt()
        for session in list(self._sessions):
            session.cancel()

    @contextmanager
    def ordered(self) -> Iterator[None]:
        """Keep rows in the order in which they are read, at some cost, while the block runs."""
        self._order(1)
        try:
            yield
        finally:
            self._order(-1)

    def _order(self, more: int) -> None:
        with self._memory.lock:
            self._memory.ordered += more
            self.run(f"set preserve_insertion_order = {self._memory.ordered > 0}")

    def _result(self, statement: Callable[[], Result]) -> Result:
        """Return what a statement returns; it runs in a thread, so that Ctrl-C can stop it.

        Statements of several threads run one after the other.
        """
        with _own_errors():
            future = self._submitted(statement)
            try:
                self._await(future)
            except BaseException:
                if not future.cancel():
                    self._connection.interrupt()
                wait([future])
                raise
            return future.result()

    def _submitted(self, statement: Callable[[], Result]) -> Future[Result]:
        try:
            return self._worker.submit(statement)
        except RuntimeError:
            raise EngineError(CLOSED) from None

    def _await(self, future: Future[Any]) -> None:
        """Wait in short steps: where Polars is imported, Ctrl-C does not end a long one."""
        started = time.monotonic()
        while not wait([future], POLL_SECONDS).done:
            if self._progress is not None and time.monotonic() - started >= QUIET_SECONDS:
                percent = self._connection.query_progress()
                self._progress(max(percent, 0.0))


def _detach(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    with suppress(duckdb.Error):  # where all of it has ended, there is nothing to detach
        connection.execute("use memory")
        connection.execute(f"detach {database}")
    connection.close()


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _translated(error) from error


def _translated(error: duckdb.Error) -> LeadlineError:
    message = _first_line(str(error))
    failure = next(f for f in FAILURES if isinstance(error, f.cause) and f.marker in str(error))
    return failure.error(" ".join(part for part in (message, failure.remedy) if part))


def _first_line(message: str) -> str:
    """Return what DuckDB says, without what it wraps around it.

    >>> _first_line("Binder Error: no such column: x")
    'DuckDB: no such column: x.'
    """
    line = message.partition("\n")[0]
    wrapped = re.search(r'"exception_message":("(?:[^"\\]|\\.)*")', line)
    text = json.loads(wrapped[1]) if wrapped else re.sub(r"^[\w ]+ Error: ", "", line)
    return f"DuckDB: {text.rstrip('.')}."
