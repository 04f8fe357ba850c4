"""What people write today: one filtered and capped sum a rule, in SQL.

    python benchmarks/analyst.py FOLDER

scores the events of a folder, whose times have zones, from Parquet to Parquet. It gives the scores
of the plain model of ``generate``, for comparison with leadline's.

Ages are differences of ``epoch_us``: those of two times with zones would be worked out by a
calendar, which costs more than all else and is no part of scoring.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import duckdb
from generate import AS_OF, SCORE_RANGE, ZONED, Rule, plain_rules

DAY_MICROSECONDS = 86_400_000_000


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
            where occurred_at <= '{as_of}+00'
              and coalesce(recorded_at, occurred_at) <= '{as_of}+00')
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


def main(folder: Path) -> None:
    """Write the scores of the plain rules over the events of a folder."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create view events as from '{folder / ZONED}'")
        scores = analyst(connection, plain_rules(), AS_OF)
        scores.to_parquet(str(folder / "analyst.parquet"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
