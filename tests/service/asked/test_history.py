"""The history of a lead is one question, of tables and of a store."""

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
WORKSPACE = 'model = "model.yaml"\n[tables]\nleads = "leads.csv"\nevents = "events.csv"\n'


def ran(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


@pytest.mark.slow
def test_the_store_answers_once_a_model_is_live_in_it(folder: Path) -> None:
    """Before that, and where tables are given, they do; each score is by the model of its day."""
    texts = {"model.yaml": MODEL, "leads.csv": LEADS, "events.csv": EVENTS}
    for name, text in {**texts, "leadline.toml": WORKSPACE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran("import")
    of_tables = json.loads(ran("history ada --json -"))["moments"]
    assert {each["version"] for each in of_tables} == {None}
    ran("publish --yes")
    (folder / "model.yaml").write_text(MODEL.replace("40}", "50}", 1), encoding="utf-8")
    ran("publish --yes --weeks 0")
    found = json.loads(ran("history ada --json -"))["moments"]
    [switch] = [each for each in found if each["what"] == "version 2 is live"]
    assert (switch["version"], switch["value"], switch["change"], switch["rule"]) == (
        2,
        50,
        10,
        None,
    )
    assert [each["value"] for each in found if each["what"] == "demo_requested"] == [40]
    by_file = json.loads(ran("history model.yaml ada --json -"))["moments"]
    assert {each["value"] for each in by_file} == {0, 50}
    with pytest.raises(InputError, match="must be a lead of the store; found ben"):
        ran("history ben")
    with pytest.raises(InputError, match="--store must not stand beside leads"):
        ran("history ada --store sqlite:leadline.db --leads leads.csv")
