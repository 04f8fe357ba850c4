"""A draft is tried on all leads of the store, before anybody makes it live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

import serving
from leadline.store.keys import Key

from .conftest import MODEL, Live

DOCUMENT = MODEL.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tries(live: Live) -> Iterator[httpx2.Client]:
    """A client that may try models."""
    for number, lead in enumerate(("ada", "ben", "eva")):
        live.send(
            "/v1/events", {"lead_id": lead, "type": "demo_requested", "event_id": f"p{number}"}
        )
    live.send("/v1/leads", {"lead_id": "ada", "account_id": "north", "title": "Chief"})
    live.send("/v1/accounts", {"account_id": "north", "employees": 5000, "industry": "software"})
    live.settle()
    token = serving.make_key(live.store, Key("editor", "token", ("publish",)))
    head = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=live.url, headers=head, timeout=60) as client:
        yield client


def _asked(tries: httpx2.Client, document: str) -> dict[str, Any]:
    found = tries.post("/v1/preview", json={"document": document})
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_the_model_that_is_live_changes_nothing(tries: httpx2.Client) -> None:
    """Every lead stays where the store has it."""
    found = _asked(tries, DOCUMENT)
    assert (found["changes"], [each["changed"] for each in found["ladders"]]) == ([], [0])


def test_who_moves_is_named_with_the_reason(live: Live, tries: httpx2.Client) -> None:
    """Bands before are those of the store; the draft names the rule that moves a lead."""
    before = live.reader.get("/v1/leads/ada").json()["scores"]
    draft = DOCUMENT.replace("demo_requested, points: 40", "demo_requested, points: 5")
    assert draft != DOCUMENT
    [ladder] = _asked(tries, draft)["ladders"]
    [ada] = [each for each in ladder["moves"] if each["lead_id"] == "ada"]
    assert (ada["from_band"], ada["direction"]) == (before["band"], "down")
    assert ada["from_value"] - ada["to_value"] == pytest.approx(35, abs=0.1)
    assert "demo" in ada["reason"]


def test_a_draft_may_read_a_field_that_the_live_model_does_not(tries: httpx2.Client) -> None:
    """Leads are read anew with it."""
    draft = DOCUMENT.replace(
        "    rules:\n", "    rules:\n      chief: {when: lead.title = 'Chief', points: 3}\n", 1
    )
    assert _asked(tries, draft)["changes"]


def test_a_draft_with_a_fault_is_refused_with_its_place(tries: httpx2.Client) -> None:
    """The nearest known name is said."""
    draft = DOCUMENT.replace("hits.response", "hits.respnse", 1)
    found = tries.post("/v1/preview", json={"document": draft})
    assert found.status_code == 400
    assert "hits.response" in found.json()["error"]


def test_who_may_read_alone_tries_no_models(live: Live) -> None:
    """It takes the scope of those who publish."""
    found = live.reader.post("/v1/preview", json={"document": DOCUMENT})
    assert (found.status_code, "publish" in found.json()["error"]) == (403, True)


def test_past_weeks_are_told_beside_the_capacity(tries: httpx2.Client) -> None:
    """A band that nobody reaches is entered by nobody; what the team takes a day is told a week."""
    draft = DOCUMENT.replace("sales: 60}", "sales: 9000}")
    assert draft != DOCUMENT
    draft = draft[: draft.index("overrides:")]
    found = tries.post("/v1/preview/weeks", json={"document": draft, "capacity": "3/day"}).json()
    bands = {each["band"]: each for each in found["ladders"][0]["bands"]}
    assert (found["capacity"], found["weeks"]) == (21, 8)
    assert bands["sales"]["before"]["inside"] > 0
    assert bands["sales"]["after"] is None


def test_a_capacity_that_is_none_is_refused(tries: httpx2.Client) -> None:
    """It says what one looks like."""
    body = {"document": DOCUMENT, "capacity": "many"}
    found = tries.post("/v1/preview/weeks", json=body)
    assert (found.status_code, "60/week" in found.json()["error"]) == (400, True)


def test_what_became_of_leads_asks_for_a_task_and_for_a_past(tries: httpx2.Client) -> None:
    """Without a task it says how to name one, and of leads without outcomes what lacks."""
    found = tries.post("/v1/preview/won", json={"document": DOCUMENT})
    assert (found.status_code, "Write `task:`" in found.json()["error"]) == (400, True)
    task = "task: {outcome: {outcome: won}, horizon: 30d, moments: {after: 5d}}\n"
    found = tries.post("/v1/preview/won", json={"document": DOCUMENT + task})
    assert (found.status_code, "outcome" in found.json()["error"]) == (400, True)
