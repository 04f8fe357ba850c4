"""How soon after its moment a row's outcome comes, from rows followed long and short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.learn.sheet import Flags, Floats


@dataclass(frozen=True)
class Clock:
    """What part of the outcomes of a horizon has come so long after the moment.

    Attributes:
        after: Lengths of time since the moment, rising; shape (n,).
        came: Of the rows that get the outcome, the part that had it by then; shape (n,).
        failed: Of the other rows, the part that was known to have ended by then; shape (n,).
        rate: The part of all rows that get the outcome.
    """

    after: Floats
    came: Floats
    failed: Floats
    rate: float

    @classmethod
    def of_rows(cls, after: Floats, came: Flags, failed: Flags) -> Clock:
        """Return the clock of rows that each were followed for some time, till they ended or not.

        What came and what failed compete (Aalen and Johansen, 1978): at each length only rows count
        that were still open and followed so long. Raises ValueError where nothing came.
        """
        if not came.any():
            raise ValueError("a clock needs rows with the outcome")
        ranked = np.argsort(after, kind="stable")
        lengths, first = np.unique(after[ranked], return_index=True)
        left = len(after) - first
        wins, ends = (np.add.reduceat(each[ranked].astype(float), first) for each in (came, failed))
        still_open = np.cumprod(1 - (wins + ends) / left)
        before = np.concatenate([[1.0], still_open[:-1]]) / left
        won, lost = np.cumsum(before * wins), np.cumsum(before * ends)
        rate = float(won[-1])
        return cls(lengths, won / rate, lost / max(1 - rate, 1e-9), rate)

    def come_by(self, after: Floats) -> Floats:
        """Return the part of the outcomes that has come after so long."""
        return self._at(self.came, after)

    def failed_by(self, after: Floats) -> Floats:
        """Return the part of the others that is known to have ended after so long."""
        return self._at(self.failed, after)

    def _at(self, parts: Floats, after: Floats) -> Floats:
        places = np.searchsorted(self.after, after, side="right")
        return np.concatenate([[0.0], parts])[places]
