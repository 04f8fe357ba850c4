"""Leads whose life goes on after their end, and what comes with that end."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.task import read_task
from leadline.review.audit.audit import Audit, audit

START = datetime(2026, 1, 1)  # noqa: DTZ001 - tables are in UTC
LEADS = 600
TASK = {"outcome": {"outcome": "won"}, "horizon": "60d", "moments": {"after": "14d"}}
MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {"s": {"rules": {"a": {"when": "1 = 0", "points": 0}}}},
}
GOES_ON = {"newsletter_sent", "page_viewed", "reminded", "called"}
COMES_WITH_IT = {"signed", "billed", "welcomed", "refused"}


def days(number: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=float(number))


def world() -> dict[str, pa.Table]:
    """Return leads of whom half stay open, a sixth win and a third lose, and all live on.

    All get a newsletter every tenth day, view pages whenever they like, and are reminded on day 30,
    on which many are lost. Sales call more before the end. A win brings a bill, for a third of the
    winners a signature within hours, and a welcome three days later.
    """
    random = np.random.default_rng(4)
    events: list[tuple[str, str, datetime]] = []
    people, outcomes, history = [], [], []
    for place in range(LEADS):
        lead, born = f"l{place}", START + days(place * 0.3)
        people.append({"lead_id": lead, "created_at": born, "stage": "x", "mood": "x"})
        at = [("newsletter_sent", float(day)) for day in range(5, 200, 10)]
        at += [("page_viewed", day) for day in random.uniform(0, 200, 30)]
        at += [("reminded", 30.01), ("called", random.uniform(0, 15))]
        history += [("mood", lead, born + days(day)) for day in random.uniform(0, 200, 4)]
        if place % 2:
            is_won = place % 3 == 0
            end = float(random.uniform(20, 60)) if is_won or place % 4 == 1 else 30.0
            at += [("called", end - each) for each in random.exponential(4, 2)]
            at += [("billed", end)] * is_won + [("refused", end + 0.001)] * (not is_won)
            at += [("signed", end - 0.1)] * (is_won and place % 9 == 3)
            at += [("welcomed", end + 3)] * is_won
            kind = "won" if is_won else "lost"
            outcomes.append({"lead_id": lead, "outcome": kind, "occurred_at": born + days(end)})
            history.append(("stage", lead, born + days(end)))
        events += [(lead, kind, born + days(day)) for kind, day in at if day > 0]
    leads, kinds, times = zip(*events, strict=True)
    columns = {"lead_id": leads, "type": kinds, "occurred_at": times}
    fields, ids, since = zip(*history, strict=True)
    changes = {"field": fields, "id": ids, "valid_from": since}
    return {
        "leads": pa.Table.from_pylist(people),
        "outcomes": pa.Table.from_pylist(outcomes),
        "events": pa.table({**columns, "event_id": [*map(str, range(len(leads)))]}),
        "field_history": pa.table(
            {**changes, "entity": ["lead"] * len(ids), "value": [str(nr) for nr in range(len(ids))]}
        ),
    }


@pytest.fixture(scope="module")
def found() -> Audit:
    """Return the audit of the world."""
    with DuckDB() as engine:
        document = read_task(TASK)
        return audit(judged(open_past(engine, MODEL, world(), document), document))


def test_life_that_goes_on_is_no_leak(found: Audit) -> None:
    """What comes as often before and after, on days of a schedule, or more often ahead, is none."""
    suspects = {each.name for each in found.suspects if each.entity == "event"}
    assert {each.name for each in found.events} == GOES_ON | COMES_WITH_IT
    assert not suspects & GOES_ON
    assert "mood" not in {each.title for each in found.suspects}


def test_what_comes_with_the_end_is_found(found: Audit) -> None:
    """With it, hours before or days after, for a part of the winners, as event or as change."""
    alarms = {each.name for each in found.alarms()}
    assert alarms >= COMES_WITH_IT | {"stage"}


def test_the_sentence_has_the_share_and_what_life_would_give(found: Audit) -> None:
    """A reader sees how strong the evidence is."""
    [signed] = [each for each in found.alarms() if each.name == "signed"]
    assert "100 % of its events until the end come with the end of a lead (" in signed.says
    assert "life alone would give" in signed.says
