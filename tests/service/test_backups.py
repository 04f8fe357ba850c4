"""A backup that is made while clients send has all that was accepted before it began."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import serving
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service.loop import Loop
from leadline.store import archive
from leadline.store.keys import Key
from leadline.store.store import Store
from sending import publish, require_batch, sending, wait_for_more

pytestmark = pytest.mark.slow


def test_a_backup_under_load_is_whole_after_a_kill(store_url: str, tmp_path: Path) -> None:
    """The service is killed afterwards; another loop goes on from the backup, in another place."""
    with stores.opened(store_url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        with serving.serving(store_url, tmp_path) as server, sending([server.url], key) as clients:
            wait_for_more(clients)
            told = set().union(*(client.answered for client in clients))
            _backed_up(store_url, tmp_path / "b")
            server.kill()
    again = f"sqlite:{tmp_path / 'again.db'}"
    archive.restore(tmp_path / "b", again)
    with stores.opened(again) as store, DuckDB(threads=1) as engine:
        assert store.hold()
        Loop(store, engine).drain()
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
