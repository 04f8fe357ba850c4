"""What the questions share that judge on history: the task, until when outcomes are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from leadline.errors import Fault, InputError
from leadline.model.moments import moment
from leadline.questions.common import Embedded
from leadline.questions.inputs import LEADS, PastTables
from leadline.questions.option import asks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from leadline.history.judged import Judged
    from leadline.model.document import Model
    from leadline.model.task import Task, TaskDocument
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

    ModelInput: TypeAlias = str | Path | Mapping[str, Any] | Model
    TaskInput: TypeAlias = str | Path | Mapping[str, Any] | Task | TaskDocument

Split: TypeAlias = Literal["time", "groups", "random", "all"]

TASK = asks("Task to judge by (YAML); by default the model's own.", "document", "T", setting="task")
BARE_TASK = asks(
    "Task (YAML): a file of its own, with columns: and files: beside it, or a model.",
    "document",
    "T",
    setting="task",
)
READER = asks(
    "Model, or what inspect wrote, whose columns and files say how tables are read.",
    "document",
    "MODEL",
    setting="model",
)
SPLIT = asks(
    "time, groups, random (optimistic) or all; by default time, or groups without times.",
    unit="KIND",
    choices=("time", "groups", "random", "all"),
)
SCORE = asks("Score that ranks; by default that of the bands.", unit="S")
_ROOM = "Leads that the team takes, such as 60/week, or 60 in all."
CAPACITY = asks(_ROOM, unit="N", setting="capacity")
GOAL = asks(
    "What is to be reached: won, accepted, entries, days or revenue, and by when.",
    unit="GOAL",
    setting="goal",
)
APART = asks("Field that tells leads apart; by default where they came from.", unit="FIELD")
CAPACITY_OR_SHARE = asks(_ROOM, unit="N", setting="capacity", against=("precision", "recall"))
APPLY = asks("Write the change into MODEL; comments stay.", "flag", group="outputs")
_DATA_END = asks("Until when outcomes are known; by default the last recorded one.", "moment", "T")


@dataclass(frozen=True, kw_only=True)
class OnHistory(PastTables, Embedded):
    """Tables with outcomes, and until when these are known."""

    leads: Input = field(metadata=LEADS)
    data_end: datetime | str | None = field(default=None, metadata=_DATA_END)

    @property
    def end(self) -> datetime | None:
        """Until when outcomes are known. Raises InputError."""
        return None if self.data_end is None else moment(self.data_end, "--data-end")


def task_for(task: TaskInput | None, model: ModelInput) -> TaskDocument:
    """Return the task that was given, else that of the model. Raises ModelError, InputError."""
    from leadline.model.given import read_model
    from leadline.model.task import read_task, task_of

    if task is not None:
        return read_task(task)
    own = task_of(*read_model(model))
    if own is None:
        remedy = "Or write the key task: into the model."
        raise InputError(Fault("", "--task", "is missing", "", remedy))
    return own


def judged_rows(
    session: Session,
    task: TaskInput,
    tables: Mapping[str, Input],
    end: datetime | None,
    model: ModelInput | None = None,
) -> Judged:
    """Return the rows of a task; tables are read as a model says, and as its document does."""
    from leadline.history.judged import judged
    from leadline.history.opened import open_past
    from leadline.model.declared import read_declared, with_declared
    from leadline.model.task import read_task

    asked = read_task(task)
    reader = with_declared(None if model is None else read_declared(model), asked)
    return judged(session.hold(open_past(session.embedded, reader, tables, asked)), asked, end)
