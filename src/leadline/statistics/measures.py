"""Measures of a ranking against outcomes, and how sure they are: counts in, figures out.

Everything works on counts of positives and negatives by score, the highest score first, in the
last axis of an array; axes before it are groups of rows or draws of a bootstrap. Rows of equal
score stand in one place, so ties are counted exactly and their order never matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Measure: TypeAlias = Callable[[Floats, Floats], Floats]
"""Positives and negatives by score to a value, for each index of the axes before the last."""

DRAWS = 1000
MOST_CELLS = 512
"""Of more scores than this, neighbours share a cell while an interval is drawn, never in values."""
MOST_GROUPS = 1000
"""More groups than twice this are drawn together, a thousand at a time of them."""
FEWEST_GROUPS = 10
"""Fewer groups than this say nothing of how sure a value is."""
FLIPS = 9999
_SEED = 20_26
_CHUNK = 250
_LOST = 0.05
"""An interval is not given where more than this share of the draws have no value."""


@dataclass(frozen=True)
class Measured:
    """A value with its interval of 95 %; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def plain(self) -> dict[str, float | None]:
        """Return it for machines."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Sample:
    """Rows with scores and outcomes, as counts.

    Attributes:
        scores: The distinct scores, falling; shape (S,).
        positives: Rows with the outcome, by score; shape (S,).
        negatives: Rows without; shape (S,).
        grouped_positives: The same by group and cell of scores; shape (G, C).
        grouped_negatives: Likewise.
    """

    scores: Floats
    positives: Floats
    negatives: Floats
    grouped_positives: Floats
    grouped_negatives: Floats

    @classmethod
    def of_rows(
        cls, scores: npt.ArrayLike, outcomes: npt.ArrayLike, groups: npt.ArrayLike | None = None
    ) -> Sample:
        """Return the counts of rows: a score, whether the outcome came, and a group of each.

        Without groups each row is one of its own.

        >>> Sample.of_rows([1, 2, 2], [False, True, False]).positives
        array([1., 0.])
        """
        values, wins = np.asarray(scores, float), np.asarray(outcomes, bool)
        distinct, inverse = np.unique(-values, return_inverse=True)
        names = np.arange(len(values)) if groups is None else np.asarray(groups)
        members = _buckets(np.unique(names, return_inverse=True)[1])
        cells = cells_of(np.bincount(inverse, minlength=len(distinct)))[inverse]
        size = (members.max(initial=-1) + 1, cells.max(initial=-1) + 1)
        return cls(
            -distinct,
            np.bincount(inverse, wins, len(distinct)).astype(float),
            np.bincount(inverse, ~wins, len(distinct)).astype(float),
            table(members, cells, wins.astype(float), size),
            table(members, cells, (~wins).astype(float), size),
        )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.positives.sum() + self.negatives.sum())

    @property
    def wins(self) -> int:
        """How many of them have the outcome."""
        return int(self.positives.sum())

    @property
    def groups(self) -> int:
        """How many groups have any row."""
        inside = (self.grouped_positives + self.grouped_negatives).sum(1) > 0
        return int(np.count_nonzero(inside))

    @cached_property
    def drawn(self) -> tuple[Floats, Floats]:
        """Positives and negatives by cell in each draw; shapes (draws, C)."""
        return self.draws @ self.grouped_positives, self.draws @ self.grouped_negatives

    @property
    def draws(self) -> Floats:
        """How often each group is in each draw of the bootstrap; shape (draws, G)."""
        return draws(len(self.grouped_positives))


@lru_cache(maxsize=4)
def draws(groups: int, count: int = DRAWS) -> Floats:
    """Return how often each group is in each draw: as many as there are, with replacement.

    For one number of groups always the same, so that models are compared on the same draws.
    """
    random = np.random.default_rng(_SEED)
    shares = np.full(groups, 1 / max(groups, 1))
    found = random.multinomial(groups, shares, size=count).astype(float)
    found.setflags(write=False)
    return found


def cells_of(counts: npt.NDArray[Any], most: int = MOST_CELLS) -> npt.NDArray[np.int64]:
    """Return the cell of each score; of more scores than ``most``, neighbours share one.

    Cells hold about equally many rows.

    >>> cells_of(np.array([5, 1, 1, 5]), most=2)
    array([0, 0, 1, 1])
    """
    if len(counts) <= most:
        return np.arange(len(counts))
    middle = np.cumsum(counts) - counts / 2
    found = np.minimum((middle / counts.sum() * most).astype(np.int64), most - 1)
    return np.unique(found, return_inverse=True)[1]


def _buckets(members: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return groups, drawn by lot into a thousand where there are many more."""
    count = members.max(initial=-1) + 1
    if count <= 2 * MOST_GROUPS:
        return members
    lots = np.random.default_rng(_SEED).permutation(count) % MOST_GROUPS
    return lots[members]


def table(
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    values: Floats,
    size: tuple[int, int],
) -> Floats:
    """Return sums of values by row and column."""
    flat = np.bincount(rows * size[1] + columns, values, size[0] * size[1])
    return flat.reshape(size).astype(float)


def roc_auc(positives: Floats, negatives: Floats) -> Floats:
    """Return the chance that a row with the outcome scores above one without; ties count half."""
    wins, losses = positives.sum(-1), negatives.sum(-1)
    below = losses[..., None] - np.cumsum(negatives, -1)
    return _ratio((positives * (below + negatives / 2)).sum(-1), wins * losses)


def average_precision(positives: Floats, negatives: Floats) -> Floats:
    """Return the area under precision and recall, as steps: sum of (R_n - R_(n-1)) P_n."""
    found = np.cumsum(positives, -1)
    precision = _ratio(found, found + np.cumsum(negatives, -1), empty=0.0)
    return _ratio((positives * precision).sum(-1), positives.sum(-1))


def captured(shares: npt.ArrayLike) -> Measure:
    """Return the measure: part of all positives among the best ``shares`` of the rows.

    Of rows that tie at the end of a share, as many count as there is room for, mixed as they are.
    The result has one more axis, the shares.
    """
    wanted = np.atleast_1d(np.asarray(shares, float))

    def measure(positives: Floats, negatives: Floats) -> Floats:
        wins, rows = np.cumsum(positives, -1), np.cumsum(positives + negatives, -1)
        flat = zip(rows.reshape(-1, rows.shape[-1]), wins.reshape(-1, wins.shape[-1]), strict=True)
        found = [_interpolated(wanted, *each) for each in flat]
        return np.asarray(np.array(found).reshape((*wins.shape[:-1], len(wanted))))

    return measure


def _interpolated(shares: Floats, rows: Floats, wins: Floats) -> Floats:
    if not rows.size or not rows[-1] or not wins[-1]:
        return np.full(len(shares), np.nan)
    along, up = np.append(0.0, rows) / rows[-1], np.append(0.0, wins) / wins[-1]
    return np.asarray(np.interp(shares, along, up))


def lift(share: float = 0.1) -> Measure:
    """Return the measure: how many times the average rate the best share of rows has."""
    inner = captured(share)
    return lambda positives, negatives: np.asarray(inner(positives, negatives)[..., 0] / share)


def precision(share: float) -> Measure:
    """Return the measure: rate of the outcome among the best share of the rows."""
    inner = lift(share)

    def measure(positives: Floats, negatives: Floats) -> Floats:
        wins = positives.sum(-1)
        return np.asarray(inner(positives, negatives) * _ratio(wins, wins + negatives.sum(-1)))

    return measure


def tenths(positives: Floats, negatives: Floats) -> Floats:
    """Return the rate of the outcome in each tenth of the rows, the best first; shape (..., 10)."""
    caught = captured(np.arange(0, 11) / 10)(positives, negatives)
    wins = positives.sum(-1)
    rate = _ratio(wins, wins + negatives.sum(-1))
    return np.asarray(np.diff(caught, axis=-1) * 10 * rate[..., None])


def rate(positives: Floats, negatives: Floats) -> Floats:
    """Return the share of rows with the outcome."""
    return _ratio(positives.sum(-1), positives.sum(-1) + negatives.sum(-1))


def _ratio(above: Floats, below: Floats, empty: float = np.nan) -> Floats:
    """Divide; ``empty`` where the divisor is 0."""
    out = np.full(np.broadcast(above, below).shape, empty)
    return np.asarray(np.divide(above, below, out=out, where=np.asarray(below) != 0))


def measured(sample: Sample, measure: Measure) -> Measured:
    """Return a single value of a sample with its interval, drawn by groups."""
    return measured_all(sample, lambda p, n: measure(p, n)[..., None])[0]


def measured_precision(sample: Sample) -> Measured:
    """Return the average precision with its interval.

    It comes out too high, and a draw's higher still: where outcomes are rare, the middle of the
    draws is beside the truth. The interval is the wider of theirs and of the same turned round
    the value, on the scale of log-odds: Efron and Tibshirani, section 13.4.
    """
    found = measured(sample, average_precision)
    if found.value is None or found.low is None or found.high is None:
        return found
    value, low, high = (_log_odds(each) for each in (found.value, found.low, found.high))
    turned = [float(1 / (1 + np.exp(-each))) for each in (2 * value - high, 2 * value - low)]
    return Measured(found.value, min(found.low, turned[0]), max(found.high, turned[1]))


def _log_odds(share: float) -> float:
    kept = min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE)
    return float(np.log(kept / (1 - kept)))


_LEAST_SHARE = 1e-6


def measured_all(sample: Sample, measure: Measure) -> list[Measured]:
    """Return the values of a measure that has several, each a share, with their intervals."""
    exact = measure(sample.positives, sample.negatives)
    if sample.groups < FEWEST_GROUPS:
        return [_bare(value) for value in exact]
    drawn = drawn_values(sample, measure)
    coarse = measure(sample.grouped_positives.sum(0), sample.grouped_negatives.sum(0))
    return [
        share_interval(value, drawn[..., place] + (value - rough))
        for place, (value, rough) in enumerate(zip(exact, coarse, strict=True))
    ]


def drawn_values(sample: Sample, measure: Measure) -> Floats:
    """Return the values of a measure in each draw; shape (draws, values)."""
    positives, negatives = sample.drawn
    places = np.array_split(np.arange(len(positives)), max(1, len(positives) // _CHUNK))
    return np.concatenate([measure(positives[each], negatives[each]) for each in places])


def interval(value: float, drawn: Floats) -> Measured:
    """Return a value with the middle 95 % of its draws: the percentile interval.

    Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13.
    """
    if np.isnan(value):
        return Measured(None)
    found = drawn[~np.isnan(drawn)]
    if len(found) < (1 - _LOST) * len(drawn) or not len(found):
        return Measured(float(value))
    low, high = np.percentile(found, [2.5, 97.5])
    return Measured(float(value), float(low), float(high))


def share_interval(value: float, drawn: Floats) -> Measured:
    """Return a share, or a chance, with an interval that lies where shares do, from 0 to 1.

    Draws of coarser counts, moved to the value, may reach beyond.

    >>> share_interval(0.98, np.array([0.9, 1.04]))
    Measured(value=0.98, low=0.9035, high=1.0)
    """
    found = interval(value, drawn)
    if found.low is None or found.high is None:
        return found
    low, high = np.clip([found.low, found.high], 0.0, 1.0)
    return Measured(found.value, float(low), float(high))


def ratios(above: Floats, below: Floats) -> list[Measured]:
    """Return sums over groups, divided, each with its interval; shapes (G, K) and (G, K)."""
    weights = draws(len(above))
    values = _ratio(above.sum(0), below.sum(0))
    drawn = _ratio(weights @ above, weights @ below)
    return [
        interval(value, drawn[:, place]) if len(above) >= FEWEST_GROUPS else _bare(value)
        for place, value in enumerate(values)
    ]


def _bare(value: float) -> Measured:
    """Return a value without an interval."""
    return Measured(None if np.isnan(value) else float(value))


def chance(sample: Sample) -> float:
    """Return how often a ranking without any sense would be as far from chance as this one.

    The sign of each group's part in the sum of (outcome - mean) x (rank - mean) is drawn by lot.
    """
    return by_lot(signed(sample))


def signed(sample: Sample) -> Floats:
    """Return each group's part in the sum of (outcome - mean) x (rank - mean); shape (G,)."""
    positives, negatives = sample.grouped_positives, sample.grouped_negatives
    rows = (positives + negatives).sum(0)
    ranks = np.cumsum(rows) - rows / 2
    mean, share = (ranks * rows).sum() / rows.sum(), positives.sum() / rows.sum()
    return np.asarray((positives * (1 - share) - negatives * share) @ (ranks - mean))


def by_lot(parts: Floats) -> float:
    """Return how often the sum of parts, whose signs are drawn by lot, is as far from 0."""
    random = np.random.default_rng(_SEED)
    beyond, least = 0, abs(parts.sum()) * (1 - 1e-9)
    for count in (len(each) for each in np.array_split(np.arange(FLIPS), 20)):
        signs = random.integers(0, 2, (count, len(parts)), np.int8) * np.int8(2) - np.int8(1)
        beyond += int(np.count_nonzero(np.abs(signs @ parts) >= least))
    return (1 + beyond) / (1 + FLIPS)


@dataclass(frozen=True)
class Difference:
    """How much more the second of two models has of a measure, on the same rows.

    Attributes:
        measured: Second minus first.
        better: Share of the draws in which the second has more; draws that tie count half.
    """

    measured: Measured
    better: float | None


def difference(first: Sample, second: Sample, measure: Measure) -> Difference:
    """Compare two models on the same rows: each draw takes the same groups for both."""
    values, drawn = [], []
    if first.groups < FEWEST_GROUPS:
        one, two = (float(measure(each.positives, each.negatives)) for each in (first, second))
        return Difference(_bare(two - one), None)
    for sample in (first, second):
        exact = float(measure(sample.positives, sample.negatives))
        coarse = measure(sample.grouped_positives.sum(0), sample.grouped_negatives.sum(0))
        inner = drawn_values(sample, lambda p, n: measure(p, n)[..., None])[:, 0]
        values.append(exact)
        drawn.append(inner + (exact - coarse))
    gap = drawn[1] - drawn[0]
    found = interval(values[1] - values[0], gap)
    if found.low is None:
        return Difference(found, None)
    above, equal = (gap > _SAME).mean(), (np.abs(gap) <= _SAME).mean()
    return Difference(found, float(above + equal / 2))


_SAME = 1e-12
"""Differences this small are those of rounding."""
