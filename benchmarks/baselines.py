"""What scoring costs otherwise: the floor, and what people write today.

``bare_sum`` is the least any scorer must do: one decayed sum a lead, no rules. ``analyst`` is the
usual SQL, one filtered and capped sum a rule. ``polars_lazy`` is the same as a Polars query. The
last two give the scores of the plain model of ``generate``, for comparison with leadline's.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import polars as pl
from generate import SCORE_RANGE, Rule

DAY_MICROSECONDS = 86_400_000_000


def bare_sum(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> duckdb.DuckDBPyRelation:
    """Return (lead_id, score): the sum of e^-age over all events, age in months of 30 days."""
    return connection.sql(f"""
        select lead_id,
               sum(exp(-(epoch_us(timestamp '{as_of}') - epoch_us(occurred_at))
                       / {30.0 * DAY_MICROSECONDS})) as score
        from events
        group by lead_id""")


def analyst(
    connection: duckdb.DuckDBPyConnection, rules: list[Rule], as_of: datetime
) -> duckdb.DuckDBPyRelation:
    """Return (lead_id, score) of the plain ``rules``, as one filtered sum a rule."""
    low, high = SCORE_RANGE
    sums = "\n             + ".join(_capped_sum(rule) for rule in rules)
    return connection.sql(f"""
        with seen as (
            select *, (epoch_us(timestamp '{as_of}') - epoch_us(occurred_at))
                      / {DAY_MICROSECONDS}.0 as age_days
            from events
            where occurred_at <= timestamp '{as_of}'
              and coalesce(recorded_at, occurred_at) <= timestamp '{as_of}')
        select lead_id, round(greatest({low}, least({high}, {sums})), 2) as score
        from seen
        group by lead_id""")


def _capped_sum(rule: Rule) -> str:
    conditions = [f"type = '{rule.event}'"]
    if rule.where is not None:
        conditions.append(rule.where)
    if rule.within_days is not None:
        conditions.append(f"age_days < {rule.within_days}")
    weight = "" if rule.half_life_days is None else f" * pow(2, -age_days / {rule.half_life_days})"
    total = f"coalesce(sum({rule.points}{weight}) filter (where {' and '.join(conditions)}), 0)"
    return f"round(greatest(-{rule.limit}, least({rule.limit}, {total})), 6)"


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
