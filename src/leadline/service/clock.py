"""The clock of the service: the only place below the faces where it is read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadline.errors import EngineError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_AHEAD = 60_000_000
"""How far the last moment of a store may lie ahead of the clock, in microseconds."""


def now() -> int:
    """Return the present moment in microseconds."""
    return time.time_ns() // 1000


def at(microseconds: int) -> datetime:
    """Return a moment with its zone.

    >>> at(1).isoformat()
    '1970-01-01T00:00:00.000001+00:00'
    """
    return EPOCH + timedelta(microseconds=microseconds)


def text(microseconds: int) -> str:
    """Return a moment as text in UTC.

    >>> text(1)
    '1970-01-01T00:00:00.000001Z'
    """
    return at(microseconds).isoformat().replace("+00:00", "Z")


def micros(moment: datetime) -> int:
    """Return a moment with a zone in microseconds."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class Clock:
    """Gives moments that strictly rise, whatever the clock of the machine does.

    >>> clock = Clock(100, lambda: 50)
    >>> clock.take(), clock.take()
    (101, 102)
    """

    def __init__(self, last: int, read: Callable[[], int] = now) -> None:
        self.last = last
        self._read = read

    def take(self) -> int:
        """Return the greatest of the clock and the last moment and a microsecond."""
        self.last = max(self._read(), self.last + 1)
        return self.last

    def now(self) -> int:
        """Return the greatest of the clock and the last moment, which is not given by that."""
        return max(self._read(), self.last)

    def refuse_behind(self) -> None:
        """Refuse to go on where the clock has been set back by more than a minute."""
        ahead = self.last - self._read()
        if ahead > MOST_AHEAD:
            raise EngineError(
                f"the clock must not be behind what the store knows; it is {ahead // 1_000_000} s "
                f"behind {at(self.last):%Y-%m-%dT%H:%M:%SZ}. Set the clock of this machine."
            )
