"""More than luck."""

from __future__ import annotations

import numpy as np

from leadline.learn.luck import luck

RANDOM = np.random.default_rng(4)
ROWS = 400
PARTS = np.arange(ROWS) // 100
SHARES = np.ones(4)
WON = RANDOM.random(ROWS) < 0.3


def test_the_best_of_many_senseless_rankings_is_luck() -> None:
    """Out of thirty some look good alone; together they are what chance gives."""
    tried = [RANDOM.random(ROWS) for _ in range(30)]
    alone = min(luck([each], WON, PARTS, SHARES, None, ordered=True) for each in tried)
    assert alone < 0.1
    assert luck(tried, WON, PARTS, SHARES, None, ordered=True) > 3 * alone


def test_a_ranking_that_knows_is_no_luck() -> None:
    """Nor is it among others that know nothing."""
    tried = [WON + RANDOM.normal(0, 1, ROWS), RANDOM.random(ROWS)]
    assert luck(tried, WON, PARTS, SHARES, None, ordered=True) < 0.01


def test_rows_of_one_group_are_one_witness() -> None:
    """Ten groups say less than four hundred rows."""
    groups = np.arange(ROWS) % 10
    won = groups < 5
    said = won + RANDOM.normal(0, 3, ROWS)
    assert luck([said], won, PARTS, SHARES, groups, ordered=True) > luck(
        [said], won, PARTS, SHARES, None, ordered=True
    )


def test_rates_that_differ_between_parts_are_no_ranking() -> None:
    """Rows are compared within the part that judged them."""
    won = RANDOM.random(ROWS) < 0.1 + 0.25 * PARTS
    assert luck([PARTS.astype(float)], won, PARTS, SHARES, None, ordered=True) > 0.5


def test_rows_that_teach_each_other_are_luckier() -> None:
    """Without an order every row is judged by the others: chance reaches farther."""
    said = 0.3 * WON + RANDOM.normal(0, 1, ROWS)
    in_order = luck([said], WON, PARTS, SHARES, None, ordered=True)
    assert luck([said], WON, PARTS, SHARES, None, ordered=False) > 2 * in_order
