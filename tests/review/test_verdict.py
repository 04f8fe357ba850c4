"""What a verdict asks for, and how rarely senseless rankings pass."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.review.backtest.verdict import Ranking, RankingEvidence
from leadline.statistics.measures import Measured, Sample, chance, measured, roc_auc

NOTHING = RankingEvidence(Measured(None), None)
Auc = tuple[float, float, float]


def ranking(
    wins: int, plain: RankingEvidence, alike: RankingEvidence = NOTHING, *, rests: bool
) -> Ranking:
    """Return what is known of a thousand rows."""
    sample = Sample.of_rows(range(1000), [number < wins for number in range(1000)])
    return Ranking(sample, plain, alike, rests)


@pytest.mark.parametrize(
    ("wins", "auc", "rare", "says"),
    [
        (100, (0.6, 0.55, 0.65), 0.001, "better than chance"),
        (100, (0.6, 0.55, 0.65), 0.002, "not enough data"),
        (100, (0.55, 0.51, 0.59), 0.002, "no better than chance"),
        (100, (0.52, 0.49, 0.55), 0.4, "no better than chance"),
        (100, (0.4, 0.35, 0.45), 0.001, "no better than chance"),
        (100, (0.55, 0.45, 0.7), 0.4, "not enough data"),
        (19, (0.9, 0.8, 0.95), 0.001, "not enough data"),
    ],
)
def test_the_verdict_is_by_interval_and_by_chance(
    wins: int, auc: Auc, rare: float, says: str
) -> None:
    """Better only where both say so; a wide interval and few outcomes say nothing."""
    assert ranking(wins, RankingEvidence(Measured(*auc), rare), rests=False).verdict == says


@pytest.mark.parametrize(
    ("alike", "rare", "says"),
    [
        ((0.6, 0.55, 0.65), 0.001, "better than chance"),
        ((0.52, 0.48, 0.56), 0.3, "no better than chance"),
        ((0.55, 0.4, 0.7), 0.3, "not enough data"),
    ],
)
def test_fields_without_a_past_must_rank_rows_with_equally_many_empty_ones(
    alike: Auc, rare: float, says: str
) -> None:
    """Else what is empty, of which nobody knows since when, would be the verdict."""
    good = RankingEvidence(Measured(0.7, 0.6, 0.8), 0.0001)
    found = ranking(100, good, RankingEvidence(Measured(*alike), rare), rests=True)
    assert found.verdict == says
    assert found.is_by_emptiness == (says == "no better than chance")
    assert ranking(100, good, NOTHING, rests=True).verdict == "no better than chance"
    assert ranking(100, good, NOTHING, rests=False).verdict == "better than chance"


@pytest.mark.slow
@pytest.mark.parametrize("repeats", [1, 5])
def test_of_hundreds_of_senseless_rankings_none_passes(repeats: int) -> None:
    """Whoever tries many models on rows without any signal is told so by each, groups or not."""
    dice = np.random.default_rng(11)
    groups = np.arange(2000) // repeats
    outcomes = (dice.normal(size=2000)[groups] + dice.normal(size=2000)) > 0.4
    passed = 0
    for _ in range(300):
        scores = (dice.normal(size=2000)[groups] + 0.3 * dice.normal(size=2000)).round(1)
        sample = Sample.of_rows(scores, outcomes, groups)
        auc = measured(sample, roc_auc)
        if auc.low is not None and auc.low > 0.5:
            passed += 1
            evidence = RankingEvidence(auc, chance(sample))
            assert ranking(900, evidence, rests=False).verdict == "no better than chance"
    assert passed > 2, "an interval of 95 % alone would have let some pass"
