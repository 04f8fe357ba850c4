"""Streaming: what arrives is scored once, whatever is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import servers
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.scoring import Run
from leadline.streaming.stream import Batch, Stream

pytestmark = pytest.mark.spark

START = datetime(2026, 10, 1, tzinfo=UTC)
LEADS = 12
SMALL = (
    "spark?spark.driver.memory=1g&spark.sql.shuffle.partitions=2&spark.ui.enabled=false"
    "&spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1"
    + "".join(f"&{name}={value}" for name, value in servers.INTERPRETED.items())
)
MODEL = """\
leadline: 1
model: stream
scores:
  person:
    decay: {half_life: 30d}
    rules:
      visit: {event: visit, where: path like '/p%', points: 3, limit: 20}
      long: {event: visit, points: "least(minutes / 6, 10)", count: daily}
      demo: {event: demo, points: 10, count: once}
bands: {by: person, edges: {low: 0, high: 10}}
"""


def events(file: int) -> list[dict[str, Any]]:
    """Return the events of a file; the first of each file but one stands in the one before too."""
    return [
        {
            "event_id": f"e{number}",
            "lead_id": f"l{number * 7 % LEADS}",
            "type": "demo" if number % 5 == 0 else "visit",
            "path": "/pricing" if number % 2 else "/blog",
            "minutes": float(number % 40),
            "occurred_at": (START + timedelta(hours=number)).isoformat(),
        }
        for number in range(max(file * 10 - 1, 0), file * 10 + 10)
    ]


def arrive(folder: Path, file: int) -> None:
    """Have a file of events arrive whole."""
    lines = [json.dumps(each) for each in events(file)]
    if file == 1:
        lines.append(json.dumps({"event_id": "bad", "lead_id": "l1", "type": "demo"}))
    written = folder / f".{file}"
    written.write_text("\n".join(lines) + "\n")
    written.replace(folder / f"{file}.json")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a model, leads, and a folder for events with a first file."""
    (tmp_path / "incoming").mkdir()
    (tmp_path / "model.yaml").write_text(MODEL)
    leads = "\n".join(f"l{number}" for number in range(LEADS))
    (tmp_path / "leads.csv").write_text(f"lead_id\n{leads}\n")
    arrive(tmp_path / "incoming", 0)
    return tmp_path


def started(place: Path, url: str, *more: str) -> subprocess.Popen[str]:
    """Start the command as a person would."""
    command = (
        "-m", "leadline.cli", "stream", str(place / "model.yaml"), "--leads",
        str(place / "leads.csv"), "--events", str(place / "incoming" / "*.json"), "--state",
        str(place / "state"), "--store", url, "--out", "table:streamed", "--every", "1 second",
        "--engine", SMALL,
    )  # fmt: skip
    return subprocess.Popen(
        [sys.executable, *command, *more],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def killed(process: subprocess.Popen[str]) -> None:
    """Kill a process and Java below it."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stderr is not None:
        process.stderr.close()


def wait_for(there: Any, process: subprocess.Popen[str]) -> None:
    """Wait until something is so, as long as a process runs."""
    until = time.monotonic() + 500
    while not there():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.05)


def batches(url: str) -> list[tuple[Any, ...]]:
    """Return the batches that are in the table."""
    with Postgres(url) as server:
        if not server.rows("select 1 from pg_class where relname = 'streamed_batches'"):
            return []
        return server.rows("select batch, leads from streamed_batches order by batch")


def is_waiting(url: str) -> bool:
    """Say whether a session is inside the transaction that writes a batch, and waits there."""
    with Postgres(url) as server:
        query = (
            "select 1 from pg_locks where not granted and relation = 'streamed_batches'::regclass"
        )
        return bool(server.rows(query))


@pytest.mark.spark(servers=True)
@pytest.mark.feature(
    "streaming: killed in the middle, nothing lost, nothing twice", engines=("spark",)
)
def test_what_is_killed_in_the_middle_loses_and_doubles_nothing(
    place: Path, postgres_url: str
) -> None:
    """Killed before, in and after the transaction of a batch, it ends as if it had never been."""
    first = started(place, postgres_url)
    written = place / "state" / "events" / "batch=0" / "_SUCCESS"
    wait_for(written.exists, first)  # the events are kept, the scores are not yet written
    killed(first)
    assert batches(postgres_url) == []
    with Postgres(postgres_url) as other, other.transaction():
        other.run("lock table streamed_batches in exclusive mode")  # may be read
        second = started(place, postgres_url)
        wait_for(lambda: is_waiting(postgres_url), second)
        killed(second)
    assert batches(postgres_url) == []
    third = started(place, postgres_url)
    wait_for(lambda: batches(postgres_url), third)
    killed(third)
    for left in (place / "state" / "checkpoint" / "commits").glob("*0*"):
        left.unlink()  # Spark had perhaps been quick enough to note the end of the batch
    for file in (1, 2):
        arrive(place / "incoming", file)
    (place / "incoming" / "again.json").write_bytes((place / "incoming" / "1.json").read_bytes())
    last = started(place, postgres_url, "--once")
    _, said = last.communicate(timeout=590)
    assert last.returncode == 0, said
    assert "batch 0:" not in said
    assert "2 rejected" in said  # the bad row of the file that arrived twice
    assert [number for number, _ in batches(postgres_url)] == [0, 1]
    with Postgres(postgres_url) as server:
        found = server.rows("select lead_id, as_of, person, band from streamed order by lead_id")
        drop(server)
    assert [(lead, at.astimezone(UTC), *rest) for lead, at, *rest in found] == _expected(place)


def drop(server: Postgres) -> None:
    """Drop the tables of a stream."""
    with server.transaction():
        server.run("drop table streamed, streamed_batches")


@pytest.mark.feature(
    "streaming: changed leads and late events count with the next batch", engines=("spark",)
)
def test_leads_that_change_are_seen(place: Path, postgres_url: str, spark: Spark) -> None:
    """Without a restart: those with other fields are scored, new ones too; late events count."""
    document = place / "model.yaml"
    document.write_text(
        MODEL.replace(
            "  person:", "  fit: {rules: {vip: {when: lead.vip = 'y', points: 7}}}\n  person:"
        )
    )
    leads = place / "leads.csv"
    leads.write_text("lead_id,vip\n" + "".join(f"l{number},n\n" for number in range(LEADS)))
    given = {"leads": str(leads), "events": str(place / "incoming" / "*.json")}
    seen: list[Batch] = []
    stream = Stream(
        spark, document, given, state=place / "state", store=postgres_url, table="streamed",
        report=seen.append,
    )  # fmt: skip
    stream.run(once=True)
    leads.write_text(leads.read_text().replace("l3,n", "l3,y") + "new,y\n")
    late = {"event_id": "late", "lead_id": "l1", "type": "demo", "occurred_at": START.isoformat()}
    (place / "incoming" / "late.json").write_text(json.dumps(late) + "\n")
    stream.run(once=True)
    assert [(each.events, each.leads) for each in seen] == [(10, 10), (1, 3)]
    with Postgres(postgres_url) as server:
        found = {
            row[0]: row[1:] for row in server.rows("select lead_id, fit, person from streamed")
        }
        drop(server)
    assert (found["l3"][0], found["new"]) == (7, (7, 0))
    assert (found["l2"][0], found["l1"][1] > 9) == (0, True)


def _expected(place: Path) -> list[tuple[Any, ...]]:
    """Return each lead's score at the moment of the last batch that touched it, from all files."""
    once = {row["event_id"]: row for file in range(3) for row in events(file)}
    rows = [
        {**row, "occurred_at": datetime.fromisoformat(row["occurred_at"])} for row in once.values()
    ]
    first = max(row["occurred_at"] for row in rows if int(row["event_id"][1:]) < 10)
    latest = max(row["occurred_at"] for row in rows)
    later = {row["lead_id"] for row in rows if int(row["event_id"][1:]) >= 9}
    spine = [
        {"lead_id": f"l{number}", "as_of": latest if f"l{number}" in later else first}
        for number in range(LEADS)
    ]
    touched = {row["lead_id"] for row in rows}
    given = {
        "leads": str(place / "leads.csv"),
        "events": arrow(rows),
        "spine": arrow([row for row in spine if row["lead_id"] in touched]),
    }
    with DuckDB(threads=1) as duckdb:
        run = Run.open(duckdb, place / "model.yaml", given)
        scores = run.arrow("scores").sort_by("lead_id").to_pylist()
    return [(row["lead_id"], row["as_of"], row["person"], row["band"]) for row in scores]
