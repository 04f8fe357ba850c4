"""Calibration on other rows."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.learn.calibration import Turn, carried, reliability, steps, turn
from leadline.learn.terms import probability
from leadline.statistics.measures import Measured

RANDOM = np.random.default_rng(2)
LOG_ODDS = RANDOM.normal(0, 1.5, 5000)
HAPPENED = RANDOM.random(5000) < probability(LOG_ODDS)


def test_right_probabilities_hold_and_wrong_ones_do_not() -> None:
    """Twice the log-odds is too sure."""
    assert reliability(probability(LOG_ODDS), HAPPENED).holds
    assert not reliability(probability(2 * LOG_ODDS), HAPPENED).holds


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_end_alike_are_one_witness(seed: int) -> None:
    """What was said is right of accounts, whose leads end alike: chance explains the distance."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(60), 20)
    chances = np.repeat(random.uniform(0.1, 0.6, 60), 20)
    happened = np.repeat(random.random(60), 20) < chances
    together = reliability(chances, happened, groups)
    alone = reliability(chances, happened)
    assert together.expected > 2 * alone.expected
    assert _width(together.brier) > 2 * _width(alone.brier)


def _width(measured: Measured) -> float:
    """How wide the interval is."""
    assert measured.low is not None
    assert measured.high is not None
    return measured.high - measured.low


@pytest.mark.slow
def test_what_is_right_seldom_looks_wrong() -> None:
    """Of a hundred right sets of rows no more than a tenth are taken for wrong."""
    random, wrong = np.random.default_rng(), 0
    for _ in range(100):
        chances = random.uniform(0.05, 0.6, 400)
        wrong += not reliability(chances, random.random(400) < chances).holds
    assert wrong <= 14


def test_a_turn_undoes_what_is_too_sure() -> None:
    """Base and slope come out near what was done to the log-odds."""
    found = turn(2 * LOG_ODDS + 1, HAPPENED)
    assert abs(found.slope - 0.5) < 0.05
    assert abs(found.base + 0.5) < 0.1


def test_a_shift_that_was_learned_since_is_not_added_twice() -> None:
    """A model fitted anew, already where the rows are, keeps its level and takes the slope over."""
    by = Turn(2.0, 0.8)
    before, after = LOG_ODDS - 2.5, LOG_ODDS
    found = carried(by, before, after)
    assert found.slope == by.slope
    assert abs(found.base) < 0.05
    assert abs(probability(found(after)).mean() - probability(by(before)).mean()) < 1e-6


def test_wild_log_odds_are_tamed() -> None:
    """However far they are off, they keep what they say of the order of the rows."""
    found = turn(30 * LOG_ODDS - 40, HAPPENED)
    assert 0.01 < found.slope < 0.06


def test_few_rows_turn_little() -> None:
    """Three wins say next to nothing about log-odds."""
    found = turn(np.zeros(3), np.array([True, True, True]))
    assert abs(found.base) < 1.5


def test_chances_of_a_card_rise_and_are_never_certain() -> None:
    """They follow the calibrated log-odds."""
    totals = np.repeat([0.0, 1.0, 2.0], 20)
    found = steps(totals, totals - 1)
    assert [each.chance for each in found] == sorted(each.chance for each in found)
    assert all(0 < each.chance < 1 for each in found)
