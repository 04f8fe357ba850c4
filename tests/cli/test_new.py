"""``leadline new`` and ``leadline demo-data`` as a stranger meets them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leadline.cli.main import main
from leadline.model.reading.reader import read
from leadline.model.starters import STARTERS, starter
from leadline.model.types import Type


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["leadline", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_starter_is_written_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the starter that was asked for, by default the general one."""
    assert run(monkeypatch, "new", str(tmp_path / "a.yaml")) == 0
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == starter("general")
    path = str(tmp_path / "b.yaml")
    assert run(monkeypatch, "new", path, "--starter", "product_led") == 0
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8") == starter("product_led")


def test_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there stays, and so it is with an unknown starter or folder."""
    path = tmp_path / "a.yaml"
    path.write_text("mine", encoding="utf-8")
    assert run(monkeypatch, "new", str(path)) == 3
    assert "a.yaml must not exist yet" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"
    assert run(monkeypatch, "new", str(tmp_path / "b.yaml"), "--starter", "none") == 2
    assert run(monkeypatch, "new", str(tmp_path / "no" / "b.yaml")) == 3
    assert run(monkeypatch, "new") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_takes_in_the_columns_of_an_export(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What inspect proposes, put among what the starter says, with its comments kept."""
    columns = tmp_path / "columns.yaml"
    columns.write_text(
        "files:\n  leads: {header: 3}\ncolumns:\n  leads:\n"
        "    lead_id: {from: Prospect ID}  # key\n    title: {from: Job, missing: [x]}\n"
        "  accounts: {}\n  outcomes:\n    amount: {unit: $}\n",
        encoding="utf-8",
    )
    path = tmp_path / "a.yaml"
    command = ["new", str(path), "--starter", name, "--columns", str(columns)]
    assert run(monkeypatch, *command) == 0
    model, written = read(path), read(starter(name))
    assert model.columns["leads"]["lead_id"].source == "Prospect ID"
    title = model.columns["leads"]["title"]
    assert (title.source, title.missing, title.type) == ("Job", ("x",), Type.TEXT)
    assert model.columns["accounts"] == written.columns["accounts"]
    assert model.columns["outcomes"]["amount"].unit == "$"
    assert model.files["leads"].header == 3
    assert model.scores == written.scores
    assert path.read_text(encoding="utf-8").splitlines()[0] == starter(name).splitlines()[0]


@pytest.mark.parametrize("text", ["a: [", "scores: {}", "columns: {leads: {a: {tpe: text}}}"])
def test_columns_that_are_none_are_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    path, columns = str(tmp_path / "a.yaml"), str(tmp_path / "c.yaml")
    assert run(monkeypatch, "new", path, "--columns", columns) == 2
    assert run(monkeypatch, "new", path, "--columns", str(tmp_path / "none.yaml")) == 3
    assert not (tmp_path / "a.yaml").exists()


def test_starters_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each starter has a line with its name and whom it is for."""
    assert run(monkeypatch, "new", "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(STARTERS)


def test_demo_data_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It lists rows by file; the command that it names scores them."""
    folder = str(tmp_path / "demo")
    assert run(monkeypatch, "demo-data", folder, "--leads", "60", "--end", "2026-11-01") == 0
    printed = capsys.readouterr().out
    assert "60 rows" in printed
    command = printed.split("then: leadline ")[1].split()
    model = str(tmp_path / "model.yaml")
    assert run(monkeypatch, "new", model) == 0
    assert run(monkeypatch, *[model if word == "model.yaml" else word for word in command]) == 0
    assert "as of 2026-11-01T00:00:00Z" in capsys.readouterr().err


def test_the_end_is_last_midnight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --end the world ends with yesterday; a bad --end is named as what it is."""
    assert run(monkeypatch, "demo-data", str(tmp_path / "a"), "--leads", "5") == 0
    assert "T00:00:00Z" in capsys.readouterr().out
    assert run(monkeypatch, "demo-data", str(tmp_path / "b"), "--end", "soon") == 2
    assert "--end must be a time" in capsys.readouterr().err
