"""Shares of many parts, each drawn to that of all as far as its own rows cannot carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import wilson

_STRENGTHS = 1 / np.linspace(0.02, 0.58, 57) ** 2
"""Rows of the whole that may be added to each part; the most makes parts of less alike. They are
even in how far parts are spread, so that being all alike is one possibility among others."""
_STEPS = 12


@dataclass(frozen=True)
class Pooled:
    """Shares drawn together.

    Attributes:
        strength: So many rows of the whole are added to each part, on average.
        shares: The share of each part, with an interval of 95 %.
    """

    strength: float
    shares: tuple[Measured, ...]


def pooled(wins: Floats, rows: Floats) -> Pooled:
    """Return shares of parts, partially pooled; rows need not be whole. Shapes (parts,).

    How far parts differ is not known: shares are taken to be spread by a beta distribution about
    that of all, and what each strength of it says is averaged by how likely it makes the counts.
    Gelman et al., Bayesian Data Analysis (2013), section 5.3.

    >>> found = pooled(np.array([2.0, 30.0, 300.0]), np.array([2.0, 300.0, 3000.0]))
    >>> [round(each.value, 2) for each in found.shares]
    [0.14, 0.1, 0.1]
    """
    base = float(wins.sum() / rows.sum()) if rows.sum() else 0.0
    if not 0 < base < 1:
        return Pooled(float(_STRENGTHS[0]), tuple(_alone(wins, rows)))
    likelihood = np.array([_log_likelihood(wins, rows, base, each) for each in _STRENGTHS])
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    count = rows + _STRENGTHS[:, np.newaxis]
    means = (wins + base * _STRENGTHS[:, np.newaxis]) / count
    mean = weights @ means
    variance = weights @ (means * (1 - means) / (count + 1) + (means - mean) ** 2)
    worth = mean * (1 - mean) / variance - 1
    low, high = wilson(mean * worth, worth)
    found = zip(mean, low, high, strict=True)
    return Pooled(float(weights @ _STRENGTHS), tuple(Measured(*map(float, each)) for each in found))


def _alone(wins: Floats, rows: Floats) -> Iterator[Measured]:
    """Yield the shares as they are: none, or all, has the outcome, so that parts do not differ."""
    for won, count in zip(wins, rows, strict=True):
        if not count:
            yield Measured(None)
            continue
        low, high = wilson(np.array([won]), np.array([count]))
        yield Measured(won / count, float(low[0]), float(high[0]))


def _log_likelihood(wins: Floats, rows: Floats, base: float, strength: float) -> float:
    """Return the logarithm of the likelihood of beta-binomial counts, but for a constant."""
    a, b = strength * base, strength * (1 - base)
    ratio = _rising(a, wins) + _rising(b, rows - wins) - _rising(strength, rows)
    return float(ratio.sum())


def _rising(start: float, length: Floats) -> Floats:
    """Return log(gamma(start + length) / gamma(start)); lengths need not be whole."""
    return _log_gamma(start + length) - _log_gamma(np.full_like(length, start))


def _log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function; Abramowitz and Stegun, 6.1.15 and 6.1.41.

    >>> [round(float(each), 6) for each in _log_gamma(np.array([1.0, 0.5, 10.0]))]
    [0.0, 0.572365, 12.801827]
    """
    shift = np.zeros_like(x)
    for step in range(_STEPS):
        shift += np.log(x + step)
    y = x + _STEPS
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift)
