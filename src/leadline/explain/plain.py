"""An explanation for machines: one form, and the schema that says it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from leadline.explain.changes import Change
from leadline.explain.explanation import Cut, Explanation, Move, Since, Way
from leadline.explain.reasons import Explained, day, reasons
from leadline.model.document import Model
from leadline.model.labels import Labels
from leadline.model.schema import DIALECT

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


class CutRow(TypedDict):
    """What ``limit_each`` took from one value; the row's points are those after it."""

    value: Annotated[str | None, Field(description="Value of the column that `by` names.")]
    count: Annotated[int, Field(description="Units that have it.")]
    before: Annotated[float, Field(description="Their points without the limit.")]
    after: Annotated[float, Field(description="Their points within it.")]


class LedgerRow(TypedDict):
    """A row of the ledger: what one rule, or one limit, gives to one score."""

    score: str
    rule: Annotated[str, Field(description="Name of the rule; limit:GROUP for a limit.")]
    label: Annotated[str, Field(description="What people call the rule.")]
    state: Annotated[
        str, Field(description="fired, missing or limit", pattern="^(fired|missing|limit)$")
    ]
    points: Annotated[float, Field(description="0 where the rule could not be decided.")]
    unit: Annotated[str, Field(description="points or log_odds", pattern="^(points|log_odds)$")]
    count: Annotated[int | None, Field(description="Units that were counted.")]
    last_at: Annotated[Moment | None, Field(description="Time of the latest unit, UTC.")]
    weight: Annotated[float | None, Field(description="Mean weight of the units by their age.")]
    cuts: Annotated[list[CutRow], Field(description="Values that `limit_each` cut.")]


class ReasonRow(TypedDict):
    """One of the strongest reasons for the score that leads are ranked by."""

    score: str
    rule: Annotated[str, Field(description="Name of the rule, or what a learned one reads.")]
    label: str
    points: Annotated[float, Field(description="As people read them, in two decimals.")]
    unit: str
    count: int | None
    on: Annotated[Day | None, Field(description="Day of the latest unit where the model counts.")]
    days_ago: Annotated[int | None, Field(description="Days from then to as_of.")]


class MoveRow(TypedDict):
    """One thing that could happen now, and the scores after it."""

    step: Annotated[str, Field(description="What could happen: SCORE.RULE, or FIELD = VALUE.")]
    field: Annotated[str | None, Field(description="The field that would be known.")]
    value: Annotated[str | float | bool | None, Field(description="Its value.")]
    after: Annotated[float | None, Field(description="The main score after it.")]
    change: Annotated[float, Field(description="By how much the main score would move.")]
    band: Annotated[str | None, Field(description="Band of the first ladder after it.")]


class StepCount(TypedDict):
    """A step, and how often it is taken."""

    step: str
    count: int


class WayRow(TypedDict):
    """The fewest steps found to the next band of a ladder."""

    ladder: str
    band: str
    steps: Annotated[list[StepCount] | None, Field(description="Null where none was found.")]


class ChangeRow(TypedDict):
    """What one rule gave then and gives now."""

    score: str
    rule: str
    label: str
    kind: Annotated[str, Field(description="Such as gained, expired, decayed, field changed.")]
    before: float
    after: float
    change: float


class SinceForm(TypedDict):
    """What differs from an earlier moment."""

    as_of: Moment
    on: Day
    scores: dict[str, float | None]
    grades: dict[str, str | None]
    bands: dict[str, str | None]
    change: Annotated[float, Field(description="By how much the main score has moved.")]
    changes: list[ChangeRow]


class Form(TypedDict):
    """Why a lead has its score, what would move it, and what changed.

    The points of a score's rows sum to it, where it has rules; formulas and rollups have no rows
    and are explained by the scores that they read.
    """

    lead: Annotated[str, Field(description="The lead_id.")]
    as_of: Moment
    model: Annotated[str, Field(description="Fingerprint of the model.")]
    model_name: str
    main_score: Annotated[str, Field(description="The score that leads are ranked by.")]
    scores: dict[str, float | None]
    grades: dict[str, str | None]
    bands: Annotated[dict[str, str | None], Field(description="Ladder to band.")]
    override: Annotated[str | None, Field(description="The override that decided a band.")]
    ledger: list[LedgerRow]
    missing: Annotated[list[str], Field(description="Fields that the model reads and are empty.")]
    reasons: Annotated[list[ReasonRow], Field(description="The strongest first, five at most.")]
    moves: Annotated[list[MoveRow], Field(description="The best first, each step alone.")]
    ways: list[WayRow]
    since: Annotated[SinceForm | None, Field(description="Null where no moment was given.")]


def plain(found: Explanation) -> Form:
    """Return an explanation as plain values, times as text in UTC."""
    return {
        "lead": found.lead_id,
        "as_of": moment_text(found.as_of),
        "model": found.scores["model"],
        "model_name": found.model.model,
        "main_score": found.model.main_score,
        "scores": {name: found.scores[name] for name in found.model.scores},
        "grades": {name: found.scores[name] for name in found.model.grades},
        "bands": found.bands(),
        "override": found.scores["override"],
        "ledger": ledger_rows(found.model, found.points, found.cuts),
        "missing": list(found.missing),
        "reasons": reason_rows(found),
        "moves": [move_row(each) for each in found.moves],
        "ways": [_way(each) for each in found.ways],
        "since": None if found.since is None else _since(found, found.since),
    }


def json_schema() -> str:
    """Return the JSON Schema of the form as text, the same on every call."""
    schema = _untitled(TypeAdapter(Form).json_schema())
    head = {"$schema": DIALECT, "title": "leadline explanation"}
    return json.dumps({**head, **schema}, indent=2) + "\n"


def _untitled(schema: Any) -> Any:
    """Leave out titles that are only made of names."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def moment_text(at: datetime) -> str:
    """Return a time as JSON has it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def ledger_rows(
    model: Model, points: Iterable[Mapping[str, Any]], cuts: Iterable[Cut]
) -> list[LedgerRow]:
    """Return rows of the ledger as plain values, in the order of the model's scores."""
    labels, cuts = Labels(model), list(cuts)
    order = {name: number for number, name in enumerate(model.scores)}
    rows = sorted(points, key=lambda row: (order[row["score"]], row["rule"]))
    return [
        {
            "score": row["score"],
            "rule": row["rule"],
            "label": labels.rule(row["score"], row["rule"]),
            "state": row["state"],
            "points": row["points"],
            "unit": row["unit"],
            "count": row["count"],
            "last_at": None if row["last_at"] is None else moment_text(row["last_at"]),
            "weight": row["weight"],
            "cuts": [
                {"value": cut.part, "count": cut.units, "before": cut.before, "after": cut.after}
                for cut in cuts
                if (cut.score, cut.rule) == (row["score"], row["rule"])
            ],
        }
        for row in rows
    ]


def reason_rows(found: Explained) -> list[ReasonRow]:
    """Return the strongest reasons as plain values."""
    labels = Labels(found.model)
    return [
        {
            "score": each.score,
            "rule": each.rule,
            "label": labels.rule(each.score, each.rule),
            "points": each.points,
            "unit": each.unit,
            "count": each.count,
            "on": None if each.on is None else each.on.isoformat(),
            "days_ago": each.days_ago,
        }
        for each in reasons(found)
    ]


def move_row(move: Move) -> MoveRow:
    """Return a step and what it would make of the score as plain values."""
    entity, name, value = move.step.field or (None, None, None)
    return {
        "step": move.step.label,
        "field": None if name is None else f"{entity}.{name}",
        "value": value,
        "after": move.after,
        "change": move.change,
        "band": move.band,
    }


def _way(way: Way) -> WayRow:
    counted: Iterable[tuple[str, int]] = way.counted().items()
    steps: list[StepCount] = [{"step": step, "count": count} for step, count in counted]
    return {"ladder": way.ladder, "band": way.band, "steps": None if way.steps is None else steps}


def _since(found: Explanation, since: Since) -> SinceForm:
    before: Mapping[str, Any] = since.scores
    return {
        "as_of": moment_text(since.as_of),
        "on": day(found.model, since.as_of).isoformat(),
        "scores": {name: before[name] for name in found.model.scores},
        "grades": {name: before[name] for name in found.model.grades},
        "bands": {name: before[found.model.column(name)] for name in found.model.lead_bands},
        "change": found.since_change,
        "changes": change_rows(found.model, since.changes),
    }


def change_rows(model: Model, changes: Iterable[Change]) -> list[ChangeRow]:
    """Return what rules gave then and give now as plain values."""
    labels = Labels(model)
    return [
        {
            "score": each.score,
            "rule": each.rule,
            "label": labels.rule(each.score, each.rule),
            "kind": each.kind,
            "before": each.before,
            "after": each.after,
            "change": round(each.after - each.before, 6),
        }
        for each in changes
    ]
