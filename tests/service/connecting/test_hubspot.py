"""HubSpot, as far as its pages describe it: what changes there is scored, and is told back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hubspot import HubSpot as Official
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
)

import stores
from hubspot_standin import KEY, StandIn, hubspot
from leadline.connectors.crm import CrmAway
from leadline.connectors.hubspot import client as asking
from leadline.connectors.hubspot.client import HubSpotClient
from leadline.connectors.hubspot.hubspot import FIELDS, HubSpot
from leadline.questions.asking import ask
from leadline.service import clock, commands
from leadline.service.asked.connect import Connect
from leadline.service.asked.of_store import OfStore, done
from leadline.service.connecting import reading
from leadline.service.connecting.settings import HUBSPOT_STATES
from leadline.store import inbox
from leadline.store.store import Store

MODEL = """\
leadline: 1
model: crm
scores:
  person:
    rules:
      named: {when: lead.firstname is not null, points: 5}
      large: {when: account.numberofemployees >= 100, points: 3}
      demo: {event: demo_requested, points: 40, count: once}
      page: {event: page_viewed, points: 1}
      won: {outcome: won, points: 7, count: once}
bands:
  by: person
  edges: {cold: -100, warm: 5, sales: 40}
"""
WRITE = {each: f"leadline_{each}" for each in ("score", "band", "reasons", "scored_at")}


@dataclass
class Both:
    """A HubSpot and a store with a model."""

    there: StandIn
    url: str
    store: Store

    def connect(self, **asked: Any) -> list[str]:
        """Do what the command does, and return what it says."""
        settings = {
            "hub": {
                "kind": "hubspot", "url": self.there.url, "secret_env": "HUBSPOT_KEY",
                "write": WRITE, "outcomes": {**HUBSPOT_STATES, "UNQUALIFIED": "rejected: no fit"},
            }
        }  # fmt: skip
        found = ask(Connect("hub", store=self.url, connectors=settings, **asked))
        return (found.printed or "").splitlines()

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Return rows of the store."""
        with self.store.reading() as session:
            return session.rows(query, *params)

    def tell(self, kind: str, body: str) -> None:
        """Have something come by the inbox, and be taken in."""
        inbox.accept(self.store, [inbox.Received("site", kind, clock.now(), body.encode())])
        OfStore(store=self.url).drain(self.store)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The account; waits that limits ask for are short, as the tests ask for few calls."""
    monkeypatch.setenv("HUBSPOT_KEY", KEY)
    monkeypatch.setattr(asking, "SEARCH_SECONDS", 0.0)
    monkeypatch.setattr(asking, "POLICY_SECONDS", {"TEN_SECONDLY_ROLLING": 0.01, "SECONDLY": 0.01})
    with hubspot() as found:
        found.limits = (190, 1000)
        yield found


@pytest.fixture
def both(there: StandIn, tmp_path: Path) -> Iterator[Both]:
    """The account, and a store that knows nothing of it."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        done(store, OfStore(store=url), commands.Publish(MODEL), lambda _: None)
        yield Both(there, url, store)


@pytest.fixture
def crm(there: StandIn) -> Iterator[HubSpot]:
    """Our side alone, over the account with our properties."""
    found = HubSpot(HubSpotClient(KEY, there.url), FIELDS, WRITE, HUBSPOT_STATES)
    list(found.prepare(["cold", "warm"]))
    yield found
    found.close()


def test_what_is_in_the_way_is_said_and_approving_makes_it(both: Both) -> None:
    """Properties by their names; a key that is not known is said without showing it."""
    both.there.add("contacts", firstname="Ada", email="ada@north.com")
    assert "no   contact has leadline_band to write" in both.connect(check_=True)[-5]
    both.connect(once=True)
    made = both.connect(approve=True)
    assert made[:4] == [f"property {each} was made" for each in WRITE.values()]
    assert all(line.startswith("ok ") for line in both.connect(check_=True))
    options = both.there.properties["leadline_band"]["options"]
    assert [each["value"] for each in options] == ["cold", "warm", "sales"]
    both.there.properties["leadline_band"]["options"] = options[:1]
    assert both.connect(approve=True)[0] == "property leadline_band has the options warm, sales now"


def test_a_key_that_is_refused_is_not_shown(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with who can make another."""
    monkeypatch.setenv("HUBSPOT_KEY", "pat-wrong")
    [line] = both.connect(check_=True)
    assert line.startswith("no   signs in: HubSpot refuses the key: INVALID_AUTHENTICATION")
    assert "pat-wrong" not in line


def test_a_lead_goes_round(both: Both) -> None:
    """Contact, company and owner are read, the deal's stages are outcomes, and scores go back."""
    there = both.there
    there.owners["7"] = "eve@us.com"
    company = there.add("companies", name="North", domain="north.com", numberofemployees="250")
    ada = there.add(
        "contacts", firstname="Ada", email="ada@north.com", associatedcompanyid=company,
        hubspot_owner_id="7", lastname="",
    )  # fmt: skip
    ben = there.add("contacts", email="ben@north.com", hs_lead_status="UNQUALIFIED")
    lines = both.connect(once=True)
    assert lines[0] == ("read: 2 records seen, 2 changed, 1 accounts, 1 outcomes, 0 merged, 0 gone")
    assert lines[-1] == "nothing is written before leadline connect hub --approve"
    assert there.writes == {}
    assert both.rows("select count(*) from transitions where not quiet") == [(0,)]
    assert both.rows("select outcome, reason from outcomes") == [("rejected", "no fit")]
    both.connect(approve=True)
    both.connect(once=True)
    assert [there.value(ada, each) for each in ("leadline_score", "leadline_band")] == ["8", "warm"]
    assert [there.value(ben, each) for each in ("leadline_score", "leadline_band")] == ["0", "cold"]
    assert there.value(ada, "leadline_reasons") == "named +5\nlarge +3"
    assert abs(int(there.value(ada, "leadline_scored_at") or 0) - time.time() * 1000) < 600_000
    deal = there.add("deals", dealstage="appointment", amount="900")
    there.change("deals", deal, dealstage="closedwon")
    there.contacts_of[int(deal)] = [int(ben), int(ada)]
    assert "0 changed, 1 outcomes" in both.connect(once=True)[0]
    [(amount, kind)] = both.rows("select amount, outcome from outcomes where outcome = 'won'")
    assert (amount, kind) == (900.0, "won")
    assert there.value(ada, "leadline_score") == "15"
    dated = {path.split("/")[3] for _, path in there.calls}
    assert dated == {"2026-09"}


def test_our_own_writes_are_no_news(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """HubSpot stamps each contact that we write; none becomes a row of the inbox."""
    for number in range(30):
        both.there.add("contacts", firstname=f"Lead{number}")
    both.connect(once=True)
    both.connect(approve=True)
    assert both.connect(once=True)[1] == "written: 30 records, 0 refused"
    before = both.rows("select count(*) from inbox")
    lines = both.connect(once=True)
    assert lines[0].startswith("read: 30 records seen, 0 changed")
    assert lines[1] == "written: 0 records, 0 refused"
    assert both.rows("select count(*) from inbox") == before
    assert set(both.there.writes.values()) == {1}
    monkeypatch.setattr(reading, "hashed", lambda _: str(time.monotonic_ns()))
    both.connect(once=True)
    assert both.rows("select count(*) from inbox") > before, "without the guard nothing was heard"


def test_who_is_merged_deleted_or_late_is_seen(both: Both) -> None:
    """The merged one has a new id and the events of both; a late row has an old stamp."""
    there = both.there
    kept, merged, deleted = (there.add("contacts", firstname=each) for each in "KMD")
    both.connect(once=True)
    both.connect(approve=True)
    event = f'[{{"event_id": "m1", "lead_id": "hub-{merged}", "type": "demo_requested"}}]'
    both.tell("rows:events", event)
    new = there.merge(kept, merged)
    there.archive(deleted)
    late = [there.add("contacts", seconds_ago=300, firstname="Late") for _ in range(300)]
    lines = both.connect(once=True)
    assert "301 changed" in lines[0]
    assert "2 merged, 1 gone" in lines[0]
    assert there.value(new, "leadline_band") == "sales"
    assert {there.value(each, "leadline_band") for each in late} == {"warm"}
    assert "0 merged, 0 gone" in both.connect(once=True)[0]


@pytest.mark.slow
def test_rows_of_one_stamp_are_all_read_once(crm: HubSpot, there: StandIn) -> None:
    """25,000 of them, where a search shows 10,000."""
    for _ in range(25_000):
        there.add("contacts", firstname="Equal")
    stamp = int(time.time() * 1000)
    for row in there.rows["contacts"].values():
        row.stamp = stamp
    there.limits = (1000, 1000)
    found = [each.record_id for page in crm.pages(None) for each in page.records]
    assert len(found) == len(set(found)) == 25_000


@pytest.mark.slow
def test_ten_thousand_are_written_by_a_hundred_calls(crm: HubSpot, there: StandIn) -> None:
    """Reading that nothing changed, and writing, are 105 calls, within the limit of ten seconds."""
    rows = [there.add("contacts", seconds_ago=3600) for _ in range(10_000)]
    [*crm.pages(None)]
    crm._client.since = None  # noqa: SLF001 - as the next run begins
    begun, before = time.monotonic(), len(there.calls)
    since = clock.at(clock.now()).isoformat()
    assert [each for page in crm.pages(since) for each in page.records] == []
    for at in range(0, len(rows), crm.most_written):
        part = [(each, {"leadline_score": 1.0}) for each in rows[at : at + crm.most_written]]
        assert not [each for each in crm.write(part) if each.refused]
    assert len(there.calls) - before <= 105
    assert time.monotonic() - begun < 60
    assert set(there.writes.values()) == {1}


@pytest.mark.parametrize("whole", [False, True], ids=["in part", "as a whole"])
def test_one_bad_row_holds_no_other(crm: HubSpot, there: StandIn, whole: bool) -> None:  # noqa: FBT001
    """It is refused in the words of HubSpot, however the batch is refused; 99 are written once."""
    there.whole = whole
    rows = [there.add("contacts") for _ in range(100)]
    values = [(each, {"leadline_band": "warm"}) for each in rows]
    values[40] = (rows[40], {"leadline_band": "hot"})
    refused = {each.record_id: each.refused for each in crm.write(values) if each.refused}
    assert list(refused) == [rows[40]]
    assert "hot was not one of the allowed options" in refused[rows[40]]
    assert len(there.writes) == 99
    assert set(there.writes.values()) == {1}


def test_null_clears_and_zero_is_zero(crm: HubSpot, there: StandIn) -> None:
    """An empty text is what clears; 0 is a number."""
    row = there.add("contacts")
    for value, stands in ((2.5, "2.5"), (0.0, "0"), (None, "")):
        crm.write([(row, {"leadline_score": value})])
        assert there.value(row, "leadline_score") == stands


def test_a_limit_anywhere_loses_and_repeats_nothing(both: Both) -> None:
    """Each second call is one too many, or fails; each is waited for as the answer says."""
    rows = [both.there.add("contacts", firstname="L") for _ in range(250)]
    both.connect(once=True)
    both.connect(approve=True)
    limit: Any = (429, {"Retry-After": "0"}, {})
    broken: Any = (503, {"Retry-After": "0"}, {})
    by_policy: Any = (429, {}, {"policyName": "SECONDLY"})
    both.there.fails.extend([limit, None, broken, None, by_policy, None] * 20)
    assert both.connect(once=True)[1] == "written: 250 records, 0 refused"
    assert both.there.writes == dict.fromkeys(map(int, rows), 1)
    assert {both.there.value(each, "leadline_band") for each in rows} == {"warm"}


def test_a_day_that_is_used_up_ends_the_run(crm: HubSpot, there: StandIn) -> None:
    """It is not waited for."""
    there.fails.append((429, {}, {"policyName": "DAILY"}))
    with pytest.raises(CrmAway, match="status 429"):
        list(crm.pages(None))


def test_the_limit_of_ten_seconds_is_kept(there: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """So no call is refused, however many are to be made."""
    monkeypatch.setattr(asking, "MOST_CALLS", 8)
    monkeypatch.setattr(asking, "WINDOW_SECONDS", 1.0)
    there.limits, there.seconds = (8, 1000), 1.0
    client = HubSpotClient(KEY, there.url)
    for _ in range(20):
        client.get("/crm/owners/2026-09")
    client.close()
    assert len(there.answered) == len(there.calls) == 20


@pytest.mark.usefixtures("crm")
def test_the_vendors_own_client_understands_the_account(there: StandIn) -> None:
    """It judges shapes; it knows no dated address yet."""
    official = Official(access_token=KEY)
    official.config["host"] = there.url
    batch = official.crm.contacts.batch_api
    search = official.crm.contacts.search_api
    for each in (batch, search):
        each.api_client.configuration.host = there.url
    row = there.add("contacts", firstname="Ada")
    found = search.do_search(
        PublicObjectSearchRequest(
            filter_groups=[], sorts=[], properties=["firstname"], limit=10, after="0", query=""
        )
    )
    assert (found.total, found.results[0].properties["firstname"]) == (1, "Ada")
    inputs = [
        SimplePublicObjectBatchInput(id=each, properties={"leadline_score": score},
                                     object_write_trace_id=each)
        for each, score in ((row, "5"), ("999", "6"))
    ]  # fmt: skip
    told = batch.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    assert [each.id for each in told.results] == [row]
    assert told.errors[0].context == {"objectWriteTraceId": ["999"]}
    there.fails.append((429, {}, {"policyName": "SECONDLY"}))
    with pytest.raises(ApiException) as refused:
        batch.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs[:1]))
    assert refused.value.status == 429
