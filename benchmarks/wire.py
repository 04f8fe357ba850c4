"""How long it takes from a post until a receiver of webhooks hears of the band that it changed."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.pool import ThreadPool
from pathlib import Path

import httpx2
import msgspec
from load import Load, Sent, send

from leadline.service.delivery.signing import new_secret

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import serving

RATE = 500
PAUSE_SECONDS = 0.05
DESTINATION = """
[destinations.{name}]
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret_env = "BENCHMARK_SECRET"
allow_private = ["127.0.0.0/8"]
"""


@contextmanager
def _hearing() -> Iterator[tuple[int, Mapping[str, float]]]:
    """Yield the port of a receiver, and when it first heard of each lead."""
    heard: dict[str, float] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            at = time.monotonic()
            heard.setdefault(msgspec.json.decode(body)["data"]["lead_id"], at)
            self.send_response(204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _hanging() -> Iterator[int]:
    """Yield the port of a receiver that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield int(server.getsockname()[1])


def told(  # noqa: PLR0913 - a store, its load, and for how long
    url: str, folder: Path, key: str, leads: int, seconds: float, *, hangs: bool
) -> tuple[list[float], Sent]:
    """Return how many seconds each of some posts took to be heard of, and the load beside them."""
    os.environ["BENCHMARK_SECRET"] = new_secret()
    settings = folder / "leadline.toml"
    with _hearing() as (port, heard), _hanging() as silent:
        text = DESTINATION.format(name="hears", port=port)
        text += DESTINATION.format(name="hangs", port=silent) if hangs else ""
        settings.write_text(text, encoding="utf-8")
        try:
            with serving.serving(url, folder) as server:
                load = Load(int(server.url.rpartition(":")[2]), key, leads, 10, 2, 0, RATE)
                with ThreadPool(1) as pool:
                    events = int(RATE * seconds)
                    sending = pool.apply_async(send, [replace(load, events=events)])
                    waits = _waits(server.url, key, heard, seconds)
                    sent = sending.get()
                server.stop()
        finally:
            settings.unlink()
    return waits, sent


def _waits(url: str, key: str, heard: Mapping[str, float], seconds: float) -> list[float]:
    """Have new people do something now and then; return how long it took to hear of each."""
    began: dict[str, float] = {}
    until = time.monotonic() + seconds
    with httpx2.Client(base_url=url, auth=(key, ""), timeout=30) as client:
        while time.monotonic() < until:
            who = f"wire-{uuid.uuid4()}"
            body = {"userId": who, "messageId": who, "event": "demo_requested"}
            began[who] = time.monotonic()
            client.post("/v1/track", json=body).raise_for_status()
            time.sleep(PAUSE_SECONDS)
    last = time.monotonic() + 30
    while began.keys() - heard.keys() and time.monotonic() < last:
        time.sleep(PAUSE_SECONDS)
    if missing := began.keys() - heard.keys():
        raise AssertionError(f"{len(missing)} were never told")
    return [heard[who] - at for who, at in began.items()]
