"""Differences of two ledgers in the words of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.review.explain import compare

THEN = datetime(2026, 10, 1, tzinfo=UTC)


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
    before = [row("more", 5), row("older", 8), row("gone", 3), row("size", 1, None)]
    after = [
        row("more", 10, 2, 3),
        row("older", 4),
        row("size", 9, None),
        row("limit:web", -2, None, state="limit"),
        row("empty", 0, None, state="missing"),
    ]
    found = {change.rule: change.kind for change in compare(before, after)}
    assert found == {
        "more": "gained",
        "older": "decayed",
        "gone": "expired",
        "size": "field changed",
        "limit:web": "newly limited",
    }


def test_the_largest_change_stands_first() -> None:
    """Changes are listed by their size; what did not change is not listed."""
    changes = compare(
        [row("a", 1), row("b", 9), row("c", 2)], [row("a", 2), row("b", 1), row("c", 2)]
    )
    assert [change.rule for change in changes] == ["b", "a"]
