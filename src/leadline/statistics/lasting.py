"""How soon something comes to rows that were followed for different lengths of time.

Rows whose time is not over are counted for as long as they were followed: left out, the share would
be that of old rows alone; counted as not come, it would be too low. Kaplan and Meier, Nonparametric
estimation from incomplete observations (1958). A row to which it can no longer come, as it ended
otherwise, stays among the followed until its time is over: so the share is one of all rows (Fine
and Gray, A proportional hazards model for the subdistribution (1999), where all are followed to a
known day).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import wilson

FEWEST_LEFT = 5
"""A share is told of for as long as so many rows are followed or have had it come."""


@dataclass(frozen=True)
class Lasting:
    """Shares to which something has come, by how long they were followed.

    Attributes:
        times: When it came to some row, rising; shape (steps,).
        shares: Share of the rows to which it has come by then.
        spread: Sum of Greenwood's terms by then: the variance of the logarithm of the rest.
        followed: For how long each row was followed, rising; shape (rows,).
    """

    times: Floats
    shares: Floats
    spread: Floats
    followed: Floats

    def by(self, time: float) -> Measured:
        """Return the share to which it comes within a time, with its interval of 95 %.

        The interval is Wilson's of as many rows as tell as much. None where too few rows were
        followed for so long.
        """
        left = int((self.followed >= time).sum())
        if left < FEWEST_LEFT:
            return Measured(None)
        step = int(np.searchsorted(self.times, time, side="right")) - 1
        share = float(self.shares[step]) if step >= 0 else 0.0
        rows = self._worth(step, share) if share > 0 else float(left)
        low, high = wilson(np.array([share * rows]), np.array([rows]))
        return Measured(share, float(low[0]), float(high[0]))

    def _worth(self, step: int, share: float) -> float:
        """Return how many rows followed to the end would tell as much of a share."""
        if share >= 1:
            return float(len(self.followed))
        return share / ((1 - share) * float(self.spread[step]))

    def middle(self, time: float) -> float | None:
        """Return within which time it came to half of those to which it comes within a time."""
        whole = self.by(time).value
        if not whole:
            return None
        return float(self.times[int(np.searchsorted(self.shares, whole / 2 - 1e-12))])


def lasting(came: Floats, followed: Floats) -> Lasting:
    """Return the shares by time; ``came`` is NaN where it did not come, shapes (rows,).

    >>> found = lasting(np.array([1.0, np.nan, 3.0, np.nan]), np.array([9.0, 2.0, 9.0, 9.0]))
    >>> found.shares.tolist()
    [0.25, 0.625]
    """
    until = np.where(np.isnan(came), followed, came)
    times = np.unique(came[~np.isnan(came)])
    hits = np.array([(came == each).sum() for each in times], float)
    risk = np.array([(until >= each).sum() for each in times], float)
    rest = np.cumprod(1 - hits / np.maximum(risk, 1))
    terms = np.divide(hits, risk * (risk - hits), out=np.zeros_like(hits), where=risk > hits)
    return Lasting(times, 1 - rest, np.cumsum(terms), np.sort(followed))
