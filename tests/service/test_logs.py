"""What a service writes down and counts says what happened, and not a word that was sent."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, happenings, logs
from leadline.service.happenings import Happening
from leadline.service.loop import Loop
from leadline.service.measures import Measures
from leadline.store import inbox
from leadline.store.inbox import Received
from sending import publish

MARK = "zanzibar"
PERSON = {"userId": MARK, "email": f"{MARK}@{MARK}.example", "anonymousId": f"{MARK}-device"}
EVENT = {**PERSON, "type": "track", "event": f"{MARK}_seen", "messageId": MARK}
SAID: dict[str, list[object]] = {
    "segment:batch": [
        {
            "batch": [
                {**EVENT, "properties": {MARK: MARK}},
                EVENT,
                {"type": MARK},
                {MARK: MARK},
                MARK,
            ]
        }
    ],
    "segment:identify": [{**PERSON, "messageId": "i", "traits": {"company": MARK}}],
    "rows:events": [{"lead_id": MARK}, [{"event_id": MARK, "lead_id": MARK, "occurred_at": MARK}]],
    "rows:outcomes": [{"lead_id": MARK, "outcome": "won", "amount": MARK}],
    "command": [{"type": "roll_back", "version": 77}, {"type": MARK}],
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is written down while a test runs, as JSON."""
    before = logging.root.handlers[:], logging.root.level, logging.getLogger("leadline").level
    text = io.StringIO()
    logs.begin("json", text)
    yield text
    logging.root.handlers[:] = before[0]
    logging.root.setLevel(before[1])
    logging.getLogger("leadline").setLevel(before[2])


def test_nothing_that_was_sent_is_written_down_or_counted(
    tmp_path: Path, engine: DuckDB, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts, parts that are parked, commands that fail, a pass that breaks on words."""
    measures = Measures(dict)
    told: list[Happening] = []

    def tell(happening: Happening) -> None:
        told.append(happening)
        measures.hear(happening)
        logs.hear(happening)

    with stores.opened(stores.file_url(tmp_path)) as store:
        publish(store)
        inbox.accept(store, list(_requests()))
        assert store.hold()
        loop = Loop(store, engine, tell=tell)
        usual = Loop._write  # noqa: SLF001 - the fault is put where any could be

        def breaking(self: Loop, made: Any) -> None:
            if any(each.kind == "segment:identify" for each in made.requests):
                raise ValueError(f"cannot convert {MARK}")
            usual(self, made)

        monkeypatch.setattr(Loop, "_write", breaking)
        loop.drain()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert {each["event"] for each in lines} == {"parked", "ended", "failed"}
    figures = measures.text().decode()
    assert MARK not in written.getvalue() + figures + repr(told)
    assert 'leadline_events_repeated_total{source="web"} 1.0' in figures
    assert 'leadline_parts_parked_total{reason="no_json",source="web"}' not in figures
    assert 'leadline_jobs_total{kind="publish",state="done"} 1.0' in figures
    assert 'leadline_failures_total{what="pass"} 1.0' in figures
    broken = next(each for each in lines if each["event"] == "failed")
    assert (broken["error"], broken["level"]) == ("ValueError", "warning")
    assert broken["place"].startswith("service/loop.py:")


def _requests() -> Iterator[Received]:
    for kind, bodies in SAID.items():
        for body in bodies:
            yield Received("web", kind, clock.now(), msgspec.json.encode(body))


def test_what_libraries_say_is_kept_without_the_values_that_they_put_into_it(
    written: io.StringIO,
) -> None:
    """One event a line, also where a library writes many, and an exception by its name."""
    other = logging.getLogger("asyncio")
    other.error("never retrieved\nfuture: %s", MARK)
    try:
        float(MARK)
    except ValueError:
        other.exception("in %s", MARK)
    first, second = map(json.loads, written.getvalue().splitlines())
    assert first["says"] == "never retrieved"
    assert (second["says"], second["error"]) == ("in %s", "ValueError")
    assert MARK not in written.getvalue()


def test_a_line_of_text_says_the_same(written: io.StringIO) -> None:
    """For people at a terminal."""
    logs.begin("text", written)
    logs.hear(happenings.Refuses("the disk is too full"))
    assert written.getvalue().endswith("Z warning refuses reason=the disk is too full\n")
