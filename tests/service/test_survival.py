"""Disks that fill, servers that die, networks that are cut: nothing accepted is lost."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psycopg
import pytest

import serving
import stores
from leadline.errors import EngineError, StoreError
from leadline.service import clock
from leadline.service.service import Bounds, Service
from leadline.store import inbox
from leadline.store.facts import set_last_taken
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.store import connect
from proxy import proxied
from sending import (
    Client,
    answered,
    publish,
    require_all,
    require_batch,
    sending,
    settle,
    wait_for_more,
)
from servers import PostgresServer, postgres

pytestmark = pytest.mark.slow

SERVER_KILLS = int(os.environ.get("LEADLINE_SERVER_KILLS", "1"))
OUT_SECONDS = 2.0
"""How long what is away stays away."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that syncs what it commits."""
    with postgres("-c synchronous_commit=on") as made:
        yield made


@contextmanager
def under_load(url: str, folder: Path, served: str = "") -> Iterator[list[Client]]:
    """Have clients send to a service while the block runs; afterwards all of it must be there.

    Args:
        url: The address of the store.
        folder: Where the service writes what goes wrong.
        served: The address by which the service knows the store; the same by default.
    """
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        with serving.serving(served or url, folder) as service:
            with sending([service.url], key) as clients:
                wait_for_more(clients)
                yield clients
                wait_for_more(clients)
            settle(store)
            assert service.stop() == 0
            require_all(store, clients)


# --- what is away, and comes back


def test_a_server_that_is_killed_comes_back_with_all_that_was_accepted(
    server: PostgresServer, tmp_path: Path
) -> None:
    """The service stays up, and its loop begins again."""
    with stores.database(server.url) as url, under_load(url, tmp_path) as clients:
        for _ in range(SERVER_KILLS):
            wait_for_more(clients)
            server.kill()
            time.sleep(OUT_SECONDS)
            server.start()


def test_a_network_that_is_cut_costs_nothing_but_time(
    server: PostgresServer, tmp_path: Path
) -> None:
    """Connections end in the middle of whatever they did."""
    with (
        stores.database(server.url) as url,
        proxied(server.folder / ".s.PGSQL.5432") as proxy,
    ):
        name = url.partition("///")[2].partition("?")[0]
        far = f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
        with under_load(url, tmp_path, far) as clients:
            for _ in range(3):
                wait_for_more(clients)
                proxy.cut()
                time.sleep(OUT_SECONDS / 2)
                proxy.mend()


def test_a_server_without_free_connections_is_waited_for(
    server: PostgresServer, tmp_path: Path
) -> None:
    """Others hold every connection; the service finds its own again when they are gone."""
    with stores.database(server.url) as url, under_load(url, tmp_path):
        _end_connections(server.url, "leadline")
        with _every_connection(server.url):
            time.sleep(OUT_SECONDS)


def _end_connections(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s",
            [name],
        )


@contextmanager
def _every_connection(url: str) -> Iterator[None]:
    """Hold all connections that a server has to give."""
    held: list[psycopg.Connection[object]] = []
    try:
        with suppress(psycopg.OperationalError):  # too many clients
            while True:
                held.append(psycopg.connect(url))
        yield
    finally:
        for each in held:
            each.close()


def test_several_services_on_one_server_double_nothing(
    server: PostgresServer, tmp_path: Path
) -> None:
    """Each accepts; the one that ran the loop is killed, and another goes on."""
    with stores.database(server.url) as url, stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        services = [serving.start(url, tmp_path) for _ in range(3)]
        try:
            with sending([each.url for each in services], key) as clients:
                wait_for_more(clients)
                services[0].kill()
                others = [each for each in clients if each.url != services[0].url]
                wait_for_more(others)
            settle(store)
            require_all(store, clients)
        finally:
            for each in services:
                if each.process.poll() is None:
                    each.kill()


def test_a_locked_file_is_waited_for(tmp_path: Path) -> None:
    """Somebody opened the store with a tool, and began to write."""
    with under_load(stores.file_url(tmp_path), tmp_path) as clients:
        other = sqlite3.connect(tmp_path / "leadline.db", isolation_level=None)
        other.execute("begin immediate")
        time.sleep(0.2)
        before = answered(clients)
        time.sleep(OUT_SECONDS)
        assert answered(clients) == before
        other.execute("rollback")
        other.close()


def test_a_file_has_one_service(tmp_path: Path) -> None:
    """A second one is refused with what to do, and the first one goes on."""
    url = stores.file_url(tmp_path)
    with Service(connect(url)):
        with pytest.raises(EngineError, match="no other service; one is running on this file"):
            Service(connect(url)).start()
        with stores.opened(url) as store:
            publish(store)
            settle(store)


# --- disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", str(folder)], check=True)


def _event(number: int) -> Received:
    body = (
        f'{{"type": "track", "event": "demo_requested", "messageId": "m{number}", '
        f'"userId": "u{number % 7}", "properties": {{"text": "{"x" * 2000}"}}}}'
    )
    return Received("web", "segment:track", clock.now(), body.encode())


def test_a_full_disk_refuses_and_loses_nothing(small_disk: Path) -> None:
    """Each request is kept, or told that it is not; with room again the rest is taken."""
    url = stores.file_url(small_disk)
    kept: list[str] = []

    async def fill(service: Service) -> str:
        for number in range(10_000):
            try:
                await service.accept(_event(number))
            except StoreError as error:
                return str(error)
            kept.append(f"m{number}")
        raise AssertionError("the disk never was full")

    ballast = small_disk / "ballast"
    with Service(connect(url), Bounds(free_bytes=0)) as service:
        with stores.opened(url) as store:
            publish(store)
            settle(store)
        ballast.write_bytes(b"x" * 4_000_000)
        said = asyncio.run(fill(service))
        assert "full" in said
        assert "Free space on its disk; nothing accepted is lost." in said
        ballast.unlink()
        asyncio.run(service.accept(_event(-1)))
        with stores.opened(url) as store:
            settle(store)
    with stores.opened(url) as store:
        with store.reading() as session:
            events = [each for (each,) in session.rows("select event_id from events")]
        assert len(kept) > 100
        assert {*kept, "m-1"} <= set(events)
        assert len(events) == len(set(events))
        require_batch(store)


def test_a_disk_that_is_nearly_full_takes_nothing_more(tmp_path: Path) -> None:
    """It is said before a body is read, with a time to come again."""
    with Service(connect(stores.file_url(tmp_path)), Bounds(free_bytes=1 << 60)) as service:
        until = time.monotonic() + 30
        while not service.refuses():
            assert time.monotonic() < until
            time.sleep(0.02)
        assert service.refuses() == "the disk is too full"


TRACE = ("strace", "-f", "-ttt", "-T", "-e", "trace=fdatasync", "-o")
REQUESTS = 10


def _syncs(trace: Path) -> list[tuple[float, float]]:
    """Return when syncs began and ended."""
    joined: dict[str, float] = {}
    found = []
    for line in trace.read_text().splitlines():
        process, at, said = line.split(maxsplit=2)
        if said.endswith("<unfinished ...>"):
            joined[process] = float(at)
        elif "fdatasync" in said and (ended := re.search(r"= 0 <([\d.]+)>$", said)):
            began = joined.pop(process, float(at))
            found.append((began, began + float(ended[1])))
    return found


@contextmanager
def _traced(process: int, trace: Path) -> Iterator[None]:
    """Write down each sync of a process, and of those that it starts."""
    tracer = subprocess.Popen([*TRACE, str(trace), "-p", str(process)], stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    assert b"attached" in tracer.stderr.readline()
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=30)


def _require_synced(url: str, key: str, trace: Path) -> None:
    spans = []
    with httpx2.Client(base_url=url, auth=(key, ""), timeout=60) as client:
        for number in range(REQUESTS):
            began = time.time()
            body = {"event": "visit", "userId": "u", "messageId": f"s{number}"}
            assert client.post("/v1/track", json=body).status_code == 200
            spans.append((began, time.time()))
    syncs = _syncs(trace)
    for began, ended in spans:
        assert any(began <= start and end <= ended for start, end in syncs)


def test_an_answer_follows_a_sync_of_the_file(tmp_path: Path) -> None:
    """The calls of the system are traced: between request and answer the disk was synced."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
    with serving.serving(url, tmp_path) as service:
        trace = tmp_path / "trace"
        with _traced(service.process.pid, trace):
            _require_synced(service.url, key, trace)


def test_an_answer_follows_a_sync_of_the_server(server: PostgresServer, tmp_path: Path) -> None:
    """The same, where PostgreSQL syncs."""
    trace = tmp_path / "trace"
    with stores.database(server.url) as url, _traced(server.process, trace):
        with stores.opened(url) as store:
            key = serving.make_key(store, Key("web", "write"))
        with serving.serving(url, tmp_path) as service:
            _require_synced(service.url, key, trace)


# --- clocks, and callers beside each other


def test_a_clock_far_behind_the_store_is_refused(tmp_path: Path) -> None:
    """Scores would be of moments to come for a long time."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store, store.writing() as session:
        set_last_taken(session, clock.now() + 3_600_000_000)
    with (
        pytest.raises(EngineError, match=r"it is 3\d\d\d s behind .* Set the clock"),
        Service(connect(url)),
    ):
        pass


def test_each_caller_gets_the_lead_that_it_asked_for(tmp_path: Path) -> None:
    """Four of them ask for many leads at once."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        read = serving.make_key(store, Key("reader", "token", ("read",)))
        publish(store)
        events = [_event(number)._replace(kind="segment:track") for number in range(7)]
        with serving.serving(url, tmp_path) as service:
            inbox.accept(store, events)
            settle(store)
            with store.reading() as session:
                leads = [each for (each,) in session.rows("select lead_id from leads")]
            assert len(leads) == 7
            token = {"Authorization": f"Bearer {read}"}

            def ask(lead: str) -> None:
                found = httpx2.get(
                    f"{service.url}/v1/leads/{lead}?include=ledger", headers=token, timeout=60
                )
                assert found.status_code == 200
                assert found.json()["lead_id"] == lead

            with ThreadPoolExecutor(4) as callers:
                list(callers.map(ask, leads * 5))
