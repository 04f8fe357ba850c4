"""How tables are read, wherever it is said: by a model, by what ``inspect`` wrote, by a task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.errors import Fault, ModelError
from leadline.model.checking.check import check
from leadline.model.document import Model, TextFile
from leadline.model.given import read_model, refuse
from leadline.model.reading.reader import load_source
from leadline.model.task import BESIDE, refuse_unknown
from leadline.model.values import is_kept

if TYPE_CHECKING:
    from leadline.model.task import TaskDocument

DECLARING = ("columns", "files")
"""The keys that say how tables are read."""
NO_POINTS: dict[str, Any] = {
    "leadline": 1,
    "model": "none",
    "scores": {"none": {"rules": {"none": {"when": "1 = 0", "points": 0}}}},
}
"""A model that gives no points."""


def read_declared(given: str | Path | Mapping[str, Any] | Model) -> Model:
    """Return a model that reads tables as a document says: a model, or one with these keys alone.

    Raises ModelError with all faults, FileError.

    >>> read_declared({"columns": {"leads": {"lead_id": {"from": "Record ID"}}}}).model
    'none'
    """
    if isinstance(given, Model):
        return given
    source = load_source(given)
    if "scores" not in source.values and set(source.values) & set(BESIDE):
        refuse_unknown(source)
        return _bare(source.values)
    document, read = read_model(given)
    refuse(check(document, read))
    return document


def declared_by(task: TaskDocument) -> dict[str, Any]:
    """Return what stands beside a task about reading tables, as plain values."""
    return {key: task.source.values[key] for key in DECLARING if task.source.values.get(key)}


def with_declared(model: Model | None, task: TaskDocument) -> Model:
    """Return a model that reads tables as another one says, and where that is silent as a task."""
    plain = {} if model is None else model.plain()
    beside = declared_by(task)
    both = {
        key: {
            table: {**beside.get(key, {}).get(table, {}), **plain.get(key, {}).get(table, {})}
            for table in {**beside.get(key, {}), **plain.get(key, {})}
        }
        for key in DECLARING
    }
    return _bare(both)


def _bare(values: Mapping[str, Any]) -> Model:
    read = {key: values[key] for key in DECLARING if values.get(key)}
    document, source = read_model({**NO_POINTS, **read})
    refuse(check(document, source))
    return document


def with_kept(given: str | Path | Mapping[str, Any] | Model, keep: str | None) -> Model | Any:
    """Return a model that says which of several leads with one key stands; as it was without.

    Raises ModelError, FileError.
    """
    if keep is None:
        return given
    if not is_kept(keep):
        raise ModelError(Fault("", "--keep", "must be newest by COLUMN", keep))
    document, source = read_model(given)
    refuse(list(source.faults))
    leads = {**(document.files["leads"].plain() if "leads" in document.files else {}), "keep": keep}
    files = {**document.files, "leads": TextFile.model_validate(leads)}
    return document.model_copy(update={"files": files})
