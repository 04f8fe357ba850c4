"""Penalised logistic regression of terms, each with a strength of penalty that the rows decide.

Newton's method on the penalised log-likelihood. After each step the strength of each term is set
to what makes the rows most likely with the coefficients integrated out (Fellner and Schall; Wood
and Fasiolo, A generalized Fellner-Schall method, Biometrics 2017), with a weak prior, so that a
term that says nothing vanishes and tens of rows are enough to begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from leadline.learn.sheet import Floats, Sheet, Whole
from leadline.learn.terms import LogOdds, Term, log_loss, probability

_PRIOR = (1.0, 0.05)
"""Degrees of freedom and sum of squares that each term is taken to have had before."""
_STRENGTHS = (0.1, 1e5)
_STEPS = 14
_SETTLED = 1e-3
_MOVED = 0.1
_FACTOR = 5.0


@dataclass
class _Design:
    """The rows as places and values of each term, and the sums that Newton's method needs."""

    places: list[Whole]
    values: list[Floats | None]
    starts: list[int]
    width: int

    @classmethod
    def of(cls, terms: Sequence[Term], sheet: Sheet) -> _Design:
        found = [term.places(sheet) for term in terms]
        ends = np.cumsum([1, *(term.size for term in terms)])
        return cls([p for p, _ in found], [v for _, v in found], ends[:-1].tolist(), int(ends[-1]))

    def slices(self) -> list[slice]:
        ends = [*self.starts[1:], self.width]
        return [slice(start, end) for start, end in zip(self.starts, ends, strict=True)]

    def sums(self, weights: Floats) -> Floats:
        """Return the design, transposed, times the weights."""
        found = np.empty(self.width)
        found[0] = weights.sum()
        for part, places, values in zip(self.slices(), self.places, self.values, strict=True):
            scaled = weights if values is None else weights * values
            found[part] = np.bincount(places, scaled, part.stop - part.start)
        return found

    def times(self, coefficients: Floats) -> Floats:
        """Return the design times the coefficients."""
        total = np.full(len(self.places[0]) if self.places else 0, coefficients[0])
        for part, places, values in zip(self.slices(), self.places, self.values, strict=True):
            found = coefficients[part][places]
            total += found if values is None else found * values
        return total

    def crossed(self, weights: Floats) -> Floats:
        """Return the design, transposed, times the weights, times the design."""
        square = np.zeros((self.width, self.width))
        square[0] = self.sums(weights)
        parts = self.slices()
        for at, (part, places, values) in enumerate(
            zip(parts, self.places, self.values, strict=True)
        ):
            scaled = weights if values is None else weights * values
            size = part.stop - part.start
            own = scaled if values is None else scaled * values
            square[part, part] = np.diag(np.bincount(places, own, size))
            for other in range(at + 1, len(parts)):
                width = parts[other].stop - parts[other].start
                cells = places * width + self.places[other]
                crossed = self.values[other]
                both = scaled if crossed is None else scaled * crossed
                block = np.bincount(cells, both, size * width).reshape(size, width)
                square[part, parts[other]] = block
        upper = np.triu(square, 1)
        return np.asarray(upper + upper.T + np.diag(np.diag(square)))


@dataclass(frozen=True)
class Fit:
    """What was learned, and with which strengths.

    Attributes:
        model: The sum of log-odds.
        strengths: Strength of the penalty of each term.
        freedom: How many degrees of freedom each term takes.
    """

    model: LogOdds
    strengths: Floats
    freedom: Floats


def fit(
    terms: Sequence[Term], sheet: Sheet, weights: Floats | None = None, stiffness: float = 1.0
) -> Fit:
    """Fit terms to the rows of a sheet.

    Args:
        terms: What may be added.
        sheet: Rows with outcomes.
        weights: Of each row; by default 1.
        stiffness: What the strengths that the rows decide are multiplied with.
    """
    outcome = sheet.outcome.astype(float)
    weights = np.ones(sheet.rows) if weights is None else weights
    rate = (weights @ outcome + 0.5) / (weights.sum() + 1)
    start = float(np.log(rate / (1 - rate)))
    if not terms:
        return Fit(LogOdds(start, (), ()), np.zeros(0), np.zeros(0))
    design = _Design.of(terms, sheet)
    penalties = [term.penalty for term in terms]
    search = _Search(design, penalties, outcome, weights, start, stiffness)
    with _algebra().limit(limits=1, user_api="blas"):
        search.run()
    parts = [search.coefficients[each] for each in design.slices()]
    model = _centred(
        LogOdds(float(search.coefficients[0]), tuple(terms), tuple(parts)), design, weights
    )
    return Fit(model, search.strengths, search.freedom)


@cache
def _algebra() -> ThreadpoolController:
    """Return what holds the libraries of linear algebra to one thread.

    The matrices are small: threads that wait for each other take a hundred times as long over one,
    and how many there are must not decide what is learned.
    """
    return ThreadpoolController()


class _Search:
    def __init__(  # noqa: PLR0913, PLR0917 - what the search is about
        self,
        design: _Design,
        penalties: list[Floats],
        outcome: Floats,
        weights: Floats,
        start: float,
        stiffness: float,
    ) -> None:
        self.design, self.penalties = design, penalties
        self.outcome, self.weights, self.stiffness = outcome, weights, stiffness
        self.coefficients = np.zeros(design.width)
        self.coefficients[0] = start
        self.strengths = np.full(len(penalties), 3.0)
        self.freedom = np.zeros(len(penalties))

    def run(self) -> None:
        """Take steps until the coefficients settle."""
        log_odds = self.design.times(self.coefficients)
        for _ in range(_STEPS):
            chances = probability(log_odds)
            curve = self.weights * np.maximum(chances * (1 - chances), 1e-6)
            square = self.design.crossed(curve)
            target = self.design.sums(curve * log_odds + self.weights * (self.outcome - chances))
            penalty = self._penalty()
            inverse = np.linalg.inv(square + penalty)
            before, log_odds = log_odds, self._stepped(inverse @ target, log_odds, penalty)
            self._restrengthen(np.asarray(inverse, float))
            if np.abs(log_odds - before).max() < _SETTLED and self.moved < _MOVED:
                break

    def _stepped(self, wanted: Floats, log_odds: Floats, penalty: Floats) -> Floats:
        """Go to the wanted coefficients, or so far towards them that the fit gets no worse."""
        start, there = self.coefficients, self.design.times(wanted)
        worst = self._objective(log_odds, start, penalty) + _SETTLED
        part = 1.0
        while part > 2**-10:
            reached = start + part * (wanted - start)
            found = log_odds + part * (there - log_odds)
            if self._objective(found, reached, penalty) <= worst:
                self.coefficients = reached
                return np.asarray(found)
            part /= 2
        return log_odds

    def _objective(self, log_odds: Floats, coefficients: Floats, penalty: Floats) -> float:
        loss = self.weights @ log_loss(log_odds, self.outcome > 0)
        return float(loss + coefficients @ penalty @ coefficients / 2)

    def _penalty(self) -> Floats:
        found = np.zeros((self.design.width, self.design.width))
        for part, strength, penalty in zip(
            self.design.slices(), self.strengths, self.penalties, strict=True
        ):
            found[part, part] = strength * self.stiffness * penalty
        return found

    def _restrengthen(self, inverse: Floats) -> None:
        found = np.empty(len(self.strengths))
        for at, (part, penalty) in enumerate(
            zip(self.design.slices(), self.penalties, strict=True)
        ):
            strength = self.strengths[at] * self.stiffness
            spent = float((inverse[part, part] * penalty).sum())
            here = self.coefficients[part]
            self.freedom[at] = max(len(here) - strength * spent, 0.0)
            found[at] = (self.freedom[at] + _PRIOR[0]) / (here @ penalty @ here + _PRIOR[1])
        found = np.clip(found, self.strengths / _FACTOR, self.strengths * _FACTOR)
        found = np.clip(found, *_STRENGTHS)
        self.moved = float(np.abs(np.log(found / self.strengths)).max())
        self.strengths = found


def _centred(model: LogOdds, design: _Design, weights: Floats) -> LogOdds:
    """Move the mean of each term into the base, so that 0 is what an average row gets."""
    base, points = model.base, []
    for each, places, values in zip(model.points, design.places, design.values, strict=True):
        if values is not None:
            points.append(each)
            continue
        counts = np.bincount(places, weights, len(each))
        mean = float(counts @ each / counts.sum())
        base += mean
        # a place that no row has ever had says nothing
        points.append(np.where(counts > 0, each - mean, 0.0))
    return LogOdds(base, model.terms, tuple(points))
