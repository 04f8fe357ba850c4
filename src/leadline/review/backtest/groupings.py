"""Judged rows by band, over time, and by how far sales tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from leadline.history.draws import group_number
from leadline.history.judged import Judged
from leadline.history.ranked import Ranked, by_score, grouped_counts
from leadline.model.document import Ladder
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import (
    MOST_GROUPS,
    Floats,
    Measured,
    Sample,
    cells_of,
    measured,
    ratios,
    roc_auc,
)
from leadline.statistics.shares import rate_of, shares

MOST_PERIODS = 12
MOST_CELLS = 128
"""So many places are enough for the interval of one of several stretches of time."""
_UNITS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class BandResult:
    """What became of the rows in one band.

    Attributes:
        ladder: Name of the ladder.
        band: The band; None for rows without.
        rows: How many.
        wins: How many of them have the outcome.
        rate: The same as a share.
        days: Median days to the outcome, of those that have it; None without times.
        revenue: Amount of all outcomes; None where there are no amounts.
        revenue_each: The same for each row of the band.
    """

    ladder: str
    band: str | None
    rows: int
    wins: int
    rate: Measured
    days: Measured
    revenue: float | None
    revenue_each: Measured


@dataclass(frozen=True)
class Period:
    """Rows of one stretch of time, or of one part of the order.

    Attributes:
        start: Its first moment; None where there are no times.
        name: What it is called.
        rows: How many.
        wins: How many of them have the outcome.
        rate: The same as a share.
        roc_auc: How well they are ranked.
        is_judged: Whether the judged rows are among them.
    """

    start: datetime | None
    name: str
    rows: int
    wins: int
    rate: Measured
    roc_auc: Measured
    is_judged: bool


@dataclass(frozen=True)
class Tried:
    """One tenth of all rows by score, the best first: how many of them sales tried.

    Attributes:
        rows: How many rows, those that nobody tried included.
        share: Share that sales tried.
        rate: Share with the outcome, of those that sales tried.
    """

    rows: int
    share: Measured
    rate: Measured


def band_results(ranked: Ranked) -> tuple[BandResult, ...]:
    """Return what became of the judged rows of each band, the highest band first."""
    return tuple(
        each for ladder in ranked.of.run.model.lead_bands for each in _of_ladder(ranked, ladder)
    )


def _of_ladder(ranked: Ranked, ladder: str) -> list[BandResult]:
    band = name(ranked.of.run.model.column(ladder))
    what = {"rows": Sql("1"), "wins": Sql("outcome::int"), "amount": Sql("amount")}
    bands, (rows, wins, amount) = ranked.sums(band, what, Sql("part >= 0"))
    has_amounts = bool(amount.sum())
    rates, revenues = shares(wins, rows), ratios(amount, rows)
    days = _days(ranked, band)
    found = [
        BandResult(
            ladder,
            cast("str | None", each),
            int(rows[:, place].sum()),
            int(wins[:, place].sum()),
            rates[place],
            days.get(each, Measured(None)),
            float(amount[:, place].sum()) if has_amounts else None,
            revenues[place] if has_amounts else Measured(None),
        )
        for place, each in enumerate(bands)
    ]
    return sorted(found, key=lambda each: _place(ranked.of.run.model.lead_bands[ladder], each.band))


def _place(ladder: Ladder, band: str | None) -> int:
    """Return where a band stands, the highest first; cells are written with the best first."""
    order = [*reversed(ladder.edges)] if ladder.edges else list(ladder.cells or {})
    return order.index(band) if band in order else len(order)


def _days(ranked: Ranked, band: Sql) -> dict[object, Measured]:
    """Return the median days to the outcome by band, with an interval from ranks.

    The values at the ranks n/2 +- 1.96 sqrt(n)/2 bound the median, by the binomial distribution.
    """
    rows = ranked.of.run.engine.rows(
        sql_text(
            "with waits as (select {band} as band, list((epoch_us(outcome_at) - epoch_us(as_of)) "
            "/ 86400e6 order by outcome_at - as_of) as days from {t} "
            "where part >= 0 and outcome and outcome_at is not null group by all) "
            "select band, list_median(days), "
            "case when {low} >= 1 then days[{low}] end, "
            "case when {high} <= len(days) then days[{high}] end from waits",
            band=band,
            t=name(ranked.table),
            low=Sql(_LOW_RANK),
            high=Sql(_HIGH_RANK),
        )
    )
    return {each: _both(*values) for each, *values in rows}


_LOW_RANK = "floor(len(days) / 2 - 0.98 * sqrt(len(days)))::int"
_HIGH_RANK = "ceil(len(days) / 2 + 1 + 0.98 * sqrt(len(days)))::int"


def _both(value: float, low: float | None, high: float | None) -> Measured:
    """Return an interval only where both ends are known."""
    known = low is not None and high is not None
    return Measured(value, low, high) if known else Measured(value)


def over_time(ranked: Ranked) -> tuple[Period, ...]:
    """Return all rows, those before the judged ones too, by stretches of time or of the order."""
    if ranked.of.ordered_by is None:
        return ()
    by_time = ranked.of.ordered_by == "time"
    place = _stretch(ranked) if by_time else _EIGHTH
    made = f"{ranked.table}_periods"
    ranked.of.run.engine.run(
        sql_text(
            "create or replace temp table {made} as select *, {place} as period from {t}",
            made=name(made),
            place=place,
            t=name(ranked.table),
        )
    )
    statement = sql_text(
        "select period, bool_or(coalesce(part >= 0, false)) from {t} group by 1 order by 1",
        t=name(made),
    )
    return tuple(_period(ranked, made, *row) for row in ranked.of.run.engine.rows(statement))


_EIGHTH = Sql("1 + floor(8 * (rank() over (order by order_key) - 1) / count(*) over ())::int")


def _stretch(ranked: Ranked) -> Sql:
    """Return the shortest calendar stretch of which there are not too many."""
    columns = [sql_text("count(distinct date_trunc({u}, as_of))", u=each) for each in _UNITS]
    [row] = ranked.of.run.engine.rows(
        sql_text("select {c} from {t}", c=columns, t=name(ranked.table))
    )
    fitting = (unit for unit, count in zip(_UNITS, row, strict=True) if count <= MOST_PERIODS)
    return sql_text("date_trunc({u}, as_of)::timestamp", u=next(fitting, "year"))


def _period(ranked: Ranked, made: str, start: datetime | int, is_judged: bool) -> Period:  # noqa: FBT001 - a row
    where = sql_text("period = {p}", p=start) if isinstance(start, int) else _since(start)
    scores, wins, losses = by_score(ranked.of, made, where)
    grouped = grouped_counts(
        ranked.of, made, where, scores, cells_of(wins + losses, MOST_CELLS), ranked.buckets
    )
    inside = (grouped[0] + grouped[1]).sum(1) > 0
    sample = Sample(scores, wins, losses, grouped[0][inside], grouped[1][inside])
    return Period(
        None if isinstance(start, int) else start,
        f"part {start}" if isinstance(start, int) else f"{start:%Y-%m-%d}",
        sample.rows,
        sample.wins,
        rate_of(sample),
        measured(sample, roc_auc),
        is_judged,
    )


def _since(start: datetime) -> Sql:
    return sql_text("period = timestamp {p}", p=start.isoformat(sep=" "))


def tried(ranked: Ranked) -> tuple[Tried, ...]:
    """Return how coverage by sales differs along the score; nothing where the task does not say."""
    if ranked.of.task.task.worked is None:
        return ()
    rows = ranked.of.run.engine.arrow(
        sql_text(
            "with r as (select j.*, s.{score}::double as score from {judged} as j join {scores} "
            "as s on s.lead_id = j.lead_id and s.as_of = j.as_of where s.{score} is not null), "
            "placed as (select *, least(9, floor(10 * (rank() over (order by score desc) - 1) "
            "/ count(*) over ()))::int as tenth, {bucket} as bucket from r) "
            "select tenth, bucket, count(*) as n, sum(worked::int) as tried, "
            "sum((worked and outcome)::int) as won from placed group by tenth, bucket",
            score=name(ranked.score),
            judged=name(ranked.of.table),
            bucket=group_number(ranked.of.run.duckdb, ranked.of.table),
            scores=Sql(ranked.of.run.table("scores")),
        )
    )
    return _tried(*(_pivoted(rows, each) for each in ("n", "tried", "won")))


def unworked(of: Judged) -> Measured | None:
    """Return the share of rows with the outcome that nobody tried in time; None if untold.

    Under ``rows: worked`` these are not judged; they are counted all the same.
    """
    if of.task.task.worked is None:
        return None
    rows = of.run.engine.rows(
        sql_text(
            "select count(*)::double, count(*) filter (where not worked)::double from {t} "
            "where outcome group by draw_key",
            t=name(of.table),
        )
    )
    wins, alone = np.array(rows, float).reshape(-1, 2).T[:, :, np.newaxis]
    [found] = shares(alone, wins)
    return found


def _pivoted(rows: Any, column: str) -> Floats:
    """Return sums by bucket and tenth."""
    made = np.zeros((2 * MOST_GROUPS, 10))
    places = (rows.column(each).to_numpy().astype(int) for each in ("bucket", "tenth"))
    np.add.at(made, tuple(places), rows.column(column).to_numpy().astype(float))
    return made


def _tried(rows: Floats, worked: Floats, won: Floats) -> tuple[Tried, ...]:
    coverage, rates = shares(worked, rows), shares(won, worked)
    counts = rows.sum(0)
    return tuple(
        Tried(int(count), coverage[place], rates[place])
        for place, count in enumerate(counts)
        if count
    )
