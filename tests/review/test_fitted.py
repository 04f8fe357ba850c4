"""The fit of many columns at once, and its intervals."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.review.rule_worth.fitted import fitted


@pytest.mark.slow
def test_intervals_hold_the_true_effect_where_groups_repeat() -> None:
    """Rows of a group share their column; about 95 of 100 intervals hold the truth."""
    held = 0
    for seed in range(100):
        dice = np.random.default_rng(seed)
        own = dice.integers(0, 2, (150, 3)).astype(float)
        group = np.repeat(np.arange(150), 4)
        columns = own[group]
        shared = dice.normal(0, 0.7, 150)[group]
        log_odds = columns @ np.array([1.0, 0.0, -0.5]) + shared - 0.5
        outcome = dice.random(len(group)) < 1 / (1 + np.exp(-log_odds))
        low, high = np.percentile(fitted(columns, outcome, group).drawn[:, 1], [2.5, 97.5])
        held += bool(low <= 0 <= high)
    assert 88 <= held <= 99
