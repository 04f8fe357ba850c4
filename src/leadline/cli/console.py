"""Where commands print, and the engine whose progress they show."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.errors import Fault, InputError
from leadline.model.checking.check import warnings
from leadline.scoring import Run, read_model
from leadline.tables.read import Loaded

_PLAIN: Mapping[str, Any] = {
    "soft_wrap": True,
    "highlight": False,
    "markup": False,
    "emoji": False,
}
"""What people name may hold brackets and colons, which stay as they are."""


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Go on without a reader: who reads the output, such as ``head``, has seen enough."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


out = _Output(**_PLAIN)
err = Console(stderr=True, **_PLAIN)


def warn(model: Path) -> None:
    """Print what is allowed in a model but seldom meant."""
    for fault in warnings(*read_model(model)):
        err.print(f"warning: {fault}")


def report(run: Run, rejects: str | None) -> None:
    """Print what a person should know of the data; rejected rows end in exit status 1."""
    report_loaded(run.loaded, rejects)


def report_loaded(loaded: Loaded, rejects: str | None) -> None:
    """Print what a person should know of tables; rejected rows end in exit status 1."""
    for note in loaded.notes:
        err.print(f"note: {note}")
    if loaded.rejects.count:
        count = loaded.rejects.count
        rows, are = ("1 row was", "it is") if count == 1 else (f"{count:,} rows were", "they are")
        place = f"; {are} in {rejects}" if rejects else "; see which with --rejects FILE"
        err.print(f"{rows} rejected{place}")
        raise typer.Exit(1)


@contextmanager
def open_address(address: str, memory: str | None = None) -> Iterator[Engine]:
    """Open the engine that ``--engine`` names."""
    scheme = re.split("[:?]", address, maxsplit=1)[0]
    if scheme not in ("duckdb", *SERVERS):
        expected = (
            "must be duckdb, spark, or an address such as postgresql://user@host/database, "
            "spark://host:7077 or sc://host:15002"
        )
        raise InputError(Fault("", "--engine", expected, address))
    with open_engine(memory) as embedded:
        if scheme == "duckdb":
            yield embedded
            return
        server = SERVERS[scheme](address, embedded, memory)
        try:
            yield server
        finally:
            server.close()


def _postgres(address: str, embedded: DuckDB, _: str | None) -> Engine:
    return Postgres(address, embedded=embedded)


def _spark(address: str, embedded: DuckDB, memory: str | None) -> Engine:
    return Spark(address, embedded=embedded, memory=memory)


SERVERS: dict[str, Callable[[str, DuckDB, str | None], Engine]] = {
    "postgresql": _postgres,
    "postgres": _postgres,
    "spark": _spark,
    "sc": _spark,
}
"""Beginning of an address to the engine it names."""


@contextmanager
def open_engine(memory: str | None) -> Iterator[DuckDB]:
    """Open the embedded engine, which shows its progress where a person looks on."""
    if not err.is_terminal:
        with DuckDB(memory_limit=memory) as engine:
            yield engine
        return
    columns = (
        TextColumn("computing"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("computing", total=100, visible=False)

        def show(percent: float) -> None:
            bar.update(task, completed=percent, visible=True)

        with DuckDB(memory_limit=memory, progress=show) as engine:
            yield engine
