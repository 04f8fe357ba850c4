"""The one place where numbers in arrays are rounded, as the statement rounds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NUDGE = 3.6e-9
"""Millionths that are added to each, 16 units in the last place: noise turns no half down."""

FARTHEST = 0.01
"""No number is nudged by more millionths."""

MOST = 9e9
"""Whole millionths are exact up to here: what is larger is cut off before it is rounded."""


def millionths(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn numbers up to ``MOST`` into whole millionths, halves away from zero, in place.

    >>> millionths(np.array([0.0000005, -1.5])).tolist()
    [1.0, -1500000.0]
    """
    nudges = numbers * NUDGE
    np.minimum(nudges, FARTHEST, out=nudges)
    np.maximum(nudges, -FARTHEST, out=nudges)
    numbers *= 1e6
    numbers += nudges
    whole = np.trunc(numbers, out=nudges)
    numbers -= whole
    numbers += numbers
    np.trunc(numbers, out=numbers)
    numbers += whole
    numbers += 0.0  # leaves no minus zero
    return numbers
