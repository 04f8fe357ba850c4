"""Sums in arrays are those of the ledger, to the last millionth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from leadline.model.expressions import Expression
from leadline.model.given import read_model
from leadline.model.rules import EventRule
from leadline.scoring import score
from leadline.scoring.arrays.at_moments import Hits, sums
from leadline.scoring.arrays.rules import PlainRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)
DAY = 86_400_000_000
SPAN = 150 * DAY
LEADS = tuple("abcdefgh")
TYPES = tuple("xyz")
ZONE = pa.timestamp("us", "UTC")

DECAYS: tuple[dict[str, Any] | str, ...] = (
    "none",
    {"half_life": "1d"},
    {"half_life": "30d"},
    {"half_life": "90m"},
    {"linear": "7d"},
    {"linear": "128d"},
    {"keep": 0.5, "every": "7d"},
    {"keep": 0.9, "every": "1d"},
)

Ledger = dict[tuple[str, int, int], int]
"""Lead, rule and moment to whole millionths, where they are not 0."""


class Case(NamedTuple):
    """Rules, events and moments; times are microseconds after the start."""

    rules: list[dict[str, Any]]
    events: list[dict[str, Any]]
    moments: list[int]

    @classmethod
    def drawn(cls, seed: int) -> Case:
        """Return a case that follows from a number."""
        draw = Random(seed)
        rules = [_rule(draw) for _ in range(30)]
        events = [_event(draw) for _ in range(draw.choice([3, 30, 300]))]
        return cls(rules, events, sorted({_time(draw) for _ in range(draw.randrange(2, 15))}))

    @property
    def model(self) -> dict[str, Any]:
        """The model of the rules."""
        named = {f"r{number}": rule for number, rule in enumerate(self.rules)}
        return {"leadline": 1, "model": "m", "scores": {"person": {"rules": named}}}


def _time(draw: Random) -> int:
    """Return a time: in whole days ages meet half-lives exactly, and halves of millionths arise."""
    unit = draw.choice([1, DAY // 24, DAY, DAY])
    return draw.randrange(SPAN // unit) * unit


def _rule(draw: Random) -> dict[str, Any]:
    rule = {
        "event": draw.sample(TYPES, draw.randrange(1, 3)),
        "points": draw.choice([draw.randrange(-9, 10), 1, 0.0000005, 0.1, 1000, 1 / 3]),
        "decay": draw.choice(DECAYS),
    }
    if draw.random() < 0.5:
        rule["limit"] = draw.choice([0, 0.5, 7, 1e4])
    if draw.random() < 0.5:
        rule["within"] = draw.choice(["1s", "7d", "30d", "300d"])
    return rule


def _event(draw: Random) -> dict[str, Any]:
    at, late = _time(draw), draw.choice([None, 0, 0, DAY, 3 * DAY + 1, -DAY])
    return {
        "lead_id": draw.choice(LEADS),
        "type": draw.choice(TYPES),
        "occurred_at": at,
        "recorded_at": None if late is None else at + late,
    }


def in_ledger(case: Case) -> Ledger:
    """Return what the statement says, hit by hit."""
    pairs = [(lead, at) for lead in LEADS for at in case.moments]
    events = pa.table(
        {
            "event_id": [str(number) for number in range(len(case.events))],
            **{name: [each[name] for each in case.events] for name in ("lead_id", "type")},
            **{
                name: _times([each[name] for each in case.events])
                for name in ("occurred_at", "recorded_at")
            },
        }
    )
    spine = pa.table(
        {"lead_id": [lead for lead, _ in pairs], "as_of": _times([at for _, at in pairs])}
    )
    scored = score(case.model, leads=pa.table({"lead_id": LEADS}), events=events, spine=spine)
    return {
        (row["lead_id"], int(row["rule"][1:]), (row["as_of"] - START) // STEP): round(
            row["points"] * 1e6
        )
        for row in scored.points.to_pylist()
        if row["points"]
    }


def _times(microseconds: list[int | None]) -> pa.Array:
    return pa.array([None if each is None else START + each * STEP for each in microseconds], ZONE)


def in_arrays(case: Case) -> Ledger:
    """Return what the arrays say, each rule with a sum of its own."""
    start = (START - EPOCH) // STEP
    hits = [
        (
            LEADS.index(each["lead_id"]),
            number,
            start + each["occurred_at"],
            start + max(each["occurred_at"], each["recorded_at"] or 0),
        )
        for each in case.events
        for number, rule in enumerate(case.rules)
        if each["type"] in rule["event"]
    ]
    columns = np.array(hits, np.int64).reshape(-1, 4).T
    return {
        (LEADS[lead], -target, at): int(points)
        for part in sums(Hits(*columns), plain(case), [start + at for at in case.moments])
        for lead, target, row in zip(part.lead, part.target, part.points.T, strict=True)
        for at, points in zip(case.moments, row, strict=True)
        if points
    }


def plain(case: Case) -> list[PlainRule]:
    """Return the rules as arrays take them."""
    model, _ = read_model(case.model)
    found = []
    for number, rule in enumerate((model.scores["person"].rules or {}).values()):
        assert isinstance(rule, EventRule)
        assert not isinstance(rule.points, Expression)
        decay = None if rule.decay == "none" else rule.decay
        within = rule.within.microseconds if rule.within else None
        found.append(PlainRule(rule.points, rule.limit, within, decay, target=-number))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_sums_are_those_of_the_ledger(seed: int) -> None:
    """Random plain rules over random events at random moments, each row to the last millionth."""
    case = Case.drawn(seed)
    assert in_arrays(case) == in_ledger(case)
