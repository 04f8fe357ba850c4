"""What it costs to clean and resolve leads, beside reading and writing them.

    python benchmarks/resolving.py --leads 1000000 --events 10000000 --work DIR

Four in five leads have an e-mail of their own, two in three a telephone number, half of them in
the form of their country; names, companies and job titles repeat as they do in real lists. The base
is DuckDB reading both files and writing them again. Compare ratios: seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import csv
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb

from leadline.engines.duckdb.engine import DuckDB
from leadline.identity.enrich import LEADS, add
from leadline.tables.read import load
from leadline.tables.write import Outputs

TITLES = Path(__file__).parents[1] / "tests" / "data" / "titles.csv"
DEPARTMENTS = 60
"""Every title stands alone and with so many departments behind it."""

MAKE_LEADS = """
copy (
    with numbered as (select range as n, (hash(range) // 2)::bigint as h from range({leads}))
    select 'L' || n as lead_id,
        case when n % 3 = 0 then null else 'A' || (h % 200000) end as account_id,
        case h % 20 when 0 then null when 1 then null when 2 then null when 3 then 'not an address'
            when 4 then 'p' || n || '@gmial.com' when 5 then 'p' || n || '@mailinator.com'
            when 6 then 'p' || n || '@gmail.com' when 7 then 'p' || n || '@web.de'
            else 'name.' || n || '@company' || (h % 200000) || '.com' end as email,
        'First' || (h % 4000) as first_name, 'Last' || (h % 40000) as last_name,
        case (h // 7) % 6 when 0 then null when 1 then null
            when 2 then '+49 151 ' || (10000000 + h % 90000000)
            when 3 then '+1 (212) ' || (200 + h % 700) || '-' || (1000 + n % 9000)
            when 4 then '0151 ' || (10000000 + n % 90000000)
            else '030 ' || (1000000 + n % 9000000) end as phone,
        ['Germany', 'DE', 'Deutschland', 'germany'][1 + (h // 3) % 4] as country,
        'Company ' || (h % 200000) || [' GmbH', ' Ltd.', ' Inc', ' S.A.'][1 + h % 4] as company,
        t.title || case when n % 5 = 0 then ', department ' || (n % {departments}) else '' end
            as job_title,
        timestamp '2025-01-01' + to_seconds((h % 30000000)::bigint) as created_at
    from numbered as l join titles as t on t.place = l.h % (select count(*) from titles)
) to '{file}' {options}
"""
MAKE_EVENTS = """
copy (
    select 'E' || range as event_id, 'L' || (hash(range) % {leads}) as lead_id,
        ['page_viewed', 'email_clicked', 'form_submitted'][1 + range % 3] as type,
        timestamp '2026-01-01' + to_seconds((hash(range) % 20000000)::bigint) as occurred_at,
        '/page/' || (range % 300) as path
    from range({events})
) to '{file}' {options}
"""


def make(folder: Path, ending: str, leads: int, events: int) -> None:
    """Write the two files, unless they are there."""
    connection = duckdb.connect()
    with TITLES.open(encoding="utf-8", newline="") as rows:
        titles = [(place, row["title"]) for place, row in enumerate(csv.DictReader(rows))]
    connection.execute("create table titles (place bigint, title varchar)")
    connection.executemany("insert into titles values (?, ?)", titles)
    zoned = "(timestampformat '%Y-%m-%dT%H:%M:%SZ')" if ending == "csv" else ""
    counts = {"leads": leads, "events": events, "departments": DEPARTMENTS, "options": zoned}
    for table, statement in (("leads", MAKE_LEADS), ("events", MAKE_EVENTS)):
        file = folder / f"{table}.{ending}"
        if not file.exists():
            connection.execute(statement.format(file=file, **counts))


def copied(folder: Path, ending: str) -> None:
    """Read both files with DuckDB, and write them again."""
    for table in ("leads", "events"):
        source, target = folder / f"{table}.{ending}", folder / f"{table}_copy.{ending}"
        read = f"read_csv('{source}', all_varchar = true)" if ending == "csv" else f"'{source}'"
        duckdb.connect().execute(f"copy (from {read}) to '{target}'")


def resolved(folder: Path, ending: str, *, leads_alone: bool = False) -> None:
    """Read, clean and resolve both files, with every derived column, and write them."""
    tables = ("leads",) if leads_alone else ("leads", "events")
    with DuckDB() as engine:
        loaded = load(engine, {each: str(folder / f"{each}.{ending}") for each in tables}, {})
        _lap("  read and clean")
        add(engine, loaded, frozenset(LEADS), match=False)
        _lap("  derive")
        with Outputs(engine) as outputs:
            for table in tables:
                outputs.add(f"from {table}", folder / f"{table}_resolved.{ending}")
        _lap("  write")


class Clocks(NamedTuple):
    """Seconds by the clock, and of the processor, which other programs do not lengthen."""

    wall_seconds: float
    processor_seconds: float

    @classmethod
    def now(cls) -> Clocks:
        """Read both."""
        return cls(time.perf_counter(), time.process_time())

    def since(self, start: Clocks) -> Clocks:
        """Return what has passed."""
        return Clocks(*(now - then for now, then in zip(self, start, strict=True)))


_started = [Clocks(0, 0)]


def _lap(name: str) -> None:
    now = Clocks.now()
    _show(name, now.since(_started[0]))
    _started[0] = now


def _show(name: str, taken: Clocks) -> None:
    print(f"{name:40} {taken[0]:8.1f} s  processor {taken[1]:8.1f} s", flush=True)


def timed(name: str, work: Callable[[], None]) -> Clocks:
    """Print and return the time of some work."""
    _started[0] = begun = Clocks.now()
    work()
    taken = Clocks.now().since(begun)
    _show(name, taken)
    return taken


def main() -> None:
    """Time both formats."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default="csv,parquet")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{platform.machine()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}")
    for ending in options.only.split(","):
        print(f"\n{ending}")
        make(options.work, ending, options.leads, options.events)
        base = timed("DuckDB reads and writes", lambda e=ending: copied(options.work, e))  # type: ignore[misc]
        ours = timed("read, clean, resolve, write", lambda e=ending: resolved(options.work, e))  # type: ignore[misc]
        ratios = [mine / plain for mine, plain in zip(ours, base, strict=True)]
        print(f"{'ratio':40} {ratios[0]:8.2f} x  processor {ratios[1]:8.2f} x")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'peak memory':40} {peak:8.2f} GiB")


if __name__ == "__main__":
    main()
