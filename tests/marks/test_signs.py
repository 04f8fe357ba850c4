"""Thresholds are whole numbers with a meaning; what is none is refused."""

from __future__ import annotations

import pytest

from leadline.errors import InputError
from leadline.marks.signs import Signs, meanings


def test_what_is_no_threshold_is_refused_with_all_other_faults() -> None:
    """A misspelt name says the nearest one."""
    with pytest.raises(InputError) as refused:
        Signs.of({"scan_second": 2, "pages": 0, "links": True})
    assert len(refused.value.faults) == 3
    assert "scan_seconds" in str(refused.value)


def test_every_threshold_says_what_it_means() -> None:
    """In a sentence."""
    assert all(says.endswith(".") and default > 0 for _, default, says in meanings())
