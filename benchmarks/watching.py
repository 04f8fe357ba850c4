"""How soon ``leadline watch`` tells what changed, and how often it tells what did not.

    benchmarks/watching.py --seeds 20

Worlds of ``leadline demo-data`` in which one thing changes on a day by lot, from 60 to 170 days
before the end, and calm worlds in which nothing does. Each is watched as a monitor would that looks
once a week: what it tells at the end of a week rests on nothing later. Days are counted from the
change to the end of the week in which it was told.

False alarms are counted over 52 weeks after 16 weeks that say what is usual: with all series of a
world, with ten of them by lot, and with 200 of three worlds together.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from leadline.demo.calm import CHANGED_FIELD, CHANGED_SOURCE, CHANGED_TYPE
from leadline.demo.generate import write_demo
from leadline.demo.world import Course, World
from leadline.engines.duckdb.engine import DuckDB
from leadline.history.opened import open_past
from leadline.model.starters import starter
from leadline.model.task import read_task
from leadline.review.watch.verdicts import Alarm, found_in
from leadline.review.watch.watch import Watched, watched

END = datetime(2026, 11, 1, tzinfo=UTC)
TABLES = ("leads", "accounts", "events", "outcomes", "field_history")
TASK = {"outcome": {"outcome": "won"}, "horizon": "90d", "moments": {"after": "14d"}}
YEAR = timedelta(weeks=52)
FEW, MANY, TOGETHER, DRAWS = 10, 200, 3, 20


@dataclass(frozen=True)
class Change:
    """A world with a change: how large, within how many days it is to be told, and by what."""

    leads: int
    days: int
    is_it: Callable[[Alarm], bool]


CHANGES: dict[Course, Change] = {
    "field": Change(10_000, 14, lambda a: (a.topic, a.series.name) == ("empty", CHANGED_FIELD)),
    "tracker": Change(10_000, 14, lambda a: (a.topic, a.series.name) == ("repeats", CHANGED_TYPE)),
    "source": Change(
        40_000,
        45,
        lambda a: (a.topic, a.series.among) == ("accepted", f"source {CHANGED_SOURCE}"),
    ),
}


def look(world: World, since: datetime | None) -> Watched:
    """Return what is told of a world."""
    with tempfile.TemporaryDirectory() as folder, DuckDB() as engine:
        write_demo(engine, world, Path(folder) / "world", "parquet")
        tables = {each: str(Path(folder) / "world" / f"{each}.parquet") for each in TABLES}
        task = read_task(TASK)
        with open_past(engine, starter("general"), tables, task) as run:
            return watched(run, task, END, since)


def day_told(course: Course, seed: int) -> tuple[float | None, int]:
    """Return after how many days a change was told, and how many alarms came before it."""
    change = CHANGES[course]
    days = float(np.random.default_rng(seed).uniform(60, 170))
    world = World(change.leads, seed, END, course=course, change_days=days)
    found, at = look(world, None), END - timedelta(days=days)
    told = [(found.weeks.begin(each.told + 1), each) for each in found.found.alarms]
    right = [when for when, each in told if change.is_it(each) and when > at]
    early = sum(when <= at for when, _ in told)
    return ((right[0] - at) / timedelta(days=1) if right else None), early


def changes(seeds: Sequence[int]) -> None:
    """Print how soon each change was told."""
    for course, change in CHANGES.items():
        days, early = zip(*(day_told(course, seed) for seed in seeds), strict=True)
        told = sorted(each for each in days if each is not None)
        in_time = sum(each <= change.days for each in told)
        middle = f"{np.median(told):.0f}" if told else "-"
        latest = f"{told[-1]:.0f}" if len(told) == len(days) else "never"
        print(
            f"{course:8} {change.leads:>7,} leads  within {change.days} days {in_time:>3} of "
            f"{len(days)}  days: middle {middle}, latest {latest}  alarms before: {sum(early)}"
        )


def calm(seeds: Sequence[int]) -> None:
    """Print how many alarms a quarter a calm world has."""
    worlds = [look(World(10_000, seed, END, course="calm"), END - YEAR) for seed in seeds]
    weeks, dice = worlds[0].weeks, np.random.default_rng(1)
    quarters = weeks.watched / 13
    own = [len(each.found.alarms) for each in worlds]
    series = int(np.median([each.found.watched for each in worlds]))
    print(f"calm, all {series} series: {_each(own, quarters)}")
    kept = [[each for each in of.series if each.is_enough(weeks)] for of in worlds]
    few = [
        len(found_in([of[at] for at in dice.permutation(len(of))[:FEW]], weeks).alarms)
        for of in kept
        for _ in range(DRAWS)
    ]
    print(f"calm, {FEW} series: {_each(few, quarters)}")
    many = []
    for place in range(len(kept)):
        joined = [each for step in range(TOGETHER) for each in kept[(place + step) % len(kept)]]
        chosen = [joined[at] for at in dice.permutation(len(joined))[:MANY]]
        many.append(len(found_in(chosen, weeks).alarms))
    print(f"calm, {len(chosen)} series: {_each(many, quarters)}")
    for of in worlds:
        for each in of.found.alarms:
            told = weeks.begin(each.told + 1)
            print(f"  {each.topic} {each.series.name} {each.part} {each.series.among} {told:%F}")


def _each(alarms: Sequence[int], quarters: float) -> str:
    mean = float(np.mean(alarms)) / quarters
    return f"{mean:.2f} a quarter on average, {max(alarms)} in the worst year"


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", choices=("calm", "changes"))
    given = parser.parse_args()
    seeds, started = range(1, given.seeds + 1), time.perf_counter()
    if given.only != "changes":
        calm(seeds)
    if given.only != "calm":
        changes(seeds)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
