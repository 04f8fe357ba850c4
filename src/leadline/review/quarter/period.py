"""The stretch of time that is reviewed: by default the latest quarter that is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadline.errors import Fault, InputError
from leadline.history.replay import days

MONTHS = 3


@dataclass(frozen=True)
class Period:
    """What is reviewed, and until when things are known.

    Attributes:
        since: Its beginning.
        until: Its end.
        known: Until when things are known.
    """

    since: datetime
    until: datetime
    known: datetime

    @property
    def quarter(self) -> int | None:
        """Which quarter of a year it is, from 1; None where it is none."""
        if self.since != quarter_of(self.since) or self.until != _after(self.since):
            return None
        return (self.since.month - 1) // MONTHS + 1

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The moments of a daily replay; the first is its beginning, or less than a day before."""
        length = -((self.since - self.until) // timedelta(days=1))
        return days(self.until, -(-length // 7))[-length - 1 :]


def quarter_of(at: datetime) -> datetime:
    """Return when the quarter of a moment began.

    >>> quarter_of(datetime(2026, 11, 5, tzinfo=UTC)).isoformat()
    '2026-10-01T00:00:00+00:00'
    """
    return datetime(at.year, at.month - (at.month - 1) % MONTHS, 1, tzinfo=UTC)


def _after(since: datetime) -> datetime:
    return quarter_of(since + timedelta(days=100))


def period_of(
    known: datetime, since: datetime | None = None, until: datetime | None = None
) -> Period:
    """Return the latest quarter that was over, or from a moment until another. Raises InputError.

    Without ``until`` it goes on to where things are known.
    """
    if since is None:
        end = quarter_of(known)
        return Period(quarter_of(end - timedelta(days=1)), end, known)
    end = until or known
    if not since < end <= known:
        expected = f"must lie between --since and --as-of, {known:%Y-%m-%d}"
        raise InputError(Fault("", "--until", expected, f"{since:%Y-%m-%d} to {end:%Y-%m-%d}"))
    return Period(since, end, known)
