"""Commands inside of a workspace: what it says need not be said again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
TEXT = """\
model = "model.yaml"
as_of = 2026-11-01T12:00:00Z
language = "pl"
[tables]
leads = "data/leads.csv"
accounts = "data/accounts.csv"
events = "data/events.csv"
"""


@pytest.fixture
def shop(folder: Path) -> Path:
    """A workspace with the tables of the quickstart."""
    shutil.copytree(QUICKSTART, folder / "data")
    (folder / "data" / "leadline.toml").unlink()
    (folder / "data" / "model.yaml").rename(folder / "model.yaml")
    (folder / "leadline.toml").write_text(TEXT, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    command = [sys.executable, "-m", "leadline.cli", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_leads_are_scored_without_a_further_word(shop: Path) -> None:
    """The command that is offered next is as short."""
    ended = run(shop, "score")
    assert ended.returncode == 0, ended.stderr
    assert "as of 2026-11-01T12:00:00Z" in ended.stderr
    assert "leadline explain ada\n" in ended.stdout


def test_only_the_lead_is_named_in_a_folder_below_too(shop: Path) -> None:
    """Paths are those of the workspace."""
    ended = run(shop / "data", "explain", "ada", "--words", "--json", "-")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert (found["lead"], found["as_of"]) == ("ada", "2026-11-01T12:00:00Z")


def test_an_option_that_is_given_beats_the_file(shop: Path) -> None:
    """A model can stand first as before, and a language be another one."""
    shutil.copy(shop / "model.yaml", shop / "other.yaml")
    ended = run(shop, "explain", "other.yaml", "ada", "--as-of", "2026-10-25", "--words")
    assert "grupa follow up" in ended.stdout
    ended = run(shop, "explain", "ada", "--words", "--language", "en")
    assert ended.stdout.startswith("ada is in sales")


def test_an_empty_text_leaves_out_what_the_file_says(shop: Path) -> None:
    """Here a whole table."""
    ended = run(shop, "score", "--events", "", "--json", "-")
    assert ended.returncode == 0, ended.stderr
    assert "demo" not in ended.stdout


def test_a_model_is_compared_with_that_of_the_workspace(shop: Path) -> None:
    """The champion need not be named."""
    text = (shop / "model.yaml").read_text(encoding="utf-8")
    (shop / "other.yaml").write_text(text.replace("points: 40", "points: 50"), encoding="utf-8")
    ended = run(shop, "diff", "other.yaml", "--weeks", "0")
    assert ended.returncode == 0, ended.stderr
    assert "before: model.yaml" in ended.stdout


def test_a_moment_of_the_workspace_gives_way_to_a_spine(shop: Path) -> None:
    """Only what is given beside each other is refused."""
    (shop / "spine.csv").write_text("lead_id,as_of\nada,2026-10-20T00:00:00Z\n", encoding="utf-8")
    ended = run(shop, "score", "--spine", "spine.csv", "--out", "scores.csv")
    assert ended.returncode == 0, ended.stderr
    assert "2026-10-20" in (shop / "scores.csv").read_text(encoding="utf-8")


def test_faults_of_the_file_are_told_before_anything_is_read(shop: Path) -> None:
    """All of them, with exit status 2."""
    (shop / "leadline.toml").write_text('modle = "x"\n[tabels]\n', encoding="utf-8")
    ended = run(shop, "score")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "leadline.toml:1 modle is not a setting. Did you mean model?",
        "leadline.toml:2 tabels is not a setting. Did you mean tables?",
    ]


def test_exports_of_a_shell_pattern_make_a_workspace(shop: Path) -> None:
    """Words behind --from are exports too."""
    files = [f"data/{each}.csv" for each in ("leads", "accounts", "events")]
    ended = run(shop, "init", "made", "--from", *files)
    assert ended.returncode == 0, ended.stderr
    assert run(shop / "made", "score").returncode == 0
