"""Rows that name what no table has are told of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from comparison import arrow
from leadline.engines.engine import Engine
from leadline.scoring import Run

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {"s": {"rules": {"v": {"event": "visit", "points": 1}}}},
}
LEADS = arrow([{"lead_id": "a", "account_id": "x"}, {"lead_id": "b", "account_id": None}])


def events(*leads: str | None) -> Any:
    """Return an event of each lead."""
    return arrow(
        [
            {
                "event_id": f"e{at}",
                "lead_id": lead,
                "account_id": "x",
                "type": "visit",
                "occurred_at": AT,
            }
            for at, lead in enumerate(leads)
        ]
    )


def merge(old: str, new: str) -> Any:
    """Return a merge."""
    return arrow([{"from_id": old, "into_id": new, "recorded_at": AT}])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"events": events("a", "z", "y", "z", "w", "v", None)},
            (
                "events: 5 rows have a lead_id that is in no leads, so they count for no lead: "
                "'v', 'w', 'y'."
            ),
        ),
        (
            {"accounts": arrow([{"account_id": "q"}])},
            (
                "leads: 1 row has an account_id that is in no accounts, "
                "so its account has no fields: 'x'."
            ),
        ),
        (
            {"lead_merges": merge("a", "n")},
            "lead_merges: 1 row has an into_id that is in no leads, so it ends in no lead: 'n'.",
        ),
        (
            {
                "events": events("a"),
                "event_marks": arrow([{"event_id": "no", "mark": "bot", "recorded_at": AT}]),
            },
            "event_marks: 1 row has an event_id that is in no events, so it marks nothing: 'no'.",
        ),
        (
            {"previous": arrow([{"lead_id": "gone", "band": "x"}])},
            "previous: 1 row has a lead_id that is in no leads, so nothing reads it: 'gone'.",
        ),
    ],
)
def test_rows_that_name_nothing_are_counted(
    any_engine: Engine, tables: dict[str, Any], said: str
) -> None:
    """With three of the names, the least."""
    with Run.open(any_engine, MODEL, {"leads": LEADS, **tables}, as_of=AT) as run:
        assert said in run.loaded.notes


def test_what_is_known_otherwise_is_no_orphan(any_engine: Engine) -> None:
    """A lead that was merged into another, a lead of the spine, and any, where no table is."""
    tables = {
        "leads": LEADS,
        "events": events("a", "old", "scored"),
        "lead_merges": merge("old", "b"),
        "spine": arrow([{"lead_id": "scored", "as_of": AT}]),
    }
    with Run.open(any_engine, MODEL, tables) as run:
        assert not [note for note in run.loaded.notes if "that is in no" in note]
