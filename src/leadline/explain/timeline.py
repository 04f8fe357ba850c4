"""What each event of a lead gave when it happened, and gives now, by the statement itself.

What an event gives is the difference that it makes: the score with it less the score without it,
all else as it was. So it holds for every model, through limits, windows, formulas and chances.
Events that stand for each other, such as two visits of a day, give nothing each by itself; the
one that counts then is told apart by what each would give alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from leadline.explain.what_if import Worlds
from leadline.model.document import Model
from leadline.model.rules import EventRule
from leadline.model.types import Columns, Type
from leadline.scoring import Run
from leadline.sql.text import literal

MOST_DEEDS = 25
_MARKS: Columns = {"event_id": Type.TEXT, "mark": Type.TEXT, "recorded_at": Type.TIME}
_CENT = 0.005

Why = Literal["", "marked", "past", "counted", "no_points", "no_rule"]
"""Why an event gives nothing now: a mark stands; it is too long ago; others, or a limit, take its
place; rules read it and give no points; no rule reads it."""


@dataclass(frozen=True)
class Deed:
    """An event of a lead.

    Attributes:
        event_id: Its id.
        type: Its type.
        at: When it happened, UTC.
        then: What it gave at the moment at which it was known.
        now: What it gives now.
        why: Why that is nothing.
        mark: What it is taken for where no person made it.
    """

    event_id: str
    type: str
    at: datetime
    then: float
    now: float
    why: Why
    mark: str | None = None


@dataclass(frozen=True)
class _Event:
    event_id: str
    type: str
    at: datetime
    known: datetime
    mark: str | None


def timeline(run: Run, lead_id: str, as_of: datetime, most: int = MOST_DEEDS) -> list[Deed]:
    """Return the latest events of a lead, the last first, with what they give."""
    if "events" not in run.loaded.schema:
        return []
    schema = {**run.loaded.schema, "event_marks": _MARKS}
    worlds = Worlds(run.duckdb, run.model, schema, lead_id, as_of)
    try:
        events = _events(worlds, as_of)
        return list(_deeds(worlds, events, most)) if events else []
    finally:
        worlds.close()


def _events(worlds: Worlds, as_of: datetime) -> list[_Event]:
    """Return the events of a lead and of those that were merged into it, the last first."""
    recorded = "recorded_at" in worlds.schema["events"]
    known = "greatest(e.occurred_at, coalesce(e.recorded_at, e.occurred_at))"
    merged = (
        "or e.lead_id in (select from_id from base_lead_merges where into_id = $lead)"
        if "lead_merges" in worlds.schema
        else ""
    )
    rows = worlds.own.rows(
        f"select e.event_id, e.type, e.occurred_at, {known if recorded else 'e.occurred_at'} as "
        "known, (select arg_max(coalesce(m.mark, ''), m.recorded_at) from base_event_marks as m "
        "where m.event_id = e.event_id) as mark "
        f"from base_events as e where (e.lead_id = $lead {merged}) "
        "order by e.occurred_at desc, e.event_id desc".replace("$lead", literal(worlds.lead_id))
    )
    found = (
        _Event(event_id, kind, _utc(at), _utc(since), mark or None)
        for event_id, kind, at, since, mark in rows
    )
    return [each for each in found if max(each.at, each.known) <= as_of]


def _deeds(worlds: Worlds, events: Sequence[_Event], most: int) -> Iterator[Deed]:
    shown, ids = events[:most], [each.event_id for each in events]
    as_of, moments = worlds.as_of, [each.known for each in shown]
    without = [[each.event_id] for each in shown]
    others = [[other for other in ids if other != each.event_id] for each in shown]
    [full, nothing, *rest] = worlds.valued(
        [[], ids, *without, *others],
        [
            [*moments, as_of],
            [*moments, as_of],
            *([each.known, as_of] for each in shown),
            *([each.known, as_of] for each in shown),
        ],
    )
    lacking, by_itself = rest[: len(shown)], rest[len(shown) :]
    for number, each in enumerate(shown):
        then = _cents(full[number] - lacking[number][0])
        now = _cents(full[-1] - lacking[number][1])
        alone = (
            _cents(by_itself[number][0] - nothing[number]),
            _cents(by_itself[number][1] - nothing[-1]),
        )
        why = _why(worlds.model, each, (then, now), alone)
        yield Deed(each.event_id, each.type, each.at, then, now, why, each.mark)


def _why(
    model: Model, event: _Event, gives: tuple[float, float], alone: tuple[float, float]
) -> Why:
    """Return why an event gives nothing now.

    Args:
        model: The model.
        event: The event.
        gives: What it gave then, and gives now.
        alone: What it would have given then, and would give now, without any other event.
    """
    if event.mark is not None:
        return "marked"
    if gives[1]:
        return ""
    if alone[1]:
        return "counted"
    if gives[0] or alone[0]:
        return "past"
    is_read = any(
        event.type in rule.event for _, _, rule in model.rules() if isinstance(rule, EventRule)
    )
    return "no_points" if is_read else "no_rule"


def _cents(value: float) -> float:
    return 0.0 if abs(value) < _CENT else round(value, 2)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
