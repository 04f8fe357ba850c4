"""Two models against what happened, on the same rows: which ranks better, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from leadline.errors import Fault, InputError, nearest
from leadline.history.judged import Judged
from leadline.history.ranked import paired
from leadline.history.split import Split
from leadline.model.document import Model
from leadline.review.backtest.capacity import Capacity, share_of
from leadline.statistics.measures import (
    Difference,
    Measure,
    Measured,
    Sample,
    average_precision,
    difference,
    lift,
    measured,
    measured_precision,
    precision,
    roc_auc,
)
from leadline.statistics.shares import lift_of, precision_of


@dataclass(frozen=True)
class Choice:
    """A measure that may decide: what people call it, itself, and with its interval."""

    title: str
    measure: Measure
    of: Callable[[Sample], Measured]


MEASURES = {
    "roc_auc": Choice("ROC-AUC", roc_auc, partial(measured, measure=roc_auc)),
    "pr_auc": Choice("PR-AUC", average_precision, measured_precision),
    "lift_10": Choice("lift in the best tenth", lift(0.1), lift_of),
}
AT_CAPACITY = "precision"
SURE = 0.975
"""From this share of the draws on, one model is called better."""


@dataclass(frozen=True)
class Compared:
    """One measure of both models on the same rows.

    Attributes:
        name: Name for machines.
        title: Name for people.
        first: Of the first model, the champion.
        second: Of the second, the challenger.
        difference: Second minus first, and how often the second is better.
    """

    name: str
    title: str
    first: Measured
    second: Measured
    difference: Difference


@dataclass(frozen=True)
class Comparison:
    """Two models on the same rows.

    Attributes:
        models: Their names.
        scores: The score of each that ranks.
        judged: What was judged.
        split: How rows were split.
        rows: Judged rows that both give a score.
        wins: How many of them have the outcome.
        unscored: Judged rows that one of them gives none.
        capacity: How many leads the team takes; None where it was not given.
        named: The measure that decides.
        measures: All of them, that one first.
    """

    models: tuple[str, str]
    scores: tuple[str, str]
    judged: Judged
    split: Split
    rows: int
    wins: int
    unscored: int
    capacity: Capacity | None
    named: str
    measures: tuple[Compared, ...]

    @property
    def decides(self) -> Compared:
        """The measure that decides."""
        return self.measures[0]

    @property
    def verdict(self) -> str:
        """Which is better, by the share of draws in which it is."""
        better = self.decides.difference.better
        if better is None:
            return "not enough data"
        if better >= SURE:
            return "the second is better"
        return "the first is better" if better <= 1 - SURE else "no clear difference"

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {
            "models": list(self.models),
            "scores": list(self.scores),
            "verdict": self.verdict,
            "measure": self.named,
            "probability_second_better": self.decides.difference.better,
            "n": self.rows,
            "positives": self.wins,
            "measures": {
                each.name: {
                    "first": each.first.plain(),
                    "second": each.second.plain(),
                    "difference": each.difference.measured.plain(),
                    "probability_second_better": each.difference.better,
                }
                for each in self.measures
            },
            "split": self.split.plain(),
        }


def compare(  # noqa: PLR0913 - what is compared, and by what
    first: Judged,
    second: Model,
    split: Split,
    *,
    score: str | None = None,
    capacity: Capacity | None = None,
    measure: str | None = None,
) -> Comparison:
    """Return two models on the same judged rows.

    Args:
        first: The judged rows, with the first model.
        second: The second model.
        split: The part of the rows that is judged.
        score: The score that ranks, of both; by default that of the bands of each.
        capacity: How many leads the team takes.
        measure: The measure that decides; precision at capacity where that is given, else ROC-AUC.

    Raises ModelError, InputError.
    """
    one, two = paired(first, first.with_model(second), split, score)
    known = dict(MEASURES)
    if capacity is not None:
        known = {
            AT_CAPACITY: _at_capacity(share_of(one, capacity)),
            **known,
        }
    named = measure or next(iter(known))
    if named not in known:
        remedy = nearest(named, known) or "Precision needs --capacity."
        raise InputError(
            Fault("", "--measure", f"must be one of {', '.join(known)}", named, remedy)
        )
    order = dict.fromkeys([named, *known])
    return Comparison(
        models=(first.run.model.model, second.model),
        scores=(one.score, two.score),
        judged=first,
        split=split,
        rows=one.sample.rows,
        wins=one.sample.wins,
        unscored=one.unscored,
        capacity=capacity,
        named=named,
        measures=tuple(
            Compared(
                each,
                known[each].title,
                known[each].of(one.sample),
                known[each].of(two.sample),
                difference(one.sample, two.sample, known[each].measure),
            )
            for each in order
        ),
    )


def _at_capacity(share: float) -> Choice:
    return Choice("precision at capacity", precision(share), lambda of: precision_of(of, share))
