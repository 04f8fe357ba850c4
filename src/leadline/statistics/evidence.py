"""Evidence that a series of weeks has left its level: e-values, and when they are enough.

An e-value is how many times likelier counts are under a change than under none; where there is no
change its mean is 1 at most. ``evidence`` sums for each week those of the counts since each week in
which a change may have begun, and takes the mean over the changes that are looked for: an
e-detector (Shin, Ramdas and Rinaldo, 2022). Its mean after ``t`` weeks without a change is ``t`` at
most, so by the inequality of Ville it passes ``c`` within ``t`` weeks with a chance of at most
``t / c``, whatever other series do: false alarms of many series add up to no more than the budget
from which each has its ``c``.

Counts of one week belong together (a lead looks at ten pages), so they are worth fewer: ``worth``
says how many are worth one, from how weeks differed before. The level before is not known exactly
either: the weeks before stand as a beta or gamma distribution of it, and counts since any beginning
are compared as a whole, so that a few lucky weeks before are no lasting evidence later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from leadline.statistics.measures import Floats

Kind: TypeAlias = Literal["share", "count"]
"""Of so many rows a part, or a number against what was to be expected."""
Deep: TypeAlias = tuple[slice | None, ...]
"""An index that gives what is one a series as many axes as counts have, and one for changes."""

FACTORS = np.array([1 / 4, 1 / 2, 2 / 3, 3 / 2, 2.0, 4.0])
"""Changes that are looked for: of the odds of a share, of a number itself."""
PRIOR_WEEKS = 8.0
"""What weeks of one kind of series differ by in general weighs as so many weeks of its own."""
SPARE = 1.25
"""Weeks differ by so many times more than those before told, in case they were the calmer ones."""
_MOST_LOG = 300.0
_LEAST = 0.5
"""Half a row more of either kind, so that what never came before is not held to be impossible."""


@dataclass(frozen=True)
class Level:
    """Where series stood before; shapes (series,).

    Attributes:
        kind: What is counted.
        hits: Rows of the weeks before with what is counted.
        size: All rows of them, or for numbers what was to be expected at a level of 1.
        worth: How many counts are worth one.
    """

    kind: Kind
    hits: Floats
    size: Floats
    worth: Floats

    @property
    def value(self) -> Floats:
        """The share, or the number as a multiple of what was expected."""
        return np.asarray(self.hits / np.maximum(self.size, 1e-9))


def level_of(kind: Kind, hits: Floats, size: Floats) -> Level:
    """Return the level of series in the weeks before; shapes (series, weeks)."""
    used = size > 0
    whole, all_hits = size.sum(1), hits.sum(1)
    rate = (all_hits + _LEAST) / np.maximum(whole + 2 * _LEAST, 1e-9)
    expected = rate[:, None] * size
    spread = expected * (1 - rate[:, None]) if kind == "share" else expected
    squares = np.divide((hits - expected) ** 2, spread, out=np.zeros_like(hits), where=spread > 0)
    freedom = np.maximum(used.sum(1) - 1, 0)
    own = squares.sum(1)
    general = np.median(own / np.maximum(freedom, 1)) if len(own) else 1.0
    worth = (own + PRIOR_WEEKS * general) / (freedom + PRIOR_WEEKS)
    return Level(kind, all_hits, whole, np.maximum(SPARE * worth, 1.0))


def log_e_values(level: Level, hits: Floats, size: Floats) -> Floats:
    """Return the logarithm of the e-value of counts; shapes (series, ...) to (series, ..., F)."""
    deep = (slice(None), *[None] * hits.ndim)
    worth = level.worth[deep]
    found, rows = hits[..., None] / worth, size[..., None] / worth
    form = _of_shares if level.kind == "share" else _of_counts
    return form(level, deep, found, rows)


def _of_counts(level: Level, deep: Deep, found: Floats, rows: Floats) -> Floats:
    """Compare negative binomials: numbers whose level has a gamma distribution."""
    shape = ((level.hits + _LEAST) / level.worth)[deep]
    mean = shape * rows / np.maximum(level.size / level.worth, 1e-9)[deep]
    ratio = (shape + mean) / (shape + FACTORS * mean)
    return np.asarray(found * np.log(FACTORS) + (found + shape) * np.log(ratio))


def _of_shares(level: Level, deep: Deep, found: Floats, rows: Floats) -> Floats:
    """Compare beta-binomials of one precision: shares whose level has a beta distribution."""
    a = ((level.hits + _LEAST) / level.worth)[deep]
    b = ((level.size - level.hits + _LEAST) / level.worth)[deep]
    share = FACTORS * a / (FACTORS * a + b)
    more, less = share * (a + b), (1 - share) * (a + b)
    return _betas(more, less, found, rows) - _betas(a, b, found, rows)


def _betas(a: Floats, b: Floats, found: Floats, rows: Floats) -> Floats:
    """Return the logarithm of B(a + k, b + n - k) / B(a, b), but for what all levels share."""
    return np.asarray(
        _log_gamma(a + found) - _log_gamma(a) + _log_gamma(b + rows - found) - _log_gamma(b)
    )


def _log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function of positive numbers; Stirling, after 8 steps.

    >>> round(float(_log_gamma(np.array([5.0]))[0]), 9)  # log 24
    3.17805383
    """
    shifted = x + 8
    inverse = 1 / shifted
    series = inverse / 12 - inverse**3 / 360 + inverse**5 / 1260
    stirling = (shifted - 0.5) * np.log(shifted) - shifted + 0.9189385332046727 + series
    rising = np.ones_like(x)
    for step in range(8):
        rising = rising * (x + step)
    return np.asarray(stirling - np.log(rising))


@dataclass(frozen=True)
class Evidence:
    """Evidence week by week.

    Attributes:
        total: The sum over beginnings, in the mean of the changes; shape (series, weeks).
        log_parts: Logarithms of the most of any beginning; shape (series, weeks, changes).
        since: That beginning, for each; likewise.
    """

    total: Floats
    log_parts: Floats
    since: npt.NDArray[np.int64]


def evidence(level: Level, hits: Floats, size: Floats) -> Evidence:
    """Return the evidence at the end of each week from counts; shapes (series, weeks)."""
    weeks = hits.shape[1]
    total = np.empty_like(hits)
    parts = np.empty((*hits.shape, len(FACTORS)))
    since = np.empty(parts.shape, dtype=np.int64)
    for week in range(weeks):
        found = log_e_values(level, *(_up_to(each, week) for each in (hits, size)))
        since[:, week] = found.argmax(1)
        parts[:, week] = found.max(1)
        total[:, week] = np.exp(np.minimum(found, _MOST_LOG)).sum(1).mean(1)
    return Evidence(total, parts, since)


def _up_to(counts: Floats, week: int) -> Floats:
    """Return the sums from each beginning to a week; shape (series, beginnings)."""
    return np.asarray(counts[:, week::-1].cumsum(1)[:, ::-1])


def smallest(level: Level, size: Floats, weeks: int, enough: Floats) -> Floats:
    """Return the least factor, up or down alike, that so many usual weeks would tell; up to 64.

    Half of all changes of that size are told within these weeks. ``size`` is that of a usual week,
    shape (series,); of shares the factor is one of odds. It is the smaller of the way up and the
    way down.
    """
    up = _smallest(level, size, weeks, enough, 1)
    down = _smallest(level, size, weeks, enough, -1)
    return np.minimum(up, down)


def _smallest(level: Level, size: Floats, weeks: int, enough: Floats, way: int) -> Floats:
    low, high = np.zeros(len(size)), np.full(len(size), 6.0)  # powers of two
    for _ in range(12):
        middle = (low + high) / 2
        told = _told(level, size, weeks, enough, 2.0 ** (way * middle))
        low, high = np.where(told, low, middle), np.where(told, middle, high)
    return np.asarray(2.0**high)


def _told(level: Level, size: Floats, weeks: int, enough: Floats, factor: Floats) -> Floats:
    """Return whether evidence is enough after some weeks of exactly what a change gives."""
    value = level.value
    changed = factor * value
    if level.kind == "share":
        odds = factor * value / np.maximum(1 - value, 1e-9)
        changed = odds / (1 + odds)
    log_e = log_e_values(level, weeks * changed * size, weeks * size)
    return np.asarray(np.exp(np.minimum(log_e, _MOST_LOG)).mean(1) >= enough)
