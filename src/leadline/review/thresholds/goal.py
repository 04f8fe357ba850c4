"""What an edge is to do: leave so much room, or reach a precision or a recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.errors import Fault, InputError
from leadline.model.durations import MICROSECONDS
from leadline.review.backtest.capacity import Capacity

Kind = Literal["capacity", "precision", "recall"]
_WEEK = 7 * MICROSECONDS["d"]


@dataclass(frozen=True)
class Goal:
    """What the edge is to do.

    Attributes:
        kind: capacity, precision or recall.
        value: Entries a week; or a share from 0 to 1.
        capacity: The capacity as it was asked for.
    """

    kind: Kind
    value: float
    capacity: Capacity | None = None

    @property
    def says(self) -> str:
        """The goal in words."""
        if self.capacity is not None:
            return f"room for {self.capacity}"
        return f"{self.kind} of {self.value:.3g}"


def goal_of(
    capacity: Capacity | None = None, precision: float | None = None, recall: float | None = None
) -> Goal:
    """Return the one goal that is given. Raises InputError."""
    shares = {"precision": precision, "recall": recall}
    given = [each for each, value in shares.items() if value is not None]
    if len(given) + (capacity is not None) != 1:
        found = " and ".join(["--capacity"] * (capacity is not None) + [f"--{g}" for g in given])
        expected = "must have one of --capacity, --precision and --recall"
        raise InputError(Fault("", "thresholds", expected, found or "none"))
    if capacity is not None:
        if not capacity.per:
            expected = "must be for a stretch of time, such as 60/week"
            raise InputError(Fault("", "--capacity", expected, str(capacity)))
        return Goal("capacity", capacity.count * _WEEK / capacity.microseconds, capacity)
    key = given[0]
    value = float(shares[key] or 0)
    if not 0 < value <= 1:
        raise InputError(Fault("", f"--{key}", "must be above 0 and at most 1", f"{value:g}"))
    return Goal("precision" if key == "precision" else "recall", value)
