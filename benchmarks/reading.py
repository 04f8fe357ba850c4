"""What cleaning costs: ours beside reading and writing the same files with plain DuckDB.

    python benchmarks/reading.py --work DIR [--leads 1000000] [--events 10000000]

Makes an export of leads and one of events, as CSV and as Parquet, whose times are text with offsets
and whose numbers hold tokens that mean missing. Ours reads it, decides and checks types, counts bad
values, rejects rows without key, counts repeated events once, and writes Parquet. Plain DuckDB
reads the same file, types given, and writes Parquet. Compare ratios: seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.document import Column
from leadline.tables.read import load
from leadline.tables.write import write

LEADS = """
    select 'lead-' || i as "Prospect ID", 'account-' || (i % 200000) as Company,
        'person' || i || '@company' || (i % 200000) || '.example' as email,
        case when i % 5 = 0 then 'Select' else 'source ' || (i % 12) end as "Lead Source",
        case when i % 7 = 0 then 999 else i % 30 end as contacted_days,
        case when i % 9 = 0 then 'N/A' else (i % 5000)::varchar end as employees,
        strftime(timestamp '2025-01-01' + to_seconds((i * 37) % 30000000), '%Y-%m-%dT%H:%M:%S')
            || case when i % 2 = 0 then 'Z' else '+02:00' end as created
    from range({rows}) as t(i)"""

EVENTS = """
    select 'event-' || i as id, 'lead-' || (hash(i) % {leads}) as contact,
        ['page_viewed', 'email_opened', 'email_clicked', 'demo_requested'][1 + i % 4] as action,
        '/page/' || (i % 40) as path,
        case when i % 50 = 0 then '-1' else (i % 300)::varchar end as seconds,
        strftime(timestamp '2025-01-01' + to_seconds((i * 3) % 30000000), '%Y-%m-%dT%H:%M:%S')
            || case when i % 2 = 0 then 'Z' else '+02:00' end as moment
    from range({rows}) as t(i)"""

COLUMNS = {
    "leads": {
        "lead_id": {"from": "Prospect ID"},
        "account_id": {"from": "Company"},
        "created_at": {"from": "created"},
        "Lead Source": {"missing": ["Select"]},
        "contacted_days": {"type": "number", "missing": [999]},
        "employees": {"type": "number", "missing": ["N/A"]},
    },
    "events": {
        "event_id": {"from": "id"},
        "lead_id": {"from": "contact"},
        "type": {"from": "action"},
        "occurred_at": {"from": "moment"},
        "seconds": {"type": "number", "missing": [-1]},
    },
}

TYPED = {
    "leads": "* replace (created::timestamptz as created)",
    "events": "* replace (moment::timestamptz as moment, seconds::double as seconds)",
}
"""What plain DuckDB is told to make of the columns."""


def make(folder: Path, leads: int, events: int) -> None:
    """Write the exports, unless they are there."""
    for table, query, rows in (("leads", LEADS, leads), ("events", EVENTS, events)):
        text = query.format(rows=rows, leads=leads)
        for kind in ("csv", "parquet"):
            path = folder / f"{table}_{rows}.{kind}"
            if not path.exists():
                duckdb.execute(f"copy ({text}) to '{path}'")


def plain(source: Path, target: Path, table: str, threads: int) -> None:
    """Read and write with DuckDB alone."""
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
        rows = f"select {TYPED[table]} from '{source}'"
        connection.execute(f"copy ({rows}) to '{target}' (compression zstd)")


def ours(source: Path, target: Path, table: str, threads: int) -> None:
    """Read, clean, resolve and write."""
    declared = {key: Column.model_validate(each) for key, each in COLUMNS[table].items()}
    with DuckDB(threads=threads) as engine:
        loaded = load(engine, {table: source}, {table: declared})
        assert not loaded.rejects.count  # noqa: S101 - the figures would mean nothing
        write(engine, f"from {table}", target)


def seconds(works: Sequence[Callable[[], object]], runs: int) -> list[tuple[float, float]]:
    """Return the least time of some runs of each work, by the clock and of the processor.

    The works take turns, so that what else the machine does meets all of them.
    """
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            gc.collect()
            started, used = time.perf_counter(), time.process_time()
            work()
            taken.append((time.perf_counter() - started, time.process_time() - used))
    return [(min(t for t, _ in taken), min(t for _, t in taken)) for taken in times]


def main() -> None:
    """Print seconds and ratios, a line a table and format."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--leads", type=int, default=1_000_000)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    make(given.work, given.leads, given.events)
    print(f"{'':28} {'plain s':>9} {'ours s':>9} {'ratio':>7} {'of processor':>13}")
    for table, rows in (("leads", given.leads), ("events", given.events)):
        for kind in ("csv", "parquet"):
            source = given.work / f"{table}_{rows}.{kind}"
            files = (source, given.work / "out.parquet", table, given.threads)
            base, our = seconds([partial(plain, *files), partial(ours, *files)], given.runs)
            ratios = f"{our[0] / base[0]:6.2f}x {our[1] / base[1]:12.2f}x"
            print(
                f"{rows:>12,} {table:6} {kind:8} {base[0]:9.2f} {our[0]:9.2f} {ratios}", flush=True
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GiB")


if __name__ == "__main__":
    main()
