"""Drafts by command: the same store, without a service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stores
from leadline.cli.main import main

MODEL = Path(__file__).parents[3] / "examples" / "quickstart" / "model.yaml"
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store in a file, and return what it prints; it ends as it should."""

    def run(*words: str, status: int = 0) -> str:
        argv = ["leadline", "drafts", *words, "--store", stores.file_url(tmp_path)]
        monkeypatch.setattr("sys.argv", argv)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == status, said.err
        return said.out + said.err

    return run


def test_a_draft_is_published_by_a_command_too(run: Run, tmp_path: Path) -> None:
    """One person alone does, unless a second one has to approve it."""
    changed = tmp_path / "model.yaml"
    changed.write_text(f"{MODEL.read_text(encoding='utf-8')}# more\n", encoding="utf-8")
    assert "open  of none, revision 1" in run("--begin", str(MODEL))
    assert "revision 2" in run("--save", "1", "--text", str(changed))
    assert "asked" in run("--ask", "1")
    assert "neither wrote" in run("--approve", "1", status=2)
    assert "approved" in run("--publish", "1", "--approval", "second", status=2)
    assert "published as version 1" in run("--publish", "1")
    assert run("--show", "1").endswith("# more\n")
