"""What the service accepts, how soon a score follows, and what taking in costs.

    python benchmarks/service_load.py --store sqlite:/tmp/service.db --leads 100000 --events 1000000

The store is filled first: on an empty one everything is ten times faster than in life. The load
comes from this process over loopback, with bodies made beforehand, on the same cores.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from statistics import median, quantiles

from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands
from leadline.service.importing import Importer
from leadline.service.loop import Loop
from leadline.service.taking import digest
from leadline.store import facts as stored
from leadline.store import inbox, keys
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.migrate import migrate
from leadline.store.store import Store, connect
from leadline.tables.read import load

MODEL = {
    "leadline": 1,
    "model": "forty",
    "scores": {
        "person": {
            "decay": {"half_life": "30d"},
            "rules": {
                f"r{n}": {
                    "event": f"kind_{n % 8}",
                    "where": f"path like '/p{n}%'",
                    "points": 1 + n % 5,
                    "limit": 20,
                }
                for n in range(40)
            },
        }
    },
    "bands": {"by": "person", "edges": {"low": 0, "high": 10, "top": 25}},
}


def main() -> None:
    """Fill a store, start a service, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    store = connect(asked.store)
    migrate(store)
    _filled(store, asked.leads, asked.events)
    with store.writing() as session:
        key = keys.make(session, Key(f"load-{uuid.uuid4()}", "write"), clock.now())
    with tempfile.TemporaryDirectory() as folder:
        server = _started(asked.store, Path(folder))
        try:
            _measured(store, server, key, asked.leads, asked.seconds)
        finally:
            server[0].terminate()
            server[0].wait(60)
    store.close()


def _filled(store: Store, leads: int, events: int) -> None:
    """Bring leads and events into a store that has none, and publish the model."""
    with store.reading() as session:
        if session.rows("select count(*) from leads")[0][0]:
            return
    began, used = time.perf_counter(), time.process_time()
    with DuckDB() as engine:
        rows = engine.arrow(
            f"select 'L' || i as lead_id, 'Chief' as title from range({leads}) as t(i)"
        )
        happened = engine.arrow(
            "select uuid()::varchar as event_id, 'L' || (hash(i) % "
            f"{leads}) as lead_id, 'kind_' || (hash(i, 1) % 8) as type, "
            "timestamp '2026-11-01' - to_seconds((hash(i, 2) % 31536000)::bigint) as occurred_at, "
            f"'/p' || (hash(i, 3) % 50) as path from range({events}) as t(i)"
        )
        loaded = load(engine, {"leads": rows, "events": happened}, {}, clean=True)
        store.hold()
        Importer(store, engine, loaded, lambda _table, _rows: None).run()
        print(
            f"import   {leads:,} leads, {events:,} events: {time.perf_counter() - began:.1f} s, "
            f"{time.process_time() - used:.1f} s of processor"
        )
        began, used = time.perf_counter(), time.process_time()
        command = commands.encoded(commands.Publish(json.dumps(MODEL)))
        inbox.accept(store, [Received("load", commands.KIND, clock.now(), command)])
        Loop(store, engine).drain()
        print(
            f"publish  {time.perf_counter() - began:.1f} s, "
            f"{time.process_time() - used:.1f} s of processor"
        )
    store.release()


def _started(url: str, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, "-m", "leadline.cli", "serve", "--store", url, "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return process, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the service does not start")


def _measured(
    store: Store, server: tuple[subprocess.Popen[bytes], int], key: str, leads: int, seconds: float
) -> None:
    process, port = server
    for name, size, clients in (("batches of 100", 100, 16), ("single requests", 1, 64)):
        before = _processor(process.pid)
        sent = _load(port, key, leads, size, clients, seconds)
        used = _processor(process.pid) - before
        print(
            f"accepted {name}: {sent / seconds:,.0f} events/s; "
            f"{1e6 * used / max(sent, 1):.0f} us of processor an event, taking in beside it"
        )
        began = time.perf_counter()
        waited = _drained(store)
        print(f"taken in behind it: {waited:,} requests in {time.perf_counter() - began:.1f} s")
    print(_latency(store, port, key, leads, 500, seconds))


def _load(port: int, key: str, leads: int, size: int, clients: int, seconds: float) -> int:  # noqa: PLR0913, PLR0917 - a load
    """Send from several connections for a time, and return how many events were answered."""
    sent = [0] * clients
    until = time.monotonic() + seconds

    def client(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.monotonic() < until:
                connection.sendall(_request(key, leads, size))
                answer = connection.recv(4096)
                if b" 200 " in answer[:20]:
                    sent[number] += size
                else:
                    time.sleep(0.05)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sent)


def _request(key: str, leads: int, size: int) -> bytes:
    batch = [
        {
            "type": "track",
            "event": f"kind_{os.urandom(1)[0] % 8}",
            "messageId": str(uuid.uuid4()),
            "userId": f"L{int.from_bytes(os.urandom(4)) % leads}",
            "properties": {"path": f"/p{os.urandom(1)[0] % 50}"},
        }
        for _ in range(size)
    ]
    body = json.dumps({"batch": batch}).encode()
    token = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _drained(store: Store) -> int:
    first = -1
    while True:
        with store.reading() as session:
            [(waits,)] = session.rows("select count(*) from waiting")
        first = waits if first < 0 else first
        if not waits:
            return first
        time.sleep(0.05)


def _latency(store: Store, port: int, key: str, leads: int, rate: int, seconds: float) -> str:  # noqa: PLR0913, PLR0917 - a load
    """Send at a steady rate, and say how long it took from a post to its stored score.

    An event and the scores that follow from it are committed together, so the wait for one is the
    wait for the other; some of the posts are waited for, each in a loop that asks every 5 ms.
    """
    waits: list[float] = []
    watched: list[threading.Thread] = []
    every = 10 / rate
    with socket.create_connection(("127.0.0.1", port)) as connection:
        until = time.monotonic() + seconds
        turn = 0
        while time.monotonic() < until:
            began = time.monotonic()
            request = _request(key, leads, 10)
            connection.sendall(request)
            connection.recv(4096)
            turn += 1
            if turn % 10 == 0:
                event = json.loads(request.partition(b"\r\n\r\n")[2])["batch"][-1]["messageId"]
                watcher = threading.Thread(target=_wait, args=(store, event, began, waits))
                watcher.start()
                watched.append(watcher)
            time.sleep(max(0.0, every - (time.monotonic() - began)))
    for watcher in watched:
        watcher.join()
    return (
        f"post to stored score at {rate} events/s: median {1000 * median(waits):.0f} ms, "
        f"p99 {1000 * quantiles(waits, n=100)[98]:.0f} ms, of {len(waits)} posts"
    )


def _wait(store: Store, event: str, began: float, waits: list[float]) -> None:
    while True:
        with store.reading() as session:
            if stored.known_events(session, [digest(event)]):
                waits.append(time.monotonic() - began)
                return
        time.sleep(0.005)


def _processor(pid: int) -> float:
    """Return the processor time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
