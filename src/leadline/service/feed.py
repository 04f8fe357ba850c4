"""Where facts come from that nobody sends to an address: they are taken into the inbox."""

from __future__ import annotations

from typing import Protocol


class Feed(Protocol):
    """Something that is asked again and again, by a thread of its own.

    Attributes:
        rests_seconds: How long nobody asks where there was nothing.
    """

    rests_seconds: float

    def take(self) -> int:
        """Take what is there into the inbox; return how much.

        Raises LeadlineError or OSError, and what was not taken is there again the next time.
        """

    def end(self) -> None:
        """Hear, from another thread, that what takes long is to be cut short."""

    def close(self) -> None:
        """Let go of what is open."""
