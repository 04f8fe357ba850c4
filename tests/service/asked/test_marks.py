"""Which marks a store has is a question, and so is that some of them are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.questions.session import Session
from leadline.service.asked.marks import Marks
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1)"


def test_marks_of_a_store_are_listed_and_taken_back(tmp_path: Path) -> None:
    """By event or by kind; what is taken back is no more listed, what has no mark is refused."""
    url = stores.file_url(tmp_path)
    rows = [
        {"event_id": f"e{n}", "lead_id": f"lead {n}", "type": "page_viewed", "user_agent": CRAWLER}
        for n in range(3)
    ]
    with stores.opened(url) as store, DuckDB(threads=1) as engine:
        assert store.hold()
        body = json.dumps(rows).encode()
        inbox.accept(store, [Received("test", "rows:events", 1_780_000_000_000_000, body)])
        Loop(store, engine).drain()
        store.release()
    with Session() as session:
        [kind] = Marks(store=url).answer(session).result
        assert (kind["kind"], kind["events"]) == ("crawler", 3)
        assert kind["examples"][0] == "e0 (crawler: Googlebot)"
        answer = Marks(store=url, undo="e1").answer(session)
        assert answer.figures["undone"] == 1
        assert answer.result[0]["events"] == 2
        assert Marks(store=url, undo="crawler").answer(session).result == []
        with pytest.raises(InputError, match="must name events with a mark"):
            Marks(store=url, undo="e1").answer(session)
        with pytest.raises(InputError, match="must not stand beside --events"):
            Marks(store=url, undo="e1", events="events.csv").answer(session)
