"""What the commands share that look at history without a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import open_engine, report
from leadline.cli.judging import data_end
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.model.task import TaskDocument, read_task

RequiredTask = Annotated[
    Path,
    typer.Option(
        "--task",
        metavar="T",
        help="Task (YAML): a file of its own, with columns: beside it where needed, or a model.",
    ),
]


@contextmanager
def judged_rows(
    task: Path, tables: dict[str, str], end: str | None, memory: str | None
) -> Iterator[Judged]:
    """Open tables and yield the rows of a task; columns are read as its document declares."""
    asked = read_task(task)
    until = data_end(end)
    with open_engine(memory) as engine:
        run = open_past(engine, _bare(asked), tables, asked)
        yield judged(run, asked, until)
        report(run, None)


def _bare(asked: TaskDocument) -> dict[str, object]:
    """Return a model that scores nothing and reads columns as the document of a task says."""
    columns = asked.source.values.get("columns", {})
    nothing = {"rules": {"none": {"when": "1 = 0", "points": 0}}}
    return {"leadline": 1, "model": "none", "columns": columns, "scores": {"none": nothing}}
