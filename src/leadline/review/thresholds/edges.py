"""What every edge would give, and the edge that gives what is wanted: counts alone, no engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from leadline.history.split import Kind
from leadline.review.thresholds.ceilings import ALWAYS, MILLION, NEVER, Ceilings, Whole

Bounds = tuple[int, int | None]
"""Edges of the next lower and the next higher band, in millionths; between them it must stand."""

SLACK = 0.03
"""A rounder edge is taken where it gives at most this share less than what is wanted."""
_STEPS = (100 * MILLION, 50 * MILLION, 10 * MILLION, 5 * MILLION, MILLION, MILLION // 2)
_FINER = (MILLION // 10, MILLION // 100, MILLION // 1000, 1)
_MONTH_DAYS = 14
"""A month with fewer days than this is not shown by itself."""


def roundest(above: int, most: int) -> int:
    """Return the roundest number in millionths that is above one number and at most another.

    >>> roundest(61_230_000, 65_900_000), roundest(61_230_000, 61_400_000)
    (65000000, 61400000)
    """
    for step in (*_STEPS, *_FINER):
        found = most // step * step
        if found > above:
            return found
    return most


def months_of(moments: Whole) -> Iterator[tuple[datetime, npt.NDArray[np.bool_]]]:
    """Yield the first day of each calendar month, UTC, and which moments lie in it."""
    months = moments.astype("datetime64[us]").astype("datetime64[M]")
    for month in np.unique(months):
        yield month.astype("datetime64[us]").astype(datetime).replace(tzinfo=UTC), months == month


def _within(candidates: Whole, bounds: Bounds) -> Whole:
    """Return the candidates between the bounds, falling."""
    low, high = bounds
    kept = candidates[(candidates > max(low, NEVER)) & (candidates < ALWAYS)]
    kept = kept if high is None else kept[kept < high]
    return np.unique(kept)[::-1]


@dataclass(frozen=True)
class Entered:
    """Entries into a band day by day, for any edge.

    A lead enters at a moment for the edges above its ceiling before and not above that of now.

    Attributes:
        lead: Number of the lead, of each possible entry.
        before: Ceiling at the preceding moment.
        now: Ceiling at the moment.
        moment: The moment, in microseconds.
        at: All moments that count, rising.
        factor: Leads that one replayed lead stands for.
    """

    lead: Whole
    before: Whole
    now: Whole
    moment: Whole
    at: Whole
    factor: float

    @classmethod
    def of(cls, found: Ceilings, moments: Sequence[datetime], factor: float) -> Entered:
        """Return the possible entries of replayed leads; at the first moment none is counted."""
        first = np.diff(found.lead, prepend=-1) != 0
        before = np.where(first, NEVER, np.roll(found.ceiling, 1))
        at = np.array([_microseconds(each) for each in moments], np.int64)
        rises = (found.ceiling > before) & (found.moment > at[0])
        return cls(
            found.lead[rises],
            before[rises],
            found.ceiling[rises],
            found.moment[rises],
            at[1:],
            factor,
        )

    @property
    def weeks(self) -> float:
        """How many weeks it is."""
        return len(self.at) / 7

    def counts(self, edges: Whole) -> npt.NDArray[np.int64]:
        """Return the entries of the replayed leads for each edge."""
        up, down = np.sort(self.now), np.sort(self.before)
        size = len(up)
        above = size - np.searchsorted(up, edges, "left")
        return above - (size - np.searchsorted(down, edges, "left"))

    def count(self, edge: int) -> int:
        """Return the entries of the replayed leads for an edge."""
        return int(self.counts(np.array([edge]))[0])

    def weekly(self, edge: int) -> float:
        """Return the entries of all leads a week for an edge."""
        return self.count(edge) * self.factor / self.weeks

    def by_week(self, edge: int) -> list[int]:
        """Return the entries of the replayed leads in each week for an edge."""
        enters = (self.now >= edge) & (self.before < edge)
        weeks = np.searchsorted(self.at, self.moment[enters]) // 7
        return [int(each) for each in np.bincount(weeks, minlength=-(-len(self.at) // 7))]

    def squares(self, edge: int) -> float:
        """Return the sum of the squared entries of each lead for an edge."""
        enters = (self.now >= edge) & (self.before < edge)
        return float((np.bincount(self.lead[enters]).astype(float) ** 2).sum())

    def edge_for(self, room: float, bounds: Bounds) -> tuple[int | None, str]:
        """Return the lowest edge that leaves entries within a capacity, or why there is none.

        It is looked for from the top: further down the leads that stay inside no longer enter,
        so that a very low edge would have few entries too.
        """
        falling = _within(np.concatenate([self.now, self.before]), bounds)
        if not len(falling):
            return None, "No edge between its neighbours changes who enters."
        given = self.counts(falling) * self.factor / self.weeks
        over = np.flatnonzero(given > room * (1 + 1e-9))
        last = int(over[0]) - 1 if len(over) else len(falling) - 1
        if last < 0:
            return None, (
                f"Even at {falling[0] / MILLION:g}, the highest edge, {given[0]:.3g} a week enter: "
                "by overrides, or by equal scores."
            )
        first, least = last, min(float(given[last]), room * (1 - SLACK))
        while first and given[first - 1] >= least:
            first -= 1
        lowest = int(falling[last + 1]) if last + 1 < len(falling) else bounds[0]
        edge = roundest(lowest, int(falling[first]))
        says = "" if len(over) else f"No edge fills it: the lowest gives {given[last]:.3g} a week."
        return edge, says

    def months(self) -> Iterator[tuple[datetime, Entered]]:
        """Yield each calendar month that has enough days."""
        for month, days in months_of(self.at):
            if days.sum() >= _MONTH_DAYS:
                yield month, self._between(self.at[days])

    def halves(self) -> tuple[Entered, Entered]:
        """Return the earlier and the later half of the moments."""
        middle = len(self.at) // 2
        return self._between(self.at[:middle]), self._between(self.at[middle:])

    def _between(self, at: Whole) -> Entered:
        kept = (self.moment >= at[0]) & (self.moment <= at[-1])
        return Entered(
            self.lead[kept], self.before[kept], self.now[kept], self.moment[kept], at, self.factor
        )


def _microseconds(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * MILLION)


_BY_LUCK, _DEALS = 0.01, 1999


@dataclass(frozen=True)
class Reached:
    """Judged rows with the highest edge that each reaches.

    Attributes:
        lead: Number of the lead.
        moment: Time in microseconds.
        ceiling: Highest edge with which it is in the band or a higher one, in millionths.
        value: Its score, in millionths; ``NEVER`` where it has none.
        outcome: Whether it has the outcome.
        part: Part of the split; -2 for rows that are in no part.
        group: Number of its group.
        kind: How rows were split.
    """

    FEWEST: ClassVar[int] = 20
    """With fewer rows in the band a precision says nothing."""

    lead: Whole
    moment: Whole
    ceiling: Whole
    value: Whole
    outcome: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    kind: Kind

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.ceiling)

    def only(self, rows: npt.NDArray[np.bool_]) -> Reached:
        """Return some of the rows."""
        return Reached(
            self.lead[rows],
            self.moment[rows],
            self.ceiling[rows],
            self.value[rows],
            self.outcome[rows],
            self.part[rows],
            self.group[rows],
            self.kind,
        )

    def given(self, kind: str, edge: int) -> float | None:
        """Return the precision or recall of an edge; None where it has none."""
        inside = self.ceiling >= edge
        wins = int((inside & self.outcome).sum())
        below = int(self.outcome.sum() if kind == "recall" else inside.sum())
        return wins / below if below else None

    def differs_by_month(self) -> bool:
        """Return whether the share of outcomes differs by month more than luck allows.

        A group counts once a month. Outcomes are dealt to the months by lot, as many as there are,
        and the distance of Pearson's test is compared: at one in a hundred.
        """
        counts = []
        for _, rows in months_of(self.moment):
            part = self.only(rows)
            if part.rows >= self.FEWEST:
                winners = np.unique(part.group[part.outcome])
                counts.append((len(winners), len(np.unique(part.group))))
        found = np.array(counts, np.int64).reshape(-1, 2)
        won, groups = found[:, 0], found[:, 1]
        expected = groups * won.sum() / max(groups.sum(), 1)
        if len(won) < 2 or not 0 < won.sum() < groups.sum():  # noqa: PLR2004 - a pair
            return False
        dealt = np.random.default_rng(0).multivariate_hypergeometric(groups, won.sum(), _DEALS)
        far = ((np.vstack([won, dealt]) - expected) ** 2 / expected).sum(1)
        return bool(np.count_nonzero(far >= far[0]) / len(far) < _BY_LUCK)

    def edge_for(self, kind: str, wanted: float, bounds: Bounds) -> int | None:
        """Return the lowest edge of that precision, or the highest of that recall; None for none.

        With a precision, an edge is only taken where enough rows are in the band.
        """
        falling = _within(self.ceiling, bounds)
        order = np.sort(self.ceiling)
        rows = len(order) - np.searchsorted(order, falling, "left")
        winning = np.sort(self.ceiling[self.outcome])
        wins = len(winning) - np.searchsorted(winning, falling, "left")
        if kind == "recall":
            does = wins >= wanted * len(winning) - 1e-9 if len(winning) else wins < 0
            found = np.flatnonzero(does)[:1]
        else:
            does = (wins >= wanted * rows - 1e-9) & (rows >= self.FEWEST)
            found = np.flatnonzero(does)[-1:]
        if not len(found):
            return None
        at = int(found[0])
        below = int(falling[at + 1]) if at + 1 < len(falling) else bounds[0]
        return roundest(below, int(falling[at]))
