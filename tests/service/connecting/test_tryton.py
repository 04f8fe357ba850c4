"""A real CRM, both ways: what changes there is scored, and what is scored stands there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import httpx2
import pytest

import serving
import stores
from leadline.connectors.crm import CrmAway
from leadline.connectors.tryton import tryton as parties
from leadline.connectors.tryton.client import typed
from leadline.connectors.tryton.tryton import CHANCE, PARTY, Tryton
from leadline.questions.asking import ask
from leadline.service import clock, commands
from leadline.service.asked.connect import Connect
from leadline.service.asked.of_store import OfStore, done
from leadline.service.connecting import reading
from leadline.store import inbox
from leadline.store.keys import Key
from leadline.store.store import Store
from tryton_peer import PASSWORD, Peer, tryton

pytestmark = pytest.mark.slow

MODEL = """\
leadline: 1
model: crm
scores:
  person:
    rules:
      named: {when: lead.name is not null, points: 5}
      demo: {event: demo_requested, points: 40, count: once}
      page: {event: page_viewed, points: 1}
      won: {outcome: accepted, points: 7, count: once}
bands:
  by: person
  edges: {cold: -100, warm: 5, sales: 40}
"""
WRITE = {
    "score": "leadline_score",
    "band": "leadline_band",
    "reasons": "leadline_reasons",
    "scored_at": "leadline_scored_at",
}
SETTLED_SECONDS = 60


@dataclass
class Both:
    """A Tryton and a store with a model."""

    peer: Peer
    url: str
    store: Store

    def settings(self, url: str = "") -> dict[str, Any]:
        """Return the connection as the settings of a workspace have it."""
        own = {"kind": "tryton", "url": url or self.peer.url, "database": "crm", "user": "admin"}
        return {"crm": {**own, "secret_env": "CRM_PASSWORD", "write": WRITE}}

    def connect(self, url: str = "", **asked: Any) -> list[str]:
        """Do what the command does, and return what it says."""
        found = ask(Connect("crm", store=self.url, connectors=self.settings(url), **asked))
        lines: list[str] = found.figures["said"]
        return lines

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Return rows of the store."""
        with self.store.reading() as session:
            return session.rows(query, *params)

    def tell(self, kind: str, body: str) -> None:
        """Have something come by the inbox, as an address takes it, and be taken in."""
        inbox.accept(self.store, [inbox.Received("site", kind, clock.now(), body.encode())])
        OfStore(store=self.url).drain(self.store)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """The Tryton."""
    with tryton(tmp_path_factory.mktemp("tryton")) as found:
        yield found


@contextmanager
def _both(peer: Peer, folder: Path) -> Iterator[Both]:
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        done(store, OfStore(store=url), commands.Publish(MODEL), lambda _: None)
        yield Both(peer, url, store)


@pytest.fixture(scope="module", autouse=True)
def password() -> Iterator[None]:
    """What the settings name has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_PASSWORD", PASSWORD)
        yield


@pytest.fixture
def both(peer: Peer, tmp_path: Path) -> Iterator[Both]:
    """The Tryton, and a store of its own that knows nothing of it."""
    with _both(peer, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared(peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The same, after the first load was looked at."""
    with _both(peer, tmp_path_factory.mktemp("store")) as found:
        found.connect(once=True)
        found.connect(approve=True)
        yield found


@pytest.fixture
def looked(shared: Both) -> Both:
    """The same, with all read and written that there is."""
    shared.connect(once=True)
    return shared


def test_what_is_in_the_way_is_said_before_anything_is_written(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each field by its name; a wrong password is said in one line."""
    assert ask(Connect("crm", store=both.url, connectors=both.settings(), check_=True)).status == 0
    settings = both.settings()
    settings["crm"]["write"] = {"score": "lead_points"}
    found = ask(Connect("crm", store=both.url, connectors=settings, check_=True))
    assert found.status == 1
    [missing] = [each for each in found.figures["probes"] if not each["is_met"]]
    assert missing["says"] == "party has lead_points to write"
    monkeypatch.setenv("CRM_PASSWORD", "wrong")
    found = ask(Connect("crm", store=both.url, connectors=both.settings(), check_=True))
    assert [each["is_met"] for each in found.figures["probes"]] == [False]
    assert "wrong" not in str(found.figures)


def test_the_first_load_writes_and_alerts_nothing(both: Both) -> None:
    """Until a person has looked at what would be written."""
    [party] = both.peer.parties(["First"])
    lines = both.connect(once=True)
    assert f"  {party}: band None -> warm, score None -> 5.0" in lines or "more" in lines[-2]
    assert lines[-1] == "nothing is written before leadline connect crm --approve"
    assert both.rows("select count(*) from transitions where not quiet") == [(0,)]
    assert both.peer.values(party, "leadline_band") == [None]
    both.connect(approve=True)
    both.connect(once=True)
    assert both.peer.values(party, "leadline_band", "leadline_score") == ["warm", 5.0]


def test_our_own_writes_are_no_news(looked: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tryton says that each written party changed; none becomes a row of the inbox."""
    looked.peer.parties([f"Echo{n}" for n in range(20)])
    looked.connect(once=True)
    before = looked.rows("select count(*) from inbox")
    lines = looked.connect(once=True)
    assert lines[-1] == "written: 0 records, 0 refused"
    assert looked.rows("select count(*) from inbox") == before
    monkeypatch.setattr(reading, "hashed", lambda _: str(time.monotonic_ns()))
    looked.connect(once=True)
    assert looked.rows("select count(*) from inbox") > before, "Tryton did not tell us of them"


def test_rows_of_one_stamp_are_all_read_once(looked: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than are asked for at a time."""
    monkeypatch.setattr(parties, "TOGETHER", 20)
    made = looked.peer.parties([f"Equal{n}" for n in range(45)])
    assert "45 changed" in looked.connect(once=True)[0]
    assert looked.rows(
        "select count(*) from leads where lead_id in ??", [f"crm-{each}" for each in made]
    ) == [(45,)]


def test_rows_that_appear_late_are_found(looked: Both) -> None:
    """With a stamp from before the last run."""
    looked.peer.parties(["Now"])
    looked.connect(once=True)
    late = looked.peer.parties([f"Late{n}" for n in range(10)])
    looked.peer.moved_back(late, 5)
    assert "10 changed" in looked.connect(once=True)[0]


def test_one_bad_row_holds_no_other(peer: Peer) -> None:
    """It is refused in the words of Tryton."""
    made = peer.parties([f"Row{n}" for n in range(19)])
    crm = Tryton(peer.client, (), ["leadline_score"])
    rows = [(each, {"leadline_score": 3.0}) for each in [*made[:10], "999999", *made[10:]]]
    found = {each.record_id: each.refused for each in crm.write(rows)}
    assert [each for each, refused in found.items() if refused] == ["999999"]
    assert "UserError" in found["999999"] or "Error" in found["999999"]
    stands = peer.client.ask(PARTY, "read", [int(each) for each in made], ["leadline_score"])
    assert [row["leadline_score"] for row in stands] == [3.0] * 19


def test_nothing_is_cleared_by_null_and_nothing_is_zero_by_it(peer: Peer) -> None:
    """A null takes a value away, 0 is 0."""
    [party] = peer.parties(["Nobody"])
    crm = Tryton(peer.client, (), ["leadline_score"])
    for value in (2.0, 0.0, None):
        crm.write([(party, {"leadline_score": value})])
        assert peer.values(party, "leadline_score") == [value]


def test_a_score_is_written_for_a_band_or_for_enough_points(looked: Both) -> None:
    """One page more is not worth a write; so decay rewrites nothing every night."""
    [party] = looked.peer.parties(["Quiet"])
    looked.connect(once=True)
    page = '[{"event_id": "%s", "lead_id": "crm-%s", "type": "%s"}]'
    looked.tell("rows:events", page % ("q1", party, "page_viewed"))
    assert looked.connect(once=True)[1] == "written: 0 records, 0 refused"
    looked.tell("rows:events", page % ("q2", party, "demo_requested"))
    assert looked.connect(once=True)[1] == "written: 1 records, 0 refused"
    score, band, reasons = looked.peer.values(
        party, "leadline_score", "leadline_band", "leadline_reasons"
    )
    assert (score, band) == (46.0, "sales")
    assert reasons.startswith("demo +40\n")


def test_who_is_merged_or_deleted_there_ends_here(looked: Both) -> None:
    """The other one keeps the events of both."""
    kept, merged, deleted = looked.peer.parties(["Kept", "Merged", "Deleted"])
    looked.connect(once=True)
    event = f'[{{"event_id": "m1", "lead_id": "crm-{merged}", "type": "demo_requested"}}]'
    looked.tell("rows:events", event)
    _replace(looked.peer, merged, kept)
    looked.peer.client.ask(PARTY, "delete", [int(deleted)])
    lines = looked.connect(once=True)
    assert "1 merged, 1 gone" in lines[0]
    assert looked.peer.values(kept, "leadline_band", "leadline_score") == ["sales", 45.0]
    ended = looked.rows(
        "select l.lead_id from lead_merges as m join leads as l on l.lead_no = m.from_no "
        "where m.into_no is null and l.lead_id = ?", f"crm-{deleted}",
    )  # fmt: skip
    assert ended == [(f"crm-{deleted}",)]
    assert "0 merged, 0 gone" in looked.connect(once=True)[0]


def _replace(peer: Peer, source: str, target: str) -> None:
    """Put a party into another one, as people do in Tryton."""
    [name] = peer.values(target, "name")
    peer.client.ask(PARTY, "write", [int(source)], {"name": name})  # else Tryton asks once more
    peer.client.wizard(
        "party.replace", {"ask": {"source": int(source), "destination": int(target)}}, "replace"
    )


def test_who_was_erased_does_not_come_back(looked: Both) -> None:
    """The party is still there, and it changes."""
    [party] = looked.peer.parties(["Erased"])
    looked.connect(once=True)
    done(looked.store, OfStore(store=looked.url), commands.Erase(f"crm-{party}"), lambda _: None)
    looked.peer.client.ask(PARTY, "write", [int(party)], {"name": "Erased again"})
    looked.connect(once=True)
    assert looked.rows("select 1 from leads where lead_id = ?", f"crm-{party}") == []
    assert b"Erased again" not in b"".join(row[0] for row in looked.rows("select body from inbox"))


class Limited(BaseHTTPRequestHandler):
    """Passes requests on, and says to some that they are one too many: each run comes further."""

    target = ""
    too_many = frozenset({2, 5, 9, 14, 20, 27, 35})
    count = 0

    def do_POST(self) -> None:
        """Answer a request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).count += 1
        if self.count in self.too_many:
            status, answer = 429, b"{}"
        else:
            headers = {
                each: self.headers[each]
                for each in ("Authorization", "Content-Type")
                if self.headers[each]
            }
            found = httpx2.post(self.target + self.path, content=body, headers=headers, timeout=60)
            status, answer = found.status_code, found.content
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_limit_anywhere_loses_and_repeats_nothing(
    looked: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends, and the next goes on; at the end both sides are equal."""
    monkeypatch.setattr(parties, "LOOK_BACK", timedelta(seconds=30))
    made = looked.peer.parties([f"Limit{n}" for n in range(6)])
    Limited.target = looked.peer.url
    server = ThreadingHTTPServer(("127.0.0.1", 0), Limited)
    thread = Thread(target=server.serve_forever)
    thread.start()
    runs = 0
    is_done = False
    try:
        while not is_done:
            runs += 1
            with suppress(CrmAway):
                looked.connect(f"http://127.0.0.1:{server.server_port}", once=True)
                is_done = True
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert 3 < runs <= len(Limited.too_many) + 1
    ids = [f"crm-{each}" for each in made]
    assert looked.rows("select count(*) from leads where lead_id in ??", ids) == [(6,)]
    assert {looked.peer.values(each, "leadline_band")[0] for each in made} == {"warm"}


@pytest.mark.parametrize("seed", range(int(os.environ.get("LEADLINE_SYNC_KILLS", "2"))))
def test_a_run_that_is_killed_is_gone_on_with(looked: Both, tmp_path: Path, seed: int) -> None:
    """At a random moment; afterwards both sides are equal, and nobody was told twice."""
    dice = Random(seed)
    made = looked.peer.parties([f"Kill{seed}x{n}" for n in range(10)])
    toml = "\n".join(
        [f'source = "store"\n[store]\nurl = "{looked.url}"', "[connectors.crm]"]
        + [
            f'{name} = "{value}"'
            for name, value in looked.settings()["crm"].items()
            if name != "write"
        ]
        + ["[connectors.crm.write]", *(f'{name} = "{value}"' for name, value in WRITE.items())]
    )
    (tmp_path / "leadline.toml").write_text(toml, encoding="utf-8")
    run = [sys.executable, "-m", "leadline.cli", "connect", "crm", "--once"]
    with subprocess.Popen(
        run, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as it:
        time.sleep(dice.uniform(0.5, 4))
        it.kill()
    looked.connect(once=True)
    assert looked.connect(once=True)[1] == "written: 0 records, 0 refused"
    assert {looked.peer.values(each, "leadline_band")[0] for each in made} == {"warm"}
    twice = (
        "select lead_no from transitions where lead_no in (select lead_no from leads "
        "where lead_id in ??) group by lead_no having count(*) > 1"
    )
    assert looked.rows(twice, [f"crm-{each}" for each in made]) == []


def test_a_lead_goes_round(looked: Both, tmp_path: Path) -> None:
    """Made there; an event by HTTP; the band stands there; accepted there; scored by it here."""
    [party] = looked.peer.parties(["Ada"])
    write = serving.make_key(looked.store, Key("site", "write"))
    with serving.serving(looked.url, tmp_path) as running:
        looked.connect(once=True)
        event = {"event_id": "ada-1", "email": "ada@north.com", "type": "demo_requested"}
        sent = httpx2.post(f"{running.url}/v1/events", json=event, auth=(write, ""), timeout=30)
        assert sent.status_code == 200
        until = time.monotonic() + SETTLED_SECONDS
        rose = (
            "select 1 from transitions as t join leads as l on l.lead_no = t.lead_no "
            "where l.lead_id = ? and t.to_band = 'sales' and not t.quiet"
        )
        while not looked.rows(rose, f"crm-{party}"):
            assert time.monotonic() < until
            time.sleep(0.05)
        looked.connect(once=True)
        assert looked.peer.values(party, "leadline_band", "leadline_score") == ["sales", 45.0]
        _accepted(looked.peer, party)
        lines = looked.connect(once=True)
        assert "1 outcomes" in lines[0]
        assert looked.rows("select outcome, reason from outcomes") == [("accepted", None)]
        assert looked.peer.values(party, "leadline_score") == [52.0]


def _accepted(peer: Peer, party: str) -> None:
    """Make an opportunity of a party, as sales do."""
    ask_ = peer.client.ask
    if not ask_("company.company", "search", [], 0, 1, None):
        [currency] = ask_("currency.currency", "create", [
            {"name": "Euro", "code": "EUR", "symbol": "€", "rates": []}
        ])  # fmt: skip
        [own] = ask_(PARTY, "create", [{"name": "Own"}])
        [company] = ask_("company.company", "create", [{"party": own, "currency": currency}])
        ask_("company.employee", "create", [{"party": own, "company": company}])
        ask_("res.user", "write", [1], {"companies": [["add", [company]]], "company": company})
    [company] = ask_("company.company", "search", [], 0, 1, None)
    [currency] = ask_("currency.currency", "search", [], 0, 1, None)
    [employee] = ask_("company.employee", "search", [], 0, 1, None)
    today = {"__class__": "date", "year": 2026, "month": 11, "day": 1}
    [chance] = ask_(CHANCE, "create", [{
        "party": int(party), "company": company, "currency": currency, "start_date": today,
        "description": "A try", "employee": employee,
    }])  # fmt: skip
    ask_(CHANCE, "opportunity", [chance])  # the button of that name


def test_times_are_those_of_utc() -> None:
    """A time goes there and back."""
    at = clock.at(1_700_000_000_000_001).replace(tzinfo=None)
    assert typed(at)["microsecond"] == 1
