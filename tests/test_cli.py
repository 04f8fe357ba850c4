"""The command line as a stranger meets it: exit status, messages, files whole or not at all."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[1] / "schema"
MODEL = """\
leadline: 1
model: small
scores:
  fit:
    rules:
      large: {when: account.employees >= 1000, points: 20}
  person:
    rules:
      demo: {event: demo_requested, points: 40}
  profile: {formula: fit + person}
bands: {by: profile, edges: {nurture: 0, sales: 40}}
"""
LEADS = "lead_id,account_id,created_at\na,x,2026-01-05\nb,y,2026-10-05\n"
ACCOUNTS = "account_id,employees\nx,5000\ny,20\n"
EVENTS = "event_id,lead_id,type,occurred_at\ne1,b,demo_requested,2026-10-30T12:00:00Z\n"
AT = ("--as-of", "2026-11-01T12:00:00Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a model and three tables."""
    for name, text in (
        ("model.yaml", MODEL),
        ("leads.csv", LEADS),
        ("accounts.csv", ACCOUNTS),
        ("events.csv", EVENTS),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "leadline.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


TABLES = ("--leads", "leads.csv", "--accounts", "accounts.csv", "--events", "events.csv")


@pytest.mark.slow
def test_best_leads_are_printed(folder: Path) -> None:
    """Without --out the best leads stand on standard output with band and reasons."""
    ended = run(folder, "score", "model.yaml", *TABLES, *AT)
    assert ended.returncode == 0
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert ["b", "40", "sales", "demo", "+40"] in lines
    assert "as of 2026-11-01T12:00:00Z" in ended.stderr
    assert "leadline explain model.yaml b --leads leads.csv" in ended.stdout


def test_a_reader_that_has_seen_enough_is_no_fault(folder: Path) -> None:
    """Where the reader of the output goes away, such as head, the command does all else."""
    command = [sys.executable, "-m", "leadline.cli", "trial", "model.yaml", *TABLES]
    command += ["--report", "trial.html"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as opened:
        assert opened.stdout is not None
        opened.stdout.close()
        _, told = opened.communicate(timeout=120)
    assert opened.returncode == 0, told
    assert b"Traceback" not in told
    assert (folder / "trial.html").exists()


@pytest.mark.slow
def test_names_stand_as_they_are(folder: Path) -> None:
    """Brackets and colons in what people name are no markup; the hint can be pasted."""
    (folder / "leads.csv").write_text("lead_id\n[/red] :smile:\n", encoding="utf-8")
    (folder / "model.yaml").write_text(MODEL.replace("nurture", '"n[bold]"'), encoding="utf-8")
    ended = run(folder, "score", "model.yaml", *TABLES, *AT)
    assert ended.returncode == 0, ended.stderr
    assert "\n[/red] :smile:        0  n[bold]" in ended.stdout
    assert "explain model.yaml '[/red] :smile:' --leads" in ended.stdout


def test_a_table_without_rows_is_refused_unless_it_is_allowed(folder: Path) -> None:
    """A header alone is seldom meant."""
    (folder / "leads.csv").write_text("lead_id,account_id\n", encoding="utf-8")
    command = ["score", "model.yaml", *TABLES, *AT, "--out", "o.csv"]
    refused = run(folder, *command)
    assert (refused.returncode, (folder / "o.csv").exists()) == (2, False)
    assert "leads.csv must have rows, as the model reads leads; found none." in refused.stderr
    ended = run(folder, *command, "--allow")
    assert ended.returncode == 0
    assert "warning: leads.csv must have rows" in ended.stderr
    assert "note: leads.csv has no rows." in ended.stderr
    assert "band: no leads" in ended.stderr


@pytest.mark.slow
def test_the_moment_is_now_and_printed(folder: Path) -> None:
    """Without --as-of the start of the command is the moment, and it is said."""
    ended = run(folder, "score", "model.yaml", *TABLES)
    assert ended.returncode == 0
    assert "as of 20" in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "json", "jsonl.gz"])
def test_every_kind_of_file_is_written_and_read(folder: Path, ending: str) -> None:
    """Outputs are written in each format, and scores can be read again as previous."""
    outputs = [
        word
        for option in ("--out", "--ledger", "--transitions")
        for word in (option, f"{option[2:]}.{ending}")
    ]
    ended = run(folder, "score", "model.yaml", *TABLES, *AT, *outputs)
    assert ended.returncode == 0, ended.stderr
    again = run(
        folder,
        "score",
        "model.yaml",
        *TABLES,
        *AT,
        "--previous",
        f"out.{ending}",
        "--transitions",
        "t.csv",
        "--allow",  # the run before is of the same moment
    )
    assert again.returncode == 0, again.stderr
    assert (folder / "t.csv").read_text().splitlines()[1:] == []


def test_rejected_rows_end_with_status_1(folder: Path) -> None:
    """A row that cannot be used is kept with its reason, and the exit status says so."""
    (folder / "events.csv").write_text(EVENTS + "e2,b,,2026-10-30T12:00:00Z\n", encoding="utf-8")
    ended = run(folder, "score", "model.yaml", *TABLES, *AT, "--out", "o.csv", "--rejects", "r.csv")
    assert ended.returncode == 1
    assert "1 row was rejected; it is in r.csv" in ended.stderr
    assert "e2" in (folder / "r.csv").read_text()


FAULTS: dict[str, tuple[dict[str, str], tuple[str, ...], int, str]] = {
    "missing key column": ({"leads.csv": "id,account_id\na,x\n"}, (), 2, "lead_id"),
    "duplicate lead ids": ({"leads.csv": "lead_id,account_id\na,x\na,y\n"}, (), 2, "lead_id"),
    "text in a number": (
        {"accounts.csv": "account_id,employees\nx,5000\ny,many\n"},
        (),
        2,
        "account.employees (text)",
    ),
    "time without zone": (
        {"events.csv": EVENTS.replace("12:00:00Z", "12:00:00")},
        (),
        2,
        "must have a zone",
    ),
    "unknown column": (
        {"accounts.csv": "account_id,employee\nx,5\n"},
        (),
        2,
        "Did you mean account.employee?",
    ),
    "cyclic formula": (
        {"model.yaml": MODEL.replace("fit + person}", "fit + total}\n  total: {formula: profile}")},
        (),
        2,
        "profile reads total reads profile",
    ),
    "unordered edges": (
        {"model.yaml": MODEL.replace("nurture: 0, sales: 40", "sales: 40, nurture: 0")},
        (),
        2,
        "edges that rise",
    ),
    "empty file": ({"leads.csv": ""}, (), 2, "leads.csv"),
    "no such file": ({}, ("--outcomes", "nowhere.csv"), 3, "nowhere.csv"),
    "unknown ending": ({}, ("--out", "scores.xlsx"), 2, "scores.xlsx"),
    "no such folder": ({}, ("--out", "nowhere/scores.csv"), 3, "nowhere"),
    "broken at a comma": (
        {"model.yaml": MODEL.replace("points: 40", "points: least(minutes, 40)")},
        (),
        2,
        "quotes",
    ),
    "not YAML": ({"model.yaml": "scores: [1"}, (), 2, "model.yaml:"),
    "moment without zone": ({}, ("--as-of", "2026-11-01T12:00:00"), 2, "--as-of must have a zone"),
    "output over an input": (
        {},
        ("--out", "events.csv"),
        2,
        "events.csv must not be a file that is read",
    ),
    "two outputs in one file": ({}, ("--out", "./l.csv"), 2, "must not be given for two outputs"),
    "previous twice": (
        {"previous.csv": "lead_id,band\na,sales\na,nurture\n"},
        ("--previous", "previous.csv"),
        2,
        "lead_id",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_is_left(folder: Path, name: str) -> None:
    """Each fault of input gives its message and exit status and leaves no file behind."""
    files, options, status, message = FAULTS[name]
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    before = sorted(folder.iterdir())
    moment = () if "--as-of" in options else AT
    out = () if "--out" in options else ("--out", "scores.csv")
    ended = run(
        folder, "score", "model.yaml", *TABLES, *moment, *out, "--ledger", "l.csv", *options
    )
    assert ended.returncode == status, ended.stderr
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
    assert sorted(folder.iterdir()) == before


def test_a_full_disk_is_named_and_nothing_is_left(folder: Path) -> None:
    """Where the disk is full the message says so, and no other output is written either."""
    (folder / "full.csv").symlink_to("/dev/full")
    before = sorted(folder.iterdir())
    ended = run(
        folder, "score", "model.yaml", *TABLES, *AT, "--out", "full.csv", "--ledger", "l.csv"
    )
    assert ended.returncode == 3, ended.stderr
    assert "space" in ended.stderr
    assert sorted(folder.iterdir()) == before


def test_all_faults_of_a_model_are_reported_together(folder: Path) -> None:
    """Check names every fault with line and path, and ends with status 2."""
    text = MODEL.replace("points: 20", "pts: 20").replace("fit + person", "fit + persn")
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    ended = run(folder, "check", "model.yaml")
    assert ended.returncode == 2
    assert "model.yaml:6 scores.fit.rules.large.pts" in ended.stderr
    assert "Did you mean person?" in ended.stderr


@pytest.mark.slow
def test_check_names_the_example_that_fails(folder: Path) -> None:
    """An example that does not hold is a fault with what came out."""
    example = "examples:\n  - {account: {employees: 5000}, band: sales}\n"
    (folder / "model.yaml").write_text(MODEL + example, encoding="utf-8")
    ended = run(folder, "check", "model.yaml")
    assert ended.returncode == 2
    assert "must be sales; found nurture" in ended.stderr


@pytest.mark.slow
def test_check_with_tables_checks_columns(folder: Path) -> None:
    """With tables a column that does not exist is a fault; without, it may."""
    assert run(folder, "check", "model.yaml").returncode == 0
    (folder / "accounts.csv").write_text("account_id,staff\nx,5\n", encoding="utf-8")
    ended = run(folder, "check", "model.yaml", *TABLES[:4])
    assert ended.returncode == 2
    assert "account.employees" in ended.stderr


def test_fingerprint_is_printed_alone(folder: Path) -> None:
    """The fingerprint stands alone on standard output."""
    ended = run(folder, "fingerprint", "model.yaml")
    assert ended.returncode == 0
    assert len(ended.stdout.strip()) == 16


@pytest.mark.slow
def test_explain_shows_points_and_what_would_move_them(folder: Path) -> None:
    """The page has the ledger, what is missing, every step and the way to the next band."""
    (folder / "accounts.csv").write_text("account_id,employees\nx,\ny,20\n", encoding="utf-8")
    ended = run(folder, "explain", "model.yaml", "a", *TABLES, *AT)
    assert ended.returncode == 0, ended.stderr
    assert "Missing\naccount.employees" in ended.stdout
    assert "one more person.demo" in ended.stdout
    assert re.search(r"^band +\w+ +\w+ +sales +person.demo *$", ended.stdout, re.MULTILINE)


@pytest.mark.slow
def test_explain_speaks_and_writes_a_page_and_json(folder: Path) -> None:
    """Sentences in the language that was asked for; both files appear with them."""
    options = ("--words", "--language", "pl", "--report", "a.html", "--json", "a.json")
    ended = run(folder, "explain", "model.yaml", "a", *TABLES, *AT, *options)
    assert ended.returncode == 0, ended.stderr
    assert "Główne powody" in ended.stdout
    found = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "explain.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(found)
    assert found["lead"] == "a"
    assert "<h1>a</h1>" in (folder / "a.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_explain_since_shows_what_changed(folder: Path) -> None:
    """With --since the differences of the two ledgers are listed."""
    ended = run(
        folder, "explain", "model.yaml", "b", *TABLES, *AT, "--since", "2026-10-01T00:00:00Z"
    )
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"gained +person.demo +\+40 +0 +40", ended.stdout)


def test_explain_names_the_nearest_lead(folder: Path) -> None:
    """A lead that no table knows is a fault that names the nearest one."""
    ended = run(folder, "explain", "model.yaml", "bb", *TABLES, *AT)
    assert ended.returncode == 2
    assert "Did you mean b?" in ended.stderr


def test_inspect_shows_and_writes_what_it_found(folder: Path) -> None:
    """The report is printed, the block and everything as JSON go to files."""
    (folder / "crm.csv").write_text("Prospect ID,Source\na,Select\nb,fair\n", encoding="utf-8")
    options = ("--out", "columns.yaml", "--json", "found.json")
    ended = run(folder, "inspect", "crm.csv", "events.csv", *options)
    assert ended.returncode == 0, ended.stderr
    assert "crm.csv: leads by the look of it, 2 rows, 2 columns" in ended.stdout
    assert "Source: 'Select' may mean missing" in ended.stdout
    assert "Proposed" not in ended.stdout
    block = (folder / "columns.yaml").read_text(encoding="utf-8")
    assert "lead_id: {from: Prospect ID}" in block
    found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    assert [each["table"] for each in found["tables"]] == ["leads", "events"]
    assert found["block"] == block


def test_inspect_refuses_before_it_reads(folder: Path) -> None:
    """A place that cannot be written, and a table that there is not."""
    ended = run(folder, "inspect", "events.csv", "--out", "none/columns.yaml")
    assert (ended.returncode, ended.stdout) == (3, "")
    ended = run(folder, "inspect", "events.csv", "--table", "event")
    assert ended.returncode == 2
    assert "Did you mean events?" in ended.stderr
