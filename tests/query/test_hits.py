"""Events meet their leads where a rule reads them, and only there."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from leadline.scoring import score


def test_points_of_a_lead_beside_a_condition_with_many_values() -> None:
    """A formula over a lead's field and a condition on a URL stand in one model."""
    model = {
        "leadline": 1,
        "model": "many-urls",
        "scores": {
            "person": {
                "rules": {
                    "size": {"event": "a", "points": "lead.size"},
                    "url": {"event": "a", "where": "url like '%7'", "points": 1},
                    "home": {"event": "a", "where": "url like '%5' and lead.home", "points": 10},
                }
            }
        },
    }
    count = 3000  # more values than are listed as shapes
    events = pa.table(
        {
            "event_id": [f"e{number}" for number in range(count)],
            "lead_id": ["x", "y", "z"] * (count // 3),
            "type": ["a"] * count,
            "url": [f"/{number}" for number in range(count)],
            "occurred_at": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * count),
        }
    )
    leads = pa.table({"lead_id": ["x", "y"], "size": [0.5, None], "home": [True, False]})
    scored = score(model, leads=leads, events=events, as_of="2026-02-01")
    found = {row["lead_id"]: row["person"] for row in scored.scores.to_pylist()}
    assert found == {"x": 500 + 100 + 1000, "y": 100}
