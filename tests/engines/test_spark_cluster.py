"""Spark on a cluster of real servers: the command line, a lost worker, and Spark Connect."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

import servers
from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import Run
from leadline.scoring.publish import ordered_sql

pytestmark = pytest.mark.spark(servers=True)

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
LEADS, EVENTS = 500, 40_000
MODEL = """\
leadline: 1
model: cluster
scores:
  person:
    decay: {half_life: 30d}
    rules:
      visit: {event: visit, where: path like '/p%', points: 3, limit: 20}
      daily: {event: visit, points: 1, count: daily, limit: 5}
      demo: {event: demo, points: 10, count: once}
  team: {of: account, rollup: person, by: top 3}
bands: {by: person, edges: {low: 0, high: 10}}
"""
SETTINGS = (
    "?spark.executor.memory=512m&spark.driver.memory=1g&spark.sql.shuffle.partitions=8"
    "&spark.ui.enabled=false"
    + "".join(f"&{name}={value}" for name, value in servers.INTERPRETED.items())
)


def given(folder: Path) -> dict[str, str]:
    """Write a model, leads and events; return the paths of the tables."""
    (folder / "model.yaml").write_text(MODEL)
    leads = {
        "lead_id": [f"l{n}" for n in range(LEADS)],
        "account_id": [f"a{n % 40}" for n in range(LEADS)],
    }
    events = {
        "event_id": [f"e{n}" for n in range(EVENTS)],
        "lead_id": [f"l{n * 7 % LEADS}" for n in range(EVENTS)],
        "type": ["demo" if n % 50 == 0 else "visit" for n in range(EVENTS)],
        "path": ["/pricing" if n % 3 else "/blog" for n in range(EVENTS)],
        "occurred_at": [AS_OF - timedelta(minutes=n) for n in range(EVENTS)],
    }
    for name, columns in (("leads", leads), ("events", events)):
        parquet.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=5_000)
    return {name: str(folder / f"{name}.parquet") for name in ("leads", "events")}


def command(folder: Path, engine: str) -> list[str]:
    """Return the command line that scores on an engine."""
    tables = [word for name, path in given(folder).items() for word in (f"--{name}", path)]
    outputs = ["--out", str(folder / "scores.csv"), "--ledger", str(folder / "ledger.csv")]
    start = [sys.executable, "-m", "leadline.cli", "score", str(folder / "model.yaml"), *tables]
    return [*start, *outputs, "--as-of", "2026-11-01", "--clean", "--engine", engine]


def expected(folder: Path, output: str) -> pa.Table:
    """Return what DuckDB gives."""
    with DuckDB(threads=1) as duckdb:
        run = Run.open(duckdb, folder / "model.yaml", given(folder), as_of=AS_OF, clean=True)
        run.engine.run(f"create table r as {ordered_sql(run, output)}")
        columns = "* replace (round(weight, 9) as weight)" if output == "points" else "*"
        return run.engine.arrow(f"select {columns} from r")


def written(folder: Path, name: str, like: pa.Table) -> pa.Table:
    """Return what a run wrote, with the types of other rows."""
    with DuckDB(threads=1) as duckdb:
        duckdb.register("like_these", like)
        duckdb.run("create table w as from like_these limit 0")
        duckdb.run(f"insert into w by name from read_csv('{folder / name}', all_varchar = true)")
        if "weight" in like.column_names:
            return duckdb.arrow("select * replace (round(weight, 9) as weight) from w")
        return duckdb.arrow("from w")


@pytest.mark.feature("a cluster, one worker killed in the middle: same numbers", engines=("spark",))
def test_a_lost_worker_changes_nothing(tmp_path: Path) -> None:
    """The run finishes on the other one, with the numbers of DuckDB."""
    with servers.spark_cluster() as cluster:
        run = subprocess.Popen(
            command(tmp_path, cluster.address + SETTINGS), stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 500
        while not cluster.is_at_work(0):
            assert run.poll() is None, run.stderr and run.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
        cluster.kill(0)
        _, said = run.communicate(timeout=590)
    assert run.returncode == 0, said
    for output, name in (("scores", "scores.csv"), ("points", "ledger.csv")):
        wanted = expected(tmp_path, output)
        assert written(tmp_path, name, wanted).equals(wanted), output


@pytest.mark.feature(
    "connection lost in the middle: nothing written, safe to run again", engines=("spark",)
)
def test_a_lost_cluster_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Where all workers and the master are gone, the run says so, and no file is there."""
    with servers.spark_cluster() as cluster:
        run = subprocess.Popen(
            command(tmp_path, cluster.address + SETTINGS), stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 500
        while not cluster.is_at_work(0):
            assert run.poll() is None, run.stderr and run.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
    _, said = run.communicate(timeout=590)
    assert run.returncode == 3, said
    assert "run it again" in said, said
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.feature(
    "connection lost in the middle: nothing written, safe to run again", engines=("connect",)
)
def test_a_lost_server_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The run says what happened, soon, and no file is there."""
    with servers.spark_connect() as server:
        run = subprocess.Popen(command(tmp_path, server.address), stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 500
        while not server.is_at_work():
            assert run.poll() is None, run.stderr and run.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
        server.kill()
        lost = time.monotonic()
        _, said = run.communicate(timeout=300)
    assert run.returncode == 3, said
    assert "The connection was lost. Nothing was written; run it again." in said
    assert time.monotonic() - lost < 120
    assert not list(tmp_path.glob("*.csv"))
