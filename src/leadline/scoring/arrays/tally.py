"""Sums of hits at one moment, counted as the hits come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from leadline.scoring.arrays.rules import PlainRule, Rules, Sums
from leadline.scoring.arrays.weights import Floats

CELLS = 500_000
"""So many sums of a lead and a rule are limited and rounded at a time: they stay in the caches."""


class Tally:
    """The weight of the hits of each lead and rule: a number each, in a table of all of them."""

    def __init__(self, rules: Sequence[PlainRule], leads: int) -> None:
        """Make room for rules and for the leads of these numbers, from 0."""
        self._rules = Rules.of(rules)
        self._weights = np.zeros(leads * len(rules))

    def add(
        self,
        lead: npt.NDArray[np.integer[Any]],
        rule: npt.NDArray[np.integer[Any]],
        weight: Floats,
    ) -> None:
        """Add hits: their leads, the places of their rules as given, and what they weigh now."""
        cell = lead.astype(np.int64)
        cell *= len(self._rules.given)
        cell += self._rules.place[rule]
        np.add.at(self._weights, cell, weight)

    def sums(self) -> Iterator[Sums]:
        """Yield the sums that are not 0, some leads at a time; what was added is used up."""
        rules = len(self._rules.given)
        weights, target = self._weights.reshape(-1, rules), self._rules.target
        starts = np.flatnonzero(np.diff(target, prepend=target[0] - 1))
        step = max(1, CELLS // rules)
        for first in range(0, len(weights), step):
            some = weights[first : first + step]
            self._rules.give_points(some)
            points = np.add.reduceat(some, starts, axis=1)
            lead, place = np.nonzero(points)
            found = points[lead, place]
            yield Sums(lead + first, target[starts][place], found[np.newaxis])
