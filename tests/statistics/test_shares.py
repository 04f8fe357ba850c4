"""Shares and their intervals, counted on invented rows whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadline.statistics.measures import (
    Floats,
    Measured,
    Sample,
    measured,
    measured_precision,
    roc_auc,
)
from leadline.statistics.shares import captured_of, lift_of, precision_of, rate_of, shares

Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]


def held(found: Measured, truth: float) -> bool:
    """Return whether an interval holds the truth."""
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


def in_accounts(dice: np.random.Generator, groups: int, share: float) -> tuple[Floats, Floats]:
    """Return wins and rows of accounts of 1 to 9 rows, each with a rate of its own."""
    rows = dice.integers(1, 10, groups).astype(float)
    rates = dice.beta(4 * share, 4 * (1 - share), groups)
    return dice.binomial(rows.astype(int), rates).astype(float), rows


def alone(dice: np.random.Generator, groups: int, share: float) -> tuple[Floats, Floats]:
    """Return wins and rows where each row is a group."""
    return (dice.random(groups) < share).astype(float), np.ones(groups)


@pytest.mark.parametrize(
    ("draw", "groups", "share"),
    [(alone, 400, 0.03), (alone, 40, 0.3), (in_accounts, 60, 0.3), (in_accounts, 300, 0.1)],
)
def test_intervals_of_shares_hold_the_truth_in_90_to_97_percent(
    draw: Callable[[np.random.Generator, int, float], tuple[Floats, Floats]],
    groups: int,
    share: float,
) -> None:
    """Close rates and conversion by band, rare or not, alone or in accounts; 600 sets each."""
    dice = np.random.default_rng(4)
    hits = 0
    for _ in range(600):
        wins, rows = draw(dice, groups, share)
        [found] = shares(wins[:, None], rows[:, None])
        hits += held(found, share)
    assert 0.90 <= hits / 600 <= 0.97


def ranked(dice: np.random.Generator, rows: int, share: float) -> Sample:
    """Return rows of which winners score one higher."""
    outcomes = dice.random(rows) < share
    return Sample.of_rows(dice.normal(size=rows) + outcomes, outcomes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "rows", "share"),
    [
        (measured_precision, 2000, 0.03),
        (measured_precision, 400, 0.3),
        (lift_of, 1000, 0.1),
        (lambda sample: precision_of(sample, 0.2), 400, 0.3),
    ],
)
def test_intervals_at_the_top_hold_the_truth_in_90_to_97_percent(
    measure: Callable[[Sample], Measured], rows: int, share: float
) -> None:
    """PR-AUC, lift and precision at capacity; one in a hundred is the luck of 150 sets."""
    dice = np.random.default_rng(8)
    truth = measure(ranked(dice, 400_000, share)).value or 0.0
    hits = sum(held(measure(ranked(dice, rows, share)), truth) for _ in range(150))
    assert 0.90 <= hits / 150 <= 0.98


def test_no_winner_is_not_certainty() -> None:
    """Of thirty leads none won: up to an eighth may win all the same."""
    [found] = shares(np.zeros((30, 1)), np.ones((30, 1)))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.1135, abs=1e-3)


def test_rows_of_one_account_are_one_piece_of_evidence() -> None:
    """Ten copies of each row tell nothing more, and one group tells nothing."""
    wins = (np.arange(50) % 3 == 0).astype(float)[:, None]
    [once], [often] = shares(wins, np.ones((50, 1))), shares(10 * wins, np.full((50, 1), 10.0))
    assert (once.low, once.high) == pytest.approx((often.low, often.high), abs=0.01)
    assert shares(np.array([[3.0]]), np.array([[9.0]])) == [Measured(1 / 3)]


def test_shares_of_a_sample_are_its_rows() -> None:
    """The rate is that of all rows, and all rows catch all outcomes."""
    sample = Sample.of_rows(range(40), [number % 2 == 0 for number in range(40)])
    assert rate_of(sample).value == 0.5
    assert captured_of(sample, [1.0]) == [Measured(1.0, 1.0, 1.0)]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_intervals_of_shares_lie_where_shares_do_and_narrow_with_rows(share: float) -> None:
    """From 0 to 1, whatever is measured, and narrower with sixteen times the rows."""
    widths = []
    for rows in (60, 960):
        dice = np.random.default_rng(rows)
        won = dice.random(rows) < share
        scores = np.round(won + dice.normal(0, 0.3, rows), 1)
        sample = Sample.of_rows(scores, won, np.arange(rows))
        found = [rate_of(sample), precision_of(sample, 0.2), measured(sample, roc_auc)]
        found += [*captured_of(sample, [0.1, 0.5]), measured_precision(sample)]
        ends = [(each.low, each.high) for each in found if each.low is not None]
        assert all(0 <= (low or 0) <= (high or 0) <= 1 for low, high in ends)
        widths.append((found[0].high or 0) - (found[0].low or 0))
    assert widths[1] < widths[0] / 2
