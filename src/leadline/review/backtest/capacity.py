"""What a team gets that takes so many leads and no more: the best by score."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadline.errors import Fault, InputError
from leadline.history.ranked import Ranked
from leadline.model.durations import MICROSECONDS
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Measured
from leadline.statistics.shares import captured_of, precision_of

PER = {"day": "d", "week": "w", "month": "d"}
_DAYS_OF_MONTH = 30.4375


@dataclass(frozen=True)
class Capacity:
    """How many leads a team takes, of all judged rows or in a stretch of time.

    Attributes:
        count: How many.
        per: day, week or month; empty for all judged rows together.
    """

    count: float
    per: str = ""

    @property
    def microseconds(self) -> float:
        """The stretch of time; 0 where there is none."""
        if not self.per:
            return 0
        length = MICROSECONDS[PER[self.per]]
        return length * (_DAYS_OF_MONTH if self.per == "month" else 1)

    @property
    def weekly(self) -> float:
        """How many that are in a week; as it is where no stretch of time is named.

        >>> Capacity(3, "day").weekly, round(Capacity(60, "month").weekly, 2)
        (21.0, 13.8)
        """
        return self.count * MICROSECONDS["w"] / self.microseconds if self.per else self.count

    def __str__(self) -> str:
        return f"{self.count:g}" + (f" a {self.per}" if self.per else "")


def read_capacity(text: str) -> Capacity:
    """Return a capacity such as ``60/week``, or ``60`` of all rows. Raises InputError.

    >>> read_capacity("60/week")
    Capacity(count=60.0, per='week')
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/(day|week|month))?", text.strip())
    if found is None or not float(found[1]):
        raise InputError(Fault("", "--capacity", "must be a number such as 60/week", text))
    return Capacity(float(found[1]), found[2] or "")


@dataclass(frozen=True)
class CapacityUse:
    """What the capacity would have got: the best of the judged rows, as many as fit.

    Attributes:
        capacity: What was asked.
        taken: How many rows that is; all, where there are not as many.
        share: The same as a share of the judged rows.
        precision: Share of them with the outcome.
        recall: Share of all outcomes among them.
    """

    capacity: Capacity
    taken: float
    share: float
    precision: Measured
    recall: Measured


def share_of(ranked: Ranked, capacity: Capacity) -> float:
    """Return the share of the judged rows that a capacity has room for.

    Raises InputError where it is for a stretch of time and rows have no times.
    """
    rows = ranked.sample.rows
    if not capacity.per:
        return min(1.0, capacity.count / max(rows, 1))
    if ranked.of.task.task.when == "once":
        remedy = f"Write --capacity {capacity.count:g} for that many of all judged rows."
        expected = "must have no time, as the task has no moments"
        raise InputError(Fault("", "--capacity", expected, str(capacity), remedy))
    statement = sql_text(
        "select epoch_us(max(as_of)) - epoch_us(min(as_of)) from {t} where part >= 0",
        t=name(ranked.table),
    )
    [(span,)] = ranked.of.run.engine.rows(statement)
    stretches = max((span or 0) / capacity.microseconds, 1.0)
    return min(1.0, capacity.count * stretches / max(rows, 1))


def capacity_use(ranked: Ranked, capacity: Capacity) -> CapacityUse:
    """Return what a capacity would have got. Raises InputError."""
    share = share_of(ranked, capacity)
    sample = ranked.sample
    return CapacityUse(
        capacity,
        share * sample.rows,
        share,
        precision_of(sample, share),
        captured_of(sample, share)[0],
    )
