"""Bands, their switches, and changes of band."""

from __future__ import annotations

from datetime import UTC, datetime
from math import copysign
from typing import Any

import pytest

from leadline.engines.engine import Engine
from small import NOW, days_ago, event, rules, scored, values

LEAVE = {"by": "s", "edges": {"low": 0, "high": 10}, "leave": {"high": 5}}


FAR = (
    datetime(1600, 1, 1, tzinfo=UTC),
    datetime(2112, 9, 17, tzinfo=UTC),
    datetime(2112, 9, 18, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)


@pytest.mark.feature("hysteresis at any moment")
def test_a_switch_works_at_any_moment(any_engine: Engine) -> None:
    """A score at or above the edge is in the band, however far away the moment is."""
    parts = {**rules(r={"when": "true", "points": 20}), "bands": LEAVE}
    assert values(scored(parts, engine=any_engine, at=FAR), "band") == ["high"] * len(FAR)


def test_the_value_of_a_transition_has_no_minus_zero() -> None:
    """A score that rounds to nothing from below is 0."""
    parts = {**rules(r={"event": "p", "points": -0.004}), "bands": {"by": "s", "edges": {"n": 0}}}
    found = scored(parts, events=[event(1)])
    assert found.transitions is not None
    for table, name in ((found.scores, "s"), (found.transitions, "value")):
        assert [copysign(1, value) for value in table[name].to_pylist()] == [1]
    assert NOW in found.scores["as_of"].to_pylist()


LADDERS = {
    "u": {"by": "s", "edges": {"low": 0, "high": 10}, "leave": {"high": 5}},
    "w": {"by": "s", "edges": {"none": 0, "some": 1}},
}


@pytest.mark.feature("scores of the preceding run, as they are")
def test_the_scores_of_the_run_before_are_read_as_they_are(any_engine: Engine) -> None:
    """Each ladder has a column of its own there, and one before overrides beside it."""
    parts = {**rules(r={"when": "true", "points": 7}), "bands": LADDERS}
    before = {"lead_id": "a", "band_u": "low", "edge_band_u": "high", "band_w": "some"}
    found = scored(parts, engine=any_engine, previous=[{**before, "edge_band_w": "some"}])
    assert (values(found, "band_u"), values(found, "band_w")) == (["high"], ["some"])
    assert found.transitions is not None
    changes = [(row["ladder"], row["from_band"]) for row in found.transitions.to_pylist()]
    assert changes == [("u", "low")]
    assert not any("ladder" in note for note in found.notes)


def test_bands_of_ladders_that_the_model_lacks_are_told_of() -> None:
    """As rows or as columns they are read by nothing, and a note says so."""
    parts = {**rules(r={"when": "true", "points": 7}), "bands": LADDERS}
    for row in ({"ladder": "v", "band": "x"}, {"band": "x"}, {"band_v": "x"}):
        found = scored(parts, previous=[{"lead_id": "a", **row}])
        [note] = [each for each in found.notes if "ladder" in each]
        assert ("'v'" in note) == ("band" not in row or "ladder" in row)


OF_ACCOUNTS: dict[str, Any] = {
    "scores": {
        "s": {"rules": {"r": {"of": "lead.x", "bins": {0: 0, 1: 1, 5: 5, 12: 12}}}},
        "a": {"of": "account", "rollup": "s", "by": "sum"},
        "b": {"of": "account", "rules": {"seen": {"event": "p", "points": 1}}},
    },
    "grades": {"f": {"by": "a", "edges": {"L": 0, "H": 10}}},
    "bands": {
        "person": {"by": "s", "edges": {"few": 0, "many": 5}},
        "firm": {
            "of": "account",
            "by": "a",
            "edges": {"cold": 0, "warm": 5, "hot": 10},
            "leave": {"warm": 3, "hot": 5},
            "require": {"hot": "hits.seen > 0 and account.size > 10"},
        },
        "cell": {"of": "account", "by": ["f"], "cells": {"top": ["H"]}, "default": "rest"},
    },
    "overrides": {
        "rival": {"when": "account.rival", "band": "excluded", "in": ["person", "firm"]},
        "keen": {"when": "s > 100", "band": "many", "in": "person"},
    },
}
"""Leads and accounts on ladders of their own."""


@pytest.mark.feature("ladders of accounts")
def test_accounts_stand_on_ladders_of_their_own(any_engine: Engine) -> None:
    """Edges, ``leave``, ``require``, cells and overrides are those of leads, on account scores."""
    firms = {
        "A": {"size": 50, "rival": False},  # 12: hot, as it raised a hand and is large
        "B": {"size": 5, "rival": False},  # 12: too small for hot
        "C": {"size": 50, "rival": True},  # 5: warm, and a rival
        "D": {"size": 50, "rival": False},  # 1: left, though warm before
        "E": {"size": 50, "rival": False},  # 5: hot before, and not below where it is left
    }
    scores = {"A": 12, "B": 12, "C": 5, "D": 1, "E": 5}
    before = {"D": "warm", "E": "hot"}
    found = scored(
        OF_ACCOUNTS,
        engine=any_engine,
        who=list("abcde"),
        leads=[{"lead_id": k.lower(), "account_id": k, "x": v} for k, v in scores.items()],
        accounts=[{"account_id": k, **v} for k, v in firms.items()],
        events=[event(n, lead_id=k) for n, k in enumerate("abcde")],
        previous_accounts=[
            {"account_id": k, "band_firm": v, "band_cell": "rest"} for k, v in before.items()
        ],
    )
    assert found.account_scores is not None
    rows = {row["account_id"]: row for row in found.account_scores.to_pylist()}
    columns = ("band_firm", "edge_band_firm", "band_cell", "override")
    assert {k: tuple(row[each] for each in columns) for k, row in rows.items()} == {
        "A": ("hot", "hot", "top", None),
        "B": ("warm", "warm", "top", None),
        "C": ("excluded", "warm", "rest", "rival"),
        "D": ("cold", "cold", "rest", None),
        "E": ("hot", "hot", "rest", None),
    }
    assert not {"band_firm", "band_cell"} & set(found.scores.column_names)
    assert values(found, "band_person") == ["many", "many", "excluded", "few", "many"]
    assert found.account_transitions is not None
    changes = found.account_transitions.to_pylist()
    assert sorted((row["account_id"], row["ladder"], row["from_band"]) for row in changes) == [
        *[(k, each, None) for k in "ABC" for each in ("cell", "firm")],
        ("D", "firm", "warm"),
    ]
    assert found.transitions is not None
    assert set(found.transitions["ladder"].to_pylist()) == {"person"}


def test_a_spine_gives_the_accounts_of_its_leads() -> None:
    """One that is looked at for a lead that left has not all of its leads there."""
    history = [
        {"entity": "lead", "id": "m", "field": "account_id", "value": each, "valid_from": at}
        for each, at in (("A", days_ago(60)), ("B", days_ago(30)))
    ]
    parts = {"scores": {each: OF_ACCOUNTS["scores"][each] for each in "sa"}}
    found = scored(
        parts,
        leads=[
            {"lead_id": "a", "account_id": "A", "x": 1},
            {"lead_id": "m", "account_id": "B", "x": 5},
            {"lead_id": "z", "account_id": "B", "x": 12},
        ],
        field_history=history,
    )
    assert found.account_scores is not None
    rows = found.account_scores.select(["account_id", "a"]).to_pylist()
    assert rows == [{"account_id": "A", "a": 1.0}]
