"""What judging costs beside one scoring run: 26 moments, their outcomes, and the bootstrap.

    python benchmarks/judging.py --rows 10000000 --leads 1000000 --work DIR

One scoring run is every lead once, with 40 rules, into a table. Judged are the same leads at
every fortnight from which there is time for the outcome; the second figure is their scores, the
third everything that ``leadline backtest`` measures, intervals included. Compare ratios.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import duckdb
from generate import AS_OF, HISTORY, START, write

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import Judged, judged
from leadline.history.split import split
from leadline.model.task import read_task
from leadline.review.backtest.backtest import of_judged
from leadline.scoring import Run

MOMENTS = 26
TASK = {
    "outcome": {"outcome": "won"},
    "horizon": "30d",
    "moments": {"every": "14d"},
}
END = START + timedelta(days=14 * (MOMENTS - 1)) + timedelta(days=30 + 13)
"""Until when outcomes are known: late enough for 26 fortnights, too early for one more."""


def seconds(work: Callable[[], object]) -> float:
    """Return the time of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def outcomes(folder: Path) -> Path:
    """Write an outcome for one lead in ten, at any time of the history."""
    path = folder / "outcomes.parquet"
    days = HISTORY.days
    duckdb.execute(
        "copy (select lead_id, 'won' as outcome, (hash(lead_id) % 9000)::double as amount, "
        f"timestamp '{START}' + to_seconds((hash(lead_id, 1) % {days * 86400})::bigint) "
        f"as occurred_at from read_parquet('{folder / 'leads.parquet'}') "
        f"where hash(lead_id, 2) % 10 = 0) to '{path}' (format parquet)"
    )
    return path


def opened(engine: DuckDB, folder: Path) -> Run:
    """Load the tables."""
    tables = {
        "leads": str(folder / "leads.parquet"),
        "events": str(folder / "events.parquet"),
        "outcomes": str(outcomes(folder)),
    }
    at = AS_OF.replace(tzinfo=UTC)
    return Run.open(engine, folder / "plain.yaml", tables, as_of=at, clean=True)


def measure(folder: Path) -> None:
    """Print one scoring run, and what judging takes beside it."""
    task = read_task(TASK)
    with DuckDB() as engine:
        run = opened(engine, folder)
        base = seconds(lambda: run.table("scores"))
        show("one scoring run", base, base)
        found: list[Judged] = []
        end = END.replace(tzinfo=UTC)
        rows = seconds(lambda: found.append(judged(run, task, end)))
        show("judged rows and outcomes", rows, base)
        scores = seconds(lambda: found[0].run.table("scores"))
        show("their scores", scores, base)
        show("both", rows + scores, base)
        rest = seconds(lambda: of_judged(found[0], split(found[0])))
        show("backtest, intervals included", rows + scores + rest, base)
        query = f"select count(*), count(distinct as_of) from {found[0].table}"
        print("rows, moments", *run.engine.rows(query))


def show(name: str, value: float, base: float) -> None:
    """Print one figure and its ratio."""
    print(f"{name:36} {value:9.2f} s {value / base:8.2f} x", flush=True)


def main() -> None:
    """Write the data where it is not there yet, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if not (options.work / "events.parquet").exists():
        write(options.rows, options.leads, options.work, "time")
    print(f"{platform.machine()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}")
    measure(options.work)


if __name__ == "__main__":
    main()
