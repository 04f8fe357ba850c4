"""Where conversion really changes along a score: few steps, each seen again on other rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from leadline.review.thresholds.ceilings import ALWAYS, MILLION, NEVER
from leadline.review.thresholds.edges import Reached, roundest
from leadline.statistics.measures import Floats, Measured, cells_of, draws, interval, table
from leadline.statistics.shares import shares

Support = Literal["seen again", "not seen again", "too few to tell"]
FEWEST_ROWS = 30
"""A step has at least so many rows."""
FEWEST_WINS = 5
"""With fewer outcomes on the other rows of two steps, nothing can be seen again."""
MOST_CELLS = 256


@dataclass(frozen=True)
class Step:
    """Scores between which conversion does not change.

    Attributes:
        edge: From which score on; None for the lowest step.
        rows: Rows of the step.
        wins: Those with the outcome.
        rate: Share with the outcome, with its interval.
        rise: How much more that is than in the step below, on the other rows; None for the lowest.
        support: Whether the rise was seen on the other rows; None for the lowest.
        bands: Bands whose edge lies in the step, but not at its lower end.
    """

    edge: float | None
    rows: int
    wins: int
    rate: Measured
    rise: Measured | None
    support: Support | None
    bands: tuple[str, ...] = ()


def steps(of: Reached, edges: Mapping[str, float]) -> tuple[Step, ...]:
    """Return the steps of conversion along the score, the lowest first.

    They are looked for on the rows that may be learned from, and looked at again on those that
    are judged. Scores are split in two where the likelihood gains most, again and again, if it
    gains more than 2 ln n, twice what the Bayesian information criterion asks for one parameter,
    as the place of the split is chosen too; and only where more points mean more conversion.
    """
    free = of.only(of.value > NEVER)
    first, second = (free.only(rows) for rows in _halves(free))
    cuts = _cuts(first)
    number = np.searchsorted(cuts, free.value, "right")
    rates = shares(*_by_group(free, number, len(cuts) + 1))
    rises = _rises(second, cuts)
    found = []
    for place, rate in enumerate(rates):
        inside = number == place
        edge = None if place == 0 else int(cuts[place - 1]) / MILLION
        rise, support = rises[place - 1] if place else (None, None)
        wins = int(free.outcome[inside].sum())
        bands = _bands_inside(edges, cuts, place)
        found.append(Step(edge, int(inside.sum()), wins, rate, rise, support, bands))
    return tuple(found)


def _halves(of: Reached) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the rows to look for steps on, and those to look at them again."""
    if of.kind == "time":
        return of.part == -1, of.part == 0
    return of.part != 1, of.part == 1


def _cuts(of: Reached) -> npt.NDArray[np.int64]:
    """Return the lower ends of all steps but the lowest, rising, in millionths."""
    levels, inverse = np.unique(of.value, return_inverse=True)
    if len(levels) < 2:  # noqa: PLR2004 - one level has nothing to split
        return np.array([], np.int64)
    cells = cells_of(np.bincount(inverse), MOST_CELLS)
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    of_rows = cells[inverse]
    rows = np.bincount(of_rows).astype(float)
    wins = np.bincount(of_rows, of.outcome).astype(float)
    found = sorted(_split(rows, wins, 0, len(rows), 2 * np.log(max(rows.sum(), 2))))
    ends = [int(starts[cell]) for cell in found]
    return np.array([roundest(int(levels[at - 1]), int(levels[at])) for at in ends], np.int64)


def _split(rows: Floats, wins: Floats, low: int, high: int, penalty: float) -> list[int]:
    """Return the cells at which steps begin, between two cells."""
    n, w = np.cumsum(rows[low:high]), np.cumsum(wins[low:high])
    n_up, w_up = n[-1] - n[:-1], w[-1] - w[:-1]
    n_down, w_down = n[:-1], w[:-1]
    gain = 2 * (_likelihood(n_up, w_up) + _likelihood(n_down, w_down) - _likelihood(n[-1], w[-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        rises = w_up / n_up > w_down / n_down
    allowed = rises & (n_up >= FEWEST_ROWS) & (n_down >= FEWEST_ROWS)
    gain = np.where(allowed, gain, -np.inf)
    if not len(gain) or gain.max() <= penalty:
        return []
    at = low + int(gain.argmax()) + 1
    below, above = (_split(rows, wins, *each, penalty) for each in ((low, at), (at, high)))
    return [*below, at, *above]


def _likelihood(rows: npt.ArrayLike, wins: npt.ArrayLike) -> Floats:
    """Return the greatest log-likelihood of outcomes that all have the same rate."""
    n, w = np.asarray(rows, float), np.asarray(wins, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(each > 0, each * np.log(each / n), 0.0) for each in (w, n - w)]
    return np.asarray(parts[0] + parts[1])


def _by_group(of: Reached, number: npt.NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Return wins and rows by group and step."""
    groups = np.unique(of.group, return_inverse=True)[1]
    size = (int(groups.max(initial=-1)) + 1, count)
    wins = table(groups, number, of.outcome.astype(float), size)
    return wins, table(groups, number, np.ones(of.rows), size)


def _rises(
    of: Reached, cuts: npt.NDArray[np.int64]
) -> list[tuple[Measured | None, Support | None]]:
    """Return for each cut how much conversion rises there, on other rows."""
    number = np.searchsorted(cuts, of.value, "right")
    wins, rows = _by_group(of, number, len(cuts) + 1)
    weights = draws(len(wins))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.diff((weights @ wins) / (weights @ rows), axis=1)
        values = np.diff(wins.sum(0) / rows.sum(0))
    found: list[tuple[Measured | None, Support | None]] = []
    for at, value in enumerate(values):
        both = wins[:, at : at + 2].sum(), rows[:, at : at + 2].sum(0).min()
        rise = interval(float(value), drawn[:, at])
        if both[0] < FEWEST_WINS or both[1] < FEWEST_WINS or rise.low is None:
            found.append((rise, "too few to tell"))
        else:
            found.append((rise, "seen again" if rise.low > 0 else "not seen again"))
    return found


def _bands_inside(
    edges: Mapping[str, float], cuts: npt.NDArray[np.int64], place: int
) -> tuple[str, ...]:
    low = NEVER if place == 0 else int(cuts[place - 1])
    high = ALWAYS if place == len(cuts) else int(cuts[place])
    inside = [each for each, edge in edges.items() if low < round(edge * MILLION) < high]
    lowest = next(iter(edges), "")
    return tuple(each for each in inside if each != lowest)
