"""What scoring costs: ours beside the floor, the analyst's SQL and Polars, in one run.

    python benchmarks/scoring.py --rows 30000000 --leads 750000 --work DIR [--only plain,hard,...]

Parts: ``plain`` (the table of ratios), ``paths`` (fewer hits an event), ``command`` (files to
files, beside the analyst's script), ``growth`` (events, leads, rules), ``moments`` (fortnightly
moments), ``hard`` (harder kinds of rules), ``account`` (an account of 50,000 leads), ``batch`` (500
leads at a time) and ``large`` (100 million events in 6 GiB). Compare ratios within one run: the
seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet
from analyst import analyst
from baselines import bare_sum, polars_lazy
from generate import (
    AS_OF,
    HARD,
    ZONED,
    Rule,
    model_text,
    path_rules,
    plain_rules,
    write,
    write_zoned,
)

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.reading.reader import read
from leadline.scoring import Run, Scorer

RUNS = 3
EVENT_COLUMNS = ["event_id", "lead_id", "type", "path", "occurred_at", "recorded_at"]
"""What the plain model reads of an event."""


class Cost(NamedTuple):
    """What some work took, in seconds: on the clock, and of all cores together."""

    clock: float
    cores: float


def cost(work: Callable[[], object], runs: int = RUNS) -> Cost:
    """Return the median time of some runs after none to warm up; of cores, children included."""
    costs = []
    for _ in range(runs):
        gc.collect()
        started, before = time.perf_counter(), _cores()
        work()
        costs.append(Cost(time.perf_counter() - started, _cores() - before))
    return Cost(*(statistics.median(each) for each in zip(*costs, strict=True)))


def _cores() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def show(name: str, found: Cost, base: Cost | None = None) -> None:
    """Print the time on the clock and of the cores, each with its ratio to a base."""
    parts = [f"{found.clock:9.2f} s", f"{found.cores:9.2f} s of cores"]
    if base is not None:
        parts[0] += f" {found.clock / base.clock:7.2f} x"
        parts[1] += f" {found.cores / base.cores:7.2f} x"
    print(f"{name:48}", *parts, flush=True)


def show_figure(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"{name:48} {value:9.2f} {unit}", flush=True)


def peak_gib() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def loaded(folder: Path, model: str | Path, memory: str | None = None) -> Run:
    """Open a run over the generated tables in the engine's own format, compressed as on disk."""
    inputs = {"leads": str(folder / "leads.parquet"), "events": str(folder / "events.parquet")}
    opened = DuckDB(memory_limit=memory)
    run = Run.open(opened, model, inputs, as_of=AS_OF.replace(tzinfo=UTC), clean=True)
    engine = run.engine
    store = folder / "tables.duckdb"
    made = store.exists()
    engine.run(f"attach '{store}' as store")
    for table in ("leads", "events"):
        if not made:
            engine.run(f"create table store.{table} as select * from {table}")
        engine.run(f"create or replace view {table} as select * from store.{table}")
    return run


def into_table(run: Run, output: str) -> Callable[[], None]:
    """Return the work of planning and computing an output into the table ``result``."""

    def work() -> None:
        with run.with_model(run.model) as again:
            run.engine.run(f"create or replace temp table result as {again.sql(output)}")

    return work


def plain(folder: Path) -> None:
    """Time ours beside the others, on the engine's own tables."""
    rules = plain_rules()
    run = loaded(folder, folder / "plain.yaml")
    ours, base = _beside_sql(run, rules)
    show("ours, ledger", cost(into_table(run, "points"), 1), base)
    run.engine.close()
    events = pl.read_parquet(folder / "events.parquet")
    polars = cost(lambda: polars_lazy(events.lazy(), rules, AS_OF).collect())
    show("Polars, in memory", polars, base)
    show("  Polars / ours", polars, ours)
    show_figure("peak memory of this process", peak_gib(), "GiB")


def paths(folder: Path) -> None:
    """Time ours beside the analyst's SQL where every rule has a condition on the path too."""
    run = loaded(folder, folder / "paths.yaml")
    _beside_sql(run, path_rules())
    run.engine.close()


def _beside_sql(run: Run, rules: list[Rule]) -> tuple[Cost, Cost]:
    """Time ours beside the floor and the analyst's SQL; return ours and the floor."""
    [sums] = run.statement.steps.keys() & {"lead_events_plain_sums", "lead_events_summed_sums"}
    hits = run.engine.rows(f"select sum(units) from ({run.sql(sums)})")[0][0]
    [(events,)] = run.engine.rows("select count(*) from events")
    show_figure("hits an event, after windows", hits / events, "")
    connection = run.duckdb._connection  # noqa: SLF001 - the same tables for all
    base = cost(lambda: bare_sum(connection, AS_OF).fetchall())
    show("bare sum(exp(-age)) group by lead", base, base)
    ours = cost(into_table(run, "scores"))
    show("ours, scores", ours, base)
    theirs = cost(
        lambda: connection.execute(
            "create or replace temp table theirs as "
            + analyst(connection, rules, AS_OF).sql_query()
        )
    )
    show("analyst's SQL", theirs, base)
    show("  analyst / ours", theirs, ours)
    _compare(run)
    return ours, base


def _compare(run: Run) -> None:
    """Say how far the analyst's scores are from ours; his rounding of floats may differ by 0.01."""
    rows = run.engine.rows(
        "select count(*), count(*) filter (where abs(r.person - t.score) > 1e-9), "
        "max(abs(r.person - t.score)) from result as r join theirs as t using (lead_id)"
    )
    count, different, most = rows[0]
    print(f"scores compared: {count}, different: {different}, by at most {most:.2f}", flush=True)


def command(folder: Path) -> None:
    """Time the whole command from Parquet to Parquet, beside the analyst's script."""
    if not (folder / ZONED).exists():
        write_zoned(folder)
    theirs = cost(lambda: _run([str(Path(__file__).with_name("analyst.py")), str(folder)]))
    show("analyst's script", theirs, theirs)
    for name, options in (("raw", []), ("clean", ["--clean"])):
        ours = cost(lambda options=options: _command(folder, options))  # type: ignore[misc]
        show(f"whole command, {name} input", ours, theirs)
        show("  analyst / ours", theirs, ours)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    show_figure("peak memory of a process", peak, "GiB")


def _command(folder: Path, options: Sequence[str]) -> None:
    events = folder / ZONED if (folder / ZONED).exists() else folder / "events.parquet"
    arguments = [
        "-m", "leadline.cli", "score", str(folder / "plain.yaml"),
        "--leads", str(folder / "leads.parquet"), "--events", str(events),
        "--as-of", f"{AS_OF.isoformat()}Z", "--out", str(folder / "scores.parquet"), *options,
    ]  # fmt: skip
    _run(arguments)


def _run(arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)  # noqa: S603 - our own


def growth(folder: Path, rows: int, leads: int) -> None:
    """Show how the statement's cost grows with events, leads and rules."""
    base = None
    for name, share_rows, share_leads, count in (
        ("a quarter of the events", 4, 1, 40),
        ("half of the events", 2, 1, 40),
        ("all", 1, 1, 40),
        ("a quarter of the leads", 1, 4, 40),
        ("half of the leads", 1, 2, 40),
        ("10 rules", 1, 1, 10),
        ("20 rules", 1, 1, 20),
        ("80 rules", 1, 1, 80),
    ):
        part = folder / f"growth_{share_rows}_{share_leads}"
        if not part.exists():
            write(rows // share_rows, leads // share_leads, part, "time")
        model = model_text("growth", _rules(count))
        run = loaded(part, model)
        value = cost(into_table(run, "scores"), 1)
        base = base or value
        show(name, value, base)
        run.engine.close()


def _rules(count: int) -> list[Rule]:
    """Return so many rules: the plain ones, again from the start where there are too few."""
    plain = plain_rules()
    return [replace(plain[at % len(plain)], name=f"r{at:02d}") for at in range(count)]


def hard(folder: Path) -> None:
    """Time models with ten harder rules beside the plain one, alternating."""
    run = loaded(folder, folder / "plain.yaml")
    for kind in HARD:
        other = run.with_model(read(folder / f"hard_{kind}.yaml"))
        ratios = []
        for _ in range(2):
            base = cost(into_table(run, "scores"), 1)
            found = cost(into_table(other, "scores"), 1)
            ratios.append((found.clock / base.clock, found.cores / base.cores))
        clock, cores = min(ratios)
        show_figure(f"{kind} (10 of 40 rules)", clock, f"x plain {cores:9.2f} x of cores")
    run.engine.close()


def account(folder: Path) -> None:
    """Time one account of 50,000 leads with roll-ups beside the same leads without account."""
    text = (folder / "plain.yaml").read_text(encoding="utf-8")
    rollups = (
        "  team: {of: account, rollup: person, by: sum, range: [0, 1000]}\n"
        "  best: {of: account, rollup: person, by: top 3}\n"
    )
    run = loaded(folder, folder / "plain.yaml")
    base = cost(into_table(run, "scores"), 1)
    run.engine.run(
        "create or replace view leads as select * replace ("
        "case when row_number() over () <= 50000 then 'one account' else account_id end "
        "as account_id) from store.leads"
    )
    other = run.with_model(read(text.rstrip("\n") + "\n" + rollups))
    show("one account of 50,000 leads, two roll-ups", cost(into_table(other, "scores"), 1), base)
    run.engine.close()


def moments(folder: Path, leads: int) -> None:
    """Time fortnightly moments, of each the leads known by then, beside one moment of all."""
    part = folder / "moments"
    if not part.exists():
        write(3_000_000, min(leads, 75_000), part, "time")
    run = loaded(part, folder / "plain.yaml")
    base = cost(into_table(run, "scores"))
    show("one moment (3 million events, 75,000 leads)", base, base)
    for count in (2, 8, 26):
        at = [(AS_OF - timedelta(days=14 * step)).replace(tzinfo=UTC) for step in range(count)]

        def every(at: list[datetime] = at) -> None:
            with run.over_moments(at) as over:
                into_table(over, "scores")()

        show(f"{count} moments", cost(every), base)
    run.engine.close()


def batch(folder: Path) -> None:
    """Time batches of 500 leads whose rows lie clustered by lead in an Arrow file."""
    store = _clustered(folder)
    table = pa.ipc.open_file(pa.memory_map(str(store))).read_all().select(EVENT_COLUMNS)
    engine = DuckDB(threads=2)
    run = loaded(folder, folder / "plain.yaml")
    ranges = duckdb.execute(
        f"select lead_id, min(n) as low, count(*) as many from (select lead_id, "
        f"row_number() over () - 1 as n from read_parquet('{folder / 'clustered.parquet'}')) "
        "group by lead_id"
    ).fetchall()
    people = run.engine.arrow("select lead_id, account_id, created_at from leads").combine_chunks()
    places = {lead: place for place, lead in enumerate(people["lead_id"].to_pylist())}
    found = [(lead, low, many, places[lead]) for lead, low, many in ranges]
    read = {"leads": people.column_names, "events": EVENT_COLUMNS}
    schema = {
        table: {name: run.loaded.schema[table][name] for name in names}
        for table, names in read.items()
    }
    scorer = Scorer(engine, run.model, schema, ["scores"])
    run.engine.close()
    times = sorted(_batch(scorer, table, people, found[start::1500][:500]) for start in range(100))
    show_figure("500 leads, median of 100", statistics.median(times) * 1000, "ms")
    show_figure("500 leads, 95th percentile of 100", times[94] * 1000, "ms")


def _clustered(folder: Path) -> Path:
    """Write the events clustered by lead, as Parquet and as an Arrow file that is mapped."""
    store, parquet = folder / "clustered.arrow", folder / "clustered.parquet"
    if not store.exists():
        duckdb.sql(
            f"copy (select * from read_parquet('{folder / 'events.parquet'}') order by lead_id) "
            f"to '{parquet}' (format parquet)"
        )
        table = pa.parquet.read_table(parquet)
        with pa.OSFile(str(store), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    return store


def _batch(
    scorer: Scorer, events: pa.Table, people: pa.Table, ranges: Sequence[tuple[str, int, int, int]]
) -> float:
    started = time.perf_counter()
    rows = pa.concat_tables([events.slice(low, many) for _, low, many, _ in ranges])
    leads = people.take([place for _, _, _, place in ranges])
    tables = {"events": rows.combine_chunks(), "leads": leads.combine_chunks()}
    scorer.score(tables, AS_OF.replace(tzinfo=UTC))
    return time.perf_counter() - started


def large(folder: Path) -> None:
    """Score 100 million events with 6 GiB of memory."""
    part = folder / "large"
    if not part.exists():
        write(100_000_000, 2_500_000, part, "time")
    value = cost(lambda: _command(part, ["--clean", "--memory", "6GiB"]), 1)
    show("100 million events in 6 GiB, whole command", value)


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000_000)
    parser.add_argument("--leads", type=int, default=750_000)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--order", choices=("time", "lead"), default="time")
    parser.add_argument(
        "--only", default="plain,paths,command,growth,hard,account,moments,batch,large"
    )
    options = parser.parse_args()
    folder = options.work
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "events.parquet").exists():
        write(options.rows, options.leads, folder, options.order)
    parts: dict[str, Callable[[], None]] = {
        "plain": lambda: plain(folder),
        "paths": lambda: paths(folder),
        "command": lambda: command(folder),
        "growth": lambda: growth(folder, options.rows, options.leads),
        "hard": lambda: hard(folder),
        "account": lambda: account(folder),
        "moments": lambda: moments(folder, options.leads),
        "batch": lambda: batch(folder),
        "large": lambda: large(folder),
    }
    print(f"{platform.machine()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}")
    for name in options.only.split(","):
        print(f"\n{name}", flush=True)
        parts[name]()


if __name__ == "__main__":
    main()
