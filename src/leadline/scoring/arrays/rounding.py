"""The one place where numbers in arrays are rounded, as the statement rounds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NUDGE = 3.6e-9
"""Millionths that are added to each, 16 units in the last place: noise turns no half down."""

FARTHEST = 0.01
"""No number is nudged by more millionths."""

MOST = 9e15
"""Whole numbers are exact up to here."""


def millionths(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn numbers into whole millionths, halves away from zero; the same array is returned.

    >>> millionths(np.array([0.0000005, -1.5, 1e12])).tolist()
    [1.0, -1500000.0, 9000000000000000.0]
    """
    nudges = np.clip(numbers * NUDGE, -FARTHEST, FARTHEST)
    numbers *= 1e6
    numbers += nudges
    whole = np.trunc(numbers)
    numbers -= whole
    numbers += numbers
    np.trunc(numbers, out=numbers)
    numbers += whole
    if max(numbers.max(initial=0), -numbers.min(initial=0)) > MOST:
        np.clip(numbers, -MOST, MOST, out=numbers)
    numbers += 0.0  # leaves no minus zero
    return numbers
