"""The worked cases, through the command line as it stands in the contract."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

CASES = sorted((Path(__file__).parent / "cases").iterdir())
TABLES = (
    "leads", "accounts", "events", "outcomes", "previous", "field_history", "lead_merges",
    "event_marks",
)  # fmt: skip
COLUMNS = re.compile(r"(edge_)?band(_\w+)?|override|missing")
"""Columns of the scores that a case may expect beside scores and grades."""


def leadline(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run(
        [sys.executable, "-m", "leadline.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def options(case: Path) -> list[str]:
    """Return the options that name the tables of a case."""
    given = [(table, case / f"{table}.csv") for table in TABLES]
    return [
        word
        for table, file in given
        if file.exists()
        for word in (f"--{table.replace('_', '-')}", str(file))
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_worked_case_comes_out_as_worked(case: Path, tmp_path: Path) -> None:
    """Scores, grades, bands, override and ledger of every lead are those of the case."""
    expected = YAML(typ="safe").load(case / "case.yaml")
    scores, ledger = tmp_path / "scores.csv", tmp_path / "ledger.json"
    ended = leadline(
        "score", str(case / "model.yaml"), *options(case),
        "--as-of", expected["as_of"], "--out", str(scores), "--ledger", str(ledger),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    with scores.open(encoding="utf-8", newline="") as file:
        rows = {row["lead_id"]: row for row in csv.DictReader(file)}
    points: dict[str, dict[str, float]] = {}
    for line in ledger.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["state"] != "missing":
            points.setdefault(row["lead_id"], {})[f"{row['score']}.{row['rule']}"] = row["points"]
    for lead, wanted in expected["expect"].items():
        assert points.get(lead, {}) == wanted["points"], lead
        for name, value in _columns(wanted).items():
            assert _read(rows[lead][name], value) == value, f"{lead} {name}"


def _columns(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the scores that a case expects."""
    rest = {
        name: value for name, value in wanted.items() if name not in ("scores", "grades", "points")
    }
    assert all(COLUMNS.fullmatch(name) for name in rest), "a case expects what is not compared"
    return {**wanted.get("scores", {}), **wanted.get("grades", {}), **rest}


def _read(text: str, like: object) -> object:
    """Return a field of a CSV file as a value of the kind that is expected."""
    if text == "":
        return None
    return float(text) if isinstance(like, int | float) else text
