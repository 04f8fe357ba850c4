"""``leadline watch`` as a monitor meets it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.cli.commands import app
from past import MODEL, rows

TURN = datetime(2026, 4, 6, tzinfo=UTC)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Return the words of a command that watches leads whose size is unknown since April."""
    leads = rows(leads=2000)["leads"]
    for number, each in enumerate(leads):
        is_lost = each["created_at"] >= TURN and number % 3
        each["size"] = None if is_lost else 10 + number % 2 * 490
    pq.write_table(pa.Table.from_pylist(leads), tmp_path / "leads.parquet")
    (tmp_path / "model.yaml").write_text(json.dumps(MODEL), encoding="utf-8")
    given = ["--leads", str(tmp_path / "leads.parquet"), "--as-of", "2026-05-11"]
    return ["watch", str(tmp_path / "model.yaml"), *given, "--json", str(tmp_path / "watch.json")]


def test_a_monitor_is_told_by_the_exit_status(words: list[str], tmp_path: Path) -> None:
    """It is 4 while a change lasts; the JSON says which, since when, how large, and what to do."""
    assert app([*words, "--since", "2026-03-23"], standalone_mode=False) == 4
    found = json.loads((tmp_path / "watch.json").read_text(encoding="utf-8"))
    change = next(each for each in found["changes"] if each["topic"] == "empty")
    assert (change["name"], change["since"]) == ("size", "2026-04-06T00:00:00Z")
    assert (change["before"], change["over"]) == (0, None)
    assert change["now"]["low"] < 2 / 3 < change["now"]["high"]
    assert found["lasting"] == len(found["changes"])
    findings = found["report"]["sections"][0]["findings"]
    assert any("Next: Ask who changed a form" in each["remedy"] for each in findings)


def test_nothing_that_changed_ends_in_zero(words: list[str], tmp_path: Path) -> None:
    """Up to the day on which it began there is nothing to tell."""
    given = [*words, "--since", "2026-03-09"]
    given[given.index("2026-05-11")] = "2026-04-05"
    assert app(given, standalone_mode=False) == 0
    found = json.loads((tmp_path / "watch.json").read_text(encoding="utf-8"))
    assert (found["changes"], found["lasting"]) == ([], 0)
    assert found["says"].startswith("Nothing of ")
