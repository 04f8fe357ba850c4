"""Load on a service: bodies as the Segment SDKs send them, from a process of its own.

Bodies are made before the clock runs, so that the sender takes little of the cores it shares.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import random
import re
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from generate import PATHS, TYPES

ANSWERED = b" 200 "
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Load:
    """What to send.

    Attributes:
        port: Of a service on this machine.
        key: A write key of it.
        leads: So many are known; the events are of these, at random.
        size: Events of a request.
        clients: Connections that send beside each other.
        events: How many in all.
        rate: Events a second; as fast as they are answered by default.
        bare: Whether to ask what keeps and reads nothing, with the same bytes otherwise.
    """

    port: int
    key: str
    leads: int
    size: int
    clients: int
    events: int
    rate: float | None = None
    bare: bool = False


@dataclass(frozen=True)
class Sent:
    """What came of a load.

    Attributes:
        events: How many were answered with success.
        refused: How many were not.
        seconds: From the first to the last answer.
        processor: Seconds of processor time that sending took.
    """

    events: int
    refused: int
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        """Accepted events a second."""
        return self.events / self.seconds


def send(load: Load) -> Sent:
    """Send a load from another process, and return what came of it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_send, [load])


def _send(load: Load) -> Sent:
    each = max(load.events // load.size // load.clients, 1)
    bodies = [[request(load) for _ in range(each)] for _ in range(load.clients)]
    answers: list[list[bool]] = [[] for _ in range(load.clients)]
    began, used = time.perf_counter(), time.process_time()
    threads = [
        threading.Thread(target=_client, args=(load, mine, told))
        for mine, told in zip(bodies, answers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [answer for mine in answers for answer in mine]
    good = sum(told) * load.size
    bad = len(told) * load.size - good
    return Sent(good, bad, time.perf_counter() - began, time.process_time() - used)


def _client(load: Load, requests: Sequence[bytes], told: list[bool]) -> None:
    every = 0.0 if load.rate is None else load.size * load.clients / load.rate
    due = time.monotonic() + random.uniform(0, every)
    with socket.create_connection(("127.0.0.1", load.port)) as connection:
        for each in requests:
            time.sleep(max(0.0, due - time.monotonic()))
            due += every
            told.append(post(connection, each))
            if not told[-1]:
                time.sleep(PAUSE_SECONDS)


def post(connection: socket.socket, request: bytes) -> bool:
    """Send a request, read the whole answer, and say whether it was success."""
    connection.sendall(request)
    answer = b""
    while not _is_whole(answer):
        answer += connection.recv(4096)
    return ANSWERED in answer[:20]


def _is_whole(answer: bytes) -> bool:
    head, ends, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(ends) and (length is None or len(body) >= int(length[1]))


def request(load: Load) -> bytes:
    """Return a request with new events, as the SDK for Python writes them."""
    body = json.dumps({"batch": [_event(load.leads) for _ in range(load.size)]}).encode()
    token = base64.b64encode(f"{load.key}:".encode()).decode()
    line = "GET /health" if load.bare else "POST /v1/batch"
    head = (
        f"{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_TYPES, _PATHS = tuple(TYPES), PATHS


def _event(leads: int) -> dict[str, object]:
    path = random.choice(_PATHS)
    return {
        "type": "track",
        "event": random.choice(_TYPES),
        "messageId": str(uuid.uuid4()),
        "userId": f"L{random.randrange(leads):07}",
        "anonymousId": None,
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "integrations": {},
        "properties": {
            "path": path,
            "url": f"https://www.example.com{path}?c={random.randrange(33334)}",
            "asset_id": f"asset-{random.randrange(300)}",
            "minutes": round(random.expovariate(1 / 12), 2),
        },
    }
