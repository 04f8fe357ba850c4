"""A backup that is made while clients send has all that was accepted before it began."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import serving
import stores
from leadline.store import archive
from leadline.store.keys import Key
from leadline.store.store import Store
from sending import publish, require_batch, sending, settle, wait_for_more

pytestmark = pytest.mark.slow


def test_a_backup_under_load_is_whole_after_a_kill(store_url: str, tmp_path: Path) -> None:
    """The service is killed afterwards; another one goes on from the backup, in another place."""
    with stores.opened(store_url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        with serving.serving(store_url, tmp_path) as server, sending([server.url], key) as clients:
            wait_for_more(clients)
            told = set().union(*(client.answered for client in clients))
            _backed_up(store_url, tmp_path / "b")
            server.kill()
    (tmp_path / "again").mkdir()
    again = stores.file_url(tmp_path / "again")
    archive.restore(tmp_path / "b", again)
    with serving.serving(again, tmp_path / "again") as server, stores.opened(again) as store:
        with sending([server.url], key) as clients:
            wait_for_more(clients)
        settle(store)
        assert server.stop() == 0
        _require(store, told)


def _backed_up(url: str, path: Path) -> None:
    command = ("backup", str(path), "--store", url)
    subprocess.run(
        [sys.executable, "-m", "leadline.cli", *command],
        check=True,
        capture_output=True,
        timeout=60,
    )


def _require(store: Store, told: set[str]) -> None:
    with store.reading() as session:
        events = [each for (each,) in session.rows("select event_id from events")]
    assert told <= set(events)
    assert len(events) == len(set(events))
    require_batch(store)
