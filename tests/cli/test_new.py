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
    assert "# key" in path.read_text(encoding="utf-8")
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
    named = {word for word in command if word.startswith("--")}
    assert {"--leads", "--accounts", "--events", "--outcomes", "--field-history"} < named
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


FOUND = """\
files:
  events: {header: 4}
columns:
  # contacts.csv: 3 rows, leads by the look of it
  leads:
    lead_id: {from: Record ID}  # key, number
    email: {from: Email}  # e-mail
    # read as they are:
    # Job Title: category, text, 93% filled
    # "a: b": text
  # companies.csv: 2 rows, accounts by the look of it
  accounts:
    account_id: {from: Record ID}
    No. of Employees: {type: number, missing: [n/a]}  # Decide and declare decimal or thousands; x
    # read as they are:
    # Industry: category
  # activities.csv: 4 rows, events by the look of it
  events:
    event_id: {from: Activity ID}
    lead_id: {from: Contact ID}
    type: {from: Activity Type}
    occurred_at: {from: Date}
    # read as they are:
    # Page URL: text
"""
TABLES = {
    "contacts.csv": "Record ID,Email,Job Title,a: b\n1,a@x.example,CEO,\n",
    "companies.csv": "Record ID,No. of Employees,Industry\n7,5,Retail\n",
    "activities.csv": (
        "Report\n\n\nActivity ID,Contact ID,Activity Type,Date,Page URL\n"
        "1,1,Page view,2026-01-01,https://x.example/pricing\n"
        "2,1,Email opened,2026-01-01,\n3,1,Meeting booked,2026-01-01,\n"
    ),
}


def test_a_starter_fits_an_export(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fields by alias, types by their words, no rule without data, comments kept, the rest told."""
    for name, text in {**TABLES, "columns.yaml": FOUND}.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = ["new", "mine.yaml", "--columns", "columns.yaml", "--leads", "contacts.csv"]
    tables = ["--accounts", "companies.csv", "--events", "activities.csv"]
    assert run(monkeypatch, *command, *tables) == 0
    text = (folder / "mine.yaml").read_text(encoding="utf-8")
    model = read(text)
    assert model.columns["leads"]["title"].source == "Job Title"
    assert model.columns["accounts"]["employees"].source == "No. of Employees"
    assert model.columns["accounts"]["industry"].source == "Industry"
    assert model.files["events"].header == 4
    assert "leadline check mine.yaml" in text
    assert "  # key, number" in text
    assert '    # "a: b": text' in text
    rules = {name: rule for _, name, rule in model.rules()}
    assert {"pricing", "page_view", "open", "size", "went_cold"} <= rules.keys()
    assert not {"demo", "bounced", "competitor", "response"} & rules.keys()
    assert rules["pricing"].plain()["event"] == "Page view"
    assert rules["pricing"].plain()["where"] == "path like '%/pricing%'"
    assert model.passive == ("Email opened",)
    assert not model.bands["band"].require
    told = capsys.readouterr().out
    for line in (
        "accounts.employees: Decide and declare decimal or thousands.",
        "page_viewed is Page view, email_opened is Email opened.",
        "No column for: account.has_open_deal, account.is_competitor, account.is_customer.",
        "No rule counts: Meeting booked.",
    ):
        assert line in told
    assert run(monkeypatch, "check", "mine.yaml", "--leads", "contacts.csv", *tables) == 0
