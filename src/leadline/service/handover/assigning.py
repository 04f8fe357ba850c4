"""Whom a lead goes to: by the first rule that fits it, in turn, to who is here and has room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.service.handover.team import Match, Rule, Seller, Team

Rotation = dict[str, int]
"""Of each who has turns, how much they are due."""


@dataclass(frozen=True)
class Candidate:
    """A lead that enters a band.

    Attributes:
        ladder: The ladder.
        band: The band.
        account_id: Its account.
        fields: Its own fields, and those of its account.
    """

    ladder: str
    band: str
    account_id: str | None
    fields: Mapping[str, Mapping[str, Any]]

    def value(self, match: Match) -> str:
        """Return a field as text, as it is compared."""
        found = self.fields.get(match.scope, {}).get(match.field)
        return "" if found is None else str(found).strip().casefold()


@dataclass
class Load:
    """How many leads everybody has, and whose turn it is.

    Attributes:
        open: Owner to how many leads they have.
        turns: Rule to whose turn it is.
        gone: Owners who left the company.
    """

    open: dict[str, int] = field(default_factory=dict)
    turns: dict[str, Rotation] = field(default_factory=dict)
    gone: Collection[str] = ()


@dataclass(frozen=True)
class Assigned:
    """Whom a lead goes to, and by which rule."""

    rule: Rule
    seller: Seller


def fits(rule: Rule, lead: Candidate) -> bool:
    """Say whether a rule is for a lead."""
    if rule.ladder not in {"", lead.ladder} or lead.band not in rule.bands:
        return False
    if rule.accounts and lead.account_id not in rule.accounts:
        return False
    return all(lead.value(each) in each.values for each in rule.matches)


def covers(team: Team, ladder: str, band: str | None) -> bool:
    """Say whether leads of a band go to anybody at all."""
    return any(band in each.bands and each.ladder in {"", ladder} for each in team.rules)


def fitting(team: Team, lead: Candidate) -> Rule | None:
    """Return the first rule that is for a lead; None where none is."""
    return next((each for each in team.rules if fits(each, lead)), None)


def assign(
    team: Team, lead: Candidate, load: Load, at: int, but: Collection[str] = ()
) -> Assigned | None:
    """Return whom a lead goes to, and count it; None where nobody of any rule can take it.

    Args:
        team: Sellers and rules.
        lead: The lead.
        load: How much everybody has; it is changed.
        at: The moment.
        but: Owners who do not get it.
    """
    for rule in team.rules:
        if not fits(rule, lead):
            continue
        able = [each for each in _named(team, rule, lead) if _can(each, load, at)]
        able = [each for each in able if each.owner not in but]
        if able:
            seller = _in_turn(able, load.turns.setdefault(rule.name, {}))
            load.open[seller.owner] = load.open.get(seller.owner, 0) + 1
            return Assigned(rule, seller)
    return None


def _named(team: Team, rule: Rule, lead: Candidate) -> Sequence[Seller]:
    """Return whom a rule names; of an account its owner, by name or e-mail address."""
    if rule.owner_field is None:
        return rule.to
    named = lead.value(rule.owner_field)
    sellers = team.sellers.values()
    return [each for each in sellers if named and named in {each.name.casefold(), each.owner}]


def _can(seller: Seller, load: Load, at: int) -> bool:
    """Say whether somebody is there and has room."""
    if seller.owner in load.gone or not seller.is_here(at):
        return False
    return seller.capacity is None or load.open.get(seller.owner, 0) < seller.capacity


def _in_turn(able: Iterable[Seller], due: Rotation) -> Seller:
    """Return whose turn it is by their weights, evenly spread; who cannot now loses nothing.

    Each is due by their weight more, and who is due most takes the lead and pays for all.
    """
    listed = list(able)
    for each in listed:
        due[each.owner] = due.get(each.owner, 0) + each.weight
    first = max(listed, key=lambda each: due[each.owner])  # of equals the first that is named
    due[first.owner] -= sum(each.weight for each in listed)
    return first
