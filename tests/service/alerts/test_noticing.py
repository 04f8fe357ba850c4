"""What alerts tell of beside changes of band: responses, jumps, surges, forgotten leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from desks import HOUR, MODEL, Office, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.service import clock
from leadline.service.alerts.alerting import Alerting
from leadline.service.alerts.declared import alerts
from leadline.service.alerts.trying import tried, unheard
from leadline.service.delivery.destinations import destinations
from leadline.service.delivery.telling import Outbox
from leadline.service.handover.handing import Handing
from leadline.service.handover.settings import Handover
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

DAY = 24 * HOUR
ROOM = {"to": ["room"], "cool_down": "1h"}


@contextmanager
def _telling(store: Store, engine: DuckDB, declared: Any) -> Iterator[tuple[Office, Alerting]]:
    """Yield an office whose alerts go to a room; it assigns nothing."""
    known = {
        each.name: each for each in destinations({"room": {"kind": "slack"}}, with_secrets=False)
    }
    alerting = Alerting(alerts(declared, known), known)
    handing = Handing(Handover(), Outbox(list(known.values()), alerting=alerting))
    with office(store, engine, handing) as desk:
        yield desk, alerting


def _told(desk: Office) -> list[tuple[str, dict[str, Any]]]:
    found = desk.rows("select kind, body from deliveries order by delivery_id")
    return [(kind.removeprefix("alert:"), json.loads(body)) for kind, body in found]


def _send(desk: Office, kind: str, *rows: dict[str, Any]) -> None:
    body = json.dumps(rows).encode()
    inbox.accept(desk.store, [Received("test", kind, desk.hands(), body)])
    desk.loop.drain()


def _visits(desk: Office, days_ago: float, count: int) -> list[dict[str, Any]]:
    at = clock.text(desk.hands.at - int(days_ago * DAY))
    return [
        {"event_id": f"v{days_ago}-{n}", "lead_id": "ada", "user_id": "ada", "type": "page_viewed",
         "account_id": "north", "occurred_at": at}
        for n in range(count)
    ]  # fmt: skip


def test_a_response_of_a_target_is_told_with_its_reasons(store: Store, engine: DuckDB) -> None:
    """Of the kinds of events that are named, of leads whose fields fit, and not of history."""
    target = {"on": "response", "events": ["demo_requested"], "match": ["lead.title = chief"]}
    with _telling(store, engine, {"target": {**target, **ROOM}}) as (desk, alerting):
        for lead, title in (("ada", "Chief"), ("ben", "Clerk")):
            _send(desk, "rows:leads", {"lead_id": lead, "user_id": lead, "title": title})
        old = {"event_id": "old", "lead_id": "ada", "user_id": "ada", "type": "demo_requested"}
        _send(desk, "rows:events", {**old, "occurred_at": clock.text(desk.hands.at - 3 * DAY)})
        assert _told(desk) == []
        desk.happens("page_viewed", "ada")
        desk.happens("demo_requested", "ada", "ben")
        [(name, told)] = _told(desk)
        assert (name, told["head"]) == ("target", "ada responded")
        assert told["reasons"][0].startswith("demo (+50")
        assert ["Band", "sales"] in told["facts"]
        with store.reading() as session:
            [found] = tried(session, alerting, desk.hands.at, 7)
        assert (found.destination, found.alerts, found.cooled) == ("room", 1, 0)


def test_a_jump_is_measured_by_the_statement_of_then(store: Store, engine: DuckDB) -> None:
    """So many points within so long; small steps add up, and what is older is not counted."""
    fast = {"on": "jump", "by": 20, "within": "6h", **ROOM}
    with _telling(store, engine, {"fast": fast}) as (desk, alerting):
        desk.happens("page_viewed", "ada")
        desk.hands.forward(7 * HOUR)
        desk.happens("page_viewed", "ada")
        assert _told(desk) == []
        desk.hands.forward(HOUR)
        desk.happens("page_viewed", "ada")
        [(name, told)] = _told(desk)
        assert (name, told["head"]) == ("fast", "ada rose fast")
        assert ["Risen by", "20 to 30"] in told["facts"]
        assert unheard(alerting) == ["fast"]


def test_an_excluded_lead_alerts_in_no_way(store: Store, engine: DuckDB) -> None:
    """Whatever it does: neither as it enters a band, nor as it responds or rises."""
    declared = {
        "in": {"on": "enters", **ROOM},
        "response": {"on": "response", "events": ["demo_requested"], **ROOM},
        "fast": {"on": "jump", "by": 20, **ROOM},
    }
    with _telling(store, engine, declared) as (desk, _):
        desk.publish(
            f"{MODEL}overrides:\n  rival: {{when: lead.title = 'Rival', band: excluded}}\n"
        )
        _send(desk, "rows:leads", {"lead_id": "ada", "user_id": "ada", "title": "Rival"})
        desk.happens("demo_requested", "ada")
        assert _told(desk) == []


def test_a_lead_that_came_lately_jumps_from_what_it_had(store: Store, engine: DuckDB) -> None:
    """An import of yesterday is no jump of today; whoever is new rises from nothing."""
    with _telling(store, engine, {"fast": {"on": "jump", "by": 20, **ROOM}}) as (desk, _):
        _send(desk, "rows:leads", {"lead_id": "ada", "user_id": "ada"})
        with store.writing() as session:  # as an import has it
            session.run("update leads set created_at = ?", desk.hands.at - 30 * DAY)
        desk.happens("page_viewed", "ada", "new")
        desk.happens("page_viewed", "ada", "new")
        desk.happens("demo_requested", "ada")
        assert [told["facts"][-1] for _, told in _told(desk)] == [
            ["Risen by", "20 to 20"], ["Risen by", "50 to 70"],
        ]  # fmt: skip


def test_a_surge_is_against_what_is_usual_for_the_account(store: Store, engine: DuckDB) -> None:
    """Three visits a week are usual; as many in a week as in a month are not."""
    with _telling(store, engine, {"surge": {"on": "surge", **ROOM}}) as (desk, alerting):
        usual = [row for week in range(1, 12) for row in _visits(desk, 7 * week + 1, 3)]
        _send(desk, "rows:events", *usual)
        _send(desk, "rows:events", *_visits(desk, 2, 4))
        assert _told(desk) == []
        _send(desk, "rows:events", *_visits(desk, 0.01, 9))
        [(name, told)] = _told(desk)
        assert (name, told["head"]) == ("surge:north", "north is far more active than usual")
        [(_, fact)] = [each for each in told["facts"] if each[0] == "Events of the week"]
        assert fact.startswith("13, before ")
        with store.reading() as session:
            [found] = tried(session, alerting, desk.hands.at + DAY, 5)
        assert found.alerts >= 1


def test_a_lead_of_which_nobody_says_anything_is_told_once(store: Store, engine: DuckDB) -> None:
    """Until its owner says something, and falls silent again; one that rests is not forgotten."""
    declared = {"forgotten": {"on": "forgotten", "after": "3d", **ROOM}}
    with _telling(store, engine, declared) as (desk, alerting):
        desk.happens("page_viewed", "ada", "ben")
        desk.says("eva", "claimed", "ada")
        desk.says("eva", "snoozed", "ben", until=desk.hands.at + 90 * DAY)
        desk.hands.forward(2 * DAY)
        desk.loop.drain()
        assert _told(desk) == []
        desk.hands.forward(2 * DAY)
        desk.loop.drain()
        desk.hands.forward(2 * DAY)
        desk.loop.drain()
        [(name, told)] = _told(desk)
        assert (name, told["head"]) == ("forgotten", "ada is forgotten")
        desk.says("eva", "meeting", "ada")
        desk.hands.forward(4 * DAY)
        desk.loop.drain()
        assert [told["head"] for _, told in _told(desk)] == ["ada is forgotten"] * 2
        with store.reading() as session:
            [found] = tried(session, alerting, desk.hands.at, 28)
        assert found.alerts == 2


def test_what_such_an_alert_needs_is_asked_for() -> None:
    """All at once."""
    with pytest.raises(InputError) as found:
        alerts(
            {"a": {"on": "jump", "to": ["room"]}, "b": {"on": "forgotten", "to": ["room"]}},
            ["room"],
        )
    assert "alerts.a.by" in str(found.value)
    assert "alerts.b.after" in str(found.value)
