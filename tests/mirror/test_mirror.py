"""What is read from the mirror is what the store has, whatever happened to either."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.mirror.manifest import Manifest
from leadline.mirror.mirror import Mirror
from leadline.service import commands, whole
from leadline.service.live import Live
from leadline.service.loop import Loop
from leadline.store import facts as stored
from leadline.store import inbox
from leadline.store import scores as kept
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

START = 1_780_000_000_000_000
MODEL = """
leadline: 1
model: mirrored
scores:
  person:
    decay: {half_life: 30d}
    limits: {pages: 15}
    rules:
      pricing: {event: page_viewed, where: path like '/pricing%', points: 5, group: pages}
      page: {event: page_viewed, points: 1, count: daily, group: pages}
      demo: {event: demo_requested, points: 40, count: once}
  team: {of: account, rollup: person, by: sum}
bands: {by: person, edges: {nurture: -100, sales: 30}, leave: {sales: 20}}
"""
LONG = "      long: {event: page_viewed, where: seconds > 30, points: 2}\n"
LARGE = MODEL.replace("      demo:", f"{LONG}      demo:")


class Clock:
    """A clock of the test: it goes on a minute at each reading."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        """Return the next moment."""
        self.at += 60_000_000
        return self.at


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as made:
        yield made


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(stores.file_url(tmp_path)) as made:
        yield made


def _send(store: Store, clock: Clock, kind: str, said: list[dict[str, Any]]) -> None:
    body = json.dumps({"batch": said} if kind == "segment:batch" else said).encode()
    inbox.accept(store, [Received("test", kind, clock(), body)])


def _ask(store: Store, command: commands.Command) -> None:
    inbox.accept(store, [Received("test", commands.KIND, START, commands.encoded(command))])


def _happens(random: Random, store: Store, clock: Clock, turn: int, count: int) -> None:
    """Let people do things, belong to companies, be merged, marked, and be late."""
    said: list[dict[str, Any]] = []
    for number in range(count):
        user = random.choice(["ada", "ben", "eva", "zoe", ""])
        said.append(
            {
                "type": "track",
                "messageId": f"{turn}-{number}",
                "event": random.choice(["page_viewed", "demo_requested", "odd"]),
                "anonymousId": f"d{random.randrange(3)}-{user}",
                **({"userId": user} if user else {}),
                "timestamp": f"2026-05-{random.randrange(1, 28):02}T12:00:00Z",
                "properties": {
                    "path": random.choice(["/pricing/x", "/docs", None, 7]),
                    "seconds": random.choice([10, 40.5, "50", None]),
                },
            }
        )
    _send(store, clock, "segment:batch", said)
    company = {"lead_id": random.choice(["ada", "ben"]), "account_id": random.choice(["n", "s"])}
    _send(store, clock, "rows:leads", [company])
    if random.random() < 0.5:
        merge = {"from_id": "zoe", "into_id": random.choice(["eva", "zoe"])}
        _send(store, clock, "rows:lead_merges", [merge])
        mark = {"event_id": f"{turn}-0", "mark": random.choice(["crawler", None])}
        _send(store, clock, "rows:event_marks", [mark])


def _swept(store: Store, engine: DuckDB, mirror: Mirror | None) -> list[bytes]:
    """Return what a sweep gives at the moment of the last fact, in the order of its rows."""
    with store.reading() as session:
        row = kept.published(session)
        assert row is not None
        live = Live(engine, row, stored.known_fields(session, "lead"))
        until = stored.last_taken(session)
        parts = list(whole.sweep(session, live, row.version, until, 1000, mirror))
        live.close()
    rows = (
        (*part.scores, *part.account_scores, *part.bands, *part.account_bands) for part in parts
    )
    return sorted(repr(each).encode() for part in rows for each in part)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3))])
def test_a_sweep_of_the_mirror_is_one_of_the_store(
    store: Store, engine: DuckDB, tmp_path: Path, seed: int
) -> None:
    """Byte for byte, after every turn; the scores that it left are those of batch."""
    assert store.hold()
    random, clock, mirror = Random(seed), Clock(), Mirror(tmp_path / "mirror", least=25)
    loop = Loop(store, engine, clock, mirror=mirror)
    _ask(store, commands.Publish(MODEL))
    loop.drain()
    most_parts, made = 0, None
    for turn in range(3):
        _happens(random, store, clock, turn, random.choice([5, 10, 30]))
        loop.drain()
        if turn == 1:
            _ask(store, commands.Publish(LARGE))  # it reads a property that was not there
        if turn == 2:
            _ask(store, commands.Erase("ben"))
        _ask(store, commands.Sweep())
        loop.drain()
        made = Manifest.read(mirror.folder)
        assert made is not None
        most_parts = max(most_parts, len(made.parts))
        assert _swept(store, engine, mirror) == _swept(store, engine, None)
        assert verified(store, loop).differences == ()
    assert most_parts > 1
    with store.reading() as session:
        [(events,)] = session.rows("select count(*) from events")
    assert made is not None
    assert made.rows == events


def test_only_what_is_new_is_written(file_store: Store, engine: DuckDB, tmp_path: Path) -> None:
    """A body stays as it is until the tail is a part of it that counts."""
    store = file_store
    assert store.hold()
    clock, mirror = Clock(), Mirror(tmp_path / "mirror", least=100)
    loop = Loop(store, engine, clock)
    _ask(store, commands.Publish(MODEL))
    parts = []
    for turn, count in enumerate((300, 10, 0, 95)):
        if count:
            _happens(Random(turn), store, clock, turn, count)
        loop.drain()
        _swept(store, engine, mirror)
        made = Manifest.read(mirror.folder)
        assert made is not None
        parts.append([(part.name, part.rows) for part in made.parts])
    body = ("body-1.parquet", 300)
    assert parts == [
        [body],
        [body, ("tail-1.parquet", 10)],
        [body, ("tail-1.parquet", 10)],
        [("body-2.parquet", 405)],
    ]
    assert {each.name for each in mirror.folder.iterdir()} == {"body-2.parquet", "manifest.json"}


def _spoil_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"{")


def _lose_a_file(folder: Path) -> None:
    next(folder.glob("body-*.parquet")).unlink()


def _leave_files_over(folder: Path) -> None:
    (folder / "tail-7.parquet").write_bytes(b"half of a")


def _throw_away(folder: Path) -> None:
    Mirror(folder).drop()
    assert not folder.exists()


@pytest.mark.parametrize("happens", [_spoil_manifest, _lose_a_file, _leave_files_over, _throw_away])
def test_it_may_be_lost_or_spoiled(
    file_store: Store, engine: DuckDB, tmp_path: Path, happens: Any
) -> None:
    """The store is the truth: it is made anew."""
    store = file_store
    assert store.hold()
    clock, mirror = Clock(), Mirror(tmp_path / "mirror")
    loop = Loop(store, engine, clock, mirror=mirror)
    _happens(Random(1), store, clock, 0, 20)
    _ask(store, commands.Publish(MODEL))
    loop.drain()
    happens(mirror.folder)
    _happens(Random(2), store, clock, 1, 20)
    loop.drain()
    assert _swept(store, engine, mirror) == _swept(store, engine, None)
    assert not (mirror.folder / "tail-7.parquet").exists()


def test_a_store_that_was_restored_has_another_mirror(
    file_store: Store, engine: DuckDB, tmp_path: Path
) -> None:
    """What was taken after the backup is not there any more, and other things came since."""
    store = file_store
    assert store.hold()
    clock, mirror = Clock(), Mirror(tmp_path / "mirror")
    loop = Loop(store, engine, clock)
    _happens(Random(1), store, clock, 0, 20)
    _ask(store, commands.Publish(MODEL))
    loop.drain()
    _happens(Random(2), store, clock, 1, 5)
    loop.drain()
    _swept(store, engine, mirror)
    with store.working() as session:  # as a backup from before has it
        session.run("delete from events where event_id like '1-%'")
    _happens(Random(3), store, clock, 2, 5)
    loop.drain()
    assert _swept(store, engine, mirror) == _swept(store, engine, None)


def test_nobody_who_was_erased_is_in_it(file_store: Store, engine: DuckDB, tmp_path: Path) -> None:
    """Not a byte; nor where another process erased while this one did not look."""
    store = file_store
    assert store.hold()
    clock, mirror = Clock(), Mirror(tmp_path / "mirror")
    loop = Loop(store, engine, clock, mirror=mirror)
    told = {"lead_id": "zzmarker", "type": "page_viewed", "path": "/pricing/zzmarker"}
    _send(store, clock, "rows:events", [told, {**told, "lead_id": "ada", "path": "/docs"}])
    _ask(store, commands.Publish(MODEL))
    loop.drain()
    _ask(store, commands.Sweep())
    loop.drain()
    [body] = mirror.folder.glob("*.parquet")
    with DuckDB() as reader:
        assert reader.rows(f"select count(*) from '{body}' where lead_id = 'zzmarker'") == [(1,)]
    _ask(store, commands.Erase("zzmarker"))
    loop.drain()
    assert not mirror.folder.exists()

    _send(store, clock, "rows:events", [{**told, "lead_id": "yymarker"}])
    _ask(store, commands.Sweep())
    loop.drain()
    assert mirror.folder.exists()
    _ask(store, commands.Erase("yymarker"))
    Loop(store, engine, clock).drain()
    Loop(store, engine, clock, mirror=mirror)
    assert not mirror.folder.exists()
