"""Conditions on events mean the same whatever the event's columns are called."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.engines.engine import Engine
from small import event, points, rules, scored


@pytest.mark.feature("columns of events with the names of parameters")
def test_a_column_may_have_the_name_of_a_rules_number(any_engine: Engine) -> None:
    """What an event's column ``rule`` holds is not taken for the number of a rule."""
    parts = rules(
        r={"event": "p", "where": "rule = 2", "points": 1},
        q={"event": "p", "points": 10},
        o={"event": "p", "where": "rule = 2", "points": 100, "count": "once"},
    )
    found = scored(parts, engine=any_engine, events=[event(1, rule=2)])
    assert points(found) == {"r": 1, "q": 10, "o": 100}


HALF = {"half_life": "9d"}
STEPS = {"keep": 0.5, "every": "3d"}


@pytest.mark.parametrize(
    ("column", "value", "rule", "expected"),
    [
        ("within", 5, {"within": "60d"}, 1.0),
        ("keep", 0.1, {"decay": STEPS}, 0.125),
        ("every", 1, {"decay": STEPS}, 0.125),
        ("half_life", 1, {"decay": HALF}, 0.5),
        ("linear", 1, {"decay": {"linear": "30d"}}, 0.7),
        ("rule", "x", {}, 1.0),
        ("since_reset", True, {}, 1.0),
        ("kind", "x", {"decay": HALF}, 0.5),
        ("place", 7, {"decay": HALF}, 0.5),
        ("seen.at", 7, {"decay": HALF}, 0.5),
        ("Seen.N", 7, {"within": "60d"}, 1.0),
        ("leadline.age", 7, {"within": "60d"}, 1.0),
        ("shape.type", "x", {}, 1.0),
    ],
)
def test_a_column_may_have_the_name_of_a_parameter(
    column: str, value: Any, rule: dict[str, Any], expected: float
) -> None:
    """A condition on such a column changes neither window nor decay."""
    written = {str: f"'{value}'", bool: str(value).lower()}.get(type(value), str(value))
    one = {"event": "p", "where": f'"{column}" = {written}', "points": 1, **rule}
    found = scored(rules(r=one), events=[event(1, 9, **{column: value})])
    assert points(found) == {"r": expected}


def test_silence_ends_by_an_event_with_such_a_column() -> None:
    """An event of nine days ago ends a silence of thirty days."""
    parts = rules(quiet={"silent_for": "30d", "where": "rule = 7", "points": -20})
    found = scored(parts, events=[event(1, 9, rule=7), event(2, 90)])
    assert points(found) == {}
