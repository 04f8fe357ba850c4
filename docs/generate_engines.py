"""Write the reference of engines from the marks of the tests that execute each line.

python docs/generate_engines.py > docs/reference/engines.md
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "tests"
SUITES = sorted(
    path for path in TESTS.rglob("test_*.py") if "mark.feature(" in path.read_text(encoding="utf-8")
)
ENGINES = {
    "duckdb": "DuckDB",
    "postgres": "PostgreSQL",
    "spark": "Spark",
    "connect": "Spark Connect",
    "clickhouse": "ClickHouse",
}

HEAD = """# Engines

The same model gives the same numbers on every engine: the ledger to the last of its 6 decimals,
scores, grades and bands exactly.

| engine | `--engine` | inputs and outputs |
| --- | --- | --- |
| DuckDB, embedded, the default | `duckdb` | files |
| PostgreSQL 16 or newer | `postgresql://user@host/database` | files and tables |
| Spark 4.1 or newer, in this process | `spark` | files and tables |
| Spark, a standalone cluster | `spark://host:7077` | files and tables |
| Spark Connect | `sc://host:15002` | files and tables |

The commands `score` and `check` run on every engine. `explain` takes every engine too, and brings
the rows to DuckDB. All other commands read files.
ClickHouse and other warehouses get the statement as a text from
[`leadline sql`](../how-to/warehouses.md); what that prints for ClickHouse is executed on its
embedded engine, what it prints for Snowflake, BigQuery and Databricks never was.

A table of the engine is written `table:SCHEMA.NAME`, such as `--events table:crm.events` or
`--out table:crm.scores`. How to work with it: [PostgreSQL](../how-to/postgresql.md),
[Spark](../how-to/spark.md).

## What is executed on each engine

Every line is a test, or several, that run on a real server of that engine; `yes` means that they
pass, `no` that the engine cannot do it. A dash means that the line does not concern the engine.
`as Spark`: Spark Connect is sent the text that Spark runs, and is not asked again.
"""

SAME_TEXT = {"spark": "connect"}
"""Engine to another one that is sent the same text, and need not be asked again."""

FOOT = """
## Where engines may differ

- `weight` in the ledger is a mean of floating numbers, and is the same to 9 decimals.
- Sums of points beyond 1e290 are cut there on PostgreSQL; scores and points end at 9 billion on
  every engine.
- PostgreSQL cuts names after 63 bytes: longer names of columns in its tables end in a mark of
  their own. Files have the whole names.
- A catalog of Spark has no transactions: its tables are replaced one after the other, each whole.
- ClickHouse has calendar days and times from 1900 to 2299.
- Of rows that repeat an `event_id` and agree in `recorded_at`, `occurred_at` and `lead_id`, the one
  stands whose other columns are the least as texts. A statement that is printed without `--columns`
  knows only the columns that the model reads, and compares those.
- Spark on Java 17 writes a few floating numbers with more digits than needed, which may decide
  between such rows.
"""


class Marks:
    """Collects which feature is executed on which engine, and whether it is expected to fail."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.found: dict[str, dict[str, bool]] = defaultdict(dict)
        self.same: set[tuple[str, str]] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the marks of all tests."""
        for item in items:
            cannot = item.get_closest_marker("xfail") or item.get_closest_marker("skip")
            for mark in item.iter_markers("feature"):
                for engine in _engines(item, mark):
                    before = self.found[mark.args[0]].get(engine, True)
                    self.found[mark.args[0]][engine] = before and cannot is None
                    if engine in SAME_TEXT and _is_compared(item):
                        self.same.add((mark.args[0], SAME_TEXT[engine]))

    def cell(self, feature: str, engine: str) -> str:
        """Return what the page says of a feature on an engine."""
        engines = self.found[feature]
        if engine in engines:
            return "yes" if engines[engine] else "no"
        return "as Spark" if (feature, engine) in self.same else "-"


def _is_compared(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and not {"any_engine", "server"}.isdisjoint(call.params)


def _engines(item: pytest.Item, mark: pytest.Mark) -> tuple[str, ...]:
    call = getattr(item, "callspec", None)
    if call is not None and "any_engine" in call.params:
        return (str(call.params["any_engine"]),)
    if call is not None and "lake" in call.params:
        return (str(call.params["lake"]),)
    if call is not None and "server" in call.params:  # compared with DuckDB
        return ("duckdb", str(call.params["server"]))
    return tuple(mark.kwargs.get("engines", ("postgres",)))


def main() -> None:
    """Write the page to standard output."""
    marks = Marks()
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "-n", "0"]
    with contextlib.redirect_stdout(io.StringIO()):
        status = pytest.main([*options, *map(str, SUITES)], plugins=[marks])
    if status != pytest.ExitCode.OK:
        raise SystemExit(f"the tests cannot be collected: {status}")
    lines = [f"| what | {' | '.join(ENGINES.values())} |", "| --- |" + " --- |" * len(ENGINES)]
    for feature in sorted(marks.found):
        cells = " | ".join(marks.cell(feature, engine) for engine in ENGINES)
        lines.append(f"| {feature} | {cells} |")
    sys.stdout.write("\n".join([HEAD, *lines, FOOT]))


if __name__ == "__main__":
    main()
