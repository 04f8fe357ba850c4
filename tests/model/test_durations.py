"""Durations: a whole number and a unit."""

from __future__ import annotations

import pytest

from leadline.model.durations import Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("36h", 129_600), ("30d", 2_592_000), ("8w", 4_838_400), ("0d", 0)],
)
def test_a_duration_is_its_seconds(text: str, seconds: int) -> None:
    """Every unit has its length, a day 86,400 s; the text is kept as written."""
    assert Duration(text).seconds == seconds
    assert Duration(text).microseconds == seconds * 1_000_000
    assert str(Duration(text)) == text


@pytest.mark.parametrize("text", ["", "d", "30", "30 d", "1.5d", "-3d", "30D", "1y", "3d ", "٣d"])
def test_anything_else_is_no_duration(text: str) -> None:
    """Spaces, signs, fractions, other units and other digits are refused."""
    with pytest.raises(ValueError, match="must be a duration such as 30d"):
        Duration(text)


def test_a_duration_has_an_upper_limit() -> None:
    """A thousand years are the most, so that no engine counts out of its range."""
    assert Duration("365250d").seconds == 365_250 * 86_400
    with pytest.raises(ValueError, match="must be at most 1000 years long"):
        Duration("365251d")
