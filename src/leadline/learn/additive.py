"""Log-odds that are sums of bins of one field, and of two where the rows say that they earn it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from leadline.learn.bins import Bins, fine, often
from leadline.learn.sheet import Field, Floats, Sheet, Whole
from leadline.learn.solver import Fit, fit
from leadline.learn.terms import (
    BinTerm,
    EventTerm,
    LineTerm,
    LogOdds,
    PairTerm,
    Term,
    probability,
    runs_evenly,
)

_TOP = 40
"""Pairs are looked for among so many fields, those that move the log-odds most."""
_MOST_PAIRS = 10
_PAIR_BINS = 6
_PAIR_LEVELS = 8
_LUCK = 0.05
"""How likely one of all pairs gains as much by luck as one that is tried."""
_VANISHED = 0.02
"""A term that moves the log-odds of a row by less than this, in mean, is left out."""


def fit_additive(
    sheet: Sheet, weights: Floats | None = None, stiffness: float = 1.0, pairs: int = 0
) -> LogOdds:
    """Fit bins of every field, and at most so many pairs."""
    terms = [
        term for name, field in sheet.fields.items() if field.varies for term in _alone(name, field)
    ]
    first = fit(terms, sheet, weights, stiffness)
    found = best_pairs(first, sheet, weights, pairs) if pairs else []
    if not found:
        return without_vanished(first.model, sheet)
    return without_vanished(fit([*terms, *found], sheet, weights, stiffness).model, sheet)


def _alone(name: str, field: Field) -> Iterator[Term]:
    """Yield the terms of one field: bins, and for numbers the line that bins bend.

    Each has a strength of its own, so the rows decide between a line, a shape and nothing.
    """
    if field.rule:
        yield EventTerm.of_field(name, field)
        return
    if runs_evenly(field):
        yield LineTerm.of_field(name, field, is_alone=False)
    yield BinTerm(name, fine(field))


def without_vanished(model: LogOdds, sheet: Sheet) -> LogOdds:
    """Leave out terms that say next to nothing."""
    kept = [at for at, part in enumerate(model.parts(sheet)) if np.abs(part).mean() >= _VANISHED]
    return LogOdds(
        model.base,
        tuple(model.terms[at] for at in kept),
        tuple(model.points[at] for at in kept),
    )


def best_pairs(
    found: Fit, sheet: Sheet, weights: Floats | None, most: int = _MOST_PAIRS
) -> list[PairTerm]:
    """Return the pairs of fields whose cells explain most of what single fields left over."""
    names = _movers(found.model, sheet)
    cut = {name: BinTerm(name, _few(sheet, name)) for name in names}
    places = {name: term.places(sheet)[0] for name, term in cut.items()}
    log_odds = found.model.log_odds(sheet)
    chances = probability(log_odds)
    scale = np.ones(sheet.rows) if weights is None else weights
    left, curve = scale * (sheet.outcome - chances), scale * chances * (1 - chances)
    gains = [
        (
            _gain(places[one] * cut[two].size + places[two], left, curve),
            PairTerm(cut[one], cut[two]),
        )
        for one, two in combinations(names, 2)
    ]
    ranked = sorted(gains, key=lambda each: -each[0])
    by_luck = np.log(max(len(gains), 1) / _LUCK)
    return [pair for gain, pair in ranked[:most] if gain > by_luck]


def _movers(model: LogOdds, sheet: Sheet) -> Sequence[str]:
    parts: dict[str, Floats | float] = {
        name: 0.0 for name, field in sheet.fields.items() if field.varies and not field.rule
    }
    for term, part in zip(model.terms, model.parts(sheet), strict=True):
        if not isinstance(term, EventTerm):
            parts[term.names[0]] = parts.get(term.names[0], 0.0) + part
    moved = {name: float(np.abs(part).mean()) for name, part in parts.items()}
    return sorted(moved, key=lambda name: -moved[name])[:_TOP]


def _few(sheet: Sheet, name: str) -> Bins:
    """Return few bins that follow the field alone: alone it may say nothing of the outcome."""
    field = sheet.fields[name]
    return fine(field, _PAIR_BINS) if field.codes is None else often(field, _PAIR_LEVELS)


def _gain(cells: Whole, left: Floats, curve: Floats) -> float:
    """Return what one step of each cell gains, less half a unit for each cell in use."""
    above, below = np.bincount(cells, left), np.bincount(cells, curve)
    return float((above**2 / (2 * (below + 1.0)) - 0.5 * (below > 0)).sum())
