"""The one place where numbers in arrays are rounded, as the statement rounds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MILLION = 1_000_000.0000000036
"""With 16 units in the last place added, so that noise of a sum cannot turn a half down."""

MOST = 9e15
"""Whole numbers are exact up to here."""


def millionths(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn numbers into whole millionths, halves away from zero; the same array is returned.

    >>> millionths(np.array([0.0000005, -1.5, 1e12])).tolist()
    [1.0, -1500000.0, 9000000000000000.0]
    """
    numbers *= MILLION
    whole = np.trunc(numbers)
    numbers -= whole
    numbers += numbers
    np.trunc(numbers, out=numbers)
    numbers += whole
    if max(numbers.max(initial=0), -numbers.min(initial=0)) > MOST:
        np.clip(numbers, -MOST, MOST, out=numbers)
    return numbers
