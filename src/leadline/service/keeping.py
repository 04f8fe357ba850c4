"""How long what is no fact of a known lead is kept, and that it goes when that is over."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.store import erasing, inbox, outbox
from leadline.store.session import Session

DAY = 86_400_000_000
UNKNOWN = "unknown leads"


@dataclass(frozen=True)
class Keeping:
    """Days for which each is kept.

    Attributes:
        raw_days: Requests as they came, and deliveries that are over.
        parked_days: Parts of requests that could not be used, and deliveries that were given up.
        unknown_days: Leads that nobody knows, since they last did something; None for ever.
    """

    raw_days: int = 7
    parked_days: int = 90
    unknown_days: int | None = None

    def tidy(self, session: Session, at: int, most: int) -> dict[str, int]:
        """Take away what was kept long enough, up to a number of each; return how many of each."""
        raw, parked = at - self.raw_days * DAY, at - self.parked_days * DAY
        gone = {
            "requests": inbox.forget(session, raw, parked, most),
            "deliveries": outbox.forget(session, raw, parked, most),
        }
        if self.unknown_days is not None:
            before = at - self.unknown_days * DAY
            gone[UNKNOWN] = erasing.forget_unknown(session, before, most)
        return gone
