"""Bands, their switches, and changes of band."""

from __future__ import annotations

from datetime import UTC, datetime
from math import copysign

import pytest

from leadline.engines.engine import Engine
from small import NOW, event, rules, scored, values

LEAVE = {"by": "s", "edges": {"low": 0, "high": 10}, "leave": {"high": 5}}


@pytest.mark.feature("hysteresis at any moment")
@pytest.mark.parametrize(
    "at",
    [
        datetime(1600, 1, 1, tzinfo=UTC),
        datetime(2112, 9, 17, tzinfo=UTC),
        datetime(2112, 9, 18, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_a_switch_works_at_any_moment(at: datetime, any_engine: Engine) -> None:
    """A score at or above the edge is in the band, however far away the moment is."""
    parts = {**rules(r={"when": "true", "points": 20}), "bands": LEAVE}
    assert values(scored(parts, engine=any_engine, at=[at]), "band") == ["high"]


def test_the_value_of_a_transition_has_no_minus_zero() -> None:
    """A score that rounds to nothing from below is 0."""
    parts = {**rules(r={"event": "p", "points": -0.004}), "bands": {"by": "s", "edges": {"n": 0}}}
    found = scored(parts, events=[event(1)])
    assert found.transitions is not None
    for table, name in ((found.scores, "s"), (found.transitions, "value")):
        assert [copysign(1, value) for value in table[name].to_pylist()] == [1]
    assert NOW in found.scores["as_of"].to_pylist()
