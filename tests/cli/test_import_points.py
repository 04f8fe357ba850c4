"""``leadline import-points`` on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from leadline.cli.main import main

POINTS = "Rule,Points\nEmail opened,1\nGhost seen,5\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to work in, with a table of points, leads, events and scores."""
    for name, text in (
        ("points.csv", POINTS),
        ("leads.csv", "lead_id\na\nb\n"),
        (
            "events.csv",
            "event_id,lead_id,type,occurred_at\n1,a,email_opened,2026-10-01T00:00:00Z\n",
        ),
        ("theirs.csv", "lead_id,score\na,3\nb,0\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr(sys, "argv", ["leadline", "import-points", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.usefixtures("folder")
def test_the_model_is_printed_and_the_report_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that was not carried over is told on standard error, and ends in status 1."""
    assert _run(monkeypatch, "hubspot", "points.csv") == 1
    printed = capsys.readouterr()
    assert "event: email_opened" in printed.out
    assert "line 3  Ghost seen" in printed.err


def test_files_are_written_with_the_comparison(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Model, page and JSON appear together."""
    files = ("--out", "m.yaml", "--report", "r.md", "--json", "r.json")
    tables = ("--leads", "leads.csv", "--events", "events.csv", "--their-scores", "theirs.csv")
    words = (*files, *tables, "--as-of", "2026-11-01")
    assert _run(monkeypatch, "hubspot", "points.csv", *words) == 1
    assert "1 of 2 scores differ." in capsys.readouterr().out
    assert json.loads((folder / "r.json").read_text(encoding="utf-8"))["parity"]["equal"] == 1
    assert "engagement.email_opened" in (folder / "r.md").read_text(encoding="utf-8")
    assert (folder / "m.yaml").read_text(encoding="utf-8").startswith("# Points of HubSpot")


def test_nothing_is_written_where_one_file_cannot_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files appear all or none."""
    words = ("--out", "m.yaml", "--report", "no/such/folder/r.md")
    assert _run(monkeypatch, "hubspot", "points.csv", *words) == 3
    assert "cannot be written" in capsys.readouterr().err
    assert not [each for each in folder.iterdir() if each.suffix != ".csv"]


@pytest.mark.usefixtures("folder")
def test_their_scores_need_leads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without leads there is nothing to score."""
    assert _run(monkeypatch, "hubspot", "points.csv", "--their-scores", "theirs.csv") == 2
    assert "must stand beside --leads" in capsys.readouterr().err
