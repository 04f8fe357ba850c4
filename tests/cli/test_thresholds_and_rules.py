"""``leadline thresholds`` and ``leadline rules`` as a stranger meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB

MODEL = """\
leadline: 1
model: demo
scores:
  person:
    rules:
      # asked for it
      demo: {event: demo_requested, points: 40, count: once}
      trial: {event: trial_started, points: 25, count: once}
      view: {event: page_viewed, points: 2, limit: 20}
bands: {by: person, edges: {cold: 0, sales: 50}}   # agreed
"""
TASK = "outcome: {outcome: won}\nhorizon: 60d\nmoments: {every: 14d}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an invented world and a task."""
    found = tmp_path_factory.mktemp("judging")
    with DuckDB(threads=1) as engine:
        write_demo(engine, World(500, 2, datetime(2026, 10, 1, tzinfo=UTC)), found / "w", "parquet")
    (found / "task.yaml").write_text(TASK, encoding="utf-8")
    return found


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, on a fresh model."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    names = ("leads", "events", "outcomes")
    tables = [word for name in names for word in (f"--{name}", f"w/{name}.parquet")]
    command, *rest = arguments
    return subprocess.run(
        [sys.executable, "-m", "leadline.cli", command, "model.yaml", *tables, *rest],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_an_edge_is_reported_and_applied(folder: Path) -> None:
    """JSON has the edge that is written into the model; comments stay."""
    options = ("--task", "task.yaml", "--recall", "0.5", "--apply", "--json", "t.json")
    found = run(folder, "thresholds", *options, "--report", "t.html")
    assert found.returncode == 0, found.stderr
    plain = json.loads((folder / "t.json").read_text(encoding="utf-8"))
    assert plain["then"]["recall"]["value"] >= 0.5
    text = (folder / "model.yaml").read_text(encoding="utf-8")
    assert f"sales: {plain['edge']:g}}}}}   # agreed" in text
    assert plain["says"] in (folder / "t.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_rules_are_reported(folder: Path) -> None:
    """Every rule has a verdict, on the terminal, on the page and for machines."""
    options = ("--task", "task.yaml", "--json", "r.json", "--report", "r.html", "--apply")
    found = run(folder, "rules", *options)
    assert found.returncode == 0, found.stderr
    rules = json.loads((folder / "r.json").read_text(encoding="utf-8"))["rules"]
    assert [each["rule"] for each in rules] == ["demo", "trial", "view"]
    assert all(each["verdict"] in found.stdout for each in rules)
    assert "# asked for it" in (folder / "model.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_missing_is_said(folder: Path) -> None:
    """A goal and a task are needed, and no model is touched."""
    assert "--task is missing" in run(folder, "rules").stderr
    found = run(folder, "thresholds", "--task", "task.yaml")
    assert found.returncode == 2
    assert "must have one of --capacity, --precision and --recall" in found.stderr
    assert (folder / "model.yaml").read_text(encoding="utf-8") == MODEL
