"""Who is erased is nowhere any more, and does not come back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import servers
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import commands
from leadline.service.importing import Importer
from leadline.service.loop import Loop
from leadline.service.telling_person import told
from leadline.store import erasing, inbox, jobs
from leadline.store.columns import METADATA
from leadline.store.inbox import Received
from leadline.store.store import Store
from leadline.tables.read import load
from sending import verified

from .test_loop import Ticking

MODEL = """
leadline: 1
model: teams
scores:
  person: {rules: {demo: {event: demo_requested, points: 40}}}
  team: {of: account, rollup: person, by: sum}
bands: {by: person, edges: {nurture: 0, sales: 30}}
"""
MARKER = b"zzmarker"
ADA = {
    "userId": "Ada-zzmarker",
    "context": {"ip": "10.1-zzmarker", "userAgent": "zzmarker browser"},
}
TRAITS = {"email": "Zzmarker@North.example", "name": "\u0141ucja zzmarker"}
DEMO = {"type": "track", "event": "demo_requested", "properties": {"note": "zzmarker"}}
BATCH = {
    "batch": [
        {**ADA, "type": "identify", "messageId": "m1", "anonymousId": "zz-d", "traits": TRAITS},
        {**ADA, **DEMO, "messageId": "m2"},
        {"type": "track", "messageId": "m3", "event": "demo_requested", "userId": "ben"},
    ],
    "sentAt": None,
}
ROWS: Sequence[tuple[str, Any]] = (
    ("segment:batch", BATCH),
    ("rows:leads", {"lead_id": "Ada-zzmarker", "account_id": "north", "title": "zzmarker"}),
    ("rows:leads", {"lead_id": "ben", "account_id": "north"}),
    ("rows:outcomes", {"email": "zzmarker@north.example", "outcome": "won", "reason": "zzmarker"}),
    ("rows:events", {"email": "zzmarker@north.example", "note": "it has no type"}),
    ("rows:events", b'{"email": "zzmarker@north.example", "note": "cut off, \xc5\x81ucja'),
    ("rows:events", {"email": "\u0142ucja@south.example", "note": "of somebody else, no type"}),
    (
        "segment:track",
        {
            "event": "seen",
            "messageId": "m4",
            "anonymousId": "zz-d",
            "properties": {"note": "zzmarker"},
        },
    ),
    ("rows:lead_merges", {"from_id": "zzmarker-2", "into_id": "Ada-zzmarker"}),
    ("rows:event_marks", {"event_id": "m2", "mark": None}),
)


def _send(store: Store, kind: str, body: object) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    [number] = inbox.accept(store, [Received("test", kind, Ticking()(), data)])
    return number


def _traces(store: Store) -> list[str]:
    """Return where the marker is found: in every byte of the file, or in a dump of the server."""
    if store.kind == "sqlite":
        path: Path = getattr(store, "path")  # noqa: B009
        files = [path, Path(f"{path}-wal")]
        return [
            each.name for each in files if each.exists() and MARKER in each.read_bytes().lower()
        ]
    program = servers.programs() / "pg_dump"
    found = subprocess.run([program, getattr(store, "url")], capture_output=True, check=True)  # noqa: B009
    return [line.decode()[:200] for line in found.stdout.splitlines() if MARKER in line.lower()]


def test_a_person_is_found_nowhere_after_and_nobody_else_is_touched(
    store: Store, tmp_path: Path
) -> None:
    """Not in facts, scores, requests or what was parked; replay and import bring nobody back."""
    assert store.hold()
    with DuckDB(threads=1) as engine:
        loop = Loop(store, engine, Ticking())
        _send(store, commands.KIND, commands.encoded(commands.Publish(MODEL)))
        loop.drain()
        for kind, body in ROWS:
            _send(store, kind, body)
        loop.drain()
        assert _traces(store)
        asked = _send(
            store, commands.KIND, commands.encoded(commands.Erase("zzmarker@north.example"))
        )
        loop.drain()
        with store.reading() as session:
            job = jobs.find(session, asked)
            leads = session.rows("select lead_id from leads")
            [(scores,)] = session.rows("select scores from current_scores")
        assert job is not None
        assert (job.state, job.detail, leads) == ("done", "2", [("ben",)])
        assert json.loads(scores)["team"] == 40.0
        store.compact()
        assert _traces(store) == []
        for kind, body in ROWS:
            _send(store, kind, body)
        with store.writing() as session:
            inbox.again(session, 0, 2**62, None)
        loop.drain()
        people = tmp_path / "leads.csv"
        people.write_text(
            "lead_id,email\nAda-zzmarker,\nother,ZZmarker@north.example\neva,e@x.example\n"
        )
        tables = load(engine, {"leads": str(people)}, {})
        Importer(store, engine, tables, lambda *_: None).run()
        with store.reading() as session:
            assert session.rows("select lead_id from leads order by 1") == [("ben",), ("eva",)]
            parked = [bytes(body) for (body,) in session.rows("select body from parked")]
            batches = session.rows("select body from inbox where kind = 'segment:batch'")
        assert parked
        assert all(b"somebody else" in each for each in parked)
        left = [json.loads(bytes(body))["batch"] for (body,) in batches]
        assert [[each["messageId"] for each in batch] for batch in left] == [["m3"], ["m3"]]
        store.compact()
        assert _traces(store) == []
        found = verified(store, loop)
    assert (found.leads, found.differences) == (1, ())


def test_everything_of_a_person_is_told_to_them(store: Store) -> None:
    """Each row that names them, of each table, and requests and parked parts as they came."""
    assert store.hold()
    with DuckDB(threads=1) as engine:
        loop = Loop(store, engine, Ticking())
        _send(store, commands.KIND, commands.encoded(commands.Publish(MODEL)))
        for kind, body in ROWS:
            _send(store, kind, body)
        loop.drain()
    with store.reading() as session:
        found = told(session, "zzmarker@north.example")
        there = {
            table: len(_marked(session.rows(f"select * from {table}")))
            for table in METADATA.tables
            if table not in NOT_TOLD
        }
    shown = {SHOWN_AS.get(table, table) for table in there}
    named = {table: len(_marked(found.get(SHOWN_AS.get(table, table), []))) for table in there}
    assert named == there
    assert len(found["current_scores"]) == 2, "the lead, and the one that went into it"
    assert set(found) <= shown
    assert found["leads"][0]["taken_at"].endswith("Z")


def _marked(rows: Sequence[object]) -> list[str]:
    return [str(row) for row in rows if MARKER.decode() in str(row).lower()]


NOT_TOLD = {"event_ids", "name_words", "known_fields"}
"""Tables that only help to find what stands in others."""
SHOWN_AS = {"inbox": "requests"}


def test_every_table_is_of_people_or_of_none() -> None:
    """A new table that names a lead must be one that erasing reaches, and this test says which."""
    named = {
        (table.name, column.name)
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name in {"lead_no", "from_no", "into_no", "to_no"}
    }
    assert named - set(erasing.OF_LEADS) == {("event_marks", "lead_no")}  # by its event too
    others = set(METADATA.tables) - {table for table, _ in named}
    assert others == OF_NO_LEAD | OF_ANYBODY


OF_NO_LEAD = {
    # of companies
    "accounts", "current_account_scores", "current_account_bands", "accounts_due",
    # of the company's own people, who end by `leadline people`
    "people", "teams", "sessions", "tickets", "tries", "keys", "second_factors",
    "recovery_codes", "provider_people", "turns",
    # of the store itself
    "settings", "waiting", "offsets", "erased", "known_fields", "models", "publications",
    "connections",
}  # fmt: skip
"""Tables that name no lead."""
OF_ANYBODY = {
    "connection_records", "inbox", "parked", "field_history", "name_words", "jobs", "audit_log",
}  # fmt: skip
"""Tables that name a lead by its id, or may do so in their texts; erasing looks for that."""
