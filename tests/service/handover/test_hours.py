"""Working time is counted in the hours, days and zone of whoever works."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

import pytest

from leadline.service import clock
from leadline.service.handover.hours import Hours, dates_of, days_of, hours_of

HOUR = 3_600_000_000
WARSAW = Hours(ZoneInfo("Europe/Warsaw"), free=frozenset({date(2026, 11, 11)}))


def _at(text: str) -> int:
    return clock.micros(datetime.fromisoformat(text))


def _said(at: int) -> str:
    return clock.at(at).astimezone(WARSAW.zone).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("2026-11-05T10:00+01:00", 4, "11-05 14:00"),
        ("2026-11-05T15:00+01:00", 4, "11-06 11:00"),  # overnight
        ("2026-11-06T16:00+01:00", 4, "11-09 12:00"),  # over a weekend
        ("2026-11-05T03:00+01:00", 1, "11-05 10:00"),  # before they begin
        ("2026-11-10T16:30+01:00", 1, "11-12 09:30"),  # over a holiday
        ("2026-10-23T16:00+02:00", 2, "10-26 10:00"),  # over the change of clocks
    ],
)
def test_so_much_working_time_later(begins: str, hours: int, ends: str) -> None:
    """Nights, weekends, holidays and days away are no working time."""
    assert _said(WARSAW.after(_at(begins), hours * HOUR)) == ends


def test_working_time_agrees_with_a_count_of_minutes() -> None:
    """Of random hours, zones and days, at random moments."""
    random = Random(5)
    for _ in range(60):
        hours = Hours(
            ZoneInfo(random.choice(["Asia/Shanghai", "America/New_York", "UTC", "Asia/Kolkata"])),
            time(random.randrange(8)), time(random.choice([0, 12, 18])),
            frozenset(random.sample(range(7), random.randrange(2, 7))),
        )  # fmt: skip
        at = _at("2026-11-03T00:00+00:00") + random.randrange(10_000) * 60_000_000
        minutes = random.randrange(1, 600)
        moment = at
        for _ in range(minutes):
            while not hours.is_open(moment):
                moment += 60_000_000
            moment += 60_000_000
        assert hours.after(at, minutes * 60_000_000) == moment


def test_who_never_works_is_never_late() -> None:
    """The moment is a year away, and the search ends."""
    never = Hours(days=frozenset())
    assert never.after(0, HOUR) == 366 * 24 * HOUR


def test_what_is_no_time_is_refused() -> None:
    """With what it must be."""
    for read, text in ((hours_of, "9-17"), (hours_of, "17:00-09:00"), (days_of, "mon-foo")):
        with pytest.raises(ValueError, match="must"):
            read(text)
    with pytest.raises(ValueError, match="must end after"):
        dates_of(["2026-12-31/2026-12-24"])
    assert hours_of("10:00-24:00") == (time(10), time(0))
    assert Hours(ends=time(0)).is_open(clock.micros(datetime(2026, 11, 5, 23, tzinfo=UTC)))
