"""A service that runs in a process of its own, as people run it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from leadline.service import clock
from leadline.store import keys
from leadline.store.keys import Key
from leadline.store.store import Store

READY_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Server:
    """A process that serves a store.

    Attributes:
        url: Its address.
        process: The process.
        log: Where it writes what goes wrong.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """End it gently, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def start(store_url: str, folder: Path, port: int | None = None, *more: str) -> Server:
    """Start a service of a store and wait until it answers."""
    port = port or free_port()
    log = folder / f"serve-{port}.log"
    command = [sys.executable, "-m", "leadline.cli", "serve", "--store", store_url]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), *more], stdout=out, stderr=out, cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", process, log)
    wait_ready(server)
    return server


def wait_ready(server: Server) -> None:
    """Wait until a service answers that it is ready."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log.read_text(encoding="utf-8")
        try:
            if httpx2.get(f"{server.url}/ready", timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"it never was ready: {server.log.read_text(encoding='utf-8')}")


@contextmanager
def serving(store_url: str, folder: Path, *more: str) -> Iterator[Server]:
    """Yield a service of a store, and end it afterwards."""
    server = start(store_url, folder, None, *more)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait(30)


def make_key(store: Store, key: Key) -> str:
    """Make a key in a store, and return it."""
    with store.writing() as session:
        return keys.make(session, key, clock.now())
