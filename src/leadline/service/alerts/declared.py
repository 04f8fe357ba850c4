"""Alerts, as the settings declare them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from leadline.errors import Fault, InputError, nearest
from leadline.model.durations import Duration
from leadline.service.handover.team import Match, match_of

MOVES = ("enters", "leaves")
NEWS = ("assigned", "reminder", "overdue", "returned")
SEEN = ("response", "jump", "surge")
FORGOTTEN, DIGEST = "forgotten", "digest"
ALL = (*MOVES, *NEWS, *SEEN, FORGOTTEN, DIGEST)
DAY = 86_400_000_000
COOLS: Mapping[str, int] = {"surge": 7 * DAY}
"""A surge is of a week, so that it is told once; everything else cools down for a day."""
EXCLUDED = "excluded"
"""The band that never alerts."""
EVERY = ("day", "week")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "response": ("events",), "jump": ("by",), FORGOTTEN: ("after",)
}  # fmt: skip
"""What must be said beside some of what happens."""


@dataclass(frozen=True)
class Alert:
    """When somebody is told.

    Attributes:
        name: Its name in the settings.
        on: What happens: a band is entered or left, or news of who has a lead.
        ladder: Only on this ladder; empty for all.
        bands: Bands that are entered or left; empty for all.
        matches: What fields of the lead and its account must be, all of these.
        to: Destinations that are told.
        cool_down: For so many microseconds the same lead alerts no second time.
        keeps_hours: Whether it waits for the working hours of who is told.
        events: Of a response: kinds of events.
        score: Of a jump: the score; empty for the one that the first ladder goes by.
        by: Of a jump: so many points.
        within: Of a jump: in so long.
        after: Of a lead that is forgotten: who has it said nothing for so long.
        at_least: Of a surge: so many events in the week.
        every: Of a digest: ``day`` or ``week``.
    """

    name: str
    on: str
    ladder: str = ""
    bands: frozenset[str] = frozenset()
    matches: tuple[Match, ...] = ()
    to: tuple[str, ...] = ()
    cool_down: int = DAY
    keeps_hours: bool = False
    events: frozenset[str] = frozenset()
    score: str = ""
    by: int = 0
    within: int = DAY
    after: int = 0
    at_least: int = 5
    every: str = "day"

    def fires(self, ladder: str, from_band: str | None, to_band: str | None) -> bool:
        """Say whether a change of band is one that it tells of."""
        if self.on not in MOVES or self.ladder not in {"", ladder} or to_band == EXCLUDED:
            return False
        entered, left = (to_band, from_band) if self.on == "enters" else (from_band, to_band)
        if entered is None:
            return False
        return not self.bands or (entered in self.bands and left not in self.bands)


def alerts(said: Mapping[str, Any] | None, known: Collection[str]) -> tuple[Alert, ...]:
    """Return the alerts of the settings. Raises InputError with all that is wrong.

    Args:
        said: The section.
        known: Names of the destinations.
    """
    faults: list[Fault] = []
    found = tuple(_alert(name, each, known, faults) for name, each in (said or {}).items())
    if faults:
        raise InputError(*faults)
    return found


def _alert(
    name: str, said: Mapping[str, Any], known: Collection[str], faults: list[Fault]
) -> Alert:
    path, on = f"alerts.{name}", said.get("on", "")
    if on not in ALL:
        expected = f"must be one of {', '.join(ALL)}"
        faults.append(Fault("", f"{path}.on", expected, str(on), nearest(str(on), ALL)))
    every = str(said.get("every", "day"))
    if every not in EVERY:
        expected = f"must be one of {', '.join(EVERY)}"
        faults.append(Fault("", f"{path}.every", expected, every, nearest(every, EVERY)))
    faults += [
        Fault("", f"{path}.{key}", f"must be said where on is {on}")
        for key in NEEDS.get(str(on), ())
        if not said.get(key)
    ]
    to = said.get("to", ())
    if not to:
        faults.append(Fault("", f"{path}.to", "must name destinations"))
    for each in to:
        if each not in known:
            expected = f"must be of the destinations: {', '.join(known) or 'there are none'}"
            faults.append(Fault("", f"{path}.to", expected, each, nearest(each, known)))
    matches = [match_of(f"{path}.match", each, faults) for each in said.get("match", ())]
    return Alert(
        name,
        str(on),
        str(said.get("ladder", "")),
        frozenset(said.get("bands", ())),
        tuple(each for each in matches if each is not None),
        tuple(to),
        _duration(said, "cool_down", COOLS.get(str(on), DAY)),
        bool(said.get("keep_hours", False)),
        frozenset(said.get("events", ())),
        str(said.get("score", "")),
        int(said.get("by", 0)),
        _duration(said, "within", DAY),
        _duration(said, "after", 0),
        int(said.get("at_least", 5)),
        every,
    )


def _duration(said: Mapping[str, Any], key: str, otherwise: int) -> int:
    given = said.get(key)
    return otherwise if given is None else Duration(str(given)).microseconds
