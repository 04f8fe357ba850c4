"""Which series have left their level, when that is told, and how false alarms are held down.

Evidence is that of ``statistics.evidence``. A false alarm in a quarter is allowed, on average, over
all that is watched: a third of it for what sales says, a third for what was won, which are few
series and slow ones, and a third for all the rest. Of ``n`` series that share a third each passes
at ``39 * n``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from leadline.review.watch.series import Series, Topic
from leadline.review.watch.weeks import Weeks
from leadline.statistics.evidence import (
    FACTORS,
    Level,
    evidence,
    level_of,
    log_e_values,
    smallest,
)
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import wilson

Rows: TypeAlias = npt.NDArray[np.int64]

QUARTER_WEEKS = 13
FALSE_A_QUARTER = 1.0
"""So many false alarms a quarter are allowed on average, over all that is watched."""
SHARED: Mapping[Topic, int] = {"accepted": 1, "won": 2, "promise": 2}
"""Which part of the budget a topic shares; the rest share the first."""
PARTS = 3
SIGHT_WEEKS = 4
"""The smallest change that could be seen is that which so many weeks would tell."""
OVER_WEEKS = 4
"""A change is over where at least so many latest weeks speak against it."""
_AGAINST = float(np.log(50))
"""They do where they are fifty times likelier without it, or without a smaller one of its kind."""
_SURE = 1e9
_INTERVAL = 1.959964


@dataclass(frozen=True)
class Alarm:
    """A series that left its level.

    Attributes:
        series: It.
        part: The part of it that left furthest.
        since: The number of the week in which it began.
        told: The number of the week at whose end there was evidence enough.
        over: The number of the week at whose end nothing was left of it; None while it lasts.
        evidence: How many times likelier what was counted is under a change than under none.
        before: Where it stood.
        now: Where it has stood since, with its interval.
        hits: What was counted since.
        size: Of how many since.
        smallest: The least change that four weeks would have told, from ``before`` to this.
    """

    series: Series
    part: str
    since: int
    told: int
    over: int | None
    evidence: float
    before: float
    now: Measured
    hits: float
    size: float
    smallest: float

    @property
    def topic(self) -> Topic:
        """What kind of thing it is."""
        return self.series.topic

    @property
    def is_up(self) -> bool:
        """Whether there is more of it than before."""
        return (self.now.value or 0.0) > self.before


@dataclass(frozen=True)
class Sight:
    """What is watched of one series, and how small a change could be seen.

    Attributes:
        series: It.
        part: Its part that is seen best.
        before: Where it stands.
        smallest: The least change that four usual weeks tell in half of the cases.
        is_watched: Whether the weeks before tell what is usual.
    """

    series: Series
    part: str
    before: float
    smallest: float | None
    is_watched: bool


@dataclass(frozen=True)
class Found:
    """What was found in all series.

    Attributes:
        alarms: In the order in which they were told.
        sights: How small a change of each series could be seen.
        enough: The evidence that is enough: for data and scores, for what sales says, for wins.
    """

    alarms: tuple[Alarm, ...]
    sights: tuple[Sight, ...]
    enough: tuple[float, ...]

    @property
    def watched(self) -> int:
        """How many series are watched."""
        return sum(each.is_watched for each in self.sights)


def found_in(series: Iterable[Series], weeks: Weeks) -> Found:
    """Return which series left their level in the weeks that are watched."""
    given = list(series)
    groups: dict[int, list[Series]] = {part: [] for part in range(PARTS)}
    for each in given:
        if each.is_enough(weeks):
            groups[SHARED.get(each.topic, 0)].append(each)
    found = [_Watching(each, weeks, enough_for(len(each))) for each in groups.values() if each]
    alarms = sorted(
        (alarm for each in found for alarm in each.alarms()),
        key=lambda each: (each.told, -each.evidence),
    )
    sights = [sight for each in found for sight in each.sights()]
    few = [
        Sight(each, each.parts[0], 0.0, None, is_watched=False)
        for each in given
        if not each.is_enough(weeks)
    ]
    enough = tuple(enough_for(len(each)) for each in groups.values())
    return Found(tuple(alarms), (*sights, *few), enough)


def enough_for(watched: int) -> float:
    """Return the evidence that is enough for each of so many series that share a third.

    >>> enough_for(10), enough_for(200)
    (390.0, 7800.0)
    """
    return max(watched, 1) * QUARTER_WEEKS * PARTS / FALSE_A_QUARTER


class _Watching:
    """Series that share a part of the budget, with their evidence."""

    def __init__(self, series: Sequence[Series], weeks: Weeks, enough: float) -> None:
        self.series, self.weeks, self.enough = series, weeks, enough
        self.owner = np.repeat(np.arange(len(series)), [len(each.parts) for each in series])
        self.hits = np.concatenate([each.hits for each in series])
        self.size = np.concatenate([each.size for each in series])
        self.least = np.empty(len(self.owner))
        self.levels = list(self._levels())
        for place, level in self.levels:
            usual = np.median(self.size[place][:, : weeks.before], axis=1)
            limits = enough * self._shares(place)
            self.least[place] = smallest(level, usual, SIGHT_WEEKS, limits)

    def _levels(self) -> Iterator[tuple[Rows, Level]]:
        """Yield rows of one topic with their levels: weeks of one kind differ alike."""
        kinds = [(each.topic, each.kind, each.given) for each in self.series]
        for kind in dict.fromkeys(kinds):
            owners = [place for place, each in enumerate(kinds) if each == kind]
            place = np.flatnonzero(np.isin(self.owner, owners))
            before = slice(0, self.weeks.before)
            level = level_of(kind[1], self.hits[place, before], self.size[place, before])
            if kind[2]:  # what was promised is no estimate
                sure = np.full(len(place), _SURE)
                level = Level(kind[1], sure * level.worth, sure * level.worth, level.worth)
            yield place, level

    def _shares(self, place: Rows) -> Floats:
        """Return how many parts share the evidence of each row's series."""
        return np.asarray(np.bincount(self.owner)[self.owner[place]], dtype=float)

    def alarms(self) -> Iterator[Alarm]:
        """Yield every alarm; one that lasts is one."""
        for place, level in self.levels:
            for owner in np.unique(self.owner[place]):
                mine = np.flatnonzero(self.owner[place] == owner)
                own = Level(
                    level.kind, *(each[mine] for each in (level.hits, level.size, level.worth))
                )
                yield from self._of_one(self.series[owner], place[mine], own)

    def _of_one(self, series: Series, rows: Rows, level: Level) -> Iterator[Alarm]:
        """Yield the alarms of one series; after one is over the next begins later."""
        start = self.weeks.before
        while start < self.weeks.count:
            hits, size = self.hits[rows, start:], self.size[rows, start:]
            of = evidence(level, hits, size)
            told = next(iter(np.flatnonzero(of.total.mean(0) >= self.enough)), None)
            if told is None:
                return
            row, change = np.unravel_index(
                of.log_parts[:, told].argmax(), of.log_parts[:, told].shape
            )
            over = _over(level, hits, size, int(told), (int(row), int(change)))
            since = int(of.since[row, told, change])
            weeks = (start + since, start + int(told), None if over is None else start + over)
            strength = float(of.total.mean(0).max())
            yield self._alarm(series, int(row), int(rows[row]), weeks, strength)
            if over is None:
                return
            start += over + 1

    def _alarm(
        self,
        series: Series,
        part: int,
        row: int,
        weeks: tuple[int, int, int | None],
        strength: float,
    ) -> Alarm:
        since, told, over = weeks
        until = self.weeks.count if over is None else max(told + 1, over - OVER_WEEKS + 1)
        hits = float(self.hits[row, since:until].sum())
        size = float(self.size[row, since:until].sum())
        return Alarm(
            series,
            series.parts[part],
            since,
            told,
            over,
            strength,
            self._level(row, given=series.given),
            _measured(series, hits, size),
            hits,
            size,
            float(self.least[row]),
        )

    def _level(self, row: int, *, given: bool) -> float:
        if given:
            return 1.0
        before = slice(0, self.weeks.before)
        return float(self.hits[row, before].sum() / max(self.size[row, before].sum(), 1e-9))

    def sights(self) -> Iterator[Sight]:
        """Yield how small a change each series could show, by its part that is seen best."""
        for place, series in enumerate(self.series):
            rows = np.flatnonzero(self.owner == place)
            row = int(rows[np.argmin(self.least[rows])])
            level = self._level(row, given=series.given)
            part = series.parts[int(np.argmin(self.least[rows]))]
            yield Sight(series, part, level, float(self.least[row]), is_watched=True)


def _over(
    level: Level, hits: Floats, size: Floats, told: int, which: tuple[int, int]
) -> int | None:
    """Return the week at whose end the weeks since some week speak against any such change."""
    row, change = which
    same = (FACTORS > 1) == (FACTORS[change] > 1)
    for week in range(told + OVER_WEEKS, hits.shape[1]):
        since = [
            log_e_values(level, *(each[:, begin : week + 1].sum(1) for each in (hits, size)))
            for begin in range(told + 1, week + 2 - OVER_WEEKS)
        ]
        if min(each[row, same].max() for each in since) <= -_AGAINST:
            return week
    return None


def _measured(series: Series, hits: float, size: float) -> Measured:
    """Return where a series stands, with an interval of 95 %."""
    if size <= 0:
        return Measured(None)
    value = hits / size
    if series.kind == "share":
        low, high = wilson(np.array([hits]), np.array([size]))
        return Measured(value, float(low[0]), float(high[0]))
    half = _INTERVAL * np.sqrt(hits + 1) / size
    return Measured(value, max(value - half, 0.0), value + half)


def moved(series: Series, before: float, factor: float, *, up: bool) -> float:
    """Return where a change of so many times would take a series: of shares, of their odds."""
    factor = factor if up else 1 / factor
    if series.kind == "count":
        return before * factor
    odds = factor * before / max(1 - before, 1e-9)
    return odds / (1 + odds)
