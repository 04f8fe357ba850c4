"""Calibration: what a model says and what happens, on rows that it was not fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leadline.learn.scorecard import line
from leadline.learn.sheet import Flags, Floats, Sheet, Whole, members
from leadline.learn.terms import log_loss, probability
from leadline.learn.unripe import counted, losses
from leadline.learn.unripe import rate as rate_of
from leadline.statistics.measures import Measured, draws, interval

_BINS = 10
_MOST_LOTS = 1000
"""More groups than these are drawn together, by lot."""
_FLIPS = 1000
_SEED = 20_26
_STEADY = 25.0
"""Weight of the belief that log-odds are right as they are, in rows of even odds."""


@dataclass(frozen=True)
class Turn:
    """What log-odds are turned by: ``base + slope x log-odds``."""

    base: float = 0.0
    slope: float = 1.0

    def __call__(self, log_odds: Floats) -> Floats:
        """Return the turned log-odds."""
        return self.base + self.slope * log_odds


def turn(log_odds: Floats, outcome: Flags, weights: Floats | None = None) -> Turn:
    """Return the turn that fits later rows best, drawn to none where they are few.

    Platt's scaling with a normal prior around base 0 and slope 1; the slope is never negative.
    """
    here, goal = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    weights = np.ones(len(outcome)) if weights is None else weights
    columns = np.stack([np.ones(len(outcome)), log_odds], axis=1)
    prior = np.diag([_STEADY / 25, _STEADY / 4])

    def lost(at: Floats) -> float:
        return float(
            weights @ log_loss(columns @ at, outcome) + (at - goal) @ prior @ (at - goal) / 2
        )

    for _ in range(25):
        chances = probability(columns @ here)
        curve = weights * np.maximum(chances * (1 - chances), 1e-9)
        slope = columns.T @ (weights * (outcome - chances)) - prior @ (here - goal)
        step = np.linalg.solve((columns.T * curve) @ columns + prior, slope)
        while np.abs(step).max() > 1e-8 and lost(here + step) > lost(here):  # noqa: PLR2004
            step = step / 2
        here = here + step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - settled
            break
    return Turn(float(here[0]), max(float(here[1]), 0.0))


def carried(by: Turn, said: Floats, again: Floats) -> Turn:
    """Return the turn of a model that was fitted anew with the very rows that showed the turn.

    It is as steep, and says in mean of these rows what the turned one said: a shift that the newer
    fit has learned itself is not added twice.

    Args:
        by: The turn that the rows showed.
        said: Log-odds of these rows by the model before.
        again: Their log-odds by the model fitted anew.
    """
    return levelled(by.slope, float(probability(by(said)).mean()), again)


def levelled(slope: float, mean: float, log_odds: Floats) -> Turn:
    """Return the turn of a slope with which rows are said a chance in mean."""
    base = 0.0
    for _ in range(50):
        chances = probability(base + slope * log_odds)
        step = (mean - chances.mean()) / np.maximum((chances * (1 - chances)).mean(), 1e-6)
        base += float(np.clip(step, -1, 1))
        if abs(step) < 1e-9:  # noqa: PLR2004 - settled
            break
    return Turn(base, slope)


def refined_loss(log_odds: Floats, there: Sheet) -> Floats:
    """Return the log-loss of each row once log-odds are turned as fits these rows best.

    It tells rankings apart where the rate of the outcome has moved.
    """
    outcome = there.outcome
    if outcome.all() or not outcome.any():
        return losses(there, log_odds)
    base, slope = _best_line(log_odds, there, counted(there, rate_of(there)))
    if not there.is_ripe.all():
        again = counted(there, probability(base + slope * log_odds))
        base, slope = _best_line(log_odds, there, again)
    return losses(there, base + slope * log_odds)


def _best_line(log_odds: Floats, there: Sheet, counts: Floats) -> tuple[float, float]:
    wins, others = (counts * each for each in (there.outcome, ~there.outcome))
    base, slope = line(log_odds, wins, others, prior=1.0)
    if slope <= 0:  # the wrong way round: no better than the rate alone
        return float(np.log(wins.sum() / others.sum())), 0.0
    return base, slope


@dataclass(frozen=True)
class Reliability:
    """What was said and what happened, on later rows.

    Attributes:
        curve: Rows, mean of what was said, and rate, by tenth of what was said.
        brier: Mean square of the difference, with its interval.
        parts: Murphy's parts of it by those tenths: reliability, resolution, uncertainty.
        error: Mean distance of the curve from what was said, with its interval.
        expected: The same distance where everything said is right, 95th percentile.
    """

    curve: tuple[tuple[int, float, float], ...]
    brier: Measured
    parts: dict[str, float]
    error: Measured
    expected: float

    @property
    def holds(self) -> bool:
        """Whether what was said can be right."""
        return self.error.value is None or self.error.value <= max(self.expected, 0.02)

    def plain(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "holds": self.holds,
            "brier": self.brier.plain(),
            **self.parts,
            "error": self.error.plain(),
            "error_by_chance": self.expected,
            "curve": [{"rows": n, "said": said, "rate": rate} for n, said, rate in self.curve],
        }


def reliability(chances: Floats, outcome: Flags, groups: Any = None) -> Reliability:
    """Compare what was said with what happened; groups are drawn again for the intervals.

    Args:
        chances: What was said of each row.
        outcome: What happened.
        groups: Rows that belong together; None where each stands alone.
    """
    lots = _lots(members(groups, len(outcome)))
    ranked = np.argsort(chances, kind="stable")
    cells = np.empty(len(ranked), np.int64)
    cells[ranked] = np.arange(len(ranked)) * min(_BINS, len(ranked)) // max(len(ranked), 1)
    rows, said, wins = (_sum(cells, each) for each in (np.ones(len(cells)), chances, outcome))
    rate = float(outcome.mean())
    squares = (chances - outcome) ** 2
    drawn = _drawn(cells, chances, outcome, squares, lots)
    return Reliability(
        tuple(
            (int(n), float(s / n), float(w / n)) for n, s, w in zip(rows, said, wins, strict=True)
        ),
        interval(float(squares.mean()), drawn[:, 0]),
        {
            "reliability": float((rows * (said / rows - wins / rows) ** 2).sum() / rows.sum()),
            "resolution": float((rows * (wins / rows - rate) ** 2).sum() / rows.sum()),
            "uncertainty": rate * (1 - rate),
        },
        interval(_error(rows, said, wins), drawn[:, 1]),
        float(np.percentile(_by_chance(cells, chances, outcome, lots), 95)),
    )


def _sum(cells: Any, values: Any) -> Floats:
    return np.bincount(cells, values).astype(float)


def _error(rows: Floats, said: Floats, wins: Floats) -> float:
    return float(np.abs(said - wins).sum() / rows.sum())


def _by_chance(cells: Any, chances: Floats, outcome: Flags, lots: Whole) -> Floats:
    """Return draws of the error where everything said is right.

    What happened beyond what was said is turned round by lot, group by group: rows of a group may
    well end alike though all that was said is right.
    """
    size = (_MOST_LOTS, cells.max() + 1)
    gaps = np.bincount(lots * size[1] + cells, outcome - chances, size[0] * size[1]).reshape(size)
    signs = np.random.default_rng(_SEED).integers(0, 2, (_FLIPS, size[0])) * 2 - 1
    return np.asarray(np.abs(signs @ gaps).sum(1) / len(cells))


def _lots(of_groups: Whole) -> Whole:
    """Return the lot of each row, whole groups together."""
    random = np.random.default_rng(_SEED)
    return np.asarray((random.permutation(of_groups.max() + 1) % _MOST_LOTS)[of_groups])


def _drawn(cells: Any, chances: Floats, outcome: Flags, squares: Floats, lots: Whole) -> Floats:
    """Return Brier score and error of draws of lots of groups."""
    lots = members(lots, len(lots))
    size = (lots.max() + 1, cells.max() + 1)
    flat = lots * size[1] + cells
    rows, said, wins, square = (
        np.bincount(flat, each, size[0] * size[1]).reshape(size)
        for each in (np.ones(len(cells)), chances, outcome, squares)
    )
    some = draws(size[0])
    total = some @ rows.sum(1)
    gap = np.abs(some @ said - some @ wins).sum(1)
    return np.stack([some @ square.sum(1) / total, gap / total], axis=1)


BOUNDS = (0.1, 99.9)
"""A chance in percent is never said to be less or more than this."""


def percent(chance: float) -> float:
    """Return a chance in percent within the bounds.

    >>> percent(0.5), percent(0.0)
    (50.0, 0.1)
    """
    return round(float(np.clip(100 * chance, *BOUNDS)), 2)


@dataclass(frozen=True)
class Step:
    """A part of a card's scores: from which score on, and the chance there."""

    start: float
    rows: int
    chance: float

    @property
    def percent(self) -> float:
        """The chance in percent, never none and never certain."""
        return percent(self.chance)

    def plain(self) -> dict[str, Any]:
        """Return it as a document holds it."""
        return {"from": float(f"{self.start:g}"), "rows": self.rows, "probability": self.percent}


def steps(totals: Floats, log_odds: Floats, most: int = 12) -> tuple[Step, ...]:
    """Return chances by parts of a card's scores: the mean of what calibrated log-odds say.

    Rates of the rows themselves would be those that the card was fitted to, and older ones.
    """
    wanted = max(len(totals) / most, 10.0)
    parts: list[list[float]] = []
    for total in np.unique(totals):
        here = totals == total
        rows, said = float(here.sum()), float(probability(log_odds[here]).sum())
        if parts and parts[-1][1] < wanted:
            parts[-1][1:] = [parts[-1][1] + rows, parts[-1][2] + said]
        else:
            parts.append([float(total), rows, said])
    return tuple(Step(start, int(rows), said / rows) for start, rows, said in parts)
