"""What the service takes in, how soon scores follow, and what both cost, beside the bare store.

    python benchmarks/service_load.py --dir DIR --store sqlite
    python benchmarks/service_load.py --dir DIR --store postgresql --model rollup --only batch,asked

A store in DIR is filled first by ``leadline import``, with event ids that are random: on an empty
one everything is ten times faster than in life. It stays there, and is not filled again; delete DIR
when done. PostgreSQL is started here, with its rows in DIR, and stopped. In their order:

- ``import``: leads and events into an empty store.
- ``taking``: events from the inbox into the store without a model, beside the same rows inserted
  with nothing around: those tables, those indexes, that size.
- ``publish``: everybody scored; with ``import`` it is what a new store takes until it is scored.
- ``sweep``: everybody scored again, with events from the store, from a mirror that is made, and
  from one that follows.
- ``batch``: a pass that touches 500 leads, beside the statement alone over the same rows.
- ``start``: processor time of a service until it is ready, beside that of importing its libraries.
- ``explained``: processor time of a ledger, and of moves, beside the statement alone on that lead.
- ``asked``: a lead with its ledger, and with its moves, asked for by four callers at once.
- ``latency``: from a post to the stored score, at a steady rate.
- ``wire``: from a post to the webhook that tells of a changed band, at the same rate; then beside a
  destination that never answers.
- ``sustained``: taken in and scored at a steady rate, what waits meanwhile, and the memory.
- ``bare``: answers of the same server that keep nothing, which is what singles cannot pass.
- ``singles``, ``batches``: accepted, which is synced, as fast as answers come; the loop goes on
  beside it.

The load is sent over loopback by a process on the same cores. Processor time is that of leadline,
and with PostgreSQL that of the server beside it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from statistics import median, quantiles

import duckdb
import psutil
import psycopg
from generate import (
    AS_OF,
    events_query,
    leads_query,
    model_text,
    plain_rules,
)
from load import Load, post, request, send
from spark import Cost, cost, used_by
from wire import told

from leadline.engines.duckdb.engine import DuckDB
from leadline.mirror.mirror import Mirror
from leadline.service import answers, clock, whole
from leadline.service.beside import CHUNK
from leadline.service.live import Live, Touched, of_store
from leadline.service.loop import Loop
from leadline.service.reader import Reader
from leadline.service.taking import Taken, digest
from leadline.store import facts as stored
from leadline.store import inbox, keys
from leadline.store import scores as kept
from leadline.store.facts import EventRow
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.migrate import migrate
from leadline.store.store import Store, connect

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import servers
import serving

LEADLINE = (sys.executable, "-m", "leadline.cli")
BANDS = "bands: {by: person, edges: {cold: -50, warm: 20, hot: 50}}\n"
MODELS = {
    "plain": "",
    "rollup": "  team: {of: account, rollup: person, by: sum, range: [0, 1000]}\n"
    "  best: {of: account, rollup: person, by: top 3}\n",
}
SERVER = "-c synchronous_commit=on -c statement_timeout=0 -c shared_buffers=1GB -c max_wal_size=4GB"
BATCH = 500
"""Leads of a batch."""
EXPLAINED = 30
LIBRARIES = "import duckdb, numpy, pyarrow, sqlglot, sqlalchemy, alembic, starlette, uvicorn"
COMMIT = 1_000
BATCHES = 8
CALLERS = 4
LATENCY_RATE = 500.0
LOOKS = 10
"""How often a sustained load is looked at."""
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Place:
    """A store under test.

    Attributes:
        url: Its address.
        folder: Where it and all that is made for it lie.
        server: The first process of its server, where it has one.
    """

    url: str
    folder: Path
    server: int | None = None

    @property
    def used(self) -> float:
        """Seconds of processor time of its server."""
        return used_by(self.server) if self.server else 0.0


@dataclass(frozen=True)
class Asked:
    """What is to be measured.

    Attributes:
        place: The store.
        leads: How many it has.
        events: How many it has.
        model: The name of the model.
        seconds: How long a load lasts.
        rate: Events a second that are sustained.
    """

    place: Place
    leads: int
    events: int
    model: str
    seconds: float
    rate: float


def main() -> None:
    """Read what is asked, and measure one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, required=True, help="folder of the store")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--model", choices=tuple(MODELS), default="plain")
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=600, help="how long a load is sustained")
    parser.add_argument("--rate", type=float, default=2_000, help="events a second sustained")
    parser.add_argument("--only", default=",".join(ROWS), help="of " + ", ".join(ROWS))
    given = parser.parse_args()
    given.dir.mkdir(parents=True, exist_ok=True)
    with _place(given.store, given.dir) as place:
        asked = Asked(place, given.leads, given.events, given.model, given.seconds, given.rate)
        print(f"{given.store}, model {given.model}", flush=True)
        for name in given.only.split(","):
            ROWS[name](asked)


@contextmanager
def _place(kind: str, folder: Path) -> Iterator[Place]:
    """Yield a store of a kind in a folder; what it has stays."""
    if kind == "sqlite":
        yield Place(f"sqlite:{folder / 'leadline.db'}", folder)
        return
    home = folder / "postgresql"
    home.mkdir(exist_ok=True)
    with servers.postgres_in(home, SERVER) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            if not connection.execute(
                "select from pg_database where datname = 'service'"
            ).fetchall():
                connection.execute("create database service")
        yield Place(server.url.replace("/postgres?", "/service?"), folder, server.process)


@contextmanager
def _opened(place: Place) -> Iterator[Store]:
    store = connect(place.url)
    migrate(store)
    try:
        yield store
    finally:
        store.close()


def _show(name: str, said: str) -> None:
    print(f"{name:12} {said}", flush=True)


def _command(asked: Asked, name: str, *options: str) -> None:
    """Run a command of leadline on the store, and show what it costs."""
    place = asked.place
    before = used_by(os.getpid()) + place.used
    started, server = time.perf_counter(), place.used
    subprocess.run(  # noqa: S603 - our own command
        [*LEADLINE, name, *options, "--store", place.url], check=True, cwd=place.folder
    )
    used = used_by(os.getpid()) + place.used - before
    _show(
        name,
        f"{time.perf_counter() - started:.0f} s, {used:.0f} s of processor"
        f"{_server(place.used - server)}",
    )


def _server(used: float) -> str:
    return f", {used:.1f} of them the server's" if used else ""


# --- what a new store takes


def imported(asked: Asked) -> None:
    """Show what an import takes; a store that has leads is left as it is."""
    with _opened(asked.place) as store, store.reading() as session:
        if session.rows("select 1 from leads limit 1"):
            return
    folder = asked.place.folder
    for table, query in (
        ("leads", leads_query(asked.leads)),
        ("events", _recent(events_query(asked.events, asked.leads, "time"))),
    ):
        with duckdb.connect() as connection:
            connection.execute(f"copy ({query}) to '{folder / table}.parquet' (format parquet)")
    files = [f"--{table}={folder / table}.parquet" for table in ("leads", "events")]
    _command(asked, "import", *files)
    _show("import", f"{_size(asked.place):.1f} GiB of store")


def _recent(events: str) -> str:
    """Return events that end now, with ids as trackers make them."""
    shift = f"(now()::timestamp - timestamp '{AS_OF}')"
    later = f"(occurred_at + {shift}) as occurred_at, (recorded_at + {shift}) as recorded_at"
    return f"select * replace (uuid()::varchar as event_id, {later}) from ({events})"


def _size(place: Place) -> float:
    parts = (place.folder / "postgresql").rglob("*") if place.server else place.folder.glob("*.db*")
    return sum(each.stat().st_size for each in parts if each.is_file()) / 2**30


def published(asked: Asked) -> None:
    """Show what it takes until everybody is scored."""
    text = model_text(asked.model, plain_rules()) + MODELS[asked.model] + BANDS
    path = asked.place.folder / f"{asked.model}.yaml"
    path.write_text(text, encoding="utf-8")
    _command(asked, "publish", str(path), "--yes", "--weeks", "0")


def swept(asked: Asked) -> None:
    """Show what a sweep costs before it writes, by where it reads events."""
    mirror = Mirror(asked.place.folder / "swept.mirror")
    mirror.drop()
    places = (("store", None), ("mirror made", mirror), ("mirror", mirror))
    with _opened(asked.place) as store, DuckDB() as engine:
        live = of_store(store, engine)
        for name, each in places:
            found = _costs(asked.place, partial(_sweep, store, live, each))
            _show("sweep", f"{name:12} {found.seconds:5.1f} s, {found.processor:5.1f} of processor")
            if each is not None:
                size = sum(file.stat().st_size for file in each.folder.iterdir())
                _show("sweep", f"{name:12} {size / 2**20:,.0f} MiB of files")
    mirror.drop()


def _sweep(store: Store, live: Live, mirror: Mirror | None) -> None:
    with store.reading() as session:
        until = stored.last_taken(session)
        for _ in whole.sweep(session, live, live.row.version, until, CHUNK, mirror):
            pass


# --- taking in


def taking(asked: Asked) -> None:
    """Show what taking in costs beside the bare insert of the same rows, in turns."""
    count = 20 * COMMIT
    with _opened(asked.place) as store, DuckDB(threads=1) as engine:
        store.hold()
        loop = Loop(store, engine)
        loop.drain()
        for _ in range(2):
            rows = [_event_row(asked.leads) for _ in range(count)]
            bare = _costs(asked.place, partial(BARE[store.kind], asked.place.url, rows))
            _wait(store, asked, count)
            ours = _costs(asked.place, loop.drain)
            for name, found in (("bare", bare), ("taken in", ours)):
                _show(
                    "taking",
                    f"{name:8} {count / found.seconds:7,.0f} events/s, "
                    f"{1e6 * found.processor / count:4.0f} us of processor an event",
                )


def _costs(place: Place, work: Callable[[], object]) -> Cost:
    """Return what some work of this process costs, with what the server did for it."""
    return cost(lambda: time.process_time() + place.used, work)


def _event_row(leads: int) -> EventRow:
    event = json.loads(request(Load(0, "", leads, 1, 1, 1)).partition(b"\r\n\r\n")[2])["batch"][0]
    at, number = clock.now(), 1 + int(event["userId"][1:])
    return EventRow(
        number, at, event["messageId"], None, event["event"], at, at, None, "bare",
        json.dumps(event["properties"], separators=(",", ":")), None,
    )  # fmt: skip


def _bare_sqlite(url: str, rows: Sequence[EventRow]) -> None:
    with sqlite3.connect(url.partition(":")[2], isolation_level=None) as connection:
        for pragma in ("journal_mode = wal", "synchronous = full", "cache_size = -262144"):
            connection.execute(f"pragma {pragma}")
        for start in range(0, len(rows), COMMIT):
            part = sorted(rows[start : start + COMMIT])
            connection.execute("begin immediate")
            places = ", ".join("?" * len(EventRow._fields))
            connection.executemany(f"insert into events values ({places})", part)
            digests = sorted((digest(each.event_id), each.lead_no) for each in part)
            connection.executemany("insert into event_ids values (?, ?)", digests)
            connection.execute("commit")


def _bare_postgresql(url: str, rows: Sequence[EventRow]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for start in range(0, len(rows), COMMIT):
            part = sorted(rows[start : start + COMMIT])
            with cursor.copy("copy events from stdin") as copy:
                for row in part:
                    copy.write_row(row)
            with cursor.copy("copy event_ids from stdin") as copy:
                for row in part:
                    copy.write_row((digest(row.event_id), row.lead_no))
            connection.commit()


BARE: Mapping[str, Callable[[str, Sequence[EventRow]], None]] = {
    "sqlite": _bare_sqlite,
    "postgresql": _bare_postgresql,
}


def _wait(store: Store, asked: Asked, events: int, size: int = 100) -> list[bytes]:
    """Have new events wait in the inbox, and return their requests."""
    load = Load(0, "", asked.leads, size, 1, events)
    bodies = [request(load).partition(b"\r\n\r\n")[2] for _ in range(events // size)]
    inbox.accept(store, [Received("b", "segment:batch", clock.now(), each) for each in bodies])
    return bodies


# --- one batch


def batch(asked: Asked) -> None:
    """Show the processor time of a pass beside that of the statement alone on the same rows."""
    with _opened(asked.place) as store, DuckDB(threads=1) as engine:
        store.hold()
        loop = Loop(store, engine)
        loop.drain()
        _pass(asked, store, loop)  # plans the statement
        found = [_pass(asked, store, loop) for _ in range(BATCHES)]
    leads, events, passes, server, alone = map(median, zip(*found, strict=True))
    _show(
        "batch",
        f"{leads:.0f} leads with {events:.0f} events: {1000 * passes:.0f} ms of processor, the "
        f"statement alone {1000 * alone:.0f}: {passes / alone:.1f} times"
        + (f"; the server {1000 * server:.0f} ms" if asked.place.server else ""),
    )


def _pass(asked: Asked, store: Store, loop: Loop) -> tuple[int, int, float, float, float]:
    """Return leads and events of a pass, and seconds of it, of the server and of the statement."""
    [body] = _wait(store, asked, BATCH, BATCH)
    before = asked.place.used
    ours = cost(time.process_time, loop.take).processor
    server = asked.place.used - before
    with store.reading() as session:
        version = kept.published(session)
        if version is None:
            raise SystemExit("publish comes first")
        live = loop.live(session, version)
        ids = {each["userId"] for each in json.loads(body)["batch"]}
        numbers = {row.lead_no for row in stored.leads_by_id(session, ids)}
        touched = live.touched(session, Taken(touched=numbers))
        rows = live.batch(session, touched, Taken())
    given, at = live.tables(rows), clock.at(clock.now())
    alone = cost(time.process_time, lambda: live.scorer(given).score(given, at)).processor
    return len(rows.known), len(rows.events), ours, server, alone


# --- one lead


def explained(asked: Asked) -> None:
    """Show the processor time of explaining a lead beside that of its scores alone."""
    numbers = range(1, EXPLAINED + 1)
    with _opened(asked.place) as store, DuckDB(threads=1) as engine:
        reader = Reader(store, engine)
        rows = {
            name: [
                cost(time.process_time, partial(each, reader, n)).processor for n in (0, *numbers)
            ]
            for name, each in (
                ("scores", _scored),
                ("ledger", partial(_told, moves=False)),
                ("moves", partial(_told, moves=True)),
            )
        }
    alone = median(rows["scores"][1:])
    for name, found in rows.items():
        used = median(found[1:])  # the first one plans
        _show("explained", f"{name:7} {1000 * used:4.0f} ms of processor, {used / alone:.1f} times")


def _scored(reader: Reader, number: int) -> None:
    with reader.reading() as (session, live):
        [row] = stored.leads_by_id(session, [f"L{number:07}"])
        given = live.tables(live.batch(session, Touched({row.lead_no}), Taken()))
        live.scorer(given).score(given, clock.at(clock.now()))


def _told(reader: Reader, number: int, *, moves: bool) -> None:
    with reader.reading() as (session, live):
        found = answers.lead(session, live, f"L{number:07}")
        if found is None:
            raise SystemExit("publish comes first")
        row, as_of, _ = found
        reader.explain(session, live, row, as_of, moves=moves)


# --- a service that runs


def start(asked: Asked) -> None:
    """Show the processor time of a service until it is ready, beside that of its libraries."""
    alone = cost(
        lambda: used_by(os.getpid()),
        lambda: subprocess.run([sys.executable, "-c", LIBRARIES], check=True),  # noqa: S603
    ).processor
    with _served(asked) as (server, _):
        used = used_by(server.process.pid)
    _show("start", f"{used:.1f} s of processor, {used / alone:.1f} times its libraries alone")


@contextmanager
def _served(asked: Asked) -> Iterator[tuple[serving.Server, Load]]:
    """Yield a service of the store, and a load for it of no events."""
    with _opened(asked.place) as store:
        with store.writing() as session:
            key = keys.make(session, Key(f"load-{uuid.uuid4()}", "write"), clock.now())
        with serving.serving(asked.place.url, asked.place.folder) as server:
            yield server, Load(int(server.url.rpartition(":")[2]), key, asked.leads, 100, 16, 0)
            server.stop()


def asked_for(asked: Asked) -> None:
    """Show how long leads take to be read, by callers beside each other."""
    with _opened(asked.place) as store, store.writing() as session:
        token = keys.make(session, Key(f"read-{uuid.uuid4()}", "token", ("read",)), clock.now())
    with _served(asked) as (server, load):
        for include, count in (("ledger", 100), ("ledger,moves", 25)):
            before = used_by(server.process.pid)
            waits = _read(load, token, include, count)
            used = used_by(server.process.pid) - before
            _show(
                "asked",
                f"{include:13} median {1000 * median(waits):.0f} ms, p95 "
                f"{1000 * quantiles(waits, n=20)[18]:.0f} ms, "
                f"{1000 * used / len(waits):.0f} ms of processor each",
            )


def _read(load: Load, token: str, include: str, count: int) -> list[float]:
    waits: list[float] = []

    def caller() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=60)
        for _ in range(count):
            began = time.perf_counter()
            path = f"/v1/leads/L{random.randrange(load.leads):07}?include={include}"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise SystemExit(f"{path}: {answer.status}")
            waits.append(time.perf_counter() - began)

    _beside([caller] * CALLERS)
    return waits


def _beside(work: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def latency(asked: Asked) -> None:
    """Show how long it takes from a post to its stored score.

    An event and the scores that follow from it are committed together, so the wait for one is the
    wait for the other. One connection sends; some of its posts are waited for.
    """
    seconds = min(asked.seconds, 60)
    with _served(asked) as (server, load), _opened(asked.place) as store:
        posts = replace(load, size=10, clients=2, events=int(LATENCY_RATE * seconds))
        before = used_by(server.process.pid)
        with ThreadPool(1) as pool:
            sending = pool.apply_async(send, [replace(posts, rate=LATENCY_RATE)])
            waits = _waits(store, replace(posts, size=1), seconds)
            sent = sending.get()
        used = used_by(server.process.pid) - before
        _settle(store)
    _show(
        "latency",
        f"at {sent.rate:.0f} events/s: median {1000 * median(waits):.0f} ms, "
        f"p99 {1000 * quantiles(waits, n=100)[98]:.0f} ms of {len(waits)} posts; "
        f"{1e6 * used / sent.events:.0f} us of processor an event",
    )


def _waits(store: Store, load: Load, seconds: float) -> list[float]:
    """Post now and then for some time, and return how long each event took to be scored."""
    found: list[float] = []
    until = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", load.port)) as connection:
        while time.monotonic() < until:
            body = request(load)
            known_by = digest(json.loads(body.partition(b"\r\n\r\n")[2])["batch"][0]["messageId"])
            began = time.monotonic()
            post(connection, body)
            while not _is_known(store, known_by):
                time.sleep(POLL_SECONDS)
            found.append(time.monotonic() - began)
            time.sleep(random.uniform(0, 2 * POLL_SECONDS))
    return found


def _is_known(store: Store, known_by: bytes) -> bool:
    with store.reading() as session:
        return bool(stored.known_events(session, [known_by]))


def wire(asked: Asked) -> None:
    """Show how long it takes from a post until others are told of the band that it changed."""
    seconds = min(asked.seconds, 60)
    with _opened(asked.place) as store, store.writing() as session:
        key = keys.make(session, Key(f"load-{uuid.uuid4()}", "write"), clock.now())
    for hangs in (False, True):
        waits, sent = told(
            asked.place.url, asked.place.folder, key, asked.leads, seconds, hangs=hangs
        )
        beside = ", beside a destination that hangs" if hangs else ""
        _show(
            "wire",
            f"at {sent.rate:.0f} events/s{beside}: median {1000 * median(waits):.0f} ms, "
            f"p99 {1000 * quantiles(waits, n=100)[98]:.0f} ms of {len(waits)} posts",
        )


def sustained(asked: Asked) -> None:
    """Show what is taken in and scored for long, what waits meanwhile, and the memory."""
    with _served(asked) as (server, load), _opened(asked.place) as store:
        steady = replace(load, events=int(asked.rate * asked.seconds), rate=asked.rate)
        process = psutil.Process(server.process.pid)
        used, other = used_by(process.pid), asked.place.used
        with ThreadPool(1) as pool:
            sending = pool.apply_async(send, [steady])
            while not (sending.ready() or _waiting(store)):  # bodies are being made
                time.sleep(POLL_SECONDS)
            while not sending.ready():
                sending.wait(asked.seconds / LOOKS)
                memory = process.memory_info().rss / 2**30
                _show("sustained", f"{_waiting(store):6,} requests wait, {memory:.2f} GiB")
            sent = sending.get()
        left = _waiting(store) * steady.size
        used, other = used_by(process.pid) - used, asked.place.used - other
        began = time.perf_counter()
        _settle(store)
        after = time.perf_counter() - began
    taken = sent.events - left
    _show(
        "sustained",
        f"{taken / sent.seconds:,.0f} events/s taken in and scored for {sent.seconds:.0f} s, of "
        f"{sent.rate:,.0f} accepted; the rest {after:.0f} s later, "
        f"{left / after if left else 0:,.0f} a second; {sent.refused:,} refused; "
        f"{1e6 * used / max(taken, 1):.0f} us of processor an event"
        + (f", {1e6 * other / max(taken, 1):.0f} of the server" if other else ""),
    )


def bare(asked: Asked) -> None:
    """Show how many answers that keep nothing come a second from the same server."""
    _accepted(asked, "bare", 1, 64, 5_000, is_bare=True)


def singles(asked: Asked) -> None:
    """Show how many single requests are accepted a second."""
    _accepted(asked, "singles", 1, 64, 3_000)


def batches(asked: Asked) -> None:
    """Show how many events are accepted a second in batches of 100."""
    _accepted(asked, "batches", 100, 16, 40_000)


def _accepted(  # noqa: PLR0913 - a load, and what it is called
    asked: Asked, name: str, size: int, clients: int, expected: int, *, is_bare: bool = False
) -> None:
    with _served(asked) as (server, load), _opened(asked.place) as store:
        seconds = min(asked.seconds, 10)
        _settle(store)
        before, other = used_by(server.process.pid), asked.place.used
        events = int(expected * seconds)
        sent = send(replace(load, size=size, clients=clients, events=events, bare=is_bare))
        used, other = used_by(server.process.pid) - before, asked.place.used - other
        left = _waiting(store) * size
    _show(
        name,
        f"{sent.rate:,.0f} events/s accepted for {sent.seconds:.1f} s, {sent.refused:,} refused, "
        f"{sent.events - left:,} taken in meanwhile; {1e6 * used / sent.events:.0f} us of "
        f"processor an event, {1e6 * other / sent.events:.0f} of the server, "
        f"{1e6 * sent.processor / sent.events:.0f} of the sender",
    )


def _waiting(store: Store) -> int:
    with store.reading() as session:
        [(count,)] = session.rows("select count(*) from waiting")
    return int(count)


def _settle(store: Store) -> None:
    while _waiting(store):
        time.sleep(POLL_SECONDS)


ROWS: Mapping[str, Callable[[Asked], None]] = {
    "import": imported,
    "taking": taking,
    "publish": published,
    "sweep": swept,
    "batch": batch,
    "start": start,
    "explained": explained,
    "asked": asked_for,
    "latency": latency,
    "wire": wire,
    "sustained": sustained,
    "bare": bare,
    "singles": singles,
    "batches": batches,
}

if __name__ == "__main__":
    main()
