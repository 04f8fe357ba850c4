"""Odds of two kinds of rows compared within strata: what a third thing explains is taken out."""

from __future__ import annotations

import numpy as np

from leadline.statistics.measures import Floats, Measured

_Z = 1.959964
"""The normal distribution is within this of its mean in 95 % of the cases."""


def pooled_odds(counts: Floats) -> Measured:
    """Return the odds of winning with a sign as a multiple of those without, strata held apart.

    Mantel and Haenszel's ratio (1959), with the interval of Robins, Breslow and Greenland (1986).

    Args:
        counts: Wins and losses with the sign and without; shape (strata, 2, 2).

    Returns:
        The ratio; without a value where one side is empty in every stratum.

    >>> found = pooled_odds(np.array([[[20.0, 80.0], [50.0, 50.0]]]))
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (0.25, 0.13, 0.47)
    """
    used = counts[counts.sum((1, 2)) > 0]
    (a, b), (c, d) = used[:, 0].T, used[:, 1].T
    rows = used.sum((1, 2))
    ahead, behind = a * d / rows, b * c / rows
    if not ahead.sum() or not behind.sum():
        return Measured(None)
    same, other = (a + d) / rows, (b + c) / rows
    variance = (
        (same * ahead).sum() / (2 * ahead.sum() ** 2)
        + (same * behind + other * ahead).sum() / (2 * ahead.sum() * behind.sum())
        + (other * behind).sum() / (2 * behind.sum() ** 2)
    )
    middle, half = np.log(ahead.sum() / behind.sum()), _Z * np.sqrt(variance)
    value, low, high = (float(np.exp(each)) for each in (middle, middle - half, middle + half))
    return Measured(value, low, high)
