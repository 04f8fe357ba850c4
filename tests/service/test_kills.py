"""Whatever is killed, at whatever moment: what was accepted is there once, and scored right."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import serving
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.keys import Key
from sending import publish, require_all, require_batch, sending, settle, wait_for_more

KILLS = int(os.environ.get("LEADLINE_KILLS", "4"))

pytestmark = pytest.mark.slow


def test_a_service_killed_at_random_loses_nothing_and_counts_nothing_twice(
    store_url: str, tmp_path: Path
) -> None:
    """Clients send what was not answered again, to a service that is killed again and again."""
    dice = random.Random(1)
    with stores.opened(store_url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        port = serving.free_port()
        server = serving.start(store_url, tmp_path, port)
        with sending([server.url], key) as clients:
            for _ in range(KILLS):
                time.sleep(dice.uniform(0.05, 1.5))
                server.kill()
                server = serving.start(store_url, tmp_path, port)
            wait_for_more(clients)
        settle(store)
        assert server.stop() == 0
        require_all(store, clients)


def _facts() -> list[Received]:
    said: list[dict[str, Any]] = [
        {"type": "track", "event": "demo_requested", "messageId": f"m{n}", "userId": f"u{n % 3}"}
        for n in range(6)
    ]
    said += [{"type": "group", "groupId": "north", "userId": "u1", "traits": {"employees": 9}}]
    return [
        Received("web", "segment:track", clock.now(), json.dumps(each).encode()) for each in said
    ]


def test_a_pass_killed_at_each_of_its_statements_is_taken_once(tmp_path: Path) -> None:
    """Before the commit nothing happened; after it all of it did."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store, DuckDB(threads=1) as engine:
        publish(store)
        assert store.hold()
        Loop(store, engine).drain()
        inbox.accept(store, _facts())
    script = Path(__file__).with_name("dying.py")
    path = str(tmp_path / "leadline.db")
    made = subprocess.run(
        [sys.executable, str(script), path], capture_output=True, text=True, check=True, timeout=300
    )
    found = [tuple(map(int, line.split())) for line in made.stdout.splitlines()]
    assert {each[1:] for each in found} == {(0, 0, 7), (6, 6, 0)}
    assert [each[0] for each in found] == [9] * (len(found) - 1) + [0]
    assert len(found) > 10, "it was killed at many places"
    with stores.opened(url) as store:
        require_batch(store)
