"""Plain rules as arrays, and what is summed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from leadline.model.document import Decay
from leadline.scoring.arrays.rounding import MOST, millionths
from leadline.scoring.arrays.weights import Floats, Whole


class PlainRule(NamedTuple):
    """A rule that is a sum of points, the same of each hit, times what the hit weighs.

    Attributes:
        points: Of each hit.
        limit: Of the sum, both ways; None for none.
        within: Microseconds from when on a hit is too old to count; None for never.
        decay: How a hit's weight falls; None for not at all.
        target: Number of the sum that the rule's points join, once they are rounded.
    """

    points: float
    limit: float | None = None
    within: int | None = None
    decay: Decay | None = None
    target: int = 0


class Sums(NamedTuple):
    """Sums of some leads.

    Attributes:
        lead: The lead of each column.
        target: Which of its sums each column has.
        points: Whole millionths, one row a moment, one column each.
    """

    lead: Whole
    target: Whole
    points: Floats


@dataclass(frozen=True)
class Rules:
    """Points and limits of rules, in the order of the sums that they join.

    Attributes:
        place: Of each rule as it was given, its place here.
        given: The rules by their place here.
        points: Of a hit, by place.
        limit: Of a sum, by place; what can be rounded for none.
        target: The sum, by place.
    """

    place: Whole
    given: tuple[PlainRule, ...]
    points: Floats
    limit: Floats
    target: Whole

    @classmethod
    def of(cls, rules: Sequence[PlainRule]) -> Self:
        """Return rules as arrays."""
        order = sorted(range(len(rules)), key=lambda place: rules[place].target)
        place = np.empty(len(rules), np.int64)
        place[order] = np.arange(len(rules))
        given = tuple(rules[each] for each in order)
        return cls(
            place,
            given,
            points=np.array([each.points for each in given], np.float64),
            limit=np.array(
                [MOST if each.limit is None else min(each.limit, MOST) for each in given]
            ),
            target=np.array([each.target for each in given], np.int64),
        )

    def give_points(self, weights: Floats, rule: Whole | slice = slice(None)) -> None:
        """Turn weights into points: limited, rounded, in whole millionths.

        Args:
            weights: One column a rule; they become the points.
            rule: The place of each column's rule; all of them in their order by default.
        """
        weights *= self.points[rule]
        np.minimum(weights, self.limit[rule], out=weights)
        np.maximum(weights, -self.limit[rule], out=weights)
        millionths(weights)
