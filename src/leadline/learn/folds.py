"""Which rows are fitted and which judged: forward where there is an order, else by groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadline.learn.sheet import Floats, Sheet, Whole

PARTS = 5
_FIRST = 0.4
"""Part of the rows in time that the first fit has."""
_SETTLED = 1 / 3
"""Part of the earlier rows whose outcome must have been settled, so that these alone are fitted."""
_SEED = 20_26


@dataclass(frozen=True)
class Fold:
    """Places of rows to fit, in their order, and of later or other rows to judge.

    Attributes:
        fitted: Rows to fit.
        judged: Rows to judge.
        at: The moment of the first row to judge: what was known later is not fitted.
        is_unripe: Whether rows judge too whose horizon has not ended.
    """

    fitted: Whole
    judged: Whole
    at: float | None = None
    is_unripe: bool = False

    def before(self, sheet: Sheet) -> Sheet:
        """Return the rows to fit, with what was known of them then."""
        found = sheet.take(self.fitted)
        return found if self.at is None else found.known_at(self.at)

    def settled(self, sheet: Sheet) -> Sheet:
        """Return the rows to fit by which others are compared: all where unripe rows judge."""
        return self.before(sheet) if self.is_unripe else self.before(sheet).ripe()


def folds(sheet: Sheet, parts: int = PARTS) -> list[Fold]:
    """Return the folds of a sheet; each has both outcomes among the rows to fit.

    With an order, each fold judges the next part of the rows and fits those before it whose
    outcome was settled by then; where that is few, as in a history hardly longer than the horizon,
    all before it, and where outcomes have times, rows that are not settled judge too. A group may
    stand on both sides, as it will when the model is used, unless it is to be kept apart.
    """
    if sheet.order is None:
        return _usable(sheet, _by_group(sheet, parts))
    if sheet.course is not None:
        return _followed(sheet, parts)
    found = _usable(sheet, _forward(sheet, parts))
    if sheet.until is None:
        return found
    earlier = _usable(sheet, _forward(replace(sheet, until=None), parts))
    return found if _fitted(found) >= _SETTLED * _fitted(earlier) else earlier


def _followed(sheet: Sheet, parts: int) -> list[Fold]:
    """Return folds that judge rows whose horizon has ended, or all where too few had by then."""
    of_ripe = _forward(replace(sheet, until=None), parts, int(sheet.is_ripe.sum()))
    found = [each for each in of_ripe if _both(each.settled(sheet))]
    settled = sum(each.settled(sheet).rows for each in found)
    if found and settled >= _SETTLED * _fitted(found):
        return found
    every = (replace(each, is_unripe=True) for each in _forward(replace(sheet, until=None), parts))
    return [each for each in every if _both(each.settled(sheet)) and len(each.judged)]


def _both(sheet: Sheet) -> bool:
    return 0 < int(sheet.outcome.sum()) < sheet.rows


def _usable(sheet: Sheet, found: Iterable[Fold]) -> list[Fold]:
    return [each for each in found if _has_both(sheet, each.fitted) and len(each.judged)]


def _fitted(found: Sequence[Fold]) -> int:
    return sum(len(each.fitted) for each in found)


def _has_both(sheet: Sheet, rows: Whole) -> bool:
    return len(rows) > 0 and 0 < sheet.outcome[rows].mean() < 1


def _forward(sheet: Sheet, parts: int, first: int | None = None) -> Iterator[Fold]:
    """Yield the folds that judge the later of all rows, or of so many first ones."""
    assert sheet.order is not None  # noqa: S101 - asked by the callers
    ranked = np.argsort(sheet.order, kind="stable")[:first]
    edges = np.linspace(_FIRST, 1, parts + 1) * len(ranked)
    for start, end in zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True):
        yield _split(sheet, ranked, int(start), int(end))


def _split(sheet: Sheet, ranked: Whole, start: int, end: int) -> Fold:
    """Return the fold that judges some places of the ranking; equal times stay together."""
    assert sheet.order is not None  # noqa: S101 - asked by the callers
    first = sheet.order[ranked[start]]
    judged, before = ranked[start:end], ranked[:start]
    before = before[sheet.order[before] < first]
    if sheet.until is not None:
        before = before[sheet.until[before] <= first]
    if sheet.is_apart and sheet.groups is not None:
        before = before[~np.isin(sheet.groups[before], sheet.groups[judged])]
    return Fold(before, judged, float(first))


def _by_group(sheet: Sheet, parts: int) -> list[Fold]:
    groups = np.arange(sheet.rows) if sheet.groups is None else sheet.groups
    names, members = np.unique(groups, return_inverse=True)
    lots = _lots(np.bincount(members, sheet.outcome, len(names)).astype(float), parts)[members]
    return [
        Fold(np.flatnonzero(lots != part), np.flatnonzero(lots == part)) for part in range(parts)
    ]


def _lots(wins: Floats, parts: int) -> Whole:
    """Draw a part for each group, with about equally many wins in each."""
    random = np.random.default_rng(_SEED)
    ranked = np.lexsort((random.random(len(wins)), -wins))
    found = np.empty(len(wins), np.int64)
    found[ranked] = np.arange(len(wins)) % parts
    return found
