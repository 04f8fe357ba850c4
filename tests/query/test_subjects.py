"""Fields of leads and accounts as they were known at a moment."""

from __future__ import annotations

from typing import Any

import pytest

from comparison import arrow
from leadline.engines.engine import Engine
from leadline.scoring import score
from small import NOW, days_ago, event, points, rules, scored, states, values


def past(entity: str, name: str, value: str | None, days: float, **more: Any) -> dict[str, Any]:
    """Return what a field of lead a, or of its account x, was from so many days ago on."""
    row = {"entity": entity, "id": {"lead": "a", "account": "x"}[entity], "field": name}
    return {**row, "value": value, "valid_from": days_ago(days), **more}


@pytest.mark.feature("histories of fields that are empty at present")
@pytest.mark.parametrize("column", [{}, {"x": None}])
def test_a_history_is_read_where_the_field_has_no_value_at_present(
    column: dict[str, Any], any_engine: Engine
) -> None:
    """Whether the column is empty or lacking, its past decides of which type it is."""
    parts = rules(
        number={"when": "lead.x > 0", "points": "lead.x"},
        text={"when": "account.n = 'vp'", "points": 1},
        truth={"when": "account.t", "points": 2},
    )
    found = scored(
        parts,
        engine=any_engine,
        leads=[{"lead_id": "a", "account_id": "x", **column}],
        accounts=[{"account_id": "x", "n": None}],
        field_history=[
            past("lead", "x", "20", 90),
            past("account", "n", "vp", 90),
            past("account", "t", "true", 90),
        ],
    )
    assert points(found) == {"number": 20, "text": 1, "truth": 2}
    assert values(found, "missing") == [0]


MERGED = {"from_id": "b", "into_id": "a", "recorded_at": days_ago(20)}


@pytest.mark.feature("merges undone and ended")
@pytest.mark.parametrize(
    ("later", "expected"),
    [([], {"a": 3, "b": 0}), (["b"], {"a": 1, "b": 2}), ([None], {"a": 1})],
)
def test_the_latest_merge_of_a_lead_counts(
    later: list[str | None], expected: dict[str, float], any_engine: Engine
) -> None:
    """Merged into itself a lead is itself again; into nothing, it has ended and has no score."""
    merges = [MERGED]
    merges += [{"from_id": "b", "into_id": each, "recorded_at": days_ago(10)} for each in later]
    found = scored(
        {
            "scores": {
                "s": {"rules": {"r": {"event": "p", "points": 1}}},
                "crowd": {"of": "account", "rollup": "s", "by": "count_over -1"},
            }
        },
        engine=any_engine,
        who=["a", "b"],
        leads=[{"lead_id": each, "account_id": "x"} for each in "ab"],
        events=[event(1), event(2, lead_id="b"), event(3, lead_id="b")],
        lead_merges=merges,
    )
    rows = found.scores.to_pylist()
    assert {row["lead_id"]: row["s"] for row in rows} == expected
    members = 2 if later == ["b"] else 1
    assert {row["crowd"] for row in rows} == {members}


@pytest.mark.feature("rows that are not there before they are recorded")
def test_a_row_is_not_there_before_it_is_recorded(any_engine: Engine) -> None:
    """Its fields are null then, and a rollup leaves the lead out."""
    found = scored(
        {
            "scores": {
                "s": {"rules": {"r": {"when": "lead.x > 0", "points": 1}}},
                "size": {"of": "account", "rules": {"n": {"when": "account.n > 0", "points": 5}}},
                "crowd": {"of": "account", "rollup": "s", "by": "count_over -1"},
            }
        },
        engine=any_engine,
        at=[days_ago(30), days_ago(10), days_ago(0)],
        leads=[
            {"lead_id": "a", "account_id": "x", "x": 1, "recorded_at": None},
            {"lead_id": "b", "account_id": "x", "x": 1, "recorded_at": days_ago(10)},
        ],
        accounts=[{"account_id": "x", "n": 1, "recorded_at": days_ago(5)}],
    )
    assert values(found, "crowd") == [1, 2, 2]
    assert values(found, "size") == [0, 0, 5]


def test_a_batch_of_all_leads_leaves_out_those_not_recorded_yet() -> None:
    """Every lead, at one moment, is every lead whose row is there then."""
    leads = [
        {"lead_id": each, "recorded_at": days_ago(days)}
        for each, days in zip("abc", (1, 0, -1), strict=True)
    ]
    for parts in (
        rules(r={"event": "p", "points": 1}),
        rules(r={"when": "lead.x = 'v'", "points": 1}),
    ):
        found = score(
            {"leadline": 1, "model": "small", **parts},
            leads=arrow(leads),
            events=arrow([event(1), event(2, lead_id="c")]),
            field_history=arrow([past("lead", "x", "v", 3)]),
            as_of=NOW,
        )
        assert sorted(found.scores["lead_id"].to_pylist()) == ["a", "b"]


@pytest.mark.feature("values that became known later")
def test_a_value_is_not_known_before_it_is_recorded(any_engine: Engine) -> None:
    """Of two values from the same time on, the one that became known last counts."""
    history = [
        past("lead", "x", "1", 30, recorded_at=days_ago(25)),
        past("lead", "x", "0", 30, recorded_at=days_ago(15)),
    ]
    parts = rules(r={"when": "lead.x is not null", "points": "10 + lead.x"})
    at = [days_ago(each) for each in (28, 20, 10)]
    found = scored(parts, engine=any_engine, at=at, field_history=history)
    assert values(found) == [0, 11, 10]


STAGES = [
    past("lead", "stage", "new", 60),
    past("lead", "stage", "open", 30),
    past("lead", "stage", "open", 20),
    past("lead", "stage", "lost", 10, recorded_at=days_ago(3)),
    past("account", "tier", "gold", 40),
    past("lead", "gone", "x", 40),
    past("lead", "gone", None, 30),
]


@pytest.mark.feature("time since a field took its value")
def test_since_is_the_age_of_the_value_that_a_field_has(any_engine: Engine) -> None:
    """A value that is written again goes on; without history, or a value, it is null."""
    parts = {
        "scores": {
            "s": {
                "rules": {
                    "stage": {"when": "since.lead.stage >= 0", "points": "since.lead.stage / 1d"},
                    "tier": {"when": "true", "points": "since.account.tier / 1d"},
                    "gone": {"when": "since.lead.gone > 0", "points": 1000},
                    "never": {"when": "since.lead.name > 0", "points": 1000},
                    "event": {"event": "p", "where": "since.lead.stage < 27d", "points": 500},
                }
            },
            "total": {"formula": "s + since.account.tier / 1d"},
        }
    }
    found = scored(
        parts,
        engine=any_engine,
        at=[days_ago(25), days_ago(5), days_ago(0)],
        leads=[{"lead_id": "a", "account_id": "x", "name": "n"}],
        events=[event(1, 50)],
        field_history=STAGES,
    )
    assert values(found) == [5 + 15 + 500, 25 + 35 + 500, 10 + 40 + 500]
    assert values(found, "total") == [520 + 15, 560 + 35, 550 + 40]
    assert values(found, "missing") == [0, 0, 0]
    rows = found.points.to_pylist()
    assert {row["rule"] for row in rows if row["state"] == "missing"} == {"gone", "never"}


def test_since_is_null_without_any_history() -> None:
    """Nobody knows since when a field has its value."""
    parts = rules(r={"when": "since.account.tier > 0 or since.lead.x > 0", "points": 1})
    found = scored(
        parts,
        leads=[{"lead_id": "a", "account_id": "x", "x": 1}],
        accounts=[{"account_id": "x", "tier": 1}],
    )
    assert states(found) == {"r": "missing"}
