"""Whatever is killed, at whatever moment: what was accepted is there once, and scored right."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

import serving
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands, whole
from leadline.service.live import of_store
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.store import Store

KILLS = int(os.environ.get("LEADLINE_KILLS", "4"))
CLIENTS = 3
BATCH = 10
MODEL = Path(__file__).parents[2] / "examples" / "quickstart" / "model.yaml"

pytestmark = pytest.mark.slow


class Client(threading.Thread):
    """Sends batches until it is told to end, each again until it is answered.

    Attributes:
        answered: Ids of events that were answered with success.
    """

    def __init__(self, number: int, url: str, key: str) -> None:
        super().__init__(name=f"client-{number}")
        self.number, self.url, self.key = number, url, key
        self.answered: set[str] = set()
        self.ends = threading.Event()

    def run(self) -> None:
        """Send."""
        turn = 0
        with httpx2.Client(timeout=5) as client:
            while not self.ends.is_set():
                turn += 1
                ids = [f"{self.number}-{turn}-{n}" for n in range(BATCH)]
                batch = [
                    {"type": "track", "event": "demo_requested", "messageId": each,
                     "userId": f"u{hash(each) % 20}"}
                    for each in ids
                ]  # fmt: skip
                while not self._sent(client, {"batch": batch}):
                    if self.ends.is_set():
                        return
                    time.sleep(0.05)
                self.answered |= set(ids)

    def _sent(self, client: httpx2.Client, body: object) -> bool:
        try:
            found = client.post(f"{self.url}/v1/batch", json=body, auth=(self.key, ""))
        except httpx2.HTTPError:
            return False
        return found.status_code == 200


def _publish(store: Store) -> None:
    command = commands.encoded(commands.Publish(MODEL.read_text(encoding="utf-8")))
    inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])


def _settled(store: Store) -> None:
    """Wait until nothing waits any more."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with store.reading() as session:
            if session.rows("select count(*) from waiting") == [(0,)]:
                return
        time.sleep(0.1)
    raise AssertionError("the loop does not get to the end of what waits")


def _verified(store: Store) -> whole.Verified:
    with DuckDB(threads=1) as engine:
        return whole.verify(store, of_store(store, engine))


def test_a_service_killed_at_random_loses_nothing_and_counts_nothing_twice(
    store_url: str, tmp_path: Path
) -> None:
    """Clients send what was not answered again, to a service that is killed again and again."""
    dice = random.Random(1)
    with stores.opened(store_url) as store:
        key = serving.make_key(store, Key("web", "write"))
        _publish(store)
        port = serving.free_port()
        server = serving.start(store_url, tmp_path, port)
        clients = [Client(number, server.url, key) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.05, 1.5))
            server.kill()
            server = serving.start(store_url, tmp_path, port)
        for client in clients:
            client.ends.set()
        for client in clients:
            client.join()
        _settled(store)
        assert server.stop() == 0
        with store.reading() as session:
            events = [each for (each,) in session.rows("select event_id from events")]
        answered = set().union(*(client.answered for client in clients))
        assert answered, "the clients got something through"
        assert answered <= set(events)
        assert len(events) == len(set(events))
        found = _verified(store)
        assert found.leads > 0
        assert found.differences == ()


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
        _publish(store)
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
        assert _verified(store).differences == ()
