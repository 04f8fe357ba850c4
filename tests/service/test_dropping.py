"""Files that are put into a folder are taken, whole and once, or refused with the reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from leadline.service import dropping
from leadline.service.dropping import Drop
from leadline.store import inbox
from leadline.store.store import Store

LATER = 1e12


def _bodies(store: Store) -> list[tuple[str, str, bytes]]:
    with store.reading() as session:
        return [(each.source, each.kind, each.body) for each in inbox.take(session, 100)]


def test_files_become_requests(store: Store, tmp_path: Path) -> None:
    """Lines of JSON and CSV, packed or not; a file that is still written to waits."""
    drop = Drop(store, tmp_path / "in")
    (drop.folder / "events-monday.jsonl").write_text('{"type": "a"}\n\n{"type": "b"}\n')
    with gzip.open(drop.folder / "leads.csv.gz", "wb") as file:
        file.write('\ufefflead_id,title\nada,"Chief, Sales"\nben,\n'.encode())
    assert drop.take() == 0
    assert drop.take(LATER) == 2
    assert drop.take(LATER) == 0
    events, leads = _bodies(store)
    assert events == ("file events-monday.jsonl", "rows:events", b'{"type": "a"}\n{"type": "b"}')
    assert [json.loads(line) for line in leads[2].splitlines()] == [
        {"lead_id": "ada", "title": "Chief, Sales"},
        {"lead_id": "ben"},
    ]
    taken = sorted(each.name for each in (drop.folder / "taken").iterdir())
    assert taken == ["events-monday.jsonl", "leads.csv.gz"]


def test_large_files_become_many_requests(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is cut."""
    monkeypatch.setattr(dropping, "MOST_BYTES", 40)
    drop = Drop(store, tmp_path)
    lines = [json.dumps({"lead_id": f"lead-{number}"}) for number in range(9)]
    (tmp_path / "leads.jsonl").write_text("\n".join(lines))
    (tmp_path / "leadline.sqlite").touch()
    drop.take(LATER)
    assert (tmp_path / "leadline.sqlite").exists(), "what is no table stays"
    bodies = [body for _, _, body in _bodies(store)]
    assert len(bodies) > 3
    assert b"\n".join(bodies).decode().splitlines() == lines


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("orders.csv", b"a\n1\n", "must be called"),
        ("leads.csv", b"lead_id\n\xff\n", "utf-8"),
        ("leads.jsonl.gz", b"no pack", "gzip"),
    ],
)
def test_what_is_no_table_is_refused(
    store: Store, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    """It is moved away with the reason beside it, and nothing of it is taken."""
    drop = Drop(store, tmp_path)
    (tmp_path / name).write_bytes(content)
    drop.take(LATER)
    assert why in (tmp_path / "refused" / f"{name}.why").read_text(encoding="utf-8").lower()
    assert _bodies(store) == []
