"""Where learning must hold its tongue, and how long it takes: few rows, no sense, many rows.

    python benchmarks/learning_limits.py --data DIR [--only few,lots,rows]

``few``: 200 draws of 40 rows of the deals, log-loss beside that of their rate. ``lots``: outcomes
of each set dealt out by lot, 20 times, and how often something is found. ``rows``: the final fit of
each method on 50,000 leads with 40 columns, and a whole ``leadline learn`` with its report.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from learning_ours import plain_sheet
from learning_sets import ORDER, SETS, Protocol

from leadline.engines.duckdb.engine import DuckDB
from leadline.learn.choose import choose
from leadline.learn.learning import learn
from leadline.learn.setting import SIMPLEST_FIRST
from leadline.learn.sheet import Sheet, field_of_arrow
from leadline.learn.terms import log_loss
from leadline.model.task import read_task
from leadline.reports.html import render
from leadline.reports.learn import page

DRAWS, FEW, LOTS = 200, 40, 20
ROWS, COLUMNS = 50_000, 40


def few(folder: Path) -> None:
    """Print the mean log-loss of what 40 deals teach, beside that of their rate."""
    [protocol] = SETS["salvirt"](folder)
    sheet, random = plain_sheet(protocol), np.random.default_rng(0)
    losses: dict[str, list[float]] = {}
    taken: Counter[str] = Counter()
    for _ in range(DRAWS):
        ranked = random.permutation(sheet.rows)
        fitted, judged = sheet.take(ranked[:FEW]), sheet.take(ranked[FEW:])
        rate = (fitted.outcome.sum() + 0.5) / (FEW + 1)
        base = np.full(judged.rows, np.log(rate / (1 - rate)))
        said = {"the rate": base}
        said |= {each.says: each.fit(fitted).log_odds(judged) for each in SIMPLEST_FIRST}
        learned = choose(fitted)
        said["auto"] = base if learned.model is None else learned.model.log_odds(judged)
        taken[learned.verdict if learned.model is None else learned.setting.says] += 1
        for name, each in said.items():
            losses.setdefault(name, []).append(float(log_loss(each, judged.outcome).mean()))
    print(f"\nMean log-loss of {FEW} deals, {DRAWS} draws:")
    for name, values in losses.items():
        print(f"  {name}: {np.mean(values):.4f}")
    print(f"  auto took: {dict(taken)}", flush=True)


def lots(folder: Path) -> None:
    """Print how often something is found where outcomes are dealt out by lot."""
    print(f"\nOutcomes dealt out by lot, {LOTS} times each:")
    for protocol in _tables(folder):
        sheet, random = _sheet(protocol), np.random.default_rng(1)
        found = [
            choose(replace(sheet, outcome=random.permutation(sheet.outcome))).verdict
            for _ in range(LOTS)
        ]
        print(f"  {protocol.name}: {found.count('learned')}", flush=True)


def _tables(folder: Path) -> Iterator[Protocol]:
    for each in SETS.values():
        yield from (found for found in each(folder) if found.snapshot is None)


def _sheet(protocol: Protocol) -> Sheet:
    sheet = plain_sheet(protocol)
    if ORDER in protocol.table:
        sheet = replace(sheet, order=protocol.table[ORDER].to_numpy(float))
    return sheet.take(protocol.cuts[0].fitted)


def rows() -> None:
    """Print the seconds of a final fit and of a whole ``learn``."""
    table = many_rows()
    names = table.column_names[1:-1]
    fields = {f"lead.{name}": field_of_arrow(table[name]) for name in names}
    sheet = Sheet(fields, np.array(table["won"]))
    print(f"\n{ROWS:,} leads with {COLUMNS} columns:")
    for each in SIMPLEST_FIRST:
        with _Clock(f"fit of {each.says}"):
            each.fit(sheet)
    task = read_task({"outcome": {"field": "won", "is": True}, "order": "number"})
    ordered = table.append_column("number", pa.array(np.arange(ROWS)))
    with DuckDB() as engine, _Clock("learn and report"):
        found = learn(engine, {"leads": ordered}, task)
        render(page(found))
    print(f"  it took {found.learned.setting.says}")


def many_rows() -> pa.Table:
    """Return 20 columns of numbers and 20 of levels; ten matter, and two only together."""
    random = np.random.default_rng(4)
    numbers = random.normal(size=(20, ROWS))
    levels = [random.integers(0, 3 + at, ROWS) for at in range(20)]
    log_odds = -2 + 0.5 * numbers[0] + 0.4 * np.abs(numbers[1]) + 0.5 * (levels[3] == 1)
    log_odds += 0.5 * numbers[2] * numbers[3] + 0.1 * numbers[4:10].sum(0)
    columns = {f"n{at}": each for at, each in enumerate(numbers)}
    columns |= {f"c{at}": [f"l{level}" for level in each] for at, each in enumerate(levels)}
    won = random.random(ROWS) < 1 / (1 + np.exp(-log_odds))
    return pa.table({"lead_id": [f"{at:06}" for at in range(ROWS)], **columns, "won": won})


class _Clock:
    """Prints the seconds of what is done within."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        print(f"  {self.what}: {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)


def main() -> None:
    """Print what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="few,lots,rows")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if "few" in wanted:
        few(options.data)
    if "lots" in wanted:
        lots(options.data)
    if "rows" in wanted:
        rows()


if __name__ == "__main__":
    main()
