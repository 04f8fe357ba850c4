"""The same numbers on every engine: worked cases, random models, every step, every output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

from comparison import arrow, differences, product
from examples import RANDOM_CASES
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.scoring import Run, moment
from oracle.generate import case
from oracle.scoring import score

CASES = Path(__file__).parents[1] / "cases"
NAMES = sorted(each.name for each in CASES.iterdir())
TABLES = ("leads", "accounts", "events", "outcomes", "previous", "field_history")
SEEDS = max(10, RANDOM_CASES // 10)
"""A tenth of what DuckDB is compared over: a server needs longer for a case."""
BLOCK = 5
SPARK_BLOCK = SEEDS // 15
"""Spark needs half a minute for a case, nearly all of it planning."""


ON_BOTH = [pytest.param(each, marks=pytest.mark.spark) for each in ("spark", "connect")]
"""Spark in this process, and a server of Spark Connect."""


def pairs(postgres: Iterable[object], **spark: Iterable[object]) -> list[Any]:
    """Return pairs of an engine and what is tried on it."""
    return [
        *(("postgres", each) for each in postgres),
        *(
            pytest.param(engine, each, marks=pytest.mark.spark)
            for engine, numbers in spark.items()
            for each in numbers
        ),
    ]


@pytest.fixture(params=("postgres", *ON_BOTH))
def server(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A session with each engine that is compared with DuckDB."""
    if request.param in {"spark", "connect"}:
        yield request.getfixturevalue(request.param)
        return
    with Postgres(request.getfixturevalue("postgres_url")) as engine:
        yield engine


def ordered(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows in an order of their own, with floats that a different sum cannot tell apart."""
    rows = [
        {name: round(v, 9) if isinstance(v, float) else v for name, v in row.items()}
        for row in table.to_pylist()
    ]
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def exact(run: Run, output: str) -> list[dict[str, Any]]:
    """Return an output row by row; the mean weight alone to 9 decimals."""
    rows = run.arrow(output).to_pylist()
    for row in rows:
        if row.get("weight") is not None:
            row["weight"] = round(row["weight"], 9)
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


@pytest.mark.feature("worked cases: every score, grade, band and ledger row")
@pytest.mark.parametrize(
    ("server", "name"),
    pairs(NAMES, spark=NAMES, connect=["hand-raised", "known-when"]),
    indirect=["server"],
)
def test_a_worked_case_comes_out_alike(name: str, server: Engine) -> None:
    """Each output of a worked case is the one that DuckDB gives, to the last decimal."""
    folder = CASES / name
    at = moment(YAML(typ="safe").load(folder / "case.yaml")["as_of"])
    inputs = {
        table: str(folder / f"{table}.csv")
        for table in TABLES
        if (folder / f"{table}.csv").exists()
    }
    with DuckDB(threads=1) as duckdb:
        ours = Run.open(duckdb, folder / "model.yaml", inputs, as_of=at)
        theirs = Run.open(server, folder / "model.yaml", inputs, as_of=at)
        for output in ours.statement.outputs:
            assert exact(theirs, output) == exact(ours, output), output


@pytest.mark.feature("random models against the oracle")
@pytest.mark.parametrize(
    ("server", "start"),
    pairs(range(0, SEEDS, BLOCK), spark=[0]),
    indirect=["server"],
)
def test_engine_and_oracle_agree(start: int, server: Engine) -> None:
    """Scores, ledger and accounts of random models over shuffled data are the oracle's."""
    block = SPARK_BLOCK if isinstance(server, Spark) else BLOCK
    for seed in range(start, start + block):
        one = case(seed)
        found = product(server, one.document, one.tables, one.spine)
        faults = differences(found, score(one.document, one.tables, one.spine))
        assert not faults, f"seed {seed}:\n" + "\n".join(faults[:10])


@pytest.mark.feature("every step of the statement, row by row")
@pytest.mark.parametrize(
    ("server", "seed"),
    pairs(range(700, 703), spark=[700]),
    indirect=["server"],
)
def test_every_step_gives_the_same_rows(seed: int, server: Engine) -> None:
    """The same rows go in and come out of every step that both engines have."""
    one = case(seed)
    lead, at = one.spine[0]
    given = {name: arrow(rows) for name, rows in one.tables.items() if rows}
    with DuckDB(threads=1) as duckdb:
        duckdb.planning = replace(duckdb.planning, has_columns=False)  # nearly the same plan
        ours = Run.open(duckdb, one.document, given, as_of=at)
        theirs = Run.open(server, one.document, given, as_of=at)
        both = [step for step in ours.statement.steps if step in theirs.statement.steps]
        assert {"lead_facts", "lead_row", "lead_scored", "lead_banded"} <= set(both)
        for step in both:
            rows = ours.engine.arrow(ours.sql(step))
            found = theirs.engine.arrow(theirs.sql(step)).rename_columns(rows.column_names)
            assert ordered(found) == ordered(rows), step
    assert lead


@pytest.mark.feature("many moments, some leads")
def test_other_moments_give_the_same_rows(server: Engine) -> None:
    """A run over pairs of leads and moments, and over past moments, comes out alike."""
    folder = CASES / "half-life-and-steps"
    inputs = {name: str(folder / f"{name}.csv") for name in ("leads", "events")}
    moments = [datetime(2026, month, 1, tzinfo=UTC) for month in (5, 9, 11)]
    with DuckDB(threads=1) as duckdb:
        runs = [
            Run.open(engine, folder / "model.yaml", inputs, as_of=moments[0])
            for engine in (duckdb, server)
        ]
        leads = [row[0] for row in runs[0].rows("select lead_id from leads order by 1 limit 2")]
        pairs = [(lead, at) for lead in leads for at in moments]
        some = [exact(run.over(pairs), "points") for run in runs]
        assert some[0] == some[1] != []
        every = [exact(run.over_moments(moments), "scores") for run in runs]
        assert every[0] == every[1] != []
