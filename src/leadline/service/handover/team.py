"""Who takes leads, and by which rules they get them, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from leadline.errors import Fault, InputError, nearest
from leadline.model.durations import Duration
from leadline.service.handover.hours import OFFICE, Hours, dates_of, days_of, hours_of
from leadline.store.people import folded

HOUR = 3_600_000_000
SCOPES = ("lead", "account")


@dataclass(frozen=True)
class Seller:
    """Somebody who takes leads.

    Attributes:
        name: Their name in the settings.
        owner: How they stand in the store: their e-mail address, else the name.
        weight: How many leads they get, beside the others of a rule.
        capacity: Most leads that they have at a time; None for any number.
        hours: When they work.
    """

    name: str
    owner: str
    weight: int = 1
    capacity: int | None = None
    hours: Hours = OFFICE

    def is_here(self, at: int) -> bool:
        """Say whether they are neither away nor on holiday on the day of a moment."""
        return self.hours.day_of(at) not in self.hours.free


@dataclass(frozen=True)
class Match:
    """What a field must be: one of some values, in whatever case."""

    scope: str
    field: str
    values: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """Whom leads go to.

    Attributes:
        name: Its name in the settings.
        ladder: Only by this ladder; empty for all.
        bands: Bands that a lead enters.
        matches: What its fields must be, all of them.
        accounts: Only leads of these accounts; empty for all.
        owner_field: The field that names who has the account; None where ``to`` does.
        to: Who gets the leads, in turn.
        within: Working time to answer in; None for the one of all rules.
    """

    name: str
    ladder: str
    bands: frozenset[str]
    matches: tuple[Match, ...]
    accounts: frozenset[str]
    owner_field: Match | None
    to: tuple[Seller, ...]
    within: int | None = None


@dataclass(frozen=True)
class Team:
    """All sellers, and all rules in their order.

    Attributes:
        sellers: By their names in the settings.
        rules: In the order in which they are tried.
        within: Working time in which a lead is to be answered.
        raised_within: The same where somebody raised a hand.
        raised: Rules of the model that say so.
        escalate_to: Who hears of a lead that was not answered in time; None for nobody.
        hours: When those work who say nothing else.
    """

    sellers: Mapping[str, Seller]
    rules: tuple[Rule, ...] = ()
    within: int = 4 * HOUR
    raised_within: int = HOUR
    raised: frozenset[str] = frozenset()
    escalate_to: Seller | None = None
    hours: Hours = OFFICE

    def seller_of(self, owner: str) -> Seller | None:
        """Return a seller by how they stand in the store; None where the settings name none."""
        return next((each for each in self.sellers.values() if each.owner == owner), None)


NOBODY = Team({})


def team(
    sellers: Mapping[str, Any] | None,
    rules: Mapping[str, Any] | None,
    handover: Mapping[str, Any] | None,
) -> Team:
    """Return the team of the settings. Raises InputError with all that is wrong."""
    said, faults = handover or {}, list[Fault]()
    people = {
        name: made
        for name, each in (sellers or {}).items()
        if (made := _seller(name, each, said, faults)) is not None
    }
    hours = _hours("handover", {}, said, faults)
    made_rules = tuple(_rule(name, each, people, faults) for name, each in (rules or {}).items())
    boss = said.get("escalate_to")
    if boss is not None and boss not in people:
        faults.append(_unknown("handover.escalate_to", boss, people))
    if faults:
        raise InputError(*faults)
    return Team(
        people,
        made_rules,
        _duration(said.get("answer_within"), 4 * HOUR),
        _duration(said.get("raised_within"), HOUR),
        frozenset(said.get("raised", ())),
        people.get(boss) if boss else None,
        hours or OFFICE,
    )


def _duration(text: object, otherwise: int) -> int:
    return otherwise if text is None else Duration(str(text)).microseconds


def _unknown(path: str, name: str, people: Mapping[str, Seller]) -> Fault:
    expected = f"must be one of the sellers: {', '.join(people) or 'there are none'}"
    return Fault("", path, expected, name, nearest(name, people))


def _seller(
    name: str, said: Mapping[str, Any], handover: Mapping[str, Any], faults: list[Fault]
) -> Seller | None:
    """Return a seller; None where something of it is wrong, which is among the faults then."""
    path = f"sellers.{name}"
    hours = _hours(path, said, handover, faults)
    if hours is None:
        return None
    email = folded(str(said.get("email", "")))
    return Seller(name, email or name, said.get("weight", 1), said.get("capacity"), hours)


def _hours(
    path: str, said: Mapping[str, Any], handover: Mapping[str, Any], faults: list[Fault]
) -> Hours | None:
    """Return when somebody works; what they do not say is what all do."""
    given = {key: said.get(key, handover.get(key)) for key in ("zone", "hours", "days")}
    try:
        key = "zone"
        zone = ZoneInfo(str(given[key] or "UTC"))
        key = "hours"
        begins, ends = hours_of(str(given[key] or "09:00-17:00"))
        key = "days"
        days = days_of(str(given[key] or "mon-fri"))
        key = "holidays"
        free = dates_of(handover.get(key, ()))
        key = "away"
        free |= dates_of(said.get(key, ()))
    except (ValueError, KeyError, OSError) as error:
        expected = str(error) if key in {"hours", "days"} else _EXPECTED[key]
        faults.append(Fault("", f"{path}.{key}", expected, str(said.get(key, handover.get(key)))))
        return None
    return Hours(zone, begins, ends, days, free)


_EXPECTED = {
    "zone": "must be a time zone such as Europe/Warsaw",
    "holidays": "must be dates such as 2026-12-24, or 2026-12-24/2026-12-31",
    "away": "must be dates such as 2026-12-24, or 2026-12-24/2026-12-31",
}


def _rule(
    name: str, said: Mapping[str, Any], people: Mapping[str, Seller], faults: list[Fault]
) -> Rule:
    """Return a rule; what is wrong is among the faults."""
    path, to = f"assign.{name}", said.get("to", ())
    faults += [_unknown(f"{path}.to", each, people) for each in to if each not in people]
    if not said.get("bands"):
        faults.append(Fault("", f"{path}.bands", "must say which bands a lead enters"))
    owner = said.get("owner_field")
    if bool(to) == bool(owner):
        faults.append(Fault("", path, "must have one of to and owner_field"))
    matches = [match_of(f"{path}.match", each, faults) for each in said.get("match", ())]
    return Rule(
        name,
        str(said.get("ladder", "")),
        frozenset(said.get("bands", ())),
        tuple(each for each in matches if each is not None),
        frozenset(said.get("accounts", ())),
        _field(f"{path}.owner_field", str(owner), faults) if owner else None,
        tuple(people[each] for each in to if each in people),
        _duration(said["answer_within"], 0) if "answer_within" in said else None,
    )


def match_of(path: str, text: str, faults: list[Fault]) -> Match | None:
    """Return what a text such as ``account.country = DE, AT`` asks of a field."""
    field, equals, values = text.partition("=")
    listed = frozenset(each.strip().casefold() for each in values.split(",") if each.strip())
    if not equals or not listed:
        faults.append(Fault("", path, "must be such as account.country = DE, AT", text))
        return None
    found = _field(path, field.strip(), faults)
    return found and Match(found.scope, found.field, listed)


def _field(path: str, text: str, faults: list[Fault]) -> Match | None:
    scope, _, field = text.partition(".")
    if scope not in SCOPES or not field:
        faults.append(Fault("", path, "must name a field such as account.owner", text))
        return None
    return Match(scope, field, frozenset())
