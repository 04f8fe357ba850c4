"""How true what ``leadline sources`` says of sources is, on worlds with a known chance of winning.

    benchmarks/sources.py --seeds 20

Worlds of ``leadline demo-data`` with 3,000 leads. Of each lead the world knows the chance of its
winning. The share that won of each source, country and level, and the same drawn to that of all,
are compared with the mean chance of leads with that value in all worlds together: how often the
interval holds it, and how far off the share is. Values of few leads are told apart.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from leadline.demo.generate import write_demo
from leadline.demo.world import World
from leadline.engines.duckdb.engine import DuckDB
from leadline.history.opened import open_past
from leadline.model.declared import NO_POINTS
from leadline.model.task import read_task
from leadline.review.sources.sources import sources
from leadline.statistics.measures import Measured

END = datetime(2026, 11, 1, tzinfo=UTC)
LEADS, FEW = 3_000, 100
TASK = {"outcome": {"outcome": "won"}, "horizon": "120d", "moments": {"after": "14d"}}
FIELDS = ("source", "country", "seniority")


@dataclass(frozen=True)
class Met:
    """What was said of a value in one world, and the chances of its leads."""

    value: tuple[str, str]
    leads: float
    won: Measured
    pooled: Measured
    chances: float


def met(seed: int, folder: Path) -> Iterator[Met]:
    """Yield what is said of the values of one world."""
    with DuckDB() as engine:
        write_demo(engine, World(LEADS, seed, END), folder, "parquet")
        task = read_task(TASK)
        given = {each: str(folder / f"{each}.parquet") for each in ("leads", "outcomes")}
        run = open_past(engine, NO_POINTS, given, task)
        found = sources(run, task, END, FIELDS)
        for told in found.told:
            rows = run.engine.rows(
                f"select coalesce(l.{told.way.name}, '(unknown)'), sum(t.probability) "
                f"from {found.of.table} as c join leads as l using (lead_id) "
                f"join '{folder / 'truth_not_for_scoring.parquet'}' as t using (lead_id) group by 1"
            )
            truth = dict(rows)
            for each in told.sources:
                if each.value in truth:
                    value = (told.way.name, each.value)
                    yield Met(value, each.leads, each.won, each.pooled, truth[each.value])


def truths(found: list[Met]) -> dict[tuple[str, str], float]:
    """Return the mean chance of leads with each value in all worlds."""
    leads: dict[tuple[str, str], float] = defaultdict(float)
    chances: dict[tuple[str, str], float] = defaultdict(float)
    for each in found:
        leads[each.value] += each.leads
        chances[each.value] += each.chances
    return {value: chances[value] / leads[value] for value in leads}


def share(title: str, found: list[Met], truth: dict[tuple[str, str], float]) -> str:
    """Return how often intervals hold the truth, and how far shares are off."""
    true = [truth[each.value] for each in found]
    parts = {"as counted": [each.won for each in found], "drawn": [each.pooled for each in found]}
    said = [
        f"{name}: held by {np.mean([_holds(*both) for both in zip(given, true, strict=True)]):.1%},"
        f" off by {_off(given, true):.2%}"
        for name, given in parts.items()
    ]
    return f"{title} ({len(found):,} values): {'; '.join(said)}"


def _holds(said: Measured, true: float) -> bool:
    low = 0.0 if said.low is None else said.low
    return low <= true <= (1.0 if said.high is None else said.high)


def _off(given: list[Measured], true: list[float]) -> float:
    far = [((said.value or 0) - chance) ** 2 for said, chance in zip(given, true, strict=True)]
    return float(np.sqrt(np.mean(far)))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    found: list[Met] = []
    for seed in range(1, parser.parse_args().seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            found += met(seed, Path(folder) / "world")
    truth = truths(found)
    few = [each for each in found if each.leads < FEW]
    print(share(f"fewer than {FEW} leads", few, truth))
    print(share(f"{FEW} leads or more", [each for each in found if each.leads >= FEW], truth))


if __name__ == "__main__":
    main()
