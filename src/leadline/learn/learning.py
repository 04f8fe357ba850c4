"""From tables and a task to a model document: the whole of learning, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from leadline.data.read import Input
from leadline.engines.duckdb import DuckDB
from leadline.errors import Fault, InputError
from leadline.learn.choose import Learned, choose
from leadline.learn.document import model_of
from leadline.learn.features import Features, features
from leadline.learn.scorecard import ENTRIES
from leadline.learn.setting import Kind
from leadline.model.document import Model
from leadline.model.task import TaskDocument
from leadline.review.audit import audit
from leadline.review.judged import Judged, judged
from leadline.review.past import open_past

_EMPTY = {"leadline": 1, "model": "learned", "scores": {}}


@dataclass(frozen=True)
class Learning:
    """What was learned of a task, and from what.

    Attributes:
        judged: The rows.
        features: What was learned from.
        learned: What was learned.
        model: The document; None where there is nothing to learn.
    """

    judged: Judged
    features: Features
    learned: Learned
    model: Model | None


def learn(  # noqa: PLR0913 - what the command has as options
    engine: DuckDB,
    inputs: Mapping[str, Input],
    task: TaskDocument,
    *,
    name: str = "learned",
    method: Kind | None = None,
    entries: int = ENTRIES,
    end: datetime | None = None,
    suspects: bool = False,
    columns: Model | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> Learning:
    """Learn a model of a task.

    Args:
        engine: Holds the tables.
        inputs: Tables by name.
        task: What is to be foreseen.
        name: Name of the model.
        method: scorecard, logistic or additive; by default the simplest that is about as good
            as the best.
        entries: Most entries of a scorecard with points other than 0.
        end: Until when outcomes are known; by default the last recorded one.
        suspects: Learn also from what the audit says was written after the fact.
        columns: A model whose ``columns`` say how the tables are read.
        tell: Told what is being done.

    Raises:
        InputError: The tables have not what the task names, or too few rows.
    """
    declared = {} if columns is None else columns.plain().get("columns", {})
    run = open_past(engine, {**_EMPTY, "columns": declared}, inputs, task)
    rows = judged(run, task, end)
    tell(f"{rows.rows:,} rows, {rows.positives:,} with the outcome")
    found = features(rows, () if suspects else audit(rows).not_known)
    try:
        learned = choose(found.sheet, method, entries, tell)
    except ValueError as error:
        fault = task.fault((), "must leave enough rows with and without the outcome", str(error))
        raise InputError(fault) from None
    if learned.model is None:
        return Learning(rows, found, learned, None)
    read = {
        table: {key: column.plain() for key, column in each.items()}
        for table, each in rows.run.model.columns.items()
    }
    model = model_of(name, learned, found, read, _facts(inputs, task, rows))
    _fits(rows, model)
    return Learning(rows, found, learned, model)


def _fits(rows: Judged, model: Model) -> None:
    """Refuse a document that the tables do not fit: it would be a fault of learning."""
    rows.run.with_model(model)


def _facts(inputs: Mapping[str, Input], task: TaskDocument, rows: Judged) -> dict[str, Any]:
    files = {key: value for key, value in inputs.items() if isinstance(value, str)}
    facts: dict[str, Any] = {
        "leadline": version("leadline"),
        "files": files,
        "task": task.task.plain(),
    }
    if rows.end is not None:
        facts["outcomes_until"] = rows.end.isoformat()
    return facts


def refuse_entries(entries: int) -> None:
    """Refuse a card without entries. Raises InputError."""
    if entries < 1:
        raise InputError(Fault("", "--rules", "must be a whole number above 0", str(entries)))
