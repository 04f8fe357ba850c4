"""How soon outcomes come, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.learn.clock import Clock


def test_rows_count_as_long_as_they_were_followed() -> None:
    """Of four rows one wins on day 1; of two that are left and followed one wins on day 3."""
    after = np.array([1.0, 2.0, 3.0, 4.0])
    found = Clock.of_rows(after, np.array([1, 0, 1, 0], bool), np.array([0, 0, 0, 0], bool))
    assert found.rate == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    assert found.come_by(np.array([0.5, 1.0, 2.9, 3.0, 9.0])) == pytest.approx(
        [0, 0.4, 0.4, 1.0, 1.0]
    )


def test_what_failed_can_win_no_more() -> None:
    """One of two fails on day 1, the other wins on day 2: the rate is one half, not one."""
    both = Clock.of_rows(np.array([1.0, 2.0]), np.array([False, True]), np.array([True, False]))
    assert both.rate == pytest.approx(0.5)
    assert both.failed_by(np.array([0.5, 1.5])) == pytest.approx([0, 1])


def test_without_any_outcome_there_is_no_clock() -> None:
    """Nothing says how soon."""
    with pytest.raises(ValueError, match="outcome"):
        Clock.of_rows(np.ones(2), np.zeros(2, bool), np.zeros(2, bool))
