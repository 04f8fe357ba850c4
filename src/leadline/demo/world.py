"""Which world to make: how large, how it runs, and what changes in it at a known date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

Course = Literal["usual", "calm", "source", "field", "tracker"]
"""How a world runs: as it always did, with nothing that changes, or calm until one thing does."""

COURSES: tuple[str, ...] = get_args(Course)
CHANGE_DAYS = 90
"""So long before the end the one thing changes."""


@dataclass(frozen=True)
class World:
    """What to make.

    Attributes:
        leads: How many leads.
        seed: The same seed, number and end give the same rows.
        end: The last moment that is known of; nothing is recorded later.
        bots: With addresses, more programs among the people, and an office behind one address.
        course: How it runs.
        change_days: So many days before the end the one thing changes, where one does.
    """

    leads: int
    seed: int
    end: datetime
    bots: bool = False
    course: Course = "usual"
    change_days: float = CHANGE_DAYS

    @property
    def naive_end(self) -> datetime:
        """The end in UTC, without a zone, as tables hold it."""
        return self.end.astimezone(UTC).replace(tzinfo=None)

    @property
    def changes_at(self) -> datetime:
        """When the one thing changes, where one does."""
        return self.naive_end - timedelta(days=self.change_days)

    @property
    def is_calm(self) -> bool:
        """Whether nothing but the one thing changes."""
        return self.course != "usual"

    def change(self) -> dict[str, Any]:
        """Return what changes when, as plain values; nothing where nothing does."""
        from leadline.demo.calm import CHANGES  # noqa: PLC0415 - it is made of worlds

        if self.course not in CHANGES:
            return {}
        at = self.changes_at.isoformat() + "Z"
        return {"what": self.course, "at": at, "meaning": CHANGES[self.course]}
