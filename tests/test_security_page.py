"""The page of security names tests that there are, and says what is missing of each point."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", PAGE, re.MULTILINE
)


def test_every_test_that_it_names_is_there() -> None:
    """And has tests in it."""
    named = set(re.findall(r"`(tests/[^`]+\.py)`", PAGE))
    assert len(named) > 15
    for each in named:
        assert "\ndef test_" in (ROOT / each).read_text(encoding="utf-8"), each


def test_every_point_says_whether_it_is_met() -> None:
    """Each once; what is met in part, or not, says what is missing."""
    assert {met for _, _, met, _ in ROWS} == {"yes", "partly", "no", "n/a"}
    points = [point for point, *_ in ROWS]
    assert len(points) == len(set(points)) > 60
    assert all(how.strip() for _, _, met, how in ROWS if met != "yes")
