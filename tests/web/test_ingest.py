"""What is sent is kept or refused as libraries need it: no batch is lost for one event of it."""

from __future__ import annotations

import gzip
import json

import httpx2
import pytest

from .conftest import Live


def test_one_bad_event_does_not_spoil_its_batch(live: Live) -> None:
    """It is parked with its reason, and the others count."""
    found = live.send(
        "/v1/batch",
        {
            "batch": [
                {"type": "track", "event": "demo_requested", "userId": "ada", "messageId": "b1"},
                {"type": "track", "event": "demo_requested", "messageId": "b2"},
                {"type": "wink", "userId": "ada", "messageId": "b3"},
                "no object",
            ]
        },
    )
    assert found.status_code == 200
    live.settle()
    assert live.rows("select event_id from events where event_id like 'b_'") == [("b1",)]
    assert live.rows("select item, reason from parked order by item") == [
        (1, "no_id"),
        (2, "unknown_type"),
        (3, "no_object"),
    ]


def test_a_sender_whose_clock_is_off_is_moved(live: Live) -> None:
    """It says by sentAt what it takes for now; an event after its arrival happens at arrival."""
    said = {"userId": "ben", "event": "seen"}
    live.send(
        "/v1/track",
        {
            **said,
            "messageId": "c1",
            "timestamp": "2031-01-01T00:00:00Z",
            "sentAt": "2031-01-01T01:00:00Z",
        },
    )
    live.send("/v1/track", {**said, "messageId": "c2", "timestamp": "2031-01-01T00:00:00Z"})
    live.settle()
    found = live.rows(
        "select event_id, taken_at - occurred_at, given_at from events "
        "where event_id in ('c1', 'c2') order by event_id"
    )
    hour = 3_600_000_000
    assert hour <= int(str(found[0][1])) < hour + 60_000_000
    assert 0 <= int(str(found[1][1])) < 60_000_000
    assert {each[2] for each in found} == {1_924_992_000_000_000}


def test_rows_of_a_table_come_as_lines_and_as_cloud_events(live: Live) -> None:
    """The service's own form is that of files."""
    lines = "\n".join(
        json.dumps(each)
        for each in (
            {"event_id": "r1", "lead_id": "eva", "type": "demo_requested", "plan": {"seats": 5}},
            {
                "specversion": "1.0",
                "id": "r2",
                "source": "/shop",
                "type": "email_clicked",
                "subject": "eva",
                "data": {"link": "/x"},
            },
        )
    )
    assert live.writer.post("/v1/events", content=lines).status_code == 200
    outcome = {"lead_id": "eva", "outcome": "won", "amount": 10}
    assert live.send("/v1/outcomes", outcome).status_code == 200
    live.settle()
    assert live.rows(
        "select e.event_id, e.properties from events as e join leads as l on l.lead_no = e.lead_no "
        "where l.lead_id = 'eva' order by e.event_id"
    ) == [("/shop#r2", '{"link":"/x"}'), ("r1", '{"plan.seats":5}')]
    assert live.rows("select outcome, amount from outcomes") == [("won", 10.0)]


def test_a_cloud_event_may_have_its_attributes_in_the_head(live: Live) -> None:
    """Binary mode: the body is the data alone, and percents write what a head cannot hold."""
    head = {
        "ce-specversion": "1.0",
        "ce-id": "h1",
        "ce-source": "/shop",
        "ce-type": "email_clicked",
        "ce-subject": "z%C3%B6e",
        "ce-time": "2026-01-02T03:04:05Z",
        "ce-campaign": "spring",
    }
    sent = live.writer.post("/v1/events", json={"link": "/x"}, headers=head)
    empty = live.writer.post("/v1/events", headers={**head, "ce-id": "h2"})
    assert (sent.status_code, empty.status_code) == (200, 200)
    text = live.writer.post("/v1/events", content=b"hello", headers=head)
    assert (text.status_code, text.json()["error"][:16]) == (400, "the data of an e")
    live.settle()
    assert live.rows(
        "select e.event_id, e.type, e.properties, e.occurred_at from events as e "
        "join leads as l on l.lead_no = e.lead_no where l.lead_id = 'z\u00f6e' order by e.event_id"
    ) == [
        ("/shop#h1", "email_clicked", '{"campaign":"spring","link":"/x"}', 1767323045000000),
        ("/shop#h2", "email_clicked", '{"campaign":"spring"}', 1767323045000000),
    ]


def test_a_packed_body_is_unpacked_up_to_a_bound(live: Live) -> None:
    """What a small body would unpack to is not built up in memory."""
    body = json.dumps({"event": "seen", "userId": "zip", "messageId": "z1"}).encode()
    packed = {"Content-Encoding": "gzip"}
    assert live.writer.post("/v1/track", content=gzip.compress(body), headers=packed).is_success
    bomb = gzip.compress(b" " * 50_000_000 + b"{}")
    assert len(bomb) < 100_000
    assert live.writer.post("/v1/track", content=bomb, headers=packed).status_code == 413
    broken = gzip.compress(body)[:-9]
    assert live.writer.post("/v1/track", content=broken, headers=packed).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{nope", 400),
        (b"3", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b" " * (1024 * 1024 + 1), 413),
    ],
    ids=["empty", "broken", "number", "no UTF-8", "deep", "deep and whole", "too large"],
)
def test_what_is_no_json_is_refused(live: Live, body: bytes, status: int) -> None:
    """There is nothing to keep of it."""
    assert live.writer.post("/v1/track", content=body).status_code == status


def test_a_key_that_is_not_known_is_refused(live: Live) -> None:
    """In the head or in the body, and no key at all."""
    url, body = f"{live.url}/v1/track", {"event": "seen", "userId": "x"}
    assert httpx2.post(url, json=body).status_code == 401
    assert httpx2.post(url, json=body, auth=("nobody", "")).status_code == 401
    assert httpx2.post(url, json={**body, "writeKey": "nobody"}).status_code == 401


def test_a_key_in_the_body_is_enough(live: Live) -> None:
    """Browsers send it there, as text, from any page."""
    body = {"event": "seen", "userId": "page", "messageId": "p1", "writeKey": live.page_key}
    headers = {"Content-Type": "text/plain", "Origin": "https://shop.example"}
    found = httpx2.post(f"{live.url}/v1/t", content=json.dumps(body), headers=headers)
    assert found.status_code == 200
    assert found.headers["access-control-allow-origin"] == "*"


def test_a_page_may_ask_before_it_sends(live: Live) -> None:
    """A browser asks whether it may; nothing else is told to it."""
    found = httpx2.options(f"{live.url}/v1/track")
    assert found.status_code == 204
    assert "X-Retry-Count" in found.headers["access-control-allow-headers"]


def test_a_public_key_sets_listed_fields_alone(live: Live) -> None:
    """It stands in every page, so anybody could say anything with it."""
    auth = (live.page_key, "")
    traits = {"email": "kim@north.example", "vip": True}
    body = {"userId": "kim", "traits": traits, "messageId": "k1"}
    assert httpx2.post(f"{live.url}/v1/identify", json=body, auth=auth).status_code == 200
    group = {"userId": "kim", "groupId": "north", "traits": {"employees": 9}, "messageId": "k2"}
    assert httpx2.post(f"{live.url}/v1/group", json=group, auth=auth).status_code == 200
    rows = [{"lead_id": "kim", "outcome": "won"}]
    assert httpx2.post(f"{live.url}/v1/outcomes", json=rows, auth=auth).status_code == 403
    live.settle()
    fields = live.rows("select field from field_history where id = 'kim'")
    assert fields == [("email",)]
    assert live.rows("select 1 from accounts where account_id = 'north'") == []


def test_a_token_that_reads_may_not_send(live: Live) -> None:
    """What may be read and what may be said are two things."""
    found = live.reader.post("/v1/track", json={"event": "seen", "userId": "x"})
    assert found.status_code == 403
