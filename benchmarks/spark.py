"""Spark for the benchmark of engines: the SQL that an engineer would write, and clocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import psutil
from generate import AS_OF, SCORE_RANGE, Rule

DAY_MICROSECONDS = 86_400_000_000.0


class Cost(NamedTuple):
    """Seconds that passed, and seconds of processor time."""

    seconds: float
    processor: float


def used_by(process: int) -> float:
    """Return the seconds of processor time of a process and those below it so far.

    Those that it started and that have ended count too.
    """
    found = psutil.Process(process)
    ended = found.cpu_times()
    total: float = ended.children_user + ended.children_system
    for each in (found, *found.children(recursive=True)):
        times = each.cpu_times()
        total += times.user + times.system
    return total


def cost(clock: Callable[[], float], work: Callable[[], object]) -> Cost:
    """Return what some work costs."""
    started, used = time.perf_counter(), clock()
    work()
    return Cost(time.perf_counter() - started, clock() - used)


def floor_sql() -> str:
    """Return the Spark SQL of reading and grouping alone."""
    return f"""
        select lead_id, sum(exp(-(unix_micros(timestamp '{AS_OF}') - unix_micros(occurred_at))
                                / {30.0 * DAY_MICROSECONDS})) as score
        from events group by lead_id"""


def engineer_sql(rules: list[Rule]) -> str:
    """Return the Spark SQL that an engineer would write: one filtered and capped sum a rule."""
    low, high = SCORE_RANGE
    sums = " + ".join(map(_capped_sum, rules))
    moment = f"timestamp '{AS_OF}'"
    return f"""
        with seen as (
            select *, (unix_micros({moment}) - unix_micros(occurred_at)) / {DAY_MICROSECONDS}D
                as age_days
            from events
            where occurred_at <= {moment} and coalesce(recorded_at, occurred_at) <= {moment})
        select lead_id, round(greatest({low}, least({high}, {sums})), 2) as score
        from seen group by lead_id"""


def _capped_sum(rule: Rule) -> str:
    conditions = [f"type = '{rule.event}'"]
    if rule.where is not None:
        conditions.append(rule.where)
    if rule.within_days is not None:
        conditions.append(f"age_days < {rule.within_days}")
    weight = "" if rule.half_life_days is None else f" * pow(2, -age_days / {rule.half_life_days})"
    total = f"coalesce(sum({rule.points}{weight}) filter (where {' and '.join(conditions)}), 0)"
    return f"round(greatest(-{rule.limit}, least({rule.limit}, {total})), 6)"


def computed(session: Any, query: str) -> None:
    """Compute the rows of a query, and throw them away."""
    session.sql(query).write.format("noop").mode("overwrite").save()
