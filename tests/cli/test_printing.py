"""What is printed beside an answer, and its JSON on the standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.cli.printing import report
from leadline.questions.answer import Reading
from leadline.questions.schema import Schema
from leadline.tables.columns import Lost, ReadAs

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
MODEL = str(QUICKSTART / "model.yaml")
TABLES = [
    word
    for name in ("leads", "accounts", "events")
    for word in (f"--{name}", str(QUICKSTART / f"{name}.csv"))
]
NOTES = (
    Lost("a.csv: 1 row was rejected: no key."),
    ReadAs("a.csv: column A is read as a."),
    "a.csv has no rows.",
    ReadAs("a.csv: column B is read as b."),
)


def test_what_was_lost_comes_last(capsys: pytest.CaptureFixture[str]) -> None:
    """Names of columns are one line, which --verbose spells out."""
    assert report(Reading(NOTES, (), 1), Schema(), is_verbose=False) == 1
    assert capsys.readouterr().err.splitlines() == [
        "note: 2 columns are read under other names; --verbose lists them.",
        "note: a.csv has no rows.",
        "note: a.csv: 1 row was rejected: no key.",
        "1 row was rejected; leadline score --rejects FILE writes them",
    ]
    assert report(Reading(NOTES), Schema(), is_verbose=True) == 0
    assert len(capsys.readouterr().err.splitlines()) == len(NOTES)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["check", MODEL], "fingerprint"),
        (["fingerprint", MODEL], "fingerprint"),
        (["schema"], "schema"),
        (["score", MODEL, *TABLES, "--as-of", "2026-11-01"], "best"),
        (["explain", MODEL, "ada", *TABLES, "--as-of", "2026-11-01"], "ledger"),
        (["inspect", str(QUICKSTART / "leads.csv")], "block"),
        (["diff", MODEL, MODEL], "difference"),
        (["sql", MODEL, "--dialect", "duckdb", "--leads", "l"], "sql"),
        (["new", "--list"], "starters"),
    ],
)
def test_json_on_the_standard_output_is_alone(words: list[str], key: str) -> None:
    """Another program can read it, whatever is told beside it."""
    ended = CliRunner().invoke(app, [*words, "--json", "-"], catch_exceptions=False)
    assert ended.exit_code == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["question"] == words[0]
    assert found[key]
    assert {"says", "notes", "warnings", "rejected"} <= set(found)
