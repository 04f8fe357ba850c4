"""Sessions with Apache Spark: in this process, on a cluster, or through Spark Connect."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from leadline.engines.extras import lacking
from leadline.errors import EngineError, Fault, InputError

SESSION_SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    # what cannot be computed is an error and not a number; names may stand in double quotes
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.caseSensitive": "false",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # chains of merged leads are followed as far as they go
    "spark.sql.cteRecursionRowLimit": "-1",
}
"""What the statement relies on, whatever a server says."""

CONNECT_SETTINGS: Mapping[str, str] = {
    # Spark 4.3 fails on constraints of some unions when their rows are kept: "key not found"
    "spark.sql.constraintPropagation.enabled": "false",
}
"""Of a session with a server of Spark Connect, beside those."""

LOCAL_SETTINGS: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "32",
    "spark.sql.catalogImplementation": "in-memory",
}
"""Of a session of our own in this process, where neither the user nor a file says otherwise."""

LOOPBACK: Mapping[str, str] = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}

CONNECT_PORT = 15002
CONNECT_TRIES = 8
"""A server of Spark Connect that does not answer is tried so often again, for half a minute."""

CONNECT_WAIT_MS = 5_000
REACH_SECONDS = 10.0
WORKER_SECONDS = 60.0


class Address(NamedTuple):
    """Where Spark is.

    Attributes:
        kind: ``local``, ``cluster`` or ``connect``.
        master: As Spark writes it.
        settings: Of Spark, as given behind a question mark.
    """

    kind: str
    master: str
    settings: Mapping[str, str]


class Opened(NamedTuple):
    """A session, and whether ending it ends Spark.

    Attributes:
        session: Of ``pyspark``; a classic one or one of Spark Connect.
        kind: As in ``Address``.
        is_own: Ending it ends Spark, or what a server keeps for it.
        is_given: Somebody else started Spark.
        master: Address of the server of Spark Connect.
    """

    session: Any
    kind: str
    is_own: bool
    is_given: bool = False
    master: str = ""

    def again(self) -> Opened:
        """Return another session with the same Spark, whose views are its own."""
        if self.kind == "connect":
            return _connected(address_of(self.master))
        return self._replace(session=self.session.newSession(), is_own=False)


def beside(session: Any) -> Opened:
    """Return a session beside a classic one of ``pyspark``."""
    kind = "local" if session.sparkContext.master.startswith("local") else "cluster"
    return Opened(session.newSession(), kind, is_own=False, is_given=True)


def address_of(text: str) -> Address:
    """Return where an address points to.

    Raises InputError.

    >>> address_of("spark?spark.sql.shuffle.partitions=8")
    Address(kind='local', master='local[*]', settings={'spark.sql.shuffle.partitions': '8'})
    >>> address_of("spark://10.0.0.1:7077").kind
    'cluster'
    """
    if text.startswith("sc://"):
        return Address("connect", text, {})
    plain, _, query = text.partition("?")
    settings = dict(parse_qsl(query, keep_blank_values=True))
    unknown = [name for name in settings if not name.startswith("spark.")]
    if unknown:
        expected = "must be settings of Spark, such as spark.executor.memory=4g"
        raise InputError(Fault("", "--engine", expected, unknown[0]))
    if plain == "spark":
        return Address("local", "local[*]", settings)
    if plain.startswith("spark://") and all(_host_and_port(plain)):
        return Address("cluster", plain, settings)
    expected = "must be spark, spark://host:port or sc://host:port"
    raise InputError(Fault("", "--engine", expected, text))


def open_session(text: str, memory: str | None = None) -> Opened:
    """Open a session at an address.

    Args:
        text: ``spark``, ``spark://host:port`` or ``sc://host:port``.
        memory: Of a session in this process, such as ``6GB``; half of the machine's by default.

    Raises:
        InputError: There is no such address.
        EngineError: Spark is not installed, is not there, or gives no worker.
    """
    where = address_of(text)
    _require_pyspark()
    if where.kind == "connect":
        return _connected(where)
    if where.kind == "cluster":
        _require_reachable(where.master, 0)
    opened = Opened(_started(where, memory), where.kind, is_own=True)
    if where.kind == "cluster":
        _require_workers(opened.session, where.master)
    return opened


def configure(opened: Opened) -> None:
    """Set what the statement relies on, and have errors raised without being printed as well."""
    from pyspark.logger import PySparkLogger  # noqa: PLC0415 - an extra

    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True
    own = CONNECT_SETTINGS if opened.kind == "connect" else {}
    for name, value in {**SESSION_SETTINGS, **own}.items():
        opened.session.conf.set(name, value)


def _require_pyspark() -> None:
    try:
        import pyspark  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise lacking("Spark needs a package", "spark") from error


def _connected(where: Address) -> Opened:
    _require_reachable(where.master, CONNECT_PORT)
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra

    try:
        # not the builder of pyspark.sql, which refuses where a classic session is open as well
        from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415 - an extra
        from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 - an extra

        session = SparkSession.builder.remote(where.master).create()
        again = DefaultPolicy(max_retries=CONNECT_TRIES, max_backoff=CONNECT_WAIT_MS)
        session.client.set_retry_policies([again])  # its own would wait for ten minutes
        session.version  # noqa: B018 - asks the server
    except (PySparkException, ImportError) as error:
        raise _unusable(where.master, str(error)) from error
    return Opened(session, where.kind, is_own=True, master=where.master)


def _started(where: Address, memory: str | None) -> Any:
    """Start Spark in this process, with what it says going to a file that tells why it failed."""
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(where.master).appName("leadline")
    for name, value in _settings(where, memory).items():
        builder = builder.config(name, value)
    with _kept_output() as said:
        try:
            session = builder.getOrCreate()
        except (PySparkException, RuntimeError, OSError) as error:
            raise _unusable(where.master, said() or str(error)) from error
        except Exception as error:  # what Java raises has no class of its own
            if type(error).__module__.partition(".")[0] != "py4j":
                raise
            raise _unusable(where.master, str(error)) from error
    session.sparkContext.setLogLevel("OFF")
    return session


def _settings(where: Address, memory: str | None) -> dict[str, str]:
    settings = {"spark.ui.showConsoleProgress": "false"}
    host, _ = _host_and_port(where.master) if where.kind == "cluster" else ("localhost", 0)
    if host in {"localhost", "127.0.0.1", "::1"}:
        settings |= LOOPBACK
    if where.kind == "local":
        settings |= LOCAL_SETTINGS
        settings["spark.driver.memory"] = _java_memory(memory)
    return {**settings, **where.settings}


def _java_memory(memory: str | None) -> str:
    """Return an amount of memory as Java reads it; half of the machine's where none is given."""
    if memory is not None:
        return memory.lower().replace("ib", "").removesuffix("b")
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{max(total // 2 // 2**20, 1024)}m"


@contextmanager
def _kept_output() -> Iterator[Any]:
    """Have what a program started in this block writes to standard error go to a file.

    Java writes there what a person cannot use, as long as it runs. Yields what was written so far
    that says why it ended.
    """
    import tempfile  # noqa: PLC0415 - needed here alone

    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            lines = file.read().decode(errors="replace").splitlines()
            told = [
                line for line in lines if "error" in line.lower() or "exception" in line.lower()
            ]
            return next(iter(told), lines[-1] if lines else "").strip()

        sys.stderr.flush()
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)


def _host_and_port(master: str) -> tuple[str, int]:
    """Return the first host and port of an address; empty where they are none."""
    parts = urlsplit(master.partition(",")[0].partition(";")[0])
    try:
        return parts.hostname or "", parts.port or 0
    except ValueError:
        return "", 0


def _require_reachable(master: str, port: int) -> None:
    """Ask whether anything listens there: Spark itself would try for a minute, and say little."""
    host, given = _host_and_port(master)
    try:
        with socket.create_connection((host, given or port), REACH_SECONDS):
            return
    except OSError as error:
        reason = error.strerror or str(error)
        raise EngineError(
            f"{shown(master)} cannot be used: {reason}. "
            "Check host and port, and that the server runs."
        ) from error


def _require_workers(session: Any, master: str) -> None:
    """Wait until a worker gives its cores; Spark itself would wait without an end."""
    context = session.sparkContext
    until = time.monotonic() + WORKER_SECONDS
    while context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # noqa: SLF001, PLR2004 - the driver is one
        if context._jsc.sc().isStopped():  # noqa: SLF001 - Python does not say
            raise _unusable(master, "the master ended the session")
        if time.monotonic() > until:
            session.stop()
            raise EngineError(
                f"{shown(master)} gives no worker. Check that workers run and have free cores and "
                "memory; ask for less with ?spark.executor.memory=1g&spark.cores.max=2."
            )
        time.sleep(0.1)


def _unusable(master: str, said: str) -> EngineError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = lines[0].rstrip(".") if lines else "no reason given"
    remedy = "Check the address after --engine."
    if re.search("JAVA|java.*not found", said):
        reason = "Java does not start" if "JAVA_GATEWAY_EXITED" in said else reason
        remedy = "Install Java 17 or newer, or set JAVA_HOME."
    return EngineError(f"{shown(master)} cannot be used: {reason}. {remedy}")


def shown(master: str) -> str:
    """Return an address without what should not be shown.

    >>> shown("sc://spark.example.com:15002/;token=secret")
    'sc://spark.example.com:15002'
    """
    return master.partition("/;")[0].partition("?")[0].replace("local[*]", "spark")
