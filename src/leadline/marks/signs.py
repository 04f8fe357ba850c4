"""What tells a program from a person: thresholds with their units, and the types that are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from leadline.errors import Fault, InputError, nearest

CLICKED = ("email_clicked",)
OPENED = ("email_opened",)
DELIVERED = ("email_delivered", "email_sent")
VIEWED = ("page_viewed", "screen_viewed")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "mail": ("email_id", "message_id", "mail_id", "campaign_id"),
    "link": ("link", "url"),
    "agent": ("user_agent", "agent"),
    "address": ("ip", "ip_address", "address"),
}
"""What is read of an event to the names that it may have; the first that is there is taken."""


def _says(meaning: str, default: int) -> Any:
    return field(default=default, metadata={"means": meaning})


@dataclass(frozen=True)
class Signs:
    """Thresholds; people stay below them, also many of them behind one address.

    >>> Signs().scan_seconds, Signs.of({"scan_seconds": 2}).scan_seconds
    (5, 2)
    """

    scan_seconds: int = _says("A click at most so long after delivery is a scanner's.", 5)
    unopened_seconds: int = _says("So it is up to here where the mail was not opened before.", 30)
    links: int = _says("So many different links of a mail at once are followed by a scanner.", 3)
    links_seconds: int = _says("At once is within so many seconds, before the open.", 5)
    opened_links_seconds: int = _says("And within so many once the mail was opened.", 1)
    pages: int = _says("So many pages of one visitor in a short time are a burst.", 20)
    pages_seconds: int = _says("A short time is so many seconds.", 10)
    pages_hour: int = _says("So many pages of one visitor within an hour are a burst.", 150)
    address_pages: int = _says("So many pages from one address at once are a burst.", 50)
    address_seconds: int = _says("At once is then within so many seconds.", 5)

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Signs:
        """Return thresholds of which some are given. Raises InputError."""
        asked = dict(given or {})
        faults = list(_wrong(asked))
        if faults:
            raise InputError(*faults)
        return cls(**asked)


def meanings() -> Iterator[tuple[str, int, str]]:
    """Yield each threshold: its name, what stands for it, and what it means."""
    for each in fields(Signs):
        yield each.name, each.default, each.metadata["means"]  # type: ignore[misc]


def _wrong(given: Mapping[str, Any]) -> Iterator[Fault]:
    known = [each.name for each in fields(Signs)]
    for name, value in given.items():
        if name not in known:
            yield Fault("", f"marks.{name}", "is not a threshold", "", nearest(name, known))
        elif not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield Fault("", f"marks.{name}", "must be a whole number", str(value))
