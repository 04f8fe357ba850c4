"""What is handed out works where nothing else is."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "examples" / "quickstart"
TABLES = [word for each in ("leads", "accounts", "events") for word in (f"--{each}", f"{each}.csv")]

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """Run a command in a folder and return what it prints."""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr
    return done.stdout


def built(source: Path, target: Path, kind: str) -> Path:
    """Build a wheel or an sdist of a source tree, and return it."""
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, folder=source)
    [made] = target.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the repository."""
    return built(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    """Word lists, starters, templates and types too, and nothing beside them."""
    files = (each for each in (ROOT / "src").rglob("*") if each.is_file())
    package = {each.relative_to(ROOT / "src").as_posix() for each in files if each.suffix != ".pyc"}
    with ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == package


def test_a_wheel_of_the_sdist_is_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Whoever builds from the source that is handed out gets the same files."""
    sdist = built(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    [source] = (tmp_path / "source").iterdir()
    again = built(source, tmp_path / "again", "wheel")
    with ZipFile(wheel) as one, ZipFile(again) as other:
        assert {each.filename: each.CRC for each in one.infolist()} == {
            each.filename: each.CRC for each in other.infolist()
        }


def test_the_wheel_scores_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """With the pinned packages alone: a score, a starter, a report, far from the repository."""
    python = tmp_path / "venv" / "bin" / "python"
    run("python3", "-m", "venv", "--without-pip", tmp_path / "venv")
    install = ("python3", "-m", "pip", "--python", python, "install", "--quiet")
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements.txt")
    run(*install, "--no-deps", wheel)

    leadline = python.with_name("leadline")
    model = QUICKSTART / "model.yaml"
    tables = [QUICKSTART / each if each.endswith(".csv") else each for each in TABLES]
    ranked = run(leadline, "score", model, *tables, "--as-of", "2026-11-01", folder=tmp_path)
    assert "ada" in ranked
    run(leadline, "new", "starter.yaml", folder=tmp_path)
    run(leadline, "resolve", *tables[:2], "--out", "resolved.csv", folder=tmp_path)
    run(leadline, "trial", model, *tables, "--report", "trial.html", folder=tmp_path)
    assert (tmp_path / "trial.html").read_text(encoding="utf-8").startswith("<!doctype html>")
