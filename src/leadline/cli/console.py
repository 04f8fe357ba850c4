"""Where commands print, and the engine whose progress they show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from leadline.engines.known import Progress, opened

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine
    from leadline.scoring import Run
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
    from leadline.model.checking.check import warnings
    from leadline.scoring import read_model

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
    with progress() as shown, opened(address, memory=memory, progress=shown) as engine:
        yield engine


@contextmanager
def open_engine(memory: str | None) -> Iterator[DuckDB]:
    """Open the embedded engine, which shows its progress where a person looks on."""
    with open_address("duckdb", memory) as engine:
        yield engine.embedded


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Yield what shows the progress of a query, where a person looks on."""
    if not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("computing"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=err, transient=True) as bar:
        task = bar.add_task("computing", total=100, visible=False)

        def show(percent: float) -> None:
            bar.update(task, completed=percent, visible=True)

        yield show
