"""A lead has one owner at a time, whoever asks for it and wherever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx2
import pytest

import sending
import serving
import stores
from leadline.store.keys import Key

SETTINGS = """
[handover]
hours = "00:00-24:00"
days = "mon-sun"

[sellers.ann]
weight = 1

[sellers.bob]
weight = 2

[assign.all]
bands = ["follow_up", "sales"]
to = ["ann", "bob"]
"""
PEOPLE = ("ann", "bob", "cat")
LEADS = [f"l{number}" for number in range(12)]
OVERLAPS = (
    "select a.lead_no from ownerships as a join ownerships as b on a.lead_no = b.lead_no "
    "and a.began_at < b.began_at where a.ended_at is null or a.ended_at > b.began_at"
)


def _event(url: str, key: str, lead: str, number: int) -> None:
    body = [
        {"event_id": f"{lead}-{number}", "lead_id": lead, "user_id": lead, "type": "demo_requested"}
    ]
    httpx2.post(f"{url}/v1/events", json=body, auth=(key, ""), timeout=30).raise_for_status()


@pytest.mark.slow
def test_three_services_never_give_a_lead_to_two(postgres_url: str, tmp_path: Path) -> None:
    """Rules give leads away while people claim, give back and hand over through all three."""
    (tmp_path / "leadline.toml").write_text(SETTINGS, encoding="utf-8")
    with stores.database(postgres_url) as url, stores.opened(url) as store, ExitStack() as stack:
        sending.publish(store)
        write = serving.make_key(store, Key("site", "write"))
        token = serving.make_key(store, Key("team", "token", ("read", "write")))
        urls = [stack.enter_context(serving.serving(url, tmp_path)).url for _ in range(3)]
        head = {"Authorization": f"Bearer {token}"}

        def work(number: int) -> list[int]:
            random, found = Random(number), []
            with httpx2.Client(base_url=urls[number], headers=head, timeout=30) as client:
                for turn in range(12):
                    lead = random.choice(LEADS)
                    _event(urls[number], write, lead, turn)
                    who = random.choice(PEOPLE)
                    kind = random.choice(["claimed", "given_back", "handed_over", "accepted"])
                    said = {"kind": kind, "by": who}
                    said |= {"to": random.choice(PEOPLE)} if kind == "handed_over" else {}
                    found.append(client.post(f"/v1/leads/{lead}/answers", json=said).status_code)
            return found

        with ThreadPoolExecutor(3) as pool:
            statuses = [each for found in pool.map(work, range(3)) for each in found]
        sending.settle(store)
        assert set(statuses) <= {200, 404, 409}
        assert {200, 409} <= set(statuses)
        with store.reading() as session:
            assert session.rows(OVERLAPS) == []
            [(assigned,)] = session.rows("select count(*) from ownerships where cause = 'assigned'")
            [(counted,)] = session.rows("select count(*) from answers where refused is null")
        assert assigned > 0
        assert counted == statuses.count(200)
        sending.require_batch(store)
