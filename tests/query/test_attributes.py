"""Rules that read fields and counts alone."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.engines.engine import Engine
from small import days_ago, event, points, rules, scored


@pytest.mark.feature("tables of values and bins over what has no value")
def test_a_field_of_a_table_that_was_not_given_has_no_value(any_engine: Engine) -> None:
    """Bins, and values of any type, give what they say of a missing value."""
    parts = rules(
        bins={"of": "account.size", "bins": {0: 5}, "missing": 1},
        numbers={"of": "account.size", "values": {7: 5}, "missing": 2},
        texts={"of": "account.size", "values": {"x": 5}, "missing": 3},
        truth={"of": "account.size", "values": {True: 5}, "missing": 4},
    )
    found = points(scored(parts, engine=any_engine))
    assert found == {"bins": 1, "numbers": 2, "texts": 3, "truth": 4}


COLD = {"silent_for": "7d", "points": -4}


AGAIN: tuple[tuple[float, dict[str, Any], tuple[int, float]], ...] = (
    (6.9, {"every": "7d"}, (0, 0)),
    (7, {"every": "7d"}, (1, -4)),
    (20.9, {"every": "7d"}, (2, -8)),
    (21, {"every": "7d"}, (3, -12)),
    (90, {"every": "7d", "limit": 20}, (12, -20)),
    (90, {"limit": 3}, (1, -3)),
    (300, {"every": "7d"}, (14, -56)),
)
"""Days since the last sign of life, what the rule says more, and its count and points."""


@pytest.mark.feature("silence that fires again")
def test_silence_fires_again_for_each_further_while(any_engine: Engine) -> None:
    """It lasts since the last sign of life, or since the lead is known where that is later."""
    who = [f"l{n}" for n in range(len(AGAIN))]
    leads = [{"lead_id": lead, "created_at": days_ago(100)} for lead in who]
    signs = [event(n, days, lead_id=f"l{n}") for n, (days, *_) in enumerate(AGAIN)]
    parts = {}
    for n, (_, more, _) in enumerate(AGAIN):
        parts[f"cold{n}"] = {**COLD, **more}
        parts[f"told{n}"] = {"when": f"hits.cold{n} > 0", "points": f"hits.cold{n} / 100"}
    found = scored(rules(**parts), engine=any_engine, who=who, leads=leads, events=signs)
    ledger = {(row["lead_id"], row["rule"]): row["points"] for row in found.points.to_pylist()}
    for n, (*_, (count, given)) in enumerate(AGAIN):
        assert ledger.get((f"l{n}", f"cold{n}"), 0) == given
        assert ledger.get((f"l{n}", f"told{n}"), 0) == count / 100


@pytest.mark.feature("silence without any events")
def test_nobody_is_silent_where_no_events_were_given(any_engine: Engine) -> None:
    """The rule is open, unless the lead is so new that it could not fire anyway."""
    created = {"old": days_ago(100), "new": days_ago(1), "unknown": None}
    leads = [{"lead_id": lead, "created_at": at} for lead, at in created.items()]
    found = scored(rules(cold=COLD), engine=any_engine, who=list(created), leads=leads)
    rows = {row["lead_id"]: (row["state"], row["points"]) for row in found.points.to_pylist()}
    assert rows == {"old": ("missing", 0), "unknown": ("missing", 0)}
    assert any("events" in note for note in found.notes)
    given = scored(rules(cold=COLD), engine=any_engine, who=["old"], leads=leads, events=[])
    assert points(given) == {"cold": -4}
