"""What judged rows say of a ranking, in one of three words.

A verdict is read by people who tried many models and show the best one, so it asks for more than
an interval of 95 % can give. Where the past of fields is not known, it must also hold among rows
with equally many empty fields: else it may only say for whom fields were filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from leadline.statistics.measures import Measured, Sample

Verdict = Literal["better than chance", "no better than chance", "not enough data"]
FEWEST = 20
"""With fewer rows of either outcome there is no verdict."""
USEFUL = 0.65
"""An interval from chance to this or beyond says neither that a ranking is good nor that not."""
RARE = 0.001
"""How rarely chance may be as far from 0.5, either way: of senseless models, one in two thousand
passes."""


@dataclass(frozen=True)
class RankingEvidence:
    """How well rows are ranked, and how often a senseless ranking is as far from chance.

    Attributes:
        auc: The ROC-AUC.
        chance: How often; None where it cannot be told.
    """

    auc: Measured
    chance: float | None

    @property
    def is_better(self) -> bool:
        """Whether both say that it is no accident."""
        low = self.auc.low
        return low is not None and low > 1 / 2 and self.chance is not None and self.chance <= RARE

    @property
    def is_reversed(self) -> bool:
        """Whether it is no accident, and the wrong way round."""
        high = self.auc.high
        return high is not None and high < 1 / 2 and self.chance is not None and self.chance <= RARE

    @property
    def is_narrow(self) -> bool:
        """Whether it rules out that the ranking is of use; no pair of rows is nothing to rank."""
        if self.auc.value is None:
            return True
        return self.auc.high is not None and self.auc.high < USEFUL


@dataclass(frozen=True)
class Ranking:
    """What is known of a ranking.

    Attributes:
        sample: The judged rows.
        plain: The evidence of all of them.
        alike: That of pairs of rows with equally many empty fields.
        rests: Whether points rest on fields whose past is not known.
    """

    sample: Sample
    plain: RankingEvidence
    alike: RankingEvidence
    rests: bool

    @property
    def verdict(self) -> Verdict:
        """What the rows say."""
        if min(self.sample.wins, self.sample.rows - self.sample.wins) < FEWEST:
            return "not enough data"
        if self.plain.auc.low is None or self.plain.chance is None:
            return "not enough data"
        asked = list(self._asked())
        if all(each.is_better for each in asked):
            return "better than chance"
        is_none = any(each.is_narrow for each in asked if not each.is_better)
        return "no better than chance" if is_none else "not enough data"

    @property
    def is_by_emptiness(self) -> bool:
        """Whether only empty fields make the ranking better than chance."""
        found = self.verdict == "no better than chance"
        return found and self.plain.is_better and not self.alike.is_better

    def _asked(self) -> Iterator[RankingEvidence]:
        yield self.plain
        if self.rests:
            yield self.alike
