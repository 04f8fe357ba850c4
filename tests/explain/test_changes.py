"""Differences of two ledgers in the words of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.explain.changes import changes
from leadline.model.document import Model

THEN = datetime(2026, 10, 1, tzinfo=UTC)
UNITS = ("more", "older", "gone", "full", "a", "b", "c")
MODEL = Model.model_validate(
    {
        "leadline": 1,
        "model": "m",
        "scores": {
            "person": {
                "rules": {
                    **{each: {"event": "visit", "points": 1, "limit": 20} for each in UNITS},
                    "size": {"of": "lead.size", "bins": {0: 1}},
                    "both": {"when": "hits.more > 1 and lead.size > 0", "points": 2},
                    "cold": {"silent_for": "60d", "points": -5},
                }
            }
        },
    }
)


def row(
    rule: str, points: float, count: int | None = 1, days: int = 0, state: str = "fired"
) -> Any:
    """Return a row of a ledger."""
    last_at = None if count is None else THEN + timedelta(days=days)
    return {
        "score": "person",
        "rule": rule,
        "points": points,
        "count": count,
        "last_at": last_at,
        "state": state,
    }


def test_every_kind_of_change_has_its_word() -> None:
    """Gained, decayed, expired, newly limited and changed fields are told apart."""
    before = [row("more", 5), row("older", 8), row("gone", 3), row("size", 1, None), row("full", 9)]
    after = [
        row("more", 10, 2, 3),
        row("older", 4),
        row("full", 20, 5, 3),
        row("size", 0, None, state="missing"),
        row("both", 2, None),
        row("cold", -5, 1),
        row("limit:web", -2, None, state="limit"),
    ]
    found = {each.rule: each.kind for each in changes(MODEL, before, after, [("lead", "size")])}
    assert found == {
        "more": "gained",
        "older": "decayed",
        "gone": "expired",
        "full": "gained, newly limited",
        "size": "field changed",
        "both": "field changed",
        "cold": "gained",
        "limit:web": "newly limited",
    }


def test_a_field_that_is_as_it_was_has_not_changed() -> None:
    """Where a condition reads hits too, it is they that made it true, and no longer so."""
    [change] = changes(MODEL, [], [row("both", 2, None)])
    assert change.kind == "gained"
    [change] = changes(MODEL, [row("both", 2, None)], [])
    assert change.kind == "expired"


def test_the_largest_change_stands_first() -> None:
    """Changes are listed by their size; what did not change is not listed."""
    found = changes(
        MODEL, [row("a", 1), row("b", 9), row("c", 2)], [row("a", 2), row("b", 1), row("c", 2)]
    )
    assert [each.rule for each in found] == ["b", "a"]
