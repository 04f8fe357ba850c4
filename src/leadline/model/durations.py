"""Durations such as ``30d``: a whole number and a unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

MICROSECONDS: dict[str, int] = {
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
PATTERN = r"[0-9]+[smhdw]"
"""What a duration looks like; a day is 86,400 s and ``m`` is minutes."""

LONGEST = 365_250 * MICROSECONDS["d"]
"""A thousand years: moments further back are none that every engine knows."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, as it was written.

    >>> Duration("30d").seconds
    2592000.0
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what is not a duration, or longer than engines count. Raises ValueError."""
        if not re.fullmatch(PATTERN, self.text):
            raise ValueError("must be a duration such as 30d")
        if self.microseconds > LONGEST:
            raise ValueError("must be at most 1000 years long")

    @property
    def microseconds(self) -> int:
        """The length in whole microseconds."""
        return int(self.text[:-1]) * MICROSECONDS[self.text[-1]]

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self.microseconds / 1_000_000

    def __str__(self) -> str:
        return self.text
