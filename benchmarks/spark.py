"""What scoring costs on Spark: beside DuckDB, beside plain Spark SQL, beside reading and grouping.

    python benchmarks/spark.py --work DIR [--rows 1000000,10000000] [--cluster spark://host:port]

The plain model of ``generate`` over the same Parquet files, scores of all leads:

- leadline on DuckDB, and on Spark in this process or on a cluster;
- the Spark SQL that an engineer would write for it: one filtered, capped sum a rule;
- reading and grouping alone: one decayed sum a lead.

All results are computed in whole and thrown away. Seconds depend on what else the machine does;
the seconds of processor time, of Java and of this process together, depend on it less.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from generate import AS_OF, SCORE_RANGE, Rule, plain_rules, write

from engines import AT, EVENTS_PER_LEAD
from leadline.engines.duckdb import DuckDB
from leadline.engines.spark import Spark
from leadline.scoring import Run

DAY_MICROSECONDS = 86_400_000_000.0


class Cost(NamedTuple):
    """Seconds that passed, and seconds of processor time."""

    seconds: float
    processor: float


def processor_seconds() -> float:
    """Return what this process and those below it have used so far."""
    own = psutil.Process()
    total = 0.0
    for each in (own, *own.children(recursive=True)):
        times = each.cpu_times()
        total += times.user + times.system
    return total


def cost(work: Callable[[], object], runs: int) -> Cost:
    """Return the least cost of some runs; the first one also compiles."""
    found = []
    for _ in range(runs):
        started, used = time.perf_counter(), processor_seconds()
        work()
        found.append(Cost(time.perf_counter() - started, processor_seconds() - used))
    return min(found, key=lambda each: each.processor)


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


def on_duckdb(model: Path, files: dict[str, str]) -> Cost:
    """Return what the scores cost on DuckDB, from the same files."""
    with DuckDB() as engine:
        run = Run.open(engine, model, files, as_of=AT, clean=True)
        return cost(lambda: engine.keep("r", run.sql("scores")), 2)


def on_spark(address: str, model: Path, files: dict[str, str], runs: int) -> None:
    """Print what scores, an engineer's SQL and the floor cost on Spark, and check the scores."""
    with Spark(address) as engine:
        run = Run.open(engine, model, files, as_of=AT, clean=True)
        engineer = engineer_sql(plain_rules())

        def scores() -> None:
            again = Run.open(engine, model, files, as_of=AT, clean=True)
            computed(engine.session, again.sql("scores"))

        work: dict[str, Callable[[], None]] = {
            "reading and grouping alone": lambda: computed(engine.session, floor_sql()),
            "an engineer's Spark SQL": lambda: computed(engine.session, engineer),
            "leadline, scores": scores,
        }
        where = address.partition(":")[0].partition("?")[0]
        for name, each in work.items():
            show(f"{where}, {name}", cost(each, runs))
        [(count, differ, most)] = engine.rows(
            "select count(*), count_if(abs(a.person - b.score) > 1e-9), "
            f"max(abs(a.person - b.score)) from ({run.sql('scores')}) as a "
            f"join ({engineer}) as b on a.lead_id = b.lead_id"
        )
        print(f"{count:,} leads compared, {differ} differ, by {most:.3f} at most")


def show(what: str, found: Cost) -> None:
    """Print a line."""
    print(f"{what:44} {found.seconds:8.1f} {found.processor:8.1f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1000000", help="numbers of events, with commas between")
    parser.add_argument("--work", type=Path, required=True, help="folder for the events")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--spark", default="spark", help="address of Spark in this process")
    parser.add_argument("--cluster", help="address of a standalone cluster")
    options = parser.parse_args()
    for rows in map(int, options.rows.split(",")):
        folder = options.work / f"engines_{rows}"
        if not (folder / "events.parquet").exists():
            folder.mkdir(parents=True, exist_ok=True)
            write(rows, rows // EVENTS_PER_LEAD, folder, "time")
        model = folder / "plain.yaml"
        files = {name: str(folder / f"{name}.parquet") for name in ("leads", "events")}
        print(f"{rows:,} events  seconds, seconds of processor time")
        show("duckdb, leadline, scores", on_duckdb(model, files))
        for address in filter(None, (options.spark, options.cluster)):
            on_spark(address, model, files, options.runs)


if __name__ == "__main__":
    main()
