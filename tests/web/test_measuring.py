"""Figures for Prometheus, and health for whoever starts services anew."""

from __future__ import annotations

import httpx2
from prometheus_client.parser import text_string_to_metric_families

import serving
from leadline.service.measures import GAUGES
from leadline.store.keys import Key

from .conftest import Live

MARK = "zanzibar"


def test_figures_are_given_to_a_token_with_their_scope(live: Live) -> None:
    """They count what came, by source, and look up what waits; nobody else sees them."""
    token = serving.make_key(live.store, Key("prometheus", "token", ("metrics",)))
    assert httpx2.get(f"{live.url}/metrics").status_code == 401
    assert live.reader.get("/metrics").status_code == 403
    event = {"event": "demo_requested", "userId": "measured", "messageId": "measured"}
    for _ in range(2):
        assert live.send("/v1/track", event).status_code == 200
        live.settle()
    found = httpx2.get(f"{live.url}/metrics", headers={"Authorization": f"Bearer {token}"})
    assert found.headers["content-type"].startswith("text/plain; version=")
    samples = {
        (each.name, each.labels.get("source"), each.labels.get("path")): each.value
        for family in text_string_to_metric_families(found.text)
        for each in family.samples
    }
    assert samples["leadline_requests_kept_total", "site", None] >= 2
    assert samples["leadline_events_repeated_total", "site", None] >= 1
    assert samples["leadline_request_seconds_count", None, "/v1/track"] >= 2
    assert {f"leadline_{name}" for name in GAUGES} <= {name for name, *_ in samples}
    assert samples["leadline_store_bytes", None, None] > 0
    assert samples["leadline_takes", None, None] == 1


def test_health_says_how_much_waits_and_how_much_room_there_is(live: Live) -> None:
    """Without a key, and without a word about anybody."""
    assert httpx2.get(f"{live.url}/health").json() == {"status": "ok"}
    ready = httpx2.get(f"{live.url}/ready").json()
    assert ready["status"] == "ready"
    assert 0 <= ready["inbox_seconds"] < 60
    assert 0 <= ready["loop_seconds"] < 60
    assert ready["free_bytes"] > 0


def test_what_was_sent_stands_neither_in_refusals_nor_in_the_log(live: Live) -> None:
    """Bodies that are refused, parked or cut short, with the marks of a person in all of it."""
    bodies = (
        f'{{"userId": "{MARK}", "event": ',
        f'"{MARK}"',
        f'{{"batch": [{{"type": "{MARK}", "email": "{MARK}@north.example"}}, "{MARK}"]}}',
        f'{{"lead_id": "{MARK}", "occurred_at": "{MARK}", "type": {{"{MARK}": 1}}}}',
    )
    for path in ("/v1/batch", "/v1/identify", "/v1/events", "/v1/outcomes"):
        for body in bodies:
            assert MARK not in live.writer.post(path, content=body).text
    live.settle()
    assert "parked" in live.log.read_text(encoding="utf-8")
    assert MARK not in live.log.read_text(encoding="utf-8")
