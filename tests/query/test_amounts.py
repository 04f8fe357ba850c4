"""What a hit is worth, and which value of a column it has."""

from __future__ import annotations

import pytest

from leadline.engines.engine import Engine
from small import event, points, rules, scored


@pytest.mark.feature("minus zero is zero")
def test_zero_with_and_without_a_sign_is_one_value(any_engine: Engine) -> None:
    """``count: per`` and ``by`` find two values where there are 0 and 1."""
    values = (0.0, -0.0, 0.0, 1.0, 1.0)
    parts = rules(
        per={"event": "p", "count": "per v", "points": 1},
        by={"event": "p", "by": "v", "limit_each": 5, "points": 4},
        zero={"event": "p", "where": "v = 0", "points": 1},
    )
    events = [event(at, v=value) for at, value in enumerate(values)]
    assert points(scored(parts, engine=any_engine, events=events)) == {
        "per": 2,
        "by": 10,
        "zero": 3,
    }
