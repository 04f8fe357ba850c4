"""Why a lead has its score, what would move it, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.errors import Fault, InputError
from leadline.explain.candidates import event_steps, events_of, field_steps
from leadline.explain.changes import Change, changes
from leadline.explain.what_if import Outlook, Step, Worlds
from leadline.model.document import Ladder, Model
from leadline.query.context import Context
from leadline.scoring import Run

MOST_STEPS = 6
"""A way to the next band with more single steps than this is no advice."""
_WIDTH = 4
_LARGE_ACCOUNT = 20_000
"""Rows of an account, its leads and events, from which on few ways are tried."""


@dataclass(frozen=True)
class Move:
    """One step and the scores after it."""

    step: Step
    before: float | None
    after: float | None
    band: str | None


@dataclass(frozen=True)
class Explanation:
    """Everything the page about one lead shows.

    Attributes:
        lead_id: The lead.
        scores: Its row of scores.
        points: Its rows of the ledger.
        missing: Fields that the model reads and the lead lacks.
        moves: Every event rule and every missing field, with the score after that step.
        ladders: For each ladder the next band with the fewest steps found to it.
        before: Its row of scores at an earlier moment; None where none was asked for.
        changes: What differs from then.
    """

    lead_id: str
    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    missing: Sequence[str]
    moves: Sequence[Move]
    ladders: Mapping[str, tuple[str, Sequence[Step] | None]]
    before: Mapping[str, Any] | None
    changes: Sequence[Change]


def explain(run: Run, lead_id: str, as_of: datetime, since: datetime | None = None) -> Explanation:
    """Explain one lead. Raises InputError where no table knows the lead."""
    engine = run.duckdb
    refuse_unknown(run, lead_id)
    if since is not None and since >= as_of:
        raise InputError(Fault("", "--since", "must lie before --as-of", since.isoformat()))
    run = run.over([(lead_id, at) for at in (since, as_of) if at is not None])
    scores = _by_moment(run.arrow("scores").to_pylist())
    points = run.arrow("points").to_pylist()
    ledgers = [[row for row in points if row["as_of"] == each["as_of"]] for each in scores]
    fields = _fields(run)
    missing = [pair for pair, value in fields[-1].items() if value is None]
    events = list(event_steps(run))
    schema = {**run.loaded.schema, "events": events_of(run, events)}
    worlds = Worlds(engine, run.model, schema, lead_id, as_of)
    try:
        moves = _moves(run, worlds, events, missing)
        ladders = _ways(run.model, worlds, moves)
    finally:
        worlds.close()
    changed = [pair for pair, value in fields[-1].items() if value != fields[0][pair]]
    return Explanation(
        lead_id,
        scores[-1],
        ledgers[-1],
        [f"{entity}.{name}" for entity, name in missing],
        moves,
        ladders,
        None if since is None else scores[0],
        changes(run.model, ledgers[0], ledgers[-1], changed),
    )


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


def _is_in(run: Run, table: str, lead_id: str) -> bool:
    is_given = "lead_id" in run.loaded.schema.get(table, ())
    query = f"select 1 from {table} where lead_id = ? limit 1"
    return is_given and bool(run.engine.rows(query, [lead_id]))


def _fields(run: Run) -> list[dict[tuple[str, str], Any]]:
    """Return the fields that the model reads, at each moment."""
    fields = Context(run.model, run.loaded.schema).fields
    rows = run.engine.arrow(f"select * from ({run.sql('lead_banded')}) as f").to_pylist()
    return [{pair: row.get(".".join(pair)) for pair in fields} for row in _by_moment(rows)]


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
    bands = [outlook.values[model.column(name)] for name in model.bands]
    return Move(step, before, outlook.values[model.main_score], bands[0] if bands else None)


def _best_per_field(moves: Sequence[Move]) -> list[Move]:
    """Keep of each missing field the value that helps most."""
    best: dict[object, Move] = {}
    for move in moves:
        key = move.step.field[:2] if move.step.field else move.step.label
        if key not in best or (move.after or 0) > (best[key].after or 0):
            best[key] = move
    return sorted(best.values(), key=lambda move: (-(move.after or 0), move.step.label))


def _ways(
    model: Model, worlds: Worlds, moves: Sequence[Move]
) -> dict[str, tuple[str, Sequence[Step] | None]]:
    """Return for each ladder of edges the next band and the fewest steps found that reach it."""
    found: dict[str, tuple[str, Sequence[Step] | None]] = {}
    bands = {move.band for move in moves}
    steps = [
        move.step for move in moves if (move.after or 0) > (move.before or 0) or len(bands) > 1
    ]
    for name, ladder in model.bands.items():
        if ladder.edges is None or not isinstance(ladder.by, str):
            continue
        target = _next_band(ladder, worlds.outlooks([()])[0].values[ladder.by])
        if target is not None:
            found[name] = (target, _way(ladder, target, model.column(name), worlds, steps))
    return found


def _next_band(ladder: Ladder, value: float | None) -> str | None:
    edges = ladder.edges or {}
    return (
        None
        if value is None
        else next((band for band, edge in edges.items() if edge > value), None)
    )


def _way(
    ladder: Ladder, target: str, column: str, worlds: Worlds, steps: Sequence[Step]
) -> Sequence[Step] | None:
    """Search all ways of one and two steps, then go on from the best few of each round.

    Where an account is so large that trying is slow, each round goes on from the best alone.
    """
    edge = (ladder.edges or {})[target]
    is_large = worlds.rows > _LARGE_ACCOUNT
    paths: list[list[Step]] = [[]]
    for depth in range(MOST_STEPS):
        tried = _longer(paths, steps)
        outlooks = worlds.outlooks(tried) if tried else []
        values = [each.values[str(ladder.by)] or 0.0 for each in outlooks]
        ranked = sorted(range(len(tried)), key=lambda index: -values[index])
        for index in ranked:
            if values[index] >= edge or outlooks[index].values[column] == target:
                return tried[index]
        width = 1 if is_large else None if depth == 0 else _WIDTH
        paths = [tried[index] for index in ranked[:width]]
    return None


def _longer(paths: Sequence[Sequence[Step]], steps: Sequence[Step]) -> list[list[Step]]:
    """Return the paths with one more step, each set of steps once."""
    found: dict[frozenset[tuple[str, int]], list[Step]] = {}
    for path in paths:
        for step in steps:
            if _repeatable(step, path):
                longer = [*path, step]
                labels = [each.label for each in longer]
                found.setdefault(frozenset((each, labels.count(each)) for each in labels), longer)
    return list(found.values())


def _repeatable(step: Step, path: Sequence[Step]) -> bool:
    """A field becomes known once; an event can happen again."""
    if step.field is None:
        return True
    return all(other.field is None or other.field[:2] != step.field[:2] for other in path)
