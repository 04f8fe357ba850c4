"""Why a lead has its score, what would move it, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.errors import Fault, InputError
from leadline.model.document import (
    Ladder,
    Model,
    Table,
    TableRule,
)
from leadline.model.expressions import Call, Literal, Name, Node
from leadline.model.types import Type
from leadline.query.context import Context, rule_expressions
from leadline.query.dialects import render
from leadline.query.hits import Matcher, condition, matchers
from leadline.review.worlds import Outlook, Step, Worlds
from leadline.scoring import Run

MOST_STEPS = 6
"""A way to the next band with more single steps than this is no advice."""
_MOST_CANDIDATES = 8
_WIDTH = 4


@dataclass(frozen=True)
class Move:
    """One step and the scores after it."""

    step: Step
    before: float | None
    after: float | None
    band: str | None


@dataclass(frozen=True)
class Change:
    """One row of the ledger at two moments."""

    kind: str
    score: str
    rule: str
    before: float
    after: float


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
        changes: What differs from an earlier moment; None where none was asked for.
    """

    lead_id: str
    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    missing: Sequence[str]
    moves: Sequence[Move]
    ladders: Mapping[str, tuple[str, Sequence[Step] | None]]
    changes: Sequence[Change] | None


def explain(run: Run, lead_id: str, as_of: datetime, since: datetime | None = None) -> Explanation:
    """Explain one lead. Raises InputError where no table knows the lead."""
    engine = run.duckdb
    refuse_unknown(run, lead_id)
    moments = [as_of] if since is None else [since, as_of]
    run = run.over([(lead_id, at) for at in moments])
    scores = sorted(run.arrow("scores").to_pylist(), key=lambda row: row["as_of"])
    rows = run.arrow("points").to_pylist()
    now = [row for row in rows if row["as_of"] == scores[-1]["as_of"]]
    worlds = Worlds(engine, run.model, run.loaded.schema, lead_id, as_of)
    try:
        missing = _missing(run)
        moves = _moves(run, worlds, missing)
        ladders = _ways(run.model, worlds, moves)
    finally:
        worlds.close()
    changes = None
    if since is not None:
        changes = compare([row for row in rows if row["as_of"] != scores[-1]["as_of"]], now)
    return Explanation(
        lead_id,
        scores[-1],
        now,
        [f"{entity}.{name}" for entity, name in missing],
        moves,
        ladders,
        changes,
    )


def refuse_unknown(run: Run, lead_id: str) -> None:
    """Refuse a lead that is not in leads, with the nearest one. Raises InputError."""
    query = "select 1 from leads where lead_id = ?"
    if not run.engine.rows(query, [lead_id]):
        near = run.engine.rows(
            "select lead_id from leads "
            "order by jaro_winkler_similarity(lead_id, ?) desc, lead_id limit 1",
            [lead_id],
        )
        remedy = f"Did you mean {near[0][0]}?" if near else ""
        raise InputError(Fault("", "LEAD", "must be a lead_id of leads", lead_id, remedy))


def _missing(run: Run) -> list[tuple[str, str]]:
    """Return the fields that the model reads and that are null at the latest moment."""
    fields = Context(run.model, run.loaded.schema).fields
    if not fields:
        return []
    row = run.engine.arrow(
        f"select * from ({run.sql('lead_banded')}) as f order by as_of desc limit 1"
    ).to_pylist()[0]
    return [pair for pair in fields if row.get(".".join(pair)) is None]


def main_score(model: Model) -> str:
    """Return the score that leads are ranked by: that of the first ladder, else the last one."""
    for ladder in model.bands.values():
        if isinstance(ladder.by, str):
            return ladder.by
        return model.grades[ladder.by[0]].by
    return list(model.scores)[-1]


def _moves(run: Run, worlds: Worlds, missing: Sequence[tuple[str, str]]) -> list[Move]:
    """Return every single step with what it would make of the lead."""
    steps = [*_event_steps(run), *_field_steps(run, worlds, missing)]
    outlooks = worlds.outlooks([(), *((step,) for step in steps)])
    name = main_score(run.model)
    before = outlooks[0].values[name]
    moves = [
        _move(run.model, step, before, each) for step, each in zip(steps, outlooks[1:], strict=True)
    ]
    return _best_per_field(moves)


def _move(model: Model, step: Step, before: float | None, outlook: Outlook) -> Move:
    bands = [outlook.values[model.column(name)] for name in model.bands]
    return Move(step, before, outlook.values[main_score(model)], bands[0] if bands else None)


def _best_per_field(moves: Sequence[Move]) -> list[Move]:
    """Keep of each missing field the value that helps most."""
    best: dict[object, Move] = {}
    for move in moves:
        key = move.step.field[:2] if move.step.field else move.step.label
        if key not in best or (move.after or 0) > (best[key].after or 0):
            best[key] = move
    return sorted(best.values(), key=lambda move: (-(move.after or 0), move.step.label))


def _event_steps(run: Run) -> Iterator[Step]:
    """Yield one more hit now for each event rule: an event of the data that the rule counts."""
    context = Context(run.model, run.loaded.schema)
    for level in ("lead", "account"):
        for matcher in matchers(context, level, "events"):
            event = _example_event(run, context, matcher) or _made_event(matcher)
            if matcher.rule is not None and event is not None:
                yield Step(f"{matcher.rule.score_name}.{matcher.rule.name}", event=event)


def _example_event(run: Run, context: Context, matcher: Matcher) -> dict[str, Any] | None:
    """Return an event of the data that a rule would count for this lead."""
    if not context.has("events"):
        return None
    test = render(condition(context, "events", matcher), "duckdb")
    join = ""
    if " s." in f" {test}" or 's."' in test:
        join = "cross join (select * from lead_explained order by as_of desc limit 1) as s"
        run.engine.run(f"create or replace temp view lead_explained as {run.sql('lead_facts')}")
    found = run.engine.arrow(f"select e.* from events as e {join} where {test} limit 1").to_pylist()
    return found[0] if found else None


def _made_event(matcher: Matcher) -> dict[str, Any] | None:
    """Make an event that meets a simple condition, where the data has none."""
    kind = matcher.kinds[0] if matcher.kinds else None
    wanted: dict[str, Any] = {"type": kind}
    if matcher.where is not None and not _satisfy(matcher.where.tree, wanted):
        return None
    return wanted


def _satisfy(node: Node, wanted: dict[str, Any]) -> bool:
    """Put the values that make a condition true into ``wanted``; say whether that was possible."""
    if isinstance(node, Name) and len(node.parts) == 1:
        wanted[node.parts[0]] = True
        return True
    if not isinstance(node, Call):
        return False
    if node.operation == "and":
        return all(_satisfy(each, wanted) for each in node.arguments)
    if node.operation == "or":
        return _satisfy(node.arguments[0], wanted)
    left = node.arguments[0]
    values = [each.value for each in node.arguments[1:] if isinstance(each, Literal)]
    if not (isinstance(left, Name) and len(left.parts) == 1 and values):
        return False
    value = _VALUES.get(node.operation, lambda _value: None)(values[0])
    wanted[left.parts[0]] = value
    return value is not None


_VALUES: Mapping[str, Any] = {
    "=": lambda value: value,
    "in": lambda value: value,
    "like": lambda value: value.replace("%", "").replace("_", "x"),
    "ilike": lambda value: value.replace("%", "").replace("_", "x"),
    ">": lambda value: value + 1 if isinstance(value, float) else None,
    ">=": lambda value: value,
    "<": lambda value: value - 1 if isinstance(value, float) else None,
    "<=": lambda value: value,
}


def _field_steps(run: Run, worlds: Worlds, missing: Sequence[tuple[str, str]]) -> Iterator[Step]:
    """Yield the values that a missing field could have, as far as the model names any."""
    for entity, name in missing:
        if name in ("account_id", "lead_id") or (entity == "account" and worlds.account_id is None):
            continue
        kind = run.loaded.schema.get(f"{entity}s", {}).get(name)
        if kind is None:
            continue
        for value in _candidates(run.model, entity, name, kind):
            yield Step(f"{entity}.{name} = {_shown(value)}", field=(entity, name, value))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _candidates(model: Model, entity: str, name: str, kind: Type) -> list[Any]:
    """Return values of a field that a rule tells apart, those of most points first."""
    found: list[tuple[float, Any]] = []
    for _, _, rule in model.rules():
        if isinstance(rule, TableRule):
            for expression, table in zip(rule.expressions, _tables(rule.table), strict=False):
                if expression.tree == Name((entity, name)):
                    found += _entries(table)
        for expression in rule_expressions(rule):
            found += [(0.0, value) for value in _compared(expression.tree, entity, name)]
    values = [value for _, value in sorted(found, key=lambda pair: -pair[0])]
    fitting = [each for each in (_fit(value, kind) for value in values) if each is not None]
    return list(dict.fromkeys(fitting))[:_MOST_CANDIDATES]


def _tables(table: Table) -> Iterator[Table]:
    yield table
    for entry in table.entries():
        if isinstance(entry, Table):
            yield entry
            return


def _entries(table: Table) -> list[tuple[float, Any]]:
    entries = table.values or table.bins or {}
    return [(_points(entry), key) for key, entry in entries.items()]


def _points(entry: float | Table) -> float:
    return max(map(_points, entry.entries())) if isinstance(entry, Table) else float(entry)


def _compared(node: Node, entity: str, name: str) -> Iterator[Any]:
    """Yield the constants that a field is compared with, one step over for strict comparisons."""
    if node == Name((entity, name)):
        yield True
    if not isinstance(node, Call):
        return
    if Name((entity, name)) in node.arguments:
        for each in node.arguments:
            if isinstance(each, Literal) and each.value is not None:
                yield _VALUES.get(node.operation, lambda value: value)(each.value)
    for each in node.arguments:
        if isinstance(each, Call) or node.operation in ("and", "or", "not"):
            yield from _compared(each, entity, name)


def _fit(value: object, kind: Type) -> Any:
    """Return a value as one of the column's type, None where it is none."""
    if kind is Type.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is Type.BOOLEAN and isinstance(value, bool):
        return value
    if kind in (Type.TEXT, Type.ANY) and isinstance(value, str):
        return value
    return None


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
    """Search all ways of one and two steps, then go on from the best few of each round."""
    edge = (ladder.edges or {})[target]
    paths: list[list[Step]] = [[]]
    for depth in range(MOST_STEPS):
        tried = _longer(paths, steps)
        outlooks = worlds.outlooks(tried) if tried else []
        values = [each.values[str(ladder.by)] or 0.0 for each in outlooks]
        ranked = sorted(range(len(tried)), key=lambda index: -values[index])
        for index in ranked:
            if values[index] >= edge or outlooks[index].values[column] == target:
                return tried[index]
        paths = [tried[index] for index in ranked[: None if depth == 0 else _WIDTH]]
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


def compare(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Change]:
    """Return what differs between two ledgers of a lead, the largest change first."""
    old = {(row["score"], row["rule"]): row for row in before if row["state"] != "missing"}
    new = {(row["score"], row["rule"]): row for row in after if row["state"] != "missing"}
    changes = []
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        points = [float(row["points"]) if row else 0.0 for row in (was, now)]
        if points[0] != points[1]:
            changes.append(Change(_change(was, now), *key, points[0], points[1]))
    return sorted(changes, key=lambda change: -abs(change.after - change.before))


def _change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    row = now or was or {}
    if row.get("state") == "limit":
        return (
            "newly limited" if was is None else "limit lifted" if now is None else "limit changed"
        )
    if row.get("last_at") is None:
        return "field changed" if row.get("count") is None else "silence"
    if was is None:
        return "gained"
    if now is None:
        return "expired"
    if now["count"] > was["count"] or now["last_at"] > was["last_at"]:
        return "gained"
    return "expired" if now["count"] < was["count"] else "decayed"
