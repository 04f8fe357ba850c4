"""``leadline audit`` and ``leadline rates`` on the command line."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.errors import ModelError

TASK = "columns: {leads: {note: {missing: [none]}}}\ntask:\n  outcome: {field: won, is: 1}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a task and leads, whose note is there for winners alone."""
    rows = [f"{int(n % 4 == 0)},{'paid' if n % 4 == 0 else 'none'},{n % 7}\n" for n in range(400)]
    (tmp_path / "leads.csv").write_text("won,note,size\n" + "".join(rows), encoding="utf-8")
    (tmp_path / "task.yaml").write_text(TASK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_an_audit_of_a_plain_table(folder: Path) -> None:
    """The page, the JSON and the terminal name the leak, and only it."""
    text = ran("audit --task task.yaml --leads leads.csv --report a.html --json a.json")
    assert "1 field looks as if it was written with the outcome or after it: " in text
    assert "- note: " in text
    found = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    [table] = next(e for e in found["report"]["sections"] if e["name"] == "suspects")["tables"]
    alarms = [e for e in table["rows"] if e["suspicion"] == "after the fact"]
    assert [(each["name"], each["level"]) for each in alarms] == [("note", "alarm")]
    assert "note" in (folder / "a.html").read_text(encoding="utf-8")


def test_rates_are_written(folder: Path) -> None:
    """The file has every value, suspects marked."""
    text = ran("rates --task task.yaml --leads leads.csv --out r.csv --json r.json --report r.html")
    assert "Of 400 leads 100 won: 25 % (" in text
    with (folder / "r.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {each["name"] for each in rows if each["suspect"]} == {"note"}
    assert sum(int(each["rows"]) for each in rows if each["name"] == "size") == 400


@pytest.mark.usefixtures("folder")
def test_a_task_that_is_wrong_is_refused() -> None:
    """A key that no task has is named."""
    Path("task.yaml").write_text("task: {outcom: {field: won, is: 1}}\n", encoding="utf-8")
    with pytest.raises(ModelError, match="outcom"):
        ran("audit --task task.yaml --leads leads.csv")
