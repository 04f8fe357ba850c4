"""Where commands print, and the engine whose progress they show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from leadline.engines.known import Progress

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


def confirm(question: str) -> bool | None:
    """Ask whoever sits at the terminal whether to go on; None where nobody does."""
    if not sys.stdin.isatty():
        return None
    err.print(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


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
