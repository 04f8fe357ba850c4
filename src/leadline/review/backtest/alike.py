"""How well rows are ranked among those with equally many empty fields.

Where the past of fields is not known, they are read as they are today, and some are filled in
only for leads that came far. A ranking that is good only between rows with more and with fewer
empty fields may know nothing but that.
"""

from __future__ import annotations

import numpy as np

from leadline.history.ranked import Ranked, by_score, grouped_counts
from leadline.review.backtest.verdict import RankingEvidence
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import (
    FEWEST_GROUPS,
    Floats,
    Measured,
    Sample,
    by_lot,
    cells_of,
    share_interval,
    signed,
)

MOST_STRATA = 12


def among_alike(ranked: Ranked) -> RankingEvidence:
    """Return how well pairs of judged rows with equally many empty fields are ranked.

    Pairs of all strata count alike: the sum of Mann-Whitney statistics by the sum of pairs.
    """
    samples = [_stratum(ranked, each) for each in _strata(ranked)]
    if not samples:
        return RankingEvidence(Measured(None), None)
    parts = np.sum([signed(each) for each in samples], axis=0)
    is_enough = np.count_nonzero(parts) >= FEWEST_GROUPS
    return RankingEvidence(_auc_of(samples), by_lot(parts) if is_enough else None)


def _auc_of(samples: list[Sample]) -> Measured:
    exact = _auc([(each.positives, each.negatives) for each in samples])
    coarse = _auc([(e.grouped_positives.sum(0), e.grouped_negatives.sum(0)) for e in samples])
    weights = samples[0].draws
    drawn = _auc([(weights @ e.grouped_positives, weights @ e.grouped_negatives) for e in samples])
    return share_interval(float(exact), drawn + (exact - coarse))


def _strata(ranked: Ranked) -> list[int]:
    """Return the counts of empty fields that rows have, those of the most rows."""
    statement = sql_text(
        "select missing from {t} where part >= 0 and score is not null "
        "group by missing order by count(*) desc limit {n}",
        t=name(ranked.table),
        n=MOST_STRATA,
    )
    return [missing for (missing,) in ranked.of.run.engine.rows(statement)]


def _stratum(ranked: Ranked, missing: int) -> Sample:
    where = sql_text("part >= 0 and missing = {m}", m=missing)
    scores, wins, losses = by_score(ranked.of, ranked.table, where)
    cells = cells_of(wins + losses)
    grouped = grouped_counts(ranked.of, ranked.table, where, scores, cells, ranked.buckets)
    return Sample(scores, wins, losses, *grouped)


def _auc(strata: list[tuple[Floats, Floats]]) -> Floats:
    above = sum(
        (wins * (losses.sum(-1)[..., None] - np.cumsum(losses, -1) + losses / 2)).sum(-1)
        for wins, losses in strata
    )
    pairs = sum(wins.sum(-1) * losses.sum(-1) for wins, losses in strata)
    return np.asarray(np.where(np.asarray(pairs) > 0, above / np.maximum(pairs, 1), np.nan))
