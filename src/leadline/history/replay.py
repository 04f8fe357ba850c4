"""Past days scored again, one after the other: how many leads enter each band a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from leadline.model.document import Model
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

if TYPE_CHECKING:
    import pyarrow as pa

WEEKS = 8
SAMPLE = 20_000
"""More leads than this are sampled: eight weeks of them are a million moments to score."""
_WEEK = timedelta(days=7)
_NORMAL_95 = 1.96
"""Standard errors on either side of a mean that hold 19 of 20 samples."""


@dataclass(frozen=True)
class Weekly:
    """Entries into one band a week, scaled up to all leads where they were sampled.

    Attributes:
        band: The band that is entered.
        mean: Entries a week on average.
        least: Of the weeks, the one with the fewest entries.
        most: And the one with the most.
        low: Lower bound of the mean for all leads, with 95 % confidence; the mean without a sample.
        high: Upper bound.
        inside: Leads in the band at the last moment.
    """

    band: str
    mean: float
    least: float
    most: float
    low: float
    high: float
    inside: float


@dataclass(frozen=True)
class Replay:
    """A run over past moments, one spine in order, so that hysteresis follows the days.

    Attributes:
        run: Scores of every replayed lead at every moment that it was known at.
        moments: In rising order; the first is only compared with.
        leads: How many leads are replayed.
        of: How many there are.
    """

    run: Run
    moments: tuple[datetime, ...]
    leads: int
    of: int

    @property
    def factor(self) -> float:
        """How many leads one replayed lead stands for."""
        return self.of / self.leads if self.leads else 1.0

    @property
    def weeks(self) -> int:
        """Weeks after the first moment, a part of one included."""
        return -(-(self.moments[-1] - self.moments[0]) // _WEEK)

    def with_model(self, model: Model) -> Replay:
        """Return the same leads and moments by another model."""
        return replace(self, run=self.run.with_model(model))


def days(as_of: datetime, weeks: int = WEEKS) -> tuple[datetime, ...]:
    """Return the moments of a daily replay: the same time of each day, and one before the first.

    >>> from datetime import UTC
    >>> found = days(datetime(2026, 11, 1, tzinfo=UTC), weeks=1)
    >>> len(found), found[0].isoformat(), found[-1].isoformat()
    (8, '2026-10-25T00:00:00+00:00', '2026-11-01T00:00:00+00:00')
    """
    return tuple(as_of - timedelta(days=each) for each in range(7 * weeks, -1, -1))


def replayed(run: Run, moments: Sequence[datetime], sample: int | None = SAMPLE) -> Replay:
    """Return the replay of a run; of more than ``sample`` leads, always the same are drawn.

    Bands of a preceding run say nothing of the first past moment, and are left out.
    """
    history = run.without("previous", "previous_accounts")
    count = run.engine.rows("select count(*) from leads")[0][0]
    over = history.over_moments(moments, sample if sample is not None and count > sample else None)
    used = count if sample is None else min(count, sample)
    return Replay(over, tuple(sorted(set(moments))), used, count)


def replay(run: Run, moments: Sequence[datetime], ladder: str) -> pa.Table:
    """Return how many leads enter each band at each moment: ``entries`` of ``replayed``."""
    return entries(replayed(run, moments), ladder)


def entries(of: Replay, ladder: str) -> pa.Table:
    """Return one row a moment and band: ``week, as_of, band, entries, inside``.

    A lead enters a band where it is in it and was not at the preceding moment, because it was in
    another band, or not known yet. ``week`` counts from 0, seven days each; ``entries`` is null
    at the first moment, and ``inside`` counts the leads in the band then. Counts are those of the
    replayed leads, not scaled up.
    """
    return of.run.engine.arrow(
        sql_text(
            "with lead_days as ({days}), moments as (select distinct as_of from lead_days), "
            "bands as (select distinct band from lead_days where band is not null) "
            "select {week} as week, m.as_of at time zone 'UTC' as as_of, b.band, "
            "case when m.as_of > {first} then count(*) filter (where d.enters) end as entries, "
            "count(d.lead_id) as inside from moments as m cross join bands as b "
            "left join lead_days as d on d.as_of = m.as_of and d.band = b.band "
            "group by m.as_of, b.band order by m.as_of, b.band",
            days=_lead_days(of, ladder),
            week=_week(of, "m.as_of"),
            first=_first(of),
        )
    )


def weekly(of: Replay, ladder: str) -> dict[str, Weekly]:
    """Return the entries into each band a week, in the order of the ladder.

    The interval is that of a simple random sample of leads without replacement: with x the
    entries of one lead, N leads and n of them drawn, the standard error of the total is
    N * sqrt((1 - n/N) * var(x) / n), see Cochran, Sampling Techniques, chapter 2.
    """
    found = {
        band: _weekly(of, band, *row) for band, *row in of.run.engine.rows(_by_week(of, ladder))
    }
    order = list(of.run.model.lead_bands[ladder].edges or {})
    return {band: found[band] for band in sorted(found, key=lambda each: _rank(order, each))}


def _rank(order: Sequence[str], band: str) -> tuple[int, str]:
    return (order.index(band) if band in order else len(order), band)


def _weekly(of: Replay, band: str, counts: list[int], squares: float, inside: int) -> Weekly:
    return summed(of, band, counts, squares, inside)


def summed(of: Replay, band: str, counts: Sequence[int], squares: float, inside: int) -> Weekly:
    """Return the entries a week from those of each week, and the sum of their squares by lead."""
    factor, total = of.factor, sum(counts)
    weeks = max(of.weeks, 1)
    mean = factor * total / weeks
    margin = _NORMAL_95 * _error(of, total, squares) / weeks
    spread = [factor * each for each in counts] or [0.0]
    return Weekly(
        band,
        mean,
        min(spread),
        max(spread),
        max(mean - margin, 0.0),
        mean + margin,
        factor * inside,
    )


def _error(of: Replay, total: int, squares: float) -> float:
    """Return the standard error of the total over all leads; 0 where none is left out."""
    n, whole = of.leads, of.of
    if n >= whole or n < 2:  # noqa: PLR2004 - one lead has no variance
        return 0.0
    variance = (squares - total**2 / n) / (n - 1)
    return whole * sqrt((1 - n / whole) * variance / n)


def _by_week(of: Replay, ladder: str) -> Sql:
    """Return the SQL of entries of each week, their squares by lead, and who is inside, by band."""
    return sql_text(
        "with lead_days as ({days}), "
        "bands as (select distinct band from lead_days where band is not null), "
        "weeks as (select unnest(range({weeks})) as week), "
        "entered as (select lead_id, band, {week} as week from lead_days "
        "where enters and as_of > {first}), "
        "counted as (select b.band, w.week, count(e.lead_id) as n from bands as b "
        "cross join weeks as w left join entered as e on e.band = b.band and e.week = w.week "
        "group by b.band, w.week), "
        "squared as (select band, sum(n * n) as squares from "
        "(select band, lead_id, count(*) as n from entered group by band, lead_id) group by band) "
        "select c.band, list(c.n order by c.week), coalesce(any_value(s.squares), 0), "
        "(select count(*) from lead_days as d where d.band = c.band and d.as_of = {last}) "
        "from counted as c left join squared as s on s.band = c.band group by c.band",
        days=_lead_days(of, ladder),
        weeks=of.weeks,
        week=_week(of, "as_of"),
        first=_first(of),
        last=_moment(of.moments[-1]),
    )


def _lead_days(of: Replay, ladder: str) -> Sql:
    return sql_text(
        "select lead_id, as_of, {band} as band, {band} is not null and {band} is distinct from "
        "lag({band}) over (partition by lead_id order by as_of) as enters from {scores}",
        band=name(of.run.model.column(ladder)),
        scores=name(of.run.table("scores")),
    )


def _week(of: Replay, at: str) -> Sql:
    return sql_text(
        "greatest(epoch_us({at}) - epoch_us({first}) - 1, 0) // {week}",
        at=Sql(at),
        first=_first(of),
        week=_WEEK // timedelta(microseconds=1),
    )


def _first(of: Replay) -> Sql:
    return _moment(of.moments[0])


def _moment(at: datetime) -> Sql:
    return sql_text("timestamp {at}", at=at.replace(tzinfo=None).isoformat(sep=" "))
