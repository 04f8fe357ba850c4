"""Units that need an order."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.engines.engine import Engine
from small import event, points, rules, scored

VISITS = [
    *(event(at, 1 + at, visit="one", minutes=at) for at in range(3)),
    *(event(10 + at, 10 + at, visit="two", minutes=10 + at) for at in range(2)),
    *(event(20 + at, 20 + at, visit=None, minutes=0) for at in range(4)),
    event(30, 30, visit="three", minutes=30),
]


@pytest.mark.feature("so many within one value")
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"at_least": 2, "points": 5}, 10),
        ({"at_least": 3, "points": 5}, 5),
        ({"at_least": 4, "points": 5}, None),
        ({"at_least": 2, "points": "minutes"}, 0 + 10),
        ({"at_least": 1, "points": 1, "at_most": 4}, 2),
        ({"at_least": 2, "points": 5, "by": "visit", "limit_each": 3}, 6),
        ({"at_least": 2, "points": 5, "limit": 7}, 7),
        ({"at_least": 1, "points": 1, "count": "per visit"}, 3),
    ],
)
def test_so_many_are_asked_of_each_value(
    rule: dict[str, Any], expected: float | None, any_engine: Engine
) -> None:
    """Each value with so many units gives the points of its latest; null is no value."""
    found = scored(rules(r={"event": "p", "in": "visit", **rule}), engine=any_engine, events=VISITS)
    assert points(found).get("r") == expected
