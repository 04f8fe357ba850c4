"""Apache Spark: for more than one machine can take; rows stay with the workers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet, finalize

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import ArrowStream, Publication
from leadline.engines.spark import tables as spark_tables
from leadline.engines.spark.errors import own_errors
from leadline.engines.spark.session import Opened, beside, configure, open_session
from leadline.errors import EngineError
from leadline.sql.planning import SPARK
from leadline.sql.text import name as quoted

if TYPE_CHECKING:
    import pyarrow as pa

LOST_SECONDS = 30.0
"""So long a cluster may be without a worker."""

SENT_BYTES = 32 * 2**20
"""So much at a time is sent to a server of Spark Connect."""

FEW_BYTES = 2**20
"""So little may be a part of each query that reads it."""

CLOSED = "Spark: this session has ended. Open another one."


class Spark:
    """A session with Spark; what it makes for itself ends with it.

    Nothing is computed before rows are asked for, and none of them pass through this process but
    those that are asked for.

    Args:
        address: ``spark`` for a session in this process, ``spark://host:port`` of a standalone
            cluster, or ``sc://host:port`` of a server of Spark Connect. Settings of Spark may
            follow behind a question mark.
        memory: Of a session in this process, such as ``6GB``.
        session: A classic session of ``pyspark`` to work beside, in place of an address.
        embedded: The embedded engine that reads and writes files; by default one of its own.
    """

    dialect = "spark"
    planning = SPARK

    def __init__(
        self,
        address: str = "spark",
        *,
        memory: str | None = None,
        session: Any = None,
        embedded: DuckDB | None = None,
    ) -> None:
        opened = beside(session) if session else open_session(address, memory)
        self._start(opened, embedded, Event())
        if opened.kind == "cluster" and opened.is_own:
            Thread(target=self._watch, daemon=True).start()

    def _start(self, opened: Opened, embedded: DuckDB | None, lost: Event) -> None:
        with own_errors():
            configure(opened)
        self._opened, self._embedded = opened, embedded
        self._sessions: WeakSet[Spark] = WeakSet()
        self._kept: dict[str, Any] = {}
        self._sent: dict[str, Any] = {}
        self._ends = ExitStack()
        finalize(self, self._ends.close)
        scratch = TemporaryDirectory(prefix="leadline-", ignore_cleanup_errors=True)
        self._scratch = Path(self._ends.enter_context(scratch))
        self._files = 0
        self._closed, self._lost = Event(), lost

    def new_session(self) -> Spark:
        """Return a session beside this one: what it names is its own, and ends with it.

        Both may run at once, in a thread each. It ends with this one at the latest.
        """
        self._refuse_closed()
        made = object.__new__(Spark)
        embedded = self.embedded.new_session()
        with self._errors():
            made._start(self._opened.again(), embedded, self._lost)
        made._ends.callback(embedded.close)
        self._sessions.add(made)
        return made

    def _refuse_closed(self) -> None:
        if self._closed.is_set():
            raise EngineError(CLOSED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _watch(self) -> None:
        """Give up once all workers are gone for a while: Spark itself would wait without an end."""
        context, since = self.session.sparkContext, time.monotonic()
        while not self._closed.wait(1):
            with suppress(Exception):  # what ends the session ends the watch too
                if context._jsc.sc().getExecutorMemoryStatus().size() > 1:  # noqa: SLF001 - no other way
                    since = time.monotonic()
                elif time.monotonic() - since > LOST_SECONDS:
                    self._lost.set()
                    context.cancelAllJobs()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what Spark raises into errors of our own."""
        self._refuse_closed()
        try:
            with own_errors():
                yield
        except EngineError as error:
            if not self._lost.is_set():
                raise
            said = "Spark: all workers are gone. Nothing was written; run it again."
            raise EngineError(said) from error

    @property
    def session(self) -> Any:
        """The session of ``pyspark``."""
        return self._opened.session

    @property
    def is_local(self) -> bool:
        """Whether workers see this machine's files."""
        return self._opened.kind == "local"

    @property
    def is_connect(self) -> bool:
        """Whether Spark is a server of Spark Connect."""
        return self._opened.kind == "connect"

    @property
    def has_catalog(self) -> bool:
        """Whether tables of the session outlast it."""
        if self.is_connect or self._opened.is_given:
            return True
        return str(self.session.conf.get("spark.sql.catalogImplementation")) != "in-memory"

    def close(self) -> None:
        """End the session and those beside it; what they kept is forgotten."""
        if self._closed.is_set():
            return
        for session in list(self._sessions):
            session.close()
        with self._ends:
            self._forget()
            self._closed.set()

    def _forget(self) -> None:
        """Forget what is kept where Spark goes on, else end it; what is lost need not be ended."""
        for name in [*self._kept, *self._sent]:
            if self.is_connect or not self._opened.is_own:
                with suppress(EngineError):
                    self.drop(name)
        if self._opened.is_own:
            with suppress(EngineError), self._errors():
                self.session.stop()

    @property
    def embedded(self) -> DuckDB:
        """The embedded engine that reads and writes files."""
        if self._embedded is None:
            self._embedded = DuckDB()
            self._ends.callback(self._embedded.close)
        return self._embedded

    def run(self, sql: str) -> None:
        """Run a statement that returns nothing; raises EngineError."""
        with self._errors():
            self.session.sql(str(sql))

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query with places ``?`` for parameters."""
        from leadline.engines.spark.rows import naive  # noqa: PLC0415 - Arrow is slow to import

        with self._errors():
            found = self.session.sql(str(sql), args=list(params)) if params else self._query(sql)
            return [tuple(row.values()) for row in naive(found.toArrow()).to_pylist()]

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows of a query as an Arrow table."""
        from leadline.engines.spark.rows import naive  # noqa: PLC0415 - Arrow is slow to import

        with self._errors():
            return naive(self._query(sql).toArrow())

    def columns(self, relation: str) -> dict[str, str]:
        """Return the columns of a relation with their types, as Spark calls them."""
        with self._errors():
            schema = self._query(f"select * from {relation}").schema
        return {each.name: each.dataType.simpleString() for each in schema}

    def plan(self, sql: str) -> str:
        """Return how Spark would answer a query."""
        return str(self.rows(f"explain formatted {sql}")[0][0])

    def register(self, name: str, rows: ArrowStream) -> list[str]:
        """Make rows from outside readable under a name; return their columns' own names."""
        from leadline.engines.spark.rows import zoned  # noqa: PLC0415 - Arrow is slow to import

        given = zoned(rows)
        with self._errors():
            found = self._given(given)
            self._call(name, found)
        self._sent[name] = found
        return list(given.schema.names)

    def _given(self, rows: pa.RecordBatchReader) -> Any:
        """Return rows as a frame: from a file where workers see it, else sent to them."""
        from leadline.engines.spark import rows as spark_rows  # noqa: PLC0415 - Arrow is slow to import

        if self.is_local:
            file = self._file()
            spark_rows.write(file, rows)
            return self.session.read.parquet(str(file))
        if not self.is_connect:
            return self.session.createDataFrame(rows.read_all())
        parts = spark_rows.in_parts(rows, SENT_BYTES)
        return reduce(self._with_part, parts, None)

    def _with_part(self, sent: Any, rows: pa.Table) -> Any:
        """Send some more rows to a server, where workers keep them, as it has no room itself."""
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - an extra

        types = from_arrow_schema(rows.schema)  # which cannot be told where there are no rows
        part = self.session.createDataFrame(rows, types)
        if rows.nbytes > FEW_BYTES:
            part = self._kept_there(part)
        return part if sent is None else sent.unionAll(part)

    def read_parquet(self, name: str, paths: Sequence[str]) -> bool:
        """Make files that the workers see readable under a name; false where a type is foreign."""
        try:
            with self._errors():
                reader = self.session.read.option("mergeSchema", str(len(paths) > 1).lower())
                reader.parquet(*paths).createOrReplaceTempView(name)
        except EngineError as error:
            if "Parquet type" not in str(error):  # such as times in nanoseconds
                raise
            return False
        return True

    def keep(self, name: str, query: str) -> None:
        """Keep the rows of a query with the workers, in place of a table of that name.

        They are computed when they are first read. A worker that is lost has its part computed anew
        by another one; behind a server of Spark Connect another one has it as well.
        """
        with self._errors():
            found = self._query(query)
            if self.is_connect:
                found = self._kept_there(found, eager=False, storageLevel=_on_two_workers())
                self._call(name, found)
                self._sent[name] = found
                return
            found = found.persist()
            self._call(name, self._short(found))
            self._kept[name] = found

    def _kept_there(self, rows: Any, **how: Any) -> Any:
        """Return rows as a frame that a server of Spark Connect keeps.

        ``pyspark`` takes it for one of the session that was opened first, whichever asked for it.
        """
        kept = rows.localCheckpoint(**how)
        kept._session = kept._plan._spark_session = self.session  # noqa: SLF001 - no other way
        return kept

    def _short(self, kept: Any) -> Any:
        """Return what is kept as a frame whose plan does not grow with what it was made of.

        Who reads it need not plan all of that again. How to compute it is still known, for the case
        that a worker is lost.
        """
        from pyspark.sql import DataFrame  # noqa: PLC0415 - an extra

        java, session = kept._jdf, self.session._jsparkSession  # noqa: SLF001 - no other way
        rows = java.queryExecution().toRdd()
        found = session.internalCreateDataFrame(rows, java.schema(), False)
        return DataFrame(found, self.session)

    def view(self, name: str, query: str) -> None:
        """Read a query under a name, in place of a view of that name."""
        with self._errors():
            self._call(name, self._query(query))

    def _call(self, name: str, found: Any) -> None:
        """Give a name to a frame, which may read what has that name so far."""
        found.createOrReplaceTempView(name)
        self._let_go(name)

    def drop(self, name: str) -> None:
        """Forget a table or view of this session, where there is one."""
        with self._errors():
            self.session.catalog.dropTempView(name)
            self._let_go(name)

    def _let_go(self, name: str) -> None:
        """Have the workers keep rows no longer; a server sees to it once nobody can name them."""
        self._sent.pop(name, None)
        kept = self._kept.pop(name, None)
        if kept is not None:
            kept.unpersist()

    def set_moment(self, at: datetime) -> None:
        """Say what moment a spine with only one has; UTC, without a zone."""
        literal = f"timestamp '{at.isoformat(sep=' ')}'"
        self.run(f"declare or replace variable leadline_as_of timestamp default {literal}")

    def check_target(self, target: Publication) -> None:
        """Check that a table can be written; raises InputError or EngineError."""
        spark_tables.check_target(self, target)

    def publish(self, targets: Sequence[Publication]) -> None:
        """Replace tables; each appears whole once all are computed, see ``spark_tables``."""
        spark_tables.publish(self, targets)

    def write(self, query: str, table: str) -> None:
        """Write the rows of a query to a new table; the workers write them."""
        with self._errors():
            self._query(query).write.mode("error").saveAsTable(table)

    def handed(self, query: str) -> str:
        """Return the rows of a query as a relation of the embedded engine; times without zone.

        They go through files: of the workers, where this machine sees them, else written here
        some rows at a time.
        """
        from leadline.engines.spark import rows as spark_rows  # noqa: PLC0415 - Arrow is slow to import

        file = self._file()
        with self._errors():
            found = self._query(query)
            if self.is_local:
                found.write.parquet(str(file))
                pattern = str(file / "*.parquet")
            else:
                spark_rows.write(file, spark_rows.streamed(found))
                pattern = str(file)
        relation = f"read_parquet('{pattern}')"
        described = self.embedded.rows(f"describe from {relation}")
        columns = ", ".join(
            f"timezone('UTC', {quoted(title)}) as {quoted(title)}"
            if kind == "TIMESTAMP WITH TIME ZONE"
            else quoted(title)
            for title, kind, *_ in described
        )
        return f"(select {columns} from {relation})"

    def cancel(self) -> None:
        """Stop what runs now; its caller gets an EngineError. From any thread."""
        if self.is_connect:
            self.session.interruptAll()
            for session in list(self._sessions):
                session.cancel()
        else:
            self.session.sparkContext.cancelAllJobs()

    def _query(self, sql: str) -> Any:
        return self.session.sql(str(sql))

    def _file(self) -> Path:
        self._files += 1
        return self._scratch / f"{self._files}.parquet"


def _on_two_workers() -> Any:
    """Return where rows are kept that cannot be computed anew."""
    from pyspark import StorageLevel  # noqa: PLC0415 - an extra

    return StorageLevel.MEMORY_AND_DISK_2
