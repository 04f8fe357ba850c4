"""What an import brings is scored as batch scores it, and a second time it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

import leadline
from leadline.cli.main import main
from leadline.store.store import connect

Run: TypeAlias = Callable[..., str]
MODEL = Path(__file__).parents[2] / "examples" / "quickstart" / "model.yaml"
LEADS = """lead_id,account_id,email,title,created_at
ada,north,Ada@north.example,Chief,2026-01-01
ben,,info@south.example,,2026-02-01
"""
EVENTS = """event_id,lead_id,type,occurred_at,path
e1,ada,page_viewed,2026-03-01T10:00:00Z,/pricing
e1,ada,page_viewed,2026-03-01T10:00:00Z,/pricing
e2,zoe,demo_requested,2026-03-02T10:00:00Z,
e3,ada,demo_requested,2026-03-03T10:00:00Z,
"""
ACCOUNTS = "account_id,employees,industry,target\nnorth,5000,software,true\n"
MERGES = "from_id,into_id,recorded_at\nzoe,ada,2026-04-01\n"


@pytest.fixture
def run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    store_url: str,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command on a store of each kind, and return what it prints."""
    texts = {"leads": LEADS, "events": EVENTS, "accounts": ACCOUNTS, "lead_merges": MERGES}
    for table, text in texts.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")

    def run(*words: str, status: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["leadline", *words, "--store", store_url])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert ended.value.code == status, printed.err
        return printed.err if status else printed.out

    return run


IMPORT = (
    "import", "--leads", "leads.csv", "--events", "events.csv", "--accounts", "accounts.csv",
    "--lead-merges", "lead_merges.csv",
)  # fmt: skip


def test_what_is_imported_is_scored_as_batch_scores_it(run: Run, store_url: str) -> None:
    """Repeats are one, leads that only events know wait, and a merge counts."""
    run("publish", str(MODEL))
    said = run(*IMPORT)
    assert "everybody is scored" in said
    assert "the same as batch" in run("verify")
    store = connect(store_url)
    with store.reading() as session:
        events = session.rows("select event_id from events order by event_id")
        known = session.rows("select lead_id, is_known from leads order by lead_id")
        quiet = session.rows("select distinct quiet from transitions")
        identities = session.rows("select kind, value from identities order by kind, value")
    store.close()
    assert events == [("e1",), ("e2",), ("e3",)]
    assert [(lead, bool(is_known)) for lead, is_known in known] == [
        ("ada", True),
        ("ben", True),
        ("zoe", False),
    ]
    assert [bool(each) for (each,) in quiet] == [True]
    assert ("email", "ada@north.example") in identities
    assert ("email", "info@south.example") not in identities


def test_importing_again_changes_nothing(run: Run, store_url: str) -> None:
    """A nightly import of the same files leaves the store as it was."""
    run("publish", str(MODEL))
    run(*IMPORT)
    first = _counts(store_url)
    run(*IMPORT)
    assert _counts(store_url) == first
    assert "the same as batch" in run("verify")


def test_nothing_is_published_unseen(run: Run, tmp_path: Path) -> None:
    """A second model is shown first, and goes live where somebody says so; examples must hold."""
    run("publish", str(MODEL))
    run(*IMPORT)
    other = tmp_path / "other.yaml"
    other.write_text(
        MODEL.read_text(encoding="utf-8").replace("follow_up: 20", "follow_up: 59"),
        encoding="utf-8",
    )
    refused = run("publish", str(other), "--weeks", "0", status=2)
    assert "enter: " in refused
    assert "publish must be confirmed. Give --yes." in refused
    assert "published" in run("models").splitlines()[-1]
    said = run("publish", str(other), "--yes", "--weeks", "0")
    assert "is live" in said
    broken = tmp_path / "broken.yaml"
    text = other.read_text(encoding="utf-8").replace("band: sales}\n", "band: discard}\n")
    broken.write_text(text, encoding="utf-8")
    assert "examples" in run("publish", str(broken), "--yes", status=2)
    assert len(run("models").splitlines()) == 2


def test_what_is_exported_is_read_by_every_command(run: Run) -> None:
    """Exported tables are scored by batch, and lose nothing."""
    run("publish", str(MODEL))
    run(*IMPORT)
    run("export", "--to", "out")
    scored = leadline.score(
        str(MODEL),
        leads="out/leads.jsonl",
        events="out/events.jsonl",
        accounts="out/accounts.jsonl",
        lead_merges="out/lead_merges.jsonl",
        as_of="2026-03-05",
    )
    rows = {row["lead_id"]: row for row in scored.scores.to_pylist()}
    assert rows["ada"]["band"] == "sales"
    assert rows["ada"]["company"] == 50


def _counts(url: str) -> dict[str, int]:
    store = connect(url)
    with store.reading() as session:
        found = {
            table: session.rows(f"select count(*) from {table}")[0][0]
            for table in ("leads", "events", "identities", "accounts", "lead_merges")
        }
    store.close()
    return found
