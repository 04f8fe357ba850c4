"""From the address of an engine to the engine; its folder is imported when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine

Progress: TypeAlias = Callable[[float], None]
"""Hears how far a query is, in percent."""


def _postgres(address: str, embedded: DuckDB, _: str | None) -> Engine:
    from leadline.engines.postgres.engine import Postgres  # noqa: PLC0415 - only where it is asked

    return Postgres(address, embedded=embedded)


def _spark(address: str, embedded: DuckDB, memory: str | None) -> Engine:
    from leadline.engines.spark.engine import Spark  # noqa: PLC0415 - only where it is asked

    return Spark(address, embedded=embedded, memory=memory)


SERVERS: dict[str, Callable[[str, DuckDB, str | None], Engine]] = {
    "postgresql": _postgres,
    "postgres": _postgres,
    "spark": _spark,
    "sc": _spark,
}
"""Beginning of an address to what opens the engine beside the embedded one."""


@contextmanager
def opened(
    address: str, *, memory: str | None = None, progress: Progress | None = None
) -> Iterator[Engine]:
    """Open an engine, which is closed in the end. Raises InputError, EngineError."""
    scheme = re.split("[:?]", address, maxsplit=1)[0]
    if scheme not in ("duckdb", *SERVERS):
        expected = (
            "must be duckdb, spark, or an address such as postgresql://user@host/database, "
            "spark://host:7077 or sc://host:15002"
        )
        raise InputError(Fault("", "--engine", expected, address))
    from leadline.engines.duckdb.engine import DuckDB  # noqa: PLC0415 - refused before it is loaded

    with DuckDB(memory_limit=memory, progress=progress) as embedded:
        if scheme == "duckdb":
            yield embedded
            return
        server = SERVERS[scheme](address, embedded, memory)
        try:
            yield server
        finally:
            server.close()
