"""Clients that send until they are answered, and what must be true of a store afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands, whole
from leadline.service.live import of_store, published
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

BATCH = 10
LEADS = 20
MODEL = Path(__file__).parents[1] / "examples" / "quickstart" / "model.yaml"


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
                     "userId": f"u{hash(each) % LEADS}"}
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


@contextmanager
def sending(urls: Sequence[str], key: str, count: int = 3) -> Iterator[list[Client]]:
    """Have clients send to services while the block runs, each to the next one of them."""
    clients = [Client(number, urls[number % len(urls)], key) for number in range(count)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.ends.set()
        for client in clients:
            client.join()


def answered(clients: Sequence[Client]) -> int:
    """Return how many events were answered with success until now."""
    return sum(len(client.answered) for client in clients)


def wait_for_more(clients: Sequence[Client], seconds: float = 60) -> None:
    """Wait until each client got something through again."""
    before = {client: len(client.answered) for client in clients}
    until = time.monotonic() + seconds
    while any(len(client.answered) == before[client] for client in clients):
        assert time.monotonic() < until, "nothing gets through any more"
        time.sleep(0.05)


def publish(store: Store) -> None:
    """Have the loop publish the model of the quick start."""
    command = commands.encoded(commands.Publish(MODEL.read_text(encoding="utf-8")))
    inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])


def settle(store: Store, seconds: float = 60) -> None:
    """Wait until nothing waits any more."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with store.reading() as session:
            if session.rows("select count(*) from waiting") == [(0,)]:
                return
        time.sleep(0.05)
    raise AssertionError("the loop does not get to the end of what waits")


def require_all(store: Store, clients: Sequence[Client]) -> None:
    """Require that what was answered is there, all of it once, and that batch scores it alike."""
    with store.reading() as session:
        events = [each for (each,) in session.rows("select event_id from events")]
        parked = session.rows("select count(*) from parked")
    told = set().union(*(client.answered for client in clients))
    assert told, "the clients got something through"
    assert told <= set(events)
    assert len(events) == len(set(events))
    assert parked == [(0,)]
    require_batch(store)


def require_batch(store: Store) -> None:
    """Require that the scores of a store are those that batch gives."""
    with DuckDB(threads=1) as engine:
        found = whole.verify(store, of_store(store, engine))
    assert found.leads > 0
    assert found.differences == ()


def verified(store: Store, loop: Loop) -> whole.Verified:
    """Return whether the scores of a store are those of batch, by the model of its loop."""
    with store.reading() as session:
        return whole.verify(store, loop.live(session, published(session)))
