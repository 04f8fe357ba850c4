"""DuckDB, embedded: the default engine."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

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


class DuckDB:
    """A connection of its own to DuckDB in memory; it spills to a folder that it removes.

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
        self._progress = progress
        self._worker = ThreadPoolExecutor(1, "duckdb")
        self._spill = TemporaryDirectory(prefix="leadline-", ignore_cleanup_errors=True)
        given = {"threads": threads, "memory_limit": memory_limit}
        config = {name: str(option) for name, option in given.items() if option is not None}
        try:
            with _own_errors():
                self._connection = duckdb.connect(
                    config={**config, "temp_directory": self._spill.name}
                )
                self._configure()
        except BaseException:
            self._spill.cleanup()
            raise

    def _configure(self) -> None:
        for setting in SETTINGS:
            self._connection.execute(setting)
        if self._progress is not None:
            self._connection.execute("set enable_progress_bar = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection and remove what it spilled."""
        self._worker.shutdown()
        self._connection.close()
        self._spill.cleanup()

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

    def register(self, name: str, rows: ArrowStream) -> list[str]:
        """Make rows that live outside readable under a name; return their columns' own names."""
        import pyarrow as pa  # noqa: PLC0415  # half of the install, and slow to import

        with _own_errors():
            table = pa.table(rows)
            self._connection.register(name, table)
        return list(table.column_names)

    def unregister(self, name: str) -> None:
        """Forget rows that were registered."""
        self._connection.unregister(name)

    def keep(self, name: str, query: str) -> None:
        """Keep the rows of a query as a table of this session, in place of one of that name."""
        self.run(f"create or replace temp table {name} as {query}")

    def view(self, name: str, query: str) -> None:
        """Read a query under a name, in place of a view of that name."""
        self.run(f"create or replace temp view {name} as {query}")

    def drop(self, name: str) -> None:
        """Forget a table of this session, where there is one."""
        self.run(f"drop table if exists {name}")

    def set_moment(self, at: datetime) -> None:
        """Say what moment a spine with only one has; UTC, without a zone."""
        self.run(f"set variable leadline_as_of = timestamp '{at.isoformat(sep=' ')}'")

    def cancel(self) -> None:
        """Stop the statement that runs now; its caller gets an EngineError. From any thread."""
        self._connection.interrupt()

    @contextmanager
    def ordered(self) -> Iterator[None]:
        """Keep rows in the order in which they are read, at some cost, while the block runs."""
        self.run("set preserve_insertion_order = true")
        try:
            yield
        finally:
            self.run("set preserve_insertion_order = false")

    def _result(self, statement: Callable[[], Result]) -> Result:
        """Return what a statement returns; it runs in a thread, so that Ctrl-C can stop it."""
        with _own_errors():
            future = self._worker.submit(statement)
            try:
                self._await(future)
            except BaseException:
                self.cancel()
                wait([future])
                raise
            return future.result()

    def _await(self, future: Future[Any]) -> None:
        """Wait in short steps: where Polars is imported, Ctrl-C does not end a long one."""
        started = time.monotonic()
        while not wait([future], POLL_SECONDS).done:
            if self._progress is not None and time.monotonic() - started >= QUIET_SECONDS:
                percent = self._connection.query_progress()
                self._progress(max(percent, 0.0))


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
