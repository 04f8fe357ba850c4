"""What can be read of a service says what its store and its statement say."""

from __future__ import annotations

import json

import httpx2
import pytest

from .conftest import Live


@pytest.fixture(scope="module", autouse=True)
def _leads(live: Live) -> None:
    """Three leads, one of a large company."""
    for number, lead in enumerate(("ada", "ben", "eva")):
        event = {"lead_id": lead, "type": "demo_requested", "event_id": f"d{number}"}
        live.send("/v1/events", event)
    live.send("/v1/leads", {"lead_id": "ada", "account_id": "north", "title": "Chief"})
    live.send("/v1/accounts", {"account_id": "north", "employees": 5000, "industry": "software"})
    live.settle()


def test_a_lead_is_given_with_its_ledger_that_adds_up(live: Live) -> None:
    """The explanation is that of the command line."""
    found = live.reader.get("/v1/leads/ada", params={"include": "ledger"}).json()
    assert found["scores"]["band"] == "sales"
    assert found["fields"]["title"] == "Chief"
    ledger = found["explanation"]["ledger"]
    sums = {
        score: sum(row["points"] for row in ledger if row["score"] == score)
        for score in ("company", "person")
    }
    assert sums["company"] == pytest.approx(found["scores"]["company"], abs=0.005)
    assert sums["person"] == pytest.approx(found["scores"]["person"], abs=0.005)
    assert found["explanation"]["moves"] == []


def test_what_would_move_a_lead_is_given_where_it_is_asked(live: Live) -> None:
    """It costs more, so nobody gets it unasked."""
    found = live.reader.get("/v1/leads/ben", params={"include": "moves"}).json()
    assert found["explanation"]["moves"]


def test_leads_are_listed_page_by_page_the_highest_first(live: Live) -> None:
    """Every lead stands on one page, and none twice."""
    seen: list[tuple[str, float]] = []
    after = ""
    while True:
        page = live.reader.get("/v1/leads", params={"limit": 1, "after": after}).json()
        seen += [(each["lead_id"], each["value"]) for each in page["leads"]]
        after = page["next"]
        if not after:
            break
    values = [value for _, value in seen]
    assert values == sorted(values, reverse=True)
    assert {"ada", "ben", "eva"} <= {lead for lead, _ in seen}
    assert len(seen) == len(set(seen))


def test_a_list_is_asked_by_what_its_leads_are(live: Live) -> None:
    """An order, a band, an account, a field and times go together."""
    moment = "2020-01-01T00:00:00Z"
    asked = {"account_id": "north", "field": "title", "equals": "Chief", "sort": "company"}
    found = live.reader.get(
        "/v1/leads",
        params={
            **asked, "band": "sales", "order": "rising", "least": 1,
            "scored_since": moment, "active_since": moment,
        },
    ).json()  # fmt: skip
    assert [each["lead_id"] for each in found["leads"]] == ["ada"]
    assert found["next"] == ""
    recent = live.reader.get("/v1/leads", params={"sort": "as_of"}).json()["leads"]
    assert [each["as_of"] for each in recent] == sorted((e["as_of"] for e in recent), reverse=True)
    large = {"field": "employees", "equals": "5000", "order": "falling"}
    accounts = live.reader.get("/v1/accounts", params=large).json()["accounts"]
    assert [each["account_id"] for each in accounts] == ["north"]


def test_a_lead_is_given_as_it_was(live: Live) -> None:
    """By the model of that day; before its first event it had no score."""
    now = live.reader.get("/v1/leads/ada").json()
    then = {"at": now["as_of"], "include": "ledger"}
    found = live.reader.get("/v1/leads/ada", params=then).json()
    assert found["scores"] == now["scores"]
    assert found["explanation"]["ledger"]
    past = live.reader.get("/v1/leads/ada/history").json()["moments"]
    assert past[-1]["scores"]["person"] == pytest.approx(now["scores"]["person"], abs=0.1)
    assert past[-1]["version"] == 1


def test_accounts_are_listed_page_by_page(live: Live) -> None:
    """By their ids, where the model scores no accounts."""
    live.send("/v1/accounts", {"account_id": "south", "employees": 7})
    live.settle()
    first = live.reader.get("/v1/accounts", params={"limit": 1}).json()
    second = live.reader.get("/v1/accounts", params={"limit": 1, "after": first["next"]}).json()
    found = [*first["accounts"], *second["accounts"]]
    assert [each["account_id"] for each in found] == ["north", "south"]
    assert found[1]["fields"] == {"employees": 7}


def test_changes_are_given_in_their_order(live: Live) -> None:
    """Who knows the last one gets those after it."""
    found = live.reader.get("/v1/transitions").json()["transitions"]
    numbers = [each["transition_id"] for each in found]
    assert numbers == sorted(numbers)
    later = live.reader.get("/v1/transitions", params={"since": numbers[0]}).json()["transitions"]
    assert [each["transition_id"] for each in later] == numbers[1:]


def test_the_stream_tells_what_changed(live: Live) -> None:
    """A client that was away goes on behind the last change that it has."""
    address = {"params": {"since": 0}, "timeout": 10}
    with live.reader.stream("GET", "/v1/stream", **address) as answer:  # type: ignore[arg-type]
        for line in answer.iter_lines():
            if line.startswith("data: "):
                assert json.loads(line.removeprefix("data: "))["to_band"]
                break


def test_a_lead_that_is_told_is_scored_and_not_stored(live: Live) -> None:
    """A form asks before anybody is anybody."""
    told = {"account": {"employees": 5000}, "events": [{"type": "demo_requested"}]}
    found = live.reader.post("/v1/score", json=told).json()
    assert found["scores"]["person"] == 40.0
    assert live.rows("select count(*) from leads where lead_id = 'asked'") == [(0,)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/leads/nobody", 404),
        ("/v1/leads/%00", 400),
        ("/v1/stream?since=99999999999999999999999", 400),
        ("/v1/accounts/nowhere", 404),
        ("/v1/leads?band=best", 400),
        ("/v1/leads?limit=0", 400),
        ("/v1/leads?least=1&sort=as_of", 400),
        ("/v1/leads?equals=1", 400),
        ("/v1/leads?active_since=1969-01-01", 400),
        ("/v1/accounts?field=best", 400),
        ("/v1/leads?after=x", 400),
        ("/v1/leads/ada?include=secrets", 400),
        ("/v1/leads/ada?at=2999-01-01", 400),
        ("/v1/leads/ada?at=2999-01-01T00:00:00Z", 400),
        ("/v1/leads/nobody/history", 404),
        ("/v1/accounts?sort=best", 400),
        ("/v1/accounts?least=3", 400),
        ("/v1/accounts?after=x", 400),
        ("/v1/transitions?since=-1", 400),
        ("/v1/transitions?since=99999999999999999999999", 400),
    ],
)
def test_what_cannot_be_asked_is_said(live: Live, path: str, status: int) -> None:
    """With the reason, and never as a fault of the service."""
    found = live.reader.get(path)
    assert found.status_code == status
    assert found.json()["error"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("sort=best", "sort must be one of as_of, company, person, profile; found best"),
        ("order=up", "order must be one of falling, rising; found up"),
        ("ladder=best", "ladder must be one of band; found best"),
        ("field=best", "field must be one of title; found best"),
        ("bands=sales", "a parameter must be of ladder, band, sort, order, "),
    ],
)
def test_a_wrong_name_is_told_those_there_are(live: Live, asked: str, says: str) -> None:
    """Nobody has to look them up."""
    found = live.reader.get(f"/v1/leads?{asked}")
    assert (found.status_code, found.json()["error"][: len(says)]) == (400, says)


def test_nobody_reads_without_a_token(live: Live) -> None:
    """A write key opens nothing that can be read."""
    assert httpx2.get(f"{live.url}/v1/leads").status_code == 401
    assert live.writer.get("/v1/leads").status_code == 401
    headers = {"Authorization": f"Bearer {live.page_key}"}
    assert httpx2.get(f"{live.url}/v1/leads", headers=headers).status_code == 403
