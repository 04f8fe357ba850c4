"""What people say of leads by HTTP: taken, refused kindly, listed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

import serving
from leadline.store.keys import Key

from .conftest import Live

AT = "2030-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def team(live: Live) -> Iterator[httpx2.Client]:
    """A client that may answer."""
    token = serving.make_key(live.store, Key("team", "token", ("read", "write")))
    head = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=live.url, headers=head, timeout=30) as client:
        yield client


def _new(live: Live, *leads: str) -> None:
    rows = [
        {"event_id": f"{lead}-1", "user_id": lead, "lead_id": lead, "type": "demo_requested"}
        for lead in leads
    ]
    assert live.send("/v1/events", rows).status_code == 200
    live.settle()


def _say(team: httpx2.Client, lead: str, **said: object) -> httpx2.Response:
    return team.post(f"/v1/leads/{lead}/answers", json=said)


def test_an_answer_is_taken_and_listed(live: Live, team: httpx2.Client) -> None:
    """With who and when; who reads the lead sees who has it."""
    _new(live, "said")
    found = _say(team, "said", kind="claimed", by="eva", note="calls at noon").json()
    assert (found["state"], found["owner"]) == ("taken", "eva")
    assert live.reader.get("/v1/leads/said").json()["owner"] == "eva"
    listed = live.reader.get("/v1/leads/said/answers").json()
    assert (listed["owner"], listed["answers"][0]["note"]) == ("eva", "calls at noon")
    [row] = live.reader.get("/v1/leads", params={"owner": "eva"}).json()["leads"]
    assert (row["lead_id"], row["owner"]) == ("said", "eva")


def test_what_is_wrong_is_told_all_at_once(live: Live, team: httpx2.Client) -> None:
    """Nothing of it is kept."""
    _new(live, "wrong")
    assert _say(team, "nobody", kind="claimed", by="eva").status_code == 404
    found = _say(team, "wrong", kind="rejected", by="eva", reason="no budgt", amount=3.0)
    assert found.status_code == 400
    assert "amount must not be said" in found.json()["error"]
    assert "Did you mean no budget?" in found.json()["error"]
    found = _say(team, "wrong", kind="override", by="eva", band="salse", reason="fair", until=AT)
    assert "must be one of" in found.json()["error"]
    found = _say(team, "wrong", kind="snoozed", by="eva", until="2020-01-01T00:00:00Z")
    assert "until must be a moment to come" in found.json()["error"]
    assert _say(team, "wrong", kind="praised").status_code == 400
    assert live.reader.get("/v1/leads/wrong/answers").json()["answers"] == []


def test_only_a_key_that_may_write_answers(live: Live) -> None:
    """One that reads is told which scope it lacks."""
    _new(live, "read")
    found = live.reader.post("/v1/leads/read/answers", json={"kind": "claimed"})
    assert (found.status_code, found.json()["error"]) == (
        403,
        "the token must have the scope write",
    )


def test_of_many_who_take_a_lead_at_once_one_has_it(live: Live, team: httpx2.Client) -> None:
    """All others are told whom it went to."""
    _new(live, "wanted")
    people = [f"p{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda who: _say(team, "wanted", kind="claimed", by=who), people))
    assert sorted(each.status_code for each in found) == [200, *[409] * 7]
    [owner] = [each.json()["owner"] for each in found if each.status_code == 200]
    assert {each.json()["error"] for each in found if each.status_code == 409} == {
        f"{owner} has taken it meanwhile. Nothing was changed."
    }


def test_lists_go_by_the_band_that_a_person_decided(live: Live, team: httpx2.Client) -> None:
    """The computed band stands beside it; taken back, the lead is where it was."""
    _new(live, "decided")
    before = live.reader.get("/v1/leads/decided").json()["effective_bands"]["band"]
    bands = {each["band"] for each in live.reader.get("/v1/leads").json()["leads"]}
    other = next(iter({"nurture", "sales", "follow_up"} - {before}))
    said = _say(team, "decided", kind="override", by="eva", band=other, reason="fair", until=AT)
    assert said.status_code == 200, (said.text, bands)

    def listed(band: str, **more: str) -> dict[str, tuple[str, str]]:
        found = live.reader.get("/v1/leads", params={"band": band, "limit": 200, **more}).json()
        return {each["lead_id"]: (each["band"], each["effective_band"]) for each in found["leads"]}

    for more in ({}, {"sort": "as_of"}):
        assert listed(other, **more)["decided"] == (before, other)
        assert "decided" not in listed(before, **more)
    assert live.reader.get("/v1/leads/decided").json()["effective_bands"]["band"] == other
    assert live.reader.get("/v1/leads/decided/answers").json()["held"][0]["reason"] == "fair"
    [change] = [
        each
        for each in live.reader.get("/v1/transitions", params={"limit": 200}).json()["transitions"]
        if each["lead_id"] == "decided" and each["cause"] == "override"
    ]
    assert (change["from_band"], change["to_band"]) == (before, other)
    undone = _say(team, "decided", kind="undone", by="eva", undoes=said.json()["answer_id"])
    assert undone.status_code == 200
    assert listed(before)["decided"] == (before, before)


def test_what_can_be_said_is_told(live: Live) -> None:
    """Each kind with what it needs, and the reasons of the list."""
    found = live.reader.get("/v1/answers").json()
    assert {"kind": "snoozed", "says": "It rests until a moment.", "needs": ["until"],
            "takes": ["note", "owner"]} in found["kinds"]  # fmt: skip
    assert "no budget" in found["reasons"]
