"""The fewest single steps found that lead to the next band of a ladder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.explain.explanation import Move, Way
from leadline.explain.what_if import Step, Worlds
from leadline.model.document import Ladder, Model, UnitRule
from leadline.model.expressions import names

MOST_STEPS = 6
"""A way with more single steps than this is no advice."""
_WIDTH = 4
_LARGE_ACCOUNT = 20_000
"""Rows of an account, its leads and events, from which on few ways are tried."""


def ways(model: Model, worlds: Worlds, moves: Sequence[Move]) -> list[Way]:
    """Return for each ladder of edges the next band and the fewest steps found that reach it."""
    found: list[Way] = []
    ladders = {name: each for name, each in model.lead_bands.items() if each.edges is not None}
    [now] = worlds.outlooks([()]) if ladders else [None]
    for name, ladder in ladders.items():
        column = model.column(name)
        place = _place(ladder, column, now.values) if now else None
        bands = list(ladder.edges or ())
        if place is not None and place + 1 < len(bands):
            steps = _helpful(model, ladder, bands[place + 1], moves)
            way = _way(ladder, column, place + 1, worlds, steps)
            found.append(Way(name, bands[place + 1], way))
    return found


def is_detector(model: Model, step: Step) -> bool:
    """Say whether a step is a hit of a rule that gives no points: other parts of the model ask."""
    if step.rule is None:
        return False
    score, name = step.rule
    rule = (model.scores[score].rules or {})[name]
    return isinstance(rule, UnitRule) and rule.points == 0


def _place(ladder: Ladder, column: str, values: Mapping[str, Any]) -> int | None:
    """Return how high a lead is on a ladder, by its score or by an override, whichever is more."""
    bands = list(ladder.edges or ())
    reached = (values[f"edge_{column}"], values[column])
    return max((bands.index(each) for each in reached if each in bands), default=None)


def _helpful(model: Model, ladder: Ladder, target: str, moves: Sequence[Move]) -> list[Step]:
    """Return the steps that may lead upward: those that raise the score, and those asked for."""
    required = ladder.require.get(target)
    asked = {each.parts[-1] for each in names(required.tree)} if required else set()
    changes_bands = len({move.band for move in moves}) > 1
    return [
        move.step
        for move in moves
        if (move.step.rule and move.step.rule[1] in asked)
        or move.change > 0
        or (changes_bands and not is_detector(model, move.step))
    ]


def _way(
    ladder: Ladder, column: str, place: int, worlds: Worlds, steps: Sequence[Step]
) -> Sequence[Step] | None:
    """Search all ways of one and two steps, then go on from the best few of each round.

    Where an account is so large that trying is slow, each round goes on from the best alone.
    """
    is_large = worlds.rows > _LARGE_ACCOUNT
    paths: list[list[Step]] = [[]]
    for depth in range(MOST_STEPS):
        tried = _longer(paths, steps)
        outlooks = worlds.outlooks(tried) if tried else []
        values = [each.values[str(ladder.by)] or 0.0 for each in outlooks]
        ranked = sorted(range(len(tried)), key=lambda index: -values[index])
        for index in ranked:
            if (_place(ladder, column, outlooks[index].values) or 0) >= place:
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
