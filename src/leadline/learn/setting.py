"""How to learn: a method with its shape, and how much newer rows count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadline.learn.additive import fit_additive
from leadline.learn.logistic import fit_logistic
from leadline.learn.points import Points
from leadline.learn.scorecard import ENTRIES, Card, fit_scorecard
from leadline.learn.sheet import Floats, Sheet
from leadline.learn.terms import LogOdds
from leadline.learn.unripe import counted

Kind = Literal["scorecard", "logistic", "additive"]
Found = LogOdds | Card | Points
_PAIRS = 10
_HALVES = (0.5, 0.25, 0.12, 0.06)
"""Parts of the rows, counted from the newest, in which one of the mixed weights halves."""


@dataclass(frozen=True)
class Setting:
    """How to learn.

    Attributes:
        kind: The method.
        shape: Lines or bins of a logistic regression; pairs or single fields of an additive model.
        stiffness: Multiplies the strength of the penalties.
        recent: Whether newer rows count more.
        entries: Of a scorecard, the most.
        unripe: Whether rows whose horizon has not ended are learned from too.
    """

    kind: Kind
    shape: Literal["", "lines", "bins", "single", "pairs"] = ""
    stiffness: float = 1.0
    recent: bool = False
    entries: int = ENTRIES
    unripe: bool = False

    @property
    def says(self) -> str:
        """The setting in words."""
        what = {
            "": f"scorecard of {self.entries}",
            "lines": "logistic regression",
            "bins": "logistic regression of bins",
            "single": "additive bins",
            "pairs": "additive bins with pairs",
        }[self.shape]
        stiff = "" if self.stiffness == 1 else f", penalty times {self.stiffness:g}"
        return what + stiff + self._rows_say

    @property
    def _rows_say(self) -> str:
        """Which rows, and how they count, in words."""
        unripe = ", unripe rows too" if self.unripe else ""
        return (", newer rows count more" if self.recent else "") + unripe

    def fit(self, sheet: Sheet) -> Found:
        """Fit the rows whose horizon has ended, or all of them by what is known.

        What an open row counts is taken at the rate of all rows: at its own chance it would be a
        little less where that is high, which the straight-line correction makes up for.
        """
        newer = recency if self.recent else _evenly
        if sheet.course is None or not self.unripe:
            ripe = sheet.ripe()
            return self.fitted(ripe, newer(ripe))
        counts, weights = counted(sheet, sheet.course.clock.rate), newer(sheet)
        return self.fitted(sheet, counts if weights is None else counts * weights)

    def fitted(self, sheet: Sheet, weights: Floats | None) -> Found:
        """Fit rows by the method."""
        if self.kind == "scorecard":
            return fit_scorecard(sheet, weights, self.entries)
        if self.kind == "logistic":
            return fit_logistic(sheet, weights, self.stiffness, lines=self.shape == "lines")
        pairs = _PAIRS if self.shape == "pairs" else 0
        return fit_additive(sheet, weights, self.stiffness, pairs)


def _evenly(_sheet: Sheet) -> None:
    """Return that rows count alike."""


def recency(sheet: Sheet) -> Floats | None:
    """Return the weight of each row, 1 of the newest; None where there is no order.

    It is the mean of several half-lives and of none, so nobody has to know how fast things change:
    what is old never counts for nothing, and what is new always counts most.
    """
    if sheet.order is None:
        return None
    ranks = np.empty(sheet.rows)
    ranks[np.argsort(sheet.order, kind="stable")] = np.arange(sheet.rows)
    age = (sheet.rows - 1 - ranks) / sheet.rows
    return np.asarray(np.mean([np.ones(sheet.rows), *(2 ** (-age / each) for each in _HALVES)], 0))


SIMPLEST_FIRST = (
    Setting("scorecard"),
    Setting("logistic", "lines"),
    Setting("logistic", "bins"),
    Setting("additive", "single"),
    Setting("additive", "pairs"),
)
