"""The weeks that are compared: whole ones from Monday to Sunday, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, sql_text

WATCHED = 26
"""Weeks that are watched where nothing says since when."""
MOST_BEFORE = 52
FEWEST_BEFORE = 8
"""So few weeks tell how much weeks differ by themselves."""
SETTLING = 8
"""In the first weeks of a history everything grows: they are left out where there are enough."""
_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Weeks:
    """The weeks before, which say what is usual, and those that are watched.

    Attributes:
        start: The Monday on which the first week begins.
        before: How many weeks say what is usual.
        count: How many weeks there are in all; a week that is not over is none of them.
    """

    start: datetime
    before: int
    count: int

    @property
    def since(self) -> datetime:
        """From when on weeks are watched."""
        return self.begin(self.before)

    @property
    def end(self) -> datetime:
        """When the last week was over."""
        return self.begin(self.count)

    @property
    def watched(self) -> int:
        """How many weeks are watched."""
        return self.count - self.before

    def begin(self, week: int) -> datetime:
        """Return the Monday of a week, by its number from 0."""
        return self.start + week * _WEEK

    def number(self, at: Sql) -> Sql:
        """Return the SQL of the number of the week of a time; outside of all it is none of them."""
        micros = _WEEK // timedelta(microseconds=1)
        first = self.start.replace(tzinfo=None).isoformat(sep=" ")
        return sql_text(
            "floor((epoch_us({at}) - epoch_us(timestamp {first})) / {week})::int",
            at=at,
            first=first,
            week=micros,
        )

    def over(self, at: Sql) -> Sql:
        """Return the SQL of when the week of a time is over."""
        first = self.start.replace(tzinfo=None).isoformat(sep=" ")
        return sql_text(
            "timestamp {first} + to_days(7 * ({n} + 1))", first=first, n=self.number(at)
        )


def monday(at: datetime) -> datetime:
    """Return the Monday at or before a time.

    >>> monday(datetime(2026, 11, 5, 12, tzinfo=UTC)).isoformat()
    '2026-11-02T00:00:00+00:00'
    """
    return _MONDAY + (at - _MONDAY) // _WEEK * _WEEK


def weeks_of(first: datetime, as_of: datetime, since: datetime | None) -> Weeks:
    """Return the weeks of a history that begins at some time. Raises InputError.

    Without ``since`` the latest half a year is watched, and of a short history the latest half.
    """
    begin, end = monday(first) + _WEEK, monday(as_of)
    known = (end - begin) // _WEEK
    start = begin + _WEEK * SETTLING if known >= WATCHED + SETTLING else begin
    if since is None:
        since = max(end - _WEEK * WATCHED, start + (end - start) // _WEEK // 2 * _WEEK)
    since = monday(since + _WEEK - timedelta(microseconds=1))
    if (since - start) // _WEEK < FEWEST_BEFORE:
        start = begin
    before = min((since - start) // _WEEK, MOST_BEFORE)
    watched = (end - since) // _WEEK
    if before < FEWEST_BEFORE or watched < 1:
        expected = f"must leave {FEWEST_BEFORE} whole weeks before it and one after it"
        remedy = f"What is known begins {begin:%Y-%m-%d} and ends {end:%Y-%m-%d}, in whole weeks."
        raise InputError(Fault("", "--since", expected, f"{since:%Y-%m-%d}", remedy))
    return Weeks(since - before * _WEEK, int(before), int(before + watched))
