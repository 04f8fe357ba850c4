"""What is told of tables once all of them are read."""

from __future__ import annotations

import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.model.moments import moment
from leadline.scoring.run import Run

MODEL = {
    "leadline": 1,
    "model": "told",
    "scores": {"s": {"rules": {"x": {"when": "lead.x > 0", "points": 1}}}},
    "bands": {
        "u": {"by": "s", "edges": {"low": 0, "high": 5}},
        "w": {"by": "s", "edges": {"lo": 0, "hi": 8}},
    },
    "overrides": {"rival": {"when": "s > 100", "band": "excluded", "in": "u"}},
}


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        ([{"lead_id": "a", "band_u": "high", "band_w": "lo"}], []),
        (
            [{"lead_id": "a", "band_u": "HIGH", "band_w": "excluded"}],
            [
                "previous: bands of u that the model does not have: 'HIGH' (1).",
                "previous: bands of w that the model does not have: 'excluded' (1).",
            ],
        ),
        (
            [
                {"lead_id": "a", "ladder": "u", "band": "excluded"},
                {"lead_id": "a", "ladder": "w", "band": "high"},
                {"lead_id": "a", "ladder": "band", "band": "high"},
            ],
            [
                "previous: bands of ladders that the model does not have: 'band' (1).",
                "previous: bands of w that the model does not have: 'high' (1).",
            ],
        ),
    ],
)
def test_bands_before_that_say_nothing_are_told(
    engine: DuckDB, previous: list[dict[str, object]], told: list[str]
) -> None:
    """By ladder and by band, whether they stand in rows or in columns."""
    given = {"leads": arrow([{"lead_id": "a", "x": 1.0}]), "previous": arrow(previous)}
    with Run.open(engine, MODEL, given, as_of=moment("2026-11-01")) as run:
        assert [each for each in run.loaded.notes if each.startswith("previous")] == told
