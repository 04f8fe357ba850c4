"""Counts of leads by the values of a way, and the shares that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.review.sources.cohort import Cohort
from leadline.review.sources.costs import Costs
from leadline.review.sources.ways import MOST_VALUES, OTHERS, UNKNOWN, Touch
from leadline.sql.text import ALWAYS, Sql, name, sql_text
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import effect_of, shares_of

FEWEST = 5
"""Fewer wins give no interval of a middle or a sum."""
_Z = 1.959964


@dataclass(frozen=True)
class Count:
    """What leads of one value came to; parts of leads where touches share them.

    Attributes:
        value: The value; None for all of them.
        leads: How many there are.
        bands: How many were seen in each band as their highest.
        wins: How many won.
        won: The share of them, with its interval; leads of an account are not independent.
        worth: So many independent leads tell as much.
        decided: How many sales decided on.
        accepted: The share of these that it accepted.
        deals: Their deals.
        revenue: The amounts of these, with its interval.
        days: From coming to the win, the middle.
    """

    value: str | None
    leads: float
    bands: tuple[float, ...]
    wins: float
    won: Measured
    worth: float
    decided: float
    accepted: Measured
    deals: float
    revenue: Measured
    days: Measured

    @property
    def qualified(self) -> Measured:
        """The share that was seen in the highest band."""
        if not self.bands or not self.leads:
            return Measured(None)
        [found] = shares_of(*(np.array([each]) for each in _alone(self.bands[-1], self.leads)))
        return found


def _alone(hits: float, rows: float) -> tuple[float, ...]:
    """Return the sums that ``shares_of`` takes where rows are taken to be independent."""
    return hits, rows, rows, rows, hits, hits


def counted(
    of: Cohort, table: str, which: tuple[int, Touch], spent: Costs | None
) -> dict[str | None, Count]:
    """Return the counts of a way by one kind of touch: most leads first, unknown last, then all.

    Values beyond the most that are shown stand together, but for those that have costs.
    """
    parts = sql_text(
        "select lead_id, value, part from {t} where way = {way} and touch = {touch}",
        t=name(table),
        way=which[0],
        touch=which[1],
    )
    return _counts(of, _few(of, parts, _priced(of, which[0], spent)), ALWAYS)


def counted_in_time(
    of: Cohort, table: str, which: tuple[int, Touch], spent: Costs
) -> dict[str | None, Count]:
    """Return the counts of those leads that came while costs of their value are known."""
    parts = sql_text(
        "select p.lead_id, p.value, p.part from {t} as p join {c} as c on c.lead_id = p.lead_id "
        "where p.way = {way} and p.touch = {touch} and exists (from {costs} as s where s.way = "
        "p.way and s.value = p.value and c.came_at >= s.since and c.came_at < s.until)",
        t=name(table),
        c=name(of.table),
        way=which[0],
        touch=which[1],
        costs=name(spent.table),
    )
    return _counts(of, parts, sql_text("lead_id in (select lead_id from ({p}))", p=parts))


def costs_by_value(of: Cohort, way: int, spent: Costs) -> dict[str, float]:
    """Return what was spent on each value of a way."""
    query = "select value, sum(amount) from {t} where way = {w} group by 1 order by 2 desc, 1"
    return dict(of.run.engine.rows(sql_text(query, t=name(spent.table), w=way)))


def _priced(of: Cohort, way: int, spent: Costs | None) -> list[str]:
    return [] if spent is None else list(costs_by_value(of, way, spent))


def _few(of: Cohort, parts: Sql, priced: Sequence[str]) -> Sql:
    """Return the parts with rare values put together."""
    query = sql_text(
        "select value from ({p}) where value <> {unknown} group by 1 "
        "order by sum(part) desc, 1 limit {most}",
        p=parts,
        unknown=UNKNOWN,
        most=MOST_VALUES,
    )
    kept = [value for (value,) in of.run.engine.rows(query)]
    return sql_text(
        "select lead_id, if(value in ({kept}), value, {others}) as value, part from ({p})",
        kept=[*kept, *priced, UNKNOWN],
        others=OTHERS,
        p=parts,
    )


def _counts(of: Cohort, parts: Sql, whole: Sql) -> dict[str | None, Count]:
    """Return counts by value of parts of leads, and of all leads of a condition."""
    bands = [
        sql_text("sum(part) filter (where band = {b}) as {n}", b=band, n=name(f"band{place}"))
        for place, band in enumerate(of.bands)
    ]
    rows = of.run.engine.rows(
        sql_text(
            "with parts as ({parts} union all select lead_id, null, 1 from {c} where {whole}), "
            "pools as (select value, pool, sum(part) as n, sum(part * won) as w, "
            "sum(part * decided) as d, sum(part * accepted) as a, sum(part * deals) as deals, "
            "sum(part * revenue) as revenue, list(days) filter (where days is not null) as days, "
            "{bands} from parts as p join {c} as c on c.lead_id = p.lead_id group by 1, 2) "
            "select value, sum(n), sum(w), count(*), sum(n * n), sum(n * w), sum(w * w), sum(d), "
            "sum(a), count(*) filter (where d > 0), sum(d * d), sum(d * a), sum(a * a), "
            "sum(deals), sum(revenue), sum(revenue * revenue), "
            "flatten(list(days) filter (where days is not null)), {totals} from pools group by 1 "
            "order by value is null, value = {unknown}, value = {others}, sum(n) desc, value",
            parts=parts,
            c=name(of.table),
            whole=whole,
            bands=bands or [Sql("0 as none")],
            totals=[
                sql_text("coalesce(sum({n}), 0)", n=name(f"band{place}"))
                for place in range(len(of.bands))
            ]
            or [Sql("0")],
            unknown=UNKNOWN,
            others=OTHERS,
        )
    )
    return {row[0]: _count(of, row) for row in rows}


def _count(of: Cohort, row: Sequence[object]) -> Count:
    value, n, w, pools, nn, nw, ww, d, a, deciding, dd, da, aa, deals, revenue, squares = row[:16]
    days, bands = row[16], row[17:]
    return Count(
        value=value if value is None else f"{value}",
        leads=_number(n),
        bands=tuple(map(_number, bands)) if of.bands else (),
        wins=_number(w),
        won=_share(w, n, pools, nn, nw, ww),
        worth=_number(n) / float(effect_of(*_arrays(w, n, pools, nn, nw, ww))[0]),
        decided=_number(d),
        accepted=_share(a, d, deciding, dd, da, aa),
        deals=_number(deals),
        revenue=_sum(_number(w), _number(revenue), _number(squares)),
        days=_middle(days if isinstance(days, list) else []),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float(str(value or 0))


def _share(*sums: object) -> Measured:
    """Return a share from the sums that ``shares_of`` takes."""
    [found] = shares_of(*_arrays(*sums))
    return found


def _arrays(*sums: object) -> list[Floats]:
    return [np.array([_number(each)]) for each in sums]


def _sum(wins: float, revenue: float, squares: float) -> Measured:
    """Return amounts, with what they would come to again: a sum of independent deals by account.

    The sum of squares is the variance of a compound Poisson sum; the interval is of its logarithm.
    """
    if wins < FEWEST or not revenue:
        return Measured(revenue)
    factor = float(np.exp(_Z * np.sqrt(squares) / revenue))
    return Measured(revenue, revenue / factor, revenue * factor)


def _middle(days: Sequence[float]) -> Measured:
    """Return the median with its interval, by the order of the values.

    >>> _middle([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    Measured(value=5.0, low=2.0, high=8.0)
    """
    if not days:
        return Measured(None)
    ordered, n = sorted(days), len(days)
    value = float(np.median(ordered))
    if n <= FEWEST:
        return Measured(value)
    half = _Z * np.sqrt(n) / 2
    low, high = int(np.floor(n / 2 - half)), int(np.ceil(n / 2 + half))
    return Measured(value, ordered[max(low, 0)], ordered[min(high - 1, n - 1)])
