"""What scoring costs on each engine: the same model and events on DuckDB and on PostgreSQL.

    python benchmarks/engines.py --work DIR --postgres postgresql://... [--rows 1000000,10000000]

Both have the events in tables of their own before the clock runs: DuckDB in memory, PostgreSQL
with the indexes of the how-to. Timed are the scores of all leads, their ledger, the scores of 500
leads, and the filtered sums that an engineer would write for the same rules. Seconds are those of
the processors: of this process for DuckDB, of the session's for PostgreSQL, which must run on this
machine and has no parallel workers meanwhile. Other programs then disturb less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from generate import AS_OF, SCORE_RANGE, Rule, plain_rules, write
from sqlglot import exp

from leadline.engines.duckdb import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres import Postgres
from leadline.query.dialects import render
from leadline.query.sql import sql, text
from leadline.scoring import Run

EVENTS_PER_LEAD = 40
TOUCHED = 500
RUNS = 3
AT = AS_OF.replace(tzinfo=UTC)

INDEXES = (
    "alter table {schema}.leads add primary key (lead_id)",
    "alter table {schema}.events add primary key (event_id)",
    "create index on {schema}.events (lead_id)",
)


def seconds(clock: Callable[[], float], work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of some runs by a clock."""
    times = []
    for _ in range(runs):
        started = clock()
        work()
        times.append(clock() - started)
    return statistics.median(times)


def clock_of(engine: Engine) -> Callable[[], float]:
    """Return a clock of the processor's seconds that an engine has used."""
    if not isinstance(engine, Postgres):
        return time.process_time
    engine.rows("select set_config('max_parallel_workers_per_gather', '0', false)")
    [(process,)] = engine.rows("select pg_backend_pid()")
    stat, tick = Path(f"/proc/{process}/stat"), os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / tick  # in user and system mode

    return used


def analyst(engine: Engine) -> str:
    """Return the scores as an engineer writes them: one filtered, capped sum a rule."""
    days = "microseconds_between(occurred_at, :at) / 8.64e10"
    low, high = SCORE_RANGE
    sums = " + ".join(_capped(rule) for rule in plain_rules())
    query = f"""
        select lead_id, greatest({low}, least({high}, {sums})) as score
        from (select *, {days} as age from events where occurred_at <= :at
              and coalesce(recorded_at, occurred_at) <= :at) as seen
        group by lead_id"""
    return render(sql(query, at=exp.cast(text(str(AS_OF)), "timestamp")), engine.dialect)


def _capped(rule: Rule) -> str:
    conditions = [f"type = '{rule.event}'", *([rule.where] if rule.where else [])]
    if rule.within_days is not None:
        conditions.append(f"age < {rule.within_days}")
    weight = "" if rule.half_life_days is None else f" * pow(2.0, -age / {rule.half_life_days})"
    total = f"coalesce(sum({rule.points}{weight}) filter (where {' and '.join(conditions)}), 0)"
    return f"greatest(-{rule.limit}, least({rule.limit}, {total}))"


def fill(url: str, folder: Path, schema: str) -> float:
    """Copy the events into tables of PostgreSQL; return how long that took."""
    started = time.perf_counter()
    with Postgres(url) as server:
        for name in ("leads", "events"):
            reader = server.embedded.reader(f"from '{folder / name}.parquet'")
            server.register(f"given_{name}", reader)
        with server.transaction():
            server.run(f"drop schema if exists {schema} cascade")
            server.run(f"create schema {schema}")
            for name in ("leads", "events"):
                server.run(f"create table {schema}.{name} as select * from pg_temp.given_{name}")
            for index in INDEXES:
                server.run(index.format(schema=schema))
        for name in ("leads", "events"):
            server.run(f"analyze {schema}.{name}")
        with server.transaction():
            pass
    return time.perf_counter() - started


def measure(engine: Engine, model: Path, inputs: dict[str, str]) -> dict[str, float]:
    """Time the parts on one engine, whose tables are ready."""
    run = Run.open(engine, model, inputs, as_of=AT, clean=True)
    if isinstance(engine, DuckDB):  # files would otherwise be read anew
        for name in inputs:
            engine.run(f"create table own_{name} as from {name}")
            engine.run(f"create or replace view {name} as from own_{name}")
    clock = clock_of(engine)
    written = analyst(engine)
    found = {
        "scores of all leads": seconds(clock, lambda: engine.keep("r", run.sql("scores"))),
        "the same as filtered sums": seconds(clock, lambda: engine.keep("r", written)),
        "ledger of all leads": seconds(clock, lambda: engine.keep("r", run.sql("points")), 1),
    }
    query = f"select lead_id from leads order by md5(lead_id) limit {TOUCHED}"
    some = [row[0] for row in engine.rows(query)]
    moments: Sequence[tuple[str, datetime]] = [(lead, AT) for lead in some]
    few = run.over(moments)
    found[f"scores of {TOUCHED} leads"] = seconds(
        clock, lambda: engine.keep("r", few.sql("scores"))
    )
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1000000", help="numbers of events, with commas between")
    parser.add_argument("--work", type=Path, required=True, help="folder for the events")
    parser.add_argument("--postgres", required=True, help="address of a PostgreSQL server")
    options = parser.parse_args()
    for rows in map(int, options.rows.split(",")):
        folder = options.work / f"engines_{rows}"
        if not (folder / "events.parquet").exists():
            folder.mkdir(parents=True, exist_ok=True)
            write(rows, rows // EVENTS_PER_LEAD, folder, "time")
        model = folder / "plain.yaml"
        schema = f"bench_{rows}"
        copied = fill(options.postgres, folder, schema)
        print(f"{rows:,} events: copied to PostgreSQL in {copied:.1f} s")
        files = {name: str(folder / f"{name}.parquet") for name in ("leads", "events")}
        with DuckDB() as engine:
            ours = measure(engine, model, files)
        tables = {name: f"table:{schema}.{name}" for name in ("leads", "events")}
        with Postgres(options.postgres) as server:
            theirs = measure(server, model, tables)
        print(f"{'':32} {'DuckDB':>10} {'PostgreSQL':>12}")
        for name, value in ours.items():
            print(f"{name:32} {value:8.2f} s {theirs[name]:10.2f} s")


if __name__ == "__main__":
    main()
