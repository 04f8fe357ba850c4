"""SIGTERM ends a service gently: what was accepted is scored, or waits for the next one."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

import serving
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service.loop import Loop
from leadline.store.keys import Key
from leadline.web.server import STOP_SECONDS
from sending import publish, require_all, sending, wait_for_more

pytestmark = pytest.mark.slow


def test_sigterm_under_load_loses_nothing_and_waits_for_no_listener(tmp_path: Path) -> None:
    """Clients send and one follows the stream; the process ends by itself, with status 0."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        token = serving.make_key(store, Key("reader", "token", ("read",)))
        publish(store)
        with serving.serving(url, tmp_path) as server:
            follows = Event()
            listener = Thread(target=_follow, args=(f"{server.url}/v1/stream", token, follows))
            listener.start()
            assert follows.wait(30)
            with sending([server.url], key) as clients:
                wait_for_more(clients)
                began = time.monotonic()
                assert server.stop() == 0
                assert time.monotonic() - began < STOP_SECONDS
            listener.join(30)
            assert server.log.read_text(encoding="utf-8").rstrip().endswith("stopped")
        assert store.hold()
        with DuckDB(threads=1) as engine:
            Loop(store, engine).drain()
        require_all(store, clients)


def _follow(url: str, token: str, follows: Event) -> None:
    """Read a stream to its end."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.stream("GET", url, headers=headers, timeout=60) as answer:
        for _ in answer.iter_lines():
            follows.set()
