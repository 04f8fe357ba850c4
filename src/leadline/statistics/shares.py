"""How sure a share of rows is: Wilson's interval, also where rows belong together in groups.

A share of few rows, or near none or all, has no use for a bootstrap: where nobody won, every draw
has nobody. Rows that repeat in groups are worth fewer; how many fewer is seen in how groups differ.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadline.statistics.measures import (
    Floats,
    Measured,
    Sample,
    captured,
    measured,
    measured_all,
    precision,
    tenths,
)

FEW = 5.0
"""With fewer rows of either kind in a share, a bootstrap alone is too sure."""
_Z = 1.959964
"""The normal distribution is within this of its mean in 95 % of the cases."""


def wilson(wins: Floats, rows: Floats, z: Floats | float = _Z) -> tuple[Floats, Floats]:
    """Return the interval of 95 % of rates: Wilson's score interval (1927); rows need not be whole.

    >>> low, high = wilson(np.array([5.0]), np.array([10.0]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.237, 0.763)
    """
    rate, scale = wins / rows, 1 + z * z / rows
    middle = (rate + z * z / (2 * rows)) / scale
    half = z * np.sqrt(rate * (1 - rate) / rows + z * z / (4 * rows * rows)) / scale
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def shares(wins: Floats, rows: Floats) -> list[Measured]:
    """Return the share of wins with its interval from counts by group; shapes (groups, shares)."""
    products = [(a * b).sum(0) for a, b in ((rows, rows), (rows, wins), (wins, wins))]
    groups = np.count_nonzero(rows, axis=0)
    return shares_of(wins.sum(0), rows.sum(0), groups, *products)


def rate_of(sample: Sample) -> Measured:
    """Return the share of all rows with the outcome."""
    wins = sample.grouped_positives.sum(1, keepdims=True)
    [found] = shares(wins, wins + sample.grouped_negatives.sum(1, keepdims=True))
    return found


def precision_of(sample: Sample, share: float) -> Measured:
    """Return the rate of the outcome among the best share of the rows."""
    return _widened(measured(sample, precision(share)), share * sample.rows / _repeats(sample))


def tenths_of(sample: Sample) -> list[Measured]:
    """Return the rate of the outcome in each tenth of the rows, the best first."""
    rows = sample.rows / 10 / _repeats(sample)
    return [_widened(each, rows) for each in measured_all(sample, tenths)]


def captured_of(sample: Sample, best: npt.ArrayLike) -> list[Measured]:
    """Return the part of all outcomes among the best shares of the rows."""
    wins = sample.wins / _repeats(sample)
    found = measured_all(sample, captured(best))
    return [_widened(each, wins) if (each.value or 0) < 1 else each for each in found]


def lift_of(sample: Sample, share: float = 0.1) -> Measured:
    """Return how many times the average rate the best share of the rows has."""
    [found] = captured_of(sample, share)
    values = (found.value, found.low, found.high)
    return Measured(*(None if each is None else each / share for each in values))


def _repeats(sample: Sample) -> float:
    """Return how many rows a group has."""
    return max(sample.rows / max(sample.groups, 1), 1.0)


def _widened(found: Measured, rows: float) -> Measured:
    """Return a share with an interval that is not inside Wilson's where it is of few rows."""
    value = found.value
    if value is None or found.low is None or found.high is None:
        return found
    if rows * min(value, 1 - value) >= FEW:
        return found
    low, high = wilson(np.array([value * rows]), np.array([rows]))
    return Measured(value, min(found.low, float(low[0])), max(found.high, float(high[0])))


def shares_of(  # noqa: PLR0913, PLR0917 - sums, and sums of products
    wins: Floats,
    rows: Floats,
    groups: Floats,
    rows_rows: Floats,
    rows_wins: Floats,
    wins_wins: Floats,
) -> list[Measured]:
    """Return the share of wins with its interval, from sums over groups; shapes (shares,).

    Args:
        wins: Rows with the outcome.
        rows: All rows.
        groups: How many groups they are in.
        rows_rows: Sum over groups of the square of rows.
        rows_wins: Sum over groups of rows by wins.
        wins_wins: Sum over groups of the square of wins.
    """
    safe = np.maximum(rows, 1)
    rate = wins / safe
    effect = effect_of(wins, rows, groups, rows_rows, rows_wins, wins_wins)
    width = np.where(rows_rows > rows, _student(groups - 1), _Z)
    low, high = wilson(wins / effect, safe / effect, width)
    return [
        Measured(None)
        if not count
        else Measured(float(rate[place]), float(low[place]), float(high[place]))
        if groups[place] > 1
        else Measured(float(rate[place]))
        for place, count in enumerate(rows)
    ]


def effect_of(  # noqa: PLR0913, PLR0917 - sums, and sums of products
    wins: Floats,
    rows: Floats,
    groups: Floats,
    rows_rows: Floats,
    rows_wins: Floats,
    wins_wins: Floats,
) -> Floats:
    """Return how many rows are worth one, of the sums that ``shares_of`` takes; shape (shares,)."""
    safe = np.maximum(rows, 1)
    rate = wins / safe
    spread = wins_wins - 2 * rate * rows_wins + rate**2 * rows_rows
    return _design_effect(rate, safe, groups, spread, rows_rows / safe)


def _design_effect(
    rate: Floats, rows: Floats, groups: Floats, spread: Floats, size: Floats
) -> Floats:
    """Return how many rows are worth one: the variance between groups against that of rows alone.

    Never less than one, and one where no group has two rows. Where all rows ended alike, groups
    are taken to be as one row each.
    Kish, Survey Sampling (1965), section 5.4.
    """
    alone = rows * rate * (1 - rate)
    between = spread * groups / np.maximum(groups - 1, 1)
    effect = np.divide(between, alone, out=np.asarray(size, float).copy(), where=alone > 0)
    return np.asarray(np.where(size > 1, np.maximum(effect, 1.0), 1.0))


def _student(freedom: Floats) -> Floats:
    """Return what Student's t is within in 95 % of the cases; Abramowitz and Stegun, 26.7.5.

    >>> [round(float(each), 2) for each in _student(np.array([9.0, 30.0, 1e9]))]
    [2.26, 2.04, 1.96]
    """
    z, n = _Z, np.maximum(np.asarray(freedom, float), 1.0)
    return np.asarray(
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
