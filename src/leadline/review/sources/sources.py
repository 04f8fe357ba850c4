"""Where leads come from: what became of them, with intervals, and what each of it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.errors import InputError
from leadline.model.task import TaskDocument
from leadline.review.sources.cohort import Cohort, cohort
from leadline.review.sources.costs import Costs, read_costs
from leadline.review.sources.counts import (
    Count,
    costs_by_value,
    counted,
    counted_in_time,
)
from leadline.review.sources.ways import UNKNOWN, Touch, Way, touched, ways_of
from leadline.scoring import Run
from leadline.statistics.measures import Measured
from leadline.statistics.pooled import pooled
from leadline.tables.places.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa

TOTAL = "all"


@dataclass(frozen=True)
class Cost:
    """What was spent on a value in the times that its costs are known for, and on what.

    Attributes:
        amount: The money.
        leads: Leads that came in these times.
        per_lead: Money a lead; None where none came.
        per_qualified: Money a lead that reached the highest band, with its interval.
        per_accepted: Money a lead that sales accepted.
        per_win: Money a lead that won.
    """

    amount: float
    leads: float
    per_lead: float | None
    per_qualified: Measured
    per_accepted: Measured
    per_win: Measured


@dataclass(frozen=True)
class Source:
    """Leads of one value; parts of leads where touches share them.

    Attributes:
        value: The value.
        leads: How many there are.
        share: Of all leads.
        qualified: How many were seen in the highest band; None without bands.
        bands: How many were seen in each band as their highest, by name.
        decided: How many sales decided on.
        accepted: The share of these that it accepted.
        wins: How many won.
        won: The share that won.
        pooled: The same, drawn to that of all as far as the rows are too few.
        deals: All their deals.
        revenue: The amounts of these, with an interval of what chance alone would give again.
        days: From coming to the win, the middle, with its interval.
        cost: What was spent; None where no costs are known.
    """

    value: str
    leads: float
    share: float
    qualified: float | None
    bands: Mapping[str, float]
    decided: float
    accepted: Measured
    wins: float
    won: Measured
    pooled: Measured
    deals: float
    revenue: Measured
    days: Measured
    cost: Cost | None

    def side(self, total: Source) -> int:
        """Return 1 where its interval lies above the rate of all, -1 below, 0 where around it."""
        low, high, rate = self.pooled.low, self.pooled.high, total.won.value
        if low is None or high is None or rate is None:
            return 0
        return (low > rate) - (high < rate)


@dataclass(frozen=True)
class Told:
    """A way in by one kind of touch; its sources add up to the total.

    Attributes:
        way: The way.
        touch: Which touches count.
        strength: So many rows of the whole were added to each source for ``pooled``.
        sources: Those with most leads first, what is unknown last.
        total: All of them.
    """

    way: Way
    touch: Touch
    strength: float
    sources: tuple[Source, ...]
    total: Source


@dataclass(frozen=True)
class Sources:
    """Where leads come from.

    Attributes:
        of: The leads that are counted.
        horizon: How long each of them is followed; None where the outcome has no time.
        told: Each way by each kind of touch.
        costs: What was spent; None where it is not known.
    """

    of: Cohort
    horizon: str | None
    told: tuple[Told, ...]
    costs: Costs | None

    def table(self) -> pa.Table:
        """Return every value of every way as an Arrow table."""
        import pyarrow as pa  # noqa: PLC0415 - slow to import, and only written out

        return pa.Table.from_pylist(
            [
                {"way": each.way.name, "touch": each.touch, **_flat(plain_source(source))}
                for each in self.told
                for source in each.sources
            ]
        )

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {
            "leads": self.of.leads,
            "too_young": self.of.young,
            "until": self.of.end,
            "horizon": self.horizon,
            "deals_not_counted": self.of.uncounted[0],
            "revenue_not_counted": self.of.uncounted[1],
            "costs_not_counted": self.costs.uncounted if self.costs else None,
            "ways": [
                {
                    "way": each.way.name,
                    "kind": each.way.kind,
                    "touch": each.touch,
                    "sources": [plain_source(source) for source in each.sources],
                    "total": plain_source(each.total),
                }
                for each in self.told
            ],
        }


def sources(  # noqa: PLR0913, PLR0917 - where from, by what, at what cost
    run: Run,
    task: TaskDocument,
    end: datetime | None = None,
    by: Sequence[str] = (),
    motions: Mapping[str, str] | None = None,
    costs: Input | None = None,
) -> Sources:
    """Return where leads come from and what became of them.

    Args:
        run: Any run over the tables.
        task: What winning is, and how long a lead is followed.
        end: Until when outcomes are known; by default the last recorded one.
        by: Fields of leads, or properties of events; by default all usual ones.
        motions: Inbound, outbound or paid, by source, where words do not say it.
        costs: What was spent: source or campaign, from, to, amount.

    Raises InputError, FileError.
    """
    ways = ways_of(run, by)
    of = cohort(run, task, end)
    if not of.leads:
        expected = "must have leads whose horizon is over"
        raise InputError(task.fault((), expected, f"{of.young:,} that are too young"))
    table = touched(of, ways, motions or {})
    spent = read_costs(of, ways, costs) if costs is not None else None
    told = tuple(
        _told(of, table, way, touch, spent) for way in enumerate(ways) for touch in way[1].touches
    )
    return Sources(of, str(task.task.horizon) if task.task.horizon else None, told, spent)


def _told(of: Cohort, table: str, way: tuple[int, Way], touch: Touch, spent: Costs | None) -> Told:
    """Return the sources of a way by one kind of touch."""
    which = (way[0], touch)
    found = counted(of, table, which, spent)
    then = counted_in_time(of, table, which, spent) if spent else {}
    amounts = costs_by_value(of, way[0], spent) if spent else {}
    # costs of values that no lead has stand in the list too, so that costs add up
    total = found.pop(None)
    unknown = found.pop(UNKNOWN, None)
    found.update((each, _nobody(of, each)) for each in amounts if each not in {*found, UNKNOWN})
    if unknown or UNKNOWN in amounts:
        found[UNKNOWN] = unknown or _nobody(of, UNKNOWN)
    worth = np.array([each.worth for each in found.values()])
    rates = np.array([each.won.value or 0.0 for each in found.values()])
    drawn = pooled(worth * rates, worth)
    prices = {each: _cost(amount, then.get(each)) for each, amount in amounts.items()}
    made = tuple(
        _source(of, each, total.leads, share, prices.get(each.value or ""))
        for each, share in zip(found.values(), drawn.shares, strict=True)
    )
    whole = _cost(sum(amounts.values()), then.get(None)) if amounts else None
    return Told(
        way[1], touch, drawn.strength, made, _source(of, total, total.leads, total.won, whole)
    )


def _nobody(of: Cohort, value: str) -> Count:
    nothing = Measured(None)
    bands = (0.0,) * len(of.bands)
    return Count(value, 0, bands, 0, nothing, 0, 0, nothing, 0, Measured(0.0), nothing)


def _source(
    of: Cohort, count: Count, everything: float, drawn: Measured, cost: Cost | None
) -> Source:
    return Source(
        value=count.value or TOTAL,
        leads=count.leads,
        share=count.leads / everything,
        qualified=count.bands[-1] if count.bands else None,
        bands=dict(zip(of.bands, count.bands, strict=False)),
        decided=count.decided,
        accepted=count.accepted,
        wins=count.wins,
        won=count.won,
        pooled=drawn,
        deals=count.deals,
        revenue=count.revenue,
        days=count.days,
        cost=cost,
    )


def _cost(amount: float, then: Count | None) -> Cost:
    """Return what was spent, against the leads that came in the times of the costs."""
    if then is None or not then.leads:
        return Cost(amount, 0.0, None, Measured(None), Measured(None), Measured(None))
    part = then.decided / then.leads
    accepted = Measured(*(each and each * part for each in _ends(then.accepted)))
    return Cost(
        amount,
        then.leads,
        amount / then.leads,
        *(_per(amount / then.leads, each) for each in (then.qualified, accepted, then.won)),
    )


def _ends(found: Measured) -> tuple[float | None, ...]:
    return found.value, found.low, found.high


def _per(amount: float, share: Measured) -> Measured:
    """Return what one of a share of leads costs; of none only the least is known."""
    ends = (share.value, share.high, share.low)
    return Measured(*(amount / each if each else None for each in ends))


def plain_source(source: Source) -> dict[str, Any]:
    """Return a source for machines."""
    found: dict[str, Any] = dict(vars(source))
    found["cost"] = (
        {each: _plain(value) for each, value in vars(source.cost).items()} if source.cost else None
    )
    return {each: _plain(value) for each, value in found.items()}


def _plain(value: Any) -> Any:
    return value.plain() if isinstance(value, Measured) else value


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a record without records in it: their keys are joined."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        inside = isinstance(value, Mapping)
        title = before.rstrip("_") if key == "value" and before else f"{before}{key}"
        found |= _flat(value, f"{title}_") if inside else {title: value}
    return found
