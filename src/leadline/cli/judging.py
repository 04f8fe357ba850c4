"""What the commands that judge on history share: options, the task, the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from leadline.cli.console import out
from leadline.errors import Fault, InputError, nearest
from leadline.history.split import Kind
from leadline.model.task import TaskDocument, read_task, task_of
from leadline.scoring import moment, read_model
from leadline.tables.texts import write_documents

TaskFile = Annotated[
    Path | None,
    typer.Option(
        "--task", metavar="T", help="Task to judge by (YAML); by default the model's own."
    ),
]
DataEnd = Annotated[
    str | None,
    typer.Option(
        "--data-end",
        metavar="T",
        help="Until when outcomes are known; by default the last recorded one.",
    ),
]
SplitKind = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="KIND",
        help="time, groups, random (optimistic) or all; by default time, or groups without times.",
    ),
]
ScoreName = Annotated[
    str | None,
    typer.Option("--score", metavar="S", help="Score that ranks; by default that of the bands."),
]
CapacityText = Annotated[
    str | None,
    typer.Option(
        "--capacity", metavar="N", help="Leads that the team takes, such as 60/week, or 60 in all."
    ),
]
ReportFile = Annotated[
    str | None, typer.Option("--report", metavar="F.html", help="Write a page to print.")
]
JsonFile = Annotated[
    str | None, typer.Option("--json", metavar="F.json", help="Write the same for machines.")
]


def task_for(path: Path | None, model: Path) -> TaskDocument:
    """Return the task of a file, else that of the model. Raises ModelError, InputError."""
    if path is not None:
        return read_task(path)
    found = task_of(*read_model(model))
    if found is None:
        remedy = "Or write the key task: into the model."
        raise InputError(Fault("", "--task", "is missing", "", remedy))
    return found


def data_end(text: str | None) -> datetime | None:
    """Return until when outcomes are known. Raises InputError."""
    return None if text is None else moment(text)


def split_kind(text: str | None) -> Kind | None:
    """Return how to split. Raises InputError."""
    kinds = get_args(Kind)
    if text is not None and text not in kinds:
        expected = f"must be one of {', '.join(kinds)}"
        raise InputError(Fault("", "--split", expected, text, nearest(text, kinds)))
    return cast("Kind | None", text)


def write_all(texts: Mapping[str | None, Callable[[], Any]], hint: str) -> None:
    """Write what was asked for and say where it is, or what could be asked for."""
    wanted = {path: text() for path, text in texts.items() if path is not None}
    write_documents(wanted)
    for path in wanted:
        out.print(f"written to {path}")
    if not wanted:
        out.print(hint)
