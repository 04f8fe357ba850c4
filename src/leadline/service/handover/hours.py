"""Working time: in which hours of which days somebody works, and when so much of it is over."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadline.service import clock

UTC = ZoneInfo("UTC")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DAYS = 366
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DAYS = re.compile(r"(\w{3})(?:-(\w{3}))?")


@dataclass(frozen=True)
class Hours:
    """When somebody works.

    Attributes:
        zone: Their time zone.
        begins: From when on.
        ends: Until when; midnight is the end of the day.
        days: Days of the week, Monday is 0.
        free: Holidays, and days on which they are away.
    """

    zone: ZoneInfo = UTC
    begins: time = time(9)
    ends: time = time(17)
    days: frozenset[int] = frozenset(range(5))
    free: frozenset[date] = frozenset()

    def day_of(self, at: int) -> date:
        """Return the day that a moment is on where they are."""
        return clock.at(at).astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        """Say whether they work on a day."""
        return day.weekday() in self.days and day not in self.free

    def is_open(self, at: int) -> bool:
        """Say whether they work at a moment."""
        day = self.day_of(at)
        begin, end = self._bounds(day)
        return self.works(day) and begin <= at < end

    def after(self, at: int, microseconds: int) -> int:
        """Return the moment at which so much of their working time is over.

        Who has no working day in a year is never late: the moment is a year away.
        """
        day, left = self.day_of(at), microseconds
        for number in range(MOST_DAYS):
            begin, end = self._bounds(day + timedelta(days=number))
            if not self.works(day + timedelta(days=number)) or end <= at:
                continue
            begin = max(begin, at)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return at + MOST_DAYS * 86_400_000_000

    def opens(self, at: int) -> int:
        """Return the moment itself where they work then, else when they begin next."""
        return at if self.is_open(at) else self.after(at, 0)

    def began(self, at: int, *, weekly: bool = False) -> tuple[int, int] | None:
        """Return when the last two working days began, or weeks, the earlier one first.

        A week begins with its first working day. None where there were no two in a year.
        """
        found: list[int] = []
        today = self.day_of(at)
        for number in range(MOST_DAYS):
            day = today - timedelta(days=number)
            begin = self._bounds(day)[0]
            if begin <= at and self.works(day) and not (weekly and self._worked_before(day)):
                found.append(begin)
            if len(found) == 2:  # noqa: PLR2004 - the last one and the one before
                return found[1], found[0]
        return None

    def _worked_before(self, day: date) -> bool:
        """Say whether a day of the same week before this one is a working day."""
        return any(self.works(day - timedelta(days=n + 1)) for n in range(day.weekday()))

    def _bounds(self, day: date) -> tuple[int, int]:
        """Return when a working day begins and ends; a clock that is set may make it longer."""
        last = day + timedelta(days=1) if self.ends == time(0) else day
        begin = datetime.combine(day, self.begins, self.zone)
        return clock.micros(begin), clock.micros(datetime.combine(last, self.ends, self.zone))


OFFICE = Hours()
"""Of who says nothing else."""


def hours_of(text: str) -> tuple[time, time]:
    """Return when work begins and ends. Raises ValueError.

    >>> hours_of("08:30-16:00")
    (datetime.time(8, 30), datetime.time(16, 0))
    """
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError("must be hours such as 09:00-17:00")
    begin_h, begin_m, end_h, end_m = map(int, found.groups())
    begins, ends = time(begin_h, begin_m), time(0 if end_h == 24 else end_h, end_m)  # noqa: PLR2004
    if ends != time(0) and ends <= begins:
        raise ValueError("must end later than they begin")
    return begins, ends


def days_of(text: str) -> frozenset[int]:
    """Return days of the week, Monday is 0. Raises ValueError.

    >>> sorted(days_of("mon-thu, sat"))
    [0, 1, 2, 3, 5]
    """
    found: set[int] = set()
    for part in text.lower().split(","):
        named = _DAYS.fullmatch(part.strip())
        names = [each for each in named.groups() if each] if named else []
        if not names or any(each not in WEEK for each in names):
            raise ValueError("must be days such as mon-fri")
        found |= set(range(WEEK.index(names[0]), WEEK.index(names[-1]) + 1))
    if not found:
        raise ValueError("must be days such as mon-fri")
    return frozenset(found)


def dates_of(texts: Collection[str]) -> frozenset[date]:
    """Return days by their dates, or from one to another. Raises ValueError.

    >>> len(dates_of(["2026-12-24/2026-12-26", "2027-01-01"]))
    4
    """
    found: set[date] = set()
    for text in texts:
        first, _, last = text.partition("/")
        begin = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if last else begin
        if not 0 <= (end - begin).days <= MOST_DAYS:
            raise ValueError(f"must end after it begins, within a year; found {text}")
        found |= {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
    return frozenset(found)
