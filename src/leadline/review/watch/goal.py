"""A goal: what is measured, where it stood before, where it is to be by when, how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np

from leadline.errors import Fault, InputError
from leadline.history.outcomes import KNOWN_AT
from leadline.review.watch.inflation import LATEST, BandMove, Inflation
from leadline.review.watch.sales import Promise
from leadline.review.watch.series import Series
from leadline.review.watch.standing import Standing
from leadline.review.watch.weeks import Weeks
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import wilson

MEASURES = ("won", "accepted", "entries", "days", "revenue")
"""The rate of won in the highest band, the share that sales accepts, entries into that band a week,
days from the first that is known of a lead to its win (the middle), and revenue a week."""
SHARES = ("won", "accepted")
FALLING = ("days",)
"""Measures of which less is better."""
NOW_WEEKS = 13
FEWEST = 5
"""Fewer wins, or weeks, give no interval of a middle or a sum."""
_Z = 1.959964
_FORM = re.compile(
    r"(?P<measure>[a-z]+)\s+(?P<value>\d+(?:\.\d+)?)\s*(?P<percent>%?)\s+by\s+(?P<by>\S+)"
)


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Attributes:
        measure: One of ``MEASURES``.
        target: The value that it is to have; a share is a part of 1.
        by: When.
    """

    measure: str
    target: float
    by: datetime


def read_goal(text: str) -> Goal:
    """Return a goal such as ``won 12 % by 2027-03-31``. Raises InputError.

    >>> read_goal("won 12 % by 2027-03-31").target
    0.12
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or found["measure"] not in MEASURES:
        expected = f"must be one of {', '.join(MEASURES)}, a value and a date"
        raise InputError(Fault("", "--goal", expected, text, "Such as: won 12% by 2027-03-31."))
    is_share = found["measure"] in SHARES
    if is_share != bool(found["percent"]):
        expected = "must be in percent" if is_share else "must be a number without %"
        raise InputError(Fault("", "--goal", expected, text))
    try:
        by = datetime.combine(date.fromisoformat(found["by"]), time(), UTC)
    except ValueError:
        raise InputError(Fault("", "--goal", "must end with a date", found["by"])) from None
    value = float(found["value"])
    return Goal(found["measure"], value / 100 if is_share else value, by)


@dataclass(frozen=True)
class Reached:
    """How far a goal is.

    Attributes:
        goal: The goal.
        of: What was measured, such as a band.
        before: Where it stood in the weeks before, with its interval.
        now: Where it stands in the latest quarter of the watched weeks; entries in eight weeks.
        time_gone: Part of the time from the beginning of the watched weeks to the date.
    """

    goal: Goal
    of: str
    before: Measured
    now: Measured
    time_gone: float

    @property
    def part(self) -> float | None:
        """How much of the way is done; negative where it went the other way."""
        before, now = self.before.value, self.now.value
        if before is None or now is None or self.was_reached:
            return None
        return (now - before) / (self.goal.target - before)

    @property
    def was_reached(self) -> bool:
        """Whether it stood as well already before."""
        before = self.before.value
        return before is not None and _as_well(self.goal, before)

    @property
    def is_surely_reached(self) -> bool:
        """Whether the whole interval is as good as the target."""
        worst = self.now.high if self.goal.measure in FALLING else self.now.low
        return worst is not None and _as_well(self.goal, worst)

    @property
    def is_told_from_before(self) -> bool:
        """Whether where it stands now can be told from where it stood before."""
        low, high, before = self.now.low, self.now.high, self.before
        if low is None or high is None or before.low is None or before.high is None:
            return False
        return low > before.high or high < before.low

    def plain(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "measure": self.goal.measure,
            "of": self.of,
            "target": self.goal.target,
            "by": self.goal.by,
            "before": self.before.plain(),
            "now": self.now.plain(),
            "part": self.part,
            "time_gone": self.time_gone,
            "reached": self.is_surely_reached,
        }


@dataclass(frozen=True)
class Known:
    """What goals are measured on."""

    weeks: Weeks
    series: tuple[Series, ...]
    standing: Standing
    promise: Promise | None
    inflation: Inflation

    @property
    def top(self) -> BandMove | None:
        """The highest band; None without bands."""
        ladder = self.inflation.ladder
        edges = list(self.standing.model.lead_bands[ladder].edges or {}) if ladder else []
        moves = {each.band: each for each in self.inflation.bands}
        return moves.get(edges[-1]) if edges else None


def reached(goal: Goal, known: Known) -> Reached:
    """Return how far a goal is. Raises InputError where it cannot be measured."""
    of, before, now = _MEASURED[goal.measure](known)
    length = goal.by - known.weeks.since
    gone = (known.weeks.end - known.weeks.since) / length if length.days > 0 else 1.0
    return Reached(goal, of, before, now, min(gone, 1.0))


def _as_well(goal: Goal, value: float) -> bool:
    return value <= goal.target if goal.measure in FALLING else value >= goal.target


def _unmeasured(measure: str, needs: str) -> InputError:
    return InputError(Fault("", "--goal", f"cannot be measured, as {measure} needs {needs}"))


Pair = tuple[str, Measured, Measured]


def _won(known: Known) -> Pair:
    if known.top is None:
        raise _unmeasured("won", "bands")
    return _of_series(known, "won", f"band {known.top.band}", "a task and outcomes")


def _accepted(known: Known) -> Pair:
    return _of_series(known, "accepted", "", "outcomes accepted and rejected")


def _of_series(known: Known, topic: str, among: str, needs: str) -> Pair:
    found = [each for each in known.series if (each.topic, each.among) == (topic, among)]
    if not found:
        raise _unmeasured(topic, needs)
    hits, size = found[0].hits[0], found[0].size[0]
    before, now = slice(0, known.weeks.before), _latest(known.weeks)
    return (
        among.removeprefix("band "),
        share_of(hits[before], size[before]),
        share_of(hits[now], size[now]),
    )


def _latest(weeks: Weeks) -> slice:
    return slice(max(weeks.before, weeks.count - NOW_WEEKS), weeks.count)


def share_of(hits: Floats, size: Floats) -> Measured:
    """Return the share of some weeks with its interval of 95 %; shapes (weeks,)."""
    rows = float(size.sum())
    if not rows:
        return Measured(None)
    low, high = wilson(np.array([hits.sum()]), np.array([rows]))
    return Measured(float(hits.sum()) / rows, float(low[0]), float(high[0]))


def _entries(known: Known) -> Pair:
    if known.top is None:
        raise _unmeasured("entries", "bands")
    top = known.top
    return top.band, _poisson(top.entries_before), _poisson(top.entries)


def _poisson(a_week: float) -> Measured:
    half = _Z * float(np.sqrt(a_week * LATEST + 1)) / LATEST
    return Measured(a_week, max(a_week - half, 0.0), a_week + half)


def _days(known: Known) -> Pair:
    rows = _wins(known, "days")
    before, now = (
        _middle([days for week, days, _ in rows if week in each]) for each in _spans(known)
    )
    return "", before, now


def _revenue(known: Known) -> Pair:
    rows = _wins(known, "revenue")
    if not any(amount for _, _, amount in rows):
        raise _unmeasured("revenue", "amounts of outcomes")
    before, now = (
        _a_week([amount or 0.0 for week, _, amount in rows if week in each], len(each))
        for each in _spans(known)
    )
    return "", before, now


def _spans(known: Known) -> tuple[range, range]:
    latest = _latest(known.weeks)
    return range(known.weeks.before), range(latest.start, latest.stop)


def _wins(known: Known, measure: str) -> list[tuple[int, float, float | None]]:
    """Return each win with the week in which it was known, days since the lead came, and amount."""
    task = known.promise.of.task.task if known.promise else None
    if task is None or task.outcome.outcome is None:
        raise _unmeasured(measure, "a task whose outcome is in the table of outcomes")
    of = known.standing.of
    rows = of.run.engine.rows(
        sql_text(
            "select {week}, (epoch_us(t.occurred_at) - epoch_us(c.came_at)) / 86400e6, t.amount "
            "from outcomes as t join {came} as c on c.lead_id = t.lead_id "
            "where t.outcome in ({won}) and {week} between 0 and {last}",
            week=known.weeks.number(KNOWN_AT),
            came=name(of.table),
            won=[*task.outcome.outcome],
            last=known.weeks.count - 1,
        )
    )
    return [(week, float(days), amount) for week, days, amount in rows]


def _middle(days: list[float]) -> Measured:
    """Return the median with the interval of its ranks (Conover, 1980)."""
    ordered, count = sorted(days), len(days)
    if not count:
        return Measured(None)
    value = float(np.median(ordered))
    if count < FEWEST:
        return Measured(value)
    half = _Z * float(np.sqrt(count)) / 2
    low, high = int(np.floor(count / 2 - half)), int(np.ceil(count / 2 + half))
    return Measured(value, ordered[max(low - 1, 0)], ordered[min(high, count - 1)])


def _a_week(amounts: list[float], weeks: int) -> Measured:
    """Return the sum a week; wins come by chance, each with its amount."""
    total = sum(amounts)
    if len(amounts) < FEWEST:
        return Measured(total / weeks)
    half = _Z * float(np.sqrt(sum(each**2 for each in amounts)))
    return Measured(total / weeks, max(total - half, 0.0) / weeks, (total + half) / weeks)


_MEASURED: Mapping[str, Callable[[Known], Pair]] = {
    "won": _won,
    "accepted": _accepted,
    "entries": _entries,
    "days": _days,
    "revenue": _revenue,
}
