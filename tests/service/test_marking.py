"""What no person did is marked as it comes, scores are as if it had not been, and undo is exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

START = 1_780_000_000_000_000
SECOND = 1_000_000
MODEL = """
leadline: 1
model: marks
scores:
  person:
    rules:
      click: {event: email_clicked, points: 3}
      page: {event: page_viewed, points: 1}
"""
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Ticking:
    """A clock of the test: it goes on a millisecond at each reading."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        """Return the next moment."""
        self.at += 1000
        return self.at


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as made:
        yield made


def _event(number: int, lead: str, kind: str, second: float, **more: Any) -> dict[str, Any]:
    at = clock.at(START + int(second * SECOND) - 10_000 * SECOND).isoformat()
    return {"event_id": f"e{number}", "lead_id": lead, "type": kind, "occurred_at": at, **more}


def _take(store: Store, loop: Loop, kind: str, *rows: dict[str, Any]) -> None:
    inbox.accept(store, [Received("test", kind, START, json.dumps(rows).encode())])
    loop.drain()


def _scores(store: Store) -> dict[str, float]:
    with store.reading() as session:
        rows = session.rows(
            "select l.lead_id, s.scores from current_scores as s join leads as l using (lead_no)"
        )
    return {lead: json.loads(scores)["person"] for lead, scores in rows}


def _marks(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as session:
        rows = session.rows("select event_id, mark from event_marks order by taken_at")
    return [(event_id, mark) for event_id, mark in rows]


def test_what_programs_do_is_marked_and_not_scored(store: Store, engine: DuckDB) -> None:
    """In its pass, or in a later one that shows it; a mark taken back gives the points back."""
    assert store.hold()
    loop = Loop(store, engine, Ticking())
    publish = commands.encoded(commands.Publish(MODEL))
    inbox.accept(store, [Received("test", commands.KIND, START, publish)])
    loop.drain()

    mail = {"email_id": "m1"}
    _take(
        store, loop, "rows:events",
        _event(1, "ada", "email_clicked", 2, link="/a", **mail),
        _event(2, "ben", "email_clicked", 400, link="/a", **mail),
        _event(3, "ben", "email_opened", 390, **mail),
        _event(4, "eva", "page_viewed", 10, path="/a", user_agent=CRAWLER),
    )  # fmt: skip
    assert _marks(store) == [("e4", "crawler: Googlebot")]
    assert _scores(store) == {"ada": 3, "ben": 3, "eva": 0}

    _take(store, loop, "rows:events", _event(5, "ada", "email_delivered", 0, **mail))
    assert _marks(store)[1:] == [("e1", "mail scanner: clicked 2 s after delivery")]
    assert _scores(store)["ada"] == 0

    pages = [_event(100 + n, "zoe", "page_viewed", n / 4, path=f"/{n}") for n in range(24)]
    _take(store, loop, "rows:events", *pages[:12])
    assert _scores(store)["zoe"] == 12
    _take(store, loop, "rows:events", *pages[12:])
    assert _scores(store)["zoe"] == 0

    _take(store, loop, "rows:event_marks", {"event_id": "e1", "mark": None})
    assert _scores(store) == {"ada": 3, "ben": 3, "eva": 0, "zoe": 0}
    _take(store, loop, "rows:events", _event(6, "ada", "email_opened", 900, **mail))
    assert _scores(store)["ada"] == 3  # who took a mark back has the last word
    assert verified(store, loop).differences == ()


def test_calls_of_an_address_are_counted_over_passes_and_leads(
    store: Store, engine: DuckDB
) -> None:
    """The last of fifty within seconds shows what the others were; an office is slower."""
    assert store.hold()
    loop = Loop(store, engine, Ticking())
    calls = [
        _event(n, f"lead {n}", "page_viewed", n / 20, path="/", ip="203.0.113.1") for n in range(60)
    ]
    office = [
        _event(100 + n, f"lead {n}", "page_viewed", n, path="/", ip="198.51.100.7")
        for n in range(60)
    ]
    _take(store, loop, "rows:events", *calls[:30], *office[:30])
    assert _marks(store) == []
    _take(store, loop, "rows:events", *calls[30:], *office[30:])
    assert {each for each, _ in _marks(store)} == {f"e{n}" for n in range(60)}
