"""Why a lead has its score, what would move it, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from leadline.errors import Fault, InputError
from leadline.explain.candidates import event_steps, events_of, field_steps
from leadline.explain.changes import changes
from leadline.explain.explanation import Cut, Explanation, Move, Since, Way
from leadline.explain.ways import is_detector, ways
from leadline.explain.what_if import Outlook, Step, Worlds
from leadline.model.document import Model
from leadline.query.context import Context
from leadline.scoring import Run


def explain(
    run: Run,
    lead_id: str,
    as_of: datetime,
    since: datetime | None = None,
    *,
    moves: bool = True,
) -> Explanation:
    """Explain one lead; with ``moves`` also what could happen now, and what that would change.

    Raises InputError where no table knows the lead.
    """
    refuse_unknown(run, lead_id)
    if since is not None and since >= as_of:
        raise InputError(Fault("", "--since", "must lie before --as-of", since.isoformat()))
    run = run.over([(lead_id, at) for at in (since, as_of) if at is not None])
    scores = _by_moment(run.arrow("scores").to_pylist())
    _refuse_unscored(scores, lead_id, as_of)
    points = run.arrow("points").to_pylist()
    ledgers = [[row for row in points if row["as_of"] == each["as_of"]] for each in scores]
    known = _fields(run)
    missing = [pair for pair, value in known[-1].items() if value is None]
    found, found_ways = _further(run, lead_id, as_of, missing) if moves else ([], [])
    other = [pair for pair, value in known[-1].items() if value != known[0][pair]]
    changed = changes(run.model, ledgers[0], ledgers[-1], other)
    return Explanation(
        lead_id,
        run.model,
        scores[-1],
        ledgers[-1],
        [f"{entity}.{name}" for entity, name in missing],
        [move for move in found if not is_detector(run.model, move.step)],
        found_ways,
        _cuts(run, as_of),
        None if since is None else Since(scores[0], changed),
    )


def _further(
    run: Run, lead_id: str, as_of: datetime, missing: Sequence[tuple[str, str]]
) -> tuple[list[Move], list[Way]]:
    """Return what each single step would change, and the fewest steps to the next bands."""
    events = list(event_steps(run))
    schema = {**run.loaded.schema, "events": events_of(run, events)}
    worlds = Worlds(run.duckdb, run.model, schema, lead_id, as_of)
    try:
        moves = _moves(run, worlds, events, missing)
        return moves, ways(run.model, worlds, moves)
    finally:
        worlds.close()


def _by_moment(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["as_of"])


def refuse_unknown(run: Run, lead_id: str) -> None:
    """Refuse a lead that neither leads nor events know, with the nearest. Raises InputError."""
    if any(_is_in(run, table, lead_id) for table in ("leads", "events")):
        return
    near = run.engine.rows(
        "select lead_id from leads "
        "order by jaro_winkler_similarity(lead_id, ?) desc, lead_id limit 1",
        [lead_id],
    )
    remedy = f"Did you mean {near[0][0]}?" if near else ""
    raise InputError(Fault("", "LEAD", "must be a lead_id of leads or events", lead_id, remedy))


def _refuse_unscored(scores: Sequence[Mapping[str, Any]], lead_id: str, as_of: datetime) -> None:
    """Refuse a lead that has ended by then, which has no score. Raises InputError."""
    if not scores or scores[-1]["as_of"] != as_of:
        expected = "must be a lead at that moment"
        raise InputError(Fault("", "LEAD", expected, lead_id, "It was merged or deleted."))


def _is_in(run: Run, table: str, lead_id: str) -> bool:
    is_given = "lead_id" in run.loaded.schema.get(table, ())
    query = f"select 1 from {table} where lead_id = ? limit 1"
    return is_given and bool(run.engine.rows(query, [lead_id]))


def _cuts(run: Run, as_of: datetime) -> list[Cut]:
    """Return what ``limit_each`` took at a moment, the most first."""
    if "cuts" not in run.statement.steps:
        return []
    rows = run.engine.arrow(f"select * from ({run.sql('cuts')}) as c").to_pylist()
    at = as_of.astimezone(UTC).replace(tzinfo=None)
    names = [each.name for each in fields(Cut)]
    found = [Cut(**{name: row[name] for name in names}) for row in rows if row["as_of"] == at]
    return sorted(found, key=lambda cut: (-abs(cut.change), cut.part or ""))


def _fields(run: Run) -> list[dict[tuple[str, str], Any]]:
    """Return the fields that the model reads, at each moment."""
    read = Context(run.model, run.loaded.schema).fields
    rows = run.engine.arrow(f"select * from ({run.sql('lead_banded')}) as f").to_pylist()
    return [{pair: row.get(".".join(pair)) for pair in read} for row in _by_moment(rows)]


def _moves(
    run: Run, worlds: Worlds, events: Sequence[Step], missing: Sequence[tuple[str, str]]
) -> list[Move]:
    """Return every single step with what it would make of the lead."""
    has_account = worlds.account_id is not None
    steps = [*events, *field_steps(run, missing, has_account=has_account)]
    outlooks = worlds.outlooks([(), *((step,) for step in steps)])
    name = run.model.main_score
    before = outlooks[0].values[name]
    moves = [
        _move(run.model, step, before, each) for step, each in zip(steps, outlooks[1:], strict=True)
    ]
    return _best_per_field(moves)


def _move(model: Model, step: Step, before: float | None, outlook: Outlook) -> Move:
    bands = [outlook.values[model.column(name)] for name in model.lead_bands]
    return Move(step, before, outlook.values[model.main_score], bands[0] if bands else None)


def _best_per_field(moves: Sequence[Move]) -> list[Move]:
    """Keep of each missing field the value that helps most."""
    best: dict[object, Move] = {}
    for move in moves:
        key = move.step.field[:2] if move.step.field else move.step.label
        if key not in best or (move.after or 0) > (best[key].after or 0):
            best[key] = move
    return sorted(best.values(), key=lambda move: (-(move.after or 0), move.step.label))
