"""What one field foretells alone, and all the others together.

Each fold is ranked by rates from the other folds, and only rows of one fold are compared with each
other: so neither chance nor a trend over time can make a field look good.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.history.counts_by_value import Cells, Coded
from leadline.history.split import FOLDS
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Floats, roc_auc

SMOOTHING = 2.0
"""So many rows of the average rate are added to each cell."""
SAMPLE = 20_000
"""So many rows tell what fields say together."""
_STEPS = 8
_RIDGE = 1.0


def encoded(cells: Cells) -> Floats:
    """Return the log-odds of each cell as the other folds have it; shape (cells, folds)."""
    rows, wins = cells.rows, cells.wins
    others, won = rows.sum(1, keepdims=True) - rows, wins.sum(1, keepdims=True) - wins
    total = np.maximum(others.sum(0), 1)
    base = np.clip(won.sum(0) / total, 1 / (total + 2), 1 - 1 / (total + 2))
    rate = (won + base * SMOOTHING) / (others + SMOOTHING)
    return np.asarray(np.log(rate / (1 - rate)))


def auc_alone(cells: Cells, without: int | None = None) -> float | None:
    """Return the ROC-AUC of a field alone; None where a fold cannot say.

    Args:
        cells: Counts of the field.
        without: A cell to leave out, such as no value.
    """
    kept = [place for place in range(len(cells.cells)) if place != without]
    scores, rows, wins = encoded(cells)[kept], cells.rows[kept], cells.wins[kept]
    parts = [
        _within(scores[:, fold], wins[:, fold], rows[:, fold] - wins[:, fold])
        for fold in range(cells.rows.shape[1])
    ]
    return _mean(parts)


def _within(scores: Floats, positives: Floats, negatives: Floats) -> tuple[float, float]:
    """Return the AUC of one fold and how many pairs of rows it rests on."""
    distinct, places = np.unique(-scores, return_inverse=True)
    size = len(distinct)
    won = np.bincount(places, positives, size).astype(float)
    lost = np.bincount(places, negatives, size).astype(float)
    pairs = float(won.sum() * lost.sum())
    return (float(roc_auc(won, lost)) if pairs else 0.0), pairs


def _mean(parts: Sequence[tuple[float, float]]) -> float | None:
    pairs = sum(each for _, each in parts)
    return sum(auc * each for auc, each in parts) / pairs if pairs else None


def auc_together(given: Coded, fields: Sequence[Cells]) -> float | None:
    """Return the ROC-AUC of several fields by a logistic regression, judged as one alone is.

    Of more rows than a sample, always the same ones are taken as if by lot.
    """
    if not fields:
        return None
    rows = given.known.of.run.engine.rows(
        sql_text(
            "select outcome, fold, {c} from {t} order by md5(lead_id || as_of::varchar) limit {n}",
            c=[name(each.field.column) for each in fields],
            t=name(given.table),
            n=SAMPLE,
        )
    )
    outcome, fold, *values = zip(*rows, strict=True)
    won, folds = np.array(outcome, bool), np.array(fold, np.int64)
    columns = [
        encoded(each)[each.codes(column), folds]
        for each, column in zip(fields, values, strict=True)
    ]
    design = np.column_stack([np.ones(len(won)), *columns])
    parts = []
    for each in range(FOLDS):
        judged = folds == each
        weights = _logistic(design[~judged], won[~judged].astype(float))
        scores = design[judged] @ weights
        parts.append(_within(scores, won[judged].astype(float), (~won[judged]).astype(float)))
    return _mean(parts)


def _logistic(design: Floats, won: Floats) -> Floats:
    """Fit a ridge logistic regression by Newton's method, step by step the safe way."""
    weights = np.zeros(design.shape[1])
    penalty = np.eye(design.shape[1]) * _RIDGE
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        spread = chance * (1 - chance) + 1e-6
        slope = design.T @ (won - chance) - penalty @ weights
        weights = weights + np.linalg.solve((design.T * spread) @ design + penalty, slope)
    return weights
