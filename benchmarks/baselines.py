"""What scoring costs otherwise: the floor, and what people write today.

``bare_sum`` is the least any scorer must do: one decayed sum a lead, no rules. ``polars_lazy`` is
one filtered and capped sum a rule, as a Polars query; ``analyst`` has the same as SQL. It gives the
scores of the plain model of ``generate``, for comparison with leadline's.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import polars as pl
from analyst import DAY_MICROSECONDS
from generate import SCORE_RANGE, Rule


def bare_sum(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> duckdb.DuckDBPyRelation:
    """Return (lead_id, score): the sum of e^-age over all events, age in months of 30 days."""
    return connection.sql(f"""
        select lead_id,
               sum(exp(-(epoch_us(timestamp '{as_of}') - epoch_us(occurred_at))
                       / {30.0 * DAY_MICROSECONDS})) as score
        from events
        group by lead_id""")


def polars_lazy(events: pl.LazyFrame, rules: list[Rule], as_of: datetime) -> pl.LazyFrame:
    """Return (lead_id, score) of the plain ``rules``, as one filtered sum a rule."""
    moment = pl.lit(as_of)
    visible = (pl.col("occurred_at") <= moment) & (
        pl.coalesce("recorded_at", "occurred_at") <= moment
    )
    age = (moment - pl.col("occurred_at")).dt.total_microseconds() / DAY_MICROSECONDS
    return (
        events.filter(visible)
        .with_columns(age_days=age)
        .group_by("lead_id")
        .agg(_polars_sum(rule) for rule in rules)
        .select(
            "lead_id",
            score=pl.sum_horizontal(rule.name for rule in rules).clip(*SCORE_RANGE).round(2),
        )
    )


def _polars_sum(rule: Rule) -> pl.Expr:
    hit = pl.col("type") == rule.event
    if rule.where is not None:
        hit &= _polars_like(*rule.where.split(" like "))
    if rule.within_days is not None:
        hit &= pl.col("age_days") < rule.within_days
    points: pl.Expr = pl.lit(float(rule.points))
    if rule.half_life_days is not None:
        points = points * 2.0 ** (-pl.col("age_days") / rule.half_life_days)
    total = pl.when(hit).then(points).otherwise(0.0).sum()
    return total.clip(-rule.limit, rule.limit).round(6).alias(rule.name)


def _polars_like(column: str, quoted: str) -> pl.Expr:
    """Render the two forms of pattern that the plain rules use, 'x%' and '%x'."""
    pattern = quoted.strip("'")
    text = pl.col(column).str
    if pattern.endswith("%"):
        return text.starts_with(pattern[:-1])
    return text.ends_with(pattern[1:])
