"""Leads are listed in every order, page by page, and no order sorts more than a page of leads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.service.listing import Field, Order, page
from leadline.service.live import Live
from leadline.service.standings import Standing, Wanted, by_pass, listed, of_band
from leadline.store import schema
from leadline.store import scores as kept
from leadline.store.facts import LeadRow
from leadline.store.scores import BandRow, ModelRow, ScoreRow
from leadline.store.session import Session
from leadline.store.store import Store

DOCUMENT = """
leadline: 1
model: two
scores:
  fit: {rules: {chief: {when: lead.title = 'Chief', points: 1}}}
  total: {formula: fit * 2}
bands:
  band: {by: total, edges: {low: 0, high: 5}}
"""
MODEL = ModelRow(1, "two", "f", DOCUMENT, 1, "published", 1, 1, None)
COUNT = 40


def _standing(random: Random, number: int) -> Standing:
    total = float(random.randrange(-2, 10))
    band = None if total < 0 else "high" if total >= 5 else "low"
    scores = {"fit": random.randrange(5) / 10, "total": total}
    fields = {"title": random.choice(["Chief", "Clerk"]), "employees": random.choice([5, 7])}
    account = random.choice([None, "north", "south"])
    return Standing(
        f"lead-{number}", account, band, band, None, total, random.randrange(9), scores, fields
    )


@pytest.fixture
def known(store: Store) -> list[Standing]:
    """Leads of the store, in the order of their numbers."""
    random = Random(4)
    made = [_standing(random, number) for number in range(1, COUNT + 1)]
    with store.writing() as session:
        kept.add_model(session, MODEL)
        leads, scores, bands = [], [], []
        for number, each in enumerate(made, 1):
            fields = json.dumps({name: (value, 1) for name, value in each.fields.items()})
            row = LeadRow(number, each.lead_id, each.account_id, True, 1, 1, 1, fields)
            leads.append(row)
            scores.append(ScoreRow(1, number, each.as_of, json.dumps(each.scores)))
            bands.append(BandRow(1, "band", number, each.band, each.band, each.value))
        session.insert(schema.leads, leads)
        event = (3, 50, "e", None, "seen", 50, 50, None, "", "{}", None)
        session.insert(schema.events, [event])
        kept.put(session, scores, [], bands)
    return made


def _all(store: Store, live: Live, wanted: Wanted) -> list[Standing]:
    """Return all pages of a list."""
    found: list[Standing] = []
    with store.reading() as session:
        while True:
            part, on = listed(session, store.kind, live, wanted)
            found += part
            if not on:
                return found
            wanted = replace(wanted, after=on)


WANTED: dict[str, tuple[Wanted, Callable[[Standing], bool]]] = {
    "all": (Wanted(Order("")), lambda _: True),
    "bands": (Wanted(Order(""), bands=["low", "high"]), lambda each: each.band is not None),
    "a band": (Wanted(Order(""), bands=["low"]), lambda each: each.band == "low"),
    "account": (Wanted(Order(""), account_id="north"), lambda each: each.account_id == "north"),
    "text": (
        Wanted(Order(""), field=Field("title", "Chief")),
        lambda each: each.fields["title"] == "Chief",
    ),
    "number": (
        Wanted(Order(""), field=Field("employees", "5.0"), bands=["high"]),
        lambda each: each.fields["employees"] == 5 and each.band == "high",
    ),
    "scored": (Wanted(Order(""), scored_since=5), lambda each: each.as_of >= 5),
    "active": (Wanted(Order(""), active_since=50), lambda each: each.lead_id == "lead-3"),
    "inactive": (Wanted(Order(""), active_since=51), lambda _: False),
}


def test_every_order_of_every_part_is_walked_to_its_end(
    store: Store, known: list[Standing]
) -> None:
    """Each lead stands on one page, whatever is asked beside, and equal ones keep an order."""
    values: dict[str, Callable[[Standing], float]] = {
        "fit": lambda each: each.scores["fit"],
        "total": lambda each: each.scores["total"],
        "as_of": lambda each: each.as_of,
    }
    with DuckDB(threads=1) as engine:
        live = Live(engine, MODEL)
        for name, (wanted, fits) in WANTED.items():
            for by, value in values.items():
                for falling in (True, False):
                    order = Order(by, falling, least=0.2, most=8)
                    asked = replace(wanted, order=order, ladder="band", most=7)
                    numbers = {id(each): number for number, each in enumerate(known)}
                    expected = sorted(
                        (e for e in known if fits(e) and 0.2 <= value(e) <= 8),
                        key=lambda e: (value(e), numbers[id(e)]),
                        reverse=falling,
                    )
                    assert _all(store, live, asked) == expected, (name, by, falling)


def test_an_order_by_what_a_ladder_goes_by_is_read_off_the_index(store: Store) -> None:
    """In both directions and from any place on: nothing is sorted, no other lead is read."""
    with store.writing() as session:
        kept.add_model(session, MODEL)
        for falling in (True, False):
            for after in (None, (3.0, 7)):
                wanted = Wanted(Order("total", falling, least=1.0))
                for band in ("low", None):
                    query = of_band(1, wanted, ("band", band), after)
                    plan = _plan(session, store.kind, query.text, query.params)
                    assert "current_bands_by_version_ladder_band_value_lead_no" in plan
                    assert "sort" not in plan.lower()
                    assert "temp b-tree" not in plan.lower()


def test_an_order_within_an_account_reads_its_leads_alone(store: Store) -> None:
    """Whatever it is by, as many leads are read as the account has."""
    wanted = Wanted(Order("fit"), account_id="north")
    query = by_pass(store.kind, 1, wanted, None)
    with store.writing() as session:
        plan = _plan(session, store.kind, query.text, query.params)
    assert "leads_by_account_id" in plan
    scores = {"sqlite": "(version=? AND lead_no=?)", "postgresql": "current_scores_key"}
    assert scores[store.kind] in plan


def _plan(session: Session, kind: str, query: str, params: tuple[object, ...]) -> str:
    """Return how a store would run a query, with as many rows as make it choose an index."""
    if kind == "postgresql":
        session.run("set local enable_seqscan = off")
        session.run("set local enable_bitmapscan = off")
    verb = "explain query plan" if kind == "sqlite" else "explain"
    return "\n".join(str(row) for row in session.rows(f"{verb} {query}", *params))


def test_a_page_that_looked_at_all_it_may_says_where_it_goes_on() -> None:
    """Though it has fewer rows than were asked, or none."""
    walked = [(float(value), value) for value in range(3)]
    assert page(walked, 2, 3, lambda _: set()) == ([], page(walked, 3, 3, None)[1])
    assert page(walked, 2, 4, lambda _: set()) == ([], "")
    assert page(walked, 2, 3, lambda _: {2})[0] == [(2.0, 2)]
