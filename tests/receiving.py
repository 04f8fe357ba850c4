"""A receiver of webhooks, as others run one: it answers as a test says, and keeps what it got."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import msgspec

Answer = Callable[["Got"], int]


@dataclass(frozen=True)
class Got:
    """A request that came.

    Attributes:
        heads: Its heads, in small letters.
        body: Its body.
        at: When it came, by a clock of seconds.
    """

    heads: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def key(self) -> str:
        """What tells a repeat."""
        return self.heads["webhook-id"]

    @property
    def told(self) -> Any:
        """What was told."""
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """A server that takes webhooks.

    Attributes:
        url: Its address.
        got: What came, in its order.
        answer: Gives the status to answer with.
    """

    url: str
    got: list[Got] = field(default_factory=list)
    answer: Answer = lambda _: 204
    heads: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    lock: Lock = field(default_factory=Lock)

    def wait_for(self, count: int, seconds: float = 10) -> list[Got]:
        """Wait until so much came, and return it."""
        until = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < until, f"{len(self.got)} of {count} came"
            time.sleep(0.005)
        return list(self.got)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing of senders that hang up."""


@contextmanager
def receiving(trust: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Receiver]:
    """Yield a receiver on this machine, with TLS where a certificate is given."""
    made = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            got = Got({name.lower(): value for name, value in self.headers.items()}, body)
            with made.lock:
                made.got.append(got)
            self.send_response(made.answer(got))
            for name, value in made.heads.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", port), Handler)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    made.url = f"http{'s' if trust else ''}://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
