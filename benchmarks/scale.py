"""What a number of events a day takes: loops, machines and money, from costs that were measured.

    python benchmarks/scale.py [--core-hour 0.045] [--gigabyte-month 0.10]

Costs are arguments; their defaults are those of ``docs/performance.md``. Two things are simulated,
with numpy and a seed: how evenly accounts spread over loops where a hash of the account decides
(accounts are as unequal as firms are), and how long an event waits for its score where a loop takes
what has come and goes again at once.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DAY_SECONDS = 86_400
MONTH_HOURS = 730
SIZES = (10_000_000, 100_000_000, 1_000_000_000)
LOOPS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Costs:
    """What was measured, and what a machine costs.

    Attributes:
        accept_us: Processor time to accept an event in a batch, in microseconds.
        take_us: Processor time to take in and score one, in microseconds.
        pass_ms: What a pass of the loop takes whatever is in it, in milliseconds.
        sweep_us: Processor time to score a lead anew from the store, in microseconds.
        event_bytes: What an event takes up in the store, with its share of a lead.
        busy: The busiest hour of a day beside its mean.
        busy_loop: Up to this share of its time a loop may be at work in the busiest hour.
        leads_a_thousand: Leads that a thousand events are of.
        kept_days: How long events stay in the store.
        core_hour: Price of a core for an hour.
        gigabyte_month: Price of a gigabyte of fast disk for a month.
    """

    accept_us: float = 31 + 19
    take_us: float = 445 + 195
    pass_ms: float = 75
    sweep_us: float = 270
    event_bytes: float = 290
    busy: float = 2.4
    busy_loop: float = 0.6
    leads_a_thousand: float = 100
    kept_days: float = 365
    core_hour: float = 0.045
    gigabyte_month: float = 0.10


def main() -> None:
    """Print the plan, and both simulations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for each in fields(Costs):
        flag = f"--{each.name.replace('_', '-')}"
        parser.add_argument(flag, type=float, default=each.default)
    costs = Costs(**vars(parser.parse_args()))
    _table(
        ["events a day", "busiest hour", "cores for accepting", "loops", "cores at a daily sweep",
         "store, a year", "a month"],
        (_plan(costs, events) for events in SIZES),
    )  # fmt: skip
    random = np.random.default_rng(1)
    _table(
        ["loops", "the busiest loop beside the mean, 10,000 accounts", "100,000", "1 million"],
        ([str(n), *(f"{_busiest(random, n, 10**k):.2f}" for k in (4, 5, 6))] for n in LOOPS),
    )
    _table(
        ["a loop is at work", "median wait", "99th percentile"],
        ([f"{share:.0%}", *_waits(random, costs, share)] for share in (0.3, 0.6, 0.8, 0.9, 0.95)),
    )


def _plan(costs: Costs, events: float) -> list[str]:
    """Return what so many events a day take."""
    peak = events / DAY_SECONDS * costs.busy
    accepting = peak * costs.accept_us / 1e6
    loops = max(1, int(np.ceil(peak * costs.take_us / 1e6 / costs.busy_loop)))
    leads = events * costs.leads_a_thousand / 1000
    sweep = leads * costs.sweep_us / 1e6 / DAY_SECONDS
    gigabytes = events * costs.kept_days * costs.event_bytes / 1e9
    cores = max(2, int(np.ceil(accepting + loops + sweep)))
    month = cores * costs.core_hour * MONTH_HOURS + gigabytes * costs.gigabyte_month
    return [
        f"{events / 1e6:,.0f} million", f"{peak:,.0f}/s", f"{accepting:.2f}", str(loops),
        f"{sweep:.2f}", f"{gigabytes / 1000:,.1f} TB", f"{month:,.0f}",
    ]  # fmt: skip


def _busiest(random: np.random.Generator, loops: int, accounts: int) -> float:
    """Return the load of the busiest loop beside the mean, of accounts dealt out by a hash.

    Sizes of firms follow Zipf's law nearly: the largest of n has n times the smallest.
    """
    sizes: Floats = 1 / np.arange(1, accounts + 1)
    loads = np.bincount(random.integers(0, loops, accounts), sizes, loops)
    return float(loads.max() / loads.mean())


def _waits(random: np.random.Generator, costs: Costs, share: float) -> tuple[str, str]:
    """Return how long events wait for their scores where a loop is at work for a share of time.

    Events come by chance; a pass takes all that wait, and a fixed time beside.
    """
    each = costs.take_us / 1e6
    rate = share / each
    at = np.cumsum(random.exponential(1 / rate, 200_000))
    done = np.empty_like(at)
    first, now = 0, 0.0
    while first < len(at):
        now = max(now, at[first])
        last = max(first + 1, int(np.searchsorted(at, now, "right")))
        now += costs.pass_ms / 1000 + (last - first) * each
        done[first:last] = now
        first = last
    waits = 1000 * (done - at)
    return tuple(f"{np.quantile(waits, q):,.0f} ms" for q in (0.5, 0.99))  # type: ignore[return-value] # two


def _table(names: list[str], rows: Any) -> None:
    print(f"| {' | '.join(names)} |")
    print("| --- " * len(names) + "|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    main()
