"""Why a lead has its score, what would move it, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeAlias

from leadline.errors import Fault, InputError
from leadline.explain.candidates import Around, event_steps, events_of, field_steps
from leadline.explain.changes import changes
from leadline.explain.explanation import Cut, Explanation, Move, Since
from leadline.explain.plans import Plans
from leadline.explain.ways import is_detector, ways
from leadline.explain.what_if import Outlook, Step, Worlds
from leadline.model.document import Model
from leadline.model.types import Schema
from leadline.query.context import Context
from leadline.scoring import Run
from leadline.scoring.moments import zoned

Row: TypeAlias = Mapping[str, Any]


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
    told = _told(run)
    refuse_unscored([each.scores for each in told], lead_id, as_of)
    now = told[-1]
    made = explanation(run.model, lead_id, now)
    if moves:
        made = with_moves(made, Around.of(run, lead_id), as_of, now.missing)
    other = [pair for pair, value in now.fields.items() if value != told[0].fields[pair]]
    changed = changes(run.model, told[0].ledger, now.ledger, other)
    return replace(made, since=None if since is None else Since(told[0].scores, changed))


@dataclass(frozen=True)
class Told:
    """What the statement tells of a lead at one moment.

    Attributes:
        scores: Its row of scores.
        ledger: Its rows of the ledger.
        fields: The fields that the model reads, by ``(entity, field)``.
        cuts: What ``limit_each`` took.
    """

    scores: Mapping[str, Any]
    ledger: Sequence[Mapping[str, Any]]
    fields: Mapping[tuple[str, str], Any]
    cuts: Sequence[Cut]

    @property
    def missing(self) -> list[tuple[str, str]]:
        """The fields that are not known."""
        return [pair for pair, value in self.fields.items() if value is None]


STEPS = ("lead_banded", "cuts")
"""Steps of the statement that an explanation reads beside scores and the ledger."""


def explanation(model: Model, lead_id: str, told: Told) -> Explanation:
    """Return the explanation of a lead at one moment, without what would move it."""
    missing = [f"{entity}.{name}" for entity, name in told.missing]
    return Explanation(lead_id, model, told.scores, told.ledger, missing, (), (), told.cuts)


def told_of(model: Model, schema: Schema, rows: Mapping[str, Sequence[Row]]) -> list[Told]:
    """Return what outputs and steps of the statement tell of one lead, by moment.

    Args:
        model: The model.
        schema: The tables that it was computed on.
        rows: Rows of scores, points and of those of ``STEPS`` that the statement has.
    """
    read = Context(model, schema).fields
    names = [each.name for each in fields(Cut)]
    found = []
    for scores in sorted(rows["scores"], key=lambda row: row["as_of"]):
        at = scores["as_of"]
        [known] = _at(rows, "lead_banded", at)
        cuts = [Cut(**{name: each[name] for name in names}) for each in _at(rows, "cuts", at)]
        cuts.sort(key=lambda cut: (-abs(cut.change), cut.part or ""))
        values = {pair: known.get(".".join(pair)) for pair in read}
        found.append(Told(scores, _at(rows, "points", at), values, cuts))
    return found


def _at(rows: Mapping[str, Sequence[Row]], name: str, at: datetime) -> list[Row]:
    return [each for each in rows.get(name, ()) if each["as_of"] == at]


def _told(run: Run) -> list[Told]:
    found = {each: run.arrow(each).to_pylist() for each in ("scores", "points")}
    for step in STEPS:
        if step in run.statement.steps:
            rows = run.engine.arrow(f"select * from ({run.sql(step)}) as s")
            found[step] = zoned(rows).to_pylist()
    return told_of(run.model, run.loaded.schema, found)


def with_moves(
    found: Explanation, around: Around, as_of: datetime, missing: Sequence[tuple[str, str]]
) -> Explanation:
    """Return an explanation with what each single step would change, and the ways to next bands."""
    plans, events = around.plans, list(event_steps(around))
    schema = {**plans.schema, "events": events_of(plans, events)}
    worlds = Worlds(around.engine, plans.model, schema, around.lead_id, as_of, plans)
    try:
        moves = _moves(plans, worlds, events, missing)
        told = [move for move in moves if not is_detector(plans.model, move.step)]
        return replace(found, moves=told, ways=ways(plans.model, worlds, moves))
    finally:
        worlds.close()


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


def refuse_unscored(scores: Sequence[Mapping[str, Any]], lead_id: str, as_of: datetime) -> None:
    """Refuse a lead that has ended by then, which has no score. Raises InputError."""
    if not scores or scores[-1]["as_of"] != as_of:
        expected = "must be a lead at that moment"
        raise InputError(Fault("", "LEAD", expected, lead_id, "It was merged or deleted."))


def _is_in(run: Run, table: str, lead_id: str) -> bool:
    is_given = "lead_id" in run.loaded.schema.get(table, ())
    query = f"select 1 from {table} where lead_id = ? limit 1"
    return is_given and bool(run.engine.rows(query, [lead_id]))


def _moves(
    plans: Plans, worlds: Worlds, events: Sequence[Step], missing: Sequence[tuple[str, str]]
) -> list[Move]:
    """Return every single step with what it would make of the lead."""
    has_account = worlds.account_id is not None
    steps = [*events, *field_steps(plans, missing, has_account=has_account)]
    outlooks = worlds.outlooks([(), *((step,) for step in steps)])
    name = plans.model.main_score
    before = outlooks[0].values[name]
    moves = [
        _move(plans.model, step, before, each)
        for step, each in zip(steps, outlooks[1:], strict=True)
    ]
    return best_per_field(moves)


def _move(model: Model, step: Step, before: float | None, outlook: Outlook) -> Move:
    bands = [outlook.values[model.column(name)] for name in model.lead_bands]
    return Move(step, before, outlook.values[model.main_score], bands[0] if bands else None)


def best_per_field(moves: Sequence[Move]) -> list[Move]:
    """Keep of each missing field the value that helps most."""
    best: dict[object, Move] = {}
    for move in moves:
        key = move.step.field[:2] if move.step.field else move.step.label
        if key not in best or (move.after or 0) > (best[key].after or 0):
            best[key] = move
    return sorted(best.values(), key=lambda move: (-(move.after or 0), move.step.label))
