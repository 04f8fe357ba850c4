"""One service for the tests of its addresses, with a published model and a few leads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import serving
import stores
from leadline.service import clock, commands
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.store import Store

MODEL = Path(__file__).parents[2] / "examples" / "quickstart" / "model.yaml"


@dataclass
class Live:
    """A running service, its store, and clients that may write, read, or send from a page."""

    store: Store
    url: str
    writer: httpx2.Client
    reader: httpx2.Client
    page_key: str
    write_key: str
    pid: int
    log: Path

    def send(self, path: str, body: object) -> httpx2.Response:
        """Send something with the key that writes."""
        return self.writer.post(path, json=body)

    def settle(self) -> None:
        """Wait until nothing waits."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with self.store.reading() as session:
                if session.rows("select count(*) from waiting") == [(0,)]:
                    return
            time.sleep(0.02)
        raise AssertionError("something waits all the time")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return rows of the store."""
        with self.store.reading() as session:
            return session.rows(query)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service."""
    folder = tmp_path_factory.mktemp("live")
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        write = serving.make_key(store, Key("site", "write"))
        read = serving.make_key(store, Key("reader", "token", ("read",)))
        page = serving.make_key(store, Key("page", "browser", fields=("email",)))
        command = commands.encoded(commands.Publish(MODEL.read_text(encoding="utf-8")))
        inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])
        with serving.serving(url, folder) as server:
            made = Live(
                store,
                server.url,
                httpx2.Client(base_url=server.url, auth=(write, ""), timeout=30),
                httpx2.Client(
                    base_url=server.url, headers={"Authorization": f"Bearer {read}"}, timeout=30
                ),
                page,
                write,
                server.process.pid,
                server.log,
            )
            made.settle()
            yield made
            made.writer.close()
            made.reader.close()
