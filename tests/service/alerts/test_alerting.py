"""Who is told of what, in words, when, and how often."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from desks import HOUR, Office, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.service.alerts.alerting import Alerting
from leadline.service.alerts.declared import alerts
from leadline.service.alerts.message import MOST_TEXT, clean
from leadline.service.alerts.trying import tried
from leadline.service.delivery.destinations import destinations
from leadline.service.delivery.telling import Outbox
from leadline.service.handover.handing import Handing
from leadline.service.handover.settings import Handover
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

MAIL = {"kind": "email", "url": "smtp://127.0.0.1:1", "sender": "leads@north.example"}
WHERE: dict[str, Any] = {"mail": MAIL, "room": {"kind": "slack"}}
SELLERS = {"eva": {"email": "eva@north.example"}}
RULES = {"all": {"bands": ["sales"], "to": ["eva"]}}
ALWAYS = {"hours": "00:00-24:00", "days": "mon-sun"}
SALES = {"on": "enters", "bands": ["sales"], "to": ["mail", "room"]}


@contextmanager
def _telling(
    store: Store, engine: DuckDB, declared: Any, where: Any = None, **said: Any
) -> Iterator[tuple[Office, Alerting]]:
    """Yield an office whose alerts are declared."""
    given = Handover.of({**ALWAYS, **said}, SELLERS, RULES)
    known = {each.name: each for each in destinations(where or WHERE, with_secrets=False)}
    alerting = Alerting(alerts(declared, known), known, given.team, "https://leads.example")
    handing = Handing(given, Outbox(list(known.values()), alerting=alerting))
    with office(store, engine, handing) as desk:
        yield desk, alerting


def _told(desk: Office) -> list[tuple[str, str, dict[str, Any]]]:
    found = desk.rows("select destination, kind, body from deliveries order by delivery_id")
    return [(name, kind, json.loads(body)) for name, kind, body in found]


def _identify(desk: Office, lead: str, **fields: str) -> None:
    body = json.dumps({"lead_id": lead, "user_id": lead, **fields}).encode()
    inbox.accept(desk.store, [Received("test", "rows:leads", desk.hands(), body)])


def test_a_message_says_who_where_why_and_what_can_be_answered(
    store: Store, engine: DuckDB
) -> None:
    """To who has the lead, with answers that are theirs alone; to a room without these."""
    with _telling(store, engine, {"ready": SALES}) as (desk, _):
        _identify(desk, "ada", name="Ada Byron", title="Chief", company="North")
        desk.happens("page_viewed", "ada")
        desk.happens("demo_requested", "ada")
        (mail, kind, told), (room, _, seen) = _told(desk)
    assert (mail, room, kind) == ("mail", "room", "alert:ready")
    assert told["to"] == ["eva@north.example"]
    assert told["head"] == "Ada Byron is in sales now"
    assert dict(told["facts"]) == {
        "Company": "North", "Title": "Chief", "Band": "sales", "Score": "60",
    }  # fmt: skip
    assert told["reasons"][0].startswith("demo (+50, ")
    assert [each.partition(",")[0] for each in told["events"]] == ["demo requested", "page viewed"]
    assert told["url"] == "https://leads.example/lead?id=ada"
    assert [each["says"] for each in told["actions"]] == ["Accept", "Reject", "Later", "Take it"]
    assert len({each["url"] for each in told["actions"]}) == 4
    assert (seen["to"], seen["actions"]) == ([], [])


def test_a_flickering_lead_alerts_once(store: Store, engine: DuckDB) -> None:
    """Until the alert has cooled down; another lead alerts all the same."""
    with _telling(store, engine, {"ready": {**SALES, "to": ["room"]}}) as (desk, alerting):
        for _ in range(3):
            desk.happens("demo_requested", "ada")
            desk.says("eva@north.example", "rejected", "ada", reason="no need")
        desk.happens("demo_requested", "ben")
        assert len(_told(desk)) == 2
        desk.hands.forward(25 * HOUR)
        desk.happens("demo_requested", "ada")
        assert len(_told(desk)) == 3
        with store.reading() as session:
            [found] = tried(session, alerting, desk.hands.at, 28)
        assert (found.alerts, found.cooled) == (3, 2)


def test_an_alert_waits_for_working_hours(store: Store, engine: DuckDB) -> None:
    """Of who is told, in their zone; one that does not keep hours goes at once."""
    declared = {
        "day": {**SALES, "keep_hours": True, "to": ["mail"]},
        "now": {**SALES, "to": ["room"]},
    }
    night = {"hours": "23:00-23:30", "zone": "Asia/Tokyo", "days": "sat"}
    with _telling(store, engine, declared, **night) as (desk, alerting):
        desk.happens("demo_requested", "ada")
        found = dict(desk.rows("select destination, due_at - created_at from deliveries"))
        assert found["room"] == 0
        [(created,)] = desk.rows("select created_at from deliveries where destination = 'mail'")
        assert created + found["mail"] == alerting.team.sellers["eva"].hours.opens(created)
        assert found["mail"] > 0


def test_so_many_an_hour_and_the_others_later(store: Store, engine: DuckDB) -> None:
    """Each room has a bound of its own; what is above it waits until the hour is over."""
    where = {**WHERE, "room": {"kind": "slack", "most_an_hour": 2}}
    with _telling(store, engine, {"ready": SALES}, where) as (desk, _):
        desk.happens("demo_requested", *(f"l{n}" for n in range(5)))
        waits = [
            (due - created) // HOUR
            for due, created in desk.rows(
                "select due_at, created_at from deliveries where destination = 'room' "
                "order by delivery_id"
            )
        ]
        assert waits == [0, 0, 1, 1, 2]
        [(mails,)] = desk.rows(
            "select count(*) from deliveries where destination = 'mail' and due_at = created_at"
        )
        assert mails == 5


def test_without_consent_nobody_is_told(store: Store, engine: DuckDB) -> None:
    """It is a field: one that says no, and one of which nothing is known, alert nobody."""
    declared = {"ready": {**SALES, "match": ["lead.consent = given"], "to": ["room"]}}
    with _telling(store, engine, declared) as (desk, _):
        _identify(desk, "ada", consent="given")
        _identify(desk, "ben", consent="withdrawn")
        desk.happens("demo_requested", "ada", "ben", "cal")
        assert [told["head"] for _, _, told in _told(desk)] == ["ada is in sales now"]


def test_leaving_and_news_of_who_has_a_lead_are_told(store: Store, engine: DuckDB) -> None:
    """Forgotten leads, too; and only leads whose fields are asked for."""
    declared = {
        "gone": {"on": "leaves", "bands": ["sales"], "to": ["room"]},
        "late": {"on": "overdue", "to": ["mail"]},
        "big": {**SALES, "match": ["lead.title = chief"], "to": ["room"]},
    }
    with _telling(store, engine, declared) as (desk, _):
        _identify(desk, "ada", title="Chief")
        _identify(desk, "ben", title="Clerk")
        desk.happens("demo_requested", "ada", "ben")
        assert [kind for _, kind, _ in _told(desk)] == ["alert:big"]
        desk.hands.forward(5 * HOUR)
        desk.loop.drain()
        assert [(kind, told["head"]) for _, kind, told in _told(desk)[1:]] == [
            ("alert:late", "ada was not answered in time"),
            ("alert:late", "ben was not answered in time"),
        ]
        desk.says("eva@north.example", "rejected", "ben", reason="no need")
        assert _told(desk)[-1][2]["head"] == "ben left sales"


def test_what_strangers_wrote_is_cleaned() -> None:
    """Lines, directions and unseen letters go, and no text is long."""
    assert clean("Ada\r\nBcc: x@y.z") == "Ada Bcc: x@y.z"
    assert "\u202e" not in clean("a\u202eb")
    assert "\U000e0041" not in clean("a\U000e0041b")
    assert len(clean("x" * 1_000_000)) == MOST_TEXT + 1


def test_alerts_that_are_wrong_are_told_all_at_once() -> None:
    """With the nearest that there is."""
    with pytest.raises(InputError) as found:
        alerts({"a": {"on": "entrs", "to": ["rom"]}, "b": {"on": "enters"}}, ["room"])
    for said in ("Did you mean enters?", "Did you mean room?", "alerts.b.to must name"):
        assert said in str(found.value)
