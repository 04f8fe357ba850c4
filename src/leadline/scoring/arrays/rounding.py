"""The one place where numbers in arrays are rounded, as the statement rounds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MILLION = 1_000_000.0000000036
"""With 16 units in the last place added, so that noise of a sum cannot turn a half down."""

MOST = 9e15 / MILLION
"""Whole millionths are exact up to here: what is larger is cut off before it is rounded."""


def millionths(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn numbers up to ``MOST`` into whole millionths, halves away from zero, in place.

    >>> millionths(np.array([0.0000005, -1.5])).tolist()
    [1.0, -1500000.0]
    """
    numbers *= MILLION
    whole = np.trunc(numbers)
    numbers -= whole
    numbers += numbers
    np.trunc(numbers, out=numbers)
    numbers += whole
    return numbers
