"""What scoring costs on each engine: DuckDB, PostgreSQL, Spark in one process and on a cluster.

    python benchmarks/engines.py --work DIR [--rows 1000000,10000000,30000000] [--only spark,...]

The plain model of ``generate`` over the same events, scores of all leads, on each engine beside:

- the SQL that an engineer would write for it: one filtered, capped sum a rule;
- reading and grouping alone: one decayed sum a lead.

DuckDB and Spark read the same Parquet files; PostgreSQL has tables with the indexes of the how-to,
filled before the clock runs. Servers are started here and stopped: PostgreSQL, and a cluster of a
master and two workers of one core each. What leadline costs includes reading the model and
planning. All results are computed in whole; those of Spark are thrown away, the others kept as
a table.

Prints a table: seconds that passed, and in brackets seconds of processor time of the engine, which
depend less on what else the machine does; PostgreSQL's are those of one process, without parallel
workers. Of several runs, one after the other in turn, the least is shown. Each result is kept in
DIR/engines.json at once: what is there is not measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import psutil
from generate import AS_OF, SCORE_RANGE, Rule, plain_rules, write
from spark import DAY_MICROSECONDS, Cost, computed, cost, engineer_sql, floor_sql, used_by
from sqlglot import exp

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.scoring import Run
from leadline.sql.dialects import render
from leadline.sql.trees import sql_tree, text

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import servers

EVENTS_PER_LEAD = 40
TOUCHED = 500
AT = AS_OF.replace(tzinfo=UTC)

FLOOR, ENGINEER, SCORES = "reading and grouping alone", "an engineer's SQL", "leadline, scores"
LEDGER, FEW = "leadline, ledger", f"leadline, scores of {TOUCHED} leads"
ENGINES = ("duckdb", "postgresql", "spark", "cluster")

INDEXES = (
    "alter table {schema}.leads add primary key (lead_id)",
    "alter table {schema}.events add primary key (event_id)",
    "create index on {schema}.events (lead_id)",
)

Work = Mapping[str, Callable[[], object]]


def floor(engine: Engine) -> str:
    """Return reading and grouping alone, in the SQL of an engine."""
    query = (
        "select lead_id, sum(exp(-cast(microseconds_between(occurred_at, :at) as double) "
        "/ :month)) as score from events group by lead_id"
    )
    month = exp.Literal.number(str(30 * DAY_MICROSECONDS))
    return render(sql_tree(query, at=_at(), month=month), engine.dialect)


def engineer(engine: Engine) -> str:
    """Return the scores as an engineer writes them: one filtered, capped sum a rule."""
    days = "microseconds_between(occurred_at, :at) / 8.64e10"
    low, high = SCORE_RANGE
    sums = " + ".join(_capped(rule) for rule in plain_rules())
    query = f"""
        select lead_id, greatest({low}, least({high}, {sums})) as score
        from (select *, {days} as age from events where occurred_at <= :at
              and coalesce(recorded_at, occurred_at) <= :at) as seen
        group by lead_id"""
    return render(sql_tree(query, at=_at()), engine.dialect)


def _at() -> exp.Expression:
    return exp.cast(text(str(AS_OF)), "timestamp")


def _capped(rule: Rule) -> str:
    conditions = [f"type = '{rule.event}'", *([rule.where] if rule.where else [])]
    if rule.within_days is not None:
        conditions.append(f"age < {rule.within_days}")
    weight = "" if rule.half_life_days is None else f" * pow(2.0, -age / {rule.half_life_days})"
    total = f"coalesce(sum({rule.points}{weight}) filter (where {' and '.join(conditions)}), 0)"
    return f"greatest(-{rule.limit}, least({rule.limit}, {total}))"


def fill(url: str, folder: Path, schema: str) -> None:
    """Copy leads and events into tables of PostgreSQL."""
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


def on_engine(engine: Engine, model: Path, inputs: dict[str, str]) -> Work:
    """Return what is measured on DuckDB and on PostgreSQL."""
    beside = Run.open(engine, model, inputs, as_of=AT, clean=True).engine
    query = f"select lead_id from leads order by md5(lead_id) limit {TOUCHED}"
    pairs: Sequence[tuple[str, datetime]] = [(row[0], AT) for row in beside.rows(query)]

    def again(output: str) -> None:
        with Run.open(engine, model, inputs, as_of=AT, clean=True) as run:
            run.table(output)

    def few() -> None:
        with Run.open(engine, model, inputs, as_of=AT, clean=True) as run:
            run.over(pairs).table("scores")

    return {
        FLOOR: lambda: beside.keep("r", floor(beside)),
        ENGINEER: lambda: beside.keep("r", engineer(beside)),
        SCORES: partial(again, "scores"),
        LEDGER: partial(again, "points"),
        FEW: few,
    }


@contextmanager
def duckdb(model: Path, files: dict[str, str]) -> Iterator[tuple[Work, Callable[[], float]]]:
    """Open DuckDB over files."""
    with DuckDB() as engine:
        yield on_engine(engine, model, files), lambda: used_by(os.getpid())


@contextmanager
def postgresql(model: Path, files: dict[str, str]) -> Iterator[tuple[Work, Callable[[], float]]]:
    """Start PostgreSQL and fill its tables."""
    folder = Path(files["events"]).parent
    tables = {name: f"table:bench.{name}" for name in files}
    with servers.postgres() as server:
        url = f"{server.url}&options=-c%20statement_timeout%3D0"
        fill(url, folder, "bench")
        with Postgres(f"{url}%20-c%20max_parallel_workers_per_gather%3D0") as engine:
            [(session,)] = engine.rows("select pg_backend_pid()")
            process = psutil.Process(session).ppid()  # of the server, which starts all sessions
            yield on_engine(engine, model, tables), lambda: used_by(process)


@contextmanager
def spark(model: Path, files: dict[str, str]) -> Iterator[tuple[Work, Callable[[], float]]]:
    """Open Spark in this process."""
    with Spark("spark") as engine:
        yield on_spark(engine, model, files), lambda: used_by(os.getpid())


@contextmanager
def cluster(model: Path, files: dict[str, str]) -> Iterator[tuple[Work, Callable[[], float]]]:
    """Start a master and two workers of one core each."""
    with servers.spark_cluster(memory="4g") as made:
        address = f"{made.address}?spark.executor.memory=3500m&spark.sql.shuffle.partitions=32"
        with Spark(address) as engine:
            yield on_spark(engine, model, files), lambda: used_by(os.getpid())


def on_spark(engine: Spark, model: Path, files: dict[str, str]) -> Work:
    """Return what is measured on Spark, after a look at whether both give the same scores."""

    def again(output: str) -> None:
        with Run.open(engine, model, files, as_of=AT, clean=True) as run:
            computed(cast("Spark", run.engine).session, run.sql(output))

    def written(query: str) -> None:
        engine.read_parquet("events", [files["events"]])
        computed(engine.session, query)

    query = engineer_sql(plain_rules())
    run = Run.open(engine, model, files, as_of=AT, clean=True)
    [(count, most)] = run.engine.rows(
        f"select count(*), max(abs(a.person - b.score)) from ({run.sql('scores')}) as a "
        f"join ({query}) as b on a.lead_id = b.lead_id"
    )
    print(f"{count:,} leads compared, they differ by {most:.3f} at most", flush=True)
    return {
        FLOOR: lambda: written(floor_sql()),
        ENGINEER: lambda: written(query),
        SCORES: partial(again, "scores"),
        LEDGER: partial(again, "points"),
    }


OPENED: Mapping[str, Any] = {
    "duckdb": duckdb,
    "postgresql": postgresql,
    "spark": spark,
    "cluster": cluster,
}


def measure(name: str, folder: Path, runs: int) -> dict[str, Cost]:
    """Return the least cost of each piece of work on an engine."""
    files = {table: str(folder / f"{table}.parquet") for table in ("leads", "events")}
    found: dict[str, list[Cost]] = {}
    with OPENED[name](folder / "plain.yaml", files) as (work, clock):
        for _ in range(runs):
            for what, each in work.items():
                found.setdefault(what, []).append(cost(clock, each))
                last = found[what][-1]
                print(f"  {name}, {what}: {last.seconds:.2f} s ({last.processor:.2f})", flush=True)
    return {what: Cost(*map(min, zip(*costs, strict=True))) for what, costs in found.items()}


def table(results: Mapping[str, Mapping[str, Any]], rows: int) -> Iterator[str]:
    """Yield the lines of a table of what was measured with so many events."""
    named = {each: results.get(f"{rows}/{each}", {}) for each in ENGINES}
    shown = {each: found for each, found in named.items() if found}
    yield f"| {rows // 1_000_000} million events | {' | '.join(shown)} |"
    yield "| --- |" + " --- |" * len(shown)
    for what in (FLOOR, ENGINEER, SCORES, LEDGER, FEW):
        cells = [_cell(found.get(what)) for found in shown.values()]
        if any(cells):
            yield f"| {what} | {' | '.join(cells)} |"


def _cell(found: Sequence[float] | None) -> str:
    return "" if found is None else f"{found[0]:.2f} ({found[1]:.2f})"


def main() -> None:
    """Measure what has not been measured, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1000000", help="numbers of events, with commas between")
    parser.add_argument("--work", type=Path, required=True, help="folder for events and results")
    parser.add_argument("--only", default=",".join(ENGINES), help="engines, with commas between")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    kept = options.work / "engines.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    sizes = [int(each) for each in options.rows.split(",")]
    for rows in sizes:
        folder = options.work / f"engines_{rows}"
        if not (folder / "plain.yaml").exists():  # which is written last
            print(f"{rows:,} events are made", flush=True)
            write(rows, rows // EVENTS_PER_LEAD, folder, "time")
        for name in options.only.split(","):
            if f"{rows}/{name}" not in results:
                print(f"{rows:,} events, {name}", flush=True)
                results[f"{rows}/{name}"] = measure(name, folder, options.runs)
                kept.write_text(json.dumps(results, indent=1))
    for rows in sizes:
        print("\n" + "\n".join(table(results, rows)))


if __name__ == "__main__":
    main()
