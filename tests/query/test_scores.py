"""Scores may be called anything that is not a column of the result."""

from __future__ import annotations

import pytest

from leadline.engines.engine import Engine
from small import rules, scored, values

NAMES = """
    k in_spine account_k merged_away f s l a g t m e spine leads scores points state rule count
    last_at weight unit moment place edge value n id from_id into_id event_id lead_row select
"""
WORDS = NAMES.split()


@pytest.mark.feature("scores and grades with the statement's own names")
def test_scores_and_grades_may_have_the_statements_own_names(any_engine: Engine) -> None:
    """Each has its own value in the result."""
    some = WORDS[::2]
    parts = {
        "scores": {
            "surge": {"of": "account", "rules": {"r": {"when": "true", "points": 3}}},
            **{
                word: {"rules": {word: {"when": "true", "points": at}}}
                for at, word in enumerate(some)
            },
            "total": {"formula": " + ".join(some)},
        },
        "grades": {word: {"by": "surge", "edges": {"lo": 0, "hi": 1}} for word in WORDS[1::2]},
    }
    found = scored(
        parts,
        engine=any_engine,
        leads=[{"lead_id": "a", "account_id": "x"}],
        accounts=[{"account_id": "x"}],
    )
    assert [values(found, word) for word in some] == [[at] for at, _ in enumerate(some)]
    assert values(found, "total") == [sum(range(len(some)))]
    assert {value for word in WORDS[1::2] for value in values(found, word)} == {"hi"}


def test_points_of_a_thousand_million_are_kept_to_the_last_decimal() -> None:
    """Rounding does not change what is round already."""
    for number in (140_000_001, 200_000_000, 1_000_000_000, -1_000_000_000):
        found = scored(rules(r={"when": "true", "points": number}))
        assert found.points["points"].to_pylist() == values(found) == [number]


@pytest.mark.feature("fields that results show")
def test_results_carry_the_fields_that_are_shown(any_engine: Engine) -> None:
    """They stand beside the id, as they were at the moment, and count as missing nowhere."""
    parts = {
        "show": ["lead.name", "account.name"],
        "scores": {
            "s": {"rules": {"r": {"when": "true", "points": 1}}},
            "crowd": {"of": "account", "rollup": "s", "by": "sum"},
        },
        "bands": {"by": "s", "edges": {"n": 0}},
    }
    found = scored(
        parts,
        engine=any_engine,
        leads=[{"lead_id": "a", "account_id": "x", "name": "Ada"}],
        accounts=[{"account_id": "x", "name": None}],
    )
    [row] = found.scores.to_pylist()
    assert list(row)[:4] == ["lead_id", "lead.name", "account.name", "as_of"]
    assert (row["lead.name"], row["account.name"], row["missing"]) == ("Ada", None, 0)
    assert found.transitions is not None
    assert found.transitions["lead.name"].to_pylist() == ["Ada"]
    assert found.account_scores is not None
    assert found.account_scores.column_names[:2] == ["account_id", "account.name"]
