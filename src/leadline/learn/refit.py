"""New points for the rules of a document that people wrote; what is pinned stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadline.learn.points import KEPT, Points, Slot, numbers
from leadline.learn.scorecard import line
from leadline.learn.setting import Setting
from leadline.learn.sheet import Floats, Sheet
from leadline.learn.terms import log_loss, probability, rounded

_SCALES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
"""Multiples of the old spread of scores in which whole points are looked for."""
_RIDGE = 1.0
_NEWTON = 30
_LARGEST = 10
"""Most points of a rule where the old document gives none."""
_EASE = 1e-4
"""Part of the loss that the old spread may have more than another."""


@dataclass(frozen=True)
class Refit(Setting):
    """A document whose points are fitted, or left as they are.

    Attributes:
        slots: What is fitted.
        stays: Whether the points stay as they are.
        kept: Whether rules that stay give points too.
        is_log_odds: Whether points are log-odds: then they need not be whole.
    """

    slots: tuple[Slot, ...] = ()
    stays: bool = False
    kept: bool = False
    is_log_odds: bool = False

    @property
    def says(self) -> str:
        """The setting in words."""
        return ("points as they are" if self.stays else "points fitted anew") + self._rows_say

    def fitted(self, sheet: Sheet, weights: Floats | None) -> Points:
        """Fit rows by the method."""
        weights = np.ones(sheet.rows) if weights is None else weights
        old = tuple(np.array(slot.old) for slot in self.slots)
        if self.stays:
            return self._lined(old, sheet, weights)
        wanted, base, slope = self._wanted(sheet, weights)
        if self.is_log_odds:
            return Points(self.slots, wanted, base, 1.0, self.kept, is_log_odds=True)
        return self._whole(wanted, old, slope, sheet, weights)

    def _lined(self, points: tuple[Floats, ...], sheet: Sheet, weights: Floats) -> Points:
        """Return a document with these points, and the line of log-odds that fits them best."""
        found = Points(self.slots, points, 0.0, 1.0, self.kept, self.is_log_odds)
        totals, members = np.unique(found.total(sheet), return_inverse=True)
        wins, losses = (
            np.bincount(members, weights * each, len(totals)).astype(float)
            for each in (sheet.outcome, ~sheet.outcome)
        )
        return found.turned(*line(totals, wins, losses))

    def _wanted(self, sheet: Sheet, weights: Floats) -> tuple[tuple[Floats, ...], float, float]:
        """Return log-odds of each slot, of the base, and of a point of the rules that stay."""
        kept = numbers(sheet, KEPT) if self.kept else np.zeros(sheet.rows)
        is_free = self.kept and not self.is_log_odds
        parts = [slot.columns(sheet) for slot in self.slots] + ([kept[:, None]] if is_free else [])
        design = np.concatenate([np.ones((sheet.rows, 1)), *parts], axis=1)
        found = _fitted(design, sheet, weights, kept if self.is_log_odds else 0 * kept)
        ends = np.cumsum([1, *(each.shape[1] for each in parts)])
        cut = np.split(found, ends)[1 : len(self.slots) + 1]
        wanted = tuple(
            rounded(np.concatenate([[0.0], each]) if slot.is_table else each)
            for slot, each in zip(self.slots, cut, strict=True)
        )
        return wanted, float(found[0]), float(found[-1]) if is_free else 0.0

    def _whole(
        self,
        wanted: tuple[Floats, ...],
        old: tuple[Floats, ...],
        slope: float,
        sheet: Sheet,
        weights: Floats,
    ) -> Points:
        """Return whole points near the wanted log-odds, in about the spread of the old ones."""
        if slope <= 0:
            slope = self._old_slope(wanted, old, sheet)
            scales: tuple[float, ...] = _SCALES
        else:
            scales = (1.0,)
        tried = [
            self._lined(tuple(np.rint(each * scale / slope) for each in wanted), sheet, weights)
            for scale in scales
        ]
        losses = [float(weights @ log_loss(each.log_odds(sheet), sheet.outcome)) for each in tried]
        least = min(losses) * (1 + _EASE)
        near = sorted(range(len(tried)), key=lambda at: abs(np.log(scales[at])))
        return next(tried[at] for at in near if losses[at] <= least)

    def _old_slope(
        self, wanted: tuple[Floats, ...], old: tuple[Floats, ...], sheet: Sheet
    ) -> float:
        """Return the log-odds of a point with which new scores spread as the old ones did."""
        spreads = [
            float(Points(self.slots, each, 0.0, 1.0, kept=False).total(sheet).std())
            for each in (wanted, old)
        ]
        largest = max((float(np.abs(each).max()) for each in wanted if each.size), default=0.0)
        if min(spreads) <= 0:
            return (largest or 1.0) / _LARGEST
        return spreads[0] / spreads[1]


def _fitted(design: Floats, sheet: Sheet, weights: Floats, start: Floats) -> Floats:
    """Return coefficients of a penalised logistic regression beside log-odds that stay.

    Columns are taken in units of their size, the first being the constant, which is free.
    """
    sizes = np.sqrt((design**2).mean(0))
    sizes[sizes <= 0] = 1.0
    columns, here = design / sizes, np.zeros(design.shape[1])
    ridge = np.diag([1e-6, *[_RIDGE] * (design.shape[1] - 1)])
    for _ in range(_NEWTON):
        chances = probability(start + columns @ here)
        curve = weights * np.maximum(chances * (1 - chances), 1e-6)
        slope = columns.T @ (weights * (sheet.outcome - chances)) - ridge @ here
        step = np.linalg.solve((columns.T * curve) @ columns + ridge, slope)
        here = here + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - settled
            break
    return np.asarray(here / sizes)


def settings(slots: tuple[Slot, ...], *, kept: bool, is_log_odds: bool) -> tuple[Refit, Refit]:
    """Return the points as they are, and the points fitted anew: the simplest first."""
    stays = Refit("scorecard", slots=slots, kept=kept, is_log_odds=is_log_odds, stays=True)
    return stays, replace(stays, stays=False)
