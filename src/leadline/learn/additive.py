"""Log-odds that are sums of bins of one field, and of two where the rows say that they earn it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from leadline.learn.bins import Bins, fine, supervised
from leadline.learn.sheet import Floats, Sheet
from leadline.learn.solver import Fit, fit
from leadline.learn.terms import BinTerm, EventTerm, LogOdds, PairTerm, Term, probability

_TOP = 10
"""Pairs are looked for among so many fields, those that move the log-odds most."""
_MOST_PAIRS = 6
_PAIR_BINS = 6
_LEAST_GAIN = 3.0
"""Gain in log-likelihood of a pair, beyond half a unit a cell, from which it is tried."""
_VANISHED = 0.02
"""A term that moves the log-odds of a row by less than this, in mean, is left out."""


def fit_additive(
    sheet: Sheet, weights: Floats | None = None, stiffness: float = 1.0, pairs: int = 0
) -> LogOdds:
    """Fit bins of every field, and at most so many pairs."""
    terms: list[Term] = [
        EventTerm.of_field(name, field) if field.rule else BinTerm(name, fine(field))
        for name, field in sheet.fields.items()
        if field.varies
    ]
    first = fit(terms, sheet, weights, stiffness)
    found = best_pairs(first, sheet, weights, pairs) if pairs else []
    if not found:
        return without_vanished(first.model, sheet)
    return without_vanished(fit([*terms, *found], sheet, weights, stiffness).model, sheet)


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
    log_odds = found.model.log_odds(sheet)
    chances = probability(log_odds)
    scale = np.ones(sheet.rows) if weights is None else weights
    left, curve = scale * (sheet.outcome - chances), scale * chances * (1 - chances)
    gains = [
        (_gain(pair, sheet, left, curve), pair)
        for pair in (PairTerm(cut[one], cut[two]) for one, two in combinations(names, 2))
    ]
    ranked = sorted(gains, key=lambda each: -each[0])
    return [pair for gain, pair in ranked[:most] if gain > _LEAST_GAIN]


def _movers(model: LogOdds, sheet: Sheet) -> Sequence[str]:
    moved = {
        term.names[0]: float(np.abs(part).mean())
        for term, part in zip(model.terms, model.parts(sheet), strict=True)
        if not isinstance(term, EventTerm)
    }
    return sorted(moved, key=lambda name: -moved[name])[:_TOP]


def _few(sheet: Sheet, name: str) -> Bins:
    return supervised(sheet.fields[name], sheet.outcome, most=_PAIR_BINS)


def _gain(pair: PairTerm, sheet: Sheet, left: Floats, curve: Floats) -> float:
    """Return what one step of each cell gains, less half a unit for each cell in use."""
    places, _ = pair.places(sheet)
    above = np.bincount(places, left, pair.size)
    below = np.bincount(places, curve, pair.size)
    return float((above**2 / (2 * (below + 1.0)) - 0.5 * (below > 0)).sum())
