"""A loop with people who answer, for tests of hand-over: a model, leads, what is said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands
from leadline.service.arriving.answer import KIND, SOURCE, written
from leadline.service.arriving.facts import Answer, Ids
from leadline.service.handover.handing import Handing
from leadline.service.loop import Loop
from leadline.store import handover, inbox
from leadline.store.handover import AnswerRow
from leadline.store.inbox import Received
from leadline.store.store import Store

START = 1_780_000_000_000_000
HOUR = 3_600_000_000
MODEL = """
leadline: 1
model: desk
scores:
  person:
    reset_on: [rejected]
    rules:
      demo: {event: demo_requested, points: 50, count: once, within: 2d}
      page: {event: page_viewed, points: 10, within: 1d}
bands:
  by: person
  edges: {nurture: 0, follow_up: 20, sales: 50}
"""


class Hands:
    """A clock that stands until the test moves it; each reading is a little later."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        """Return the next moment."""
        self.at += 1000
        return self.at

    def forward(self, microseconds: int) -> None:
        """Go on."""
        self.at += microseconds


@dataclass
class Office:
    """A store with its loop, and people who say something of leads.

    Attributes:
        store: The store, which the loop holds.
        loop: The loop.
        hands: Its clock.
    """

    store: Store
    loop: Loop
    hands: Hands
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def publish(self, document: str = MODEL) -> None:
        """Make a model the one that is live."""
        body = commands.encoded(commands.Publish(document))
        inbox.accept(self.store, [Received("test", commands.KIND, self.hands(), body)])
        self.loop.drain()

    def happens(self, kind: str, *leads: str, drain: bool = True) -> None:
        """Have an event happen to leads."""
        at = clock.text(self.hands())
        rows = [
            {"event_id": f"e{next(self._numbers)}", "lead_id": lead, "user_id": lead, "type": kind,
             "occurred_at": at}
            for lead in leads
        ]  # fmt: skip
        body = json.dumps(rows).encode()
        inbox.accept(self.store, [Received("test", "rows:events", self.hands(), body)])
        if drain:
            self.loop.drain()

    def says(self, who: str, kind: str, lead: str, *, drain: bool = True, **more: Any) -> str:
        """Have somebody say something of a lead, and return the id of the answer."""
        answer_id = str(more.pop("answer_id", f"a{next(self._numbers)}"))
        answer = Answer(answer_id, kind, Ids(lead=lead), who, self.hands(), **more)
        inbox.accept(self.store, [Received(SOURCE, KIND, self.hands(), written(answer))])
        if drain:
            self.loop.drain()
        return answer_id

    def answer(self, answer_id: str) -> AnswerRow:
        """Return an answer as it is kept."""
        with self.store.reading() as session:
            [row] = handover.answers_by_id(session, [answer_id])
        return row

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Return rows of the store."""
        with self.store.reading() as session:
            return session.rows(query, *params)

    def owners(self) -> dict[str, str]:
        """Return who has which lead now."""
        return dict(
            self.rows(
                "select l.lead_id, o.owner from ownerships as o join leads as l "
                "on l.lead_no = o.lead_no where o.ended_at is null"
            )
        )

    def moves(self, lead: str) -> list[tuple[str | None, str | None, str]]:
        """Return the bands that people saw a lead go through, each with its cause."""
        found = self.rows(
            "select t.from_band, t.to_band, t.cause from transitions as t "
            "join leads as l on l.lead_no = t.lead_no where l.lead_id = ? "
            "and coalesce(t.from_band, '') <> coalesce(t.to_band, '') order by t.transition_id",
            lead,
        )
        return [tuple(row) for row in found]


@contextmanager
def office(store: Store, engine: DuckDB, handing: Handing | None = None) -> Iterator[Office]:
    """Yield a store with its loop, where the model of the tests is live."""
    hands = Hands()
    assert store.hold()
    loop = Loop(store, engine, hands, handing=handing)
    made = Office(store, loop, hands)
    made.publish()
    try:
        yield made
    finally:
        store.release()
