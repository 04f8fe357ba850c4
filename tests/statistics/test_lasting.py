"""Shares of rows that were followed for different lengths of time."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.statistics.lasting import lasting

NEVER = np.nan


def test_where_all_were_followed_to_the_end_it_is_the_plain_share() -> None:
    """With Wilson's interval, as of any share."""
    came = np.array([1.0, 2.0, 3.0, *[NEVER] * 7])
    found = lasting(came, np.full(10, 30.0)).by(30)
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.108, abs=0.001)
    assert found.high == pytest.approx(0.603, abs=0.001)


def test_the_share_is_that_of_a_known_example() -> None:
    """Freireich's 21 patients with 6-MP: remissions that went on, by Kaplan and Meier."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    came = np.array([*ended, *[NEVER] * len(still)], float)
    found = lasting(came, np.array([*[40.0] * len(ended), *still]))
    assert (1 - found.shares).round(3).tolist() == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]


def test_none_came_still_has_an_upper_end() -> None:
    """Of as many as were followed for so long; of too few nothing is said."""
    found = lasting(np.full(20, NEVER), np.arange(20.0))
    assert found.by(5).value == 0
    assert found.by(5).high == pytest.approx(0.204, abs=0.001)
    assert found.by(16).value is None
    assert found.middle(5) is None


def test_half_is_of_those_to_which_it_comes_in_time() -> None:
    """What comes later does not count."""
    came = np.array([1.0, 4.0, 9.0, 50.0, *[NEVER] * 6])
    assert lasting(came, np.full(10, 60.0)).middle(30) == 4.0


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """With a third of the rows too young for their time, 1,000 times."""
    dice, held = np.random.default_rng(7), 0
    truth = 1 - np.exp(-0.2)
    for _ in range(1000):
        time, followed = dice.exponential(1.0, 120), dice.uniform(0.1, 0.4, 120)
        came = np.where(time <= followed, time, NEVER)
        found = lasting(came, followed).by(0.2)
        held += (found.low or 0) <= truth <= (found.high or 1)
    assert 930 <= held <= 975
