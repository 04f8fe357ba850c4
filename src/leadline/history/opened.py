"""Tables opened to be looked back on: no moment of their own, and plain tables without ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.model.document import Column, Model
from leadline.model.task import TaskDocument
from leadline.scoring import Run, read_model
from leadline.tables.columns import ROW_NUMBER
from leadline.tables.places.inputs import Input

_START = datetime(2001, 1, 1, tzinfo=UTC)
"""A run over past moments is opened at some moment, at which nothing is computed."""


def open_past(
    engine: DuckDB,
    model: str | Path | Mapping[str, Any] | Model,
    inputs: Mapping[str, Input],
    task: TaskDocument,
    beside: Iterable[Model] = (),
) -> Run:
    """Return a run that will be taken over past moments.

    Where the outcome is a field and leads have no ``lead_id``, their row numbers stand for it.
    Columns that the models ``beside`` declare are read too. Raises ModelError, InputError.
    """
    document, source = read_model(model)
    if source.faults:
        return Run.open(engine, model, inputs, as_of=_START)
    whole = _with_columns(document, [each.columns for each in beside])
    try:
        return Run.open(engine, model if whole == document else whole, inputs, as_of=_START)
    except InputError as error:
        if task.task.outcome.field is None or not _lacks_ids(error):
            raise
    numbered = {"leads": {"lead_id": Column.model_validate({"from": ROW_NUMBER})}}
    return Run.open(engine, _with_columns(whole, [numbered]), inputs, as_of=_START)


def _lacks_ids(error: InputError) -> bool:
    return any(
        isinstance(each, Fault) and each.expected == "must have a column lead_id"
        for each in error.faults
    )


def _with_columns(model: Model, more: Iterable[Mapping[str, Mapping[str, Column]]]) -> Model:
    """Return a model that declares more columns; its own declarations stand."""
    columns = {table: dict(each) for table, each in model.columns.items()}
    for given in more:
        for table, each in given.items():
            columns[table] = {**each, **columns.get(table, {})}
    return model if columns == model.columns else model.model_copy(update={"columns": columns})
