"""PostgreSQL: data stays there, and results become tables there, all together or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import WeakSet, finalize

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import ArrowStream, Publication
from leadline.engines.extras import lacking
from leadline.engines.postgres import tables as postgres_tables
from leadline.engines.postgres.errors import translated, unreachable
from leadline.errors import EngineError
from leadline.sql.planning import Planning

if TYPE_CHECKING:
    import pyarrow as pa

Result = TypeVar("Result")

OLDEST = 160_000
"""PostgreSQL 16 can ask whether a text is a time without failing where it is none."""

POLL_SECONDS = 0.2

CLOSED = "PostgreSQL: this session has ended. Open another one."

SETTINGS = (
    "set time zone 'UTC'",
    "set client_min_messages = warning",
    # a statement of many steps is compiled for longer than it then runs
    "set jit = off",
    "set work_mem = '256MB'",
    # events of some leads are fetched by index, wherever they lie; disks of today do not seek
    "set random_page_cost = 1.1",
    # rows that a policy would hide are an error and not silently absent
    "set row_security = off",
    # how many events a rule hits cannot be foreseen, and sorts by text are dear: hash instead
    "set enable_sort = off",
    "set enable_mergejoin = off",
    # every number comes back as it is
    "set extra_float_digits = 1",
)


class Postgres:
    """A session with a PostgreSQL server; what it makes for itself is temporary.

    Everything from the first statement to ``publish`` reads one snapshot of the database.

    Args:
        url: As libpq reads it, such as ``postgresql://user@host/database``. Passwords are better
            kept in ``PGPASSWORD``, a service file or a password file.
        embedded: The embedded engine that reads and writes files; by default one of its own.
    """

    dialect = "postgres"
    planning = Planning()

    def __init__(self, url: str, *, embedded: DuckDB | None = None) -> None:
        self._driver = _driver()
        self._url, self._embedded = url, embedded
        self._is_open = False
        self._sessions: WeakSet[Postgres] = WeakSet()
        self._lock = RLock()
        self._worker = ThreadPoolExecutor(1, "postgres")
        try:
            self._connection = self._driver.connect(url, autocommit=True)
        except self._driver.Error as error:
            raise unreachable(url, error) from error
        self._ends = ExitStack()
        self._ends.callback(self._connection.close)
        self._end = finalize(self, self._ends.close)
        try:
            self._configure()
        except BaseException:
            self.close()
            raise

    def _configure(self) -> None:
        for setting in SETTINGS:
            self._execute(setting)
        query = "select current_setting('server_version_num')::int, current_setting('{}')"
        [(version, encoding)] = self._fetch(query.format("server_encoding"))
        if version < OLDEST:
            raise EngineError(
                f"PostgreSQL must be of version 16 or newer; found {version // 10000}."
            )
        if encoding != "UTF8":
            raise EngineError(
                f"PostgreSQL: the database must have the encoding UTF8; found {encoding}."
            )

    def new_session(self) -> Postgres:
        """Return a session beside this one, by a connection and with a snapshot of its own.

        What it names is its own, and ends with it; both may run at once, in a thread each. It ends
        with this one at the latest.
        """
        self._refuse_closed()
        beside = self.embedded.new_session()
        made = Postgres(self._url, embedded=beside)
        made._ends.callback(beside.close)
        self._sessions.add(made)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and those beside it; their temporary tables are gone."""
        for session in list(self._sessions):
            session.close()
        self._worker.shutdown()
        self._end()

    def _refuse_closed(self) -> None:
        if not self._end.alive:
            raise EngineError(CLOSED)

    @property
    def embedded(self) -> DuckDB:
        """The embedded engine that reads and writes files."""
        if self._embedded is None:
            self._embedded = DuckDB()
            self._ends.callback(self._embedded.close)
        return self._embedded

    def run(self, sql: str) -> None:
        """Run a statement that returns nothing; raises EngineError."""
        self._begin()
        self._execute(sql)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query with places ``$1``, ``$2`` and so on for parameters."""
        self._begin()
        return self._fetch(sql, params)

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows of a query as an Arrow table."""
        self._begin()

        def fetch(cursor: Any) -> Any:
            cursor.execute(str(sql))  # the driver takes no kind of text but this
            return cursor.fetch_arrow_table()

        return self._result(fetch)

    def plan(self, sql: str, *, run: bool = False) -> list[str]:
        """Return how the server would answer a query, line by line; with ``run``, how it did."""
        self._begin()

        def fetch(cursor: Any) -> list[str]:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
            cursor.execute(f"explain {'analyze ' if run else ''}{sql}")
            return [row[0] for row in cursor.fetchall()]

        return self._result(fetch)

    def register(self, name: str, rows: ArrowStream) -> list[str]:
        """Copy rows from outside into a temporary table; return their columns' own names."""
        import pyarrow as pa  # noqa: PLC0415 - half of the install, and slow to import

        reader = pa.RecordBatchReader.from_stream(rows)
        self.drop(name)
        self._result(lambda cursor: cursor.adbc_ingest(name, reader, "create", temporary=True))
        self._execute(f"analyze pg_temp.{name}")
        return list(reader.schema.names)

    def keep(self, name: str, query: str) -> None:
        """Keep the rows of a query as a temporary table, in place of one of that name."""
        self.drop(name)
        self._execute(f"create temp table {name} as {query}")
        self._execute(f"analyze pg_temp.{name}")

    def view(self, name: str, query: str) -> None:
        """Read a query under a name, in place of a temporary view of that name."""
        self.drop(name)
        self._execute(f"create temp view {name} as {query}")

    def drop(self, name: str) -> None:
        """Forget a temporary table or view, where there is one, with the views that read it."""
        query = (
            "select relkind::text from pg_class where relname = $1 "
            "and relnamespace = pg_my_temp_schema()"
        )
        for (kind,) in self.rows(query, [name.lower()]):
            what = "view" if kind == "v" else "table"
            self._execute(f"drop {what} pg_temp.{name} cascade")

    def set_moment(self, at: datetime) -> None:
        """Say what moment a spine with only one has; UTC, without a zone."""
        self.rows("select set_config('leadline.as_of', $1, false)", [at.isoformat(sep=" ")])

    def check_target(self, target: Publication) -> None:
        """Check that a table can be written; raises InputError or EngineError."""
        postgres_tables.check_target(self, target)

    def publish(self, targets: Sequence[Publication]) -> None:
        """Replace the rows of tables in one transaction; tables that are not there are made.

        Who reads them sees the rows of before until all are there. Raises InputError or
        EngineError; then everything is as before.
        """
        postgres_tables.publish(self, targets)

    def cancel(self) -> None:
        """Stop the statement that runs now; its caller gets an EngineError. From any thread."""
        if self._running is not None:
            self._running.adbc_cancel()
        for session in list(self._sessions):
            session.cancel()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of a block or none of it, on rows as others have committed them by now.

        What was read so far was one snapshot, which ends here; temporary tables stay. Statements
        of other threads wait for its end.
        """
        with self._lock:
            self._leave("commit")
            self._execute("begin isolation level read committed")
            self._is_open = True
            try:
                yield
                self._execute("commit")
            except BaseException:
                self._leave("rollback")
                raise
            self._is_open = False

    _running: Any = None

    def _begin(self) -> None:
        with self._lock:
            if not self._is_open:
                self._execute("begin isolation level repeatable read")
                self._is_open = True

    def _leave(self, how: str) -> None:
        if self._is_open:
            self._is_open = False
            self._execute(how)

    def _execute(self, sql: str) -> None:
        self._result(lambda cursor: cursor.execute(str(sql)))

    def _fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        def fetch(cursor: Any) -> list[tuple[Any, ...]]:
            cursor.execute(str(sql), list(params) or None)
            return list(cursor.fetchall())

        return self._result(fetch)

    def _result(self, statement: Callable[[Any], Result]) -> Result:
        """Return what a statement returns; those of several threads run one after the other."""
        with self._lock:
            self._refuse_closed()
            try:
                with closing(self._connection.cursor()) as cursor:
                    return self._awaited(cursor, statement)
            except self._driver.Error as error:
                self._roll_back()
                raise translated(error) from error

    def _awaited(self, cursor: Any, statement: Callable[[Any], Result]) -> Result:
        """Return what a statement returns; it runs in a thread, so that Ctrl-C can stop it."""
        self._running = cursor
        future = self._worker.submit(statement, cursor)
        try:
            while not wait([future], POLL_SECONDS).done:
                pass
        except BaseException:
            cursor.adbc_cancel()
            wait([future])
            raise
        finally:
            self._running = None
        return future.result()

    def _roll_back(self) -> None:
        """Give up what a failed statement leaves behind; a lost connection has done so itself."""
        if self._is_open:
            self._is_open = False
            try:
                with closing(self._connection.cursor()) as cursor:
                    cursor.execute("rollback")
            except self._driver.Error:
                return


def _driver() -> Any:
    try:
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise lacking("PostgreSQL needs a driver", "postgres") from error
    return dbapi
