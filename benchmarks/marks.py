"""How many events of programs are marked, and how many of people, on invented worlds.

    benchmarks/marks.py --leads 2000 --seeds 10

The worlds have scanners, crawlers, bursts, and people who look like them at first sight: those who
click within seconds, open links in tabs or sit in one office behind one address.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadline.demo.bots import OFFICE
from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB
from leadline.marks.marked import Marked

END = datetime(2026, 11, 1, tzinfo=UTC)
COUNTED = """
    select coalesce(t.mark, 'nobody') as what, count(*) as events, count(m.event_id) as marked,
        count(m.event_id) filter (e.ip = '{office}') as of_office,
        count(*) filter (e.ip = '{office}') as in_office
    from events as e left join truth as t using (event_id)
        left join marks_found as m using (event_id)
    group by 1"""


@dataclass(frozen=True)
class Counts:
    """Of a kind of events: how many there are and are marked, and of those of the office."""

    events: int
    marked: int
    of_office: int
    in_office: int


def counts(engine: DuckDB, leads: int, seed: int) -> dict[str, Counts]:
    """Return the counts of one world by what is true of events, and print how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        write_demo(engine, World(leads, seed, END, bots=True), world, "parquet")
        before = time.process_time()
        Marked.of(engine, str(world / "events.parquet"))
        spent = time.process_time() - before
        engine.run(f"create or replace temp table truth as from '{world / 'truth_bots.parquet'}'")
        rows = engine.rows(COUNTED.format(office=OFFICE))
    print(f"seed {seed}: {sum(row[1] for row in rows):,} events, {spent:.2f} s of processor")
    return {what: Counts(*rest) for what, *rest in rows}


def summed(found: list[dict[str, Counts]]) -> Iterator[tuple[str, int, int]]:
    """Yield each kind of program with how many of its events there are, and are marked."""
    for kind in ("mail scanner", "crawler", "burst"):
        yield (
            kind,
            sum(each[kind].events for each in found),
            sum(each[kind].marked for each in found),
        )


def recall(found: dict[str, Counts]) -> float:
    """Return which share of the events of programs is marked in one world."""
    programs = [each for kind, each in found.items() if kind != "nobody"]
    return sum(each.marked for each in programs) / sum(each.events for each in programs)


def main() -> None:
    """Print the counts of each world, and recall and precision over all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=10)
    asked = parser.parse_args()
    with DuckDB(threads=1) as engine:
        found = [counts(engine, asked.leads, seed) for seed in range(1, asked.seeds + 1)]
    for kind, events, marked in summed(found):
        print(f"{kind}: {marked:,} of {events:,} are marked, {marked / events:.4f}")
    wrong = [each["nobody"].marked for each in found]
    programs = sum(events for _, events, _ in summed(found))
    right = sum(marked for _, _, marked in summed(found))
    people = sum(each["nobody"].events for each in found)
    print(f"recall {right / programs:.4f}, precision {right / (right + sum(wrong)):.4f}")
    print(f"least recall {min(map(recall, found)):.4f}")
    print(f"of {people:,} events of people {sum(wrong):,} are marked")
    office = sum(each["nobody"].in_office for each in found)
    marked = sum(each["nobody"].of_office for each in found)
    print(f"of {office:,} of the office {marked:,}")


if __name__ == "__main__":
    main()
