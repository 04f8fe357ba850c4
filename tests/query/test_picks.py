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


SO_MANY: dict[str, tuple[dict[str, Any], float | None]] = {
    "two": ({"at_least": 2, "points": 5}, 10),
    "three": ({"at_least": 3, "points": 5}, 5),
    "four": ({"at_least": 4, "points": 5}, None),
    "of_the_latest": ({"at_least": 2, "points": "minutes"}, 0 + 10),
    "at_most": ({"at_least": 1, "points": 1, "at_most": 4}, 2),
    "of_each": ({"at_least": 2, "points": 5, "by": "visit", "limit_each": 3}, 6),
    "in_all": ({"at_least": 2, "points": 5, "limit": 7}, 7),
    "counted": ({"at_least": 1, "points": 1, "count": "per visit"}, 3),
}


@pytest.mark.feature("so many within one value")
def test_so_many_are_asked_of_each_value(any_engine: Engine) -> None:
    """Each value with so many units gives the points of its latest; null is no value."""
    parts = {name: {"event": "p", "in": "visit", **rule} for name, (rule, _) in SO_MANY.items()}
    found = points(scored(rules(**parts), engine=any_engine, events=VISITS))
    assert {name: found.get(name) for name in SO_MANY} == {
        name: expected for name, (_, expected) in SO_MANY.items()
    }
