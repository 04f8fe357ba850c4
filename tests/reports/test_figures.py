"""Figures are written alike everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadline.reports.figures import Kind, figure


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "share", "-"),
        (0, "share", "0 %"),
        (0.0001, "share", "< 0.1 %"),
        (0.9999, "share", "> 99.9 %"),
        (1, "share", "100 %"),
        (0.256, "share", "25.6 %"),
        (1234.5, "points", "1,234.5"),
        (-0.001, "points", "0"),
        (datetime(2026, 1, 2, tzinfo=UTC), "time", "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "time", "2026-01-02T03:04:00Z"),
    ],
)
def test_figures_are_written_for_people(value: object, kind: Kind, text: str) -> None:
    """A share that is neither none nor all never looks like it; a moment at midnight is a date."""
    assert figure(value, kind) == text
