"""``leadline history`` on the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.errors import InputError

MODEL = """\
leadline: 1
model: small
scores:
  fit:
    rules:
      demo: {event: demo_requested, points: 40}
bands: {by: fit, edges: {nurture: 0, sales: 40}}
"""
LEADS = "lead_id,created_at\nada,2026-10-05\n"
EVENTS = "event_id,lead_id,type,occurred_at\ne1,ada,demo_requested,2026-10-30T12:00:00Z\n"
TABLES = "--leads leads.csv --events events.csv --as-of 2026-11-01"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a model and its tables."""
    for name, text in {"model.yaml": MODEL, "leads.csv": LEADS, "events.csv": EVENTS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_the_history_is_printed_and_written(folder: Path) -> None:
    """What happened, the band and the rule are printed; page and JSON have every moment."""
    text = ran(f"history model.yaml ada {TABLES} --report out.html --json out.json")
    assert (
        "ada has a fit of 40, and is in sales since 2026-10-30 12:00 UTC (demo_requested)." in text
    )
    assert "█  0 to 40, 2026-10-05 00:00 to 2026-11-01 00:00" in text
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    [chart] = [each for each in found["report"]["sections"] if each["name"] == "score"]
    [demo] = [row for row in chart["tables"][0]["rows"] if row["what"] == "demo_requested"]
    assert (demo["at"], demo["rule"], demo["points"]) == ("2026-10-30T12:00:00Z", "fit.demo", 40)
    assert "<svg" in (folder / "out.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_an_unknown_lead_is_refused() -> None:
    """The nearest lead is named."""
    with pytest.raises(InputError, match="Did you mean ada"):
        ran(f"history model.yaml adda {TABLES}")
