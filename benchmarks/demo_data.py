"""Time and size of the demo data.

    python benchmarks/demo_data.py --leads 1000000

writes the tables as Parquet to a folder that is removed again, and prints seconds, processor
seconds, the greatest memory, and the rows of each table.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB

END = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    """Read the arguments, write a world and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--leads", type=int, default=1_000_000, help="number of leads")
    parser.add_argument("--threads", type=int, default=None, help="threads; by default all cores")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder, DuckDB(threads=arguments.threads) as engine:
        started = time.perf_counter()
        rows = write_demo(engine, World(arguments.leads, 1, END), Path(folder) / "world", "parquet")
        seconds = time.perf_counter() - started
        size = sum(path.stat().st_size for path in (Path(folder) / "world").iterdir())
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{arguments.leads:,} leads on {os.cpu_count()} cores: {seconds:.1f} s")
    print(
        f"processor {used.ru_utime + used.ru_stime:.1f} s, memory {used.ru_maxrss / 2**20:.2f} GiB"
    )
    print(f"files {size / 2**20:.0f} MiB")
    for name, count in rows.items():
        print(f"{name:30} {count:>12,} rows")


if __name__ == "__main__":
    main()
