"""A service reads by the model that is live at that moment, whichever came between."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import stores
from leadline.service import answers, clock, commands
from leadline.service.answers import Unstored
from leadline.service.service import Service
from leadline.store import inbox, jobs
from leadline.store.inbox import Received
from leadline.store.store import connect

MODEL = """
leadline: 1
model: small
scores:
  person: {rules: {demo: {event: demo_requested, points: 40}, seen: {event: seen, points: 2}}}
bands: {by: person, edges: {nurture: 0, sales: 30}}
"""


def _done(service: Service, kind: str, body: bytes) -> None:
    """Have the loop take something, and wait until it did."""
    [number] = inbox.accept(service.store, [Received("test", kind, clock.now(), body)])
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with service.store.reading() as session:
            job = jobs.find(session, number)
            if session.rows("select count(*) from waiting") == [(0,)]:
                assert job is None or job.state == "done"
                return
        time.sleep(0.01)
    raise AssertionError("the loop does not take it")


@pytest.mark.slow
def test_a_ledger_is_of_the_model_that_is_live(tmp_path: Path) -> None:
    """After a publish and after going back too; what the one before planned is let go of."""
    event = json.dumps({"lead_id": "ada", "type": "demo_requested"}).encode()
    with Service(connect(stores.file_url(tmp_path))) as service:
        _done(service, commands.KIND, commands.encoded(commands.Publish(MODEL)))
        _done(service, "rows:events", event)
        stale = []
        for command, points in (
            (None, 40.0),
            (commands.Publish(MODEL.replace("40", "50")), 50.0),
            (commands.RollBack(), 40.0),
        ):
            if command is not None:
                _done(service, commands.KIND, commands.encoded(command))
            told = service.score(
                Unstored({}, {}, [("demo_requested", clock.now(), {})]), clock.now()
            )
            with service.reading() as (session, live):
                found = answers.lead(session, live, "ada")
                assert found is not None
                row, as_of, scores = found
                said = service.explain(session, live, row, as_of, moves=False)
            assert scores["person"] == told[1]["person"] == points
            assert [each["points"] for each in said["ledger"]] == [points]
            assert live.row.fingerprint == told[0]
            stale.append(live)
        assert [len(vars(each)["_scorers"]) for each in stale] == [0, 0, 1]


def test_a_service_has_begun_once_it_took_what_waited(tmp_path: Path) -> None:
    """One that is killed soon after it is called ready leaves no more behind than it found."""
    url = stores.file_url(tmp_path)
    event = json.dumps({"lead_id": "ada", "type": "demo_requested"}).encode()
    with stores.opened(url) as store:
        inbox.accept(store, [Received("test", "rows:events", clock.now(), event)] * 3)
    with Service(connect(url)) as service:
        until = time.monotonic() + 60
        while service.begins:
            assert time.monotonic() < until, "the loop takes nothing"
            time.sleep(0.001)
        with service.store.reading() as session:
            assert inbox.count_waiting(session) == 0
