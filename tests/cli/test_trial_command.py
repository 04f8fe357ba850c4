"""``leadline trial`` as a stranger meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leadline.cli.commands import app
from leadline.errors import LeadlineError

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
TABLES = tuple(
    word
    for name in ("leads", "accounts", "events")
    for word in (f"--{name}", str(QUICKSTART / f"{name}.csv"))
)
COMMAND = (sys.executable, "-m", "leadline.cli", "trial")
AT = ("--as-of", "2026-11-01")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [*COMMAND, str(QUICKSTART / "model.yaml"), *TABLES, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )


@pytest.mark.slow
def test_page_and_json_are_written(tmp_path: Path) -> None:
    """The terminal has the verdict; page and JSON say the same at length."""
    found = run(tmp_path, *AT, "--report", "t.html", "--json", "t.json")
    assert found.returncode == 0, found.stderr
    verdict = "Of 5 leads, 1 (20 %) would be in sales and 1 (20 %) in follow_up."
    assert verdict in found.stdout
    assert verdict in (tmp_path / "t.html").read_text(encoding="utf-8")
    assert (
        json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["report"]["facts"]["leads"]
        == "5"
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t.html", "t.json"]


@pytest.mark.slow
def test_many_moments_end_at_as_of(tmp_path: Path) -> None:
    """Moments are evenly apart, and the last is the one given."""
    found = run(tmp_path, *AT, "--moments", "3", "--every", "7d", "--json", "t.json")
    assert found.returncode == 0, found.stderr
    facts = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["report"]["facts"]
    assert facts["moments"] == "3, 2026-10-18 to 2026-11-01"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("--every", "7d"), 2, "--every must stand beside --moments"),
        (("--moments", "2", "--every", "7"), 2, "--every must be a duration such as 30d; found 7"),
        (("--moments", "2", "--every", "0d"), 2, "--every must be longer than nothing"),
        (("--spine", "s.csv", *AT), 2, "--as-of must not stand beside --spine"),
        (("--report", "nowhere/t.html"), 3, "nowhere/t.html cannot be written"),
    ],
)
def test_options_that_cannot_work_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    status: int,
    message: str,
) -> None:
    """Each with its reason, and before anything is computed."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LeadlineError) as refused:
        app(["trial", str(QUICKSTART / "model.yaml"), *TABLES, *arguments], standalone_mode=False)
    assert refused.value.exit_status == status
    assert message in str(refused.value)
    assert list(tmp_path.iterdir()) == []
