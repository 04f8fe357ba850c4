"""What was kept long enough goes, each kind by its own days, and nothing that is scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError
from leadline.mirror.mirror import Mirror
from leadline.questions.session import Session
from leadline.service import clock, commands
from leadline.service.asked.tidy import Tidy
from leadline.service.keeping import DAY, Keeping
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

START = 1_780_000_000_000_000
MODEL = """
leadline: 1
model: kept
scores:
  person: {rules: {seen: {event: page_viewed, points: 1}}}
  team: {of: account, rules: {seen: {event: page_viewed, points: 1}}}
bands: {by: person, edges: {nurture: 0, sales: 30}}
"""


class Hours:
    """A clock of the test; it stands until somebody moves it."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        """Return the moment."""
        return self.at


def _send(store: Store, at: int, kind: str, *said: dict[str, object]) -> None:
    body = json.dumps({"batch": said} if kind == "segment:batch" else said).encode()
    inbox.accept(store, [Received("test", kind, at, body)])


def _seen(device: str, **more: object) -> dict[str, object]:
    return {"type": "track", "event": "page_viewed", "anonymousId": device,
            "messageId": f"{device} {more}", **more}  # fmt: skip


def _visit(store: Store, loop: Loop, hours: Hours) -> None:
    """Let visitors come: four that nobody knows, one of whom comes again, and two known ones."""
    publish = commands.encoded(commands.Publish(MODEL))
    inbox.accept(store, [Received("test", commands.KIND, START, publish)])
    _send(
        store, START, "segment:batch",
        _seen("d1"), _seen("d2"), _seen("d3", context={"groupId": "north"}), _seen("d4"),
        _seen("d5", userId="ada"),
        {"type": "identify", "messageId": "i1", "userId": "ben", "anonymousId": "d6"},
    )  # fmt: skip
    _send(store, START, "rows:events", {"type": "odd"})
    _send(store, START, "rows:lead_merges", {"from_id": "ben", "into_id": "ada"})
    loop.drain()
    hours.at += 40 * DAY
    _send(store, hours.at, "segment:batch", _seen("d4", context={"page": {"path": "/"}}))
    loop.drain()


def _devices(store: Store) -> list[str]:
    with store.reading() as session:
        rows = session.rows("select value from identities where kind = 'anonymous' order by value")
    return [value for (value,) in rows]


def test_visitors_whom_nobody_knows_are_forgotten(store: Store) -> None:
    """But those who came again, those of a company that is scored, and whoever is known."""
    assert store.hold()
    hours = Hours()
    keeping = Keeping(raw_days=7, parked_days=90, unknown_days=30)
    with DuckDB(threads=1) as engine:
        loop = Loop(store, engine, hours)
        _visit(store, loop, hours)
        with store.working() as session:
            gone = keeping.tidy(session, hours.at, 1000)
        assert gone == {"requests": 3, "deliveries": 0, "unknown leads": 2}
        with store.working() as session:
            again = keeping.tidy(session, hours.at, 1000)
        assert set(again.values()) == {0}
        assert _devices(store) == ["d3", "d4", "d5", "d6"]
        with store.reading() as session:
            left = session.rows(
                "select count(*) from events as e where not exists "
                "(select 1 from leads as l where l.lead_no = e.lead_no)"
            )
            assert left == [(0,)]
            parked = session.rows("select count(*) from parked")
            assert parked == [(1,)]
        assert verified(store, loop).differences == ()
        with store.working() as session:
            gone = keeping.tidy(session, hours.at + 60 * DAY, 1000)
        assert gone["requests"] > 0
        with store.reading() as session:
            assert session.rows("select count(*) from parked") == [(0,)]


def test_a_command_takes_it_away_where_no_service_does(tmp_path: Path) -> None:
    """One that runs does so by itself, by its own settings."""
    url = stores.file_url(tmp_path)
    old = clock.now() - 100 * DAY
    with stores.opened(url) as store, Session() as session:
        _send(store, old, "rows:events", {"type": "odd"})
        _send(store, old, "segment:batch", _seen("d1"))
        asked = Tidy(store=url, unknown_days=30)
        with DuckDB(threads=1) as engine:
            assert store.hold()
            mirror = Mirror(tmp_path / "leadline.db.mirror")
            loop = Loop(store, engine, lambda: old, mirror=mirror)
            publish = commands.encoded(commands.Publish(MODEL))
            inbox.accept(store, [Received("test", commands.KIND, old, publish)])
            loop.drain()
            assert mirror.folder.exists()
            with pytest.raises(EngineError, match="no running service"):
                asked.answer(session)
            store.release()
        assert asked.answer(session).result == {
            "requests": 3,
            "deliveries": 0,
            "unknown leads": 1,
        }
        assert not mirror.folder.exists()
        assert set(asked.answer(session).result.values()) == {0}
