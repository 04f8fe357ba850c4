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


LADDERS = {
    "u": {"by": "s", "edges": {"low": 0, "high": 10}, "leave": {"high": 5}},
    "w": {"by": "s", "edges": {"none": 0, "some": 1}},
}


@pytest.mark.feature("scores of the preceding run, as they are")
def test_the_scores_of_the_run_before_are_read_as_they_are(any_engine: Engine) -> None:
    """Each ladder has a column of its own there, and one before overrides beside it."""
    parts = {**rules(r={"when": "true", "points": 7}), "bands": LADDERS}
    before = {"lead_id": "a", "band_u": "low", "edge_band_u": "high", "band_w": "some"}
    found = scored(parts, engine=any_engine, previous=[{**before, "edge_band_w": "some"}])
    assert (values(found, "band_u"), values(found, "band_w")) == (["high"], ["some"])
    assert found.transitions is not None
    changes = [(row["ladder"], row["from_band"]) for row in found.transitions.to_pylist()]
    assert changes == [("u", "low")]
    assert not any("ladder" in note for note in found.notes)


def test_bands_of_ladders_that_the_model_lacks_are_told_of() -> None:
    """As rows or as columns they are read by nothing, and a note says so."""
    parts = {**rules(r={"when": "true", "points": 7}), "bands": LADDERS}
    for row in ({"ladder": "v", "band": "x"}, {"band": "x"}, {"band_v": "x"}):
        found = scored(parts, previous=[{"lead_id": "a", **row}])
        [note] = [each for each in found.notes if "ladder" in each]
        assert ("'v'" in note) == ("band" not in row or "ladder" in row)
