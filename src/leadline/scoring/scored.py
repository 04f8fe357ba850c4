"""Score tables in one call, and get every result as Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.engines.engine import Engine
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError
from leadline.model.document import Model
from leadline.model.moments import moment
from leadline.scoring.run import Run
from leadline.tables.places.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Scored:
    """The results of one run, as Arrow tables; it speaks the Arrow stream protocol as its scores.

    Attributes:
        scores: One row a lead and moment.
        points: The ledger: one row a lead, moment and rule.
        account_scores: One row an account and moment; None where the model has no account score.
        transitions: One row a changed band; None where the model has no bands of leads.
        account_transitions: The same of accounts.
        rejects: Rows that could not be used, with their reasons.
        notes: What a person should know of the data, one sentence each.
    """

    scores: pa.Table
    points: pa.Table
    account_scores: pa.Table | None
    transitions: pa.Table | None
    account_transitions: pa.Table | None
    rejects: pa.Table
    notes: tuple[str, ...]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the scores as a stream."""
        return self.scores.__arrow_c_stream__(requested_schema)


def score(  # noqa: PLR0913 - tables and moments are all named
    model: str | Path | Mapping[str, Any] | Model,
    *,
    leads: Input,
    as_of: datetime | str | None = None,
    spine: Input | None = None,
    clean: bool = False,
    engine: Engine | None = None,
    **tables: Input | None,
) -> Scored:
    """Score leads.

    Args:
        model: File, text or plain values of a model document.
        leads: Files, or anything that speaks the Arrow stream protocol.
        as_of: The moment to score at, UTC where it has no zone; or else give a spine.
        spine: Table of ``lead_id`` and ``as_of``: which leads, at which moments.
        clean: The tables are declared clean: keys are not checked.
        engine: An engine to use; by default one of its own.
        tables: ``accounts``, ``events``, ``outcomes``, ``previous``, ``previous_accounts``,
            ``field_history``, ``lead_merges`` and ``event_marks``, each as ``leads``.

    Raises ModelError, InputError, EngineError, FileError.

    >>> import pyarrow as pa
    >>> model = {"leadline": 1, "model": "size", "scores": {"fit": {"rules": {
    ...     "large": {"when": "lead.employees >= 100", "points": 10}}}}}
    >>> leads = pa.table({"lead_id": ["a", "b"], "employees": [250, 3]})
    >>> scored = score(model, leads=leads, as_of="2026-11-01T12:00:00Z")
    >>> scored.scores.select(["lead_id", "fit"]).sort_by("lead_id").to_pylist()
    [{'lead_id': 'a', 'fit': 10.0}, {'lead_id': 'b', 'fit': 0.0}]
    """
    if (as_of is None) == (spine is None):
        raise InputError(Fault("", "score", "must be given either as_of or spine"))
    inputs = {"leads": leads, "spine": spine, **tables}
    given = {name: table for name, table in inputs.items() if table is not None}
    if "leads" not in given:
        raise InputError(Fault("", "leads", "must be given"))
    at = None if as_of is None else moment(as_of)
    with given_or_own(engine) as own, Run.open(own, model, given, as_of=at, clean=clean) as run:
        return _scored(run)


def _scored(run: Run) -> Scored:
    run.keep(*run.statement.outputs)
    found = {name: run.arrow(name) for name in run.statement.outputs}
    return Scored(
        scores=found["scores"],
        points=found["points"],
        account_scores=found.get("account_scores"),
        transitions=found.get("transitions"),
        account_transitions=found.get("account_transitions"),
        rejects=run.engine.embedded.arrow(f"select * from {run.loaded.rejects.relation}"),
        notes=tuple(run.loaded.notes),
    )
