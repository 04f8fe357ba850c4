"""``leadline diff`` on the command line: words, files, and what is refused."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.errors import FileError, InputError, ModelError

MODEL = """\
leadline: 1
model: old
scores:
  fit:
    rules:
      large: {when: lead.size >= 100, points: 20}
      demo: {event: demo_requested, points: 40}
bands: {by: fit, edges: {nurture: 0, sales: 40}}
"""
LEADS = "lead_id,size,created_at\na,500,2026-01-05\nb,20,2026-10-05\nc,500,2026-01-05\n"
EVENTS = "event_id,lead_id,type,occurred_at\ne1,b,demo_requested,2026-10-30T12:00:00Z\n"
WITH_LEADS = "--leads leads.csv --events events.csv --as-of 2026-11-01 --weeks 1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two models and their tables."""
    files = {
        "old.yaml": MODEL,
        "new.yaml": MODEL.replace("points: 40", "points: 30").replace("model: old", "model: new"),
        "same.yaml": MODEL.replace("size >= 100", "size>=100"),
        "wrong.yaml": MODEL.replace("by: fit", "by: fitt"),
        "leads.csv": LEADS,
        "events.csv": EVENTS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


@pytest.mark.usefixtures("folder")
def test_two_models_are_compared_in_words() -> None:
    """Changes and what changes no number are printed apart."""
    text = ran("diff old.yaml new.yaml")
    assert "- fit.demo: points 40 -> 30" in text
    assert "What cannot change a number\n- name old -> new" in text


@pytest.mark.usefixtures("folder")
def test_other_spelling_changes_nothing() -> None:
    """It is said that nothing can change."""
    text = ran("diff old.yaml same.yaml")
    assert "No score and no band can change" in text
    assert "fit.large: condition is written in another way and means the same" in text


def test_leads_that_change_are_written(folder: Path) -> None:
    """The table, the page and the JSON say which lead falls, and why."""
    files = "--out out.csv --report out.html --json out.json"
    text = ran(f"diff old.yaml new.yaml {WITH_LEADS} {files}")
    assert "Of 3 leads, 1 changes band: 0 up, 1 down." in text
    with (folder / "out.csv").open(encoding="utf-8") as stream:
        [row] = csv.DictReader(stream)
    assert (row["lead_id"], row["from_band"], row["to_band"]) == ("b", "sales", "nurture")
    assert (row["cause"], row["reason"]) == ("points", "fit.demo -10")
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert found["difference"]["changes"][0]["sentence"] == "fit.demo: points 40 -> 30"
    assert {"bands-band", "load-band", "scores"} <= {
        each["name"] for each in found["report"]["sections"]
    }
    assert "fit.demo -10" in (folder / "out.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("options", ["--as-of 2026-11-01", "--out x.csv", "--events events.csv"])
def test_options_about_leads_need_leads(options: str) -> None:
    """What says something of leads is refused where there are none."""
    with pytest.raises(InputError, match="must stand beside --leads"):
        ran(f"diff old.yaml new.yaml {options}")


@pytest.mark.parametrize("options", ["", WITH_LEADS])
def test_a_model_with_faults_is_refused_with_its_line(folder: Path, options: str) -> None:
    """Faults of the second model name its file and line, with tables and without."""
    with pytest.raises(ModelError, match=r"wrong.yaml:8 .*fitt"):
        ran(f"diff old.yaml wrong.yaml {options} --json out.json")
    assert not (folder / "out.json").exists()


def test_a_file_that_cannot_be_written_is_refused_at_once(folder: Path) -> None:
    """Nothing is written where one of the files cannot be."""
    with pytest.raises(FileError):
        ran(f"diff old.yaml new.yaml {WITH_LEADS} --out out.csv --json gone/out.json")
    assert not (folder / "out.csv").exists()
