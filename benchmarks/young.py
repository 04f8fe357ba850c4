"""What a firm learns whose history is hardly longer than its horizon, on worlds of a known cause.

    benchmarks/young.py --seeds 10 --months 4.2 4.7

Each world is cut after some months. What is learned until then is asked of the leads that are 14
days old in the next 31 days, as the task asks, and still open. It is compared with the chance that
the world gave each: by log-loss, in which the chance itself stands for the outcome, and in mean.
Beside it stand the same method on the rows whose 90 days had ended, and their rate alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

import leadline
from leadline.demo.generate import World as Invented
from leadline.demo.generate import write_demo
from leadline.engines.duckdb.engine import DuckDB
from leadline.learn.document import model_of
from leadline.learn.learning import Learning, learn
from leadline.model.document import Model
from leadline.model.task import read_task

Floats = npt.NDArray[np.float64]
TASK = {
    "outcome": {"outcome": "won"},
    "horizon": "90d",
    "moments": {"after": "14d"},
    "leave_out": ["account.is_customer", "account.has_open_deal"],
}
END = datetime(2026, 11, 1, tzinfo=UTC)
KNOWN = {
    "leads": "created_at",
    "accounts": "'epoch'::timestamptz",
    "events": "recorded_at",
    "outcomes": "recorded_at",
    "field_history": "valid_from",
}
LATER = timedelta(days=31)
MONTH = timedelta(days=30.4375)


@dataclass(frozen=True)
class World:
    """A world of invented leads, as files in a folder."""

    folder: Path

    def tables(self) -> dict[str, Any]:
        """Return the tables that may be read."""
        return {each: str(self.folder / f"{each}.parquet") for each in KNOWN}

    def begin(self) -> datetime:
        """Return when the first lead came."""
        query = f"select min(created_at)::timestamp from '{self.tables()['leads']}'"
        [(first,)] = duckdb.execute(query).fetchall()
        return datetime.fromisoformat(f"{first}+00:00")

    def until(self, end: datetime, folder: Path) -> dict[str, str]:
        """Write what was known at a moment, and return the tables."""
        found = {}
        for table, known in KNOWN.items():
            found[table] = str(folder / f"{table}.parquet")
            query = f"select * from '{self.tables()[table]}' where {known} <= '{end.isoformat()}'"
            duckdb.execute(f"copy ({query}) to '{found[table]}'")
        return found

    def truth(self, end: datetime) -> tuple[pa.Table, Floats]:
        """Return the open leads whose moment comes later, and the true chance of each."""
        query = (
            "select lead_id, created_at + interval 14 day as as_of, probability "
            f"from '{self.tables()['leads']}' "
            f"join '{self.folder / 'truth_not_for_scoring.parquet'}' using (lead_id) "
            "where probability is not null and coalesce(decided_at > as_of, true) "
            f"and as_of > '{end.isoformat()}' and as_of <= '{(end + LATER).isoformat()}' "
            "order by lead_id"
        )
        leads, moments, chances = zip(*duckdb.execute(query).fetchall(), strict=True)
        spine = pa.table({"lead_id": list(leads), "as_of": list(moments)})
        return spine, np.array(chances, float)


def said(world: World, model: Model, spine: pa.Table) -> Floats | None:
    """Return the chances that a document says; None where it says none."""
    scores = leadline.score(model, **world.tables(), spine=spine).scores.to_pydict()
    if "probability" not in scores:
        return None
    pairs = zip(scores["lead_id"], scores["probability"], strict=True)
    by_lead = {lead: float(value) / 100 for lead, value in pairs}
    return np.array([by_lead[each] for each in spine["lead_id"].to_pylist()])


def ripe_alone(found: Learning) -> Model | None:
    """Return what the same method learns of the rows whose horizon had ended."""
    ripe = found.features.sheet.ripe()
    if not 0 < ripe.outcome.sum() < ripe.rows:
        return None
    setting = replace(found.learned.setting, unripe=False)
    holds = replace(found.learned.reliability, expected=1.0)
    learned = replace(found.learned, model=setting.fit(ripe), reliability=holds)
    return model_of("ripe", learned, replace(found.features, sheet=ripe), {}, {})


def lost(chances: Floats | None, truth: Floats) -> float:
    """Return the log-loss under the true chances."""
    if chances is None:
        return float("nan")
    sure = np.clip(chances, 1e-4, 1 - 1e-4)
    return float(-(truth * np.log(sure) + (1 - truth) * np.log(1 - sure)).mean())


def measured(world: World, months: float) -> str:
    """Return a row of the table: one world, cut after some months."""
    end = (world.begin() + months * MONTH).replace(microsecond=0)
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder, DuckDB() as engine:
        found = learn(engine, world.until(end, Path(folder)), read_task(TASK), end=end)
        seconds = time.process_time() - started
        ripe = found.features.sheet.ripe()
        spine, truth = world.truth(end)
        chances = None if found.model is None else said(world, found.model, spine)
        alone = ripe_alone(found)
        rate = np.full(len(truth), (ripe.outcome.sum() + 0.5) / (ripe.rows + 1))
        by_ripe = None if alone is None else said(world, alone, spine)
    mean = float("nan") if chances is None else chances.mean() / truth.mean() - 1
    return (
        f"| {world.folder.name} | {months} | {ripe.rows} / {int(ripe.outcome.sum())} | "
        f"{found.features.sheet.rows} / {int(found.features.sheet.outcome.sum())} | "
        f"{found.learned.setting.says if found.model else 'nothing to learn'} | "
        f"{lost(chances, truth):.4f} | {lost(by_ripe, truth):.4f} | {lost(rate, truth):.4f} | "
        f"{lost(truth, truth):.4f} | {mean:+.0%} | {seconds:.0f} |"
    )


def rows(seeds: int, months: list[float], leads: int) -> Iterator[str]:
    """Yield the rows of the table."""
    yield (
        "| world | months | ripe rows / won | all / known to have won | learned | log-loss | "
        "ripe rows alone | their rate | truth itself | mean said | CPU s |"
    )
    yield "|" + " --- |" * 11
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, seeds + 1):
            world = World(Path(folder) / f"seed {seed}")
            with DuckDB() as engine:
                write_demo(engine, Invented(leads, seed, END), world.folder, "parquet")
            for each in months:
                yield measured(world, each)


def main() -> None:
    """Print the table, row by row."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seeds", type=int, default=10)
    asked.add_argument("--months", type=float, nargs="+", default=[4.2, 4.7])
    asked.add_argument("--leads", type=int, default=20_000)
    given = asked.parse_args()
    for row in rows(given.seeds, given.months, given.leads):
        print(row, flush=True)


if __name__ == "__main__":
    main()
