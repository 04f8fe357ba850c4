"""Digests: to whom, when, of which leads; nothing where nothing changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from desks import HOUR, Office, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.service import clock, commands, telling_person
from leadline.service.alerts.alerting import Alerting
from leadline.service.alerts.declared import alerts
from leadline.service.alerts.message import Message
from leadline.service.alerts.trying import tried
from leadline.service.delivery.channels.mail import text
from leadline.service.delivery.destinations import destinations
from leadline.service.delivery.telling import Outbox
from leadline.service.handover.handing import Handing
from leadline.service.handover.hours import Hours, dates_of
from leadline.service.handover.settings import Handover
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

DAY = 24 * HOUR
EVA, BEN = "eva@north.example", "ben@north.example"
WHERE: dict[str, Any] = {
    "mail": {"kind": "email", "url": "smtp://127.0.0.1:1", "sender": "leads@north.example"},
    "room": {"kind": "slack"},
}
SELLERS = {"eva": {"email": EVA, "zone": "Asia/Tokyo"}, "ben": {"email": BEN, "zone": "UTC"}}


def _digests(desk: Office) -> list[tuple[str, Message]]:
    found = desk.rows(
        "select destination, body from deliveries where kind = 'alert:morning' order by delivery_id"
    )
    return [(name, msgspec.json.decode(body, type=Message)) for name, body in found]


def test_each_hears_of_their_own_leads_as_their_day_begins(store: Store, engine: DuckDB) -> None:
    """In their own zone, once, of what changed since the day before; a room hears of all."""
    team: dict[str, Any] = {"hours": "09:00-17:00", "days": "mon-sun"}
    given = Handover.of(team, SELLERS)
    known = {each.name: each for each in destinations(WHERE, with_secrets=False)}
    declared = {"morning": {"on": "digest", "to": ["mail", "room"]}}
    alerting = Alerting(alerts(declared, known), known, given.team, "https://leads.example")
    handing = Handing(given, Outbox(list(known.values()), alerting=alerting))
    with office(store, engine, handing) as desk:
        begin = clock.at(desk.hands.at).replace(hour=12, minute=0, second=0)
        desk.hands.at = clock.micros(begin)
        desk.happens("page_viewed", "ada", "ben", "zoe")
        desk.happens("demo_requested", "ada")
        desk.happens("page_viewed", "ben")
        desk.says(EVA, "claimed", "ada")
        desk.says(BEN, "claimed", "zoe")
        assert _digests(desk) == []
        desk.hands.at = clock.micros(begin) + 12 * HOUR + 1  # 09:00 in Tokyo
        desk.loop.drain()
        [(name, told)] = _digests(desk)
        assert (name, told.to, told.head) == ("mail", [EVA], "1 of your leads changed")
        assert told.leads == ["ada: from - to sales (60)"]
        assert told.url == "https://leads.example/queue"
        assert "Leads:\n- ada: from - to sales (60)" in text(told)
        desk.hands.at = clock.micros(begin) + 21 * HOUR + 1  # 09:00 UTC
        desk.loop.drain()
        desk.loop.drain()
        told_later = _digests(desk)[1:]
        assert [(name, told.to) for name, told in told_later] == [("mail", [BEN]), ("room", [])]
        assert [each.partition(":")[0] for each in told_later[1][1].leads] == ["ada", "ben", "zoe"]
        desk.hands.forward(DAY)
        desk.loop.drain()
        assert len(_digests(desk)) == 3  # nothing changed since
        with store.reading() as session:
            found = tried(session, alerting, desk.hands.at, 5)
        assert [(each.to, each.alerts) for each in found] == [("", 1), (BEN, 1), (EVA, 1)]
        with store.reading() as session:
            rows = telling_person.told(session, "ada")["deliveries"]
        bodies = [json.loads(row["body"]) for row in rows]
        assert [
            (row["destination"], body["leads"]) for row, body in zip(rows, bodies, strict=True)
        ] == [
            ("mail", ["ada: from - to sales (60)"]),
            ("room", ["ada: from - to sales (60)"]),  # which others are in it is not theirs
        ]
        with store.writing() as session:  # one went, two wait
            session.run("update deliveries set state = 'done' where key like ?", f"%{EVA}%")
        body = commands.encoded(commands.Erase("ada"))
        inbox.accept(store, [Received("test", commands.KIND, desk.hands(), body)])
        desk.loop.drain()
        kept = desk.rows("select key, body from deliveries where substr(key, 1, 7) = 'digest-'")
        assert all("ada" not in body for _, body in kept)
        assert any(EVA in key for key, _ in kept)  # so that it goes no second time


def test_a_digest_keeps_holidays_and_weeks() -> None:
    """It goes as the next working day begins; a weekly one with the first of a week."""
    free = dates_of(["2026-11-30"])
    hours = Hours(ZoneInfo("Europe/Warsaw"), free=free)

    def at(day: int, hour: int) -> int:
        return clock.micros(datetime(2026, 12, day, hour, tzinfo=ZoneInfo("Europe/Warsaw")))

    friday = clock.micros(datetime(2026, 11, 27, 9, tzinfo=ZoneInfo("Europe/Warsaw")))
    assert hours.began(at(1, 8)) == (friday - DAY, friday)
    assert hours.began(at(1, 10)) == (friday, at(1, 9))
    monday_before = clock.micros(datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Warsaw")))
    assert hours.began(at(4, 10), weekly=True) == (monday_before, at(1, 9))
    assert Hours(days=frozenset()).began(at(1, 10)) is None


def test_a_digest_is_daily_or_weekly() -> None:
    """What is neither is refused."""
    with pytest.raises(InputError, match="must be one of day, week"):
        alerts({"a": {"on": "digest", "every": "hour", "to": ["room"]}}, ["room"])
