"""Leads of large accounts are scored beside the passes, and all of an account at one moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.service import accounts, clock, commands
from leadline.service.large import Due
from leadline.service.listing import Order
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store import scores as kept
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

from .test_loop import HOUR, START, Ticking

MODEL = """
leadline: 1
model: accounts
scores:
  company: {range: [0, 60], rules: {large: {when: account.employees >= 1000, points: 20}}}
  person:
    decay: {half_life: 30d}
    rules:
      page: {event: page_viewed, points: 2}
      cold: {silent_for: 5d, points: -20}
  warmth: {of: account, rollup: person, by: sum}
  surge:
    of: account
    reset_on: [rejected]
    rules: {any: {event: page_viewed, within: 9d, points: 2, limit: 10}}
  profile: {formula: company + person + warmth / 10 + surge}
bands:
  person: {by: profile, edges: {nurture: -100, follow_up: 12, sales: 30}, leave: {sales: 20}}
  firm:
    of: account
    by: surge
    edges: {cold: -100, warm: 2, hot: 6}
    leave: {warm: 1, hot: 3}
    require: {hot: account.employees > 100 or hits.any > 3}
"""
ALONE = MODEL.replace("  warmth: {of: account, rollup: person, by: sum}\n", "").replace(
    " + warmth / 10", ""
)
PEOPLE = [f"p{number}" for number in range(9)]
ACCOUNTS = ["north", "south", "west", "nowhere"]


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as made:
        yield made


def _said(random: Random, number: int) -> tuple[str, dict[str, Any]]:
    """Return something that a tracker or a system may say: leads change accounts all the time."""
    at = clock.at(START - random.randrange(20 * 24) * HOUR).isoformat()
    who, account = random.choice(PEOPLE), random.choice([*ACCOUNTS, "north", "north"])
    other = random.choice(PEOPLE)
    seen = {"type": "page_viewed", "event_id": f"e{number}", "occurred_at": at}
    ended = {"outcome_id": f"o{number}", "outcome": "rejected", "occurred_at": at}
    mark = {"event_id": f"e{random.randrange(number + 1)}", "mark": random.choice(["bot", None])}
    said: list[tuple[str, dict[str, Any]]] = [
        ("events", {**seen, "lead_id": who}),
        ("events", {**seen, "lead_id": who}),
        ("events", {**seen, "lead_id": who, "account_id": account}),
        ("events", {**seen, "account_id": account}),
        ("leads", {"lead_id": who, "account_id": account}),
        ("accounts", {"account_id": account, "employees": random.choice([10, 5000])}),
        ("outcomes", {**ended, "account_id": account}),
        ("outcomes", {**ended, "lead_id": who}),
        ("lead_merges", {"from_id": who, "into_id": random.choice([who, other, other])}),
        ("event_marks", mark),
    ]
    return random.choice(said)


def _accept(store: Store, ticking: Ticking, said: list[tuple[str, dict[str, Any]]]) -> None:
    inbox.accept(
        store,
        [
            Received("test", f"rows:{table}", ticking(), json.dumps(row).encode())
            for table, row in said
        ],
    )


def _ask(store: Store, command: commands.Command) -> None:
    inbox.accept(store, [Received("test", commands.KIND, START, commands.encoded(command))])


@pytest.mark.slow
def test_live_scores_are_those_of_batch_for_large_accounts_too(
    store: Store, engine: DuckDB
) -> None:
    """Accounts of more than two leads are large here; a sweep and a model come between."""
    assert store.hold()
    random, ticking = Random(1), Ticking()
    loop = Loop(store, engine, ticking, most_together=2, pause_seconds=0)
    _ask(store, commands.Publish(ALONE))
    said = [_said(random, number) for number in range(50)]
    for turn in range(5):
        _accept(store, ticking, said[turn * 10 : turn * 10 + 10])
        if turn == 2:
            _ask(store, commands.Publish(MODEL))
        if turn == 3:
            _ask(store, commands.Sweep())
        loop.take()
        loop.go_on()
        if turn % 2:
            loop.drain()
            ticking.at += 24 * HOUR
    found = verified(store, loop)
    assert found.differences == ()
    loop.drain()
    found = verified(store, loop)
    assert found.leads >= 6
    assert (found.differences, found.waiting) == ((), 0)
    with store.reading() as session:
        changes = session.rows(
            "select account_id, from_band, to_band from transitions where ladder = 'firm' "
            "order by transition_id"
        )
    stood: dict[str, str | None] = {}
    for account, before, now in changes:
        assert before in {stood.get(account), None}  # none where it had no lead in between
        stood[account] = now
    assert len(changes) > len(stood) > 1
    falling = _listed(store, accounts.Wanted(Order("surge"), most=2))
    assert falling == _listed(store, accounts.Wanted(Order("surge", least=0.0), most=9))
    assert falling == sorted(
        falling, key=lambda each: (each.scores["surge"], each.account_id), reverse=True
    )
    assert falling[::-1] == _listed(store, accounts.Wanted(Order("surge", falling=False), most=2))
    rising = _listed(store, accounts.Wanted(Order(accounts.BY_ID, falling=False), most=2))
    assert rising[::-1] == _listed(store, accounts.Wanted(Order(accounts.BY_ID), most=2))
    recent = _listed(store, accounts.Wanted(Order("as_of"), most=2))
    moments = [each.as_of or 0 for each in recent]
    assert moments == sorted(moments, reverse=True)


def _listed(store: Store, wanted: accounts.Wanted) -> list[accounts.Standing]:
    """Return all pages of accounts."""
    found: list[accounts.Standing] = []
    with store.reading() as session:
        row = kept.published(session)
        assert row is not None
        while True:
            part, on = accounts.listed(session, store.kind, row.version, wanted)
            found += part
            if not on:
                break
            wanted = replace(wanted, after=on)
    assert len({each.account_id for each in found}) == len(found) >= 3
    return found


def test_a_large_account_waits_in_the_store(store: Store, engine: DuckDB) -> None:
    """What was due when a service died is scored by the next one."""
    assert store.hold()
    ticking = Ticking()
    loop = Loop(store, engine, ticking, most_together=2, pause_seconds=0)
    _ask(store, commands.Publish(MODEL))
    loop.drain()
    leads = [{"lead_id": f"p{number}", "account_id": "north"} for number in range(4)]
    _accept(store, ticking, [("leads", row) for row in leads])
    loop.take()
    assert verified(store, loop).waiting == 4
    later = Loop(store, engine, ticking, most_together=2, pause_seconds=0)
    later.drain()
    found = verified(store, later)
    assert (found.leads, found.waiting) == (4, 0)


def test_an_account_that_is_always_busy_lets_others_be_scored() -> None:
    """Each rests for as long as its scores took, and a second at least."""
    due = Due({"busy": 1, "quiet": 2}, pause_seconds=1.0)
    assert due.next(10.0) == "busy"
    due.rest("busy", 10.0, 14.0)
    due.add(["busy"], 3)
    assert due.next(14.0) == "quiet"
    due.done("quiet", 2)
    assert due.next(17.9) is None
    assert due.next(18.0) == "busy"
    due.done("busy", 1)
    assert due.next(18.0) == "busy", "something happened since"
