"""What rows count whose horizon has not ended: as much as they can be known by now.

A row with the outcome counts whole. A row that is still open is a no to the part of the outcomes
that would have come by now, by a clock that all rows share. So each row weighs on both sides alike,
and rates come out as if all had been followed to the end. It is the score of the likelihood of a
mixture cure model whose times do not depend on the fields (Farewell, Biometrics 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.learn.sheet import Flags, Floats, Sheet
from leadline.learn.terms import log_loss, probability

_STEPS = 50


@dataclass(frozen=True)
class _Known:
    """How much of each row's outcome is known.

    Attributes:
        is_open: Whether it may still come.
        part: Of a row that is open, how much of a no it is; shape (rows,).
        counts: Of a row that has ended, what it counts: less than 1 where those that fail are known
            sooner than those that win, as else they would be too many.
    """

    is_open: Flags
    part: Floats
    counts: Floats

    @classmethod
    def of(cls, sheet: Sheet) -> _Known | None:
        """Return it; None where all horizons have ended."""
        if sheet.course is None or sheet.order is None or sheet.is_ripe.all():
            return None
        after = sheet.course.seen - sheet.order
        came, failed = sheet.course.clock.come_by(after), sheet.course.clock.failed_by(after)
        sooner = np.minimum(came / np.maximum(failed, 1e-9), 1.0)
        has_failed = ~(sheet.is_ripe | sheet.is_open | sheet.outcome)
        part = np.clip((came - failed) / np.maximum(1 - failed, 1e-9), 0.0, 1.0)
        return cls(sheet.is_open, part, np.where(has_failed, sooner, 1.0))


def counted(sheet: Sheet, chances: Floats | float) -> Floats:
    """Return what each row counts, given the chance of each."""
    known = _Known.of(sheet)
    if known is None:
        return np.ones(sheet.rows)
    open_ = known.part * (1 - chances) / (1 - chances * known.part)
    return np.asarray(np.where(known.is_open, open_, known.counts))


def losses(sheet: Sheet, log_odds: Floats) -> Floats:
    """Return minus the log-likelihood of each row, as far as it is known."""
    found, known = log_loss(log_odds, sheet.outcome), _Known.of(sheet)
    if known is None:
        return found
    open_ = -np.log1p(-probability(log_odds) * known.part)
    return np.asarray(np.where(known.is_open, open_, known.counts * found))


def so_far(sheet: Sheet, chances: Floats) -> Floats:
    """Return the chance that the outcome of each row had come by now."""
    if sheet.course is None or sheet.order is None:
        return chances
    by_now = sheet.course.clock.come_by(sheet.course.seen - sheet.order)
    return np.asarray(np.where(sheet.is_ripe, 1.0, by_now) * chances)


def rate(sheet: Sheet) -> float:
    """Return the share of rows that get the outcome, drawn a little to one half."""
    found = (sheet.outcome.sum() + 0.5) / (sheet.rows + 1)
    for _ in range(_STEPS if _Known.of(sheet) else 0):
        counts = counted(sheet, found)
        found = (counts @ sheet.outcome + 0.5) / (counts.sum() + 1)
    return float(found)
