"""Measures against scikit-learn and known truths."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from examples import examples
from leadline.statistics.measures import (
    Measure,
    Sample,
    average_precision,
    captured,
    cells_of,
    chance,
    difference,
    lift,
    measured,
    precision,
    rate,
    roc_auc,
    tenths,
)

pairs = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=60).filter(
    lambda found: len({outcome for _, outcome in found}) == 2
)


@given(pairs)
def test_areas_are_those_of_scikit_learn_with_ties(found: list[tuple[int, bool]]) -> None:
    """Rows of equal score count half in ROC-AUC, and together in average precision."""
    scores, outcomes = zip(*found, strict=True)
    sample = Sample.of_rows(scores, outcomes)
    exact = sample.positives, sample.negatives
    assert roc_auc(*exact) == pytest.approx(roc_auc_score(outcomes, scores))
    assert average_precision(*exact) == pytest.approx(average_precision_score(outcomes, scores))


@given(pairs, st.integers(1, 20))
def test_the_best_share_mixes_what_ties(found: list[tuple[int, bool]], count: int) -> None:
    """The precision of the best k is its mean over all orders of the rows that tie."""
    scores, outcomes = zip(*found, strict=True)
    sample = Sample.of_rows(scores, outcomes)
    k = min(count, len(found))
    last = sorted(scores, reverse=True)[k - 1]
    above = [outcome for score, outcome in found if score > last]
    tied = [outcome for score, outcome in found if score == last]
    wanted = (sum(above) + (k - len(above)) * sum(tied) / len(tied)) / k
    got = precision(k / len(found))(sample.positives, sample.negatives)
    assert float(got) == pytest.approx(wanted)
    overall = sum(outcomes) / len(outcomes)
    assert float(lift(k / len(found))(sample.positives, sample.negatives)) == pytest.approx(
        wanted / overall
    )


@given(pairs)
def test_tenths_add_up_to_all_rows(found: list[tuple[int, bool]]) -> None:
    """The mean of the tenths is the rate of all, and all rows catch all outcomes."""
    sample = Sample.of_rows(*zip(*found, strict=True))
    exact = sample.positives, sample.negatives
    assert tenths(*exact).mean() == pytest.approx(float(rate(*exact)))
    assert captured([0.0, 1.0])(*exact) == pytest.approx([0.0, 1.0])


def test_cells_never_change_a_value() -> None:
    """Of very many scores, neighbours share cells in the draws, but the value is exact."""
    dice = np.random.default_rng(1)
    outcomes = dice.random(4000) < 0.3
    scores = dice.normal(size=4000) + outcomes
    sample = Sample.of_rows(scores, outcomes)
    assert sample.grouped_positives.shape == (1000, 512)
    found = measured(sample, roc_auc)
    assert found.value == pytest.approx(roc_auc_score(outcomes, scores))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert cells_of(np.ones(3)).tolist() == [0, 1, 2]


def covered(measure: Measure, truth: float, runs: int, groups: int, repeats: int) -> float:
    """Return how often the interval of rows in groups holds the truth; a group shares its luck."""
    dice = np.random.default_rng(7)
    hits = 0
    for _ in range(runs):
        outcomes = np.repeat(dice.random(groups) < 0.4, repeats)
        scores = np.repeat(dice.normal(size=groups), repeats).round(1) + outcomes
        found = measured(
            Sample.of_rows(scores, outcomes, np.arange(len(scores)) // repeats), measure
        )
        hits += found.low is not None and found.low <= truth <= (found.high or 0)
    return hits / runs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "truth", "repeats"),
    [(roc_auc, (1 + erf(0.5)) / 2, 1), (roc_auc, (1 + erf(0.5)) / 2, 4)],
)
def test_intervals_hold_the_truth_in_90_to_97_percent(
    measure: Measure, truth: float, repeats: int
) -> None:
    """Of 200 invented sets, also where each group stands in the rows four times."""
    assert 0.90 <= covered(measure, truth, 200, 120, repeats) <= 0.97


def test_drawing_rows_instead_of_groups_would_be_too_sure() -> None:
    """What the grouped draw is for: alone, rows that repeat feign four times the evidence."""
    dice = np.random.default_rng(3)
    outcomes = np.repeat(dice.random(100) < 0.4, 4)
    scores = np.repeat(dice.normal(size=100), 4) + outcomes
    alone = measured(Sample.of_rows(scores, outcomes), roc_auc)
    together = measured(Sample.of_rows(scores, outcomes, np.arange(400) // 4), roc_auc)
    assert (together.high or 0) - (together.low or 0) > 1.5 * ((alone.high or 0) - (alone.low or 0))


def test_chance_is_rare_as_often_as_it_says() -> None:
    """Of senseless rankings, one in twenty is among the rarest twentieth."""
    dice = np.random.default_rng(5)
    found = [
        chance(Sample.of_rows(dice.normal(size=200).round(1), dice.random(200) < 0.3))
        for _ in range(200)
    ]
    assert 0.02 <= np.mean(np.array(found) <= 0.05) <= 0.09


@settings(max_examples=examples(10))
@given(st.integers(0, 1000))
def test_shuffled_outcomes_are_chance(seed: int) -> None:
    """A ranking that is good is senseless once outcomes are shuffled."""
    dice = np.random.default_rng(seed)
    outcomes = dice.random(500) < 0.4
    scores = dice.normal(size=500) + 2 * outcomes
    assert chance(Sample.of_rows(scores, outcomes)) < 0.001
    shuffled = Sample.of_rows(scores, dice.permutation(outcomes))
    assert chance(shuffled) > 0.0005
    assert abs(float(roc_auc(shuffled.positives, shuffled.negatives)) - 0.5) < 0.12


def test_a_difference_is_paired() -> None:
    """The same rows move both models alike, so their difference is surer than either."""
    dice = np.random.default_rng(2)
    outcomes = dice.random(600) < 0.4
    first = dice.normal(size=600) + outcomes
    second = first + 0.5 * outcomes
    samples = Sample.of_rows(first, outcomes), Sample.of_rows(second, outcomes)
    gap = difference(*samples, roc_auc)
    assert gap.better == 1.0
    assert gap.measured.low is not None
    assert gap.measured.low > 0
    same = difference(samples[0], samples[0], roc_auc)
    assert same.better == 0.5
    assert same.measured.value == same.measured.low == same.measured.high == 0
